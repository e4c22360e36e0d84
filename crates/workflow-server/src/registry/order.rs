//! Lists sorted by number, in which every page is found immediately.

use std::collections::BTreeMap;

/// The members of a list, by number.
pub(crate) struct Order<T>(BTreeMap<u64, T>);

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Order<T> {
    pub(crate) fn insert(&mut self, number: u64, member: T) {
        self.0.insert(number, member);
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<T> {
        self.0.remove(&number)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the members after a number, or all, in ascending order.
    pub(crate) fn after(&self, number: Option<u64>) -> impl Iterator<Item = (u64, &T)> {
        let from = number.map_or(0, |number| number.saturating_add(1));
        self.0.range(from..).map(|(number, member)| (*number, member)).inspect(|_| visits::count())
    }

    /// Returns the members before a number, or all, in descending order.
    pub(crate) fn before(&self, number: Option<u64>) -> impl Iterator<Item = (u64, &T)> {
        let rest = self.0.range(..number.unwrap_or(u64::MAX)).rev();
        rest.map(|(number, member)| (*number, member)).inspect(|_| visits::count())
    }
}

/// Counts visited members, for tests of the cost of a page.
#[cfg(test)]
pub(crate) mod visits {
    use std::cell::Cell;

    thread_local! {
        static VISITS: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        VISITS.with(|visits| visits.set(visits.get() + 1));
    }

    /// Returns the count on this thread since the last call.
    pub(crate) fn take() -> usize {
        VISITS.with(Cell::take)
    }
}

#[cfg(not(test))]
mod visits {
    pub(super) fn count() {}
}
