//! Checks whether a value conforms to a user-defined Rust type, such as another workflow's input. rustc decides.

use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;
use workflow_asl::nearest::nearest;

use super::analysis::Analysis;
use super::constraints::whole;
use super::flow::Narrowing;
use super::foreign::{kinds, kinds_of};
use super::members::KnownMember;
use super::model::StateInfo;
use super::sink::Sink;
use super::types::{Ty, Types, article};
use super::value_site::{ValueField, ValueSite};
use crate::question::{Foreign, ForeignPart, QuestionKind, spell};
use crate::syntax::ast::{Expr, ExprKind, Head, Member, Resource, TokenSpan};
use crate::syntax::keyword::ClauseKind;

/// The member of the request that is the other workflow's input.
const INPUT: &str = "Input";

/// Checks that the value passed to each `workflow::<Other>` matches the declared input of `Other`.
pub(super) fn check(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    for info in analysis.all_states() {
        let Head::Task { resource: Some(resource), body } = &info.state.head else { continue };
        let Resource::Service { workflow: Some(workflow), pattern, span, .. } = resource else { continue };
        let Some(wanted) = Types::part_of(workflow, ForeignPart::Input) else { continue };
        if pattern.as_ref().is_some_and(|pattern| pattern.value.starts_with("sync")) {
            sink.ask(&wanted, *span, || QuestionKind::Awaited);
        }
        if resource.express_child().is_some() {
            sink.ask(&wanted, *span, || QuestionKind::Express);
        }
        let what = format!("the input of `{}`", spell(wanted.tokens.clone()));
        // Other values are reported elsewhere, or are unknown.
        let Some(Expr { kind: ExprKind::Object(members), .. }) = body else { continue };
        let given = Conformance { analysis, place: info.site(ValueField::Parameters), code: Code::MissingParameter };
        match members.iter().find(|member| name(info, member).0 == INPUT) {
            Some(member) if name(info, member).1 => {
                given.knowing(analysis.narrowing(info)).expr(&wanted, &member.value, member.key.span, &what, sink);
            }
            Some(_) => {}
            // A misspelt `Input` is reported as an unknown parameter, unless parameters are not checked.
            None if analysis.clauses_of(info).all(|clause| clause.kind != ClauseKind::Unchecked)
                && members.iter().any(|member| nearest(name(info, member).0, [INPUT]).is_some()) => {}
            None => given.members(&wanted, Vec::new(), *span, &what, sink),
        }
    }
}

/// Returns the name of a member in JSON, and whether its value is not a path as text.
fn name<'m>(info: &StateInfo<'_>, member: &'m Member) -> (&'m str, bool) {
    match member.key.value.strip_suffix(".$") {
        Some(name) if info.language == QueryLanguage::JsonPath => (name, false),
        _ => (&member.key.value, true),
    }
}

/// The check of a state's value against a type of the user's.
#[derive(Clone, Copy)]
pub(super) struct Conformance<'m, 'a> {
    pub(super) analysis: &'m Analysis<'a>,
    pub(super) place: ValueSite<'m, 'a>,
    /// The error where a member is missing.
    pub(super) code: Code,
}

