//! Computes the types that JSONPath reads: paths, payload templates and calls of intrinsic functions.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use serde_json::Value;

use super::call::is_no_json;
use super::choice::plain;
use super::instead::{self, Instead};
use super::ty::{Existence, Fields, Found, Slot, Ty};
use super::{Flow, Scene, expression};
use crate::finding::NearestName;
use crate::intrinsic::{Argument, ArgumentKind, Function, FunctionCall};
use crate::json_kind::JsonKind as Kind;
use crate::path::{JsonPath, PathStep, Root};
use crate::request_input::names_json;
use crate::result::meant_of_call;
use crate::template::{self, Computed};
use crate::{Finding, Pointer, placeholder};

/// The function of JSONPath that parses a text.
const PARSE: &str = "States.StringToJson";

/// The type that a path reads, or its problem.
pub(super) type Read = Result<(Ty, Existence), (Finding, Range<usize>)>;

impl Flow<'_, '_> {
    /// Returns the type that a path reads, or the reason why it certainly reads nothing.
    pub(super) fn select(&self, scene: &Scene, path: &JsonPath) -> Read {
        let mut ty = match path.root() {
            Root::Value => scene.input.clone(),
            Root::Context => scene.context.clone(),
            Root::Variable(name) => scene.variables.get(name.as_str()).cloned().unwrap_or(Ty::Any),
        };
        let (mut is, mut each) = (Existence::Present, false);
        for (number, (step, range)) in path.steps().enumerate() {
            let holder = || path.before(number).to_owned();
            let no_list = |ty: &Ty| match ty.instead_of(Kind::Array) {
                Some(is) => Err((Finding::NotAList { path: holder(), is }, range.clone())),
                None => Ok(()),
            };
            ty = match step {
                PathStep::Child(name) => match ty.member(name) {
                    // After a wildcard, values other than objects are skipped.
                    _ if each && matches!(ty.kind(), Some(Kind::Array) | None) => (Ty::Any, is = Existence::Maybe).0,
                    Found::Present(ty) => ty,
                    Found::Maybe(ty) => (ty, is = Existence::Maybe).0,
                    missing => {
                        let is_input = number == 0 && *path.root() == Root::Value;
                        let meant = if is_input { scene.meant.as_slice() } else { &[] };
                        return Err((self.missing(missing, &ty, (&holder(), name), PARSE, meant), range));
                    }
                },
                PathStep::Index(number) | PathStep::FromLength(number) => {
                    let index = if matches!(step, PathStep::Index(_)) { *number } else { -number };
                    no_list(&ty)?;
                    match self.item(&ty, index, &holder()) {
                        Ok((item, there)) => {
                            (item, is = if there == Existence::Present { is } else { Existence::Maybe }).0
                        }
                        Err(finding) => return Err((finding, range)),
                    }
                }
                PathStep::Children(_) | PathStep::Call(_) => Ty::Any,
                PathStep::Descendants => return Ok((Ty::list(Ty::Any), is)),
                PathStep::Wildcard | PathStep::Filter(_) if ty.kind() == Some(Kind::Object) => (Ty::Any, each = true).0,
                PathStep::Indices(_) | PathStep::Slice { .. } | PathStep::Wildcard | PathStep::Filter(_) => {
                    no_list(&ty)?;
                    each = true;
                    let item = ty.item().unwrap_or(Ty::Any);
                    if let PathStep::Filter(filter) = step {
                        self.filtered(&item, filter.reads(), range)?;
                    }
                    item
                }
            };
        }
        Ok(if each && !path.is_definite() { (Ty::list(ty), is) } else { (ty, is) })
    }

    /// Checks that an item has the members that a filter compares.
    fn filtered(&self, item: &Ty, reads: Vec<Vec<&str>>, range: Range<usize>) -> Result<(), (Finding, Range<usize>)> {
        for names in reads {
            let (mut ty, mut holder) = (item.clone(), "@".to_owned());
            for name in names {
                ty = match ty.member(name) {
                    Found::Present(ty) | Found::Maybe(ty) => ty,
                    missing => return Err((self.missing(missing, &ty, (&holder, name), PARSE, &[]), range)),
                };
                holder = format!("{holder}.{name}");
            }
        }
        Ok(())
    }

