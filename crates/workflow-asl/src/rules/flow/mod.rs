//! Checks the values that flow through a definition: each value that is read must exist and have the type that its use
//! needs, and each comparison must be able to be true.
//!
//! A forward analysis computes the type of each state's input and of the variables. Types come from constants,
//! templates, AWS's APIs, tests of choices and declarations. A second pass, after the
//! types no longer change, reports only certain problems.

mod always;
mod by_transition;
mod call;
mod choice;
mod declared;
mod expression;
mod instead;
mod kind;
mod operator;
mod read;
mod request;
mod state;
mod ty;
mod type_text;
pub mod types;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Definition, api};
use crate::context::{self, Member, MemberKind};
use crate::document::{QueryLanguage, StateKind};
use crate::finding::Vocabulary;
use crate::graph::{Edge, EdgeKind, FlowAnalysis, Graph, solve};
use crate::nearest::Lookups;
use crate::path::Segment;
use crate::request_input::RequestInput;
use crate::{Code, Diagnostic, Finding, Pointer, placeholder};
use by_transition::TakenTransition;
use instead::Meant;
use ty::{Fields, Slot, Ty};

/// The maximum number of visits of states: for each state of the definition, and in addition. States in loops and
/// nested scopes are visited more than once.
const TURNS: (usize, usize) = (40, 1_000);

/// The same for the visits after one of several transitions to a state, all together.
const TURNS_BY_TRANSITION: (usize, usize) = (20, 500);

/// The number of times that the type of a state's input may change before it becomes unknown.
const CHANGES: usize = 4;

/// The maximum number of variables with types.
const VARIABLES: usize = 128;

/// The maximum number of comparisons that a scene excludes.
const OTHERS: usize = 128;

/// The types of the variables that may have a value.
type Variables = Rc<BTreeMap<Rc<str>, Ty>>;

/// The facts at the start of a state.
#[derive(Clone)]
struct Fact {
    input: Ty,
    variables: Variables,
    /// The inputs that results have replaced.
    replaced: Meant,
    changes: usize,
}

/// The values that the expressions of a field can read.
#[derive(Clone)]
struct Scene {
    /// `$` of JSONPath, or `$states.input`.
    input: Ty,
    /// `$states.result`, `$states.errorOutput`.
    result: Option<Ty>,
    error: Option<Ty>,
    variables: Variables,
    context: Ty,
    /// The paths and values for which an earlier comparison was not true.
    others: Vec<(String, Ty)>,
    /// What may be meant by a member that `$` or `$states.input` does not have.
    meant: Meant,
}

/// The facts after a state, by its transitions.
#[derive(Default)]
struct Outcome {
    /// What a task sends.
    request: Option<Ty>,
    /// The result before it is selected from.
    result: Option<Ty>,
    next: Option<(Ty, Variables)>,
    rules: Vec<Option<(Ty, Variables)>>,
    catchers: Vec<(Ty, Variables)>,
    /// The inputs that results have replaced: in the output, and in the output of each catcher.
    replaced: Meant,
    replaced_if_caught: Vec<Meant>,
}

impl Outcome {
    /// Returns the facts on a transition; `None` if it is never followed.
    fn along(&self, kind: EdgeKind) -> Option<Fact> {
        let way = match kind {
            EdgeKind::Next | EdgeKind::Default => self.next.clone(),
            EdgeKind::Choice(rule) => self.rules.get(rule).cloned().flatten(),
            EdgeKind::Catch(catcher) => self.catchers.get(catcher).cloned(),
        };
        let replaced = match kind {
            EdgeKind::Catch(catcher) => self.replaced_if_caught.get(catcher).cloned().unwrap_or_default(),
            _ => self.replaced.clone(),
        };
        way.map(|(input, variables)| Fact { input, variables, replaced, changes: 0 })
    }
}

/// The scenes in which a condition is true and not true; `None` if it is not possible.
struct Outcomes {
    yes: Option<Scene>,
    no: Option<Scene>,
}

impl Outcomes {
    /// Returns both outcomes with the same scene, for a condition that implies no facts.
    fn both(scene: &Scene) -> Self {
        Self { yes: Some(scene.clone()), no: Some(scene.clone()) }
    }

    fn negated(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }
}

/// The start of a path that only has names and indices.
enum Origin {
    Input,
    Variable(String),
}

