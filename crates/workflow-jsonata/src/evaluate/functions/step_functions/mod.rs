//! The functions that Step Functions adds.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>

mod json;

use super::Arguments;
use super::strings::made;
use crate::evaluate::error::Error;
use crate::evaluate::machine::{Machine, Res};
use crate::evaluate::value::{SEQUENCE, Val};
use crate::fault::Fault;
use crate::functions::Id;
use crate::hash::hash;
use crate::random::{JavaRandom, fraction, uuid};

/// The code of the failures of these functions, as measured on AWS (2026-04).
const CODE: &str = "D3137";

impl<'a> Machine<'a> {
    pub(super) fn service_function(&mut self, id: Id, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        match id {
            Id::Partition => self.partition(given),
            Id::Range => self.range_function(given),
            Id::Random => Ok(Val::Number(match given.number(0) {
                None => fraction(self.draw()),
                // `as` cuts a fraction, as Java does.
                Some(seed) => JavaRandom::new(seed as i64).fraction(),
            })),
            Id::Uuid => {
                let (high, low) = (self.draw(), self.draw());
                Ok(made(uuid(high, low)))
            }
            Id::Hash => {
                let (Some(text), Some(algorithm)) = (given.text(0), given.text(1)) else { return Ok(Val::Undefined) };
                self.work(text.len() as u64 / 16)?;
                match hash(text, algorithm) {
                    Some(hash) => Ok(made(hash)),
                    // The service lists them in this order.
                    None => Err(Error::said(
                        CODE,
                        format!("Hash algorithm '{algorithm}' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5"),
                    )),
                }
            }
            _ => {
                let Some(text) = given.text(0) else { return Ok(Val::Undefined) };
                self.work(text.len() as u64 / 4)?;
                self.parse_json(text)
            }
        }
    }

    fn partition(&mut self, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        if given.at(0).is_undefined() {
            return Ok(Val::Undefined);
        }
        let items = given.at(0).items();
        // Without a size, all items are one part.
        let size = given.number(1).map_or(f64::INFINITY, f64::trunc);
        if size < 0.0 {
            return Err(Error::said(CODE, "Second argument must be zero or greater"));
        }
        if size < 1.0 || size.is_nan() || items.len() == 0 {
            return Ok(Val::Undefined);
        }
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
        // `as` cuts a fraction, as Java does.
        let whole = |at| given.number(at).map(|number| i128::from(number as i64));
        let (Some(first), Some(last), Some(by)) = (whole(0), whole(1), whole(2)) else { return Ok(Val::Undefined) };
        if by == 0 || (last - first).signum() * by.signum() < 0 {
            return Ok(Val::Undefined);
        }
        let steps = (last - first) / by;
        if steps >= i128::from(self.limits.range_function) {
            return Err(Fault::memory().into());
        }
        let count = usize::try_from(steps + 1).unwrap_or(usize::MAX);
        self.make(count * size_of::<Val<'_>>())?;
        self.work(count as u64 / 4)?;
        let item = |at: i128| i64::try_from(first + at * by).map_or(Val::Undefined, Val::whole);
        let items = (0..=steps).map(item).collect();
        // A sequence of one item is the item, as everywhere in JSONata; but AWS's `$partition` always returns an array.
        self.list(items, SEQUENCE)
    }
}
