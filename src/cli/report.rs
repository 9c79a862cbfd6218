//! From the store to the team tree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use super::console::note;
use super::context::Context;
use super::error::{CliError, ErrorKind};
use super::manifest::manifest_of;
use super::output::{Audience, replace_tree};
use super::templates;
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::domain::{Account, Person, RepoName, RepositoryId};
use crate::evidence::published::Published;
use crate::evidence::{self, Sources};
use crate::metrics::agreements::{Agreement, agreements};
use crate::metrics::knowledge::silos;
use crate::metrics::movement::{self, RunHead, RunRepository};
use crate::metrics::recent::Recent;
use crate::metrics::{self, Measure, unmet};
use crate::register::{Limit, nearest};
use crate::render::{self, OutputFile, encode};
use crate::report::{
    AcceptedFlag, AgreedLimit, KnownPerson, MarkedDay, Names, ProductInput, RepositoryLabel,
    TeamDefinition, TeamInput, TeamReport,
};
use crate::store::{self, Store, checksum};
use crate::tables::{FactTable, Tables};
use crate::work::unknown::logins_of_nobody;
use crate::work::{Past, Product, Reading};

impl Analysis {
    /// Reads the store of a workspace, which somebody may be writing.
    pub fn of(workspace: &Workspace, parts: &[FactTable]) -> Result<Self, CliError> {
        reading(workspace, |store| {
            Ok(Self::read(store, &workspace.inquiry(), parts)?)
        })
    }

    /// Somebody whom the arguments name.
    pub fn named(&self, who: &str) -> Result<&Person, CliError> {
        self.person(who).ok_or_else(|| {
            let message = format!("nobody in the store is `{}`", encode::terminal(who));
            CliError::new(ErrorKind::Usage, message).hint(
                "name a login, or an address from the history; `linchpin identity` lists everybody",
            )
        })
    }

    /// Says which logins of the registers nobody in the store has, with the nearest one that somebody has.
    pub fn tell_unknown_logins(&self, context: &Context, workspace: &Workspace) {
        let people = &self.tables.people;
        let known = || {
            let logins = people.iter().flat_map(|person| &person.logins);
            logins.map(|login| login.0.as_str())
        };
        let mut unknown =
            logins_of_nobody(&workspace.register, &workspace.private_register, people);
        let is_forgotten = |login: &str| self.forgotten.who(login).is_some();
        for (is_team, login) in unknown.extract_if(.., |(_, login)| is_forgotten(login)) {
            let said = format!("{} names {}", register_of(is_team), forgotten_login(login));
            context.progress.say(&encode::terminal(&said));
        }
        if unknown.is_empty() {
            return;
        }
        if known().next().is_none() {
            context.progress.say(
                "no login is known: without GitHub, members are not matched with those who commit",
            );
            return;
        }
        for (is_team, login) in unknown {
            let place = register_of(is_team);
            let near = nearest(&login.to_lowercase(), known());
            let hint = near.map_or_else(
                || "`linchpin identity` lists everybody".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let said =
                format!("{place} names `{login}`, and nobody in the store has that login; {hint}");
            context.progress.say(&encode::terminal(&said));
        }
    }

    /// Everybody whom the store and the registers know.
    #[must_use]
    pub fn names(&self, workspace: &Workspace) -> Names {
        let repositories: Vec<&str> = self
            .tables
            .repositories
            .iter()
            .map(|repository| repository.name.as_str())
            .collect();
        Names::of(&known_people(&self.tables, workspace), &repositories)
    }

    /// Repositories of a server, by id.
    #[must_use]
    pub fn repository_names(&self) -> BTreeMap<RepositoryId, RepoName> {
        let rows = self.tables.repositories.iter();
        rows.filter_map(|row| Some((row.repository, row.name.parse().ok()?)))
            .collect()
    }

    /// Repositories as readers know them.
    #[must_use]
    pub fn faces(&self) -> Vec<RepositoryLabel> {
        let face = |repository: &crate::tables::Repository| RepositoryLabel {
            id: repository.repository,
            name: repository.name.clone(),
            url: repository.url.clone(),
        };
        self.tables.repositories.iter().map(face).collect()
    }
}

const fn register_of(is_team: bool) -> &'static str {
    if is_team {
        "the register"
    } else {
        "the private register"
    }
}

