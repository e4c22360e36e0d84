//! Optional values of random workflows: how they are read and tested, and a search for a path on which no test has
//! shown that a value exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use proptest::prelude::*;

use super::Built;

/// How a value is read, as generated. `Form` says what is possible.
#[derive(Clone, Debug)]
pub(super) struct ReadSpec {
    of: usize,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Bare,
    /// Without a default if a test has shown that it exists, otherwise with a default, or not at all.
    Shown,
    Default,
    LeftOut,
}

/// What a choice tests, as generated.
#[derive(Clone, Debug)]
pub(super) struct TestSpec {
    of: usize,
    kind: TestKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TestKind {
    /// The coin.
    Heads,
    Present,
    Absent,
    NotNull,
    Match,
}

/// An optional value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Input(&'static str),
    /// `Payload.o` of the node.
    Result(usize),
}

pub(super) fn reads() -> impl Strategy<Value = Vec<ReadSpec>> {
    let form =
        prop_oneof![1 => Just(Form::Bare), 12 => Just(Form::Shown), 1 => Just(Form::Default), 1 => Just(Form::LeftOut)];
    prop::collection::vec((any::<usize>(), form).prop_map(|(of, form)| ReadSpec { of, form }), 0..2)
}

pub(super) fn test() -> impl Strategy<Value = TestSpec> {
    let kinds = [TestKind::Heads, TestKind::Present, TestKind::Absent, TestKind::NotNull, TestKind::Match];
    let kind = prop::sample::select(kinds.to_vec());
    (any::<usize>(), kind).prop_map(|(of, kind)| TestSpec { of, kind })
}

impl Built {
    /// Returns the optional value that a node reads: the result of a task, if it is readable there.
    fn value(&self, reader: usize, of: usize, may_ask: bool) -> Value {
        let task = of / 3 % self.nodes.len();
        match of % 3 {
            0 => Value::Input("o"),
            1 => Value::Input("p"),
            _ if self.gives_option(task) && (self.has_run(task, reader) || may_ask && self.is_seen(task, reader)) => {
                Value::Result(task)
            }
            _ => Value::Input("o"),
        }
    }

    fn gives_option(&self, node: usize) -> bool {
        self.nodes[node].part == Some(".Payload.v") && !self.is_pass(node)
    }

    fn is_seen(&self, of: usize, reader: usize) -> bool {
        self.within(reader, self.nodes[of].scope).is_some_and(|at| at != of)
    }

    /// Returns whether a node has certainly run when another one begins.
    fn has_run(&self, of: usize, reader: usize) -> bool {
        let scope = self.nodes[of].scope;
        self.is_seen(of, reader)
            && self
                .within(reader, scope)
                .is_some_and(|at| !self.gets_around(scope, at, |from, caught| from == of && !caught))
    }

    /// Returns what a choice tests, or `None` if it tests the coin.
    fn tested(&self, choice: usize) -> Option<(Value, TestKind)> {
        let test = self.nodes[choice].test.as_ref()?;
        let kind = match test.kind {
            TestKind::Heads => return None,
            // In JSONPath, an absent value fails the `match`.
            TestKind::Match if !self.jsonata => TestKind::Present,
            kind => kind,
        };
        let value = self.value(choice, test.of, self.jsonata);
        // The input never changes, so a loop that depends on it may never end.
        let leads_back = self.nodes[choice].success.iter().any(|to| *to <= choice);
        (!leads_back || matches!(value, Value::Result(_))).then_some((value, kind))
    }

    fn words(&self, value: Value, asks: bool) -> String {
        match value {
            Value::Input(name) => format!("input.{name}"),
            Value::Result(node) if asks => format!("{}?.Payload.o", self.nodes[node].name),
            Value::Result(node) => format!("{}.Payload.o", self.nodes[node].name),
        }
    }

    /// Returns the head of a choice and its arms.
    pub(super) fn choice(&self, own: usize, yes: &str, no: &str) -> String {
        let Some((value, kind)) = self.tested(own) else {
            return format!("{{ if state.Payload.heads == true -> {yes}; else -> {no}; }}");
        };
        let asks = matches!(value, Value::Result(of) if !self.has_run(of, own));
        let words = self.words(value, asks);
        match kind {
            TestKind::Match => format!("match {words} {{ 1 | 2 -> {yes}; _ -> {no}; }}"),
            TestKind::Absent => format!("{{ if !is_present({words}) -> {yes}; else -> {no}; }}"),
            TestKind::NotNull => format!("{{ if {words} != null -> {yes}; else -> {no}; }}"),
            TestKind::Present | TestKind::Heads => format!("{{ if is_present({words}) -> {yes}; else -> {no}; }}"),
        }
    }

    /// Returns the optional members that a node reads.
    pub(super) fn write_optional(&self, own: usize, text: &mut String) {
        for (number, (value, form)) in self.optional_reads(own).into_iter().enumerate() {
            let words = self.words(value, false);
            match form {
                Form::Bare | Form::Shown => write!(text, "o{number}: {words}, "),
                Form::Default => write!(text, "o{number}: {words} ?? 0, "),
                Form::LeftOut => write!(text, "o{number}?: {words}, "),
            }
            .unwrap();
        }
    }

    fn optional_reads(&self, reader: usize) -> Vec<(Value, Form)> {
        let read = |read: &ReadSpec| {
            let value = self.value(reader, read.of, false);
            Some(match read.form {
                Form::Bare => (value, Form::Bare),
                // JSONPath has no other form.
                Form::Shown if self.is_shown(value, reader) => (value, Form::Bare),
                Form::Shown if self.jsonata => (value, Form::Default),
                form if self.jsonata => (value, form),
                _ => return None,
            })
        };
        self.nodes[reader].optional.iter().filter_map(read).collect()
    }

    /// Returns how often each value is read as if it existed, although it may not.
    pub(super) fn unguarded(&self) -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        for reader in 0..self.nodes.len() {
            for (value, form) in self.optional_reads(reader) {
                if form == Form::Bare && !self.is_shown(value, reader) {
                    *found.entry(self.words(value, false)).or_default() += 1;
                }
            }
        }
        found
    }

    /// Returns whether tests have shown that a node has run.
    pub(super) fn is_shown_to_have_run(&self, of: usize, reader: usize) -> bool {
        self.gives_option(of) && self.is_shown(Value::Result(of), reader)
    }

    /// Returns whether, on every path to a node, a test has shown that a value exists since its state last ran.
    fn is_shown(&self, value: Value, reader: usize) -> bool {
        let (owner, start) = self.scopes[self.nodes[reader].scope];
        let outside = owner.is_some_and(|owner| self.is_shown(value, owner));
        let mut seen = BTreeSet::from([(start, outside)]);
        let mut todo = vec![(start, outside)];
        while let Some((node, shown)) = todo.pop() {
            let runs = value == Value::Result(node);
            let shows = self.tested(node).filter(|(of, _)| *of == value).map(|(_, kind)| kind);
            let last = self.nodes[node].success.len().saturating_sub(1);
            for (arm, to) in self.nodes[node].success.iter().enumerate() {
                // If there is only one, the other arm is the end.
                let is_else = arm == last;
                let tells = shows.is_some_and(|kind| (kind == TestKind::Absent) == is_else);
                let next = (*to, (shown && !runs) || tells);
                if seen.insert(next) {
                    todo.push(next);
                }
            }
            if let Some(to) = self.nodes[node].catch
                && seen.insert((to, shown && !runs))
            {
                todo.push((to, shown && !runs));
            }
        }
        !seen.contains(&(reader, false))
    }
}
