//! The type of raw JSONata, `jsonata "…"`. Its names are the names of the state; unknown parts remain unknown.
//!
//! A path goes through objects. Whether it returns one or several items of an array is only known at run time.

use std::ops::Range;

use indexmap::IndexMap;
use workflow_asl::document::QueryLanguage;
use workflow_asl::jsonata::{self, Node, NodeKind};
use workflow_asl::{Code, StateKind};

use crate::check::analysis::Analysis;
use crate::check::declarations;
use crate::check::function::Function;
use crate::check::members::Named;
use crate::check::path::{Path, PathRoot, PathSegment, unknown_member};
use crate::check::sink::Sink;
use crate::check::types::{Ty, article, error_type};
use crate::check::value_site::{ValueField, ValueSite};
use crate::literal_range::LiteralRange;
use crate::problem::Problem;
use crate::question::{Foreign, QuestionKind};
use crate::syntax::ast::{ExprKind, Member, Raw, TokenSpan};
use crate::syntax::spelling::is_word;

/// The execution's input, in `$states`.
const INPUT: &[&str] = &["context", "Execution", "Input"];

/// Deeper expressions have no type: this limits the stack.
const DEPTH: usize = 60;

impl<'a> Analysis<'a> {
    /// Returns the type of an expression of JSONata in which these variables are bound; members that its values do not have
    /// go to the sink.
    pub(super) fn infer_jsonata(
        &self,
        place: ValueSite<'_, 'a>,
        (text, span): (&str, TokenSpan),
        bound: Vec<(String, Ty)>,
        sink: &mut Sink<'_>,
    ) -> Ty {
        if place.state.language != QueryLanguage::Jsonata {
            return Ty::Unknown;
        }
        let literal = text;
        let text = jsonata::expression(text).unwrap_or(text);
        // The document's rules report expressions that do not parse.
        let Ok((ast, names)) = &*self.jsonata.read(text) else { return Ty::Unknown };
        let mut walk = Walk { analysis: self, place, bound, wrong: Vec::new() };
        let ty = walk.node(&ast.root, DEPTH).bounded();
        let wrong = walk.wrong;
        if !sink.listens() || wrong.is_empty() {
            return ty;
        }
        // A member that is tested anywhere may be absent.
        let asked = |at: usize| names.guarded.iter().any(|guarded| guarded.start == at);
        let told: Vec<_> = wrong.iter().filter(|wrong| asked(wrong.path)).map(|wrong| wrong.words.clone()).collect();
        for ExpressionError { part, code, words, target: of, .. } in wrong {
            if told.contains(&words) {
                continue;
            }
            let part = LiteralRange::in_expression(literal, part);
            match of {
                None => sink.push(Problem::new(code, span, words.0).help(words.1).within(part)),
                Some(of) => sink.ask(&of, span, || {
                    let place = part.map_or_else(String::new, |part| format!("\n= at: {}", part.describe()));
                    QuestionKind::Read { words: words.0, code, place }
                }),
            }
        }
        ty
    }

    /// Infers raw JSONata with a type or with values: `jsonata<T> "$sum(xs.a)" { xs: input.xs }`.
    pub(super) fn infer_raw(&self, place: ValueSite<'_, 'a>, raw: &Raw, sink: &mut Sink<'_>) -> Ty {
        let given = raw.variables.iter().map(|member| {
            self.free_name(member, sink);
            let ty = if member.optional {
                self.infer(place.knowing(&place.facts.asking()), &member.value, sink).or_absent()
            } else {
                self.needed(place, &member.value, None, sink);
                self.infer(place, &member.value, sink).assume_present()
            };
            (member.key.value.clone(), ty)
        });
        let given = given.collect();
        let ExprKind::Jsonata(text) = &raw.text.kind else { return Ty::Unknown };
        if place.state.language != QueryLanguage::Jsonata {
            return Ty::Unknown;
        }
        if let Ok((_, names)) = &*self.jsonata(&text.value) {
            for key in raw.variables.iter().map(|member| &member.key) {
                if jsonata::is_function(&key.value) && names.calls.iter().any(|call| call.name == key.value) {
                    let message = format!("this value hides the function `${}`, which is called", key.value);
                    sink.push(Problem::new(Code::HiddenFunction, key.span, message).help("choose another name"));
                }
            }
        }
        let inferred = self.infer_jsonata(place, (&text.value, text.span), given, sink);
        let Some(written) = &raw.ty else { return inferred };
        declarations::known(self, written, sink);
        let declared = self.types.ty(written);
        // rustc checks that a type of the user's exists.
        sink.hold(&declared, written.span, u8::MAX, Code::UnlikeTypes, "raw JSONata gives any value");
        if !may_be(&inferred, &declared) {
            return sink.error(|| {
                let message = format!("this JSONata gives {}, not {}", article(&inferred), article(&declared));
                Problem::new(Code::UnlikeTypes, text.span, message)
            });
        }
        declared
    }

