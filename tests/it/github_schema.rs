//! Documents, the served schema, GitHub's published schema and the wire structs say the same.

use std::collections::BTreeMap;

use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use linchpin::demo::fake::SCHEMA;
use linchpin::github::operation::{ALL, Operation};
use linchpin::github::wire;
use linchpin::github::wire::repository::{InNode, InNodes, InRepository};
use serde::Deserialize;
use serde_json::{Map, Value, json};

fn served() -> Valid<Schema> {
    Schema::parse_and_validate(SCHEMA, "schema.graphql").unwrap()
}

fn document(schema: &Valid<Schema>, operation: &Operation) -> Valid<ExecutableDocument> {
    match ExecutableDocument::parse_and_validate(schema, operation.document, operation.name) {
        Ok(document) => document,
        Err(error) => panic!("`{}` is not valid:\n{error}", operation.name),
    }
}

#[test]
fn every_document_is_one_valid_operation_named_after_its_file() {
    let schema = served();
    for operation in ALL {
        let parsed = document(&schema, operation);
        let names: Vec<_> = parsed
            .operations
            .iter()
            .filter_map(|found| found.name.as_ref())
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, [operation.name]);
    }
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/github");
    let mut stems: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "graphql")
        })
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    stems.sort();
    let pascal = |stem: &String| {
        let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
        stem.split('_').map(capital).collect::<String>()
    };
    let mut named: Vec<String> = stems.iter().map(pascal).collect();
    named.sort();
    let mut known: Vec<String> = ALL
        .iter()
        .map(|operation| operation.name.to_owned())
        .collect();
    known.sort();
    assert_eq!(
        named, known,
        "a file without an operation, or an operation without a file"
    );
}

/// What GitHub's reference has and the package lacks: a package that has any of it is refused as saying it twice.
const NOT_IN_THE_PACKAGE: &str = include_str!("../../fixtures/github/not_in_the_package.graphql");