impl<'a> Conformance<'_, 'a> {
    /// The same where these facts are known.
    fn knowing<'n>(&'n self, facts: &'n Narrowing) -> Conformance<'n, 'a> {
        Conformance { place: self.place.knowing(facts), ..*self }
    }

    /// Checks an expression against a type, member by member. `word` is what names it.
    pub(super) fn expr(self, wanted: &Foreign, expr: &Expr, word: TokenSpan, what: &str, sink: &mut Sink<'_>) {
        match &expr.kind {
            ExprKind::Paren(inner) => self.expr(wanted, inner, word, what, sink),
            ExprKind::If(condition, yes, no) => {
                self.knowing(&self.place.facts.and(condition, true)).expr(wanted, yes, word, what, sink);
                self.knowing(&self.place.facts.and(condition, false)).expr(wanted, no, word, what, sink);
            }
            ExprKind::Object(members) => {
                let names = members.iter().map(|member| name(self.place.state, member).0.to_owned()).collect();
                self.takes(wanted, &Ty::Object(Default::default()), false, expr.span, what, sink);
                self.members(wanted, names, word, what, sink);
                for member in members {
                    let (name, is_value) = name(self.place.state, member);
                    let Some(inner) = wanted.member(name) else { continue };
                    sink.ask(&inner, member.key.span, || QuestionKind::NoSlip { object: what.to_owned() });
                    let what = format!("`{name}` of {what}");
                    if member.optional {
                        let ty = self.analysis.type_of(self.place, &member.value);
                        self.fits(&inner, ty.present(), true, member.value.span, &what, sink);
                    } else if is_value {
                        self.expr(&inner, &member.value, member.key.span, &what, sink);
                    }
                }
            }
            ExprKind::Array(items) => {
                self.takes(wanted, &Ty::Tuple(Vec::new()), false, expr.span, what, sink);
                for (index, item) in items.iter().enumerate() {
                    let Some(inner) = wanted.nth(index) else { continue };
                    self.expr(&inner, item, item.span, &format!("an item of {what}"), sink);
                }
            }
            ExprKind::Text(text) if !text.starts_with("{%") => {
                self.takes(wanted, &Ty::Text, false, expr.span, what, sink);
                sink.ask(wanted, expr.span, || QuestionKind::Text { text: text.clone(), words: "this".to_owned() });
            }
            ExprKind::Number(text) => {
                self.takes(wanted, &self.analysis.type_of(self.place, expr), false, expr.span, what, sink);
                if let Some(number) = whole(text) {
                    sink.ask(wanted, expr.span, || {
                        let (target, written) = (what.to_owned(), text.clone());
                        QuestionKind::InRange { number, target, written, code: self.kind_code() }
                    });
                }
            }
            _ => {
                // The place that reads it reports that it may be absent.
                let ty = self.analysis.type_of(self.place, expr);
                self.fits(wanted, ty.present(), false, expr.span, what, sink);
            }
        }
    }

    /// Checks the known parts of a type against another type.
    pub(super) fn fits(
        self,
        wanted: &Foreign,
        ty: &Ty,
        absent: bool,
        span: TokenSpan,
        what: &str,
        sink: &mut Sink<'_>,
    ) {
        if let Ty::Foreign(given) = ty {
            // The place that reads it reports that it may be absent, except for a member.
            return sink.ask(wanted, span, || {
                let (value, target) = ((**given).clone(), what.to_owned());
                QuestionKind::Fits { value, absent, target, code: self.kind_code(), lacks: self.code }
            });
        }
        self.takes(wanted, ty, absent, span, what, sink);
        let (items, which) = match ty {
            Ty::Array(item) => (vec![(wanted.each(), item.as_element())], "an item"),
            Ty::Tuple(items) => {
                let at = |(index, item): (usize, &Ty)| (wanted.nth(index), item.as_element());
                (items.iter().enumerate().map(at).collect(), "an item")
            }
            Ty::Map(value) => (vec![(wanted.each(), value.as_element())], "a value"),
            _ => (Vec::new(), ""),
        };
        for (inner, item) in items {
            if let Some(inner) = inner {
                self.fits(&inner, item.present(), item.is_option(), span, &format!("{which} of {what}"), sink);
            }
        }
        match ty {
            Ty::Object(members) => {
                for inner in members.keys().filter_map(|name| wanted.member(name)) {
                    sink.ask(&inner, span, || QuestionKind::NoSlip { object: what.to_owned() });
                }
            }
            // A struct that contains itself: deeper levels are not checked.
            Ty::Struct(_) if wanted.steps.len() < 4 => {}
            _ => return,
        }
        let members = self.analysis.types.members(ty);
        let there = members.iter().map(|member| member.wire.to_owned()).collect();
        self.members(wanted, there, span, what, sink);
        for KnownMember { wire, ty, .. } in members {
            if let Some(inner) = wanted.member(wire) {
                self.fits(&inner, ty.present(), ty.is_option(), span, &format!("`{wire}` of {what}"), sink);
            }
        }
    }

    fn members(self, wanted: &Foreign, given: Vec<String>, span: TokenSpan, what: &str, sink: &mut Sink<'_>) {
        sink.ask(wanted, span, || QuestionKind::Members {
            given_members: given,
            object: what.to_owned(),
            code: self.code,
        });
    }

    fn takes(self, wanted: &Foreign, ty: &Ty, absent: bool, span: TokenSpan, what: &str, sink: &mut Sink<'_>) {
        let known = kinds_of(ty);
        if known.is_none() && !absent {
            return;
        }
        let kinds = known.unwrap_or(u8::MAX) & if absent { !kinds::NULL } else { u8::MAX };
        sink.ask(wanted, span, || QuestionKind::Takes {
            kinds,
            absent,
            target: what.to_owned(),
            value: article(ty),
            code: self.kind_code(),
        });
    }

    /// Returns the error if the given value is of another kind.
    fn kind_code(self) -> Code {
        if self.code == Code::MissingParameter { Code::UnlikeTypes } else { self.code }
    }
}
