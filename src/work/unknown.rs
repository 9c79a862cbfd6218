//! What the registers name and nobody knows: metrics, logins, repositories, paths, labels, milestones, types and fields of issues.

use std::collections::BTreeSet;

use globset::Glob;

use super::initiatives::Initiative;
use super::roster::person_of;
use crate::domain::{Person, RepoName};
use crate::register::{
    Expectation, PersonMeasure, PrivateRegister, Register, is_same, nearest, slip_of,
};
use crate::tables::Tables;

/// Something that a register names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Table and key.
    pub place: String,
    /// What of it is not known, and what to do.
    pub message: String,
}

impl Unknown {
    fn new(place: &str, message: String) -> Self {
        Self {
            place: place.to_owned(),
            message,
        }
    }
}

fn near<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(wrong, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// Names of metrics that are none; `ids` are those that there are.
#[must_use]
pub fn metrics(team: &Register, private: &PrivateRegister, ids: &[&str]) -> Vec<Unknown> {
    let is_known = |id: &str| ids.contains(&id);
    let mut found = Vec::new();
    let limits = team.agreements.limits.iter().map(|limit| &limit.metric);
    let accepted = team.accepted.iter().map(|accepted| &accepted.metric);
    let named = limits
        .map(|id| ("agreements.limit.metric", id))
        .chain(accepted.map(|id| ("accepted.metric", id)));
    for (place, id) in named.filter(|(_, id)| !is_known(id)) {
        let near = near(id, ids.iter().copied());
        found.push(Unknown::new(place, format!("`{id}` is no metric{near}")));
    }
    for measure in private
        .goals
        .iter()
        .filter_map(|goal| goal.measure.as_ref())
    {
        if !is_known(measure) && PersonMeasure::of_word(measure).is_none() {
            let words = PersonMeasure::ALL.map(PersonMeasure::word);
            let near = near(measure, ids.iter().copied().chain(words));
            let message =
                format!("`{measure}` is neither a metric nor a measure of one person{near}");
            found.push(Unknown::new("goal.measure", message));
        }
    }
    found
}

/// Entries of the team's register that name nothing: they have no effect, whatever the store knows.
#[must_use]
pub fn without_effect(team: &Register) -> Vec<Unknown> {
    let empty = |place: &str, name: &str, lacks: &str| {
        Unknown::new(place, format!("`{name}` names {lacks}: nothing is in it"))
    };
    let areas = team.areas.iter().filter(|area| area.paths.is_empty());
    let products = team.products.iter();
    let products = products.filter(|product| product.selectors.is_empty());
    areas
        .map(|area| empty("area.paths", &area.name, "no path"))
        .chain(products.map(|one| empty("product.repositories", &one.name, "no repository")))
        .collect()
}

/// What the store does not know.
#[must_use]
pub fn in_the_store(team: &Register, private: &PrivateRegister, tables: &Tables) -> Vec<Unknown> {
    let mut found = Vec::new();
    logins(team, private, tables, &mut found);
    machines(team, tables, &mut found);
    scopes(team, tables, &mut found);
    repositories(team, private, tables, &mut found);
    paths(team, private, tables, &mut found);
    labels(private, tables, &mut found);
    types_and_fields(team, tables, &mut found);
    found
}

/// Logins that the registers name and nobody in the store has, each with whether the team's register names it.
#[must_use]
pub fn logins_of_nobody<'a>(
    team: &'a Register,
    private: &'a PrivateRegister,
    people: &[Person],
) -> BTreeSet<(bool, &'a str)> {
    let named = team
        .logins()
        .map(|(_, login)| (true, login))
        .chain(private.logins().map(|login| (false, login)));
    named
        .filter(|(_, login)| person_of(people, login).is_none())
        .collect()
}

