//! Matches by backtracking on an explicit stack, counting each step.

use super::Match;
use super::class::{is_line_end, is_word};
use super::program::{Op, Program};
use crate::fault::{Fault, Meter};

/// A string as units: the bytes of ASCII, or UTF-16.
pub(super) trait Units {
    fn length(&self) -> usize;
    fn unit(&self, at: usize) -> Option<u16>;
    /// Returns the first position of a unit from a position on.
    fn seek(&self, unit: u16, from: usize) -> Option<usize>;
}

impl Units for [u8] {
    fn length(&self) -> usize {
        self.len()
    }

    fn unit(&self, at: usize) -> Option<u16> {
        self.get(at).map(|byte| u16::from(*byte))
    }

    fn seek(&self, unit: u16, from: usize) -> Option<usize> {
        let byte = u8::try_from(unit).ok()?;
        self.get(from..)?.iter().position(|other| *other == byte).map(|at| from + at)
    }
}

impl Units for [u16] {
    fn length(&self) -> usize {
        self.len()
    }

    fn unit(&self, at: usize) -> Option<u16> {
        self.get(at).copied()
    }

    fn seek(&self, unit: u16, from: usize) -> Option<usize> {
        self.get(from..)?.iter().position(|other| *other == unit).map(|at| from + at)
    }
}

const NONE: usize = usize::MAX;

/// An entry of the backtracking stack.
#[derive(Debug, Clone, Copy)]
enum Entry {
    /// Continue at an instruction and a position.
    Branch {
        op: usize,
        at: usize,
    },
    /// Continue after a run that took one character less (greedy) or more (lazy). A greedy run ends at `last`, and a lazy
    /// one takes at most `last` more.
    Run {
        op: usize,
        at: usize,
        last: usize,
    },
    /// Enter the body of a lazy loop.
    Body {
        repeat: usize,
        at: usize,
    },
    /// The previous value of a slot, a counter or the start of an iteration.
    Slot {
        slot: usize,
        was: usize,
    },
    Counter {
        repeat: usize,
        was: u32,
    },
    Start {
        repeat: usize,
        was: usize,
    },
    /// The beginning of a look-around, and the enclosing one.
    Look {
        op: usize,
        at: usize,
        outer: usize,
    },
}

/// The steps between two calls of the meter.
const BATCH: u64 = 256;

struct Machine<'m, U: ?Sized, M> {
    program: &'m Program,
    text: &'m U,
    meter: &'m mut M,
    steps: u64,
    stack: Vec<Entry>,
    slots: Vec<usize>,
    counters: Vec<u32>,
    /// The start of the current iteration of each loop; `NONE` if it may be empty.
    starts: Vec<usize>,
    /// The stack entry of the current look-around.
    look: usize,
}

/// Returns the first match at `start` or later.
pub(super) fn find<U: Units + ?Sized, M: Meter>(
    program: &Program,
    text: &U,
    start: usize,
    meter: &mut M,
) -> Result<Option<Match>, Fault> {
    let mut machine = Machine {
        program,
        text,
        meter,
        steps: 0,
        stack: Vec::new(),
        slots: vec![NONE; program.slots],
        counters: vec![0; program.loops.len()],
        starts: vec![NONE; program.loops.len()],
        look: NONE,
    };
    let result = machine.search(start);
    let steps = machine.steps;
    machine.meter.steps(steps)?;
    result
}

