//! The last days of a question, and as many before them: what "now" and "before" are wherever they are compared.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Question;

/// How many days are compared with as many before them.
pub const DAYS: i64 = 90;

/// So many whole days before the question's end, and as many before those: the first day of the earlier ones, the first of the later ones,
/// and the day after them. A day that has only begun would make the last ones shorter than those before.
#[must_use]
pub fn last_days(question: &Question, n_days: i64) -> [Date; 3] {
    let end = question.window.until.min(question.as_of);
    let after = question.zone.to_datetime(end).date();
    let middle = after.saturating_sub(n_days.days());
    [middle.saturating_sub(n_days.days()), middle, after]
}
