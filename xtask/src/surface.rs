//! `cargo xtask surface`: the public items of the crates that users depend on, a line each, in `xtask/surface`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::Failure;

/// The crates whose public items are kept, with all features. `workflow_runtime` re-exports the last three as `graph`, `iam`
/// and `plan`.
const CRATES: [&str; 5] = ["workflow-runtime", "workflow-local", "workflow-graph", "workflow-iam", "workflow-plan"];

/// Set where cargo runs this program in the place of rustdoc.
pub(crate) const AS_RUSTDOC: &str = "XTASK_AS_RUSTDOC";

/// Writes the files, or compares them.
///
/// # Errors
/// If rustdoc fails, writes a format that this program does not know, or if what is committed differs.
pub(crate) fn execute(check: bool) -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    write_json(root)?;
    let mut changed = Vec::new();
    for name in CRATES {
        let file = root.join("xtask/surface").join(format!("{name}.txt"));
        let found = surface(&target, name)?;
        let kept = fs::read_to_string(&file).unwrap_or_default();
        if check && found != kept {
            changed.push(format!("{}:\n{}", file.display(), difference(&kept, &found)));
        } else if !check {
            fs::write(&file, found).map_err(Failure::file(&file))?;
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let help = "If you mean to change them, run `cargo xtask surface`, and name the change in CHANGELOG.md.";
    Err(Failure(format!("public items have changed\n{}\n{help}", changed.join("\n"))))
}

/// Lets rustdoc write the items of the crates as JSON. Other crates would triple the time.
fn write_json(root: &Path) -> Result<(), Failure> {
    let itself = std::env::current_exe().map_err(|error| Failure(format!("this program has no path: {error}")))?;
    let status = Command::new(env!("CARGO"))
        .current_dir(root)
        .env("RUSTDOC", itself)
        .env(AS_RUSTDOC, "1")
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json")
        .args(["doc", "--quiet", "--no-deps", "--lib", "--all-features"])
        .args(CRATES.map(|name| format!("--package={name}")))
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure(format!("rustdoc: {status}"))),
        Err(error) => Err(Failure(format!("cargo does not start: {error}"))),
    }
}

/// Runs rustdoc, whose JSON is unstable: the pinned version of `public_api` reads the one of the pinned compiler. Were the
/// variable set for cargo, it would build all dependencies once more.
pub(crate) fn run_rustdoc() -> ExitCode {
    let status = Command::new("rustdoc").env("RUSTC_BOOTSTRAP", "1").args(std::env::args_os().skip(1)).status();
    if status.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns the public items of a crate, sorted. Implementations that every type has, or that are derived, are left out.
fn surface(target: &Path, name: &str) -> Result<String, Failure> {
    let json = target.join("doc").join(format!("{}.json", name.replace('-', "_")));
    let items = public_api::Builder::from_rustdoc_json(&json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .map_err(Failure::file(&json))?;
    let lines = items.items().map(|item| format!("{item}\n"));
    // What emitted code names is not for users.
    Ok(lines.filter(|line| !line.contains("__private")).collect())
}

/// The lines that only one of the texts has.
fn difference(kept: &str, found: &str) -> String {
    let lacks = |one: &str, other: &str, sign: char| -> Vec<String> {
        let other: BTreeSet<_> = other.lines().collect();
        one.lines().filter(|line| !other.contains(line)).map(|line| format!("{sign} {line}")).collect()
    };
    [lacks(kept, found, '-'), lacks(found, kept, '+')].concat().join("\n")
}
