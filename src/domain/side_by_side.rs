//! Several things made at once: as many as there are cores.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What `of` makes of each item, in their order. The items are taken up from the first on, so that the longest should come first;
/// how many threads there are changes no result.
///
/// # Panics
/// Where `of` does.
pub fn side_by_side<T: Sync, U: Send>(items: &[T], of: &(dyn Fn(&T) -> U + Sync)) -> Vec<U> {
    let n_cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let n_threads = n_cores.min(items.len());
    if n_threads < 2 {
        return items.iter().map(of).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match items.get(at) {
                Some(item) => made.push((at, of(item))),
                None => return made,
            }
        }
    };
    let mut made: Vec<(usize, U)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        let joined = threads.into_iter().map(|thread| match thread.join() {
            Ok(made) => made,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.flatten().collect()
    });
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::side_by_side;

    #[test]
    fn what_is_made_comes_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..1_000).collect();
        let doubled = side_by_side(&items, &|item| item * 2);
        assert!(
            doubled
                .iter()
                .zip(&items)
                .all(|(made, item)| *made == item * 2)
        );
        assert_eq!(doubled.len(), items.len());
        assert!(side_by_side(&[], &|item: &u64| *item).is_empty());
    }
}
