//! The values of an evaluation: borrowed JSON, values made by expressions, and functions.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use serde_json::{Map, Number, Value};

use super::call::Function;
use super::held;
use super::members::Members;
use super::tuple::Tuples;

/// A value. It borrows JSON of the caller and of the expression, and shares values that it made.
#[derive(Clone)]
// All of it lies at addresses of whole words, so that to copy one takes no parts of words, which is slower.
#[repr(u64)]
pub(crate) enum Val<'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    /// An integer with more digits than a double. It keeps them as long as it is only passed on.
    Long(i64),
    Text(Text<'a>),
    Array(Array<'a>),
    Object(Object<'a>),
    Function(Rc<Function<'a>>),
    /// The values of a path with their bound names.
    Tuples(Rc<Tuples<'a>>),
}

/// A string.
#[derive(Clone)]
pub(crate) enum Text<'a> {
    Json(&'a String),
    Own(Rc<OwnedText>),
}

/// A string made by the expression, counted while it is held.
pub(crate) struct OwnedText(pub(crate) String);

/// An array.
#[derive(Clone)]
pub(crate) enum Array<'a> {
    /// A JSON array.
    Json(&'a Value),
    Own(Rc<List<'a>>),
    /// Consecutive integers, which need no memory.
    Range {
        first: f64,
        count: u32,
    },
}

/// An array made by the expression.
pub(crate) struct List<'a> {
    pub(crate) items: Vec<Val<'a>>,
    flags: Cell<u8>,
    /// How deeply values made by the expression are nested.
    pub(crate) depth: u32,
}

/// A result of a path or a function: a single item stands for itself.
pub(crate) const SEQUENCE: u8 = 1;
/// A sequence of one item stays an array.
pub(crate) const KEEP: u8 = 2;
/// Made by an array constructor in a path, which does not flatten it.
pub(crate) const CONSTRUCTED: u8 = 4;
/// Wraps an input that is an array.
pub(crate) const WRAPPER: u8 = 8;

/// An object.
#[derive(Clone)]
pub(crate) enum Object<'a> {
    /// A JSON object.
    Json(&'a Value),
    Own(Rc<RefCell<Members<'a>>>),
}

/// The greatest integer up to which a double represents all integers.
const EXACT: u64 = 1 << 53;

impl<'a> Val<'a> {
    /// Returns a value of the caller, borrowed.
    pub(crate) fn json(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::of_number(number),
            Value::String(text) => Self::Text(Text::Json(text)),
            Value::Array(_) => Self::Array(Array::Json(value)),
            Value::Object(_) => Self::Object(Object::Json(value)),
        }
    }

    /// Returns a number: an integer of 64 bits exactly, any other as a double, as the service's Java does.
    pub(crate) fn of_number(number: &Number) -> Self {
        number.as_i64().map_or_else(|| Self::Number(number.as_f64().unwrap_or(f64::NAN)), Self::whole)
    }

    pub(crate) fn whole(whole: i64) -> Self {
        if whole.unsigned_abs() > EXACT { Self::Long(whole) } else { Self::Number(whole as f64) }
    }

    /// Returns the result of a calculation.
    pub(crate) fn calculated(number: f64) -> Self {
        if number == crate::number::BEYOND_LONG { Self::Long(i64::MAX) } else { Self::Number(number) }
    }

    pub(crate) fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    pub(crate) fn is_array(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Tuples(_))
    }

    /// Returns the number, if it is one.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Long(whole) => Some(*whole as f64),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// Returns the array with its flags, if the expression made it.
    pub(crate) fn list(&self) -> Option<&List<'a>> {
        match self {
            Self::Array(Array::Own(list)) => Some(list),
            _ => None,
        }
    }

    pub(crate) fn is_sequence(&self) -> bool {
        match self {
            Self::Tuples(_) => true,
            _ => self.list().is_some_and(|list| list.has(SEQUENCE)),
        }
    }

    /// Returns how deeply values made by the expression are nested.
    pub(crate) fn depth(&self) -> u32 {
        match self {
            Self::Array(Array::Own(list)) => list.depth,
            Self::Object(Object::Own(members)) => members.borrow().depth,
            Self::Tuples(tuples) => tuples.depth,
            _ => 0,
        }
    }

    /// Returns whether dropping it drops no other value that could be nested.
    pub(crate) fn is_simple(&self) -> bool {
        match self {
            Self::Array(Array::Own(_)) | Self::Object(Object::Own(_)) | Self::Tuples(_) => false,
            Self::Function(function) => matches!(**function, Function::Native(_)),
            _ => true,
        }
    }

    /// Returns the items of an array. Any other value is its own only item, even `undefined`.
    pub(crate) fn items(&self) -> Items<'a> {
        match self {
            Self::Array(array) => Items { array: Some(array.clone()), single: Self::Undefined },
            Self::Tuples(tuples) => Items { array: Some(tuples.as_array()), single: Self::Undefined },
            single => Items { array: None, single: single.clone() },
        }
    }
}

/// The items of a value, by index.
pub(crate) struct Items<'a> {
    array: Option<Array<'a>>,
    single: Val<'a>,
}

impl<'a> Items<'a> {
    pub(crate) fn len(&self) -> usize {
        self.array.as_ref().map_or(1, Array::len)
    }

    pub(crate) fn get(&self, at: usize) -> Val<'a> {
        match &self.array {
            Some(array) => array.get(at),
            None if at == 0 => self.single.clone(),
            None => Val::Undefined,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Val<'a>> + '_ {
        (0..self.len()).map(|at| self.get(at))
    }
}

impl<'a> Text<'a> {
    /// Returns a new string, counted as held.
    pub(crate) fn own(text: String) -> Self {
        held::add(text.capacity() + OVERHEAD);
        Self::Own(Rc::new(OwnedText(text)))
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Json(text) => text,
            Self::Own(text) => &text.0,
        }
    }
}

