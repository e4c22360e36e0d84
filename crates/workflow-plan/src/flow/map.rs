//! Data flow of maps: the items, the input of the inner states, and the result.

use std::collections::BTreeMap;

use workflow_asl::Pointer;
use workflow_asl::document::{QueryLanguage, State};
use workflow_asl::path::JsonPath;

use super::expression::Data;
use super::symbol::{Symbol, ValueSource};
use super::{Incoming, Reader, Variables, context, joined};

impl<'m> Reader<'m> {
    /// Follows the data through a map and returns its result.
    pub(super) fn map(
        &mut self,
        name: &'m str,
        state: &'m State,
        at: &Pointer,
        data: &Data<'_>,
        language: QueryLanguage,
    ) -> Symbol {
        let items = match (language, &state.items_path, &state.items) {
            _ if state.item_reader.is_some() => Symbol::origin(ValueSource::Item(self.name(name))),
            (QueryLanguage::JsonPath, Some(path), _) => {
                JsonPath::parse(path).map_or(Symbol::Unknown, |path| data.path(&path))
            }
            (QueryLanguage::Jsonata, _, Some(items)) => data.template(language, items),
            _ => data.input.clone(),
        };
        let item = item_of(&items);
        let distributed = state.is_distributed();
        let current = Symbol::object([("Item", Symbol::object([("Value", item.clone())]))]);
        let around = data.context.with(&["Map".to_owned()], current);
        let selecting = Data { context: &around, ..data.clone() };
        let selector = state.item_selector.as_ref().or(state.parameters.as_ref());
        let mut given = selector.map_or(item, |selector| selecting.template(language, selector));
        if let Some(batcher) = &state.item_batcher {
            let mut members: BTreeMap<_, _> = [("Items".to_owned(), Symbol::List(Box::new(given)))].into();
            if let Some(input) = &batcher.batch_input {
                members.insert("BatchInput".to_owned(), data.template(language, input));
            }
            given = Symbol::Object { members, base: None }.sized();
        }
        let (inner, variables) = match distributed {
            true => (context(given.clone()), Variables::new()),
            false => (around.clone(), data.variables.clone()),
        };
        let mut output = Symbol::Unknown;
        for scope in state.scopes(name, at) {
            let incoming = Incoming { input: given.clone(), variables: variables.clone() };
            output = joined(self.scope(&scope, incoming, &inner));
        }
        let writes = state.result_writer.as_ref().is_some_and(|writer| writer.resource.is_some());
        if distributed && writes {
            let run = Symbol::origin(ValueSource::Result(format!("the map run of {}", self.name(name))));
            let details = Symbol::object([
                ("Bucket", run.member("ResultWriterDetails").member("Bucket")),
                ("Key", run.member("ResultWriterDetails").member("Key")),
            ]);
            return Symbol::object([("MapRunArn", run.member("MapRunArn")), ("ResultWriterDetails", details)]);
        }
        Symbol::List(Box::new(output)).sized()
    }
}

/// Returns an arbitrary item of an array.
fn item_of(items: &Symbol) -> Symbol {
    match items {
        Symbol::Tuple(items) => items.iter().cloned().reduce(Symbol::or).unwrap_or(Symbol::Unknown),
        Symbol::List(_) => items.member("[]"),
        Symbol::OneOf(all) => {
            // An empty array, as in `$exists(xs) ? xs : []`, gives no item.
            let filled = all.iter().filter(|one| **one != Symbol::Tuple(Vec::new()));
            filled.map(item_of).reduce(Symbol::or).unwrap_or(Symbol::Unknown)
        }
        Symbol::Part { .. } => items.member("[]"),
        _ => Symbol::Unknown,
    }
}