impl<U: Units + ?Sized, M: Meter> Machine<'_, U, M> {
    fn search(&mut self, start: usize) -> Result<Option<Match>, Fault> {
        let mut at = start;
        while at <= self.text.length() {
            if let Some(first) = self.program.first {
                let Some(found) = self.text.seek(first, at) else {
                    self.steps += (self.text.length() - at) as u64 / 16;
                    return Ok(None);
                };
                self.steps += (found - at) as u64 / 16;
                at = found;
            }
            if self.program.anchored && at > 0 {
                return Ok(None);
            }
            self.steps += self.slots.len() as u64 / 16;
            self.slots.fill(NONE);
            self.stack.clear();
            self.look = NONE;
            if let Some(end) = self.run(at)? {
                let range = |group: usize| match (self.slots[2 * group], self.slots[2 * group + 1]) {
                    (NONE, _) | (_, NONE) => None,
                    (start, end) => Some(start..end),
                };
                let groups = (1..self.program.slots / 2).map(range).collect();
                return Ok(Some(Match { start: at, end, groups }));
            }
            at += self.width(at, false);
        }
        Ok(None)
    }

    fn step(&mut self) -> Result<(), Fault> {
        self.steps += 1;
        if self.steps >= BATCH {
            self.meter.steps(std::mem::take(&mut self.steps))?;
        }
        Ok(())
    }

    fn push(&mut self, entry: Entry) -> Result<(), Fault> {
        if self.stack.len() == self.stack.capacity() {
            let more = self.stack.capacity().max(32);
            self.meter.bytes((more * size_of::<Entry>()) as u64)?;
            self.stack.reserve_exact(more);
        }
        self.stack.push(entry);
        Ok(())
    }

    fn set_slot(&mut self, slot: usize, value: usize) -> Result<(), Fault> {
        let was = std::mem::replace(&mut self.slots[slot], value);
        if was != value { self.push(Entry::Slot { slot, was }) } else { Ok(()) }
    }

    fn set_counter(&mut self, repeat: usize, value: u32) -> Result<(), Fault> {
        let was = std::mem::replace(&mut self.counters[repeat], value);
        if was != value { self.push(Entry::Counter { repeat, was }) } else { Ok(()) }
    }

    fn set_start(&mut self, repeat: usize, value: usize) -> Result<(), Fault> {
        let was = std::mem::replace(&mut self.starts[repeat], value);
        if was != value { self.push(Entry::Start { repeat, was }) } else { Ok(()) }
    }

    /// Returns the next unit in a direction.
    fn next(&self, at: usize, back: bool) -> Option<u16> {
        if back { at.checked_sub(1).and_then(|at| self.text.unit(at)) } else { self.text.unit(at) }
    }

    /// Returns how many units the next character in a direction has. As in Java, two surrogates are one.
    fn width(&self, at: usize, back: bool) -> usize {
        let first = if back { at.checked_sub(2) } else { Some(at) };
        let is_pair = |at: usize| {
            let half = |at, range: std::ops::Range<u16>| self.text.unit(at).is_some_and(|unit| range.contains(&unit));
            half(at, 0xd800..0xdc00) && half(at + 1, 0xdc00..0xe000)
        };
        if first.is_some_and(is_pair) { 2 } else { 1 }
    }

    /// Returns the position behind the next character in a direction.
    fn moved(&self, at: usize, back: bool) -> usize {
        let width = self.width(at, back);
        if back { at - width } else { at + width }
    }

    fn takes(&self, class: usize, inverted: bool, at: usize, back: bool) -> bool {
        let next = self.next(at, back);
        next.is_some_and(|unit| self.program.classes[class].contains(unit) != inverted)
    }

    /// Returns the end of the match that starts at a position.
    fn run(&mut self, start: usize) -> Result<Option<usize>, Fault> {
        let (mut op, mut at) = (0, start);
        loop {
            self.step()?;
            let holds = match &self.program.ops[op] {
                Op::Unit { unit, back } => {
                    let taken = self.next(at, *back) == Some(*unit);
                    if taken {
                        at = if *back { at - 1 } else { at + 1 };
                    }
                    taken
                }
                Op::Class { class, inverted, back } => {
                    let taken = self.takes(*class, *inverted, at, *back);
                    if taken {
                        at = self.moved(at, *back);
                    }
                    taken
                }
                Op::Run { class, inverted, back, min, max, greedy } => {
                    let (class, inverted, back, greedy) = (*class, *inverted, *back, *greedy);
                    let (min, max) = (*min, *max);
                    let mut count = 0;
                    let mut least = at;
                    let limit = if greedy { max } else { min };
                    while count < limit && self.takes(class, inverted, at, back) {
                        self.step()?;
                        at = self.moved(at, back);
                        count += 1;
                        if count == min {
                            least = at;
                        }
                    }
                    if count < min {
                        false
                    } else {
                        if greedy && at != least {
                            self.push(Entry::Run { op, at, last: least })?;
                        } else if !greedy && count < max {
                            self.push(Entry::Run { op, at, last: (max - count) as usize })?;
                        }
                        true
                    }
                }
                Op::LineStart { multiline } => {
                    let before = at.checked_sub(1).and_then(|before| self.text.unit(before));
                    let after = self.text.unit(at);
                    at == 0
                        || *multiline
                            && after.is_some()
                            && before.is_some_and(is_line_end)
                            && (before, after) != (Some(0x0d), Some(0x0a))
                }
                Op::LineEnd { multiline } => {
                    let end = self.line_end(at);
                    at == self.text.length() || end.is_some_and(|end| *multiline || end == self.text.length())
                }
                Op::TextEnd => at == self.text.length(),
                Op::WordEdge(edge) => {
                    let before = self.next(at, true).is_some_and(is_word);
                    (before != self.text.unit(at).is_some_and(is_word)) == *edge
                }
                Op::Save(slot) => {
                    self.set_slot(*slot, at)?;
                    true
                }
                Op::Reference { group, back, fold } => {
                    let (group, back, fold) = (*group, *back, *fold);
                    match self.referred(group, at, back, fold)? {
                        Some(end) => {
                            at = end;
                            true
                        }
                        None => false,
                    }
                }
                Op::Split(other) => {
                    self.push(Entry::Branch { op: *other, at })?;
                    true
                }
                Op::Jump(to) => {
                    op = *to;
                    continue;
                }
                Op::Enter(repeat) => {
                    self.set_counter(*repeat, 0)?;
                    true
                }
                Op::Loop(index) => {
                    let index = *index;
                    let repeat = &self.program.loops[index];
                    let count = self.counters[index];
                    if count < repeat.min {
                        self.enter(index, NONE)?;
                        true
                    } else if count >= repeat.max {
                        op = repeat.exit;
                        continue;
                    } else if repeat.greedy {
                        self.push(Entry::Branch { op: repeat.exit, at })?;
                        self.enter(index, at)?;
                        true
                    } else {
                        self.push(Entry::Body { repeat: index, at })?;
                        op = repeat.exit;
                        continue;
                    }
                }
                Op::Again(index) => {
                    if self.starts[*index] == at {
                        false
                    } else {
                        op = self.program.loops[*index].start;
                        continue;
                    }
                }
                Op::Look { .. } => {
                    self.push(Entry::Look { op, at, outer: self.look })?;
                    self.look = self.stack.len() - 1;
                    true
                }
                Op::LookEnd => match self.end_look(at) {
                    Some((exit, position)) => {
                        (op, at) = (exit, position);
                        continue;
                    }
                    None => false,
                },
                Op::Matched => return Ok(Some(at)),
            };
            if holds {
                op += 1;
                continue;
            }
            match self.backtrack()? {
                Some(next) => (op, at) = next,
                None => return Ok(None),
            }
        }
    }

    /// Begins an iteration. An iteration that begins at `start` must not be empty.
    fn enter(&mut self, index: usize, start: usize) -> Result<(), Fault> {
        let repeat = &self.program.loops[index];
        let count = self.counters[index];
        if count < repeat.min || repeat.max != u32::MAX {
            self.set_counter(index, count + 1)?;
        }
        self.set_start(index, start)
    }

    /// Returns the end of a line break at a position. Between `\r` and `\n` is none.
    fn line_end(&self, at: usize) -> Option<usize> {
        let unit = self.text.unit(at).filter(|unit| is_line_end(*unit))?;
        match unit {
            0x0a if at > 0 && self.text.unit(at - 1) == Some(0x0d) => None,
            0x0d if self.text.unit(at + 1) == Some(0x0a) => Some(at + 2),
            _ => Some(at + 1),
        }
    }

    /// Returns the end of a back-reference's text at a position. As in Java, a group that took no part has none.
    fn referred(&mut self, group: usize, at: usize, back: bool, fold: bool) -> Result<Option<usize>, Fault> {
        let (start, end) = match (self.slots[2 * group], self.slots[2 * group + 1]) {
            (NONE, _) | (_, NONE) => return Ok(None),
            range => range,
        };
        let length = end - start;
        let from = if back { at.checked_sub(length) } else { Some(at) };
        let Some(from) = from.filter(|from| from + length <= self.text.length()) else { return Ok(None) };
        for offset in 0..length {
            self.step()?;
            let (left, right) = (self.text.unit(start + offset), self.text.unit(from + offset));
            let letter = |unit: u16| u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphabetic());
            let folded = |unit: u16| if fold && letter(unit) { unit | 32 } else { unit };
            if left.map(folded) != right.map(folded) {
                return Ok(None);
            }
        }
        Ok(Some(if back { from } else { from + length }))
    }

    /// Ends a look-around whose body matched up to `end`. Returns where to continue, or `None` if the body must not
    /// match.
    fn end_look(&mut self, end: usize) -> Option<(usize, usize)> {
        let begin = self.look;
        let Some(Entry::Look { op, at, outer }) = self.stack.get(begin).copied() else { return None };
        self.look = outer;
        let Op::Look { negative, moves, exit } = self.program.ops[op] else { return None };
        if negative {
            while self.stack.len() > begin {
                if let Some(entry) = self.stack.pop() {
                    self.restore(entry);
                }
            }
            return None;
        }
        // The body is not tried again, but its changes must be undone on backtracking.
        let mut kept = begin;
        for index in begin + 1..self.stack.len() {
            let entry = self.stack[index];
            if matches!(entry, Entry::Slot { .. } | Entry::Counter { .. } | Entry::Start { .. }) {
                self.stack[kept] = entry;
                kept += 1;
            }
        }
        self.stack.truncate(kept);
        Some((exit, if moves { end } else { at }))
    }

    fn restore(&mut self, entry: Entry) {
        match entry {
            Entry::Slot { slot, was } => self.slots[slot] = was,
            Entry::Counter { repeat, was } => self.counters[repeat] = was,
            Entry::Start { repeat, was } => self.starts[repeat] = was,
            _ => {}
        }
    }

    /// Returns to the latest remaining choice.
    fn backtrack(&mut self) -> Result<Option<(usize, usize)>, Fault> {
        while let Some(entry) = self.stack.pop() {
            self.step()?;
            match entry {
                Entry::Branch { op, at } => return Ok(Some((op, at))),
                Entry::Body { repeat, at } => {
                    self.enter(repeat, at)?;
                    return Ok(Some((self.program.loops[repeat].start + 1, at)));
                }
                Entry::Run { op, at, last } => {
                    let Op::Run { class, inverted, back, greedy, .. } = self.program.ops[op] else { continue };
                    if !greedy && !self.takes(class, inverted, at, back) {
                        continue;
                    }
                    // Giving back moves against the reading direction, taking more moves with it. The run may have begun
                    // within two surrogates.
                    let moved = self.moved(at, greedy != back);
                    let (at, last, more) = match (greedy, back) {
                        (true, true) => (moved.min(last), last, moved < last),
                        (true, false) => (moved.max(last), last, moved > last),
                        (false, _) => (moved, last - 1, last > 1),
                    };
                    if more {
                        self.stack.push(Entry::Run { op, at, last });
                    }
                    return Ok(Some((op + 1, at)));
                }
                Entry::Look { op, at, outer } => {
                    self.look = outer;
                    if let Op::Look { negative: true, exit, .. } = self.program.ops[op] {
                        return Ok(Some((exit, at)));
                    }
                }
                entry => self.restore(entry),
            }
        }
        Ok(None)
    }
}
