//! The model of a workflow: its declarations and states, looked up by name.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use workflow_asl::StateKind;
use workflow_asl::document::{MachineType, QueryLanguage};
use workflow_asl::error_name;
#[cfg(feature = "iam")]
use workflow_services::ResourceForm;

use super::types::{Field, Ty, Types, generated};
use super::variables;
use crate::syntax::ast::{
    Body, Catcher, Clause, ClauseValue, Comment, Declaration, DeclarationKind, Expr, ExprKind, Head, Retrier, Shape,
    State, Target, Text, Workflow, plain,
};
use crate::syntax::keyword::ClauseKind;

/// Larger ids belong to states whose name is taken, from the end.
const TAKEN: usize = usize::MAX / 2;

/// The parsed contents of a workflow. Of duplicate names, the first counts.
#[derive(Debug)]
pub struct Model<'a> {
    /// The syntax tree.
    pub workflow: &'a Workflow,
    /// The machine's query language.
    pub language: QueryLanguage,
    /// Whether the document states the query language even if it is the default (`query jsonpath explicit;`).
    pub explicit_language: bool,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// The state machine's name.
    pub machine_name: String,
    /// `version "1.0";`
    pub version: Option<&'a Text>,
    /// The limit of an execution in seconds, where it is a literal.
    pub timeout: Option<u64>,
    /// The words of `timeout …;`
    pub timeout_expr: Option<&'a Expr>,
    /// The machine's comment.
    pub comment: Option<&'a Text>,
    /// The named types.
    pub types: Types<'a>,
    /// The type of the execution's input; `Unknown` where none is declared or only rustc knows it.
    pub input: Ty,
    /// The type of the execution's output, likewise.
    pub output: Ty,
    /// The deploy-time parameters, by Rust name without `r#`.
    pub params: IndexMap<String, Field<'a>>,
    /// The states of all scopes in source order, each before those inside it, by identifier without `r#`.
    pub states: IndexMap<String, StateInfo<'a>>,
    /// States whose identifier is taken already.
    pub duplicates: Vec<StateInfo<'a>>,
    /// The sets of states; the first is the workflow's own.
    pub scopes: Vec<Scope<'a>>,
    /// The named retriers.
    pub retriers: IndexMap<String, NamedHandler<'a, Retrier>>,
    /// The named catchers.
    pub catchers: IndexMap<String, NamedHandler<'a, Catcher>>,
    /// The clauses that every state of a kind has after its own.
    pub defaults: Vec<(StateKind, &'a Clause)>,
    /// The variables that some state or handler assigns; `None` if some are unknown.
    pub(crate) variables: Option<BTreeSet<String>>,
    /// Whether a clause that did not parse may assign others.
    pub(super) may_assign_more: bool,
}

/// A retrier or catcher with a name.
#[derive(Debug)]
pub struct NamedHandler<'a, H> {
    /// Its comment.
    pub comment: &'a Comment,
    /// The retrier or catcher.
    pub handler: &'a H,
}

/// A state with the facts that follow from its place.
#[derive(Debug)]
pub struct StateInfo<'a> {
    /// The state.
    pub state: &'a State,
    /// Its identifier, without `r#`.
    pub name: String,
    /// Its name in the document.
    pub asl_name: String,
    /// The query language of its own fields.
    pub language: QueryLanguage,
    /// The index of its scope in [`Model::scopes`].
    pub scope: usize,
    /// Its number in [`Model::all_states`].
    pub(crate) id: usize,
    /// Its number in [`Model::states`], which is its id; `None` where its identifier is taken.
    pub(super) number: Option<usize>,
}

impl StateInfo<'_> {
    /// Returns its name as the source writes it, where a repetition or a use made another.
    pub(super) fn written(&self) -> &str {
        self.state.written.as_ref().unwrap_or(&self.name)
    }

    /// Returns whether a state has a result that can be kept.
    pub fn has_result(&self) -> bool {
        !matches!(self.state.kind, StateKind::Choice | StateKind::Wait | StateKind::Succeed | StateKind::Fail)
    }
}

