//! What is open between two people as of the last day.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Writing;
use super::named::{NAMED, id, listed, more};
use crate::evidence::blocks::{coded, labelled};
use crate::evidence::index::Index;
use crate::evidence::open_work::with_whom;
use crate::evidence::pack::spans;
use crate::evidence::snippet::{Kind, Snippet};
use crate::evidence::sprints::{Verdict, sprints};
use crate::evidence::working_days::{Whose, waited};
use crate::report::document::{Block, Span};
use crate::work::pull_requests::Key;
use crate::work::roster::RosterDelegation;
use crate::work::turns::{Asked, Holder, Turn};

/// What is due in so many days is told.
const DUE_DAYS: i64 = 28;

impl Writing<'_> {
    /// What is open as of the last day: at most eight lines.
    pub(super) fn now(&self, until: Date) -> Vec<Block> {
        let of = |kind: Kind| self.snippets.iter().filter(move |one| one.kind == kind);
        let mut lines = Vec::new();
        // Whoever waits for the person, at the end of the window.
        if let Some(waiting) = of(Kind::Waiting).next_back() {
            let mut words = spans(&waiting.act);
            words.extend(id(waiting));
            lines.push(labelled("Waits for this person", words));
        }
        let own = self.open.of_person(self.whose.id);
        // What waits and stands still is one line: the moment that tells of it stands beside it.
        let mut stands: Vec<&Snippet> = of(Kind::Open).collect();
        if !own.is_empty() {
            let mut words = Vec::new();
            for (at, (key, turn)) in own.iter().take(NAMED).enumerate() {
                if at > 0 {
                    words.push(Span::text("; "));
                }
                if let Some(item) = self.index.item(*key) {
                    let link = item.link(self.sources);
                    words.push(Span::link(link.text, link.url));
                    words.push(Span::text(format!(" “{}”", item.pull_request.title)));
                }
                words.push(Span::text(self.with_whom(turn)));
                let at = stands.iter().position(|one| is_of(one, self.index, *key));
                if let Some(at) = at {
                    words.push(Span::text(", needs fresh eyes"));
                    words.extend(id(stands.remove(at)));
                }
            }
            words.extend(more(own.len()));
            lines.push(labelled("Own work waits", words));
        }
        if !stands.is_empty() {
            lines.push(labelled("Needs fresh eyes", listed(stands)));
        }
        lines.extend(self.feedback(until));
        lines.extend(self.delegations(until));
        lines.extend(self.goals(until));
        if lines.is_empty() {
            lines.push(vec![Span::text("Nothing is open in what was read.")]);
        }
        vec![
            Block::Heading(
                1,
                vec![Span::text(format!("Open {}", self.sources.at_the_end()))],
            ),
            Block::Bullets(lines),
        ]
    }

    /// With whom an open pull request waits, since when, and how many of whose working days that is.
    fn with_whom(&self, turn: &Turn) -> String {
        let sources = self.sources;
        let words = with_whom(sources, &turn.holder, "this person");
        let whose = match &turn.holder {
            Holder::Reviewers(asked) => match asked.as_slice() {
                [Asked::Person(person)] => Whose::Named(*person),
                _ => Whose::Team,
            },
            Holder::Author | Holder::Draft | Holder::Merge => Whose::OfThePage(self.whose.id),
            Holder::Agent | Holder::Ci | Holder::Deploy => Whose::Team,
        };
        let days = waited(sources, whose, (turn.since, sources.stands_at()));
        let since = sources.date(turn.since);
        format!(" {words} since {since} ({days})")
    }

    /// Feedback that is looked at, with what the sprints say.
    fn feedback(&self, until: Date) -> Option<Vec<Span>> {
        let roster = &self.sources.past.question.roster;
        let mut words = Vec::new();
        for one in roster
            .feedback
            .iter()
            .filter(|one| one.person == self.whose.id)
        {
            let feedback = &one.feedback;
            let is_over = feedback.stop_on.is_some_and(|stop| stop < until);
            if is_over || feedback.given_on > until {
                continue;
            }
            let said = feedback.measure.map_or_else(
                || "looked at by hand".to_owned(),
                |measure| {
                    let days = roster.sprint_days;
                    let row = crate::evidence::measures::row_of(measure);
                    if let Some(because) = row.not_observed(self.sources) {
                        return format!("not observed: {because}");
                    }
                    let all = sprints(self.sources, self.whose.id, feedback, measure, days);
                    let said = Verdict::of(&all).words();
                    said.trim_end_matches('.').replace(", examples below", "")
                },
            );
            let gap = if words.is_empty() { "" } else { " · " };
            words.push(Span::text(format!(
                "{gap}“{}”, agreed {}: ",
                feedback.topic, feedback.given_on
            )));
            words.extend(coded(&said));
        }
        (!words.is_empty()).then(|| labelled("Feedback", words))
    }

    /// What is handed over and due soon, or was due.
    fn delegations(&self, until: Date) -> Option<Vec<Span>> {
        let soon = until.saturating_add(DUE_DAYS.days());
        let is_due = |one: &&RosterDelegation| {
            let is_open = one.start_on <= until && one.done_on.is_none_or(|done| done > until);
            is_open && one.due_on.is_some_and(|due| due <= soon)
        };
        let declared = self.sources.past.question.roster.delegations.iter();
        let own =
            declared.filter(|one| one.giver == self.whose.id || one.receiver == self.whose.id);
        let mut words = Vec::new();
        for one in own.filter(is_due) {
            let is_giver = one.giver == self.whose.id;
            let (other, to) = if is_giver {
                (one.receiver, "to")
            } else {
                (one.giver, "from")
            };
            let other = self.sources.person(other);
            let other = other.map_or("somebody", |other| other.display_name.as_str());
            let due = one.due_on.map_or_else(String::new, |due| {
                let word = if due < until { "was due" } else { "due" };
                format!(", {word} {due}")
            });
            let gap = if words.is_empty() { "" } else { " · " };
            words.push(Span::text(format!("{gap}“{}” {to} {other}{due}", one.what)));
        }
        (!words.is_empty()).then(|| labelled("Handed over", words))
    }

    /// The person's own goals that are open.
    fn goals(&self, until: Date) -> Option<Vec<Span>> {
        let roster = &self.sources.past.question.roster;
        let own = roster.goals.iter().filter(|one| {
            let goal = &one.goal;
            let is_open = goal.set_on <= until && goal.due_on.is_none_or(|due| due >= until);
            one.person == Some(self.whose.id) && is_open
        });
        let mut words = Vec::new();
        for one in own {
            let gap = if words.is_empty() { "" } else { " · " };
            let due = one.goal.due_on;
            let due = due.map_or_else(String::new, |due| format!(", due {due}"));
            words.push(Span::text(format!(
                "{gap}“{}”, set {}{due}",
                one.goal.title, one.goal.set_on
            )));
        }
        (!words.is_empty()).then(|| labelled("Goals", words))
    }
}

/// Whether a moment is of a pull request.
fn is_of(snippet: &Snippet, index: &Index<'_>, key: Key) -> bool {
    let page = snippet.act.first_link().map(|page| page.url.as_str());
    let item = index.item(key).map(|item| item.pull_request.url.as_str());
    page.is_some() && page == item
}
