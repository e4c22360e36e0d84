//! Inlines fragments: replaces each use of a fragment with the fragment's states. The later phases (checks, lowering,
//! code generation) see only ordinary states.
//!
//! Each use gets its own copy of the states, whose names begin with the name of the use. In a copy, `input.x` is
//! replaced with the argument `x`. The words of a copy keep their spans in the fragment, and arguments keep their spans
//! at the use. Repetitions are expanded likewise, with a copy for each item.

mod arguments;
mod copied_names;
mod copies;
mod definition;
mod handlers;
mod imported;
mod inside;
mod item_words;
mod items;
mod provenance;
mod repeat;
mod resources;
mod results;
mod shared_types;
mod source_names;
mod substitute;
mod unreached;
mod use_names;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};
use workflow_asl::graph::GROUP_SEPARATOR;
use workflow_asl::limits::STATE_NAME_CHARS;
use workflow_asl::{Code, StateKind};

pub use self::imported::Imported;
pub(crate) use self::imported::import;
pub(crate) use self::resources::resources;
use self::source_names::SourceNames;
pub(crate) use self::source_names::in_source;
pub(crate) use self::substitute::variable as argument_variable;
use self::substitute::{Argument, Substitution, named};
use crate::problem::{Edit, Problem, Problems, Reported};
use crate::span::Locate;
use crate::syntax::Parsed;
use crate::syntax::ast::{
    Body, Copied, Declaration, DeclarationKind, Expr, Head, Inlined, Member, Repetition, Shape, State, StructDecl,
    Target, Type, TypeKind, Use, Workflow, plain,
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

/// The result of inlining. `problems` contains only the problems of the fragments themselves.
#[derive(Default)]
pub(crate) struct Found {
    /// The problems of each workflow, which [`explain`] completes together with the problems of the checks.
    pub(crate) of_workflows: Vec<Vec<Problem>>,
    /// Unused parts of fragments. They are reported if there is no error: what did not compile may use them.
    pub(crate) unused: Vec<Problem>,
}

/// Inlines all fragments.
pub(crate) fn inline(parsed: &mut Parsed, problems: &mut Problems) -> Found {
    let Parsed { workflows, fragments, .. } = parsed;
    let mut out = Found::default();
    let mut known: BTreeMap<String, Workflow> = BTreeMap::new();
    for fragment in fragments.iter() {
        let name = plain(&fragment.name);
        if known.contains_key(&name) {
            let message = format!("two fragments are named `{name}`");
            problems.push(Problem::new(Code::DuplicateName, fragment.name.span(), message).help("rename one"));
            continue;
        }
        let mut fragment = fragment.clone();
        let errors = problems.errors();
        item_words::check(&mut fragment, problems);
        definition::check(&mut fragment, problems, &mut out.unused);
        fragment.body.broken = fragment.body.broken.or(problems.reported().filter(|_| problems.errors() > errors));
        known.insert(name, fragment);
    }
    let names_of_workflows = workflows.iter().map(|workflow| plain(&workflow.name)).collect();
    let mut used = BTreeSet::new();
    // Uses are numbered across all workflows.
    let mut last = 0;
    for workflow in workflows.iter_mut() {
        if !has_inlined(&workflow.body) {
            out.of_workflows.push(Vec::new());
            continue;
        }
        let (before, errors) = (problems.iter().len(), problems.errors());
        let nodes = workflow.nodes;
        item_words::check(workflow, problems);
        walk::body(&mut workflow.body, &mut use_names::Swapped { fragments: &known, problems });
        match use_names::unique(&mut workflow.body, problems) {
            Some(reported) => inside::ignore_unknown(workflow, reported),
            None => inside::check(workflow, &known, problems),
        }
        let mut inliner = Inliner {
            fragments: &known,
            workflows: &names_of_workflows,
            problems,
            nodes,
            inlined: Vec::new(),
            copies: Vec::new(),
            items: Vec::new(),
            repeated: BTreeMap::new(),
            wrong: BTreeSet::new(),
            stack: Vec::new(),
            arguments: Vec::new(),
            states: 0,
            around: (Vec::new(), last),
            broken: None,
            nullable: BTreeSet::new(),
            not_given: BTreeSet::new(),
            types: BTreeSet::new(),
            declarations: Vec::new(),
        };
        inliner.body(&mut workflow.body);
        let Inliner { inlined, copies, items, repeated, wrong, nodes, types, declarations, broken, around, .. } =
            inliner;
        last = around.1;
        workflow.nodes = nodes;
        workflow.of_fragments =
            declarations.iter().filter_map(|declaration| declaration.kind.type_name()).map(plain).collect();
        workflow.declarations.extend(declarations);
        workflow.inlined = inlined;
        workflow.copies = copies;
        workflow.items = items;
        used.extend(types);
        copies::resolve(workflow, (&repeated, &wrong), problems);
        if let (false, Some(reported)) = (wrong.is_empty(), problems.reported()) {
            inside::ignore_unknown_copies(workflow, reported);
        }
        if problems.errors() > errors {
            definition::without_target(&mut workflow.body);
        }
        results::assign(workflow, problems);
        let is_new = problems.errors() > errors;
        workflow.body.broken = workflow.body.broken.or(broken).or(problems.reported().filter(|_| is_new));
        out.of_workflows.push(problems.split_off(before));
    }
    // The missing use may be one that did not parse or is invalid.
    if !workflows.is_empty() && workflows.iter().all(|workflow| !workflow.body.is_broken()) {
        for (name, fragment) in known.iter().filter(|(name, _)| !used.contains(*name)) {
            let problem = Problem::new(
                Code::UnusedDeclaration,
                fragment.name.span(),
                format!("the fragment `{name}` is not used"),
            );
            out.unused.push(problem.help(format!("write `use {name} -> Next;` in a workflow, or remove it")));
        }
    }
    out
}

/// Completes the problems of a workflow from the index `first` on: which uses and items they are about.
pub(crate) fn explain(workflow: &Workflow, first: usize, problems: &mut Problems, locate: Locate<'_>) {
    if workflow.inlined.is_empty() && workflow.copies.is_empty() {
        return;
    }
    unreached::merge(workflow, first, problems, locate);
    let found = problems.split_off(first);
    let names = (!found.is_empty()).then(|| SourceNames::of(workflow));
    for (mut problem, names) in found.into_iter().zip(names.iter().cycle()) {
        let inside = around(workflow, &problem, locate);
        names.replace_in(&mut problem, &inside);
        problems.push(problem);
    }
    copies::merge(workflow, first, problems, locate);
    provenance::explain(workflow, first, problems, locate);
    copies::distinct(workflow, first, problems, locate);
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
    fragments: &'p BTreeMap<String, Workflow>,
    /// The names of the workflows.
    workflows: &'p BTreeSet<String>,
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
    /// The fragments that are used.
    types: BTreeSet<String>,
    /// The types that they declare.
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
        let Some(fragment) = self.fragments.get(&name) else {
            let problem =
                Problem::new(Code::UnknownFragment, used.fragment.span(), format!("unknown fragment `{name}`"));
            let problem = problem.suggest(&name, self.fragments.keys().map(String::as_str));
            let help = match self.workflows.contains(&name) {
                true => {
                    format!("`{name}` is a workflow: start it with `task {} = workflow::<{name}> {{ … }}`", used.name)
                }
                false => {
                    format!("declare it beside the workflow, or import it: `fragment {name} from \"src/shared.rs\";`")
                }
            };
            self.problems.push(if problem.help.is_empty() { problem.help(help) } else { problem });
            return vec![placeholder(used, self.problems.reported())];
        };
        // The import of the fragment has an error.
        if fragment.from().is_some() {
            self.types.insert(name);
            return vec![placeholder(used, self.problems.reported())];
        }
        if self.stack.contains(&name) {
            let way: Vec<_> = self.stack.iter().skip_while(|other| **other != name).chain([&name]).cloned().collect();
            let message = format!("the fragment `{name}` uses itself: {}", way.join(" -> "));
            let problem = Problem::new(Code::NotInlined, used.fragment.span(), message);
            self.problems.push(problem.help("repeat states with a transition back to them, or a `map`"));
            return vec![placeholder(used, self.problems.reported())];
        }
        if self.states > MOST_STATES {
            return vec![placeholder(used, self.problems.reported())];
        }
        self.types.insert(name.clone());
        self.broken = self.broken.or(fragment.body.broken);
        let result = self.declare(fragment);
        let (arguments, first) = self.arguments(&mut used, fragment);
        let (full, asl_name) = (plain(&used.name), used.asl_name());
        let mut body = fragment.body.clone();
        let mut states = BTreeMap::new();
        names(&body, &mut states);
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
            own_names: Default::default(),
        };
        walk::body(&mut body, &mut substitution);
        let (own_states, variables) = substitution.own_names;
        let at = self.inlined.len();
        self.stack.push(name);
        self.around.0.push(number);
        self.arguments.push(used.arguments.clone());
        self.body(&mut body);
        self.arguments.pop();
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
        self.check_names(&used, &mut body.states);
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
            states: own_states,
            variables,
        };
        self.inlined.insert(at, inlined);
        body.states
    }

    /// Adds the types that a fragment declares, once. Returns the type of its result.
    fn declare(&mut self, fragment: &Workflow) -> Option<Type> {
        let output = fragment.declarations.iter().find_map(|declaration| match &declaration.kind {
            DeclarationKind::Output(shape) => Some((declaration, shape)),
            _ => None,
        });
        let made = output.and_then(|(declaration, shape)| match shape {
            Shape::Type(_) => None,
            Shape::Fields(fields) => {
                let name = Ident::new(&format!("{}Output", plain(&fragment.name)), fragment.name.span());
                let kind = DeclarationKind::Struct(StructDecl { name, fields: fields.clone() });
                Some(Declaration { kind, ..declaration.clone() })
            }
        });
        let result = match (&made, output) {
            (Some(Declaration { kind: DeclarationKind::Struct(made), keyword, .. }), _) => {
                Some(Type { kind: TypeKind::Named(made.name.clone()), span: keyword.span().into() })
            }
            (_, Some((_, Shape::Type(ty)))) => Some(ty.clone()),
            _ => None,
        };
        let is_type = |declaration: &&Declaration| {
            matches!(declaration.kind, DeclarationKind::Struct(_) | DeclarationKind::Enum(_))
        };
        let types = fragment.declarations.iter().filter(is_type).cloned().chain(made);
        let known: Vec<_> =
            self.declarations.iter().filter_map(|declaration| declaration.kind.type_name()).cloned().collect();
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

    /// Reports names that are too long for the document.
    fn check_names(&mut self, used: &Use, states: &mut [State]) {
        let too_long = |name: &str| name.chars().count() > STATE_NAME_CHARS;
        let Some(first) = states.iter().map(State::asl_name).find(|name| too_long(name)) else { return };
        let length = first.chars().count();
        let message = format!(
            "the state {first:?} has a name of {length} characters in the document, where at most {STATE_NAME_CHARS} are allowed"
        );
        let problem = Problem::new(Code::NotInlined, used.name.span(), message);
        let problem = problem.help("give this use a shorter name, or one for the document only: `as \"…\"`");
        self.problems.push(match self.stack.last() {
            Some(fragment) => problem
                .help(format!("this is in the fragment `{fragment}`; the uses around it can have shorter names too")),
            None => problem,
        });
        for alias in states.iter_mut().filter_map(|state| state.alias.as_mut()) {
            alias.value = alias.value.chars().take(STATE_NAME_CHARS).collect();
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
fn names(body: &Body, all: &mut BTreeMap<String, String>) {
    all.extend(body.uses.iter().map(|used| (plain(&used.name), used.asl_name())));
    for state in &body.states {
        all.insert(plain(&state.name), state.asl_name());
        state.bodies().for_each(|inner| names(inner, all));
    }
    body.repeats.iter().flat_map(Repetition::bodies).for_each(|inner| names(inner, all));
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
