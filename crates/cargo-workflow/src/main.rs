//! `cargo workflow`: prints, draws, runs, checks, formats and deploys the workflows of a Rust file, an ASL document or
//! a template.

#![forbid(unsafe_code)]

mod asl;
#[cfg(feature = "aws")]
mod aws;
mod baseline;
mod cargo;
mod children;
mod coverage;
mod definition;
mod describe;
mod diff;
mod documents;
mod events;
mod exit_codes;
mod explain;
mod explore;
mod export;
mod fix;
mod fmt;
mod folder;
mod fork;
mod graph;
mod history;
mod history_file;
mod iam;
mod import;
mod input;
#[cfg(feature = "lsp")]
mod lsp;
#[cfg(feature = "mcp")]
mod mcp;
mod migrate;
mod mutants;
mod new;
mod origin;
mod page;
mod params;
mod progress;
mod replay;
mod report;
mod resources;
mod revision;
mod run;
mod rust_calls;
#[cfg(feature = "serve")]
mod serve;
mod shapes;
mod shift;
mod siblings;
mod simulate;
mod source;
#[cfg(feature = "serve")]
mod store;
mod template;
mod terminal;
mod test_file;
mod type_questions;
mod types;
mod validate;
mod watch;
mod workflow_text;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::params::{Params, Values};
use crate::rust_calls::NothingRead;

/// A server frees much of what another thread has allocated.
#[cfg(feature = "serve")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
use crate::source::ReadRequest;
use crate::template::Reading;

/// The command that cargo runs: `cargo workflow …` runs `cargo-workflow workflow …`.
#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
enum Cargo {
    /// AWS Step Functions workflows, declared in Rust
    #[command(subcommand, version)]
    Workflow(Command),
}

#[derive(Subcommand)]
enum Command {
    /// Create a crate with a workflow and a test
    New(new::New),
    /// Print the Amazon States Language of every workflow in a Rust file, without compiling it
    Asl(asl::Asl),
    /// Draw a workflow, or the change between two versions, as SVG, HTML, Mermaid, DOT or text
    Graph(graph::Draw),
    /// Format every `workflow!` in Rust files
    Fmt(fmt::Fmt),
    /// Run a workflow on the embedded engine, in virtual time
    Run(run::Run),
    /// Serve the Step Functions API on localhost for the state machines in files
    #[cfg(feature = "serve")]
    Serve(serve::Serve),
    /// Check, export, compact, repair or upgrade the data of `serve --data`
    #[cfg(feature = "serve")]
    Store(store::Store),
    /// Serve editors that write definitions, over the Language Server Protocol
    #[cfg(feature = "lsp")]
    Lsp(lsp::Lsp),
    /// Serve the commands as tools for agents, over the Model Context Protocol
    #[cfg(feature = "mcp")]
    Mcp(mcp::Mcp),
    /// Check `workflow!` in Rust files, ASL in JSON or YAML, templates, Terraform and `serverless.yml`
    Validate(validate::Validate),
    /// Apply the safe fixes for problems that `validate` finds
    Fix(fix::Fix),
    /// Convert ASL definitions and templates to `workflow!` declarations
    Import(import::Import),
    /// Rewrite definitions from JSONPath to JSONata, and compare the executions of both
    Migrate(migrate::Migrate),
    /// Run tests and show which states, transitions, rules, retriers and catchers the tests covered
    Coverage(coverage::Coverage),
    /// Introduce one mistake at a time into workflows, and show the mistakes that no test detects
    Mutants(mutants::Mutants),
    /// Run a test program, and record its command line
    #[command(hide = true)]
    RunTests(mutants::RunTests),
    /// Compare two state machines, and show how the change affects executions, callers, readers and workers
    Diff(diff::Diff),
    /// Show the parameters, result and errors of an AWS action, or the status of a state machine, execution or map run
    Describe(describe::Describe),
    /// Show each state's types, variables and cost
    Explain(explain::Explain),
    /// Try every execution of a workflow, including failures, and print the shortest path to each problem
    Explore(explore::Explore),
    /// Replay recorded executions against a changed definition, and show the executions that take another path
    Replay(replay::Replay),
    /// Simulate thousands of executions, and show durations, retries, failures, cost and the slowest tasks
    Simulate(simulate::Simulate),
    /// Export a state machine with its role, policy, log group and alias to CloudFormation, SAM, Terraform or the CDK
    Export(export::Export),
    /// Generate types for the input, output and parameters of workflows in other languages
    Types(types::Types),
    /// Print a least-privilege IAM policy for a workflow's role
    Iam(iam::Iam),
    /// Show what a deployment to AWS would change, and how it affects executions, callers, readers and workers
    #[cfg(feature = "aws")]
    Plan(aws::Plan),
    /// Create or update a state machine in AWS from a file
    #[cfg(feature = "aws")]
    Deploy(aws::Deploy),
    /// List state machines in AWS, or the executions, versions or aliases of a state machine
    #[cfg(feature = "aws")]
    List(aws::List),
    /// Start an execution of a state machine in AWS
    #[cfg(feature = "aws")]
    Start(aws::Start),
    /// Print or draw the events of an execution in AWS or in a file
    History(history::History),
    /// Follow an execution in AWS until it ends, with a line for each state and progress bars for maps
    #[cfg(feature = "aws")]
    Watch(aws::Watch),
    /// Stop one or more executions in AWS
    #[cfg(feature = "aws")]
    Stop(aws::Stop),
    /// Redrive one or more failed executions in AWS
    #[cfg(feature = "aws")]
    Redrive(aws::Redrive),
    /// Show, create, update, roll back or delete an alias of a state machine in AWS
    #[cfg(feature = "aws")]
    Alias(aws::AliasCommand),
    /// Compare the answers of AWS, an emulator or the embedded server with measured answers of AWS
    #[cfg(feature = "aws")]
    Conformance(aws::Conformance),
    /// Delete a state machine or a version of a state machine in AWS
    #[cfg(feature = "aws")]
    Delete(aws::Delete),
}

