//! The type of every expression, and what is wrong with its operands and arguments.

use workflow_asl::Code;
use workflow_asl::document::{Operator, QueryLanguage};
use workflow_asl::intrinsic::{self, Kind};

use super::facts::Facts;
use super::function::Function;
use super::model::Model;
use super::resolve::{Place, article, reference_text};
use super::sink::Sink;
use super::types::Ty;
use crate::problem::Problem;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Reference, Segment, Spot, Text, UnaryOp, plain};

impl<'a> Model<'a> {
    /// The type of an expression in its place, as far as it is known. Silent: the checks report.
    pub fn type_of(&self, place: Place<'_, 'a>, expr: &Expr) -> Ty {
        self.infer(place, expr, &Facts::default(), &mut Sink::silent())
    }

    /// The type of an expression; everything that is wrong in it goes to the sink.
    pub(super) fn infer(&self, place: Place<'_, 'a>, expr: &Expr, facts: &Facts, sink: &mut Sink<'_>) -> Ty {
        match &expr.kind {
            ExprKind::Null => Ty::Null,
            ExprKind::Bool(_) => Ty::Bool,
            ExprKind::Number(text) => {
                let whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
                if whole { Ty::Integer } else { Ty::Number }
            }
            ExprKind::Duration(_) => Ty::Integer,
            ExprKind::Text(text) => {
                let raw = place.state.language == QueryLanguage::Jsonata && text.starts_with("{%");
                if raw { Ty::Unknown } else { Ty::Text }
            }
            ExprKind::Object(members) => {
                let typed = members.iter().map(|member| {
                    if place.state.language == QueryLanguage::Jsonata && member.key.value.ends_with(".$") {
                        sink.report(|| jsonpath_key(&member.key));
                    }
                    let ty = self.infer(place, &member.value, facts, sink);
                    if !member.optional {
                        self.needed(place, &member.value, Some(&member.key), facts, sink);
                    }
                    match member.key.value.strip_suffix(".$") {
                        Some(key) if place.state.language == QueryLanguage::JsonPath => (key.to_owned(), Ty::Unknown),
                        _ if member.optional => (member.key.value.clone(), ty.optional()),
                        _ => (member.key.value.clone(), ty),
                    }
                });
                Ty::Object(typed.collect())
            }
            ExprKind::Array(items) => {
                let typed = items.iter().map(|item| {
                    self.needed(place, item, None, facts, sink);
                    self.infer(place, item, facts, sink)
                });
                let types: Vec<_> = typed.collect();
                Ty::Array(Box::new(types.into_iter().reduce(Ty::join).unwrap_or(Ty::Unknown)))
            }
            ExprKind::Reference(reference) => {
                self.infer_indices(place, &reference.segments, facts, sink);
                self.follow(place, reference, facts, sink).ty
            }
            ExprKind::Unary(op, operand) => self.infer_unary(place, *op, operand, facts, sink),
            ExprKind::Binary(op, spot, left, right) => self.infer_binary(place, (*op, *spot), left, right, facts, sink),
            ExprKind::If(condition, yes, no) => {
                self.infer_condition(place, condition, facts, sink);
                let yes = self.infer(place, yes, &facts.and(condition, true), sink);
                let no = self.infer(place, no, &facts.and(condition, false), sink);
                yes.join(no)
            }
            ExprKind::Call { name, arguments } => self.infer_call(place, name, arguments, facts, sink),
            ExprKind::Variant { ty, variant } => {
                let name = plain(ty);
                let Some(decl) = self.types.enums.get(&name) else {
                    sink.report(|| {
                        let problem = Problem::new(Code::UnknownType, ty.span(), format!("there is no enum `{name}`"));
                        let problem = problem.suggest(&name, self.types.enums.keys().map(String::as_str));
                        if problem.help.is_empty() {
                            problem.help(format!("declare it: `enum {name} {{ {variant} }}`; a constant of your Rust code is `const {name}::{variant}`"))
                        } else {
                            problem
                        }
                    });
                    return Ty::Unknown;
                };
                if self.variant_wire(&name, &plain(variant)).is_none() {
                    sink.report(|| {
                        let known: Vec<_> = decl.variants.iter().map(|decl| plain(&decl.name)).collect();
                        let message = format!("`{name}` has no variant `{}`", plain(variant));
                        unknown_variant(message, variant.span().into(), &plain(variant), &known)
                    });
                }
                Ty::Enum(name)
            }
            ExprKind::Access(inner, segments) => {
                let ty = self.infer(place, inner, facts, sink);
                self.infer_indices(place, segments, facts, sink);
                let text = words(inner).unwrap_or_else(|| "…".to_owned());
                self.walk(text, ty, segments, false, facts, &mut Vec::new(), sink)
            }
            ExprKind::Paren(inner) => self.infer(place, inner, facts, sink),
            ExprKind::Constant(_) | ExprKind::Jsonata(_) | ExprKind::Path(_) | ExprKind::Invalid => Ty::Unknown,
        }
    }

