//! The functions that a value may call, of the language and of JSONata: names, arguments, what they give.
//!
//! JSONata's are those of <https://docs.jsonata.org/> at version 2.0 and the six that Step Functions adds
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>). The intrinsic functions of
//! JSONPath are in [`workflow_asl::intrinsic`], the comparison operators in [`workflow_asl::document::Operator`].

use super::types::Ty;

/// What an argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Anything.
    Any,
    /// Text.
    Text,
    /// A number.
    Number,
    /// A number, or an array of them.
    Numbers,
    /// `true` or `false`.
    Bool,
    /// An object.
    Object,
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name as it is written, with `$`.
    pub name: &'static str,
    signature: &'static str,
    result: char,
}

impl Function {
    /// The function with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|function| function.name == name)
    }

    /// All functions, those of the language first.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGE.iter().chain(JSONATA).map(|&(name, signature, result)| Self { name, signature, result })
    }

    /// Whether it is one of JSONata's.
    pub fn is_jsonata(self) -> bool {
        self.name.starts_with('$')
    }

    /// The least and, unless any number will do, the most arguments.
    pub fn arity(self) -> (usize, Option<usize>) {
        let least = self.signature.bytes().filter(u8::is_ascii_alphabetic).count();
        let optional = self.signature.bytes().filter(|byte| *byte == b'?').count();
        if self.signature.ends_with('*') { (least - 1, None) } else { (least - optional, Some(least)) }
    }

    /// What the argument at an index from zero must be.
    pub fn argument(self, index: usize) -> Argument {
        let mut letters = self.signature.chars().filter(char::is_ascii_alphabetic);
        let letter = letters.clone().nth(index).or_else(|| letters.next_back());
        match letter {
            Some('s') => Argument::Text,
            Some('n') => Argument::Number,
            Some('N') => Argument::Numbers,
            Some('b') => Argument::Bool,
            Some('o') => Argument::Object,
            _ => Argument::Any,
        }
    }

    /// What it gives to arguments of these types.
    pub fn result_of(self, arguments: &[Ty]) -> Ty {
        let first = arguments.first().map(Ty::present);
        let second = arguments.get(1).map(Ty::present);
        match (self.name, first, second) {
            ("$sort" | "$reverse" | "$shuffle", Some(array @ Ty::Array(_)), _) => array.clone(),
            ("$clone", Some(value), _) => value.clone(),
            ("$append", Some(Ty::Array(a)), Some(Ty::Array(b))) => {
                Ty::Array(Box::new((**a).clone().join((**b).clone())))
            }
            ("$partition", Some(array @ Ty::Array(_)), _) => Ty::Array(Box::new(array.clone())),
            ("$range", ..) => Ty::Array(Box::new(Ty::INTEGER)),
            ("$round", _, None) | ("$round", Some(Ty::Integer(_)), _) => Ty::INTEGER,
            ("$round", ..) => Ty::FLOAT,
            ("$power", Some(Ty::Float(_)), _) | ("$power", _, Some(Ty::Float(_))) => Ty::FLOAT,
            ("$abs" | "$max" | "$min" | "$number" | "$sum", Some(number), _) if number.is_number() => number.clone(),
            ("$max" | "$min" | "$sum", Some(Ty::Array(item)), _) if item.is_number() => (**item).clone(),
            ("$max" | "$min" | "$sum", Some(Ty::Tuple(items)), _) if items.iter().all(Ty::is_number) => {
                items.iter().cloned().reduce(Ty::join).unwrap_or(Ty::INTEGER)
            }
            _ => self.result(),
        }
    }

    /// What it gives.
    pub fn result(self) -> Ty {
        match self.result {
            's' => Ty::Text,
            'n' => Ty::Number,
            'i' => Ty::INTEGER,
            'f' => Ty::FLOAT,
            'b' => Ty::Bool,
            't' => Ty::Timestamp,
            'a' => Ty::Array(Box::new(Ty::Unknown)),
            'S' => Ty::Array(Box::new(Ty::Text)),
            _ => Ty::Unknown,
        }
    }
}

impl Argument {
    /// Whether a value of this type may be the argument. An absent one may: JSONata then gives nothing.
    pub fn takes(self, ty: &Ty) -> bool {
        let ty = ty.present();
        match self {
            _ if ty.is_unknown() => true,
            Self::Any => true,
            Self::Text => ty.is_text(),
            Self::Number => ty.is_number(),
            Self::Numbers => match ty {
                Ty::Array(item) => Self::Number.takes(item),
                Ty::Tuple(items) => items.iter().all(|item| Self::Number.takes(item)),
                other => other.is_number(),
            },
            Self::Bool => *ty == Ty::Bool,
            Self::Object => ty.is_object() || ty.is_array(),
        }
    }

    /// How a message calls it.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Text => "text",
            Self::Number => "a number",
            Self::Numbers => "an array of numbers",
            Self::Bool => "`bool`",
            Self::Object => "an object",
        }
    }
}

