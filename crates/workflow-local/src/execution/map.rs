//! The inline map state, whose iterations run inside the execution.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html>

use std::sync::Arc;

use serde_json::Value;
use workflow_asl::document::QueryLanguage;
use workflow_asl::error_name::{DATA_LIMIT_EXCEEDED, ITEM_READER_FAILED};
use workflow_asl::limits::{DISTRIBUTED_MAP_CONCURRENCY, HISTORY_EVENTS, INLINE_MAP_CONCURRENCY};

use super::Execution;
use super::context::VisitContext;
use super::failure::Failure;
use super::thread::{Doing, ItemOrigin, Join, JoinKind, MapItem, MapItems, RunId, Running, Thread, Visit};
use crate::history::{Details, EventType};
use crate::item_reader::STATE_DATA;
use crate::payload::Payload;
use crate::program::{Items, MapProgram, StateProgram, Work};
use crate::query::template::Template;
use crate::query::{Context, QueryFailure};

impl Execution {
    pub(super) fn start_map(&mut self, mut thread: Box<Thread>, visit: Visit, state: &StateProgram, map: &MapProgram) {
        let limit = match self.concurrency(&thread, &visit, map) {
            Ok(limit) => limit,
            Err(failure) => return self.fail(thread, visit, failure),
        };
        let reads = map.distributed.as_ref().is_some_and(|distributed| distributed.reader.is_some());
        let items = if reads { Ok(MapItems::default()) } else { self.items(&thread, &visit, state, map) };
        let (items, unreadable) = match items {
            Ok(items) => (items, None),
            // The map run reports it.
            Err(failure) if failure.error.as_deref() == Some(ITEM_READER_FAILED) => {
                (MapItems::default(), Some(failure))
            }
            Err(failure) => return self.fail(thread, visit, failure),
        };
        self.record(&mut thread, EventType::MapStateStarted, Details::MapStateStarted { length: items.len() });
        let join = Box::new(Join {
            kind: JoinKind::Map,
            results: vec![None; items.len()],
            pending: items.len(),
            running: Running::default(),
            next: 0,
            limit,
            items,
            started: thread.last,
            freed_by: None,
            unfinished: Vec::new(),
        });
        match &map.distributed {
            Some(distributed) => self.start_map_run(thread, visit, map, distributed, join, unreadable),
            None => {
                // Each iteration has at least four events.
                let room = HISTORY_EVENTS.min(4 * join.items.len());
                self.run_mut(thread.run).history.reserve(room);
                thread.visit = Some(visit);
                self.launch(thread, join);
            }
        }
    }

