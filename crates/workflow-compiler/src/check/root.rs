//! Resolves the root of a reference: the meaning of its first word here, or why it is not available.

use proc_macro2::Ident;
use workflow_asl::context::{self, Member, MemberKind};
use workflow_asl::document::QueryLanguage;
use workflow_asl::nearest::nearest;
use workflow_asl::{Code, StateKind};

use super::analysis::Analysis;
use super::capture::variable;
use super::function::Function;
use super::inlined::never_kept;
use super::model::{StateInfo, is_distributed};
use super::path::Path;
use super::resolution::Base;
use super::rows;
use super::types::{Ty, error_type};
use super::value_site::{ValueField, ValueSite};
use crate::problem::{Problem, Reported};
use crate::syntax::ast::{
    Clause, ClauseValue, Expr, ExprKind, Head, MapItems, Reference, Root, Segment, State, TokenSpan, plain,
};
use crate::syntax::keyword::ClauseKind;

/// The base, first steps and type of a root.
pub(super) struct ResolvedRoot {
    pub(super) base: Base,
    pub(super) prefix: &'static [&'static str],
    pub(super) ty: Ty,
}

impl ResolvedRoot {
    fn new(base: Base, prefix: &'static [&'static str], ty: Ty) -> Self {
        Self { base, prefix, ty }
    }

    /// A name that is not known here.
    pub(super) fn nothing(ty: Ty) -> Self {
        Self::new(Base::Nothing, &[], ty)
    }
}

/// The meaning of `$` in a JSONPath state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Current {
    Input,
    Result,
    /// The input with the result in it.
    Both,
    Error,
}

const EXECUTION_INPUT: &[&str] = &["Execution", "Input"];
const ITEM_VALUE: &[&str] = &["Map", "Item", "Value"];
const ITEM_INDEX: &[&str] = &["Map", "Item", "Index"];

