//! Review load. Figures of people stay in the private tree; the team tree shows them without names.

pub mod absence_what_if;
pub mod areas;
pub mod balance;
pub mod concentration;
pub mod done;
pub mod first_response;
pub mod hours_per_change;
pub mod independent_share;
pub mod queue;
pub mod requested;
pub mod sole_approver;
pub mod spoiled;
pub mod turnaround;
pub mod waiting;
pub mod waiting_hours;
pub mod waits;

use jiff::Timestamp;

use crate::domain::{Elapsed, PersonId};
use crate::work::Question;

/// From one instant to another in elapsed hours and, where hours are agreed, in the working hours of a person (`None`: of the
/// team). Backwards: neither.
pub(super) fn span_hours(
    question: &Question,
    person: Option<PersonId>,
    start: Timestamp,
    end: Timestamp,
) -> (Option<f64>, Option<f64>) {
    let working = question
        .calendars
        .person(person)
        .working_between(start, end);
    (
        Elapsed::between(start, end).map(Elapsed::hours),
        working.map(Elapsed::hours),
    )
}
