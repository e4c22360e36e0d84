//! Evaluation errors: JSONata's codes and the messages of the reference implementation.

use std::fmt;
use std::ops::Range;

use super::value::Val;
use super::write;
use crate::fault::Fault;

/// An error of an evaluation.
///
/// ```
/// let expression = workflow_jsonata::Expression::parse("1 + 'a'").unwrap();
/// let error = expression.evaluate(&serde_json::Value::Null).unwrap_err();
/// assert_eq!((error.code, error.to_string().as_str()),
///     ("T2002", "The right side of the \"+\" operator must evaluate to a number"));
/// assert_eq!(error.span, Some(0..7));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Error {
    /// JSONata's code, such as `T2002`, or `U1001` if a limit is exceeded, including the nesting limit.
    pub code: &'static str,
    /// The part of the expression that failed, in bytes.
    pub span: Option<Range<usize>>,
    /// The operator or function that failed, if any.
    pub token: Option<String>,
    /// The offending value as JSON, if any.
    pub value: Option<String>,
    /// Rarely used parts of an error.
    rest: Option<Box<Rest>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Rest {
    value2: Option<String>,
    index: Option<usize>,
    /// The whole message, if the expression or a limit provides one.
    message: Option<String>,
}

/// The code of exceeded limits, which are not part of JSONata.
const LIMIT: &str = "U1001";

/// The most bytes of a value that a message contains.
const LONGEST: usize = 1 << 12;

/// The messages by code. Names in braces stand for parts of the error.
const MESSAGES: &[(&str, &str)] = &[
    ("T0410", "Argument {index} of function {token} does not match function signature"),
    ("T0411", "Context value is not a compatible type with argument {index} of function {token}"),
    ("T0412", "Argument {index} of function {token} must be an array of {type}"),
    ("D1001", "Number out of range: {value}"),
    ("D1002", "Cannot negate a non-numeric value: {value}"),
    ("T1003", "Key in object structure must evaluate to a string; got: {value}"),
    ("D1004", "Regular expression matches zero length string"),
    ("T1005", "Attempted to invoke a non-function. Did you mean ${raw}?"),
    ("T1006", "Attempted to invoke a non-function"),
    ("T1007", "Attempted to partially apply a non-function. Did you mean ${raw}?"),
    ("T1008", "Attempted to partially apply a non-function"),
    ("D1009", "Multiple key definitions evaluate to same key: {value}"),
    ("T1010", "The matcher function argument passed to function {token} does not return the correct object structure"),
    ("T2001", "The left side of the {token} operator must evaluate to a number"),
    ("T2002", "The right side of the {token} operator must evaluate to a number"),
    ("T2003", "The left side of the range operator (..) must evaluate to an integer"),
    ("T2004", "The right side of the range operator (..) must evaluate to an integer"),
    ("T2006", "The right side of the function application operator ~> must be a function"),
    ("T2007", "Type mismatch when comparing values {value} and {value2} in order-by clause"),
    ("T2008", "The expressions within an order-by clause must evaluate to numeric or string values"),
    ("T2009", "The values {value} and {value2} either side of operator {token} must be of the same data type"),
    ("T2010", "The expressions either side of operator {token} must evaluate to numeric or string values"),
    ("T2011", "The insert/update clause of the transform expression must evaluate to an object: {value}"),
    ("T2012", "The delete clause of the transform expression must evaluate to a string or array of strings: {value}"),
    (
        "T2013",
        "The transform expression clones the input object using the $clone() function.  \
         This has been overridden in the current scope by a non-function.",
    ),
    (
        "D2014",
        "The size of the sequence allocated by the range operator (..) must not exceed 1e6.  \
         Attempted to allocate {value}.",
    ),
    ("D3001", "Attempting to invoke string function on Infinity or NaN"),
    ("D3010", "Second argument of replace function cannot be an empty string"),
    ("D3011", "Fourth argument of replace function must evaluate to a positive number"),
    ("D3012", "Attempted to replace a matched string with a non-string value"),
    ("D3020", "Third argument of split function must evaluate to a positive number"),
    ("D3030", "Unable to cast value to a number: {value}"),
    ("D3040", "Third argument of match function must evaluate to a positive number"),
    ("D3050", "The second argument of reduce function must be a function with at least two arguments"),
    ("D3060", "The sqrt function cannot be applied to a negative number: {value}"),
    (
        "D3061",
        "The power function has resulted in a value that cannot be represented as a JSON number: \
         base={value}, exponent={value2}",
    ),
    (
        "D3070",
        "The single argument form of the sort function can only be applied to an array of strings or an array of \
         numbers.  Use the second argument to specify a comparison function",
    ),
    ("D3080", "The picture string must only contain a maximum of two sub-pictures"),
    ("D3081", "The sub-picture must not contain more than one instance of the 'decimal-separator' character"),
    ("D3082", "The sub-picture must not contain more than one instance of the 'percent' character"),
    ("D3083", "The sub-picture must not contain more than one instance of the 'per-mille' character"),
    ("D3084", "The sub-picture must not contain both a 'percent' and a 'per-mille' character"),
    (
        "D3085",
        "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit \
         character' or a member of the 'decimal digit family'",
    ),
    (
        "D3086",
        "The sub-picture must not contain a passive character that is preceded by an active character and that is \
         followed by another active character",
    ),
    (
        "D3087",
        "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a \
         'decimal-separator' character",
    ),
    ("D3088", "The sub-picture must not contain a 'grouping-separator' at the end of the integer part"),
    ("D3089", "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character"),
    (
        "D3090",
        "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is followed \
         by an instance of the 'optional digit character'",
    ),
    (
        "D3091",
        "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' that is \
         followed by a member of the 'decimal digit family'",
    ),
    (
        "D3092",
        "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated as an \
         'exponent-separator'",
    ),
    (
        "D3093",
        "The exponent part of the sub-picture must comprise only of one or more characters that are members of the \
         'decimal digit family'",
    ),
    ("D3100", "The radix of the formatBase function must be between 2 and 36.  It was given {value}"),
    ("D3110", "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given {value}"),
    (
        "D3130",
        "Formatting or parsing an integer as a sequence starting with {value} is not supported by this implementation",
    ),
    ("D3131", "In a decimal digit pattern, all digits must be from the same decimal group"),
    ("D3132", "Unknown component specifier {value} in date/time picture string"),
    (
        "D3133",
        "The 'name' modifier can only be applied to months and days in the date/time picture string, not {value}",
    ),
    ("D3134", "The timezone integer format specifier cannot have more than four digits"),
    ("D3135", "No matching closing bracket ']' in date/time picture string"),
    ("D3136", "The date/time picture string is missing specifiers required to parse the timestamp"),
    ("D3137", "Invalid Base64: {value}"),
    ("D3138", "The $single() function expected exactly 1 matching result.  Instead it matched more."),
    ("D3139", "The $single() function expected exactly 1 matching result.  Instead it matched 0."),
    ("D3140", "Malformed URL passed to ${raw}(): {value}"),
];

