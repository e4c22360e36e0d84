//! The shape of a value: the input or output of an operation.

use crate::table::{Reader, Table};

/// Numbers below this are shapes without a record. Larger ones are offsets into the chunk.
const PRIMITIVES: usize = 16;
/// The number of a string that is an idempotency token. As a shape of its own, the mark needs no byte.
const IDEMPOTENCY_TOKEN: usize = 9;
/// The number of one that AWS's model requires, and that SDKs fill in.
const FILLED_TOKEN: usize = 10;

const STRUCTURE: usize = 0;
const LIST: usize = 1;
const MAP: usize = 2;
const ENUM: usize = 3;
const UNION: usize = 4;
/// The number of the record that puts limits around a shape without any.
const LIMITED: usize = 5;

/// The shape of a value. Members are read from the table on demand, so a shape may contain itself.
///
/// Step Functions is more lenient than the shapes: it takes strings for numbers and booleans, stringifies an object for
/// [`String`](Shape::String), and takes any JSON for [`Blob`](Shape::Blob). In results, a blob is a string.
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
    /// A string with values that AWS lists. AWS adds values without notice, so another value is not an error.
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
    /// A boolean.
    Boolean,
    /// A point in time.
    Timestamp,
    /// Bytes.
    Blob,
    /// Any JSON, or an unknown shape.
    Document,
}

/// A position in a table: a chunk and the offset of a record in it.
#[derive(Clone, Copy)]
struct TablePosition {
    table: Table,
    chunk: usize,
    offset: usize,
}

impl TablePosition {
    fn reader(self) -> Reader {
        // `offset` comes from a number of 32 bits, and the chunk lies in the table.
        Reader::at(self.table, self.chunk.saturating_add(self.offset))
    }
}

/// Compares places by position: a program has only one table.
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

/// The members of an object. Two structures are equal if they are the same record, which ends a walk over a recursive
/// shape.
#[derive(Clone, Copy)]
pub struct Structure(TablePosition);

/// The shape of an array.
#[derive(Clone, Copy)]
pub struct List(TablePosition);

/// The shape of an object whose keys are data.
#[derive(Clone, Copy)]
pub struct Map(TablePosition);

/// The values that AWS lists for a string.
#[derive(Clone, Copy)]
pub struct Enum(TablePosition);

/// The bounds of a number, a length or a count in AWS's model: the characters of a string, the bytes of a blob, the
/// elements of an array, the members of an object. Bounds that Step Functions never exceeds are left out.
#[derive(Clone, Copy)]
pub struct Limits(TablePosition);

compare_places!(Structure, List, Map, Enum, Limits);

/// A member of a [`Structure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name in Step Functions' spelling. Case matters.
    pub name: &'static str,
    /// Whether AWS rejects the object without it. An idempotency token that an SDK fills in is not required.
    pub required: bool,
    /// The shape of its value.
    pub shape: Shape,
    /// The limits of its value, if AWS's model has any.
    pub limits: Option<Limits>,
    /// Whether AWS knows a repeated request by it, and executes the request only once.
    pub idempotency_token: bool,
    /// Whether it is an idempotency token that AWS's model requires, and that an SDK fills in.
    pub filled_token: bool,
}

/// What a number stands for.
#[derive(Clone, Copy)]
struct Decoded {
    shape: Shape,
    limits: Option<Limits>,
    idempotency_token: bool,
    filled_token: bool,
}

impl Shape {
    /// Returns the shape for a number in chunk `chunk`.
    pub(crate) fn of(table: Table, chunk: usize, number: usize) -> Self {
        Decoded::of(table, chunk, number).shape
    }