/// A set of states: the workflow's own, a branch's, a map's.
#[derive(Debug)]
pub struct Scope<'a> {
    /// Its states as written.
    pub body: &'a Body,
    /// The parallel or map that it belongs to.
    pub owner: Option<&'a State>,
    /// The id of that state.
    pub(super) owner_id: Option<usize>,
    /// The branch's number from zero, in a parallel.
    pub branch: Option<usize>,
    /// The scope around it.
    pub parent: Option<usize>,
}

impl Scope<'_> {
    /// Returns its name for messages: `branch 2 of `Both``.
    pub fn describe(&self) -> String {
        match (self.owner, self.branch) {
            (Some(owner), Some(branch)) => format!("branch {} of `{}`", branch + 1, plain(&owner.name)),
            (Some(owner), None) => format!("the map `{}`", plain(&owner.name)),
            (None, _) => "the workflow itself".to_owned(),
        }
    }
}

impl<'a> Model<'a> {
    /// Returns the params' names in Rust, by the names of their placeholders.
    #[cfg(feature = "iam")]
    pub(crate) fn param_names(&self) -> std::collections::BTreeMap<String, String> {
        let forms = [ResourceForm::Arn, ResourceForm::Name, ResourceForm::Url];
        let params = self.params.iter().flat_map(|(name, field)| {
            let forms = forms.iter().filter(|form| **form == ResourceForm::Arn || field.decl.resource.is_some());
            forms.map(|form| (form.placeholder(&field.decl.wire), name.clone()))
        });
        params.collect()
    }

    /// Builds the model without reporting anything.
    pub(super) fn of(workflow: &'a Workflow) -> Self {
        let types = Types::of(workflow);
        let mut model = Self {
            workflow,
            language: QueryLanguage::Jsonata,
            explicit_language: false,
            machine_type: MachineType::Standard,
            machine_name: plain(&workflow.name),
            version: None,
            timeout: None,
            timeout_expr: None,
            comment: workflow.comment.as_ref(),
            types,
            input: Ty::Unknown,
            output: Ty::Unknown,
            params: IndexMap::new(),
            states: IndexMap::new(),
            duplicates: Vec::new(),
            scopes: Vec::new(),
            retriers: IndexMap::new(),
            catchers: IndexMap::new(),
            defaults: Vec::new(),
            variables: None,
            may_assign_more: false,
        };
        // From last to first, so that the first of two wins.
        for declaration in workflow.declarations.iter().rev() {
            model.declare(declaration);
        }
        model.retriers.reverse();
        model.catchers.reverse();
        model.enter(&workflow.body, None, None, None);
        // The ids of states whose name is taken follow the others.
        let first = model.states.len();
        let settle = |id: &mut usize| *id = if *id > TAKEN { first + (usize::MAX - *id) } else { *id };
        model.duplicates.iter_mut().for_each(|info| settle(&mut info.id));
        model.scopes.iter_mut().filter_map(|scope| scope.owner_id.as_mut()).for_each(settle);
        model.variables = variables::assigned(&model);
        model.may_assign_more = model.scopes.iter().any(|scope| scope.body.is_broken());
        model
    }

    fn declare(&mut self, declaration: &'a Declaration) {
        match &declaration.kind {
            DeclarationKind::Input(shape) => self.input = self.shape(shape, "Input"),
            DeclarationKind::Output(shape) => self.output = self.shape(shape, "Output"),
            DeclarationKind::Params(fields) => self.params = self.types.fields(fields),
            DeclarationKind::Query { language, explicit } => {
                self.language = *language;
                self.explicit_language = *explicit;
            }
            DeclarationKind::Type { express } => {
                self.machine_type = if *express { MachineType::Express } else { MachineType::Standard };
            }
            DeclarationKind::Timeout(value) => {
                self.timeout = whole_seconds(value);
                self.timeout_expr = Some(value);
            }
            DeclarationKind::Version(text) => self.version = Some(text),
            DeclarationKind::Name(text) => self.machine_name.clone_from(&text.value),
            DeclarationKind::Comment(text) => self.comment = Some(text),
            DeclarationKind::Retrier { name, retrier } => {
                let named = NamedHandler { comment: &declaration.comment, handler: retrier };
                // Removing it first keeps the order of the declarations.
                self.retriers.shift_remove(&plain(name));
                self.retriers.insert(plain(name), named);
            }
            DeclarationKind::Catcher { name, catcher } => {
                let named = NamedHandler { comment: &declaration.comment, handler: catcher };
                self.catchers.shift_remove(&plain(name));
                self.catchers.insert(plain(name), named);
            }
            DeclarationKind::Defaults(kind, clauses) => {
                self.defaults.extend(clauses.iter().map(|clause| (*kind, clause)));
            }
            DeclarationKind::Placeholders
            | DeclarationKind::Struct(_)
            | DeclarationKind::Enum(_)
            | DeclarationKind::From(..)
            | DeclarationKind::Property(_) => {}
        }
    }

