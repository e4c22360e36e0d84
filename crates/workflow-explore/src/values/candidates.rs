//! Chooses the values of a type that conditions distinguish.

use serde_json::{Map, Value, json};
use workflow_asl::json_kind::JsonKind;
use workflow_asl::jsonata;
use workflow_asl::types::Type;
use workflow_local::{Instant, Payload};
use workflow_plan::data::PARSED;
use workflow_schema::{Rule, Shape};
use workflow_services::Shape as ApiShape;

use super::declared::flat;
use super::wanted::{ITEM, Kind, NOTHING, Probe, Wanted};

/// The maximum number of values of one source to try.
const MOST: usize = 64;

const DEPTH: usize = 12;

/// The maximum length of a text or list that a constraint requires.
const LONGEST: usize = 1_000;

const SOME_TIME: &str = "2025-01-01T00:00:00Z";

/// The values of a source to try, simplest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) values: Vec<Payload>,
    /// The number of omitted values.
    pub(crate) left_out: usize,
}

impl Candidates {
    /// Adds values that occurred, the most frequent first.
    pub(crate) fn add(&mut self, occurred: Vec<Value>) {
        let new: Vec<_> = occurred.into_iter().map(Payload::new).filter(|value| !self.values.contains(value)).collect();
        self.left_out = self.left_out.saturating_add(new.len().saturating_sub(super::MOST_OCCURRED));
        self.values.extend(new.into_iter().take(super::MOST_OCCURRED));
    }
}

#[derive(Clone, Debug)]
pub(super) enum Known {
    /// A type of the workflow's source, and its enclosing named type.
    Declared(&'static Shape, Option<&'static Shape>),
    /// What the rules know.
    Typed(Type),
}

/// Returns the values of the input, or of a task's result. With `finds`, its lists may have no items.
pub(super) fn candidates(known: Known, wanted: Option<&Wanted>, finds: bool) -> Candidates {
    let mut making = Making { finds, left_out: 0 };
    let found = making.values(known, wanted.unwrap_or(&NOTHING), "value", 0);
    let values = distinct(found.into_iter().flatten());
    Candidates { values: values.into_iter().map(Payload::new).collect(), left_out: making.left_out }
}

/// `None` is an absent value.
type Alternatives = Vec<Option<Value>>;

struct Making {
    /// Whether a list that is read by index may have no items.
    finds: bool,
    left_out: usize,
}

impl Making {
    fn values(&mut self, known: Known, wanted: &Wanted, name: &str, depth: usize) -> Alternatives {
        if depth > DEPTH {
            return vec![None];
        }
        match known {
            Known::Declared(shape, around) => self.declared(shape, around, wanted, name, depth),
            Known::Typed(ty) => self.typed(&ty, wanted, name, depth),
        }
    }

