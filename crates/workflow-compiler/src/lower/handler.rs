//! Lowers retriers and catchers.

use serde_json::Value;
use workflow_asl::error_name;

use super::object::Fields;
use super::state::belongs;
use super::{Lowering, ValueField};
use crate::check::StateInfo;
use crate::syntax::ast::{Catcher, Clause, ClauseValue, Comment, Member, Retrier, Text, TokenSpan, plain};
use crate::syntax::keyword::ClauseKind;

/// The fields of a retrier, with their names in the document.
const RETRY_FIELDS: [(&str, &str); 5] = [
    ("interval", "IntervalSeconds"),
    ("max_attempts", "MaxAttempts"),
    ("backoff", "BackoffRate"),
    ("max_delay", "MaxDelaySeconds"),
    ("jitter", "JitterStrategy"),
];

/// Returns whether a handler matches all errors, so that later handlers are unreachable.
fn matches_all(errors: &[Text]) -> bool {
    errors.iter().any(|error| error.value == error_name::ALL)
}

impl<'a> Lowering<'_, 'a> {
    /// Adds `Retry` and `Catch` of a state: its own handlers, then the handlers of `defaults` that can still match.
    pub(super) fn handlers(&mut self, info: &StateInfo<'a>, fields: &mut Fields) {
        let analysis = self.analysis;
        let own = info.state.clauses.len();
        let mut retriers = Vec::new();
        let mut catchers = Vec::new();
        let mut retries_all = false;
        let clauses = analysis.clauses_of(info).enumerate();
        for (index, clause) in clauses.filter(|(_, clause)| clause.kind == ClauseKind::Retry) {
            // Other retriers cannot be added to a list that is not known.
            if let ClauseValue::Expr(all) = &clause.value {
                if retriers.is_empty() {
                    let all = self.literal(all);
                    self.put(fields, "Retry", all, clause.span);
                }
                break;
            }
            let Some(retrier) = analysis.retrier(clause) else { continue };
            if index < own || !retries_all {
                let mut entry = Fields::new(fields.pointer.child("Retry").index(retriers.len()));
                self.source_map.put(entry.pointer.clone(), clause.span);
                self.retrier(retrier, self.comment_of(clause), &mut entry);
                retriers.push(Value::Object(entry.map));
            }
            retries_all |= matches_all(&retrier.errors);
        }
        for (clause, catcher) in analysis.catchers_of(info) {
            let mut entry = Fields::new(fields.pointer.child("Catch").index(catchers.len()));
            self.source_map.put(entry.pointer.clone(), clause.span);
            self.catcher(info, catcher, self.comment_of(clause), &mut entry);
            catchers.push(Value::Object(entry.map));
        }
        if !retriers.is_empty() {
            fields.insert("Retry", retriers.into());
        }
        if !catchers.is_empty() {
            fields.insert("Catch", catchers.into());
        }
    }

    /// Returns the comment of a retrier or a catcher: its own, else that of the handler that it names.
    fn comment_of(&self, clause: &'a Clause) -> &'a Comment {
        let (ClauseValue::Named(name), None) = (&clause.value, &clause.comment) else { return &clause.comment };
        let named = match clause.kind {
            ClauseKind::Retry => self.analysis.retriers.get(&plain(name)).map(|named| named.comment),
            _ => self.analysis.catchers.get(&plain(name)).map(|named| named.comment),
        };
        named.unwrap_or(&None)
    }

    fn retrier(&mut self, retrier: &Retrier, comment: &Comment, entry: &mut Fields) {
        self.put_comment(entry, comment, &[]);
        self.put_errors(entry, &retrier.errors, retrier.errors_span);
        for (word, name) in RETRY_FIELDS {
            let field = retrier.fields.iter().find(|field| field.key.value == word);
            if let Some(Member { value, .. }) = field {
                let literal = self.literal(value);
                self.put(entry, name, literal, value.span);
            }
        }
    }

    pub(super) fn catcher(&mut self, info: &StateInfo<'a>, catcher: &Catcher, comment: &Comment, entry: &mut Fields) {
        self.put_comment(entry, comment, &catcher.clauses);
        self.put_errors(entry, &catcher.errors, catcher.errors_span);
        for clause in catcher.clauses.iter().filter(|clause| belongs(clause, info)) {
            self.put_clause(entry, info.site(ValueField::of_catcher(clause.kind)), clause);
        }
        self.capture_error(info, &catcher.target, entry);
        self.capture_item(info, &catcher.target, entry);
        self.put_target(entry, "Next", &catcher.target);
    }

    fn put_errors(&mut self, entry: &mut Fields, errors: &[Text], span: TokenSpan) {
        let at = entry.pointer.child("ErrorEquals");
        for (index, error) in errors.iter().enumerate() {
            self.source_map.put(at.index(index), error.span);
        }
        let names = errors.iter().map(|error| Value::from(error.value.clone())).collect();
        self.put(entry, "ErrorEquals", names, span);
    }
}
