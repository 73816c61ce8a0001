//! Counting work.

use std::ops::ControlFlow;

/// Work that may still be done. One step is about a hundred nanoseconds at most.
pub struct Steps {
    left: u64,
}

impl Steps {
    /// Allows this much.
    pub fn new(most: u64) -> Self {
        Self { left: most }
    }

    /// Takes this much, or tells that it is not there any more.
    pub fn take(&mut self, steps: u64) -> ControlFlow<()> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                ControlFlow::Continue(())
            }
            None => {
                self.left = 0;
                ControlFlow::Break(())
            }
        }
    }
}