    /// Returns a shape without a record.
    fn primitive(number: usize) -> Option<Self> {
        Some(match number {
            0 | IDEMPOTENCY_TOKEN | FILLED_TOKEN => Self::String,
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

    /// Returns the members of a structure or a union.
    pub fn structure(self) -> Option<Structure> {
        match self {
            Self::Structure(structure) | Self::Union(structure) => Some(structure),
            _ => None,
        }
    }

    /// Returns the member of that name of a structure or a union.
    pub fn member(self, name: &str) -> Option<Member> {
        self.structure()?.member(name)
    }

    /// Returns the kind of value in JSON's terms: `an object`, `a string`, …; `any value` for a blob or a document.
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

impl Decoded {
    fn of(table: Table, chunk: usize, number: usize) -> Self {
        Self::read(table, chunk, number).unwrap_or(Self::unlimited(Shape::Document))
    }

    fn unlimited(shape: Shape) -> Self {
        Self { shape, limits: None, idempotency_token: false, filled_token: false }
    }

    fn primitive(number: usize) -> Option<Self> {
        let filled_token = number == FILLED_TOKEN;
        let idempotency_token = filled_token || number == IDEMPOTENCY_TOKEN;
        Some(Self { idempotency_token, filled_token, ..Self::unlimited(Shape::primitive(number)?) })
    }

    fn read(table: Table, chunk: usize, number: usize) -> Option<Self> {
        let Some(offset) = number.checked_sub(PRIMITIVES) else { return Self::primitive(number) };
        let mut place = TablePosition { table, chunk, offset };
        let mut reader = place.reader();
        let mut kind = reader.number()? & 7;
        let mut limits = None;
        if kind == LIMITED {
            limits = Some(Limits(place));
            let inner = reader.number()?;
            let Some(offset) = inner.checked_sub(PRIMITIVES) else {
                return Some(Self { limits, ..Self::primitive(inner)? });
            };
            place.offset = offset;
            kind = place.reader().number()? & 7;
        }
        let shape = match kind {
            STRUCTURE => Shape::Structure(Structure(place)),
            LIST => Shape::List(List(place)),
            MAP => Shape::Map(Map(place)),
            ENUM => Shape::Enum(Enum(place)),
            UNION => Shape::Union(Structure(place)),
            _ => return None,
        };
        Some(Self { limits, ..Self::unlimited(shape) })
    }
}

impl Structure {
    /// Returns the members, in the order of AWS's model.
    pub fn members(self) -> impl Iterator<Item = Member> + Clone {
        Members::of(self.0)
    }

    /// Returns the member of that name. Case matters.
    pub fn member(self, name: &str) -> Option<Member> {
        self.members().find(|member| member.name == name)
    }

    /// Returns the member that is the request's idempotency token. No request has two.
    ///
    /// ```
    /// use workflow_services::TaskResource;
    ///
    /// let task = TaskResource::parse("arn:aws:states:::ecs:runTask.sync").unwrap();
    /// let token = task.input().structure().unwrap().idempotency_token();
    /// assert_eq!(token.map(|member| member.name), Some("ClientToken"));
    /// ```
    pub fn idempotency_token(self) -> Option<Member> {
        self.members().find(|member| member.idempotency_token)
    }
}

impl Limits {
    /// Returns the lower bound.
    pub fn least(self) -> Option<f64> {
        self.text()?.0.parse().ok()
    }

    /// Returns the upper bound.
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
    /// Returns the shape of an element.
    pub fn element(self) -> Shape {
        self.0.inner(0).shape
    }

    /// Returns the limits of an element.
    pub fn element_limits(self) -> Option<Limits> {
        self.0.inner(0).limits
    }
}

impl Map {
    /// Returns the shape of a key: [`Shape::String`] or [`Shape::Enum`].
    pub fn key(self) -> Shape {
        self.0.inner(0).shape
    }

    /// Returns the shape of a value.
    pub fn value(self) -> Shape {
        self.0.inner(1).shape
    }

    /// Returns the limits of a value.
    pub fn value_limits(self) -> Option<Limits> {
        self.0.inner(1).limits
    }
}

impl Enum {
    /// Returns the values, sorted alphabetically.
    pub fn values(self) -> impl Iterator<Item = &'static str> + Clone {
        let mut reader = self.0.reader();
        let left = reader.number().unwrap_or(0) >> 3;
        (0..left).map_while(move |_| reader.text())
    }
}

impl TablePosition {
    /// Returns the shape and its limits after the head of a list or map, skipping `skip` numbers.
    fn inner(self, skip: usize) -> Decoded {
        let mut reader = self.reader();
        let mut number = None;
        for _ in 0..skip + 2 {
            number = reader.number();
        }
        number.map_or(Decoded::unlimited(Shape::Document), |number| Decoded::of(self.table, self.chunk, number))
    }
}

#[derive(Clone)]
struct Members {
    place: TablePosition,
    reader: Reader,
    left: usize,
}

impl Members {
    fn of(place: TablePosition) -> Self {
        let mut reader = place.reader();
        let left = reader.number().unwrap_or(0) >> 3;
        Self { place, reader, left }
    }

    fn read(&mut self) -> Option<Member> {
        let name = self.reader.text()?;
        let number = self.reader.number()?;
        let required = number & 1 == 1;
        let Decoded { shape, limits, idempotency_token, filled_token } =
            Decoded::of(self.place.table, self.place.chunk, number >> 1);
        Some(Member { name, required, shape, limits, idempotency_token, filled_token })
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