fn logins(team: &Register, private: &PrivateRegister, tables: &Tables, found: &mut Vec<Unknown>) {
    let named = team.logins().chain(
        private
            .logins()
            .map(|login| ("the private register", login)),
    );
    let unknown: BTreeSet<(&str, &str)> = named
        .filter(|(_, login)| person_of(&tables.people, login).is_none())
        .collect();
    let known = || {
        let logins = tables.people.iter().flat_map(|person| &person.logins);
        logins.map(|login| login.0.as_str())
    };
    for (place, login) in unknown {
        let near = near(&login.to_lowercase(), known());
        let message = format!("nobody in the store has the login `{login}`{near}");
        found.push(Unknown::new(place, message));
    }
}

/// What is listed as a machine, is no login of the store, and looks like a slip: a machine that has not acted yet is none.
fn machines(team: &Register, tables: &Tables, found: &mut Vec<Unknown>) {
    let known = || {
        let logins = tables.people.iter().flat_map(|person| &person.logins);
        logins.map(|login| login.0.as_str())
    };
    let bots = team.bots.iter().map(|login| ("bots", login));
    let reviewers = team
        .ai_reviewers
        .iter()
        .map(|login| ("ai_reviewers", login));
    for (place, login) in bots.chain(reviewers) {
        if known().any(|known| known.eq_ignore_ascii_case(login)) {
            continue;
        }
        let is_login = |letter: char| letter.is_ascii_alphanumeric() || "-_[]".contains(letter);
        let message = if !login.chars().all(is_login) {
            format!("`{login}` is no login: write the account's, as `@` names it")
        } else if let Some(near) = slip_of(&login.to_lowercase(), known()) {
            format!("nobody in the store has the login `{login}`; did you mean `{near}`?")
        } else {
            continue;
        };
        found.push(Unknown::new(place, message));
    }
}

/// Scopes of what is accepted that are no product, repository, area or team. Where no area is declared, directories are areas: then only
/// what looks like a slip is told.
fn scopes(team: &Register, tables: &Tables, found: &mut Vec<Unknown>) {
    let products = team.products.iter().map(|product| product.name.as_str());
    let repositories = tables.repositories.iter().map(|row| row.name.as_str());
    let areas = team.areas.iter().map(|area| area.name.as_str());
    let teams = team.teams.iter().map(|team| team.name.as_str());
    let known = products.chain(repositories).chain(areas).chain(teams);
    let known: Vec<&str> = known.collect();
    for scope in team.accepted.iter().filter_map(|one| one.scope.as_deref()) {
        let is_known = known.iter().any(|known| known.eq_ignore_ascii_case(scope));
        if is_known {
            continue;
        }
        let near = if team.areas.is_empty() {
            // An area of a product with several repositories bears the repository's name before its own.
            let directory = scope.rsplit(": ").next();
            let mut files = tables.changes.files.iter();
            if files.any(|file| file.path.split('/').next() == directory) {
                continue;
            }
            let Some(near) = slip_of(scope, known.iter().copied()) else {
                continue;
            };
            format!("; did you mean `{near}`?")
        } else {
            near(scope, known.iter().copied())
        };
        let message = format!("`{scope}` is no product, repository, area or team{near}");
        found.push(Unknown::new("accepted.scope", message));
    }
}

fn repositories(
    team: &Register,
    private: &PrivateRegister,
    tables: &Tables,
    found: &mut Vec<Unknown>,
) {
    let is_there = |name: &RepoName| {
        let name = name.to_string();
        tables.repositories.iter().any(|row| row.is_called(&name))
    };
    let areas = team
        .areas
        .iter()
        .filter_map(|area| area.repository.as_ref());
    let initiatives = private.initiatives.iter().flat_map(|one| &one.repositories);
    let others = areas
        .map(|name| ("area.repository", name))
        .chain(initiatives.map(|name| ("initiative.repositories", name)))
        .filter(|(_, name)| !is_there(name));
    let products = team.absent(is_there);
    let absent = products.map(|(_, name)| ("product.repositories", name));
    for (place, name) in absent.chain(others) {
        let name = name.to_string();
        let known = tables.repositories.iter().map(|row| row.name.as_str());
        let near = near(&name, known);
        found.push(Unknown::new(
            place,
            format!("`{name}` is not in the store{near}"),
        ));
    }
}

