//! The result of an evaluation.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::error::Error;
use super::machine::{Machine, Res};
use super::value::{Array, Object, Val};

/// The result of an evaluation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// Its value.
    pub output: Output<'a>,
    /// How many random numbers it drew.
    pub draws: u64,
}

/// The value of an expression.
#[derive(Debug)]
#[non_exhaustive]
pub enum Output<'a> {
    /// Nothing: `undefined`.
    Nothing,
    /// A value. Arrays and objects of the caller or of the expression are borrowed.
    Value(Cow<'a, Value>),
    /// A function, which JSON cannot represent.
    Function,
}

impl Output<'_> {
    /// Returns an output that borrows nothing.
    pub fn into_owned<'b>(self) -> Output<'b> {
        match self {
            Self::Nothing => Output::Nothing,
            Self::Function => Output::Function,
            Self::Value(value) => Output::Value(Cow::Owned(value.into_owned())),
        }
    }
}

impl<'a> Machine<'a> {
    /// Returns the value for the caller. As in JSON text, `undefined` members are left out and `undefined` items are
    /// null.
    pub(crate) fn output(&mut self, value: Val<'a>) -> Res<Output<'a>> {
        Ok(match value {
            Val::Undefined => Output::Nothing,
            Val::Function(_) => Output::Function,
            Val::Array(Array::Json(value)) | Val::Object(Object::Json(value)) => Output::Value(Cow::Borrowed(value)),
            value => match self.json(&value, 0)? {
                Some(value) => Output::Value(Cow::Owned(value)),
                None => Output::Function,
            },
        })
    }

    /// Returns `None` if the value contains a function.
    fn json(&mut self, value: &Val<'a>, depth: u32) -> Res<Option<Value>> {
        self.nests(depth)?;
        self.work(1)?;
        Ok(Some(match value {
            Val::Undefined | Val::Null => Value::Null,
            Val::Bool(flag) => Value::Bool(*flag),
            Val::Number(number) => from_number(*number),
            Val::Long(whole) => Value::from(*whole),
            Val::Text(text) => {
                self.make(text.as_str().len())?;
                Value::String(text.as_str().to_owned())
            }
            Val::Function(_) => return Ok(None),
            Val::Array(Array::Json(value)) | Val::Object(Object::Json(value)) => {
                self.measure(value, depth)?;
                (*value).clone()
            }
            Val::Array(Array::Own(list)) => return self.json_array(list.items.len(), list.items.iter(), depth),
            Val::Array(_) | Val::Tuples(_) => {
                let items = value.items();
                return self.json_array(items.len(), items.iter(), depth);
            }
            Val::Object(object) => {
                self.make(object.len() * (size_of::<Value>() + 32))?;
                let mut members = Map::with_capacity(object.len());
                let mut function = false;
                object.each_as_it_came(|name, member| {
                    if !member.is_undefined() {
                        self.make(name.as_str().len())?;
                        match self.json(&member, depth + 1)? {
                            Some(member) => drop(members.insert(name.as_str().to_owned(), member)),
                            None => function = true,
                        }
                    }
                    Ok::<_, Box<Error>>(())
                })?;
                if function {
                    return Ok(None);
                }
                Value::Object(members)
            }
        }))
    }

    fn json_array<V: std::borrow::Borrow<Val<'a>>>(
        &mut self,
        count: usize,
        items: impl Iterator<Item = V>,
        depth: u32,
    ) -> Res<Option<Value>> {
        self.make(count * size_of::<Value>())?;
        let mut array = Vec::with_capacity(count);
        for item in items {
            match self.json(item.borrow(), depth + 1)? {
                Some(item) => array.push(item),
                None => return Ok(None),
            }
        }
        Ok(Some(Value::Array(array)))
    }

    /// Counts the cost of a copy of the caller's JSON.
    fn measure(&mut self, value: &Value, depth: u32) -> Res<()> {
        self.nests(depth)?;
        self.work(1)?;
        match value {
            Value::Array(items) => {
                self.make(items.len() * size_of::<Value>())?;
                items.iter().try_for_each(|item| self.measure(item, depth + 1))
            }
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                self.make(name.len() + size_of::<Value>() + 32)?;
                self.measure(member, depth + 1)
            }),
            Value::String(text) => self.make(text.len()),
            _ => Ok(()),
        }
    }
}

/// Returns a number as JSON: integers without a fraction, NaN and infinity as strings.
fn from_number(number: f64) -> Value {
    if let Some(whole) = crate::number::long(number) {
        return Value::from(whole);
    }
    Number::from_f64(number).map_or_else(|| Value::String(crate::number::text(number)), Value::Number)
}