/// What is wrong with a login in a register that the store has forgotten.
pub(super) fn forgotten_login(login: &str) -> String {
    format!(
        "`{login}`, whom this store has forgotten: take it out; what a register says of them brings nothing back"
    )
}

/// Reads the store of a workspace, as it is between two commits of whoever writes it.
pub fn reading<T>(
    workspace: &Workspace,
    read: impl Fn(&Store) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let waits = || {
        note(&encode::terminal(&format!(
            "waiting for the run that writes the facts in `{}`",
            workspace.store.display()
        )));
    };
    store::reading(&workspace.store, waits, read)
}

/// People as a text could name them: humans of the store, members, and whoever else the registers, CODEOWNERS and environments
/// speak of.
fn known_people(tables: &Tables, workspace: &Workspace) -> Vec<KnownPerson> {
    let mut known: Vec<KnownPerson> = tables
        .people
        .iter()
        .filter(|person| person.account == Account::Human && !person.is_forgotten())
        .map(|person| {
            let mut names = person.names.clone();
            if !names.contains(&person.display_name) {
                names.push(person.display_name.clone());
            }
            KnownPerson {
                logins: person.logins.iter().map(|login| login.0.clone()).collect(),
                names,
                emails: person.emails.iter().map(|email| email.0.clone()).collect(),
                registered: None,
            }
        })
        .collect();
    for member in &workspace.register.members {
        let (emails, mut logins): (Vec<String>, Vec<String>) = member
            .aliases
            .iter()
            .cloned()
            .partition(|alias| alias.contains('@'));
        logins.push(member.login.clone());
        known.push(KnownPerson {
            logins,
            names: Vec::new(),
            emails,
            registered: member.name.clone(),
        });
    }
    // `@login` or an address; `@organisation/team` is nobody.
    let automation = tables
        .people
        .iter()
        .filter(|person| person.account != Account::Human);
    let automation: BTreeSet<&str> = automation
        .flat_map(|person| &person.logins)
        .map(|login| login.0.as_str())
        .collect();
    let declared = tables.codeowners.iter().flat_map(|line| &line.owners);
    let approving = tables.facts.environments.iter();
    let declared: BTreeSet<&String> = declared
        .chain(approving.flat_map(|environment| &environment.reviewers))
        .filter(|owner| !owner.contains('/'))
        .collect();
    for owner in declared {
        let (logins, emails) = match owner.strip_prefix('@') {
            Some(login) if automation.contains(login) => continue,
            Some(login) => (vec![login.to_owned()], Vec::new()),
            None => (Vec::new(), vec![owner.clone()]),
        };
        known.push(KnownPerson {
            logins,
            emails,
            ..KnownPerson::default()
        });
    }
    let named = workspace.register.logins().map(|(_, login)| login);
    known.push(KnownPerson {
        logins: named
            .chain(workspace.private_register.logins())
            .map(str::to_owned)
            .collect(),
        ..KnownPerson::default()
    });
    known
}

/// Keeps what a run computed, so that `linchpin diff` can say later why a number moved: its figures, and by metric its rows in
/// Parquet.
pub fn keep_run(
    store: &Store,
    analysis: &Analysis,
    workspace: &Workspace,
    measures: &[Measure],
    rows: Vec<Vec<u8>>,
) -> Result<(), CliError> {
    // The private register changes no figure of a run.
    let registers = format!("{:?}", workspace.register.of_figures());
    let people: Vec<String> = analysis
        .tables
        .people
        .iter()
        .map(|person| {
            format!(
                "{:?} {:?} {:?}",
                person.logins, person.emails, person.account
            )
        })
        .collect();
    let head = RunHead {
        format: 1,
        as_of: analysis.question.as_of,
        window: analysis.question.window,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        configuration: checksum(registers.as_bytes()),
        identity: checksum(people.join("\n").as_bytes()),
        people: people
            .iter()
            .map(|person| checksum(person.as_bytes()).chars().take(16).collect())
            .collect(),
        repositories: repositories_of(analysis),
        definitions: measures
            .iter()
            .map(|measure| {
                let text = movement::definition_text(measure.definition);
                (measure.definition.id.to_owned(), checksum(text.as_bytes()))
            })
            .collect(),
        figures: movement::figures(measures),
    };
    let head = serde_json::to_vec_pretty(&head)
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    let ids = measures.iter().map(|measure| measure.definition.id);
    store::runs::write(store, &head, &ids.zip(rows).collect::<Vec<_>>())?;
    Ok(())
}