    /// A value that must be there: the result of a state that may not have run fails the state that reads it.
    pub(super) fn needed(
        &self,
        place: Place<'_, 'a>,
        expr: &Expr,
        key: Option<&Text>,
        facts: &Facts,
        sink: &mut Sink<'_>,
    ) {
        match &expr.kind {
            ExprKind::Paren(inner) => self.needed(place, inner, key, facts, sink),
            ExprKind::If(condition, yes, no) => {
                self.needed(place, yes, key, &facts.and(condition, true), sink);
                self.needed(place, no, key, &facts.and(condition, false), sink);
            }
            ExprKind::Reference(reference)
                if sink.listens()
                    && reference.optional
                    && place.state.language == QueryLanguage::Jsonata
                    && self.infer(place, expr, facts, &mut Sink::silent()).is_option() =>
            {
                sink.report(|| {
                    let text = optional_text(reference);
                    let message = format!("`{text}` may be absent, and then this state fails");
                    let problem = Problem::new(Code::UnguardedOption, expr.spot, message)
                        .help(format!("give a default: `{text} ?? …`"));
                    match key {
                        Some(key) => problem.help(format!("or leave the member out: `{}?: {text}`", key.value)),
                        None => problem,
                    }
                });
            }
            _ => {}
        }
    }

    fn infer_indices(&self, place: Place<'_, 'a>, segments: &[Segment], facts: &Facts, sink: &mut Sink<'_>) {
        for segment in segments {
            if let Segment::Index(index) = segment {
                let ty = self.infer(place, index, facts, sink);
                if !ty.is_unknown() && !ty.is_number() && !ty.is_text() {
                    let message = format!("an index is a number, this is {}", article(&ty));
                    sink.push(Problem::new(Code::UnlikeTypes, index.spot, message));
                }
            }
        }
    }

    fn infer_unary(&self, place: Place<'_, 'a>, op: UnaryOp, operand: &Expr, facts: &Facts, sink: &mut Sink<'_>) -> Ty {
        match op {
            UnaryOp::Not => {
                self.infer_condition(place, operand, facts, sink);
                Ty::Bool
            }
            UnaryOp::Negate => {
                let ty = self.operand(place, operand, facts, sink);
                if ty.is_unknown() {
                    return Ty::Number;
                }
                if !ty.is_number() {
                    let message = format!("`-` needs a number, this is {}", article(&ty));
                    sink.push(Problem::new(Code::UnlikeTypes, operand.spot, message));
                    return Ty::Number;
                }
                ty
            }
        }
    }

    /// An operand of an operator: what may be absent must be tested first, since in JSONata every comparison
    /// with nothing is false, and in JSONPath the execution fails.
    pub(super) fn operand(&self, place: Place<'_, 'a>, operand: &Expr, facts: &Facts, sink: &mut Sink<'_>) -> Ty {
        let ty = self.infer(place, operand, facts, sink);
        let Ty::Option(inner) = ty else { return ty };
        sink.report(|| {
            let text = match &operand.kind {
                ExprKind::Reference(reference) => optional_text(reference),
                _ => "this value".to_owned(),
            };
            let message = format!("{} may be absent: it is {}", quoted(&text), article(&Ty::Option(inner.clone())));
            let problem = Problem::new(Code::UnguardedOption, operand.spot, message);
            if text == "this value" {
                return problem.help("give a default with `??`");
            }
            let problem = problem.help(format!("test it first: `is_present({text}) && …`"));
            if place.state.language == QueryLanguage::Jsonata {
                problem.help(format!("or give a default: `({text} ?? …)`"))
            } else {
                problem
            }
        });
        *inner
    }

