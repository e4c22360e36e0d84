//! The API independent of its subjects: operations, errors, members of requests, answers, pages, ARNs.

mod answer;
pub(crate) mod arn;
mod code;
mod error;
mod input;
mod operation;
mod page;

pub(crate) use answer::Answer;
pub(crate) use code::Code;
pub(crate) use error::ApiError;
pub(crate) use input::{ARN_CHARS, Input, LONG_ARN_CHARS, Members};
pub(crate) use operation::Operation;
pub(crate) use page::Paging;