/// Which repositories each product has.
fn repositories_of(analysis: &Analysis) -> Vec<RunRepository> {
    let names = &analysis.tables.repositories;
    let products = analysis.question.products.iter();
    let row = |product: &Product, id: RepositoryId| {
        let found = names.iter().find(|row| row.repository == id)?;
        Some(RunRepository {
            product: product.name.clone(),
            repository: id,
            name: found.name.clone(),
        })
    };
    products
        .flat_map(|product| {
            let ids = product.repositories.iter();
            ids.filter_map(move |id| row(product, *id))
        })
        .collect()
}

/// Measures with the rows that are listed, and what was kept of each.
type Measured<T> = (Vec<Measure>, Vec<T>);

/// Measures everything and writes `<out>/team`. Of the ledgers only what `keep` makes of them is left; beside the measures stand
/// the files.
pub fn write_team_tree<T: Send>(
    analysis: &Analysis,
    readings: &[Reading<'_>],
    workspace: &Workspace,
    keep: &(dyn Fn(&Measure) -> T + Sync),
) -> Result<(Measured<T>, Vec<OutputFile>), CliError> {
    let (files, measured) = team_files(analysis, readings, workspace, keep)?;
    replace_tree(&workspace.out.join("team"), &files, Audience::Everyone)?;
    Ok((measured, files))
}

/// Adds a report's summary to what a job of GitHub's shows. A summary that cannot be written is told: the report is there.
pub fn add_to_job(place: &Path, files: &[OutputFile]) {
    let summary = files.iter().find(|(name, _)| name == render::SUMMARY);
    let Some((_, summary)) = summary else { return };
    let opened = OpenOptions::new().create(true).append(true).open(place);
    let written = opened.and_then(|mut file| file.write_all(summary));
    if let Err(error) = written {
        note(&encode::terminal(&format!(
            "the job's summary `{}` cannot be written: {error}; `team/summary.md` has the same text",
            place.display()
        )));
    }
}

/// What is published of the team's work: told without the private register.
fn published(
    analysis: &Analysis,
    readings: &[Reading<'_>],
    report: &TeamReport,
    names: &Names,
) -> Vec<Published> {
    let (tables, question) = (&analysis.tables, &analysis.question);
    let products = question.products_and_rest(&tables.repositories);
    // What the figures were told from is there already.
    let rest = products.iter().skip(readings.len());
    let rest = rest.map(|product| Reading::of(tables, question, product));
    let past = Past {
        tables,
        question,
        readings: readings.iter().cloned().chain(rest).collect(),
    };
    evidence::published::published(
        &Sources {
            past: &past,
            repositories: &analysis.repository_names(),
            entries: &[],
        },
        report,
        names,
    )
}

/// The limits that the team has agreed with itself.
fn agreed_limits(workspace: &Workspace) -> Vec<AgreedLimit> {
    let limit = |limit: &Limit| AgreedLimit {
        metric: limit.metric.clone(),
        number: limit.number.clone(),
        scope: limit.scope.clone(),
        at_least: limit.at_least,
        at_most: limit.at_most,
    };
    let limits = &workspace.register.agreements.limits;
    limits.iter().map(limit).collect()
}

/// The register's agreements held against the measures.
fn agreements_of(
    workspace: &Workspace,
    measures: &[Measure],
    readings: &[Reading<'_>],
) -> Result<Vec<Agreement>, CliError> {
    agreements(&workspace.register, measures, readings).map_err(|error| {
        CliError::new(ErrorKind::Configuration, error)
            .hint("`linchpin explain list` names every metric, and its page in reports/metrics the numbers it has")
    })
}

/// The files of the team tree, the measures with the rows that are listed, and what `keep` makes of each.
pub(super) fn team_files<T: Send>(
    analysis: &Analysis,
    readings: &[Reading<'_>],
    workspace: &Workspace,
    keep: &(dyn Fn(&Measure) -> T + Sync),
) -> Result<(Vec<OutputFile>, Measured<T>), CliError> {
    let defect =
        |error: Box<dyn std::error::Error + Send + Sync>| CliError::new(ErrorKind::Defect, error);
    let names = analysis.names(workspace);
    let (report, measured) = team_report(analysis, readings, workspace, &names, keep)?;
    let published = published(analysis, readings, &report, &names);
    let mut files =
        render::team_tree(&report, &published).map_err(|error| defect(Box::new(error)))?;
    let own = render::template::files(&workspace.templates, &report).map_err(templates::error)?;
    // A name that differs in the case of its letters alone is the same file on some disks.
    files.retain(|(name, _)| !own.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)));
    files.extend(own);
    let manifest = manifest_of(analysis, workspace, &files);
    let manifest = render::json::manifest(&manifest).map_err(|error| defect(Box::new(error)))?;
    files.push((render::MANIFEST.to_owned(), manifest.into_bytes()));
    Ok((files, measured))
}

/// The team's report, which names nobody, the measures with the rows that are listed, and what `keep` makes of each.
pub(super) fn team_report<T: Send>(
    analysis: &Analysis,
    readings: &[Reading<'_>],
    workspace: &Workspace,
    names: &Names,
    keep: &(dyn Fn(&Measure) -> T + Sync),
) -> Result<(TeamReport, Measured<T>), CliError> {
    let (measures, kept): (Vec<Measure>, Vec<T>) = metrics::measure_each(readings, &|measure| {
        let kept = keep(&measure);
        let measure = metrics::material::with_rows(measure, &analysis.question);
        (crate::report::with_listable_rows(measure), kept)
    })
    .into_iter()
    .unzip();
    let defect =
        |error: Box<dyn std::error::Error + Send + Sync>| CliError::new(ErrorKind::Defect, error);
    let definition = TeamDefinition::built_in().map_err(|error| defect(Box::new(error)))?;
    let faces = analysis.faces();
    let zone = &analysis.question.zone;
    let products: Vec<ProductInput> = readings
        .iter()
        .map(|reading| ProductInput {
            name: reading.product.name.clone(),
            repositories: reading.product.repositories.clone(),
            unmet: unmet::of_product(reading),
            silos: silos::last_seen_by_others(reading)
                .into_iter()
                .map(|(area, at)| (area, at.map(|at| zone.to_datetime(at).date())))
                .collect(),
        })
        .collect();
    let events = workspace.register.events.iter();
    let mut events: Vec<MarkedDay> = events
        .map(|event| MarkedDay {
            on: event.on,
            title: event.title.clone(),
        })
        .collect();
    events.sort_by(|a, b| (a.on, &a.title).cmp(&(b.on, &b.title)));
    let days: Vec<_> = events.iter().map(|event| event.on).collect();
    let recent = Recent::of(readings, &definition.recent_metrics(), &days);
    let agreements = agreements_of(workspace, &measures, readings)?;
    let today = workspace.inquiry().today();
    let accepted: Vec<AcceptedFlag> = workspace
        .register
        .accepted
        .iter()
        .filter(|accepted| today <= accepted.until)
        .map(|accepted| AcceptedFlag {
            metric: accepted.metric.clone(),
            scope: accepted
                .scope
                .clone()
                .unwrap_or_else(|| "everywhere".to_owned()),
            reason: accepted.reason.clone(),
            until: accepted.until,
        })
        .collect();
    let input = TeamInput {
        as_of: analysis.question.as_of,
        window: analysis.question.window,
        granularity: analysis.question.granularity,
        zone: analysis.question.zone.clone(),
        products: &products,
        repositories: &faces,
        measures: &measures,
        certificates: &analysis.findings.certificates,
        patterns: &analysis.findings.patterns,
        gaps: &analysis.findings.gaps,
        accepted: &accepted,
        agreed: &agreed_limits(workspace),
        recent: recent.as_ref(),
        events: &events,
        agreements: &agreements,
        title: workspace.register.title.as_deref(),
        description: workspace.register.description.as_deref(),
        names,
        minimum_n: analysis.question.minimum_n,
        minimum_people: analysis.question.minimum_people,
        version: env!("CARGO_PKG_VERSION"),
    };
    let report = crate::report::team(&input, &definition);
    Ok((report, (measures, kept)))
}
