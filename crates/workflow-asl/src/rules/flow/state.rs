//! Computes the facts after a state: its output, the variables that it assigns, and the output of its handlers.

use std::rc::Rc;

use serde_json::Value;

use super::instead::{Instead, Meant, Why};
use super::ty::{Existence, Fields, Found, Slot, Ty};
use super::{Fact, Flow, Outcome, Scene, VARIABLES, Variables};
use crate::document::{
    Field, Form, ItemBatcher, ItemReader, PathField, QueryLanguage, ReaderConfig, ResultWriter, State, StateKind,
    WriterConfig,
};
use crate::error_name::ERROR_OUTPUT;
use crate::json_kind::JsonKind as Kind;
use crate::path::{JsonPath, Segment};
use crate::reaching::assigned_name;
use crate::rules::object_index::StateAt;
use crate::{Finding, Pointer, placeholder};

/// The fields whose value must have a certain kind, and the fields with a path to such a value.
const KINDS: &[(&str, &str, Kind)] = &[
    ("Seconds", "SecondsPath", Kind::Number),
    ("Timestamp", "TimestampPath", Kind::Text),
    ("TimeoutSeconds", "TimeoutSecondsPath", Kind::Number),
    ("HeartbeatSeconds", "HeartbeatSecondsPath", Kind::Number),
    ("MaxConcurrency", "MaxConcurrencyPath", Kind::Number),
    ("ToleratedFailureCount", "ToleratedFailureCountPath", Kind::Number),
    ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath", Kind::Number),
    ("Error", "ErrorPath", Kind::Text),
    ("Cause", "CausePath", Kind::Text),
];

/// The fields of a distributed map that are objects with computed fields, and the object inside each.
const MAP_SETTINGS: &[(&str, &[Field], &str, &[Field])] = &[
    ("ItemReader", ItemReader::FIELDS, "ReaderConfig", ReaderConfig::FIELDS),
    ("ItemBatcher", ItemBatcher::FIELDS, "", &[]),
    ("ResultWriter", ResultWriter::FIELDS, "WriterConfig", WriterConfig::FIELDS),
];

impl Flow<'_, '_> {
    pub(super) fn state(&self, number: usize, before: &Fact, context: &Ty) -> Outcome {
        let Some(state) = self.definition.index.states.get(number) else { return Outcome::default() };
        let scene = Scene {
            input: before.input.clone(),
            result: None,
            error: None,
            variables: before.variables.clone(),
            context: context.clone(),
            others: Vec::new(),
            meant: before.replaced.clone(),
        };
        let outcome = match state.language {
            QueryLanguage::JsonPath => self.by_paths(number, state, scene, &before.replaced),
            QueryLanguage::Jsonata => self.by_expressions(number, state, scene, &before.replaced),
        };
        self.see(number, before, &outcome);
        outcome
    }