/// A file with workflows.
#[derive(Args)]
struct File {
    /// Rust file with `workflow!`, file with only the contents of a `workflow!`, ASL document in JSON or YAML, or
    /// template
    file: PathBuf,
    #[command(flatten)]
    selection: Selection,
}

/// Files and folders with workflows.
#[derive(Args)]
struct Files {
    /// Rust files with `workflow!`, files with only the contents of a `workflow!`, ASL documents in JSON or YAML,
    /// templates, or folders of these files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    selection: Selection,
}

/// Which workflows of a file are used, and with what values.
#[derive(Args)]
struct Selection {
    /// Workflow to use, if a file has several
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    params: Params,
    #[command(flatten)]
    reading: Reading,
}

impl File {
    /// Returns what to read, with these values.
    fn wanted<'a>(&'a self, values: &'a Values) -> ReadRequest<'a> {
        self.selection.request(&self.file, values)
    }
}

impl Selection {
    /// Returns what to read of a file, with these values.
    fn request<'a>(&'a self, file: &'a Path, values: &'a Values) -> ReadRequest<'a> {
        ReadRequest { file, bytes: None, name: self.name.as_deref(), values, reading: self.reading }
    }
}

/// Why a command failed.
enum Failure {
    /// A message to print. The exit code is 2.
    Message(String),
    /// The file has no workflow of the wanted name: a message to print. The exit code is 2.
    NoWorkflow(String),
    /// The failure has been printed; the exit code.
    Printed(u8),
    /// The output cannot be written, so no message can help: `… | head` has read enough.
    Output,
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

impl From<NothingRead> for Failure {
    fn from(NothingRead { message, notes }: NothingRead) -> Self {
        let notes: String = notes.iter().map(|note| format!("\n  = note: {note}")).collect();
        Self::Message(format!("error: {message}{notes}"))
    }
}

impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Self {
        Self::Output
    }
}

/// Returns the arguments as cargo passes them. Without cargo, the word `workflow` may be left out.
fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if !arguments.is_empty() && arguments.get(1).is_none_or(|word| word != "workflow") {
        arguments.insert(1, "workflow".into());
    }
    arguments
}

