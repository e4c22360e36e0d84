//! The types of calls: of the language's own functions, JSONata's, the intrinsic ones, and the operators of a choice rule.

use workflow_asl::document::{Operator, QueryLanguage};
use workflow_asl::intrinsic::{self, ArgumentKind};
use workflow_asl::{Code, hash};

use crate::check::analysis::Analysis;
use crate::check::flow::is_known;
use crate::check::foreign::kinds_of_argument;
use crate::check::function::{Argument, Function};
use crate::check::regex::{hold_regexes, is_regex_of};
use crate::check::sink::Sink;
use crate::check::types::{Ty, article, unlike};
use crate::check::value_site::ValueSite;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Text, TokenSpan};
use crate::syntax::function_of_other_language;
use crate::syntax::spelling::spelled;

/// The function of JSONata that JSONPath has too, as a step of a path.
const FILTER: &str = "$filter";

impl<'a> Analysis<'a> {
    pub(super) fn infer_call(
        &self,
        place: ValueSite<'_, 'a>,
        (name, arguments): (&Text, &[Expr]),
        span: TokenSpan,
        sink: &mut Sink<'_>,
    ) -> Ty {
        if let ("all" | "any", [first, rest @ ..]) = (name.value.as_str(), arguments)
            && !rest.is_empty()
            && !arguments.iter().any(|argument| matches!(argument.kind, ExprKind::Closure(_)))
        {
            let (op, other) = if name.value == "all" { ("&&", BinaryOp::Or) } else { ("||", BinaryOp::And) };
            let part = |condition: &Expr| match &condition.kind {
                ExprKind::Binary(inner, ..) if *inner == other => format!("({})", spelled(condition)),
                _ => spelled(condition),
            };
            let text = rest.iter().fold(part(first), |text, condition| format!("{text} {op} {}", part(condition)));
            return sink.error(|| {
                let message = format!("`{}` is for one condition; several are joined by `{op}`", name.value);
                let problem = Problem::new(Code::WrongArgument, name.span, message);
                problem.help(format!("write `({text})`")).edit(Edit::over(span, format!("({text})")))
            });
        }
        let types: Vec<_> = arguments
            .iter()
            .enumerate()
            .map(|(index, argument)| {
                match takes_absence(&name.value) {
                    // After the other arguments.
                    _ if matches!(argument.kind, ExprKind::Closure(_)) => Ty::Unknown,
                    _ if is_regex_of(&name.value, index, argument) => Ty::Unknown,
                    true => self.infer(place.knowing(&place.facts.asking()), argument, sink),
                    false => self.operand(place, argument, sink),
                }
            })
            .collect();
        let language = place.state.language;
        let closure = arguments.iter().any(|argument| matches!(argument.kind, ExprKind::Closure(_)));
        let with_closure = match closure {
            true => self.infer_with_closure(place, (name, arguments), &types, sink),
            false => None,
        };
        if closure && with_closure.is_none() && is_known(&name.value) {
            return Ty::Unknown;
        }
        if sink.listens()
            && let [argument, ..] = arguments
        {
            self.answer(place, (&name.value, span), argument, sink);
        }
        if let Some(function) = Function::from_name(&name.value) {
            let filter = name.value == FILTER && with_closure.is_some();
            if function.is_jsonata() && language == QueryLanguage::JsonPath && !filter {
                return sink.error(|| {
                    let message =
                        format!("`{}` is a function of JSONata; this state's language is JSONPath", name.value);
                    Problem::new(Code::NeedsJsonata, name.span, message).help("use `query jsonata` on the state")
                });
            }
            self.arity(name, function.arity(), arguments, sink);
            // More arguments than it takes are reported.
            let most = function.arity().1.unwrap_or(usize::MAX);
            for (index, (argument, ty)) in arguments.iter().zip(&types).enumerate().take(most) {
                let wanted = function.argument(index);
                if matches!(ty.present(), Ty::Foreign(_)) {
                    let takes = format!("`{}` takes {} here", name.value, wanted.describe());
                    sink.hold(ty, argument.span, kinds_of_argument(wanted), Code::WrongArgument, &takes);
                }
                // The members of an array are none that a closure is called for.
                let members = with_closure.is_some() && wanted == Argument::Object && ty.present().is_array();
                if members || !wanted.takes(ty) {
                    mistyped(name, wanted.describe(), argument, ty, sink);
                    // Two may be in the wrong order.
                    break;
                }
            }
            algorithm(name, arguments, sink);
            has_an_order(name, arguments, &types, sink);
            hold_regexes((name, function), (arguments, &types), sink);
            return with_closure.unwrap_or_else(|| match function.result_of(&types, None, false) {
                Ty::Option(number) if number.is_number() && arguments.iter().all(has_items) => *number,
                result => result,
            });
        }
        if let Some(function) = intrinsic::Function::from_name(&name.value) {
            if language == QueryLanguage::Jsonata {
                return sink.error(|| {
                    let message =
                        format!("`{}` is a function of JSONPath; this state's language is JSONata", name.value);
                    let instead = match function {
                        intrinsic::Function::Format => "`\"…\" + x`",
                        function => function.in_jsonata(),
                    };
                    Problem::new(Code::NoSuchFunction, name.span, message).help(format!("in JSONata: {instead}"))
                });
            }
            self.arity(name, function.arity(), arguments, sink);
            for (index, (argument, ty)) in arguments.iter().zip(&types).enumerate() {
                if let Some(kind) = function.argument(index)
                    && !kind_takes(kind, ty)
                {
                    mistyped(name, &kind.to_string(), argument, ty, sink);
                }
            }
            algorithm(name, arguments, sink);
            return intrinsic_type(function, &types);
        }
        if let Some(operator) = Operator::from_name(&name.value) {
            // An operator of ASL by its own name: the value, then what to compare with; a test may leave out `true`.
            let least = if operator.name().starts_with("Is") { 1 } else { 2 };
            self.arity(name, (least, Some(2)), arguments, sink);
            return Ty::Bool;
        }
        sink.error(|| unknown_function(name, language))
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
        sink.push(Problem::new(Code::WrongArgument, name.span, message));
    }
}

