//! Infers closures: which functions take one, the types of its parameters, and the type of its result.

use workflow_asl::Code;
use workflow_asl::jsonata::{Callback, Passed, Returned};

use crate::check::analysis::Analysis;
use crate::check::data::{raws, references};
use crate::check::flow::{Narrowing, is_known};
use crate::check::foreign::kinds;
use crate::check::function::{Function, replaced_type};
use crate::check::path::{Path, PathRoot};
use crate::check::sink::Sink;
use crate::check::types::{Ty, article, unlike};
use crate::check::value_site::{ClosureScope, ValueSite};
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Closure, Expr, ExprKind, Root, Text, plain};

/// Returns the function that takes a closure among these arguments, the values that it passes, and the closure.
pub(crate) fn callback<'e>(name: &str, arguments: &'e [Expr]) -> Option<(Function, Callback, &'e Closure)> {
    let function = Function::from_name(name)?;
    let callback = function.callback()?;
    match arguments.get(function.callback_index()?).map(|argument| &argument.kind) {
        Some(ExprKind::Closure(closure)) => Some((function, callback, closure)),
        _ => None,
    }
}

impl<'a> Analysis<'a> {
    /// Infers a call with a closure, whose other arguments have these types. Returns the type of the result. Reports a
    /// function that takes no closure, and returns `None`.
    pub(super) fn infer_with_closure(
        &self,
        place: ValueSite<'_, 'a>,
        (name, arguments): (&Text, &[Expr]),
        types: &[Ty],
        sink: &mut Sink<'_>,
    ) -> Option<Ty> {
        let called = callback(&name.value, arguments);
        for (index, argument) in arguments.iter().enumerate() {
            let ExprKind::Closure(closure) = &argument.kind else { continue };
            if called.is_none_or(|(function, ..)| function.callback_index() != Some(index)) {
                // An unknown function is reported elsewhere.
                if is_known(&name.value) {
                    sink.report(|| no_closure(Some(name), closure));
                }
                self.infer_body(place, closure, &[], sink);
            }
        }
        let (function, callback, closure) = called?;
        if callback.returned == Returned::Result && arguments.len() < 3 {
            sink.report(|| {
                let message = format!("`{}` takes a third argument: the result for an empty list", name.value);
                let problem = Problem::new(Code::WrongArgument, name.span, message);
                problem.help("for example `$reduce(xs, |sum, x| sum + x, 0)`")
            });
        }
        let passed = self.passed_types(place, &callback, closure, types);
        if let Some(error) = self.parameters_fit(place, name, &callback, closure, sink) {
            return Some(error);
        }
        let mut facts = place.facts.clone();
        for (passed, parameter) in callback.passed.iter().zip(&closure.parameters) {
            if let (Passed::Item, Some(list)) = (passed, arguments.first()) {
                let item = PathRoot::Parameter(parameter.value.clone().into());
                learn_of_items(&mut facts, list, &item.into());
            }
        }
        let body = self.infer_callback(place.knowing(&facts), (name, &callback), (closure, &passed), sink);
        Some(function.result_of(types, Some(body), false))
    }

