//! Chooses the spelling of each part of the document: the first that compiles to an equal document.

use std::collections::BTreeMap;
use std::ops::Range;

use workflow_asl::Pointer;

use super::text::{BREAK, CLOSE, MARK, MARK_END};

/// The spellings chosen so far, by pointer. The default is the first.
#[derive(Debug, Default)]
pub(super) struct Plan {
    levels: BTreeMap<Pointer, usize>,
    /// Why the first spelling of a part was not used.
    reasons: BTreeMap<Pointer, String>,
    /// Whether to use the last spelling everywhere.
    pub(super) plainest: bool,
}

/// A part with more than one spelling.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) pointer: Pointer,
    /// The current and the last spelling.
    level: usize,
    last: usize,
    /// The enclosing point.
    pub(super) parent: Option<usize>,
    /// Its range in the printed text, in bytes.
    pub(super) range: Range<usize>,
}

impl Plan {
    /// Returns the spelling of a part that has this many.
    pub(super) fn level(&self, at: &Pointer, spellings: usize) -> usize {
        let last = spellings.saturating_sub(1);
        if self.plainest { last } else { self.levels.get(at).copied().unwrap_or(0).min(last) }
    }

    /// Returns why the first spelling of a part was not used.
    pub(super) fn reason(&self, at: &Pointer) -> Option<&str> {
        self.reasons.get(at).map(String::as_str)
    }

    /// Advances a point that has a problem, or an enclosing one if it has no further spelling. Returns `false` if none
    /// has.
    pub(super) fn step(&mut self, points: &[Point], number: usize, problem: &str, hard: bool) -> bool {
        let first = points.get(number);
        let around = std::iter::successors(first, |point| points.get(point.parent?));
        let more = |point: &&Point| point.level < point.last;
        let readers =
            || first.and_then(|first| points.iter().filter(more).find(|reader| reader.reads_for(&first.pointer)));
        let Some(point) = around.clone().find(more).or_else(readers) else { return false };
        let level = if hard { point.last } else { point.level + 1 };
        let decided = self.levels.entry(point.pointer.clone()).or_default();
        *decided = (*decided).max(level);
        self.reasons.entry(point.pointer.clone()).or_insert_with(|| problem.to_owned());
        true
    }
}

impl Point {
    /// Returns whether this is the reader of a map around a part: the short form gives the map's items a type.
    fn reads_for(&self, at: &Pointer) -> bool {
        let map = self.pointer.as_str().strip_suffix("ItemReader");
        map.is_some_and(|map| at.as_str().starts_with(map))
    }
}

/// The points of one printing.
#[derive(Debug, Default)]
pub(super) struct Points {
    all: Vec<Point>,
    open: Vec<usize>,
}

impl Points {
    /// Opens a point. Returns the mark before its text.
    pub(super) fn open(&mut self, at: &Pointer, level: usize, spellings: usize) -> String {
        let number = self.all.len();
        let parent = self.open.last().copied();
        self.all.push(Point { pointer: at.clone(), level, last: spellings.saturating_sub(1), parent, range: 0..0 });
        self.open.push(number);
        format!("{MARK}{number}{MARK_END}")
    }

    /// Closes the last open point. Returns the mark after its text.
    pub(super) fn close(&mut self) -> char {
        self.open.pop();
        CLOSE
    }

    /// Returns the text without marks, and the points with their ranges.
    pub(super) fn settle(mut self, marked: &str) -> (String, Vec<Point>) {
        let mut text = String::with_capacity(marked.len());
        let mut open: Vec<usize> = Vec::new();
        let mut rest = marked;
        while let Some(at) = rest.find([MARK, CLOSE]) {
            let (before, mark) = rest.split_at(at);
            text.push_str(&before.replace(BREAK, "\n"));
            if let Some(after) = mark.strip_prefix(CLOSE) {
                if let Some(point) = open.pop().and_then(|number| self.all.get_mut(number)) {
                    point.range.end = text.len();
                }
                rest = after;
                continue;
            }
            let (number, after) = mark.trim_start_matches(MARK).split_once(MARK_END).unwrap_or(("", ""));
            if let Ok(number) = number.parse::<usize>() {
                open.push(number);
                if let Some(point) = self.all.get_mut(number) {
                    point.range = text.len()..text.len();
                }
            }
            rest = after;
        }
        text.push_str(&rest.replace(BREAK, "\n"));
        (text, self.all)
    }
}
