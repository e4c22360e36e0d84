//! Resolves references: follows their members, and reports the wrong ones.

use workflow_asl::Code;
use workflow_asl::nearest::nearest;
use workflow_asl::result::{Member, Presence};
use workflow_services::{ResourceForm, ResourceKind};

use super::analysis::Analysis;
use super::api::OUTPUT;
use super::flow::Narrowing;
use super::list::{in_each_item, item_of, slice_of};
use super::members::{Named, member_type};
use super::path::{Path, PathRoot, PathSegment, literal_index, unknown_member};
use super::resolution::{AccessStep, Base, Resolved};
use super::root::ResolvedRoot;
use super::sink::Sink;
use super::types::{Ty, article};
use super::value_site::{ValueField, ValueSite};
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Expr, Quotes, Reference, Root, Segment, Text, TokenSpan, Type, TypeKind, plain};

/// The start of a walk over members, as messages distinguish it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WalkStart {
    /// The execution's input.
    Input,
    /// The state's own input, which may hold more than is declared of the execution's.
    State,
    /// Anything else.
    Value,
}

impl<'a> Analysis<'a> {
    /// Resolves a reference with these facts; never fails. Unknown members keep their text, and their type is unknown.
    /// The checks report the problems.
    pub(super) fn resolve(&self, place: ValueSite<'_, 'a>, reference: &Reference) -> Resolved {
        self.follow(place, reference, &mut Sink::silent())
    }

    /// The same; its problems go to the sink.
    pub(super) fn follow(&self, place: ValueSite<'_, 'a>, reference: &Reference, sink: &mut Sink<'_>) -> Resolved {
        if let Root::Params = reference.root {
            return self.param(reference, sink);
        }
        let refused = if sink.listens() { self.refused(place, reference) } else { None };
        let root = match refused.map_or_else(|| self.resolve_root(place, reference), |problem| Err(Box::new(problem))) {
            Ok(root) => root,
            Err(problem) => ResolvedRoot::nothing(match reference.unfinished {
                Some(reported) => Ty::Error(reported),
                None => sink.error(|| *problem),
            }),
        };
        if let (Some(roots), true) = (&self.roots, sink.listens()) {
            roots.borrow_mut().entry(reference.word).or_insert_with(|| root.ty.clone());
        }
        if let Some(reported) = reference.unfinished {
            return Resolved {
                base: root.base,
                steps: Vec::new(),
                ty: Ty::Error(reported),
                presence: Presence::Always,
            };
        }
        let mut steps: Vec<AccessStep> = root
            .prefix
            .iter()
            .map(|name| AccessStep::Member { name: (*name).to_owned(), quoted: Quotes::None })
            .collect();
        let beginning = match reference.root {
            Root::Input => WalkStart::Input,
            Root::State => WalkStart::State,
            _ => WalkStart::Value,
        };
        let path = Path::from(PathRoot::of(&reference.root));
        let absent = reference.optional && !place.facts.present(&path);
        // There may be no list.
        let lists = reference.segments.iter().any(Segment::is_each);
        let root_ty = if absent && lists { root.ty.or_absent() } else { root.ty };
        let absent = absent && !lists;
        let asks = if reference.optional { &place.facts.asking() } else { place.facts };
        let (ty, presence) =
            self.walk(path, root_ty, (&reference.segments, &reference.declared), beginning, asks, &mut steps, sink);
        // A value that may be absent must be tested, whatever its type.
        let absent = absent && !place.facts.present(&Path::of(reference));
        let presence = if absent { Presence::Maybe } else { presence };
        let ty = match ty {
            ty if !absent || ty.is_option() || ty.is_error() => ty,
            ty => Ty::Option(Box::new(ty)),
        };
        Resolved { base: root.base, steps, ty, presence }
    }

    /// Returns why the result of another state cannot be read here.
    fn refused(&self, place: ValueSite<'_, 'a>, reference: &Reference) -> Option<Problem> {
        let Root::StateResult(name) = &reference.root else { return None };
        if matches!(place.position, ValueField::Literal | ValueField::Resource) {
            return None;
        }
        let of = self.states.get(&plain(name)).filter(|of| of.has_result())?;
        self.unavailable(place, reference, of)
    }

