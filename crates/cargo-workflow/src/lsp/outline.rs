//! The outline of a document, the parts that fold, and the lenses above its state machines.

use lsp_types::{CodeLens, Command, DocumentSymbol, FoldingRange, SymbolKind};
use serde_json::Value;
use workflow_asl::source::Format;
use workflow_asl::{Pointer, StateKind};

use super::command::COMMANDS;
use super::document::{Document, Machine};

/// Returns the entry of a state machine or a state.
#[expect(deprecated, reason = "the protocol's type has a field that is no longer used")]
fn symbol(
    document: &Document,
    machine: &Machine,
    at: &Pointer,
    name: String,
    detail: &str,
    kind: SymbolKind,
) -> Option<DocumentSymbol> {
    let part = document.part(&machine.outside(at))?;
    let key = part.key.unwrap_or((part.value.0, 0));
    let end = (part.value.0 + part.value.1).max(key.0 + key.1);
    Some(DocumentSymbol {
        name,
        detail: Some(detail.to_owned()),
        kind,
        tags: None,
        deprecated: None,
        range: document.range((key.0, end - key.0)),
        selection_range: document.range(key),
        children: None,
    })
}

/// Returns the state machines of a document with their states.
pub(super) fn symbols(document: &Document) -> Vec<DocumentSymbol> {
    let all = document.machines.iter().filter_map(|machine| {
        let root = Pointer::root();
        let children = states(document, machine, &root, &machine.value);
        let whole = symbol(document, machine, &root, machine.name.clone(), "state machine", SymbolKind::MODULE)?;
        Some(DocumentSymbol { children: Some(children), ..whole })
    });
    all.collect()
}

/// Returns the states of a scope, with the states inside them.
fn states(document: &Document, machine: &Machine, at: &Pointer, scope: &Value) -> Vec<DocumentSymbol> {
    let all = scope.get("States").and_then(Value::as_object).into_iter().flatten();
    let at = at.child("States");
    let all = all.filter_map(|(name, state)| {
        let at = at.child(name);
        let kind = state.get("Type").and_then(Value::as_str).and_then(StateKind::from_name);
        let symbol_kind = match kind {
            Some(StateKind::Task) => SymbolKind::FUNCTION,
            Some(StateKind::Map | StateKind::Parallel) => SymbolKind::NAMESPACE,
            Some(StateKind::Choice) => SymbolKind::OPERATOR,
            _ => SymbolKind::EVENT,
        };
        let mut children = Vec::new();
        let branches = state.get("Branches").and_then(Value::as_array).into_iter().flatten().enumerate();
        for (index, branch) in branches {
            children.extend(states(document, machine, &at.child("Branches").index(index), branch));
        }
        for field in workflow_asl::State::PROCESSOR_FIELDS {
            if let Some(processor) = state.get(field) {
                children.extend(states(document, machine, &at.child(field), processor));
            }
        }
        let shown = if name.is_empty() { "?".to_owned() } else { name.clone() };
        let one = symbol(document, machine, &at, shown, kind.map_or("", StateKind::name), symbol_kind)?;
        Some(DocumentSymbol { children: Some(children), ..one })
    });
    all.collect()
}

/// Returns the objects and lists that take several lines.
pub(super) fn folds(document: &Document) -> Vec<FoldingRange> {
    let is_json = document.source.format() == Format::Json;
    let all = document.parts.iter().filter_map(|part| {
        // A position in a long line takes time.
        document.value(&part.pointer).filter(|value| value.is_object() || value.is_array())?;
        let start = part.key.map_or(part.value.0, |key| key.0);
        let range = document.range((start, part.value.0 + part.value.1 - start));
        let end = range.end.line.saturating_sub(u32::from(is_json));
        (end > range.start.line).then(|| FoldingRange {
            start_line: range.start.line,
            end_line: end,
            ..FoldingRange::default()
        })
    });
    let mut folds: Vec<_> = all.collect();
    // Brackets that open in one line fold together.
    folds.dedup_by_key(|fold| fold.start_line);
    folds
}

/// Returns a lens for each command above each state machine.
pub(super) fn lenses(document: &Document) -> Vec<CodeLens> {
    let file = Value::from(document.file.display().to_string());
    let of_machine = |machine: &Machine| {
        let part = document.part(&machine.at)?;
        let range = document.range(part.key.unwrap_or((part.value.0, 0)));
        let lens = |command: &super::command::Specification| CodeLens {
            range,
            command: Some(Command {
                title: command.title.to_owned(),
                command: command.id.to_owned(),
                arguments: Some(vec![file.clone(), machine.name.clone().into()]),
            }),
            data: None,
        };
        let has_states = machine.value.get("States").is_some();
        Some(COMMANDS.iter().filter(move |_| has_states).map(lens).collect::<Vec<_>>())
    };
    document.machines.iter().filter_map(of_machine).flatten().collect()
}