/// Returns whether a list certainly has items.
fn has_items(list: &Expr) -> bool {
    match &list.unparen().kind {
        ExprKind::Array(items) => items.iter().any(|item| !item.is_range()),
        ExprKind::Call { name, arguments } => name.value == "$append" && arguments.iter().any(has_items),
        _ => false,
    }
}

/// Returns whether a function accepts an absent value: it tests it, or joins present ones. A misspelt one may.
fn takes_absence(name: &str) -> bool {
    if !is_known(name) {
        return true;
    }
    name == "IsPresent" || Function::from_name(name).is_some_and(Function::takes_absence)
}

/// Whether a value of this type is one that a function takes.
type IsType = fn(&Ty) -> bool;

/// The function that takes a value instead of another one: its name, whether the value is what it takes, the other.
const INSTEAD: [(&str, IsType, &str); 8] = [
    ("$length", Ty::is_array, "use `$count`"),
    ("$count", Ty::is_text, "use `$length`"),
    ("$number", |ty| *ty == Ty::Timestamp, "use `$toMillis`"),
    ("$contains", Ty::is_array, "an item is searched with `item in list`"),
    ("$map", Ty::is_object, "use `$each`"),
    ("$filter", Ty::is_object, "use `$sift`"),
    ("$each", Ty::is_array, "use `$map`"),
    ("$sift", Ty::is_array, "use `$filter`"),
];

/// Reports an argument of the wrong type, and proposes the function that takes it, if there is one.
fn mistyped(name: &Text, wanted: &str, argument: &Expr, ty: &Ty, sink: &mut Sink<'_>) {
    sink.report(|| {
        let wanted = format!("`{}` takes {wanted} here", name.value);
        let problem = unlike(Code::WrongArgument, argument.span, wanted, ty);
        let instead = INSTEAD.iter().find(|(called, takes, _)| *called == name.value && takes(ty.present()));
        instead.into_iter().fold(problem, |problem, (.., instead)| problem.help(*instead))
    });
}

/// Reports items that `$sort` cannot compare by itself.
fn has_an_order(name: &Text, arguments: &[Expr], types: &[Ty], sink: &mut Sink<'_>) {
    let ("$sort", [list], [ty]) = (name.value.as_str(), arguments, types) else { return };
    let Some(item) = ty.present().items().filter(|item| !item.is_unknown()) else { return };
    if item.is_object() || item.is_array() || item == Ty::Bool {
        sink.report(|| {
            let message = format!("`$sort` compares numbers or texts, but the items are {}", article(&item));
            let problem = Problem::new(Code::WrongArgument, list.span, message);
            problem.help(format!("give it the order: `$sort({}, |a, b| a.… > b.…)`", spelled(list)))
        });
    }
}

