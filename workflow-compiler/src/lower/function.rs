//! The language's own functions in JSONata, such as `is_present` and `matches`.

use super::jsonata::{Binds, Jsonata, quote};
use super::{Lowering, ValueSite};
use crate::problem::Problem;
use crate::syntax::ast::{Expr, ExprKind, Text};
use workflow_asl::Code;

/// The pattern of `is_timestamp`: RFC 3339 with a `T` and an offset, as far as a regular expression can check it.
const TIMESTAMP: &str = r"/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/";

/// A pattern of `matches` as a regular expression for the whole text: `*` is any text, `\*` a star, `\\` a backslash.
fn glob(pattern: &str) -> String {
    let mut regex = String::from("/^");
    let mut chars = pattern.chars();
    while let Some(ch) = chars.next() {
        let literal = match ch {
            '*' => {
                regex.push_str(r"[\s\S]*");
                continue;
            }
            '\\' => chars.next().unwrap_or('\\'),
            other => other,
        };
        match literal {
            '\n' => regex.push_str("\\n"),
            '\r' => regex.push_str("\\r"),
            '.' | '*' | '+' | '?' | '^' | '$' | '{' | '}' | '(' | ')' | '|' | '[' | ']' | '\\' | '/' => {
                regex.extend(['\\', literal]);
            }
            literal => regex.push(literal),
        }
    }
    regex.push_str("$/");
    regex
}

impl<'a> Lowering<'_, 'a> {
    /// Returns a call as JSONata.
    pub(super) fn jsonata_call(&mut self, place: ValueSite<'_, 'a>, name: &Text, arguments: &[Expr]) -> Jsonata {
        let joined = |arguments: &[String], word: &str, binds| {
            let text = arguments.join(word);
            if arguments.len() == 1 { Jsonata::operand(format!("({text})")) } else { Jsonata::new(text, binds) }
        };
        match (name.value.as_str(), arguments) {
            ("all", [_, ..]) => joined(&self.operands(place, arguments, Binds::Comparison), " and ", Binds::And),
            ("any", [_, ..]) => joined(&self.operands(place, arguments, Binds::And), " or ", Binds::Or),
            ("matches", [value, pattern]) => self.matches(place, value, pattern),
            ("timestamp", [time]) => self.jsonata(place, time),
            (test, [value]) if test.starts_with("is_") => {
                let value = self.jsonata(place, value);
                self.type_test(test, value).unwrap_or_else(|| Jsonata::operand("false"))
            }
            _ => {
                let arguments: Vec<_> = arguments.iter().map(|argument| self.jsonata(place, argument).text).collect();
                Jsonata::operand(format!("{}({})", name.value, arguments.join(", ")))
            }
        }
    }

    fn operands(&mut self, place: ValueSite<'_, 'a>, arguments: &[Expr], least: Binds) -> Vec<String> {
        arguments.iter().map(|argument| self.jsonata(place, argument).within(least)).collect()
    }

    fn type_test(&mut self, test: &str, value: Jsonata) -> Option<Jsonata> {
        let of_type = |ty: &str| Jsonata::new(format!("$type({}) = {}", value.text, quote(ty)), Binds::Comparison);
        Some(match test {
            "is_present" => Jsonata::operand(format!("$exists({})", value.text)),
            "is_null" => of_type("null"),
            "is_string" => of_type("string"),
            "is_numeric" => of_type("number"),
            "is_boolean" => of_type("boolean"),
            "is_timestamp" => {
                let text = of_type("string").text;
                Jsonata::new(format!("{text} and $contains({}, {TIMESTAMP})", value.text), Binds::And)
            }
            _ => return None,
        })
    }

    fn matches(&mut self, place: ValueSite<'_, 'a>, value: &Expr, pattern: &Expr) -> Jsonata {
        let value = self.jsonata(place, value);
        match &pattern.kind {
            ExprKind::Text(pattern) => Jsonata::operand(format!("$contains({}, {})", value.text, glob(pattern))),
            ExprKind::Invalid | ExprKind::OtherLanguage(_) => Jsonata::operand("false"),
            _ => {
                let problem =
                    Problem::new(Code::BadLiteral, pattern.span, "the pattern of `matches` must be text in quotes");
                let help = "for a pattern that is only known at run time, use `$contains(text, part)`";
                self.problems.push(problem.help(help));
                Jsonata::operand("false")
            }
        }
    }
}
