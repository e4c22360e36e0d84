//! The bytes of the table: the position of its parts, and how numbers, texts and records are read.
//!
//! ```text
//! header      magic, checksum, then u32s: length, services, their offset, integrations, their offset, …
//! services    u32 per record, then the records, by name; an optimised prefix is `:` and its name
//! integrations  the same
//! texts       u32 per 16 texts, then the texts that are used more than once, the most frequent first
//! chunks      per service: u24 of its operations, u24 of its ARN forms, shapes, u16 count and u24 per operation,
//!             operations, ARN forms
//! ```
//! Numbers are little-endian or LEB128. A string is the number 0, its length and its bytes, or its position in `texts`
//! plus 1. No byte is trusted: reading outside the table, or invalid UTF-8, gives `None`.

/// The table of this version of the crate.
pub(crate) static TABLE: Table = Table(include_bytes!("../table.bin"));

/// The first bytes of a table. The last character is the version of the format.
const MAGIC: &[u8; 8] = b"WFSERV-4";
/// The first byte that the checksum covers.
const CHECKED: usize = 16;
/// Texts per entry of the index of texts.
const BLOCK: usize = 16;

/// A table, possibly corrupt.
#[derive(Clone, Copy)]
pub(crate) struct Table(&'static [u8]);

/// A field of the header, by its position.
#[derive(Clone, Copy)]
pub(crate) enum Header {
    Length = 0,
    Services = 1,
    ServicesAt = 2,
    Integrations = 3,
    IntegrationsAt = 4,
    Texts = 5,
    TextBlocksAt = 6,
    TextsAt = 7,
    ChunksAt = 8,
}

impl Table {
    #[cfg(test)]
    pub(crate) fn of(bytes: &'static [u8]) -> Self {
        Self(bytes)
    }

    #[cfg(test)]
    pub(crate) fn bytes(self) -> &'static [u8] {
        self.0
    }

    /// Returns whether this is a table in this format with a valid checksum.
    pub(crate) fn is_intact(self) -> bool {
        let sum = self.0.get(8..CHECKED).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        let checked = self.0.get(CHECKED..).unwrap_or_default();
        self.0.starts_with(MAGIC) && self.header(Header::Length) == self.0.len() && sum == Some(checksum(checked))
    }

    /// Returns a field of the header; 0 if it is missing.
    pub(crate) fn header(self, field: Header) -> usize {
        Reader::at(self, CHECKED + 4 * field as usize).number_of(4).unwrap_or(0)
    }

    /// Returns record `index` of a part: `count` offsets, then the records, relative to which they count.
    pub(crate) fn record(self, count: Header, part: Header, index: usize) -> Option<Reader> {
        let (count, part) = (self.header(count), self.header(part));
        if index >= count {
            return None;
        }
        let offset = Reader::at(self, part.checked_add(index.checked_mul(4)?)?).number_of(4)?;
        Some(Reader::at(self, part.checked_add(count.checked_mul(4)?)?.checked_add(offset)?))
    }

    /// Returns a string of the pool.
    fn text(self, index: usize) -> Option<&'static str> {
        if index >= self.header(Header::Texts) {
            return None;
        }
        let block = self.header(Header::TextBlocksAt).checked_add(index / BLOCK * 4)?;
        let offset = Reader::at(self, block).number_of(4)?;
        let mut reader = Reader::at(self, self.header(Header::TextsAt).checked_add(offset)?);
        for _ in 0..index % BLOCK {
            let length = reader.number()?;
            reader.skip(length)?;
        }
        reader.inline()
    }
}

/// Finds the position of the record named `name` in a part that is sorted by name.
pub(crate) fn find<T>(count: usize, name: &str, mut get: impl FnMut(usize) -> Option<(&'static str, T)>) -> Option<T> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        let (found, value) = get(middle)?;
        match found.cmp(name) {
            std::cmp::Ordering::Equal => return Some(value),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

/// FNV-1a over words of eight bytes and the rest: it detects accidents, not malice.
fn checksum(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let (words, rest) = bytes.as_chunks::<8>();
    let sum = words.iter().fold(0xcbf2_9ce4_8422_2325, |sum: u64, word| {
        (sum ^ u64::from_le_bytes(*word)).wrapping_mul(PRIME).rotate_left(23)
    });
    rest.iter().fold(sum, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(PRIME).rotate_left(23))
}

/// A position in the table.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    table: Table,
    at: usize,
}

impl Reader {
    pub(crate) fn at(table: Table, at: usize) -> Self {
        Self { table, at }
    }

    pub(crate) fn table(self) -> Table {
        self.table
    }

    pub(crate) fn skip(&mut self, length: usize) -> Option<()> {
        self.at = self.at.checked_add(length)?;
        Some(())
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let byte = self.table.0.get(self.at).copied();
        self.at = self.at.saturating_add(1);
        byte
    }

    /// Reads a little-endian number of a fixed size.
    pub(crate) fn number_of(&mut self, size: usize) -> Option<usize> {
        let bytes = self.table.0.get(self.at..self.at.checked_add(size)?)?;
        self.at += size;
        Some(match *bytes {
            [a, b, c, d] => u32::from_le_bytes([a, b, c, d]) as usize,
            _ => bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)),
        })
    }

    /// Reads a number of up to 32 bits in LEB128.
    pub(crate) fn number(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0);
        while shift < 32
            && let Some(byte) = self.byte()
        {
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
        None
    }

    /// Reads a string that is stored here after its length.
    pub(crate) fn inline(&mut self) -> Option<&'static str> {
        let length = self.number()?;
        let bytes = self.table.0.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        std::str::from_utf8(bytes).ok()
    }

    /// Reads a string, stored here or in the pool.
    pub(crate) fn text(&mut self) -> Option<&'static str> {
        match self.number()? {
            0 => self.inline(),
            place => self.table.text(place - 1),
        }
    }

    /// Skips a string.
    pub(crate) fn skip_text(&mut self) -> Option<()> {
        if self.number()? == 0 {
            let length = self.number()?;
            self.skip(length)?;
        }
        Some(())
    }

    /// Skips a list of texts.
    pub(crate) fn skip_texts(&mut self) -> Option<()> {
        let count = self.number()?;
        (0..count).try_for_each(|_| self.skip_text())
    }

    /// Returns the texts of a list that starts here.
    pub(crate) fn texts(mut self) -> Texts {
        let left = self.number().unwrap_or(0);
        Texts { reader: self, left }
    }
}