/// The codes for which a [`Fault`] provides the value as the text of a number.
const NUMBERS: &[&str] = &["D1001", "D3011", "D3020", "D3040", "D3060", "D3061", "D3100", "D2014"];

impl Error {
    pub(super) fn new(code: &'static str) -> Box<Self> {
        Box::new(Self { code, span: None, token: None, value: None, rest: None })
    }

    /// Creates an error about a value.
    pub(super) fn of(code: &'static str, value: &Val<'_>) -> Box<Self> {
        let mut error = Self::new(code);
        error.value = Some(shown(value));
        error
    }

    /// Creates an error about two values.
    pub(super) fn of_both(code: &'static str, value: &Val<'_>, value2: &Val<'_>) -> Box<Self> {
        let mut error = Self::of(code, value);
        error.rest().value2 = Some(shown(value2));
        error
    }

    /// Creates an error about the argument at an index from 0.
    pub(super) fn argument(code: &'static str, at: usize, value: &Val<'_>) -> Box<Self> {
        let mut error = Self::of(code, value);
        error.rest().index = Some(at + 1);
        error
    }

    fn rest(&mut self) -> &mut Rest {
        self.rest.get_or_insert_default()
    }

    /// Returns the error with the required type of array items.
    pub(super) fn items(mut self: Box<Self>, kind: &str) -> Box<Self> {
        self.rest().value2 = Some(write::quoted(kind));
        self
    }

    /// Creates an error with a message from the expression or from Step Functions.
    pub(super) fn said(code: &'static str, message: impl Into<String>) -> Box<Self> {
        let mut error = Self::new(code);
        error.rest().message = Some(message.into());
        error
    }

    /// Creates an error for an exceeded limit.
    pub(super) fn limit(message: impl Into<String>) -> Box<Self> {
        Self::said(LIMIT, message)
    }

    /// Returns whether a limit was exceeded.
    pub fn is_limit(&self) -> bool {
        self.code == LIMIT
    }

    /// Returns the message without the code.
    pub fn message(&self) -> String {
        let rest = self.rest.as_deref();
        if let Some(message) = rest.and_then(|rest| rest.message.as_ref()) {
            return message.clone();
        }
        let Some((_, template)) = MESSAGES.iter().find(|(code, _)| *code == self.code) else {
            return self.code.to_owned();
        };
        let or_undefined = |text: &Option<String>| text.clone().unwrap_or_else(|| "undefined".to_owned());
        let quoted = self.token.as_deref().map(write::quoted);
        let raw = self.token.clone();
        let mut text = String::new();
        let mut template = *template;
        while let Some((before, after)) = template.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            text.push_str(&match name {
                "token" => or_undefined(&quoted),
                "raw" => or_undefined(&raw),
                "value" => or_undefined(&self.value),
                "value2" | "type" => or_undefined(&rest.and_then(|rest| rest.value2.clone())),
                "index" => or_undefined(&rest.and_then(|rest| rest.index).map(|index| index.to_string())),
                _ => String::new(),
            });
            template = after;
        }
        text + template
    }
}

/// Returns a value as messages print it.
fn shown(value: &Val<'_>) -> String {
    match value {
        Val::Undefined => "undefined".to_owned(),
        Val::Number(number) if !number.is_finite() => "null".to_owned(),
        value => write::short_json(value, LONGEST),
    }
}

impl From<Fault> for Box<Error> {
    fn from(fault: Fault) -> Self {
        let mut error = Error::new(fault.code);
        error.value = fault.value.map(|text| if NUMBERS.contains(&fault.code) { text } else { write::quoted(&text) });
        if fault.code == LIMIT {
            error.rest().message = fault.token;
            return error;
        }
        if fault.code == "D3061" {
            error.rest().value2 = fault.token;
        } else {
            error.token = fault.token;
        }
        if fault.index.is_some() {
            error.rest().index = fault.index;
        }
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for Error {}
