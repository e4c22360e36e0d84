//! The types of values that a document determines.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Map, Value};
use workflow_services::Shape;

use super::kind::{Kinds, words_of_others};
use crate::budget::literal_bytes;
use crate::json_kind::JsonKind as Kind;
use crate::path::Segment;
use crate::placeholder;
use crate::result::{Member, Presence, ResultPart};
use crate::timestamp;

/// The limits of a type: the number of its strings, items and members, its depth, and the number of types inside it. A
/// shared type is counted at each occurrence, because types are compared and joined part by part. A type beyond the
/// limits is unknown.
const TEXTS: usize = 24;
const TEXT_BYTES: usize = 80;
const ITEMS: usize = 32;
const MEMBERS: usize = 96;
const HEIGHT: usize = 16;
const SIZE: usize = 1_000;

/// The certain facts about a value. Every type includes a value that is never computed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ty {
    /// An unknown value.
    Any,
    /// A value of none of these kinds. Like a value of each type, it may be absent.
    Except(Kinds),
    Null,
    Bool(Option<bool>),
    Number(Range),
    /// One of these strings, or any string.
    Text(Option<Rc<BTreeSet<Rc<str>>>>),
    Object(Rc<Fields>),
    /// Any number of items.
    List(Rc<Ty>),
    /// These items.
    Tuple(Rc<[Ty]>),
    /// A constant text or list that is too large to be known in parts, with its bytes as JSON: the least and the most.
    Large(Rc<(Ty, [usize; 2])>),
    /// Some values of this type: JSONata returns one as itself, and several as an array.
    Sequence(Rc<Ty>),
    /// A part of the result of an API call, which is read when needed, with the name of the call.
    Api(ResultPart, Rc<str>),
}

/// The numbers between two bounds, which may be inclusive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub(super) low: (f64, bool),
    pub(super) high: (f64, bool),
}

/// The members of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields {
    pub(super) members: BTreeMap<Rc<str>, Slot>,
    /// Whether the object may have other members.
    pub(super) open: bool,
    /// What is known about the other members of an open object.
    others: Others,
    /// Whether the value may be something other than an object.
    pub(super) loose: bool,
    height: usize,
    size: usize,
}

/// The members of an open object that are not in its list.
#[derive(Clone, Debug, Default, PartialEq)]
enum Others {
    #[default]
    Unknown,
    /// Only the members of this part of the result of a call.
    Api(ResultPart, Rc<str>),
    /// Strings, as in a row of CSV.
    Texts,
}

/// A member, and whether it exists.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slot {
    pub(super) ty: Ty,
    pub(super) is: Existence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existence {
    Present,
    Maybe,
    /// Certainly absent, because of a test.
    Absent,
}

/// The result of reading a member.
pub(super) enum Found {
    Present(Ty),
    Maybe(Ty),
    /// Certainly absent, because of a test.
    Absent,
    /// Certainly absent, because the members of the object are known.
    Unknown(Option<(ResultPart, Rc<str>)>),
    /// Certainly absent, because the value is not an object.
    NoObject(Kind),
}

impl Range {
    pub(super) const ALL: Self = Self { low: (f64::NEG_INFINITY, false), high: (f64::INFINITY, false) };

    pub(super) fn point(number: f64) -> Self {
        Self { low: (number, true), high: (number, true) }
    }

    /// Returns the range of the negative numbers of these. A zero has no sign.
    pub(super) fn negated(self) -> Self {
        let negated = |(bound, closed): (f64, bool)| (0.0 - bound, closed);
        Self { low: negated(self.high), high: negated(self.low) }
    }

    /// Returns the intersection of two ranges, if it is not empty.
    pub(super) fn meet(self, other: Self) -> Option<Self> {
        let low = match self.low.0.total_cmp(&other.low.0) {
            std::cmp::Ordering::Equal => (self.low.0, self.low.1 && other.low.1),
            std::cmp::Ordering::Less => other.low,
            std::cmp::Ordering::Greater => self.low,
        };
        let high = match self.high.0.total_cmp(&other.high.0) {
            std::cmp::Ordering::Equal => (self.high.0, self.high.1 && other.high.1),
            std::cmp::Ordering::Less => self.high,
            std::cmp::Ordering::Greater => other.high,
        };
        (low.0 < high.0 || low.0 == high.0 && low.1 && high.1).then_some(Self { low, high })
    }

