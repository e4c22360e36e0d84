//! The functions of JSONata as Step Functions has them: one table, which checks, completion and evaluation read.

/// Where a function comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// JSONata 2.0: <https://docs.jsonata.org/string-functions> and its neighbours.
    Jsonata,
    /// JSONata 2.0, but Step Functions gives it another signature.
    Changed,
    /// Step Functions alone: <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.
    Added,
    /// JSONata 2.0, but Step Functions has it not.
    Removed,
}

/// What a function gives, as far as sequences go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gives {
    /// One value.
    Value,
    /// A sequence: a single item stands for itself, and no item for nothing.
    Sequence,
    /// An array, however many items it has, or what it was given.
    Array,
}

/// A function.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Function {
    /// Its name without `$`.
    pub name: &'static str,
    /// Its signature as JSONata writes it: a letter for each argument (`s` string, `n` number, `b` boolean, `a` array,
    /// `o` object, `f` function, `j` any but a function, `x` any, `(…)` one of them), `-` after the one that the
    /// context value may stand for, `?` after optional ones, `+` after one that repeats; after `:`, what it gives.
    /// <https://docs.jsonata.org/programming#function-signatures>
    pub signature: &'static str,
    /// How many arguments a function such as `$map` hands to it.
    pub arity: usize,
    /// Where it comes from.
    pub origin: Origin,
    /// What it gives, as far as sequences go.
    pub gives: Gives,
    /// Whether it gives another value each time: by chance, or by the clock.
    pub changing: bool,
    /// Whether its answer for nothing is of use, so that it asks if there is a value.
    pub asking: bool,
    /// What it gives, in words.
    pub summary: &'static str,
    /// What the evaluator runs.
    #[cfg_attr(not(feature = "evaluate"), expect(dead_code, reason = "only the evaluator reads it"))]
    pub(crate) id: Id,
}

macro_rules! functions {
    ($($id:ident = $name:literal, $signature:literal, $arity:literal, $origin:ident, $gives:ident,
       $([$($mark:ident),*],)? $summary:literal;)*) => {
        /// One for each function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Id { $($id),* }

        /// All functions, those of JSONata first, in the order of its documentation.
        pub const FUNCTIONS: &[Function] = &[$({
            #[allow(unused_mut, reason = "most have no mark")]
            let mut function = Function {
                name: $name, signature: $signature, arity: $arity, origin: Origin::$origin, gives: Gives::$gives,
                changing: false, asking: false, summary: $summary, id: Id::$id,
            };
            $($(function.$mark = true;)*)?
            function
        }),*];
    };
}