fn main() -> ExitCode {
    // WASI starts every program at the root.
    #[cfg(target_os = "wasi")]
    if let Some(here) = std::env::var_os("PWD") {
        let _ = std::env::set_current_dir(here);
    }
    let cargo = Cargo::command().mut_subcommand("workflow", |all| all.mut_subcommands(exit_codes::add_to_help));
    let parsed = Cargo::from_arg_matches(&cargo.get_matches_from(arguments()));
    let Cargo::Workflow(command) = parsed.unwrap_or_else(|error| error.exit());
    let mut output = io::stdout().lock();
    let outcome = match command {
        Command::New(new) => new.execute(&mut output),
        Command::Asl(asl) => asl::print(&asl, &mut output),
        Command::Graph(graph) => graph.execute(&mut output),
        Command::Fix(fix) => fix.execute(&mut output),
        Command::Fmt(fmt) => fmt.execute(&mut output),
        Command::Run(run) => run.execute(&mut output),
        #[cfg(feature = "serve")]
        Command::Serve(serve) => serve.execute(&mut output),
        #[cfg(feature = "serve")]
        Command::Store(store) => store.execute(&mut output),
        #[cfg(feature = "lsp")]
        Command::Lsp(lsp) => {
            // The server writes to standard output itself.
            drop(output);
            let outcome = lsp.execute();
            output = io::stdout().lock();
            outcome
        }
        #[cfg(feature = "mcp")]
        Command::Mcp(mcp) => {
            // The server writes to standard output itself.
            drop(output);
            let outcome = mcp.execute();
            output = io::stdout().lock();
            outcome
        }
        Command::Validate(validate) => validate.execute(&mut output),
        Command::Import(import) => import.execute(&mut output),
        Command::Migrate(migrate) => migrate.execute(&mut output),
        Command::Coverage(coverage) => coverage.execute(&mut output),
        Command::Mutants(mutants) => mutants.execute(&mut output),
        Command::RunTests(tests) => tests.execute(),
        Command::Diff(diff) => diff.execute(&mut output),
        Command::Describe(describe) => describe.execute(&mut output),
        Command::Explain(explain) => explain.execute(&mut output),
        Command::Explore(explore) => explore.execute(&mut output),
        Command::Replay(replay) => replay.execute(&mut output),
        Command::Simulate(simulate) => simulate.execute(&mut output),
        Command::Export(export) => export.execute(&mut output),
        Command::Types(types) => types.execute(&mut output),
        Command::Iam(iam) => iam.execute(&mut output),
        #[cfg(feature = "aws")]
        Command::Plan(plan) => plan.execute(&mut output),
        #[cfg(feature = "aws")]
        Command::Deploy(deploy) => deploy.execute(&mut output),
        #[cfg(feature = "aws")]
        Command::List(list) => list.execute(&mut output),
        #[cfg(feature = "aws")]
        Command::Start(start) => start.execute(&mut output),
        Command::History(history) => history.execute(&mut output),
        #[cfg(feature = "aws")]
        Command::Watch(watch) => watch.execute(&mut output),
        #[cfg(feature = "aws")]
        Command::Stop(stop) => stop.execute(&mut output),
        #[cfg(feature = "aws")]
        Command::Redrive(redrive) => redrive.execute(&mut output),
        #[cfg(feature = "aws")]
        Command::Alias(alias) => alias.execute(&mut output),
        #[cfg(feature = "aws")]
        Command::Conformance(conformance) => conformance.execute(&mut output),
        #[cfg(feature = "aws")]
        Command::Delete(delete) => delete.execute(&mut output),
    };
    match outcome.and_then(|code| Ok(output.flush().map(|()| code)?)) {
        Ok(code) => code,
        Err(Failure::Message(message) | Failure::NoWorkflow(message)) => {
            terminal::tell(&message);
            ExitCode::from(2)
        }
        Err(Failure::Printed(code)) => ExitCode::from(code),
        Err(Failure::Output) => ExitCode::from(2),
    }
}
