//! The arguments that JSONata's functions accept, and calls and operators that fail on literal operands.

pub(crate) mod constants;
mod depth;

use crate::Limits;
use crate::functions::{Function, Id, Origin, Parameter, function, unknown_algorithm};
use crate::syntax::ast::{Node, NodeKind};
use crate::syntax::print as printed;
use crate::syntax::print::is_word;
use crate::syntax::validation::bare;
use crate::syntax_error::SyntaxError;

/// Returns whether a string stands for another one that is not known yet.
pub(crate) type IsUnknown = fn(&str) -> bool;

/// Returns the letter of the kind that an expression certainly has.
pub(crate) fn kind(node: &Node, open: IsUnknown) -> Option<char> {
    match &node.kind {
        NodeKind::String(text) if open(text) => None,
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
        NodeKind::Block(inner) => inner.last().and_then(|last| kind(last, open)),
        NodeKind::Condition(_, then, Some(otherwise)) => {
            kind(then, open).filter(|then| kind(otherwise, open) == Some(*then))
        }
        _ => None,
    }
}

/// Returns the name of a kind for messages.
pub(crate) fn noun(kind: char) -> &'static str {
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

/// Returns every call and operator in an expression that fails on literal operands.
pub(crate) fn failing(root: &Node, open: IsUnknown) -> Vec<(SyntaxError, usize)> {
    let mut found = Vec::new();
    walk(root, false, open, &mut found);
    // A field may hold a function only if the expression puts one there.
    if !holds_function(root) {
        methods(root, &mut found);
    }
    let (levels, most) = (depth::certain(root), Limits::DEFAULT.depth);
    if levels > most {
        let message = format!("an expression evaluates at most {most} parts inside one another, not {levels}");
        found.push((SyntaxError::new(root.span.start, message), root.span.len()));
    }
    found
}

/// Returns every literal text that is a condition, and so always true or always false.
pub(crate) fn constant_conditions(root: &Node, open: IsUnknown) -> Vec<(SyntaxError, usize)> {
    let mut found = Vec::new();
    texts_as_filters(root, &mut found);
    texts_as_operands(root, open, &mut found);
    found
}

/// The methods and functions of JavaScript and Python that people call on a value, with the functions that JSONata has.
const METHODS: &[(&str, &str)] = &[
    ("concat", "append"),
    ("endsWith", "contains"),
    ("forEach", "map"),
    ("includes", "contains"),
    ("len", "length"),
    ("lower", "lowercase"),
    ("push", "append"),
    ("size", "count"),
    ("slice", "substring"),
    ("startsWith", "contains"),
    ("stringify", "string"),
    ("strip", "trim"),
    ("substr", "substring"),
    ("toFixed", "formatNumber"),
    ("toISOString", "fromMillis"),
    ("toLowerCase", "lowercase"),
    ("toString", "string"),
    ("toUpperCase", "uppercase"),
    ("unique", "distinct"),
    ("upper", "uppercase"),
];

fn holds_function(node: &Node) -> bool {
    let is_function = |value: &Node| {
        matches!(&value.kind, NodeKind::Lambda { .. } | NodeKind::Partial(..))
            || matches!(&value.kind, NodeKind::Variable(name) if function(name).is_some())
    };
    let here = match &node.kind {
        NodeKind::Object(pairs) | NodeKind::Group(_, pairs) => pairs.iter().any(|(_, value)| is_function(value)),
        _ => false,
    };
    here || node.children().into_iter().any(holds_function)
}

/// Finds calls of a value's member, such as `x.toUpperCase()`: data has no functions.
fn methods(node: &Node, found: &mut Vec<(SyntaxError, usize)>) {
    if let NodeKind::Path(steps) = &node.kind
        && let Some((first, rest)) = steps.split_first()
    {
        for step in rest {
            let NodeKind::Call(procedure, _) = &bare(step).kind else { continue };
            let NodeKind::Name(name) = &procedure.kind else { continue };
            let known = METHODS.iter().find(|(method, _)| method.eq_ignore_ascii_case(name)).map(|(_, known)| *known);
            let same = || crate::names().find(|known| known.eq_ignore_ascii_case(name));
            let error = SyntaxError::new(procedure.span.start, format!("a value has no function `{name}` to call"));
            let help = match known.or_else(same) {
                _ if matches!(&first.kind, NodeKind::Name(name) if name == "Date") => {
                    "`$millis()` is the current time as a number, `$now()` as a string".to_owned()
                }
                Some(known) => format!("JSONata has `${known}(…)`, with the value as its first argument"),
                None => "functions have a `$` and take the value as their first argument: `$uppercase(x)`".to_owned(),
            };
            found.push((error.with_help(help), procedure.span.len()));
        }
    }
    node.children().into_iter().for_each(|part| methods(part, found));
}

