//! `from "file"`: a document in Amazon States Language in the place of states. It is checked, and taken as it is.

mod input;
mod params;
mod pieces;
mod quoting;
mod read;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use workflow_asl::document::{Scope, StateMachine};
use workflow_asl::source::Source;
use workflow_asl::{Diagnostic, StateKind, rules};

use self::pieces::Cut;
use crate::check::Model;
use crate::piece::Piece;
#[cfg(feature = "iam")]
use crate::policy::PolicyTemplate;
use crate::problem::{DocumentPlace, Problem, Problems};
use crate::state_ident::StateIdents;
use crate::syntax::ast::{Declaration, Text};

/// The document that a workflow has its states from.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its path, as the workflow writes it.
    pub path: String,
    /// Its states, each before those inside it.
    pub states: Vec<DocumentState>,
}

/// A state of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentState {
    /// What Rust code calls it.
    pub ident: String,
    /// Its name in the document.
    pub name: String,
    /// Its kind.
    pub kind: StateKind,
}

/// What becomes of a document.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    pub(crate) definition: Value,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) document: Option<Document>,
    /// The params that its placeholders make, where none are declared.
    pub(crate) params: Option<Declaration>,
    /// What its role needs.
    #[cfg(feature = "iam")]
    pub(crate) policy: PolicyTemplate,
}

/// Reads and checks the document; what is wrong with it is reported at the literal that names the file.
/// `None` where it could not be read.
pub(crate) fn compile(
    model: &Model<'_>,
    file: &Text,
    folder: Option<&Path>,
    problems: &mut Problems,
) -> Option<Compiled> {
    let source = match read::read(file, folder) {
        Ok(source) => source,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let (machine, mut found) = rules::read_and_check(source.value(), model.machine_type);
    input::members(model, &machine, (&source, file), &mut found, problems);
    let Cut { pieces, uses } = pieces::cut(source.value(), &machine);
    let params = params::params(model, file, &uses, &mut found, problems);
    if let Some(word) = model.workflow.unchecked() {
        let all = found.len();
        found.retain(|found| !found.code.depends_on_table());
        if found.len() == all {
            problems.push(crate::finding::needless_word(word));
        }
    }
    report(&source, file, found, problems);
    let pieces = params.name(pieces);
    Some(Compiled {
        #[cfg(feature = "iam")]
        policy: PolicyTemplate::of(&machine, &params.names, &pieces),
        pieces,
        document: Some(Document { path: file.value.clone(), states: states(source.value(), &machine) }),
        params: params.declaration,
        definition: source.into_value(),
    })
}

/// What was found in the document, in the order of its text.
fn report(source: &Source, file: &Text, found: Vec<Diagnostic>, problems: &mut Problems) {
    let places = source.locate(&found);
    let mut found: Vec<_> = found.into_iter().zip(places).collect();
    found.sort_by_key(|(_, place)| (place.line, place.column));
    for (finding, place) in found {
        let Diagnostic { code, pointer, message, help, .. } = finding;
        let place = DocumentPlace { file: file.value.clone(), line: place.line, column: place.column, pointer };
        let help = help.into_iter().collect();
        problems.push(Problem { code, spot: file.spot, message, help, place: Some(Box::new(place)), part: None });
    }
}

/// The states of all scopes, each before those inside it; of two with one name, which is reported, the first.
fn states(document: &Value, machine: &StateMachine) -> Vec<DocumentState> {
    let idents = StateIdents::of(document);
    let mut states = Vec::new();
    collect(&machine.scope(), &idents, &mut states);
    let mut seen = BTreeSet::new();
    states.retain(|state: &DocumentState| seen.insert(state.name.clone()));
    states
}

/// Documents nest at most as deep as their reader allows.
fn collect(scope: &Scope<'_>, idents: &StateIdents, states: &mut Vec<DocumentState>) {
    for (name, state) in scope.states.into_iter().flatten() {
        let at = scope.state_pointer(name);
        if let Some(ident) = idents.get(&at) {
            states.push(DocumentState { ident: ident.to_owned(), name: name.clone(), kind: state.kind });
        }
        for inner in state.scopes(name, &at) {
            collect(&inner, idents, states);
        }
    }
}