struct Flow<'d, 'a> {
    definition: &'d Definition<'a>,
    graphs: Vec<Option<&'d Graph<'a>>>,
    /// The number of each state of a scope among the parts.
    numbers: Vec<Vec<Option<usize>>>,
    /// The scopes in a state.
    inside: BTreeMap<usize, Vec<usize>>,
    /// The results of the tasks that call AWS's APIs.
    results: BTreeMap<usize, Ty>,
    /// The possible requests of these tasks, and the names of the calls.
    inputs: BTreeMap<usize, (RequestInput, &'d str)>,
    found: RefCell<Vec<Diagnostic>>,
    /// Whether findings are recorded.
    says: Cell<bool>,
    /// Whether only calls and operators that fail are reported.
    only_failing: Cell<bool>,
    left: Cell<usize>,
    /// The transition that was taken, if the analysis is limited to one of several.
    taken: RefCell<Option<TakenTransition>>,
    left_by_transition: Cell<usize>,
    /// The depth of the current part of an expression.
    depth: Cell<usize>,
    lookups: Lookups,
}

/// Checks that every value that is read may exist, and that values have the types that their uses need.
/// Findings at the places of `found` are omitted.
pub(super) fn values_have_what_is_read(definition: &Definition<'_>, found: &[Diagnostic]) -> Vec<Diagnostic> {
    // An unknown target may be any state.
    let unknown = |edge: &Edge<'_>| edge.to.is_none() && placeholder::likely(edge.target);
    // If a part of the definition is wrong, its other values may be wrong too.
    let wrong = |one: &Diagnostic| one.code.is_certain() && !one.code.fails_only_when_it_runs();
    let annotations = definition.annotations;
    if annotations.lowered && annotations.compare.is_empty() && definition.machine.language() == QueryLanguage::Jsonata
        || found.iter().any(wrong)
        || definition.graphs.iter().any(|graph| graph.edges().iter().any(unknown))
    {
        return Vec::new();
    }
    let index = &definition.index;
    let names: BTreeMap<_, _> =
        index.states.iter().enumerate().map(|(n, state)| ((state.scope, state.name), n)).collect();
    let graphs = definition.graphs_of_scopes();
    let numbers = graphs.iter().enumerate().map(|(scope, graph)| {
        let states = graph.iter().flat_map(|graph| graph.states());
        states.map(|(name, _)| names.get(&(scope, *name)).copied()).collect()
    });
    let numbers = numbers.collect();
    let mut inside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, scope) in index.scopes.iter().enumerate() {
        scope.owner.into_iter().for_each(|owner| inside.entry(owner).or_default().push(number));
    }
    let results = definition.calls.iter().filter_map(|call| {
        let (state, part, name) = call.result()?;
        Some((state, Ty::Api(part, name.into())))
    });
    let mut results: BTreeMap<_, _> = results.collect();
    for (number, state) in index.states.iter().enumerate() {
        if let Some((member, ty)) = annotations.results.get(&state.at).filter(|(_, ty)| ty.is_known()) {
            let path: Vec<_> = Some(Segment::Name(member)).filter(|_| !member.is_empty()).into_iter().collect();
            let of_call = results.get(&number).unwrap_or(&Ty::Any);
            let result = of_call.with(&path, Slot::present(ty.0.clone())).unwrap_or(Ty::Any);
            results.insert(number, result);
        }
    }
    let flow = Flow {
        results,
        inputs: definition.calls.iter().filter_map(api::ApiCall::request_input).collect(),
        definition,
        graphs,
        numbers,
        inside,
        found: RefCell::default(),
        says: Cell::new(true),
        only_failing: Cell::new(false),
        left: Cell::new(index.states.len() * TURNS.0 + TURNS.1),
        taken: RefCell::default(),
        left_by_transition: Cell::new(index.states.len() * TURNS_BY_TRANSITION.0 + TURNS_BY_TRANSITION.1),
        depth: Cell::new(0),
        lookups: Lookups::default(),
    };
    let _ = flow.scope(0, annotations.input.0.clone(), &Variables::default(), &flow.context(None));
    if flow.left.get() == 0 {
        definition.types.take();
        return Vec::new();
    }
    // Findings of other rules are not reported again.
    let mut told = Vec::new();
    let mut said: BTreeMap<Pointer, Vec<Option<(usize, usize)>>> = BTreeMap::new();
    found.iter().for_each(|one| said.entry(one.pointer.clone()).or_default().push(one.range));
    for one in flow.found.into_inner() {
        let overlaps = |range: &Option<(usize, usize)>| match (range, one.range) {
            (Some(a), Some(b)) => a.0 < b.0 + b.1 && b.0 < a.0 + a.1,
            _ => true,
        };
        let ranges = said.entry(one.pointer.clone()).or_default();
        if !ranges.iter().any(overlaps) {
            ranges.push(one.range);
            told.push(one);
        }
    }
    told
}

