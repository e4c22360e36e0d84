//! Writes values in each query language to the fields of an object.

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::document::QueryLanguage;

use super::object::Fields;
use super::template::Template;
use super::{Lowering, ValueField, ValueSite};
use crate::syntax::ast::{Clause, ClauseValue, Expr, ExprKind};
use crate::syntax::keyword::ClauseKind;

/// How the value of a clause is written.
enum Form {
    Value,
    Scalar,
    Path,
    Literal,
    Request,
}

/// The clauses that are one field of the document each.
const CLAUSES: [(ClauseKind, &str, Form); 15] = [
    (ClauseKind::Timeout, "TimeoutSeconds", Form::Scalar),
    (ClauseKind::Heartbeat, "HeartbeatSeconds", Form::Scalar),
    (ClauseKind::Credentials, "Credentials", Form::Value),
    (ClauseKind::Assign, "Assign", Form::Value),
    (ClauseKind::Output, "Output", Form::Value),
    (ClauseKind::Arguments, "Arguments", Form::Value),
    (ClauseKind::InputPath, "InputPath", Form::Path),
    (ClauseKind::Parameters, "Parameters", Form::Request),
    (ClauseKind::Result, "Result", Form::Literal),
    (ClauseKind::ResultSelector, "ResultSelector", Form::Value),
    (ClauseKind::ResultPath, "ResultPath", Form::Path),
    (ClauseKind::OutputPath, "OutputPath", Form::Path),
    (ClauseKind::ItemSelector, "ItemSelector", Form::Value),
    (ClauseKind::MaxConcurrency, "MaxConcurrency", Form::Scalar),
    (ClauseKind::Label, "Label", Form::Literal),
];

impl<'a> Lowering<'_, 'a> {
    /// Adds the field of a clause of a state, an arm or a catcher, if it is one field.
    pub(super) fn put_clause(&mut self, fields: &mut Fields, place: ValueSite<'_, 'a>, clause: &Clause) {
        let known = CLAUSES.iter().find(|(kind, ..)| *kind == clause.kind);
        let (ClauseValue::Expr(value), Some((_, name, form))) = (&clause.value, known) else { return };
        match form {
            Form::Scalar => self.put_scalar(fields, name, place, value),
            Form::Path => self.put_path(fields, name, place, value),
            Form::Literal => {
                let literal = self.literal(value);
                self.put(fields, name, literal, value.span);
            }
            // On a map, `Parameters` is the former name of `ItemSelector`.
            Form::Request if place.position != ValueField::ItemSelector => self.put_parameters(fields, place, value),
            Form::Request | Form::Value => self.put_value(fields, name, place, value),
        }
    }

    /// Returns a value in the state's query language, or the path or function of JSONPath that computes it.
    fn value(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, at: &Pointer) -> Result<Value, String> {
        if place.state.language == QueryLanguage::Jsonata {
            return Ok(self.jsonata_value(place, expr, at));
        }
        match self.template(place, expr, at) {
            Template::Plain(value) | Template::Nested(value) => Ok(value),
            Template::Computed(text) => Err(text),
        }
    }

    /// Adds a value in the state's query language to a field with a fixed name, such as a payload template or `Items`.
    pub(super) fn put_value(&mut self, fields: &mut Fields, name: &str, place: ValueSite<'_, 'a>, expr: &Expr) {
        let value = self.value(place, expr, &fields.pointer.child(name)).unwrap_or_else(|_| {
            let what = format!("a whole {} that is computed", place.position.describe().trim_matches('`'));
            self.report_unsayable(expr.span, &what, "name its members: `{ member: … }`");
            Value::Null
        });
        self.put(fields, name, value, expr.span);
    }

    /// Adds a number, string or time: `Seconds`, or `SecondsPath` for a computed value in a JSONPath state.
    pub(super) fn put_scalar(&mut self, fields: &mut Fields, name: &str, place: ValueSite<'_, 'a>, expr: &Expr) {
        match self.value(place, expr, &fields.pointer.child(name)) {
            Ok(value) => self.put(fields, name, value, expr.span),
            Err(text) => {
                if !text.starts_with('$') && place.position != ValueField::Failure {
                    let what = format!("{} that a function computes", place.position.describe());
                    let help = "compute it in a `pass` before, or use `query jsonata`";
                    self.report_unsayable(expr.span, &what, help);
                }
                self.put(fields, &format!("{name}Path"), text.into(), expr.span);
            }
        }
    }

    /// Adds a path: a string literal, a reference, or `null`.
    pub(super) fn put_path(&mut self, fields: &mut Fields, name: &str, place: ValueSite<'_, 'a>, expr: &Expr) {
        let value = match &expr.kind {
            ExprKind::Null => Value::Null,
            ExprKind::Text(text) => text.clone().into(),
            _ => match self.template(place, expr, &fields.pointer.child(name)) {
                Template::Plain(value) | Template::Nested(value) => value,
                Template::Computed(text) => {
                    if !text.starts_with('$') {
                        let what = "a path that a function computes";
                        self.report_unsayable(expr.span, what, "write a reference or text");
                    }
                    text.into()
                }
            },
        };
        self.put(fields, name, value, expr.span);
    }
}
