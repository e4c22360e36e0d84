//! `from "file"`: a document in Amazon States Language instead of states. It is checked and used unchanged.

mod input;
mod params;

use std::collections::BTreeSet;
use std::path::Path;

use indexmap::IndexMap;
use serde_json::Value;
use workflow_asl::document::{Scope, StateMachine};
use workflow_asl::source::{Format, Source};
use workflow_asl::{Code, Diagnostic, Pointer, placeholder, rules};

use crate::check::{Model, is_handled};
use crate::crate_file;
use crate::document::{Document, DocumentState};
use crate::fragment::Fragment;
pub use crate::lower::placeholders::FieldType;
use crate::lower::placeholders::{self, Excerpt};
#[cfg(feature = "iam")]
use crate::policy::PolicyTemplate;
use crate::problem::{DocumentPlace, Problem, Problems};
use crate::state_ident::StateIdents;
use crate::syntax::ast::{Declaration, Text};

/// A compiled document.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    pub(crate) definition: Value,
    pub(crate) fragments: Vec<Fragment>,
    pub(crate) document: Option<Document>,
    /// The params derived from its placeholders, if none are declared.
    pub(crate) params: Option<Declaration>,
    /// The document as Rust types.
    pub(crate) machine: StateMachine,
    /// The permissions that its role needs.
    #[cfg(feature = "iam")]
    pub(crate) policy: PolicyTemplate,
}

/// Reads and checks the document. Problems are reported at the file's literal. Returns `None` if it is unreadable.
pub(crate) fn compile(
    model: &Model<'_>,
    file: &Text,
    folder: Option<&Path>,
    problems: &mut Problems,
) -> Option<Compiled> {
    let source = match read(file, folder) {
        Ok(source) => source,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let (machine, mut found) = rules::read_and_check(source.value(), model.machine_type);
    found.extend(source.remarks().iter().cloned());
    input::members(model, &machine, (&source, file), &mut found, problems);
    let bare = source.bare();
    expressions_without_quotes(source.value(), &bare, &mut found);
    let Excerpt { fragments, uses } = placeholders::cut(source.value(), machine.language(), &bare);
    let params = params::params(model, file, &uses, &mut found, problems);
    if let Some(word) = model.workflow.unchecked() {
        let all = found.len();
        found.retain(|found| !found.code.can_be_unchecked());
        if found.len() == all {
            problems.push(crate::finding::needless_word(word));
        }
    }
    report(&source, file, found, problems);
    let fragments = params.name(fragments);
    Some(Compiled {
        #[cfg(feature = "iam")]
        policy: PolicyTemplate::of(
            (&machine, &workflow_asl::jsonata::Expressions::default()),
            &params.names,
            &fragments,
        ),
        fragments,
        document: Some(Document { path: file.value.clone(), states: states(source.value(), &machine) }),
        params: params.declaration,
        definition: source.into_value(),
        machine,
    })
}

/// Reads the document.
fn read(file: &Text, folder: Option<&Path>) -> Result<Source, Problem> {
    let bytes = crate_file::bytes(file, folder)?;
    Source::read(&bytes, Format::of_path(Path::new(&file.value))).map_err(|error| {
        let (line, column) = (error.location.line, error.location.column);
        problem_of(error.diagnostic, (line, column), file)
    })
}

/// Returns a finding of the document as a problem at the path of the file.
fn problem_of(finding: Diagnostic, (line, column): (usize, usize), file: &Text) -> Problem {
    let (help, message) = (finding.help().into_iter().collect(), finding.message());
    let Diagnostic { code, pointer, .. } = finding;
    let place = DocumentPlace { file: file.value.clone(), line, column, pointer };
    Problem { help, place: Some(Box::new(place)), ..Problem::new(code, file.span, message) }
}

/// Reports expressions of a deployment tool without quotes, which are not just placeholders.
fn expressions_without_quotes(document: &Value, bare: &BTreeSet<Pointer>, found: &mut Vec<Diagnostic>) {
    for at in bare {
        let text = document.pointer(at.as_str()).and_then(Value::as_str).unwrap_or_default();
        if !placeholder::is_one(text) {
            let message = format!("only a placeholder such as `${{Name}}` is allowed without quotes, not `{text}`");
            found.push(Diagnostic::new(Code::NotJson, at.clone(), message));
        }
    }
}

/// Returns the placeholders of a document as parameters, by the text between their braces.
///
/// `bare` has the pointers of those without quotes ([`Source::bare`]).
pub fn placeholders(document: &Value, bare: &BTreeSet<Pointer>) -> IndexMap<String, Placeholder> {
    let (machine, _) = StateMachine::read(document);
    let mut all: IndexMap<String, Placeholder> = IndexMap::new();
    for used in placeholders::cut(document, machine.language(), bare).uses {
        let first = Placeholder { takes: used.takes, ..Placeholder::default() };
        let one = all.entry(used.name.to_owned()).or_insert(first);
        one.typed |= used.typed;
        one.takes = one.takes.filter(|takes| used.takes == Some(*takes));
        let text = document.pointer(used.pointer.as_str()).and_then(Value::as_str);
        if used.typed && text.is_some_and(placeholder::is_one) {
            one.whole_and_typed.push(used.pointer);
        }
    }
    all
}

/// The possible values of a placeholder, by its context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placeholder {
    /// Whether text is invalid at some position: one that requires a number, a boolean or code.
    pub typed: bool,
    /// The common type of all positions, if all are whole fields that do not accept text.
    pub takes: Option<FieldType>,
    /// The positions where it is a whole value and text is invalid.
    pub whole_and_typed: Vec<Pointer>,
}

/// Reports the findings of a document in text order.
fn report(source: &Source, file: &Text, found: Vec<Diagnostic>, problems: &mut Problems) {
    let places = source.locate(&found);
    let mut found: Vec<_> = found.into_iter().zip(places).collect();
    found.sort_by_key(|(_, place)| (place.line, place.column));
    for (finding, place) in found {
        problems.push(problem_of(finding, (place.line, place.column), file));
    }
}

/// Returns the states of all scopes, each before those inside it. Of duplicate names, the first is returned.
fn states(document: &Value, machine: &StateMachine) -> Vec<DocumentState> {
    let idents = StateIdents::of(document);
    let mut states = Vec::new();
    collect(&machine.scope(), &idents, &mut states);
    let mut seen = BTreeSet::new();
    states.retain(|state: &DocumentState| seen.insert(state.name.clone()));
    states
}

/// The reader limits the depth of documents.
fn collect(scope: &Scope<'_>, idents: &StateIdents, states: &mut Vec<DocumentState>) {
    for (name, state) in scope.states.into_iter().flatten() {
        let at = scope.state_pointer(name);
        if let Some(ident) = idents.get(&at) {
            let handled = state.resource.as_deref().is_some_and(is_handled);
            states.push(DocumentState { ident: ident.to_owned(), name: name.clone(), kind: state.kind, handled });
        }
        for inner in state.scopes(name, &at) {
            collect(&inner, idents, states);
        }
    }
}