    fn param(&self, reference: &Reference, sink: &mut Sink<'_>) -> Resolved {
        let param = |base, ty| Resolved { base, steps: Vec::new(), ty, presence: Presence::Always };
        let nothing = |ty| param(Base::Nothing, ty);
        let Some(Segment::Member { name, .. }) = reference.segments.first() else {
            return nothing(match reference.unfinished {
                Some(reported) => Ty::Error(reported),
                None => sink.error(|| {
                    Problem::new(Code::UnknownParam, reference.root_span, "`params` alone is not a value")
                        .help("name one of them: `params.…`")
                }),
            });
        };
        let Some(known) = self.params.get(&name.value) else {
            if let (true, Some(reported)) = (self.params.is_empty(), self.lost_items()) {
                return nothing(Ty::Error(reported));
            }
            return nothing(sink.error(|| {
                let message = format!("unknown parameter `{}`", name.value);
                let known = self.params.keys().map(String::as_str);
                let problem = Problem::new(Code::UnknownParam, name.span, message).suggest(&name.value, known);
                problem.or_help(|| format!("declare it: `params {{ {}: String }}`", name.value))
            }));
        };
        if let Some((kind, segment)) = known.decl.resource.zip(reference.segments.get(1)) {
            let form = form_of(segment).filter(|form| *form != ResourceForm::Url || kind == ResourceKind::Queue);
            let segment = match (form, reference.segments.get(2)) {
                (Some(_), None) => return param(Base::Param(name.value.clone()), Ty::Text),
                (Some(_), Some(after)) => after,
                (None, _) => segment,
            };
            return nothing(sink.error(|| {
                let message = format!("the resource `params.{}` has no such member", name.value);
                let url = if kind == ResourceKind::Queue { ", `url`" } else { "" };
                let help = format!("{} has `arn`, `name`{url}", kind.words());
                Problem::new(Code::UnknownMember, segment.span(), message).help(help)
            }));
        }
        if let Some(segment) = reference.segments.get(1) {
            return nothing(sink.error(|| {
                let message = format!("`params.{}` is inserted as a whole; its members cannot be named", name.value);
                let span = segment.span();
                Problem::new(Code::UnknownMember, span, message)
                    .help("declare the needed member as a separate parameter")
            }));
        }
        param(Base::Param(name.value.clone()), known.ty.clone())
    }

    /// Follows the members, indices and `[*]` of a path, starting from a value of the type `ty` at `path`.
    #[expect(clippy::too_many_arguments, reason = "one walk, called from two places")]
    pub(super) fn walk<'e>(
        &self,
        mut path: Path<'e>,
        mut ty: Ty,
        (segments, declared): (&'e [Segment], &[(usize, Type)]),
        mut beginning: WalkStart,
        facts: &Narrowing,
        steps: &mut Vec<AccessStep>,
        sink: &mut Sink<'_>,
    ) -> (Ty, Presence) {
        let (mut absent, mut presence) = (false, Presence::Always);
        // The number of the last `[*]`, its span, and whether items that lack the value are left out.
        let mut list: Option<(usize, TokenSpan, bool)> = None;
        for at in 0..=segments.len() {
            ty = self.declared_at(at, ty, declared);
            let Some(segment) = segments.get(at).filter(|segment| !segment.is_each()) else {
                // An argument that may be absent was reported at the use.
                if declared.iter().any(|(of, declared)| *of == at && !matches!(declared.kind, TypeKind::Option(_))) {
                    (absent, presence) = (false, Presence::Always);
                }
                let there = facts.present(&path);
                ty = match ty {
                    ty @ Ty::Option(_) if there => ty.present().clone(),
                    Ty::Nullable(inner) if facts.not_null(&path) => *inner,
                    ty if absent && !there => ty.or_absent(),
                    ty => ty,
                };
                if let Some((number, span, gaps)) = list {
                    if !gaps {
                        let span = segments.get(at.saturating_sub(1)).map_or(span, Segment::span);
                        in_each_item(&path, (&ty, presence, number + 1 < at), span, sink);
                    }
                    (ty, presence) = (ty.assume_present(), Presence::Always);
                }
                let Some(segment @ Segment::Each { span, gaps }) = segments.get(at) else { break };
                ty = match ty.present() {
                    Ty::Foreign(of) => {
                        let step = (segment, at + 1 == segments.len());
                        of.step(step, &path, beginning == WalkStart::Input, facts, sink)
                    }
                    _ => item_of(&path, (&ty, presence), (*span, "[*]"), sink),
                };
                path.segments.push(PathSegment::Each);
                steps.push(AccessStep::Each);
                list = Some((at, *span, *gaps));
                beginning = if beginning == WalkStart::State { WalkStart::Value } else { beginning };
                (absent, presence) = (false, Presence::Always);
                continue;
            };
            absent |= match ty {
                Ty::Option(_) => !facts.present(&path),
                Ty::Nullable(_) => !facts.not_null(&path),
                _ => false,
            };
            let mut there = Presence::Always;
            let (next, step) = match segment {
                Segment::Slice(_) => {
                    let list = slice_of(&path, (&ty, absent || presence == Presence::Maybe), segment, sink);
                    (absent, presence) = (false, Presence::Always);
                    (list, AccessStep::Slice(at))
                }
                Segment::Each { .. } => break,
                Segment::Index(index) => {
                    let step = literal_index(index).map_or(AccessStep::Computed(at), AccessStep::Index);
                    (self.item_at(&path, ty.present(), index, sink), step)
                }
                Segment::Member { name, optional, quoted } => {
                    absent |= *optional;
                    let next = segments.get(at + 1).and_then(Segment::member);
                    let (wire, next, presence) =
                        self.member(&path, ty.present(), (name, *quoted, next), beginning, facts, sink);
                    there = presence;
                    (next, AccessStep::Member { name: wire, quoted: *quoted })
                }
            };
            ty = match (ty.present(), segment) {
                (Ty::Foreign(of), Segment::Index(_) | Segment::Member { .. }) => {
                    let step = (segment, at + 1 == segments.len());
                    of.step(step, &path, beginning == WalkStart::Input, facts, sink)
                }
                _ => next,
            };
            path.segments.push(PathSegment::of(segment));
            steps.push(step);
            if there > presence && !facts.present(&path) {
                presence = there;
            }
        }
        match list {
            Some(_) if !ty.is_error() => (Ty::Array(Box::new(ty)), presence),
            _ => (ty, presence),
        }
    }