    /// A condition, or an operand of `&&`, `||` or `!`.
    pub(super) fn infer_condition(&self, place: Place<'_, 'a>, condition: &Expr, facts: &Facts, sink: &mut Sink<'_>) {
        let ty = self.operand(place, condition, facts, sink);
        if !ty.is_unknown() && ty != Ty::Bool {
            sink.report(|| {
                let message = format!("a condition is `bool`, this is {}", article(&ty));
                let problem = Problem::new(Code::UnlikeTypes, condition.spot, message);
                match &condition.kind {
                    ExprKind::Reference(reference) if ty.is_number() => {
                        problem.help(format!("compare it: `{} != 0`", reference_text(reference)))
                    }
                    ExprKind::Reference(reference) if ty.is_text() => {
                        problem.help(format!("compare it: `{} == \"…\"`", reference_text(reference)))
                    }
                    _ => problem,
                }
            });
        }
    }

    fn infer_binary(
        &self,
        place: Place<'_, 'a>,
        (op, spot): (BinaryOp, Spot),
        left: &Expr,
        right: &Expr,
        facts: &Facts,
        sink: &mut Sink<'_>,
    ) -> Ty {
        match op {
            BinaryOp::Default => {
                let given = self.infer(place, left, facts, sink);
                let default = self.infer(place, right, facts, sink);
                match given {
                    Ty::Unknown => Ty::Unknown,
                    given => given.present().clone().join(default),
                }
            }
            BinaryOp::And | BinaryOp::Or => {
                self.infer_condition(place, left, facts, sink);
                self.infer_condition(place, right, &facts.and(left, op == BinaryOp::And), sink);
                Ty::Bool
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let null = |expr: &Expr| matches!(expr.kind, ExprKind::Null);
                // `x == null` is how to ask an optional value.
                let (a, b) = if null(left) || null(right) {
                    (self.infer(place, left, facts, sink), self.infer(place, right, facts, sink))
                } else {
                    (self.operand(place, left, facts, sink), self.operand(place, right, facts, sink))
                };
                self.compare((&a, left), (&b, right), sink);
                Ty::Bool
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                let a = self.operand(place, left, facts, sink);
                let b = self.operand(place, right, facts, sink);
                let unordered = [(&a, left), (&b, right)].into_iter().find(|(ty, _)| {
                    !ty.is_unknown() && !ty.is_number() && !matches!(ty, Ty::Text | Ty::Timestamp | Ty::Arn)
                });
                if let Some((ty, operand)) = unordered {
                    let message = format!("`{}` compares numbers and text, this is {}", operator(op), article(ty));
                    sink.push(Problem::new(Code::UnlikeTypes, operand.spot, message));
                } else {
                    self.compare((&a, left), (&b, right), sink);
                }
                Ty::Bool
            }
            BinaryOp::Add => self.add(place, spot, left, right, facts, sink),
            BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => {
                let a = self.number(place, op, left, facts, sink);
                let b = self.number(place, op, right, facts, sink);
                let whole = op != BinaryOp::Divide && a == Ty::Integer && b == Ty::Integer;
                if whole { Ty::Integer } else { Ty::Number }
            }
        }
    }

    fn number(&self, place: Place<'_, 'a>, op: BinaryOp, operand: &Expr, facts: &Facts, sink: &mut Sink<'_>) -> Ty {
        let ty = self.operand(place, operand, facts, sink);
        if !ty.is_unknown() && !ty.is_number() {
            let message = format!("`{}` needs numbers, this is {}", operator(op), article(&ty));
            let problem = Problem::new(Code::UnlikeTypes, operand.spot, message);
            let jsonata = place.state.language == QueryLanguage::Jsonata;
            sink.push(match &operand.kind {
                ExprKind::Reference(reference) if ty.is_text() && jsonata => {
                    problem.help(format!("make it a number: `$number({})`", reference_text(reference)))
                }
                _ => problem,
            });
            return Ty::Number;
        }
        ty
    }