    fn declared(
        &mut self,
        shape: &'static Shape,
        around: Option<&'static Shape>,
        wanted: &Wanted,
        name: &str,
        depth: usize,
    ) -> Alternatives {
        let is_read = wanted.is_read();
        match shape {
            Shape::Any | Shape::Opaque { .. } => self.unknown(wanted, name, depth),
            Shape::Null => some([Value::Null]),
            Shape::Bool => plain(Kind::Bool, wanted, name),
            Shape::Integer { least, greatest } => {
                let fits = |value: &f64| (*least as f64..=*greatest as f64).contains(value) && value.fract() == 0.0;
                some(numbers(wanted, true).into_iter().filter(fits).map(jsonata::number))
            }
            Shape::Number | Shape::Float => plain(Kind::Number, wanted, name),
            Shape::Text => plain(Kind::Text, wanted, name),
            Shape::Timestamp => plain(Kind::Timestamp, wanted, name),
            Shape::Parsed { parses, .. } => {
                let more =
                    ["1", SOME_TIME, "00000000-0000-4000-8000-000000000000", "127.0.0.1", "a", "https://example.com"];
                let all = texts(wanted, name).into_iter().chain(more.map(str::to_owned));
                let mut fitting: Vec<_> = all.filter(|text| parses(text)).collect();
                if wanted.probes.is_empty() {
                    fitting.truncate(1);
                }
                some(fitting)
            }
            Shape::Texts { of } => some(of.iter().copied().take(if wanted.probes.is_empty() { 1 } else { usize::MAX })),
            Shape::Array { of } => self.array(Known::Declared(of, around), wanted, depth),
            Shape::Tuple { of } => {
                let items = of.iter().enumerate().map(|(number, item)| {
                    let wanted = wanted.member(&format!("[{number}]"));
                    (String::new(), self.declared(item, around, wanted, name, depth + 1))
                });
                let items: Vec<_> = items.collect();
                let all = self.product(&items);
                some(all.into_iter().map(|items| items.into_iter().map(|(_, value)| value).collect::<Value>()))
            }
            Shape::Option { of } => {
                let mut inside = self.declared(of, around, wanted, name, depth);
                if is_read {
                    inside.push(None);
                }
                inside
            }
            Shape::Map { of } => {
                let mut keys: Vec<_> = wanted.members.keys().filter(|key| !key.starts_with('[')).cloned().collect();
                if keys.is_empty() {
                    keys.push("key".to_owned());
                }
                let values =
                    |key: String| (key.clone(), self.declared(of, around, wanted.member(&key), &key, depth + 1));
                let members: Vec<_> = keys.into_iter().map(values).collect();
                self.objects(&members)
            }
            Shape::Object { of } => {
                let members = flat(of).into_iter().map(|field| {
                    let (name, inner) = (field.name, wanted.members.get(field.name));
                    let values = self.declared(field.shape, around, inner.unwrap_or(&NOTHING), name, depth + 1);
                    let mut values = allowed(values, field.rules);
                    if field.optional && inner.is_some() && !values.contains(&None) {
                        values.push(None);
                    }
                    (name.to_owned(), values)
                });
                let members: Vec<_> = members.collect();
                self.objects(&members)
            }
            Shape::OneOf { of, .. } => {
                let mut all = Vec::new();
                for variant in *of {
                    all.extend(self.declared(variant, around, wanted, name, depth + 1));
                    if !is_read {
                        break;
                    }
                }
                self.limited(all)
            }
            Shape::Named { of, .. } => self.declared(of, Some(shape), wanted, name, depth + 1),
            Shape::Own => match around {
                // Omit a value that contains itself forever.
                Some(own) if depth < DEPTH / 2 => self.declared(own, around, wanted, name, depth + 1),
                _ => vec![None],
            },
            Shape::Read { of, reads } => {
                let all = self.declared(of, around, wanted, name, depth + 1);
                let is_one = |value: &Option<Value>| match (reads, value) {
                    (Some(reads), Some(value)) => reads(value).is_ok(),
                    _ => true,
                };
                all.into_iter().filter(is_one).collect()
            }
        }
    }

    /// Returns the values of a type that the rules know. Expressions need the rest.
    fn typed(&mut self, ty: &Type, wanted: &Wanted, name: &str, depth: usize) -> Alternatives {
        match (ty.api_shape(), ty.kind(), wanted.kind) {
            (Some(ApiShape::Timestamp), ..) => plain(Kind::Timestamp, wanted, name),
            (Some(ApiShape::Integer | ApiShape::Long), ..) => {
                some(numbers(wanted, true).into_iter().map(jsonata::number))
            }
            (_, None, _) => self.unknown(wanted, name, depth),
            (_, Some(JsonKind::Object), _) => self.members(ty, wanted, depth),
            (_, Some(JsonKind::Array), _) => self.array(Known::Typed(ty.at("[]").unwrap_or_default()), wanted, depth),
            (_, Some(JsonKind::Null), _) => some([Value::Null]),
            (_, Some(JsonKind::Bool), _) => plain(Kind::Bool, wanted, name),
            (_, Some(JsonKind::Number), _) => plain(Kind::Number, wanted, name),
            // The text of a file, or a text that an expression converts, such as the number of an item of DynamoDB.
            (.., Some(Kind::Json | Kind::Base64 | Kind::Timestamp)) => self.of_kind(wanted, name, depth),
            (.., Some(Kind::Number)) => {
                some(numbers(wanted, false).into_iter().map(|number| jsonata::number(number).to_string()))
            }
            _ => match ty.texts() {
                Some(texts) => {
                    let mut all = constants(wanted);
                    all.extend(texts.into_iter().find(|text| !constants(wanted).contains(text)));
                    some(all)
                }
                None => some(texts(wanted, name)),
            },
        }
    }

