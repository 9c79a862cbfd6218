//! Steps that a test can make fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many more steps succeed; shared by a folder and what is opened below it.
#[derive(Debug, Clone)]
pub(super) struct Steps(Arc<AtomicU64>);

impl Default for Steps {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(u64::MAX)))
    }
}

impl Steps {
    pub(super) fn fail_after(&self, steps: u64) {
        self.0.store(steps, Ordering::SeqCst);
    }

    /// One step; an error where no more are left.
    pub(super) fn take(&self) -> std::io::Result<()> {
        let one_less = |left: u64| match left {
            u64::MAX => Some(left),
            left => left.checked_sub(1),
        };
        let left = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less);
        left.map(|_| ()).map_err(|_| {
            std::io::Error::new(std::io::ErrorKind::StorageFull, "no space left on device")
        })
    }
}