    fn by_paths(&self, number: usize, at: &StateAt<'_>, mut scene: Scene, before: &[Instead]) -> Outcome {
        let (state, raw) = (at.state, scene.input.clone());
        scene.input = self.part(&scene, state.input_path.as_ref(), &at.at.child("InputPath"));
        if state.input_path.is_some() {
            scene.meant.clear();
        }
        let says = self.says.get();
        for (_, field, wants) in KINDS.iter().filter(|(_, field, _)| says && state.has(field)) {
            if let Some(Value::String(text)) = &state.field_value(field) {
                let place = at.at.child(field);
                let ty = self.computed(&scene, text, &place);
                self.expect(&ty, &[*wants], field, text, &place);
            }
        }
        let sends = says || state.kind != StateKind::Task;
        let request = state.parameters.as_ref().filter(|_| sends && state.kind != StateKind::Map);
        let place = at.at.child("Parameters");
        let request = request.map(|template| {
            let made = self.template(&scene, template, &place);
            self.request(number, template, &made, at.language, &place);
            made
        });
        if let Some(credentials) = state.credentials.as_ref().filter(|_| says) {
            self.template(&scene, credentials, &at.at.child("Credentials"));
        }
        let sent = (state.kind == StateKind::Task).then(|| request.clone().unwrap_or_else(|| scene.input.clone()));
        let result = match state.kind {
            StateKind::Fail => return Outcome::default(),
            StateKind::Choice => return self.choose_by_paths(at, scene),
            StateKind::Wait | StateKind::Succeed => scene.input.clone(),
            StateKind::Pass => match (&state.result, request) {
                (Some(constant), _) => Ty::constant(constant),
                (None, Some(made)) => made,
                (None, None) => scene.input.clone(),
            },
            StateKind::Task => self.results.get(&number).cloned().unwrap_or(Ty::Any),
            StateKind::Parallel => self.branches(number, &request.unwrap_or(scene.input.clone()), &scene),
            StateKind::Map => {
                let batch_input = self.map_settings(at, |form, value, at| match (form, value) {
                    (Form::InputReferencePath, Value::String(text)) => self.path(&scene, text, at),
                    _ => self.template(&scene, value, at),
                });
                let items = match (&state.items_path, &state.item_reader) {
                    (_, Some(_)) => Ty::Any,
                    (Some(path), None) => self.path(&scene, path, &at.at.child("ItemsPath")),
                    (None, None) => scene.input.clone(),
                };
                let (field, path) = match &state.items_path {
                    Some(path) => ("ItemsPath", path.as_str()),
                    None => ("Type", "$"),
                };
                self.expect_items(at, &items, field, path);
                let scene = scene_of_item(&scene, &items, at);
                self.map(number, at, (&items, batch_input), &scene, |scene| {
                    let (field, selector) = match &state.item_selector {
                        Some(selector) => ("ItemSelector", selector),
                        None => ("Parameters", state.parameters.as_ref()?),
                    };
                    Some(self.template(scene, selector, &at.at.child(field)))
                })
            }
        };
        let works = matches!(state.kind, StateKind::Task | StateKind::Parallel | StateKind::Map);
        let of_state = works.then(|| result.clone());
        let sees = |field, what| vec![Instead::new(scene.input.clone(), Why::Sees(field, what))];
        let mut of_result =
            Scene { input: result.clone(), meant: sees("ResultSelector", "the result"), ..scene.clone() };
        let selected = match &state.result_selector {
            Some(selector) if works => self.template(&of_result, selector, &at.at.child("ResultSelector")),
            _ => result,
        };
        of_result.meant = sees("Assign", "the result");
        let assigned = if works || state.kind == StateKind::Pass { &of_result } else { &scene };
        let variables = self.assign(assigned, state.assign.as_ref(), &at.at, at.language);
        let output = match (&state.result_path, state.kind) {
            (_, StateKind::Wait | StateKind::Succeed) | (None, _) => selected,
            (Some(path), _) => {
                self.takes_result(&raw, path, &at.at.child("ResultPath"));
                insert(&raw, path, selected)
            }
        };
        let is_whole = |path: &PathField| matches!(path, PathField::Path(path) if path == "$");
        let replaces = match &state.result_path {
            None => works || state.kind == StateKind::Pass && state.result.is_some(),
            Some(path) => is_whole(path),
        };
        let passes = state.result_path.is_some() || state.kind != StateKind::Pass || state.parameters.is_none();
        let replaced = match replaces {
            true => Instead::new(raw.clone(), Why::Result(at.name.into(), at.language)).replaced(before),
            false if passes => before.to_vec(),
            false => Meant::new(),
        };
        let of_output = Scene { input: output, meant: replaced.clone(), ..scene.clone() };
        let output = self.part(&of_output, state.output_path.as_ref(), &at.at.child("OutputPath"));
        let replaced = if state.output_path.is_some() { Meant::new() } else { replaced };
        let kept = |path: &Option<PathField>| match path {
            Some(path) if !is_whole(path) => before.to_vec(),
            _ => Meant::new(),
        };
        let replaced_if_caught = state.catch.iter().flatten().map(|catcher| kept(&catcher.result_path)).collect();
        let catchers = state.catch.iter().flatten().enumerate().map(|(i, catcher)| {
            let meant = sees("Assign", "the error output");
            let of_error = Scene { input: error_output(), meant, ..scene.clone() };
            let place = at.at.child("Catch").index(i);
            let variables = self.assign(&of_error, catcher.assign.as_ref(), &place, at.language);
            let input = match &catcher.result_path {
                None => error_output(),
                Some(path) => {
                    self.takes_result(&raw, path, &place.child("ResultPath"));
                    insert(&raw, path, error_output())
                }
            };
            (input, variables)
        });
        Outcome {
            request: sent,
            result: of_state,
            catchers: catchers.collect(),
            next: Some((output, variables)),
            rules: Vec::new(),
            replaced,
            replaced_if_caught,
        }
    }