// Signatures: one letter an argument (`s` text, `n` number, `N` numbers, `b` bool, `o` object, `x` any),
// `?` after an optional one, `*` after one that may be repeated or left out.
// Results: `i` integer, `f` number with a fraction, `t` timestamp, `a` array, `S` array of text, else as above.

const LANGUAGE: &[(&str, &str, char)] = &[
    ("is_present", "x", 'b'),
    ("is_null", "x", 'b'),
    ("is_string", "x", 'b'),
    ("is_numeric", "x", 'b'),
    ("is_boolean", "x", 'b'),
    ("is_timestamp", "x", 'b'),
    ("matches", "ss", 'b'),
    ("timestamp", "s", 't'),
    ("all", "b*", 'b'),
    ("any", "b*", 'b'),
];

const JSONATA: &[(&str, &str, char)] = &[
    ("$abs", "n", 'n'),
    ("$append", "xx", 'a'),
    ("$assert", "bs?", 'x'),
    ("$average", "N", 'f'),
    ("$base64decode", "s", 's'),
    ("$base64encode", "s", 's'),
    ("$boolean", "x", 'b'),
    ("$ceil", "n", 'i'),
    ("$clone", "x", 'x'),
    ("$contains", "sx", 'b'),
    ("$count", "x", 'i'),
    ("$decodeUrl", "s", 's'),
    ("$decodeUrlComponent", "s", 's'),
    ("$distinct", "x", 'x'),
    ("$each", "ox", 'x'),
    ("$encodeUrl", "s", 's'),
    ("$encodeUrlComponent", "s", 's'),
    ("$error", "s?", 'x'),
    ("$exists", "x", 'b'),
    ("$filter", "xx", 'x'),
    ("$floor", "n", 'i'),
    ("$formatBase", "nn?", 's'),
    ("$formatInteger", "ns", 's'),
    ("$formatNumber", "nso?", 's'),
    ("$fromMillis", "ns?s?", 's'),
    ("$hash", "xs?", 's'),
    ("$join", "xs?", 's'),
    ("$keys", "o", 'x'),
    ("$length", "s", 'i'),
    ("$lookup", "os", 'x'),
    ("$lowercase", "s", 's'),
    ("$map", "xx", 'x'),
    ("$match", "sxn?", 'x'),
    ("$max", "N", 'n'),
    ("$merge", "x", 'x'),
    ("$millis", "", 'i'),
    ("$min", "N", 'n'),
    ("$not", "x", 'b'),
    ("$now", "s?s?", 's'),
    ("$number", "x", 'n'),
    ("$pad", "sns?", 's'),
    ("$parse", "s", 'x'),
    ("$parseInteger", "ss", 'i'),
    ("$partition", "xn", 'a'),
    ("$power", "nn", 'n'),
    ("$random", "n?", 'f'),
    ("$range", "nnn", 'a'),
    ("$reduce", "xxx?", 'x'),
    ("$replace", "sxxn?", 's'),
    ("$reverse", "x", 'a'),
    ("$round", "nn?", 'n'),
    ("$shuffle", "x", 'a'),
    ("$sift", "ox", 'x'),
    ("$single", "xx?", 'x'),
    ("$sort", "xx?", 'x'),
    ("$split", "sxn?", 'S'),
    ("$spread", "x", 'x'),
    ("$sqrt", "n", 'f'),
    ("$string", "xb?", 's'),
    ("$substring", "snn?", 's'),
    ("$substringAfter", "ss", 's'),
    ("$substringBefore", "ss", 's'),
    ("$sum", "N", 'n'),
    ("$toMillis", "ss?", 'i'),
    ("$trim", "s", 's'),
    ("$type", "x", 's'),
    ("$uppercase", "s", 's'),
    ("$uuid", "", 's'),
    ("$zip", "x*", 'a'),
];

#[cfg(test)]
mod tests {
    use workflow_asl::jsonata::{FUNCTIONS, Origin};

    use super::{Argument, Function, JSONATA};

    /// Types are finer here; which functions there are, and which change, is said by the table of `workflow-jsonata`.
    #[test]
    fn functions_of_jsonata_are_those_of_its_table() {
        let ours: Vec<&str> = JSONATA.iter().map(|(name, ..)| &name[1..]).collect();
        let known = FUNCTIONS.iter().filter(|function| function.origin != Origin::Removed);
        let missing: Vec<&str> =
            known.clone().map(|function| function.name).filter(|name| !ours.contains(name)).collect();
        let unknown: Vec<&str> =
            ours.into_iter().filter(|name| !known.clone().any(|function| function.name == *name)).collect();
        assert_eq!((missing, unknown), (vec![], vec![]));
    }

    #[test]
    fn signatures_are_read() {
        let arity = |name| Function::from_name(name).map(Function::arity);
        assert_eq!(arity("$substring"), Some((2, Some(3))));
        assert_eq!(arity("$uuid"), Some((0, Some(0))));
        assert_eq!(arity("all"), Some((0, None)));
        assert_eq!(Function::from_name("all").map(|all| all.argument(7)), Some(Argument::Bool));
        assert_eq!(arity("$eval"), None);
    }
}