    fn join(self, other: Self) -> Self {
        let low = if other.low.0 < self.low.0 { other.low } else { self.low };
        let high = if other.high.0 > self.high.0 { other.high } else { self.high };
        Self { low, high }
    }
}

impl Slot {
    pub(super) fn present(ty: Ty) -> Self {
        Self { ty, is: Existence::Present }
    }
}

impl Fields {
    pub(super) fn insert(&mut self, name: &str, slot: Slot) {
        let (height, size) = (1 + slot.ty.height(), slot.ty.size());
        self.size -= self.members.remove(name).map_or(0, |old| old.ty.size());
        if height > HEIGHT || self.size + size > SIZE || self.members.len() >= MEMBERS {
            (self.open, self.others) = (true, Others::Unknown);
            return;
        }
        self.height = self.height.max(height);
        self.size += size;
        self.members.insert(name.into(), slot);
    }

    pub(super) fn of<'n>(members: impl IntoIterator<Item = (&'n str, Ty)>) -> Self {
        let mut fields = Self::default();
        members.into_iter().for_each(|(name, ty)| fields.insert(name, Slot::present(ty)));
        fields
    }

    /// Returns the fields that are made of the members of an object, with the name and the type of each.
    pub(super) fn made<'m>(
        members: &'m Map<String, Value>,
        make: impl Fn(&'m str, &'m Value) -> (&'m str, Ty),
    ) -> Self {
        let mut fields = Self::default();
        for (key, value) in members {
            fields.open |= placeholder::likely(key);
            let (name, ty) = make(key, value);
            fields.insert(name, Slot::present(ty));
        }
        fields
    }

    pub(super) fn open() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// Returns an object of strings with any names.
    pub(super) fn texts() -> Self {
        Self { others: Others::Texts, ..Self::open() }
    }

    /// Returns a member that is not in the list.
    fn other(&self, name: &str) -> Found {
        match &self.others {
            _ if !self.open => Found::Unknown(None),
            Others::Unknown => Found::Maybe(Ty::Any),
            Others::Texts => Found::Maybe(Ty::TEXT),
            Others::Api(part, call) => match part.member(name) {
                Member::Found(part, _) => Found::Maybe(Ty::Api(part, call.clone())),
                Member::None => Found::Unknown(Some((*part, call.clone()))),
                Member::Unknown => Found::Maybe(Ty::Any),
            },
        }
    }

    fn join(&self, other: &Self) -> Self {
        let (open, loose) = (self.open || other.open, self.loose || other.loose);
        let others = match (self.open, other.open) {
            (true, true) if self.others == other.others => self.others.clone(),
            _ => Others::Unknown,
        };
        // Objects that are open for members of one API lack the same members.
        let alike = matches!(others, Others::Api(..));
        let mut joined = Self { open, loose, others, ..Self::default() };
        for (name, slot) in &self.members {
            match other.members.get(name) {
                Some(same) => {
                    let is = if slot.is == same.is { slot.is } else { Existence::Maybe };
                    // An absent value has no type.
                    let ty = match (slot.is, same.is) {
                        (Existence::Absent, _) => same.ty.clone(),
                        (_, Existence::Absent) => slot.ty.clone(),
                        _ => slot.ty.join(&same.ty),
                    };
                    joined.insert(name, Slot { ty, is });
                }
                None if !other.open && slot.is == Existence::Absent => joined.insert(name, slot.clone()),
                None if !other.open || alike => joined.insert(name, Slot { ty: slot.ty.clone(), is: Existence::Maybe }),
                None => {}
            }
        }
        if !self.open || alike {
            for (name, slot) in other.members.iter().filter(|(name, _)| !self.members.contains_key(*name)) {
                let is = if slot.is == Existence::Absent { Existence::Absent } else { Existence::Maybe };
                joined.insert(name, Slot { ty: slot.ty.clone(), is });
            }
        }
        joined
    }

    /// Returns the names of the members that may exist.
    pub(super) fn names(&self) -> Vec<String> {
        let there = self.members.iter().filter(|(_, slot)| slot.is != Existence::Absent);
        there.map(|(name, _)| name.to_string()).collect()
    }
}