    /// Returns the scope of the body of a closure that is an argument of this call.
    pub fn closure_scope<'n>(
        &self,
        place: &'n ValueSite<'_, 'a>,
        name: &str,
        arguments: &'n [Expr],
    ) -> Option<ClosureScope<'n>> {
        let (_, callback, closure) = callback(name, arguments)?;
        let types: Vec<_> = arguments
            .iter()
            .map(|argument| match argument.kind {
                ExprKind::Closure(_) => Ty::Unknown,
                _ => self.type_of(*place, argument),
            })
            .collect();
        Some(place.closure(parameters(closure, &self.passed_types(*place, &callback, closure, &types))))
    }

    /// Returns the types of a closure's parameters, given the types of the function's arguments. A result that starts
    /// as `[]` has the items that the closure adds to it.
    fn passed_types(&self, place: ValueSite<'_, 'a>, callback: &Callback, closure: &Closure, types: &[Ty]) -> Vec<Ty> {
        let mut passed = passed_types(callback, types);
        if callback.returned != Returned::Result || types.get(2) != Some(&Ty::NO_ITEMS) {
            return passed;
        }
        // A trial in a trial would double the work at each level.
        let of_body = if place.is_trial() {
            Ty::Unknown
        } else {
            let mut scope = place.closure(parameters(closure, &passed));
            scope.trial = true;
            self.type_of(place.inside(&scope), &closure.body)
        };
        if let Some(result) = passed.first_mut() {
            *result = match Ty::NO_ITEMS.join(of_body) {
                list @ Ty::Array(_) => list,
                _ => Ty::Array(Box::new(Ty::Unknown)),
            };
        }
        passed
    }

    /// Infers the body of a closure, and reports a value that the function does not accept.
    fn infer_callback(
        &self,
        place: ValueSite<'_, 'a>,
        (name, callback): (&Text, &Callback),
        (closure, passed): (&Closure, &[Ty]),
        sink: &mut Sink<'_>,
    ) -> Ty {
        let mut scope = place.closure(parameters(closure, passed));
        scope.condition = callback.returned == Returned::Bool;
        let inner = place.inside(&scope);
        let body = &closure.body;
        if scope.condition {
            if name.value == "$sort" && self.type_of(inner, body).is_number() {
                let ty = self.operand(inner, body, sink);
                // Its operands may be no numbers, which is reported.
                if ty.is_number() {
                    let bool = "a condition must be `bool`";
                    sink.report(|| unlike(Code::UnlikeTypes, body.span, bool, &ty).help(SORT_ORDER));
                }
            } else {
                self.infer_condition(inner, body, sink);
            }
            return Ty::Bool;
        }
        if callback.returned == Returned::Text {
            let ty = self.operand(inner, body, sink);
            let wanted = format!("the closure of `{}` must give text", name.value);
            sink.hold(&ty, body.span, kinds::TEXT, Code::UnlikeTypes, &wanted);
            if ty.is_unknown() || ty.is_text() {
                return ty;
            }
            return sink.error(|| unlike(Code::UnlikeTypes, body.span, wanted, &ty));
        }
        let given = self.infer(inner, body, sink);
        let ty = match given {
            // JSONata would omit an absent value.
            Ty::Option(_) => self.operand(inner, body, sink),
            given => {
                self.needed(inner, body, None, sink);
                given
            }
        };
        if let (Returned::Result, Some(result)) = (callback.returned, passed.first()) {
            let joined = result.clone().join(ty.clone());
            if joined.is_unknown() && !result.is_unknown() && !ty.is_unknown() {
                return sink.error(|| {
                    let result = article(result);
                    let wanted = format!("the closure of `{}` must give {result}, as it starts", name.value);
                    unlike(Code::UnlikeTypes, body.span, wanted, &ty)
                });
            }
            return joined;
        }
        ty
    }

    /// Infers the body of a closure where no closure is expected.
    pub(super) fn infer_body(&self, place: ValueSite<'_, 'a>, closure: &Closure, passed: &[Ty], sink: &mut Sink<'_>) {
        let scope = place.closure(parameters(closure, passed));
        self.infer(place.inside(&scope), &closure.body, sink);
    }

    /// Reports too many or too few parameters, unused parameters, and duplicate or shadowing names. With another number of
    /// parameters, the type of the call is wrong.
    fn parameters_fit(
        &self,
        place: ValueSite<'_, 'a>,
        name: &Text,
        callback: &Callback,
        closure: &Closure,
        sink: &mut Sink<'_>,
    ) -> Option<Ty> {
        if !sink.listens() {
            return None;
        }
        let given = &closure.parameters;
        let most = callback.passed.len();
        let needed = callback
            .passed
            .iter()
            .filter(|passed| matches!(passed, Passed::Item | Passed::Result | Passed::Match))
            .count();
        let wrong = match given.get(most) {
            Some(extra) => Some((extra.span, "many")),
            None if !given.is_empty() && given.len() < needed => Some((closure.bars, "few")),
            None => None,
        };
        if let Some((span, many)) = wrong {
            let message = format!("the closure of `{}` has too {many} parameters", name.value);
            let passed = callback.passed.iter().map(|passed| described(*passed)).collect::<Vec<_>>().join(", ");
            let problem = || Problem::new(Code::WrongArgument, span, message).help(format!("it is passed {passed}"));
            return Some(sink.error(problem));
        }
        let (mut used, mut raw, mut unknown) = (Vec::new(), String::new(), false);
        references(&closure.body, &mut |reference| match &reference.root {
            Root::Parameter(name) => used.push(name.as_str()),
            // It may be a misspelt parameter.
            Root::StateResult(name) => unknown |= !self.states.contains_key(&plain(name)),
            _ => {}
        });
        raws(&closure.body, &mut |text, _| raw.push_str(text));
        // What did not parse may have used it.
        closure.body.walk(&mut |part| unknown |= matches!(part.kind, ExprKind::Invalid(_)));
        for (index, parameter) in given.iter().enumerate() {
            let name = parameter.value.as_str();
            let around = place.closure.is_some_and(|closure| closure.parameter(name).is_some());
            let whose = if given.iter().take(index).any(|earlier| earlier.value == name) {
                Some("a parameter of this closure")
            } else if around {
                Some("a parameter of the closure around this one")
            } else if self.states.contains_key(name) {
                Some("a state")
            } else {
                None
            };
            if let Some(whose) = whose.filter(|_| name != "_") {
                let message = format!("`{name}` is already {whose}");
                sink.push(Problem::new(Code::DuplicateName, parameter.span, message).help("choose another name"));
            } else if !unknown && !name.starts_with('_') && !used.contains(&name) && !raw.contains(&format!("${name}"))
            {
                let message = format!("the parameter `{name}` is not used");
                let problem = Problem::new(Code::UnusedDeclaration, parameter.span, message);
                let edit = Edit::over(parameter.span, format!("_{name}"));
                sink.push(problem.help(format!("if this is intended, write `_{name}`")).edit(edit));
            }
        }
        None
    }
}

