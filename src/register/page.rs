//! What is written from the keys of the registers: their page, and the lines that `init` leaves for whoever fills them in.
//!
//! The texts are the documentation comments of the structs, which are Markdown as they are.

use std::fmt::Write as _;

use super::keys::{Key, Table, private_tables, tables};

/// `reports/register.md`: every key of both registers.
#[must_use]
pub fn page() -> String {
    format!(
        "# The registers\n\n\
         Written from the program's types: `linchpin schema register` and `linchpin schema private-register` print the same as JSON\n\
         Schema, and `linchpin init` leaves every key, commented out, in what it writes. An unknown key is refused with the nearest\n\
         known one.\n\n## `linchpin.toml`\n\n{}## `linchpin.private.toml`\n\n{}",
        section(&tables()),
        section(&private_tables())
    )
}

/// The keys of one register as Markdown.
#[must_use]
pub fn section(tables: &[Table]) -> String {
    let mut text = String::new();
    for table in tables {
        if !table.name.is_empty() {
            let _ = writeln!(text, "### `{}`\n", table.header());
        }
        let _ = writeln!(text, "{}\n", table.meaning);
        if table.keys.is_empty() {
            continue;
        }
        text.push_str("| key | what may stand there | by default | meaning |\n|---|---|---|---|\n");
        for key in &table.keys {
            let default = match (&key.default, key.is_required) {
                (_, true) => "must be there".to_owned(),
                (Some(default), _) => code(default),
                (None, false) => "–".to_owned(),
            };
            let _ = writeln!(
                text,
                "| `{}` | {} | {default} | {} |",
                key.name,
                cell(&key.kind),
                cell(&key.meaning)
            );
        }
        let _ = writeln!(text, "\n```toml\n{}```\n", example(table));
    }
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn code(text: &str) -> String {
    format!("`{}`", cell(text))
}

/// The table as it could be written.
fn example(table: &Table) -> String {
    let mut text = String::new();
    if !table.name.is_empty() {
        let _ = writeln!(text, "{}", table.header());
    }
    for key in &table.keys {
        if let Some(example) = &key.example {
            let _ = writeln!(text, "{} = {example}", key.name);
        }
    }
    text
}

/// The keys of a table that are not written yet, commented out: `# ` is before words, `#` alone before what TOML would read.
#[must_use]
pub fn commented_keys(table: &Table, written: &[&str]) -> String {
    let mut text = String::new();
    for key in &table.keys {
        if !written.contains(&key.name.as_str()) {
            let value = value(key);
            let meaning = comment(&key.meaning);
            let _ = writeln!(text, "{meaning}#{} = {value}", key.name);
        }
    }
    text
}

/// Words as lines of a comment, none much longer than a screen is wide.
fn comment(words: &str) -> String {
    const WIDTH: usize = 110;
    let mut text = String::new();
    let mut width = 0;
    for word in words.split(' ') {
        let n_letters = word.chars().count();
        if width == 0 || width + n_letters > WIDTH {
            text.push_str(if width == 0 { "#" } else { "\n#" });
            width = 1;
        }
        text.push(' ');
        text.push_str(word);
        width += n_letters + 1;
    }
    text.push('\n');
    text
}

/// What stands behind a key that is commented out: what holds without it, or else an example.
fn value(key: &Key) -> &str {
    let is_telling = |default: &&String| *default != "[]";
    let default = key.default.as_ref().filter(is_telling);
    default.or(key.example.as_ref()).map_or("", String::as_str)
}

/// Whole tables, commented out.
#[must_use]
pub fn commented_tables(tables: &[Table], written: &[&str]) -> String {
    let mut text = String::new();
    for table in tables {
        if table.name.is_empty() || table.keys.is_empty() || written.contains(&table.name.as_str())
        {
            continue;
        }
        let keys = commented_keys(table, &[]);
        let meaning = comment(&table.meaning);
        let _ = write!(text, "\n{meaning}#{}\n{keys}", table.header());
    }
    text
}
