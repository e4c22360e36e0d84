//! What a reference means in its place: where the data is, by which steps, of which type.

use indexmap::IndexMap;
use workflow_asl::document::QueryLanguage;
use workflow_asl::{Code, StateKind};

use super::facts::Facts;
use super::model::{Model, StateInfo, is_distributed};
use super::sink::Sink;
use super::types::Ty;
use crate::problem::Problem;
use crate::syntax::ast::{
    Clause, ClauseValue, Expr, ExprKind, Head, Over, Reference, Resource, Root, Segment, Spot, Text, UnaryOp, plain,
};
use crate::syntax::keyword::{ClauseKind, RESERVED};

/// A place in a state where a value is computed.
#[derive(Clone, Copy, Debug)]
pub struct Place<'m, 'a> {
    /// The state.
    pub state: &'m StateInfo<'a>,
    /// Which of its fields.
    pub position: Position,
}

/// The field of a state that a value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Position {
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
    /// `max_concurrency`, `tolerate`
    Limit,
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
    /// What a task calls: known before it runs.
    Resource,
    /// A retrier's fields, `label`, `raw`, a JSONPath pass's `result`: literals only.
    Literal,
}

impl Position {
    /// How a message calls it.
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
            Self::Limit => "a map's limit",
            Self::Credentials => "`credentials`",
            Self::Failure => "`error` and `cause`",
            Self::CatchOutput => "a catcher's `output`",
            Self::CatchAssign => "a catcher's `assign`",
            Self::Transfer => "a map's reader, writer or batcher",
            Self::Resource => "what a task calls",
            Self::Literal => "a value that AWS takes as it is",
        }
    }
}

/// What a resolved reference starts from.
#[derive(Clone, Debug, PartialEq)]
pub enum Base {
    /// The state's own input: `$states.input`, `$`.
    StateInput,
    /// The raw result: `$states.result`, `$` where that is it.
    Result,
    /// The error that a catcher caught: `$states.errorOutput`, `$` in its `assign`.
    ErrorOutput,
    /// The context object: `$states.context`, `$$`.
    Context,
    /// A variable.
    Variable(String),
    /// A deploy-time parameter, by its Rust name.
    Param(String),
    /// It names nothing here, which the checks report.
    Nothing,
}

/// A step from the base to the data.
#[derive(Clone, Debug)]
pub enum Step<'e> {
    /// A member, by its name in JSON.
    Member(String),
    /// An index, from the end where it is negative.
    Index(i64),
    /// An index that is computed.
    Computed(&'e Expr),
}

/// What a reference means.
#[derive(Clone, Debug)]
pub struct Resolved<'e> {
    /// What it starts from.
    pub base: Base,
    /// The steps from there, wire names.
    pub steps: Vec<Step<'e>>,
    /// The type, as far as it is known.
    pub ty: Ty,
}

/// A base with the first steps and type that a root stands for.
struct Origin {
    base: Base,
    prefix: &'static [&'static str],
    ty: Ty,
}

impl Origin {
    fn new(base: Base, prefix: &'static [&'static str], ty: Ty) -> Self {
        Self { base, prefix, ty }
    }

    fn nothing() -> Self {
        Self::new(Base::Nothing, &[], Ty::Unknown)
    }
}

/// What `$` is in a JSONPath state.
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

