//! What the registers declare of people: members, absences, delegations, goals, initiatives, levels and working time, by person.

use std::collections::BTreeMap;

use globset::{Glob, GlobSet, GlobSetBuilder};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{Person, PersonId, WorkCalendar};
use crate::register::{
    DelegationStyle, Expectation, Feedback, Goal, Initiative, PersonMeasure, PrivateRegister,
    Register,
};

/// A member of the team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterMember {
    /// Who.
    pub person: PersonId,
    /// First day on the team.
    pub joined_on: Option<Date>,
    /// Last day on the team.
    pub left_on: Option<Date>,
    /// Whether the person leads the team.
    pub is_lead: bool,
}

/// A declared absence; both days are inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterAbsence {
    /// Who.
    pub person: PersonId,
    /// First day away.
    pub from: Date,
    /// Last day away.
    pub to: Date,
}

/// Weeks in which somebody is there for a person who is new; both days are inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterBuddy {
    /// Who is there.
    pub person: PersonId,
    /// For whom.
    pub joiner: PersonId,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// Feedback, and what was agreed after it.
#[derive(Debug, Clone)]
pub struct RosterFeedback {
    /// Whom it is about.
    pub person: PersonId,
    /// What the register says of it.
    pub feedback: Feedback,
}

/// Work declared as handed over.
#[derive(Debug, Clone)]
pub struct RosterDelegation {
    /// Its place among the roster's.
    pub place: usize,
    /// What, in a few words.
    pub what: String,
    /// Who hands over.
    pub giver: PersonId,
    /// Who takes over.
    pub receiver: PersonId,
    /// First day.
    pub start_on: Date,
    /// Agreed end.
    pub due_on: Option<Date>,
    /// Paths it covers; `None`: not told by path.
    pub paths: Option<GlobSet>,
    /// Labels it covers.
    pub labels: Vec<String>,
    /// Why it is handed over, as it was written.
    pub why: Option<String>,
    /// What is counted of who takes over.
    pub measure: Option<PersonMeasure>,
    /// How both talk about it on the way, as it was written.
    pub check_in: Option<String>,
    /// The agreed style.
    pub style: Option<DelegationStyle>,
    /// When it was done.
    pub done_on: Option<Date>,
}

/// A goal.
#[derive(Debug, Clone)]
pub struct RosterGoal {
    /// Whose; `None`: the team's.
    pub person: Option<PersonId>,
    /// What the register says of it.
    pub goal: Goal,
}

/// An initiative that the register names.
#[derive(Debug, Clone)]
pub struct RosterInitiative {
    /// Who leads it.
    pub lead: Option<PersonId>,
    /// Who stands in for the lead.
    pub second: Option<PersonId>,
    /// Paths of which a pull request touches one; `None`: not told by path.
    pub paths: Option<GlobSet>,
    /// What the register says of it.
    pub initiative: Initiative,
}

/// On which level somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLevel {
    /// Who.
    pub person: PersonId,
    /// The level.
    pub level: String,
    /// The level after it; `None`: there is none.
    pub next: Option<String>,
    /// The first day on the level.
    pub since: Option<Date>,
}

/// Everybody that the registers speak of and the facts know, sorted by person and date.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// Members.
    pub members: Vec<RosterMember>,
    /// Absences.
    pub absences: Vec<RosterAbsence>,
    /// Buddies of those who are new.
    pub buddies: Vec<RosterBuddy>,
    /// Feedback, by the day it was given on.
    pub feedback: Vec<RosterFeedback>,
    /// Days of a sprint.
    pub sprint_days: u32,
    /// Delegations, by start.
    pub delegations: Vec<RosterDelegation>,
    /// Goals, by the day they were set on.
    pub goals: Vec<RosterGoal>,
    /// Initiatives, in the register's order.
    pub initiatives: Vec<RosterInitiative>,
    /// Levels, by person.
    pub levels: Vec<RosterLevel>,
    /// What is expected on which level, in the registers' order.
    pub expectations: Vec<Expectation>,
}