    /// Returns objects with the members that are read: only they make a difference. A result has those that AWS always sends.
    fn members(&mut self, ty: &Type, wanted: &Wanted, depth: usize) -> Alternatives {
        let read = wanted.members.iter().filter(|(name, _)| !name.starts_with('['));
        let read = read.map(|(name, wanted)| {
            let inner = ty.at(name).unwrap_or_default();
            let mut values = self.typed(&inner, wanted, name, depth + 1);
            let may_be_absent = wanted.added && inner.kind().is_none() || wanted.probes.contains(&Probe::Present);
            if may_be_absent && !values.contains(&None) {
                values.push(None);
            }
            (name.clone(), values)
        });
        let mut members: Vec<_> = read.collect();
        let always = if depth == 0 { ty.members() } else { Vec::new() };
        for (name, inner, _) in always.into_iter().filter(|(.., certain)| *certain) {
            if !wanted.members.contains_key(&name) {
                let values = self.typed(&inner, &NOTHING, &name, depth + 1).into_iter().take(1).collect();
                members.push((name, values));
            }
        }
        self.objects(&members)
    }

    /// Returns the values of a member that only expressions mention.
    fn unknown(&mut self, wanted: &Wanted, name: &str, depth: usize) -> Alternatives {
        let mut all = self.of_kind(wanted, name, depth);
        for probe in &wanted.probes {
            match probe {
                Probe::Null => all.push(Some(Value::Null)),
                Probe::Present => all.push(None),
                Probe::Is(Kind::Number) => all.extend(some([json!(1), json!(name)])),
                Probe::Is(Kind::Bool) => all.extend(some([json!(true), json!(name)])),
                Probe::Is(Kind::Timestamp) => all.extend(some([SOME_TIME, name])),
                Probe::Is(_) => all.extend(some([json!(name), json!(1)])),
                _ => {}
            }
        }
        self.limited(all)
    }

    fn of_kind(&mut self, wanted: &Wanted, name: &str, depth: usize) -> Alternatives {
        let items = wanted.members.keys().any(|name| name.starts_with('['));
        let has_members = wanted.members.keys().any(|name| !name.starts_with('['));
        match wanted.kind {
            kind if kind == Some(Kind::Array)
                || items && !has_members && kind.is_none_or(|kind| kind >= Kind::Text) =>
            {
                // A text may come in place of the list: `"none found"`.
                let texts = some(constants(wanted));
                self.array(Known::Typed(Type::default()), wanted, depth).into_iter().chain(texts).collect()
            }
            // It may be an object, or a list.
            None if items => {
                let of = |only_items: bool| {
                    let members = wanted.members.iter().filter(|(name, _)| name.starts_with('[') == only_items);
                    let members = members.map(|(name, wanted)| (name.clone(), wanted.clone())).collect();
                    Wanted { members, ..wanted.clone() }
                };
                let mut all = self.of_kind(&of(false), name, depth);
                all.extend(self.of_kind(&of(true), name, depth));
                all
            }
            None | Some(Kind::Object | Kind::Text) if has_members => self.members(&Type::default(), wanted, depth),
            Some(Kind::Object) => some([json!({ "key": "value" })]),
            Some(Kind::Json) => {
                let values = self.unknown(wanted.member(PARSED), name, 0).into_iter().flatten();
                some(values.map(|value| value.to_string()))
            }
            // An input or result whose members are never read.
            None if depth == 0 && wanted.probes.is_empty() => some([json!({})]),
            None if wanted.probes.contains(&Probe::Truth) => some([true, false]),
            None if wanted.probes.contains(&Probe::Other) => plain(Kind::Number, wanted, name),
            kind => plain(kind.unwrap_or(Kind::Text), wanted, name),
        }
    }

