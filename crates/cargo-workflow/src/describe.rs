//! `cargo workflow describe`: prints the parameters, the result and the errors of an AWS action, as a task sees them.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use workflow_asl::nearest::nearest;
#[cfg(feature = "aws")]
use workflow_services::OwnResource;
use workflow_services::{
    Arn, Integration, MachineType, Operation, Pattern, ResourceError, Service, Shape, Structure, Support, TaskResource,
};

use crate::{Failure, terminal};

const ARN: &str = "arn:aws:states:::";
const SDK: &str = "aws-sdk";
/// The levels of objects, and the values of an enum, that are shown by default.
const SHOWN_LEVELS: usize = 2;
const SHOWN_VALUES: usize = 12;
/// The most levels that are ever shown. Recursive objects end earlier, others are not as deep.
const MAX_LEVELS: usize = 40;

/// The arguments of `describe`.
#[derive(Args)]
pub(crate) struct Describe {
    /// Action such as `aws_sdk::s3::listObjectsV2` or `glue::startJobRun.sync`, or its ARN; a service such as
    /// `aws_sdk::s3` or `ecs`, or `aws_sdk`, to list its contents; the ARN of a state machine, execution or map run;
    /// with --machine, the name of a state machine
    name: String,
    /// Show objects at every depth, and all enum values
    #[arg(long)]
    full: bool,
    /// Treat NAME as the name of a state machine in AWS
    #[cfg(feature = "aws")]
    #[arg(long)]
    machine: bool,
    /// Also print the definition; for an execution, print the definition that the execution uses
    #[cfg(feature = "aws")]
    #[arg(long)]
    definition: bool,
    /// Output format for a state machine, an execution or a map run
    #[cfg(feature = "aws")]
    #[arg(long, value_enum, default_value = "text")]
    format: crate::aws::Format,
    #[cfg(feature = "aws")]
    #[command(flatten)]
    connect: crate::aws::Connect,
}

impl Describe {
    /// Prints the item that the name refers to. The exit code is 2 if there is no such item.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        #[cfg(feature = "aws")]
        if self.machine || crate::aws::own_resource(&self.name).is_some_and(|own| own != OwnResource::Activity) {
            return crate::aws::describe(&self.name, self.definition, self.format, &self.connect, output);
        }
        // In the language's notation, or in AWS's.
        let name = match Arn::parse(&self.name).and_then(Arn::integration) {
            Some(name) => name.to_owned(),
            None => {
                let name = self.name.replace("::", ":");
                match name.split_once(':') {
                    Some((service, rest)) => format!("{}:{rest}", service.replace('_', "-")),
                    None => name.replace('_', "-"),
                }
            }
        };
        if list(&name, output)? {
            return Ok(ExitCode::SUCCESS);
        }
        match TaskResource::parse_integration(&name) {
            Ok(TaskResource::Retired(service, _)) => {
                Err(Failure::Message(format!("error: AWS has retired the service `{}`", service.name())))
            }
            Ok(resource) if resource.pattern().is_some() => {
                let printer = Printer { full: self.full };
                let mut text = Vec::new();
                printer.describe(&name, resource, &mut text)?;
                terminal::write(output, &String::from_utf8_lossy(&text))?;
                Ok(ExitCode::SUCCESS)
            }
            Ok(_) => Err(Failure::Message(format!("error: this is not an action of a service\nhelp: {HELP}"))),
            Err(error) => Err(Failure::Message(unknown(error))),
        }
    }
}

/// Returns what the command prints about the action of an ARN; `None` if it is not an action.
#[cfg(feature = "lsp")]
pub(crate) fn text(arn: &str) -> Option<String> {
    let name = Arn::parse(arn).and_then(Arn::integration)?;
    let resource = TaskResource::parse_integration(name).ok().filter(|resource| resource.pattern().is_some())?;
    let mut text = Vec::new();
    Printer { full: false }.describe(name, resource, &mut text).ok()?;
    String::from_utf8(text).ok()
}

