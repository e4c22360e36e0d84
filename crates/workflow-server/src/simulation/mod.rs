//! Deterministic simulation of the server: the network, the clock, the disk, crashes and the order of everything follow
//! from a seed. The invariants of `model.rs` are checked at each step.
//!
//! turmoil simulates the network and the time of tokio's own runtimes, so the server that runs here is the real one.
//! madsim would replace tokio, and shuttle explores threads, of which the server's tasks have none.
//!
//! `WORKFLOW_SEEDS=5000` tries that many seeds, and `WORKFLOW_SEED=17` repeats one and prints its events.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic, its helpers too"
)]

mod altered;
mod client;
mod machines;
mod model;

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use serde_json::{Value, json};
use tokio::sync::Notify;
use workflow_local::{Instant, MemoryStore, Random};

use crate::journal::disk::{Disk, FAULTS};
use crate::journal::redb::builder;
use crate::journal::{Journal, RedbBackend};
use crate::{Builder, Limits, Server, TaskError};
use client::Client;
use model::Model;

/// How many seeds a usual test run tries.
const SEEDS: u64 = 25;
const CLIENTS: u64 = 4;
const TICK: Duration = Duration::from_millis(10);
/// The system's time at the start, in milliseconds.
const BEGAN: i64 = 1_800_000_000_000;

/// What a simulation consists of, besides the network.
struct World {
    random: Mutex<Random>,
    disk: Mutex<Disk>,
    store: Arc<MemoryStore>,
    model: Mutex<Model>,
    /// Notified to restart the server after a shutdown.
    restart: Notify,
    /// The longest time of a commit, in milliseconds.
    slowest: AtomicU64,
    /// How many clients have done their work.
    finished: AtomicU64,
    /// Whether there are no more faults.
    is_calm: AtomicBool,
    is_verbose: bool,
}

impl World {
    fn new(seed: u64, is_verbose: bool) -> Self {
        let disk = Disk::default().forgetting();
        // The file has its name only when it is complete.
        drop(builder().create_with_backend(disk.clone()).unwrap());
        Self {
            random: Mutex::new(Random::new(seed)),
            disk: Mutex::new(disk),
            store: Arc::new(MemoryStore::new()),
            model: Mutex::default(),
            restart: Notify::new(),
            slowest: AtomicU64::new(20),
            finished: AtomicU64::new(0),
            is_calm: AtomicBool::new(false),
            is_verbose,
        }
    }

    fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock()
    }

    fn disk(&self) -> Disk {
        self.disk.lock().clone()
    }

    fn is_calm(&self) -> bool {
        self.is_calm.load(Ordering::Relaxed)
    }

    fn note(&self, what: impl FnOnce() -> String) {
        if self.is_verbose {
            println!("{:?} {}", turmoil::sim_elapsed().unwrap_or_default(), what());
        }
    }

    fn below(&self, end: u64) -> u64 {
        self.random.lock().below(end)
    }

    fn millis(&self, end: u64) -> Duration {
        Duration::from_millis(self.below(end))
    }

    /// Returns the configuration of a server on a disk.
    fn builder(self: &Arc<Self>, disk: Disk) -> Result<Builder, String> {
        let backend = RedbBackend::on(disk)?;
        let (reader, world) = (backend.reader(), Arc::clone(self));
        let journal = Journal::simulated(backend, reader, move || world.millis(world.slowest.load(Ordering::Relaxed)));
        let world = Arc::clone(self);
        let handler = move |input: Value| Arc::clone(&world).answered(input);
        // The system's clock is set now and then.
        let elapsed = turmoil::sim_elapsed().unwrap_or_default() + self.millis(3 * 3600 * 1000);
        let began = Instant::from_millis(BEGAN).after(elapsed);
        // Half of the servers read every ended execution from its record.
        let limits = if self.below(2) == 0 { Limits { recent: 0, ..Limits::default() } } else { Limits::default() };
        let builder = Server::builder().on_lambda_async("f", handler).object_store(Arc::clone(&self.store) as _);
        let builder = builder.limits(limits);
        Ok(builder.seed(self.random.lock().next()).beginning_at(began).with_journal(journal))
    }

    /// Answers a task.
    async fn answered(self: Arc<Self>, input: Value) -> Result<Value, TaskError> {
        let id = input["id"].as_str().unwrap_or_default().to_owned();
        self.note(|| format!("call {id}"));
        self.model().called(&input);
        tokio::time::sleep(self.millis(1500)).await;
        match self.below(4) {
            0 => Err(TaskError::new("Flaky").with_cause(id)),
            _ => Ok(json!({"id": id})),
        }
    }

    /// The host of the server: starts it again and again.
    async fn host(self: Arc<Self>) -> turmoil::Result {
        loop {
            tokio::time::sleep(TICK + self.millis(1000)).await;
            let disk = self.disk();
            let server = match self.builder(disk.clone()) {
                Ok(builder) => builder.bind_simulated().await.map_err(|error| error.to_string()),
                Err(why) => Err(why),
            };
            self.note(|| format!("server {server:?}"));
            match server {
                Ok(server) => {
                    let told = (server.diverged(), server.quarantined());
                    self.model().expect(told == (&[], &[]), || format!("a start found {told:?}"));
                    self.restart.notified().await;
                    server.shutdown().await;
                }
                Err(why) => {
                    let is_known = disk.is_off() || disk.is_full();
                    self.model().expect(is_known, || format!("the server did not start: {why}"));
                }
            }
        }
    }

    /// Lets something fail, or repairs it.
    fn disturb(&self, sim: &mut turmoil::Sim<'_>) {
        let disk = self.disk();
        if disk.is_off() {
            let fault = FAULTS[usize::try_from(self.below(FAULTS.len() as u64)).unwrap()];
            self.note(|| format!("crash: {fault:?}"));
            *self.disk.lock() = disk.after(fault).forgetting();
            sim.bounce("server");
        }
        if self.is_calm() {
            disk.set_full(false);
            self.slowest.store(20, Ordering::Relaxed);
            for client in 0..CLIENTS {
                sim.repair(name(client), "server");
                sim.set_link_latency(name(client), "server", Duration::from_millis(1));
            }
            return;
        }
        let client = name(self.below(CLIENTS));
        match self.below(1000) {
            0..2 => disk.fail_power(0),
            2..5 => disk.fail_power(1 + self.below(6)),
            5..7 => self.restart.notify_waiters(),
            7..9 => sim.partition(client, "server"),
            9 => sim.partition_oneway(client, "server"),
            10 => sim.partition_oneway("server", client),
            11..13 => disk.set_full(true),
            13..15 => {
                self.slowest.store([1, 20, 200, 1000][usize::try_from(self.below(4)).unwrap()], Ordering::Relaxed)
            }
            15..17 => {
                let latency = [1, 30, 500][usize::try_from(self.below(3)).unwrap()];
                sim.set_link_latency(client, "server", Duration::from_millis(latency));
            }
            17..25 => disk.set_full(false),
            25..40 => sim.repair(client, "server"),
            _ => {}
        }
    }
}

fn name(client: u64) -> String {
    format!("client{client}")
}

/// Runs the simulation of a seed, and returns a digest of all answers. Panics if an invariant does not hold.
fn run(seed: u64, is_verbose: bool) -> u64 {
    let world = Arc::new(World::new(seed, is_verbose));
    let mut sim = turmoil::Builder::new()
        .rng_seed(seed)
        .epoch(std::time::UNIX_EPOCH)
        .tick_duration(TICK)
        .simulation_duration(Duration::from_secs(3600))
        // Otherwise, it would depend on the order in which a shutdown closes connections, which is random.
        .max_message_latency(Duration::ZERO)
        .tcp_capacity(1024)
        .enable_random_order()
        .build();
    let own = Arc::clone(&world);
    sim.host("server", move || Arc::clone(&own).host());
    for number in 0..CLIENTS {
        sim.client(name(number), Client::new(&world, number, world.random.lock().next()).work());
    }
    loop {
        let is_finished = sim.step().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        world.model().check(seed);
        if is_finished {
            break;
        }
        world.disturb(&mut sim);
    }
    drop(sim);
    altered::check(&world);
    world.model().check(seed)
}

#[test]
fn nothing_acknowledged_is_lost_whatever_fails() {
    let number = |variable: &str| std::env::var(variable).ok().map(|seed| seed.parse::<u64>().unwrap());
    if let Some(seed) = number("WORKFLOW_SEED") {
        run(seed, true);
        return;
    }
    let failed = Mutex::new(Vec::new());
    let (next, seeds) = (AtomicU64::new(0), number("WORKFLOW_SEEDS").unwrap_or(SEEDS));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    if catch_unwind(|| run(seed, false)).is_err() {
                        failed.lock().push(seed);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    assert!(failed.is_empty(), "of {seeds} seeds, these fail: {failed:?}");
}

#[test]
fn a_seed_replays_exactly() {
    assert_eq!(run(7, false), run(7, false));
    assert_ne!(run(7, false), run(8, false));
}
