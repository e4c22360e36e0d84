//! The table of the intrinsic functions: names, arguments and results.

use std::fmt;

use crate::json_kind::JsonKind;

/// The type of an argument or a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArgumentKind {
    /// Any JSON value.
    Any,
    /// A string.
    String,
    /// A number, of which the service cuts the fraction; `States.MathAdd` rounds it.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// An array.
    Array,
    /// An object.
    Object,
    /// An argument of `States.Format`: a string, a number, a boolean or null. (The service also accepts objects and
    /// arrays, and prints them like Java.)
    Scalar,
}

impl ArgumentKind {
    /// Returns the kind of all such values, if they have one.
    pub fn json_kind(self) -> Option<JsonKind> {
        match self {
            Self::String => Some(JsonKind::Text),
            Self::Integer => Some(JsonKind::Number),
            Self::Boolean => Some(JsonKind::Bool),
            Self::Array => Some(JsonKind::Array),
            Self::Object => Some(JsonKind::Object),
            Self::Any | Self::Scalar => None,
        }
    }
}

impl fmt::Display for ArgumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.json_kind() {
            Some(kind) => kind.noun(),
            None if *self == Self::Any => "any value",
            None => "a string, a number, a boolean or null",
        })
    }
}

/// A function of the `States` namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the table below says what each does, for messages and documentation alike")]
#[non_exhaustive]
pub enum Function {
    Format,
    StringToJson,
    JsonToString,
    Array,
    ArrayPartition,
    ArrayContains,
    ArrayRange,
    ArrayGetItem,
    ArrayLength,
    ArrayUnique,
    Base64Encode,
    Base64Decode,
    Hash,
    JsonMerge,
    MathRandom,
    MathAdd,
    StringSplit,
    Uuid,
}

struct Row {
    function: Function,
    name: &'static str,
    /// The required arguments.
    required: &'static [ArgumentKind],
    /// The optional arguments.
    optional: &'static [ArgumentKind],
    /// The type of any number of further arguments.
    rest: Option<ArgumentKind>,
    result: ArgumentKind,
    doc: &'static str,
    /// The equivalent in JSONata.
    in_jsonata: &'static str,
}

macro_rules! table {
    ($($function:ident $name:literal ($($required:ident),* $(; $($optional:ident),*)? $(.. $rest:ident)?) -> $result:ident $doc:literal $in_jsonata:literal)*) => {
        const TABLE: &[Row] = &[$(Row {
            function: Function::$function,
            name: concat!("States.", $name),
            required: &[$(ArgumentKind::$required),*],
            optional: &[$($(ArgumentKind::$optional),*)?],
            rest: [$(Some(ArgumentKind::$rest),)? None][0],
            result: ArgumentKind::$result,
            doc: $doc,
            in_jsonata: $in_jsonata,
        }),*];

        impl Function {
            fn row(self) -> &'static Row {
                match self {
                    $(Self::$function => {
                        const ROW: &Row = &TABLE[Function::$function as usize];
                        ROW
                    })*
                }
            }

            /// All functions, in the order of the service's documentation.
            pub const ALL: &[Self] = &[$(Self::$function),*];
        }
    };
}

// In the order of the enum.
table! {
    Format "Format" (String .. Scalar) -> String "the template with each `{}` replaced by the next argument" "`&`, which joins strings: `{% 'Hello ' & $name %}`"
    StringToJson "StringToJson" (String) -> Any "the value of a JSON text" "`$parse(…)`"
    JsonToString "JsonToString" (Any) -> String "the value as a JSON text" "`$string(…)`"
    Array "Array" (.. Any) -> Array "an array of the arguments" "`[a, b]`"
    ArrayPartition "ArrayPartition" (Array, Integer) -> Array "the array in chunks of at most the given size" "`$partition(…)`"
    ArrayContains "ArrayContains" (Array, Any) -> Boolean "whether the array has the value" "`x in list`"
    ArrayRange "ArrayRange" (Integer, Integer, Integer) -> Array "the numbers from first to last by a step, at most 1000" "`$range(…)`"
    ArrayGetItem "ArrayGetItem" (Array, Integer) -> Any "the item at an index from zero" "`list[0]`"
    ArrayLength "ArrayLength" (Array) -> Integer "how many items the array has" "`$count(…)`"
    ArrayUnique "ArrayUnique" (Array) -> Array "the array without repeated items" "`$distinct(…)`"
    Base64Encode "Base64Encode" (String) -> String "the text in Base64, of at most 10,000 characters" "`$base64encode(…)`"
    Base64Decode "Base64Decode" (String) -> String "the text that Base64 encodes, of at most 10,000 characters" "`$base64decode(…)`"
    Hash "Hash" (Any, String) -> String "the hash in hex by MD5, SHA-1, SHA-256, SHA-384 or SHA-512" "`$hash(…)`"
    JsonMerge "JsonMerge" (Object, Object, Boolean) -> Object "the members of both objects, the second winning; the third argument must be false" "`$merge([a, b])`"
    MathRandom "MathRandom" (Integer, Integer; Integer) -> Integer "a random number from the first up to but without the second; a third is the seed" "`$random()`"
    MathAdd "MathAdd" (Integer, Integer) -> Integer "the sum" "`+`"
    StringSplit "StringSplit" (String, String) -> Array "the pieces between any of the given characters" "`$split(…)`"
    Uuid "UUID" () -> String "a random UUID of version 4" "`$uuid()`"
}

impl Function {
    /// Returns the function with a full name such as `States.Format`.
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.function)
    }

    /// Returns the full name, `States.Format`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns its description in one line.
    pub fn doc(self) -> &'static str {
        self.row().doc
    }

    /// Returns the minimum and, if there is one, the maximum number of arguments.
    pub fn arity(self) -> (usize, Option<usize>) {
        let Row { required, optional, rest, .. } = self.row();
        (required.len(), rest.is_none().then_some(required.len() + optional.len()))
    }

    /// Returns the type of the argument at an index; `None` if there is none.
    pub fn argument(self, index: usize) -> Option<ArgumentKind> {
        let Row { required, optional, rest, .. } = self.row();
        required.iter().chain(*optional).nth(index).copied().or(*rest)
    }

    /// Returns the type of the result.
    pub fn result(self) -> ArgumentKind {
        self.row().result
    }

    /// Returns the equivalent in JSONata.
    pub fn in_jsonata(self) -> &'static str {
        self.row().in_jsonata
    }

    /// Returns whether `ErrorPath` and `CausePath` of a Fail state accept it: functions that return text, and
    /// `States.ArrayGetItem`.
    pub fn allowed_in_fail_paths(self) -> bool {
        self.result() == ArgumentKind::String || self == Self::ArrayGetItem
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{Function, TABLE};

    #[test]
    fn each_function_finds_its_row() {
        assert_eq!(TABLE.len(), 18);
        for function in Function::ALL {
            assert_eq!(Function::from_name(function.name()), Some(*function));
        }
        assert_eq!(Function::Uuid.name(), "States.UUID");
        assert_eq!(Function::MathRandom.arity(), (2, Some(3)));
        assert_eq!(Function::Format.arity(), (1, None));
        assert_eq!(Function::Array.arity(), (0, None));
    }
}
