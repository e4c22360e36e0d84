//! Pictures of AWS Step Functions state machines: SVG, HTML, text, Mermaid and DOT.
//!
//! [`Graph`] is what a picture shows: made of a definition, of a change between two, or of an execution's history.
//! The same graph gives the same bytes, so that a picture can be committed. SVG, HTML and text need places for states,
//! which feature `layout` works out.
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod caption;
mod change;
mod dot;
pub mod history;
#[cfg(feature = "layout")]
mod html;
#[cfg(feature = "layout")]
pub mod layout;
mod mermaid;
mod model;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "layout")]
mod svg;
#[cfg(feature = "layout")]
mod text;
pub mod trace;

pub use model::{Edge, Graph, Mark, Retrier, Scope, State};

/// Which way a picture reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// From the top down.
    #[default]
    TopDown,
    /// From left to right.
    LeftRight,
}
