//! AWS's APIs as AWS Step Functions names them: every operation that a task can call, what it takes, returns and raises,
//! and what its role must be allowed.
//!
//! The crate is one read-only table, [`include_bytes!`], and a reader of it. It has no dependencies, allocates nothing to
//! find or to walk, and reads of the table what is asked for: finding an operation and its parameters takes less than 0.2 ms
//! in a process that has just started.
//!
//! # What it is for
//! [`TaskResource::parse`] takes the `Resource` of a task apart, or says which part of it is not known and
//! [which names](ResourceError::candidates) there are. Then
//! - [`TaskResource::support`]: whether a machine of that type has the pattern;
//! - [`TaskResource::input`]: the [`Shape`] of its parameters. Walk it along the JSON that the task has, asking each
//!   structure for the [member](Structure::member) that the JSON names; a member that is dynamic may be anything;
//! - [`TaskResource::output`]: the shape that paths into its result go through;
//! - [`TaskResource::errors`]: the names that `Retry` and `Catch` can have, unless it [raises any](TaskResource::raises_any);
//! - [`Operation::iam`], [`Integration::iam`]: what its role needs.
//!
//! ```
//! use workflow_services::{Shape, TaskResource};
//!
//! let task = TaskResource::parse("arn:aws:states:::aws-sdk:dynamodb:getItem").unwrap();
//! let input = task.input().structure().unwrap();
//! let required: Vec<_> = input.members().filter(|member| member.required).map(|member| member.name).collect();
//! assert_eq!(required, ["TableName", "Key"]);
//!
//! // Shapes are read when they are asked for, so that one may contain itself: a DynamoDB value holds such values.
//! let Shape::Map(key) = task.input().member("Key").unwrap().shape else { unreachable!() };
//! let Shape::Map(nested) = key.value().member("M").unwrap().shape else { unreachable!() };
//! assert_eq!(nested.value(), key.value());
//!
//! assert!(task.errors().any(|error| error.matches("DynamoDb.ResourceNotFoundException")));
//! assert!(!task.errors().any(|error| error.matches("DynamoDB.ResourceNotFoundException")));
//! ```
//!
//! # Two generations of names
//! SDK integrations have the names of AWS's SDK for Java 2: `DbInstanceIdentifier` for the API's `DBInstanceIdentifier`,
//! errors `DynamoDb.…`. Optimised integrations have the API's own names with a capital first letter and errors
//! `DynamoDB.…`. The table holds each as Step Functions spells it; nothing has to be converted.
//!
//! # How new it is
//! The table is made from the models in botocore, `table.lock` says which. Step Functions learns of an operation after
//! botocore does, so that what the table lacks may be newer than the table. What AWS has [retired](Service::is_retired) is
//! still there by name. Names that Step Functions' documentation does not list are
//! [not documented](Service::is_documented); they may work, or not.
//!
//! # A table that is not intact
//! Reading never panics: what cannot be read is absent, or [`Shape::Document`]. [`is_intact`] verifies the checksum; the
//! crate's tests do so, which is enough for a table that is part of the program.
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
mod operation;
mod resource;
mod service;
mod shape;
mod table;

pub use arn::Arn;
pub use error_name::ErrorName;
pub use iam::{ArnForm, Condition, IamAction, Statement};
pub use integration::{Integration, MachineType, Pattern, Support};
pub use operation::Operation;
pub use resource::{ResourceError, TaskResource};
pub use service::Service;
pub use shape::{Enum, Limits, List, Map, Member, Shape, Structure};

/// Whether no byte of the table differs from what was written; reads all of it.
pub fn is_intact() -> bool {
    table::TABLE.is_intact()
}

#[cfg(test)]
mod corrupt;