impl<'a> Analysis<'a> {
    pub(super) fn resolve_root(
        &self,
        place: ValueSite<'_, 'a>,
        reference: &Reference,
    ) -> Result<ResolvedRoot, Box<Problem>> {
        let span = reference.root_span;
        let here = place.position;
        let info = place.state;
        let current = current(place);
        if matches!(here, ValueField::Literal | ValueField::Resource) {
            let message = format!("`{}` is not available in {}", Path::of(reference), here.describe());
            let help = match here {
                ValueField::Resource => "it is an action such as `lambda::invoke`, or text or `params.…` for an ARN",
                _ => "it must be constant: write a literal, or `params.…`",
            };
            return Err(problem(Code::ReferenceNotHere, span, message, help));
        }
        match &reference.root {
            Root::Parameter(name) => {
                // Anywhere else its type is not asked for.
                let ty = place.closure.and_then(|closure| closure.parameter(name)).cloned();
                Ok(ResolvedRoot::new(Base::Parameter(name.clone()), &[], ty.unwrap_or(Ty::Unknown)))
            }
            Root::Input => match self.distributed_around(info) {
                None => Ok(ResolvedRoot::new(Base::Context, EXECUTION_INPUT, self.input.clone())),
                Some(map) => {
                    let message = format!(
                        "`input` is not available inside the distributed map `{}`: each iteration is a separate execution",
                        map.name
                    );
                    let field =
                        reference.segments.first().and_then(Segment::member).map_or("value", |name| &name.value);
                    Err(problem(Code::ReferenceNotHere, span, message, pass_in(map, field, &format!("input.{field}"))))
                }
            },
            Root::State => {
                let (seen, help) = match (info.language, current) {
                    (QueryLanguage::JsonPath, Some(Current::Result)) => ("its result", "read it as `result`"),
                    (QueryLanguage::JsonPath, Some(Current::Error)) => {
                        ("the error", "read it as `caught.Error` and `caught.Cause`")
                    }
                    (QueryLanguage::JsonPath, Some(Current::Both)) if info.has_result() && makes_something(info) => {
                        return Ok(ResolvedRoot::new(Base::StateInput, &[], Ty::Unknown));
                    }
                    _ => return Ok(ResolvedRoot::new(Base::StateInput, &[], self.input_at(place))),
                };
                let message =
                    format!("`state` is not available in {}: a JSONPath state only sees {seen}", here.describe());
                Err(problem(Code::ReferenceNotHere, span, message, help))
            }
            Root::Result => self.result(place, reference),
            Root::Item => self.item(place, reference, None),
            Root::NamedItem(name) => self.item(place, reference, Some(name)),
            Root::Index => {
                if here == ValueField::ItemSelector {
                    return Ok(ResolvedRoot::new(Base::Context, ITEM_INDEX, Ty::INTEGER));
                }
                Err(problem(
                    Code::ReferenceNotHere,
                    span,
                    format!("`index` is not available in {}: only `item_selector` of a map sees it", here.describe()),
                    "pass it in: `item_selector { item: item, index: index }` on the map, then read `state.item` and `state.index` in its first state",
                ))
            }
            Root::Context => Ok(ResolvedRoot::new(Base::Context, &[], self.context())),
            Root::Caught => {
                if matches!(here, ValueField::CatchAssign | ValueField::CatchOutput) {
                    return Ok(ResolvedRoot::new(Base::ErrorOutput, &[], error_type()));
                }
                let variable = self.error_in(place, reference)?;
                Ok(ResolvedRoot::new(Base::Variable(variable), &[], error_type()))
            }
            Root::Variable(name)
                if name.is_empty() || name == "$" || info.language == QueryLanguage::JsonPath && name == "states" =>
            {
                match self.unknown_variable(place, reference, name) {
                    Some(problem) => Err(Box::new(problem)),
                    None => Ok(ResolvedRoot::nothing(Ty::Unknown)),
                }
            }
            Root::Variable(name) if self.lacks_variable(name) => {
                let used = self.workflow.inlined.iter().find(|used| used.variable() == *name);
                if let Some((code, message, help)) = used.and_then(|used| never_kept(used, self)) {
                    return Err(problem(code, span, message, help));
                }
                if let Some(problem) = self.unknown_variable(place, reference, name) {
                    return Err(Box::new(problem));
                }
                let variables = self.variables.iter().flatten().map(String::as_str);
                let help = match (self.state_of_variable(name), nearest(name, variables)) {
                    (Some(state), _) => {
                        let members = Path::of(reference).rest();
                        format!("the result of the state `{state}` is read by its name: `{state}{members}`")
                    }
                    (None, Some(near)) => format!("did you mean `${near}`?"),
                    (None, None) if Function::from_name(&format!("${name}")).is_some() => {
                        format!("`${name}` is a function: `${name}()`")
                    }
                    (None, None) if self.workflow.is_fragment => {
                        "declare the value in `input`, and pass it where the fragment is used".to_owned()
                    }
                    (None, None) => format!("assign it in an earlier state: `assign {{ {name}: … }}`"),
                };
                Err(problem(Code::ReferenceNotHere, span, format!("nothing assigns a variable `${name}`"), help))
            }
            Root::Variable(name) => {
                let ty = self.variable_types.get(name).cloned().unwrap_or(Ty::Unknown);
                Ok(ResolvedRoot::new(Base::Variable(name.clone()), &[], ty))
            }
            Root::StateResult(name) => self.state_result(place, reference, name),
            Root::Params => Ok(ResolvedRoot::nothing(Ty::Unknown)),
        }
    }

    fn result(&self, place: ValueSite<'_, 'a>, reference: &Reference) -> Result<ResolvedRoot, Box<Problem>> {
        let info = place.state;
        let kind = info.state.kind;
        let here = place.position;
        let works = matches!(kind, StateKind::Task | StateKind::Parallel | StateKind::Map);
        let visible = match info.language {
            QueryLanguage::Jsonata => works && matches!(here, ValueField::Output | ValueField::Assign),
            QueryLanguage::JsonPath => {
                (works || kind == StateKind::Pass) && matches!(current(place), Some(Current::Result | Current::Both))
                    || kind == StateKind::Pass && here == ValueField::Assign
            }
        };
        if visible {
            let known = info.number.and_then(|number| self.results.get(number)).cloned();
            return Ok(ResolvedRoot::new(Base::Result, &[], known.unwrap_or_else(|| self.result_type(info))));
        }
        let kind_name = kind.name().to_lowercase();
        let (message, help) = match info.language {
            _ if !works && (kind != StateKind::Pass || info.language == QueryLanguage::Jsonata) => {
                (format!("a {kind_name} has no `result`"), "its input is `state`".to_owned())
            }
            language => {
                let places = match language {
                    QueryLanguage::Jsonata => "`output` and `assign`",
                    QueryLanguage::JsonPath => "`result_selector`, `assign` and `output_path`",
                };
                let message = format!("`result` is not available in {}", here.describe());
                (message, format!("the result of a {kind_name} is available in its {places}"))
            }
        };
        Err(problem(Code::ReferenceNotHere, reference.root_span, message, help))
    }

