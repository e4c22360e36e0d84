//! Values with the names that a path binds: `@$v`, `#$i` and the parents of `%`.

use std::rc::Rc;

use super::held;
use super::program::Sym;
use super::value::{Array, List, OVERHEAD, SEQUENCE, Val};

/// A value with its bound names.
#[derive(Clone)]
pub(crate) struct Tuple<'a> {
    pub(crate) value: Val<'a>,
    pub(crate) bound: Vec<(Sym, Val<'a>)>,
}

/// The values of a path, each with its bound names.
pub(crate) struct Tuples<'a> {
    pub(crate) rows: Vec<Tuple<'a>>,
    pub(crate) depth: u32,
    counted: usize,
}

impl<'a> Tuple<'a> {
    pub(crate) fn new(value: Val<'a>) -> Self {
        Self { value, bound: Vec::new() }
    }

    pub(crate) fn set(&mut self, name: Sym, value: Val<'a>) {
        match self.bound.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.bound.push((name, value)),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.bound.capacity() * size_of::<(Sym, Val<'_>)>()
    }

    fn depth(&self) -> u32 {
        self.bound.iter().map(|(_, value)| value.depth()).max().unwrap_or(0).max(self.value.depth())
    }
}

impl<'a> Tuples<'a> {
    pub(crate) fn new(rows: Vec<Tuple<'a>>) -> Self {
        let depth = 1 + rows.iter().map(Tuple::depth).max().unwrap_or(0);
        let counted = OVERHEAD + rows.iter().map(Tuple::bytes).sum::<usize>();
        held::add(counted);
        Self { rows, depth, counted }
    }

    /// Returns only the values.
    pub(crate) fn as_array(&self) -> Array<'a> {
        let list = List::new(self.rows.iter().map(|row| row.value.clone()).collect(), SEQUENCE);
        held::add(list.bytes());
        Array::Own(Rc::new(list))
    }
}

impl Drop for Tuples<'_> {
    fn drop(&mut self) {
        held::subtract(self.counted);
    }
}
