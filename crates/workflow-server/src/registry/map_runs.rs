//! Maps map runs to their executions: the ARN of a map run names the state machine, not the execution. Counts the open
//! ones for AWS's quota.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use parking_lot::Mutex;

use crate::api::arn::scope_prefix;

/// The map runs.
pub(crate) struct MapRuns {
    /// The numbers of the executions that started them, by ARN.
    pub(crate) executions: Mutex<BTreeMap<String, u64>>,
    /// The maximum number of open map runs of an account in a region.
    most: usize,
    /// If there is a maximum: the open ones, by ARN in the order of their start, and whether they run.
    open: Mutex<IndexMap<String, bool>>,
}

impl MapRuns {
    pub(crate) fn new(most: usize) -> Self {
        Self { executions: Mutex::default(), most, open: Mutex::default() }
    }

    pub(crate) fn insert(&self, arn: &str, execution: u64) {
        self.executions.lock().insert(arn.to_owned(), execution);
    }

    pub(crate) fn clear(&self) {
        self.executions.lock().clear();
        self.open.lock().clear();
    }

    /// Returns the numbers of executions with map runs whose ARNs have this prefix.
    pub(crate) fn beginning(&self, prefix: &str) -> Vec<u64> {
        let held = self.executions.lock();
        let from = held.range(prefix.to_owned()..).take_while(|(arn, _)| arn.starts_with(prefix));
        let mut numbers: Vec<u64> = from.map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    pub(crate) fn are_limited(&self) -> bool {
        self.most != usize::MAX
    }

    /// Returns whether a map run may start its children. If not, it is among those that wait.
    pub(crate) fn may_start(&self, arn: &str) -> bool {
        if !self.are_limited() {
            return true;
        }
        let mut open = self.open.lock();
        let others = open.iter().filter(|(other, runs)| **runs && *other != arn && is_same_scope(other, arn));
        let may_start = others.count() < self.most;
        open.insert(arn.to_owned(), may_start);
        may_start
    }

    /// Removes a map run that has ended, and returns the first one that waits.
    pub(super) fn ended(&self, arn: &str) -> Option<String> {
        let mut open = self.open.lock();
        open.shift_remove(arn)?;
        open.iter().find(|(other, runs)| !**runs && is_same_scope(other, arn)).map(|(other, _)| other.clone())
    }
}

fn is_same_scope(one: &str, other: &str) -> bool {
    scope_prefix(one) == scope_prefix(other)
}

#[cfg(all(test, feature = "durable"))]
#[allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]
mod tests {
    use serde_json::json;

    use crate::{Embedded, Quotas, Server};

    async fn start(server: &Embedded, maps: usize) -> String {
        let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:M";
        let input = json!({"maps": vec![[1]; maps]}).to_string();
        let started = server.call("StartExecution", &json!({"stateMachineArn": machine, "input": input})).await;
        started.unwrap()["executionArn"].as_str().unwrap().to_owned()
    }

    /// Waits until this many map runs run their child, and this many wait.
    async fn reach(server: &Embedded, executions: &[String], running: usize, waiting: usize) {
        let reached = async {
            loop {
                let mut reached = (0, 0);
                for execution in executions {
                    let run = server.run(execution).unwrap();
                    let execution = run.execution.lock();
                    for map_run in execution.map_runs() {
                        let (children, _) = execution.map_run_counts(map_run);
                        reached = (reached.0 + children.running, reached.1 + children.pending);
                    }
                }
                if reached == (running, waiting) {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), reached).await.unwrap();
    }

    #[tokio::test]
    async fn a_map_run_beyond_the_quota_waits_for_the_end_of_another_one() {
        let folder = std::env::temp_dir().join(format!("workflow-map-runs-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let open = async || Server::builder().data(&folder).quotas(Quotas::aws()).embed().await.unwrap();
        let children = json!({
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "C", "States": {"C": {"Type": "Wait", "Seconds": 86_400, "End": true}},
        });
        let maps = json!({"StartAt": "B", "States": {"B": {"Type": "Map", "ItemProcessor": children, "End": true}}});
        let map = json!({"Type": "Map", "ItemsPath": "$.maps", "ItemProcessor": maps, "End": true});
        let definition = json!({"StartAt": "A", "States": {"A": map}}).to_string();
        let role = "arn:aws:iam::123456789012:role/r";
        let server = open().await;
        let created = json!({"name": "M", "definition": definition, "roleArn": role});
        server.call("CreateStateMachine", &created).await.unwrap();
        let first = start(&server, 1).await;
        reach(&server, std::slice::from_ref(&first), 1, 0).await;
        // An inline map runs 40 of its items at a time.
        let mut others = Vec::new();
        for _ in 0..25 {
            others.push(start(&server, 40).await);
        }
        reach(&server, &others, 999, 1).await;
        server.shutdown().await;
        // It still waits, and not because of what it was told before.
        let server = open().await;
        reach(&server, &others, 999, 1).await;
        server.call("StopExecution", &json!({"executionArn": first})).await.unwrap();
        reach(&server, &others, 1000, 0).await;
        assert_eq!(server.diverged(), [] as [&str; 0]);
        server.shutdown().await;
        let _ = std::fs::remove_dir_all(&folder);
    }
}