/// The texts of a list, in the order of the table.
#[derive(Clone)]
pub(crate) struct Texts {
    reader: Reader,
    left: usize,
}

impl Iterator for Texts {
    type Item = &'static str;

    fn next(&mut self) -> Option<&'static str> {
        self.left = self.left.checked_sub(1)?;
        let text = self.reader.text();
        if text.is_none() {
            self.left = 0;
        }
        text
    }
}

/// Tests that a corrupt table is detected, and that reading it neither panics nor hangs.
#[cfg(test)]
mod tests {
    use crate::shape::{Limits, Shape};
    use crate::table::{TABLE, Table};
    use crate::{Integration, Pattern, Service};

    /// How deep shapes are followed.
    const DEPTH: usize = 3;

    /// Reads the whole table. Also looks up services and operations by name.
    fn read(table: Table) -> usize {
        let mut read = 0;
        for service in Service::all_in(table).take(600) {
            read += usize::from(Service::find_in(table, service.name()).is_some());
            for operation in service.operations().step_by(41).take(50) {
                read += usize::from(service.operation(operation.name()).is_some());
                read += walk(operation.input(), DEPTH) + walk(operation.output(), DEPTH);
                read += operation.errors().take(100).count();
                read += operation.iam().take(20).map(|action| action.resources().take(20).count()).sum::<usize>();
            }
        }
        for integration in Integration::all_in(table).take(100) {
            read += usize::from(Integration::find_in(table, integration.name()).is_some());
            read += walk(integration.input(), DEPTH) + integration.errors().take(100).count();
            for pattern in Pattern::ALL {
                read += walk(integration.output(pattern), DEPTH);
                for statement in integration.iam(pattern).take(20) {
                    read += statement.actions().chain(statement.resources()).take(100).count();
                    read += statement
                        .conditions()
                        .take(20)
                        .map(|condition| condition.values().take(20).count())
                        .sum::<usize>();
                }
            }
            read += integration.one_of().take(10).count();
        }
        read
    }

    fn walk(shape: Shape, depth: usize) -> usize {
        if depth == 0 {
            return 1;
        }
        1 + match shape {
            Shape::Structure(structure) | Shape::Union(structure) => {
                structure.members().take(50).map(|member| walk(member.shape, depth - 1) + ends(member.limits)).sum()
            }
            Shape::List(list) => walk(list.element(), depth - 1) + ends(list.element_limits()),
            Shape::Map(map) => walk(map.key(), depth - 1) + walk(map.value(), depth - 1) + ends(map.value_limits()),
            Shape::Enum(values) => values.values().take(50).count(),
            _ => 0,
        }
    }

    fn ends(limits: Option<Limits>) -> usize {
        limits.map_or(0, |limits| [limits.least(), limits.greatest()].into_iter().flatten().count())
    }

    #[test]
    fn the_table_is_intact() {
        assert!(TABLE.is_intact());
        assert!(read(TABLE) > 10_000);
    }

    #[test]
    fn a_table_cut_short_is_found_out() {
        let bytes = TABLE.bytes();
        let lengths = (0..80).chain((0..40).map(|part| bytes.len() / 40 * part)).chain([bytes.len() - 1]);
        for length in lengths {
            let table = Table::of(&bytes[..length]);
            assert!(!table.is_intact(), "{length}");
            read(table);
        }
    }

    #[test]
    fn a_changed_table_is_found_out() {
        let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % below as u64).unwrap()
        };
        for round in 0..24 {
            let mut bytes = TABLE.bytes().to_vec();
            // Corrupt the header and the indexes first, where one byte has the most effect, then all parts with ever more
            // bytes.
            let range = if round < 8 {
                60
            } else if round < 14 {
                60_000
            } else {
                bytes.len()
            };
            for _ in 0..=round * round * 8 {
                bytes[next(range)] = u8::try_from(next(256)).unwrap();
            }
            // A table has a `'static` lifetime; a test leaks a few.
            let table = Table::of(bytes.leak());
            assert!(!table.is_intact(), "round {round}");
            read(table);
        }
        let one: &'static mut [u8] = TABLE.bytes().to_vec().leak();
        let last = one.len() - 1;
        one[last] ^= 1;
        assert!(!Table::of(one).is_intact());
    }

    #[test]
    fn other_bytes_are_no_table() {
        for bytes in [&b""[..], b"WFSERV-4", &[0; 4096], &[0xff; 4096]] {
            let table = Table::of(bytes);
            assert!(!table.is_intact());
            assert_eq!(read(table), 0);
        }
    }
}
