//! The shape of a value: what an operation takes, and what it returns.

use crate::table::{Reader, Table};

/// Shapes that are numbers below this have no record; above it they are offsets into the chunk.
const PRIMITIVES: usize = 16;

const STRUCTURE: usize = 0;
const LIST: usize = 1;
const MAP: usize = 2;
const ENUM: usize = 3;
const UNION: usize = 4;
/// Limits around a shape that has none.
const LIMITED: usize = 5;

/// What a value may be. Members are read from the table when they are asked for, so that a shape may contain itself.
///
/// Step Functions is lenient where a shape is narrow: it takes strings for numbers and booleans, stringifies an object
/// for [`String`](Shape::String), and takes any JSON for [`Blob`](Shape::Blob). In results a blob is a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Shape {
    /// An object with the members of a table.
    Structure(Structure),
    /// An object with exactly one of the members of a table.
    Union(Structure),
    /// An array.
    List(List),
    /// An object whose keys are data.
    Map(Map),
    /// A string, of which AWS lists values. New values appear without notice, so that another one is no error.
    Enum(Enum),
    /// A string.
    String,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A number.
    Float,
    /// A number of double precision.
    Double,
    /// A truth value.
    Boolean,
    /// A point in time.
    Timestamp,
    /// Bytes.
    Blob,
    /// Any JSON; also what is not known.
    Document,
}

/// A place in a table: the chunk and the offset of a record from it.
#[derive(Clone, Copy)]
struct Place {
    table: Table,
    chunk: usize,
    offset: usize,
}

impl Place {
    fn reader(self) -> Reader {
        // `offset` comes from a number of 32 bits, and the chunk lies in the table.
        Reader::at(self.table, self.chunk.saturating_add(self.offset))
    }
}

/// Two places are the same if they are so in the one table that a program has.
macro_rules! compare_places {
    ($($name:ident),*) => {$(
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                (self.0.chunk, self.0.offset) == (other.0.chunk, other.0.offset)
            }
        }
        impl Eq for $name {}
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                (self.0.chunk, self.0.offset).cmp(&(other.0.chunk, other.0.offset))
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.debug_tuple(stringify!($name)).field(&self.0.chunk).field(&self.0.offset).finish()
            }
        }
    )*};
}

/// The members of an object. Two are equal if they are the same record of the table, which ends a walk over recursion.
#[derive(Clone, Copy)]
pub struct Structure(Place);

/// The shape of an array.
#[derive(Clone, Copy)]
pub struct List(Place);

/// The shape of an object whose keys are data.
#[derive(Clone, Copy)]
pub struct Map(Place);

/// The values of a string that AWS lists.
#[derive(Clone, Copy)]
pub struct Enum(Place);

/// Between what AWS's model has a number, a length or a count: the characters of a string, the bytes of a blob, the
/// elements of an array, the members of an object. What excludes nothing in Step Functions is left out.
#[derive(Clone, Copy)]
pub struct Limits(Place);

compare_places!(Structure, List, Map, Enum, Limits);

/// A member of a [`Structure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// As Step Functions spells it; case matters.
    pub name: &'static str,
    /// Whether AWS refuses the object without it. A token of idempotency is never required: the SDK fills it in.
    pub required: bool,
    /// What it may be.
    pub shape: Shape,
    /// How much or how long it may be, if AWS's model says so.
    pub limits: Option<Limits>,
}

impl Shape {
    /// The shape that a number in chunk `chunk` stands for.
    pub(crate) fn of(table: Table, chunk: usize, number: usize) -> Self {
        Self::within(table, chunk, number).0
    }

    /// The same, and its limits.
    fn within(table: Table, chunk: usize, number: usize) -> (Self, Option<Limits>) {
        Self::decode(table, chunk, number).unwrap_or((Self::Document, None))
    }

    fn decode(table: Table, chunk: usize, number: usize) -> Option<(Self, Option<Limits>)> {
        let Some(offset) = number.checked_sub(PRIMITIVES) else { return Some((Self::primitive(number)?, None)) };
        let mut place = Place { table, chunk, offset };
        let mut reader = place.reader();
        let mut kind = reader.number()? & 7;
        let mut limits = None;
        if kind == LIMITED {
            limits = Some(Limits(place));
            let inner = reader.number()?;
            let Some(offset) = inner.checked_sub(PRIMITIVES) else { return Some((Self::primitive(inner)?, limits)) };
            place.offset = offset;
            kind = place.reader().number()? & 7;
        }
        let shape = match kind {
            STRUCTURE => Self::Structure(Structure(place)),
            LIST => Self::List(List(place)),
            MAP => Self::Map(Map(place)),
            ENUM => Self::Enum(Enum(place)),
            UNION => Self::Union(Structure(place)),
            _ => return None,
        };
        Some((shape, limits))
    }

