//! Tests workers of activities, with the project's server and with fake answers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::Instant;
use workflow_local::Answers;
use workflow_runtime::client::{Backoff, Error, StateMachine};
use workflow_runtime::runner::{Runner, RunnerError};
use workflow_runtime::worker::{Activity, Answered, TaskContext, TaskToken, Worker};
use workflow_runtime::{Arn, Client, Definition, TaskFailure, aws_sdk_sfn, workflow};
use workflow_server::Server;

use crate::client::made::{Answer, Made, error};
use crate::client::workflows::{role, serve, sfn};

workflow! {
    /// Packs an order.
    workflow Ship {
        params { packers: Arn }
        input { order: u64 }
        returns { parcel: u64 }
        struct Parcel { number: u64 }
        task Pack = activity<Parcel>(params.packers) { order: input.order }
            retry [States.HeartbeatTimeout] { interval: 1s, max_attempts: 1000, backoff: 1.0 }
            retry ["Worker.ShutDown"] { interval: 1s, max_attempts: 5, backoff: 1.0 }
            timeout 1h
            heartbeat 3s
            output { parcel: result.number }
            -> end;
    }
}

workflow! {
    /// Asks somebody.
    workflow Ask {
        returns { approved: bool }
        struct Decision { approved: bool }
        task Approve = sqs::sendMessage<Decision>.waitForTaskToken {
            QueueUrl: "https://sqs/approvals",
            MessageBody: { token: context.Task.Token },
        }
            timeout 1h
            output { approved: result.approved }
            -> end;
    }
}

workflow! {
    /// Packs an order, and says which attempt it is.
    workflow Attempts {
        params { packers: Arn }
        returns { parcel: u64 }
        struct Attempt { number: u64 }
        task Pack = activity<Attempt>(params.packers) { order: context.State.RetryCount }
            retry [NothingToPack] { interval: 1s, max_attempts: 2, backoff: 1.0 }
            timeout 1h
            heartbeat 30s
            output { parcel: result.number }
            -> end;
    }
}

/// What the activity's task sends.
#[derive(Clone, Copy)]
struct Order {
    order: u64,
}
workflow_runtime::__private::structure! { Order { order: u64 = "order" } }

/// An activity, and a state machine that waits for it.
struct Place {
    server: Server,
    sfn: aws_sdk_sfn::Client,
    activity: Activity,
    machine: StateMachine<Ship>,
}

fn definition(packers: &str) -> Definition {
    Ship::definition_with(&ShipParams { packers: packers.into() }).unwrap()
}

async fn place() -> Place {
    let server = serve(Server::builder()).await;
    let sfn = sfn(&server.endpoint_url());
    let arn = sfn.create_activity().name("packers").send().await.unwrap().activity_arn;
    let activity = Activity::of(&definition(&arn), ShipState::Pack).unwrap();
    let params = ShipParams { packers: arn.into() };
    let machine = Client::<Ship>::new(sfn.clone()).deploy_with(&role(), &params).await.unwrap().machine;
    Place { server, sfn, activity, machine }
}

impl Place {
    async fn start(&self, order: u64) -> String {
        Runner::start(&self.machine, &ShipInput { order }).await.unwrap()
    }

    async fn wait(&self, name: &str) -> Result<u64, RunnerError> {
        let waits = tokio::time::timeout(Duration::from_secs(30), self.machine.wait(name));
        waits.await.expect("it takes too long").map(|output| output.parcel)
    }

    fn worker(&self) -> Worker {
        Worker::new(self.sfn.clone()).backoff(QUICK)
    }
}

const QUICK: Backoff = Backoff { first: Duration::from_millis(5), factor: 2.0, longest: Duration::from_millis(20) };

async fn pack(Order { order }: Order) -> Result<Parcel, TaskFailure> {
    match order {
        0 => Err(TaskFailure::new("NothingToPack").with_cause("order 0")),
        13 => panic!("thirteen"),
        14 => Ok("x".parse::<u64>().map(|number| Parcel { number })?),
        order => Ok(Parcel { number: order * 10 }),
    }
}