    /// Resolves `item`, or the name of the item of a map around the state.
    fn item(
        &self,
        place: ValueSite<'_, 'a>,
        reference: &Reference,
        name: Option<&str>,
    ) -> Result<ResolvedRoot, Box<Problem>> {
        let info = place.state;
        let span = reference.root_span;
        let fault = |message: String, help: String| Err(problem(Code::ReferenceNotHere, span, message, help));
        let word = name.unwrap_or("item");
        if place.position == ValueField::ItemSelector && name.is_none_or(|name| names_item(info.state, name)) {
            return Ok(ResolvedRoot::new(Base::Context, ITEM_VALUE, self.item_type(info)));
        }
        let Some((scope, map)) = self.item_around(info, name) else {
            if name.is_some() {
                return fault(
                    format!("`{word}` is not available in {}: the map has many items", place.position.describe()),
                    format!("it is available in the states of `{}`, and in its `item_selector`", info.name),
                );
            }
            return fault(
                format!("`item` is an element of a map's items, and `{}` is not in a map", info.name),
                "declare the state in the body of `map Each over … { … }`".to_owned(),
            );
        };
        let mut inside = self.around(info).take_while(|(inner, _)| *inner != scope);
        let apart = inside.find(|(_, owner)| is_distributed(owner.state));
        if let Some((_, owner)) = apart {
            return fault(
                format!(
                    "`{word}` is not available inside the distributed map `{}`: each iteration is a separate execution",
                    owner.name
                ),
                pass_in(owner, word, word),
            );
        }
        let given = map.state.clauses.iter().find_map(|clause| match clause.kind {
            _ if selects(map.state, clause) => Some(("the value of its `item_selector`", "`state`")),
            ClauseKind::Batch => Some(("a batch of items", "`state.Items`")),
            _ => None,
        });
        if let Some((what, read)) = given {
            return fault(
                format!("`{word}` is not available: an iteration of `{}` gets {what}", map.name),
                format!("read it as {read} in the first state of the map"),
            );
        }
        let ty = self.item_type(map);
        if is_distributed(map.state) {
            return Ok(ResolvedRoot::new(Base::Context, EXECUTION_INPUT, ty));
        }
        let start = self.first_of(scope);
        let starts = start.is_some_and(|start| start.id == info.id);
        let comes_back = self.graphs.comes_back(scope);
        let takes_part = || info.state.clauses.iter().any(|clause| clause.kind == ClauseKind::InputPath);
        let sees_input = match info.language {
            QueryLanguage::Jsonata => true,
            QueryLanguage::JsonPath if place.position == ValueField::Path => true,
            QueryLanguage::JsonPath => current(place) == Some(Current::Input) && !takes_part(),
        };
        if !comes_back && sees_input && self.has_input_of(info, scope) {
            return Ok(ResolvedRoot::new(Base::StateInput, &[], ty));
        }
        let inside = start.is_some_and(|start| self.is_inside(info, scope, start));
        if !starts && !inside && start.is_some_and(|start| self.can_capture_item(start, comes_back)) {
            return Ok(ResolvedRoot::new(Base::Variable(self.item_variable(scope)), &[], ty));
        }
        let map_around = start.filter(|start| inside && start.state.kind == StateKind::Map);
        let start = start.map_or("", |start| start.name.as_str());
        let message = if starts && !comes_back {
            let place = place.position.describe();
            format!("`{word}` is not available in {place}: it is the input, which is not available there")
        } else if starts {
            format!("`{word}` may not be available in `{start}`: other states of the map lead back to it")
        } else if inside {
            format!("`{word}` is not available inside `{start}`, the first state of the map")
        } else {
            format!("`{word}` is not available after `{start}`: in JSONPath, that state cannot store its input")
        };
        let problem = Problem::new(Code::ReferenceNotHere, span, message)
            .help(format!("start the map with `pass Keep -> {start};`, which stores it"));
        Err(Box::new(match map_around {
            Some(map) => problem.help(format!("or {}", pass_in(map, word, word))),
            None => problem,
        }))
    }

