//! The alarms and the dashboard of a state machine, independent of the tool.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html>

use serde_json::{Value, json};
use workflow_asl::StateMachine;
use workflow_asl::budget::{Budget, in_words};
use workflow_asl::document::MachineType;

use super::model::{Deployment, MACHINE, REGION};

/// The metrics of executions that end badly or do not start: the name of the alarm, the metric, and what it means.
const BAD: [(&str, &str, &str); 3] = [
    ("Failed", "ExecutionsFailed", "An execution failed"),
    ("TimedOut", "ExecutionsTimedOut", "An execution timed out"),
    ("Throttled", "ExecutionThrottled", "Executions were throttled"),
];
/// The metrics of a dashboard besides those.
const OTHER: [&str; 3] = ["ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsAborted"];
const NAMESPACE: &str = "AWS/States";
const DIMENSION: &str = "StateMachineArn";
const TIME: &str = "ExecutionTime";
/// The seconds that a data point covers.
const PERIOD: u64 = 300;

/// An alarm on a metric of the state machine, which alarms above its threshold.
pub(super) struct Alarm {
    /// A name in Pascal case.
    pub(super) id: &'static str,
    description: String,
    metric: &'static str,
    statistic: &'static str,
    threshold: u64,
}

/// Returns the alarms of a definition.
pub(super) fn of(definition: &Value, machine_type: MachineType) -> Vec<Alarm> {
    let bad = BAD.iter().map(|(id, metric, description)| Alarm {
        id,
        description: (*description).to_owned(),
        metric,
        statistic: "Sum",
        threshold: 0,
    });
    let budget = Budget::of(&StateMachine::read(definition).0, machine_type);
    let own = budget.executions.first().filter(|own| own.longest.open.is_empty());
    // AWS needs time for each step too.
    let most = own.map(|own| (own, own.longest.seconds.saturating_add(own.longest.seconds / 10 + 60)));
    // AWS ends an execution at its limit, which is an alarm already.
    let long = most.filter(|(own, most)| *most < own.limit).map(|(own, most)| Alarm {
        id: "Long",
        description: format!(
            "An execution took longer than {}, but its waits, time-outs and retries take at most {}",
            in_words(most),
            in_words(own.longest.seconds)
        ),
        metric: TIME,
        statistic: "Maximum",
        threshold: most.saturating_mul(1000),
    });
    bad.chain(long).collect()
}

impl Alarm {
    /// Returns the properties of CloudFormation's resource. Other tools have the same ones in another case.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html>
    pub(super) fn properties(&self, topic: Option<&str>) -> Value {
        let mut properties = json!({
            "AlarmDescription": self.description,
            "Namespace": NAMESPACE,
            "MetricName": self.metric,
            "Dimensions": [{"Name": DIMENSION, "Value": format!("${{{MACHINE}}}")}],
            "Statistic": self.statistic,
            "Period": PERIOD,
            "EvaluationPeriods": 1,
            "Threshold": self.threshold,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
        });
        if let Some(topic) = topic {
            properties["AlarmActions"] = json!([topic]);
        }
        properties
    }
}

impl Deployment<'_> {
    /// Returns the body of the dashboard: the executions by how they ended, and how long they took.
    ///
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>
    pub(super) fn dashboard(&self) -> Value {
        let machine = format!("${{{MACHINE}}}");
        let metric = |name: &str, more: Value| json!([NAMESPACE, name, DIMENSION, machine, more]);
        let ends =
            OTHER.into_iter().chain(BAD.map(|(_, name, _)| name)).map(|name| metric(name, json!({"stat": "Sum"})));
        let times = ["p50", "p99", "Maximum"].map(|stat| metric(TIME, json!({"stat": stat})));
        let widget = |x: u64, title: &str, metrics: Vec<Value>| {
            json!({"type": "metric", "x": x, "y": 0, "width": 12, "height": 8, "properties": {
                "title": title, "region": format!("${{{REGION}}}"), "period": PERIOD, "metrics": metrics}})
        };
        json!({"widgets": [widget(0, "Executions", ends.collect()), widget(12, "Execution time in ms", times.to_vec())]})
    }
}
