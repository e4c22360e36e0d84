//! `cargo workflow mcp`: the commands as tools for agents, over the Model Context Protocol on standard input and output.
//!
//! <https://modelcontextprotocol.io/specification>

use std::process::{ExitCode, Stdio};
use std::time::Duration;

use clap::Args;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::transport::stdio;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};
use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use workflow_services::Arn;

use crate::Failure;

/// Serve the tools until standard input ends.
#[derive(Args)]
pub(crate) struct Mcp {}

/// The maximum number of characters of an answer.
const LONGEST: usize = 20_000;

/// The maximum time of a call.
const LIMIT: Duration = Duration::from_secs(120);

/// What an argument of a tool becomes on the command line.
#[derive(Clone, Copy)]
enum Kind {
    /// Two arguments of which one is given: the path of a file, or its text, which is written to standard input.
    Source,
    /// A value in its place.
    Positional,
    /// The value of an option.
    Option(&'static str),
    /// An option without a value, if the argument is true.
    Flag(&'static str),
    /// An option for each member of an object, as `NAME=JSON`.
    Members(&'static str),
}

/// An argument: its name, what it becomes, and its description.
type Argument = (&'static str, Kind, &'static str);

/// A tool: the name of its command, its description, and its arguments.
type Specification = (&'static str, &'static str, &'static [Argument]);

const SOURCE: Argument = ("file", Kind::Source, "");
const NAME: Argument = ("name", Kind::Option("--name"), "The state machine or workflow, if the file has several");
const INPUT: Argument = ("input", Kind::Option("--input"), "The execution's input, as JSON");
const RESULTS: Argument = (
    "results",
    Kind::Members("--result"),
    "Results of tasks by the name of the state, such as {\"Charge\": {\"paid\": true}}",
);

const TOOLS: &[Specification] = &[
    (
        "validate",
        "Check Amazon States Language, templates, Terraform or workflow! for everything that AWS rejects and for data that \
         does not fit. Each finding has its place and how to mend it.",
        &[SOURCE, NAME],
    ),
    (
        "fix",
        "Apply the certain fixes of what validate finds. A file is changed; a text is returned.",
        &[SOURCE, ("proposed", Kind::Flag("--proposed"), "Also apply what the help of findings proposes")],
    ),
    ("explain", "The types of each state's input and output, its variables and its cost.", &[SOURCE, NAME]),
    (
        "describe",
        "The parameters, result and errors of an AWS action in Step Functions.",
        &[(
            "action",
            Kind::Positional,
            "An action such as aws_sdk::s3::listObjectsV2 or glue::startJobRun.sync; a service such as ecs lists its actions",
        )],
    ),
    (
        "run",
        "Run a state machine on an embedded engine, in virtual time and without AWS, and print the events and the output.",
        &[
            SOURCE,
            NAME,
            INPUT,
            RESULTS,
            ("mocks", Kind::Option("--mocks"), "The path of a mock file with the answers of tasks"),
        ],
    ),
    (
        "explore",
        "Try the executions of a workflow with each failure that its tasks can have, and print the shortest path to each \
         problem.",
        &[SOURCE, NAME, INPUT, RESULTS],
    ),
    (
        "diff",
        "Compare two versions of a state machine: what changes for executions, callers and readers, with a verdict.",
        &[
            ("old", Kind::Positional, "The path of the old version, or REVISION:PATH of git"),
            ("new", Kind::Positional, "The path of the new version, or REVISION:PATH of git"),
            NAME,
        ],
    ),
    ("iam", "The least-privilege IAM policy for the state machine's role.", &[SOURCE, NAME]),
    ("import", "Convert Amazon States Language to a typed workflow! declaration in Rust.", &[SOURCE]),
    (
        "migrate",
        "Rewrite a definition from JSONPath to JSONata, compare the executions of both, and list what differs.",
        &[SOURCE],
    ),
];

impl Mcp {
    /// Serves the tools. Nothing else is written to standard output, which must not be locked.
    pub(crate) fn execute(&self) -> Result<ExitCode, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::from(format!("error: {error}"));
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.map_err(|error| failed(&error))?.block_on(async {
            let server = Tools.serve(stdio()).await.map_err(|error| failed(&error))?;
            server.waiting().await.map_err(|error| failed(&error))?;
            Ok(ExitCode::SUCCESS)
        })
    }
}

struct Tools;

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build());
        let info = info.with_server_info(Implementation::new("cargo-workflow", env!("CARGO_PKG_VERSION")));
        info.with_instructions(
            "Tools for AWS Step Functions. They need no account and call no AWS service. Validate each definition that you \
             write, apply the help of its findings, and run it with results for its tasks.",
        )
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(TOOLS.iter().map(tool).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let wrong = |message: String| ErrorData::invalid_params(message, None);
        let known = TOOLS.iter().find(|(name, ..)| *name == request.name);
        let specification = known.ok_or_else(|| wrong(format!("unknown tool `{}`", request.name)))?;
        let (arguments, text) = command_line(specification, &request.arguments.unwrap_or_default()).map_err(wrong)?;
        let (answer, is_error) = match called(&arguments, text).await {
            Ok(answered) => answered,
            Err(error) => (error, true),
        };
        let content = vec![ContentBlock::text(shortened(answer))];
        Ok(if is_error { CallToolResult::error(content) } else { CallToolResult::success(content) }.into())
    }
}

fn tool((name, description, arguments): &Specification) -> Tool {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let text = |description: &str| json!({ "type": "string", "description": description });
    for (argument, kind, description) in *arguments {
        match kind {
            Kind::Source => {
                let files = "The path of a file. Give this or `definition`";
                let texts = "The text of a definition in JSON or YAML, or of a workflow. Give this or `file`";
                properties.insert("file".to_owned(), text(files));
                properties.insert("definition".to_owned(), text(texts));
            }
            Kind::Members(_) => {
                properties.insert((*argument).to_owned(), json!({ "type": "object", "description": description }));
            }
            Kind::Flag(_) => {
                properties.insert((*argument).to_owned(), json!({ "type": "boolean", "description": description }));
            }
            Kind::Positional | Kind::Option(_) => {
                properties.insert((*argument).to_owned(), text(description));
            }
        }
        if let Kind::Positional = kind {
            required.push(*argument);
        }
    }
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    let schema = schema.as_object().cloned().unwrap_or_default();
    let changes = *name == "fix";
    let annotations = ToolAnnotations::new().read_only(!changes).destructive(changes).open_world(false);
    Tool::new(*name, *description, schema).with_annotations(annotations)
}

/// Returns the arguments of the command, and its standard input.
fn command_line(
    (name, _, arguments): &Specification,
    given: &Map<String, Value>,
) -> Result<(Vec<String>, Option<String>), String> {
    let text = |name: &str| match given.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        // An agent may write JSON in place of its text.
        Some(value) => Some(value.to_string()),
    };
    let known = |name: &String| arguments.iter().any(|(known, ..)| known == name) || name == "definition";
    if let Some(unknown) = given.keys().find(|name| !known(name)) {
        return Err(format!("unknown argument `{unknown}`"));
    }
    let (mut options, mut positional, mut input) = (vec!["workflow".to_owned(), (*name).to_owned()], Vec::new(), None);
    for (argument, kind, _) in *arguments {
        match (kind, text(argument)) {
            (Kind::Source, file) => match (file, text("definition")) {
                (Some(file), None) => positional.push(file),
                (None, Some(definition)) => {
                    positional.push("-".to_owned());
                    input = Some(definition);
                }
                _ => return Err("give `file` or `definition`".to_owned()),
            },
            (Kind::Positional, Some(value))
                if *argument == "action" && Arn::parse(&value).and_then(Arn::own_resource).is_some() =>
            {
                return Err(format!("`{value}` is no action: a resource of an account is not described"));
            }
            (Kind::Positional, Some(value)) => positional.push(value),
            (Kind::Positional, None) => return Err(format!("`{argument}` is missing")),
            (Kind::Option(option), Some(value)) => options.push(format!("{option}={value}")),
            (Kind::Members(option), Some(_)) => {
                let members = given.get(*argument).and_then(Value::as_object);
                let members = members.ok_or_else(|| format!("`{argument}` must be an object"))?;
                options.extend(members.iter().map(|(name, value)| format!("{option}={name}={value}")));
            }
            (Kind::Flag(option), Some(value)) if value == "true" => options.push((*option).to_owned()),
            (Kind::Flag(_) | Kind::Option(_) | Kind::Members(_), _) => {}
        }
    }
    options.push("--".to_owned());
    options.append(&mut positional);
    Ok((options, input))
}

/// Runs this program, and returns what it writes, and whether it could not do its work.
async fn called(arguments: &[String], text: Option<String>) -> Result<(String, bool), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(arguments).env("NO_COLOR", "1").kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let input = child.stdin.take();
    let write = async {
        if let (Some(mut input), Some(text)) = (input, text) {
            // Rejected arguments end the program before it reads.
            let _ = input.write_all(text.as_bytes()).await;
        }
    };
    let finished = tokio::time::timeout(LIMIT, async { tokio::join!(write, child.wait_with_output()).1 }).await;
    let output = finished.map_err(|_| format!("it took longer than {} seconds", LIMIT.as_secs()))?;
    let output = output.map_err(|error| error.to_string())?;
    let parts = [output.stdout, output.stderr].map(|part| String::from_utf8_lossy(&part).trim_end().to_owned());
    let answer = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    // The other codes are answers, such as findings.
    Ok((answer, output.status.code().is_none_or(|code| code == 2)))
}

fn shortened(answer: String) -> String {
    match answer.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            let rest = answer.chars().count() - LONGEST;
            format!("{}\n… and {rest} more characters", answer.get(..end).unwrap_or_default())
        }
        None => answer,
    }
}
