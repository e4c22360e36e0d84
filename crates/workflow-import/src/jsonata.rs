//! JSONata expressions in the language's own syntax.

use std::borrow::Cow;

use workflow_asl::Pointer;
use workflow_asl::jsonata::{Node, NodeKind, called, constant, expression, function, parse};

use super::KeptKind;
use super::captures::Captures;
use super::evidence::is_empty_list;
use super::printer::{Spelling, ValuePosition};
use super::same_expression::{bare, call, defaulted, same};
use super::shapes::{Parameters, Part, Shapes, is_item_parameter, is_path, state_at};
use super::steps::Joins;
use super::text::{array, is_name, key, lines, object, quoted};
use workflow_compiler::syntax::is_rust_keyword;
use workflow_compiler::syntax::keyword::RESERVED;

/// The precedence of an expression.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binds {
    Default,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Unary,
    Operand,
}

/// The text of an expression, and its precedence.
pub(super) type Text = (String, Binds);

/// How an expression is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// As short as possible.
    Natural,
    /// The same, with `?` after the states that may not have run, and after members that items may lack.
    Absent,
    /// With the parts that the language adds itself where the types require them: `$string` around the operands of `&`,
    /// and `= true` after a condition.
    Explicit,
}

/// Returns the spellings of a string in a JSONata state that is an expression; `None` if it is text.
pub(super) fn spellings(text: &str, at: &Pointer, here: ValuePosition, known: Known<'_>) -> Option<Vec<Spelling>> {
    let inner = expression(text)?;
    let state = state_at(at);
    let mut spellings = Vec::new();
    let why = match parse(inner) {
        Ok(ast) => {
            let root = bare(&ast.root);
            for style in [Style::Natural, Style::Absent, Style::Explicit] {
                let mut reader = Reader {
                    text: inner,
                    pointer: at,
                    state: &state,
                    here,
                    known,
                    style,
                    parameters: Vec::new(),
                    parts: Vec::new(),
                };
                spellings.extend(reader.whole(root).map(|(text, _)| Spelling::in_language(text)));
            }
            if spellings.is_empty() { Some(foreign(root).unwrap_or("an array of expressions")) } else { None }
        }
        Err(_) => Some("a placeholder outside of quotes"),
    };
    spellings.push(Spelling::kept(lines(text), KeptKind::Jsonata).because(why));
    Some(spellings)
}

/// Returns the part of an expression that the language cannot express.
fn foreign(node: &Node) -> Option<&'static str> {
    let own = match &node.kind {
        NodeKind::Descendants => "`**`",
        NodeKind::Wildcard => "`*`",
        NodeKind::Parent => "`%`",
        NodeKind::Predicate(_, filter)
            if matches!(
                filter.kind,
                NodeKind::Binary("=" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or" | "in", ..)
            ) =>
        {
            "a filter in brackets"
        }
        NodeKind::KeepArray(_) => "`[]` after a path",
        NodeKind::Group(..) => "a group",
        NodeKind::Sort(..) => "`^( )`",
        NodeKind::Focus(..) | NodeKind::Index(..) => "a variable in a path",
        NodeKind::Block(parts) if parts.len() != 1 => "several expressions in a block",
        NodeKind::Bind(..) => "`:=`",
        NodeKind::Condition(_, _, None) => "a condition without an alternative",
        NodeKind::Partial(..) => "a partial call",
        NodeKind::Transform { .. } => "a transformation",
        NodeKind::Path(steps)
            if steps.iter().skip(1).any(|step| {
                matches!(step.kind, NodeKind::Object(_) | NodeKind::Array(_) | NodeKind::Block(_) | NodeKind::Call(..))
            }) =>
        {
            "an expression as a step of a path"
        }
        NodeKind::Variable(name) if !is_name(name) => "`$` without a name",
        NodeKind::Regex { .. } => "a regular expression",
        NodeKind::Lambda { .. } => "a function outside of a call",
        _ => return node.children().into_iter().find_map(foreign),
    };
    Some(own)
}

/// What is known of the document around an expression.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    /// The variables that the compiler assigns.
    pub(super) captures: &'k Captures,
    /// The types of values, if they are declared.
    pub(super) shapes: Option<&'k Shapes>,
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    /// Its place in the document, and the state around it.
    pub(super) pointer: &'t Pointer,
    pub(super) state: &'t Pointer,
    pub(super) here: ValuePosition,
    pub(super) known: Known<'t>,
    pub(super) style: Style,
    /// The parameters of the closures around the current node: their names in JSONata and in the language.
    pub(super) parameters: Vec<(&'t str, String)>,
    /// What they are.
    pub(super) parts: Parameters<'t>,
}

