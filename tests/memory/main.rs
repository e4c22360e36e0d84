//! Measures the memory of a server after many executions. The measurement covers the whole process, so this must be the
//! only test in it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use serde_json::json;
use workflow_runtime::{Runner, workflow};
use workflow_server::{Retention, Server};

workflow! {
    workflow Idle {
        input { text: String }
        succeed Done;
    }
}

/// Returns the resident memory of this process, in MiB; `None` if the system does not report it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_thousand_executions_take_no_more_memory_than_those_that_are_kept() {
    const KEPT: usize = 1000;
    let retention = Retention { count: KEPT, ..Retention::default() };
    let workflows = Server::builder().retention(retention).embed().await.unwrap();
    let machine = workflows.put::<Idle>().unwrap();
    let input = IdleInput { text: "x".repeat(1000) };
    let run = async |numbers: std::ops::Range<usize>| {
        for n in numbers {
            let name = format!("e{n}");
            machine.start_named(&name, &input).await.unwrap();
            // Only a few run at a time.
            if n % 100 == 0 {
                machine.wait(&name).await.unwrap();
            }
        }
    };
    // One-time allocations are done by now.
    run(0..20_000).await;
    let before = resident();
    run(20_000..50_000).await;
    let list = json!({"stateMachineArn": machine.arn(), "statusFilter": "SUCCEEDED", "maxResults": 1000});
    for _ in 0..1000 {
        if workflows.call("ListExecutions", &list).await.unwrap()["executions"].as_array().unwrap().len() == KEPT {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let page = workflows.call("ListExecutions", &list).await.unwrap();
    assert_eq!(page["executions"].as_array().unwrap().len(), KEPT);
    assert_eq!(page["executions"][0]["name"], "e49999");
    if let (Some(before), Some(after)) = (before, resident()) {
        // Without forgetting, 30,000 take more than 110 MiB.
        assert!(after < before + 60, "{before} MiB, then {after} MiB");
    }
}
