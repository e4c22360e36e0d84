//! The variables that the compiler assigns itself: the parts of a state's result that later states read, the item of a
//! map, and the error of a catcher. In the language they are read by the names of the state, the item and the error.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use workflow_asl::Pointer;
use workflow_asl::difference::{StateLocation, states_in};
use workflow_asl::document::State;

use super::filter::item_name;
use workflow_compiler::state_ident::StateIdents;
use workflow_compiler::syntax::is_rust_keyword;
use workflow_compiler::syntax::keyword::RESERVED;

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
        if document.get("QueryLanguage").is_none_or(|language| language != "JSONata") {
            return captures;
        }
        let Some(sites) = sites_in(document, idents) else { return captures };
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

    /// Returns whether a name is the name of a state whose result is kept.
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
    let bodies = State::PROCESSOR_FIELDS.into_iter().filter_map(|field| map?.get(field));
    let mut states = bodies.flat_map(|body| states_in(body, &Pointer::root()));
    states.any(|(_, state)| state.get("Type").is_some_and(|kind| kind == "Map"))
}

/// Returns a name for the item of a map: the name of an item of its list.
fn named_item(document: &Value, map: &Pointer) -> String {
    let items = document.pointer(map.child("Items").as_str()).and_then(Value::as_str).unwrap_or_default();
    let list = items.trim_end_matches(['%', '}', ' ']).rsplit(|ch: char| !ch.is_ascii_alphanumeric()).next();
    item_name(list).unwrap_or_else(|| "outer".to_owned())
}

/// Returns where variables are assigned; `None` if a state is not in JSONata.
fn sites_in(document: &Value, idents: &StateIdents) -> Option<BTreeMap<String, Vec<Site>>> {
    let mut sites = BTreeMap::<_, Vec<_>>::new();
    for (StateLocation { name, pointer: at, .. }, state) in states_in(document, &Pointer::root()) {
        if state.get("QueryLanguage").is_some_and(|language| language != "JSONata") {
            return None;
        }
        let ident = idents.get(&at).unwrap_or_default();
        let item = map_of_first(document, &at, &name);
        let mut add = |holder: &Value, catcher: bool| {
            for (variable, value) in holder.get("Assign").and_then(Value::as_object).into_iter().flatten() {
                let site = match &item {
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
    }
    Some(sites)
}

/// Returns the map whose processor starts at a state.
fn map_of_first(document: &Value, state: &Pointer, name: &str) -> Option<Pointer> {
    let body = state.parent()?.parent()?;
    let is_processor = State::PROCESSOR_FIELDS.contains(&&*body.tokens().last()?);
    let starts = document.pointer(body.as_str())?.get("StartAt").is_some_and(|start| start == name);
    if is_processor && starts { body.parent() } else { None }
}