    /// Reports a name of a value that has another meaning in JSONata.
    fn free_name(&self, member: &Member, sink: &mut Sink<'_>) {
        let name = &member.key.value;
        let (code, message, help) = if !is_word(name) {
            let message = format!("`{name}` cannot be the name of a variable");
            (Code::BadVariableName, message, "use letters, digits and `_`")
        } else if name == "states" || self.states.contains_key(name) || self.variable_types.contains_key(name) {
            (Code::DuplicateName, format!("`${name}` already has a meaning"), "choose another name")
        } else {
            return;
        };
        sink.push(Problem::new(code, member.key.span, message).help(help));
    }
}

/// Returns whether an expression of a type may give a value of the declared one.
fn may_be(inferred: &Ty, declared: &Ty) -> bool {
    match (inferred.present(), declared.present()) {
        (Ty::Map(value), Ty::Map(declared)) => may_be(value, declared),
        (Ty::Object(members), Ty::Map(declared)) => members.values().all(|value| may_be(value, declared)),
        (one, other) => one.is_unknown() || other.is_unknown() || !inferred.clone().join(declared.clone()).is_unknown(),
    }
}

struct Walk<'w, 'a> {
    analysis: &'w Analysis<'a>,
    place: ValueSite<'w, 'a>,
    /// The variables that the expression binds itself.
    bound: Vec<(String, Ty)>,
    wrong: Vec<ExpressionError>,
}