impl<'a> Model<'a> {
    /// What a reference means in its place; never fails. Unknown members keep their text, and their type is
    /// unknown. Silent: the checks report.
    pub fn resolve<'e>(&self, place: Place<'_, 'a>, reference: &'e Reference) -> Resolved<'e> {
        self.follow(place, reference, &Facts::default(), &mut Sink::silent())
    }

    pub(super) fn follow<'e>(
        &self,
        place: Place<'_, 'a>,
        reference: &'e Reference,
        facts: &Facts,
        sink: &mut Sink<'_>,
    ) -> Resolved<'e> {
        if let Root::Params = reference.root {
            return self.param(reference, sink);
        }
        let origin = match self.origin(place, reference) {
            Ok(origin) => origin,
            Err(problem) => {
                sink.push(*problem);
                Origin::nothing()
            }
        };
        let mut steps: Vec<Step<'e>> = origin.prefix.iter().map(|name| Step::Member((*name).to_owned())).collect();
        let input = matches!(reference.root, Root::Input);
        let text = root_text(&reference.root);
        let ty = self.walk(text, origin.ty, &reference.segments, input, facts, &mut steps, sink);
        Resolved { base: origin.base, steps, ty }
    }

    fn param<'e>(&self, reference: &'e Reference, sink: &mut Sink<'_>) -> Resolved<'e> {
        let nothing = Resolved { base: Base::Nothing, steps: Vec::new(), ty: Ty::Unknown };
        let Some(Segment::Member { name, .. }) = reference.segments.first() else {
            sink.report(|| {
                Problem::new(Code::UnknownParam, reference.root_spot, "`params` alone is not a value")
                    .help("name one of them: `params.…`")
            });
            return nothing;
        };
        let Some(param) = self.params.get(&name.value) else {
            sink.report(|| {
                let message = format!("there is no parameter `{}`", name.value);
                let known = self.params.keys().map(String::as_str);
                let problem = Problem::new(Code::UnknownParam, name.spot, message).suggest(&name.value, known);
                if problem.help.is_empty() {
                    problem.help(format!("declare it: `params {{ {}: String }}`", name.value))
                } else {
                    problem
                }
            });
            return nothing;
        };
        if let Some(segment) = reference.segments.get(1) {
            sink.report(|| {
                let message = format!("`params.{}` is put in whole: nothing inside it can be named", name.value);
                let spot = match segment {
                    Segment::Member { name, .. } => name.spot,
                    Segment::Index(index) => index.spot,
                };
                Problem::new(Code::UnknownMember, spot, message)
                    .help("declare what is needed as a parameter of its own")
            });
            return nothing;
        }
        Resolved { base: Base::Param(name.value.clone()), steps: Vec::new(), ty: param.ty.clone() }
    }

    /// Follows members and indices from a value of the type `ty`, which is called `text` in messages.
    #[expect(clippy::too_many_arguments, reason = "one walk, called from two places")]
    pub(super) fn walk<'e>(
        &self,
        mut text: String,
        mut ty: Ty,
        segments: &'e [Segment],
        input: bool,
        facts: &Facts,
        steps: &mut Vec<Step<'e>>,
        sink: &mut Sink<'_>,
    ) -> Ty {
        let mut absent = false;
        for segment in segments {
            absent |= ty.is_option() && !facts.present(&text);
            match segment {
                Segment::Member { name, optional } => {
                    absent |= *optional;
                    let (wire, next) = self.member(&text, ty.present(), name, input, sink);
                    text.push('.');
                    text.push_str(&name.value);
                    steps.push(Step::Member(wire));
                    ty = next;
                }
                Segment::Index(index) => {
                    let next = match ty.present() {
                        Ty::Array(item) | Ty::Map(item) => (**item).clone(),
                        Ty::Unknown => Ty::Unknown,
                        other => {
                            sink.report(|| {
                                let message = format!("`{text}` is {}, not an array", article(other));
                                Problem::new(Code::UnknownMember, index.spot, message)
                            });
                            Ty::Unknown
                        }
                    };
                    text.push_str(&index_text(index));
                    steps.push(literal_index(index).map_or(Step::Computed(index), Step::Index));
                    ty = next;
                }
            }
        }
        let absent = absent && !facts.present(&text);
        if ty.is_option() && facts.present(&text) {
            ty.present().clone()
        } else if absent {
            ty.optional()
        } else {
            ty
        }
    }

    /// The name in JSON and the type of a member.
    fn member(&self, text: &str, ty: &Ty, name: &Text, input: bool, sink: &mut Sink<'_>) -> (String, Ty) {
        let unknown = (name.value.clone(), Ty::Unknown);
        let code = if input { Code::UnknownInputField } else { Code::UnknownMember };
        match ty {
            Ty::Unknown => unknown,
            Ty::Map(value) => (name.value.clone(), (**value).clone()),
            Ty::Struct(of) => {
                let Some(known) = self.types.structs.get(of) else { return unknown };
                if let Some(field) = known.fields.get(&name.value) {
                    return (field.decl.wire.clone(), field.ty.clone());
                }
                sink.report(|| {
                    let whose = if known.declared {
                        format!("`{of}` (the type of `{text}`)")
                    } else if input {
                        "the execution's input".to_owned()
                    } else {
                        format!("`{text}`")
                    };
                    let problem = Problem::new(code, name.spot, format!("{whose} has no field `{}`", name.value));
                    let by_wire = known.fields.iter().find(|(_, field)| field.decl.wire == name.value);
                    if let Some((rust, _)) = by_wire {
                        return problem.help(format!("`{}` is its name in JSON; the field is `{rust}`", name.value));
                    }
                    suggest_member(problem, &name.value, known.fields.keys().map(String::as_str))
                });
                unknown
            }
            Ty::Object(members) => {
                if let Some(ty) = members.get(&name.value) {
                    return (name.value.clone(), ty.clone());
                }
                sink.report(|| {
                    let message = format!("`{text}` has no member `{}`", name.value);
                    let problem = Problem::new(code, name.spot, message);
                    suggest_member(problem, &name.value, members.keys().map(String::as_str))
                });
                unknown
            }
            Ty::Array(_) => {
                sink.report(|| {
                    let message = format!("`{text}` is {}: take one of its items first", article(ty));
                    Problem::new(code, name.spot, message).help(format!("`{text}[0].{}`", name.value))
                });
                unknown
            }
            other => {
                sink.report(|| {
                    let message = format!("`{text}` is {}: it has no member `{}`", article(other), name.value);
                    Problem::new(code, name.spot, message)
                });
                unknown
            }
        }
    }

    fn origin(&self, place: Place<'_, 'a>, reference: &Reference) -> Result<Origin, Box<Problem>> {
        let spot = reference.root_spot;
        let here = place.position;
        let info = place.state;
        let current = current(place);
        match &reference.root {
            Root::Input => match self.distributed_around(info) {
                None => Ok(Origin::new(Base::Context, EXECUTION_INPUT, self.input.clone())),
                Some(map) => {
                    let message = format!(
                        "`input` is not there inside the distributed map `{}`: each iteration is an execution of its own",
                        map.name
                    );
                    let field = match reference.segments.first() {
                        Some(Segment::Member { name, .. }) => name.value.as_str(),
                        _ => "value",
                    };
                    let help = format!(
                        "hand it in: `item_selector {{ item: item, {field}: input.{field} }}` on `{}`, then read `state.{field}` in its first state",
                        map.name
                    );
                    Err(problem(Code::ReferenceNotHere, spot, message, help))
                }
            },
            Root::State => match (info.language, current) {
                (QueryLanguage::JsonPath, Some(Current::Result)) => Err(problem(
                    Code::ReferenceNotHere,
                    spot,
                    format!("`state` is not there in {}: a JSONPath state sees its result alone", here.describe()),
                    "read the result as `result`; or keep the value before, in a variable",
                )),
                (QueryLanguage::JsonPath, Some(Current::Error)) => Err(problem(
                    Code::ReferenceNotHere,
                    spot,
                    format!("`state` is not there in {}: in JSONPath it sees the error alone", here.describe()),
                    "read the error as `caught.Error` and `caught.Cause`",
                )),
                _ => Ok(Origin::new(Base::StateInput, &[], Ty::Unknown)),
            },
            Root::Result => self.result(place, reference),
            Root::Item => self.item(place, reference),
            Root::Index => {
                if here == Position::ItemSelector {
                    return Ok(Origin::new(Base::Context, ITEM_INDEX, Ty::Integer));
                }
                Err(problem(
                    Code::ReferenceNotHere,
                    spot,
                    format!("`index` is not there in {}: only `item_selector` of a map sees it", here.describe()),
                    "hand it in: `item_selector { item: item, index: index }` on the map, then read `state.index`",
                ))
            }
            Root::Context => Ok(Origin::new(Base::Context, &[], self.context())),
            Root::Caught => {
                if matches!(here, Position::CatchAssign | Position::CatchOutput) {
                    let members = [("Error".to_owned(), Ty::Text), ("Cause".to_owned(), Ty::Text)];
                    return Ok(Origin::new(Base::ErrorOutput, &[], Ty::Object(IndexMap::from(members))));
                }
                Err(problem(
                    Code::StateReference,
                    spot,
                    "`caught` is not supported yet outside the braces of a catcher",
                    format!(
                        "keep the error where it is caught: `catch [States.ALL] => {} {{ assign {{ error: caught }} }}`, then read `$error.Cause`",
                        info.name
                    ),
                ))
            }
            Root::Variable(name) => Ok(Origin::new(Base::Variable(name.clone()), &[], Ty::Unknown)),
            Root::StateResult(name) => Err(self.state_result(place, &plain(name), reference)),
            Root::Params => Ok(Origin::nothing()),
        }
    }

    fn result(&self, place: Place<'_, 'a>, reference: &Reference) -> Result<Origin, Box<Problem>> {
        let info = place.state;
        let kind = info.state.kind;
        let here = place.position;
        let works = matches!(kind, StateKind::Task | StateKind::Parallel | StateKind::Map);
        let visible = match info.language {
            QueryLanguage::Jsonata => works && matches!(here, Position::Output | Position::Assign),
            QueryLanguage::JsonPath => {
                (works || kind == StateKind::Pass) && matches!(current(place), Some(Current::Result | Current::Both))
                    || kind == StateKind::Pass && here == Position::Assign
            }
        };
        if visible {
            return Ok(Origin::new(Base::Result, &[], self.result_type(info)));
        }
        let kind_name = kind.name().to_lowercase();
        let (message, help) = if kind == StateKind::Pass && info.language == QueryLanguage::Jsonata {
            ("a JSONata pass has no `result`".to_owned(), "write its value once more".to_owned())
        } else if !works && kind != StateKind::Pass {
            (format!("a {kind_name} has no `result`"), "its input is `state`".to_owned())
        } else {
            let places = match info.language {
                QueryLanguage::Jsonata => "`output` and `assign`",
                QueryLanguage::JsonPath => "`result_selector`, `assign` and `output_path`",
            };
            let message = format!("`result` is not there in {}", here.describe());
            (message, format!("the result of a {kind_name} is there in its {places}"))
        };
        Err(problem(Code::ReferenceNotHere, reference.root_spot, message, help))
    }

    /// The type of a state's raw result.
    pub fn result_type(&self, info: &StateInfo<'a>) -> Ty {
        match &info.state.head {
            Head::Task { resource: Some(Resource::Service { path, result: Some(result), pattern, .. }), .. } => {
                let payload = self.types.ty(result);
                let words: Vec<_> = path.iter().map(plain).collect();
                if words != ["lambda", "invoke"]
                    || pattern.as_ref().is_some_and(|pattern| pattern.value == "waitForTaskToken")
                {
                    // With a task token the result is what was sent back, not what the call returned.
                    return payload;
                }
                let members = [
                    ("ExecutedVersion", Ty::Text),
                    ("Payload", payload),
                    ("SdkHttpMetadata", Ty::Unknown),
                    ("SdkResponseMetadata", Ty::Unknown),
                    ("StatusCode", Ty::Integer),
                ];
                Ty::Object(members.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect())
            }
            Head::Parallel(_) => Ty::Array(Box::new(Ty::Unknown)),
            Head::Map { .. } if !is_distributed(info.state) => Ty::Array(Box::new(Ty::Unknown)),
            _ => Ty::Unknown,
        }
    }

    fn item(&self, place: Place<'_, 'a>, reference: &Reference) -> Result<Origin, Box<Problem>> {
        let info = place.state;
        let spot = reference.root_spot;
        let fault = |message: String, help: String| Err(problem(Code::ReferenceNotHere, spot, message, help));
        if place.position == Position::ItemSelector {
            return Ok(Origin::new(Base::Context, ITEM_VALUE, self.item_type(info)));
        }
        let Some((scope, map)) = self.map_around(info) else {
            return fault(
                format!("`item` is an element of a map's items, and `{}` is not in a map", info.name),
                "declare the state in the body of `map Each over … { … }`".to_owned(),
            );
        };
        let has = |kinds: &[ClauseKind]| map.state.clauses.iter().any(|clause| kinds.contains(&clause.kind));
        if has(&[ClauseKind::ItemSelector]) {
            return fault(
                format!("`item` is not there: an iteration of `{}` gets what its `item_selector` makes", map.name),
                "read the input as `state` in the first state of the map".to_owned(),
            );
        }
        if has(&[ClauseKind::Batch, ClauseKind::ItemBatcher]) {
            return fault(
                format!("`item` is not there: an iteration of `{}` gets a batch of items", map.name),
                "they are `state.Items` in the first state of the map".to_owned(),
            );
        }
        let ty = self.item_type(map);
        if is_distributed(map.state) {
            return Ok(Origin::new(Base::Context, EXECUTION_INPUT, ty));
        }
        let start = self.start_of(scope);
        let starts = start.is_some_and(|start| std::ptr::eq(start.state, info.state));
        let comes_back = start.is_some_and(|start| {
            self.states_of(scope).any(|other| {
                let mut targets = self.targets_of(other).into_iter();
                targets.any(|target| self.target(target, scope).is_some_and(|to| std::ptr::eq(to.state, start.state)))
            })
        });
        let start_name = start.map_or("", |start| start.name.as_str());
        let sees_input = info.language == QueryLanguage::Jsonata || current(place) == Some(Current::Input);
        if starts && !comes_back && sees_input {
            return Ok(Origin::new(Base::StateInput, &[], ty));
        }
        let keep = match start {
            Some(start)
                if start.language == QueryLanguage::Jsonata && !comes_back
                    || matches!(start.state.kind, StateKind::Pass | StateKind::Choice | StateKind::Wait) =>
            {
                format!("keep it there: `assign {{ each: item }}` on `{start_name}`, then read `$each`")
            }
            _ => "start the map with `pass Keep -> …` that has `assign { each: item }`, then read `$each`".to_owned(),
        };
        if starts && !comes_back {
            let place = place.position.describe();
            return fault(format!("`item` is not there in {place}: it is the input, which is gone there"), keep);
        }
        if starts {
            return fault(
                format!("`item` is not certain in `{start_name}`: other states of the map lead back to it"),
                keep,
            );
        }
        fault(format!("`item` is there in the first state of the map only, `{start_name}`"), keep)
    }

    /// The type of the elements of a map's items.
    pub fn item_type(&self, map: &StateInfo<'a>) -> Ty {
        let over = match &map.state.head {
            Head::Map { over: Some(Over::Items(items)), .. } => Some(items),
            Head::Map { over: None, .. } => map.state.clauses.iter().find_map(|clause| match clause {
                Clause { kind: ClauseKind::Items, value: ClauseValue::Expr(items), .. } => Some(items),
                _ => None,
            }),
            _ => None,
        };
        let Some(over) = over else { return Ty::Unknown };
        match self.type_of(Place { state: map, position: Position::Items }, over).present() {
            Ty::Array(item) | Ty::Map(item) => (**item).clone(),
            _ => Ty::Unknown,
        }
    }

    /// The innermost map around a state, with the scope that is its body.
    fn map_around<'m>(&'m self, info: &StateInfo<'a>) -> Option<(usize, &'m StateInfo<'a>)> {
        self.around(info).find(|(_, owner)| owner.state.kind == StateKind::Map)
    }

    /// The innermost distributed map around a state.
    pub fn distributed_around<'m>(&'m self, info: &StateInfo<'a>) -> Option<&'m StateInfo<'a>> {
        self.around(info).map(|(_, owner)| owner).find(|owner| is_distributed(owner.state))
    }

    /// The scopes around a state with their owners, from the inside out.
    fn around<'m>(&'m self, info: &StateInfo<'a>) -> impl Iterator<Item = (usize, &'m StateInfo<'a>)> {
        let first = Some(info.scope);
        let scopes = std::iter::successors(first, |scope| self.scopes.get(*scope).and_then(|scope| scope.parent));
        scopes.filter_map(|scope| {
            let owner = self.scopes.get(scope)?.owner?;
            Some((scope, self.info(owner)?))
        })
    }

    fn state_result(&self, place: Place<'_, 'a>, name: &str, reference: &Reference) -> Box<Problem> {
        let spot = reference.root_spot;
        let Some(other) = self.states.get(name) else {
            let message = format!("nothing here is called `{name}`");
            let roots = RESERVED.iter().copied().chain(self.states.keys().map(String::as_str));
            let problem = Problem::new(Code::ReferenceNotHere, spot, message).suggest(name, roots);
            return Box::new(if problem.help.is_empty() {
                problem.help(format!(
                    "text stands in quotes, `\"{name}\"`; a constant of your Rust code is `const {name}`"
                ))
            } else {
                problem
            });
        };
        if std::ptr::eq(other.state, place.state.state) {
            let message = format!("`{name}` is this state itself");
            return problem(Code::StateReference, spot, message, "its result is `result`, its input is `state`");
        }
        let kind = other.state.kind;
        if matches!(kind, StateKind::Choice | StateKind::Wait | StateKind::Succeed | StateKind::Fail) {
            let message = format!("`{name}` is a {}, which has no result", kind.name().to_lowercase());
            return Box::new(Problem::new(Code::StateReference, spot, message));
        }
        let member = reference.segments.iter().rev().find_map(|segment| match segment {
            Segment::Member { name, .. } => Some(name.value.as_str()),
            Segment::Index(_) => None,
        });
        let path: String = reference.segments.iter().map(segment_text).collect();
        let variable = match member {
            Some(member) if is_identifier(member) => member.to_owned(),
            _ => name.to_lowercase(),
        };
        let value = if kind == StateKind::Pass && other.language == QueryLanguage::Jsonata {
            "…".to_owned()
        } else {
            format!("result{path}")
        };
        let message = format!("the result of another state, here `{name}`, cannot be read by its name yet");
        let help =
            format!("keep it in a variable: `assign {{ {variable}: {value} }}` on `{name}`, then read `${variable}`");
        problem(Code::StateReference, spot, message, help)
    }

    /// The context object: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>.
    fn context(&self) -> Ty {
        let object = |members: Vec<(&str, Ty)>| {
            Ty::Object(members.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect())
        };
        let execution = object(vec![
            ("Id", Ty::Arn),
            ("Input", self.input.clone()),
            ("Name", Ty::Text),
            ("RoleArn", Ty::Arn),
            ("StartTime", Ty::Timestamp),
            ("RedriveCount", Ty::Integer),
            ("RedriveTime", Ty::Timestamp.optional()),
        ]);
        let item = object(vec![
            ("Index", Ty::Integer),
            ("Value", Ty::Unknown),
            ("Key", Ty::Text.optional()),
            ("Source", Ty::Text.optional()),
        ]);
        object(vec![
            ("Execution", execution),
            ("StateMachine", object(vec![("Id", Ty::Arn), ("Name", Ty::Text)])),
            ("State", object(vec![("Name", Ty::Text), ("EnteredTime", Ty::Timestamp), ("RetryCount", Ty::Integer)])),
            ("Task", object(vec![("Token", Ty::Text)])),
            ("Map", object(vec![("Item", item)])),
        ])
    }
}

