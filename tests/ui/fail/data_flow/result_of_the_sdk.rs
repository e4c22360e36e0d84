//! A member of a list is read, and a member of a number.

use workflow_runtime::workflow;

workflow! {
    workflow ResultOfTheSdk {
        task List = aws_sdk::s3::listObjectsV2 { Bucket: "b" } -> Show;
        pass Show { first: List.Contents.Key, size: List.Contents[0].Size.Bytes } -> end;
    }
}

fn main() {}