    fn add(
        &self,
        place: Place<'_, 'a>,
        spot: Spot,
        left: &Expr,
        right: &Expr,
        facts: &Facts,
        sink: &mut Sink<'_>,
    ) -> Ty {
        let a = self.operand(place, left, facts, sink);
        let b = self.operand(place, right, facts, sink);
        for (ty, operand) in [(&a, left), (&b, right)] {
            if !ty.is_unknown() && !ty.is_number() && !ty.is_text() {
                let message = format!("`+` adds numbers or joins text, this is {}", article(ty));
                sink.push(Problem::new(Code::UnlikeTypes, operand.spot, message));
                return Ty::Unknown;
            }
        }
        let (text, number) = (a.is_text() || b.is_text(), a.is_number() || b.is_number());
        if text && number {
            sink.report(|| {
                let message = format!("`+` cannot join {} and {}", article(&a), article(&b));
                let (number, others) = if a.is_number() { (left, right) } else { (right, left) };
                let words = |expr: &Expr| match &expr.kind {
                    ExprKind::Reference(reference) => reference_text(reference),
                    ExprKind::Number(text) => text.clone(),
                    ExprKind::Text(text) => format!("{text:?}"),
                    _ => "…".to_owned(),
                };
                Problem::new(Code::UnlikeTypes, spot, message).help(match place.state.language {
                    QueryLanguage::Jsonata => format!("make the number text: `$string({})`", words(number)),
                    QueryLanguage::JsonPath if a.is_number() => {
                        format!("fill it in: `States.Format(\"{{}}{{}}\", {}, {})`", words(number), words(others))
                    }
                    QueryLanguage::JsonPath => {
                        format!("fill it in: `States.Format(\"{{}}{{}}\", {}, {})`", words(others), words(number))
                    }
                })
            });
            return Ty::Text;
        }
        match (text, number) {
            (true, _) => Ty::Text,
            (_, true) if a == Ty::Integer && b == Ty::Integer => Ty::Integer,
            (_, true) => Ty::Number,
            _ => Ty::Unknown,
        }
    }

    /// Both sides of a comparison must be of one kind; text that is compared with an enum must be one of its texts.
    pub(super) fn compare(&self, (a, left): (&Ty, &Expr), (b, right): (&Ty, &Expr), sink: &mut Sink<'_>) {
        for ((ty, _), (_, other)) in [((a, left), (b, right)), ((b, right), (a, left))] {
            if let (Ty::Enum(name), ExprKind::Text(text)) = (ty.present(), &unparen(other).kind)
                && !text.starts_with("{%")
                && let Some(decl) = self.types.enums.get(name)
                && !decl.variants.iter().any(|variant| variant.wire == *text)
            {
                sink.report(|| {
                    let known: Vec<_> = decl.variants.iter().map(|variant| variant.wire.clone()).collect();
                    let message = format!("`{name}` is never {text:?}");
                    let by_name = decl.variants.iter().find(|variant| plain(&variant.name) == *text);
                    if let Some(variant) = by_name {
                        return Problem::new(Code::UnknownVariant, other.spot, message)
                            .help(format!("`{name}::{text}` is the text {:?}", variant.wire));
                    }
                    unknown_variant(message, other.spot, text, &known)
                });
                return;
            }
        }
        if a.is_unknown() || b.is_unknown() || alike(a, b) {
            return;
        }
        sink.report(|| {
            let message = match (a.present(), b.present()) {
                (Ty::Null, other) => format!("{} is never `null`", called(right, other)),
                (other, Ty::Null) => format!("{} is never `null`", called(left, other)),
                (a, b) => format!("{} cannot be compared with {}", called(left, a), called(right, b)),
            };
            let spot = if is_literal(left) && !is_literal(right) { left.spot } else { right.spot };
            let problem = Problem::new(Code::UnlikeTypes, spot, message);
            let (ty, other) = if is_literal(left) { (b, left) } else { (a, right) };
            match (ty.present(), &unparen(other).kind) {
                (known, ExprKind::Text(text)) if known.is_number() && text.parse::<f64>().is_ok() => {
                    problem.help(format!("without quotes it is a number: `{text}`"))
                }
                (Ty::Bool, ExprKind::Text(text)) if text == "true" || text == "false" => {
                    problem.help(format!("without quotes it is a `bool`: `{text}`"))
                }
                (known, ExprKind::Number(text)) if known.is_text() => {
                    problem.help(format!("in quotes it is text: `\"{text}\"`"))
                }
                (known, ExprKind::Null) if !known.is_option() => {
                    problem.help(format!("declare it `Option<{}>`, if it may be null", ty.rust_name()))
                }
                _ => problem,
            }
        });
    }