/// What is handed over, by its start.
fn delegations(private: &PrivateRegister, people: &[Person]) -> Vec<RosterDelegation> {
    let declared = private.delegations.iter().filter_map(|delegation| {
        Some(RosterDelegation {
            place: 0,
            what: delegation.what.clone(),
            giver: person_of(people, &delegation.from)?,
            receiver: person_of(people, &delegation.to)?,
            start_on: delegation.start_on,
            due_on: delegation.due_on,
            paths: globs(&delegation.paths),
            labels: delegation.labels.clone(),
            why: delegation.why.clone(),
            measure: delegation.measure,
            check_in: delegation.check_in.clone(),
            style: delegation.style,
            done_on: delegation.done_on,
        })
    });
    let mut declared: Vec<RosterDelegation> = declared.collect();
    declared.sort_by(|a, b| (a.start_on, &a.what).cmp(&(b.start_on, &b.what)));
    for (place, one) in declared.iter_mut().enumerate() {
        one.place = place;
    }
    declared
}

impl Roster {
    /// Resolves the registers' logins and aliases.
    #[must_use]
    pub fn of(register: &Register, private: &PrivateRegister, people: &[Person]) -> Self {
        let mut roster = Self {
            sprint_days: private.sprint_days,
            ..Self::default()
        };
        let find = |login: &str| person_of(people, login);
        for member in &register.members {
            roster
                .members
                .extend(find(&member.login).map(|person| RosterMember {
                    person,
                    joined_on: member.joined_on,
                    left_on: member.left_on,
                    is_lead: member.lead,
                }));
        }
        for absence in &private.absences {
            roster
                .absences
                .extend(find(&absence.login).map(|person| RosterAbsence {
                    person,
                    from: absence.from,
                    to: absence.to,
                }));
        }
        for buddy in &private.buddies {
            if let (Some(person), Some(joiner)) = (find(&buddy.login), find(&buddy.joiner)) {
                roster.buddies.push(RosterBuddy {
                    person,
                    joiner,
                    from: buddy.from,
                    to: buddy.to,
                });
            }
        }
        for feedback in private.all_feedback() {
            let person = find(&feedback.login);
            let of = |person| RosterFeedback { person, feedback };
            roster.feedback.extend(person.map(of));
        }
        for goal in &private.goals {
            let person = goal.login.as_deref().and_then(find);
            // A goal of somebody whom nobody knows is not the team's.
            if person.is_some() || goal.login.is_none() {
                let goal = goal.clone();
                roster.goals.push(RosterGoal { person, goal });
            }
        }
        for initiative in &private.initiatives {
            roster.initiatives.push(RosterInitiative {
                lead: initiative.lead.as_deref().and_then(find),
                second: initiative.second.as_deref().and_then(find),
                paths: globs(&initiative.paths),
                initiative: initiative.clone(),
            });
        }
        for one in &private.levels {
            roster
                .levels
                .extend(find(&one.login).map(|person| RosterLevel {
                    person,
                    level: one.level.clone(),
                    next: private.next_of(one).map(str::to_owned),
                    since: one.since,
                }));
        }
        roster.levels.sort_by_key(|one| one.person);
        // Two logins of one person have one level.
        roster.levels.dedup_by_key(|one| one.person);
        roster.expectations.clone_from(&private.expectations);
        roster.members.sort_by_key(|member| member.person);
        roster
            .absences
            .sort_by_key(|absence| (absence.person, absence.from));
        roster
            .buddies
            .sort_by_key(|buddy| (buddy.person, buddy.from, buddy.joiner));
        roster.feedback.sort_by_key(|one| one.feedback.given_on);
        roster.delegations = delegations(private, people);
        roster.goals.sort_by_key(|one| one.goal.set_on);
        roster
    }

    /// Somebody's level.
    #[must_use]
    pub fn level_of(&self, person: PersonId) -> Option<&RosterLevel> {
        self.levels.iter().find(|one| one.person == person)
    }

