//! The implementations of the built-in functions. `functions.rs` has the table of names and signatures.

mod arrays;
mod higher_order;
mod matching;
mod numbers;
mod objects;
mod step_functions;
mod strings;

use super::error::Error;
use super::machine::{Machine, Res};
use super::value::Val;
use crate::functions::Id;

/// The arguments of a built-in function, converted by its signature.
pub(crate) struct Arguments<'g, 'a>(pub(crate) &'g [Val<'a>]);

impl<'g, 'a> Arguments<'g, 'a> {
    /// Returns the argument at an index, or `undefined` if it is missing.
    pub(crate) fn at(&self, at: usize) -> &'g Val<'a> {
        self.0.get(at).unwrap_or(&Val::Undefined)
    }

    pub(crate) fn text(&self, at: usize) -> Option<&'g str> {
        self.at(at).text()
    }

    pub(crate) fn number(&self, at: usize) -> Option<f64> {
        self.at(at).number()
    }
}

impl<'a> Machine<'a> {
    /// Runs a built-in function.
    #[inline(never)]
    pub(crate) fn native(&mut self, id: Id, arguments: &[Val<'a>]) -> Res<Val<'a>> {
        let given = Arguments(arguments);
        match id {
            Id::String
            | Id::Substring
            | Id::SubstringBefore
            | Id::SubstringAfter
            | Id::Lowercase
            | Id::Uppercase
            | Id::Length
            | Id::Trim
            | Id::Pad
            | Id::Join
            | Id::Base64encode
            | Id::Base64decode
            | Id::EncodeUrlComponent
            | Id::EncodeUrl
            | Id::DecodeUrlComponent
            | Id::DecodeUrl => self.string_function(id, &given),
            Id::Match | Id::Contains | Id::Replace | Id::Split => self.matching_function(id, &given),
            Id::FormatNumber
            | Id::FormatBase
            | Id::FormatInteger
            | Id::ParseInteger
            | Id::Number
            | Id::Floor
            | Id::Ceil
            | Id::Round
            | Id::Abs
            | Id::Sqrt
            | Id::Power
            | Id::ToMillis
            | Id::FromMillis
            | Id::Now
            | Id::Millis => self.number_function(id, &given),
            Id::Sum
            | Id::Count
            | Id::Max
            | Id::Min
            | Id::Average
            | Id::Append
            | Id::Reverse
            | Id::Shuffle
            | Id::Distinct
            | Id::Zip => self.array_function(id, &given),
            Id::Map | Id::Filter | Id::Single | Id::Reduce | Id::Sift | Id::Each | Id::Sort => {
                self.higher_order_function(id, &given)
            }
            Id::Keys
            | Id::Lookup
            | Id::Spread
            | Id::Merge
            | Id::Clone
            | Id::Boolean
            | Id::Not
            | Id::Exists
            | Id::Type
            | Id::Error
            | Id::Assert => self.object_function(id, &given),
            Id::Partition | Id::Range | Id::Hash | Id::Uuid | Id::Parse | Id::Random => {
                self.service_function(id, &given)
            }
            Id::Eval => Err(Error::new("T1006")),
        }
    }
}