    fn infer_call(
        &self,
        place: Place<'_, 'a>,
        name: &Text,
        arguments: &[Expr],
        facts: &Facts,
        sink: &mut Sink<'_>,
    ) -> Ty {
        // Each argument of `all` and `any` is tested after those before it.
        let mut known = facts.clone();
        let types: Vec<_> = arguments
            .iter()
            .map(|argument| {
                let ty = match name.value.as_str() {
                    "all" | "any" => self.operand(place, argument, &known, sink),
                    _ => self.infer(place, argument, &known, sink),
                };
                match name.value.as_str() {
                    "all" => known.learn(argument, true),
                    "any" => known.learn(argument, false),
                    _ => {}
                }
                ty
            })
            .collect();
        let language = place.state.language;
        if let Some(function) = Function::from_name(&name.value) {
            if function.is_jsonata() && language == QueryLanguage::JsonPath {
                sink.report(|| {
                    let message =
                        format!("`{}` is a function of JSONata; this state's language is JSONPath", name.value);
                    Problem::new(Code::NeedsJsonata, name.spot, message).help("say `query jsonata` on the state")
                });
                return function.result();
            }
            self.arity(name, function.arity(), arguments, sink);
            for (index, (argument, ty)) in arguments.iter().zip(&types).enumerate() {
                let wanted = function.argument(index);
                if !wanted.takes(ty) {
                    mistyped(name, wanted.describe(), argument, ty, sink);
                }
            }
            return function.result();
        }
        if let Some(function) = intrinsic::Function::from_name(&name.value) {
            if language == QueryLanguage::Jsonata {
                sink.report(|| {
                    let message =
                        format!("`{}` is a function of JSONPath; this state's language is JSONata", name.value);
                    let problem = Problem::new(Code::NoSuchFunction, name.spot, message);
                    match in_jsonata(function.name()) {
                        Some(instead) => problem.help(format!("in JSONata: `{instead}`")),
                        None => problem,
                    }
                });
            } else {
                self.arity(name, function.arity(), arguments, sink);
                for (index, (argument, ty)) in arguments.iter().zip(&types).enumerate() {
                    if let Some(kind) = function.argument(index)
                        && !kind_takes(kind, ty)
                    {
                        mistyped(name, &kind.to_string(), argument, ty, sink);
                    }
                }
            }
            return kind_type(function.result());
        }
        if let Some(operator) = Operator::from_name(&name.value) {
            // An operator of ASL by its own name: the value, then what to compare with; a test may leave out `true`.
            let least = if operator.name().starts_with("Is") { 1 } else { 2 };
            self.arity(name, (least, Some(2)), arguments, sink);
            return Ty::Bool;
        }
        sink.report(|| unknown_function(name, language));
        Ty::Unknown
    }

    fn arity(&self, name: &Text, (least, most): (usize, Option<usize>), arguments: &[Expr], sink: &mut Sink<'_>) {
        let given = arguments.len();
        if given >= least && most.is_none_or(|most| given <= most) {
            return;
        }
        let wanted = match most {
            Some(most) if most == least => counted(least),
            Some(most) => format!("{least} to {}", counted(most)),
            None => format!("at least {}", counted(least)),
        };
        let message = format!("`{}` takes {wanted}, not {given}", name.value);
        sink.push(Problem::new(Code::WrongArgument, name.spot, message));
    }
}