/// GitHub's published schema, where the environment says that it is installed.
fn published() -> Option<Valid<Schema>> {
    let Ok(path) = std::env::var("LINCHPIN_GITHUB_SCHEMA") else {
        assert!(
            std::env::var("CI").is_err(),
            "LINCHPIN_GITHUB_SCHEMA must name GitHub's schema.graphql (npm @octokit/graphql-schema 15.25.0) in CI"
        );
        println!("not run: LINCHPIN_GITHUB_SCHEMA does not name GitHub's published schema");
        return None;
    };
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{path}`: {error}"));
    let whole = format!("{text}\n{NOT_IN_THE_PACKAGE}");
    Some(Schema::parse_and_validate(whole, &path).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn every_document_is_valid_against_the_schema_that_github_publishes() {
    let Some(schema) = published() else { return };
    for operation in ALL {
        document(&schema, operation);
    }
}

#[test]
fn the_served_schema_is_a_part_of_the_one_that_github_publishes() {
    let Some(published) = published() else { return };
    let served = served();
    let mut wrong = Vec::new();
    for (name, ours) in &served.types {
        if ours.is_built_in() {
            continue;
        }
        let Some(theirs) = published.types.get(name) else {
            wrong.push(format!("type {name}"));
            continue;
        };
        type Fields = BTreeMap<String, (String, BTreeMap<String, String>)>;
        let fields = |ty: &ExtendedType| -> Fields {
            let list = match ty {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => return Fields::new(),
            };
            list.iter()
                .map(|(name, field)| {
                    let arguments = field
                        .arguments
                        .iter()
                        .map(|argument| (argument.name.to_string(), argument.ty.to_string()))
                        .collect();
                    (name.to_string(), (field.ty.to_string(), arguments))
                })
                .collect()
        };
        let known = fields(theirs);
        for (field, (ty, arguments)) in fields(ours) {
            match known.get(&field) {
                Some((known_ty, known_arguments)) => {
                    if *known_ty != ty {
                        wrong.push(format!("{name}.{field}: {ty}, published {known_ty}"));
                    }
                    for (argument, ty) in arguments {
                        if known_arguments.get(&argument) != Some(&ty) {
                            wrong.push(format!("{name}.{field}({argument}: {ty})"));
                        }
                    }
                }
                None => wrong.push(format!("{name}.{field}")),
            }
        }
        match (ours, theirs) {
            (ExtendedType::Object(ours), ExtendedType::Object(theirs)) => {
                for interface in &ours.implements_interfaces {
                    if !theirs.implements_interfaces.contains(interface) {
                        wrong.push(format!("{name} implements {interface}"));
                    }
                }
            }
            (ExtendedType::Interface(_), ExtendedType::Interface(_))
            | (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => {}
            (ExtendedType::Enum(ours), ExtendedType::Enum(theirs)) => {
                wrong.extend(
                    ours.values
                        .keys()
                        .filter(|value| !theirs.values.contains_key(*value))
                        .map(|value| format!("{name}.{value}")),
                );
            }
            (ExtendedType::Union(ours), ExtendedType::Union(theirs)) => {
                wrong.extend(
                    ours.members
                        .iter()
                        .filter(|member| !theirs.members.contains(*member))
                        .map(|member| format!("{name} | {member}")),
                );
            }
            (ExtendedType::InputObject(ours), ExtendedType::InputObject(theirs)) => {
                for (field, value) in &ours.fields {
                    if theirs.fields.get(field).map(|known| known.ty.to_string())
                        != Some(value.ty.to_string())
                    {
                        wrong.push(format!("{name}.{field}"));
                    }
                }
            }
            _ => wrong.push(format!("{name} is of another kind")),
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "not in GitHub's schema");
}

/// A whole answer to a document: every field present, every list with one element for each type it may hold.
struct Sampler<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    /// Which of several possible types a single field holds.
    choice: usize,
}

impl Sampler<'_> {
    fn possible(&self, name: &str) -> Vec<String> {
        match self.schema.types.get(name) {
            Some(ExtendedType::Union(union)) => {
                union.members.iter().map(ToString::to_string).collect()
            }
            Some(ExtendedType::Interface(_)) => {
                let mut names: Vec<String> = self
                    .schema
                    .types
                    .iter()
                    .filter(|(_, ty)| matches!(ty, ExtendedType::Object(object) if object.implements_interfaces.contains(name)))
                    .map(|(found, _)| found.to_string())
                    .collect();
                names.sort();
                names
            }
            _ => vec![name.to_owned()],
        }
    }

    fn collect<'b>(&'b self, set: &'b SelectionSet, concrete: &str, into: &mut Vec<&'b Field>) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => into.push(field),
                Selection::InlineFragment(inline) => {
                    let fits = inline.type_condition.as_ref().is_none_or(|condition| {
                        self.possible(condition).iter().any(|name| name == concrete)
                    });
                    if fits {
                        self.collect(&inline.selection_set, concrete, into);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &self.document.fragments[&spread.fragment_name];
                    if self
                        .possible(fragment.type_condition())
                        .iter()
                        .any(|name| name == concrete)
                    {
                        self.collect(&fragment.selection_set, concrete, into);
                    }
                }
            }
        }
    }

    fn object(&self, set: &SelectionSet, concrete: &str) -> Value {
        let mut fields = Vec::new();
        self.collect(set, concrete, &mut fields);
        let mut object = Map::new();
        for field in fields {
            object.insert(
                field.response_key().to_string(),
                self.field(field, concrete),
            );
        }
        Value::Object(object)
    }

    fn field(&self, field: &Field, concrete: &str) -> Value {
        if field.name == "__typename" {
            return json!(concrete);
        }
        let ty = field.definition.ty.inner_named_type().to_string();
        let is_list = field.definition.ty.is_list();
        let one = |concrete: &str| match self.schema.types.get(ty.as_str()) {
            Some(ExtendedType::Scalar(_)) => match ty.as_str() {
                "Int" | "Float" => json!(7),
                "Boolean" => json!(true),
                "DateTime" => json!("2026-01-01T00:00:00Z"),
                _ => json!("text"),
            },
            Some(ExtendedType::Enum(values)) => {
                json!(values.values.keys().next().unwrap().to_string())
            }
            _ => self.object(&field.selection_set, concrete),
        };
        let possible = self.possible(&ty);
        if is_list {
            Value::Array(possible.iter().map(|concrete| one(concrete)).collect())
        } else {
            one(&possible[self.choice % possible.len()])
        }
    }
}

type Read = fn(&Value) -> Result<(), serde_json::Error>;

fn whole<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<(), serde_json::Error> {
    T::deserialize(value).map(|_| ())
}

/// The node of a tail operation: its id, its type and one list.
fn tail<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<(), serde_json::Error> {
    let answer = InNode::<BTreeMap<String, Value>>::deserialize(value)?;
    let mut node = answer
        .node
        .ok_or_else(|| serde::de::Error::custom("no node"))?;
    for name in ["__typename", "id"] {
        node.remove(name)
            .ok_or_else(|| serde::de::Error::missing_field("id"))?;
    }
    let (_, list) = node
        .pop_first()
        .ok_or_else(|| serde::de::Error::custom("no list"))?;
    assert!(node.is_empty(), "a tail asks for one list");
    wire::Connection::<T>::deserialize(list).map(|_| ())
}

/// A page of nodes that is kept as it came, and decoded later.
fn page<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<(), serde_json::Error> {
    let mut answer = InRepository::<BTreeMap<String, Value>>::deserialize(value)?;
    let list = answer
        .repository
        .as_mut()
        .and_then(BTreeMap::pop_first)
        .ok_or_else(|| serde::de::Error::custom("no list"))?;
    wire::Connection::<T>::deserialize(list.1).map(|_| ())
}

fn readers() -> BTreeMap<&'static str, Read> {
    use wire::pull_request as pr;
    BTreeMap::from([
        ("Repository", whole_repository as Read),
        ("OverviewsById", whole_repositories),
        ("SettingsById", whole_settings),
        (
            "PullRequestIds",
            whole::<InRepository<wire::repository::PullRequestIds>>,
        ),
        ("PullRequests", whole_pull_request),
        ("PullRequestCommits", tail::<pr::PullRequestCommit>),
        ("PullRequestFiles", tail::<pr::File>),
        ("PullRequestReviews", tail::<pr::Review>),
        ("PullRequestThreads", tail::<pr::Thread>),
        ("ThreadComments", tail::<pr::ThreadComment>),
        ("PullRequestComments", tail::<wire::Comment>),
        ("PullRequestTimelineItems", tail::<pr::Event>),
        ("PullRequestLabels", tail::<wire::Label>),
        ("PullRequestClosingIssues", tail::<pr::ClosingIssue>),
        ("Issues", page::<wire::issue::Issue>),
        ("IssuesById", whole_issue),
        ("IssueOutlines", page::<wire::repository::Outline>),
        ("PullRequestOutlines", page::<wire::repository::Outline>),
        (
            "DeploymentOutlines",
            page::<wire::repository::DeploymentOutline>,
        ),
        ("IssueComments", tail::<wire::Comment>),
        ("IssueLabels", tail::<wire::Label>),
        ("IssueTimelineItems", tail::<wire::issue::Event>),
        ("IssueSubIssues", tail::<wire::issue::LinkedIssue>),
        ("IssueBlockedBy", tail::<wire::issue::LinkedIssue>),
        ("IssueFieldValues", tail::<wire::issue::FieldValue>),
        ("Deployments", page::<wire::delivery::Deployment>),
        ("DeploymentsById", whole_deployment),
        ("DeploymentStatuses", tail::<wire::delivery::Status>),
        ("Releases", page::<wire::delivery::Release>),
        (
            "RepositorySettings",
            whole::<InRepository<wire::settings::Settings>>,
        ),
        ("TeamMembers", tail::<wire::Actor>),
        ("Survey", whole::<InRepository<wire::repository::Survey>>),
        ("OwnerRepositories", whole::<wire::owner::OfOwner>),
        ("TeamRepositories", whole::<wire::owner::OfTeam>),
        ("RepositoriesById", whole_whereabouts),
    ])
}

/// Of the nodes of every type that the sample holds, those of the type that is asked for.
fn of_type<T: for<'de> Deserialize<'de>>(
    value: &Value,
    name: &str,
) -> Result<(), serde_json::Error> {
    let answer = InNodes::<Value>::deserialize(value)?;
    for node in answer.nodes.into_iter().flatten() {
        if node.get("__typename").is_none_or(|found| found == name)
            && node.as_object().is_some_and(|node| node.len() > 1)
        {
            T::deserialize(node)?;
        }
    }
    Ok(())
}

fn whole_pull_request(value: &Value) -> Result<(), serde_json::Error> {
    of_type::<wire::pull_request::PullRequest>(value, "PullRequest")
}

/// The overview, whose releases are kept as they came.
fn whole_repository(value: &Value) -> Result<(), serde_json::Error> {
    let answer = InRepository::<wire::repository::Repository>::deserialize(value)?;
    answer.repository.map_or(Ok(()), whole_releases)
}

/// The same of many.
fn whole_repositories(value: &Value) -> Result<(), serde_json::Error> {
    let answer = InNodes::<Value>::deserialize(value)?;
    let nodes = answer.nodes.into_iter().flatten();
    nodes
        .filter(|node| node.as_object().is_some_and(|node| !node.is_empty()))
        .try_for_each(|node| whole_releases(wire::repository::Repository::deserialize(node)?))
}

fn whole_releases(found: wire::repository::Repository) -> Result<(), serde_json::Error> {
    let releases = found.releases.into_iter();
    for release in releases.flat_map(wire::Connection::into_nodes) {
        wire::delivery::Release::deserialize(release)?;
    }
    Ok(())
}

fn whole_settings(value: &Value) -> Result<(), serde_json::Error> {
    of_type::<wire::settings::Settings>(value, "Repository")
}

fn whole_whereabouts(value: &Value) -> Result<(), serde_json::Error> {
    of_type::<wire::owner::Whereabouts>(value, "Repository")
}

fn whole_issue(value: &Value) -> Result<(), serde_json::Error> {
    of_type::<wire::issue::Issue>(value, "Issue")
}

fn whole_deployment(value: &Value) -> Result<(), serde_json::Error> {
    of_type::<wire::delivery::Deployment>(value, "Deployment")
}

/// Every path to an object's field, as JSON pointers of the object and the field's name.
fn fields(value: &Value, at: &str, into: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                into.push((at.to_owned(), name.clone()));
                fields(inner, &format!("{at}/{name}"), into);
            }
        }
        Value::Array(list) => {
            for (position, inner) in list.iter().enumerate() {
                fields(inner, &format!("{at}/{position}"), into);
            }
        }
        _ => {}
    }
}

/// Lists of a repository that are left out where they may not be read.
const LEFT_OUT: [&str; 7] = [
    "pullRequests",
    "issues",
    "deployments",
    "releases",
    "labels",
    "open",
    "recent",
];

/// Counts of a listed repository that are left out where they may not be read.
const COUNTS: [&str; 2] = ["pullRequests", "issues"];

/// Fields that earlier versions did not ask for, by the list or field that they are in.
const ASKED_SINCE: [(&str, &str); 17] = [
    ("nodes", "databaseId"),
    ("deployments", "databaseId"),
    ("releases", "databaseId"),
    ("defaultBranchRef", "branchProtectionRule"),
    ("requestedReviewer", "databaseId"),
    ("nodes", "previousReviewState"),
    ("nodes", "review"),
    ("nodes", "stateReason"),
    ("nodes", "issueType"),
    ("nodes", "parent"),
    ("nodes", "subIssues"),
    ("nodes", "blockedBy"),
    ("nodes", "issueFieldValues"),
    ("commit", "messageHeadline"),
    ("nodes", "description"),
    ("nodes", "reason"),
    ("nodes", "repositoryRuleset"),
];

/// What is asked of a branch only where a night is decided by it, and what the token may not read of it.
const OF_CHECKS: [(&str, &str); 2] = [("defaultBranchRef", "target"), ("target", "checkSuites")];

/// Parts of a repository's settings that are left out where they may not be read, or are known.
const SETTINGS_LEFT_OUT: [&str; 4] = ["defaultBranchRef", "milestones", "environments", "owner"];

/// Fields that some types of an actor or a reviewer have and others lack.
const DEPEND_ON_TYPE: [&str; 5] = ["id", "databaseId", "name", "login", "slug"];

#[test]
fn what_is_asked_for_and_what_is_read_are_the_same_fields() {
    let schema = served();
    let readers = readers();
    let mut n_removed = 0;
    for operation in ALL {
        let read = readers
            .get(operation.name)
            .unwrap_or_else(|| panic!("nothing reads `{}`", operation.name));
        let parsed = document(&schema, operation);
        for choice in 0..4 {
            let sampler = Sampler {
                schema: &schema,
                document: &parsed,
                choice,
            };
            let set = &parsed.operations.iter().next().unwrap().selection_set;
            let mut sample = sampler.object(set, "Query");
            if sample.get("node").is_some() {
                // The node is of the one type that the document asks for.
                let found = (0..64)
                    .map(|choice| {
                        Sampler {
                            schema: &schema,
                            document: &parsed,
                            choice,
                        }
                        .object(set, "Query")
                    })
                    .find(|sample| {
                        sample["node"]
                            .as_object()
                            .is_some_and(|node| node.len() > 2)
                    });
                sample = found.unwrap();
            }
            if let Err(error) = read(&sample) {
                panic!(
                    "`{}` asks for something that is not read, or the other way round: {error}",
                    operation.name
                );
            }
            let mut all = Vec::new();
            fields(&sample, "", &mut all);
            for (object, name) in all {
                let mut without = sample.clone();
                let target = without
                    .pointer_mut(&object)
                    .and_then(Value::as_object_mut)
                    .unwrap();
                let is_actor = target.contains_key("__typename")
                    && target
                        .keys()
                        .all(|key| key == "__typename" || DEPEND_ON_TYPE.contains(&key.as_str()));
                let is_other_node = object.starts_with("/nodes/")
                    && object.matches('/').count() == 2
                    && target.len() <= 1;
                if (is_actor && DEPEND_ON_TYPE.contains(&name.as_str())) || is_other_node {
                    continue;
                }
                if object.starts_with("/nodes/")
                    && object.matches('/').count() == 2
                    && name == "__typename"
                {
                    continue;
                }
                let left_out: &[&str] = match operation.name {
                    "Repository" | "OverviewsById" | "Survey" => &LEFT_OUT,
                    "RepositorySettings" | "SettingsById" => &SETTINGS_LEFT_OUT,
                    _ => &[],
                };
                let is_counted =
                    object.ends_with("/repositories/nodes/0") && COUNTS.contains(&name.as_str());
                if is_counted {
                    continue;
                }
                let is_node = object.starts_with("/nodes/") && object.matches('/').count() == 2;
                let is_repository = object == "/repository" || is_node;
                if is_repository && left_out.contains(&name.as_str()) {
                    continue;
                }
                // Records of earlier versions lack what is asked for since: it may be missing.
                let parent = object
                    .rsplit('/')
                    .find(|part| part.parse::<usize>().is_err());
                if OF_CHECKS.contains(&(parent.unwrap_or_default(), name.as_str())) {
                    continue;
                }
                if ASKED_SINCE.contains(&(parent.unwrap_or_default(), name.as_str())) {
                    continue;
                }
                target.remove(&name);
                n_removed += 1;
                assert!(
                    read(&without).is_err(),
                    "`{}` asks for `{object}/{name}`, and nothing reads it",
                    operation.name
                );
            }
        }
    }
    assert!(n_removed > 1_000, "{n_removed}");
}

/// How many nodes a selection may return at most, and how many lists GitHub must read for it, for each of `n` parents.
fn weight(document: &ExecutableDocument, set: &SelectionSet, n: u64, listed: u64) -> (u64, u64) {
    let mut total = (0, 0);
    for selection in &set.selections {
        let (n_nodes, n_lists) = match selection {
            Selection::Field(field) => {
                let argument = |name: &str| {
                    field
                        .arguments
                        .iter()
                        .find(|argument| argument.name == name)
                };
                let first = argument("first").map(|argument| {
                    let literal = argument
                        .value
                        .to_i32()
                        .and_then(|first| u64::try_from(first).ok());
                    literal.unwrap_or(listed)
                });
                if let Some(first) = first {
                    assert!(
                        (1..=100).contains(&first),
                        "`{}` asks for {first}",
                        field.name
                    );
                    let inner = weight(document, &field.selection_set, n * first, listed);
                    (n * first + inner.0, n + inner.1)
                } else if argument("ids").is_some() {
                    let inner = weight(document, &field.selection_set, listed, listed);
                    (listed + inner.0, inner.1)
                } else {
                    weight(document, &field.selection_set, n, listed)
                }
            }
            Selection::InlineFragment(inline) => weight(document, &inline.selection_set, n, listed),
            Selection::FragmentSpread(spread) => weight(
                document,
                &document.fragments[&spread.fragment_name].selection_set,
                n,
                listed,
            ),
        };
        total.0 += n_nodes;
        total.1 += n_lists;
    }
    total
}

#[test]
fn no_document_asks_for_more_nodes_than_github_allows() {
    let schema = served();
    for operation in ALL {
        let parsed = document(&schema, operation);
        let set = &parsed.operations.iter().next().unwrap().selection_set;
        let (n_nodes, _) = weight(&parsed, set, 1, 100);
        assert!(
            n_nodes <= 500_000,
            "`{}` may return {n_nodes} nodes",
            operation.name
        );
    }
}

/// How many lists an operation has GitHub read for a hundred ids, or for a page of a hundred.
fn n_lists_of_a_hundred(name: &str) -> u64 {
    let schema = served();
    let operation = ALL.iter().find(|operation| operation.name == name).unwrap();
    let parsed = document(&schema, operation);
    let set = &parsed.operations.iter().next().unwrap().selection_set;
    weight(&parsed, set, 1, 100).1
}

#[test]
fn the_estimates_count_the_lists_that_are_asked_for() {
    assert_eq!(
        n_lists_of_a_hundred("PullRequests"),
        100 * 28,
        "lists of a hundred pull requests: `probe` and the fake reckon with 28 each"
    );
    assert_eq!(
        n_lists_of_a_hundred("Issues"),
        1 + 100 * 7,
        "lists of a hundred issues: `probe` and the fake reckon with 7 each, 4 points a page of 50"
    );
}
