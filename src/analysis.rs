//! Everything that a command starts from: what the store holds, and what is asked of it.
//!
//! One question takes three lines, in a command as in a test:
//!
//! ```text
//! let store = Store::open(place, Mode::Read)?;
//! let analysis = Analysis::read(&store, &inquiry, &FactTable::ALL)?;
//! let measure = metrics::find("flow.pickup_time")?.of(&analysis.readings());
//! ```
//!
//! Where there are many products, they are read one after the other ([`Analysis::parts`]), so that what is in memory grows with the
//! largest of them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::derive::{self, Findings, Settings};
use crate::domain::{Granularity, PatternLine, Person, RepoName, RepositoryId, Window};
use crate::register::{PrivateRegister, Register};
use crate::store::{Forgotten, Store, facts};
use crate::tables::{FactTable, Tables};
use crate::work::delivery::declared::Unmatched;
use crate::work::roster::person_of;
use crate::work::{Product, Question, Reading};

/// What is asked, before anything is read: the registers, and of when.
#[derive(Debug, Clone, Copy)]
pub struct Inquiry<'a> {
    /// The team's register.
    pub register: &'a Register,
    /// The private register.
    pub private_register: &'a PrivateRegister,
    /// Nothing after this instant is looked at.
    pub as_of: Timestamp,
    /// The window; ends at or before `as_of`.
    pub window: Window,
    /// How long a bucket is.
    pub granularity: Granularity,
}

impl Inquiry<'_> {
    /// The team's day at the as-of instant: what a register accepts until a day is held against it.
    #[must_use]
    pub fn today(&self) -> Date {
        let zone = self.register.calendar.zone();
        zone.to_datetime(self.as_of).date()
    }
}

/// Products are read together whose facts have so many bytes on disk; a larger one is read alone. Facts and what is told from them
/// take about 30 times as much memory.
pub const MOST_BYTES: u64 = 16 << 20;

/// Everything that analysis starts from, read from the store.
#[derive(Debug)]
pub struct Analysis {
    /// Facts.
    pub tables: Tables,
    /// The products whose facts are there, by their places in the question; none where those of a team are.
    pub products: Range<usize>,
    /// The team whose facts alone are there, by its place in the question.
    pub team: Option<usize>,
    /// Certificates and gaps.
    pub findings: Findings,
    /// The question, as pages that name nobody ask it: the private register has no part in it.
    pub question: Question,
    /// The same question with what the private register declares, for private pages.
    pub private_question: Question,
    /// Whom the store has forgotten.
    pub forgotten: Arc<Forgotten>,
    /// A digest of the facts in the store: equal digests, equal facts.
    pub facts: String,
}

impl Analysis {
    /// Reads some tables of a store.
    ///
    /// # Errors
    /// A store without facts or with facts of other settings; a damaged store; a bad pattern of the register.
    pub fn read(
        store: &Store,
        inquiry: &Inquiry<'_>,
        parts: &[FactTable],
    ) -> Result<Self, derive::Error> {
        let (register, patterns) =
            derive::resolved(store, inquiry.register, &store.listings_of_facts()?)?;
        let register = &register;
        Settings::check(store, register)?;
        let tables = facts::read_parts(store, parts)?;
        let mut findings = Findings::read(store)?;
        findings.take_patterns(&patterns, register, |name| repository_of(&tables, name));
        findings.accept(register, inquiry.today(), |name| {
            repository_of(&tables, name)
        });
        let question = Question::new(
            register,
            &tables.repositories,
            findings.certificates.clone(),
            inquiry.as_of,
            inquiry.window,
            inquiry.granularity,
        )?
        .with_teams(register, &tables.repositories, &tables.codeowners);
        let declared = &question.declared;
        let unmatched = declared.unmatched(&tables, &of_products(&question.products));
        findings.imports = declared.lines(&unmatched);
        let with = |private: &PrivateRegister| {
            let question = question.clone();
            question.with_people(register, private, &tables.people)
        };
        let private_question = with(inquiry.private_register);
        let question = with(&PrivateRegister::default());
        Ok(Self {
            tables,
            products: 0..question.products.len(),
            team: None,
            findings,
            question,
            private_question,
            forgotten: store.forgotten(),
            facts: facts::digest(store),
        })
    }

    /// Takes in what patterns gave when they were resolved last.
    pub fn take_patterns(&mut self, lines: &[PatternLine], register: &Register) {
        let tables = &self.tables;
        (self.findings).take_patterns(lines, register, |name| repository_of(tables, name));
    }

    /// What does not grow with the past: who is who, which repositories there are, how complete their data is.
    ///
    /// # Errors
    /// As [`Analysis::read`].
    pub fn head(store: &Store, inquiry: &Inquiry<'_>) -> Result<Self, derive::Error> {
        Self::read(store, inquiry, &[])
    }