    /// Whether a person has declared to be away on a day.
    #[must_use]
    pub fn is_away(&self, person: PersonId, day: Date) -> bool {
        self.absences
            .iter()
            .any(|absence| absence.person == person && (absence.from..=absence.to).contains(&day))
    }
}

/// Somebody by a login in any case, with or without `@` before it, or by an address: the one way in which people are named, in
/// registers and in every command. A login goes before an address.
#[must_use]
pub fn person_of(people: &[Person], who: &str) -> Option<PersonId> {
    let login = who.strip_prefix('@').unwrap_or(who);
    let has_login = |person: &&Person| {
        let mut logins = person.logins.iter();
        logins.any(|known| known.0.eq_ignore_ascii_case(login))
    };
    let address = who.to_lowercase();
    let has_address = |person: &&Person| {
        let mut addresses = person.emails.iter();
        addresses.any(|known| known.key() == address)
    };
    let found = people.iter().find(has_login);
    found
        .or_else(|| people.iter().find(has_address))
        .map(|person| person.id)
}

/// `None` where no glob is given; validation has refused what is none.
fn globs(paths: &[String]) -> Option<GlobSet> {
    if paths.is_empty() {
        return None;
    }
    let mut set = GlobSetBuilder::new();
    for path in paths {
        if let Ok(glob) = Glob::new(path) {
            set.add(glob);
        }
    }
    set.build().ok()
}

/// Working time of the team and of members who differ from it.
#[derive(Debug, Clone)]
pub struct Calendars {
    team: WorkCalendar,
    own: BTreeMap<PersonId, WorkCalendar>,
}

impl Calendars {
    /// The calendars of a register; members that the facts do not know have none. A member's own hours count where the team has
    /// agreed hours.
    #[must_use]
    pub fn of(register: &Register, people: &[Person], as_of: Timestamp) -> Self {
        let team = register.calendar.pattern();
        let own = register.members.iter().filter_map(|member| {
            let mut pattern = register.calendar.pattern_of(member.calendar.as_ref()?);
            // One clock for all rows of a figure: hours of one person alone would mix two.
            pattern.hours = pattern.hours.filter(|_| team.hours.is_some());
            let person = person_of(people, &member.login)?;
            Some((person, WorkCalendar::new(pattern, as_of)))
        });
        let own = own.collect();
        Self {
            own,
            team: WorkCalendar::new(team, as_of),
        }
    }

    /// The team's calendar.
    #[must_use]
    pub const fn team(&self) -> &WorkCalendar {
        &self.team
    }

    /// A person's calendar: their own, else the team's.
    #[must_use]
    pub fn person(&self, person: Option<PersonId>) -> &WorkCalendar {
        person
            .and_then(|person| self.own.get(&person))
            .unwrap_or(&self.team)
    }

    /// Members with a calendar of their own.
    pub fn own(&self) -> impl Iterator<Item = (PersonId, &WorkCalendar)> {
        self.own
            .iter()
            .map(|(person, calendar)| (*person, calendar))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Account, EmailAddress, Login};

    #[test]
    fn people_are_named_by_login_or_address() {
        let person = |id: u32, login: &str, address: &str| Person {
            id: PersonId(id),
            display_name: String::new(),
            logins: vec![Login(login.to_owned())],
            emails: vec![EmailAddress(address.to_owned())],
            account: Account::Human,
            names: Vec::new(),
            is_known: true,
        };
        let people = [
            person(0, "Ada", "ada@acme.example"),
            person(1, "ben", "Ben@acme.example"),
        ];
        let check = |who: &str, expected: Option<u32>| {
            assert_eq!(person_of(&people, who), expected.map(PersonId), "{who}");
        };
        check("ada", Some(0));
        check("@ADA", Some(0));
        check("ben@ACME.example", Some(1));
        check("@", None);
        check("cleo", None);
        check("", None);
    }
}
