//! The payloads of histories. Large ones are kept as text that shares parts with the text before.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use super::Details;
use crate::json_text::{Extent, SHALLOW};
use crate::payload::Payload;

/// The size in bytes from which a payload is kept as text. Smaller ones are shared values, which takes no time.
const LARGE: usize = 4 * 1024;

/// The bytes of large payloads that one history keeps as values before it starts to keep text. Most histories never
/// have this many.
const AS_THEY_ARE: usize = 4 * 1024 * 1024;

/// The maximum length of a chain of texts that share parts, which is the number of steps to read one.
const MOST_SHARING: usize = 64;

/// The JSON text of a payload.
#[derive(Debug)]
pub(crate) struct SharedText {
    /// The number of texts in its chain of sharing.
    sharing: usize,
    bytes: usize,
    parts: Parts,
}

#[derive(Debug)]
enum Parts {
    Whole(Box<str>),
    /// A string with the same start and end as another, and its own middle.
    Changed {
        base: Arc<SharedText>,
        start: usize,
        middle: Box<str>,
        end: usize,
    },
}

impl SharedText {
    /// Creates a text that shares nothing.
    pub(crate) fn whole(text: Box<str>) -> Self {
        Self { sharing: 0, bytes: text.len(), parts: Parts::Whole(text) }
    }

    /// Returns the length in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Writes a part of the text, whose bounds are at character boundaries.
    fn write(&self, range: Range<usize>, out: &mut dyn Write) -> fmt::Result {
        if range.is_empty() {
            return Ok(());
        }
        let Parts::Changed { base, start, middle, end } = &self.parts else {
            let Parts::Whole(text) = &self.parts else { return Ok(()) };
            return out.write_str(text.get(range).unwrap_or_default());
        };
        let after = start + middle.len();
        let within =
            |part: Range<usize>| range.start.clamp(part.start, part.end)..range.end.clamp(part.start, part.end);
        base.write(within(0..*start), out)?;
        let own = within(*start..after);
        out.write_str(middle.get(own.start - start..own.end - start).unwrap_or_default())?;
        // The position of the end in the other text.
        let moved = |at: usize| base.bytes - end + (at - after);
        let rest = within(after..self.bytes);
        base.write(moved(rest.start)..moved(rest.end), out)
    }
}

impl fmt::Display for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(0..self.bytes, f)
    }
}

/// The payloads most recently kept: the data of states, and each variable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compaction {
    /// The bytes of large payloads that are kept as values.
    as_they_are: usize,
    data: Option<Last>,
    variables: BTreeMap<Arc<str>, Last>,
}

#[derive(Clone, Debug)]
struct Last {
    /// The value, which the next event often has too.
    live: Payload,
    kept: Payload,
    /// The text, if it was kept as text.
    text: Option<(String, Arc<SharedText>)>,
}

impl Compaction {
    /// Replaces the payloads of details by those to keep in the history.
    pub(crate) fn keep(&mut self, details: &mut Details) {
        if let Details::StateExited { assigned: Some(assigned), .. } = details
            && assigned.values().any(|value| value.bytes() >= LARGE)
        {
            *assigned = assigned.map(|name, value| self.compacted_variable(name, value));
        }
        if let Some(payload) = data(details).filter(|payload| payload.bytes() >= LARGE) {
            *payload = compacted(payload, &mut self.data, &mut self.as_they_are);
        }
    }

    fn compacted_variable(&mut self, name: &Arc<str>, value: &Payload) -> Payload {
        if value.bytes() < LARGE {
            return value.clone();
        }
        let mut last = self.variables.remove(name);
        let value = compacted(value, &mut last, &mut self.as_they_are);
        self.variables.extend(last.map(|last| (Arc::clone(name), last)));
        value
    }
}

/// Returns the states' data in an event.
fn data(details: &mut Details) -> Option<&mut Payload> {
    match details {
        Details::ExecutionStarted { input, .. }
        | Details::StateEntered { input, .. }
        | Details::WorkScheduled { input, .. } => Some(input),
        Details::Output { output } | Details::StateExited { output, .. } | Details::TaskOutput { output, .. } => {
            Some(output)
        }
        Details::TaskScheduled { parameters, .. } => Some(parameters),
        _ => None,
    }
}

fn compacted(payload: &Payload, last: &mut Option<Last>, as_they_are: &mut usize) -> Payload {
    if let Some(last) = last.as_ref().filter(|last| last.live.is_same(payload)) {
        return last.kept.clone();
    }
    let bytes = payload.bytes();
    if *as_they_are + bytes <= AS_THEY_ARE {
        *as_they_are += bytes;
        *last = Some(Last { live: payload.clone(), kept: payload.clone(), text: None });
        return payload.clone();
    }
    let text = payload.to_string();
    if Extent::of(text.as_bytes()).depth > SHALLOW {
        return payload.clone();
    }
    let before = last.as_ref().and_then(|last| last.text.as_ref());
    let shared = Arc::new(share(&text, before));
    let kept = Payload::of_text(Arc::clone(&shared));
    *last = Some(Last { live: payload.clone(), kept: kept.clone(), text: Some((text, shared)) });
    kept
}