/// The states of a scope, with the values that their expressions can read.
struct Solving<'f, 'd, 'a> {
    flow: &'f Flow<'d, 'a>,
    numbers: &'f [Option<usize>],
    context: &'f Ty,
    /// The state that no transition leads to.
    cut: Option<usize>,
    /// The output of each state that ends the scope.
    ends: RefCell<BTreeMap<usize, Ty>>,
    /// The findings of the last visit of each state, where a visit may say something.
    said: Option<RefCell<BTreeMap<usize, Vec<Diagnostic>>>>,
}

impl<'a> FlowAnalysis<Edge<'a>> for Solving<'_, '_, 'a> {
    type Fact = Fact;

    fn leave<'s>(
        &'s self,
        node: usize,
        leaving: &'s [Edge<'a>],
        before: &'s Fact,
    ) -> impl Iterator<Item = Option<Fact>> + 's {
        let outcome = match self.numbers.get(node).copied().flatten() {
            Some(number) if self.flow.takes_turn() => {
                let outcome = match &self.said {
                    Some(said) if self.flow.may_say(number) => {
                        self.flow.says.set(true);
                        let first = self.flow.found.borrow().len();
                        let outcome = self.flow.state(number, before, self.context);
                        said.borrow_mut().insert(node, self.flow.found.borrow_mut().split_off(first));
                        self.flow.says.set(false);
                        outcome
                    }
                    _ => self.flow.state(number, before, self.context),
                };
                let ends = self.flow.definition.index.states.get(number).is_some_and(|state| state.state.is_terminal());
                if let (true, Some((output, _))) = (ends, &outcome.next) {
                    self.ends.borrow_mut().insert(node, output.clone());
                }
                Some(outcome)
            }
            _ => None,
        };
        let followed = move |edge: &&Edge<'a>| self.cut.is_none() || edge.to != self.cut;
        leaving.iter().map(move |edge| match &outcome {
            _ if !followed(&edge) => None,
            Some(outcome) => outcome.along(edge.kind),
            None => Some(Fact { input: Ty::Any, variables: Variables::default(), replaced: Meant::new(), changes: 0 }),
        })
    }

    fn meet(&self, known: &mut Fact, way: &Fact) -> bool {
        instead::join(&mut known.replaced, &way.replaced);
        let input = known.input.join(&way.input);
        let mut changed = !input.same(&known.input);
        if !Rc::ptr_eq(&known.variables, &way.variables) {
            let mut variables = (*known.variables).clone();
            let mut other = false;
            for (name, ty) in way.variables.iter() {
                let joined = variables.get(name).map_or_else(|| ty.clone(), |old| old.join(ty));
                if !variables.get(name).is_some_and(|old| old.same(&joined)) {
                    let joined = if known.changes > CHANGES { Ty::Any } else { joined };
                    other |= variables.insert(name.clone(), joined.clone()).is_none_or(|old| !old.same(&joined));
                }
            }
            if other {
                known.variables = Rc::new(variables);
                changed = true;
            }
        }
        if changed {
            known.changes += 1;
            let unknown = known.changes > CHANGES && !input.same(&known.input);
            known.input = if unknown { Ty::Any } else { input };
        }
        changed
    }
}

impl<'d, 'a> Flow<'d, 'a> {
    fn takes_turn(&self) -> bool {
        let left = if self.taken.borrow().is_some() { &self.left_by_transition } else { &self.left };
        left.set(left.get().saturating_sub(1));
        left.get() > 0
    }

    /// Returns the type of the context object. In a map, `item` is the type of the item.
    fn context(&self, item: Option<&Ty>) -> Ty {
        self.members_of_context(context::MEMBERS, item)
    }

    fn members_of_context(&self, members: &[Member], item: Option<&Ty>) -> Ty {
        let mut fields = Fields::open();
        let is_there = |member: &&Member| !member.optional || (member.name == "Map" && item.is_some());
        for member in members.iter().filter(is_there) {
            let ty = match member.kind {
                MemberKind::Object(members) => self.members_of_context(members, item),
                MemberKind::Text | MemberKind::Arn | MemberKind::Timestamp => Ty::TEXT,
                MemberKind::Count => Ty::NUMBER,
                // `Value` is the item.
                MemberKind::Any => match (member.name, item) {
                    ("Value", Some(item)) => item.clone(),
                    ("Input", _) => self.definition.annotations.input.0.clone(),
                    _ => Ty::Any,
                },
            };
            fields.insert(member.name, Slot::present(ty));
        }
        fields.into()
    }

