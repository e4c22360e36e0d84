//! Terraform's configuration: the state machines of a `.tf` file, in the form of Terraform's JSON syntax.
//!
//! <https://developer.hashicorp.com/terraform/language/syntax/json>

use std::collections::BTreeMap;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Block, Body};
use hcl_edit::template::{Element, Template};
use serde_json::Value;
use workflow_asl::source::{Positioned, PositionedValue, Source};

/// The type of a state machine.
pub(super) const RESOURCE: &str = "aws_sfn_state_machine";

/// The end of the source of the public module for state machines, which takes the same definition.
pub(super) const MODULE: &str = "step-functions/aws";

/// The property for the path in `file` or `templatefile`.
pub(super) const FILE: &str = "definition_file";

/// The placeholder for an expression that has no name.
const EXPRESSION: &str = "${expression}";

/// Reads the state machines of a configuration.
///
/// # Errors
/// Returns an error, in words, if the text is not Terraform's language.
pub(crate) fn read(text: &str) -> Result<Source, String> {
    let body: Body = text.parse().map_err(|error: hcl_edit::parser::Error| {
        let at = error.location();
        format!("line {}, column {}: {}", at.line(), at.column(), error.message())
    })?;
    let blocks = |name: &'static str| body.blocks().filter(move |block| block.ident.as_str() == name);
    let locals = blocks("locals").flat_map(|block| block.body.attributes());
    let locals = locals.map(|local| (local.key.as_str(), &local.value)).collect();
    let configuration = Configuration { text, locals };
    let resources = blocks("resource").filter_map(|block| match block.labels.as_slice() {
        [kind, name] if kind.as_str() == RESOURCE => Some(configuration.member(name.as_str(), block)),
        _ => None,
    });
    let modules = blocks("module").filter_map(|block| match block.labels.as_slice() {
        [name] => Some(configuration.member(name.as_str(), block)),
        _ => None,
    });
    let resources = object((0, 0), vec![(RESOURCE.to_owned(), (0, 0), object((0, 0), resources.collect()))]);
    let modules = object((0, 0), modules.collect());
    let document =
        object((0, 0), vec![("resource".to_owned(), (0, 0), resources), ("module".to_owned(), (0, 0), modules)]);
    Ok(Source::embedded(text.to_owned(), document))
}

/// A member of an object, with the span of its key.
type Member = (String, (usize, usize), Positioned);

fn object(span: (usize, usize), members: Vec<Member>) -> Positioned {
    Positioned { span, value: PositionedValue::Members(members) }
}

fn span(part: &impl Span) -> (usize, usize) {
    part.span().map_or((0, 0), |range| (range.start, range.len()))
}

struct Configuration<'t> {
    text: &'t str,
    /// The values of the file's `locals`.
    locals: BTreeMap<&'t str, &'t Expression>,
}

impl<'t> Configuration<'t> {
    /// Returns a block by its name.
    fn member(&self, name: &str, block: &'t Block) -> Member {
        let mut members = Vec::new();
        for attribute in block.body.attributes() {
            let (key, at) = (attribute.key.as_str(), span(&attribute.key));
            members.push(match key {
                "definition" => self.definition(&attribute.value, at, 0),
                _ => (key.to_owned(), at, self.value(&attribute.value, 0)),
            });
        }
        members.extend(block.body.blocks().map(|inner| self.member(inner.ident.as_str(), inner)));
        let at = span(&block.ident);
        (name.to_owned(), at, object(at, members))
    }

    /// Returns the definition: its text, the object that `jsonencode` takes, or the path of its file.
    fn definition(&self, given: &'t Expression, at: (usize, usize), depth: usize) -> Member {
        let definition = |value| ("definition".to_owned(), at, value);
        match given {
            Expression::Parenthesis(inner) => self.definition(inner.inner(), at, depth),
            Expression::FuncCall(call) => match (call.name.name.as_str(), call.args.iter().next()) {
                ("jsonencode" | "yamlencode", Some(Expression::FuncCall(inner)))
                    if matches!(inner.name.name.as_str(), "jsondecode" | "yamldecode") =>
                {
                    match inner.args.iter().next() {
                        Some(text) => self.definition(text, at, depth),
                        None => definition(self.unknown(given)),
                    }
                }
                ("jsonencode", Some(value)) => definition(self.value(value, depth)),
                ("file" | "templatefile", Some(path)) => match self.path(path) {
                    Some(path) => {
                        let value = Positioned { span: span(call.as_ref() as &FuncCall), value: path };
                        (FILE.to_owned(), at, value)
                    }
                    None => definition(self.unknown(given)),
                },
                _ => definition(self.unknown(given)),
            },
            _ => match self.local(given, depth) {
                Some(local) => self.definition(local, at, depth + 1),
                None => definition(self.value(given, depth)),
            },
        }
    }

