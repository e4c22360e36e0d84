//! Lowers the properties that all kinds of states have, and the clauses that have the same meaning on each kind.

use serde_json::Value;
use workflow_asl::document::QueryLanguage;
use workflow_asl::{Pointer, State};

use super::object::Fields;
use super::template::Template;
use super::{Lowering, ValueField, ValueSite};
use crate::check::{StateInfo, is_express_child};
use crate::syntax::ast::{
    Clause, ClauseValue, Comment, Expr, ExprKind, Head, Resource, Target, TokenSpan, When, plain,
};
use crate::syntax::keyword::ClauseKind;

impl<'a> Lowering<'_, 'a> {
    pub(super) fn state(&mut self, info: &StateInfo<'a>, at: Pointer) -> Value {
        let state = info.state;
        self.source_map.put(at.clone(), state.span());
        let mut fields = Fields::new(at);
        self.put(&mut fields, "Type", state.kind.name().into(), state.keyword.span().into());
        self.put_comment(&mut fields, &state.comment, &state.clauses);
        match &state.head {
            Head::Task { resource, body } => self.task(info, resource.as_ref(), body.as_ref(), &mut fields),
            Head::Pass { value } => self.pass(info, value.as_ref(), &mut fields),
            Head::Wait(head) => self.wait(info, head.as_ref(), &mut fields),
            Head::Choice(choice) => self.choice(info, choice, &mut fields),
            Head::Parallel(branches) => self.parallel(info, branches, &mut fields),
            Head::Map { over, body, iterator, .. } => self.map(info, over.as_ref(), body, *iterator, &mut fields),
            Head::Succeed { value } => self.succeed(info, value.as_ref(), &mut fields),
            Head::Fail { error, cause } => self.fail(info, error.as_ref(), cause.as_ref(), &mut fields),
        }
        for clause in self.analysis.clauses_of(info).filter(|clause| belongs(clause, info)) {
            self.clause(info, clause, &mut fields);
        }
        self.express_child(info, &mut fields);
        self.keep(info, &mut fields);
        let other = match &state.head {
            Head::Choice(choice) => choice.arms.iter().find(|arm| matches!(arm.when, When::Else(_))),
            _ => None,
        };
        if let Some(target) = state.transition.as_ref().or(other.map(|arm| &arm.target)) {
            self.capture_item(info, target, &mut fields);
        }
        self.handlers(info, &mut fields);
        match &state.transition {
            Some(Target::End(word)) => self.put(&mut fields, "End", true.into(), word.span().into()),
            Some(target) => self.put_target(&mut fields, "Next", target),
            None => {}
        }
        self.raw(&state.clauses, &mut fields);
        fields.ordered(State::FIELDS)
    }

    fn task(&mut self, info: &StateInfo<'a>, resource: Option<&Resource>, body: Option<&Expr>, fields: &mut Fields) {
        if let Some(resource) = resource {
            let (arn, span) = self.resource(resource);
            self.put(fields, "Resource", arn, span);
        }
        if let Some(body) = body {
            self.put_parameters(fields, info.site(ValueField::Parameters), body);
        }
    }

    /// Returns the value of `Resource`.
    pub(super) fn resource(&mut self, resource: &Resource) -> (Value, TokenSpan) {
        let span = match resource {
            Resource::Service { span, .. } => *span,
            Resource::Text(text) => text.span,
            Resource::Activity { arn: value, .. } | Resource::Value(value) => return (self.literal(value), value.span),
        };
        (resource.arn().into(), span)
    }

    /// Lowers clauses that are fields of the document, except handlers and the clauses of maps.
    fn clause(&mut self, info: &StateInfo<'a>, clause: &Clause, fields: &mut Fields) {
        let place = info.site(ValueField::of_clause(clause.kind, info.state.kind));
        match &clause.value {
            ClauseValue::Query(language) => {
                self.put(fields, "QueryLanguage", language.name().into(), clause.span);
            }
            ClauseValue::Expr(value)
                if clause.kind == ClauseKind::Output
                    && is_express_child(info)
                    && info.language == QueryLanguage::Jsonata =>
            {
                let output = self.express_output(place, value, &fields.pointer.child("Output"));
                self.put(fields, "Output", output, value.span);
            }
            _ => self.put_clause(fields, place, clause),
        }
    }

    /// Adds the request of a task or a similar state. In a JSONPath state, a request that is a single path becomes
    /// `InputPath`.
    pub(super) fn put_parameters(&mut self, fields: &mut Fields, place: ValueSite<'_, 'a>, value: &Expr) {
        if place.state.language == QueryLanguage::Jsonata {
            self.put_value(fields, "Arguments", place, value);
            return;
        }
        match self.template(place, value, &fields.pointer.child("Parameters")) {
            Template::Plain(template) | Template::Nested(template) => {
                self.put(fields, "Parameters", template, value.span);
            }
            Template::Computed(path) if path.starts_with('$') => {
                self.put(fields, "InputPath", path.into(), value.span);
            }
            Template::Computed(_) => {
                let help = "name its members: `{ member: … }`";
                self.report_unsayable(value.span, "a whole request that a function computes", help);
            }
        }
    }

    /// Adds the comment, from `///` or the clause `comment`.
    pub(super) fn put_comment(&mut self, fields: &mut Fields, comment: &Comment, clauses: &[Clause]) {
        let clause = clauses.iter().find(|clause| clause.kind == ClauseKind::Comment);
        if let Some(ClauseValue::Expr(value)) = clause.map(|clause| &clause.value) {
            let text = self.literal(value);
            self.put(fields, "Comment", text, value.span);
        } else if let Some(comment) = comment {
            self.put(fields, "Comment", comment.value.clone().into(), comment.span);
        }
    }

    /// Adds the name of a transition's target. An unknown target is written as in the source.
    pub(super) fn put_target(&mut self, fields: &mut Fields, field: &str, target: &Target) {
        let name = match target {
            Target::State(name) => {
                let known = self.analysis.states.get(&plain(name));
                Some(known.map_or_else(|| plain(name), |info| info.asl_name.clone()))
            }
            Target::Text(text) => Some(text.value.clone()),
            Target::Computed(_) | Target::End(_) | Target::Missing(..) => None,
        };
        if let Some(name) = name {
            self.put(fields, field, name.into(), target.span());
        }
    }

    /// Adds the literal fields of `raw { "Field": json }`.
    fn raw(&mut self, clauses: &[Clause], fields: &mut Fields) {
        for clause in clauses.iter().filter(|clause| clause.kind == ClauseKind::Raw) {
            let ClauseValue::Expr(value) = &clause.value else { continue };
            let ExprKind::Object(members) = &value.kind else { continue };
            self.compares = true;
            for member in members {
                let mut json = self.literal(&member.value);
                // Captures for other states are merged with the assignments of `raw`.
                if let ("Assign", Some(Value::Object(kept)), Value::Object(own)) =
                    (member.key.value.as_str(), fields.map.get("Assign"), &mut json)
                {
                    for (name, value) in kept {
                        own.entry(name).or_insert_with(|| value.clone());
                    }
                }
                self.put(fields, &member.key.value, json, member.value.span);
                self.source_map.put_key(fields.pointer.child(&member.key.value), member.key.span);
            }
        }
    }
}

/// Returns whether the clause belongs to the state's query language. A clause of the other language was reported.
pub(super) fn belongs(clause: &Clause, info: &StateInfo<'_>) -> bool {
    clause.kind.language().is_none_or(|language| language == info.language)
}
