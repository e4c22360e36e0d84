//! The errors that each state may raise, and the errors that its catchers do not catch.
//!
//! A Lambda function, a worker or the holder of a task token may raise errors of any name, unless
//! [`Annotations::errors`] lists them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use workflow_services::{Integration, Pattern, TaskResource};

use super::Annotations;
use super::object_index::{ObjectIndex, StateAt};
use crate::document::{State, StateKind};
use crate::{error_name, placeholder};

/// The errors that something may raise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Errors<'a> {
    /// Whether an error of any name may be among them.
    pub(super) any: bool,
    /// The states, by their numbers, that [`Annotations::unchecked`] has, which may raise such an error too.
    pub(super) unchecked: BTreeSet<usize>,
    /// The names in the definition: of `Fail` states, and the declared errors of tasks.
    pub(super) own: BTreeSet<&'a str>,
    /// Other names, including the error names of Step Functions itself. A name that ends in `*` is a family.
    names: BTreeSet<Cow<'a, str>>,
    /// The integrations whose errors are among them, by their ARNs.
    apis: BTreeMap<&'a str, TaskResource<'a>>,
}

impl<'a> Errors<'a> {
    /// Returns whether the checked states may raise an error with this name.
    pub(crate) fn may_have(&self, name: &str) -> bool {
        let reserved = name.starts_with(error_name::PREFIX);
        (self.any && !reserved)
            || self.own.contains(name)
            || self.names.contains(name)
            || self.names.iter().any(|known| known.strip_suffix('*').is_some_and(|start| name.starts_with(start)))
            || self.apis.values().any(|api| api.errors().any(|error| error.matches(name)))
    }

    /// Returns all known names, without families and without the error names of Step Functions itself.
    pub(crate) fn known(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let apis = self.apis.values().flat_map(|api| api.errors().map(|error| Cow::Owned(error.to_string())));
        let names = self.names.iter().map(|name| Cow::Borrowed(name.as_ref()));
        let own = self.own.iter().map(|name| Cow::Borrowed(*name));
        own.chain(names).chain(apis).filter(|name| !name.ends_with('*') && !name.starts_with(error_name::PREFIX))
    }

    /// Returns the errors that AWS's models have for these very calls, without the errors that any call may raise.
    pub(super) fn modelled(&self) -> impl Iterator<Item = String> {
        self.apis.values().flat_map(|api| api.modelled_errors()).map(|error| error.to_string())
    }

    /// Returns whether one of the integrations has errors that begin so.
    pub(super) fn has_api(&self, prefix: &str) -> bool {
        self.apis.values().any(|api| api.error_prefix() == Some(prefix))
    }

    /// Returns the names that these handlers match, with the names of Step Functions last, and whether others are
    /// possible.
    pub(super) fn taken(&self, handled: &[&str]) -> (Vec<String>, bool) {
        let Some(passing) = passing_all(handled) else {
            let unchecked = |name: &str| !self.unchecked.is_empty() && !name.starts_with(error_name::PREFIX);
            let comes = |name: &&&str| placeholder::likely(name) || self.may_have(name) || unchecked(name);
            return (handled.iter().filter(comes).map(|name| (*name).to_owned()).collect(), false);
        };
        let all = handled.contains(&error_name::ALL);
        // AWS's pages say that States.ALL leaves out States.DataLimitExceeded; recordings say otherwise.
        let takes = |name: &str| all || !passing.contains(&name) || handled.contains(&name);
        let reserved = self.names.iter().filter(|name| name.starts_with(error_name::PREFIX) && takes(name));
        let families = self.names.iter().filter(|name| name.ends_with('*') && !name.starts_with(error_name::PREFIX));
        let mut seen = BTreeSet::new();
        let names = self.known().chain(families.chain(reserved).map(|name| Cow::Borrowed(name.as_ref())));
        let names = names.map(Cow::into_owned).filter(|name| seen.insert(name.clone())).collect();
        (names, self.any || !self.unchecked.is_empty())
    }

    fn add(&mut self, other: Self) {
        self.any |= other.any;
        self.unchecked.extend(other.unchecked);
        self.own.extend(other.own);
        self.names.extend(other.names);
        self.apis.extend(other.apis);
    }

    fn reserved(&mut self, names: &[&'static str]) {
        self.names.extend(names.iter().map(|name| Cow::Borrowed(*name)));
    }

    /// Returns the errors that handlers of these names do not match.
    pub(super) fn past(mut self, catchers: &[&'a str]) -> Self {
        if let Some(passing) = passing_all(catchers) {
            self = Self::default();
            self.reserved(passing);
        }
        for name in catchers {
            self.own.remove(name);
            self.names.remove(*name);
            let of = |api: &TaskResource<'_>| api.errors().any(|error| error.matches(name));
            let raising: Vec<_> = self.apis.iter().filter(|(_, api)| of(api)).map(|(arn, _)| *arn).collect();
            for api in raising.into_iter().filter_map(|arn| self.apis.remove(arn)) {
                self.names.extend(api.errors().map(|error| Cow::Owned(error.to_string())));
            }
            self.names.remove(*name);
        }
        self
    }
}

/// Returns the errors that these handlers cannot catch, if one of them matches all others.
pub(super) fn passing_all(names: &[&str]) -> Option<&'static [&'static str]> {
    match () {
        () if names.contains(&error_name::ALL) => Some(&[error_name::DATA_LIMIT_EXCEEDED]),
        () if names.contains(&error_name::TASK_FAILED) => {
            Some(&[error_name::DATA_LIMIT_EXCEEDED, error_name::TIMEOUT, error_name::HEARTBEAT_TIMEOUT])
        }
        () => None,
    }
}

/// The targets of resources. Looking up an operation is slow: tasks that call the same one share it.
type Resources<'a> = BTreeMap<&'a str, Option<TaskResource<'a>>>;

/// The errors of every state of a definition, by the state's number.
pub(crate) struct RaisedErrors<'a> {
    pub(crate) states: Vec<Errors<'a>>,
}

