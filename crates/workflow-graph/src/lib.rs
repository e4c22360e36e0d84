//! Diagrams of AWS Step Functions state machines: SVG, HTML, text, Mermaid and DOT.
//!
//! A [`Graph`] is created from a definition, a change between two definitions, or an execution's history. The same
//! graph always renders to the same bytes, so diagrams can be committed. SVG, HTML and text need positions for states,
//! which the feature `layout` computes.
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod caption;
mod change;
mod dot;
mod grouping;
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
#[cfg(feature = "layout")]
pub use svg::escaped;

/// The direction in which a diagram reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// From top to bottom.
    #[default]
    TopDown,
    /// From left to right.
    LeftRight,
}
