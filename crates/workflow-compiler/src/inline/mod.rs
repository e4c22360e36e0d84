//! Inlines fragments: replaces each use of a fragment with the fragment's states. The later phases (checks, lowering,
//! code generation) see only ordinary states.
//!
//! Each use gets its own copy of the states, whose names begin with the name of the use. In a copy, `input.x` is
//! replaced with the argument `x`. The words of a copy keep their spans in the fragment, and arguments keep their spans
//! at the use. Repetitions are expanded likewise, with a copy for each item.

mod alone;
mod arguments;
mod at_uses;
mod copied_names;
mod copies;
mod definition;
mod fragments;
mod handlers;
mod imported;
mod inside;
mod items;
mod repeat;
mod resources;
mod results;
mod shared_types;
mod source_names;
mod substitute;
mod use_names;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};
use workflow_asl::graph::GROUP_SEPARATOR;
use workflow_asl::{Code, StateKind};

pub(crate) use self::fragments::Fragments;
pub use self::imported::Imported;
pub(crate) use self::imported::import;
pub(crate) use self::resources::resources;
pub(crate) use self::source_names::in_source;
pub(crate) use self::substitute::variable as argument_variable;
use self::substitute::{Argument, Substitution, named};
use crate::problem::{Edit, Problem, Problems, Reported};
use crate::span::{Locate, Position};
use crate::syntax::ast::{
    Body, Copied, Declaration, DeclarationKind, Expr, Head, Inlined, Member, Shape, State, StructDecl, Target, Type,
    TypeKind, Use, Workflow, plain,
};
use crate::syntax::keyword::state_keyword;

/// The most states that the fragments and repetitions of one workflow may become. Each level can multiply their number.
const MOST_STATES: usize = 10_000;

/// Returns the name in the document of a state in a use of a fragment.
fn joined(of: &str, name: &str) -> String {
    match (of, name) {
        ("", name) => name.to_owned(),
        (of, "") => of.to_owned(),
        (of, name) => format!("{of}{GROUP_SEPARATOR}{name}"),
    }
}

/// Returns the name in the language of a state in a use of a fragment.
fn full_name(of: &str, name: &Ident) -> Ident {
    Ident::new(&format!("{of}{}", plain(name)), name.span())
}

/// The code of a problem and the position of its words. Words of other files may have none: then it is the message.
type Place = (&'static str, Result<(Position, Position), String>);

fn place(problem: &Problem, locate: Locate<'_>) -> Place {
    let words = locate(problem.span.first).zip(locate(problem.span.last));
    (problem.code.id(), words.ok_or_else(|| problem.message.clone()))
}

/// Returns the numbers of the uses and copies that a problem is in. Words without a number are in all of those whose
/// braces contain them.
fn around(workflow: &Workflow, problem: &Problem, locate: Locate<'_>) -> BTreeSet<u32> {
    if problem.span.in_use > 0 {
        return workflow.around(problem.span.in_use).collect();
    }
    let uses = workflow.inlined.iter().map(|used| (used.number, used.braces));
    let copies = workflow.copies.iter().map(|copy| (copy.number, copy.braces));
    let inside = uses.chain(copies).filter(|(_, braces)| is_inside(problem, *braces, locate));
    inside.map(|(number, _)| number).collect()
}

/// Returns whether the words of a problem are between braces.
fn is_inside(problem: &Problem, (open, close): (Span, Span), locate: Locate<'_>) -> bool {
    let Some(at) = locate(problem.span.first) else { return false };
    locate(open).is_some_and(|open| open < at) && locate(close).is_some_and(|close| at < close)
}

fn has_inlined(body: &Body) -> bool {
    let inside = |state: &State| !state.repeats.is_empty() || state.bodies().any(has_inlined);
    !body.uses.is_empty() || !body.repeats.is_empty() || body.states.iter().any(inside)
}

/// Inlines the fragments of one workflow.
struct Inliner<'p> {
    all: &'p Fragments,
    /// The proof that the uses check what depends on them, if this is a fragment by itself.
    alone: bool,
    /// Whether a repetition is for items that only the uses of the fragment know.
    is_open: bool,
    /// Whether a workflow uses it.
    is_used: bool,
    problems: &'p mut Problems,
    /// The number of nodes of the workflow.
    nodes: usize,
    inlined: Vec<Inlined>,
    copies: Vec<Copied>,
    /// The first item of each repetition, by the index of each word that reads it.
    items: Vec<(usize, Expr)>,
    /// The names of the copies of each repeated state.
    repeated: BTreeMap<String, Vec<String>>,
    /// The enclosing fragments, innermost last.
    stack: Vec<String>,
    /// The arguments of the enclosing uses, innermost last.
    arguments: Vec<Vec<Member>>,
    /// The number of states that fragments and repetitions have become.
    states: usize,
    /// The numbers of the enclosing uses and copies, innermost last, and the last number.
    around: (Vec<u32>, u32),
    /// Whether a used fragment has errors of its own.
    broken: Option<Reported>,
    /// The variables that hold optional arguments of uses.
    nullable: BTreeSet<String>,
    /// Those of arguments that are not given.
    not_given: BTreeSet<String>,
    /// The repeated states whose repetition has an error.
    wrong: BTreeSet<String>,
    /// Whether a fragment is unknown: then names may be missing.
    is_lost: bool,
    /// The types that the used fragments declare.
    declarations: Vec<Declaration>,
}