    /// Returns the item at an index, or the finding if there is no such item.
    pub(super) fn item(&self, ty: &Ty, index: i64, holder: &str) -> Result<(Ty, Existence), Finding> {
        match ty.known_item(index) {
            Some(Slot { is: Existence::Absent, .. }) => {
                return Err(Finding::ShownAbsent { path: format!("{holder}[{index}]") });
            }
            Some(slot) => return Ok((slot.ty.clone(), slot.is)),
            None => {}
        }
        let Ty::Tuple(items) = ty else { return Ok((ty.item().unwrap_or(Ty::Any), Existence::Maybe)) };
        let place = if index < 0 { index + items.len() as i64 } else { index };
        match usize::try_from(place).ok().and_then(|place| items.get(place)) {
            Some(item) => Ok((item.clone(), Existence::Present)),
            None => Err(Finding::NoSuchItem { holder: holder.to_owned(), index, count: items.len() }),
        }
    }

    /// Returns the finding for a member that certainly does not exist. `parse` is the function that parses a text, and
    /// `meant` is the suggestion if the value is a state's input.
    pub(super) fn missing(
        &self,
        found: Found,
        of: &Ty,
        (holder, name): (&str, &str),
        parse: &'static str,
        meant: &[Instead],
    ) -> Finding {
        let (holder, name) = (holder.to_owned(), name.to_owned());
        let elsewhere = instead::elsewhere(meant, &name);
        let parsed = || may_be_json(of, &holder).then(|| parsed(parse, &holder));
        match found {
            Found::Absent => Finding::ShownAbsent { path: format!("{holder}.{name}") },
            Found::NoObject(kind) => {
                let has =
                    |item: &Ty| *item != Ty::Any && matches!(item.member(&name), Found::Present(_) | Found::Maybe(_));
                let in_item = match of {
                    Ty::Tuple(items) => {
                        items.iter().position(has).map(|item| format!("did you mean `{holder}[{item}].{name}`?"))
                    }
                    list => list
                        .item()
                        .filter(has)
                        .map(|_| format!("of one item: `{holder}[0].{name}`; of each: `{holder}[*].{name}`")),
                };
                let is_of_item = elsewhere.as_ref().is_some_and(|elsewhere| elsewhere.is_of_item);
                let elsewhere = elsewhere.map(|elsewhere| elsewhere.help);
                let help = match in_item.filter(|_| !is_of_item).or(elsewhere) {
                    Some(help) => Some(help),
                    None if kind == Kind::Text && name == "length" && parse == expression::PARSE => {
                        Some(format!("`$length({holder})` counts its characters"))
                    }
                    None if kind == Kind::Text => parsed(),
                    None => None,
                };
                Finding::NotAnObject { holder, name, is: kind.noun(), help }
            }
            Found::Unknown(Some((part, call))) => {
                let help = meant_of_call(&call, part, &name, |names| self.lookups.nearest(&name, names));
                let kind = part.shape().structure().is_none().then(|| part.shape().kind());
                let help = match (help, elsewhere) {
                    (Some((help, true)), Some(elsewhere)) => Some(format!("{}; {help}", elsewhere.help)),
                    (_, Some(elsewhere)) if elsewhere.is_known => Some(elsewhere.help),
                    (help, elsewhere) => help.map(|(help, _)| help).or(elsewhere.map(|elsewhere| elsewhere.help)),
                };
                let help = help.or_else(|| if of.kind() == Some(Kind::Text) { parsed() } else { None });
                Finding::NoSuchResult { call: call.to_string(), name, kind, help, certain: false }
            }
            Found::Present(_) | Found::Maybe(_) | Found::Unknown(None) => {
                let known = of.fields().map(|fields| fields.names()).unwrap_or_default();
                let alike = known.iter().find(|known| crate::result::alike(known, &name)).map(String::as_str);
                let near = alike.or_else(|| self.lookups.nearest(&name, known.iter().map(String::as_str)));
                match elsewhere {
                    Some(elsewhere) if near.is_none() || elsewhere.is_known => {
                        Finding::MemberElsewhere { holder, name, help: elsewhere.help }
                    }
                    _ => Finding::AbsentMember { near: near.map(str::to_owned), known, holder, name },
                }
            }
        }
    }

