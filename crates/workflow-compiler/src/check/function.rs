//! The functions that a value may call, of the language and of JSONata: names, arguments and results.
//!
//! JSONata's functions are the rows of [`jsonata::FUNCTIONS`], whose signatures have the number and types of arguments
//! and the result; this module only adds the parts that are specific to the language. The intrinsic functions of
//! JSONPath are in [`workflow_asl::intrinsic`], the comparison operators in [`workflow_asl::document::Operator`].

use workflow_asl::jsonata::{self, FUNCTIONS, FunctionId as Row, Origin, ResultKind, ResultType};

use super::types::Ty;

/// The type that an argument must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Anything.
    Any,
    /// Text.
    Text,
    /// A list, of any items.
    List,
    /// An array of text.
    Texts,
    /// A number.
    Number,
    /// An array of numbers.
    Numbers,
    /// A number, `bool`, or text that may spell a number.
    Numeric,
    /// `true` or `false`.
    Bool,
    /// An object.
    Object,
    /// An object, or an array of them.
    Objects,
    /// A regular expression, which has no type.
    Regex,
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub enum Function {
    /// A function of the language.
    Language(&'static LanguageFunction),
    /// A function of JSONata.
    Jsonata(&'static jsonata::Function),
}

/// The name of a function of the language, the type of each argument, and their number. It gives `bool`, and `timestamp`
/// a timestamp.
type LanguageFunction = (&'static str, Argument, usize);

const OWN: &[LanguageFunction] = &[
    ("is_present", Argument::Any, 1),
    ("is_null", Argument::Any, 1),
    ("is_string", Argument::Any, 1),
    ("is_numeric", Argument::Any, 1),
    ("is_boolean", Argument::Any, 1),
    ("is_timestamp", Argument::Any, 1),
    ("matches", Argument::Text, 2),
    ("timestamp", Argument::Text, 1),
    ("all", Argument::Bool, 1),
    ("any", Argument::Bool, 1),
];

impl Function {
    /// The function with this name, which of JSONata's begins with `$`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.strip_prefix('$') {
            Some(name) => jsonata::function(name).filter(|row| row.origin != Origin::Removed).map(Self::Jsonata),
            None => OWN.iter().find(|own| own.0 == name).map(Self::Language),
        }
    }

    /// Returns all functions, functions of the language first.
    pub fn all() -> impl Iterator<Item = Self> {
        let jsonata = FUNCTIONS.iter().filter(|row| row.origin != Origin::Removed);
        OWN.iter().map(Self::Language).chain(jsonata.map(Self::Jsonata))
    }

    /// Returns the name as it is written, with `$`.
    pub fn name(self) -> String {
        match self {
            Self::Language((name, ..)) => (*name).to_owned(),
            Self::Jsonata(row) => format!("${}", row.name),
        }
    }

    /// Returns the row of a function of JSONata.
    fn row(self) -> Option<&'static jsonata::Function> {
        match self {
            Self::Language(_) => None,
            Self::Jsonata(row) => Some(row),
        }
    }

    /// Returns whether it is one of JSONata's.
    pub fn is_jsonata(self) -> bool {
        self.row().is_some()
    }

    /// Returns the minimum and, if there is one, the maximum number of arguments. A value has no context argument.
    pub fn arity(self) -> (usize, Option<usize>) {
        match self {
            Self::Language((.., count)) => (*count, Some(*count)),
            Self::Jsonata(row) => row.arguments(),
        }
    }

    /// Returns the type that the argument at an index, counted from zero, must have.
    pub fn argument(self, index: usize) -> Argument {
        let row = match self {
            Self::Language((_, argument, _)) => return *argument,
            Self::Jsonata(row) => row,
        };
        let Some(parameter) = row.parameters().nth(index).or_else(|| row.parameters().last()) else {
            return Argument::Any;
        };
        match (row.id, index, parameter.kinds, parameter.items) {
            // JSONata returns nothing for any other value.
            (Row::Keys | Row::Lookup, 0, ..) => Argument::Object,
            // JSONata's signature takes all text, and the call fails for a timestamp or an ARN.
            (Row::Number, ..) => Argument::Numeric,
            // JSONata takes any value for a list with that item; the language does not.
            (Row::Distinct, ..) => Argument::List,
            (.., "f", _) if row.callback.is_none() => Argument::Regex,
            (.., "s", _) => Argument::Text,
            (.., "n", _) => Argument::Number,
            (.., "b", _) => Argument::Bool,
            (.., "o", _) => Argument::Object,
            (.., "a", None) => Argument::List,
            (.., "a", Some("s")) => Argument::Texts,
            (.., "a", Some("n")) => Argument::Numbers,
            (.., "a", Some("o")) => Argument::Objects,
            _ => Argument::Any,
        }
    }

    /// Returns the function that is an argument, if it calls one for each item, member or match.
    pub fn callback(self) -> Option<jsonata::Callback> {
        self.row()?.callback
    }

    /// Returns the index of that argument.
    pub fn callback_index(self) -> Option<usize> {
        self.row()?.callback_index()
    }

    /// Returns whether it accepts an absent value: it tests it, or joins the values that are present.
    pub fn takes_absence(self) -> bool {
        match self {
            // ASL's other tests fail if the value is absent.
            Self::Language((name, ..)) => name.starts_with("is_"),
            Self::Jsonata(row) => row.asking || matches!(row.id, Row::Append | Row::Distinct | Row::Merge | Row::Zip),
        }
    }

    /// Returns the type of its result for arguments of these types, and for a closure that gives a `body`. In `raw`
    /// JSONata, a sequence may be one value, so its type is unknown; in the language it is a list.
    pub fn result_of(self, arguments: &[Ty], body: Option<Ty>, raw: bool) -> Ty {
        let row = match self {
            Self::Language(("timestamp", ..)) => return Ty::Timestamp,
            Self::Language(_) => return Ty::Bool,
            Self::Jsonata(row) => row,
        };
        let list = |item: Ty| Ty::Array(Box::new(item));
        let first = arguments.first().map(Ty::present);
        let second = arguments.get(1).map(Ty::present);
        let items = || first.and_then(Ty::items).unwrap_or(Ty::Unknown);
        let of_list = row.gives == ResultKind::Array;
        let result = match (row.result_type, first) {
            (ResultType::Whole, _) => Ty::INTEGER,
            (ResultType::Fraction, _) => Ty::FLOAT,
            (ResultType::Rounded, Some(Ty::Integer(_))) => Ty::INTEGER,
            (ResultType::Rounded, _) => second.map_or(Ty::INTEGER, |_| Ty::FLOAT),
            (ResultType::Number, Some(number)) if number.is_number() => number.clone(),
            (ResultType::Number, Some(Ty::Array(item))) if item.is_number() => (**item).clone(),
            (ResultType::Number, Some(Ty::Tuple(items))) if items.iter().all(Ty::is_number) => {
                items.iter().cloned().reduce(Ty::join).unwrap_or(Ty::INTEGER)
            }
            (ResultType::Either, _) if [first, second].iter().any(|side| matches!(side, Some(Ty::Float(_)))) => {
                Ty::FLOAT
            }
            (ResultType::Argument, Some(value)) => value.clone(),
            (ResultType::Items, _) if body.is_some() => list(items()),
            (ResultType::Items, Some(array @ Ty::Array(_))) if of_list => array.clone(),
            (ResultType::Items, Some(Ty::Tuple(_))) if of_list && !raw => list(items()),
            (ResultType::Item, _) if body.is_some() => items(),
            (ResultType::Pages, Some(array @ Ty::Array(_))) => list(array.clone()),
            (ResultType::Wholes, _) => list(Ty::INTEGER),
            (ResultType::Strings, _) if of_list || !raw => list(Ty::Text),
            (ResultType::Results, _) => body.map_or(Ty::Unknown, list),
            (ResultType::Last, _) => body.unwrap_or(Ty::Unknown),
            (ResultType::Members, Some(map @ Ty::Map(_))) if body.is_some() => map.clone(),
            (ResultType::Members, _) if body.is_some() => Ty::Map(Box::new(Ty::Unknown)),
            (ResultType::Joined, _) if !raw => {
                let joined = arguments.iter().filter(|joined| **joined != Ty::NO_ITEMS);
                let items = joined.map(|joined| joined.items().unwrap_or_else(|| joined.clone().assume_present()));
                items.reduce(Ty::join).map_or(Ty::NO_ITEMS, list)
            }
            (ResultType::Joined, Some(a @ Ty::Array(_))) if matches!(second, Some(Ty::Array(_))) => {
                second.map_or(Ty::Unknown, |b| a.clone().join(b.clone()))
            }
            (ResultType::Zipped, _) if !raw => {
                let items = arguments.iter().map(|list| list.items().unwrap_or(Ty::Unknown));
                list(Ty::Tuple(items.collect()))
            }
            (ResultType::Matches, _) if !raw => list(match_type()),
            (ResultType::Objects, Some(map @ Ty::Map(_))) if !raw => list(map.clone()),
            (ResultType::Objects, _) if !raw => list(Ty::Unknown),
            (ResultType::Merged, Some(Ty::Array(item))) if !raw && matches!(**item, Ty::Map(_)) => (**item).clone(),
            (ResultType::Member, Some(Ty::Map(value))) if !raw => value.as_element().or_absent(),
            // A single item is returned without an array.
            _ => match (row.gives, row.result()) {
                (ResultKind::Sequence, _) => Ty::Unknown,
                (ResultKind::Array, None) => list(Ty::Unknown),
                (_, Some(("a", items))) => list(items.map_or(Ty::Unknown, of_letter)),
                (_, result) => result.map_or(Ty::Unknown, |(letter, _)| of_letter(letter)),
            },
        };
        // They give nothing for an empty list.
        let may_be_empty = !raw && matches!(first, Some(Ty::Array(_) | Ty::Tuple(_)));
        match row.id {
            Row::Max | Row::Min | Row::Average if may_be_empty => result.or_absent(),
            _ => result,
        }
    }
}

