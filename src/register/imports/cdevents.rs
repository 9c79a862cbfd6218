//! Events of [CDEvents](https://github.com/cdevents/spec) 0.5, a line each: bare, or as the data of an event of CloudEvents. An older or newer
//! version of a known event is read as far as it says the same.
//!
//! What CDEvents has no field for may stand in `customData`: `repository`, `product`, `commit`, `url`, `severity`, `causedBy`, and
//! `toldBy`, which says of linchpin's own events whether somebody recorded an incident's start.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::rows::cause;
use super::{Reader, id_mistake, some, title};
use crate::domain::{
    DeclaredDeployment, IncidentEvent, IncidentPredicate, Outcome, StartedFrom, Whereabouts,
};

/// What every event begins with.
const PREFIX: &str = "dev.cdevents.";

/// So many types that are not read are named; the rest is counted.
const TYPES_NAMED: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CdEvent {
    context: Context,
    subject: Subject,
    #[serde(default)]
    custom_data: Value,
}

#[derive(Deserialize)]
struct Context {
    id: String,
    source: String,
    timestamp: String,
}

#[derive(Deserialize)]
struct Subject {
    id: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    content: Content,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Content {
    environment: Option<Reference>,
    service: Option<Reference>,
    artifact_id: Option<String>,
    description: Option<String>,
    #[serde(rename = "ticketURI")]
    ticket_uri: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    id: String,
}

impl CdEvent {
    /// A text of `customData`.
    fn custom(&self, key: &str) -> Option<String> {
        some(self.custom_data.get(key)?.as_str()?)
    }
}

/// The word of a type, without prefix and version: `service.deployed`; `None`: it is no event of CDEvents.
fn word_of(kind: &str) -> Option<String> {
    let mut parts = kind.strip_prefix(PREFIX)?.split('.');
    let (subject, predicate) = (parts.next()?, parts.next()?);
    Some(format!("{subject}.{predicate}"))
}

/// A type as it can be told: whoever wrote it chose it.
fn shown(kind: &str) -> String {
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || "._-".contains(*letter);
    let plain: String = kind.chars().filter(is_plain).take(60).collect();
    if plain.len() == kind.len() {
        plain
    } else {
        format!("{plain}…")
    }
}

/// The events of a text whose word is wanted, with their lines.
fn events(
    reader: &mut Reader<'_>,
    text: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<(u64, String, CdEvent)> {
    let mut found = Vec::new();
    let mut others: BTreeSet<String> = BTreeSet::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let Ok(mut value) = serde_json::from_str::<Value>(line) else {
            reader.lacks("a line that is no JSON", Some(number));
            continue;
        };
        let is_bare = value.pointer("/context/type").is_some();
        if let Some(data) = value.get_mut("data").filter(|_| !is_bare) {
            value = data.take();
        }
        let Some(kind) = value.pointer("/context/type").and_then(Value::as_str) else {
            reader.lacks("a line that is no CDEvent", Some(number));
            continue;
        };
        let word = word_of(kind);
        let Some(word) = word.filter(|word| is_wanted(word)) else {
            let kind = shown(kind.strip_prefix(PREFIX).unwrap_or(kind));
            if others.len() < TYPES_NAMED || others.contains(&kind) {
                reader.tells(&format!("events of type `{kind}` are not read"), number);
                others.insert(kind);
            } else {
                reader.tells("events of further types are not read", number);
            }
            continue;
        };
        reader.counts();
        match serde_json::from_value(value) {
            Ok(event) => found.push((number, word, event)),
            Err(_) => reader.lacks(
                "an event without one of `id`, `source`, `timestamp` and `subject`",
                Some(number),
            ),
        }
    }
    found
}

/// Deployments of a text: services that were deployed, upgraded and rolled back. One that was removed deploys nothing.
pub(super) fn deployments(reader: &mut Reader<'_>, text: &str) -> Vec<DeclaredDeployment> {
    let is_wanted = |word: &str| {
        matches!(
            word,
            "service.deployed" | "service.upgraded" | "service.rolledback" | "service.removed"
        )
    };
    let mut found = Vec::new();
    for (line, word, event) in events(reader, text, is_wanted) {
        if word == "service.removed" {
            reader.tells("a service that was removed: nothing was deployed", line);
            continue;
        }
        found.extend(deployment(reader, line, &event));
    }
    found
}

fn deployment(reader: &mut Reader<'_>, line: u64, event: &CdEvent) -> Option<DeclaredDeployment> {
    let at = instant(reader, event, line)?;
    let id = event.context.id.trim();
    if let Some(what) = id_mistake(id) {
        reader.lacks(what, Some(line));
        return None;
    }
    let content = &event.subject.content;
    let artifact = content.artifact_id.as_deref().and_then(Purl::of);
    let version = artifact.as_ref().and_then(|purl| purl.version.clone());
    let url = event
        .custom("url")
        .and_then(|text| reader.page(&text, line));
    Some(DeclaredDeployment {
        id: id.to_owned(),
        whereabouts: whereabouts(reader, event, artifact.as_ref()),
        environment: content
            .environment
            .as_ref()
            .and_then(|found| some(&found.id)),
        commit: event.custom("commit").or(version),
        at,
        outcome: Outcome::Success,
        url,
        place: reader.place(line),
    })
}

/// Events of incidents.
pub(super) fn incidents(reader: &mut Reader<'_>, text: &str) -> Vec<IncidentEvent> {
    let predicate = |word: &str| match word {
        "incident.detected" => Some(IncidentPredicate::Detected),
        "incident.reported" => Some(IncidentPredicate::Reported),
        "incident.resolved" => Some(IncidentPredicate::Resolved),
        _ => None,
    };
    let mut found = Vec::new();
    for (line, word, event) in events(reader, text, |word| predicate(word).is_some()) {
        if let Some(predicate) = predicate(&word) {
            found.extend(incident(reader, line, predicate, &event));
        }
    }
    found
}

fn incident(
    reader: &mut Reader<'_>,
    line: u64,
    predicate: IncidentPredicate,
    event: &CdEvent,
) -> Option<IncidentEvent> {
    let at = instant(reader, event, line)?;
    let id = event.subject.id.trim();
    if let Some(what) = id_mistake(id) {
        reader.lacks(what, Some(line));
        return None;
    }
    let content = &event.subject.content;
    let named = event.custom("causedBy").unwrap_or_default();
    let pages = [event.custom("url"), content.ticket_uri.clone()];
    let url = pages
        .into_iter()
        .flatten()
        .find_map(|text| reader.page(&text, line));
    let told_by = event.custom("toldBy");
    let recorded = [
        StartedFrom::Register,
        StartedFrom::Field,
        StartedFrom::Body,
        StartedFrom::Declared,
    ];
    let is_recorded = recorded
        .iter()
        .any(|from| told_by.as_deref() == Some(from.word()));
    // The artifact of an incident is what ran then, and not what is held to have caused it.
    let mut whereabouts = whereabouts(reader, event, None);
    if whereabouts.product.is_none() {
        let service = content.service.as_ref();
        whereabouts
            .hints
            .extend(service.map(|service| service.id.clone()));
    }
    let source = event.subject.source.clone();
    Some(IncidentEvent {
        event: (event.context.source.clone(), event.context.id.clone()),
        subject: (
            source.unwrap_or_else(|| event.context.source.clone()),
            id.into(),
        ),
        predicate,
        at,
        is_recorded,
        whereabouts,
        environment: content
            .environment
            .as_ref()
            .and_then(|found| some(&found.id)),
        severity: event.custom("severity").map(|word| word.to_lowercase()),
        title: content.description.as_deref().and_then(title),
        url,
        cause: cause(reader, &named, line),
        place: reader.place(line),
    })
}

/// When an event happened; one that does not say is told.
fn instant(reader: &mut Reader<'_>, event: &CdEvent, line: u64) -> Option<Timestamp> {
    let at = reader.instant(&event.context.timestamp, line);
    let at = at.ok().flatten();
    if at.is_none() {
        reader.lacks("`timestamp` is no time", Some(line));
    }
    at
}

/// Whose an event is. The address of a package on GitHub names its repository outright.
fn whereabouts(reader: &Reader<'_>, event: &CdEvent, artifact: Option<&Purl>) -> Whereabouts {
    let of_github = artifact.filter(|purl| purl.kind == "github");
    let stated = event
        .custom("repository")
        .or_else(|| of_github.map(|purl| purl.path.clone()));
    let hints = [
        artifact.map(|purl| purl.path.clone()),
        Some(event.subject.id.clone()),
        event.subject.source.clone(),
        Some(event.context.source.clone()),
    ];
    Whereabouts {
        hints: hints.into_iter().flatten().collect(),
        ..reader.whereabouts(stated, event.custom("product"))
    }
}

/// A [package URL](https://github.com/package-url/purl-spec), as far as it is looked at.
#[derive(Debug, PartialEq, Eq)]
struct Purl {
    kind: String,
    path: String,
    version: Option<String>,
}

impl Purl {
    fn of(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("pkg:")?;
        let rest = rest.split(['?', '#']).next()?;
        let (kind, rest) = rest.trim_start_matches('/').split_once('/')?;
        let (path, version) = match rest.rsplit_once('@') {
            Some((path, version)) => (path, Some(version)),
            None => (rest, None),
        };
        Some(Self {
            kind: kind.to_ascii_lowercase(),
            path: decoded(path.trim_matches('/')),
            version: version.and_then(|version| some(&decoded(version))),
        })
    }
}

/// A text in which `%2F` stands for `/`; what is no such sign stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let byte = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_url_has_a_kind_a_path_and_a_version() {
        let check = |text: &str, expected: Option<(&str, &str, Option<&str>)>| {
            let found = Purl::of(text);
            let found = found.as_ref().map(|purl| {
                (
                    purl.kind.as_str(),
                    purl.path.as_str(),
                    purl.version.as_deref(),
                )
            });
            assert_eq!(found, expected, "{text}");
        };
        check(
            "pkg:github/acme/lamp@3f2a91c",
            Some(("github", "acme/lamp", Some("3f2a91c"))),
        );
        check(
            "pkg:oci/myapp@sha256%3A0b31?tag=v1#x",
            Some(("oci", "myapp", Some("sha256:0b31"))),
        );
        check(
            "pkg:generic/two%20words",
            Some(("generic", "two words", None)),
        );
        check("pkg:github/100%/é%zz@", Some(("github", "100%/é%zz", None)));
        check("six-1.14.0-py2.py3-none-any.whl", None);
        check("pkg:", None);
    }

    #[test]
    fn a_type_is_told_without_anything_that_a_terminal_would_obey() {
        assert_eq!(shown("service.deployed.0.3.0"), "service.deployed.0.3.0");
        assert_eq!(shown("a\u{1b}[31m`b"), "a31mb…");
        assert_eq!(
            word_of("dev.cdevents.service.deployed.0.3.0").as_deref(),
            Some("service.deployed")
        );
        assert_eq!(word_of("dev.cdevents.service"), None);
        assert_eq!(word_of("com.example.service.deployed"), None);
    }
}
