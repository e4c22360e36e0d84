//! The functions of JSONata in Step Functions: one table for checks, completion and evaluation.

/// The origin of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// JSONata 2.0: <https://docs.jsonata.org/string-functions> and its neighbours.
    Jsonata,
    /// JSONata 2.0, but Step Functions gives it another signature.
    Changed,
    /// Step Functions alone: <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.
    Added,
    /// JSONata 2.0, but Step Functions does not have it.
    Removed,
}

/// The kind of result of a function, with respect to sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResultKind {
    /// One value.
    Value,
    /// A sequence: a single item becomes the item, an empty sequence `undefined`.
    Sequence,
    /// An array with any number of items, or the argument itself.
    Array,
}

/// The type of a function's result, for checks that know the types of its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultType {
    /// The signature says all.
    Signature,
    /// A number without a fraction.
    Whole,
    /// A number that may have a fraction.
    Fraction,
    /// A number without a fraction, unless the second argument keeps decimals.
    Rounded,
    /// A number like the argument, or like its items.
    Number,
    /// A number like either argument.
    Either,
    /// The argument.
    Argument,
    /// An item of the first argument.
    Item,
    /// Items of the first argument.
    Items,
    /// Lists of items of the first argument.
    Pages,
    /// Numbers without a fraction.
    Wholes,
    /// Strings.
    Strings,
    /// The items of both arguments.
    Joined,
    /// Lists with an item of each argument.
    Zipped,
    /// Results of the function that is an argument.
    Results,
    /// The last result of the function that is an argument.
    Last,
    /// An object with members of the first argument.
    Members,
    /// The value of a member of the first argument.
    Member,
    /// Objects with a member of the first argument.
    Objects,
    /// An object with the members of all objects.
    Merged,
    /// Matches of a regular expression.
    Matches,
    /// The name of the type of the argument.
    TypeName,
}

/// What a function passes to the function that is its argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Passed {
    /// An item of the first argument, an array.
    Item,
    /// The item's index.
    Index,
    /// The value of a member of the first argument, an object.
    Member,
    /// The member's name.
    Name,
    /// The result for the items before; for the first, the third argument.
    Result,
    /// A match of a regular expression, with its text, its start, its end and its groups.
    Match,
}

/// What a function requires of the function that is its argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Returned {
    /// Any value.
    Any,
    /// A condition.
    Bool,
    /// The result for the items so far.
    Result,
    /// Text.
    Text,
}

/// The function that is an argument of another function, such as `$map`.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Callback {
    /// The arguments that it is passed. It may omit the last arguments.
    pub passed: &'static [Passed],
    /// What it must return.
    pub returned: Returned,
}

/// A function.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Function {
    /// The name without `$`.
    pub name: &'static str,
    /// The signature in JSONata's notation: a letter for each argument (`s` string, `n` number, `b` boolean, `a` array,
    /// `o` object, `f` function, `j` any but a function, `x` any, `(…)` one of them), `-` after one that defaults to
    /// the context value, `?` after optional ones, `+` after one that repeats; after `:`, the result.
    /// <https://docs.jsonata.org/programming#function-signatures>
    pub signature: &'static str,
    /// How many arguments a function such as `$map` passes to it.
    pub arity: usize,
    /// The origin.
    pub origin: Origin,
    /// The kind of result with respect to sequences.
    pub gives: ResultKind,
    /// The type of the result.
    pub result_type: ResultType,
    /// Whether the result changes between calls, because it depends on chance or the clock.
    pub changing: bool,
    /// Whether it is useful for `undefined`, so that it tests whether a value exists.
    pub asking: bool,
    /// The function that is an argument, if it calls one for each item, member or match.
    pub callback: Option<Callback>,
    /// A description of the result.
    pub summary: &'static str,
    /// The row of the table that it is.
    pub id: Id,
}

