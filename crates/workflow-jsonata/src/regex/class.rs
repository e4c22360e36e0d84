//! Sets of UTF-16 units.

/// A set of units: sorted ranges that do not touch, and its ASCII part as bits.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Class {
    ranges: Vec<(u16, u16)>,
    ascii: u128,
}

pub(super) const DIGIT: &[(u16, u16)] = &[(0x30, 0x39)];
pub(super) const WORD: &[(u16, u16)] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
pub(super) const LINE_ENDS: &[(u16, u16)] = &[(0x0a, 0x0a), (0x0d, 0x0d), (0x85, 0x85), (0x2028, 0x2029)];
/// `\v`
pub(super) const VERTICAL: &[(u16, u16)] = &[(0x0a, 0x0d), (0x85, 0x85), (0x2028, 0x2029)];
/// `\h`
pub(super) const HORIZONTAL: &[(u16, u16)] = &[
    (0x09, 0x09),
    (0x20, 0x20),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x180e, 0x180e),
    (0x2000, 0x200a),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
];
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

    /// Returns the units of both sets.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        let outside = [self.inverted().ranges, other.inverted().ranges].concat();
        Self::new(outside).inverted()
    }

    /// Returns the set with both cases of its ASCII letters.
    pub(super) fn without_case(&self) -> Self {
        let letters = (0x41..=0x5a).chain(0x61..=0x7a).filter(|unit| self.contains(*unit));
        Self::new(letters.map(|unit| (unit ^ 32, unit ^ 32)).chain(self.ranges.iter().copied()).collect())
    }
}

/// Returns the set that Java calls by a name in `\p{…}`, if it is known here.
pub(super) fn property(name: &str) -> Option<Class> {
    let ascii = |is: fn(&u8) -> bool| Class::new((0..128).filter(is).map(|byte| (byte.into(), byte.into())).collect());
    let all = |is: fn(char) -> bool| {
        let is = |unit: &u16| char::from_u32(u32::from(*unit)).is_some_and(is);
        Class::new((0..=0xffff).filter(is).map(|unit| (unit, unit)).collect())
    };
    Some(match name.strip_prefix("Is").unwrap_or(name) {
        "Lower" => ascii(u8::is_ascii_lowercase),
        "Upper" => ascii(u8::is_ascii_uppercase),
        "ASCII" => ascii(u8::is_ascii),
        "Alpha" => ascii(u8::is_ascii_alphabetic),
        "Digit" => ascii(u8::is_ascii_digit),
        "Alnum" => ascii(u8::is_ascii_alphanumeric),
        "Punct" => ascii(u8::is_ascii_punctuation),
        "Graph" => ascii(u8::is_ascii_graphic),
        "Print" => Class::new(vec![(0x20, 0x7e)]),
        "Blank" => Class::new(vec![(0x09, 0x09), (0x20, 0x20)]),
        "Cntrl" => ascii(u8::is_ascii_control),
        "XDigit" => ascii(u8::is_ascii_hexdigit),
        "Space" => Class::new(SPACE.to_vec()),
        "L" | "Letter" | "Alphabetic" => all(char::is_alphabetic),
        "Lu" | "Uppercase" => all(char::is_uppercase),
        "Ll" | "Lowercase" => all(char::is_lowercase),
        "N" => all(char::is_numeric),
        _ => return None,
    })
}

/// `\w`, which is ASCII.
pub(super) fn is_word(unit: u16) -> bool {
    WORD.iter().any(|(first, last)| (*first..=*last).contains(&unit))
}

pub(super) fn is_line_end(unit: u16) -> bool {
    LINE_ENDS.iter().any(|(first, last)| (*first..=*last).contains(&unit))
}