impl Inliner<'_> {
    /// Expands the repetitions and inlines the uses in a body, and in the bodies of its states.
    fn body(&mut self, body: &mut Body) {
        if !body.repeats.is_empty() {
            self.repeat_states(body);
        }
        body.states.iter_mut().filter(|state| !state.repeats.is_empty()).for_each(|state| self.repeat_inside(state));
        body.states.iter_mut().flat_map(State::bodies_mut).for_each(|inner| self.body(inner));
        if body.uses.is_empty() {
            return;
        }
        let is_only = body.states.is_empty() && body.uses.len() == 1;
        let mut uses = std::mem::take(&mut body.uses).into_iter().peekable();
        let mut states = Vec::new();
        for (place, state) in std::mem::take(&mut body.states).into_iter().enumerate() {
            while let Some(used) = uses.next_if(|used| used.place <= place) {
                states.extend(self.states(used, is_only));
            }
            states.push(state);
        }
        for used in uses {
            states.extend(self.states(used, is_only));
        }
        body.states = states;
    }

    /// Returns the states of a use, which may be all that a body has.
    fn states(&mut self, mut used: Use, is_only: bool) -> Vec<State> {
        let name = plain(&used.fragment);
        let Some(fragment) = self.all.known.get(&name) else {
            // The file that imports a fragment may declare those that it uses.
            if self.alone && !self.is_used {
                return vec![placeholder(used, Some(Reported::AT_USES))];
            }
            let problem =
                Problem::new(Code::UnknownFragment, used.fragment.span(), format!("unknown fragment `{name}`"));
            let others = self.all.known.keys().filter(|other| !self.stack.contains(other));
            let problem = problem.suggest(&name, others.map(String::as_str));
            let problem = problem.or_help(|| match self.all.workflows.contains(&name) {
                true => {
                    format!("`{name}` is a workflow: start it with `task {} = workflow::<{name}> {{ … }}`", used.name)
                }
                false => {
                    format!("declare it beside the workflow, or import it: `fragment {name} from \"src/shared.rs\";`")
                }
            });
            let reported = self.problems.push(problem);
            self.is_lost = true;
            return vec![placeholder(used, Some(reported))];
        };
        // The import of the fragment has an error.
        if fragment.from().is_some() {
            return vec![placeholder(used, self.problems.reported())];
        }
        let circle = self.stack.last().and_then(|user| self.all.circles.get(&(user.clone(), name.clone())));
        if let Some(way) = circle {
            let message = format!("the fragment `{name}` uses itself: {way}");
            let problem = Problem::new(Code::NotInlined, used.fragment.span(), message);
            self.problems.push(problem.help("repeat states with a transition back to them, or a `map`"));
            return vec![placeholder(used, self.problems.reported())];
        }
        if self.states > MOST_STATES {
            return vec![placeholder(used, self.problems.reported())];
        }
        self.broken = self.broken.or_else(|| self.all.refused.get(&name).copied());
        let result = self.declare(fragment);
        let (arguments, first) = self.arguments(&mut used, fragment);
        let (full, asl_name) = (plain(&used.name), used.asl_name());
        let mut body = fragment.body.clone();
        let states = names(&body);
        self.states += states.len();
        if self.states > MOST_STATES {
            let message = format!("the fragments of this workflow have more than {MOST_STATES} states");
            let problem = Problem::new(Code::NotInlined, used.fragment.span(), message);
            self.problems
                .push(problem.help("use a `map` for repetition, or start another workflow: `workflow::<Other>`"));
            return vec![placeholder(used, self.problems.reported())];
        }
        self.around.1 += 1;
        let number = self.around.1;
        // The copies around it were expanded before.
        let outer = Some(used.in_use).filter(|copy| *copy > 0).or_else(|| self.around.0.last().copied());
        let mut substitution = Substitution {
            number,
            name: &full,
            asl_name: &asl_name,
            arguments: &arguments,
            states: &states,
            nullable: &self.nullable,
            not_given: &self.not_given,
            assigns: None,
            nodes: &mut self.nodes,
        };
        walk::body(&mut body, &mut substitution);
        let at = self.inlined.len();
        self.stack.push(name);
        self.around.0.push(number);
        self.arguments.push(std::mem::take(&mut used.arguments));
        self.body(&mut body);
        used.arguments = self.arguments.pop().unwrap_or_default();
        self.around.0.pop();
        self.stack.pop();
        self.first_state(&mut body);
        let Some(next) = body.states.first().map(|state| state.name.clone()) else {
            return vec![placeholder(used, self.problems.reported())];
        };
        let first = first.and_then(|first| self.without_unread(first, &mut body));
        let computed: BTreeSet<_> =
            first.iter().flat_map(arguments::assigned).map(|member| member.key.value.clone()).collect();
        if let Some(first) = first {
            let transition = Some(Target::State(named(&plain(&next), &used.name)));
            body.states.insert(0, State { transition, in_use: outer.unwrap_or_default(), ..first });
        }
        self.handle(&used, &mut body.states);
        let ends = self.end(&used, is_only, &mut body.states);
        if let (Some(first), Some(comment)) = (body.states.first_mut(), used.comment.take()) {
            first.comment.get_or_insert(comment);
        }
        let inlined = Inlined {
            number,
            outer,
            fragment: used.fragment,
            written: Ident::new(used.written.as_deref().unwrap_or(&full), used.name.span()),
            name: full,
            asl_name,
            braces: (fragment.brace, fragment.close),
            input: definition::input(fragment).to_vec(),
            arguments: used.arguments,
            clauses: used.clauses,
            transition: used.transition,
            computed: arguments
                .into_iter()
                .filter(|(_, argument)| matches!(argument, Argument::Variable(name, _) if computed.contains(name)))
                .map(|(name, _)| name)
                .collect(),
            result,
            is_read: false,
            first: body.states.first().map(|state| plain(&state.name)).unwrap_or_default(),
            ends,
        };
        self.inlined.insert(at, inlined);
        body.states
    }

    /// Adds the types that a fragment declares, once. Returns the type of its result.
    fn declare(&mut self, fragment: &Workflow) -> Option<Type> {
        let (result, made) = match fragment.output() {
            None => (None, None),
            Some((_, Shape::Type(ty))) => (Some(ty.clone()), None),
            Some((declaration, Shape::Fields(fields))) => {
                let name = Ident::new(&format!("{}Output", plain(&fragment.name)), fragment.name.span());
                let span = declaration.keyword.span().into();
                let result = Type { kind: TypeKind::Named(name.clone()), span };
                let kind = DeclarationKind::Struct(StructDecl { name, fields: fields.clone() });
                (Some(result), Some(Declaration { kind, ..declaration.clone() }))
            }
        };
        let types = fragment.types().map(|(_, declaration)| declaration.clone()).chain(made);
        let known: Vec<_> = self.declarations.iter().filter_map(|known| known.kind.type_name()).cloned().collect();
        let new = types.filter(|declaration| declaration.kind.type_name().is_none_or(|name| !known.contains(name)));
        self.declarations.extend(new.collect::<Vec<_>>());
        result
    }

    /// Moves the state that runs first to the beginning.
    fn first_state(&self, body: &mut Body) {
        let Some(start) = body.start.take() else { return };
        let is_start = |state: &State| match &start {
            Target::State(name) => {
                let inner = self.inlined.iter().find(|inlined| inlined.name == plain(name));
                inner.map_or_else(|| plain(&state.name) == plain(name), |inner| plain(&state.name) == inner.first)
            }
            Target::Text(text) => state.asl_name() == text.value,
            _ => false,
        };
        if let Some(at) = body.states.iter().position(is_start) {
            let state = body.states.remove(at);
            body.states.insert(0, state);
        }
    }

    /// Sets the transition of the states that end the fragment to the transition of the use. Returns the names of these
    /// states.
    fn end(&mut self, used: &Use, is_only: bool, states: &mut [State]) -> Vec<String> {
        let mut ends = Vec::new();
        for state in states.iter_mut() {
            if leads_on(state, used.transition.as_ref()) {
                ends.push(plain(&state.name));
            }
        }
        if let Some(reported) = used.broken {
            let names: BTreeSet<_> = ends.iter().collect();
            let ends = states.iter_mut().filter(|state| names.contains(&plain(&state.name)));
            ends.for_each(|state| state.broken = state.broken.or(Some(reported)));
        }
        if !ends.is_empty() && used.transition.is_none() && used.broken.is_none() {
            let message = format!("`{}` has no transition", plain(&used.name));
            let end = if used.closed { "" } else { ";" };
            let problem = Problem::new(Code::MissingTransition, used.name.span(), message);
            let problem = problem.help(format!("add `-> end`, or `-> State`: the fragment `{}` ends", used.fragment));
            self.problems.push(match is_only {
                true => problem.edit(Edit::after(used.tail, format!(" -> end{end}"))),
                false => problem,
            });
        }
        if let (None, Some(reported)) = (&used.transition, self.problems.reported()) {
            let missing = Target::Missing(used.name.span().into(), reported);
            states.iter_mut().for_each(|state| {
                leads_on(state, Some(&missing));
            });
        }
        ends
    }
}

