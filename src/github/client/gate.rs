//! How many requests are under way at once: a little more after many successes, half after each complaint.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Never more than this at once.
const WIDEST: usize = 8;

/// Successes in a row after which one more request may be under way.
const STREAK: u32 = 20;

/// Lets requests through.
pub(super) struct Gate {
    permits: Arc<Semaphore>,
    width: Mutex<Width>,
}

struct Width {
    wanted: usize,
    /// Permits there are, free or in use; above `wanted` until enough of them come back.
    there: usize,
    streak: u32,
}

impl Gate {
    /// A gate that lets `width` requests through, between 1 and 8.
    pub(super) fn new(width: usize) -> Self {
        let wanted = width.clamp(1, WIDEST);
        Self {
            permits: Arc::new(Semaphore::new(wanted)),
            width: Mutex::new(Width {
                wanted,
                there: wanted,
                streak: 0,
            }),
        }
    }

    /// Waits for a place; `None` never happens, as the gate is never closed.
    pub(super) async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    /// Gives the place back, or gives it up where there are more than wanted.
    pub(super) fn leave(&self, permit: Option<OwnedSemaphorePermit>) {
        let mut width = self.locked();
        if let Some(permit) = permit.filter(|_| width.there > width.wanted) {
            width.there -= 1;
            permit.forget();
        }
    }

    /// An answer came.
    pub(super) fn widen(&self) {
        let mut width = self.locked();
        width.streak += 1;
        if width.streak >= STREAK && width.wanted < WIDEST {
            width.streak = 0;
            width.wanted += 1;
            if width.there < width.wanted {
                width.there += 1;
                self.permits.add_permits(1);
            }
        }
    }

    /// GitHub complained.
    pub(super) fn narrow(&self) {
        let mut width = self.locked();
        width.streak = 0;
        width.wanted = (width.wanted / 2).max(1);
        let free = self
            .permits
            .forget_permits(width.there.saturating_sub(width.wanted));
        width.there -= free;
    }

    /// How many may be under way.
    pub(super) fn width(&self) -> usize {
        self.locked().wanted
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Width> {
        self.width.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(gate: &Gate) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&gate.permits).try_acquire_owned().ok()
    }

    #[test]
    fn a_complaint_halves_what_is_under_way_even_while_all_of_it_is() {
        let gate = Gate::new(4);
        let mut inside: Vec<_> = (0..4).map(|_| entered(&gate)).collect();
        assert!(inside.iter().all(Option::is_some) && entered(&gate).is_none());
        gate.narrow();
        assert_eq!(gate.width(), 2);
        gate.leave(inside.remove(0));
        assert!(entered(&gate).is_none(), "three are still inside");
        gate.leave(inside.remove(0));
        assert!(entered(&gate).is_none(), "two are still inside");
        gate.leave(inside.remove(0));
        assert!(entered(&gate).is_some());
        for _ in 0..9 {
            gate.narrow();
        }
        assert_eq!(gate.width(), 1, "never none");
    }

    #[test]
    fn success_widens_one_by_one_up_to_eight() {
        let gate = Gate::new(1);
        for _ in 0..20 {
            gate.widen();
        }
        assert_eq!(gate.width(), 2);
        for _ in 0..1_000 {
            gate.widen();
        }
        assert_eq!(gate.width(), 8);
        assert_eq!(
            (0..20)
                .filter_map(|_| entered(&gate).map(std::mem::forget))
                .count(),
            8
        );
    }
}
