//! Tests documents with an inserted error: the importer must reject them, or its output must compile to an equal
//! document.

use serde_json::{Map, Value, json};
use workflow_import::{ImportError, ImportOptions, import};

/// The number of broken documents for each data set.
const TRIES: usize = 150;
/// The maximum size of a document, as text.
const LARGEST: usize = 6_000;

/// Breaks documents and imports them. Returns how many, and the failures of the importer. The same each time.
pub(crate) fn try_all<'d>(documents: impl Iterator<Item = &'d Value>) -> (usize, Vec<String>) {
    let documents: Vec<_> = documents.filter(|document| document.to_string().len() < LARGEST).collect();
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let mut faults = Vec::new();
    let mut tried = 0;
    while tried < TRIES && !documents.is_empty() {
        let mut document = documents[chance.below(documents.len())].clone();
        for _ in 0..=chance.below(3) {
            let places = count(&document);
            let mut place = chance.below(places);
            break_at(&mut document, &mut place, &mut chance);
        }
        tried += 1;
        // A panic of the compiler is caught and reported as a bug; one of the importer ends the test.
        if let Err(ImportError::Unsayable { message, .. }) = import(&document, &ImportOptions::new("Broken"))
            && message.contains("bug")
        {
            faults.push(format!("{message}: {document}"));
        }
    }
    (tried, faults)
}

/// A deterministic random number generator.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap_or(0)
    }
}

/// Returns how many values a value contains, including itself.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// Breaks the value at index `place`.
fn break_at(value: &mut Value, place: &mut usize, chance: &mut Chance) {
    if *place == 0 {
        *value = broken(value, chance);
        *place = usize::MAX;
        return;
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| {
            if *place != usize::MAX {
                break_at(item, place, chance);
            }
        }),
        Value::Object(members) => members.values_mut().for_each(|item| {
            if *place != usize::MAX {
                break_at(item, place, chance);
            }
        }),
        _ => {}
    }
}

fn broken(value: &Value, chance: &mut Chance) -> Value {
    let odd = [
        json!(null),
        json!(-1.5e300),
        json!(""),
        json!("$"),
        json!("$['a\\'b'][-1]..c[?(@.x)]"),
        json!("{% ( %}"),
        json!("{% $f := function($x){ $x } %}"),
        json!("States.Format('{}\\'{', $)"),
        json!("\u{0}\u{202e}\r\n\"#${X}{}"),
        json!([[], {}, true]),
        json!({ "": { "a.$": 1 } }),
    ];
    match value {
        Value::String(text) if chance.below(2) == 0 => {
            let cut = chance.below(text.chars().count() + 1);
            let left: String = text.chars().take(cut).collect();
            json!(format!("{left}{}", ["", "'", "\"", "}", "${", "$", "\\", "%}"][chance.below(8)]))
        }
        Value::Object(members) if chance.below(2) == 0 && !members.is_empty() => {
            let gone = chance.below(members.len());
            let rest = members.iter().enumerate().filter(|(index, _)| *index != gone);
            let mut rest: Map<_, _> = rest.map(|(_, (key, value))| (key.clone(), value.clone())).collect();
            if chance.below(2) == 0 {
                rest.insert("Odd \"key\" ${X}.$".to_owned(), json!("$.x"));
            }
            rest.into()
        }
        Value::Array(items) if chance.below(2) == 0 => items.iter().skip(1).cloned().collect(),
        _ => odd[chance.below(odd.len())].clone(),
    }
}
