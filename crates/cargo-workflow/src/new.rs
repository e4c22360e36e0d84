//! `cargo workflow new`: creates a crate with a workflow and a test.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::Failure;

/// The arguments of `new`.
#[derive(Args)]
pub(crate) struct New {
    /// Folder to create; the last part of the path is the crate's name
    name: PathBuf,
    /// Template of the crate
    #[arg(long, default_value = "hello-world")]
    template: Template,
    /// Source of the workflow crates: the path of a checkout, or the URL of a git repository
    #[arg(long, value_name = "PATH|URL")]
    source: Option<String>,
}

macro_rules! templates {
    ($($(#[doc = $doc:literal])* $name:ident $folder:literal;)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
        enum Template {
            $( $(#[doc = $doc])* $name, )*
        }

        impl Template {
            /// Returns the library and its test.
            fn files(self) -> (&'static str, &'static str) {
                match self {
                    $( Self::$name => (
                        include_str!(concat!("../templates/", $folder, "/lib.rs")),
                        include_str!(concat!("../templates/", $folder, "/test.rs")),
                    ), )*
                }
            }
        }
    };
}

templates! {
    /// A wait, a choice and a greeting
    HelloWorld "hello-world";
    /// A SageMaker model, trained and deployed
    TrainingPipeline "training-pipeline";
    /// A SageMaker preprocessor and model, trained and deployed as one
    InferencePipeline "inference-pipeline";
    /// An order whose steps are undone if a later one fails
    OrderSaga "order-saga";
    /// A request that waits for a person's decision, with a task token
    HumanApproval "human-approval";
    /// The rows of a file in S3, processed by child executions
    DistributedMap "distributed-map";
}

/// The placeholder for the crate's name in the tests of templates.
const CRATE: &str = "CRATE";

impl New {
    /// Creates the folder with its files. An empty folder may exist.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let name = self.name.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        check_name(name)?;
        let mut entries = fs::read_dir(&self.name).into_iter().flatten();
        if entries.next().is_some() || self.name.is_file() {
            return Err(format!("error: {} already exists and is not empty", self.name.display()).into());
        }
        let (library, test) = self.template.files();
        let manifest = manifest(name, &dependencies(self.source.as_deref())?);
        let readme = format!(
            "# {name}\n\nAn AWS Step Functions workflow. `cargo test` runs it on an embedded engine, without an account.\n\n```console\ncargo workflow graph src/lib.rs     # draw it\ncargo workflow asl src/lib.rs       # print the definition\ncargo workflow export --to cloudformation src/lib.rs\n```\n"
        );
        let files = [
            ("Cargo.toml", manifest.as_str()),
            ("README.md", readme.as_str()),
            (".gitignore", "/target\n"),
            ("src/lib.rs", library),
            ("tests/workflow.rs", &test.replace(CRATE, &name.replace('-', "_"))),
        ];
        for (file, text) in files {
            write(&self.name.join(file), text)?;
        }
        writeln!(output, "created {}: `cargo test` there runs the workflow", self.name.display())?;
        Ok(ExitCode::SUCCESS)
    }
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| fs::write(file, text));
    written.map_err(|error| format!("error: cannot write {}: {error}", file.display()).into())
}

/// Rust's keywords, strict and reserved: <https://doc.rust-lang.org/reference/keywords.html>.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "extern", "false", "fn", "for", "gen",
    "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct",
    "trait", "true", "type", "unsafe", "use", "where", "while", "abstract", "become", "box", "do", "final", "macro",
    "override", "priv", "try", "typeof", "unsized", "virtual", "yield",
];

/// Returns an error unless cargo accepts the name for a package:
/// <https://doc.rust-lang.org/cargo/reference/manifest.html#the-name-field>.
fn check_name(name: &str) -> Result<(), Failure> {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let taken = ["test", "core", "std", "alloc", "proc_macro", "proc-macro", "self", "super", "crate"].contains(&name);
    let depended = name == "workflow-runtime" || name == "workflow-local" || name == "serde_json";
    let ident = !KEYWORDS.contains(&name);
    if begins && name.chars().all(letters) && !taken && !depended && ident {
        return Ok(());
    }
    let message = format!(
        "error: `{name}` is not a valid crate name\n  = help: use ASCII letters, digits, `-` and `_`, begin with a letter, and avoid Rust keywords"
    );
    Err(message.into())
}

/// Returns the sources of the two crates, as the contents of a TOML table.
fn dependencies(source: Option<&str>) -> Result<[String; 2], Failure> {
    let crates = ["workflow-runtime", "crates/workflow-local"];
    // The checkout that this program was built from, if it still exists.
    let own =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).filter(|own| own.join("workflow-runtime").is_dir());
    let folder = match source {
        Some(source) if source.contains("://") || source.starts_with("git@") => {
            return Ok(crates.map(|_| format!("git = {}", quoted(source))));
        }
        Some(source) => {
            let folder = Path::new(source);
            if !folder.join("workflow-runtime").is_dir() {
                return Err(format!("error: {source} is not a checkout: it has no folder `workflow-runtime`").into());
            }
            Some(fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()))
        }
        None => own.map(Path::to_owned),
    };
    Ok(match folder {
        Some(folder) => crates.map(|name| format!("path = {}", quoted(&folder.join(name).to_string_lossy()))),
        None => crates.map(|_| format!("version = {}", quoted(env!("CARGO_PKG_VERSION")))),
    })
}

fn manifest(name: &str, [runtime, local]: &[String; 2]) -> String {
    format!(
        "[package]\nname = {}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nserde_json = \"1\"\n\
         workflow-runtime = {{ {runtime} }}\n\n[dev-dependencies]\nworkflow-local = {{ {local} }}\n",
        quoted(name)
    )
}

/// Returns a TOML string. TOML supports JSON's escapes.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
