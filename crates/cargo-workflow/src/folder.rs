//! The files in a folder that have state machines.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::report;
use crate::rust_calls;
use crate::template;

/// Returns the paths, with the files that have state machines in the place of each folder. A note tells of a folder
/// without any. A definition that a template of the folder names is read with the template, not by itself.
///
/// # Errors
/// Fails if there is no file.
pub(crate) fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut found = Vec::new();
        visit(path, &mut |file| found.extend(Some(file).filter(|file| has_machines(file))));
        if found.is_empty() {
            let nothing = format!("{} contains no state machine", path.display());
            if paths.len() == 1 {
                return Err(format!("error: {nothing}").into());
            }
            report::note(&nothing);
        }
        // WASI has no canonical paths.
        let resolved = |file: &Path| file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let named = found.iter().flat_map(|file| template::definition_files(file));
        let named: BTreeSet<_> = named.map(|file| resolved(&file)).collect();
        found.retain(|file| !named.contains(&resolved(file)));
        // Code hosts know the files by their paths from here.
        for file in &mut found {
            *file = file.strip_prefix(".").map_or_else(|_| file.clone(), Path::to_owned);
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}

/// Visits the files of a folder and its subfolders, without the files that [`is_skipped`] excludes. Links are not
/// followed.
pub(crate) fn visit(folder: &Path, take: &mut impl FnMut(PathBuf)) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !is_skipped(&entry.path()) => visit(&entry.path(), take),
            Ok(kind) if kind.is_file() => take(entry.path()),
            _ => {}
        }
    }
}

/// Returns whether a folder has generated files: it is hidden, is a cache such as cargo's target folder, or has
/// packages of npm.
///
/// See <https://bford.info/cachedir/>.
pub(crate) fn is_skipped(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".") || name == "node_modules" || folder.join("CACHEDIR.TAG").is_file()
}

/// Returns whether a file is a definition, by its name.
pub(crate) fn is_definition(file: &Path) -> bool {
    file.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with(".asl"))
}

/// Returns whether a file names state machines, by its text.
fn has_machines(file: &Path) -> bool {
    let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default();
    let text = || std::fs::read_to_string(file).unwrap_or_default();
    match extension {
        "rs" => rust_calls::has_workflows(&text()),
        "wf" => true,
        "tf" => template::may_have_machines(&text()),
        "json" | "yaml" | "yml" | "tpl" | "tftpl" => {
            let text = text();
            is_definition(file)
                || ["StartAt", "States"].iter().all(|word| text.contains(word))
                || template::may_have_machines(&text)
        }
        _ => false,
    }
}
