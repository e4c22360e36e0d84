//! The results of uses. A transition to a use leads to its first state. The name of a use is a variable, which the last
//! states of the use assign.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;

use super::arguments;
use super::substitute::{fresh, renumber};
use super::walk::{self, Change};
use crate::check::changing;
use crate::problem::{Problem, Problems, Reported};
use crate::syntax::ast::{
    Body, ClauseValue, Expr, ExprKind, Head, Inlined, Member, Reference, Root, State, Target, Text, Workflow, Written,
    plain,
};
use crate::syntax::keyword::ClauseKind;
use crate::syntax::spelling::spelled_reference;

/// Resolves the names of uses, and assigns the results that are read.
pub(super) fn assign(workflow: &mut Workflow, problems: &mut Problems) {
    let mut inlined = std::mem::take(&mut workflow.inlined);
    let parts = |used: &mut Inlined| {
        (std::mem::take(&mut used.arguments), std::mem::take(&mut used.clauses), used.transition.take())
    };
    let mut parts: Vec<_> = inlined.iter_mut().map(parts).collect();
    let mut names = Names {
        uses: inlined.iter().map(|used| (used.name.as_str(), used)).collect(),
        read: BTreeSet::new(),
        reported: BTreeMap::new(),
        problems,
    };
    walk::body(&mut workflow.body, &mut names);
    workflow.declarations.iter_mut().for_each(|declaration| walk::declaration(declaration, &mut names));
    for (arguments, clauses, transition) in &mut parts {
        arguments.iter_mut().for_each(|member| walk::expr(&mut member.value, &mut names));
        walk::clauses(clauses, &mut names);
        transition.iter_mut().for_each(|target| names.target(target));
    }
    let read = std::mem::take(&mut names.read);
    let mut ends = Ends { ends: BTreeMap::new(), language: workflow.query(), nodes: workflow.nodes, problems };
    for used in inlined.iter().filter(|used| read.contains(&used.name)) {
        for end in &used.ends {
            ends.ends.entry(end.as_str()).or_default().push(used);
        }
    }
    if !ends.ends.is_empty() {
        ends.body(&mut workflow.body);
    }
    workflow.nodes = ends.nodes;
    for (used, (arguments, clauses, transition)) in inlined.iter_mut().zip(parts) {
        used.is_read = read.contains(&used.name);
        (used.arguments, used.clauses, used.transition) = (arguments, clauses, transition);
    }
    workflow.inlined = inlined;
}

/// Resolves the names of uses.
struct Names<'n> {
    uses: BTreeMap<&'n str, &'n Inlined>,
    /// The uses whose result is read.
    read: BTreeSet<String>,
    /// The fragments that were reported to have no result.
    reported: BTreeMap<String, Reported>,
    problems: &'n mut Problems,
}

impl Change for Names<'_> {
    fn target(&mut self, target: &mut Target) {
        let (used, at) = match &*target {
            Target::State(name) => (self.uses.get(plain(name).as_str()).copied(), name.span()),
            Target::Text(text) => {
                let named = |used: &&&Inlined| used.asl_name == text.value && !text.value.is_empty();
                (self.uses.values().find(named).copied(), text.span.first)
            }
            _ => return,
        };
        if let Some(used) = used {
            *target = Target::State(Ident::new(&used.first, at));
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        let ExprKind::Reference(reference) = &mut expr.kind else { return };
        let Root::StateResult(name) = &reference.root else { return };
        let Some(used) = self.uses.get(plain(name).as_str()) else { return };
        let Some(result) = &used.result else {
            let message = format!("`{}` has no result: the fragment `{}` declares none", used.written, used.fragment);
            let problem = Problem::new(Code::StateReference, reference.root_span, message);
            // Once for each fragment.
            let reported = *self
                .reported
                .entry(plain(&used.fragment))
                .or_insert_with(|| self.problems.push(problem.help("declare it in the fragment: `returns { … }`")));
            expr.kind = ExprKind::Invalid(reported);
            return;
        };
        self.read.insert(used.name.clone());
        expr.written.get_or_insert(Written::Words(spelled_reference(reference).into()));
        reference.root = Root::Variable(used.variable());
        reference.declared.insert(0, (0, result.clone()));
    }
}

