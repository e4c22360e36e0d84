//! Lowers pass, wait, succeed and fail states.

use workflow_asl::document::QueryLanguage;

use super::object::Fields;
use super::template::Template;
use super::{Lowering, ValueField};
use crate::check::StateInfo;
use crate::syntax::ast::{Expr, WaitHead};
use crate::syntax::keyword::ClauseKind;

/// The member that contains a value which a JSONPath pass cannot output directly.
const VALUE: &str = "value";

impl<'a> Lowering<'_, 'a> {
    /// Lowers `pass X = value`. In JSONPath, a constant becomes `Result`, a path becomes `InputPath`, and an object
    /// becomes `Parameters`.
    pub(super) fn pass(&mut self, info: &StateInfo<'a>, value: Option<&Expr>, fields: &mut Fields) {
        let Some(value) = value else { return };
        if info.language == QueryLanguage::Jsonata {
            self.put_value(fields, "Output", info.site(ValueField::Output), value);
            return;
        }
        let place = info.site(ValueField::Parameters);
        match self.template(place, value, &fields.pointer.child("Parameters")) {
            Template::Plain(constant) => self.put(fields, "Result", constant, value.span),
            Template::Nested(template) if template.is_object() => self.put(fields, "Parameters", template, value.span),
            Template::Nested(template) => self.boxed(info, VALUE, template, value, fields),
            Template::Computed(path) if path.starts_with('$') => self.put(fields, "InputPath", path.into(), value.span),
            Template::Computed(call) => self.boxed(info, &format!("{VALUE}.$"), call.into(), value, fields),
        }
    }

    /// Lowers a value that can only be a member of an object: `Parameters` creates the object, and `OutputPath` selects
    /// the member.
    fn boxed(
        &mut self,
        info: &StateInfo<'a>,
        member: &str,
        template: serde_json::Value,
        value: &Expr,
        fields: &mut Fields,
    ) {
        let paths = [ClauseKind::ResultPath, ClauseKind::OutputPath];
        if info.state.clauses.iter().any(|clause| paths.contains(&clause.kind)) {
            let help = "make it a member of an object, `{ value: … }`, or remove the paths";
            self.report_unsayable(value.span, "this value together with `result_path` or `output_path`", help);
            return;
        }
        let object = serde_json::Map::from_iter([(member.to_owned(), template)]);
        self.put(fields, "Parameters", object.into(), value.span);
        self.put(fields, "OutputPath", format!("$.{VALUE}").into(), value.span);
    }

    /// Lowers `succeed X = value`. A JSONPath succeed can only select a part of its input.
    pub(super) fn succeed(&mut self, info: &StateInfo<'a>, value: Option<&Expr>, fields: &mut Fields) {
        let Some(value) = value else { return };
        let place = info.site(ValueField::Output);
        if info.language == QueryLanguage::Jsonata {
            self.put_value(fields, "Output", place, value);
            return;
        }
        match self.template(place, value, &fields.pointer.child("InputPath")) {
            Template::Computed(path) if path.starts_with('$') => self.put(fields, "InputPath", path.into(), value.span),
            _ => {
                let help = "produce the value in a `pass` before it, or use `query jsonata`";
                self.report_unsayable(value.span, "a `succeed` with a value of its own", help);
            }
        }
    }

    pub(super) fn wait(&mut self, info: &StateInfo<'a>, head: Option<&WaitHead>, fields: &mut Fields) {
        let place = |position| info.site(position);
        match head {
            Some(WaitHead::For(seconds)) => self.put_scalar(fields, "Seconds", place(ValueField::Seconds), seconds),
            Some(WaitHead::Until(time)) => self.put_scalar(fields, "Timestamp", place(ValueField::Timestamp), time),
            None => {}
        }
    }

    pub(super) fn fail(
        &mut self,
        info: &StateInfo<'a>,
        error: Option<&Expr>,
        cause: Option<&Expr>,
        fields: &mut Fields,
    ) {
        let place = info.site(ValueField::Failure);
        for (name, value) in [("Error", error), ("Cause", cause)] {
            if let Some(value) = value {
                self.put_scalar(fields, name, place, value);
            }
        }
    }
}
