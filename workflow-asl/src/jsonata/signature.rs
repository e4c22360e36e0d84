//! What JSONata's functions take, and calls and operators that fail on the values written in them.

use super::ast::{Node, NodeKind};
use crate::hash;
use crate::placeholder;
use crate::syntax_error::SyntaxError;

/// The functions with their signatures as JSONata writes them: a letter for each argument (`s` text, `n` number,
/// `b` flag, `a` array, `o` object, `f` function, `x` any, `(…)` one of them), `-` after the one that the context
/// value may stand for, `?` after optional ones, `+` after one that repeats.
/// <https://docs.jsonata.org/string-functions> and its neighbours; the last ones are the service's own.
const SIGNATURES: &[(&str, &str)] = &[
    ("sum", "a<n>"),
    ("count", "a"),
    ("max", "a<n>"),
    ("min", "a<n>"),
    ("average", "a<n>"),
    ("string", "x-b?"),
    ("substring", "s-nn?"),
    ("substringBefore", "s-s"),
    ("substringAfter", "s-s"),
    ("lowercase", "s-"),
    ("uppercase", "s-"),
    ("length", "s-"),
    ("trim", "s-"),
    ("pad", "s-ns?"),
    ("match", "s-fn?"),
    ("contains", "s-(sf)"),
    ("replace", "s-(sf)(sf)n?"),
    ("split", "s-(sf)n?"),
    ("join", "a<s>s?"),
    ("formatNumber", "n-so?"),
    ("formatBase", "n-n?"),
    ("formatInteger", "n-s"),
    ("parseInteger", "s-s"),
    ("number", "(nsb)-"),
    ("floor", "n-"),
    ("ceil", "n-"),
    ("round", "n-n?"),
    ("abs", "n-"),
    ("sqrt", "n-"),
    ("power", "n-n"),
    ("boolean", "x-"),
    ("not", "x-"),
    ("map", "af"),
    ("zip", "a+"),
    ("filter", "af"),
    ("single", "af?"),
    ("reduce", "afx?"),
    ("sift", "o-f?"),
    ("keys", "x-"),
    ("lookup", "x-s"),
    ("append", "xx"),
    ("exists", "x"),
    ("spread", "x-"),
    ("merge", "a<o>"),
    ("reverse", "a"),
    ("each", "o-f"),
    ("error", "s?"),
    ("assert", "bs?"),
    ("type", "x"),
    ("sort", "af?"),
    ("shuffle", "a"),
    ("distinct", "x"),
    ("base64encode", "s-"),
    ("base64decode", "s-"),
    ("encodeUrlComponent", "s-"),
    ("encodeUrl", "s-"),
    ("decodeUrlComponent", "s-"),
    ("decodeUrl", "s-"),
    ("toMillis", "s-s?"),
    ("fromMillis", "n-s?s?"),
    ("clone", "(oa)-"),
    ("now", "s?s?"),
    ("millis", ""),
    ("partition", "an"),
    ("range", "nnn"),
    ("hash", "ss"),
    ("random", "n?"),
    ("uuid", ""),
    ("parse", "s"),
];

/// What one argument may be.
struct Parameter<'a> {
    /// The letters of its kinds.
    kinds: &'a str,
    /// Of what an array must be, where that is said.
    items: Option<&'a str>,
    context: bool,
    optional: bool,
    repeats: bool,
}

fn parameters(signature: &str) -> Vec<Parameter<'_>> {
    let mut all = Vec::new();
    let mut rest = signature;
    while !rest.is_empty() {
        let (kinds, after) = match rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            Some(choice) => choice,
            None => rest.split_at(1),
        };
        let (items, after) = match after.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
            Some((items, after)) => (Some(items), after),
            None => (None, after),
        };
        rest = after.trim_start_matches(['-', '?', '+']);
        let marks = after.get(..after.len() - rest.len()).unwrap_or("");
        let has = |mark| marks.contains(mark);
        all.push(Parameter { kinds, items, context: has('-'), optional: has('?'), repeats: has('+') });
    }
    all
}