/// Adds what holds of each item of a list, which has this path: the conditions of the `$filter`s that made the list.
pub(super) fn learn_of_items(facts: &mut Narrowing, list: &Expr, path: &Path<'static>) {
    let ExprKind::Call { name, arguments } = &list.unparen().kind else { return };
    if let ("$filter" | "$sort" | "$reverse" | "$distinct" | "$shuffle", Some(list)) =
        (name.value.as_str(), arguments.first())
    {
        learn_of_items(facts, list, path);
    }
    if let ("$filter", Some((_, _, closure))) = (name.value.as_str(), callback(&name.value, arguments))
        && let Some(item) = closure.parameters.first()
    {
        facts.learn_of_parameter(&closure.body, &item.value, path);
    }
}

/// Returns the parameters of a closure with their types.
fn parameters<'e>(closure: &'e Closure, passed: &[Ty]) -> Vec<(&'e str, Ty)> {
    let types = passed.iter().cloned().chain(std::iter::repeat(Ty::Unknown));
    closure.parameters.iter().map(|name| name.value.as_str()).zip(types).collect()
}

/// Returns the types of a closure's parameters, given the types of the function's arguments.
fn passed_types(callback: &Callback, types: &[Ty]) -> Vec<Ty> {
    let of = types.first().map_or(&Ty::Unknown, Ty::present);
    let item = || of.items().unwrap_or(Ty::Unknown);
    let member = || match of {
        Ty::Map(value) => value.as_element(),
        _ => Ty::Unknown,
    };
    let types = callback.passed.iter().map(|passed| match passed {
        Passed::Item => item(),
        Passed::Index => Ty::INTEGER,
        Passed::Member => member(),
        Passed::Name => Ty::Text,
        Passed::Match => replaced_type(),
        Passed::Result => started(types.get(2).unwrap_or(&Ty::Unknown)),
        _ => Ty::Unknown,
    });
    types.collect()
}

/// Returns the type of a result that starts with a value of this type. The values added to it may have a wider type.
fn started(ty: &Ty) -> Ty {
    match ty {
        Ty::Integer(_) => Ty::Number,
        Ty::Null => Ty::Unknown,
        Ty::Object(members) if members.is_empty() => Ty::Unknown,
        ty => ty.clone(),
    }
}

/// Returns the problem for a closure where none is expected.
pub(super) fn no_closure(function: Option<&Text>, closure: &Closure) -> Problem {
    let message = match function {
        Some(name) => format!("`{}` takes no closure here", name.value),
        None => "a closure is not a value: it is an argument of a function".to_owned(),
    };
    let problem = Problem::new(Code::WrongArgument, closure.bars, message);
    problem
        .help("`$map`, `$filter`, `$reduce`, `$sort`, `$single`, `$each` and `$sift` take one as their second argument")
        .help("`$replace` takes one as its third argument, if the second is a regular expression")
}

const SORT_ORDER: &str = "it is true if the first item comes after the second: `|a, b| a.total > b.total`";

fn described(passed: Passed) -> &'static str {
    match passed {
        Passed::Item => "an item",
        Passed::Index => "its index",
        Passed::Member => "a member's value",
        Passed::Name => "its name",
        Passed::Result => "the result so far",
        Passed::Match => "a match",
        _ => "a value",
    }
}
