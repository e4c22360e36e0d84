//! Explains what only the source of a workflow has: declared types, the captured parts of results, and uses of fragments.

use workflow_asl::types::Type;

use super::analysis::Analysis;
use super::capture::Capture;
use super::data;
use super::members::members_of;
use super::model::Model;
use super::sink::Sink;
use super::types::Ty;
use super::value_type::{FindWorkflow, ValueTypes, part_of};
use crate::problem::Problems;
use crate::question::ForeignPart;
use crate::syntax::ast::{Workflow, plain};

/// The maximum number of levels of objects and tuples in a type's text, of members of each, and of nested arrays,
/// options and maps, so that the text of any type is bounded.
const LEVELS: usize = 2;
const MEMBERS: usize = 6;
const AROUND: usize = 3;

/// What only the source has. Types are written as in declarations; `Json` is an unknown type.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explained {
    /// The type of the execution's input.
    pub input: String,
    /// The declared type of its output.
    pub output: String,
    /// The states in source order, each before those inside it.
    pub states: Vec<ExplainedState>,
    /// The uses of fragments, each before those inside it.
    pub uses: Vec<ExplainedUse>,
}

/// A use of a fragment, and the types of its input and result.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExplainedUse {
    /// Its name in the document; its name in the source if that is empty.
    pub name: String,
    /// The fragment.
    pub fragment: String,
    /// The type of its input.
    pub input: String,
    /// The type of its result; `None` if the fragment declares none.
    pub result: Option<String>,
    /// The names of its states in the document, including the states of the uses inside it.
    pub states: Vec<String>,
}

/// A state in the source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExplainedState {
    /// Its name in the document.
    pub asl_name: String,
    /// Its name in the source.
    pub name: String,
    /// The member of its result whose type is declared, and the type; an empty name for the whole result.
    pub result: Option<(&'static str, Type)>,
    /// The variable that holds its result for the states that read it by its name, and the members that are kept;
    /// none are all of it.
    pub capture: Option<(String, Vec<String>)>,
}

/// Explains a workflow that compiles; `find` returns the workflows that it starts (`workflow::<Other>`). A workflow
/// whose states are in a document (`from`) has no states here.
pub fn explain(workflow: &Workflow, find: FindWorkflow<'_>) -> Explained {
    let mut analysis = Analysis::without(Model::of(workflow), Vec::new());
    let told = |model: &Model<'_>, ty: &Ty| describe(model, ty, Levels { objects: LEVELS, around: AROUND, find });
    let (input, output) = (told(&analysis, &analysis.input), told(&analysis, &analysis.output));
    if workflow.from().is_some() {
        return Explained { input, output, states: Vec::new(), uses: Vec::new() };
    }
    data::analyse(&mut analysis, &mut Sink::to(&mut Problems::default()));
    let mut values = ValueTypes::finding(find);
    let states = analysis.states.values().map(|info| ExplainedState {
        result: values.result(&analysis, info),
        asl_name: info.asl_name.clone(),
        name: info.written().to_owned(),
        capture: analysis.capture_of(info).map(|(variable, capture)| {
            let mut members = Vec::new();
            paths(capture, "", &mut members);
            (variable, members)
        }),
    });
    let names = analysis.states.values().map(|info| (info.name.as_str(), info.state.in_use));
    let by_use = workflow.states_by_use(names);
    let uses = workflow.inlined.iter().map(|used| {
        let inside = by_use.get(&used.number).into_iter().flatten();
        let inside = inside.filter_map(|at| analysis.states.get_index(*at));
        let fields = used
            .input
            .iter()
            .map(|field| format!("{}: {}", plain(&field.name), told(&analysis, &analysis.types.ty(&field.ty))));
        let fields: Vec<_> = fields.collect();
        ExplainedUse {
            name: if used.asl_name.is_empty() { used.name.clone() } else { used.asl_name.clone() },
            fragment: plain(&used.fragment),
            input: if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) },
            result: used.result.as_ref().map(|result| told(&analysis, &analysis.types.ty(result))),
            states: inside.map(|(_, info)| info.asl_name.clone()).collect(),
        }
    });
    Explained { states: states.collect(), uses: uses.collect(), input, output }
}