    /// Returns whether a state has the input of a scope: it starts the scope, or a branch of a parallel that starts it.
    fn has_input_of(&self, info: &StateInfo<'a>, scope: usize) -> bool {
        let starts = |state: &StateInfo<'_>, of: usize| self.first_of(of).is_some_and(|first| first.id == state.id);
        let changes = [ClauseKind::InputPath, ClauseKind::Parameters, ClauseKind::Arguments, ClauseKind::Raw];
        let mut state = info;
        for (inner, owner) in self.around(info).take_while(|(inner, _)| *inner != scope) {
            let passes_on = owner.state.kind == StateKind::Parallel && !owner.state.has_clause(&changes);
            if !passes_on || !starts(state, inner) || self.graphs.comes_back(inner) {
                return false;
            }
            state = owner;
        }
        starts(state, scope)
    }

    /// Returns the state that a scope starts with.
    pub(super) fn first_of(&self, scope: usize) -> Option<&StateInfo<'a>> {
        self.states.get_index(self.graphs.start(scope)?).map(|(_, info)| info)
    }

    /// Returns whether a state is inside of a parallel or map of this scope.
    fn is_inside(&self, info: &StateInfo<'a>, scope: usize, owner: &StateInfo<'a>) -> bool {
        let graphs = &self.graphs;
        let around = info.number.and_then(|number| graphs.ancestor(graphs.point(number)?, scope));
        info.scope != scope && around.and_then(|(point, _)| graphs.state_at(point)) == owner.number
    }

    /// Returns the type of the elements of a map's items.
    pub fn item_type(&self, map: &StateInfo<'a>) -> Ty {
        let over = match &map.state.head {
            Head::Map { over: Some(MapItems::Reader { path, row, body }), .. } => {
                return rows::item_type(self, path, row.as_ref(), body);
            }
            Head::Map { over: Some(MapItems::Items(items)), .. } => items,
            _ => return Ty::Unknown,
        };
        match self.type_of(map.site(ValueField::Items), over).present() {
            Ty::Array(item) | Ty::Map(item) => item.as_element(),
            Ty::Foreign(of) => of.item(),
            _ => Ty::Unknown,
        }
    }

    /// Returns the innermost map around a state, or the map that gives its item this name, with the scope that is its
    /// body.
    pub(super) fn item_around<'m>(
        &'m self,
        info: &StateInfo<'a>,
        name: Option<&str>,
    ) -> Option<(usize, &'m StateInfo<'a>)> {
        self.around(info).find(|(_, owner)| match name {
            None => owner.state.kind == StateKind::Map,
            Some(name) => names_item(owner.state, name),
        })
    }

    /// Returns the names of the items of the maps around a state.
    pub(super) fn items_around<'m>(&'m self, info: &StateInfo<'a>) -> impl Iterator<Item = &'m Ident> {
        self.around(info).filter_map(|(_, owner)| item_name(owner.state))
    }

    /// Returns the innermost distributed map around a state.
    pub fn distributed_around<'m>(&'m self, info: &StateInfo<'a>) -> Option<&'m StateInfo<'a>> {
        self.around(info).map(|(_, owner)| owner).find(|owner| is_distributed(owner.state))
    }

    /// Returns the scopes around a state with their owners, from the inside out.
    fn around<'m>(&'m self, info: &StateInfo<'a>) -> impl Iterator<Item = (usize, &'m StateInfo<'a>)> {
        let first = Some(info.scope);
        let scopes = std::iter::successors(first, |scope| self.scopes.get(*scope).and_then(|scope| scope.parent));
        scopes.filter_map(|scope| {
            let owner = self.scopes.get(scope)?.owner_id?;
            Some((scope, self.by_id(owner)?))
        })
    }

    /// The variable that contains a state's result; whether it can be read here is [`Analysis::unavailable`]'s
    /// question.
    fn state_result(
        &self,
        place: ValueSite<'_, 'a>,
        reference: &Reference,
        word: &Ident,
    ) -> Result<ResolvedRoot, Box<Problem>> {
        let name = plain(word);
        let Some((number, _, other)) = self.states.get_full(&name) else {
            let problem = self.unknown_word(place, reference, word);
            // Other names are declared by closures and statements, which may not have parsed.
            let broken = self.workflow.body.broken.filter(|_| problem.fix.is_empty());
            return match self.may_be_declared(&name).or(broken) {
                Some(reported) => Ok(ResolvedRoot::nothing(Ty::Error(reported))),
                None => Err(Box::new(problem)),
            };
        };
        if !other.has_result() {
            let kind = other.state.kind.name().to_lowercase();
            let message = format!("`{name}` is a {kind}, which has no result");
            return Err(Box::new(Problem::new(Code::StateReference, reference.root_span, message)));
        }
        let ty = self.result_of(number);
        Ok(ResolvedRoot::new(Base::Variable(variable(&name)), &[], ty))
    }

    /// Returns the proof that a part of the workflow did not parse which may declare an unknown state.
    pub(super) fn may_be_declared(&self, name: &str) -> Option<Reported> {
        self.lost_items().or(self.workflow.reported.filter(|_| self.workflow.skipped.contains(name)))
    }

    /// Returns the proof that items of the workflow were skipped, if any were.
    pub(crate) fn lost_items(&self) -> Option<Reported> {
        self.scopes.iter().filter(|scope| scope.body.lost).find_map(|scope| scope.body.broken)
    }

    /// Returns the type of the context object.
    pub(super) fn context(&self) -> Ty {
        self.object_of_context(context::MEMBERS)
    }

    fn object_of_context(&self, members: &[Member]) -> Ty {
        Ty::object(members.iter().map(|member| {
            let ty = match member.kind {
                MemberKind::Object(members) => self.object_of_context(members),
                MemberKind::Text => Ty::Text,
                MemberKind::Arn => Ty::Arn,
                MemberKind::Timestamp => Ty::Timestamp,
                MemberKind::Count => Ty::INTEGER,
                _ if member.name == "Input" => self.input.clone(),
                _ => Ty::Unknown,
            };
            // A rule of ASL reports an object that is absent; only values may be.
            let absent = member.optional && member.kind.members().is_empty();
            (member.name, if absent { ty.optional() } else { ty })
        }))
    }
}

