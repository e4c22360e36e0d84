//! Properties of executions: their states exist and can have them.

use workflow_asl::Code;
use workflow_asl::document::StateMachine;
use workflow_asl::nearest::nearest;
use workflow_asl::property::{EventOf, PropertyOf, Subjects};
use workflow_asl::rules::Annotations;

use super::model::Model;
use super::types::Ty;
use crate::document::Document;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{DeclarationKind, Target, TokenSpan, plain};

/// A property that a workflow declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredProperty {
    /// Its text, with the states' names in the document.
    pub text: String,
    /// The `///` comment.
    pub comment: Option<String>,
}

/// The names of a state: its identifier, and its name in the document.
type Known<'a> = (&'a str, &'a str);

/// Returns the properties of a workflow whose states are in the source or in this document, and reports wrong ones.
/// `machine` is the definition.
pub(crate) fn properties(
    model: &Model<'_>,
    document: Option<&Document>,
    (machine, annotations): (&StateMachine, &Annotations),
    problems: &mut Problems,
) -> Vec<DeclaredProperty> {
    let mut found: Vec<DeclaredProperty> = Vec::new();
    let mut known_states = None;
    for declaration in &model.workflow.declarations {
        let DeclarationKind::Property(property) = &declaration.kind else { continue };
        let (states, subjects) = known_states
            .get_or_insert_with(|| (known(model, document), Subjects::of(machine, annotations, output_members(model))));
        let mut wrong = None;
        let mut named: Vec<(usize, &str)> = Vec::new();
        for event in &property.of.events {
            let Some(target) = property.names.get(event.state) else { continue };
            if let Ok(state) = find(states, target)
                && named.iter().any(|(at, name)| *name == state.1 && is_same(&property.of, *at, event))
            {
                let problem = Problem::new(Code::BadProperty, target.span(), format!("`{}` is named twice", state.0));
                wrong = Some(problems.push(problem.help("name another state, or remove it")));
            } else if let Ok(state) = find(states, target) {
                named.push((event.state, state.1));
            }
        }
        for event in property.of.all_events() {
            let Some(target) = property.names.get(event.state) else { continue };
            if let Err(problem) = find(states, target) {
                wrong = Some(problems.push(problem));
            }
        }
        if wrong.is_some() {
            continue;
        }
        let is_state = |at: usize| property.of.all_events().any(|event| event.state == at);
        let name = |at: &usize| {
            let target = property.names.get(*at)?;
            let text = match target {
                _ if is_state(*at) => find(states, target).ok()?.1.to_owned(),
                Target::State(word) => plain(word),
                Target::Text(text) => text.value.clone(),
                _ => return None,
            };
            Some(Name { text, span: target.span() })
        };
        let Some(named) = property.of.map(&name) else { continue };
        if let Some((name, misfit)) = named.misfit(subjects) {
            let ident = |name: &str| {
                let state = states.iter().find(|state| state.1 == name);
                state.map_or(name, |state| state.0).to_owned()
            };
            let misfit = misfit.renamed(ident);
            let problem = Problem::new(Code::BadProperty, name.span, misfit.problem(&ident(&name.text)));
            problems.push(match misfit.near() {
                Some(near) => problem.did_you_mean(near, format!("{near:?}")),
                None => problem.help(misfit.help()),
            });
            continue;
        }
        let text = named.to_string();
        if found.iter().any(|other| other.text == text) {
            let message = format!("the property `{text}` is declared twice");
            problems.push(Problem::new(Code::RepeatedClause, declaration.keyword.span(), message).help("remove it"));
            continue;
        }
        found.push(DeclaredProperty {
            text,
            comment: declaration.comment.as_ref().map(|comment| comment.value.clone()),
        });
    }
    found
}

/// A name and its place.
#[derive(Clone)]
struct Name {
    text: String,
    span: TokenSpan,
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// Returns whether an event is the same as the event with the name of this index, if their states are.
fn is_same(property: &PropertyOf<usize>, at: usize, event: &EventOf<usize>) -> bool {
    let other = property.events.iter().find(|other| other.state == at);
    other.is_some_and(|other| other.moment == event.moment && other.error == event.error)
}

/// Returns the members of the output, if its type is declared.
fn output_members(model: &Model<'_>) -> Option<Vec<String>> {
    let members = || model.types.members(&model.output).iter().map(|member| member.wire.to_owned()).collect();
    matches!(model.output, Ty::Object(_) | Ty::Struct(_)).then(members)
}

fn known<'a>(model: &'a Model<'_>, document: Option<&'a Document>) -> Vec<Known<'a>> {
    let own = model.states.values().map(|info| (info.name.as_str(), info.asl_name.as_str()));
    let of_document = document.into_iter().flat_map(|document| &document.states);
    own.chain(of_document.map(|state| (state.ident.as_str(), state.name.as_str()))).collect()
}

/// Returns the state that a word or text names, anywhere in the workflow.
fn find<'s, 'a>(states: &'s [Known<'a>], target: &Target) -> Result<&'s Known<'a>, Problem> {
    let (name, written) = match target {
        Target::State(name) | Target::End(name) => (plain(name), false),
        Target::Text(text) => (text.value.clone(), true),
        Target::Computed(_) | Target::Missing(..) => (String::new(), true),
    };
    let own = |state: &Known<'a>| if written { state.1 } else { state.0 };
    let other = |state: &&Known<'a>| if written { state.0 == name } else { state.1 == name };
    if let Some(state) = states.iter().find(|state| own(state) == name) {
        return Ok(state);
    }
    let problem = Problem::new(Code::BadProperty, target.span(), format!("unknown state `{name}`"));
    let near = states.iter().find(other).map(own).or_else(|| nearest(&name, states.iter().map(own)));
    Err(match near {
        Some(near) if written => problem.did_you_mean(near, format!("{near:?}")),
        Some(near) => problem.did_you_mean(near, near),
        None => problem.help("declare it, or name a state of the workflow"),
    })
}
