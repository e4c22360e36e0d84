//! The variables that the compiler assigns itself: what a state keeps of its result for later states, the item of a map,
//! and the error of a catcher. In the language they are read by the names of the state, the item and the error.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use workflow_asl::Pointer;

use super::filter::item_name;
use crate::state_ident::StateIdents;
use crate::syntax::is_rust_keyword;
use crate::syntax::keyword::RESERVED;

/// The name of a caught error.
const CAUGHT: &str = "caught";
/// The name of a map's item that has no other.
const ITEM: &str = "item";

/// The variables of a document that can be read by such names.
#[derive(Clone, Debug, Default)]
pub(super) struct Captures {
    names: BTreeSet<String>,
    /// The items of maps that states in them keep.
    items: BTreeMap<Pointer, Item>,
}

/// The item of a map.
#[derive(Clone, Debug)]
struct Item {
    variable: String,
    /// Its name in the language.
    word: String,
}

/// Where a variable is assigned.
#[derive(Clone, Debug, PartialEq)]
enum Site {
    /// In the state with this identifier.
    State(String),
    /// In the first state of this map.
    Item(Pointer),
    /// In a catcher.
    Catcher,
}

impl Captures {
    /// Returns the variables of a document in JSONata that the compiler may have assigned.
    pub(super) fn of(document: &Value, idents: &StateIdents) -> Self {
        let mut captures = Self::default();
        let mut sites = BTreeMap::new();
        if document.get("QueryLanguage").is_none_or(|language| language != "JSONata")
            || !sites_in(document, &Pointer::root(), None, idents, &mut sites)
        {
            return captures;
        }
        for (name, sites) in sites {
            let maps = sites.iter().filter_map(|site| match site {
                Site::Item(map) => Some(map),
                _ => None,
            });
            let maps: Vec<_> = maps.collect();
            let is_own = sites.iter().all(|site| *site == Site::State(name.clone()));
            let is_error = name == CAUGHT && sites.iter().all(|site| *site == Site::Catcher);
            let fits = name == ITEM || !RESERVED.contains(&name.as_str()) && !is_rust_keyword(&name);
            let is_item = maps.len() == sites.len() && fits && (name == ITEM || maps.iter().all(|map| *map == maps[0]));
            if is_item {
                for map in maps {
                    // In a map inside, `item` is another one.
                    let named = name == ITEM && has_map(document.pointer(map.as_str()));
                    let word = if named { named_item(document, map) } else { name.clone() };
                    captures.items.insert(map.clone(), Item { variable: name.clone(), word });
                }
            }
            if is_own || is_error || is_item {
                captures.names.insert(name);
            }
        }
        captures
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Returns whether a variable is read by the name of a state, an item or an error.
    fn has(&self, variable: &str) -> bool {
        self.names.contains(variable)
    }

    /// Returns whether a name is that of a state whose result is kept.
    pub(super) fn is_result(&self, name: &str) -> bool {
        self.has(name) && name != CAUGHT && self.items.values().all(|item| item.word != name)
    }

    /// Returns the name by which a variable is read at a place.
    pub(super) fn word<'a>(&'a self, variable: &'a str, at: &Pointer) -> Option<&'a str> {
        if !self.has(variable) {
            return None;
        }
        let around = std::iter::successors(at.parent(), Pointer::parent);
        let mut items = around.filter_map(|around| self.items.get(&around));
        Some(items.find(|item| item.variable == variable).map_or(variable, |item| item.word.as_str()))
    }

    /// Returns the name of a map's item, if it is not `item`.
    pub(super) fn item_of(&self, map: &Pointer) -> Option<&str> {
        let item = self.items.get(map).filter(|item| self.has(&item.variable))?;
        Some(item.word.as_str()).filter(|word| *word != ITEM)
    }

    /// Returns an `Assign` without the variables that the compiler assigns; `None` if nothing is left.
    pub(super) fn without<'v>(&self, assign: &'v Value) -> Option<Cow<'v, Value>> {
        let Value::Object(members) = assign else { return Some(Cow::Borrowed(assign)) };
        if !members.keys().any(|name| self.has(name)) {
            return Some(Cow::Borrowed(assign));
        }
        let own = members.iter().filter(|(name, _)| !self.has(name));
        let own: Map<_, _> = own.map(|(name, value)| (name.clone(), value.clone())).collect();
        if own.is_empty() { None } else { Some(Cow::Owned(own.into())) }
    }

    /// Gives up the variables that come back otherwise. Returns whether there were any.
    pub(super) fn give_up(&mut self, document: &Value, at: &Pointer) -> bool {
        let tokens: Vec<_> = at.tokens().collect();
        let Some(assign) = tokens.iter().rposition(|token| token == "Assign") else { return false };
        if let Some(name) = tokens.get(assign + 1) {
            return self.names.remove(name);
        }
        let members = document.pointer(at.as_str()).and_then(Value::as_object);
        let before = self.names.len();
        self.names.retain(|name| !members.is_some_and(|members| members.contains_key(name)));
        self.names.len() < before
    }
}

