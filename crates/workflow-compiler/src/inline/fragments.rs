//! The fragments of a `workflow!`: in which order they are checked, each by itself, and the inlining of their uses.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;

use super::imported::{all_used, used_by};
use super::inside::{self, InnerNames};
use super::source_names::SourceNames;
use super::{
    Inliner, Place, alone, around, at_uses, copies, definition, has_inlined, names, place, results, use_names, walk,
};
use crate::problem::{Problem, Problems, Reported};
use crate::span::Locate;
use crate::syntax::Parsed;
use crate::syntax::ast::{Declaration, DeclarationKind, Workflow, plain};

/// The fragments of a `workflow!`. Each is checked by itself, before the fragments and workflows that use it.
#[derive(Default)]
pub(crate) struct Fragments {
    pub(super) known: BTreeMap<String, Workflow>,
    /// The names of the workflows.
    pub(super) workflows: BTreeSet<String>,
    /// The ways on which fragments use themselves, by the fragment with the use that closes the circle, and its name.
    pub(super) circles: BTreeMap<(String, String), String>,
    inner: InnerNames,
    /// The fragments with an error.
    pub(super) refused: BTreeMap<String, Reported>,
    /// The fragments that the workflows use.
    used: BTreeSet<String>,
    /// The places of the problems of fragments.
    reported: BTreeSet<Place>,
    /// The last number of a use or copy: they are numbered across all workflows.
    last: u32,
    /// Unused parts of fragments. They are reported if there is no error: what did not compile may use them.
    unused: Vec<Problem>,
}

impl Fragments {
    /// Collects the fragments. Returns also the names of the fragments, each after the fragments that it uses.
    pub(crate) fn of(parsed: &Parsed, problems: &mut Problems) -> (Self, Vec<String>) {
        let workflows = parsed.workflows.iter().map(|workflow| plain(&workflow.name)).collect();
        let mut out = Self { workflows, ..Self::default() };
        for fragment in &parsed.fragments {
            let name = plain(&fragment.name);
            if out.known.contains_key(&name) {
                let message = format!("two fragments are named `{name}`");
                problems.push(Problem::new(Code::DuplicateName, fragment.name.span(), message).help("rename one"));
                continue;
            }
            out.known.insert(name, fragment.clone());
        }
        out.used = parsed.workflows.iter().flat_map(|workflow| out.used_in(workflow)).collect();
        let mut order = Vec::new();
        for name in parsed.fragments.iter().map(|fragment| plain(&fragment.name)) {
            out.visit(name, &mut Vec::new(), &mut order);
        }
        (out, order)
    }

    /// Appends a fragment to the order, after the fragments that it uses. `around` are the fragments that use it.
    fn visit(&mut self, name: String, around: &mut Vec<String>, order: &mut Vec<String>) {
        if let (Some(at), Some(last)) = (around.iter().position(|other| *other == name), around.last()) {
            let way: Vec<_> = around.iter().skip(at).chain([&name]).cloned().collect();
            self.circles.insert((last.clone(), name), way.join(" -> "));
            return;
        }
        let Some(fragment) = self.known.get(&name).filter(|_| !order.contains(&name)) else { return };
        let used = used_by(fragment);
        around.push(name.clone());
        used.into_iter().for_each(|other| self.visit(other, around, order));
        around.pop();
        order.push(name);
    }

    /// Returns a fragment as a workflow with the same input and result, whose states can be checked; `None` for an import
    /// that has an error, and for a fragment that repeats states for items of its input: its uses are checked. What only
    /// the uses know is left out.
    pub(crate) fn alone(&mut self, name: &str, parsed: &Parsed, problems: &mut Problems) -> Option<Workflow> {
        let fragment = self.known.get_mut(name).filter(|fragment| fragment.from().is_none())?;
        problems.go_on(fragment.number);
        definition::check(fragment, problems, &mut self.unused);
        let mut alone = fragment.clone();
        if self.is_of_jsonpath(&alone, &parsed.workflows) {
            let kind = DeclarationKind::Query { language: QueryLanguage::JsonPath, explicit: false };
            let keyword = alone.name.clone();
            alone.declarations.push(Declaration { comment: None, derives: Vec::new(), keyword, kind });
        }
        let others = parsed.workflows.iter().chain(&parsed.fragments).flat_map(|other| &other.declarations);
        let own: Vec<_> = alone.declarations.iter().filter_map(|own| own.kind.type_name().map(plain)).collect();
        let is_new = |other: &&Declaration| other.kind.type_name().is_some_and(|name| !own.contains(&plain(name)));
        alone.neighbours = others.filter(is_new).cloned().collect();
        let declared = alone.declarations.len();
        let first = problems.iter().len();
        let is_open = self.inline(&mut alone, Some(name), problems);
        let of_uses = alone.inlined.iter().map(|used| used.name.clone());
        self.inner.insert(name.to_owned(), names(&alone.body).into_keys().chain(of_uses).collect());
        if is_open {
            problems.split_off(first);
            return None;
        }
        let of_uses = alone.declarations.split_off(declared);
        alone.declarations.extend(of_uses.iter().filter(is_new).cloned());
        walk::body(&mut alone.body, &mut alone::WithoutValues);
        Some(alone)
    }

