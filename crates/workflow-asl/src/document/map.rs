//! The parts of a map state: its item processor, reader, batcher and result writer.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html>

use crate::document::MachineType;
use indexmap::IndexMap;
use serde_json::Value;

use super::node::{object, object_node};
use super::{Form, Group, State};
use crate::limits::PAYLOAD_BYTES;

object! {
    /// The state machine that a map runs for each item (`ItemProcessor`, formerly `Iterator`).
    ItemProcessor {
        "ProcessorConfig" processor_config: ProcessorConfig, Form::Nested("`ProcessorConfig`"), "Where the iterations run.";
        "StartAt" start_at: String, Form::StateName, is required, "The first state of each iteration.";
        "States" states: IndexMap<String, State>, Form::Nested("object of states by name"), is required, "The states of an iteration.";
        "Comment" comment: String, Form::Text, "A comment for the reader.";
    }
}

object! {
    /// Where a map's iterations run.
    ProcessorConfig {
        "Mode" mode: String, Form::Word(&["INLINE", "DISTRIBUTED"]), default Text("INLINE"), "Whether iterations run within the execution or as child executions.";
        "ExecutionType" execution_type: String, Form::Word(&[MachineType::Standard.as_str(), MachineType::Express.as_str()]), "The type of the child executions of a distributed map.";
    }
}

object! {
    /// Reads a distributed map's items from S3.
    ItemReader {
        "Resource" resource: String, Form::Resource, is required, "The S3 call that reads: `s3:getObject` or `s3:listObjectsV2`.";
        "ReaderConfig" reader_config: ReaderConfig, Form::Nested("`ReaderConfig`"), "How to convert the data to items.";
        "Parameters" parameters: Value, Form::Template, only JsonPath, instead "Arguments", "The call's request.";
        "Arguments" arguments: Value, Form::Computed, only Jsonata, instead "Parameters", "The call's request.";
    }
}

object! {
    /// How to convert an item reader's data to items.
    ReaderConfig {
        "InputType" input_type: String, Form::Word(ReaderConfig::INPUT_TYPES), "The format of the object.";
        "Transformation" transformation: String, Form::Word(&["NONE", "LOAD_AND_FLATTEN"]), default Text("NONE"), "Whether listed objects are items, or are read too.";
        "ManifestType" manifest_type: String, Form::Word(&["ATHENA_DATA", "S3_INVENTORY"]), "The source of the manifest.";
        "CSVDelimiter" csv_delimiter: String, Form::Word(&["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]), default Text("COMMA"), "The separator of the fields in a row.";
        "CSVHeaderLocation" csv_header_location: String, Form::Word(&["FIRST_ROW", "GIVEN"]), "Where the column names are.";
        "CSVHeaders" csv_headers: Vec<String>, Form::TextList, "The column names, if they are given.";
        "MaxItems" max_items: Value, Form::Integer { min: 0, max: 100_000_000, expression: true }, "The maximum number of items to read.";
        "MaxItemsPath" max_items_path: String, Form::InputReferencePath, only JsonPath, instead "MaxItems", "The path to that number.";
        "ItemsPointer" items_pointer: String, Form::Text, "The JSON pointer to the items inside a JSON object.";
    }
    groups {
        Group::at_most_one(&["MaxItems", "MaxItemsPath"]);
    }
}

impl ItemReader {
    /// The members of an object that `s3:listObjectsV2` lists, and whether each is text instead of a number.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>
    pub const LISTED_OBJECT: [(&'static str, bool); 5] =
        [("Etag", true), ("Key", true), ("LastModified", false), ("Size", false), ("StorageClass", true)];
}

impl ReaderConfig {
    /// The values of `InputType`.
    pub const INPUT_TYPES: &'static [&'static str] = &["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"];
}

object! {
    /// Groups a distributed map's items into the inputs of its child executions.
    ItemBatcher {
        "MaxItemsPerBatch" max_items_per_batch: Value, Form::Integer { min: 1, max: 100_000_000, expression: true }, "The maximum number of items in a batch.";
        "MaxItemsPerBatchPath" max_items_per_batch_path: String, Form::InputReferencePath, only JsonPath, instead "MaxItemsPerBatch", "The path to that number.";
        "MaxInputBytesPerBatch" max_input_bytes_per_batch: Value, Form::Integer { min: 1, max: PAYLOAD_BYTES as u64, expression: true }, "The maximum size of a batch in bytes.";
        "MaxInputBytesPerBatchPath" max_input_bytes_per_batch_path: String, Form::InputReferencePath, only JsonPath, instead "MaxInputBytesPerBatch", "The path to that number.";
        "BatchInput" batch_input: Value, Form::Computed, "Data that each batch gets in addition to its items.";
    }
    groups {
        Group::at_least_one(&[
            "MaxItemsPerBatch",
            "MaxItemsPerBatchPath",
            "MaxInputBytesPerBatch",
            "MaxInputBytesPerBatchPath",
        ]);
        Group::at_most_one(&["MaxItemsPerBatch", "MaxItemsPerBatchPath"]);
        Group::at_most_one(&["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"]);
    }
}

object! {
    /// Writes a distributed map's results to S3.
    ResultWriter {
        "Resource" resource: String, Form::Resource, "The S3 call that writes: `s3:putObject`.";
        "WriterConfig" writer_config: WriterConfig, Form::Nested("`WriterConfig`"), "The format of the output.";
        "Parameters" parameters: Value, Form::Template, only JsonPath, instead "Arguments", "The call's request.";
        "Arguments" arguments: Value, Form::Computed, only Jsonata, instead "Parameters", "The call's request.";
    }
    groups {
        Group::at_least_one(&["Resource", "WriterConfig"]);
    }
}

object! {
    /// The format of a result writer's output.
    WriterConfig {
        "Transformation" transformation: String, Form::Word(&["NONE", "COMPACT", "FLATTEN"]), is required, "Whether child executions' details are kept.";
        "OutputType" output_type: String, Form::Word(&["JSON", "JSONL"]), is required, "One document, or one per line.";
    }
}

object_node!(ItemProcessor, ProcessorConfig, ItemReader, ReaderConfig, ItemBatcher, ResultWriter, WriterConfig);