    /// Returns arrays with no, one and two items if an expression iterates over them. Otherwise, returns arrays with
    /// the items that are read by index, and shorter ones if a condition checks whether an item is present. A list of a
    /// declared type, or of an API that looks for items, may have none.
    fn array(&mut self, known: Known, wanted: &Wanted, depth: usize) -> Alternatives {
        let (mut of, mut goes_through) = (Wanted::default(), wanted.kind == Some(Kind::Array));
        for (name, member) in &wanted.members {
            goes_through |= name == ITEM || !name.starts_with('[');
            match name.starts_with('[') {
                true => of.add(member),
                // JSONata reads a member of a list in each item.
                false => of.inside([name.clone()]).add(member),
            }
        }
        let items = match known {
            // A result can be added to an object.
            Known::Typed(ty) if ty.kind().is_none() && !of.is_read() => some([json!({})]),
            known => self.values(known, &of, "item", depth + 1),
        };
        let items: Vec<Value> = items.into_iter().flatten().collect();
        let Some(first) = items.first() else { return some([json!([])]) };
        let number = |name: &String| name.strip_prefix('[')?.strip_suffix(']')?.parse::<usize>().ok();
        if let Some(most) = wanted.members.keys().filter_map(number).max() {
            let with = |item| Some(std::iter::repeat_n(first, most).chain([item]).cloned().collect::<Value>());
            let asked = |count: &usize| wanted.member(&format!("[{count}]")).probes.contains(&Probe::Present);
            let fewer = (0..=most).filter(|count| asked(count) || (goes_through || self.finds) && *count == 0);
            let mut all = vec![with(first)];
            all.extend(fewer.map(|count| Some(vec![first.clone(); count].into())));
            all.extend(items.iter().skip(1).map(with));
            return self.limited(all);
        }
        if !goes_through {
            return some([json!([first])]);
        }
        let (one, two) = (items.iter().map(|item| json!([item])), items.iter().map(|item| json!([first, item])));
        self.limited(some(one.chain([json!([])]).chain(two)))
    }

    /// Returns objects with each combination of the values of their members.
    fn objects(&mut self, members: &[(String, Alternatives)]) -> Alternatives {
        some(self.product(members).into_iter().map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())))
    }

    /// Combines each value of each member with each of the others. If there are too many combinations, varies one
    /// member at a time.
    fn product(&mut self, members: &[(String, Alternatives)]) -> Vec<Vec<(String, Value)>> {
        let all = members.iter().map(|(_, values)| values.len().max(1)).try_fold(1_usize, usize::checked_mul);
        let pick = |number: usize, at: usize| {
            let (name, values) = members.get(number)?;
            Some((name.clone(), values.get(at)?.clone()?))
        };
        if let Some(all) = all.filter(|all| *all <= MOST) {
            let mut found = Vec::with_capacity(all);
            for mut combination in 0..all {
                let mut made = Vec::new();
                for (number, (_, values)) in members.iter().enumerate() {
                    let count = values.len().max(1);
                    made.extend(pick(number, combination % count));
                    combination /= count;
                }
                found.push(made);
            }
            return found;
        }
        let plain = |except: Option<(usize, usize)>| {
            let at = |number: usize| except.filter(|(changed, _)| *changed == number).map_or(0, |(_, at)| at);
            (0..members.len()).filter_map(|number| pick(number, at(number))).collect::<Vec<_>>()
        };
        let mut found = vec![plain(None)];
        for (number, (_, values)) in members.iter().enumerate() {
            found.extend((1..values.len()).map(|at| plain(Some((number, at)))));
        }
        let tried = found.len().min(MOST);
        self.left_out = self.left_out.saturating_add(all.unwrap_or(usize::MAX).saturating_sub(tried));
        found.truncate(MOST);
        found
    }

    fn limited(&mut self, all: Alternatives) -> Alternatives {
        let mut all = distinct(all);
        self.left_out = self.left_out.saturating_add(all.len().saturating_sub(MOST));
        all.truncate(MOST);
        all
    }
}

fn some<V: Into<Value>>(values: impl IntoIterator<Item = V>) -> Alternatives {
    values.into_iter().map(|value| Some(value.into())).collect()
}

/// Returns each value once, in their order.
fn distinct<T: PartialEq>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    all.into_iter().fold(Vec::new(), |mut found, value| {
        if !found.contains(&value) {
            found.push(value);
        }
        found
    })
}

/// Returns the values of a kind that has no members and no items.
fn plain(kind: Kind, wanted: &Wanted, name: &str) -> Alternatives {
    match kind {
        Kind::Bool => some([true, false].into_iter().take(if wanted.probes.is_empty() { 1 } else { 2 })),
        Kind::Number => some(numbers(wanted, false).into_iter().map(jsonata::number)),
        Kind::Timestamp => some(timestamps(wanted)),
        Kind::Base64 => some(["dmFsdWU="]),
        _ => some(texts(wanted, name)),
    }
}