/// The letter of the kind that an expression certainly gives, where it is written so.
pub(super) fn kind(node: &Node) -> Option<char> {
    match &node.kind {
        // What a placeholder stands for may be anything.
        NodeKind::String(text) if placeholder::contained(text) => None,
        NodeKind::String(_) => Some('s'),
        NodeKind::Number(_) | NodeKind::Negate(_) => Some('n'),
        NodeKind::Bool(_) => Some('b'),
        NodeKind::Null => Some('l'),
        NodeKind::Array(_) => Some('a'),
        NodeKind::Object(_) => Some('o'),
        NodeKind::Lambda { .. } | NodeKind::Regex { .. } => Some('f'),
        NodeKind::Binary("&", ..) => Some('s'),
        NodeKind::Binary("+" | "-" | "*" | "/" | "%", ..) => Some('n'),
        NodeKind::Binary("=" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "and" | "or", ..) => Some('b'),
        NodeKind::Block(inner) => inner.last().and_then(kind),
        NodeKind::Condition(_, then, Some(otherwise)) => kind(then).filter(|then| kind(otherwise) == Some(*then)),
        _ => None,
    }
}

/// What people call a kind.
pub(super) fn noun(kind: char) -> &'static str {
    match kind {
        's' => "a string",
        'n' => "a number",
        'b' => "a boolean",
        'l' => "null",
        'a' => "an array",
        'o' => "an object",
        'f' => "a function",
        _ => "any value",
    }
}

/// Every call and operator in an expression that fails on what is written in it.
pub(super) fn failing(root: &Node) -> Vec<(SyntaxError, usize)> {
    let mut found = Vec::new();
    walk(root, false, &mut found);
    found
}

/// `piped` says that the node is called on the value before `~>`.
fn walk(node: &Node, piped: bool, found: &mut Vec<(SyntaxError, usize)>) {
    let mut report = |at: &Node, message: String| {
        found.push((SyntaxError::new(at.span.start, message), at.span.end - at.span.start));
    };
    match &node.kind {
        NodeKind::Call(procedure, arguments) => {
            if let NodeKind::Variable(name) = &procedure.kind
                && let Some((_, signature)) = SIGNATURES.iter().find(|(known, _)| known == name)
            {
                call(node, name, &parameters(signature), arguments, piped, &mut report);
            }
        }
        NodeKind::Binary(sign @ ("+" | "-" | "*" | "/" | "%"), left, right) => {
            for side in [left, right] {
                if let Some(kind) = kind(side).filter(|kind| *kind != 'n') {
                    let help = if *sign == "+" && kind == 's' { ": `&` joins strings" } else { "" };
                    report(side, format!("`{sign}` takes numbers, and this is {}{help}", noun(kind)));
                }
            }
        }
        NodeKind::Binary(sign @ ("<" | "<=" | ">" | ">="), left, right) => {
            for side in [left, right] {
                if let Some(kind) = kind(side).filter(|kind| !matches!(kind, 'n' | 's')) {
                    report(side, format!("`{sign}` compares numbers or strings, and this is {}", noun(kind)));
                }
            }
            if let (Some(one), Some(other)) = (kind(left), kind(right))
                && matches!((one, other), ('n', 's') | ('s', 'n'))
            {
                report(node, format!("`{sign}` cannot compare {} with {}", noun(one), noun(other)));
            }
        }
        _ => {}
    }
    match &node.kind {
        NodeKind::Apply(left, right) => {
            walk(left, false, found);
            walk(right, true, found);
        }
        _ => node.parts().into_iter().for_each(|part| walk(part, false, found)),
    }
}

