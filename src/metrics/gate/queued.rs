//! Which part of a wait the merge queue held: a remark under the figures of that wait.

use jiff::Timestamp;

use crate::domain::{Elapsed, Window};
use crate::work::Question;
use crate::work::merge_queue::stays;
use crate::work::pull_requests::FullPullRequest;

/// A pull request, and when it waited.
pub(in crate::metrics) type Wait<'a, 'b> = (&'a FullPullRequest<'b>, Vec<Window>);

/// What the queue held of some waits, in elapsed time; `None` where too few of them were queued to say so.
pub(in crate::metrics) fn part(
    question: &Question,
    waits: &[Wait<'_, '_>],
    of_what: &str,
) -> Option<String> {
    let (mut queued, mut all, mut n_queued) = (0_u64, 0_u64, 0_u64);
    for (whole, windows) in waits {
        let stays = stays(whole);
        n_queued += u64::from(!stays.is_empty());
        for window in windows {
            all += micros(window.since, window.until);
            let inside = stays.iter().map(|stay| {
                let until = stay.until.unwrap_or(window.until);
                micros(stay.since.max(window.since), until.min(window.until))
            });
            queued += inside.sum::<u64>();
        }
    }
    if n_queued < question.minimum_n.max(1) || all == 0 {
        return None;
    }
    let n = waits.len();
    let [queued, all] = [queued, all].map(|micros| Elapsed::from_micros(micros).hours());
    let percent = 100.0 * queued / all;
    Some(format!(
        "the merge queue held {percent:.1} % of {of_what} ({n_queued} of {n} pull requests were queued)"
    ))
}

fn micros(since: Timestamp, until: Timestamp) -> u64 {
    Elapsed::between(since, until).map_or(0, Elapsed::micros)
}
