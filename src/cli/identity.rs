//! `linchpin identity`: who is who, and why.

use serde_json::{Value, json};

use super::args::IdentityArgs;
use super::console;
use super::error::{CliError, DONE, ErrorKind};
use super::fetch::counted;
use super::report::reading;
use super::tables::Answer;
use super::workspace::Workspace;
use crate::derive::IDENTITY;
use crate::domain::Person;
use crate::git::identity::{Edge, Identity, export_mailmap};
use crate::report::{Column, Table, TableCell};

/// Prints the merge graph of the last run, or a mailmap that says the same.
pub fn identity(args: &IdentityArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let Some(bytes) = reading(workspace, |store| Ok(store.read(IDENTITY)?))? else {
        return Err(
            CliError::new(ErrorKind::Usage, "the store has no identities yet")
                .hint("run `linchpin run` in the clone first"),
        );
    };
    let identity: Identity = serde_json::from_slice(&bytes).map_err(|error| {
        CliError::new(ErrorKind::Damaged, error).hint("run `linchpin run` again: facts are rebuilt")
    })?;
    if args.export_mailmap {
        console::show(&export_mailmap(&identity));
    } else {
        answer(&identity, args.all).show(args.form)?;
    }
    Ok(DONE)
}

/// One line: what is claimed of two names of somebody, or everything that somebody is called.
struct Line {
    standing: &'static str,
    one: String,
    other: String,
    because: String,
}

impl Line {
    fn of(standing: &'static str, edge: &Edge) -> Self {
        Self {
            standing,
            one: edge.a.clone(),
            other: edge.b.clone(),
            because: edge.reason.words().to_owned(),
        }
    }

    fn of_person(person: &Person) -> Self {
        let logins = person.logins.iter().map(|login| format!("@{}", login.0));
        let emails = person.emails.iter().map(|email| format!("<{}>", email.0));
        let is_forgotten = person.is_forgotten();
        Self {
            standing: "person",
            one: person.display_name.clone(),
            other: logins.chain(emails).collect::<Vec<_>>().join(" "),
            because: if is_forgotten {
                "somebody whom this store has forgotten".to_owned()
            } else {
                person.account.word().to_owned()
            },
        }
    }

    fn row(&self) -> Vec<TableCell> {
        let text = |words: &str| TableCell::Text(words.to_owned());
        vec![
            text(self.standing),
            text(&self.one),
            text(&self.other),
            text(&self.because),
        ]
    }

    fn json(&self) -> Value {
        json!({
            "standing": self.standing,
            "one": self.one,
            "other": self.other,
            "because": self.because,
        })
    }
}

/// What somebody has to decide comes first: suspects and conflicts, then what was merged. People are listed where everybody is asked for.
fn lines(identity: &Identity, is_all: bool) -> Vec<Line> {
    let suspects = identity
        .suspects
        .iter()
        .map(|edge| Line::of("suspect", edge));
    let machine_like = identity.machine_like.iter().map(|signature| Line {
        standing: "machine-like",
        one: signature.clone(),
        other: String::new(),
        because: "looks like an agent or a bot, and counts as a person".to_owned(),
    });
    let conflicts = identity.conflicts.iter().map(|conflict| Line {
        standing: "conflict",
        one: conflict.subject.clone(),
        other: conflict.claimed_by.join(", "),
        because: "claimed by each of them".to_owned(),
    });
    let merges = identity.edges.iter().map(|edge| Line::of("merged", edge));
    let people = identity
        .people
        .iter()
        .filter(|_| is_all)
        .map(Line::of_person);
    suspects
        .chain(machine_like)
        .chain(conflicts)
        .chain(merges)
        .chain(people)
        .collect()
}

fn answer(identity: &Identity, is_all: bool) -> Answer {
    let lines = lines(identity, is_all);
    Answer {
        before: counts(identity),
        after: steps(identity, is_all),
        json: json!({
            "format": 1,
            "n_people": identity.people.len(),
            "lines": lines.iter().map(Line::json).collect::<Vec<_>>(),
        }),
        rows: "lines",
        table: Table {
            title: "Who is who".to_owned(),
            columns: ["standing", "one", "other", "because"]
                .map(Column::text)
                .to_vec(),
            rows: lines.iter().map(Line::row).collect(),
            n_omitted: 0,
        },
    }
}

fn counts(identity: &Identity) -> String {
    format!(
        "{}: {} not merged, {}, {}, {}\n",
        counted(identity.people.len() as u64, "people"),
        counted(identity.suspects.len() as u64, "suspects"),
        counted(
            identity.machine_like.len() as u64,
            "machine-like signatures"
        ),
        counted(identity.conflicts.len() as u64, "conflicts"),
        counted(identity.edges.len() as u64, "merges"),
    )
}

fn steps(identity: &Identity, is_all: bool) -> String {
    let mut text = String::new();
    if !identity.suspects.is_empty() {
        text.push_str(
            "a suspect is one person where .mailmap says so, or `aliases` of a `[[member]]`\n",
        );
    }
    if !identity.machine_like.is_empty() {
        text.push_str("what is machine-like counts as a person until it is named as `[[agent]]` or under `bots`\n");
    }
    if !identity.conflicts.is_empty() {
        text.push_str("a conflict is a claim that contradicts another: neither is merged\n");
    }
    if !is_all {
        text.push_str(
            "`linchpin identity --all` lists everybody with their accounts and addresses\n",
        );
    }
    text
}
