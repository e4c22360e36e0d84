//! `explore.toml`: the findings of `explore` that were accepted, each with a reason.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use workflow_explore::{Explorer, Report};

use crate::Failure;

/// The name of the file.
const FILE: &str = "explore.toml";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    accepted: Vec<Accepted>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    workflow: String,
    finding: String,
    reason: String,
}

/// The accepted findings, and the file that has them.
pub(crate) struct Baseline {
    file: PathBuf,
    document: Document,
}

impl Baseline {
    /// Reads a file; without one, the nearest `explore.toml` in the folder of the first explored file or above it. A file that is
    /// not there accepts nothing.
    pub(crate) fn read(named: Option<&Path>, explored: Option<&Path>) -> Result<Self, Failure> {
        let folder = explored.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let above = std::path::absolute(folder).unwrap_or_default();
        let nearest = || above.ancestors().map(|folder| folder.join(FILE)).find(|file| file.is_file());
        let file = named.map(Path::to_owned).or_else(nearest).unwrap_or_else(|| folder.join(FILE));
        let document = match fs::read_to_string(&file) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                let form = "each `[[accepted]]` has `workflow`, `finding` and `reason`";
                format!("error: {}: {error}\n  = help: {form}", file.display())
            })?,
            Err(_) if named.is_none() || !file.exists() => Document::default(),
            Err(error) => return Err(format!("error: cannot read {}: {error}", file.display()).into()),
        };
        Ok(Self { file, document })
    }

    /// Tells the explorer of a workflow what is accepted.
    pub(crate) fn applied(&self, explorer: Explorer, workflow: &str) -> Explorer {
        let accepted = self.document.accepted.iter().filter(|accepted| accepted.workflow == workflow);
        accepted.fold(explorer, |explorer, accepted| explorer.accept(&accepted.finding, &accepted.reason))
    }

    /// Adds the findings of a report to the file. Returns their number.
    pub(crate) fn add(&self, workflow: &str, report: &Report, reason: &str) -> Result<usize, Failure> {
        let mut text = fs::read_to_string(&self.file).unwrap_or_default();
        // A text of JSON is a text of TOML.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        for finding in &report.findings {
            let (workflow, finding, reason) = (quoted(workflow), quoted(&finding.key()), quoted(reason));
            let gap = if text.is_empty() { "" } else { "\n" };
            text.push_str(&format!(
                "{gap}[[accepted]]\nworkflow = {workflow}\nfinding = {finding}\nreason = {reason}\n"
            ));
        }
        let written = fs::write(&self.file, text);
        written.map_err(|error| format!("error: cannot write {}: {error}", self.file.display()))?;
        Ok(report.findings.len())
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }
}
