//! The functions that Step Functions adds.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>

use super::Arguments;
use super::strings::made;
use crate::evaluate::error::Error;
use crate::evaluate::machine::{Machine, Res};
use crate::evaluate::members::Members;
use crate::evaluate::value::{SEQUENCE, Text, Val};
use crate::functions::Id;
use crate::hash::hash;
use crate::random::{fraction, mixed, uuid};

/// The most items of `$range` and arrays of `$partition`: more than any payload can hold.
const MOST_ITEMS: usize = 262_144;

impl<'a> Machine<'a> {
    pub(super) fn service_function(&mut self, id: Id, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        match id {
            Id::Partition => self.partition(given),
            Id::Range => self.range_function(given),
            Id::Random => Ok(Val::Number(match given.number(0) {
                None => fraction(self.draw()),
                // The same seed gives the same number.
                Some(seed) => fraction(mixed(seed.to_bits())),
            })),
            Id::Uuid => {
                let (high, low) = (self.draw(), self.draw());
                Ok(made(uuid(high, low)))
            }
            Id::Hash => {
                let text = self.argument(given, 0)?;
                let algorithm = self.argument(given, 1)?;
                self.work(text.len() as u64 / 16)?;
                match hash(text, algorithm) {
                    Some(hash) => Ok(made(hash)),
                    None => Err(Error::said("D3141", format!("unknown hash algorithm '{algorithm}'"))),
                }
            }
            _ => {
                let text = self.argument(given, 0)?;
                self.work(text.len() as u64 / 4)?;
                self.parse_json(text)
            }
        }
    }

    fn argument<'g>(&mut self, given: &Arguments<'g, 'a>, at: usize) -> Res<&'g str> {
        given.text(at).ok_or_else(|| Error::argument("T0410", at, given.at(at)))
    }

    fn whole(&mut self, given: &Arguments<'_, 'a>, at: usize) -> Res<f64> {
        given.number(at).map(f64::floor).ok_or_else(|| Error::argument("T0410", at, given.at(at)))
    }

    fn partition(&mut self, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        if given.at(0).is_undefined() {
            return Ok(Val::Undefined);
        }
        let size = self.whole(given, 1)?;
        if size < 1.0 || size.is_nan() {
            return Err(Error::said("D3141", "the size of a partition must be positive"));
        }
        let items = given.at(0).items();
        let size = size as usize;
        let mut parts = Vec::new();
        let mut at = 0;
        while at < items.len() {
            let end = at.saturating_add(size).min(items.len());
            self.make((end - at) * size_of::<Val<'_>>())?;
            self.work(1)?;
            let part = self.list((at..end).map(|at| items.get(at)).collect(), 0)?;
            self.push(&mut parts, part)?;
            at = end;
        }
        self.list(parts, 0)
    }

    fn range_function(&mut self, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        let (first, last, by) = (self.whole(given, 0)?, self.whole(given, 1)?, self.whole(given, 2)?);
        if by == 0.0 || by.is_nan() {
            return Err(Error::said("D3141", "the step of a range must not be 0"));
        }
        let mut items = Vec::new();
        let mut next = first;
        while (by > 0.0 && next <= last) || (by < 0.0 && next >= last) {
            if items.len() == MOST_ITEMS {
                return Err(Error::said("D2014", "the range is too long"));
            }
            self.push(&mut items, Val::Number(next))?;
            next += by;
        }
        self.work(items.len() as u64 / 4)?;
        // A sequence of one item is the item, as everywhere in JSONata; but AWS's `$partition` always returns an array.
        // An empty sequence is an empty array.
        let flags = if items.is_empty() { 0 } else { SEQUENCE };
        self.list(items, flags)
    }

    fn parse_json(&mut self, text: &str) -> Res<Val<'a>> {
        self.make(text.len() * 4)?;
        // Text that nests too deeply is not parsed, because parsing it takes stack.
        let depth = deepest(text);
        self.nests(u32::try_from(depth).unwrap_or(u32::MAX))?;
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.disable_recursion_limit();
        let value = serde::Deserialize::deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
        match value {
            Ok(value) => self.owned(value),
            Err(error) => Err(Error::said("D3141", format!("not JSON: {error}"))),
        }
    }

    /// Returns a new value from JSON.
    fn owned(&mut self, value: serde_json::Value) -> Res<Val<'a>> {
        use serde_json::Value;
        self.work(1)?;
        Ok(match value {
            Value::Null => Val::Null,
            Value::Bool(flag) => Val::Bool(flag),
            Value::Number(number) => Val::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => self.text(text)?,
            Value::Array(values) => {
                let mut items = Vec::with_capacity(values.len());
                for value in values {
                    items.push(self.owned(value)?);
                }
                self.list(items, 0)?
            }
            Value::Object(values) => {
                let mut members = Members::new();
                for (name, value) in values {
                    let value = self.owned(value)?;
                    self.make(name.len() + 64)?;
                    members.insert(Text::own(name), value);
                }
                self.finished(members)?
            }
        })
    }
}

/// Returns the nesting depth of a JSON text.
fn deepest(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => drop(bytes.next()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}