/// A parameter of a function, read from its [signature](Function::signature).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// The letters of the accepted kinds; of `(…)`, those inside.
    pub kinds: &'static str,
    /// The letter of the required kind of array items, if any.
    pub items: Option<&'static str>,
    /// Whether it defaults to the context value.
    pub context: bool,
    /// Whether it is optional.
    pub optional: bool,
    /// Whether it accepts more than one argument.
    pub repeats: bool,
}

impl Function {
    /// Returns the parameters in order.
    ///
    /// ```
    /// let join = workflow_jsonata::function("join").unwrap();
    /// let kinds: Vec<_> = join.parameters().map(|each| (each.kinds, each.items, each.optional)).collect();
    /// assert_eq!(kinds, [("a", Some("s"), false), ("s", None, true)]);
    /// ```
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> + use<> {
        let mut rest = self.sides().0;
        std::iter::from_fn(move || {
            let (kinds, items, after) = kind(rest)?;
            rest = after.trim_start_matches(['-', '?', '+']);
            let has = |mark| after.get(..after.len() - rest.len()).is_some_and(|marks| marks.contains(mark));
            Some(Parameter { kinds, items, context: has('-'), optional: has('?'), repeats: has('+') })
        })
    }

    /// Returns the least and the most number of arguments without a context value. `None` means that there is no most.
    pub fn arguments(&self) -> (usize, Option<usize>) {
        let all = || self.parameters();
        let least = all().filter(|parameter| !parameter.optional).count();
        (least, (!all().any(|parameter| parameter.repeats)).then(|| all().count()))
    }

    /// Returns the index of the argument that is the [callback](Function::callback).
    pub fn callback_index(&self) -> Option<usize> {
        self.callback?;
        let functions = self.parameters().enumerate().filter(|(_, parameter)| parameter.kinds.contains('f'));
        functions.map(|(index, _)| index).last()
    }

    /// Returns the letter of the result and, for an array, the letter of its items, if the signature has them.
    ///
    /// ```
    /// let result = |name| workflow_jsonata::function(name).unwrap().result();
    /// assert_eq!((result("split"), result("sum")), (Some(("a", Some("s"))), Some(("n", None))));
    /// assert_eq!(result("map"), None);
    /// ```
    pub fn result(&self) -> Option<(&'static str, Option<&'static str>)> {
        kind(self.sides().1).map(|(kind, items, _)| (kind, items))
    }

    /// Returns the signature before and after its `:`.
    fn sides(&self) -> (&'static str, &'static str) {
        let inner = self.signature.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or_default();
        // A parameter that is a function has a `:` of its own.
        let depth =
            |at: usize| inner.get(..at).map_or(0, |before| before.matches('<').count() - before.matches('>').count());
        let end = inner.match_indices(':').map(|(at, _)| at).find(|at| depth(*at) == 0);
        end.and_then(|at| Some((inner.get(..at)?, inner.get(at + 1..)?))).unwrap_or((inner, ""))
    }
}

/// Returns the letters of the kinds at the start of a part of a signature, the letter of the array items, and the rest.
fn kind(text: &'static str) -> Option<(&'static str, Option<&'static str>, &'static str)> {
    let (kinds, after) = match text.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
        Some(choice) => choice,
        None => text.split_at_checked(1)?,
    };
    Some(match after.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
        Some((items, after)) => (kinds, Some(items), after),
        None => (kinds, None, after),
    })
}

