//! The declared output: checks the known type of the output of each state that ends the workflow.

use indexmap::IndexMap;
use workflow_asl::nearest::nearest;
use workflow_asl::result::Member;
use workflow_asl::{Code, timestamp};

use crate::check::analysis::Analysis;
use crate::check::conformance::Conformance;
use crate::check::constraints::{self, whole};
use crate::check::expression_text::path_of;
use crate::check::flow::Narrowing;
use crate::check::foreign::kinds_of;
use crate::check::members::KnownMember;
use crate::check::model::StateInfo;
use crate::check::path::{Path, PathRoot};
use crate::check::sink::Sink;
use crate::check::types::{Field, Int, Ty, article};
use crate::check::value_site::{ValueField, ValueSite};
use crate::problem::Problem;
use crate::question::{Foreign, QuestionKind};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Head, TokenSpan, plain};

/// The comparison of a value's type with a wanted one.
struct Comparison<'c, 'a, 's, 'p> {
    analysis: &'c Analysis<'a>,
    /// The words of the value.
    span: TokenSpan,
    /// The members that were tested, by their paths, are present.
    facts: &'c Narrowing,
    /// The structs and AWS objects already compared, each with its expected struct, because they may contain themselves.
    seen: Vec<(Ty, String)>,
    sink: &'s mut Sink<'p>,
}

pub(in crate::check) fn check(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    if analysis.output == Ty::Unknown {
        return;
    }
    let ends = analysis.states_of(0).filter(|info| analysis.ends(info));
    let what = match analysis.workflow.is_fragment {
        true => format!("the result of `{}`", plain(&analysis.workflow.name)),
        false => "the output".to_owned(),
    };
    of_states(analysis, ends, &analysis.output, &what, sink);
}

/// Compares the outputs of states with a type.
pub(in crate::check) fn of_states<'m, 'a: 'm>(
    analysis: &Analysis<'a>,
    states: impl Iterator<Item = &'m StateInfo<'a>>,
    wanted: &Ty,
    what: &str,
    sink: &mut Sink<'_>,
) {
    for info in states {
        let facts = analysis.narrowing(info);
        let (expr, position) =
            info.output_value().map_or((None, ValueField::Output), |(value, field)| (Some(value), field));
        let span = expr.map_or_else(|| info.state.span(), |expr| expr.span);
        let place = info.site(position);
        let given = analysis.output_type(info);
        match expr {
            Some(expr) if given != Ty::Unknown => {
                fits_expr(analysis, place.knowing(facts), expr, wanted, what, sink);
            }
            _ => {
                let mut comparison = Comparison { analysis, span, facts, seen: Vec::new(), sink };
                comparison.fits(&given, wanted, what, &passes_on(info));
            }
        }
    }
}

/// Returns the source of the output of a state that passes a value on.
fn passes_on<'m>(info: &'m StateInfo<'_>) -> Path<'m> {
    let root = match &info.state.head {
        _ if info.output_value().is_some() => PathRoot::Value(String::new()),
        Head::Pass { .. } | Head::Wait(_) | Head::Choice(_) | Head::Succeed { .. } => PathRoot::Word("state"),
        _ if info.has_result() => PathRoot::StateResult((&info.name).into()),
        _ => PathRoot::Value(String::new()),
    };
    root.into()
}