impl<'t> Reader<'t> {
    /// Returns a whole value. Outside of an expression, objects and arrays are JSON whose parts are expressions.
    fn whole(&mut self, node: &'t Node) -> Option<Text> {
        match &node.kind {
            _ if constant(node).is_some() => self.expression(node),
            NodeKind::Object(members) => self.object(members, true),
            NodeKind::Array(items) if items.len() > 1 && items.iter().any(is_range) => self.expression(node),
            NodeKind::Array(items) => self.list(items),
            _ => self.expression(node),
        }
    }

    pub(super) fn expression(&mut self, node: &'t Node) -> Option<Text> {
        let node = bare(node);
        Some(match &node.kind {
            NodeKind::String(text) => (quoted(text), Binds::Operand),
            NodeKind::Number(_) => {
                let text = self.text.get(node.span.clone())?;
                (text.to_owned(), if text.starts_with('-') { Binds::Unary } else { Binds::Operand })
            }
            NodeKind::Bool(value) => (value.to_string(), Binds::Operand),
            NodeKind::Null => ("null".to_owned(), Binds::Operand),
            NodeKind::Variable(name) => (self.variable(name)?, Binds::Operand),
            NodeKind::Path(_) => self.path(node, Joins::Never)?,
            NodeKind::Predicate(value, index) => {
                let value = self.within(value, Binds::Operand)?;
                (format!("{value}[{}]", self.index(index)?), Binds::Operand)
            }
            NodeKind::Negate(value) => (format!("-{}", self.within(value, Binds::Operand)?), Binds::Unary),
            NodeKind::Array(items) => match self.list(items) {
                Some(list) => list,
                None => (array(&self.all(items)?), Binds::Operand),
            },
            NodeKind::Object(members) => self.object(members, false)?,
            NodeKind::Binary(sign, left, right) => self.binary(sign, left, right)?,
            NodeKind::Condition(condition, yes, Some(no)) => self.condition(condition, yes, no)?,
            _ => {
                let (function, arguments) = call(node)?;
                self.call(function, arguments)?
            }
        })
    }