    /// Returns the output of a scope, or `None` if no state ends it.
    fn scope(&self, number: usize, input: Ty, variables: &Variables, context: &Ty) -> Option<Ty> {
        let (graph, numbers) = (self.graphs.get(number).copied().flatten()?, self.numbers.get(number)?);
        let says = self.says.replace(false);
        // In JSONata, the checks of the language look at each transition, so that the last visit of a state says all. In
        // JSONPath, they do not know the types after a `ResultPath`.
        let is_jsonata = self.definition.machine.language() == QueryLanguage::Jsonata;
        let said = (says && self.definition.annotations.lowered && is_jsonata).then(RefCell::default);
        let solving = Solving { flow: self, numbers, context, cut: None, ends: RefCell::default(), said };
        let entry = Fact { input, variables: variables.clone(), replaced: Meant::new(), changes: 0 };
        let facts = solve(graph.flow(), entry.clone(), &solving);
        self.says.set(says);
        if let Some(said) = &solving.said {
            self.found.borrow_mut().extend(said.take().into_values().flatten());
        } else if says {
            let outcomes = facts.iter().zip(numbers).map(|(fact, number)| {
                let (fact, number) = fact.as_ref().zip(*number)?;
                self.takes_turn().then(|| self.state(number, fact, context))
            });
            let outcomes: Vec<_> = outcomes.collect();
            self.say_by_transition(graph, (&facts, &outcomes), &solving, entry);
        }
        let mut ends = solving.ends.into_inner().into_values();
        let first = ends.next()?;
        Some(ends.fold(first, |all, end| all.join(&end)))
    }

    /// Returns whether there may be something to say about a state of the macro.
    fn may_say(&self, number: usize) -> bool {
        let Definition { annotations, index, .. } = self.definition;
        let Some(state) = index.states.get(number) else { return false };
        let has_states = matches!(state.state.kind, StateKind::Map | StateKind::Parallel);
        has_states || annotations.compare.contains(&state.at)
    }

    fn say(&self, finding: Finding, at: &Pointer, range: Option<std::ops::Range<usize>>) {
        if !self.says.get() || self.only_failing.get() && finding.code() != Code::FailingCall {
            return;
        }
        // What is wrong after every transition is reported without one.
        let message = |finding: &Finding| finding.message(Vocabulary::Asl);
        let finding = match &*self.taken.borrow() {
            Some(_) if self.found.borrow().iter().any(|one| message(&one.finding) == message(&finding)) => None,
            Some(taken) => taken.named_in(finding),
            None => Some(finding),
        };
        if let Some(finding) = finding {
            let range = range.map(|range| (range.start, range.len()));
            self.found.borrow_mut().push(Diagnostic { range, ..finding.at(at.clone()) });
        }
    }
}

impl Scene {
    /// Returns the scene in which the value at the end of a path has this type, or the same scene if the path is
    /// unknown.
    fn with(&self, origin: &Origin, path: &[Segment<'_>], slot: Slot) -> Self {
        let mut scene = self.clone();
        match origin {
            Origin::Input => scene.input = scene.input.with(path, slot).unwrap_or(scene.input),
            Origin::Variable(name) => {
                let old = scene.variables.get(name.as_str()).cloned().unwrap_or(Ty::Any);
                // An absent variable has no type.
                if let Some(new) = old.with(path, slot).filter(|_| scene.variables.contains_key(name.as_str())) {
                    let mut variables = (*scene.variables).clone();
                    variables.insert(name.as_str().into(), new);
                    scene.variables = Rc::new(variables);
                }
            }
        }
        scene
    }

    /// Returns the scene in which a path has none of these values. It may have another type.
    fn without(&self, path: String, values: Ty) -> Self {
        let mut scene = self.clone();
        if scene.others.len() < OTHERS {
            scene.others.push((path, values));
        }
        scene
    }

    /// Returns whether an earlier comparison excludes these values for a path.
    fn excludes(&self, path: &str, values: &Ty) -> bool {
        self.others.iter().any(|(known, others)| known == path && values.is_within(others))
    }

    /// Returns the facts that hold in both scenes, if both are possible.
    fn either(one: Option<Self>, two: Option<Self>) -> Option<Self> {
        let (Some(one), Some(two)) = (&one, &two) else { return one.or(two) };
        let names: BTreeSet<_> = one.variables.keys().chain(two.variables.keys()).cloned().collect();
        let variables = names.into_iter().filter_map(|name| {
            let (a, b) = (one.variables.get(&name), two.variables.get(&name));
            let ty = a.zip(b).map(|(a, b)| a.join(b)).or_else(|| a.or(b).cloned())?;
            Some((name, ty))
        });
        let variables = if Rc::ptr_eq(&one.variables, &two.variables) {
            one.variables.clone()
        } else {
            Rc::new(variables.collect())
        };
        let others = one.others.iter().filter(|other| two.others.contains(other)).cloned().collect();
        Some(Self { input: one.input.join(&two.input), variables, others, ..one.clone() })
    }
}