impl Ty {
    /// Returns the names of the members that are known by name.
    pub(super) fn member_names(&self) -> Vec<String> {
        let of_call = |part: &ResultPart| {
            let members = part.shape().structure().into_iter().flat_map(|structure| structure.members());
            members.map(|member| member.name.to_owned()).collect::<Vec<_>>()
        };
        match self {
            Self::Api(part, _) => of_call(part),
            Self::Object(fields) => {
                let mut names = fields.names();
                if let Others::Api(part, _) = &fields.others {
                    names.extend(of_call(part).into_iter().filter(|name| !fields.members.contains_key(name.as_str())));
                }
                names
            }
            _ => Vec::new(),
        }
    }
}

impl From<Fields> for Ty {
    fn from(fields: Fields) -> Self {
        Self::Object(Rc::new(fields))
    }
}

impl Ty {
    pub(super) const TEXT: Self = Self::Text(None);
    pub(super) const NUMBER: Self = Self::Number(Range::ALL);
    pub(super) const BOOL: Self = Self::Bool(None);

    pub(super) fn text(text: &str) -> Self {
        let known = text.len() <= TEXT_BYTES;
        Self::Text(known.then(|| Rc::new(BTreeSet::from([Rc::from(text)]))))
    }

    pub(super) fn list(item: Self) -> Self {
        let fits = item.height() < HEIGHT && item.size() < SIZE;
        Self::List(Rc::new(if fits { item } else { Self::Any }))
    }

    pub(super) fn sequence(each: Self) -> Self {
        let fits = each.height() < HEIGHT && each.size() < SIZE;
        match each {
            Self::Any => Self::Any,
            each @ Self::Sequence(_) => each,
            each if fits => Self::Sequence(Rc::new(each)),
            _ => Self::Any,
        }
    }

    pub(super) fn tuple(items: Vec<Self>) -> Self {
        let size: usize = items.iter().map(Self::size).sum();
        if items.len() > ITEMS || size >= SIZE || items.iter().any(|item| item.height() >= HEIGHT) {
            return Self::list(
                items.iter().skip(1).fold(items.first().cloned().unwrap_or(Self::Any), |a, b| a.join(b)),
            );
        }
        Self::Tuple(items.into())
    }