fn call(
    node: &Node,
    name: &str,
    parameters: &[Parameter<'_>],
    arguments: &[Node],
    piped: bool,
    report: &mut impl FnMut(&Node, String),
) {
    let given = arguments.len() + usize::from(piped);
    let most = parameters.len();
    let needed = parameters.iter().filter(|parameter| !parameter.optional).count();
    let context = parameters.first().is_some_and(|first| first.context);
    let least = needed - usize::from(context);
    let repeats = parameters.iter().any(|parameter| parameter.repeats);
    if given < least || given > most && !repeats {
        let takes = match (least, most) {
            (_, 0) => "no argument".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            (least, most) if least == most => format!("{most} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        report(node, format!("`${name}` takes {takes}, not {given}"));
        return;
    }
    if name == "hash"
        && let Some((at, message)) = arguments.last().and_then(|algorithm| match &algorithm.kind {
            NodeKind::String(text) if given == most => Some((algorithm, hash::unknown(text)?)),
            _ => None,
        })
    {
        report(at, message);
    }
    // The context value stands for the first argument where one lacks.
    let skipped = usize::from(piped) + usize::from(context && given < needed);
    for (parameter, argument) in parameters.iter().skip(skipped).zip(arguments) {
        let Some(is) = kind(argument) else { continue };
        let item = parameter.items.unwrap_or("");
        // One value stands for an array of it.
        let alone = parameter.kinds == "a" && (item.is_empty() || item.contains(is));
        if parameter.kinds == "x" || parameter.kinds.contains(is) || alone {
            if let (NodeKind::Array(items), false) = (&argument.kind, item.is_empty())
                && let Some((wrong, is)) =
                    items.iter().find_map(|one| Some((one, kind(one).filter(|is| !item.contains(*is))?)))
            {
                let wants = item.chars().next().map_or("any value", noun);
                report(wrong, format!("`${name}` takes an array in which each is {wants}, and this is {}", noun(is)));
            }
            continue;
        }
        let wants: Vec<_> = parameter.kinds.chars().map(noun).collect();
        report(argument, format!("`${name}` takes {} here, and this is {}", wants.join(" or "), noun(is)));
    }
}

#[cfg(test)]
mod tests {
    use super::SIGNATURES;
    use crate::jsonata::{BUILT_IN_FUNCTIONS, parse};

    #[test]
    fn every_function_has_a_signature() {
        let mut names: Vec<_> = SIGNATURES.iter().map(|(name, _)| *name).collect();
        names.sort_unstable_by_key(|name| name.to_string());
        let mut known = BUILT_IN_FUNCTIONS.to_vec();
        known.sort_unstable_by_key(|name| name.to_string());
        assert_eq!(names, known);
    }

    #[test]
    fn finds_what_fails() {
        let found = |text: &str| {
            let found = parse(text).unwrap().failing();
            found.into_iter().map(|(error, _)| format!("{}: {}", error.offset, error.message)).collect::<Vec<_>>()
        };
        for fine in [
            "$sum([1, $states.input.x])",
            "$sum(5)",
            "$x.$uppercase()",
            "$states.input ~> $map(function($v) { $v })",
            "$split('a b', / /)",
            "$zip([1], [2], [3])",
            "'a' < 'b'",
            "$string(1, true)",
            "$substring('abc', 1)",
            "$x ~> $substring(1, 2)",
            "$partition([1, 2], 1)[0]",
            "$number(true) + 1",
            "$hash('a', 'SHA-384')",
            "$hash('a', $alg)",
            "'a' ~> $hash('MD5')",
            "$hash('a', '${Algorithm}')",
            "'${Limit}' * 2 + 1",
            "$x > '${Limit}' or '${Limit}' < 3",
        ] {
            assert_eq!(found(fine), [""; 0], "{fine}");
        }
        assert_eq!(found("$sum('a')"), ["5: `$sum` takes an array here, and this is a string"]);
        assert_eq!(
            found("$sum([1, 'a'])"),
            ["9: `$sum` takes an array in which each is a number, and this is a string"]
        );
        assert_eq!(found("$uuid(1)"), ["0: `$uuid` takes no argument, not 1"]);
        assert_eq!(found("$hash('a')"), ["0: `$hash` takes 2 arguments, not 1"]);
        assert_eq!(found("$x & ('a' + 1)"), ["6: `+` takes numbers, and this is a string: `&` joins strings"]);
        assert_eq!(found("1 > 'b'"), ["0: `>` cannot compare a number with a string"]);
        assert_eq!(found("$x ~> $uppercase(1)"), ["6: `$uppercase` takes 0 to 1 arguments, not 2"]);
    }
}
