//! What takes the place of names, texts and ids.

use std::collections::HashMap;

use polars::prelude::*;

use super::rule::{IDS, PEOPLE, REPOSITORIES};
use crate::tables::Error;
use crate::tables::column::Field;
use crate::tables::sheet::Sheet;

/// Endings of file names that stay.
const ENDINGS: &[&str] = &[
    "adoc",
    "bash",
    "bat",
    "c",
    "cc",
    "cfg",
    "clj",
    "conf",
    "cpp",
    "cs",
    "css",
    "csv",
    "cxx",
    "dart",
    "erl",
    "ex",
    "exs",
    "fs",
    "gif",
    "go",
    "gradle",
    "graphql",
    "groovy",
    "h",
    "hcl",
    "hpp",
    "hs",
    "html",
    "hxx",
    "ico",
    "ini",
    "ipynb",
    "java",
    "jpeg",
    "jpg",
    "js",
    "json",
    "jsonl",
    "jsx",
    "kt",
    "kts",
    "less",
    "lock",
    "lua",
    "m",
    "md",
    "mdx",
    "mjs",
    "ml",
    "mm",
    "nix",
    "org",
    "parquet",
    "pdf",
    "php",
    "pl",
    "png",
    "properties",
    "proto",
    "ps1",
    "py",
    "pyi",
    "r",
    "rb",
    "rs",
    "rst",
    "sass",
    "scala",
    "scss",
    "sh",
    "sql",
    "svelte",
    "svg",
    "swift",
    "tex",
    "tf",
    "toml",
    "ts",
    "tsv",
    "tsx",
    "txt",
    "vue",
    "wasm",
    "xml",
    "yaml",
    "yml",
    "zig",
];

/// Digits of a token: two texts out of a hundred million share one by chance once in four thousand times.
pub(super) const TOKEN: usize = 16;
/// Digits of a person's pseudonym.
const DIGITS: usize = 10;

/// What texts and numbers are replaced by. Every digest is made once.
pub struct Pseudonyms<'a> {
    digest: &'a dyn Fn(&str) -> String,
    tokens: HashMap<String, String>,
    /// By person: the pseudonym and its number.
    people: HashMap<i64, (String, i64)>,
    /// By repository: its number.
    repositories: HashMap<i64, i64>,
}

impl std::fmt::Debug for Pseudonyms<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pseudonyms({})", self.tokens.len())
    }
}

impl<'a> Pseudonyms<'a> {
    /// Those of everybody in the tables `people` and `repositories`, as a keyed digest makes them: at least 16 hexadecimal digits,
    /// which nobody can work out without the key.
    pub fn new(
        digest: &'a dyn Fn(&str) -> String,
        people: &Sheet,
        repositories: &Sheet,
    ) -> Result<Self, Error> {
        let mut pseudonyms = Self {
            digest,
            tokens: HashMap::new(),
            people: HashMap::new(),
            repositories: HashMap::new(),
        };
        for (id, known_by) in identities(&people.frame)? {
            let pseudonym = pseudonyms.person(&known_by);
            let number = pseudonyms.number(&format!("person {known_by}"));
            pseudonyms.people.insert(id, (pseudonym, number));
        }
        let ids: Vec<u64> = Field::values(&repositories.frame, "repository")?;
        let names: Vec<String> = Field::values(&repositories.frame, "name")?;
        for (id, name) in ids.into_iter().zip(names) {
            let number = pseudonyms.number(&format!("repository {}", name.to_lowercase()));
            let id = i64::try_from(id).unwrap_or(i64::MAX);
            pseudonyms.repositories.insert(id, number);
        }
        Ok(pseudonyms)
    }

    /// Sixteen hexadecimal digits: equal where texts are equal. Nothing stays nothing.
    pub fn token(&mut self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        if let Some(token) = self.tokens.get(text) {
            return token.clone();
        }
        let token: String = (self.digest)(&format!("text {text}"))
            .chars()
            .take(TOKEN)
            .collect();
        self.tokens.insert(text.to_owned(), token.clone());
        token
    }

    /// A token for each part of a path.
    pub fn path(&mut self, path: &str) -> String {
        let known = |ending: &&str| ENDINGS.contains(ending);
        let ending = match path.rsplit_once('.') {
            Some((_, ending)) => Some(ending).filter(known),
            None => None,
        };
        let mut parts: Vec<String> = path.split('/').map(|part| self.token(part)).collect();
        if let (Some(last), Some(ending)) = (parts.last_mut(), ending) {
            last.push('.');
            last.push_str(ending);
        }
        parts.join("/")
    }

    /// The pseudonym of a person who is known by this.
    pub(super) fn person(&self, known_by: &str) -> String {
        let digest = (self.digest)(&format!("person {known_by}"));
        let digits: String = digest.chars().take(DIGITS).collect();
        format!("person-{digits}")
    }

    /// A whole number below 2⁵², which every reader of numbers can hold.
    fn number(&self, of: &str) -> i64 {
        let digest = (self.digest)(&format!("number {of}"));
        let digits = digest.get(..13).unwrap_or_default();
        i64::from_str_radix(digits, 16).unwrap_or_default()
    }

    /// What takes the place of a whole number; `None` for a person or a repository that nobody knows.
    pub(super) fn whole(&self, column: &str, number: i64) -> Option<i64> {
        if PEOPLE.contains(&column) {
            self.people.get(&number).map(|(_, number)| *number)
        } else if REPOSITORIES.contains(&column) {
            self.repositories.get(&number).copied()
        } else if IDS.contains(&column) {
            Some(self.number(&format!("id {number}")))
        } else {
            Some(number)
        }
    }
}

/// Everybody in `people` by row: the number, and what stays the same of a person: the login, else the address, else the name.
pub(super) fn identities(frame: &DataFrame) -> Result<Vec<(i64, String)>, Error> {
    let ids: Vec<u64> = Field::values(frame, "person")?;
    let logins: Vec<Vec<String>> = Field::values(frame, "logins")?;
    let emails: Vec<Vec<String>> = Field::values(frame, "emails")?;
    let names: Vec<String> = Field::values(frame, "display_name")?;
    let first = |texts: &[String]| texts.iter().map(|text| text.to_lowercase()).min();
    let rows = ids.into_iter().zip(logins).zip(emails).zip(names);
    Ok(rows
        .map(|(((id, logins), emails), name)| {
            let known_by = first(&logins)
                .map(|login| format!("login {login}"))
                .or_else(|| first(&emails).map(|email| format!("address {email}")))
                .unwrap_or_else(|| format!("name {name}"));
            (i64::try_from(id).unwrap_or(i64::MAX), known_by)
        })
        .collect())
}