/// Returns the type of an item of `$match`'s result.
fn match_type() -> Ty {
    Ty::object([("match", Ty::Text), ("index", Ty::INTEGER), ("groups", groups())])
}

/// Returns the type of the argument that `$replace` passes to a closure.
pub(super) fn replaced_type() -> Ty {
    Ty::object([("match", Ty::Text), ("start", Ty::INTEGER), ("end", Ty::INTEGER), ("groups", groups())])
}

fn groups() -> Ty {
    Ty::Array(Box::new(Ty::Text))
}

/// Returns whether a function gives a sequence in JSONata and a list in the language.
pub(crate) fn gives_sequence(row: &jsonata::Function) -> bool {
    row.gives == ResultKind::Sequence && matches!(row.result(), Some(("a", _)))
}

/// Returns the type of a letter in a signature.
fn of_letter(letter: &str) -> Ty {
    match letter {
        "s" => Ty::Text,
        "n" => Ty::Number,
        "b" => Ty::Bool,
        _ => Ty::Unknown,
    }
}

impl Argument {
    /// Returns whether a value of this type may be the argument. An absent one may: JSONata then gives nothing.
    pub fn takes(self, ty: &Ty) -> bool {
        let ty = ty.present();
        match self {
            _ if ty.is_unknown() => true,
            Self::Any | Self::Regex => true,
            Self::Text => ty.is_text(),
            Self::Number => ty.is_number(),
            Self::Numeric => ty.is_number() || matches!(ty, Ty::Bool | Ty::Text | Ty::Enum(_)),
            Self::Bool => *ty == Ty::Bool,
            Self::List => ty.is_array(),
            Self::Texts => ty.is_array() && each(ty, &|item| Self::Text.takes(item)),
            Self::Numbers => ty.is_array() && each(ty, &|item| Self::Number.takes(item)),
            Self::Object | Self::Objects => each(ty, &|item| item.is_unknown() || item.is_object()),
        }
    }