/// Returns the texts that conditions compare with.
fn constants(wanted: &Wanted) -> Vec<String> {
    let constant = |probe: &Probe| match probe {
        Probe::Constant(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    wanted.probes.iter().filter_map(constant).collect()
}

/// Returns the values that constraints allow. If there are none, the first value is changed to fit. No text is made for a
/// pattern.
fn allowed(mut values: Alternatives, rules: &[Rule]) -> Alternatives {
    let fits = |value: &Value| rules.iter().all(|rule| rule.unmet(value).is_none());
    let Some(first) = values.iter().flatten().next().cloned() else { return values };
    values.retain(|value| value.as_ref().is_none_or(fits));
    if values.iter().flatten().next().is_none() {
        values.insert(0, Some(rules.iter().fold(first, fitted)));
    }
    values
}

fn fitted(value: Value, rule: &Rule) -> Value {
    if rule.unmet(&value).is_none() {
        return value;
    }
    let length = match rule {
        Rule::Range { least, greatest } => {
            return least.or(*greatest).and_then(|bound| bound.parse().ok()).map_or(value, jsonata::number);
        }
        Rule::Length { least, greatest } => least.or(*greatest).and_then(|length| usize::try_from(length).ok()),
        _ => return value,
    };
    let length = length.unwrap_or(0).min(LONGEST);
    match value {
        Value::String(text) => text.chars().chain(std::iter::repeat('a')).take(length).collect::<String>().into(),
        Value::Array(items) => {
            let item = items.last().cloned().unwrap_or_default();
            items.into_iter().chain(std::iter::repeat(item)).take(length).collect()
        }
        value => value,
    }
}

/// Returns each bound and the numbers on both sides of it: of whole numbers, those next to it.
fn numbers(wanted: &Wanted, whole: bool) -> Vec<f64> {
    let mut all: Vec<f64> = Vec::new();
    for probe in &wanted.probes {
        match probe {
            Probe::Constant(value) => {
                if let Some(bound) = value.as_f64().filter(|bound| whole && bound.fract() != 0.0) {
                    all.extend([bound.floor(), bound.ceil()]);
                } else if let Some(bound) = value.as_f64() {
                    let step = if bound.fract() == 0.0 { 1.0 } else { bound.abs().max(0.001) / 10.0 };
                    all.extend([bound, bound - step, bound + step]);
                }
            }
            Probe::Other => all.extend([1.0, 0.0, 2.0]),
            Probe::Truth => all.extend([1.0, 0.0]),
            _ => {}
        }
    }
    if all.is_empty() {
        all.push(1.0);
    }
    distinct(all)
}

/// Returns a text that matches a pattern of `StringMatches`.
pub(crate) fn matching(pattern: &str) -> String {
    pattern.replace("\\*", "\u{0}").replace('*', "x").replace('\u{0}', "*")
}

/// Returns each constant, and a string that differs from all of them.
fn texts(wanted: &Wanted, name: &str) -> Vec<String> {
    let of_probe = |probe: &Probe| match probe {
        Probe::Constant(Value::String(text)) => vec![text.clone()],
        Probe::Pattern(pattern) => vec![matching(pattern)],
        Probe::Other => vec!["a".to_owned(), "b".to_owned()],
        Probe::Truth => vec![String::new()],
        _ => Vec::new(),
    };
    let mut all = distinct(wanted.probes.iter().flat_map(of_probe));
    let mut other = if name.starts_with('[') { "item".to_owned() } else { name.to_owned() };
    while all.contains(&other) {
        other.push('_');
    }
    if all.is_empty() || !wanted.probes.contains(&Probe::Other) {
        all.push(other);
    }
    all
}

fn timestamps(wanted: &Wanted) -> Vec<String> {
    let mut all = Vec::new();
    for text in constants(wanted) {
        let Some(time) = Instant::parse(&text) else { continue };
        let beside = |seconds: i64| Instant::from_millis(time.as_millis().saturating_add(seconds * 1000)).to_string();
        all.extend([text, beside(-1), beside(1)]);
    }
    if wanted.probes.contains(&Probe::Other) {
        all.extend([SOME_TIME, "2025-01-02T00:00:00Z"].map(str::to_owned));
    }
    if all.is_empty() {
        all.push(SOME_TIME.to_owned());
    }
    all
}