    /// Returns the type that a field with a path reads.
    pub(super) fn path(&self, scene: &Scene, text: &str, at: &Pointer) -> Ty {
        self.answer(scene, at);
        let read = (!placeholder::contained(text)).then(|| self.definition.texts.paths.read(text));
        match read.as_deref() {
            Some(Ok(path)) => self.told(self.select(scene, path), at),
            _ => Ty::Any,
        }
    }

    fn told(&self, read: Read, at: &Pointer) -> Ty {
        match read {
            Ok((ty, _)) => ty,
            Err((finding, range)) => {
                self.say(finding, at, Some(range));
                Ty::Any
            }
        }
    }

    /// Returns the type of a path or of a call of an intrinsic function.
    pub(super) fn computed(&self, scene: &Scene, text: &str, at: &Pointer) -> Ty {
        self.answer(scene, at);
        if placeholder::contained(text) {
            return Ty::Any;
        }
        match &*self.definition.texts.computed.read(text) {
            Ok(Computed::Path(path)) => self.told(self.select(scene, path), at),
            Ok(Computed::Intrinsic(intrinsic)) => self.intrinsic(scene, &intrinsic.call, at),
            Err(_) => Ty::Any,
        }
    }

    /// Returns the type of a payload template.
    pub(super) fn template(&self, scene: &Scene, value: &Value, at: &Pointer) -> Ty {
        match value {
            Value::Object(members) => Fields::made(members, |key, value| {
                let at = at.child(key);
                match (key.strip_suffix(template::SUFFIX), value) {
                    (Some(name), Value::String(text)) => (name, self.computed(scene, text, &at)),
                    _ => (key, self.template(scene, value, &at)),
                }
            })
            .into(),
            Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
                let items = items.iter().enumerate();
                Ty::tuple(items.map(|(i, item)| self.template(scene, item, &at.index(i))).collect())
            }
            value => Ty::constant(value),
        }
    }

    fn intrinsic(&self, scene: &Scene, call: &FunctionCall, at: &Pointer) -> Ty {
        let function = call.function;
        let given = call.args.iter().enumerate().map(|(number, argument)| {
            let (ty, text, range) = match argument {
                Argument::Path(path) => {
                    (self.told(self.select(scene, path), at), path.source().trim().to_owned(), path.range())
                }
                Argument::Call(inner) => {
                    let name = inner.function.name();
                    (self.intrinsic(scene, inner, at), name.to_owned(), inner.offset..inner.offset + name.len())
                }
                Argument::String(text) => return Ty::text(text),
                Argument::Number(number) => return Ty::constant(&Value::Number(number.clone())),
                Argument::Bool(value) => return Ty::Bool(Some(*value)),
                Argument::Null => return Ty::Null,
                Argument::Template(_) => return Ty::TEXT,
            };
            let Some(wants) = function.argument(number).and_then(ArgumentKind::json_kind) else { return ty };
            // A blank text becomes null.
            let is_other = |text: &Rc<str>| is_no_json(text) && !text.trim().is_empty();
            let unlike = match &ty {
                Ty::Text(Some(texts)) if function == Function::StringToJson && texts.iter().all(is_other) => {
                    Some(("the text of JSON", "other text"))
                }
                ty => ty.instead_of(wants).map(|is| (wants.noun(), is)),
            };
            if let Some((wants, is)) = unlike {
                let function = function.name().to_owned();
                self.say(Finding::UnlikeArgument { function, wants, is, text }, at, Some(range));
            }
            ty
        });
        let given: Vec<_> = given.collect();
        let first = given.first();
        let item = || first.and_then(Ty::item).unwrap_or(Ty::Any);
        match function {
            Function::Array => Ty::tuple(given),
            Function::ArrayPartition => Ty::list(Ty::list(item())),
            Function::ArrayRange => Ty::list(Ty::NUMBER),
            Function::ArrayUnique => Ty::list(item()),
            Function::StringSplit => Ty::list(Ty::TEXT),
            Function::ArrayGetItem => match call.args.get(1) {
                Some(Argument::Number(index)) => {
                    let holder = match call.args.first() {
                        Some(Argument::Path(path)) => path.source().trim(),
                        _ => "the array",
                    };
                    match first.zip(index.as_i64()).map(|(list, index)| self.item(list, index, holder)) {
                        Some(Ok((item, _))) => item,
                        Some(Err(finding)) => {
                            self.say(finding, at, Some(call.offset..call.offset + function.name().len()));
                            Ty::Any
                        }
                        None => Ty::Any,
                    }
                }
                _ => item(),
            },
            Function::JsonMerge => merged(&given),
            _ => match function.result().json_kind() {
                Some(kind @ (Kind::Text | Kind::Number | Kind::Bool)) => plain(kind),
                _ => Ty::Any,
            },
        }
    }
}