/// The approximate overhead of an allocation.
pub(crate) const OVERHEAD: usize = 40;

impl Drop for OwnedText {
    fn drop(&mut self) {
        held::subtract(self.0.capacity() + OVERHEAD);
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text<'_> {}

impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl std::borrow::Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl<'a> Array<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Json(array) => array.as_array().map_or(0, Vec::len),
            Self::Own(list) => list.items.len(),
            Self::Range { count, .. } => *count as usize,
        }
    }

    pub(crate) fn get(&self, at: usize) -> Val<'a> {
        match self {
            Self::Json(array) => array.get(at).map_or(Val::Undefined, Val::json),
            Self::Own(list) => list.items.get(at).cloned().unwrap_or(Val::Undefined),
            Self::Range { first, count } if at < *count as usize => Val::Number(first + at as f64),
            Self::Range { .. } => Val::Undefined,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Val<'a>> + '_ {
        (0..self.len()).map(|at| self.get(at))
    }
}

impl<'a> List<'a> {
    /// Creates an array; the caller has counted its bytes.
    pub(crate) fn new(items: Vec<Val<'a>>, flags: u8) -> Self {
        let depth = 1 + items.iter().map(Val::depth).max().unwrap_or(0);
        Self { items, flags: Cell::new(flags), depth }
    }

    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags.get() & flag != 0
    }

    pub(crate) fn set(&self, flag: u8) {
        self.flags.set(self.flags.get() | flag);
    }

    /// Returns the bytes that it contains, without the bytes of its items.
    pub(crate) fn bytes(&self) -> usize {
        self.items.capacity() * size_of::<Val<'_>>() + OVERHEAD
    }
}

impl Drop for List<'_> {
    fn drop(&mut self) {
        held::subtract(self.bytes());
    }
}

impl<'a> Object<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Json(object) => object.as_object().map_or(0, Map::len),
            Self::Own(members) => members.borrow().len(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Val<'a> {
        match self {
            Self::Json(object) => {
                object.as_object().and_then(|all| member(all, name)).map_or(Val::Undefined, Val::json)
            }
            Self::Own(members) => members.borrow().get(name).cloned().unwrap_or(Val::Undefined),
        }
    }

    /// Returns whether JavaScript lists the members in insertion order.
    fn in_order(&self) -> bool {
        let plain = |name: &str| array_index(name).is_none();
        match self {
            Self::Json(object) => object.as_object().is_none_or(|all| all.keys().all(|name| plain(name))),
            Self::Own(members) => members.borrow().iter().all(|(name, _)| plain(name.as_str())),
        }
    }

    /// Calls a function for each member, in JavaScript's order.
    pub(crate) fn each<E>(&self, mut act: impl FnMut(Text<'a>, Val<'a>) -> Result<(), E>) -> Result<(), E> {
        if self.in_order() {
            return self.each_as_it_came(act);
        }
        self.entries().into_iter().try_for_each(|(name, value)| act(name, value))
    }

    /// Calls a function for each member, in insertion order.
    pub(crate) fn each_as_it_came<E>(&self, mut act: impl FnMut(Text<'a>, Val<'a>) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Json(object) => {
                let members = object.as_object().into_iter().flatten();
                members.map(|(name, value)| (Text::Json(name), Val::json(value))).try_for_each(|(n, v)| act(n, v))
            }
            Self::Own(members) => {
                // The function may change the object.
                let mut at = 0;
                loop {
                    let next = members.borrow().entry(at).cloned();
                    let Some((name, value)) = next else { return Ok(()) };
                    act(name, value)?;
                    at += 1;
                }
            }
        }
    }

    /// Returns the members in JavaScript's order: names that are array indices first, in ascending order, then the
    /// others in insertion order.
    pub(crate) fn entries(&self) -> Vec<(Text<'a>, Val<'a>)> {
        let mut entries = self.as_they_came();
        if entries.iter().any(|(name, _)| array_index(name.as_str()).is_some()) {
            // A stable sort: names without an index keep their order at the end.
            entries.sort_by_key(|(name, _)| array_index(name.as_str()).unwrap_or(u64::MAX));
        }
        entries
    }

    /// Returns the members in insertion order.
    pub(crate) fn as_they_came(&self) -> Vec<(Text<'a>, Val<'a>)> {
        match self {
            Self::Json(object) => {
                let members = object.as_object().into_iter().flatten();
                members.map(|(name, value)| (Text::Json(name), Val::json(value))).collect()
            }
            Self::Own(members) => members.borrow().iter().cloned().collect(),
        }
    }
}

/// Up to this number of members, comparing each name is faster than hashing.
const FEW: usize = 8;

/// Returns a member of a JSON object.
pub(crate) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if object.len() > FEW {
        return object.get(name);
    }
    object.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// Returns the array index that a name is in JavaScript: digits without a leading zero, below 2^32 - 1.
pub(crate) fn array_index(name: &str) -> Option<u64> {
    let digits = name.as_bytes();
    let leading = digits.first()?.is_ascii_digit() && (name == "0" || !name.starts_with('0'));
    (leading && digits.len() <= 10).then(|| name.parse().ok()).flatten().filter(|index| *index < 0xffff_ffff)
}

impl<'a> From<&'a Value> for Val<'a> {
    fn from(value: &'a Value) -> Self {
        Self::json(value)
    }
}

impl From<bool> for Val<'_> {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<f64> for Val<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Cow<'_, str>> for Val<'_> {
    fn from(text: Cow<'_, str>) -> Self {
        Self::Text(Text::own(text.into_owned()))
    }
}
