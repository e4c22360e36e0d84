//! The positions in a state where values are computed.

use workflow_asl::StateKind;
use workflow_asl::document::QueryLanguage;

use super::flow::{DECLARED, Narrowing};
use super::model::StateInfo;
use super::types::Ty;
use crate::syntax::ast::{Expr, Head};
use crate::syntax::keyword::ClauseKind;

/// A site in a state where a value is computed.
#[derive(Clone, Copy, Debug)]
pub struct ValueSite<'m, 'a> {
    /// The state.
    pub state: &'m StateInfo<'a>,
    /// The field of the state.
    pub position: ValueField,
    /// The facts about optional values there.
    pub(super) facts: &'m Narrowing,
    /// The closure around the value.
    pub(super) closure: Option<&'m ClosureScope<'m>>,
}

/// The parameters of a closure, in its body.
#[derive(Debug)]
pub struct ClosureScope<'m> {
    /// The names and types.
    parameters: Vec<(&'m str, Ty)>,
    /// The closure around it.
    outer: Option<&'m Self>,
    /// Whether the types of the parameters are not final, so that no types inside are stored.
    pub(super) trial: bool,
    /// Whether its value is a condition.
    pub(super) condition: bool,
}

impl<'m> ClosureScope<'m> {
    /// Returns the type of the parameter with this name of this closure or one around it.
    pub(super) fn parameter(&self, name: &str) -> Option<&Ty> {
        let mut scopes = std::iter::successors(Some(self), |scope| scope.outer);
        scopes.find_map(|scope| scope.parameters.iter().find(|(known, _)| *known == name).map(|(_, ty)| ty))
    }

    /// Returns the names of the parameters of this closure and those around it.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let scopes = std::iter::successors(Some(self), |scope| scope.outer);
        scopes.flat_map(|scope| scope.parameters.iter().map(|(name, _)| *name))
    }
}

impl<'a> StateInfo<'a> {
    /// Returns the value that makes the state's output, and its field; `None` if the state has none.
    pub(crate) fn output_value(&self) -> Option<(&'a Expr, ValueField)> {
        match (&self.state.head, self.language) {
            (Head::Pass { value: Some(value) }, QueryLanguage::JsonPath) => Some((value, ValueField::Parameters)),
            (Head::Pass { value: Some(value) } | Head::Succeed { value: Some(value) }, _) => {
                Some((value, ValueField::Output))
            }
            (_, QueryLanguage::Jsonata) => Some((self.state.clause_value(&[ClauseKind::Output])?, ValueField::Output)),
            (_, QueryLanguage::JsonPath) => None,
        }
    }

    /// Returns the site of a field, whatever was tested before.
    pub fn site(&self, position: ValueField) -> ValueSite<'_, 'a> {
        ValueSite { state: self, position, facts: &DECLARED, closure: None }
    }
}

impl<'a> ValueSite<'_, 'a> {
    /// The same site where these facts are known.
    pub(super) fn knowing<'n>(&'n self, facts: &'n Narrowing) -> ValueSite<'n, 'a> {
        ValueSite { facts, ..*self }
    }

    /// Returns the scope of a closure here with these parameters.
    pub fn closure<'n>(&'n self, parameters: Vec<(&'n str, Ty)>) -> ClosureScope<'n> {
        ClosureScope { parameters, outer: self.closure, trial: self.is_trial(), condition: false }
    }

    /// Returns whether the value is a condition or a part of one.
    pub(super) fn in_condition(&self) -> bool {
        self.closure.map_or(self.position == ValueField::Condition, |closure| closure.condition)
    }

    /// Returns whether the types of the parameters here are not final.
    pub(super) fn is_trial(&self) -> bool {
        self.closure.is_some_and(|closure| closure.trial)
    }

    /// The same site in the body of a closure.
    pub fn inside<'n>(&'n self, closure: &'n ClosureScope<'n>) -> ValueSite<'n, 'a> {
        ValueSite { closure: Some(closure), ..*self }
    }

    /// The same site, whatever was tested before.
    pub(super) fn declared(&self) -> ValueSite<'_, 'a> {
        self.knowing(&DECLARED)
    }
}

