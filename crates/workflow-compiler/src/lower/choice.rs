//! Choice states: arms to rules, `else` to `Default`.

use serde_json::Value;
use workflow_asl::document::QueryLanguage;

use super::object::Fields;
use super::state::belongs;
use super::{Lowering, ValueField, ValueSite};
use crate::check::StateInfo;
use crate::syntax::ast::{Arm, BinaryOp, Choice, Clause, Expr, ExprKind, When};

impl<'a> Lowering<'_, 'a> {
    pub(super) fn choice(&mut self, info: &StateInfo<'a>, choice: &Choice, fields: &mut Fields) {
        let at = fields.pointer.child("Choices");
        let mut rules = Vec::new();
        for arm in &choice.arms {
            if let When::Else(_) = arm.when {
                self.put_target(fields, "Default", &arm.target);
                self.block(info, &arm.clauses, fields);
            } else {
                let mut rule = Fields::new(at.index(rules.len()));
                self.rule(info, choice.subject.as_ref(), arm, &mut rule);
                rules.push(Value::Object(rule.map));
            }
        }
        self.put(fields, "Choices", rules.into(), info.state.span());
    }

    fn rule(&mut self, info: &StateInfo<'a>, subject: Option<&Expr>, arm: &Arm, rule: &mut Fields) {
        self.source_map.put(rule.pointer.clone(), arm.span);
        self.put_comment(rule, &arm.comment, &arm.clauses);
        let place = info.site(ValueField::Condition);
        match (&arm.when, subject) {
            (When::If(condition), _) => match info.language {
                QueryLanguage::JsonPath => self.condition(place, condition, rule),
                QueryLanguage::Jsonata => {
                    let value = self.jsonata_value(place, condition, &rule.pointer.child("Condition"));
                    self.put(rule, "Condition", value, condition.span);
                }
            },
            (When::Patterns(patterns), Some(subject)) => match info.language {
                QueryLanguage::JsonPath => self.patterns(place, subject, patterns, rule),
                QueryLanguage::Jsonata => self.jsonata_patterns(place, subject, patterns, rule),
            },
            (When::Patterns(_), None) | (When::Else(_), _) => {}
        }
        let tested = match &arm.when {
            When::If(condition) => Some(condition.span),
            When::Patterns(patterns) => patterns.first().zip(patterns.last()).map(|(a, b)| a.span.to(b.span)),
            When::Else(_) => None,
        };
        // The other fields of the rule are at the whole arm.
        for name in rule.map.keys().filter(|name| !matches!(name.as_str(), "Comment" | "Condition" | "Not")) {
            tested.into_iter().for_each(|span| self.source_map.put(rule.pointer.child(name), span));
        }
        self.source_map.put(rule.pointer.clone(), arm.span);
        self.block(info, &arm.clauses, rule);
        self.capture_item(info, &arm.target, rule);
        self.put_target(rule, "Next", &arm.target);
    }

    /// Lowers the test that a value equals one of these.
    pub(super) fn patterns(&mut self, place: ValueSite<'_, 'a>, subject: &Expr, patterns: &[Expr], rule: &mut Fields) {
        if let [pattern] = patterns {
            self.comparison(place, (BinaryOp::Equal, pattern.span), subject, pattern, rule);
            return;
        }
        let at = rule.pointer.child("Or");
        let parts = patterns.iter().enumerate().map(|(index, pattern)| {
            let mut part = Fields::new(at.index(index));
            self.source_map.put(part.pointer.clone(), pattern.span);
            self.comparison(place, (BinaryOp::Equal, pattern.span), subject, pattern, &mut part);
            Value::Object(part.map)
        });
        let parts = Value::Array(parts.collect());
        rule.insert("Or", parts);
    }

    fn jsonata_patterns(&mut self, place: ValueSite<'_, 'a>, subject: &Expr, patterns: &[Expr], rule: &mut Fields) {
        let tests = patterns.iter().map(|pattern| {
            let test =
                ExprKind::Binary(BinaryOp::Equal, pattern.span, Box::new(subject.clone()), Box::new(pattern.clone()));
            let test = Expr::made(test, pattern.span);
            self.jsonata(place, &test)
        });
        let any = tests.reduce(|any, test| any.binary("or", test));
        if let (Some(any), Some(first), Some(last)) = (any, patterns.first(), patterns.last()) {
            let condition = self.braced(any);
            self.put(rule, "Condition", condition, first.span.to(last.span));
        }
    }

    /// Lowers `assign` and `output` in the braces of an arm.
    fn block(&mut self, info: &StateInfo<'a>, clauses: &[Clause], fields: &mut Fields) {
        for clause in clauses.iter().filter(|clause| belongs(clause, info)) {
            self.put_clause(fields, info.site(ValueField::of_clause(clause.kind, info.state.kind)), clause);
        }
    }
}