    fn by_expressions(&self, number: usize, at: &StateAt<'_>, mut scene: Scene, before: &[Instead]) -> Outcome {
        let state = at.state;
        let says = self.says.get();
        for (field, _, wants) in KINDS.iter().filter(|(field, ..)| says && state.has(field)) {
            if let Some(value) = state.field_value(field) {
                let place = at.at.child(field);
                let ty = self.value(&scene, &value, &place);
                if let Some(text) = value.as_str().filter(|text| text.starts_with("{%")) {
                    self.expect(&ty, &[*wants], field, text, &place);
                }
            }
        }
        let field = |value: &Option<Value>, name: &str, scene: &Scene| {
            value.as_ref().map(|value| self.value(scene, value, &at.at.child(name)))
        };
        let sends = says || state.kind != StateKind::Task;
        let request = sends.then(|| field(&state.arguments, "Arguments", &scene)).flatten();
        if let (Some(made), Some(value)) = (&request, &state.arguments) {
            self.request(number, value, made, at.language, &at.at.child("Arguments"));
        }
        let _ = says.then(|| field(&state.credentials, "Credentials", &scene));
        let sent = (state.kind == StateKind::Task).then(|| request.clone().unwrap_or_else(|| scene.input.clone()));
        let result = match state.kind {
            StateKind::Fail => return Outcome::default(),
            StateKind::Choice => return self.choose_by_expressions(at, &scene),
            StateKind::Wait | StateKind::Succeed | StateKind::Pass => None,
            StateKind::Task => Some(self.results.get(&number).cloned().unwrap_or(Ty::Any)),
            StateKind::Parallel => Some(self.branches(number, &request.unwrap_or(scene.input.clone()), &scene)),
            StateKind::Map => {
                let batch_input = self.map_settings(at, |_, value, at| self.value(&scene, value, at));
                let items = field(&state.items, "Items", &scene);
                if let (Some(ty), Some(Value::String(text))) = (&items, &state.items) {
                    self.expect(ty, &[Kind::Array, Kind::Object], "Items", text, &at.at.child("Items"));
                }
                let items = match (&state.item_reader, items) {
                    (None, Some(items)) => items,
                    (None, None) => scene.input.clone(),
                    _ => Ty::Any,
                };
                let scene = scene_of_item(&scene, &items, at);
                Some(self.map(number, at, (&items, batch_input), &scene, |scene| {
                    field(&state.item_selector, "ItemSelector", scene)
                }))
            }
        };
        let caught = scene.clone();
        scene.result.clone_from(&result);
        let variables = self.assign(&scene, state.assign.as_ref(), &at.at, at.language);
        let replaced = match (&state.output, &result) {
            (Some(_), _) => Meant::new(),
            (None, Some(_)) => {
                Instead::new(scene.input.clone(), Why::Result(at.name.into(), at.language)).replaced(before)
            }
            (None, None) => before.to_vec(),
        };
        let output = field(&state.output, "Output", &scene).or(result).unwrap_or(scene.input);
        let catchers = state.catch.iter().flatten().enumerate().map(|(i, catcher)| {
            let of_error = Scene { error: Some(error_output()), ..caught.clone() };
            let place = at.at.child("Catch").index(i);
            let variables = self.assign(&of_error, catcher.assign.as_ref(), &place, at.language);
            let output = catcher.output.as_ref().map(|value| self.value(&of_error, value, &place.child("Output")));
            (output.unwrap_or_else(error_output), variables)
        });
        Outcome {
            request: sent,
            result: scene.result,
            catchers: catchers.collect(),
            next: Some((output, variables)),
            rules: Vec::new(),
            replaced,
            replaced_if_caught: Vec::new(),
        }
    }