/// A hash is by an algorithm that there is.
fn algorithm(name: &Text, arguments: &[Expr], sink: &mut Sink<'_>) {
    if let ("$hash" | "States.Hash", [_, Expr { kind: ExprKind::Text(text), span, .. }]) =
        (name.value.as_str(), arguments)
        && let Some(message) = hash::unknown(text)
    {
        sink.report(|| Problem::new(Code::FailingCall, *span, message).suggest_text(text, hash::ALGORITHMS));
    }
}

fn unknown_function(name: &Text, language: QueryLanguage) -> Problem {
    let problem = Problem::new(Code::NoSuchFunction, name.span, format!("unknown function `{}`", name.value));
    if name.value == "$eval" {
        return problem.help("Step Functions does not support `$eval`; `$parse` parses JSON");
    }
    let word = name.value.strip_prefix('$').unwrap_or(&name.value);
    let own = || Function::from_name(word).filter(|function| !function.is_jsonata()).map(|_| Ok(word.to_owned()));
    let meant = own().or_else(|| match language {
        QueryLanguage::Jsonata => function_of_other_language(word),
        QueryLanguage::JsonPath => {
            intrinsic::Function::from_name(&format!("States.{word}")).map(|function| Ok(function.name().to_owned()))
        }
    });
    match meant {
        Some(Ok(meant)) => return problem.did_you_mean(&meant, meant.as_str()),
        Some(Err(help)) => return problem.help(help),
        None => {}
    }
    let own = Function::all().filter(|function| !function.is_jsonata() || language == QueryLanguage::Jsonata);
    let intrinsics = intrinsic::Function::ALL.iter().filter(|_| language == QueryLanguage::JsonPath);
    let own: Vec<_> = own.map(Function::name).collect();
    let known = own.iter().map(String::as_str).chain(intrinsics.map(|function| function.name()));
    problem.suggest(&name.value, known.chain(Operator::ALL.iter().map(|operator| operator.name())))
}

fn kind_takes(kind: ArgumentKind, ty: &Ty) -> bool {
    let ty = ty.present();
    if ty.is_unknown() {
        return true;
    }
    match kind {
        ArgumentKind::String => ty.is_text(),
        ArgumentKind::Integer => ty.is_number(),
        ArgumentKind::Boolean => *ty == Ty::Bool,
        ArgumentKind::Array => ty.is_array(),
        ArgumentKind::Object => ty.is_object(),
        ArgumentKind::Scalar => !ty.is_array() && !ty.is_object(),
        ArgumentKind::Any => true,
    }
}

/// Returns the type of an intrinsic function's result for arguments of these types.
fn intrinsic_type(function: intrinsic::Function, arguments: &[Ty]) -> Ty {
    let first = arguments.first().map(Ty::present);
    match (function.name(), first) {
        ("States.Array", _) => {
            let items = arguments.iter().cloned().reduce(Ty::join);
            Ty::Array(Box::new(items.unwrap_or(Ty::Unknown)))
        }
        ("States.ArrayGetItem", Some(Ty::Array(item))) => (**item).clone(),
        ("States.ArrayUnique", Some(array @ Ty::Array(_))) => array.clone(),
        ("States.ArrayPartition", Some(array @ Ty::Array(_))) => Ty::Array(Box::new(array.clone())),
        ("States.ArrayRange", _) => Ty::Array(Box::new(Ty::INTEGER)),
        ("States.StringSplit", _) => Ty::Array(Box::new(Ty::Text)),
        _ => kind_type(function.result()),
    }
}

fn kind_type(kind: ArgumentKind) -> Ty {
    match kind {
        ArgumentKind::String => Ty::Text,
        ArgumentKind::Integer => Ty::INTEGER,
        ArgumentKind::Boolean => Ty::Bool,
        ArgumentKind::Array => Ty::Array(Box::new(Ty::Unknown)),
        ArgumentKind::Any | ArgumentKind::Object | ArgumentKind::Scalar => Ty::Unknown,
    }
}

fn counted(count: usize) -> String {
    match count {
        0 => "no argument".to_owned(),
        1 => "1 argument".to_owned(),
        count => format!("{count} arguments"),
    }
}
