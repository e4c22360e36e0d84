//! Tests how `plan`, `deploy` and `alias` bring a version into use.

#![cfg(feature = "aws")]
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::aws::{ROLE, Service, run};
use super::command::file;

/// Returns a file whose workflow adds a number, which callers do not see.
fn undo(number: u32) -> PathBuf {
    let text = format!(
        "workflow! {{ pub workflow Undo {{ input {{ n: i64 }} pass Good {{ n: input.n + {number} }} -> end; }} }}"
    );
    file("release", &format!("v{number}.rs"), text)
}

#[test]
fn a_rerun_does_not_bring_back_what_was_rolled_back() {
    let service = Service::new();
    service.deploy(&undo(1), &["--alias", "live"]);
    let moved = service.deploy(&undo(2), &["--alias", "live"]);
    assert_eq!((&moved["alias"], &moved["aliasChange"]), (&json!("live: 2=100 (moved)"), &json!("moved")));
    let rolled = service.json(&["alias", "Undo", "live", "--roll-back"]);
    assert_eq!((&rolled["routes"], &rolled["withdrawn"]), (&json!("1=100"), &json!([2])));

    let second = undo(2);
    let second = second.to_str().unwrap();
    let planned = service.run(&["plan", second, "--alias", "live"]);
    assert_eq!(planned.code, Some(5), "{}", planned.stderr);
    let line = "alias live: 1=100, would be refused: it was rolled back from version 2, which has this definition\n";
    assert!(planned.stdout.contains(line), "{}", planned.stdout);
    let refused = service.run(&["deploy", second, "--role", ROLE, "--alias", "live"]);
    assert_eq!((refused.code, &*refused.stdout), (Some(5), ""), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("rolled back from version 2") && refused.stderr.contains("--again"),
        "{}",
        refused.stderr
    );
    assert_eq!(service.json(&["alias", "Undo", "live"])["routes"], "1=100");
    // Without the alias, the state machine may have it.
    service.deploy(&undo(2), &[]);
    assert_eq!(service.deploy(&undo(2), &["--alias", "live", "--again"])["alias"], "live: 2=100 (moved)");
}

#[test]
fn a_roll_back_goes_to_what_served_before() {
    let service = Service::new();
    service.deploy(&undo(1), &["--alias", "live"]);
    for number in [2, 3, 4] {
        service.deploy(&undo(number), &["--publish"]);
    }
    assert_eq!(service.json(&["alias", "Undo", "live", "--to", "4"])["served"], json!([1]));
    assert_eq!(service.json(&["alias", "Undo", "live", "--roll-back"])["routes"], "1=100");
    let nothing = service.run(&["alias", "Undo", "live", "--roll-back"]);
    assert_eq!(nothing.code, Some(5), "{}", nothing.stderr);
}

#[test]
fn a_deployment_is_what_was_planned_or_is_refused() {
    let service = Service::new();
    service.deploy(&undo(1), &["--alias", "live"]);
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("release/plan.json");
    let (second, out) = (undo(2), out.to_str().unwrap());
    let plan = |file: &Path| {
        let planned = service.run(&["plan", file.to_str().unwrap(), "--role", ROLE, "--alias", "live", "--out", out]);
        assert!(planned.stdout.contains("alias live: 1=100, would move to new=100\n"), "{}", planned.stdout);
    };
    let deploy = |file: &Path| {
        service.run(&["deploy", file.to_str().unwrap(), "--role", ROLE, "--alias", "live", "--plan", out])
    };
    plan(&second);
    // Another definition, or another state of the machine, is not what was planned.
    assert_eq!(deploy(&undo(3)).code, Some(5));
    service.deploy(&undo(1), &["--tag", "team=a"]);
    let done = deploy(&second);
    assert_eq!(done.code, Some(5), "{}", done.stdout);
    assert!(done.stderr.contains("is not as planned"), "{}", done.stderr);
    plan(&second);
    let done = deploy(&second);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(deploy(&second).code, Some(5), "a plan is carried out once");
    assert_eq!(
        service.run(&["deploy", second.to_str().unwrap(), "--role", ROLE, "--plan", "Cargo.toml"]).code,
        Some(2)
    );
}

#[test]
fn a_breaking_change_is_deployed_only_if_it_is_allowed() {
    let service = Service::new();
    service.deploy(&undo(1), &[]);
    let text = "workflow! { pub workflow Undo { input { n: i64, who: String } pass Good { n: input.who } -> end; } }";
    let breaking = file("release", "breaking.rs", text);
    let breaking = breaking.to_str().unwrap();
    let refused = service.run(&["deploy", breaking, "--role", ROLE]);
    assert_eq!((refused.code, &*refused.stdout), (Some(10), ""), "{}", refused.stderr);
    assert!(refused.stderr.contains("help: `--allow breaking` deploys it"), "{}", refused.stderr);
    assert_eq!(service.json(&["plan", breaking, "--allow", "breaking"])["verdict"], "breaking");
    service.ok(&["deploy", breaking, "--role", ROLE, "--allow", "breaking"]);
}