/// Compares member by member, to report the wrong one.
pub(in crate::check) fn fits_expr<'a>(
    analysis: &Analysis<'a>,
    place: ValueSite<'_, 'a>,
    expr: &Expr,
    wanted: &Ty,
    what: &str,
    sink: &mut Sink<'_>,
) {
    if let Ty::Foreign(foreign) = wanted.present() {
        // For a reading state, a possibly absent value was reported.
        let given = Conformance { analysis, place, code: Code::OutputDoesNotFit };
        if !(wanted.is_option() && matches!(expr.kind, ExprKind::Null)) {
            given.expr(foreign, expr, expr.span, what, sink);
        }
        return;
    }
    let is_array = |item: &Expr| analysis.type_of(place, item).present().is_array();
    match (&expr.kind, fields(analysis, wanted), wanted.present()) {
        (ExprKind::Paren(inner), ..) => fits_expr(analysis, place, inner, wanted, what, sink),
        (ExprKind::If(condition, yes, no), ..) => {
            fits_expr(analysis, place.knowing(&place.facts.and(condition, true)), yes, wanted, what, sink);
            fits_expr(analysis, place.knowing(&place.facts.and(condition, false)), no, wanted, what, sink);
        }
        (ExprKind::Object(members), Some(fields), _) => {
            let keys = members.iter().map(|member| &member.key);
            let named: Vec<_> = keys.map(|key| (bare_key(&key.value), key.span, !key.value.ends_with(".$"))).collect();
            undeclared((&named, true), fields, what, sink);
            for (name, field) in fields {
                let wire = field.decl.wire.as_str();
                let Some(member) = members.iter().find(|member| bare_key(&member.key.value) == wire) else {
                    let is_meant = |(key, _, is_name): &&(&str, TokenSpan, bool)| {
                        *is_name
                            && fields.values().all(|field| field.decl.wire != *key)
                            && nearest(key, [wire]).is_some()
                    };
                    match named.iter().find(is_meant) {
                        Some((key, span, _)) => sink.report(|| {
                            let message = format!("`{key}` is not declared in {what}");
                            Problem::new(Code::OutputDoesNotFit, *span, message).did_you_mean(wire, wire)
                        }),
                        None => missing(expr.span, (name, field), what, named.iter().map(|(name, ..)| *name), sink),
                    }
                    continue;
                };
                // A key whose value is a path has any type.
                if member.key.value != wire {
                    continue;
                }
                let what = format!("`{name}` of {what}");
                let value = &member.value;
                constraints::literal(field.decl, value, &what, sink);
                if member.optional && !field.ty.is_option() && !field.ty.is_unknown() {
                    let message = format!("{what} may be omitted, but is declared {}", article(&field.ty));
                    let problem = Problem::new(Code::OutputDoesNotFit, member.key.span, message);
                    sink.push(problem.help(optional_or_default(&field.ty)));
                } else if member.optional {
                    let ty = analysis.type_of(place, value);
                    value_fits(analysis, place, (value, ty.present()), &field.ty, &what, sink);
                } else {
                    fits_expr(analysis, place, value, &field.ty, &what, sink);
                }
            }
        }
        (ExprKind::Object(members), _, Ty::Map(value)) => {
            // A member whose value is a path has another name, and is omitted for an absent value.
            for member in members.iter().filter(|member| !member.optional && !member.key.value.ends_with(".$")) {
                let what = format!("`{}` of {what}", member.key.value);
                fits_expr(analysis, place, &member.value, value, &what, sink);
            }
        }
        // JSONata may flatten the items of an array.
        (ExprKind::Array(items), _, Ty::Array(item)) if !items.iter().any(is_array) => {
            let what = format!("an item of {what}");
            items.iter().for_each(|given| fits_expr(analysis, place, given, item, &what, sink));
        }
        (ExprKind::Binary(BinaryOp::Default, _, left, right), ..) => {
            let given = analysis.type_of(place, left);
            value_fits(analysis, place, (left, given.present()), wanted, what, sink);
            if given.is_option() {
                fits_expr(analysis, place, right, wanted, what, sink);
            }
        }
        (ExprKind::Number(text), _, Ty::Integer(int)) if !holds(*int, text) => {
            sink.report(|| {
                let message = format!("{what} is {text}, but is declared `{}`", int.name());
                Problem::new(Code::OutputDoesNotFit, expr.span, message)
            });
        }
        (ExprKind::Text(text), _, Ty::Timestamp) if !is_open(text) => {
            if timestamp::parse(text).is_none() {
                sink.report(|| {
                    let message = format!("{what} is \"{text}\", which is not a timestamp");
                    let problem = Problem::new(Code::OutputDoesNotFit, expr.span, message);
                    problem.help("a timestamp is written `\"2026-01-31T12:00:00Z\"`")
                });
            }
        }
        (ExprKind::Text(text), _, Ty::Enum(name)) => {
            let Some(decl) = analysis.types.enums.get(name) else { return };
            if is_open(text) || decl.variants.iter().any(|variant| variant.wire == *text) {
                return;
            }
            sink.report(|| {
                let message = format!("{what} is \"{text}\", which is not a variant of `{name}`");
                let known = decl.variants.iter().map(|variant| variant.wire.as_str());
                Problem::new(Code::OutputDoesNotFit, expr.span, message).suggest_text(text, known)
            });
        }
        _ => {
            let ty = analysis.type_of(place, expr);
            // The place that reads it, or the fragment by itself, reported that it may be absent.
            let said = match &expr.kind {
                ExprKind::Reference(reference) => analysis.resolved(place, expr, reference).is_left_out(),
                ExprKind::Access(of, _) if of.declared.is_some() => true,
                ExprKind::Call { .. } | ExprKind::Access(..) => analysis.gives_nothing(place, expr),
                _ => false,
            };
            value_fits(analysis, place, (expr, if said { ty.present() } else { &ty }), wanted, what, sink);
        }
    }
}

/// Returns whether a text is an expression or contains a placeholder, so that its value is not known.
fn is_open(text: &str) -> bool {
    text.starts_with("{%") || text.contains("${")
}