/// What `$` is in a field of a JSONPath state; `None` where there is no data.
fn current(place: Place<'_, '_>) -> Option<Current> {
    Some(match place.position {
        Position::ResultSelector => Current::Result,
        Position::OutputPath => Current::Both,
        Position::CatchAssign | Position::CatchOutput => Current::Error,
        Position::Assign => match place.state.state.kind {
            StateKind::Task | StateKind::Parallel | StateKind::Map => Current::Result,
            StateKind::Pass if gives_value(place.state) => Current::Result,
            _ => Current::Input,
        },
        Position::Resource | Position::Literal => return None,
        _ => Current::Input,
    })
}

/// Whether a pass gives something else than its input.
fn gives_value(info: &StateInfo<'_>) -> bool {
    matches!(info.state.head, Head::Pass { value: Some(_) })
        || info.state.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Parameters | ClauseKind::Result))
}

fn problem(code: Code, spot: Spot, message: impl Into<String>, help: impl Into<String>) -> Box<Problem> {
    Box::new(Problem::new(code, spot, message).help(help))
}

/// Proposes the nearest name; where none is near, lists them, if they are few.
fn suggest_member<'s>(problem: Problem, name: &str, known: impl Iterator<Item = &'s str> + Clone) -> Problem {
    const FEW: usize = 8;
    let problem = problem.suggest(name, known.clone());
    let names: Vec<_> = known.map(|name| format!("`{name}`")).collect();
    if problem.help.is_empty() && !names.is_empty() && names.len() <= FEW {
        problem.help(format!("there is {}", names.join(", ")))
    } else {
        problem
    }
}

