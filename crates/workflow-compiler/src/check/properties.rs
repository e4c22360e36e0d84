//! Properties of executions: their states exist and can have them.

use workflow_asl::nearest::nearest;
use workflow_asl::property::Misfit;
use workflow_asl::{Code, StateKind};

use super::model::{Model, is_distributed};
use crate::from_file::Document;
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

/// The facts about a state that properties need.
struct Known<'a> {
    ident: &'a str,
    asl_name: &'a str,
    kind: StateKind,
    /// The nearest distributed map that it is in.
    within: Option<&'a str>,
}

/// Returns the properties of a workflow whose states are in the source or in this document, and reports wrong ones.
pub(crate) fn properties(
    model: &Model<'_>,
    document: Option<&Document>,
    problems: &mut Problems,
) -> Vec<DeclaredProperty> {
    let mut found: Vec<DeclaredProperty> = Vec::new();
    let mut states = Vec::new();
    for declaration in &model.workflow.declarations {
        let DeclarationKind::Property(property) = &declaration.kind else { continue };
        if states.is_empty() {
            states = known(model, document);
        }
        let errors = problems.errors();
        let mut names: Vec<&str> = Vec::new();
        for target in &property.states {
            match find(&states, target) {
                Ok(state) if names.contains(&state.asl_name) => {
                    let problem =
                        Problem::new(Code::BadProperty, span(target), format!("`{}` is named twice", state.ident));
                    problems.push(problem.help("name another state, or remove it"));
                }
                Ok(state) => names.push(state.asl_name),
                Err(problem) => problems.push(about_use(model, target, &states).unwrap_or(problem)),
            }
        }
        if problems.errors() > errors {
            continue;
        }
        let of = |name: &str| states.iter().find(|state| state.asl_name == name);
        let place = |name: &str| of(name).map(|state| (state.kind, state.within));
        if let Some((at, misfit)) = property.kind.misfit(&names, place) {
            let ident = |at: usize| names.get(at).and_then(|name| of(name)).map_or("", |state| state.ident);
            let (message, help) = match misfit {
                Misfit::Distributed { inside, map, outside } => (
                    format!(
                        "`{}` runs in the children of the distributed map `{map}`, and `{}` does not",
                        ident(inside),
                        ident(outside)
                    ),
                    format!(
                        "name `{map}` instead of `{}`, or name only states of its item processor: the property is then checked for each child alone",
                        ident(inside)
                    ),
                ),
                _ => (
                    format!("`{}` never succeeds: it is a Fail state", ident(at)),
                    "write `ends in …` for the states that executions end in, or name another state".to_owned(),
                ),
            };
            let span = property.states.get(at).map_or(declaration.keyword.span().into(), span);
            problems.push(Problem::new(Code::BadProperty, span, message).help(help));
            continue;
        }
        let text = property.kind.text(&names);
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

fn known<'a>(model: &'a Model<'_>, document: Option<&'a Document>) -> Vec<Known<'a>> {
    let own = model.states.values().map(|info| {
        let around = std::iter::successors(Some(info), |info| model.by_id(model.scopes.get(info.scope)?.owner_id?));
        let within = around.skip(1).find(|owner| is_distributed(owner.state)).map(|map| map.name.as_str());
        Known { ident: &info.name, asl_name: &info.asl_name, kind: info.state.kind, within }
    });
    let of_document = document.into_iter().flat_map(|document| &document.states).map(|state| Known {
        ident: &state.ident,
        asl_name: &state.name,
        kind: state.kind,
        within: state.within.as_deref(),
    });
    own.chain(of_document).collect()
}

/// Returns the problem of a name that belongs to a use of a fragment.
fn about_use(model: &Model<'_>, target: &Target, states: &[Known<'_>]) -> Option<Problem> {
    let Target::State(name) = target else { return None };
    let used = model.workflow.inlined.iter().find(|used| used.name == plain(name))?;
    let first = states.iter().find(|state| state.ident == used.first)?.asl_name;
    let message =
        format!("`{}` is a use of the fragment `{}`, and a property is about states", used.name, plain(&used.fragment));
    Some(Problem::new(Code::BadProperty, name.span(), message).help(format!("name a state of it, such as `{first:?}`")))
}

fn span(target: &Target) -> TokenSpan {
    match target {
        Target::State(name) | Target::End(name) => name.span().into(),
        Target::Text(text) => text.span,
        Target::Computed(name) => name.span,
        Target::Missing(span) => *span,
    }
}

/// Returns the state that a word or text names, anywhere in the workflow.
fn find<'s, 'a>(states: &'s [Known<'a>], target: &Target) -> Result<&'s Known<'a>, Problem> {
    let (name, written) = match target {
        Target::State(name) | Target::End(name) => (plain(name), false),
        Target::Text(text) => (text.value.clone(), true),
        Target::Computed(_) | Target::Missing(_) => (String::new(), true),
    };
    let own = |state: &Known<'a>| if written { state.asl_name } else { state.ident };
    let other = |state: &&Known<'a>| if written { state.ident == name } else { state.asl_name == name };
    if let Some(state) = states.iter().find(|state| own(state) == name) {
        return Ok(state);
    }
    let problem = Problem::new(Code::BadProperty, span(target), format!("unknown state `{name}`"));
    let near = states.iter().find(other).map(own).or_else(|| nearest(&name, states.iter().map(own)));
    Err(match near {
        Some(near) if written => problem.did_you_mean(near, format!("{near:?}")),
        Some(near) => problem.did_you_mean(near, near),
        None => problem.help("declare it, or name a state of the workflow"),
    })
}
