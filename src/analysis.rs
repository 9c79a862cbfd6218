//! Everything that a command starts from: what the store holds, and what is asked of it.
//!
//! One question takes three lines, in a command as in a test:
//!
//! ```text
//! let store = Store::open(place, Mode::Read)?;
//! let analysis = Analysis::read(&store, &inquiry, &FactTable::ALL)?;
//! let measure = metrics::find("flow.pickup_time")?.of(&analysis.readings());
//! ```

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::derive::{self, Findings, Settings};
use crate::domain::{Granularity, Person, RepoName, RepositoryId, Window};
use crate::register::{PrivateRegister, Register};
use crate::store::{Forgotten, Store, facts};
use crate::tables::{FactTable, Tables};
use crate::work::roster::person_of;
use crate::work::{Question, Reading};

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

/// Everything that analysis starts from, read from the store.
#[derive(Debug)]
pub struct Analysis {
    /// Facts.
    pub tables: Tables,
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
        findings.patterns = patterns;
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
        )?;
        let with = |private: &PrivateRegister| {
            let question = question.clone();
            question.with_people(register, private, &tables.people)
        };
        let private_question = with(inquiry.private_register);
        let question = with(&PrivateRegister::default());
        Ok(Self {
            tables,
            findings,
            question,
            private_question,
            forgotten: store.forgotten(),
            facts: facts::digest(store),
        })
    }

    /// Somebody by login, `@login` or address.
    #[must_use]
    pub fn person(&self, who: &str) -> Option<&Person> {
        person_of(&self.tables.people, who).and_then(|person| self.tables.person(person))
    }

    /// The readings of the products, as the team sees them.
    #[must_use]
    pub fn readings(&self) -> Vec<Reading<'_>> {
        Reading::of_products(&self.tables, &self.question)
    }

    /// The same with what the private register says.
    #[must_use]
    pub fn private_readings(&self) -> Vec<Reading<'_>> {
        Reading::of_products(&self.tables, &self.private_question)
    }
}

fn repository_of(tables: &Tables, name: &RepoName) -> Option<RepositoryId> {
    let name = name.to_string();
    let mut known = tables.repositories.iter();
    known
        .find(|row| row.is_called(&name))
        .map(|row| row.repository)
}
