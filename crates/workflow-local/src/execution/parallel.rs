//! The parallel state, and the ends of branches and iterations.

use std::sync::Arc;

use super::Execution;
use super::thread::{Doing, Join, JoinKind, MapItems, RunId, Running, Thread, ThreadId, Visit};
use crate::history::{Details, EventType};
use crate::payload::Payload;
use crate::program::{StateId, StateProgram};

impl Execution {
    pub(super) fn begin_branches(
        &mut self,
        mut thread: Box<Thread>,
        visit: Visit,
        state: &StateProgram,
        branches: &[StateId],
    ) {
        let input = match self.arguments(&thread, &visit, state) {
            Ok(input) => input,
            Err(failure) => return self.fail(thread, visit, failure),
        };
        self.record(&mut thread, EventType::ParallelStateStarted, Details::None);
        let (run, last, id) = (thread.run, thread.last, thread.id);
        let inner = thread.variables.inner();
        let item = thread.item.clone();
        thread.visit = Some(visit);
        thread.doing = Doing::Join(Box::new(Join {
            kind: JoinKind::Parallel,
            results: vec![None; branches.len()],
            pending: branches.len(),
            running: Running::default(),
            next: branches.len(),
            limit: branches.len(),
            items: MapItems::default(),
            started: last,
            freed_by: None,
            unfinished: Vec::new(),
        }));
        self.park(thread);
        // The last becomes ready first, so that the first runs first.
        for (index, branch) in branches.iter().enumerate().rev() {
            let doing = Doing::Enter(*branch, input.clone());
            let child = self.spawn(run, Some((id, index)), inner.clone(), item.clone(), last, doing, true);
            if let Some(Doing::Join(join)) =
                self.threads.get_mut(id.0).and_then(Option::as_mut).map(|parent| &mut parent.doing)
            {
                join.running.insert(index, child);
            }
        }
    }

    /// Handles the success of a branch or inline iteration.
    pub(super) fn child_succeeded(
        &mut self,
        parent: ThreadId,
        index: usize,
        (run, child_last): (RunId, u64),
        output: Payload,
    ) {
        let Some(mut parent) = self.take(parent) else { return };
        let Doing::Join(mut join) = std::mem::replace(&mut parent.doing, Doing::Done) else { return };
        join.running.remove(index);
        join.pending = join.pending.saturating_sub(1);
        if let Some(place) = join.results.get_mut(index) {
            *place = Some(output);
        }
        let mut last = child_last;
        if matches!(join.kind, JoinKind::Map)
            && let Some(visit) = &parent.visit
        {
            let details = Details::MapIteration { name: Arc::clone(&visit.name), index };
            last = self.emit(run, child_last, EventType::MapIterationSucceeded, details);
            join.freed_by = Some(child_last);
        }
        if join.pending > 0 {
            return self.launch(parent, join);
        }
        parent.last = last;
        let kind = match join.kind {
            JoinKind::Parallel => EventType::ParallelStateSucceeded,
            _ => EventType::MapStateSucceeded,
        };
        self.join(parent, join.results, kind);
    }

    /// Ends the wait when all branches or items are done: the state has its result.
    pub(super) fn join(&mut self, mut parent: Box<Thread>, results: Vec<Option<Payload>>, kind: EventType) {
        let results = results.into_iter().flatten().collect();
        if let Some(mut visit) = parent.visit.take() {
            // `…Succeeded` and `…Exited` both follow the last event inside.
            visit.exit_after = Some(parent.last);
            self.record(&mut parent, kind, Details::None);
            let program = Arc::clone(&self.program);
            self.finish(&program, parent, visit, Payload::list(results));
        }
    }
}