/// Whether two values can be equal. Text types compare with each other, and so do numbers.
/// JSONata computes values, never keys: `x.$` would be the field's whole name.
fn jsonpath_key(key: &Text) -> Problem {
    let name = key.value.trim_end_matches(".$");
    let message = format!("in a JSONata state `{}` is a field of that very name", key.value);
    Problem::new(Code::JsonPathKey, key.spot, message).help(format!(
        "write `{name}: …` with a reference such as `input.x` or `state.x`, or give the state `query jsonpath`"
    ))
}

fn alike(a: &Ty, b: &Ty) -> bool {
    match (a, b) {
        (Ty::Null, other) | (other, Ty::Null) => matches!(other, Ty::Null | Ty::Option(_)),
        (Ty::Enum(a), Ty::Enum(b)) => a == b,
        _ => {
            let (a, b) = (a.present(), b.present());
            let object = |ty: &Ty| matches!(ty, Ty::Object(_) | Ty::Struct(_) | Ty::Map(_));
            let array = |ty: &Ty| matches!(ty, Ty::Array(_) | Ty::Tuple(_));
            a.is_text() && b.is_text()
                || a.is_number() && b.is_number()
                || *a == Ty::Bool && *b == Ty::Bool
                || array(a) && array(b)
                || object(a) && object(b)
        }
    }
}

/// An operand in a sentence: its words, where they are few, and its type.
fn called(operand: &Expr, ty: &Ty) -> String {
    const FEW: usize = 40;
    match words(operand).filter(|words| words.chars().count() <= FEW && *words != "null") {
        Some(words) => format!("`{words}` ({})", article(ty).replace('`', "")),
        None => article(ty),
    }
}

fn unparen(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => unparen(inner),
        _ => expr,
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(
        unparen(expr).kind,
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Duration(_)
    )
}

fn mistyped(name: &Text, wanted: &str, argument: &Expr, ty: &Ty, sink: &mut Sink<'_>) {
    let message = format!("`{}` takes {wanted} here, this is {}", name.value, article(ty));
    sink.push(Problem::new(Code::WrongArgument, argument.spot, message));
}

fn unknown_variant(message: String, spot: Spot, name: &str, known: &[String]) -> Problem {
    let problem = Problem::new(Code::UnknownVariant, spot, message).suggest(name, known.iter().map(String::as_str));
    if problem.help.is_empty() && !known.is_empty() {
        let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
        return problem.help(format!("there is {}", names.join(", ")));
    }
    problem
}

fn unknown_function(name: &Text, language: QueryLanguage) -> Problem {
    let problem = Problem::new(Code::NoSuchFunction, name.spot, format!("there is no function `{}`", name.value));
    if name.value == "$eval" {
        return problem.help("Step Functions leaves `$eval` out of JSONata; `$parse` reads JSON");
    }
    let own = Function::all().filter(|function| !function.is_jsonata() || language == QueryLanguage::Jsonata);
    let intrinsics = intrinsic::Function::ALL.iter().map(|function| function.name());
    let intrinsics = intrinsics.filter(|_| language == QueryLanguage::JsonPath);
    let operators = Operator::ALL.iter().map(|operator| operator.name());
    let known: Vec<_> = own.map(|function| function.name).chain(intrinsics).chain(operators).collect();
    problem.suggest(&name.value, known)
}