macro_rules! functions {
    ($($id:ident = $name:literal, $signature:literal, $arity:literal, $origin:ident, $gives:ident,
       $([$($mark:ident),*],)? $(|$($passed:ident),*| $returned:ident,)? $(-> $result:ident,)? $summary:literal;)*) => {
        /// The rows of the table by name, for what depends on a function beyond its row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Id {
            $(#[doc = concat!("`$", $name, "`")] $id),*
        }

        /// All functions. Those of JSONata come first, in the order of its documentation.
        pub const FUNCTIONS: &[Function] = &[$({
            #[allow(unused_mut, reason = "most have no mark")]
            let mut function = Function {
                name: $name, signature: $signature, arity: $arity, origin: Origin::$origin, gives: ResultKind::$gives,
                result_type: ResultType::Signature, changing: false, asking: false, callback: None, summary: $summary, id: Id::$id,
            };
            $($(function.$mark = true;)*)?
            $(function.result_type = ResultType::$result;)?
            $(function.callback =
                Some(Callback { passed: &[$(Passed::$passed),*], returned: Returned::$returned });)?
            function
        }),*];
    };
}

functions! {
    Sum = "sum", "<a<n>:n>", 1, Jsonata, Value, -> Number, "the sum of an array's numbers";
    Count = "count", "<a:n>", 1, Jsonata, Value, [asking], -> Whole, "the number of items in an array";
    Max = "max", "<a<n>:n>", 1, Jsonata, Value, -> Number, "the greatest of an array's numbers";
    Min = "min", "<a<n>:n>", 1, Jsonata, Value, -> Number, "the least of an array's numbers";
    Average = "average", "<a<n>:n>", 1, Jsonata, Value, -> Fraction, "the mean of an array's numbers";
    String = "string", "<x-b?:s>", 1, Jsonata, Value, "the value as a string: JSON, except for a string itself";
    Substring = "substring", "<s-nn?:s>", 3, Jsonata, Value, "a number of characters from a position on";
    SubstringBefore = "substringBefore", "<s-s:s>", 2, Jsonata, Value, "the part before the first occurrence of a string";
    SubstringAfter = "substringAfter", "<s-s:s>", 2, Jsonata, Value, "the part after the first occurrence of a string";
    Lowercase = "lowercase", "<s-:s>", 1, Jsonata, Value, "the string in lower case";
    Uppercase = "uppercase", "<s-:s>", 1, Jsonata, Value, "the string in upper case";
    Length = "length", "<s-:n>", 1, Jsonata, Value, -> Whole, "the number of characters in a string";
    Trim = "trim", "<s-:s>", 1, Jsonata, Value, "the string without surrounding white space, and with single spaces inside";
    Pad = "pad", "<s-ns?:s>", 3, Jsonata, Value, "the string padded on the right or, if the width is negative, on the left";
    Match = "match", "<s-f<s:o>n?:a<o>>", 3, Jsonata, Sequence, -> Matches, "the matches of a regular expression, each with its text, its index and its groups";
    Contains = "contains", "<s-(sf):b>", 2, Jsonata, Value, "whether a string or a match of a regular expression occurs";
    Replace = "replace", "<s-(sf)(sf)n?:s>", 4, Jsonata, Value, |Match| Text, "the string with occurrences replaced";
    Split = "split", "<s-(sf)n?:a<s>>", 3, Jsonata, Array, -> Strings, "the parts of a string between separators";
    Join = "join", "<a<s>s?:s>", 2, Jsonata, Value, "an array's strings joined with a separator";
    FormatNumber = "formatNumber", "<n-so?:s>", 3, Jsonata, Value, "the number written by an XPath picture";
    FormatBase = "formatBase", "<n-n?:s>", 2, Jsonata, Value, "the integer written in a base from 2 to 36";
    FormatInteger = "formatInteger", "<n-s:s>", 2, Jsonata, Value, "the integer written by an XPath picture";
    ParseInteger = "parseInteger", "<s-s:n>", 2, Jsonata, Value, -> Whole, "the integer parsed by an XPath picture";
    Number = "number", "<(nsb)-:n>", 1, Jsonata, Value, -> Number, "the value as a number";
    Floor = "floor", "<n-:n>", 1, Jsonata, Value, -> Whole, "the number rounded down";
    Ceil = "ceil", "<n-:n>", 1, Jsonata, Value, -> Whole, "the number rounded up";
    Round = "round", "<n-n?:n>", 2, Jsonata, Value, -> Rounded, "the number rounded to a number of decimals, halves to even";
    Abs = "abs", "<n-:n>", 1, Jsonata, Value, -> Number, "the number without its sign";
    Sqrt = "sqrt", "<n-:n>", 1, Jsonata, Value, -> Fraction, "the square root";
    Power = "power", "<n-n:n>", 2, Jsonata, Value, -> Either, "the number raised to a power";
    Random = "random", "<n?:n>", 0, Changed, Value, [changing], -> Fraction, "a number from 0 up to 1; the same integer seed gives the same number";
    Boolean = "boolean", "<x-:b>", 1, Jsonata, Value, [asking], "whether the value counts as true";
    Not = "not", "<x-:b>", 1, Jsonata, Value, [asking], "whether the value counts as false";
    Map = "map", "<af>", 2, Jsonata, Sequence, |Item, Index| Any, -> Results, "the results of a function for each item";
    Zip = "zip", "<a+>", 0, Jsonata, Array, -> Zipped, "the first items as an array, the second ones, and so on";
    Filter = "filter", "<af>", 2, Jsonata, Sequence, |Item, Index| Bool, -> Items, "the items for which a function returns true";
    Single = "single", "<af?>", 2, Jsonata, Value, |Item, Index| Bool, -> Item, "the single item for which a function returns true";
    Reduce = "reduce", "<afj?:j>", 3, Jsonata, Value, |Result, Item, Index| Result, -> Last, "the items combined into one value by a function";
    Sift = "sift", "<o-f?:o>", 2, Jsonata, Value, |Member, Name| Bool, -> Members, "the members for which a function returns true";
    Keys = "keys", "<x-:a<s>>", 1, Jsonata, Sequence, -> Strings, "the names of an object's members";
    Lookup = "lookup", "<x-s:x>", 2, Jsonata, Sequence, -> Member, "the value of a member";
    Append = "append", "<xx:a>", 2, Jsonata, Array, -> Joined, "both arrays joined";
    Exists = "exists", "<x:b>", 1, Jsonata, Value, [asking], "whether a value exists";
    Spread = "spread", "<x-:a<o>>", 1, Jsonata, Sequence, -> Objects, "an object for each member";
    Merge = "merge", "<a<o>:o>", 1, Jsonata, Value, -> Merged, "an object with the members of all objects";
    Reverse = "reverse", "<a:a>", 1, Jsonata, Array, -> Items, "the items in reverse order";
    Each = "each", "<o-f:a>", 2, Jsonata, Sequence, |Member, Name| Any, -> Results, "the results of a function for each member";
    Error = "error", "<s?:x>", 1, Jsonata, Value, "fails with a message";
    Assert = "assert", "<bs?:x>", 2, Jsonata, Value, "fails with a message unless the condition is true";
    Type = "type", "<x:s>", 1, Jsonata, Value, [asking], -> TypeName, "the name of the value's type";
    Sort = "sort", "<af?:a>", 2, Jsonata, Array, |Item, Item| Bool, -> Items, "the items sorted";
    Shuffle = "shuffle", "<a:a>", 1, Jsonata, Array, [changing], -> Items, "the items in random order";
    Distinct = "distinct", "<x:x>", 1, Jsonata, Array, -> Items, "the items without duplicates";
    Base64encode = "base64encode", "<s-:s>", 1, Jsonata, Value, "the string's UTF-8 bytes in Base64";
    Base64decode = "base64decode", "<s-:s>", 1, Jsonata, Value, "the string whose UTF-8 bytes a Base64 text encodes";
    EncodeUrlComponent = "encodeUrlComponent", "<s-:s>", 1, Jsonata, Value, "the string encoded as a part of a URL";
    EncodeUrl = "encodeUrl", "<s-:s>", 1, Jsonata, Value, "the string encoded as a URL";
    DecodeUrlComponent = "decodeUrlComponent", "<s-:s>", 1, Jsonata, Value, "the string decoded from a part of a URL";
    DecodeUrl = "decodeUrl", "<s-:s>", 1, Jsonata, Value, "the string decoded from a URL";
    Eval = "eval", "<sx?:x>", 2, Removed, Value, "the value of an expression in a string";
    ToMillis = "toMillis", "<s-s?:n>", 2, Jsonata, Value, -> Whole, "the milliseconds since 1970 of a timestamp";
    FromMillis = "fromMillis", "<n-s?s?:s>", 3, Jsonata, Value, "the timestamp of milliseconds since 1970";
    Clone = "clone", "<(oa)-:o>", 1, Jsonata, Value, -> Argument, "a copy";
    Now = "now", "<s?s?:s>", 2, Jsonata, Value, [changing], "the current time as a timestamp";
    Millis = "millis", "<:n>", 0, Jsonata, Value, [changing], -> Whole, "the current time in milliseconds since 1970";
    Partition = "partition", "<an?:a>", 2, Added, Sequence, -> Pages, "the items split into arrays of a size";
    Range = "range", "<n?n?n?:a<n>>", 3, Added, Sequence, -> Wholes, "the integers from the first towards the last by a step";
    Hash = "hash", "<ss?:s>", 2, Added, Value, "the hash of a string, in hexadecimal digits";
    Uuid = "uuid", "<:s>", 0, Added, Value, [changing], "a random UUID";
    Parse = "parse", "<s?:x>", 1, Added, Value, "the value parsed from a JSON text";
}

