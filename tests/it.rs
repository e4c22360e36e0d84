//! Tests that need the whole workspace, in one executable.

mod client;
mod data;
mod editor;
mod errors;
mod fragments;
mod goldens;