/// The field of a state that a value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ValueField {
    /// A task's request, `arguments`, `parameters`; a pass's value in a JSONPath state.
    Parameters,
    /// `output`; the value of a JSONata pass, and of a succeed.
    Output,
    /// `assign`, also in an arm of a choice.
    Assign,
    /// The condition of an arm, the value after `match`, a pattern.
    Condition,
    /// `result_selector`
    ResultSelector,
    /// `item_selector`
    ItemSelector,
    /// `over`, `items`
    Items,
    /// `input_path`, `items_path`, `result_path`
    Path,
    /// `output_path`
    OutputPath,
    /// `wait … for`
    Seconds,
    /// `wait … until`
    Timestamp,
    /// `timeout`, `heartbeat`
    Timeout,
    /// `max_concurrency`, `tolerate count`
    Limit,
    /// `tolerate percent`
    Share,
    /// `credentials`
    Credentials,
    /// A fail's `error` and `cause`.
    Failure,
    /// `output` of a catcher.
    CatchOutput,
    /// `assign` of a catcher.
    CatchAssign,
    /// `item_reader`, `result_writer`, `item_batcher` and their short forms.
    Transfer,
    /// The resource of a task, which must be known before it runs.
    Resource,
    /// A retrier's fields, `label`, `raw`, a JSONPath pass's `result`: literals only.
    Literal,
}

impl ValueField {
    /// Returns the field for the value of a clause of a state of this kind, of its defaults or of an arm.
    pub(crate) fn of_clause(clause: ClauseKind, state: StateKind) -> Self {
        match clause {
            ClauseKind::Timeout | ClauseKind::Heartbeat => Self::Timeout,
            ClauseKind::Credentials => Self::Credentials,
            ClauseKind::Assign => Self::Assign,
            ClauseKind::Output => Self::Output,
            // In a map `parameters` is the older word for `item_selector`.
            ClauseKind::Parameters if state == StateKind::Map => Self::ItemSelector,
            ClauseKind::Arguments | ClauseKind::Parameters => Self::Parameters,
            ClauseKind::InputPath | ClauseKind::ResultPath => Self::Path,
            ClauseKind::OutputPath => Self::OutputPath,
            ClauseKind::ResultSelector => Self::ResultSelector,
            ClauseKind::ItemSelector => Self::ItemSelector,
            ClauseKind::MaxConcurrency | ClauseKind::Tolerate => Self::Limit,
            ClauseKind::ItemReader | ClauseKind::Batch | ClauseKind::WriteTo => Self::Transfer,
            _ => Self::Literal,
        }
    }

    /// Returns the field for the value of a clause of a catcher.
    pub(crate) fn of_catcher(clause: ClauseKind) -> Self {
        match clause {
            ClauseKind::Assign => Self::CatchAssign,
            ClauseKind::Output => Self::CatchOutput,
            _ => Self::Path,
        }
    }

    /// Returns its name for messages.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Parameters => "the request",
            Self::Output => "`output`",
            Self::Assign => "`assign`",
            Self::Condition => "a condition",
            Self::ResultSelector => "`result_selector`",
            Self::ItemSelector => "`item_selector`",
            Self::Items => "the items of a map",
            Self::Path => "a path",
            Self::OutputPath => "`output_path`",
            Self::Seconds | Self::Timestamp => "the time of a wait",
            Self::Timeout => "a timeout",
            Self::Limit | Self::Share => "a map's limit",
            Self::Credentials => "`credentials`",
            Self::Failure => "`error` and `cause`",
            Self::CatchOutput => "a catcher's `output`",
            Self::CatchAssign => "a catcher's `assign`",
            Self::Transfer => "a map's reader, writer or batcher",
            Self::Resource => "what a task calls",
            Self::Literal => "this field",
        }
    }
}
