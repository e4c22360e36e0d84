//! `cargo workflow types`: prints the types of the input, output and parameters of workflows for other languages.

mod python;
mod typescript;

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::Value;
use workflow_compiler::contract::{Contract, Named, Ty, json_schema};
use workflow_compiler::syntax::ast::Workflow;
#[cfg(feature = "aws")]
use workflow_services::OwnResource;

use crate::{Failure, report, source};

/// The arguments of `types`.
///
/// In place of the file, the ARN of a deployed state machine prints the types that `deploy` keeps in its tags, as JSON
/// Schema.
#[derive(Args)]
pub(crate) struct Types {
    #[command(flatten)]
    file: crate::File,
    /// Target language
    #[arg(long)]
    to: Language,
    #[cfg(feature = "aws")]
    #[command(flatten)]
    connect: crate::aws::Connect,
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
    /// Prints the types of one workflow, or of all of the file. Reports unknown Rust types on standard error.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        #[cfg(feature = "aws")]
        if let Some(arn) = self.file.file.to_str().filter(|named| is_machine(named)) {
            return self.deployed(arn, output);
        }
        let values = self.file.selection.params.values()?;
        let machines = source::read_some(self.file.wanted(&values))?;
        let names = machines.iter().flat_map(|machine| machine.names.iter().cloned()).collect();
        values.are_known(&names)?;
        let mut contracts = Vec::new();
        for machine in &machines {
            let Some(workflow) = &machine.workflow else {
                let file = self.file.file.display();
                return Err(format!("error: {file} is not Rust: only `workflow!` declares types").into());
            };
            let contract = Contract::of(workflow);
            for name in contract.foreign.keys() {
                report::note(&format!(
                    "`{name}` is declared in Rust outside the workflow: any value is accepted for it"
                ));
            }
            if contract.is_empty() {
                report::note(&format!("`{}` declares no input, output or params", machine.name));
            }
            contracts.push(contract);
        }
        match self.to {
            Language::JsonSchema => writeln!(output, "{:#}", schemas(&contracts))?,
            Language::Typescript => write!(output, "{}", typescript::text(&Declarations::of(&contracts)?))?,
            Language::Python => write!(output, "{}", python::text(&Declarations::of(&contracts)?))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns whether the user named a deployed state machine.
#[cfg(feature = "aws")]
fn is_machine(named: &str) -> bool {
    crate::aws::own_resource(named) == Some(OwnResource::StateMachine)
}

#[cfg(feature = "aws")]
impl Types {
    /// Prints the types that are kept with a state machine.
    fn deployed(&self, arn: &str, output: &mut impl Write) -> Result<ExitCode, Failure> {
        if self.to != Language::JsonSchema {
            let help = "quicktype, json-schema-to-typescript and datamodel-code-generator read the output of `--to json-schema`";
            return Err(format!("error: the types of a state machine are kept as JSON Schema\n  = help: {help}").into());
        }
        let contract = self.connect.run(async |client| Ok(client.attach(arn).contract().await?))?;
        let Some(contract) = contract else {
            let help = "`deploy` keeps them, if the workflow declares an input or output";
            return Err(format!("error: no types are kept with {arn}\n  = help: {help}").into());
        };
        let parts = [("input", contract.input), ("output", contract.output)];
        let parts = parts.into_iter().filter_map(|(part, schema)| Some((part, schema?)));
        let name = arn.split(':').nth(6).unwrap_or_default();
        writeln!(output, "{:#}", json_schema::joined(name, parts))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns the schema of a workflow; of several, an object with the schema of each.
fn schemas(contracts: &[Contract]) -> Value {
    match contracts {
        [only] => json_schema::document(only),
        several => {
            let schemas = several.iter().map(|contract| (contract.name.clone(), json_schema::document(contract)));
            Value::Object(schemas.collect())
        }
    }
}

/// The declarations of one file in another language.
struct Declarations<'c> {
    /// The first line of the file.
    title: String,
    /// The structs and enums. Workflows that share one have it once.
    types: Vec<&'c Named>,
    /// The inputs, outputs and params that have a type with another name, under their own name.
    aliases: Vec<(String, &'c Ty)>,
}

impl<'c> Declarations<'c> {
    fn of(contracts: &'c [Contract]) -> Result<Self, Failure> {
        let mut types: Vec<&Named> = Vec::new();
        for named in contracts.iter().flat_map(|contract| &contract.types) {
            match types.iter().find(|known| known.name == named.name) {
                None => types.push(named),
                Some(known) if format!("{known:?}") == format!("{named:?}") => {}
                Some(_) => {
                    let all: Vec<_> = contracts.iter().map(|contract| contract.name.as_str()).collect();
                    let (name, all) = (&named.name, all.join(", "));
                    return Err(format!(
                        "error: workflows of the file declare different types `{name}`; choose one with --name: {all}"
                    )
                    .into());
                }
            }
        }
        let mut aliases = Vec::new();
        for contract in contracts {
            for (part, root) in contract.roots() {
                let (first, rest) = part.split_at(1);
                let own = format!("{}{}{rest}", contract.name, first.to_uppercase());
                if !types.iter().any(|named| named.name == own) {
                    aliases.push((own, root));
                }
            }
        }
        let names: Vec<_> = contracts.iter().map(|contract| contract.name.as_str()).collect();
        let noun = if names.len() == 1 { "workflow" } else { "workflows" };
        let title = format!("Types of the {noun} {}, as JSON.", names.join(", "));
        Ok(Self { title, types, aliases })
    }
}

/// Returns the declared input and output of a workflow as JSON Schema; `None` if not declared.
pub(crate) fn declared(workflow: &Workflow) -> (Option<Value>, Option<Value>) {
    let contract = Contract::of(workflow);
    let of = |root: &Option<Ty>| root.as_ref().map(|root| json_schema::root(&contract, root));
    (of(&contract.input), of(&contract.output))
}