/// Returns a worker that runs until it is stopped, and then returns its result.
fn run(worker: Worker) -> (oneshot::Sender<()>, tokio::task::JoinHandle<Result<(), Error>>) {
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(worker.run_until(async { drop(stopped.await) }));
    (stop, running)
}

#[test]
fn an_activity_is_what_the_workflow_says() {
    let arn = "arn:aws:states:us-east-1:123456789012:activity:packers";
    let activity = Activity::of(&definition(arn), ShipState::Pack).unwrap();
    assert_eq!((activity.arn(), activity.heartbeat()), (&Arn::from(arn), Some(Duration::from_secs(1))));
    assert_eq!(activity.timeout(), Some(Duration::from_secs(3600)));
    let activity = Activity::new(arn).heartbeat_every(Duration::from_secs(7));
    assert_eq!(activity.heartbeat(), Some(Duration::from_secs(7)));
    let error = Activity::of(&Ask::definition(), AskState::Approve).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the state `Approve` does not wait for an activity: its resource is \
         arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    );
}

#[tokio::test]
async fn tasks_are_done_once_each_and_only_so_many_at_once() {
    let place = place().await;
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let done: Arc<Mutex<BTreeMap<u64, usize>>> = Arc::default();
    let mut names = Vec::new();
    for order in 1..=40 {
        names.push(place.start(order).await);
    }
    let workers: Vec<_> = (0..3)
        .map(|number| {
            let (now, most, done) = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&done));
            let work = move |Order { order }: Order| {
                let (now, most, done) = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&done));
                async move {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(3)).await;
                    now.fetch_sub(1, Ordering::SeqCst);
                    *done.lock().unwrap().entry(order).or_default() += 1;
                    Ok::<_, TaskFailure>(Parcel { number: order * 10 })
                }
            };
            let worker = place.worker().activity(place.activity.clone(), work);
            run(worker.name(format!("w{number}")).concurrency(2))
        })
        .collect();
    for (order, name) in (1..).zip(&names) {
        assert_eq!(place.wait(name).await.unwrap(), order * 10);
    }
    assert_eq!(*done.lock().unwrap(), (1..=40).map(|order| (order, 1)).collect());
    assert!((2..=6).contains(&most.load(Ordering::SeqCst)), "{most:?}");
    for (stop, running) in workers {
        stop.send(()).unwrap();
        running.await.unwrap().unwrap();
    }
    let started = place.machine.history(&names[0]).await.unwrap();
    assert!(started.iter().any(|event| event.kind == "ActivityStarted"));
    place.server.shutdown().await;
}

#[tokio::test]
async fn a_worker_killed_at_any_moment_loses_no_task_beyond_its_heartbeat() {
    let place = place().await;
    let mut names = Vec::new();
    for order in 1..=12 {
        names.push(place.start(order).await);
    }
    // Killed while it polls, while it works, while it answers.
    for moment in 0..25 {
        let work = |order: Order| async move {
            tokio::time::sleep(Duration::from_millis(order.order % 4)).await;
            pack(Order { order: order.order + 100 }).await
        };
        let worker = place.worker().activity(place.activity.clone(), work).concurrency(3);
        let running = tokio::spawn(worker.run_until(std::future::pending()));
        tokio::time::sleep(Duration::from_millis(moment)).await;
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        // The heartbeats of its tasks are due, and the retrier's second has passed.
        place.server.advance(Duration::from_secs(3));
        tokio::time::sleep(Duration::from_millis(2)).await;
        place.server.advance(Duration::from_secs(1));
    }
    let (stop, running) = run(place.worker().activity(place.activity.clone(), pack_more).concurrency(4));
    for (order, name) in (1..).zip(&names) {
        assert_eq!(place.wait(name).await.unwrap(), (order + 100) * 10);
    }
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    place.server.shutdown().await;
}