/// Returns the function of this name, without `$`. Includes `$eval`, which Step Functions does not have.
pub fn function(name: &str) -> Option<&'static Function> {
    // All names begin with a lower-case letter; most names of states do not.
    name.as_bytes().first().filter(|first| first.is_ascii_lowercase())?;
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Returns whether Step Functions has a function of this name, without `$`.
pub fn is_function(name: &str) -> bool {
    function(name).is_some_and(|function| function.origin != Origin::Removed)
}

/// Returns the names of the functions that an expression may call, without `$`: the functions of JSONata 2.0 without
/// `$eval`, and the functions of Step Functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().filter(|function| function.origin != Origin::Removed).map(|function| function.name)
}

/// Returns the names of the functions whose result changes between calls, without `$`, because it depends on chance or
/// the clock.
///
/// <https://docs.jsonata.org/numeric-functions#random>, <https://docs.jsonata.org/date-time-functions>,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>
pub fn changing() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().filter(|function| function.changing).map(|function| function.name)
}

/// The algorithms that `$hash` supports. Case matters.
pub const HASH_ALGORITHMS: [&str; 5] = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];

/// Returns why `$hash` fails for an algorithm of this name, or `None` if it is supported.
pub fn unknown_algorithm(name: &str) -> Option<String> {
    let known = HASH_ALGORITHMS.contains(&name);
    (!known).then(|| format!("unknown algorithm `{name}`: use one of {}", HASH_ALGORITHMS.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_looked_up() {
        for known in FUNCTIONS {
            assert_eq!(FUNCTIONS.iter().filter(|other| other.name == known.name).count(), 1, "{}", known.name);
            assert_eq!(function(known.name).map(|found| found.id), Some(known.id));
            // No letter of the signature is left out.
            let letters = |text: &str| text.bytes().filter(u8::is_ascii_alphabetic).count();
            let read =
                known.parameters().map(|each| letters(each.kinds) + each.items.map_or(0, letters)).sum::<usize>()
                    + known.result().map_or(0, |(kind, items)| letters(kind) + items.map_or(0, letters));
            assert_eq!(read, letters(known.signature), "{}", known.name);
        }
        assert!(is_function("uuid") && !is_function("eval") && !is_function("Sum"));
    }
}
