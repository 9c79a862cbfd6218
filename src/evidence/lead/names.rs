//! Who is who on the lead's page, and what to read their figures with.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::LeadSources;
use crate::domain::{Person, PersonId, RepositoryId};
use crate::metrics::measure::{Cell, LedgerRow, Measure, Measured, Thing, Value};
use crate::report::document::Span;
use crate::work::Question;

/// People by name, and figures by person.
pub(super) struct Names<'a> {
    sources: &'a LeadSources<'a>,
    /// Figures of people over the whole window, by metric, product and person.
    figures: BTreeMap<(&'a str, &'a str, PersonId), &'a Cell>,
    /// Rows of people, by metric, product and person.
    rows: BTreeMap<(&'a str, &'a str, PersonId), Vec<&'a LedgerRow>>,
}

/// Whom the lead's views are about: the register's members, or without any everybody of whom there is a figure over the whole window.
///
/// Packs are made of these people and no others: whoever has none would stand there as somebody without evidence.
pub fn team(question: &Question, people: &[Person], measures: &[Measure]) -> Vec<PersonId> {
    let members = question.roster.members.iter();
    let mut team: Vec<PersonId> = members.map(|member| member.person).collect();
    if team.is_empty() {
        let cells = measures.iter().flat_map(|measure| &measure.cells);
        let everybody: BTreeSet<PersonId> = cells.filter_map(of_window).collect();
        team.extend(everybody);
    }
    let mut seen = BTreeSet::new();
    team.retain(|person| seen.insert(*person) && is_human(people, *person));
    team
}

/// Whose figure over the whole window this is; `None` where it is a month's, or a part's.
fn of_window(cell: &Cell) -> Option<PersonId> {
    let scope = &cell.scope;
    let is_whole = cell.bucket.is_none() && scope.area.is_none() && scope.repository.is_none();
    scope.person.filter(|_| is_whole)
}

fn is_human(people: &[Person], person: PersonId) -> bool {
    let mut people = people.iter();
    people.any(|row| row.id == person && row.is_human())
}

impl<'a> Names<'a> {
    pub(super) fn of(sources: &'a LeadSources<'a>) -> Self {
        let mut figures = BTreeMap::new();
        let mut rows: BTreeMap<_, Vec<&LedgerRow>> = BTreeMap::new();
        for measure in sources.measures {
            let id = measure.definition.id;
            for cell in &measure.cells {
                if let Some(person) = of_window(cell) {
                    figures.insert((id, cell.scope.product.as_str(), person), cell);
                }
            }
            for row in &measure.rows {
                if let Some(person) = row.person {
                    let key = (id, row.product.as_str(), person);
                    rows.entry(key).or_default().push(row);
                }
            }
        }
        Self {
            sources,
            figures,
            rows,
        }
    }

    /// The name of a person.
    pub(super) fn name(&self, person: PersonId) -> String {
        let found = self.sources.people.iter().find(|row| row.id == person);
        found.map_or_else(
            || format!("person {}", person.0),
            |row| row.display_name.clone(),
        )
    }

    /// The person's first login, to be typed.
    pub(super) fn login(&self, person: PersonId) -> Option<String> {
        let found = self.sources.people.iter().find(|row| row.id == person)?;
        found.logins.first().map(|login| login.0.clone())
    }

    pub(super) fn is_lead(&self, person: PersonId) -> bool {
        let members = &self.sources.question.roster.members;
        members
            .iter()
            .any(|member| member.person == person && member.is_lead)
    }

    /// `Ada Example (lead)`.
    pub(super) fn titled(&self, person: PersonId) -> String {
        let name = self.name(person);
        if self.is_lead(person) {
            format!("{name} (lead)")
        } else {
            name
        }
    }

    /// Sorts people by name; where two have the same, by login.
    pub(super) fn sort(&self, people: &mut [PersonId]) {
        people.sort_by_cached_key(|person| {
            (
                self.name(*person).to_lowercase(),
                self.login(*person),
                *person,
            )
        });
    }