async fn pack_more(order: Order) -> Result<Parcel, TaskFailure> {
    pack(Order { order: order.order + 100 }).await
}

#[tokio::test]
async fn what_goes_wrong_fails_the_task_with_a_name() {
    let place = place().await;
    let (stop, running) = run(place.worker().activity(place.activity.clone(), pack));
    for (order, name, cause) in [
        (0, "NothingToPack", Some("order 0")),
        (13, TaskFailure::PANICKED, None),
        (14, TaskFailure::FAILED, Some("invalid digit found in string")),
    ] {
        let execution = place.start(order).await;
        let RunnerError::Failed(failure) = place.wait(&execution).await.unwrap_err() else { panic!("it did not fail") };
        assert_eq!((failure.error.as_deref(), failure.cause.as_deref()), (Some(name), cause));
    }
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();

    let (stop, running) =
        run(place.worker().activity(place.activity.clone(), |_: String| async { Ok::<_, TaskFailure>(1) }));
    let execution = place.start(1).await;
    let RunnerError::Failed(failure) = place.wait(&execution).await.unwrap_err() else { panic!("it did not fail") };
    assert_eq!(failure.error.as_deref(), Some(TaskFailure::INVALID_INPUT));
    assert!(failure.cause.unwrap().contains("invalid type: map, expected a string"));
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();

    let large = |_: Value| async { Ok::<_, TaskFailure>("x".repeat(300_000)) };
    let (stop, running) = run(place.worker().activity(place.activity.clone(), large));
    let execution = place.start(1).await;
    let RunnerError::Failed(failure) = place.wait(&execution).await.unwrap_err() else { panic!("it did not fail") };
    assert_eq!(failure.error.as_deref(), Some(TaskFailure::INVALID_OUTPUT));
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    place.server.shutdown().await;
}

#[tokio::test]
async fn a_worker_that_stops_finishes_what_it_has_or_hands_it_back() {
    let place = place().await;
    let gate = Arc::new(Semaphore::new(0));
    let (begun, mut begins) = mpsc::unbounded_channel();
    let work = {
        let gate = Arc::clone(&gate);
        move |Order { order }: Order| {
            let (gate, begun) = (Arc::clone(&gate), begun.clone());
            async move {
                begun.send(order).unwrap();
                gate.acquire().await.unwrap().forget();
                Ok::<_, TaskFailure>(Parcel { number: order })
            }
        }
    };
    let (stop, running) = run(place.worker().activity(place.activity.clone(), work.clone()).concurrency(2));
    let first = place.start(1).await;
    assert_eq!(begins.recv().await, Some(1));
    stop.send(()).unwrap();
    // It takes no more tasks, but finishes this one.
    let second = place.start(2).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(begins.try_recv().is_err());
    gate.add_permits(1);
    running.await.unwrap().unwrap();
    assert_eq!(place.wait(&first).await.unwrap(), 1);

    // This one is not done in time: another worker gets it immediately, without waiting for a heartbeat.
    let slow = place.worker().activity(place.activity.clone(), work).grace(Duration::from_millis(20));
    let (stop, running) = run(slow);
    assert_eq!(begins.recv().await, Some(2));
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    let history = place.machine.history(&second).await.unwrap();
    let failed = history.iter().find(|event| event.kind == "ActivityFailed").unwrap();
    assert_eq!(failed.failure.as_ref().unwrap().error.as_deref(), Some(TaskFailure::SHUT_DOWN));
    let (_stop, _running) = run(place.worker().activity(place.activity.clone(), pack));
    assert_eq!(place.wait(&second).await.unwrap(), 20);
    place.server.shutdown().await;
}