/// Assigns results at the ends of uses.
struct Ends<'e> {
    /// The uses that each state ends.
    ends: BTreeMap<&'e str, Vec<&'e Inlined>>,
    language: QueryLanguage,
    nodes: usize,
    problems: &'e mut Problems,
}

impl Ends<'_> {
    fn body(&mut self, body: &mut Body) {
        for state in &mut body.states {
            state.bodies_mut().for_each(|inner| self.body(inner));
            let uses = self.ends.get(plain(&state.name).as_str()).cloned().unwrap_or_default();
            let continues =
                !matches!(state.head, Head::Succeed { .. }) && !matches!(state.transition, Some(Target::End(_)));
            if continues && !state.is_broken() {
                uses.into_iter().for_each(|used| self.end(state, used));
            }
        }
    }

    /// Assigns the output of a state to the variable of a use.
    fn end(&mut self, state: &mut State, used: &Inlined) {
        let Some(mut value) = self.output(state, used) else { return };
        renumber(&mut value, &mut self.nodes);
        let key = Text { value: used.variable(), span: state.name.span().into() };
        let member = Member { key, optional: false, value };
        let own = state.clauses.iter_mut().find_map(|clause| match (&clause.kind, &mut clause.value) {
            (ClauseKind::Assign, ClauseValue::Expr(Expr { kind: ExprKind::Object(members), .. })) => Some(members),
            _ => None,
        });
        if let Some(members) = own {
            members.push(member);
            return;
        }
        let object = Expr::new(fresh(&mut self.nodes), ExprKind::Object(vec![member]), state.name.span().into());
        state.clauses.push(arguments::assign(object, &mut self.nodes, &state.name));
    }

    /// Returns the output of a state as an expression for its `assign`.
    fn output(&mut self, state: &State, used: &Inlined) -> Option<Expr> {
        let own = state.clauses.iter().find_map(|clause| match clause.value {
            ClauseValue::Query(language) => Some(language),
            _ => None,
        });
        let jsonata = own.unwrap_or(self.language) == QueryLanguage::Jsonata;
        let span = state.name.span().into();
        let root = |root| Expr::made(ExprKind::Reference(Reference::to(root, span)), span);
        let clause = |kinds: &[ClauseKind]| state.clauses.iter().find(|clause| kinds.contains(&clause.kind));
        let changed =
            [ClauseKind::InputPath, ClauseKind::ResultSelector, ClauseKind::ResultPath, ClauseKind::OutputPath];
        if let Some(clause) = clause(&[ClauseKind::Raw]).or_else(|| clause(&changed)) {
            let word = clause.kind.keyword();
            let message = format!("the result of `{}` is read, and its last state has `{word}`", used.written);
            let problem = Problem::new(Code::ReferenceNotHere, clause.keyword.span(), message);
            self.problems.push(problem.help("end the fragment with a `pass` that has the result as its value"));
            return None;
        }
        let written = match (clause(&[ClauseKind::Output]).map(|clause| &clause.value), &state.head) {
            (Some(ClauseValue::Expr(output)), _) => output,
            (_, Head::Pass { value: Some(value) }) if jsonata => value,
            (_, Head::Pass { value: None } | Head::Wait(_)) => return Some(root(Root::State)),
            _ => return Some(root(Root::Result)),
        };
        if changing(written).is_some() {
            let message =
                format!("the result of `{}` is read, and its value differs each time it is computed", used.written);
            let problem = Problem::new(Code::ReferenceNotHere, written.span, message);
            self.problems.push(problem.help("assign it in an earlier state of the fragment, and read the variable"));
            return None;
        }
        Some(written.clone())
    }
}
