//! Sets of UTF-16 units, and case-insensitive equality of units.

use std::sync::OnceLock;

/// A set of units: sorted ranges that do not touch, and its ASCII part as bits.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Class {
    ranges: Vec<(u16, u16)>,
    ascii: u128,
}

pub(super) const DIGIT: &[(u16, u16)] = &[(0x30, 0x39)];
pub(super) const WORD: &[(u16, u16)] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
pub(super) const LINE_ENDS: &[(u16, u16)] = &[(0x0a, 0x0a), (0x0d, 0x0d), (0x2028, 0x2029)];
/// ASCII, as in Java.
pub(super) const SPACE: &[(u16, u16)] = &[(0x09, 0x0d), (0x20, 0x20)];

impl Class {
    /// Returns the set of all units in ranges, in any order.
    pub(super) fn new(mut ranges: Vec<(u16, u16)>) -> Self {
        ranges.sort_unstable();
        let mut merged: Vec<(u16, u16)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(previous) if u32::from(first) <= u32::from(previous.1) + 1 => previous.1 = previous.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        let mut ascii = 0;
        for &(first, last) in merged.iter().filter(|(first, _)| *first < 128) {
            (first..=last.min(127)).for_each(|unit| ascii |= 1 << unit);
        }
        Self { ranges: merged, ascii }
    }

    /// Returns the complement of the set.
    pub(super) fn inverted(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0u32;
        for &(first, last) in &self.ranges {
            if next < u32::from(first) {
                ranges.push((next as u16, first - 1));
            }
            next = u32::from(last) + 1;
        }
        if next <= 0xffff {
            ranges.push((next as u16, 0xffff));
        }
        Self::new(ranges)
    }

    pub(super) fn ranges(&self) -> &[(u16, u16)] {
        &self.ranges
    }

    pub(super) fn contains(&self, unit: u16) -> bool {
        if unit < 128 {
            return self.ascii >> unit & 1 == 1;
        }
        let at = self.ranges.partition_point(|(_, last)| *last < unit);
        self.ranges.get(at).is_some_and(|(first, _)| *first <= unit)
    }

    /// Returns the canonical units of the set's members.
    pub(super) fn canonical(&self) -> Self {
        let table = canonical_units();
        let mut ranges = Vec::new();
        for &(first, last) in &self.ranges {
            let from = table.partition_point(|(unit, _)| *unit < first);
            let mut next = u32::from(first);
            for &(unit, canonical) in table[from..].iter().take_while(|(unit, _)| *unit <= last) {
                if next < u32::from(unit) {
                    ranges.push((next as u16, unit - 1));
                }
                ranges.push((canonical, canonical));
                next = u32::from(unit) + 1;
            }
            if next <= u32::from(last) {
                ranges.push((next as u16, last));
            }
        }
        Self::new(ranges)
    }
}

/// Returns the unit by which a unit is compared if case is ignored: its upper case, unless that is more than one unit,
/// or ASCII for a unit outside ASCII.
pub(super) fn canonical(unit: u16) -> u16 {
    if unit < 128 {
        return if (0x61..=0x7a).contains(&unit) { unit - 32 } else { unit };
    }
    let table = canonical_units();
    table.binary_search_by_key(&unit, |(unit, _)| *unit).map_or(unit, |at| table[at].1)
}

/// Returns the units that differ from their canonical unit, sorted.
fn canonical_units() -> &'static [(u16, u16)] {
    static UNITS: OnceLock<Vec<(u16, u16)>> = OnceLock::new();
    UNITS.get_or_init(|| {
        let upper = |unit: u16| {
            let mut upper = char::from_u32(u32::from(unit))?.to_uppercase();
            let (first, more) = (upper.next()?, upper.next());
            let canonical = u16::try_from(u32::from(first)).ok()?;
            (more.is_none() && canonical != unit && !(unit >= 128 && canonical < 128)).then_some((unit, canonical))
        };
        (0..=0xffff).filter_map(upper).collect()
    })
}

/// `\w`, which is ASCII.
pub(super) fn is_word(unit: u16) -> bool {
    WORD.iter().any(|(first, last)| (*first..=*last).contains(&unit))
}

pub(super) fn is_line_end(unit: u16) -> bool {
    LINE_ENDS.iter().any(|(first, last)| (*first..=*last).contains(&unit))
}