/// The members that are kept, each with the names that lead to it; none where all is.
fn paths(capture: &Capture, so_far: &str, out: &mut Vec<String>) {
    match capture {
        Capture::Members(members) if !members.is_empty() => {
            for (name, inner) in members {
                let path = if so_far.is_empty() { name.clone() } else { format!("{so_far}.{name}") };
                paths(inner, &path, out);
            }
        }
        _ if so_far.is_empty() => {}
        _ => out.push(so_far.to_owned()),
    }
}

/// The remaining levels of a type, and the look-up of other workflows' types.
#[derive(Clone, Copy)]
struct Levels<'w> {
    objects: usize,
    around: usize,
    find: FindWorkflow<'w>,
}

/// Returns a type in the words of a declaration, objects with their members.
fn describe(model: &Model<'_>, ty: &Ty, levels: Levels<'_>) -> String {
    let inside = Levels { around: levels.around.saturating_sub(1), ..levels };
    let inner = |ty: &Ty| describe(model, ty, inside);
    match ty {
        Ty::Array(_) | Ty::Option(_) | Ty::Nullable(_) | Ty::Map(_) if levels.around == 0 => "…".to_owned(),
        Ty::Array(item) => format!("Vec<{}>", inner(item)),
        Ty::Option(item) | Ty::Nullable(item) => format!("Option<{}>", inner(item)),
        Ty::Map(value) => format!("Map<{}>", inner(value)),
        Ty::Tuple(items) if items.is_empty() => ty.name(),
        Ty::Tuple(items) => {
            let Some(objects) = levels.objects.checked_sub(1) else { return "( … )".to_owned() };
            let inside = Levels { objects, ..levels };
            let told = items.iter().take(MEMBERS).map(|item| describe(model, item, inside));
            format!("({})", with_more(told, items.len()).join(", "))
        }
        Ty::Object(members) => {
            // The user's own declarations come first.
            let own = |ty: &Ty| matches!(ty.present(), Ty::Struct(_) | Ty::Enum(_) | Ty::Foreign(_));
            let first = members.iter().filter(|(_, ty)| own(ty));
            let told = first.chain(members.iter().filter(|(_, ty)| !own(ty)));
            object(model, members.len(), told.map(|(name, ty)| (name.clone(), ty.clone())), levels)
        }
        Ty::Shape(part) => {
            let members = members_of(*part).map(|(name, ty)| (name.to_owned(), ty));
            object(model, members.clone().count(), members, levels)
        }
        Ty::Struct(name) => match model.types.structs.get(name) {
            // The fields of `input { … }` and `output { … }` have no type name of the user's.
            Some(known) if !known.declared || levels.objects == LEVELS => {
                let fields = known.fields.values().map(|field| (field.decl.wire.clone(), field.ty.clone()));
                object(model, known.fields.len(), fields, levels)
            }
            _ => name.clone(),
        },
        Ty::Foreign(of) if of.part != ForeignPart::Whole => match (levels.find)(of) {
            Some(other) => {
                let other = Model::of(other);
                describe(&other, &part_of(&other, of), levels)
            }
            None => ty.rust_name(),
        },
        // It is unknown whether it has a fraction, so it has no Rust type.
        Ty::Number => "number".to_owned(),
        other => other.rust_name(),
    }
}

fn object(model: &Model<'_>, count: usize, members: impl Iterator<Item = (String, Ty)>, levels: Levels<'_>) -> String {
    let Some(objects) = levels.objects.checked_sub(1) else { return "{ … }".to_owned() };
    let inside = Levels { objects, ..levels };
    let told = members.take(MEMBERS).map(|(name, ty)| format!("{name}: {}", describe(model, &ty, inside)));
    let told = with_more(told, count);
    if told.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", told.join(", ")) }
}

/// Returns the first texts, and the number of omitted ones.
fn with_more(told: impl Iterator<Item = String>, count: usize) -> Vec<String> {
    let more = (count > MEMBERS).then(|| format!("… {} more", count - MEMBERS));
    told.chain(more).collect()
}
