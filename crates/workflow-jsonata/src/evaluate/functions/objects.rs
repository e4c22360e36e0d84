//! Functions of objects and of any value. <https://docs.jsonata.org/object-functions>

use super::Arguments;
use crate::evaluate::error::Error;
use crate::evaluate::machine::{Machine, Res};
use crate::evaluate::members::Members;
use crate::evaluate::value::{SEQUENCE, Text, Val};
use crate::functions::Id;

impl<'a> Machine<'a> {
    pub(super) fn object_function(&mut self, id: Id, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        let value = given.at(0);
        match id {
            Id::Exists => return Ok(Val::Bool(!value.is_undefined())),
            Id::Error => {
                let message = given.text(0).filter(|text| !text.is_empty()).unwrap_or("$error() function evaluated");
                return Err(Error::said("D3137", message));
            }
            Id::Assert => {
                if matches!(value, Val::Bool(true)) {
                    return Ok(Val::Undefined);
                }
                let message = given.text(1).filter(|text| !text.is_empty()).unwrap_or("$assert() statement failed");
                return Err(Error::said("D3141", message));
            }
            Id::Keys => return self.keys(value),
            Id::Lookup => return self.lookup_function(value, given.text(1).unwrap_or("undefined"), 0),
            Id::Spread => return self.spread(value),
            _ if value.is_undefined() => return Ok(Val::Undefined),
            _ => {}
        }
        Ok(match id {
            Id::Boolean => Val::Bool(self.is_true(value)?),
            Id::Not => Val::Bool(!self.is_true(value)?),
            Id::Type => {
                self.numeric(value)?;
                Val::Text(Text::own(type_of(value).to_owned()))
            }
            Id::Clone => self.copied(value, 0)?,
            _ => self.merge(value)?,
        })
    }

    fn keys(&mut self, value: &Val<'a>) -> Res<Val<'a>> {
        let mut keys: indexmap::IndexSet<Text<'a>> = indexmap::IndexSet::new();
        self.collect_keys(value, &mut keys, 0)?;
        let object =
            value.is_array() && keys.iter().any(|key| super::super::value::array_index(key.as_str()).is_some());
        let mut keys: Vec<_> = keys.into_iter().collect();
        if object {
            // The keys were collected as the members of an object.
            keys.sort_by_key(|key| super::super::value::array_index(key.as_str()).unwrap_or(u64::MAX));
        }
        self.list(keys.into_iter().map(Val::Text).collect(), SEQUENCE)
    }

    fn collect_keys(&mut self, value: &Val<'a>, keys: &mut indexmap::IndexSet<Text<'a>>, depth: u32) -> Res<()> {
        self.nests(depth)?;
        match value {
            Val::Object(object) => {
                self.work(object.len() as u64 / 4)?;
                self.make(object.len() * 32)?;
                keys.extend(object.entries().into_iter().map(|(name, _)| name));
                Ok(())
            }
            Val::Array(_) | Val::Tuples(_) => {
                let items = value.items();
                self.work(items.len() as u64)?;
                items.iter().try_for_each(|item| self.collect_keys(&item, keys, depth + 1))
            }
            _ => Ok(()),
        }
    }

    /// Returns the member of an object, or of each item of an array in a new sequence.
    fn lookup_function(&mut self, value: &Val<'a>, name: &str, depth: u32) -> Res<Val<'a>> {
        self.nests(depth)?;
        match value {
            Val::Object(object) => Ok(object.get(name)),
            Val::Array(_) | Val::Tuples(_) => {
                let items = value.items();
                self.work(items.len() as u64)?;
                let mut found = Vec::new();
                for item in items.iter() {
                    let member = self.lookup_function(&item, name, depth + 1)?;
                    if !member.is_undefined() {
                        self.spread_into(&mut found, &member)?;
                    }
                }
                self.list(found, SEQUENCE)
            }
            _ => Ok(Val::Undefined),
        }
    }

    fn spread(&mut self, value: &Val<'a>) -> Res<Val<'a>> {
        if !matches!(value, Val::Object(_)) && !value.is_array() {
            return Ok(value.clone());
        }
        let mut found = Vec::new();
        let plain = self.spread_value(value, &mut found, 0)?;
        self.list(found, if plain { 0 } else { SEQUENCE })
    }

    /// Returns whether arrays were concatenated, which makes a plain array.
    fn spread_value(&mut self, value: &Val<'a>, found: &mut Vec<Val<'a>>, depth: u32) -> Res<bool> {
        self.nests(depth)?;
        match value {
            Val::Object(object) => {
                for (name, member) in object.entries() {
                    self.work(1)?;
                    let mut single = Members::with_capacity(1);
                    single.insert(name, member);
                    let single = self.finished(single)?;
                    self.push(found, single)?;
                }
                Ok(false)
            }
            Val::Array(_) | Val::Tuples(_) => {
                let items = value.items();
                self.work(items.len() as u64)?;
                let mut plain = false;
                for item in items.iter() {
                    plain |= !item.is_undefined();
                    self.spread_value(&item, found, depth + 1)?;
                }
                Ok(plain)
            }
            Val::Undefined => Ok(false),
            other => {
                self.push(found, other.clone())?;
                Ok(false)
            }
        }
    }

    fn merge(&mut self, value: &Val<'a>) -> Res<Val<'a>> {
        let mut merged = Members::new();
        for item in value.items().iter() {
            if let Val::Object(object) = &item {
                for (name, member) in object.entries() {
                    self.work(1)?;
                    self.make(64)?;
                    merged.insert(name, member);
                }
            }
        }
        self.finished(merged)
    }
}

fn type_of(value: &Val<'_>) -> &'static str {
    match value {
        Val::Undefined | Val::Null => "null",
        Val::Bool(_) => "boolean",
        // NaN is an object, as in the reference.
        Val::Number(number) if number.is_nan() => "object",
        Val::Number(_) | Val::Long(_) => "number",
        Val::Text(_) => "string",
        Val::Array(_) | Val::Tuples(_) => "array",
        Val::Object(_) => "object",
        Val::Function(_) => "function",
    }
}
