//! Reports references of a workflow to states inside of uses: a transition enters a fragment at its first state, and
//! only its result can be read outside.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use workflow_asl::Code;
use workflow_asl::graph::GROUP_SEPARATOR;

use super::names;
use super::walk::{self, Change};
use crate::problem::{Edit, Problem, Problems, Reported};
use crate::syntax::ast::{Body, Expr, ExprKind, Repetition, Root, State, Target, TokenSpan, Use, Workflow, plain};

/// The names of the states and uses in each fragment, also in the fragments that it uses, with their names in the document.
pub(super) type InnerNames = BTreeMap<String, BTreeMap<String, String>>;

pub(super) fn check(workflow: &mut Workflow, inner: &InnerNames, problems: &mut Problems) {
    let mut known = BTreeMap::new();
    names(&workflow.body, &mut known);
    let mut uses = Vec::new();
    collect(&workflow.body, &mut uses);
    let mut inside = Inside { known, uses, inner, current: None, problems };
    walk::body(&mut workflow.body, &mut inside);
    workflow.declarations.iter_mut().for_each(|declaration| walk::declaration(declaration, &mut inside));
}

/// Removes references to names that are not known, without a report: they may be names of uses that were removed.
pub(super) fn ignore_unknown(workflow: &mut Workflow, reported: Reported) {
    let mut known = BTreeMap::new();
    names(&workflow.body, &mut known);
    walk::body(&mut workflow.body, &mut IgnoreUnknown { known, reported });
}

/// Likewise for names in the document, which may be names of unknown copies.
pub(super) fn ignore_unknown_copies(workflow: &mut Workflow, reported: Reported) {
    let known = workflow.body.all_states().into_iter().map(State::asl_name).collect();
    walk::body(&mut workflow.body, &mut IgnoreUnknownCopies { known, reported });
}

struct IgnoreUnknownCopies {
    known: BTreeSet<String>,
    reported: Reported,
}

impl Change for IgnoreUnknownCopies {
    fn target(&mut self, target: &mut Target) {
        if let Target::Text(text) = target
            && !self.known.contains(&text.value)
        {
            *target = Target::Missing(text.span, self.reported);
        }
    }
}

struct IgnoreUnknown {
    known: BTreeMap<String, String>,
    reported: Reported,
}

impl Change for IgnoreUnknown {
    fn target(&mut self, target: &mut Target) {
        if let Target::State(name) = target
            && !self.known.contains_key(&plain(name))
        {
            *target = Target::Missing(name.span().into(), self.reported);
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        if let ExprKind::Reference(reference) = &expr.kind
            && let Root::StateResult(name) = &reference.root
            && !self.known.contains_key(&plain(name))
        {
            expr.kind = ExprKind::Invalid(self.reported);
        }
    }
}

/// A use of the workflow: its name, its name in the document, and its fragment.
struct Used {
    name: Ident,
    asl_name: String,
    fragment: String,
}

fn collect(body: &Body, uses: &mut Vec<Used>) {
    uses.extend(body.uses.iter().map(|used| Used {
        name: used.name.clone(),
        asl_name: used.asl_name(),
        fragment: plain(&used.fragment),
    }));
    body.states.iter().flat_map(State::bodies).for_each(|inner| collect(inner, uses));
    body.repeats.iter().flat_map(Repetition::bodies).for_each(|inner| collect(inner, uses));
}

struct Inside<'i> {
    /// The states and uses of the workflow, with their names in the document.
    known: BTreeMap<String, String>,
    uses: Vec<Used>,
    inner: &'i InnerNames,
    /// The use that is visited.
    current: Option<String>,
    problems: &'i mut Problems,
}

impl Inside<'_> {
    /// Returns the use that has a state inside with this name, or in whose fragment a state has it.
    fn find(&self, name: &str, text: bool) -> Option<&Used> {
        let has = |used: &Used, name: &str| {
            let mut inner = self.inner.get(&used.fragment).into_iter().flatten();
            inner.any(|(own, asl_name)| if text { asl_name == name } else { own == name })
        };
        let of = |used: &&Used| rest(used, name, text).is_some_and(|rest| has(used, rest));
        self.uses.iter().find(of).or_else(|| self.uses.iter().find(|used| has(used, name)))
    }
}

/// Returns the part of a state's full name after the name of the use.
fn rest<'n>(used: &Used, name: &'n str, text: bool) -> Option<&'n str> {
    let prefix = match text {
        true if used.asl_name.is_empty() => String::new(),
        true => format!("{}{GROUP_SEPARATOR}", used.asl_name),
        false => plain(&used.name),
    };
    name.strip_prefix(&prefix).filter(|rest| !rest.is_empty())
}

impl Change for Inside<'_> {
    fn state(&mut self, _: &mut State) {
        self.current = None;
    }

    fn used(&mut self, used: &mut Use) {
        self.current = Some(plain(&used.name));
    }

    fn target(&mut self, target: &mut Target) {
        let (name, span, text) = match &*target {
            Target::State(name) => (plain(name), TokenSpan::from(name.span()), false),
            Target::Text(text) => (text.value.clone(), text.span, true),
            Target::Computed(_) | Target::End(_) | Target::Missing(..) => return,
        };
        let known = if text { self.known.values().any(|known| *known == name) } else { self.known.contains_key(&name) };
        if known {
            return;
        }
        let Some(Used { name: used, fragment, .. }) = self.find(&name, text) else { return };
        let message = format!("`{name}` is inside the use `{used}`: no transition leads into it");
        let problem = Problem::new(Code::TargetInOtherScope, span, message);
        if self.current.as_ref() == Some(&plain(used)) {
            let reported = self.problems.push(problem.help("name the state that runs after the use"));
            *target = Target::Missing(span, reported);
            return;
        }
        let problem = problem
            .help(format!("write `-> {used}`, which leads to the first state of the fragment `{fragment}`"))
            .edit(Edit::over(span, used.to_string()));
        let used = Ident::new(&used.to_string(), span.first);
        self.problems.push(problem);
        *target = Target::State(used);
    }

    fn expr(&mut self, expr: &mut Expr) {
        let ExprKind::Reference(reference) = &expr.kind else { return };
        let Root::StateResult(name) = &reference.root else { return };
        let name = plain(name);
        if self.known.contains_key(&name) {
            return;
        }
        let Some(Used { name: used, fragment, .. }) = self.find(&name, false) else { return };
        let message = format!("`{name}` is inside the use `{used}`: its result is not available outside");
        let help =
            format!("declare the value in the `returns` of the fragment `{fragment}`, and read it as `{used}.…`");
        let problem = Problem::new(Code::OtherScope, reference.root_span, message).help(help);
        expr.kind = ExprKind::Invalid(self.problems.push(problem));
    }
}