#[tokio::test]
async fn a_worker_whose_activity_is_unknown_ends() {
    let place = place().await;
    let unknown = Activity::new("arn:aws:states:us-east-1:123456789012:activity:nobody");
    let worker = place.worker().activity(place.activity.clone(), pack).activity(unknown, pack);
    let error = worker.run_until(std::future::pending()).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().code, "ActivityDoesNotExist");
    place.server.shutdown().await;
}

#[tokio::test]
async fn a_task_token_is_answered_by_whoever_has_it() {
    let queue = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
    let server = serve(Server::builder().on_resource_answers(queue, Answers::new().then_never())).await;
    let sfn = sfn(&server.endpoint_url());
    let machine = Client::<Ask>::new(sfn.clone()).deploy(&role()).await.unwrap().machine;
    // Any reader of the queue finds the token in the message.
    let message = async |execution: &str| loop {
        let history = machine.history(execution).await.unwrap();
        if history.iter().any(|event| event.kind == "TaskSubmitted") {
            let scheduled = history.iter().find(|event| event.kind == "TaskScheduled").unwrap();
            let request: Value = serde_json::from_str(scheduled.input.as_ref().unwrap().as_str()).unwrap();
            break request["MessageBody"]["token"].as_str().unwrap().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };

    let execution = machine.start(&json!({})).await.unwrap();
    let token = TaskToken::<Decision>::new(sfn.clone(), message(execution.name()).await);
    assert!(!format!("{token:?}").contains(token.as_str()));
    token.heartbeat().await.unwrap();
    token.succeed(&Decision { approved: true }).await.unwrap();
    assert!(execution.wait().await.unwrap().approved);
    let error = token.succeed(&Decision { approved: false }).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().code, "TaskTimedOut");
    let late = async { Ok::<_, TaskFailure>(Decision { approved: false }) };
    assert_eq!(token.work(None, late).await.unwrap(), Answered::Gone);

    for (work, answered) in
        [(Ok(Decision { approved: false }), Answered::Succeeded), (Err(TaskFailure::new("Away")), Answered::Failed)]
    {
        let execution = machine.start(&json!({})).await.unwrap();
        let token = TaskToken::<Decision>::new(sfn.clone(), message(execution.name()).await);
        assert_eq!(token.work(Some(Duration::from_secs(1)), async { work }).await.unwrap(), answered);
        match execution.wait().await {
            Ok(output) => assert!(!output.approved),
            Err(Error::Failed { error, .. }) => assert_eq!(error.as_deref(), Some("Away")),
            Err(other) => panic!("{other:?}"),
        }
    }
    server.shutdown().await;
}

/// Answers by operation; for polls, the first ones.
fn script(polls: Vec<fn() -> Answer>, heartbeat: fn() -> Answer) -> Made {
    let polled = AtomicUsize::new(0);
    Made::new(move |asked| match asked.operation.as_str() {
        "GetActivityTask" => polls.get(polled.fetch_add(1, Ordering::SeqCst)).map_or(Answer::Never, |answer| answer()),
        "SendTaskHeartbeat" => heartbeat(),
        _ => Answer::Json(200, json!({})),
    })
}

fn task() -> Answer {
    Answer::Json(200, json!({"taskToken": "token-1", "input": "{\"order\":7}"}))
}

fn nothing() -> Answer {
    Answer::Json(200, json!({}))
}