/// Globs that match no file of the history and of no pull request.
fn paths(team: &Register, private: &PrivateRegister, tables: &Tables, found: &mut Vec<Unknown>) {
    let areas = team.areas.iter().flat_map(|area| &area.paths);
    let kinds = team.kinds.iter().flat_map(|kind| &kind.paths);
    let delegations = private.delegations.iter().flat_map(|one| &one.paths);
    let initiatives = private.initiatives.iter().flat_map(|one| &one.paths);
    let named = areas
        .map(|glob| ("area.paths", glob))
        .chain(kinds.map(|glob| ("kind.paths", glob)))
        .chain(
            team.mining
                .exclude
                .iter()
                .map(|glob| ("mining.exclude", glob)),
        )
        .chain(delegations.map(|glob| ("delegation.paths", glob)))
        .chain(initiatives.map(|glob| ("initiative.paths", glob)));
    let mined = tables.changes.files.iter().map(|file| file.path.as_str());
    let touched = tables.facts.pull_request_files.iter();
    let known: BTreeSet<&str> = mined.chain(touched.map(|row| row.path.as_ref())).collect();
    for (place, glob) in named {
        let Ok(matcher) = Glob::new(glob) else {
            continue;
        };
        let matcher = matcher.compile_matcher();
        if !known.iter().any(|path| matcher.is_match(path)) {
            let message = format!("`{glob}` matches no file of the store");
            found.push(Unknown::new(place, message));
        }
    }
}

/// Labels and milestones that nothing has ever had.
fn labels(private: &PrivateRegister, tables: &Tables, found: &mut Vec<Unknown>) {
    let facts = &tables.facts;
    let of_pull_requests = facts.pull_requests.iter().flat_map(|row| &row.labels);
    let of_issues = facts.issues.iter().flat_map(|row| &row.labels);
    let known: BTreeSet<&str> = of_pull_requests
        .chain(of_issues)
        .map(String::as_str)
        .collect();
    let delegations = private.delegations.iter().flat_map(|one| &one.labels);
    let initiatives = private
        .initiatives
        .iter()
        .filter_map(|one| one.label.as_ref());
    let named = delegations
        .map(|label| ("delegation.labels", label))
        .chain(initiatives.map(|label| ("initiative.label", label)));
    // A ladder is for all products: labels that one of them lacks are none of its faults, one of which nothing has any is.
    let is_lost = |labels: &&[String]| {
        let mut labels = labels.iter();
        !labels.any(|label| known.contains(label.as_str()))
    };
    let expectations = private.expectations.iter();
    let expected = expectations
        .map(|one| one.labels.as_slice())
        .filter(|labels| !labels.is_empty())
        .filter(is_lost)
        .flatten()
        .map(|label| ("expectation.labels", label));
    let named = named.filter(|(_, label)| !known.contains(label.as_str()));
    for (place, label) in named.chain(expected) {
        let near = near(label, known.iter().copied());
        found.push(Unknown::new(
            place,
            format!("nothing has the label `{label}`{near}"),
        ));
    }
    let titles: BTreeSet<&str> = facts
        .issues
        .iter()
        .filter_map(|row| row.milestone.as_deref())
        .chain(facts.milestones.iter().map(|row| row.title.as_str()))
        .collect();
    let milestones = private
        .initiatives
        .iter()
        .filter_map(|one| one.milestone.as_ref());
    for title in milestones.filter(|title| !titles.contains(title.as_str())) {
        let near = near(title, titles.iter().copied());
        let message = format!("no issue has the milestone `{title}`{near}");
        found.push(Unknown::new("initiative.milestone", message));
    }
}