/// Returns the text without the parts in common with the one before.
fn share(text: &str, last: Option<&(String, Arc<SharedText>)>) -> SharedText {
    let whole = || SharedText::whole(text.into());
    let Some((other, base)) = last.filter(|(_, last)| last.sharing < MOST_SHARING) else { return whole() };
    let equal = |(a, b): &(&u8, &u8)| a == b;
    let mut start = text.as_bytes().iter().zip(other.as_bytes()).take_while(equal).count();
    while !(text.is_char_boundary(start) && other.is_char_boundary(start)) {
        start -= 1;
    }
    let (Some(rest), Some(other_rest)) = (text.get(start..), other.get(start..)) else { return whole() };
    let mut end = rest.bytes().rev().zip(other_rest.bytes().rev()).take_while(|(a, b)| a == b).count();
    while !(rest.is_char_boundary(rest.len() - end) && other_rest.is_char_boundary(other_rest.len() - end)) {
        end -= 1;
    }
    let middle = rest.get(..rest.len() - end).unwrap_or_default();
    if middle.len() > text.len() / 2 {
        return whole();
    }
    let base = Arc::clone(base);
    SharedText {
        sharing: base.sharing + 1,
        bytes: text.len(),
        parts: Parts::Changed { base, start, middle: middle.into(), end },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A history that keeps no more payloads as values.
    fn full() -> Compaction {
        Compaction { as_they_are: AS_THEY_ARE, ..Compaction::default() }
    }

    #[test]
    fn few_are_kept_as_they_are() {
        let mut recent = Compaction::default();
        let payloads: Vec<_> = (0..8).map(|turn| Payload::new(json!(["x".repeat(1024 * 1024), turn]))).collect();
        let kept: Vec<_> = payloads.iter().map(|payload| keep(&mut recent, payload)).collect();
        let same = |(payload, kept): (&Payload, &Details)| input(kept).is_same(payload);
        let same: Vec<_> = payloads.iter().zip(&kept).map(same).collect();
        assert_eq!(same, [true, true, true, false, false, false, false, false]);
        assert!(payloads.iter().zip(&kept).all(|(payload, kept)| payload.to_string() == input(kept).to_string()));
    }

    /// Returns the details that a history keeps for an event with this input.
    fn keep(recent: &mut Compaction, input: &Payload) -> Details {
        let mut details = Details::StateEntered { name: "A".into(), input: input.clone() };
        recent.keep(&mut details);
        details
    }

    fn input(details: &Details) -> &Payload {
        let Details::StateEntered { input, .. } = details else { return unreachable(details) };
        input
    }

    fn unreachable<'a>(details: &Details) -> &'a Payload {
        panic!("{details:?}")
    }

    #[test]
    fn what_is_kept_reads_as_what_was_given() {
        let mut recent = full();
        let long = "äöü€𝄞\"\\\u{1}".repeat(800);
        let mut value = json!({ "a": [1, -0.0, 1e300, 0.1, u64::MAX, i64::MIN, null], "long": long });
        let mut kept: Vec<(Value, Details)> = Vec::new();
        for turn in 0..200 {
            match turn % 5 {
                0 => value[format!("é{turn}")] = json!({ "turn": turn, "of": ["ä", "ä", "ä"] }),
                1 => value["a"] = json!([turn, "𝄞", "𝄞€"]),
                2 => value["long"] = json!(format!("{turn}{long}")),
                3 => drop(value.as_object_mut().map(|members| members.shift_remove("a"))),
                _ => value["a"] = json!({ "€": turn }),
            }
            let payload = Payload::new(value.clone());
            kept.push((value.clone(), keep(&mut recent, &payload)));
            // The same value again: a state's output and the next one's input.
            let again = keep(&mut recent, &payload);
            assert!(kept.last().is_some_and(|(_, kept)| input(kept).is_same(input(&again))) || payload.bytes() < LARGE);
        }
        for (value, details) in &kept {
            assert_eq!(input(details).to_string(), value.to_string());
            assert_eq!(input(details).bytes(), value.to_string().len());
            assert_eq!(input(details).value(), value);
            assert_eq!(input(details).value().to_string(), value.to_string());
        }
    }

    #[test]
    fn what_is_nested_deeper_than_is_read_at_once_stays_as_it_is() {
        let mut value = json!("x".repeat(LARGE));
        for _ in 0..600 {
            value = json!([value]);
        }
        let payload = Payload::new(value);
        let details = keep(&mut full(), &payload);
        assert!(input(&details).is_same(&payload));
    }

    #[test]
    fn texts_that_grow_share_what_they_have() {
        let mut recent = full();
        let mut value = json!({});
        let mut own = 0;
        for turn in 0..2_000 {
            value[format!("member{turn}")] = json!(turn);
            let details = keep(&mut recent, &Payload::new(value.clone()));
            let Some(last) = &recent.data else { continue };
            own += match last.text.as_ref().map(|(_, shared)| &shared.parts) {
                Some(Parts::Whole(whole)) => whole.len(),
                Some(Parts::Changed { middle, .. }) => middle.len(),
                None => 0,
            };
            assert_eq!(input(&details).to_string(), value.to_string());
        }
        assert!(own < 2_000_000, "{own} bytes for 2000 texts of up to {}", value.to_string().len());
    }
}
