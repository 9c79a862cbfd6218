//! What happened to deliveries as [CDEvents 0.5](https://cdevents.dev), a line each, in the JSON format of CloudEvents 1.0: the
//! attributes of the binding, and the whole event in `data`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::{RenderError, encode};
use crate::domain::{IncidentKey, RepositoryId, ResolvedFrom};
use crate::metrics::events::{Deployed, Event, Known, What};
use crate::report::RepositoryLabel;

/// The version of CDEvents.
const CDEVENTS: &str = "0.5.0";
/// The environment of an incident that no deployment is known to have caused: incidents are told of production alone.
const PRODUCTION: &str = "production";

/// An event in the JSON format of CloudEvents.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CloudEvent {
    /// The version of CloudEvents: 1.0.
    specversion: &'static str,
    /// The same for the same event, whenever it is exported.
    id: String,
    /// The repository's page, or its path where it has none.
    source: String,
    /// The kind of event, with its version.
    r#type: &'static str,
    /// What it is about.
    subject: String,
    /// When it happened, RFC 3339.
    time: String,
    /// `application/json`.
    datacontenttype: &'static str,
    /// The event of CDEvents.
    data: CdEvent,
}

/// An event of CDEvents.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CdEvent {
    /// Which event it is.
    context: Context,
    /// What it is about.
    subject: Subject,
    /// What linchpin knows besides.
    custom_data: Custom,
    /// `application/json`.
    custom_data_content_type: &'static str,
}

/// Which event it is.
#[derive(Debug, Serialize, JsonSchema)]
struct Context {
    /// The version of CDEvents.
    specversion: &'static str,
    /// As outside.
    id: String,
    /// As outside.
    source: String,
    /// As outside.
    r#type: &'static str,
    /// As outside.
    timestamp: String,
}

/// What an event is about.
#[derive(Debug, Serialize, JsonSchema)]
struct Subject {
    /// Its id.
    id: String,
    /// Where it is known.
    source: String,
    /// What there is to say of it.
    content: Content,
}

/// What there is to say of a service, an incident or a change.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Content {
    /// Where a service runs, or an incident is.
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<Reference>,
    /// The service of an incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<Reference>,
    /// What was deployed, as a package URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_id: Option<String>,
    /// The repository of a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<Reference>,
}

/// Something that another event may be about.
#[derive(Debug, Serialize, JsonSchema)]
struct Reference {
    /// Its id.
    id: String,
    /// Where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

/// What linchpin knows besides.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Custom {
    /// The product.
    product: String,
    /// Where a deployment's record, or an incident's clock, is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    told_by: Option<String>,
    /// The commit of a deployment, or of a change on the default branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    /// What somebody named as the cause of an incident: `commit 3f2a91c`, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    caused_by: Option<String>,
}

/// The events, one a line. `digest` makes a key of words, the same ones always the same; `public` takes names of people out of a text.
///
/// # Errors
/// A defect of the program.
pub fn lines(
    events: &[Event],
    repositories: &[RepositoryLabel],
    digest: &dyn Fn(&str) -> String,
    public: &dyn Fn(&str) -> String,
) -> Result<String, RenderError> {
    let telling = Telling {
        repositories,
        digest,
        public,
    };
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    for event in events {
        let found = telling.told(event);
        // A repository of two products has each event once.
        if !seen.insert(found.id.clone()) {
            continue;
        }
        text.push_str(&encode::json(serde_json::to_string(&found)?));
        text.push('\n');
    }
    Ok(text)
}

/// What events are told with.
struct Telling<'a> {
    repositories: &'a [RepositoryLabel],
    digest: &'a dyn Fn(&str) -> String,
    public: &'a dyn Fn(&str) -> String,
}

