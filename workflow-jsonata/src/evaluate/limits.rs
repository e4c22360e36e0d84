//! What an evaluation may use, and the counts of what it uses.

/// How much one evaluation may use. Nothing depends on a clock: the same expression over the same values passes or
/// fails in the same way everywhere.
///
/// An evaluation that would use more fails with the code `U1001` and a message that names the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Parts of the expression that are evaluated, items that built-in functions look at, and steps of regular
    /// expressions. By default 5 million.
    pub steps: u64,
    /// Parts of the expression that are evaluated inside one another, through calls of functions above all. A call in
    /// tail position ends the call that it stands in. By default 4,000.
    pub depth: u32,
    /// Arrays and objects inside one another, in values that the expression makes, looks through and gives. By default
    /// 500.
    pub nesting: u32,
    /// Bytes of the values that the expression makes and has not let go of. By default 24 MiB.
    pub held: u64,
    /// Bytes of all values that the expression makes. By default 512 MiB.
    pub produced: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 5_000_000, depth: 4_000, nesting: 500, held: 24 << 20, produced: 512 << 20 }
    }
}

/// Bytes of the values that this thread's evaluation holds. Values give back what they count when they go.
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