/// A problem of an expression.
struct ExpressionError {
    /// The start of the path that contains it.
    path: usize,
    /// The words, in bytes.
    part: Range<usize>,
    code: Code,
    /// The message and the help; if rustc must decide whether it is wrong, the words before the step, and its name.
    words: (String, String),
    /// The target of the step in a user-defined type.
    target: Option<Foreign>,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Node, depth: usize) -> Ty {
        let Some(depth) = depth.checked_sub(1) else { return Ty::Unknown };
        match &node.kind {
            NodeKind::String(_) => Ty::Text,
            NodeKind::Number(number) if number.fract() == 0.0 => Ty::INTEGER,
            NodeKind::Number(_) => Ty::FLOAT,
            NodeKind::Bool(_) => Ty::Bool,
            NodeKind::Null => Ty::Null,
            NodeKind::Variable(name) => self.variable(name),
            NodeKind::Path(steps) => self.path(steps, depth),
            NodeKind::Predicate(inner, filter) => item(&self.node(inner, depth), filter),
            NodeKind::Negate(inner) => match self.node(inner, depth) {
                number if number.is_number() => number,
                _ => Ty::Number,
            },
            NodeKind::Array(items) => self.array(items, depth),
            NodeKind::Object(pairs) => self.object(pairs, depth),
            NodeKind::Block(inner) => self.block(inner, depth),
            NodeKind::Binary(sign, left, right) => self.binary(sign, left, right, depth),
            NodeKind::Condition(test, yes, no) => self.condition(test, yes, no.as_deref(), depth),
            NodeKind::Bind(name, value) => {
                let ty = self.node(value, depth);
                self.bound.push((name.clone(), ty.clone()));
                ty
            }
            NodeKind::Call(function, arguments) => self.call(function, None, arguments, depth),
            NodeKind::Apply(left, right) => {
                let left = self.node(left, depth);
                match &right.kind {
                    NodeKind::Call(function, arguments) => self.call(function, Some(left), arguments, depth),
                    NodeKind::Variable(_) => self.call(right, Some(left), &[], depth),
                    _ => Ty::Unknown,
                }
            }
            // Inside functions, names refer to their own bindings.
            _ => Ty::Unknown,
        }
    }

    fn variable(&self, name: &str) -> Ty {
        if let Some((_, ty)) = self.bound.iter().rev().find(|(bound, _)| bound == name) {
            return ty.clone();
        }
        let kept = || self.analysis.result_in(name).and_then(|number| self.analysis.results.get(number));
        self.analysis.variable_types.get(name).or_else(kept).cloned().unwrap_or(Ty::Unknown)
    }

    /// Returns the value that a path of `$states` begins with.
    fn states(&self, name: &str) -> Ty {
        let here = self.place.position;
        let info = self.place.state;
        let works = matches!(info.state.kind, StateKind::Task | StateKind::Parallel | StateKind::Map);
        match name {
            "input" => self.analysis.own_input(info),
            "context" => self.analysis.context(),
            "result" if works && matches!(here, ValueField::Output | ValueField::Assign) => {
                info.number.map_or(Ty::Unknown, |number| self.analysis.result_of(number))
            }
            "errorOutput" if matches!(here, ValueField::CatchAssign | ValueField::CatchOutput) => error_type(),
            _ => Ty::Unknown,
        }
    }

    fn path(&mut self, steps: &[Node], depth: usize) -> Ty {
        let Some((first, mut rest)) = steps.split_first() else { return Ty::Unknown };
        let mut at = Path::from(PathRoot::Value(String::new()));
        let mut ty = match (&first.kind, rest) {
            (NodeKind::Variable(name), [Node { kind: NodeKind::Name(member), .. }, after @ ..]) if name == "states" => {
                rest = after;
                at = Path::from(PathRoot::Variable(name.into())).member(member);
                self.states(member)
            }
            (NodeKind::Variable(name), _) => {
                at = PathRoot::Variable(name.into()).into();
                self.variable(name)
            }
            _ => self.node(first, depth),
        };
        for step in rest {
            ty = match &step.kind {
                NodeKind::Name(name) => self.step((first, step), &mut at, &ty, name),
                NodeKind::Predicate(inner, filter) => match &inner.kind {
                    NodeKind::Name(name) => {
                        let inner = self.step((first, inner), &mut at, &ty, name);
                        at.segments.push(PathSegment::Computed);
                        item(&inner, filter)
                    }
                    _ => Ty::Unknown,
                },
                _ => Ty::Unknown,
            };
            if matches!(ty, Ty::Unknown | Ty::Error(_)) {
                return ty;
            }
        }
        ty
    }

    /// Returns a step of a path, with the node that the path begins with.
    fn step<'n>(&mut self, (path, own): (&Node, &Node), at: &mut Path<'n>, ty: &Ty, name: &'n str) -> Ty {
        if let Ty::Foreign(of) = ty.present() {
            return self.foreign_step((path, own), at, of, name);
        }
        let next = match self.analysis.types.named(ty, name) {
            Named::Found(next) if ty.is_option() => next.or_absent(),
            Named::Found(next) => next,
            Named::Unknown => Ty::Unknown,
            Named::None => {
                self.nowhere((path, own), at, ty, name);
                Ty::Unknown
            }
        };
        at.segments.push(PathSegment::Member(name.into()));
        next
    }

    /// Follows a step into a user-defined type, which rustc checks.
    fn foreign_step<'n>(&mut self, (path, own): (&Node, &Node), at: &mut Path<'n>, of: &Foreign, name: &'n str) -> Ty {
        let Some(next) = of.member(name) else { return Ty::Unknown };
        // A state's own input may have more than its type says.
        if !has_no_name(at) && !is_in(at, &["input"]) {
            let (part, words) = (own.span.clone(), (at.to_string(), name.to_owned()));
            self.wrong.push(ExpressionError {
                path: path.span.start,
                part,
                code: unknown_member(is_in(at, INPUT)),
                words,
                target: Some(next.clone()),
            });
        }
        at.segments.push(PathSegment::Member(name.into()));
        Ty::Foreign(Box::new(next))
    }

    fn nowhere(&mut self, (path, own): (&Node, &Node), at: &Path<'_>, ty: &Ty, name: &str) {
        // The start of the path must have a name here, and the document's rules know the result of the state itself.
        let shape = match ty.present() {
            Ty::Shape(part) => Some(part),
            _ => None,
        };
        if has_no_name(at) || at.segments.len() == 1 && is_in(at, &["context"]) || shape.is_some() && is_in(at, &[]) {
            return;
        }
        let known = self.analysis.types.members(ty);
        let near = workflow_asl::nearest::nearest(name, known.iter().map(|member| member.wire));
        // The known members of a state's input may not be all of them.
        if near.is_none() && is_in(at, &["input"]) {
            return;
        }
        let code = match shape {
            Some(part) if part.is_certain() => Code::UnknownResultMember,
            Some(_) => Code::DoubtfulResultMember,
            None => unknown_member(is_in(at, INPUT)),
        };
        let help = shape.and_then(|part| part.meant(name)).unwrap_or_else(|| match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("if it may be missing, test it: `$exists({at}.{name})`"),
        });
        let words = (format!("`{at}` has no member `{name}`"), help);
        self.wrong.push(ExpressionError { path: path.span.start, part: own.span.clone(), code, words, target: None });
    }

    /// Returns an array flattens items that are arrays.
    fn array(&mut self, items: &[Node], depth: usize) -> Ty {
        let types: Vec<_> = items
            .iter()
            .map(|item| match &item.kind {
                NodeKind::Range(..) => Ty::INTEGER,
                _ => match self.node(item, depth) {
                    ty if ty.present().is_array() => Ty::Unknown,
                    // Absent values are omitted.
                    Ty::Option(inner) => *inner,
                    ty => ty,
                },
            })
            .collect();
        Ty::Array(Box::new(types.into_iter().reduce(Ty::join).unwrap_or(Ty::Unknown)))
    }

    fn object(&mut self, pairs: &[(Node, Node)], depth: usize) -> Ty {
        let mut members = IndexMap::new();
        let mut computed = false;
        for (key, value) in pairs {
            let ty = self.node(value, depth);
            match &key.kind {
                NodeKind::String(name) => drop(members.insert(name.clone(), ty)),
                _ => computed = true,
            }
        }
        if computed { Ty::Map(Box::new(Ty::Unknown)) } else { Ty::object(members) }
    }

    fn block(&mut self, inner: &[Node], depth: usize) -> Ty {
        let outer = self.bound.len();
        let ty = inner.iter().map(|node| self.node(node, depth)).last().unwrap_or(Ty::Unknown);
        self.bound.truncate(outer);
        ty
    }

    fn binary(&mut self, sign: &str, left: &Node, right: &Node, depth: usize) -> Ty {
        let (left, right) = (self.node(left, depth), self.node(right, depth));
        match sign {
            "&" => Ty::Text,
            "/" => Ty::FLOAT,
            "+" | "-" | "*" | "%" => left.present().arithmetic(right.present()),
            _ => Ty::Bool,
        }
    }

    fn condition(&mut self, test: &Node, yes: &Node, no: Option<&Node>, depth: usize) -> Ty {
        self.node(test, depth);
        // A member that the test asks for may be present on one side only.
        let told = self.wrong.len();
        let yes = self.node(yes, depth);
        let ty = match no {
            Some(no) => yes.join(self.node(no, depth)),
            None => yes.optional(),
        };
        self.wrong.truncate(told);
        ty
    }

    fn call(&mut self, function: &Node, first: Option<Ty>, arguments: &[Node], depth: usize) -> Ty {
        let types: Vec<_> =
            first.into_iter().chain(arguments.iter().map(|argument| self.node(argument, depth))).collect();
        let NodeKind::Variable(name) = &function.kind else { return Ty::Unknown };
        // A variable of that name hides the function.
        if self.bound.iter().any(|(bound, _)| bound == name) || self.analysis.variable_types.contains_key(name) {
            return Ty::Unknown;
        }
        Function::from_name(&format!("${name}")).map_or(Ty::Unknown, |function| function.result_of(&types, None, true))
    }
}

/// Returns whether a path leads to or into these members of `$states`.
fn is_in(path: &Path<'_>, members: &[&str]) -> bool {
    let mut states = Path::from(PathRoot::Variable("states".into()));
    states.segments.extend(members.iter().map(|name| PathSegment::Member((*name).into())));
    states.steps_to(path).is_some()
}

/// Returns whether a path is what another expression gives.
fn has_no_name(path: &Path<'_>) -> bool {
    matches!(path.root, PathRoot::Value(_)) && path.segments.is_empty()
}

/// Returns the item of an array at a literal index; what another filter leaves shows when it runs.
fn item(ty: &Ty, filter: &Node) -> Ty {
    let index = match &filter.kind {
        NodeKind::Number(_) => true,
        NodeKind::Negate(inner) => matches!(inner.kind, NodeKind::Number(_)),
        _ => false,
    };
    match ty {
        Ty::Array(item) if index => item.as_element(),
        Ty::Foreign(of) if index => of.item(),
        _ => Ty::Unknown,
    }
}