impl Telling<'_> {
    fn told(&self, event: &Event) -> CloudEvent {
        let source = match event.repository {
            Some(repository) => self.source(repository),
            None => format!("/{}", percent_encoded(&(self.public)(&event.product))),
        };
        let name = event
            .repository
            .map_or_else(String::new, |repository| self.name(repository));
        let (kind, key, subject, mut custom) = match &event.what {
            What::Deployed(deployed) => self.deployed(
                "dev.cdevents.service.deployed.0.3.0",
                (&name, &source),
                event.repository,
                deployed,
            ),
            What::RolledBack(deployed) => self.deployed(
                "dev.cdevents.service.rolledback.0.3.0",
                (&name, &source),
                event.repository,
                deployed,
            ),
            What::Detected { incident, from } => self.incident(
                "dev.cdevents.incident.detected.0.3.0",
                (&name, &source),
                incident,
                Some(from.word()),
            ),
            What::Resolved { incident, from } => self.incident(
                "dev.cdevents.incident.resolved.0.3.0",
                (&name, &source),
                incident,
                from.map(ResolvedFrom::word),
            ),
            What::Merged { number, commit } => (
                "dev.cdevents.change.merged.0.3.0",
                number.to_string(),
                Subject {
                    id: format!("{name}{number}"),
                    source: source.clone(),
                    content: Content {
                        repository: Some(Reference {
                            id: name.clone(),
                            source: Some(source.clone()),
                        }),
                        ..Content::default()
                    },
                },
                Custom {
                    commit: commit.map(|commit| commit.to_string()),
                    ..Custom::default()
                },
            ),
        };
        custom.product = (self.public)(&event.product);
        let id = (self.digest)(&format!("{kind}\n{source}\n{key}"));
        let time = event.at.to_string();
        CloudEvent {
            specversion: "1.0",
            id: id.clone(),
            source: source.clone(),
            r#type: kind,
            subject: subject.id.clone(),
            time: time.clone(),
            datacontenttype: "application/json",
            data: CdEvent {
                context: Context {
                    specversion: CDEVENTS,
                    id,
                    source,
                    r#type: kind,
                    timestamp: time,
                },
                subject,
                custom_data: custom,
                custom_data_content_type: "application/json",
            },
        }
    }

    fn deployed(
        &self,
        kind: &'static str,
        (name, source): (&str, &str),
        repository: Option<RepositoryId>,
        deployed: &Deployed,
    ) -> (&'static str, String, Subject, Custom) {
        let subject = Subject {
            id: name.to_owned(),
            source: source.to_owned(),
            content: Content {
                environment: Some(self.environment(&deployed.environment)),
                artifact_id: repository.map(|repository| self.artifact(repository, deployed)),
                ..Content::default()
            },
        };
        let custom = Custom {
            told_by: Some(deployed.deployment[0].clone()),
            commit: deployed.commit.map(|commit| commit.to_string()),
            ..Custom::default()
        };
        (kind, deployed.deployment.join("\n"), subject, custom)
    }

    fn incident(
        &self,
        kind: &'static str,
        (name, source): (&str, &str),
        incident: &Known,
        from: Option<&'static str>,
    ) -> (&'static str, String, Subject, Custom) {
        let cause = incident.cause.as_ref();
        let environment = cause.map_or(PRODUCTION, |(_, deployed)| &deployed.environment);
        let subject = Subject {
            id: match &incident.key {
                IncidentKey::Issue(_, number) => format!("{name}{number}"),
                // Whoever declared it chose the id: it may name somebody.
                IncidentKey::Declared(_, id) => (self.public)(id),
            },
            source: source.to_owned(),
            content: Content {
                environment: Some(self.environment(environment)),
                service: cause.map(|(repository, _)| Reference {
                    id: self.name(*repository),
                    source: Some(self.source(*repository)),
                }),
                artifact_id: cause
                    .map(|(repository, deployed)| self.artifact(*repository, deployed)),
                ..Content::default()
            },
        };
        let custom = Custom {
            told_by: from.map(str::to_owned),
            caused_by: incident.caused_by.clone(),
            ..Custom::default()
        };
        let key = match &incident.key {
            IncidentKey::Issue(_, number) => number.to_string(),
            IncidentKey::Declared(_, id) => format!("declared\n{id}"),
        };
        (kind, key, subject, custom)
    }

    fn environment(&self, name: &str) -> Reference {
        Reference {
            id: (self.public)(name),
            source: None,
        }
    }

    fn label(&self, id: RepositoryId) -> Option<&RepositoryLabel> {
        self.repositories.iter().find(|label| label.id == id)
    }

    /// `acme/widgets`.
    fn name(&self, id: RepositoryId) -> String {
        self.label(id).map_or_else(
            || format!("repository-{}", id.0),
            |label| label.name.clone(),
        )
    }

    /// A URI reference: the repository's page, else its name as a path.
    fn source(&self, id: RepositoryId) -> String {
        let page = self.label(id).and_then(|label| label.url.as_deref());
        page.and_then(encode::url)
            .unwrap_or_else(|| format!("/{}", percent_encoded(&self.name(id))))
    }

    /// A [package URL](https://github.com/package-url/purl-spec): of a repository on GitHub, else a generic one.
    fn artifact(&self, id: RepositoryId, deployed: &Deployed) -> String {
        let name = self.name(id);
        let is_github = self.label(id).is_some_and(|label| label.url.is_some());
        let kind = if is_github && name.contains('/') {
            format!("github/{}", percent_encoded(&name.to_lowercase()))
        } else {
            format!("generic/{}", percent_encoded(&name))
        };
        let version = deployed
            .commit
            .map_or_else(String::new, |commit| format!("@{commit}"));
        format!("pkg:{kind}{version}")
    }
}

/// A path of unreserved characters (RFC 3986); all else as percent signs and two digits a byte.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PrNumber, StartedFrom};

    #[test]
    fn an_event_is_the_same_outside_and_inside_and_its_id_is_its_own() {
        let event = |number| Event {
            at: "2026-03-01T10:00:00Z".parse().unwrap(),
            product: "a\u{202e}b".into(),
            repository: Some(RepositoryId(7)),
            what: What::Detected {
                incident: Known {
                    key: IncidentKey::Issue(RepositoryId(7), PrNumber(number)),
                    cause: None,
                    caused_by: None,
                },
                from: StartedFrom::Opened,
            },
        };
        let label = RepositoryLabel {
            id: RepositoryId(7),
            name: "two words".into(),
            url: None,
        };
        let digest =
            |text: &str| format!("{:x}", text.len() * 31 + usize::from(text.ends_with('2')));
        let text = lines(&[event(1), event(2)], &[label], &digest, &str::to_owned).unwrap();
        let found: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let first = &found[0];
        for (outer, inner) in [
            ("id", "id"),
            ("source", "source"),
            ("type", "type"),
            ("time", "timestamp"),
        ] {
            assert_eq!(first[outer], first["data"]["context"][inner]);
        }
        assert_eq!(first["source"], "/two%20words");
        assert_eq!(first["subject"], first["data"]["subject"]["id"]);
        assert_eq!(
            first["data"]["subject"]["content"]["environment"]["id"],
            "production"
        );
        assert_ne!(first["id"], found[1]["id"]);
        assert!(text.contains("a\\u202eb"), "{text}");
    }
}