/// Finds filters that are a text alone, such as `x['name']`: they are always true, and read no member.
fn texts_as_filters(node: &Node, found: &mut Vec<(SyntaxError, usize)>) {
    if let NodeKind::Path(steps) = &node.kind {
        for (at, step) in steps.iter().enumerate() {
            found.extend(text_as_filter(steps.get(..at).unwrap_or_default(), step));
            step.children().into_iter().for_each(|part| texts_as_filters(part, found));
        }
    } else {
        found.extend(text_as_filter(&[], node));
        node.children().into_iter().for_each(|part| texts_as_filters(part, found));
    }
}

/// `before` are the steps of the path before this one.
fn text_as_filter(before: &[Node], step: &Node) -> Option<(SyntaxError, usize)> {
    let NodeKind::Predicate(inner, filter) = &step.kind else { return None };
    let NodeKind::String(name) = &filter.kind else { return None };
    let member = NodeKind::Name(name.clone()).into();
    let path = NodeKind::Path(before.iter().chain([&**inner]).cloned().chain([member]).collect());
    let text = printed(path.into(), "").text;
    let help = if is_word(name) { format!("write `{text}`") } else { format!("write {text}") };
    let message = format!("`['{name}']` is a filter that is always true, and reads no member");
    Some((SyntaxError::new(filter.span.start, message).with_help(help), filter.span.len()))
}

/// Finds operands of `and` and `or` that are a text alone, such as `x = 'a' or 'b'`: JSONata casts them to booleans.
fn texts_as_operands(node: &Node, open: IsUnknown, found: &mut Vec<(SyntaxError, usize)>) {
    if let NodeKind::Binary(sign @ ("and" | "or"), left, right) = &node.kind {
        for side in [left, right] {
            let NodeKind::String(text) = &side.kind else { continue };
            if open(text) {
                continue;
            }
            let message = match text.is_empty() {
                true => format!("an empty string is always false as an operand of `{sign}`"),
                false => format!("a string is always true as an operand of `{sign}`"),
            };
            let help = match &left.kind {
                NodeKind::Binary("=", ..) => "`x in ['a', 'b']` compares with several",
                _ => "`a ? a : b` is one of two values",
            };
            found.push((SyntaxError::new(side.span.start, message).with_help(help), side.span.len()));
        }
    }
    node.children().into_iter().for_each(|part| texts_as_operands(part, open, found));
}