    fn all(&mut self, nodes: &'t [Node]) -> Option<Vec<String>> {
        let mut one = |node: &'t Node| match &node.kind {
            NodeKind::Range(first, last) => self.range(first, last),
            _ => Some(self.expression(node)?.0),
        };
        nodes.iter().map(&mut one).collect()
    }

    pub(super) fn range(&mut self, first: &'t Node, last: &'t Node) -> Option<String> {
        let [first, last] = [first, last].map(|bound| self.within(bound, Binds::Sum));
        Some(format!("{}..={}", first?, last?))
    }

    pub(super) fn within(&mut self, node: &'t Node, least: Binds) -> Option<String> {
        let (text, binds) = self.expression(node)?;
        let choice = text.starts_with("if ");
        Some(if binds < least || choice { format!("({text})") } else { text })
    }

    /// Returns a variable, or a parameter of a closure.
    fn variable(&self, name: &str) -> Option<String> {
        if let Some((_, parameter)) = self.parameters.iter().rev().find(|(known, _)| *known == name) {
            return Some(parameter.clone());
        }
        if let Some(word) = self.known.captures.word(name, self.pointer) {
            return Some(word.to_owned());
        }
        is_name(name).then(|| format!("${name}"))
    }

    /// Returns an object. As a whole value, it omits its members that are absent.
    fn object(&mut self, members: &'t [(Node, Node)], whole: bool) -> Option<Text> {
        let certain = members.iter().all(|(_, value)| is_certain(value));
        let members = members.iter().map(|(name, value)| {
            let NodeKind::String(name) = &name.kind else { return None };
            let mark = if whole && (certain || !is_certain(value)) { "?" } else { "" };
            Some(format!("{}{mark}: {}", key(name), self.expression(value)?.0))
        });
        Some((object(&members.collect::<Option<Vec<_>>>()?), Binds::Operand))
    }

    fn condition(&mut self, condition: &'t Node, yes: &'t Node, no: &'t Node) -> Option<Text> {
        let natural = self.known.shapes.is_some() && self.style != Style::Explicit;
        let tested = match called(bare(condition)) {
            Some(("exists", [value])) if natural || is_number_or_nothing(value) || is_empty_list(no) => Some(value),
            _ => defaulted(condition),
        };
        if let Some(value) = tested
            && same(value, yes)
        {
            let value = self.within(value, Binds::Or)?;
            return Some((format!("{value} ?? {}", self.within(no, Binds::Or)?), Binds::Default));
        }
        let [condition, yes, no] = [condition, yes, no].map(|part| self.expression(part));
        let ((condition, _), (yes, _), (no, _)) = (condition?, yes?, no?);
        let condition = if condition.contains('{') { format!("({condition})") } else { condition };
        let no = if no.starts_with("if ") { no } else { format!("{{ {no} }}") };
        Some((format!("if {condition} {{ {yes} }} else {no}"), Binds::Default))
    }

    pub(super) fn index(&mut self, node: &'t Node) -> Option<String> {
        match &node.kind {
            NodeKind::Number(_)
            | NodeKind::Negate(_)
            | NodeKind::Variable(_)
            | NodeKind::Binary("+" | "-" | "*" | "/" | "%", ..)
            | NodeKind::Call(..) => Some(self.expression(node)?.0),
            _ => None,
        }
    }

    fn binary(&mut self, sign: &str, left: &'t Node, right: &'t Node) -> Option<Text> {
        if self.style != Style::Explicit
            && sign == "="
            && right.kind == NodeKind::Bool(true)
            && let NodeKind::Binary(sign @ ("!=" | "<" | "<=" | ">" | ">="), left, right) = &bare(left).kind
        {
            return self.binary(sign, left, right);
        }
        let (word, binds, tighter) = match sign {
            "or" => ("||", Binds::Or, Binds::And),
            "and" => ("&&", Binds::And, Binds::Comparison),
            "=" => ("==", Binds::Comparison, Binds::Sum),
            "!=" | "<" | "<=" | ">" | ">=" | "in" => (sign, Binds::Comparison, Binds::Sum),
            "+" | "&" => ("+", Binds::Sum, Binds::Product),
            "-" => ("-", Binds::Sum, Binds::Product),
            "*" | "/" | "%" => (sign, Binds::Product, Binds::Unary),
            _ => return None,
        };
        let as_text = sign == "&" && self.style == Style::Explicit;
        let mut side = |node: &'t Node, least| match as_text && !is_text(node) {
            true => Some(format!("$string({})", self.expression(node)?.0)),
            false => self.within(node, least),
        };
        let left = side(left, if binds == Binds::Comparison { tighter } else { binds })?;
        let right = side(right, tighter)?;
        Some((format!("{left} {word} {right}"), binds))
    }

    pub(super) fn call(&mut self, function: &'t Node, arguments: Vec<&'t Node>) -> Option<Text> {
        let NodeKind::Variable(name) = &function.kind else { return None };
        if !is_name(name) || self.parameters.iter().any(|(known, _)| known == name) {
            return None;
        }
        if let ("not", [only]) = (name.as_str(), arguments.as_slice()) {
            return Some((format!("!{}", self.within(only, Binds::Unary)?), Binds::Unary));
        }
        // `$sift` returns nothing if no member is left.
        if let ("merge", [Node { kind: NodeKind::Array(items), .. }]) = (name.as_str(), arguments.as_slice())
            && let [Node { kind: NodeKind::Call(sift, arguments), .. }] = items.as_slice()
            && matches!(&sift.kind, NodeKind::Variable(name) if name == "sift")
        {
            return self.call(sift, arguments.iter().collect());
        }
        let mut texts = Vec::new();
        for (number, argument) in arguments.iter().enumerate() {
            let joins = number == 0 && JOINING.contains(&name.as_str()) && is_path(argument);
            texts.push(match joins {
                true => self.path(argument, Joins::Argument)?.0,
                false => self.argument(name, arguments.first().copied(), argument)?,
            });
        }
        let name = match (name.as_str(), arguments.as_slice()) {
            ("exists", [_]) => "is_present".to_owned(),
            (name, _) => format!("${name}"),
        };
        Some((format!("{name}({})", texts.join(", ")), Binds::Operand))
    }

    /// Returns an argument of a call: a value, a regular expression or a closure.
    fn argument(&mut self, function: &str, list: Option<&'t Node>, node: &'t Node) -> Option<String> {
        let (params, body) = match &node.kind {
            NodeKind::Lambda { params, signature: None, body } => (params, body),
            NodeKind::Regex { pattern, flags } => {
                let flags = if flags.is_empty() { String::new() } else { format!("(?{flags})") };
                return Some(format!("regex {}", quoted(&format!("{flags}{pattern}"))));
            }
            _ => return Some(self.expression(node)?.0),
        };
        if params.is_empty() || !params.iter().all(|name| is_name(name)) {
            return None;
        }
        let item = match (self.known.shapes, list) {
            (Some(shapes), Some(list)) => shapes.item_of(shapes.part(list, self.state, &self.parts)).map(Part::One),
            _ => None,
        };
        let outer = self.parameters.len();
        for (number, name) in params.iter().enumerate() {
            let mut own = Cow::from(name.as_str());
            if !reads(body, name) && !own.starts_with('_') {
                own.to_mut().insert(0, '_');
            }
            while RESERVED.contains(&&*own)
                || is_rust_keyword(&own)
                || self.parameters.iter().any(|(_, known)| *known == own)
            {
                own.to_mut().push_str("_1");
            }
            let own = own.into_owned();
            self.parameters.push((name, own));
            let part = item.filter(|_| is_item_parameter(function, number));
            self.parts.push((name, part.unwrap_or(Part::Unknown)));
        }
        let body = self.expression(body).map(|(text, _)| text);
        let names: Vec<_> = self.parameters.drain(outer..).map(|(_, name)| name).collect();
        self.parts.truncate(outer);
        Some(format!("|{}| {}", names.join(", "), body?))
    }
}