/// Returns whether a type of integers holds a literal number.
fn holds(int: Int, number: &str) -> bool {
    whole(number).is_some_and(|number| int.holds(number))
}

/// Returns the name of a member whose value may be a path.
fn bare_key(key: &str) -> &str {
    key.strip_suffix(".$").unwrap_or(key)
}

/// Returns the help for a value that may be absent.
fn optional_or_default(wanted: &Ty) -> String {
    format!("declare it as `Option<{}>`, or give a default with `??`", wanted.rust_name())
}

/// Reports the given members that are not declared, each with its words and whether these are the name: an error where
/// the name is similar to a missing optional one, else a warning if the members are written `here`. Silent where a
/// required member is missing, which is reported: this may be its wrong name.
fn undeclared(
    (given, here): (&[(&str, TokenSpan, bool)], bool),
    fields: &IndexMap<String, Field<'_>>,
    what: &str,
    sink: &mut Sink<'_>,
) {
    if !sink.listens() {
        return;
    }
    let lacks = |field: &&Field<'_>| !given.iter().any(|(name, ..)| *name == field.decl.wire);
    let optional = fields.values().filter(|field| field.ty.is_option()).filter(lacks);
    let optional: Vec<_> = optional.map(|field| field.decl.wire.as_str()).collect();
    let lacks_required = fields.values().filter(|field| !field.ty.is_option()).any(|field| lacks(&field));
    for (name, span, is_name) in given.iter().filter(|(name, ..)| fields.values().all(|field| field.decl.wire != *name))
    {
        let message = format!("`{name}` is not declared in {what}");
        match nearest(name, optional.iter().copied()) {
            Some(near) => {
                let problem = Problem::new(Code::OutputDoesNotFit, *span, message);
                sink.push(match is_name {
                    true => problem.did_you_mean(near, near),
                    // The words are another state's, or a key with `.$`.
                    false => problem.help(format!("did you mean `{near}`?")),
                });
            }
            None if lacks_required || !here => {}
            None => {
                let problem = Problem::new(Code::UndeclaredMember, *span, message);
                sink.push(problem.help("declare it, or remove it"));
            }
        }
    }
}

fn missing<'n>(
    span: TokenSpan,
    (name, field): (&str, &Field<'_>),
    what: &str,
    given: impl Iterator<Item = &'n str>,
    sink: &mut Sink<'_>,
) {
    if field.ty.is_option() {
        return;
    }
    sink.report(|| {
        let wire = field.decl.wire.as_str();
        let message = format!("{what} has no `{wire}`, which is declared {}", article(&field.ty));
        let problem = Problem::new(Code::OutputDoesNotFit, span, message);
        match nearest(wire, given) {
            Some(near) => problem.help(format!("`{near}` is a different name")),
            None => problem.help(format!("add it, or declare `{name}: Option<{}>`", field.ty.rust_name())),
        }
    });
}

/// Compares the type of a value with a wanted one.
fn value_fits<'a>(
    analysis: &Analysis<'a>,
    place: ValueSite<'_, 'a>,
    (value, given): (&Expr, &Ty),
    wanted: &Ty,
    what: &str,
    sink: &mut Sink<'_>,
) {
    let mut comparison = Comparison { analysis, span: value.span, facts: place.facts, seen: Vec::new(), sink };
    comparison.fits(given, wanted, what, &path_of(value, ""));
}

impl Comparison<'_, '_, '_, '_> {
    fn report(&mut self, help: Option<String>, message: impl FnOnce() -> String) {
        let span = self.span;
        self.sink.report(|| Problem {
            help: help.into_iter().collect(),
            ..Problem::new(Code::OutputDoesNotFit, span, message())
        });
    }

    /// Compares the type of a part that has no path of its own.
    fn part(&mut self, given: &Ty, wanted: &Ty, what: &str) {
        self.fits(given, wanted, what, &Path::from(PathRoot::Value(String::new())));
    }