    /// Returns the type of an item of a list.
    fn item_at(&self, path: &Path<'_>, ty: &Ty, index: &Expr, sink: &mut Sink<'_>) -> Ty {
        match ty {
            Ty::Array(item) => item.as_element(),
            open @ (Ty::Unknown | Ty::Error(_) | Ty::Foreign(_)) => open.clone(),
            Ty::Tuple(items) if items.is_empty() => Ty::Unknown,
            Ty::Tuple(items) => match literal_index(index).map(|at| tuple_item(items, at)) {
                Some(Some(item)) => item.clone(),
                Some(None) => sink.error(|| {
                    let count = items.len();
                    let message = format!("`{path}` has {count} item{}", if count == 1 { "" } else { "s" });
                    Problem::new(Code::UnknownMember, index.span, message).help("the first is `[0]`")
                }),
                None => Ty::Unknown,
            },
            other => sink.error(|| {
                let message = format!("`{path}` is {}, not an array", article(other));
                let problem = Problem::new(Code::UnknownMember, index.span, message);
                match other {
                    Ty::Object(members) => list_members(problem, members.keys().map(String::as_str)),
                    Ty::Map(_) => problem.help("a member is `.name` or `[\"name\"]`"),
                    _ => problem,
                }
            }),
        }
    }

    /// Returns the type of a value that a fragment declares, after so many steps: an unknown one is the declared one.
    fn declared_at(&self, at: usize, ty: Ty, declared: &[(usize, Type)]) -> Ty {
        let of_step = declared.iter().filter(|(steps, _)| *steps == at).map(|(_, declared)| self.types.ty(declared));
        of_step.fold(ty, |ty, declared| match declared {
            declared if self.lacks_of(&ty, &declared) => self.as_declared(ty, &declared),
            declared if ty.is_unknown() || ty == Ty::Null && declared.is_option() => declared,
            declared if declared.is_option() && !ty.is_option() => Ty::Option(Box::new(ty)),
            declared if !declared.is_option() && !declared.is_unknown() => ty.present().clone(),
            _ => ty,
        })
    }

    /// Returns the type of an argument: the declared one where that has members that the argument leaves out or names
    /// otherwise.
    pub(super) fn as_declared(&self, ty: Ty, declared: &Ty) -> Ty {
        match self.lacks_of(&ty, declared) {
            true if ty.is_option() || declared.is_option() => Ty::Option(Box::new(declared.present().clone())),
            true => declared.clone(),
            false => ty,
        }
    }

    fn lacks_of(&self, ty: &Ty, declared: &Ty) -> bool {
        match (ty.present(), declared.present()) {
            (Ty::Object(members), Ty::Struct(name)) => self.types.structs.get(name).is_some_and(|of| {
                of.fields.iter().any(|(name, field)| {
                    *name != field.decl.wire || members.get(name).is_none_or(|member| self.lacks_of(member, &field.ty))
                })
            }),
            (Ty::Array(item), Ty::Array(declared)) => self.lacks_of(item, declared),
            (Ty::Tuple(items), Ty::Array(declared)) => items.iter().any(|item| self.lacks_of(item, declared)),
            (Ty::Object(members), Ty::Map(declared)) => members.values().any(|member| self.lacks_of(member, declared)),
            _ => false,
        }
    }

