//! The members of an object made by an expression.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::held;
use super::value::{OVERHEAD, Object, Text, Val};

/// Above this number of members, names are looked up by hash.
const FEW: usize = 12;

/// Names and values in insertion order.
pub(crate) struct Members<'a> {
    entries: Vec<(Text<'a>, Val<'a>)>,
    /// The index of each name, if there are many.
    index: Option<Box<IndexMap<Text<'a>, usize>>>,
    /// How deeply values made by the expression are nested.
    pub(crate) depth: u32,
    counted: usize,
}

impl<'a> Members<'a> {
    pub(crate) fn new() -> Self {
        Self::with_capacity(0)
    }

    pub(crate) fn with_capacity(members: usize) -> Self {
        let mut object = Self { entries: Vec::with_capacity(members), index: None, depth: 1, counted: 0 };
        object.count();
        object
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn place(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.entries.iter().position(|(known, _)| known.as_str() == name),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Val<'a>> {
        self.place(name).and_then(|at| self.entries.get(at)).map(|(_, value)| value)
    }

    pub(crate) fn entry(&self, at: usize) -> Option<&(Text<'a>, Val<'a>)> {
        self.entries.get(at)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Text<'a>, Val<'a>)> {
        self.entries.iter()
    }

    /// Inserts a member with a new name, for a small object. Counts the new bytes as held.
    pub(crate) fn insert_new(&mut self, name: Text<'a>, value: Val<'a>) {
        if self.entries.len() >= FEW {
            return self.insert(name, value);
        }
        self.depth = self.depth.max(value.depth() + 1);
        self.entries.push((name, value));
        self.count();
    }

    /// Inserts a member, or replaces the existing one. Counts the new bytes as held.
    pub(crate) fn insert(&mut self, name: Text<'a>, value: Val<'a>) {
        self.depth = self.depth.max(value.depth() + 1);
        if let Some(at) = self.place(name.as_str()) {
            if let Some((_, old)) = self.entries.get_mut(at) {
                *old = value;
            }
            return;
        }
        if self.entries.len() >= FEW {
            let entries = &self.entries;
            let all = || Box::new(entries.iter().map(|(name, _)| name.clone()).zip(0..).collect());
            self.index.get_or_insert_with(all).insert(name.clone(), entries.len());
        }
        self.entries.push((name, value));
        self.count();
    }

    /// Removes a member.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(at) = self.place(name) {
            self.entries.remove(at);
            let many = self.entries.len() > FEW;
            self.index = many.then(|| Box::new(self.entries.iter().map(|(name, _)| name.clone()).zip(0..).collect()));
        }
    }

    fn count(&mut self) {
        let bytes = Self::bytes_of(self.entries.capacity());
        if bytes > self.counted {
            held::add(bytes - self.counted);
            self.counted = bytes;
        }
    }

    /// Returns the approximate bytes of an object with this many members.
    pub(crate) fn bytes_of(members: usize) -> usize {
        members * (size_of::<(Text<'_>, Val<'_>)>() + if members > FEW { 40 } else { 0 }) + OVERHEAD
    }

    pub(crate) fn into_value(self) -> Val<'a> {
        Val::Object(Object::Own(Rc::new(RefCell::new(self))))
    }
}

impl Drop for Members<'_> {
    fn drop(&mut self) {
        held::subtract(self.counted);
    }
}
