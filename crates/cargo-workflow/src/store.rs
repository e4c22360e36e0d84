//! `cargo workflow store`: looks after the data of `cargo workflow serve --data`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use workflow_server::{Server, Store as Data};

use crate::Failure;

/// The task, and the folder.
#[derive(Args)]
pub(crate) struct Store {
    #[command(subcommand)]
    task: Task,
}

/// What to do with the data. No server may use it meanwhile.
#[derive(Subcommand)]
enum Task {
    /// Read every record, and name what is damaged
    Check(Replayed),
    /// Print every record as a line of JSON
    Export(Folder),
    /// Make the file as small as it can be
    Compact(Folder),
    /// Move damaged records to `damaged.jsonl`, so that their names are free
    Repair(Folder),
    /// Write the data in the format of this version
    Upgrade {
        #[command(flatten)]
        replayed: Replayed,
        /// Change nothing: name the open executions whose history this version would change
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Args)]
struct Folder {
    /// The folder of `serve --data`
    folder: PathBuf,
}

/// The data, and what its open executions read.
#[derive(Args)]
struct Replayed {
    #[command(flatten)]
    folder: Folder,
    /// Folder of S3 objects, as for `serve`: data of an older version does not contain what item readers read
    #[arg(long, value_name = "FOLDER")]
    objects: Option<PathBuf>,
}

impl Folder {
    fn open(&self) -> Result<Data, Failure> {
        Ok(Data::open(&self.folder).map_err(|error| format!("error: {error}"))?)
    }
}

impl Store {
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let failed = |error: std::io::Error| format!("error: {error}");
        match self.task {
            Task::Check(replayed) => replayed.check(&replayed.folder.open()?, output),
            Task::Export(folder) => {
                folder.open()?.export(output)?;
                Ok(ExitCode::SUCCESS)
            }
            Task::Compact(folder) => {
                let (before, after) = folder.open()?.compact().map_err(failed)?;
                writeln!(output, "{before} bytes before, {after} bytes now")?;
                Ok(ExitCode::SUCCESS)
            }
            Task::Repair(folder) => {
                let moved = folder.open()?.repair().map_err(failed)?;
                moved.iter().try_for_each(|damage| writeln!(output, "moved to damaged.jsonl: {damage}"))?;
                writeln!(output, "{} damaged records", moved.len())?;
                Ok(ExitCode::SUCCESS)
            }
            Task::Upgrade { replayed, dry_run } => {
                let mut data = replayed.folder.open()?;
                if !dry_run {
                    data.upgrade().map_err(failed)?;
                }
                replayed.check(&data, output)
            }
        }
    }
}

impl Replayed {
    fn check(&self, data: &Data, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let server = self.objects.iter().fold(Server::builder(), |server, folder| server.objects(folder));
        let report = data.check(server).map_err(|error| format!("error: {error}"))?;
        report.damaged.iter().try_for_each(|damage| writeln!(output, "damaged: {damage}"))?;
        for arn in &report.diverged {
            writeln!(output, "would be aborted, because this version gives it another history: {arn}")?;
        }
        let (damaged, diverged) = (report.damaged.len(), report.diverged.len());
        writeln!(output, "{} records, {damaged} damaged, {diverged} open executions would change", report.records)?;
        Ok(ExitCode::from(u8::from(damaged + diverged > 0)))
    }
}