functions! {
    Sum = "sum", "<a<n>:n>", 1, Jsonata, Value, "the sum of an array's numbers";
    Count = "count", "<a:n>", 1, Jsonata, Value, [asking], "how many items an array has";
    Max = "max", "<a<n>:n>", 1, Jsonata, Value, "the greatest of an array's numbers";
    Min = "min", "<a<n>:n>", 1, Jsonata, Value, "the least of an array's numbers";
    Average = "average", "<a<n>:n>", 1, Jsonata, Value, "the mean of an array's numbers";
    String = "string", "<x-b?:s>", 1, Jsonata, Value, "the value as a string: JSON, but for a string itself";
    Substring = "substring", "<s-nn?:s>", 3, Jsonata, Value, "the characters from a position on, so many of them";
    SubstringBefore = "substringBefore", "<s-s:s>", 2, Jsonata, Value, "what stands before the first occurrence of a string";
    SubstringAfter = "substringAfter", "<s-s:s>", 2, Jsonata, Value, "what stands after the first occurrence of a string";
    Lowercase = "lowercase", "<s-:s>", 1, Jsonata, Value, "the string in lower case";
    Uppercase = "uppercase", "<s-:s>", 1, Jsonata, Value, "the string in upper case";
    Length = "length", "<s-:n>", 1, Jsonata, Value, "how many characters a string has";
    Trim = "trim", "<s-:s>", 1, Jsonata, Value, "the string without blanks around it, and with single spaces in it";
    Pad = "pad", "<s-ns?:s>", 3, Jsonata, Value, "the string made longer, to the right or, where the width is negative, to the left";
    Match = "match", "<s-f<s:o>n?:a<o>>", 3, Jsonata, Sequence, "the matches of a regular expression, each with its text, its index and its groups";
    Contains = "contains", "<s-(sf):b>", 2, Jsonata, Value, "whether a string or a match of a regular expression occurs";
    Replace = "replace", "<s-(sf)(sf)n?:s>", 4, Jsonata, Value, "the string with occurrences replaced";
    Split = "split", "<s-(sf)n?:a<s>>", 3, Jsonata, Array, "the parts of a string between separators";
    Join = "join", "<a<s>s?:s>", 2, Jsonata, Value, "an array's strings as one, with a separator between them";
    FormatNumber = "formatNumber", "<n-so?:s>", 3, Jsonata, Value, "the number written by an XPath picture";
    FormatBase = "formatBase", "<n-n?:s>", 2, Jsonata, Value, "the integer written in a base from 2 to 36";
    FormatInteger = "formatInteger", "<n-s:s>", 2, Jsonata, Value, "the integer written by an XPath picture";
    ParseInteger = "parseInteger", "<s-s:n>", 2, Jsonata, Value, "the integer that an XPath picture reads";
    Number = "number", "<(nsb)-:n>", 1, Jsonata, Value, "the value as a number";
    Floor = "floor", "<n-:n>", 1, Jsonata, Value, "the number rounded down";
    Ceil = "ceil", "<n-:n>", 1, Jsonata, Value, "the number rounded up";
    Round = "round", "<n-n?:n>", 2, Jsonata, Value, "the number rounded to so many decimals, halves to the even neighbour";
    Abs = "abs", "<n-:n>", 1, Jsonata, Value, "the number without its sign";
    Sqrt = "sqrt", "<n-:n>", 1, Jsonata, Value, "the square root";
    Power = "power", "<n-n:n>", 2, Jsonata, Value, "the number raised to a power";
    Random = "random", "<n?:n>", 0, Changed, Value, [changing], "a number from 0 up to 1; the same integer seed gives the same number";
    Boolean = "boolean", "<x-:b>", 1, Jsonata, Value, [asking], "whether the value counts as true";
    Not = "not", "<x-:b>", 1, Jsonata, Value, [asking], "whether the value counts as false";
    Map = "map", "<af>", 2, Jsonata, Sequence, "what a function gives to each item";
    Zip = "zip", "<a+>", 0, Jsonata, Array, "the first items as an array, the second ones, and so on";
    Filter = "filter", "<af>", 2, Jsonata, Sequence, "the items for which a function says true";
    Single = "single", "<af?>", 2, Jsonata, Value, "the one item for which a function says true";
    Reduce = "reduce", "<afj?:j>", 3, Jsonata, Value, "the items made one value by a function of two";
    Sift = "sift", "<o-f?:o>", 2, Jsonata, Value, "the members for which a function says true";
    Keys = "keys", "<x-:a<s>>", 1, Jsonata, Sequence, "the names of an object's members";
    Lookup = "lookup", "<x-s:x>", 2, Jsonata, Sequence, "the value of a member";
    Append = "append", "<xx:a>", 2, Jsonata, Array, "both arrays as one";
    Exists = "exists", "<x:b>", 1, Jsonata, Value, [asking], "whether there is a value";
    Spread = "spread", "<x-:a<o>>", 1, Jsonata, Sequence, "an object for each member";
    Merge = "merge", "<a<o>:o>", 1, Jsonata, Value, "the objects' members in one";
    Reverse = "reverse", "<a:a>", 1, Jsonata, Array, "the items from the last to the first";
    Each = "each", "<o-f:a>", 2, Jsonata, Sequence, "what a function gives to each member";
    Error = "error", "<s?:x>", 1, Jsonata, Value, "fails with a message";
    Assert = "assert", "<bs?:x>", 2, Jsonata, Value, "fails with a message unless the condition is true";
    Type = "type", "<x:s>", 1, Jsonata, Value, [asking], "the name of the value's type";
    Sort = "sort", "<af?:a>", 2, Jsonata, Array, "the items in order";
    Shuffle = "shuffle", "<a:a>", 1, Jsonata, Array, [changing], "the items in an order of chance";
    Distinct = "distinct", "<x:x>", 1, Jsonata, Array, "the items without repetitions";
    Base64encode = "base64encode", "<s-:s>", 1, Jsonata, Value, "the string's bytes in Base64";
    Base64decode = "base64decode", "<s-:s>", 1, Jsonata, Value, "the string of which a Base64 text is made";
    EncodeUrlComponent = "encodeUrlComponent", "<s-:s>", 1, Jsonata, Value, "the string as a part of a URL";
    EncodeUrl = "encodeUrl", "<s-:s>", 1, Jsonata, Value, "the string as a URL";
    DecodeUrlComponent = "decodeUrlComponent", "<s-:s>", 1, Jsonata, Value, "the string that a part of a URL stands for";
    DecodeUrl = "decodeUrl", "<s-:s>", 1, Jsonata, Value, "the string that a URL stands for";
    Eval = "eval", "<sx?:x>", 2, Removed, Value, "the value of an expression in a string";
    ToMillis = "toMillis", "<s-s?:n>", 2, Jsonata, Value, "the milliseconds since 1970 of a timestamp";
    FromMillis = "fromMillis", "<n-s?s?:s>", 3, Jsonata, Value, "the timestamp of milliseconds since 1970";
    Clone = "clone", "<(oa)-:o>", 1, Jsonata, Value, "a copy";
    Now = "now", "<s?s?:s>", 2, Jsonata, Value, [changing], "the present time as a timestamp";
    Millis = "millis", "<:n>", 0, Jsonata, Value, [changing], "the present time in milliseconds since 1970";
    Partition = "partition", "<an>", 2, Added, Array, "the items in arrays of a size";
    Range = "range", "<nnn>", 3, Added, Sequence, "the integers from the first towards the last by a step";
    Hash = "hash", "<ss>", 2, Added, Value, "the hash of a string, in hexadecimal digits";
    Uuid = "uuid", "<:s>", 0, Added, Value, [changing], "a random UUID";
    Parse = "parse", "<s>", 1, Added, Value, "the value of a JSON text";
}