    /// The products by what is read together: neighbours with at most so many bytes on disk, each product once. Without products it is
    /// one part, of none.
    #[must_use]
    pub fn parts(&self, store: &Store, most_bytes: u64) -> Vec<Range<usize>> {
        let sizes = facts::sizes(store);
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut n_bytes = 0;
        for (at, product) in self.question.products.iter().enumerate() {
            let own = product.repositories.iter();
            let own: u64 = own.filter_map(|repository| sizes.get(repository)).sum();
            n_bytes += own;
            match parts.last_mut() {
                Some(part) if n_bytes <= most_bytes => part.end = at + 1,
                _ => {
                    parts.push(at..at + 1);
                    n_bytes = own;
                }
            }
        }
        if parts.is_empty() {
            parts.push(0..0);
        }
        parts
    }

    /// The same analysis with the facts of some of its products.
    ///
    /// # Errors
    /// A damaged store, or one that another program has changed meanwhile.
    pub fn of_part(&self, store: &Store, products: Range<usize>) -> Result<Self, derive::Error> {
        let wanted = self
            .question
            .products
            .get(products.clone())
            .unwrap_or_default();
        let repositories = of_products(wanted);
        let tables = facts::read_of(store, &FactTable::ALL, &repositories)?;
        Ok(self.with(tables, products, None))
    }

    /// The same analysis with the facts of what one of its teams owns, read from a store.
    ///
    /// # Errors
    /// As [`Analysis::of_part`].
    pub fn of_team(&self, store: &Store, team: usize) -> Result<Self, derive::Error> {
        let whole = self.of_repositories_of_team(store, team)?;
        Ok(self.with_team(whole.tables, team))
    }

    /// The same with all facts of the repositories of which a team owns something.
    ///
    /// # Errors
    /// As [`Analysis::of_part`].
    pub fn of_repositories_of_team(
        &self,
        store: &Store,
        team: usize,
    ) -> Result<Self, derive::Error> {
        let repositories = of_products(self.question.teams.get(team..=team).unwrap_or_default());
        let tables = facts::read_of(store, &FactTable::ALL, &repositories)?;
        Ok(self.with(tables, 0..0, None))
    }

    /// The same of the facts that are there already.
    #[must_use]
    pub fn of_team_there(&self, team: usize) -> Self {
        self.with_team(self.tables.clone(), team)
    }

    fn with_team(&self, tables: Tables, team: usize) -> Self {
        let owning = self.question.teams.get(team).and_then(Product::owning);
        let tables = match owning {
            Some(owning) => tables.of_owned(&owning.owned),
            None => tables,
        };
        self.with(tables, 0..0, Some(team))
    }

    /// The same analysis with other facts.
    fn with(&self, tables: Tables, products: Range<usize>, team: Option<usize>) -> Self {
        Self {
            tables,
            products,
            team,
            findings: self.findings.clone(),
            question: self.question.clone(),
            private_question: self.private_question.clone(),
            forgotten: Arc::clone(&self.forgotten),
            facts: self.facts.clone(),
        }
    }

    /// Asks of a team as of the only product: for whoever reads one scope and nothing beside it.
    pub fn ask_as_team(&mut self, team: usize) {
        for question in [&mut self.question, &mut self.private_question] {
            if let Some(team) = question.teams.get(team).cloned() {
                question.products = vec![team];
                question.teams = Vec::new();
            }
        }
        self.products = 0..self.question.products.len();
        self.team = None;
    }

    /// The place of a team among those of the question, by its name, whatever its case.
    #[must_use]
    pub fn team_called(&self, name: &str) -> Option<usize> {
        let mut teams = self.question.teams.iter();
        teams.position(|team| team.name.eq_ignore_ascii_case(name.trim()))
    }

    /// What the register's files name of the products that are there, and their facts do not have.
    #[must_use]
    pub fn unmatched(&self) -> Unmatched {
        let there = self.question.products.get(self.products.clone());
        let repositories = of_products(there.unwrap_or_default());
        self.question
            .declared
            .unmatched(&self.tables, &repositories)
    }

    /// Somebody by login, `@login` or address.
    #[must_use]
    pub fn person(&self, who: &str) -> Option<&Person> {
        person_of(&self.tables.people, who).and_then(|person| self.tables.person(person))
    }

    /// The readings of the products, or of the team, that are there; as the team sees them.
    #[must_use]
    pub fn readings(&self) -> Vec<Reading<'_>> {
        self.readings_of(&self.question)
    }

    /// The same with what the private register says.
    #[must_use]
    pub fn private_readings(&self) -> Vec<Reading<'_>> {
        self.readings_of(&self.private_question)
    }

    fn readings_of<'a>(&'a self, question: &'a Question) -> Vec<Reading<'a>> {
        let there = match self.team {
            Some(team) => question.teams.get(team..=team),
            None => question.products.get(self.products.clone()),
        };
        let there = there.unwrap_or_default().iter();
        there
            .map(|product| Reading::of(&self.tables, question, product))
            .collect()
    }
}

/// The repositories of some products.
fn of_products(products: &[Product]) -> BTreeSet<RepositoryId> {
    let repositories = products.iter().flat_map(|one| &one.repositories);
    repositories.copied().collect()
}

fn repository_of(tables: &Tables, name: &RepoName) -> Option<RepositoryId> {
    let name = name.to_string();
    let mut known = tables.repositories.iter();
    known
        .find(|row| row.is_called(&name))
        .map(|row| row.repository)
}
