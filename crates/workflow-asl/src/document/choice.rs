//! The rules of a choice state and their comparison operators.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>

use serde_json::{Map, Value};

use super::node::{FieldIndex, Node, object, read_object, unknown_field};
use super::{Form, Group};
use crate::pattern::Pattern;
use crate::{Diagnostic, Pointer, timestamp};

/// The operand type of a comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// Text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// An RFC 3339 timestamp.
    Timestamp,
    /// A path to the value to compare with.
    Path,
}

/// How the two sides of a comparison relate when it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// They are equal.
    Equal,
    /// The value is less than the operand.
    Less,
    /// The value is at most the operand.
    LessOrEqual,
    /// The value is greater than the operand.
    Greater,
    /// The value is at least the operand.
    GreaterOrEqual,
}

impl Relation {
    /// Returns the operator in Rust and in `workflow!`.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Returns whether two values of this type have the relation; not if one has another type.
    pub fn holds(self, compared: Operand, one: &Value, other: &Value) -> bool {
        let order = match compared {
            // As Java compares: by UTF-16 code units.
            Operand::Text => one.as_str().zip(other.as_str()).map(|(a, b)| a.encode_utf16().cmp(b.encode_utf16())),
            Operand::Number => match (one.as_i64(), other.as_i64()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => one.as_f64().zip(other.as_f64()).and_then(|(a, b)| a.partial_cmp(&b)),
            },
            Operand::Flag => one.as_bool().zip(other.as_bool()).map(|(a, b)| a.cmp(&b)),
            Operand::Timestamp => {
                let time = |value: &Value| value.as_str().and_then(timestamp::parse);
                time(one).zip(time(other)).map(|(a, b)| a.cmp(&b))
            }
            // The value of a path has one of the types above.
            Operand::Path => None,
        };
        order.is_some_and(|order| match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::Greater => order.is_gt(),
            Self::LessOrEqual => order.is_le(),
            Self::GreaterOrEqual => order.is_ge(),
        })
    }

    /// Returns the relation of the exchanged sides.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }

    /// Returns the relation that differs only for equal sides; `None` for equality.
    #[must_use]
    pub fn with_or_without_equal(self) -> Option<Self> {
        match self {
            Self::Equal => None,
            Self::Less => Some(Self::LessOrEqual),
            Self::LessOrEqual => Some(Self::Less),
            Self::Greater => Some(Self::GreaterOrEqual),
            Self::GreaterOrEqual => Some(Self::Greater),
        }
    }
}

macro_rules! operators {
    ($( $name:ident $operand:ident $( $relation:ident / $by_path:ident )?; )*) => {
        /// A comparison operator of a rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operator {
            $(
                #[doc = concat!("`", stringify!($name), "`")] $name,
                $( #[doc = concat!("`", stringify!($by_path), "`")] $by_path, )?
            )*
        }

        impl Operator {
            /// All operators.
            pub const ALL: &'static [Self] = &[ $( Self::$name, $( Self::$by_path, )? )* ];

            /// Returns the name in the document.
            pub fn name(self) -> &'static str {
                match self { $( Self::$name => stringify!($name), $( Self::$by_path => stringify!($by_path), )? )* }
            }

            /// Returns its operand type.
            pub fn operand(self) -> Operand {
                match self { $( Self::$name => Operand::$operand, $( Self::$by_path => Operand::Path, )? )* }
            }

            /// Returns the type of both sides and how they compare; `None` for patterns and tests of a type.
            ///
            /// ```
            /// use workflow_asl::document::{Operand, Operator, Relation};
            ///
            /// let less = Operator::NumericLessThanPath.order();
            /// assert_eq!(less, Some((Operand::Number, Relation::Less)));
            /// assert_eq!(Operator::IsNull.order(), None);
            /// ```
            pub fn order(self) -> Option<(Operand, Relation)> {
                match self {
                    $( $( Self::$name | Self::$by_path => Some((Operand::$operand, Relation::$relation)), )? )*
                    _ => None,
                }
            }

            /// Returns the operator that compares values of this type, with a value or, if `by_path`, with data.
            pub fn of(compared: Operand, relation: Relation, by_path: bool) -> Option<Self> {
                let is = |operator: &&Self| (operator.operand() == Operand::Path) == by_path;
                Self::ALL.iter().filter(is).copied().find(|operator| operator.order() == Some((compared, relation)))
            }

            /// Returns the operator with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|operator| operator.name() == name)
            }
        }
    };
}

operators! {
    StringEquals Text Equal / StringEqualsPath;
    StringLessThan Text Less / StringLessThanPath;
    StringGreaterThan Text Greater / StringGreaterThanPath;
    StringLessThanEquals Text LessOrEqual / StringLessThanEqualsPath;
    StringGreaterThanEquals Text GreaterOrEqual / StringGreaterThanEqualsPath;
    StringMatches Text;
    NumericEquals Number Equal / NumericEqualsPath;
    NumericLessThan Number Less / NumericLessThanPath;
    NumericGreaterThan Number Greater / NumericGreaterThanPath;
    NumericLessThanEquals Number LessOrEqual / NumericLessThanEqualsPath;
    NumericGreaterThanEquals Number GreaterOrEqual / NumericGreaterThanEqualsPath;
    BooleanEquals Flag Equal / BooleanEqualsPath;
    TimestampEquals Timestamp Equal / TimestampEqualsPath;
    TimestampLessThan Timestamp Less / TimestampLessThanPath;
    TimestampGreaterThan Timestamp Greater / TimestampGreaterThanPath;
    TimestampLessThanEquals Timestamp LessOrEqual / TimestampLessThanEqualsPath;
    TimestampGreaterThanEquals Timestamp GreaterOrEqual / TimestampGreaterThanEqualsPath;
    IsNull Flag;
    IsPresent Flag;
    IsNumeric Flag;
    IsString Flag;
    IsBoolean Flag;
    IsTimestamp Flag;
}