    /// Returns its name for messages.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Text => "text",
            Self::List => "a list",
            Self::Texts => "an array of text",
            Self::Number => "a number",
            Self::Numbers => "an array of numbers",
            Self::Numeric => "a number, `bool` or the text of a number",
            Self::Bool => "`bool`",
            Self::Object => "an object",
            Self::Objects => "an array of objects",
            Self::Regex => "a regular expression",
        }
    }
}

/// Returns whether each item of an array passes, or a value that is none does.
fn each(ty: &Ty, passes: &dyn Fn(&Ty) -> bool) -> bool {
    match ty {
        Ty::Array(item) => passes(item),
        Ty::Tuple(items) => items.iter().all(passes),
        other => passes(other),
    }
}

#[cfg(test)]
mod tests {
    use workflow_asl::jsonata::{FUNCTIONS, Function, Origin};

    use proc_macro2::TokenStream;

    use super::Argument;
    use crate::check::types::Ty;
    use crate::problem::Problems;

    fn rows() -> impl Iterator<Item = &'static Function> {
        FUNCTIONS.iter().filter(|row| row.origin != Origin::Removed)
    }

    /// Returns the messages about a workflow of this body.
    fn problems(inside: &str) -> Vec<String> {
        let tokens: TokenStream = format!("workflow W {{ {inside} }}").parse().expect("the test's tokens");
        let mut problems = Problems::default();
        for workflow in &crate::syntax::parse(tokens, &mut problems).workflows {
            crate::check::check(workflow, false, &mut problems);
        }
        problems.iter().map(|problem| format!("{} / {}", problem.message, problem.help.join(" / "))).collect()
    }

    /// Returns the problems of a call with these arguments.
    fn call(name: &str, arguments: &[&str]) -> Vec<String> {
        problems(&format!("query jsonata; pass A {{ v: ${name}({}) }} -> end;", arguments.join(", ")))
    }

    /// Returns a value that the checks take for an argument.
    fn fitting(argument: Argument) -> &'static str {
        match argument {
            Argument::Any => "1",
            Argument::Text => "\"MD5\"",
            Argument::List => "[1]",
            Argument::Texts => "[\"a\"]",
            Argument::Number => "1",
            Argument::Numbers => "[1]",
            Argument::Numeric => "1",
            Argument::Bool => "true",
            Argument::Object => "{ a: 1 }",
            Argument::Objects => "[{ a: 1 }]",
            Argument::Regex => "regex \"a\"",
        }
    }

    fn arguments(row: &Function, count: usize) -> Vec<&'static str> {
        let function = super::Function::from_name(&format!("${}", row.name)).unwrap();
        (0..count).map(|index| fitting(function.argument(index))).collect()
    }

    #[test]
    fn signatures_are_read() {
        let named = |name| super::Function::from_name(name).unwrap();
        assert_eq!(named("$substring").arity(), (2, Some(3)));
        assert_eq!(named("$uuid").arity(), (0, Some(0)));
        assert_eq!(named("$zip").arity(), (1, None));
        assert_eq!(named("all").arity(), (1, Some(1)));
        assert_eq!(named("all").argument(0), Argument::Bool);
        assert_eq!((named("$join").argument(0), named("$join").argument(1)), (Argument::Texts, Argument::Text));
        assert_eq!(named("$match").result_of(&[], None, true), Ty::Unknown);
        assert_eq!(named("$split").result_of(&[], None, true), Ty::Array(Box::new(Ty::Text)));
        assert!(super::Function::from_name("$eval").is_none());
    }

    // Every row of the table of JSONata's functions is known, by its name and its signature alone.

    #[test]
    fn a_row_is_enough_to_call_the_function() {
        for row in rows() {
            let (least, most) = row.arguments();
            for count in least..=most.unwrap_or(least + 2) {
                assert_eq!(call(row.name, &arguments(row, count)), [""; 0], "{} of {count}", row.name);
            }
        }
    }

    #[test]
    fn a_row_says_how_many_arguments_there_are() {
        for row in rows() {
            let (least, most) = row.arguments();
            let wrong = [least.checked_sub(1), most.map(|most| most + 1)].into_iter().flatten();
            for count in wrong {
                let found = call(row.name, &arguments(row, count)).join("\n");
                assert!(
                    found.contains(&format!("`${}` takes ", row.name)) && found.contains(&format!(", not {count}")),
                    "{found}"
                );
            }
        }
    }

    #[test]
    fn a_row_says_what_the_arguments_are() {
        for row in rows() {
            for (index, parameter) in row.parameters().enumerate() {
                let wrong = match (parameter.kinds, parameter.items) {
                    ("s" | "b" | "o", _) => "1",
                    ("n", _) | ("a", Some("n" | "o")) => "\"MD5\"",
                    ("a", Some("s")) => "[1]",
                    _ => continue,
                };
                let mut given = arguments(row, row.parameters().count());
                given[index] = wrong;
                let found = call(row.name, &given).join("\n");
                assert!(found.contains(&format!("`${}` takes ", row.name)), "{} {given:?}: {found}", row.name);
            }
        }
    }

    #[test]
    fn a_row_says_what_the_function_gives() {
        for row in rows().filter(|row| matches!(row.result(), Some(("s", None)))) {
            let call = format!("${}({})", row.name, arguments(row, row.arguments().0).join(", "));
            let number = problems(&format!("query jsonata; pass A {{ v: $abs({call}) }} -> end;"));
            assert!(number.join("\n").contains("`$abs` takes a number here"), "{call}: {number:?}");
        }
    }

    #[test]
    fn a_row_is_offered_for_a_name_like_it() {
        for row in rows().filter(|row| row.name.len() > 3) {
            let misspelt = format!("{}x", row.name);
            if rows().any(|row| row.name == misspelt) {
                continue;
            }
            let found = call(&misspelt, &arguments(row, row.arguments().0)).join("\n");
            assert!(found.contains(&format!("`${}`", row.name)), "{found}");
        }
    }
}