    /// Returns the part of the value that `InputPath` or `OutputPath` selects.
    pub(super) fn part(&self, scene: &Scene, path: Option<&PathField>, at: &Pointer) -> Ty {
        match path {
            None => scene.input.clone(),
            Some(PathField::Null) => Fields::default().into(),
            Some(PathField::Path(text)) => self.path(scene, text, at),
        }
    }

    /// Returns the variables after an `Assign`.
    pub(super) fn assign(
        &self,
        scene: &Scene,
        assign: Option<&Value>,
        at: &Pointer,
        language: QueryLanguage,
    ) -> Variables {
        let Some(assign @ Value::Object(members)) = assign else { return scene.variables.clone() };
        let at = at.child("Assign");
        let made = match language {
            QueryLanguage::JsonPath => self.template(scene, assign, &at),
            QueryLanguage::Jsonata => self.value(scene, assign, &at),
        };
        let mut variables = (*scene.variables).clone();
        for key in members.keys() {
            let name = assigned_name(key, language);
            let ty = match &made {
                Ty::Object(fields) => fields.members.get(name).map_or(Ty::Any, |slot| slot.ty.clone()),
                _ => Ty::Any,
            };
            if variables.len() < VARIABLES || variables.contains_key(name) {
                variables.insert(name.into(), ty);
            }
        }
        Rc::new(variables)
    }

    /// Reports a value that certainly has none of the types that a field accepts.
    pub(super) fn expect(&self, ty: &Ty, wants: &[Kind], field: &'static str, text: &str, at: &Pointer) {
        let Some(is) = wants.first().and_then(|kind| ty.instead_of(*kind)) else {
            self.expect_timestamp(ty, field, text, at);
            self.expect_range(ty, field, text, at);
            return;
        };
        // Step Functions parses a number in a string for some of these fields, and may for the others.
        let reads = field.starts_with("Max") || field.starts_with("Tolerated");
        if let (true, Ty::Text(texts), true) = (reads, ty, wants.contains(&Kind::Number))
            && texts.as_ref().is_none_or(|texts| texts.iter().any(|text| text.trim().parse::<f64>().is_ok()))
        {
            return;
        }
        if wants.iter().all(|kind| ty.instead_of(*kind).is_some()) {
            let wants = wants.first().map_or("", |kind| kind.noun());
            self.say(Finding::UnlikeField { field, wants, is, text: code_of(text) }, at, None);
        }
    }

    /// Reports a number that certainly is outside of the range of a field.
    fn expect_range(&self, ty: &Ty, field: &'static str, text: &str, at: &Pointer) {
        let known =
            KINDS.iter().find(|(plain, path, _)| [plain, path].contains(&&field)).map_or(field, |(plain, ..)| plain);
        let forms = State::FIELDS.iter().filter(|one| one.name == known).map(|one| one.form);
        let range = forms.filter_map(|form| match form {
            // Up to 2^53 exact, which is far above every limit.
            Form::Integer { min, max, .. } => Some((min as f64, max as f64, true)),
            Form::Number { min, max, .. } => Some((min, max, false)),
            _ => None,
        });
        let (Some((min, max, whole)), Ty::Number(number)) = (range.into_iter().next(), ty) else { return };
        let (low, high) = (number.low.0, number.high.0);
        if high < min || low > max || whole && low == high && low.fract() != 0.0 {
            let value = if high < min { high } else { low };
            self.say(Finding::UnlikeNumber { field, text: code_of(text), value, min, max, whole }, at, None);
        }
    }

    fn expect_timestamp(&self, ty: &Ty, field: &'static str, text: &str, at: &Pointer) {
        if field.starts_with("Timestamp") && ty.is_no_timestamp() {
            let value = ty.first_text();
            self.say(Finding::UnlikeTimestamp { field, text: code_of(text), value }, at, None);
        }
    }

