//! The page of a change: the definitions of each state that differs, side by side.

use serde_json::{Value, json};
use workflow_asl::difference::{Difference, StateDifference};

use super::{Item, Page, Tone};
use crate::{Direction, Graph};

impl Page {
    /// Creates the page of a change between two definitions, with the graph of [`Graph::of_change`]. It lists what
    /// differs, and shows the old and the new definition of a state side by side.
    pub fn of_change(graph: Graph, direction: Direction, old: &Value, new: &Value) -> Self {
        let difference = Difference::of(old, new);
        let mut page = Self::of_graph(graph, direction, new.clone());
        let (mut items, mut changes) = (Vec::new(), serde_json::Map::new());
        for state in &difference.states {
            let Some((tone, word)) = said(state) else { continue };
            let place = state.new.as_ref().or(state.old.as_ref());
            let Some(pointer) = place.map(|place| place.pointer.as_str()) else { continue };
            let fields: Vec<_> = state.fields.iter().map(|field| field.name.as_str()).collect();
            items.push(Item::new(state.name(), Some(pointer), (tone, &word), fields.join(", ")));
            let whole = |place: &Option<workflow_asl::difference::StateLocation>, within: &Value| {
                place.as_ref().and_then(|place| within.pointer(place.pointer.as_str())).cloned()
            };
            let fields = state.fields.iter().map(|field| json!([field.name, field.old, field.new]));
            let change = json!({
                "fields": fields.collect::<Vec<_>>(), "old": whole(&state.old, old), "new": whole(&state.new, new),
            });
            changes.insert(pointer.to_owned(), change);
        }
        let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
        items.extend(difference.machine.iter().map(|field| {
            let text = format!("{} → {}", text(&field.old), text(&field.new));
            Item::new(&field.name, None, (Tone::Careful, "changed"), text)
        }));
        if items.is_empty() {
            items.push(Item::new("Nothing differs.", None, (Tone::Good, ""), ""));
        }
        page.changes = changes.into();
        page.with_list("Changes", items)
    }
}

/// Returns the kind of a change, in words; `None` if the state is the same.
fn said(state: &StateDifference) -> Option<(Tone, String)> {
    Some(match state.renamed() {
        _ if state.is_added() => (Tone::Good, "added".to_owned()),
        _ if state.is_removed() => (Tone::Bad, "removed".to_owned()),
        Some((old, _)) => (Tone::Careful, format!("renamed, was {old}")),
        None if state.fields.is_empty() => return None,
        None => (Tone::Careful, "changed".to_owned()),
    })
}
