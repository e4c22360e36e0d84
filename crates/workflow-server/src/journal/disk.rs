//! A simulated disk. After a power failure, writes since the last sync are lost, torn or reordered.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic, its helpers too")]

use std::io::{self, ErrorKind};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use redb::StorageBackend;

/// An operation on a disk.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Write(usize, Vec<u8>),
    Length(usize),
    Sync,
}

/// A disk in memory, which records its operations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    /// The contents before the first of the operations.
    base: Vec<u8>,
    operations: Vec<Operation>,
    /// Whether operations are forgotten when they are synced.
    forgets: bool,
    is_full: bool,
    is_off: bool,
    /// How many syncs succeed before the power fails.
    syncs: Option<u64>,
}

impl Disk {
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(State { base: bytes.clone(), bytes, ..State::default() })))
    }

    /// Forgets synced operations, for long simulations.
    pub(crate) fn forgetting(self) -> Self {
        self.state().forgets = true;
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }

    pub(crate) fn operations(&self) -> usize {
        self.state().operations.len()
    }

    pub(crate) fn all_operations(&self) -> Vec<Operation> {
        self.state().operations.clone()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.state().bytes.clone()
    }

    pub(crate) fn set_full(&self, is_full: bool) {
        self.state().is_full = is_full;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.state().is_full
    }

    /// Fails the power now, or at a later sync.
    pub(crate) fn fail_power(&self, after_syncs: u64) {
        let mut state = self.state();
        state.is_off = after_syncs == 0;
        state.syncs = Some(after_syncs);
    }

    pub(crate) fn is_off(&self) -> bool {
        self.state().is_off
    }

    /// Returns the disk after the power has failed.
    pub(crate) fn after(&self, fault: Fault) -> Self {
        let state = self.state();
        let synced = state.operations.iter().rposition(|operation| matches!(operation, Operation::Sync));
        let (durable, pending) = state.operations.split_at(synced.map_or(0, |at| at + 1));
        let mut pending = pending.to_vec();
        // The database writes its pages in the order of a hash map.
        pending.sort_by_key(|operation| if let Operation::Write(at, _) = operation { *at } else { 0 });
        let mut bytes = state.base.clone();
        durable.iter().chain(&surviving(&pending, fault)).for_each(|operation| apply(&mut bytes, operation));
        Self::of(bytes)
    }

    fn change(&self, operation: Operation) -> io::Result<()> {
        let mut held = self.state();
        let state = &mut *held;
        let is_sync = matches!(operation, Operation::Sync);
        if let (true, Some(syncs)) = (is_sync, state.syncs.as_mut()) {
            state.is_off |= *syncs <= 1;
            *syncs = syncs.saturating_sub(1);
        }
        state.works()?;
        if state.is_full && !is_sync {
            return Err(ErrorKind::StorageFull.into());
        }
        apply(&mut state.bytes, &operation);
        state.operations.push(operation);
        if is_sync && state.forgets {
            state.operations.drain(..).for_each(|operation| apply(&mut state.base, &operation));
        }
        Ok(())
    }
}

impl State {
    fn works(&self) -> io::Result<()> {
        if self.is_off { Err(io::Error::other("the power has failed")) } else { Ok(()) }
    }
}

pub(crate) fn apply(bytes: &mut Vec<u8>, operation: &Operation) {
    match operation {
        Operation::Write(at, data) => {
            let end = at + data.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[*at..end].copy_from_slice(data);
        }
        Operation::Length(length) => bytes.resize(*length, 0),
        Operation::Sync => {}
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        let state = self.state();
        state.works().map(|()| state.bytes.len() as u64)
    }

    fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let (state, at) = (self.state(), place(offset));
        state.works()?;
        let read = state.bytes.get(at..at + length).map(<[u8]>::to_vec);
        read.ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.change(Operation::Length(place(length)))
    }

    fn sync_data(&self, _eventual: bool) -> io::Result<()> {
        self.change(Operation::Sync)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(Operation::Write(place(offset), data.to_vec()))
    }
}

/// What happens to the operations since the last sync.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Lost,
    Kept,
    /// Only the first half of the last one was written.
    Torn,
    /// One in the middle was lost.
    Gap,
    /// Later ones were written, earlier ones were not.
    Reordered,
}

pub(crate) const FAULTS: [Fault; 5] = [Fault::Lost, Fault::Kept, Fault::Torn, Fault::Gap, Fault::Reordered];

/// Returns those of the operations since the last sync that reached the disk.
pub(crate) fn surviving(pending: &[Operation], fault: Fault) -> Vec<Operation> {
    match fault {
        Fault::Lost => Vec::new(),
        Fault::Kept => pending.to_vec(),
        Fault::Torn => {
            let mut kept = pending.to_vec();
            if let Some(Operation::Write(_, data)) = kept.last_mut() {
                data.truncate(data.len() / 2);
            }
            kept
        }
        Fault::Gap => {
            let gap = pending.len() / 2;
            pending.iter().enumerate().filter(|(at, _)| *at != gap).map(|(_, operation)| operation.clone()).collect()
        }
        Fault::Reordered => pending.get(pending.len() / 2..).unwrap_or_default().to_vec(),
    }
}