/// A type in a sentence: `a `String``, `an integer`.
pub(super) fn article(ty: &Ty) -> String {
    match ty {
        Ty::Integer | Ty::Number | Ty::Object(_) => ty.name(),
        Ty::Null => "`null`".to_owned(),
        other => format!("`{}`", other.name()),
    }
}

/// The words of a reference, as a message and a guard have them.
pub(super) fn reference_text(reference: &Reference) -> String {
    let mut text = root_text(&reference.root);
    text.extend(reference.segments.iter().map(segment_text));
    text
}

fn root_text(root: &Root) -> String {
    match root {
        Root::Input => "input".to_owned(),
        Root::State => "state".to_owned(),
        Root::Result => "result".to_owned(),
        Root::Item => "item".to_owned(),
        Root::Index => "index".to_owned(),
        Root::Context => "context".to_owned(),
        Root::Params => "params".to_owned(),
        Root::Caught => "caught".to_owned(),
        Root::Variable(name) => format!("${name}"),
        Root::StateResult(name) => plain(name),
    }
}

fn segment_text(segment: &Segment) -> String {
    match segment {
        Segment::Member { name, .. } => format!(".{}", name.value),
        Segment::Index(index) => index_text(index),
    }
}

fn index_text(index: &Expr) -> String {
    literal_index(index).map_or_else(|| "[…]".to_owned(), |index| format!("[{index}]"))
}

fn literal_index(index: &Expr) -> Option<i64> {
    match &index.kind {
        ExprKind::Number(text) => text.parse().ok(),
        ExprKind::Unary(UnaryOp::Negate, inner) => literal_index(inner).and_then(i64::checked_neg),
        ExprKind::Paren(inner) => literal_index(inner),
        _ => None,
    }
}

/// Whether text can be a variable's name as it is.
fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic())
        && chars.all(|other| other.is_ascii_alphanumeric() || other == '_')
}