/// Returns whether there is a map in the states of a map.
fn has_map(map: Option<&Value>) -> bool {
    let body = map.and_then(|map| map.get("ItemProcessor").or_else(|| map.get("Iterator")));
    let mut open: Vec<_> = body.into_iter().collect();
    while let Some(body) = open.pop() {
        for state in body.get("States").and_then(Value::as_object).into_iter().flat_map(Map::values) {
            if state.get("Type").is_some_and(|kind| kind == "Map") {
                return true;
            }
            open.extend(state.get("Branches").and_then(Value::as_array).into_iter().flatten());
        }
    }
    false
}

/// Returns a name for the item of a map: that of an item of its list.
fn named_item(document: &Value, map: &Pointer) -> String {
    let items = document.pointer(map.child("Items").as_str()).and_then(Value::as_str).unwrap_or_default();
    let list = items.trim_end_matches(['%', '}', ' ']).rsplit(|ch: char| !ch.is_ascii_alphanumeric()).next();
    item_name(list).unwrap_or_else(|| "outer".to_owned())
}

/// Collects where variables are assigned. Returns `false` if a state is not in JSONata.
fn sites_in(
    body: &Value,
    at: &Pointer,
    map: Option<&Pointer>,
    idents: &StateIdents,
    sites: &mut BTreeMap<String, Vec<Site>>,
) -> bool {
    let start = body.get("StartAt").and_then(Value::as_str);
    let at = at.child("States");
    let states = body.get("States").and_then(Value::as_object);
    states.into_iter().flatten().all(|(name, state)| {
        let here = at.child(name);
        if state.get("QueryLanguage").is_some_and(|language| language != "JSONata") {
            return false;
        }
        let ident = idents.get(&here).unwrap_or_default();
        let item = map.filter(|_| start == Some(name));
        let mut add = |holder: &Value, catcher: bool| {
            for (variable, value) in holder.get("Assign").and_then(Value::as_object).into_iter().flatten() {
                let site = match item {
                    _ if catcher && value == "{% $states.errorOutput %}" => Site::Catcher,
                    Some(map) if variable != ident => Site::Item(map.clone()),
                    _ => Site::State(if catcher { String::new() } else { ident.to_owned() }),
                };
                sites.entry(variable.clone()).or_default().push(site);
            }
        };
        add(state, false);
        let list = |field: &str| state.get(field).and_then(Value::as_array).into_iter().flatten();
        list("Catch").for_each(|catcher| add(catcher, true));
        list("Choices").for_each(|rule| add(rule, false));
        let branches = list("Branches").enumerate();
        let branches = branches.map(|(index, branch)| (branch, here.child("Branches").index(index), None));
        let bodies = ["ItemProcessor", "Iterator"].into_iter().filter_map(|field| Some((state.get(field)?, field)));
        let bodies: Vec<_> =
            bodies.map(|(body, field)| (body, here.child(field), Some(&here))).chain(branches).collect();
        bodies.into_iter().all(|(body, at, map)| sites_in(body, &at, map, idents, sites))
    })
}
