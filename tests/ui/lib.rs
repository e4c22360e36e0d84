//! Workflows that rustc rejects, each with the output, and workflows that it accepts: see `ui.rs`.
