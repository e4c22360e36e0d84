//! AWS's APIs under the names of AWS Step Functions: every operation that a task can call, with its input, output,
//! errors and the permissions that its role needs.
//!
//! The crate is one read-only table, [`include_bytes!`], and a reader for it. It has no dependencies, does not allocate
//! when it finds or walks shapes, and decodes only the parts that you ask for: finding an operation and its parameters
//! takes less than 0.2 ms in a new process.
//!
//! # Usage
//! [`TaskResource::parse`] parses the `Resource` of a task. If a part is unknown, the error names it and lists the
//! [candidates](ResourceError::candidates). Then use
//! - [`TaskResource::support`]: whether a state machine of that type supports the pattern;
//! - [`TaskResource::input`]: the [`Shape`] of its parameters. Walk it along the JSON of the task and look up each
//!   [member](Structure::member) that the JSON names. A dynamic member may be anything;
//! - [`TaskResource::output`]: the shape of the result, for paths into it;
//! - [`TaskResource::errors`]: the names that `Retry` and `Catch` can have, unless it [raises any](TaskResource::raises_any);
//! - [`Operation::iam`], [`Integration::iam`]: the permissions that its role needs.
//!
//! ```
//! use workflow_services::{Shape, TaskResource};
//!
//! let task = TaskResource::parse("arn:aws:states:::aws-sdk:dynamodb:getItem").unwrap();
//! let input = task.input().structure().unwrap();
//! let required: Vec<_> = input.members().filter(|member| member.required).map(|member| member.name).collect();
//! assert_eq!(required, ["TableName", "Key"]);
//!
//! // Shapes are read on demand, so a shape may contain itself: a DynamoDB value contains DynamoDB values.
//! let Shape::Map(key) = task.input().member("Key").unwrap().shape else { unreachable!() };
//! let Shape::Map(nested) = key.value().member("M").unwrap().shape else { unreachable!() };
//! assert_eq!(nested.value(), key.value());
//!
//! assert!(task.errors().any(|error| error.matches("DynamoDb.ResourceNotFoundException")));
//! assert!(!task.errors().any(|error| error.matches("DynamoDB.ResourceNotFoundException")));
//! ```
//!
//! # Two generations of names
//! SDK integrations use the names of AWS's SDK for Java 2: `DbInstanceIdentifier` for the API's `DBInstanceIdentifier`,
//! and errors such as `DynamoDb.…`. Optimised integrations use the API's own names with a capital first letter, and
//! errors such as `DynamoDB.…`. The table holds each name as Step Functions spells it, so you never need to convert
//! one.
//!
//! # Version
//! The table is made from the models in botocore; `table.lock` names the version. Step Functions supports an operation
//! some time after botocore does. An operation that is missing here may be newer than the table. Services that AWS has
//! [retired](Service::is_retired) are still found by name. Services that Step Functions' documentation does not list
//! are [not documented](Service::is_documented): they may or may not work.
//!
//! # Corrupt tables
//! Reading never panics: a part that cannot be read is absent, or [`Shape::Document`]. [`is_intact`] verifies the
//! checksum. The crate's tests call it, which is enough because the table is part of the program.
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod arn;
mod error_name;
mod iam;
mod integration;
mod machine_type;
mod operation;
mod resource;
mod resource_kind;
mod service;
mod shape;
mod table;
pub mod timestamp;

pub use arn::{Arn, OwnResource, partition_of_region};
pub use error_name::ErrorName;
pub use iam::{ArnForm, Condition, IamAction, Statement};
pub use integration::{Integration, Pattern, Support};
pub use machine_type::MachineType;
pub use operation::Operation;
pub use resource::{ResourceError, TaskResource};
pub use resource_kind::{ResourceForm, ResourceKind};
pub use service::Service;
pub use shape::{Enum, Limits, List, Map, Member, Shape, Structure};

/// Returns whether the table is byte for byte as written. Reads all of it.
pub fn is_intact() -> bool {
    table::TABLE.is_intact()
}
