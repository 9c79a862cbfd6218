//! Work spread over threads, with results in the order of the work.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs `each` over the chunks `0..n_chunks` on up to `threads` threads; every thread has a worker of its own.
///
/// Results come in the order of the chunks, whichever thread made them.
pub(super) fn over_chunks<W, T: Send>(
    threads: usize,
    n_chunks: usize,
    worker: impl Fn() -> W + Sync,
    each: impl Fn(&mut W, usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        let mut state = None;
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            if chunk >= n_chunks {
                return done;
            }
            done.push((chunk, each(state.get_or_insert_with(&worker), chunk)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(n_chunks))
            .map(|_| scope.spawn(run))
            .collect();
        let mut done = run();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(chunk, _)| *chunk);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_work() {
        for threads in [1, 2, 7] {
            let squares = over_chunks(
                threads,
                100,
                || 0,
                |seen, at| {
                    *seen += 1;
                    at * at
                },
            );
            assert_eq!(squares, (0..100).map(|at| at * at).collect::<Vec<_>>());
        }
        assert!(over_chunks(3, 0, || (), |(), at| at).is_empty());
    }
}