    /// Whom the views are about, by name.
    pub(super) fn team(&self) -> Vec<PersonId> {
        let mut people = team(
            self.sources.question,
            self.sources.people,
            self.sources.measures,
        );
        self.sort(&mut people);
        people
    }

    /// The team's people and everybody else with a figure of review in a product, by name.
    pub(super) fn reviewers(&self, product: &str) -> Vec<PersonId> {
        let mut people = self.team();
        let figured = self.figures.iter().filter(|((metric, of, _), cell)| {
            metric.starts_with("review.") && *of == product && cell.ledger.included > 0
        });
        people.extend(figured.map(|((_, _, person), _)| *person));
        people.sort_unstable();
        people.dedup();
        people.retain(|person| is_human(self.sources.people, *person));
        self.sort(&mut people);
        people
    }

    /// A person's figure over the whole window.
    pub(super) fn figure(&self, metric: &str, product: &str, person: PersonId) -> Option<&Cell> {
        self.figures.get(&(metric, product, person)).copied()
    }

    /// The numbers of a person's figure.
    pub(super) fn value(&self, metric: &str, product: &str, person: PersonId) -> Option<&Value> {
        match &self.figure(metric, product, person)?.measured {
            Measured::Value { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Rows of a person.
    pub(super) fn rows<'b>(
        &'b self,
        metric: &'b str,
        product: &'b str,
        person: PersonId,
    ) -> &'b [&'b LedgerRow] {
        self.rows
            .get(&(metric, product, person))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether a metric was observed for a product at all.
    pub(super) fn is_observed(&self, metric: &str, product: &str) -> bool {
        let measure = self
            .sources
            .measures
            .iter()
            .find(|measure| measure.definition.id == metric);
        measure.is_some_and(|measure| {
            measure.cells.iter().any(|cell| {
                cell.scope.product == product
                    && !matches!(cell.measured, Measured::NotObserved { .. })
            })
        })
    }

    /// A repository without its owner.
    pub(super) fn repository(&self, repository: RepositoryId) -> &str {
        let found = self.sources.repositories.get(&repository);
        found.map_or("?", |name| name.name())
    }

    /// `widgets#412` with its page.
    pub(super) fn link(&self, row: &LedgerRow) -> Span {
        let repository = row.repository.map_or("?", |id| self.repository(id));
        let number = match row.subject.thing {
            Thing::Numbered(number) => number.to_string(),
            _ => "?".to_owned(),
        };
        let text = format!("{repository}{number}");
        match &row.link {
            Some(url) => Span::link(text, url.clone()),
            None => Span::text(text),
        }
    }

    /// The civil date of an instant.
    pub(super) fn date(&self, at: jiff::Timestamp) -> Date {
        self.sources.question.zone.to_datetime(at).date()
    }

    /// What a person's figures are to be read with: declared absences and dates of joining and leaving inside the window.
    pub(super) fn read_with(&self, person: PersonId) -> Vec<String> {
        let question = self.sources.question;
        let (first, last) = (
            self.date(question.window.since),
            self.date(question.window.until),
        );
        let mut notes = Vec::new();
        let members = question.roster.members.iter();
        for member in members.filter(|member| member.person == person) {
            if let Some(day) = member.joined_on.filter(|day| (first..=last).contains(day)) {
                notes.push(format!("joined on {day}"));
            }
            if let Some(day) = member.left_on.filter(|day| (first..=last).contains(day)) {
                notes.push(format!("left on {day}"));
            }
        }
        let absences = question.roster.absences.iter();
        let inside = absences.filter(|absence| {
            absence.person == person && absence.from <= last && absence.to >= first
        });
        notes.extend(inside.map(|absence| format!("away {} to {}", absence.from, absence.to)));
        notes
    }
}