/// Returns the members of all objects. The last of several members with the same name is used.
pub(super) fn merged(objects: &[Ty]) -> Ty {
    let mut merged = Fields::default();
    for object in objects.iter().filter(|ty| matches!(ty.kind(), None | Some(Kind::Object))) {
        let Some(fields) = object.fields() else { return Ty::from(Fields::open()) };
        let old = std::mem::take(&mut merged);
        merged.open = old.open || fields.open;
        let known: BTreeMap<Rc<str>, Slot> = old.members.clone();
        for (name, slot) in old.members {
            let ty = match fields.members.get(&name).map(|new| new.is) {
                // An open object may also have the member.
                None if fields.open => Ty::Any,
                _ => slot.ty.clone(),
            };
            let is = if fields.open && slot.is == Existence::Absent { Existence::Maybe } else { slot.is };
            merged.insert(&name, Slot { ty, is });
        }
        for (name, slot) in &fields.members {
            match (slot.is, known.get(name)) {
                (Existence::Present, _) => merged.insert(name, slot.clone()),
                (Existence::Absent, Some(_)) => {}
                (_, Some(old)) => {
                    let is = if old.is == Existence::Present { Existence::Present } else { Existence::Maybe };
                    let ty = if old.is == Existence::Absent { slot.ty.clone() } else { old.ty.join(&slot.ty) };
                    merged.insert(name, Slot { ty, is });
                }
                (_, None) if old.open => {}
                (is, None) => merged.insert(name, Slot { ty: slot.ty.clone(), is }),
            }
        }
    }
    merged.into()
}

/// Returns whether a text may be JSON.
fn may_be_json(ty: &Ty, holder: &str) -> bool {
    match ty {
        Ty::Text(Some(texts)) => texts.iter().any(|text| !is_no_json(text)),
        // The texts of the context object are names, ARNs, times and tokens.
        _ if holder.starts_with("$$.") || holder.starts_with("$states.context.") => false,
        Ty::Api(..) => holder.rsplit('.').next().is_some_and(|name| name == "S" || names_json(name)),
        _ => true,
    }
}

fn parsed(parse: &str, text: &str) -> String {
    format!("if it is JSON, `{parse}({text})` reads it")
}

/// Returns the first names, formatted as a list for a message.
pub(super) fn few(names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    names.into_iter().take(8).map(|name| name.as_ref().to_owned()).collect()
}

pub(super) fn near<'n>(flow: &Flow<'_, '_>, name: &str, known: impl IntoIterator<Item = &'n str>) -> NearestName {
    flow.lookups.nearest(name, known).map(str::to_owned)
}