    /// Reports a `ResultPath` into a value that certainly is not an object, which fails with
    /// `States.ResultPathMatchFailure`.
    fn takes_result(&self, raw: &Ty, path: &PathField, at: &Pointer) {
        let PathField::Path(text) = path else { return };
        let Ok(path) = JsonPath::parse(text) else { return };
        let Some(names) = path.segments().filter(|_| !placeholder::contained(text)) else { return };
        let (mut ty, mut holder) = (raw.clone(), "$".to_owned());
        for step in names {
            let Segment::Name(name) = step else { return };
            match ty.kind() {
                Some(Kind::Object) | None => {}
                Some(kind) => {
                    let (wants, is) = (Kind::Object.noun(), kind.noun());
                    self.say(Finding::UnlikeField { field: "ResultPath", wants, is, text: holder }, at, None);
                    return;
                }
            }
            let (Found::Present(member) | Found::Maybe(member)) = ty.member(name) else { return };
            (ty, holder) = (member, format!("{holder}.{name}"));
        }
    }

    fn expect_items(&self, at: &StateAt<'_>, items: &Ty, field: &'static str, path: &str) {
        let wants: &[_] = if at.state.is_distributed() { &[Kind::Array, Kind::Object] } else { &[Kind::Array] };
        self.expect(items, wants, field, path, &at.at.child(field));
    }

    /// Reads the computed fields of the settings of a distributed map, and returns the type of `BatchInput`.
    fn map_settings(&self, at: &StateAt<'_>, read: impl Fn(Form, &Value, &Pointer) -> Ty) -> Ty {
        let mut batch_input = Ty::Any;
        for (name, fields, inside, fields_inside) in MAP_SETTINGS {
            let Some(Value::Object(members)) = at.state.field_value(name) else { continue };
            let place = at.at.child(name);
            let nested = members.get(*inside).and_then(Value::as_object);
            let nested = nested.map(|nested| (place.child(inside), nested, *fields_inside));
            for (place, members, fields) in [(place, &members, *fields)].into_iter().chain(nested) {
                for field in fields.iter().filter(|field| is_computed(field.form)) {
                    let Some(value) = members.get(field.name) else { continue };
                    let ty = read(field.form, value, &place.child(field.name));
                    // The paths among these settings lead to numbers.
                    let is_number = matches!(field.form, Form::Integer { .. } | Form::InputReferencePath);
                    if let Some(text) = value.as_str().filter(|_| is_number) {
                        self.expect(&ty, &[Kind::Number], field.name, text, &place.child(field.name));
                    }
                    if field.name == "BatchInput" {
                        batch_input = ty;
                    }
                }
            }
        }
        batch_input
    }

    /// Returns the results of a parallel's branches.
    fn branches(&self, number: usize, input: &Ty, scene: &Scene) -> Ty {
        let scopes = self.inside.get(&number).into_iter().flatten();
        let results = scopes.map(|scope| self.scope(*scope, input.clone(), &scene.variables, &scene.context));
        Ty::tuple(results.map(|result| result.unwrap_or(Ty::Any)).collect())
    }