    /// Returns the name in JSON and the type of a member, and whether AWS's table says that it is there.
    fn member(
        &self,
        path: &Path<'_>,
        ty: &Ty,
        (name, quoted, next): (&Text, Quotes, Option<&Text>),
        beginning: WalkStart,
        facts: &Narrowing,
        sink: &mut Sink<'_>,
    ) -> (String, Ty, Presence) {
        let there = Presence::Always;
        let unknown = |ty| (name.value.clone(), ty, there);
        let input = beginning == WalkStart::Input;
        let code = unknown_member(input);
        match ty {
            Ty::Unknown | Ty::Error(_) | Ty::Foreign(_) => unknown(ty.clone()),
            Ty::Map(value) => (name.value.clone(), value.as_element(), there),
            Ty::Struct(of) => {
                let Some(known) = self.types.structs.get(of) else { return unknown(Ty::Unknown) };
                if let Some(field) = known.fields.get(&name.value) {
                    return (field.decl.wire.clone(), field.ty.clone(), there);
                }
                let fault = || {
                    let whose = if known.declared {
                        format!("`{of}` (the type of `{path}`)")
                    } else if input {
                        "the execution's input".to_owned()
                    } else {
                        format!("`{path}`")
                    };
                    let problem = Problem::new(code, name.span, format!("{whose} has no field `{}`", name.value));
                    let by_wire = known.fields.iter().find(|(_, field)| field.decl.wire == name.value);
                    if let Some((rust, _)) = by_wire {
                        return problem.help(format!("`{}` is its name in JSON; the field is `{rust}`", name.value));
                    }
                    suggest_member(problem, (&name.value, quoted), known.fields.keys().map(String::as_str))
                };
                // An execution may be given more than its input declares, which `state` reads, so only a likely
                // misspelling is an error.
                let given = beginning == WalkStart::State && !known.declared || self.workflow.nameless_field.is_some();
                let fault = sink.listens().then(fault).filter(|fault| !given || !fault.fix.is_empty());
                unknown(fault.map_or(Ty::Unknown, |fault| sink.error(|| fault)))
            }
            Ty::Object(members) => {
                if let Some(ty) = members.get(&name.value) {
                    return (name.value.clone(), ty.clone(), there);
                }
                unknown(sink.error(|| {
                    let message = format!("`{path}` has no member `{}`", name.value);
                    let problem = Problem::new(code, name.span, message);
                    if let Some(meant) =
                        self.meant_member(&problem, path, ty, (name, next)).filter(|_| quoted == Quotes::None)
                    {
                        return meant;
                    }
                    suggest_member(problem, (&name.value, quoted), members.keys().map(String::as_str))
                }))
            }
            Ty::Shape(part) => match part.member(&name.value) {
                Member::Found(member, presence) => (name.value.clone(), member_type(member, presence), presence),
                Member::Unknown => unknown(Ty::Unknown),
                Member::None => unknown(sink.error(|| {
                    let message = format!("`{path}` has no member `{}` in AWS's API", name.value);
                    // A test alone does not fail.
                    let certain = part.is_certain() && !facts.asks();
                    let code = if certain { Code::UnknownResultMember } else { Code::DoubtfulResultMember };
                    let problem = Problem::new(code, name.span, message);
                    let deeper = self.meant_member(&problem, path, ty, (name, next)).filter(|_| quoted == Quotes::None);
                    match self.waiting_has(path, &name.value).or_else(|| part.meant(&name.value)) {
                        Some(help) => problem.help(help),
                        None if deeper.is_some() => deeper.unwrap_or(problem),
                        None => {
                            let names = part.shape().structure().into_iter().flat_map(|known| known.members());
                            suggest_member(problem, (&name.value, quoted), names.map(|member| member.name))
                        }
                    }
                })),
            },
            Ty::Array(_) | Ty::Tuple(_) => unknown(sink.error(|| {
                let message = format!("`{path}` is {}: select one of its items first", article(ty));
                let problem = Problem::new(code, name.span, message);
                match name.value.parse::<u64>() {
                    Ok(index) => {
                        let edit = Edit::over(name.span, index.to_string());
                        problem.help(format!("an index has no quotes: `{path}[{index}]`")).edit(edit)
                    }
                    Err(_) if LENGTHS.contains(&name.value.as_str()) => problem.help(format!(
                        "the number of items is `$count({path})`, in JSONPath `States.ArrayLength({path})`"
                    )),
                    Err(_) if self.states.contains_key(&name.value) => {
                        problem.help(format!("the output of the first branch is `{path}[0]`"))
                    }
                    Err(_) => {
                        problem.help(format!("of one item: `{path}[0].{0}`; of each: `{path}[*].{0}`", name.value))
                    }
                }
            })),
            other => unknown(sink.error(|| {
                let message = format!("`{path}` is {}: it has no member `{}`", article(other), name.value);
                let problem = Problem::new(code, name.span, message);
                let output = path.segments.last() == Some(&PathSegment::Member(OUTPUT.into()));
                match &*name.value {
                    name if other.is_text() && LENGTHS.contains(&name) => {
                        problem.help(format!("the number of its characters is `$length({path})` in JSONata"))
                    }
                    name if *other == Ty::Text && output => problem.help(format!(
                        "in JSONata, `$parse({path}).{name}` reads JSON in text; after `.sync:2` it is JSON"
                    )),
                    _ => problem,
                }
            })),
        }
    }
}