/// Names of types and fields of issues that are so long are compared with those that there are: three letters turn a shorter one into
/// any other.
const LONG: usize = 6;

/// Types and fields of issues that nothing has and that are nearly those that there are. One that no issue has yet is no mistake.
fn types_and_fields(team: &Register, tables: &Tables, found: &mut Vec<Unknown>) {
    let facts = &tables.facts;
    let types = facts
        .issues
        .iter()
        .filter_map(|row| row.issue_type.as_deref());
    let types: BTreeSet<&str> = types.collect();
    let fields = facts.issue_fields.iter().map(|row| row.field.as_str());
    let fields: BTreeSet<&str> = fields.collect();
    let mut tell = |place: &str, what: &str, name: &str, known: &BTreeSet<&str>| {
        let is_there = known.iter().any(|known| is_same(known, name));
        let near = nearest(name, known.iter().copied());
        if let (false, true, Some(near)) = (is_there, name.len() >= LONG, near) {
            let message = format!("no issue has the {what} `{name}`; did you mean `{near}`?");
            found.push(Unknown::new(place, message));
        }
    };
    for name in &team.incident_types {
        tell("incident_types", "type", name, &types);
    }
    for (place, name) in team.incident_fields.named() {
        tell(place, "field", name, &fields);
    }
}

