//! Counts the bytes that the evaluation on this thread holds. Values subtract their size when they are dropped.

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