/// Returns the type of a value as the command prints it.
#[cfg(feature = "lsp")]
pub(crate) fn type_of(shape: Shape) -> String {
    let mut text = Vec::new();
    // A vector takes everything.
    let _ = Printer { full: false }.shape(shape, 0, &mut Vec::new(), &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Prints the services of the SDK, the operations of one, or the optimised integrations of a prefix.
fn list(name: &str, output: &mut impl Write) -> io::Result<bool> {
    let mut names: Vec<&str> = Vec::new();
    if name == SDK {
        names.extend(Service::all().filter(|service| !service.is_retired()).map(Service::name));
    } else if let Some(service) = name.strip_prefix(SDK).and_then(|rest| rest.strip_prefix(':')).and_then(Service::find)
    {
        names.extend(service.operations().filter(|operation| operation.is_supported()).map(Operation::name));
    } else {
        let integrations = Integration::all().filter(|integration| integration.service() == name);
        names.extend(integrations.map(Integration::action));
    }
    names.iter().try_for_each(|name| writeln!(output, "{name}"))?;
    Ok(!names.is_empty())
}

fn unknown(error: ResourceError<'_>) -> String {
    let (written, prefix) = match error {
        ResourceError::UnknownService(name) => (name, "aws_sdk::".to_owned()),
        ResourceError::UnknownOperation(service, name) => (name, format!("aws_sdk::{}::", service.name())),
        ResourceError::UnknownIntegration(name) => (name, String::new()),
        ResourceError::UnknownPattern(name) => (name, ".".to_owned()),
        _ => return format!("error: this is not an action of a service\nhelp: {HELP}"),
    };
    let near = nearest(written, error.candidates());
    let help = match near {
        Some(near) if matches!(error, ResourceError::UnknownPattern(_)) => format!("did you mean `{prefix}{near}`?"),
        Some(near) => format!("did you mean `{prefix}{}`?", near.replace(':', "::")),
        None => HELP.to_owned(),
    };
    format!("error: {error}\nhelp: {help}")
}

const HELP: &str =
    "an action is `aws_sdk::s3::getObject` or `lambda::invoke`; `cargo workflow describe aws_sdk` lists services";

struct Printer {
    full: bool,
}

impl Printer {
    fn describe(&self, name: &str, resource: TaskResource<'_>, output: &mut impl Write) -> io::Result<()> {
        let shown = match name.strip_prefix(SDK) {
            Some(rest) => format!("aws_sdk{}", rest.replacen(':', "::", 2)),
            None => name.replacen(':', "::", 1).replacen('-', "_", 1),
        };
        writeln!(output, "// {ARN}{name}")?;
        for note in notes(resource) {
            writeln!(output, "// {note}")?;
        }
        write!(output, "{shown} ")?;
        self.shape(resource.input(), 0, &mut Vec::new(), output)?;
        writeln!(output)?;
        if let TaskResource::Optimised(integration, _) = resource {
            for group in integration.one_of() {
                writeln!(output, "// one of {} is needed", group.join(", "))?;
            }
        }
        write!(output, "\n-> ")?;
        match resource.pattern() {
            Some(Pattern::WaitForTaskToken) => write!(output, "any // sent by the holder of the task token")?,
            _ => self.shape(resource.output(), 0, &mut Vec::new(), output)?,
        }
        writeln!(output)?;
        writeln!(output, "\nerrors")?;
        for error in resource.errors() {
            writeln!(output, "    {error}")?;
        }
        if resource.raises_any() {
            writeln!(output, "    any other name that the worker chooses")?;
        }
        writeln!(output, "\npatterns")?;
        for pattern in Pattern::ALL {
            let support = |machine| match resource {
                TaskResource::Optimised(integration, _) => integration.support(pattern, machine),
                TaskResource::Sdk(operation, _) => operation.support(pattern, machine),
                _ => Support::Refused,
            };
            let machines = match (support(MachineType::Standard), support(MachineType::Express)) {
                (Support::Refused, Support::Refused) => continue,
                (Support::Unverified, _) => "Standard, perhaps: AWS's pages contradict each other",
                (_, Support::Refused) => "Standard",
                _ => "Standard and Express",
            };
            let suffix = match pattern.suffix() {
                "" => "request and response".to_owned(),
                suffix => suffix.to_owned(),
            };
            writeln!(output, "    {suffix}: {machines}")?;
        }
        let actions = actions(resource);
        if !actions.is_empty() {
            writeln!(output, "\nactions that the role needs")?;
            actions.iter().try_for_each(|action| writeln!(output, "    {action}"))?;
        }
        Ok(())
    }

    /// Writes a value's type, on this line and, for an object, on the following lines.
    fn shape(&self, shape: Shape, level: usize, above: &mut Vec<Structure>, output: &mut impl Write) -> io::Result<()> {
        match shape {
            Shape::Structure(structure) => self.structure("", structure, level, above, output),
            Shape::Union(structure) => self.structure("exactly one of ", structure, level, above, output),
            Shape::List(list) => {
                write!(output, "[")?;
                self.shape(list.element(), level, above, output)?;
                write!(output, "]")
            }
            Shape::Map(map) => {
                write!(output, "{{ [")?;
                self.shape(map.key(), level, above, output)?;
                write!(output, "]: ")?;
                self.shape(map.value(), level, above, output)?;
                write!(output, " }}")
            }
            Shape::Enum(values) => self.values(values.values().collect(), output),
            Shape::String => write!(output, "string"),
            Shape::Integer | Shape::Long => write!(output, "integer"),
            Shape::Float | Shape::Double => write!(output, "number"),
            Shape::Boolean => write!(output, "boolean"),
            Shape::Timestamp => write!(output, "timestamp"),
            Shape::Blob => write!(output, "bytes"),
            _ => write!(output, "any"),
        }
    }

    fn structure(
        &self,
        kind: &str,
        structure: Structure,
        level: usize,
        above: &mut Vec<Structure>,
        output: &mut impl Write,
    ) -> io::Result<()> {
        let mut members: Vec<_> = structure.members().collect();
        members.sort_by_key(|member| !member.required);
        let levels = if self.full { MAX_LEVELS } else { SHOWN_LEVELS };
        if members.is_empty() {
            return write!(output, "{{}}");
        }
        if level >= levels || above.contains(&structure) {
            return write!(output, "{kind}{{ … }}");
        }
        above.push(structure);
        writeln!(output, "{kind}{{")?;
        for member in members {
            let mark = if member.required || !kind.is_empty() { "" } else { "?" };
            write!(output, "{:1$}{2}{mark}: ", "", level * 4 + 4, member.name)?;
            self.shape(member.shape, level + 1, above, output)?;
            writeln!(output, ",")?;
        }
        above.pop();
        write!(output, "{:1$}}}", "", level * 4)
    }

    /// Writes the values of an enum.
    fn values(&self, mut values: Vec<&str>, output: &mut impl Write) -> io::Result<()> {
        let more = if self.full { 0 } else { values.len().saturating_sub(SHOWN_VALUES) };
        values.truncate(values.len() - more);
        let shown: Vec<_> = values.iter().map(|value| format!("\"{value}\"")).collect();
        write!(output, "{}", shown.join(" | "))?;
        if more > 0 {
            write!(output, " | … {more} more")?;
        }
        Ok(())
    }
}

/// Returns notes about how certain the table is.
fn notes(resource: TaskResource<'_>) -> Vec<String> {
    let mut notes = vec!["`?` marks optional members".to_owned()];
    match resource {
        TaskResource::Sdk(operation, _) => {
            let service = operation.service();
            if !service.is_documented() {
                notes.push(format!("Step Functions' documentation does not list the service `{}`", service.name()));
            }
            if !operation.is_supported() {
                notes.push("Step Functions does not have this operation".to_owned());
            }
            if operation.is_deprecated() {
                notes.push("AWS has deprecated it".to_owned());
            }
        }
        TaskResource::Optimised(integration, pattern) => {
            let parts = [
                (integration.input_verified(), "parameters"),
                (integration.output_verified(pattern), "result"),
                (integration.errors_verified(), "names of errors"),
                (integration.iam_verified(), "actions"),
            ];
            let open: Vec<_> = parts.iter().filter(|(verified, _)| !verified).map(|(_, part)| *part).collect();
            if !open.is_empty() {
                notes.push(format!("AWS does not document all of: {}", open.join(", ")));
            }
        }
        _ => {}
    }
    if resource.support(MachineType::Standard) == Support::Refused
        && resource.pattern() != Some(Pattern::RequestResponse)
    {
        notes.push("it does not have this pattern".to_owned());
    }
    notes
}

fn actions(resource: TaskResource<'_>) -> Vec<String> {
    match resource {
        TaskResource::Sdk(operation, _) => operation
            .iam()
            .map(|action| {
                let forms: Vec<_> = action.resources().map(|form| form.arn).collect();
                format!("{} on {}", action.name(), if forms.is_empty() { "*".to_owned() } else { forms.join(", ") })
            })
            .collect(),
        TaskResource::Optimised(integration, pattern) => integration
            .iam(pattern)
            .map(|statement| {
                let actions: Vec<_> = statement.actions().collect();
                let resources: Vec<_> = statement.resources().collect();
                format!("{} on {}", actions.join(", "), resources.join(", "))
            })
            .collect(),
        _ => Vec::new(),
    }
}
