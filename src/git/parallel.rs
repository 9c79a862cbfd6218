//! Work spread over threads, with results in the order of the work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

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
            done.extend(joined(other));
        }
        done
    });
    done.sort_unstable_by_key(|(chunk, _)| *chunk);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Threads where nobody says how many.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What a thread came to; its panic is ours.
pub(super) fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// As [`over_chunks`], with the results handed to `take` in the order of the chunks, by whichever thread has just made one.
///
/// So what has to be done one after another is done beside the rest, and not after it.
pub(super) fn in_order<W, T: Send>(
    threads: usize,
    n_chunks: usize,
    worker: impl Fn() -> W + Sync,
    each: impl Fn(&mut W, usize) -> T + Sync,
    mut take: impl FnMut(T) + Send,
) {
    let waiting: Mutex<BTreeMap<usize, T>> = Mutex::default();
    let mut next = 0;
    // A thread that panicked has taken the whole run down with it.
    let taker = Mutex::new(|| {
        let ready = |next: &usize| {
            let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.remove(next)
        };
        while let Some(result) = ready(&next) {
            next += 1;
            take(result);
        }
    });
    let each = |worker: &mut W, chunk: usize| {
        let result = each(worker, chunk);
        let mut queue = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        queue.insert(chunk, result);
        drop(queue);
        // Where another thread is at it, it, or the next one, takes this result too.
        if let Ok(mut taker) = taker.try_lock() {
            taker();
        }
    };
    over_chunks(threads, n_chunks, worker, each);
    taker.lock().unwrap_or_else(PoisonError::into_inner)();
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

    #[test]
    fn results_are_taken_in_the_order_of_the_work_all_of_them_and_once() {
        for threads in [1, 2, 7] {
            let mut taken = Vec::new();
            in_order(threads, 1000, || (), |(), at| at, |at| taken.push(at));
            assert_eq!(taken, (0..1000).collect::<Vec<_>>());
        }
    }
}
