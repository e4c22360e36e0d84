//! Result writers: formats and writes a map run's results.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>

use serde_json::{Map, Value, json};

use super::Execution;
use super::thread::{Join, MapRun, RunId};
use crate::payload::Payload;
use crate::program::Transformation;

/// The settings of a result writer.
#[derive(Clone, Debug)]
pub(crate) struct Writing {
    /// The request of `s3:putObject`; without it, the results are the state's.
    pub(crate) to: Option<Value>,
    pub(crate) transformation: Transformation,
    /// Whether a file has one result per line.
    pub(crate) lines: bool,
}

impl Execution {
    /// Returns the entry of a child in the results.
    pub(super) fn result_of(&self, writing: &Writing, child: RunId) -> Payload {
        match (&self.run(child).output, writing.transformation) {
            (Some(output), Transformation::Compact | Transformation::Flatten) => output.clone(),
            _ => Payload::new(self.details_of(child)),
        }
    }

    /// Returns a child's details: the entry of a failed child and, without a transformation, of every child.
    fn details_of(&self, child: RunId) -> Value {
        let run = self.run(child);
        if let Some(output) = &run.output {
            return json!({
                "ExecutionArn": &*run.arn,
                "Input": run.input.to_string(),
                "InputDetails": { "Included": true },
                "Name": &*run.name,
                "Output": output.to_string(),
                "OutputDetails": { "Included": true },
                "RedriveCount": 0,
                "RedriveStatus": "NOT_REDRIVABLE",
                "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
                "StartDate": run.started.to_string(),
                "StateMachineArn": &*run.machine_arn,
                "Status": run.status.name(),
                "StopDate": run.stopped.map(|time| time.to_string()),
            });
        }
        let mut details = json!({
            "ExecutionArn": &*run.arn,
            "Input": run.input.to_string(),
            "InputDetails": { "Included": true },
            "Name": &*run.name,
            "StartDate": run.started.to_string(),
            "StateMachineArn": &*run.machine_arn,
            "Status": run.status.name(),
            "StopDate": run.stopped.map(|time| time.to_string()),
        });
        for (name, text) in [("Error", &run.error), ("Cause", &run.cause)] {
            if let (Some(text), Some(details)) = (text, details.as_object_mut()) {
                details.insert(name.to_owned(), Value::from(&**text));
            }
        }
        details
    }

    /// Writes a map run's results to the store, and returns the map's result. `pending` has the inputs of children that
    /// were not started.
    pub(super) fn write_results(
        &self,
        run: &MapRun,
        arguments: &Value,
        join: &Join,
        pending: &[Payload],
    ) -> Result<Value, String> {
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        let (bucket, prefix) = (text("Bucket"), text("Prefix"));
        let uuid = run.arn.rsplit(':').next().unwrap_or_default();
        let folder =
            if prefix.is_empty() { uuid.to_owned() } else { format!("{}/{uuid}", prefix.trim_end_matches('/')) };
        let results = |failed: bool| {
            let results = join.results.iter().enumerate();
            let results = results.filter(move |(index, _)| run.failed.contains(index) == failed);
            results.filter_map(|(_, result)| result.as_ref())
        };
        let machine = format!("{}/{}", self.run(RunId(0)).machine_arn, run.label);
        let not_started = |input: &Payload| {
            json!({
                "Input": input.to_string(),
                "InputDetails": { "Included": true },
                "StateMachineArn": machine,
                "Status": "PENDING",
            })
        };
        let pending: Vec<_> = pending.iter().map(not_started).collect();
        let files = [
            // Those that failed, timed out or were aborted.
            ("FAILED", results(true).map(Payload::value).collect::<Vec<_>>()),
            ("PENDING", pending.iter().collect()),
            ("SUCCEEDED", run.writing.flat(results(false)).collect()),
        ];
        let mut listed = Map::new();
        for (kind, written) in files {
            let mut entries = Vec::new();
            if !written.is_empty() {
                let (body, extension) = run.writing.body(&written)?;
                let (size, file) = (body.len(), format!("{folder}/{kind}_0.{extension}"));
                self.store.put(bucket, &file, body)?;
                entries.push(json!({ "Key": file, "Size": size }));
            }
            listed.insert(kind.to_owned(), Value::Array(entries));
        }
        let manifest = json!({ "DestinationBucket": bucket, "MapRunArn": &*run.arn, "ResultFiles": listed });
        let key = format!("{folder}/manifest.json");
        self.store.put(bucket, &key, manifest.to_string().into_bytes())?;
        Ok(json!({ "MapRunArn": &*run.arn, "ResultWriterDetails": { "Bucket": bucket, "Key": key } }))
    }
}

impl MapRun {
    /// Returns the results as the state's result.
    pub(super) fn results(&self, results: Vec<Option<Payload>>) -> Value {
        let mut array = Vec::with_capacity(results.len());
        for (index, result) in results.into_iter().enumerate() {
            let Some(result) = result else { continue };
            let flattens = self.writing.transformation == Transformation::Flatten && !self.failed.contains(&index);
            match result.into_value() {
                Value::Array(items) if flattens => array.extend(items),
                other => array.push(other),
            }
        }
        Value::Array(array)
    }
}

impl Writing {
    /// Returns the results of successful children, with arrays flattened if requested.
    fn flat<'r>(&self, results: impl Iterator<Item = &'r Payload>) -> impl Iterator<Item = &'r Value> {
        let flattens = self.transformation == Transformation::Flatten;
        results.flat_map(move |result| match result.value() {
            Value::Array(items) if flattens => items.iter().collect::<Vec<_>>(),
            other => vec![other],
        })
    }

    /// Returns the bytes of a file and its extension.
    fn body(&self, results: &[&Value]) -> Result<(Vec<u8>, &'static str), String> {
        let mut body = Vec::new();
        if !self.lines {
            serde_json::to_writer(&mut body, results).map_err(|error| error.to_string())?;
            return Ok((body, "json"));
        }
        for result in results {
            serde_json::to_writer(&mut body, result).map_err(|error| error.to_string())?;
            body.push(b'\n');
        }
        Ok((body, "jsonl"))
    }
}