/// The functions that take a sequence where the language has a list.
const JOINING: [&str; 6] = ["sum", "count", "max", "min", "average", "join"];

fn is_range(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Range(..))
}

/// Returns whether an expression reads a variable.
fn reads(node: &Node, name: &str) -> bool {
    match &node.kind {
        NodeKind::Variable(known) => known == name,
        _ => node.children().into_iter().any(|child| reads(child, name)),
    }
}

/// Returns whether an expression is a number that is never null: the greatest, least or mean one of a list.
fn is_number_or_nothing(node: &Node) -> bool {
    matches!(called(node), Some(("max" | "min" | "average", _)))
}

/// Returns whether an expression has a value in any state.
fn is_certain(node: &Node) -> bool {
    match &bare(node).kind {
        NodeKind::Array(_) | NodeKind::Object(_) | NodeKind::Binary("&", ..) => true,
        _ => constant(node).is_some(),
    }
}

/// Returns whether `+` certainly joins an operand as text.
fn is_text(node: &Node) -> bool {
    match &bare(node).kind {
        NodeKind::String(_) | NodeKind::Binary("&", ..) => true,
        NodeKind::Call(..) => {
            let row = called(node).and_then(|(name, _)| function(name));
            row.is_some_and(|row| row.result() == Some(("s", None)))
        }
        _ => false,
    }
}