/// `piped` means that the node is called on the value before `~>`.
fn walk(node: &Node, piped: bool, open: IsUnknown, found: &mut Vec<(SyntaxError, usize)>) {
    let mut report = |at: &Node, message: String| {
        found.push((SyntaxError::new(at.span.start, message), at.span.end - at.span.start));
    };
    match &node.kind {
        NodeKind::Call(procedure, arguments) => {
            if let NodeKind::Variable(name) = &procedure.kind
                && let Some(function) = function(name).filter(|known| known.origin != Origin::Removed)
            {
                call(node, function, arguments, piped, open, &mut report);
            }
        }
        NodeKind::Binary(sign @ ("+" | "-" | "*" | "/" | "%"), left, right) => {
            // The first text of several that `+` joins is reported.
            let is_text = |node: &Node| kind(node, open) == Some('s');
            let sides = if *sign == "+" && joins(left, &is_text) { vec![left] } else { vec![left, right] };
            for side in sides {
                if let Some(kind) = kind(side, open).filter(|kind| *kind != 'n') {
                    let help = if *sign == "+" && kind == 's' { ": `&` joins strings" } else { "" };
                    report(side, format!("`{sign}` takes numbers, but this is {}{help}", noun(kind)));
                }
            }
        }
        NodeKind::Binary(sign @ ("<" | "<=" | ">" | ">="), left, right) => {
            for side in [left, right] {
                if let Some(kind) = kind(side, open).filter(|kind| !matches!(kind, 'n' | 's')) {
                    report(side, format!("`{sign}` compares numbers or strings, but this is {}", noun(kind)));
                }
            }
            if let (Some(one), Some(other)) = (kind(left, open), kind(right, open))
                && matches!((one, other), ('n', 's') | ('s', 'n'))
            {
                report(node, format!("`{sign}` cannot compare {} with {}", noun(one), noun(other)));
            }
        }
        NodeKind::Range(first, last) => {
            if let (Some(first), Some(last)) = (constants::number(first), constants::number(last))
                && last - first >= f64::from(Limits::DEFAULT.range)
            {
                let most = Limits::DEFAULT.range;
                report(node, format!("a range has at most {most} numbers, not {}", last - first + 1.0));
            }
        }
        NodeKind::Object(pairs) | NodeKind::Group(_, pairs) => {
            for (key, _) in pairs {
                if let Some(kind) = kind(key, open).filter(|kind| *kind != 's') {
                    report(key, format!("a key is a string, but this is {}", noun(kind)));
                }
            }
        }
        _ => {}
    }
    match &node.kind {
        NodeKind::Apply(left, right) => {
            walk(left, false, open, found);
            walk(right, true, open, found);
        }
        _ => node.children().into_iter().for_each(|part| walk(part, false, open, found)),
    }
}

/// Returns whether a node is a sum `a + b + c` with such an operand. The sum of all but the last is its left operand.
pub fn joins(node: &Node, is: &impl Fn(&Node) -> bool) -> bool {
    match &node.kind {
        NodeKind::Binary("+", left, right) => is(left) || is(right) || joins(left, is),
        _ => false,
    }
}

fn call(
    node: &Node,
    function: &Function,
    arguments: &[Node],
    piped: bool,
    open: IsUnknown,
    report: &mut impl FnMut(&Node, String),
) {
    let (name, parameters) = (function.name, function.parameters().collect::<Vec<Parameter>>());
    let given = arguments.len() + usize::from(piped);
    let most = parameters.len();
    let needed = parameters.iter().filter(|parameter| !parameter.optional).count();
    let context = parameters.first().is_some_and(|first| first.context);
    // Without one of their arguments, the functions of the service give nothing.
    let least = match function.origin {
        Origin::Added if function.id != Id::Partition => function.arity,
        _ => needed - usize::from(context),
    };
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
    if function.id == Id::Range
        && let [Some(first), Some(last), Some(by)] = [0, 1, 2].map(|at| arguments.get(at).and_then(constants::number))
        && (last.trunc() - first.trunc()) / by.trunc() >= f64::from(Limits::DEFAULT.range_function)
    {
        report(node, format!("`$range` makes at most {} numbers", Limits::DEFAULT.range_function));
    }
    if function.id == Id::Hash
        && let Some((at, message)) = arguments.last().and_then(|algorithm| match &algorithm.kind {
            NodeKind::String(text) if given == most && !open(text) => Some((algorithm, unknown_algorithm(text)?)),
            _ => None,
        })
    {
        report(at, message);
    }
    // The context value replaces the first argument if one is missing.
    let skipped = usize::from(piped) + usize::from(context && given < needed);
    for (number, argument) in arguments.iter().enumerate() {
        if let Some(message) = constants::refused(function.id, (number + skipped, given), argument, open) {
            report(argument, message);
        }
    }
    for (parameter, argument) in parameters.iter().skip(skipped).zip(arguments) {
        let Some(is) = kind(argument, open) else { continue };
        let item = parameter.items.unwrap_or("");
        // A single value stands for an array of it.
        let alone = parameter.kinds == "a"
            && if item.is_empty() { is != 'f' && function.id != Id::Partition } else { item.contains(is) };
        if matches!(parameter.kinds, "x" | "j") || parameter.kinds.contains(is) || alone {
            if let (NodeKind::Array(items), false) = (&argument.kind, item.is_empty())
                && let Some((wrong, is)) =
                    items.iter().find_map(|one| Some((one, kind(one, open).filter(|is| !item.contains(*is))?)))
            {
                let wants = item.chars().next().map_or("any value", noun);
                report(wrong, format!("`${name}` takes an array in which each is {wants}, but this is {}", noun(is)));
            }
            continue;
        }
        let wants: Vec<_> = parameter.kinds.chars().map(noun).collect();
        report(argument, format!("`${name}` takes {} here, but this is {}", wants.join(" or "), noun(is)));
    }
}