    fn shape(&self, shape: &Shape, suffix: &str) -> Ty {
        match shape {
            Shape::Fields(_) => Ty::Struct(generated(self.workflow, suffix)),
            Shape::Type(ty) => self.types.ty(ty),
        }
    }

    fn enter(
        &mut self,
        body: &'a Body,
        owner: Option<(&'a State, usize)>,
        branch: Option<usize>,
        parent: Option<usize>,
    ) {
        let scope = self.scopes.len();
        let (owner, owner_id) = owner.unzip();
        self.scopes.push(Scope { body, owner, owner_id, branch, parent });
        for state in &body.states {
            let language = state.clauses.iter().find_map(|clause| match clause.value {
                ClauseValue::Query(language) => Some(language),
                _ => None,
            });
            let name = plain(&state.name);
            let taken = self.states.contains_key(&name);
            let id = if taken { usize::MAX - self.duplicates.len() } else { self.states.len() };
            let info = StateInfo {
                state,
                name: name.clone(),
                asl_name: state.asl_name(),
                language: language.unwrap_or(self.language),
                scope,
                id,
                number: (!taken).then_some(id),
            };
            if taken {
                self.duplicates.push(info);
            } else {
                self.states.insert(name, info);
            }
            match &state.head {
                Head::Parallel(branches) => {
                    for (number, branch) in branches.iter().enumerate() {
                        self.enter(&branch.body, Some((state, id)), Some(number), Some(scope));
                    }
                }
                Head::Map { body, .. } => self.enter(body, Some((state, id)), None, Some(scope)),
                _ => {}
            }
        }
    }

    /// Returns all states, including those with a taken name.
    pub fn all_states(&self) -> impl Iterator<Item = &StateInfo<'a>> {
        self.states.values().chain(&self.duplicates)
    }