/// The function of this name, which stands without its `$`; `$eval`, which Step Functions has not, is among them.
pub fn function(name: &str) -> Option<&'static Function> {
    // All begin with a small letter; most names of states do not.
    name.as_bytes().first().filter(|first| first.is_ascii_lowercase())?;
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Whether Step Functions has a function of this name, which stands without its `$`.
pub fn is_function(name: &str) -> bool {
    function(name).is_some_and(|function| function.origin != Origin::Removed)
}

/// The names of the functions that an expression may call, without their `$`: those of JSONata 2.0 without `$eval`,
/// and the service's own.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().filter(|function| function.origin != Origin::Removed).map(|function| function.name)
}

/// The names of the functions that give another value each time, without their `$`: of chance, and of time.
///
/// <https://docs.jsonata.org/numeric-functions#random>, <https://docs.jsonata.org/date-time-functions>,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>
pub fn changing() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().filter(|function| function.changing).map(|function| function.name)
}

/// The algorithms that `$hash` knows; case matters.
pub const HASH_ALGORITHMS: [&str; 5] = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];

/// Why `$hash` fails with an algorithm of this name; `None` where it knows it.
pub fn unknown_algorithm(name: &str) -> Option<String> {
    let known = HASH_ALGORITHMS.contains(&name);
    (!known).then(|| format!("`{name}` is none of the algorithms {}", HASH_ALGORITHMS.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_looked_up() {
        for known in FUNCTIONS {
            assert_eq!(FUNCTIONS.iter().filter(|other| other.name == known.name).count(), 1, "{}", known.name);
            assert_eq!(function(known.name).map(|found| found.id), Some(known.id));
        }
        assert!(is_function("uuid") && !is_function("eval") && !is_function("Sum"));
    }
}