    /// Returns the path of a file beside the configuration.
    fn path(&self, given: &Expression) -> Option<PositionedValue> {
        let path = match given {
            Expression::String(path) => path.as_str().to_owned(),
            Expression::StringTemplate(template) => self.template(template).strip_prefix("${path.module}/")?.to_owned(),
            _ => return None,
        };
        (!path.contains("${")).then_some(PositionedValue::Quoted(path))
    }

    /// Returns the value of `local.name` in this file.
    fn local(&self, given: &Expression, depth: usize) -> Option<&'t Expression> {
        let Expression::Traversal(traversal) = given else { return None };
        let Expression::Variable(root) = &traversal.expr else { return None };
        let [operator] = traversal.operators.as_slice() else { return None };
        let TraversalOperator::GetAttr(name) = operator.value() else { return None };
        // One may be defined by another, also in a circle.
        if root.as_str() != "local" || depth > self.locals.len() {
            return None;
        }
        self.locals.get(name.as_str()).copied()
    }

    fn value(&self, given: &'t Expression, depth: usize) -> Positioned {
        let span = span(given);
        let value = match given {
            Expression::Null(_) => PositionedValue::Scalar(Value::Null),
            Expression::Bool(value) => PositionedValue::Scalar(Value::Bool(*value.value())),
            Expression::Number(_) | Expression::UnaryOp(_) => match serde_json::from_str(self.words(given)) {
                Ok(number) => PositionedValue::Scalar(number),
                Err(_) => return self.unknown(given),
            },
            Expression::String(text) => PositionedValue::Quoted(text.as_str().to_owned()),
            Expression::StringTemplate(template) => PositionedValue::Quoted(self.template(template)),
            Expression::HeredocTemplate(heredoc) => return self.heredoc(&heredoc.template, span),
            Expression::Parenthesis(inner) => return self.value(inner.inner(), depth),
            Expression::Array(items) => {
                PositionedValue::Items(items.iter().map(|item| self.value(item, depth)).collect())
            }
            Expression::Object(members) => {
                let members = members.iter().map(|(key, value)| {
                    let (name, at) = match key {
                        ObjectKey::Ident(name) => (name.as_str().to_owned(), self::span(name)),
                        ObjectKey::Expression(Expression::String(name)) => (name.as_str().to_owned(), self::span(name)),
                        ObjectKey::Expression(other) => (self.placeholder(other), self::span(other)),
                    };
                    (name, at, self.value(value.expr(), depth))
                });
                PositionedValue::Members(members.collect())
            }
            _ => match self.local(given, depth) {
                Some(local) => return self.value(local, depth + 1),
                None => return self.unknown(given),
            },
        };
        Positioned { span, value }
    }

    /// The text of a heredoc, as it is written. Blanks before its lines mean nothing in a definition.
    fn heredoc(&self, template: &Template, whole: (usize, usize)) -> Positioned {
        if template.iter().any(|element| matches!(element, Element::Directive(_))) {
            return Positioned { span: whole, value: PositionedValue::Unknown(EXPRESSION.to_owned()) };
        }
        let mut spans = template.iter().filter_map(Span::span);
        let start = spans.next().unwrap_or_default();
        let end = spans.last().unwrap_or(start.clone()).end;
        let text = self.text.get(start.start..end).unwrap_or_default();
        Positioned { span: (start.start, text.len()), value: PositionedValue::Literal(text.to_owned()) }
    }

    /// Returns a text with a placeholder for each part that is not written.
    fn template(&self, template: &Template) -> String {
        let parts = template.iter().map(|element| match element {
            Element::Literal(text) => text.as_str().to_owned(),
            Element::Interpolation(inner) => self.placeholder(&inner.expr),
            Element::Directive(_) => EXPRESSION.to_owned(),
        });
        parts.collect()
    }

    fn unknown(&self, given: &Expression) -> Positioned {
        Positioned { span: span(given), value: PositionedValue::Unknown(self.placeholder(given)) }
    }

    /// Returns the placeholder for an expression: its words, if they can be a name.
    fn placeholder(&self, given: &Expression) -> String {
        let named = format!("${{{}}}", self.words(given).trim());
        if workflow_asl::placeholder::is_one(&named) { named } else { EXPRESSION.to_owned() }
    }

    fn words(&self, given: &Expression) -> &'t str {
        given.span().and_then(|range| self.text.get(range)).unwrap_or_default()
    }
}