    /// Returns the state with this id.
    pub(super) fn by_id(&self, id: usize) -> Option<&StateInfo<'a>> {
        let first = self.states.get_index(id).map(|(_, info)| info);
        first.or_else(|| self.duplicates.get(id.checked_sub(self.states.len())?))
    }

    /// The scope that is a state's branch of that number, or the body of a map.
    pub fn scope_in(&self, owner: &StateInfo<'a>, branch: Option<usize>) -> Option<usize> {
        self.scopes.iter().position(|scope| scope.owner_id == Some(owner.id) && scope.branch == branch)
    }

    /// Returns the states of one scope.
    pub fn states_of(&self, scope: usize) -> impl Iterator<Item = &StateInfo<'a>> {
        self.all_states().filter(move |info| info.scope == scope)
    }

    /// Returns the state that a scope starts with: the one after `start`, or the first.
    pub fn start_of(&self, scope: usize) -> Option<&StateInfo<'a>> {
        match &self.scopes.get(scope)?.body.start {
            Some(target) => self.target(target, scope),
            None => self.states_of(scope).next(),
        }
    }

    /// Returns the states and uses that the source outside of fragments can name, in this scope or in any.
    pub(super) fn words(&self, scope: Option<usize>) -> Vec<&str> {
        let is_there = |info: &StateInfo<'_>| scope.is_none_or(|scope| info.scope == scope);
        let own = |info: &&StateInfo<'_>| is_there(info) && self.workflow.use_around(info.state.in_use).is_none();
        let states = self.states.values().filter(own).map(StateInfo::written);
        let uses = self.workflow.inlined.iter().filter(|used| self.states.get(&used.first).is_some_and(is_there));
        states.chain(uses.filter(|used| used.outer.is_none()).map(|used| used.name.as_str())).collect()
    }

    /// Returns the state of this scope that a target names.
    pub fn target(&self, target: &Target, scope: usize) -> Option<&StateInfo<'a>> {
        match target {
            Target::State(name) => {
                let name = plain(name);
                let first = self.states.get(&name).filter(|info| info.scope == scope);
                first.or_else(|| self.duplicates.iter().find(|info| info.scope == scope && info.name == name))
            }
            Target::Text(text) => self.states_of(scope).find(|info| info.asl_name == text.value),
            Target::Computed(_) | Target::End(_) | Target::Missing(..) => None,
        }
    }

    /// Returns the catchers of a state, each with its clause, in the document's order: its own, then the catchers of
    /// `defaults` that something can still reach.
    pub fn catchers_of<'m>(&'m self, info: &'m StateInfo<'a>) -> Vec<(&'a Clause, &'a Catcher)> {
        let own = info.state.clauses.len();
        let mut catches_all = false;
        let mut catchers = Vec::new();
        for (index, clause) in self.clauses_of(info).enumerate() {
            let Some(catcher) = self.catcher(clause) else { continue };
            if index < own || !catches_all {
                catchers.push((clause, catcher));
            }
            catches_all |= catcher.errors.iter().any(|error| error.value == error_name::ALL);
        }
        catchers
    }

    /// Returns the catcher that a clause is or names.
    pub fn catcher(&self, clause: &'a Clause) -> Option<&'a Catcher> {
        match &clause.value {
            ClauseValue::Catcher(catcher) => Some(catcher),
            ClauseValue::Named(name) if clause.kind == ClauseKind::Catch => {
                self.catchers.get(&plain(name)).map(|named| named.handler)
            }
            _ => None,
        }
    }

    /// Returns the retrier that a clause is or names.
    pub(crate) fn retrier(&self, clause: &'a Clause) -> Option<&'a Retrier> {
        match &clause.value {
            ClauseValue::Retrier(retrier) => Some(retrier),
            ClauseValue::Named(name) if clause.kind == ClauseKind::Retry => {
                self.retriers.get(&plain(name)).map(|named| named.handler)
            }
            _ => None,
        }
    }

    /// Returns the state of any scope that a target names.
    pub(super) fn target_anywhere(&self, target: &Target) -> Option<&StateInfo<'a>> {
        (0..self.scopes.len()).find_map(|scope| self.target(target, scope))
    }

    /// Returns whether a catcher of `defaults` cannot be this state's: its target is in another scope, or is the state
    /// itself, which it could repeat forever.
    fn is_out_of_reach(&self, catcher: &Catcher, info: &StateInfo<'a>) -> bool {
        match self.target(&catcher.target, info.scope) {
            Some(target) => target.id == info.id,
            None => self.target_anywhere(&catcher.target).is_some(),
        }
    }

    /// Returns the clauses of a state: its own, then the clauses of `defaults` for its kind that it neither gives itself
    /// nor turns off with `none`. Retriers and catchers add up. A catcher reaches the other states of its target's
    /// scope.
    pub fn clauses_of<'m>(&'m self, info: &'m StateInfo<'a>) -> impl Iterator<Item = &'a Clause> + 'm {
        let own = &info.state.clauses;
        let defaults = self.defaults.iter().filter(|(kind, _)| *kind == info.state.kind).map(|(_, clause)| *clause);
        let inherited = defaults.filter(move |default| {
            let is_own = own.iter().any(|clause| {
                clause.kind == default.kind && (!default.kind.repeats() || matches!(clause.value, ClauseValue::None(_)))
            });
            !is_own && !self.catcher(default).is_some_and(|catcher| self.is_out_of_reach(catcher, info))
        });
        own.iter().chain(inherited)
    }
}

/// Returns the seconds that a literal says.
pub fn whole_seconds(value: &Expr) -> Option<u64> {
    match &value.kind {
        ExprKind::Duration(seconds) => Some(*seconds),
        ExprKind::Number(text) => text.parse().ok(),
        _ => None,
    }
}

/// Returns whether a clause names this retrier or catcher.
pub(super) fn names_handler(clause: &Clause, kind: ClauseKind, name: &str) -> bool {
    clause.kind == kind && matches!(&clause.value, ClauseValue::Named(used) if plain(used) == name)
}

/// Returns whether a map's iterations are executions of their own.
pub fn is_distributed(state: &State) -> bool {
    state.clauses.iter().any(|clause| clause.kind == ClauseKind::Distributed)
}