    fn concurrency(&self, thread: &Thread, visit: &Visit, map: &MapProgram) -> Result<usize, Failure> {
        let most = match map.distributed {
            Some(_) => DISTRIBUTED_MAP_CONCURRENCY,
            None => INLINE_MAP_CONCURRENCY,
        };
        let limit = self.amount(thread, visit, map.max_concurrency.as_ref())?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cast saturates, and the limit is small"
        )]
        Ok(limit.map(|limit| limit as usize).filter(|limit| (1..=most).contains(limit)).unwrap_or(most))
    }

    /// Returns the items of a map without an item reader.
    fn items(
        &self,
        thread: &Thread,
        visit: &Visit,
        state: &StateProgram,
        map: &MapProgram,
    ) -> Result<MapItems, Failure> {
        let value = self.items_value(thread, visit, map)?;
        self.listed_items(visit, state, map, value)
    }

    /// Returns the value that contains the items of a map without an item reader.
    pub(super) fn items_value(&self, thread: &Thread, visit: &Visit, map: &MapProgram) -> Result<Payload, Failure> {
        self.evaluate(thread, visit, |scope| match &map.items {
            Items::Path(path) => path.payload(scope),
            Items::Input => Ok(visit.base().clone()),
            Items::Template(template) => template.payload(scope),
        })
    }

    pub(super) fn listed_items(
        &self,
        visit: &Visit,
        state: &StateProgram,
        map: &MapProgram,
        value: Payload,
    ) -> Result<MapItems, Failure> {
        let distributed = map.distributed.is_some();
        let source = match &map.items {
            Items::Path(path) => path.source_without_context(),
            _ => "$",
        };
        match listed(value, distributed) {
            Ok(items) => Ok(items),
            Err(value) => Err(match (&map.items, state.language, distributed) {
                (Items::Template(Template::Jsonata(expression)), ..) => {
                    Failure::query(visit, expression.unexpected("array", &value))
                }
                (_, QueryLanguage::Jsonata, _) => Failure::query(
                    visit,
                    QueryFailure::Evaluation {
                        location: None,
                        text: format!("Map state input must be an array but was: {value}"),
                    },
                ),
                (_, QueryLanguage::JsonPath, true) => {
                    Failure::new(ITEM_READER_FAILED, Some("Attempting to map over non-iterable node.".to_owned()))
                }
                (_, QueryLanguage::JsonPath, false) => {
                    Failure::runtime(visit, &format!("Reference path \"{source}\" must point to array."))
                }
            }),
        }
    }

    /// Starts the next iteration if the concurrency allows it. Further ones start when it waits or ends.
    pub(super) fn launch(&mut self, mut thread: Box<Thread>, mut join: Box<Join>) {
        if matches!(join.kind, JoinKind::Map) && join.pending == 0 {
            return self.join(thread, join.results, EventType::MapStateSucceeded);
        }
        let has_room = join.running.len() < join.limit;
        if let JoinKind::MapRun(run) = &mut join.kind
            && has_room
            && let Some(again) = run.again.pop_front()
        {
            return self.launch_again(thread, join, again);
        }
        if join.next >= join.items.len() || !has_room || self.is_held(&join) {
            thread.doing = Doing::Join(join);
            return self.park(thread);
        }
        let (Some(item), Some(visit)) = (join.items.take(join.next), thread.visit.take()) else { return };
        let Work::Map(map) = &self.program.state(visit.state).work else { return };
        let start = map.start;
        let input = match self.item_input(&thread, &visit, map, &item) {
            Ok(input) => input,
            Err(failure) => {
                self.abort_running(&visit.name, &mut join);
                return match join.kind {
                    JoinKind::MapRun(run) if failure.name() == Some(DATA_LIMIT_EXCEEDED) => {
                        self.fail_map_run(thread, visit, run.record, failure)
                    }
                    _ => self.fail(thread, visit, failure),
                };
            }
        };
        let index = join.next;
        join.next += 1;
        let child = match &join.kind {
            JoinKind::MapRun(run) => {
                let program = Arc::clone(&self.program);
                let Work::Map(map) = &program.state(visit.state).work else { return };
                self.spawn_child(thread.id, index, map, run, input, item)
            }
            _ => {
                let previous = join.freed_by.take().unwrap_or(join.started);
                let details = Details::MapIteration { name: Arc::clone(&visit.name), index };
                let last = self.emit(thread.run, previous, EventType::MapIterationStarted, details);
                let doing = Doing::Enter(start, input);
                let variables = thread.variables.inner();
                self.spawn(thread.run, Some((thread.id, index)), variables, Some(item), last, doing, true)
            }
        };
        join.running.insert(index, child);
        let more = join.next < join.items.len() && join.running.len() < join.limit;
        let id = thread.id;
        thread.visit = Some(visit);
        thread.doing = Doing::Join(join);
        self.park(thread);
        if more {
            // After the started iteration, which is at the front.
            let at = 1.min(self.ready.len());
            self.ready.insert(at, id);
        }
    }

    /// Returns whether it is a map run that may not start its first child yet.
    fn is_held(&self, join: &Join) -> bool {
        let JoinKind::MapRun(run) = &join.kind else { return false };
        join.next == 0 && self.may_start.as_ref().is_some_and(|may_start| !may_start(&run.arn))
    }

    /// Continues a child that did not succeed before a redrive; the next one follows at once.
    fn launch_again(&mut self, mut thread: Box<Thread>, mut join: Box<Join>, (index, child): (usize, RunId)) {
        let program = Arc::clone(&self.program);
        let state = thread.visit.as_ref().map(|visit| program.state(visit.state));
        if let Some(StateProgram { work: Work::Map(map), .. }) = state
            && let Some(started) = self.redrive_child(thread.id, (index, child), map, join.items.take(index))
        {
            join.running.insert(index, started);
        }
        thread.doing = Doing::Join(join);
        let id = thread.id;
        self.park(thread);
        self.ready.push_back(id);
    }

    /// Returns the input of an iteration: the item, or the result of the item selector.
    pub(super) fn item_input(
        &self,
        thread: &Thread,
        visit: &Visit,
        map: &MapProgram,
        item: &MapItem,
    ) -> Result<Payload, Failure> {
        // Batches consist of selected items.
        let batches = map.distributed.as_ref().is_some_and(|distributed| distributed.batcher.is_some());
        match &map.selector {
            Some(selector) if !batches => self.select_item(thread, visit, selector, item),
            _ => {
                let input = item.input();
                if map.distributed.is_some() && input.is_too_large() {
                    return Err(Failure::too_large(&visit.name));
                }
                Ok(input)
            }
        }
    }

    pub(super) fn select_item(
        &self,
        thread: &Thread,
        visit: &Visit,
        selector: &Template,
        item: &MapItem,
    ) -> Result<Payload, Failure> {
        let source = VisitContext { execution: self, thread, visit, item: Some(item) };
        let context = Context::new(&source);
        let scope = self.scope(thread, visit, &context);
        let input = selector.payload(&scope).map_err(|failure| Failure::query(visit, failure))?;
        if input.is_too_large() {
            return Err(Failure::too_large(&visit.name));
        }
        Ok(input)
    }
}

/// Returns the items of an array or, for a distributed map, the members of an object. Returns any other value
/// unchanged.
fn listed(value: Payload, distributed: bool) -> Result<MapItems, Payload> {
    if !distributed {
        return match value.shared_items() {
            Some(items) => {
                let item = |(index, value): (usize, &Payload)| MapItem { index, value: value.clone(), origin: None };
                Ok(MapItems::Kept(items.iter().enumerate().map(item).collect()))
            }
            None => match value.into_value() {
                Value::Array(items) => Ok(MapItems::Taken(items)),
                other => Err(other.into()),
            },
        };
    }
    let source: Arc<str> = STATE_DATA.into();
    let origin = |key| Some(Arc::new(ItemOrigin { key, source: Arc::clone(&source) }));
    Ok(MapItems::Kept(match value.into_value() {
        Value::Array(items) => {
            let origin = origin(None);
            let item = |(index, value): (usize, Value)| MapItem { index, value: value.into(), origin: origin.clone() };
            items.into_iter().enumerate().map(item).collect()
        }
        Value::Object(members) => {
            let item = |(index, (key, value)): (usize, (String, Value))| MapItem {
                index,
                value: value.into(),
                origin: origin(Some(key)),
            };
            members.into_iter().enumerate().map(item).collect()
        }
        other => return Err(other.into()),
    }))
}