    /// Compares a type with a wanted one; unknown types match anything. `holder` is the path of the value.
    fn fits(&mut self, given: &Ty, wanted: &Ty, what: &str, holder: &Path<'_>) {
        if let (Ty::Foreign(given), false) = (given.present(), wanted.is_unknown()) {
            return self.foreign(given, wanted, what);
        }
        if given.is_unknown() || wanted.is_unknown() {
            return;
        }
        if (given.is_option() || *given == Ty::Null) && !wanted.is_option() {
            let is = match given {
                Ty::Null => "is `null`",
                Ty::Nullable(_) => "may be `null`",
                _ => "may be absent",
            };
            let help = optional_or_default(wanted);
            return self.report(Some(help), || format!("{what} {is}, but is declared {}", article(wanted)));
        }
        let (given, wanted) = (given.present(), wanted.present());
        if let (Ty::Struct(_) | Ty::Shape(_), Ty::Struct(name)) = (given, wanted) {
            if self.seen.iter().any(|(other, of)| other == given && of == name) {
                return;
            }
            self.seen.push((given.clone(), name.clone()));
        }
        let fits_so_far = match (given, wanted) {
            (Ty::Null, _) => true,
            (Ty::Float(_), Ty::Integer(int)) => {
                let help = "declare it as `f64`, or round it, in JSONata with `$round`".to_owned();
                let message = || format!("{what} may have a fraction, but is declared `{}`", int.name());
                return self.report(Some(help), message);
            }
            (a, b) if a.is_number() && b.is_number() => true,
            (Ty::Map(a), Ty::Map(b)) => return self.part(a, b, &format!("a value of {what}")),
            (Ty::Object(_) | Ty::Struct(_), Ty::Map(value)) => {
                // Absent members are omitted.
                for KnownMember { name, ty, .. } in self.analysis.types.members(given) {
                    self.part(&ty.into_owned().assume_present(), value, &format!("`{name}` of {what}"));
                }
                true
            }
            (a, b) if a.is_text() && b.is_text() => !matches!((a, b), (Ty::Enum(a), Ty::Enum(b)) if a != b),
            (Ty::Array(a), Ty::Array(b)) => return self.part(&a.as_element(), b, &format!("an item of {what}")),
            (Ty::Tuple(items), Ty::Array(item)) => {
                let what = format!("an item of {what}");
                return items.iter().for_each(|given| self.part(given, item, &what));
            }
            (Ty::Struct(a), Ty::Struct(b)) if a == b => true,
            (Ty::Shape(_) | Ty::Struct(_) | Ty::Object(_), Ty::Struct(_)) => {
                return self.members(given, wanted, what, holder);
            }
            (a, b) if a.is_object() && b.is_object() => true,
            (a, b) => a == b,
        };
        if !fits_so_far {
            self.report(None, || format!("{what} is {}, but is declared {}", article(given), article(wanted)));
        }
    }

    /// Makes rustc compare a user-defined type; the place that reads the value reports that it may be absent.
    fn foreign(&mut self, given: &Foreign, wanted: &Ty, what: &str) {
        let (code, span) = (Code::OutputDoesNotFit, self.span);
        match wanted.in_rust() {
            Some(tokens) => {
                self.sink.ask(&Foreign::of(tokens), span, || {
                    let (value, target) = (given.clone(), what.to_owned());
                    QuestionKind::Fits { value, absent: false, target, code, lacks: code }
                });
            }
            None => {
                let wants = format!("{what} is declared {}", article(wanted));
                let kinds = kinds_of(wanted).unwrap_or(u8::MAX);
                self.sink.hold(&Ty::Foreign(Box::new(given.clone())), span, kinds, code, &wants);
            }
        }
    }

    /// Compares the members of an object with the fields of a struct.
    fn members(&mut self, given: &Ty, wanted: &Ty, what: &str, holder: &Path<'_>) {
        let Some(fields) = fields(self.analysis, wanted) else { return };
        let members = self.analysis.types.members(given);
        let names = || members.iter().map(|member| member.wire);
        // A result of AWS's may have others.
        let is_open = |wire: &str| match given {
            Ty::Shape(part) => !part.is_certain() || !matches!(part.member(wire), Member::None),
            _ => false,
        };
        if !matches!(given, Ty::Shape(_)) {
            let named: Vec<_> = names().map(|name| (name, self.span, false)).collect();
            undeclared((&named, false), fields, what, self.sink);
        }
        for (name, field) in fields {
            let wire = field.decl.wire.as_str();
            match members.iter().find(|member| member.wire == wire).map(|member| (member.name, &*member.ty)) {
                Some((_, Ty::Struct(own))) if matches!(field.ty.present(), Ty::Struct(other) if own != other) => {}
                Some((own, ty)) => {
                    let path = holder.member(own);
                    let ty = if self.facts.present(&path) { ty.present() } else { ty };
                    self.fits(ty, &field.ty, &format!("`{name}` of {what}"), &path);
                }
                None if is_open(wire) => {}
                None => missing(self.span, (name, field), what, names(), self.sink),
            }
        }
    }
}

fn fields<'m, 'a>(analysis: &'m Analysis<'a>, ty: &Ty) -> Option<&'m IndexMap<String, Field<'a>>> {
    match ty.present() {
        Ty::Struct(name) => analysis.types.structs.get(name).map(|known| &known.fields),
        _ => None,
    }
}