fn exact(made: &Made) -> Worker {
    let backoff = Backoff { first: Duration::from_secs(1), factor: 2.0, longest: Duration::from_secs(60) };
    Worker::new(made.sfn_once()).backoff(backoff).jitter(|| 0.5)
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_is_disconnected_is_made_again_after_a_pause() {
    let made = script(
        vec![
            || Answer::Lost,
            || error(503, "ServiceUnavailable", "busy"),
            || Answer::Text(502, "text/html", "<html>"),
            || error(400, "ThrottlingException", "Rate exceeded"),
            // An answer without a task resets the pauses.
            nothing,
            || Answer::Lost,
            task,
        ],
        nothing,
    );
    let (began, (done, finished)) = (Instant::now(), oneshot::channel());
    let done = Mutex::new(Some(done));
    let worker = exact(&made).activity(Activity::new("arn:a"), move |order: Order| {
        done.lock().unwrap().take().unwrap().send(()).unwrap();
        pack(order)
    });
    let (stop, running) = run(worker);
    finished.await.unwrap();
    // Half of 1 + 2 + 4 + 8 seconds, and of 1 once more.
    assert_eq!(began.elapsed(), Duration::from_secs(8));
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    let answer = made.asked().into_iter().find(|asked| asked.operation == "SendTaskSuccess").unwrap();
    assert_eq!(answer.body, json!({"taskToken": "token-1", "output": "{\"number\":70}"}));
}

#[tokio::test(start_paused = true)]
async fn heartbeats_are_sent_while_the_work_is_done() {
    let made = script(vec![task], nothing);
    let activity = Activity::new("arn:a").heartbeat_every(Duration::from_secs(10));
    let work = |order: Order| async move {
        tokio::time::sleep(Duration::from_secs(35)).await;
        pack(order).await
    };
    let (stop, running) = run(exact(&made).activity(activity, work));
    tokio::time::sleep(Duration::from_secs(40)).await;
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    let mut operations = made.operations();
    operations.retain(|operation| operation != "GetActivityTask");
    let beat = "SendTaskHeartbeat";
    assert_eq!(operations, [beat, beat, beat, "SendTaskSuccess"]);
}

#[tokio::test(start_paused = true)]
async fn heartbeats_go_on_while_an_answer_is_sent_again() {
    let answers = AtomicUsize::new(0);
    let polls = AtomicUsize::new(0);
    let made = Made::new(move |asked| match asked.operation.as_str() {
        "GetActivityTask" if polls.fetch_add(1, Ordering::SeqCst) == 0 => task(),
        "GetActivityTask" => Answer::Never,
        "SendTaskSuccess" if answers.fetch_add(1, Ordering::SeqCst) < 5 => error(500, "InternalServerError", "oops"),
        _ => nothing(),
    });
    let activity = Activity::new("arn:a").heartbeat_every(Duration::from_secs(3));
    let (stop, running) = run(exact(&made).activity(activity, pack));
    tokio::time::sleep(Duration::from_secs(20)).await;
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    // The pauses are half of 1, 2, 4, 8 and 16 seconds.
    let beats = made.operations().into_iter().filter(|operation| operation == "SendTaskHeartbeat").count();
    assert_eq!(beats, 5);
}

#[tokio::test(start_paused = true)]
async fn work_for_a_task_that_is_gone_is_dropped() {
    struct Dropped(Option<oneshot::Sender<()>>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            let _ = self.0.take().unwrap().send(());
        }
    }
    let made =
        script(vec![task], || error(400, "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"));
    let (dropped, is_dropped) = oneshot::channel();
    let dropped = Mutex::new(Some(dropped));
    let activity = Activity::new("arn:a").heartbeat_every(Duration::from_secs(10));
    let began = Instant::now();
    let work = move |_: Order| {
        let guard = Dropped(dropped.lock().unwrap().take());
        async move {
            let _guard = guard;
            std::future::pending::<Result<Value, TaskFailure>>().await
        }
    };
    let (stop, running) = run(exact(&made).activity(activity, work));
    is_dropped.await.unwrap();
    assert_eq!(began.elapsed(), Duration::from_secs(10));
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    // Nobody waits for an answer.
    assert!(!made.operations().iter().any(|operation| operation == "SendTaskFailure"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_sent_again_while_what_hinders_it_may_pass() {
    let (answers, polls) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let made = Made::new(move |asked| match asked.operation.as_str() {
        "GetActivityTask" if polls.fetch_add(1, Ordering::SeqCst) == 0 => task(),
        "GetActivityTask" => Answer::Never,
        "SendTaskSuccess" => match answers.fetch_add(1, Ordering::SeqCst) {
            0 => Answer::Lost,
            1 => error(500, "InternalServerError", "oops"),
            _ => nothing(),
        },
        _ => nothing(),
    });
    let (stop, running) = run(exact(&made).activity(Activity::new("arn:a"), pack));
    tokio::time::sleep(Duration::from_secs(2)).await;
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    let sent = made.operations().into_iter().filter(|operation| operation == "SendTaskSuccess").count();
    assert_eq!(sent, 3);
}

#[tokio::test]
async fn the_workflow_can_send_the_number_of_retries() {
    let place = place().await;
    let arn = place.activity.arn().clone();
    let params = AttemptsParams { packers: arn };
    let machine = Client::<Attempts>::new(place.sfn.clone()).deploy_with(&role(), &params).await.unwrap().machine;
    let (stop, running) = run(place.worker().activity(place.activity.clone(), pack));
    let execution = machine.start(&json!({})).await.unwrap();
    // The first attempt, with the order 0, fails.
    let polled = tokio::time::timeout(Duration::from_secs(30), async {
        while !place.machine_has_failed(&execution).await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    polled.await.unwrap();
    place.server.advance(Duration::from_secs(2));
    assert_eq!(execution.wait().await.unwrap().parcel, 10);
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    place.server.shutdown().await;
}

impl Place {
    async fn machine_has_failed(&self, execution: &workflow_runtime::client::Execution<Attempts>) -> bool {
        let events = execution.history().collect().await.unwrap();
        events.iter().any(|event| event.kind() == "ActivityFailed")
    }
}

#[tokio::test(start_paused = true)]
async fn work_knows_when_its_task_times_out() {
    let timed = Activity::new("arn:a").timeout_after(Duration::from_secs(60));
    let left = |seconds| Some(Duration::from_secs(seconds));
    for (activity, expected) in [(timed, [left(20), left(0)]), (Activity::new("arn:a"), [None, None])] {
        let made = script(vec![task], nothing);
        let (told, mut tells) = mpsc::unbounded_channel();
        let work = move |order: Order, task: TaskContext| {
            let told = told.clone();
            async move {
                for _ in 0..2 {
                    tokio::time::sleep(Duration::from_secs(40)).await;
                    told.send((task.time_left(), task.deadline().is_some())).unwrap();
                }
                pack(order).await
            }
        };
        let (stop, running) = run(exact(&made).activity_with(activity, work));
        for time in expected {
            assert_eq!(tells.recv().await, Some((time, time.is_some())));
        }
        stop.send(()).unwrap();
        running.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn work_that_knows_that_it_is_cancelled_ends_itself_or_is_dropped() {
    for (ends_after, expected) in [(2, Some(12)), (60, None)] {
        let made = script(vec![task], || error(400, "TaskTimedOut", "Task Timed Out"));
        let (told, mut tells) = mpsc::unbounded_channel();
        let began = Instant::now();
        let activity = Activity::new("arn:a").heartbeat_every(Duration::from_secs(10));
        let work = move |order: Order, task: TaskContext| {
            let told = told.clone();
            async move {
                task.cancelled().await;
                assert!(task.is_cancelled());
                tokio::time::sleep(Duration::from_secs(ends_after)).await;
                told.send(began.elapsed().as_secs()).unwrap();
                pack(order).await
            }
        };
        let worker = exact(&made).grace(Duration::from_secs(5)).activity_with(activity, work);
        let metrics = worker.metrics();
        let (stop, running) = run(worker);
        // The sender of work that is dropped is dropped with the worker.
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert_eq!((metrics.counts().gone, metrics.counts().running()), (1, 0));
        stop.send(()).unwrap();
        running.await.unwrap().unwrap();
        assert_eq!(tells.recv().await, expected);
        assert!(
            !made
                .operations()
                .iter()
                .any(|operation| operation.starts_with("SendTask") && operation != "SendTaskHeartbeat")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn tasks_start_at_the_pace_of_the_worker_and_are_counted() {
    let made = script(
        vec![task, task, || Answer::Lost, task, || {
            Answer::Json(200, json!({"taskToken": "t", "input": "{\"order\":0}"}))
        }],
        nothing,
    );
    let (told, mut tells) = mpsc::unbounded_channel();
    let began = Instant::now();
    let work = move |order: Order| {
        told.send(began.elapsed()).unwrap();
        pack(order)
    };
    let worker = exact(&made).concurrency(8).pace(Duration::from_secs(3)).activity(Activity::new("arn:a"), work);
    let metrics = worker.metrics();
    let (stop, running) = run(worker);
    // The pause after the lost poll is half a second.
    for millis in [0, 3000, 6500, 9500] {
        assert_eq!(tells.recv().await, Some(Duration::from_millis(millis)));
    }
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    let counts = metrics.counts();
    assert_eq!((counts.taken, counts.succeeded, counts.failed), (4, 3, 1));
    assert_eq!((counts.gone, counts.unanswered, counts.failed_polls, counts.running()), (0, 0, 1, 0));
}

#[cfg(unix)]
#[tokio::test]
async fn a_worker_that_runs_ends_at_a_signal_with_its_tasks_done() {
    let place = place().await;
    let (begun, mut begins) = mpsc::unbounded_channel();
    let work = move |order: Order| {
        begun.send(()).unwrap();
        async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            pack(order).await
        }
    };
    let running = tokio::spawn(place.worker().activity(place.activity.clone(), work).run());
    let first = place.start(1).await;
    begins.recv().await.unwrap();
    let second = place.start(2).await;
    let process = std::process::id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
    running.await.unwrap().unwrap();
    assert_eq!(place.wait(&first).await.unwrap(), 10);
    assert!(begins.try_recv().is_err());
    let history = place.machine.history(&second).await.unwrap();
    assert!(!history.iter().any(|event| event.kind == "ActivityStarted"));
    place.server.shutdown().await;
}

/// Records the spans around each event of this file.
#[derive(Default)]
struct Spans {
    names: Mutex<Vec<&'static str>>,
    entered: Mutex<Vec<tracing::span::Id>>,
    around: Arc<Mutex<Vec<Vec<&'static str>>>>,
}

impl tracing::Subscriber for Spans {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut names = self.names.lock().unwrap();
        names.push(span.metadata().name());
        tracing::span::Id::from_u64(names.len() as u64)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        if event.metadata().file() == Some(file!()) {
            let (names, entered) = (self.names.lock().unwrap(), self.entered.lock().unwrap());
            let name = |id: &tracing::span::Id| names[usize::try_from(id.into_u64()).unwrap() - 1];
            self.around.lock().unwrap().push(entered.iter().map(name).collect());
        }
    }

    fn enter(&self, span: &tracing::span::Id) {
        self.entered.lock().unwrap().push(span.clone());
    }

    fn exit(&self, _: &tracing::span::Id) {
        self.entered.lock().unwrap().pop();
    }
}

#[tokio::test(start_paused = true)]
async fn work_is_done_in_a_span() {
    let spans = Spans::default();
    let around = Arc::clone(&spans.around);
    // With a single subscriber, `tracing` asks only the thread that meets a span first, which may be another test's.
    let _second = tracing::Dispatch::new(Spans::default());
    let _subscriber = tracing::subscriber::set_default(spans);
    let made = script(vec![task], nothing);
    let work = |order: Order| async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        tracing::info!("packs");
        pack(order).await
    };
    let (stop, running) = run(exact(&made).activity(Activity::new("arn:a"), work));
    tokio::time::sleep(Duration::from_secs(2)).await;
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    assert_eq!(*around.lock().unwrap(), [["activity_task"]]);
}
