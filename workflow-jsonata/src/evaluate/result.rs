//! What an evaluation gives.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::machine::{Machine, Res};
use super::value::{Array, Object, Val};

/// What an evaluation gave.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// Its value.
    pub output: Output<'a>,
    /// How many random numbers it took.
    pub draws: u64,
}

/// The value of an expression.
#[derive(Debug)]
#[non_exhaustive]
pub enum Output<'a> {
    /// Nothing: `undefined`.
    Nothing,
    /// A value: borrowed where it is an array or an object of the caller's, or of the expression.
    Value(Cow<'a, Value>),
    /// A function, which JSON cannot hold.
    Function,
}

impl Output<'_> {
    /// The same, which borrows nothing.
    pub fn into_owned<'b>(self) -> Output<'b> {
        match self {
            Self::Nothing => Output::Nothing,
            Self::Function => Output::Function,
            Self::Value(value) => Output::Value(Cow::Owned(value.into_owned())),
        }
    }
}

impl<'a> Machine<'a> {
    /// The value as the caller gets it. As in JSON text, a member that is nothing is left out and an item is null.
    pub(crate) fn output(&mut self, value: &Val<'a>) -> Res<Output<'a>> {
        Ok(match value {
            Val::Undefined => Output::Nothing,
            Val::Function(_) => Output::Function,
            Val::Array(Array::Json(value)) | Val::Object(Object::Json(value)) => Output::Value(Cow::Borrowed(value)),
            value => match self.json(value, 0)? {
                Some(value) => Output::Value(Cow::Owned(value)),
                None => Output::Function,
            },
        })
    }

    /// `None` where there is a function in it.
    fn json(&mut self, value: &Val<'a>, depth: u32) -> Res<Option<Value>> {
        self.nests(depth)?;
        self.work(1)?;
        Ok(Some(match value {
            Val::Undefined | Val::Null => Value::Null,
            Val::Bool(flag) => Value::Bool(*flag),
            Val::Number(number) => from_number(*number),
            Val::Digits(number) => Value::Number((*number).clone()),
            Val::Text(text) => {
                self.make(text.as_str().len())?;
                Value::String(text.as_str().to_owned())
            }
            Val::Function(_) => return Ok(None),
            Val::Array(Array::Json(value)) | Val::Object(Object::Json(value)) => self.copied_json(value, depth)?,
            Val::Array(_) | Val::Tuples(_) => {
                let items = value.items();
                self.make(items.len() * size_of::<Value>())?;
                let mut array = Vec::with_capacity(items.len());
                for item in items.iter() {
                    match self.json(&item, depth + 1)? {
                        Some(item) => array.push(item),
                        None => return Ok(None),
                    }
                }
                Value::Array(array)
            }
            Val::Object(object) => {
                let mut members = Map::with_capacity(object.len());
                for (name, member) in object.as_they_came() {
                    if member.is_undefined() {
                        continue;
                    }
                    self.make(name.as_str().len() + size_of::<Value>() + 32)?;
                    match self.json(&member, depth + 1)? {
                        Some(member) => drop(members.insert(name.as_str().to_owned(), member)),
                        None => return Ok(None),
                    }
                }
                Value::Object(members)
            }
        }))
    }

    /// A copy of the caller's JSON.
    fn copied_json(&mut self, value: &Value, depth: u32) -> Res<Value> {
        self.nests(depth)?;
        self.work(1)?;
        Ok(match value {
            Value::Array(items) => self.copy(items.iter(), depth)?,
            Value::Object(members) => self.copy_object(members, depth)?,
            Value::String(text) => {
                self.make(text.len())?;
                Value::String(text.clone())
            }
            other => other.clone(),
        })
    }

    fn copy<'v>(&mut self, items: impl ExactSizeIterator<Item = &'v Value>, depth: u32) -> Res<Value> {
        self.make(items.len() * size_of::<Value>())?;
        let mut copies = Vec::with_capacity(items.len());
        for item in items {
            copies.push(self.copied_json(item, depth + 1)?);
        }
        Ok(Value::Array(copies))
    }

    fn copy_object(&mut self, members: &Map<String, Value>, depth: u32) -> Res<Value> {
        let mut copies = Map::with_capacity(members.len());
        for (name, member) in members {
            self.make(name.len() + size_of::<Value>() + 32)?;
            copies.insert(name.clone(), self.copied_json(member, depth + 1)?);
        }
        Ok(Value::Object(copies))
    }
}

/// A number as JSON has it: whole ones lose their fraction, and what is no number is null.
fn from_number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9.0e18 {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}