/// If a state ends what contains it, lets it continue at the target, if there is one. Returns whether it ended that.
fn leads_on(state: &mut State, next: Option<&Target>) -> bool {
    let succeeds = matches!(state.head, Head::Succeed { .. });
    if !succeeds && !matches!(state.transition, Some(Target::End(_))) {
        return false;
    }
    match next {
        None | Some(Target::End(_)) => {}
        Some(next) => {
            if let Head::Succeed { value } = &mut state.head {
                state.head = Head::Pass { value: value.take() };
                state.kind = StateKind::Pass;
            }
            state.transition = Some(next.clone());
            if let Target::Missing(_, reported) = next {
                state.broken = Some(*reported);
            }
        }
    }
    true
}

/// Collects the names of all states of a fragment and of its uses, with their names in the document.
fn names(body: &Body) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    copied_names::names_of(body, &mut |(name, _), alias, _| {
        all.insert(plain(name), alias.map_or_else(|| plain(name), |alias| alias.value.clone()));
    });
    all
}

/// Returns a placeholder state for a use that cannot be inlined, so that transitions to it are not reported.
fn placeholder(used: Use, reported: Option<Reported>) -> State {
    let head = Head::Task { resource: None, body: None };
    let state = state(&used, StateKind::Task, head);
    State { transition: used.transition, clauses: used.clauses, broken: reported, ..state }
}

/// Returns a state with the name of a use.
fn state(used: &Use, kind: StateKind, head: Head) -> State {
    let alias = used.alias.clone().filter(|alias| !alias.value.is_empty());
    State {
        comment: None,
        keyword: named(state_keyword(kind), &used.keyword),
        kind,
        name: used.name.clone(),
        alias,
        computed: Vec::new(),
        head,
        repeats: Vec::new(),
        clauses: Vec::new(),
        transition: None,
        tail: used.tail,
        closed: used.closed,
        broken: None,
        in_use: used.in_use,
        written: used.written.clone(),
    }
}