/// Returns the meaning of `$` in a field of a JSONPath state; `None` if there is no data.
fn current(place: ValueSite<'_, '_>) -> Option<Current> {
    Some(match place.position {
        ValueField::ResultSelector => Current::Result,
        ValueField::OutputPath => Current::Both,
        ValueField::CatchAssign | ValueField::CatchOutput => Current::Error,
        ValueField::Assign => match place.state.state.kind {
            StateKind::Task | StateKind::Parallel | StateKind::Map => Current::Result,
            StateKind::Pass if gives_value(place.state) => Current::Result,
            _ => Current::Input,
        },
        ValueField::Resource | ValueField::Literal => return None,
        _ => Current::Input,
    })
}

/// Returns whether a map's clause makes something else than the item the input of an iteration.
fn selects(map: &State, clause: &Clause) -> bool {
    let is_item = |root: &Root| match root {
        Root::Item => true,
        Root::NamedItem(name) => names_item(map, name),
        _ => false,
    };
    // In a map `parameters` is the older word for `item_selector`.
    matches!(clause.kind, ClauseKind::ItemSelector | ClauseKind::Parameters)
        && !matches!(&clause.value, ClauseValue::Expr(Expr { kind: ExprKind::Reference(reference), .. })
            if is_item(&reference.root) && reference.segments.is_empty())
}

/// Returns whether a map gives its item this name.
pub(super) fn names_item(map: &State, name: &str) -> bool {
    item_name(map).is_some_and(|item| *item == *name)
}

/// Returns the name that a map gives its item.
pub(super) fn item_name(map: &State) -> Option<&Ident> {
    match &map.head {
        Head::Map { item, .. } => item.as_ref(),
        _ => None,
    }
}

/// Returns whether a state gives something else than its input.
fn makes_something(info: &StateInfo<'_>) -> bool {
    info.state.kind != StateKind::Pass || gives_value(info)
}

/// Returns whether a pass gives something else than its input.
fn gives_value(info: &StateInfo<'_>) -> bool {
    matches!(info.state.head, Head::Pass { value: Some(_) })
        || info.state.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Parameters | ClauseKind::Result))
}

/// Returns the help to pass a value into a distributed map.
pub(super) fn pass_in(map: &StateInfo<'_>, field: &str, value: &str) -> String {
    format!(
        "pass it in: `item_selector {{ item: item, {field}: {value} }}` on `{}`, then read `state.{field}` in its first state",
        map.name
    )
}

fn problem(code: Code, span: TokenSpan, message: impl Into<String>, help: impl Into<String>) -> Box<Problem> {
    Box::new(Problem::new(code, span, message).help(help))
}
