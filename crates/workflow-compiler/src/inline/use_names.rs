//! The names of uses: each is unique, and transitions and values refer to it.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use workflow_asl::Code;
use workflow_asl::nearest::nearest;

use super::names;
use super::walk::{self, Change};
use crate::problem::{Edit, Problem, Problems, Reported};
use crate::syntax::ast::{Body, Expr, ExprKind, Reference, Repetition, Root, State, Target, Use, Workflow, plain};

/// Reports each use whose name is already the name of another use or of a state. If one unknown name is written,
/// it is the name of the only such use; otherwise they are removed. Returns the proof if any was removed.
pub(super) fn unique(body: &mut Body, problems: &mut Problems) -> Option<Reported> {
    let mut all = BTreeMap::new();
    names(body, &mut all);
    let mut words = UnknownNames { known: &all, found: BTreeSet::new(), read: BTreeSet::new() };
    walk::body(body, &mut words);
    let read = words.read;
    let mut unknown = words.found.into_iter();
    let mut uses = Uses {
        names: body.all_states().into_iter().map(|state| plain(&state.name)).collect(),
        meant: unknown.next().filter(|_| unknown.next().is_none()),
        removed: None,
        problems,
    };
    uses.check(body);
    if let (Some(meant), false) = (uses.meant.take(), uses.removed.is_some())
        && nearest(&meant, all.keys().map(String::as_str)).is_none()
    {
        let mut unnamed = Unnamed { read: &read, found: 0, meant: None, problems: uses.problems };
        walk::body(body, &mut unnamed);
        if unnamed.found == 1 {
            unnamed.meant = Some(meant);
            walk::body(body, &mut unnamed);
        }
        return None;
    }
    uses.removed
}

/// Names the only use without a name of its own that nothing refers to.
struct Unnamed<'u> {
    /// The names that transitions and values have.
    read: &'u BTreeSet<String>,
    /// The number of these uses.
    found: usize,
    /// The name that is written elsewhere.
    meant: Option<String>,
    problems: &'u mut Problems,
}

impl Change for Unnamed<'_> {
    fn used(&mut self, used: &mut Use) {
        let name = plain(&used.name);
        if name != plain(&used.fragment) || used.alias.is_some() || used.broken.is_some() || self.read.contains(&name) {
            return;
        }
        self.found += 1;
        let Some(meant) = self.meant.take() else { return };
        let message = format!("this use is named `{name}`, and no state or use is named `{meant}`");
        let problem = Problem::new(Code::UnknownTarget, used.fragment.span(), message);
        let problem = problem.help(format!("write `use {name} as {meant}`"));
        self.problems.push(problem.edit(Edit::after(used.fragment.span(), format!(" as {meant}"))));
        used.name = Ident::new(&meant, used.name.span());
    }
}

/// Reports uses whose name stands where the fragment belongs, and the other way round.
pub(super) struct Swapped<'s> {
    pub(super) fragments: &'s BTreeMap<String, Workflow>,
    pub(super) problems: &'s mut Problems,
}

impl Change for Swapped<'_> {
    fn used(&mut self, used: &mut Use) {
        let (fragment, name) = (plain(&used.fragment), plain(&used.name));
        if self.fragments.contains_key(&fragment) || !self.fragments.contains_key(&name) || used.alias.is_some() {
            return;
        }
        let message = format!("`{name}` is the fragment, and `{fragment}` the name of the use");
        let problem = Problem::new(Code::UnknownFragment, used.fragment.span(), message);
        let problem = problem.help(format!("write `use {name} as {fragment}`"));
        let problem =
            problem.edit(Edit::over(used.fragment.span(), &name)).edit(Edit::over(used.name.span(), &fragment));
        self.problems.push(problem);
        let (of, own) = (Ident::new(&name, used.fragment.span()), Ident::new(&fragment, used.name.span()));
        (used.fragment, used.name) = (of, own);
    }
}

/// The names of transitions and results that no state or use has.
struct UnknownNames<'u> {
    known: &'u BTreeMap<String, String>,
    found: BTreeSet<String>,
    /// All names that are written.
    read: BTreeSet<String>,
}

impl Change for UnknownNames<'_> {
    fn target(&mut self, target: &mut Target) {
        if let Target::State(name) = target {
            self.read.insert(plain(name));
        }
        if let Target::State(name) = target
            && !self.known.contains_key(&plain(name))
        {
            self.found.insert(plain(name));
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        if let ExprKind::Reference(Reference { root: Root::StateResult(name), .. }) = &expr.kind {
            self.read.insert(plain(name));
        }
        if let ExprKind::Reference(Reference { root: Root::StateResult(name), segments, .. }) = &expr.kind
            && !segments.is_empty()
            && !self.known.contains_key(&plain(name))
            && plain(name).starts_with(char::is_uppercase)
        {
            self.found.insert(plain(name));
        }
    }
}

struct Uses<'u> {
    /// The names of the states and uses so far.
    names: BTreeSet<String>,
    /// The name that a use must have.
    meant: Option<String>,
    removed: Option<Reported>,
    problems: &'u mut Problems,
}

impl Uses<'_> {
    fn check(&mut self, body: &mut Body) {
        let uses = body.uses.len();
        body.uses.retain_mut(|used| {
            let name = plain(&used.name);
            if self.names.insert(name.clone()) {
                return true;
            }
            let message = format!("two states or uses are named `{name}`");
            let problem = Problem::new(Code::DuplicateState, used.name.span(), message);
            let meant = self.meant.take();
            let help =
                format!("give this use another name: `use {} as {}`", used.fragment, meant.as_deref().unwrap_or("…"));
            let problem = problem.help(help);
            let Some(meant) = meant else {
                self.removed = Some(self.problems.push(problem));
                return false;
            };
            let edit = match name == plain(&used.fragment) {
                true => Edit::after(used.fragment.span(), format!(" as {meant}")),
                false => Edit::over(used.name.span(), meant.clone()),
            };
            self.problems.push(problem.edit(edit));
            used.name = Ident::new(&meant, used.name.span());
            true
        });
        body.broken = body.broken.or(self.removed.filter(|_| body.uses.len() < uses));
        body.states.iter_mut().flat_map(State::bodies_mut).for_each(|inner| self.check(inner));
        body.repeats.iter_mut().flat_map(Repetition::bodies_mut).for_each(|inner| self.check(inner));
    }
}