#[cfg(test)]
mod tests {
    use crate::parse;

    #[test]
    fn finds_what_fails() {
        let found = |text: &str| {
            let found = parse(text).unwrap().failing(|text| text.contains("${"));
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
        assert_eq!(
            found("$map($xs, function($x) { $x.name.toUpperCase() })"),
            ["33: a value has no function `toUpperCase` to call"]
        );
        assert_eq!(found("($o := {'f': function($x) { $x }}; $o.f(1))"), [""; 0]);
        assert_eq!(found("$sum('a')"), ["5: `$sum` takes an array here, but this is a string"]);
        assert_eq!(
            found("$sum([1, 'a'])"),
            ["9: `$sum` takes an array in which each is a number, but this is a string"]
        );
        assert_eq!(found("$number('ten')"), ["8: `ten` is not a number"]);
        assert_eq!(found("'a' ~> $split(',', -1)"), ["19: a limit cannot be negative"]);
        assert_eq!(found("$partition(10, $xs)"), ["11: `$partition` takes an array here, but this is a number"]);
        assert_eq!(found("$map(function($x) { $x }, $xs)"), ["5: `$map` takes an array here, but this is a function"]);
        assert_eq!(found("{1: 2}"), ["1: a key is a string, but this is a number"]);
        assert_eq!(found("'a' + $b + 'c'"), ["0: `+` takes numbers, but this is a string: `&` joins strings"]);
        assert_eq!(found("$uuid(1)"), ["0: `$uuid` takes no argument, not 1"]);
        assert_eq!(found("$hash('a')"), ["0: `$hash` takes 2 arguments, not 1"]);
        assert_eq!(found("$x & ('a' + 1)"), ["6: `+` takes numbers, but this is a string: `&` joins strings"]);
        assert_eq!(found("1 > 'b'"), ["0: `>` cannot compare a number with a string"]);
        assert_eq!(found("$count([1..873783])"), ["8: a range has at most 873782 numbers, not 873783"]);
        assert_eq!(found("$range(1, 360146.5, 1)"), ["0: `$range` makes at most 360145 numbers"]);
        for fine in ["$count([1..873782])", "$range(1, 360145.9, 1)", "$range(5, 1, 1)"] {
            assert_eq!(found(fine), [""; 0], "{fine}");
        }
        let sum = |count| format!("1{}", "+1".repeat(count));
        assert_eq!(found(&sum(99)), [""; 0]);
        assert_eq!(found(&sum(100)), ["0: an expression evaluates at most 100 parts inside one another, not 101"]);
        assert_eq!(found(&format!("$x ? {} : 1", sum(100))), [""; 0]);
        assert_eq!(found("$x ~> $uppercase(1)"), ["6: `$uppercase` takes 0 to 1 arguments, not 2"]);
    }

    #[test]
    fn finds_texts_that_are_conditions() {
        let found = |text: &str| {
            let ast = parse(text).unwrap();
            assert!(ast.failing(|_| false).is_empty(), "JSONata casts it to a boolean: {text}");
            let found = ast.constant_conditions(|text| text.contains("${"));
            found.into_iter().map(|(error, _)| error.to_string()).collect::<Vec<_>>()
        };
        for fine in ["$x = 'a' or $x = 'b'", "$x or '${Flag}'", "$x and $y", "'a' & 'b'", "$x['a' = b]"] {
            assert_eq!(found(fine), [""; 0], "{fine}");
        }
        assert_eq!(found("$x = 'a' or 'b'"), ["a string is always true as an operand of `or` (at byte 12)"]);
        assert_eq!(found("$x or ''"), ["an empty string is always false as an operand of `or` (at byte 6)"]);
        assert_eq!(
            found("$x['name']"),
            ["`['name']` is a filter that is always true, and reads no member (at byte 3)"]
        );
    }
}