/// What does the same in JSONata.
fn in_jsonata(intrinsic: &str) -> Option<&'static str> {
    Some(match intrinsic {
        "States.Format" => "\"…\" + x",
        "States.StringToJson" => "$parse(x)",
        "States.JsonToString" => "$string(x)",
        "States.Array" => "[a, b]",
        "States.ArrayPartition" => "$partition(xs, n)",
        "States.ArrayRange" => "$range(first, last, step)",
        "States.ArrayGetItem" => "xs[n]",
        "States.ArrayLength" => "$count(xs)",
        "States.ArrayUnique" => "$distinct(xs)",
        "States.Base64Encode" => "$base64encode(x)",
        "States.Base64Decode" => "$base64decode(x)",
        "States.Hash" => "$hash(x, \"SHA-256\")",
        "States.JsonMerge" => "$merge([a, b])",
        "States.MathRandom" => "$random()",
        "States.MathAdd" => "a + b",
        "States.StringSplit" => "$split(x, \",\")",
        "States.UUID" => "$uuid()",
        _ => return None,
    })
}

fn kind_takes(kind: Kind, ty: &Ty) -> bool {
    let ty = ty.present();
    if ty.is_unknown() {
        return true;
    }
    let structured = matches!(ty, Ty::Array(_) | Ty::Tuple(_) | Ty::Map(_) | Ty::Object(_) | Ty::Struct(_));
    match kind {
        Kind::String => ty.is_text(),
        Kind::Integer => ty.is_number(),
        Kind::Boolean => *ty == Ty::Bool,
        Kind::Array => matches!(ty, Ty::Array(_) | Ty::Tuple(_)),
        Kind::Object => matches!(ty, Ty::Map(_) | Ty::Object(_) | Ty::Struct(_)),
        Kind::Scalar => !structured,
        Kind::Any => true,
    }
}

fn kind_type(kind: Kind) -> Ty {
    match kind {
        Kind::String => Ty::Text,
        Kind::Integer => Ty::Integer,
        Kind::Boolean => Ty::Bool,
        Kind::Array => Ty::Array(Box::new(Ty::Unknown)),
        Kind::Any | Kind::Object | Kind::Scalar => Ty::Unknown,
    }
}

fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Default => "??",
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
    }
}

fn quoted(text: &str) -> String {
    if text == "this value" { text.to_owned() } else { format!("`{text}`") }
}

fn counted(count: usize) -> String {
    match count {
        0 => "no argument".to_owned(),
        1 => "1 argument".to_owned(),
        count => format!("{count} arguments"),
    }
}

/// The words of a reference, with the `?` of a state that may not have run.
fn optional_text(reference: &Reference) -> String {
    let text = reference_text(reference);
    match text.split_once('.') {
        Some((root, rest)) if reference.optional => format!("{root}?.{rest}"),
        _ => text,
    }
}

/// The words of an expression that gives the same each time, to tell whether two are the same.
pub(super) fn words(expr: &Expr) -> Option<String> {
    let list = |items: &[Expr]| Some(items.iter().map(words).collect::<Option<Vec<_>>>()?.join(", "));
    Some(match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(text) => text.clone(),
        ExprKind::Duration(seconds) => format!("{seconds}s"),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Array(items) => format!("[{}]", list(items)?),
        ExprKind::Reference(reference) => Some(reference_text(reference)).filter(|text| !text.contains('…'))?,
        ExprKind::Unary(UnaryOp::Not, inner) => format!("!{}", words(inner)?),
        ExprKind::Unary(UnaryOp::Negate, inner) => format!("-{}", words(inner)?),
        ExprKind::Binary(op, _, left, right) => format!("({} {} {})", words(left)?, operator(*op), words(right)?),
        ExprKind::Call { name, .. } if matches!(name.value.as_str(), "$random" | "$uuid" | "$shuffle") => return None,
        ExprKind::Call { name, .. } if matches!(name.value.as_str(), "States.UUID" | "States.MathRandom") => {
            return None;
        }
        ExprKind::Call { name, arguments } => format!("{}({})", name.value, list(arguments)?),
        ExprKind::Variant { ty, variant } => format!("{}::{}", plain(ty), plain(variant)),
        ExprKind::Jsonata(text) => format!("jsonata {:?}", text.value),
        ExprKind::Path(text) => format!("path {:?}", text.value),
        ExprKind::Paren(inner) => words(inner)?,
        ExprKind::Object(_) | ExprKind::Access(..) | ExprKind::If(..) | ExprKind::Constant(_) | ExprKind::Invalid => {
            return None;
        }
    })
}
