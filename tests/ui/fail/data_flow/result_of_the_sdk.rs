//! What cannot be read: a member of all of them, a member of a number.

use workflow_runtime::workflow;

workflow! {
    workflow ResultOfTheSdk {
        task List = aws_sdk::s3::listObjectsV2 { Bucket: "b" } -> Show;
        pass Show { first: List.Contents.Key, size: List.Contents[0].Size.Bytes } -> end;
    }
}

fn main() {}
