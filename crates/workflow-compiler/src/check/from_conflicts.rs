//! Conflicts with `from`: declarations of parts that the document contains.

use workflow_asl::Code;

use super::model::Model;
use super::sink::Sink;
use crate::problem::Problem;
use crate::syntax::ast::{DeclarationKind, Target, TokenSpan, plain};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink<'_>) {
    let workflow = model.workflow;
    for declaration in &workflow.declarations {
        let field = match &declaration.kind {
            DeclarationKind::Query { .. } => "`QueryLanguage`",
            DeclarationKind::Timeout(_) => "`TimeoutSeconds`",
            DeclarationKind::Version(_) => "`Version`",
            DeclarationKind::Comment(_) => "`Comment`",
            DeclarationKind::Retrier { .. } => "the `Retry` of its states",
            DeclarationKind::Catcher { .. } => "the `Catch` of its states",
            DeclarationKind::Defaults(..) => "the fields of its states",
            _ => continue,
        };
        sink.push(beside(declaration.keyword.span().into(), &format!("`{}`", declaration.keyword), field));
    }
    if let Some(comment) = &workflow.body.comment {
        sink.push(beside(comment.span, "the comment `//!`", "`Comment`"));
    }
    match &workflow.body.start {
        Some(Target::State(name) | Target::End(name)) => sink.push(beside(name.span().into(), "`start`", "`StartAt`")),
        Some(Target::Text(text)) => sink.push(beside(text.span, "`start`", "`StartAt`")),
        Some(Target::Computed(_) | Target::Missing(..)) | None => {}
    }
    if let Some(first) = workflow.body.states.first() {
        let message = format!("the state `{}` conflicts with `from`", plain(&first.name));
        let more = match workflow.body.states.len() {
            1 => String::new(),
            states => format!(", and {} more with it", states - 1),
        };
        let problem = Problem::new(Code::BesideFrom, first.name.span(), format!("{message}{more}"));
        sink.push(problem.help("the states of a workflow are either in the document or here"));
    }
}

fn beside(span: TokenSpan, what: &str, field: &str) -> Problem {
    Problem::new(Code::BesideFrom, span, format!("{what} conflicts with `from`"))
        .help(format!("the document is used unchanged, and sets this with {field}"))
}