impl Operator {
    /// Returns whether a value has the type that the operator tests: `IsNull` and its like.
    pub fn is_type_of(self, value: &Value) -> bool {
        match self {
            Self::IsNull => value.is_null(),
            Self::IsNumeric => value.is_number(),
            Self::IsString => value.is_string(),
            Self::IsBoolean => value.is_boolean(),
            Self::IsTimestamp => value.as_str().and_then(timestamp::parse).is_some(),
            _ => false,
        }
    }

    /// Returns whether a comparison of a present value is true, with the value of the operand's path if it is one.
    pub fn holds(self, value: &Value, operand: &Value) -> bool {
        match (self.order(), self) {
            (Some((compared, relation)), _) => relation.holds(compared, value, operand),
            (None, Self::StringMatches) => {
                value.as_str().zip(operand.as_str()).is_some_and(|(text, pattern)| Pattern::new(pattern).matches(text))
            }
            (None, Self::IsPresent) => *operand == true,
            (None, test) => test.is_type_of(value) == (*operand == true),
        }
    }
}

/// An operator with its operand.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The operator.
    pub operator: Operator,
    /// Its operand, as in the document.
    pub operand: Value,
}

object! {
    /// A rule of a choice state, or a part of one.
    ChoiceRule {
        "Comment" comment: String, Form::Text, "A comment for the reader.";
        "Condition" condition: Value, Form::Condition, only Jsonata, instead "Variable` and a comparison", "The condition.";
        "And" and: Vec<ChoiceRule>, Form::Nested("list of `ChoiceRule`"), only JsonPath, instead "Condition", "True when all of these are.";
        "Or" or: Vec<ChoiceRule>, Form::Nested("list of `ChoiceRule`"), only JsonPath, instead "Condition", "True when one of these is.";
        "Not" not: Box<ChoiceRule>, Form::Nested("`ChoiceRule`"), only JsonPath, instead "Condition", "True when this is not.";
        "Variable" variable: String, Form::Path, only JsonPath, instead "Condition", "The path to the value to compare.";
        "Next" next: String, Form::StateName, is required_outermost, "The next state if the rule is true.";
        "Assign" assign: Value, Form::Template, is outermost, "The variables to assign when the rule is true.";
        "Output" output: Value, Form::Computed, only Jsonata, is outermost, "The state's output when the rule is true.";
    }
    groups {
        Group::exactly_one(&["And", "Or", "Not", "Variable", "Condition"]);
    }
    with {
        /// The comparisons with `Variable`; a valid rule that has a `Variable` has exactly one.
        pub comparisons: Vec<Comparison>,
        /// The position of the first comparison among the fields when it was read.
        comparison_place: FieldIndex,
    }
}

impl Node for ChoiceRule {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let object = read_object(value, at, found)?;
        let mut rule = Self::default();
        for (place, (key, value)) in object.iter().enumerate() {
            if let Some(operator) = Operator::from_name(key) {
                rule.comparison_place.0.get_or_insert(place);
                rule.comparisons.push(Comparison { operator, operand: value.clone() });
            } else if rule.read_field(key, value, at, found).is_none() {
                let fields = Self::FIELDS.iter().map(|field| field.name);
                let operators = Operator::ALL.iter().map(|operator| operator.name());
                unknown_field(key, fields.chain(operators), at, found);
            }
        }
        Some(rule)
    }

    fn unread(value: &Value) -> Option<Self> {
        Some(Self::standing_for(value))
    }

    fn write(&self) -> Value {
        if let Some(whole) = &self.source.whole {
            return whole.clone();
        }
        let mut fields = Map::new();
        self.write_fields(&mut fields);
        // A comparison created by code comes after its variable.
        let after_variable = fields.keys().position(|key| key == "Variable").map_or(0, |place| place + 1);
        let first = self.comparison_place.0.unwrap_or(after_variable).min(fields.len());
        for (place, comparison) in (first..).zip(&self.comparisons) {
            fields.shift_insert(place, comparison.operator.name().to_owned(), comparison.operand.clone());
        }
        Value::Object(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::{Operand, Operator};

    #[test]
    fn operators_are_found_by_what_they_compare() {
        for operator in Operator::ALL {
            let by_path = operator.operand() == Operand::Path;
            assert_eq!(operator.name().ends_with("Path"), by_path, "{operator:?}");
            if let Some((compared, relation)) = operator.order() {
                assert_eq!(Operator::of(compared, relation, by_path), Some(*operator));
            }
        }
    }
}