/// Initiatives that expectations name and that are none: `all` are those of the store.
#[must_use]
pub fn initiatives(private: &PrivateRegister, all: &[Initiative]) -> Vec<Unknown> {
    let known = || {
        let names = all.iter();
        names.flat_map(|one| [one.id.as_str(), one.title.as_str()])
    };
    let named: BTreeSet<&str> = private
        .expectations
        .iter()
        .flat_map(Expectation::named_initiatives)
        .collect();
    let is_known = |name: &&str| known().any(|known| is_same(known, name));
    named
        .into_iter()
        .filter(|name| !is_known(name))
        .map(|name| {
            let near = near(name, known());
            let message = format!(
                "`{name}` is neither the id nor the title of an initiative{near}; `work.md` has the ids"
            );
            Unknown::new("expectation.initiatives", message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{
        Account, FieldKind, Issue, IssueField, Login, PersonId, PrNumber, RepositoryId,
    };
    use crate::register::{parse, parse_private};

    #[test]
    fn a_metric_that_is_none_is_told_with_the_nearest() {
        let team = parse(
            "[[agreements.limit]]\nmetric = \"flow.pickup_tme\"\nat_most = 1\n",
            "it",
        )
        .unwrap();
        let private = parse_private(
            "[[goal]]\ntitle = \"x\"\nset_on = \"2026-01-01\"\nlogin = \"ada\"\nmeasure = \"reviews.answred\"\n",
            "it",
        )
        .unwrap();
        let found = metrics(&team, &private, &["flow.pickup_time"]);
        let told: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "`flow.pickup_tme` is no metric; did you mean `flow.pickup_time`?",
                "`reviews.answred` is neither a metric nor a measure of one person; did you mean `reviews.answered`?",
            ]
        );
    }

    #[test]
    fn a_listed_machine_that_is_a_slip_is_told_and_one_that_has_not_acted_yet_is_not() {
        let listed = "bots = [\"renovate\", \"ci\", \"tbek\", \"TBECK\", \"ada@acme.io\"]\n";
        let team = parse(listed, "it").unwrap();
        let private = parse_private("", "it").unwrap();
        let mut tables = Tables::default();
        let tbeck = Person {
            logins: vec![Login("tbeck".to_owned())],
            id: PersonId(0),
            display_name: "Tomas Beck".to_owned(),
            emails: Vec::new(),
            account: Account::Human,
            names: Vec::new(),
            is_known: true,
        };
        tables.people.push(tbeck);
        let found = in_the_store(&team, &private, &tables);
        let told: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "nobody in the store has the login `tbek`; did you mean `tbeck`?",
                "`ada@acme.io` is no login: write the account's, as `@` names it",
            ]
        );
    }

    #[test]
    fn a_team_is_a_scope_of_what_is_accepted_and_a_slip_of_one_is_told() {
        let accepted = |scope: &str| {
            format!(
                "[[accepted]]\nmetric = \"knowledge.silos\"\nscope = \"{scope}\"\nuntil = \"2026-09-30\"\nreason = \"hiring\"\n"
            )
        };
        let team = "[[team]]\nname = \"Platform\"\nowns = [\"acme/deploy-*\"]\n";
        let text = [team, &accepted("platform"), &accepted("Platfor")].concat();
        let team = parse(&text, "it").unwrap();
        let private = parse_private("", "it").unwrap();
        let found = in_the_store(&team, &private, &Tables::default());
        let told: Vec<&str> = found
            .iter()
            .filter(|one| one.place == "accepted.scope")
            .map(|one| one.message.as_str())
            .collect();
        assert_eq!(
            told,
            ["`Platfor` is no product, repository, area or team; did you mean `Platform`?"]
        );
    }

    #[test]
    fn a_type_or_field_that_is_nearly_another_is_told_and_one_that_is_not_there_yet_is_not() {
        let team = parse(
            "incident_types = [\"Incidnet\", \"Outage\", \"TASK\"]\n[incident_fields]\nseverity = \"Severty\"\n",
            "it",
        )
        .unwrap();
        let private = parse_private("", "it").unwrap();
        let mut tables = Tables::default();
        let told = |tables: &Tables| -> Vec<String> {
            let found = in_the_store(&team, &private, tables);
            let lines = found
                .iter()
                .map(|one| format!("{}: {}", one.place, one.message));
            lines.collect()
        };
        assert!(told(&tables).is_empty());
        for name in ["Incident", "Task", "Doc"] {
            tables.facts.issues.push(issue(name));
        }
        tables.facts.issue_fields.push(IssueField {
            repository: RepositoryId(0),
            number: PrNumber(1),
            field: "Severity".to_owned(),
            kind: FieldKind::SingleSelect,
            value: "High".to_owned(),
        });
        assert_eq!(
            told(&tables),
            [
                "incident_types: no issue has the type `Incidnet`; did you mean `Incident`?",
                "incident_fields.severity: no issue has the field `Severty`; did you mean `Severity`?",
            ]
        );
    }

    fn issue(issue_type: &str) -> Issue {
        Issue {
            repository: RepositoryId(0),
            number: PrNumber(1),
            title: String::new(),
            url: String::new(),
            author: None,
            created_at: Timestamp::UNIX_EPOCH,
            closed_at: None,
            state_reason: None,
            updated_at: Timestamp::UNIX_EPOCH,
            labels: Vec::new(),
            assignees: Vec::new(),
            milestone: None,
            body: String::new(),
            issue_type: Some(issue_type.to_owned()),
            untold: Vec::new(),
        }
    }

    #[test]
    fn what_an_empty_store_does_not_know_is_told_key_by_key() {
        let team = parse(
            "[[member]]\nlogin = \"ada\"\n[[product]]\nname = \"x\"\nrepositories = [\"acme/widgets\"]\n\
             [[area]]\nname = \"y\"\npaths = [\"src/**\"]\n",
            "it",
        )
        .unwrap();
        let private = parse_private(
            "[[initiative]]\ntitle = \"x\"\nlead = \"bo\"\nlabel = \"checkout\"\nmilestone = \"M\"\npaths = [\"web/**\"]\n",
            "it",
        )
        .unwrap();
        let found = in_the_store(&team, &private, &Tables::default());
        let places: Vec<&str> = found.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "member.login",
                "the private register",
                "product.repositories",
                "area.paths",
                "initiative.paths",
                "initiative.label",
                "initiative.milestone",
            ]
        );
    }
}