pub(super) fn has_closure(arguments: &[Node]) -> bool {
    arguments.iter().any(|argument| matches!(argument.kind, NodeKind::Lambda { .. }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{ImportOptions, Imported, import};

    fn imported(state: Value) -> Imported {
        let document = json!({"StartAt": "P", "QueryLanguage": "JSONata", "States": {"P": state}});
        import(&document, &ImportOptions::new("W")).unwrap()
    }

    /// Returns an expression in the language, or why it is kept.
    fn written(expression: &str) -> String {
        let imported = imported(json!({"Type": "Pass", "Output": {"v": format!("{{%{expression}%}}")}, "End": true}));
        if let Some(kept) = imported.kept.first() {
            return format!("kept: {}", kept.why.as_deref().unwrap());
        }
        let (_, value) = imported.source.split_once("v: ").unwrap();
        let (value, _) = value.rsplit_once("->").unwrap();
        value.trim().strip_suffix('}').unwrap().trim().trim_end_matches(',').to_owned()
    }

    #[test]
    fn blanks_quotes_and_parentheses_do_not_matter() {
        assert_eq!(written("$states.input.a"), "state.a");
        assert_eq!(written("  ($states.input.a)&\"-\" & ($states.input.b) "), "state.a + \"-\" + state.b");
        assert_eq!(written("($states.input.a = 1)and(2=$states.input.b)"), "state.a == 1 && 2 == state.b");
        assert_eq!(written(" 'x' "), "\"x\"");
        assert_eq!(written(" [1, ['a', null]] "), "[1, [\"a\", null]]");
        assert_eq!(written("{'a': -1, 'b': {}}"), "{ a: -1, b: {} }");
    }

    #[test]
    fn text_is_joined_as_text() {
        assert_eq!(written("$states.input.a & 'x'"), "state.a + \"x\"");
        assert_eq!(written("$states.input.a & $states.input.b"), "$string(state.a) + $string(state.b)");
        assert_eq!(written("'a' & 1"), "\"a\" + $string(1)");
        assert_eq!(written("$string($states.input.a) & 'x'"), "$string(state.a) + \"x\"");
    }

    #[test]
    fn objects_omit_what_is_absent() {
        assert_eq!(written("{'a': $states.input.a, 'b': 1}"), "{ a?: state.a, b: 1 }");
        assert_eq!(
            written("$exists($states.input.a) and $states.input.a != null ? $states.input.a : 1"),
            "state.a ?? 1"
        );
        assert_eq!(
            written("$exists($states.input.a) ? $states.input.a : 1"),
            "if is_present(state.a) { state.a } else { 1 }"
        );
    }

    #[test]
    fn functions_are_closures() {
        let filter = "[$filter($states.input.xs, function($v) { $v.a > 1 })[]]";
        assert_eq!(written(filter), "$filter(state.xs, |v| v.a > 1)");
        assert_eq!(written("[$map($states.input.xs, function($v, $i) { $i + 1 })]"), "$map(state.xs, |_v, i| i + 1)");
        assert_eq!(
            written("[$map($states.input.xs, function($v, $i) { $v.a & ': ' & $i })]"),
            "$map(state.xs, |v, i| $string(v.a) + \": \" + $string(i))"
        );
        assert_eq!(
            written("$reduce($states.input.xs,function($sum,$x){$sum+$x.n},0)"),
            "$reduce(state.xs, |sum, x| sum + x.n, 0)"
        );
        assert_eq!(
            written("$sort($states.input.xs, function($state, $item) { $state.a > $item.a })"),
            "$sort(state.xs, |state_1, item_1| state_1.a > item_1.a)"
        );
        assert_eq!(
            written("$merge([$sift($states.input.o, function($v, $k) { $k != 'a' })])"),
            "$sift(state.o, |_v, k| k != \"a\")"
        );
        assert_eq!(
            written("[$map($states.input.xs, function($x) { $sum([$map($x.l, function($y) { $y.n * $x.n })]) })]"),
            "$map(state.xs, |x| $sum($map(x.l, |y| y.n * x.n)))"
        );
        // Without brackets, one item would come out as it is.
        assert!(written("$filter($states.input.xs, function($v) { $v.a > 1 })").starts_with("kept"));
    }

    #[test]
    fn membership_and_ranges() {
        assert_eq!(written("$states.input.a in ['x', \"y\"]"), "state.a in [\"x\", \"y\"]");
        assert_eq!(
            written("($states.input.a in [1, 2]) and $states.input.b = []"),
            "state.a in [1, 2] && state.b == []"
        );
        assert_eq!(written("[1..$count($states.input.xs) - 1]"), "[1..=$count(state.xs) - 1]");
        assert_eq!(written("$sum([1 .. 3])"), "$sum([1..=3])");
    }

    #[test]
    fn chains_are_calls() {
        assert_eq!(written("$states.input.a ~> $trim ~> $split(',')"), "$split($trim(state.a), \",\")");
        assert_eq!(written("$merge([$states.input.a, {'b': 1}])"), "$merge([state.a, { b: 1 }])");
        assert_eq!(written("$count($states.input.xs.a)"), "$count(state.xs.a)");
    }

    #[test]
    fn what_has_no_form_is_kept_with_the_reason() {
        assert_eq!(written("$states.input.**.a"), "kept: `**`");
        assert_eq!(written("$states.input.xs[a = 1].b"), "kept: a filter in brackets");
        assert_eq!(written("($x := 1; $x)"), "kept: several expressions in a block");
        assert_eq!(written("$states.input.xs.{'a': b}"), "kept: an expression as a step of a path");
        assert_eq!(written("$states.input.a /* why */"), "kept: it would change");
        assert_eq!(written("[$states.input.a]"), "kept: an array of expressions");
        assert_eq!(written("$none"), "kept: nothing assigns a variable `$none`");
    }

    #[test]
    fn conditions_are_written_without_what_lowering_adds() {
        let written = |condition: &str| {
            let choices = json!([{"Condition": condition, "Next": "Z"}]);
            let document = json!({"StartAt": "C", "QueryLanguage": "JSONata", "States": {
                "C": {"Type": "Choice", "Choices": choices, "Default": "Z"}, "Z": {"Type": "Succeed"}}});
            let source = import(&document, &ImportOptions::new("W")).unwrap().source;
            source.lines().find_map(|line| line.trim().strip_prefix("if ").map(str::to_owned)).unwrap()
        };
        assert_eq!(written("{%($states.input.a<1) = true%}"), "state.a < 1 -> Z;");
        // If `a` is absent, this fails: it is declared to be present.
        assert_eq!(written("{% $states.input.a<1 %}"), "state.a < 1 -> Z;");
        // Nothing can be declared of the context.
        let condition = "{% $states.context.Execution.Name<1 %}";
        assert_eq!(written(condition), format!("\"{condition}\" -> Z;"));
        assert_eq!(written("{% $states.input.a=1 %}"), "state.a == 1 -> Z;");
    }
}