    /// Returns the type of a constant. A placeholder in it may become any value.
    pub(super) fn constant(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(Some(*value)),
            Value::Number(number) => Self::Number(number.as_f64().map_or(Range::ALL, Range::point)),
            Value::String(text) if placeholder::likely(text) => Self::Any,
            Value::String(text) => Self::text(text).sized(value),
            Value::Array(items) => Self::tuple(items.iter().map(Self::constant).collect()).sized(value),
            Value::Object(members) => Fields::made(members, |name, value| (name, Self::constant(value))).into(),
        }
    }

    /// Returns the type of a constant with the bytes of the constant, if it is too large to be known in parts.
    fn sized(self, constant: &Value) -> Self {
        if !matches!(self, Self::Text(None) | Self::List(_)) {
            return self;
        }
        let text = constant.to_string();
        let sizes = [literal_bytes(constant, true), text.len()];
        if placeholder::contained(&text) { self } else { Self::Large(Rc::new((self, sizes))) }
    }

    fn not_of(kinds: Kinds) -> Self {
        if kinds.is_empty() { Self::Any } else { Self::Except(kinds) }
    }

    fn height(&self) -> usize {
        match self {
            Self::Object(fields) => fields.height,
            Self::List(item) | Self::Sequence(item) => 1 + item.height(),
            Self::Tuple(items) => 1 + items.iter().map(Self::height).max().unwrap_or_default(),
            Self::Large(large) => large.0.height(),
            _ => 0,
        }
    }

    /// Returns the number of types in it, including itself.
    fn size(&self) -> usize {
        1 + match self {
            Self::Object(fields) => fields.size,
            Self::List(item) | Self::Sequence(item) => item.size(),
            Self::Tuple(items) => items.iter().map(Self::size).sum(),
            Self::Large(large) => large.0.size(),
            _ => 0,
        }
    }

    /// Returns the kind that the value certainly has.
    pub(super) fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::Any | Self::Except(_) | Self::Sequence(_) => return None,
            Self::Api(part, _) if !part.is_documented() => return None,
            Self::Object(fields) if fields.loose => return None,
            Self::Large(large) => return large.0.kind(),
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
            Self::Object(_) => Kind::Object,
            Self::List(_) | Self::Tuple(_) => Kind::Array,
            Self::Api(part, _) => match part.shape() {
                Shape::Structure(_) | Shape::Union(_) | Shape::Map(_) => Kind::Object,
                Shape::List(_) => Kind::Array,
                Shape::Enum(_) | Shape::String => Kind::Text,
                Shape::Integer | Shape::Long | Shape::Float | Shape::Double => Kind::Number,
                Shape::Boolean => Kind::Bool,
                // An SDK integration does not parse it.
                Shape::Blob if part.is_of_sdk() => Kind::Text,
                Shape::Timestamp if part.is_of_sdk() => Kind::Text,
                // Some integrations return times as numbers, and a blob as JSON.
                _ => return None,
            },
        })
    }

    /// Returns the kind of the value, if it certainly is not of the given kind. An absent value has no kind.
    pub(super) fn instead_of(&self, kind: Kind) -> Option<&'static str> {
        match self {
            // A filter may show it as well as a test.
            Self::Except(kinds) if Kinds::SCALARS.has(kind) && kinds.in_both(Kinds::SCALARS) == Kinds::SCALARS => {
                Some("an object or an array")
            }
            Self::Except(kinds) => kinds.has(kind).then(|| words_of_others(kind)),
            Self::Sequence(each) if kind != Kind::Array => {
                each.instead_of(kind).map(|_| "the values that it finds, if any")
            }
            other => other.kind().filter(|is| *is != kind).map(Kind::noun),
        }
    }

    /// Returns the type of a value that a test has shown not to be of a kind.
    pub(super) fn except(&self, kind: Kind) -> Self {
        match self {
            Self::Any => Self::Except(Kinds::one(kind)),
            Self::Except(kinds) => Self::Except(kinds.and(Kinds::one(kind))),
            other => other.clone(),
        }
    }

    /// Returns whether the value certainly is a text that is no timestamp.
    pub(super) fn is_no_timestamp(&self) -> bool {
        matches!(self, Self::Text(Some(texts))
            if !texts.is_empty() && texts.iter().all(|text| timestamp::parse(text).is_none()))
    }

    /// Returns the first of the known texts.
    pub(super) fn first_text(&self) -> String {
        self.texts().and_then(|(texts, _)| texts.first().map(ToString::to_string)).unwrap_or_default()
    }

    /// Returns the strings that the value may be, if they are known, and the API call that returns it, if AWS lists
    /// them.
    pub(super) fn texts(&self) -> Option<(BTreeSet<Rc<str>>, Option<&str>)> {
        match self {
            Self::Text(texts) => Some((texts.as_deref()?.clone(), None)),
            Self::Api(part, call) if part.is_documented() => match part.shape() {
                Shape::Enum(values) => Some((values.values().map(Rc::from).collect(), Some(call))),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the type of each item, if the value is certainly an array.
    pub(super) fn item(&self) -> Option<Self> {
        match self {
            Self::List(item) => Some((**item).clone()),
            Self::Large(large) => large.0.item(),
            Self::Tuple(items) => {
                let (first, rest) = items.split_first()?;
                Some(rest.iter().fold(first.clone(), |joined, item| joined.join(item)))
            }
            Self::Api(part, call) if part.is_documented() => match part.shape() {
                Shape::List(_) => part.item().map(|item| Self::Api(item, call.clone())),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the type of each value that a function of JSONata is called with: of the items of an array, or of the
    /// value itself.
    pub(super) fn each(&self) -> Self {
        match self {
            Self::Sequence(each) => (**each).clone(),
            list if list.kind() == Some(Kind::Array) => list.item().unwrap_or(Self::Any),
            other => other.clone(),
        }
    }

    /// Returns the type of an operand that must be one value. For a sequence, this is the type of its only value.
    pub(super) fn single(self) -> Self {
        match self {
            Self::Sequence(each) => (*each).clone(),
            other => other,
        }
    }

    /// Reads a member.
    pub(super) fn member(&self, name: &str) -> Found {
        match self {
            Self::Any => Found::Maybe(Self::Any),
            Self::Object(fields) => match fields.members.get(name) {
                Some(Slot { ty, is: Existence::Present }) => Found::Present(ty.clone()),
                Some(Slot { ty, is: Existence::Maybe }) => Found::Maybe(ty.clone()),
                Some(Slot { is: Existence::Absent, .. }) => Found::Absent,
                None => fields.other(name),
            },
            // The result may have any member, but a name like a known one is probably misspelt.
            Self::Api(part, call) if !part.is_documented() => match part.member(name) {
                Member::Found(part, _) => Found::Maybe(Self::Api(part, call.clone())),
                Member::None if part.is_like_a_member(name) => Found::Unknown(Some((*part, call.clone()))),
                Member::None | Member::Unknown => Found::Maybe(Self::Any),
            },
            Self::Api(part, call) => match (part.shape(), part.member(name)) {
                (Shape::Map(_), Member::Found(part, _)) => Found::Maybe(Self::Api(part, call.clone())),
                (_, Member::Found(part, Presence::Always)) => Found::Present(Self::Api(part, call.clone())),
                (_, Member::Found(part, _)) => Found::Maybe(Self::Api(part, call.clone())),
                (_, Member::Unknown) if self.kind().is_none() => Found::Maybe(Self::Any),
                (_, Member::None | Member::Unknown) => match self.kind() {
                    Some(Kind::Object) => Found::Unknown(Some((*part, call.clone()))),
                    Some(kind) => Found::NoObject(kind),
                    None => Found::Maybe(Self::Any),
                },
            },
            other => other.kind().map_or(Found::Maybe(Self::Any), Found::NoObject),
        }
    }

    /// Returns the members of an object if they are known. An unknown value may have any members.
    pub(super) fn fields(&self) -> Option<Fields> {
        match self {
            Self::Any | Self::Except(_) => Some(Fields::open()),
            Self::Object(fields) => Some((**fields).clone()),
            Self::Api(..) if self.kind().is_none() => Some(Fields::open()),
            Self::Api(part, call) => {
                // The table of the API may lack a member.
                let mut fields = Fields { others: Others::Api(*part, call.clone()), ..Fields::open() };
                for member in part.shape().structure()?.members() {
                    if let Member::Found(part, presence) = part.member(member.name) {
                        let is = if presence == Presence::Always { Existence::Present } else { Existence::Maybe };
                        fields.insert(member.name, Slot { ty: Self::Api(part, call.clone()), is });
                    }
                }
                Some(fields)
            }
            _ => None,
        }
    }

    /// Returns the type of the value with `slot` at the end of a path of names, or `None` if it cannot have the path.
    pub(super) fn with(&self, path: &[Segment<'_>], slot: Slot) -> Option<Self> {
        let Some((step, rest)) = path.split_first() else { return Some(slot.ty) };
        match (step, self) {
            (Segment::Name(name), _) => {
                // The absence of a member does not imply that the value is an object.
                self.with_member(name, rest, self.kind().is_none() && slot.is != Existence::Present, slot)
            }
            // An empty list, or a value that is only known to lack an item.
            (Segment::Index(0), _)
                if slot.is == Existence::Absent && rest.is_empty() && self.kind() == Some(Kind::Array) =>
            {
                Some(Self::Tuple(Rc::default()))
            }
            (Segment::Index(index), _) if slot.is == Existence::Absent && self.kind().is_none() => {
                self.with_member(&item_key(*index), rest, true, slot)
            }
            (Segment::Index(index), Self::Tuple(items)) => {
                let mut items = items.to_vec();
                let item = items.get_mut(*index)?;
                *item = item.with(rest, slot)?;
                Some(Self::Tuple(items.into()))
            }
            _ => None,
        }
    }

    fn with_member(&self, name: &str, rest: &[Segment<'_>], loose: bool, slot: Slot) -> Option<Self> {
        let mut fields = self.fields()?;
        fields.loose = loose;
        let old = fields.members.get(name);
        let slot = if rest.is_empty() {
            slot
        } else {
            let is = match (slot.is, old.map(|old| old.is)) {
                (Existence::Present, _) | (_, Some(Existence::Present)) => Existence::Present,
                (_, Some(Existence::Absent)) => Existence::Absent,
                _ => Existence::Maybe,
            };
            let none = if fields.open || old.is_some() { Self::Any } else { Fields::default().into() };
            let old = old.filter(|old| old.is != Existence::Absent).map_or(&none, |old| &old.ty);
            Slot { ty: old.with(rest, slot)?, is }
        };
        fields.insert(name, slot);
        Some(fields.into())
    }

    /// Returns the known type of an item of a value that may be an array.
    pub(super) fn known_item(&self, index: i64) -> Option<&Slot> {
        match self {
            Self::Object(fields) if fields.loose => fields.members.get(&*item_key(usize::try_from(index).ok()?)),
            _ => None,
        }
    }

    /// Returns the type of a value that has one of two types.
    pub(super) fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Null, Self::Null) => Self::Null,
            (Self::Bool(one), Self::Bool(two)) => Self::Bool(one.filter(|one| Some(*one) == *two)),
            (Self::Number(one), Self::Number(two)) => Self::Number(one.join(*two)),
            (Self::Text(Some(one)), Self::Text(Some(two))) => {
                if one.is_superset(two) {
                    return self.clone();
                }
                let both: BTreeSet<_> = one.union(two).cloned().collect();
                Self::Text((both.len() <= TEXTS).then(|| Rc::new(both)))
            }
            (Self::Object(one), Self::Object(two)) => {
                if Rc::ptr_eq(one, two) {
                    return self.clone();
                }
                one.join(two).into()
            }
            (Self::Tuple(one), Self::Tuple(two)) if one.len() == two.len() => {
                Self::tuple(one.iter().zip(two.iter()).map(|(one, two)| one.join(two)).collect())
            }
            (Self::Api(one, _), Self::Api(two, _)) if one == two => self.clone(),
            (Self::Large(one), Self::Large(two)) if one == two => self.clone(),
            (Self::Except(one), Self::Except(two)) => Self::not_of(one.in_both(*two)),
            (Self::Except(kinds), other) | (other, Self::Except(kinds)) => match other.kind() {
                Some(kind) => Self::not_of(kinds.without(kind)),
                None => Self::Any,
            },
            (Self::Sequence(one), Self::Sequence(two)) => Self::sequence(one.join(two)),
            (Self::Sequence(_), _) | (_, Self::Sequence(_)) => Self::Any,
            _ => match (self.kind(), other.kind()) {
                (Some(Kind::Text), Some(Kind::Text)) => Self::TEXT,
                (Some(Kind::Number), Some(Kind::Number)) => Self::NUMBER,
                (Some(Kind::Bool), Some(Kind::Bool)) => Self::BOOL,
                (Some(Kind::Array), Some(Kind::Array)) => match (self.item(), other.item()) {
                    (Some(one), Some(two)) => Self::list(one.join(&two)),
                    (Some(one), None) | (None, Some(one)) => Self::list(one),
                    (None, None) => self.clone(),
                },
                (Some(Kind::Object) | None, Some(Kind::Object) | None) if *self != Self::Any && *other != Self::Any => {
                    match (self.fields(), other.fields()) {
                        (Some(one), Some(two)) => one.join(&two).into(),
                        _ => Self::from(Fields::open()),
                    }
                }
                _ => Self::Any,
            },
        }
    }

    /// Returns whether `others` contains all of the known strings, numbers or booleans.
    pub(super) fn is_within(&self, others: &Self) -> bool {
        match (self, others) {
            (Self::Text(Some(one)), Self::Text(Some(others))) => one.is_subset(others),
            (Self::Number(one), Self::Number(others)) => one.meet(*others) == Some(*one),
            (Self::Bool(Some(one)), Self::Bool(Some(other))) => one == other,
            _ => false,
        }
    }

    /// Returns whether two types are equal. Types that share their parts are compared quickly.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Object(one), Self::Object(two)) => Rc::ptr_eq(one, two) || fields_same(one, two),
            (Self::List(one), Self::List(two)) | (Self::Sequence(one), Self::Sequence(two)) => {
                Rc::ptr_eq(one, two) || one.same(two)
            }
            (Self::Tuple(one), Self::Tuple(two)) => {
                Rc::ptr_eq(one, two) || one.len() == two.len() && one.iter().zip(two.iter()).all(|(a, b)| a.same(b))
            }
            _ => self == other,
        }
    }
}

/// Returns the key that stands for an item among the members of a value that may be an array.
fn item_key(index: usize) -> String {
    format!("[{index}]")
}

fn fields_same(one: &Fields, two: &Fields) -> bool {
    (one.open, one.loose, &one.others) == (two.open, two.loose, &two.others)
        && one.members.len() == two.members.len()
        && one
            .members
            .iter()
            .zip(&two.members)
            .all(|((a, one), (b, two))| a == b && one.is == two.is && one.ty.same(&two.ty))
}
