//! The findings of `validate` as diagnostics, and their fixes as actions.

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity,
    Location, NumberOrString, Range, TextEdit, WorkspaceEdit,
};
use workflow_asl::Severity;

use super::document::Document;
use super::session::uri_of;
use crate::fix;
use crate::report::Report;

/// The name of the source of the findings.
const SOURCE: &str = "cargo workflow";

/// Returns a finding in the protocol's form. A finding in another file, which a template names, is at that name.
pub(super) fn diagnostic(document: &Document, report: &Report) -> Diagnostic {
    let location = report.location().unwrap_or_default();
    let is_here = report.is_in(&document.file);
    let (span, related) = if is_here {
        ((location.offset, location.length), None)
    } else {
        let file = std::path::Path::new(report.file());
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let span = document.text.find(&name).map_or((0, 0), |at| (at, name.len()));
        let line = location.line.saturating_sub(1) as u32;
        let start = lsp_types::Position { line, character: location.column.saturating_sub(1) as u32 };
        let place = uri_of(file).map(|uri| Location { uri, range: Range { start, end: start } });
        let message = report.message().to_owned();
        (span, place.map(|location| vec![DiagnosticRelatedInformation { location, message }]))
    };
    let help = report.help().iter().map(|help| format!("\nhelp: {help}"));
    Diagnostic {
        range: document.range_in_text(span),
        severity: Some(match report.severity() {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: report.code().map(|code| NumberOrString::String(code.id().to_owned())),
        source: Some(SOURCE.to_owned()),
        message: std::iter::once(report.message().to_owned()).chain(help).collect(),
        related_information: related,
        ..Diagnostic::default()
    }
}

/// Returns an action for each finding in a range that has a fix or a proposal, and one that applies the fixes of all findings: for
/// several, or if only that is wanted.
pub(super) fn actions(document: &Document, range: Range, only: Option<&[CodeActionKind]>) -> Vec<CodeActionOrCommand> {
    let only_all = only.is_some_and(|only| !only.contains(&CodeActionKind::QUICKFIX));
    let reports = document.reports();
    let edit = |edit: &workflow_asl::source::Edit| TextEdit {
        range: document.range_in_text(edit.span),
        new_text: edit.text.clone(),
    };
    let action = |title: String, kind, edits: Vec<TextEdit>, diagnostics, is_certain| {
        CodeActionOrCommand::CodeAction(CodeAction {
            title,
            kind: Some(kind),
            diagnostics,
            edit: Some(edit_of(document, edits)),
            is_preferred: Some(is_certain),
            ..CodeAction::default()
        })
    };
    let mut all = Vec::new();
    for report in reports.iter().filter(|report| !report.offered().is_empty() && report.is_in(&document.file)) {
        let found = diagnostic(document, report);
        if found.range.start <= range.end && range.start <= found.range.end {
            let edits = report.offered().iter().map(edit).collect();
            let (title, is_certain) = (report.changes("Remove it", "Write"), !report.edits().is_empty());
            all.push(action(title, CodeActionKind::QUICKFIX, edits, Some(vec![found]), is_certain));
        }
    }
    let fixes = fix::without_overlap(&reports, &document.file);
    if only_all {
        all.clear();
    }
    if fixes.len() > usize::from(!only_all) {
        let edits = fixes.iter().flat_map(|report| report.edits()).map(edit).collect();
        all.push(action("Apply all fixes".to_owned(), CodeActionKind::SOURCE_FIX_ALL, edits, None, true));
    }
    all
}

/// Returns the edits of a document in the protocol's form.
pub(super) fn edit_of(document: &Document, edits: Vec<TextEdit>) -> WorkspaceEdit {
    WorkspaceEdit::new([(document.uri.clone(), edits)].into_iter().collect())
}