#[test]
fn a_gradual_release_ends_at_the_new_version_or_at_the_old_one() {
    let service = Service::new();
    service.deploy(&undo(1), &["--alias", "live"]);
    let shifted = service.deploy(&undo(2), &["--alias", "live", "--shift", "50%/1s"]);
    assert_eq!(shifted["alias"], "live: 2=100 (moved)");

    // The third version fails for some inputs; the second has not failed.
    let text = r#"workflow! {
        pub workflow Undo {
            input { n: i64 }
            choice Fits { if input.n == 13 -> Unlucky; else -> Good; }
            pass Good { n: input.n } -> end;
            fail Unlucky { error: "Unlucky" }
        }
    }"#;
    let third = file("release", "v3f.rs", text);
    let third = third.to_str().unwrap();
    let arguments = ["deploy", third, "--role", ROLE, "--alias", "live", "--allow", "breaking", "--shift"];
    let steps = [&arguments[..], &["canary:10%/20s"]].concat();
    std::thread::scope(|scope| {
        let releasing = scope.spawn(|| service.run(&steps));
        while service.json(&["alias", "Undo", "live"])["routes"] != "2=90 3=10" {
            std::thread::sleep(Duration::from_millis(50));
        }
        service.run(&["start", "Undo:3", "--input", "{\"n\":13}", "--wait"]);
        let done = releasing.join().unwrap();
        assert_eq!(done.code, Some(11), "{}", done.stderr);
        assert!(done.stderr.contains("1 of 1 executions of the new version failed"), "{}", done.stderr);
    });
    let routing = service.json(&["alias", "Undo", "live"]);
    assert_eq!((&routing["routes"], &routing["withdrawn"]), (&json!("2=100"), &json!([3])));
    let again = service.run(&[&arguments[..], &["50%/1s"]].concat());
    assert_eq!(again.code, Some(5), "{}", again.stderr);

    // A release that was interrupted goes on.
    let fourth = undo(4);
    service.deploy(&fourth, &["--alias", "live", "--weight", "50"]);
    assert_eq!(service.json(&["alias", "Undo", "live"])["routes"], "2=50 4=50");
    let gone_on = service.deploy(&fourth, &["--alias", "live", "--shift", "50%/1s"]);
    assert_eq!(gone_on["alias"], "live: 4=100 (moved)");
    // At the end, a rerun finds nothing to do.
    let rerun = service.deploy(&fourth, &["--alias", "live", "--shift", "50%/1s"]);
    assert_eq!(rerun["aliasChange"], "routed");
}

/// CloudWatch with the alarm `slow`: its address and its state. It answers in CBOR
/// (<https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>).
fn cloudwatch() -> (String, Arc<Mutex<&'static str>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let state = Arc::new(Mutex::new("OK"));
    let shared = Arc::clone(&state);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = BufReader::new(stream.try_clone().unwrap()).lines();
            while head.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let text = |text: &str| [&[0x60 + u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
            let (one_list, two_members) = (b"\xa1", b"\xa2");
            let mut body = [&one_list[..], &text("MetricAlarms"), b"\x81", two_members].concat();
            for word in ["AlarmName", "slow", "StateValue", *shared.lock().unwrap()] {
                body.extend(text(word));
            }
            let head = format!(
                "HTTP/1.1 200 OK\r\nsmithy-protocol: rpc-v2-cbor\r\nContent-Type: application/cbor\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), &body].concat());
        }
    });
    (url, state)
}

#[test]
fn an_alarm_rolls_a_release_back() {
    let (service, (url, state)) = (Service::new(), cloudwatch());
    let service_url = service.url().to_owned();
    let deploy = |number: u32, options: &[&str]| {
        let file = undo(number);
        let arguments = ["deploy", file.to_str().unwrap(), "--role", ROLE, "--express", "--alias", "live"];
        let environment = [("AWS_ENDPOINT_URL_SFN", &*service_url), ("AWS_ENDPOINT_URL_CLOUDWATCH", &*url)];
        run(&[&arguments[..], options].concat(), &environment)
    };
    let shift = |number: u32, alarm: &str, steps: &str| deploy(number, &["--shift", steps, "--alarm", alarm]);
    assert_eq!(deploy(1, &[]).code, Some(0));
    // The executions of an Express workflow cannot be watched, so alarms must be.
    let done = deploy(2, &["--shift", "50%/1s"]);
    assert_eq!(done.code, Some(2), "{}", done.stderr);
    let done = shift(2, "slow", "50%/1s");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(service.json(&["alias", "Undo", "live"])["routes"], "2=100");

    let done = shift(3, "fast", "50%/1s");
    assert_eq!(done.code, Some(6), "{}", done.stderr);
    assert!(done.stderr.contains("nothing was deployed: there is no alarm `fast`"), "{}", done.stderr);
    std::thread::scope(|scope| {
        let releasing = scope.spawn(|| shift(3, "slow", "canary:10%/20s"));
        while service.json(&["alias", "Undo", "live"])["routes"] != "2=90 3=10" {
            std::thread::sleep(Duration::from_millis(50));
        }
        *state.lock().unwrap() = "ALARM";
        let done = releasing.join().unwrap();
        assert_eq!(done.code, Some(11), "{}", done.stderr);
        assert!(done.stderr.contains("`live` was rolled back: the alarm `slow` is raised"), "{}", done.stderr);
    });
    assert_eq!(service.json(&["alias", "Undo", "live"])["routes"], "2=100");
    // An alarm that is raised already would say nothing about the version.
    let done = shift(4, "slow", "50%/1s");
    assert_eq!(done.code, Some(5), "{}", done.stderr);
    assert!(done.stderr.contains("nothing was deployed: the alarm `slow` is raised"), "{}", done.stderr);
}