    /// Returns the result of a map. Its item selector, if any, determines the input of an iteration.
    fn map(
        &self,
        number: usize,
        at: &StateAt<'_>,
        (items, batch_input): (&Ty, Ty),
        scene: &Scene,
        selector: impl FnOnce(&Scene) -> Option<Ty>,
    ) -> Ty {
        let (state, distributed) = (at.state, at.state.is_distributed());
        let item = match &state.item_reader {
            Some(reader) => read_item(reader),
            // The items are an array: of a sequence, several values.
            None => match items {
                Ty::Sequence(each) => (**each).clone(),
                items => items.item().unwrap_or(Ty::Any),
            },
        };
        let inner = Scene { context: self.context(Some(&item)), ..scene.clone() };
        // A distributed map over an object passes each member as a pair.
        let is_pair = state.item_reader.is_none() && items.kind() == Some(Kind::Object);
        let own = || if is_pair { Fields::of([("Key", Ty::TEXT), ("Value", item)]).into() } else { item };
        let mut input = selector(&inner).unwrap_or_else(own);
        if let Some(batcher) = &state.item_batcher {
            let mut batch = Fields::of([("Items", Ty::list(input))]);
            if batcher.batch_input.is_some() {
                batch.insert("BatchInput", Slot::present(batch_input));
            }
            input = batch.into();
        }
        let variables = if distributed { Variables::default() } else { scene.variables.clone() };
        let scope = self.inside.get(&number).and_then(|scopes| scopes.first());
        let output = scope.and_then(|scope| self.scope(*scope, input, &variables, &inner.context));
        let written = |name: &str| state.result_writer.as_ref().is_some_and(|writer| writer.has(name));
        match output {
            _ if written("Resource") => Fields::of([
                ("MapRunArn", Ty::TEXT),
                ("ResultWriterDetails", Fields::of([("Bucket", Ty::TEXT), ("Key", Ty::TEXT)]).into()),
            ])
            .into(),
            // Failed items have other results, and there are many formats.
            Some(output) if !distributed => Ty::list(output),
            _ if state.result_writer.is_some() => Ty::Any,
            _ => Ty::list(Ty::Any),
        }
    }
}

/// Returns the scene of a map's fields, in which a member that is absent may be one of the item.
fn scene_of_item(scene: &Scene, items: &Ty, at: &StateAt<'_>) -> Scene {
    let item = at.state.item_reader.as_ref().map_or_else(|| items.each(), read_item);
    let of_item = Instead::new(item, Why::Item(at.language));
    Scene { meant: std::iter::once(of_item).chain(scene.meant.iter().cloned()).collect(), ..scene.clone() }
}

/// Returns the expression or the path of a field.
fn code_of(text: &str) -> String {
    text.trim_start_matches("{%").trim_end_matches("%}").trim().to_owned()
}

fn is_computed(form: Form) -> bool {
    matches!(form, Form::Template | Form::Computed | Form::InputReferencePath | Form::Integer { expression: true, .. })
}

/// Returns the type of an item that a reader reads, if its settings determine it.
fn read_item(reader: &ItemReader) -> Ty {
    let settings = reader.reader_config.as_ref();
    if reader.resource.as_deref().is_some_and(|resource| resource.ends_with(":s3:listObjectsV2")) {
        let is_read = settings.and_then(|settings| settings.transformation.as_deref()).is_some_and(|how| how != "NONE");
        let member = |(name, is_text): &(&'static str, bool)| (*name, if *is_text { Ty::TEXT } else { Ty::NUMBER });
        return if is_read { Ty::Any } else { Fields::of(ItemReader::LISTED_OBJECT.iter().map(member)).into() };
    }
    let Some(settings) = settings.filter(|settings| settings.input_type.as_deref() == Some("CSV")) else {
        return Ty::Any;
    };
    match (settings.csv_header_location.as_deref(), &settings.csv_headers) {
        (Some("GIVEN"), Some(headers)) if !headers.iter().any(|header| placeholder::likely(header)) => {
            Fields::of(headers.iter().map(|header| (header.as_str(), Ty::TEXT))).into()
        }
        _ => Fields::texts().into(),
    }
}

/// Returns the type of a catcher's error output.
fn error_output() -> Ty {
    let mut fields = Fields::default();
    for name in ERROR_OUTPUT {
        fields.insert(name, Slot { ty: Ty::TEXT, is: Existence::Maybe });
    }
    fields.into()
}

/// Returns the input with the result inserted at the path in `ResultPath`.
fn insert(raw: &Ty, path: &PathField, result: Ty) -> Ty {
    let path = match path {
        PathField::Null => return raw.clone(),
        PathField::Path(text) if placeholder::contained(text) => return Ty::Any,
        PathField::Path(text) => JsonPath::parse(text),
    };
    let Ok(path) = path else { return Ty::Any };
    let names = path.segments().filter(|all| all.iter().all(|step| matches!(step, Segment::Name(_))));
    names.and_then(|names| raw.with(&names, Slot::present(result))).unwrap_or(Ty::Any)
}
