//! Workflows that rustc rejects, each with its output, and workflows that it accepts: see `ui.rs`.