    /// The shape that has no record.
    fn primitive(number: usize) -> Option<Self> {
        Some(match number {
            0 => Self::String,
            1 => Self::Integer,
            2 => Self::Long,
            3 => Self::Float,
            4 => Self::Double,
            5 => Self::Boolean,
            6 => Self::Timestamp,
            7 => Self::Blob,
            8 => Self::Document,
            _ => return None,
        })
    }

    /// The members of a structure or a union.
    pub fn structure(self) -> Option<Structure> {
        match self {
            Self::Structure(structure) | Self::Union(structure) => Some(structure),
            _ => None,
        }
    }

    /// The member of that name, of a structure or a union.
    pub fn member(self, name: &str) -> Option<Member> {
        self.structure()?.member(name)
    }

    /// What kind of value it is, in the words of JSON: `an object`, `a string`, …; `any value` for what may be anything.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Structure(_) | Self::Union(_) | Self::Map(_) => "an object",
            Self::List(_) => "an array",
            Self::Enum(_) | Self::String | Self::Timestamp => "a string",
            Self::Integer | Self::Long | Self::Float | Self::Double => "a number",
            Self::Boolean => "a boolean",
            Self::Blob | Self::Document => "any value",
        }
    }
}

impl Structure {
    /// The members, in the order of AWS's model.
    pub fn members(self) -> impl Iterator<Item = Member> + Clone {
        Members::of(self.0)
    }

    /// The member of that name; case matters.
    pub fn member(self, name: &str) -> Option<Member> {
        self.members().find(|member| member.name == name)
    }
}

impl Limits {
    /// The least that it may be.
    pub fn least(self) -> Option<f64> {
        self.text()?.0.parse().ok()
    }

    /// The most that it may be.
    pub fn greatest(self) -> Option<f64> {
        self.text()?.1.parse().ok()
    }

    fn text(self) -> Option<(&'static str, &'static str)> {
        let mut reader = self.0.reader();
        reader.number()?;
        reader.number()?;
        reader.text()?.split_once("..")
    }
}

impl List {
    /// What each element may be.
    pub fn element(self) -> Shape {
        self.0.inner(0).0
    }

    /// How much or how long each element may be.
    pub fn element_limits(self) -> Option<Limits> {
        self.0.inner(0).1
    }
}

impl Map {
    /// What each key may be: [`Shape::String`] or [`Shape::Enum`].
    pub fn key(self) -> Shape {
        self.0.inner(0).0
    }

    /// What each value may be.
    pub fn value(self) -> Shape {
        self.0.inner(1).0
    }

    /// How much or how long each value may be.
    pub fn value_limits(self) -> Option<Limits> {
        self.0.inner(1).1
    }
}

impl Enum {
    /// The values, in alphabetical order.
    pub fn values(self) -> impl Iterator<Item = &'static str> + Clone {
        let mut reader = self.0.reader();
        let left = reader.number().unwrap_or(0) >> 3;
        (0..left).map_while(move |_| reader.text())
    }
}

impl Place {
    /// The shape after the head of a list or map and `skip` more, and its limits.
    fn inner(self, skip: usize) -> (Shape, Option<Limits>) {
        let mut reader = self.reader();
        let mut number = None;
        for _ in 0..skip + 2 {
            number = reader.number();
        }
        number.map_or((Shape::Document, None), |number| Shape::within(self.table, self.chunk, number))
    }
}

#[derive(Clone)]
struct Members {
    place: Place,
    reader: Reader,
    left: usize,
}

impl Members {
    fn of(place: Place) -> Self {
        let mut reader = place.reader();
        let left = reader.number().unwrap_or(0) >> 3;
        Self { place, reader, left }
    }

    fn read(&mut self) -> Option<Member> {
        let name = self.reader.text()?;
        let number = self.reader.number()?;
        let (shape, limits) = Shape::within(self.place.table, self.place.chunk, number >> 1);
        Some(Member { name, required: number & 1 == 1, shape, limits })
    }
}

impl Iterator for Members {
    type Item = Member;

    fn next(&mut self) -> Option<Member> {
        self.left = self.left.checked_sub(1)?;
        let member = self.read();
        if member.is_none() {
            self.left = 0;
        }
        member
    }
}