    /// Returns the names of the fragments that a workflow uses, directly or indirectly.
    fn used_in(&self, workflow: &Workflow) -> BTreeSet<String> {
        all_used(used_by(workflow), |name| self.known.get(name))
    }

    /// Returns whether a fragment is of JSONPath: as all workflows that use it, or by its clauses if none does.
    fn is_of_jsonpath(&self, fragment: &Workflow, workflows: &[Workflow]) -> bool {
        let name = plain(&fragment.name);
        if !self.used.contains(&name) {
            return alone::has_clauses_of_jsonpath(&mut fragment.body.clone());
        }
        let mut users = workflows.iter().filter(|workflow| self.used_in(workflow).contains(&name));
        users.all(|workflow| workflow.query() == QueryLanguage::JsonPath)
    }

    /// Notes what is wrong with a fragment.
    pub(crate) fn is_checked<'f>(
        &mut self,
        name: String,
        found: impl Iterator<Item = &'f Problem>,
        locate: Locate<'_>,
        reported: Option<Reported>,
    ) {
        self.reported.extend(found.map(|problem| place(problem, locate)));
        self.refused.extend(reported.map(|reported| (name, reported)));
    }

    /// Inlines all uses in a workflow, or in a fragment of this name that is checked by itself. Returns whether only the
    /// uses of the fragment know the items of a repetition.
    pub(crate) fn inline(&mut self, workflow: &mut Workflow, name: Option<&str>, problems: &mut Problems) -> bool {
        if !has_inlined(&workflow.body) {
            return false;
        }
        let errors = problems.errors();
        let nodes = workflow.nodes;
        if use_names::unique(&mut workflow.body, problems).is_none() {
            inside::check(workflow, &self.inner, problems);
        }
        let mut inliner = Inliner {
            all: self,
            is_used: name.is_none_or(|name| self.used.contains(name)),
            alone: name.is_some(),
            is_open: false,
            problems,
            nodes,
            inlined: Vec::new(),
            copies: Vec::new(),
            items: Vec::new(),
            repeated: BTreeMap::new(),
            wrong: BTreeSet::new(),
            is_lost: false,
            stack: name.map(str::to_owned).into_iter().collect(),
            arguments: Vec::new(),
            states: 0,
            around: (Vec::new(), self.last),
            broken: None,
            nullable: BTreeSet::new(),
            not_given: BTreeSet::new(),
            declarations: Vec::new(),
        };
        inliner.body(&mut workflow.body);
        let Inliner { is_open, inlined, copies, items, repeated, wrong, is_lost, nodes, declarations, broken, .. } =
            inliner;
        self.last = inliner.around.1;
        workflow.nodes = nodes;
        workflow.of_fragments =
            declarations.iter().filter_map(|declaration| declaration.kind.type_name()).map(plain).collect();
        workflow.declarations.extend(declarations);
        workflow.inlined = inlined;
        workflow.copies = copies;
        workflow.items = items;
        copies::resolve(workflow, (&repeated, &wrong), problems);
        // The names of states may be missing.
        workflow.body.lost |= is_lost;
        if problems.errors() > errors {
            walk::body(&mut workflow.body, &mut definition::WithoutTarget);
        }
        results::assign(workflow, problems);
        let is_new = problems.errors() > errors;
        workflow.body.broken = workflow.body.broken.or(broken).or(problems.reported().filter(|_| is_new));
        is_open
    }

    /// Completes the problems of a workflow from the index `first` on: which uses and items they are about. `text` returns
    /// where a word is, as text.
    pub(crate) fn explain(
        &self,
        workflow: &Workflow,
        first: usize,
        problems: &mut Problems,
        locate: Locate<'_>,
        text: impl Fn(Span) -> Option<String>,
    ) {
        if workflow.inlined.is_empty() && workflow.copies.is_empty() {
            return;
        }
        let mut found = problems.split_off(first);
        if !found.is_empty() {
            let names = SourceNames::of(workflow);
            for problem in &mut found {
                names.replace_in(problem, &around(workflow, problem, locate));
            }
        }
        let found = at_uses::report(workflow, found, (&self.reported, &self.refused), locate, text);
        problems.extend(copies::merge(workflow, found, locate));
    }

    /// Returns the fragments that no workflow uses, and the unused parts of the others.
    pub(crate) fn unused(&mut self, workflows: &[Workflow]) -> Vec<Problem> {
        // The missing use may be one that did not parse or is invalid.
        if !workflows.is_empty() && workflows.iter().all(|workflow| !workflow.body.is_broken()) {
            for (name, fragment) in self.known.iter().filter(|(name, _)| !self.used.contains(*name)) {
                let message = format!("the fragment `{name}` is not used");
                let problem = Problem::new(Code::UnusedDeclaration, fragment.name.span(), message);
                self.unused.push(problem.help(format!("write `use {name} -> Next;` in a workflow, or remove it")));
            }
        }
        std::mem::take(&mut self.unused)
    }
}
