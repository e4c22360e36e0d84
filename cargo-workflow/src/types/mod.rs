//! `cargo workflow types`: prints the types of a workflow's input, output and parameters for other languages.

mod python;
mod typescript;

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use workflow_compiler::contract::{Contract, Root, json_schema};
use workflow_compiler::syntax::ast::Workflow;

use crate::{Failure, report, source};

/// The arguments of `types`.
#[derive(Args)]
pub(crate) struct Types {
    #[command(flatten)]
    file: crate::File,
    /// The target language
    #[arg(long)]
    to: Language,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    /// JSON Schema, draft 2020-12
    JsonSchema,
    /// TypeScript interfaces
    Typescript,
    /// Pydantic models
    Python,
}

impl Types {
    /// Prints the types. Reports unknown Rust types on standard error.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let values = self.file.params.values()?;
        let machine = source::read_one(self.file.wanted(&values))?;
        let Some(workflow) = &machine.workflow else {
            let file = self.file.file.display();
            return Err(format!("error: {file} is not Rust: only `workflow!` declares types").into());
        };
        let contract = Contract::of(workflow);
        for name in contract.foreign.keys() {
            report::note(&format!("`{name}` is declared in Rust outside the workflow: any value is accepted for it"));
        }
        if contract.is_empty() {
            report::note(&format!("`{}` declares no input, output or params", machine.name));
        }
        match self.to {
            Language::JsonSchema => writeln!(output, "{:#}", json_schema::document(&contract))?,
            Language::Typescript => write!(output, "{}", typescript::text(&contract))?,
            Language::Python => write!(output, "{}", python::text(&contract))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns the declared input and output of a workflow as JSON Schema; `None` if not declared.
pub(crate) fn declared(workflow: &Workflow) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
    let contract = Contract::of(workflow);
    let of = |root: &Option<Root>| root.as_ref().map(|root| json_schema::root(&contract, root));
    (of(&contract.input), of(&contract.output))
}