impl<'a> RaisedErrors<'a> {
    /// Returns the errors that each state may raise, before its own catchers.
    pub(crate) fn of(index: &ObjectIndex<'a>, annotations: &'a Annotations) -> Self {
        let mut resources = Resources::default();
        let mut states: Vec<Errors<'a>> = Vec::new();
        states.resize_with(index.states.len(), Errors::default);
        // States come after the states that contain them.
        for (number, state) in index.states.iter().enumerate().rev() {
            let Some(slot) = states.get_mut(number) else { continue };
            slot.add(own_errors(state, annotations, &mut resources));
            slot.unchecked.extend(annotations.unchecked.contains(&state.at).then_some(number));
            let owner = index.scopes.get(state.scope).filter(|scope| !scope.distributed).and_then(|scope| scope.owner);
            // No rule needs the errors that leave the workflow.
            let Some(owner) = owner else { continue };
            let left = slot.clone().past(&caught(state.state));
            if let Some(outer) = states.get_mut(owner) {
                outer.add(left);
            }
        }
        Self { states }
    }
}

/// Returns the names that a state's catchers have, of all of them.
pub(super) fn caught(state: &State) -> Vec<&str> {
    let catchers = state.catch.iter().flatten().filter_map(|catcher| catcher.error_equals.as_deref());
    catchers.flatten().map(String::as_str).collect()
}

/// Returns the errors that a state may raise itself, without the states inside it.
fn own_errors<'a>(at: &StateAt<'a>, annotations: &'a Annotations, resources: &mut Resources<'a>) -> Errors<'a> {
    let state = at.state;
    let mut errors = Errors::default();
    errors.reserved(&[error_name::DATA_LIMIT_EXCEEDED]);
    errors.reserved(at.language.pick(&[error_name::RESULT_PATH_MATCH_FAILURE], &[error_name::QUERY_EVALUATION_ERROR]));
    match state.kind {
        StateKind::Task => {
            errors.reserved(&[error_name::TIMEOUT, error_name::PERMISSIONS]);
            if state.heartbeat_seconds.is_some() || state.heartbeat_seconds_path.is_some() {
                errors.reserved(&[error_name::HEARTBEAT_TIMEOUT]);
            }
            task(at, annotations, resources, &mut errors);
        }
        StateKind::Parallel => errors.reserved(&[error_name::BRANCH_FAILED]),
        StateKind::Map if state.is_distributed() => {
            errors.reserved(&[
                error_name::EXCEED_TOLERATED_FAILURE_THRESHOLD,
                error_name::ITEM_READER_FAILED,
                error_name::PERMISSIONS,
                error_name::TIMEOUT,
            ]);
            if state.result_writer.is_some() {
                errors.reserved(&[error_name::RESULT_WRITER_FAILED]);
            }
        }
        StateKind::Fail => match &state.error {
            Some(name) if name.starts_with("{%") || placeholder::contained(name) => errors.any = true,
            Some(name) => {
                errors.own.insert(name);
            }
            None => errors.any |= state.error_path.is_some(),
        },
        _ => {}
    }
    errors
}

/// Returns the errors that the call of a task may raise.
fn task<'a>(at: &StateAt<'a>, annotations: &'a Annotations, resources: &mut Resources<'a>, errors: &mut Errors<'a>) {
    let declared = annotations.errors.get(&at.at);
    errors.own.extend(declared.into_iter().flatten().map(String::as_str));
    let resource = at.state.resource.as_deref().unwrap_or_default();
    let parsed = *resources.entry(resource).or_insert_with(|| TaskResource::parse(resource).ok());
    let raises_any = parsed.is_none_or(TaskResource::raises_any);
    errors.any = raises_any && declared.is_none();
    // A resource that is unknown before deployment may be one.
    if parsed.is_none_or(|task| task.calls_http() || task == TaskResource::Unknown) {
        errors.reserved(&[error_name::HTTP_SOCKET]);
        errors.names.insert(Cow::Owned(format!("{}*", error_name::HTTP_STATUS_PREFIX)));
    }
    match parsed {
        Some(api @ (TaskResource::Optimised(..) | TaskResource::Sdk(..))) => {
            errors.apis.insert(resource, api);
        }
        Some(TaskResource::Activity) => {}
        // A resource that is unknown before deployment is most often a function.
        _ => {
            let lambda = Integration::find(Integration::LAMBDA_INVOKE);
            let lambda = lambda.map(|lambda| TaskResource::Optimised(lambda, Pattern::RequestResponse));
            errors.apis.extend(lambda.map(|lambda| (Integration::LAMBDA_INVOKE, lambda)));
        }
    }
    if errors.apis.values().any(|api| api.error_prefix() == Some("Lambda")) {
        errors.names.extend(error_name::LAMBDA_RUNTIME.iter().map(|start| Cow::Owned(format!("{start}*"))));
    }
}
