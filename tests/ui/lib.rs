//! Workflows that rustc refuses, each with what it prints, and workflows that it takes: see `ui.rs`.
