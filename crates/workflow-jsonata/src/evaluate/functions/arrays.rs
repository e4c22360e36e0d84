//! Functions of arrays. <https://docs.jsonata.org/array-functions>

use super::Arguments;
use crate::evaluate::machine::{Machine, Res};
use crate::evaluate::value::{Items, SEQUENCE, Text, Val};
use crate::functions::Id;

impl<'a> Machine<'a> {
    pub(super) fn array_function(&mut self, id: Id, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        let value = given.at(0);
        match id {
            Id::Append => return self.append(value, given.at(1)),
            Id::Zip => return self.zip(given),
            Id::Distinct => return self.distinct(value),
            _ => {}
        }
        if value.is_undefined() {
            return Ok(if id == Id::Count { Val::Number(0.0) } else { Val::Undefined });
        }
        let items = value.items();
        if id == Id::Count {
            return Ok(Val::Number(items.len() as f64));
        }
        self.work(items.len() as u64 / 4)?;
        let numbers = || items.iter().map(|item| item.number().unwrap_or(f64::NAN));
        Ok(match id {
            Id::Sum => Val::calculated(numbers().fold(0.0, |sum, number| sum + number)),
            _ if items.len() == 0 && id != Id::Reverse && id != Id::Shuffle => Val::Undefined,
            Id::Max => Val::calculated(extreme(numbers(), |a, b| a > b)),
            Id::Min => Val::calculated(extreme(numbers(), |a, b| a < b)),
            Id::Average => Val::calculated(numbers().fold(0.0, |sum, number| sum + number) / items.len() as f64),
            _ if items.len() <= 1 => value.clone(),
            Id::Reverse => {
                self.make(items.len() * size_of::<Val<'_>>())?;
                let all = (0..items.len()).rev().map(|at| items.get(at)).collect();
                self.list(all, 0)?
            }
            _ => self.shuffle(&items)?,
        })
    }

    fn shuffle(&mut self, items: &Items<'a>) -> Res<Val<'a>> {
        self.make(items.len() * size_of::<Val<'_>>())?;
        let mut shuffled: Vec<Val<'a>> = Vec::with_capacity(items.len());
        for at in 0..items.len() {
            let place = (u128::from(self.draw()) * (at as u128 + 1)) >> 64;
            let place = usize::try_from(place).unwrap_or(0);
            shuffled.push(items.get(at));
            shuffled.swap(place, at);
        }
        self.list(shuffled, 0)
    }

    fn zip(&mut self, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        let arrays: Vec<_> = given.0.iter().map(Val::items).collect();
        let lengths = given.0.iter().zip(&arrays).map(|(value, items)| if value.is_array() { items.len() } else { 0 });
        let length = lengths.min().unwrap_or(0);
        let mut zipped = Vec::new();
        for at in 0..length {
            self.work(arrays.len() as u64)?;
            let row = self.list(arrays.iter().map(|items| items.get(at)).collect(), 0)?;
            self.push(&mut zipped, row)?;
        }
        self.list(zipped, 0)
    }

    fn distinct(&mut self, value: &Val<'a>) -> Res<Val<'a>> {
        let items = value.items();
        if !value.is_array() || items.len() <= 1 {
            return Ok(value.clone());
        }
        let mut found: Vec<Val<'a>> = Vec::new();
        // Strings and numbers, the usual items, are looked up; others are compared one by one.
        let mut simple: indexmap::IndexSet<Simple<'a>> = indexmap::IndexSet::new();
        let mut compound: Vec<usize> = Vec::new();
        for item in items.iter() {
            self.work(1)?;
            if let Some(key) = Simple::of(&item) {
                self.make(32)?;
                if simple.insert(key) {
                    self.push(&mut found, item)?;
                }
                continue;
            }
            let mut known = false;
            for at in &compound {
                self.work(1)?;
                if let Some(other) = found.get(*at).cloned()
                    && self.equal(&item, &other, 0)?
                {
                    known = true;
                    break;
                }
            }
            if !known {
                compound.push(found.len());
                self.push(&mut found, item)?;
            }
        }
        self.list(found, if value.is_sequence() { SEQUENCE } else { 0 })
    }
}

/// Values that are equal if their text or bits are equal.
#[derive(PartialEq, Eq, Hash)]
enum Simple<'a> {
    Null,
    Bool(bool),
    Number(u64),
    Text(Text<'a>),
}

impl<'a> Simple<'a> {
    fn of(value: &Val<'a>) -> Option<Self> {
        match value {
            Val::Null => Some(Self::Null),
            Val::Bool(flag) => Some(Self::Bool(*flag)),
            Val::Text(text) => Some(Self::Text(text.clone())),
            // The sign of zero does not matter; NaN equals nothing.
            value => {
                value.number().filter(|number| !number.is_nan()).map(|number| Self::Number((number + 0.0).to_bits()))
            }
        }
    }
}

fn extreme(mut numbers: impl Iterator<Item = f64>, better: fn(f64, f64) -> bool) -> f64 {
    let first = numbers.next().unwrap_or(f64::NAN);
    numbers.fold(first, |best, number| {
        if best.is_nan() || number.is_nan() {
            f64::NAN
        } else if better(number, best) {
            number
        } else {
            best
        }
    })
}
