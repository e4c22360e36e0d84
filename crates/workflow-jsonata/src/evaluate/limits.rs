//! The limits of an evaluation, and its usage so far.

/// The resources that one evaluation may use. The limits do not depend on a clock: the same expression over the same
/// values always passes or always fails.
///
/// An evaluation that exceeds a limit fails with the code `U1001` and a message that names the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most steps: evaluated parts of the expression, items that built-in functions read, and steps of regular
    /// expressions. The default is 5 million.
    pub steps: u64,
    /// The most nested evaluations, mainly through function calls. A call in tail position does not nest. The default
    /// is 4,000.
    pub depth: u32,
    /// The most nested arrays and objects in values that the expression makes, walks or returns. The default is 500.
    pub nesting: u32,
    /// The most bytes of live values that the expression has made. The default is 24 MiB.
    pub held: u64,
    /// The most bytes of all values that the expression makes. The default is 512 MiB.
    pub produced: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 5_000_000, depth: 4_000, nesting: 500, held: 24 << 20, produced: 512 << 20 }
    }
}

/// Counts the bytes that the evaluation on this thread holds. Values subtract their size when they are dropped.
pub(crate) mod held {
    use std::cell::Cell;

    thread_local! {
        static BYTES: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn add(bytes: usize) {
        BYTES.set(BYTES.get().wrapping_add(bytes));
    }

    pub(crate) fn subtract(bytes: usize) {
        BYTES.set(BYTES.get().wrapping_sub(bytes));
    }

    pub(crate) fn get() -> usize {
        BYTES.get()
    }
}