impl Analysis<'_> {
    /// Returns the problem with a suggestion for a missing member: to leave it out, where the value has the next member; the
    /// member deeper in the value; or the callee's result, where other languages have the word for it.
    fn meant_member(
        &self,
        problem: &Problem,
        of: &Path<'_>,
        ty: &Ty,
        (name, next): (&Text, Option<&Text>),
    ) -> Option<Problem> {
        let has = |member: &str| matches!(self.types.named(ty, member), Named::Found(_));
        if let Some(next) = next.filter(|next| has(&next.value)) {
            let help = format!("remove `{}`: write `{of}.{}`", name.value, next.value);
            return Some(problem.clone().help(help).edit(Edit::over(name.span.to(next.span), next.value.clone())));
        }
        let is_result = RESULT_WORDS.split(' ').any(|word| word == name.value.to_lowercase());
        let path = match self.deeper_member(ty, &name.value, !is_result) {
            None if is_result => (*WRAPPERS.iter().find(|wrapper| has(wrapper))?).to_owned(),
            path => path?,
        };
        Some(problem.clone().did_you_mean(&format!("{of}.{path}"), path))
    }

    /// Returns the path to a nested member with this name: a function's result is in `Payload`. With `open`, the member
    /// may also be one that the type leaves open.
    fn deeper_member(&self, ty: &Ty, name: &str, open: bool) -> Option<String> {
        let inner = self.types.members(ty);
        let has = |ty: &Ty| self.types.members(ty).iter().any(|member| member.name == name);
        let found = inner.iter().find(|member| !member.ty.is_option() && has(&member.ty));
        // The source may not declare its contents.
        let open = open && nearest(name, inner.iter().map(|member| member.name)).is_none();
        let wrapper = || inner.iter().find(|member| open && member.ty.is_open() && WRAPPERS.contains(&member.name));
        found.or_else(wrapper).map(|member| format!("{}.{name}", member.name))
    }
}

/// Other languages' words for a task's result.
const RESULT_WORDS: &str = "result output response data body value payload returnvalue return";

/// The members of results that contain the callee's returned value.
const WRAPPERS: [&str; 3] = ["Payload", "Output", "ResponseBody"];

/// Members that are the length of a value in other languages.
const LENGTHS: [&str; 5] = ["length", "len", "size", "count", "Length"];

/// Proposes the nearest name; if none is near, lists the names if they are few.
fn suggest_member<'s>(
    problem: Problem,
    (name, quoted): (&str, Quotes),
    known: impl Iterator<Item = &'s str> + Clone,
) -> Problem {
    let problem = if quoted != Quotes::None {
        problem.suggest_text(name, known.clone())
    } else {
        problem.suggest(name, known.clone())
    };
    if problem.help.is_empty() { list_members(problem, known) } else { problem }
}

/// Lists names, if they are few.
fn list_members<'s>(problem: Problem, known: impl Iterator<Item = &'s str>) -> Problem {
    const FEW: usize = 8;
    let names: Vec<_> = known.map(|name| format!("`{name}`")).collect();
    match names.len() {
        1..=FEW => problem.help(format!("its members are {}", names.join(", "))),
        _ => problem,
    }
}

/// Returns the item at an index, from the end where it is negative.
fn tuple_item(items: &[Ty], at: i64) -> Option<&Ty> {
    let at = if at < 0 { at.checked_add(i64::try_from(items.len()).ok()?)? } else { at };
    items.get(usize::try_from(at).ok()?)
}

/// Returns the form that a member of a param names.
pub(crate) fn form_of(segment: &Segment) -> Option<ResourceForm> {
    ResourceForm::named(&segment.member()?.value)
}
