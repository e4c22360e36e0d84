//! The commands of the lenses: each runs a command of this program on the file, and shows what it prints.

use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use lsp_server::{Message, Notification, Request};
use lsp_types::notification::{Notification as _, ShowMessage};
use lsp_types::request::{Request as _, ShowDocument};
use lsp_types::{MessageType, ShowDocumentParams, ShowMessageParams};
use serde_json::Value;

use super::session::uri_of;

/// A command.
pub(super) struct Specification {
    /// Its name in the protocol.
    pub(super) id: &'static str,
    /// The title of its lens.
    pub(super) title: &'static str,
    /// The command of this program, and its options.
    arguments: &'static [&'static str],
    /// The extension of a file with what it prints.
    extension: &'static str,
    /// Whether the result is shown outside the editor, in a browser.
    external: bool,
}

const fn command(
    id: &'static str,
    title: &'static str,
    arguments: &'static [&'static str],
    extension: &'static str,
) -> Specification {
    Specification { id, title, arguments, extension, external: false }
}

/// The commands, in the order of the lenses.
pub(super) const COMMANDS: &[Specification] = &[
    Specification { external: true, ..command("workflow.graph", "Graph", &["graph", "--to", "html"], "html") },
    command("workflow.policy", "Policy", &["iam"], "json"),
    command("workflow.run", "Run", &["run"], "txt"),
    command("workflow.explore", "Explore", &["explore"], "txt"),
];

/// Starts a command on a file, or on one of its state machines. What it prints is shown when it has ended.
///
/// # Errors
/// Returns the reason, in words, if there is no such command or its arguments are not a file and a name.
pub(super) fn start(
    id: &str,
    arguments: &[Value],
    send: impl Fn(Message) + Send + 'static,
    can_show: bool,
) -> Result<(), String> {
    let specification =
        COMMANDS.iter().find(|known| known.id == id).ok_or_else(|| format!("unknown command `{id}`"))?;
    let mut texts = arguments.iter().map(Value::as_str);
    let file = texts.next().flatten().ok_or("the first argument must be the path of a file")?;
    let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
    command.arg("workflow").args(specification.arguments);
    if let Some(name) = texts.next().flatten() {
        command.arg(format!("--name={name}"));
    }
    command.arg("--").arg(file).env("NO_COLOR", "1").stdin(Stdio::null());
    std::thread::spawn(move || {
        let shown = command.output().map_err(|error| error.to_string()).and_then(|output| {
            let texts = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).trim_end().to_owned());
            let [printed, notes] = &texts;
            match (printed.is_empty(), specification.external) {
                (true, _) => Err(notes.clone()),
                (false, true) => Ok(printed.clone()),
                (false, false) if notes.is_empty() || specification.extension == "json" => Ok(format!("{printed}\n")),
                (false, false) => Ok(format!("{printed}\n\n{notes}\n")),
            }
        });
        let message = match shown.and_then(|text| written(specification, &text)) {
            Ok(file) if can_show => show(&file, specification.external),
            Ok(file) => Some(tell(MessageType::INFO, format!("{}: {}", specification.title, file.display()))),
            Err(reason) => Some(tell(MessageType::ERROR, reason)),
        };
        // The client may have gone.
        message.into_iter().for_each(send);
    });
    Ok(())
}

/// The most files of one command that a server writes.
const FILES: usize = 10_000;

/// Writes the output of a command to a new file, in the folder of temporary files.
fn written(specification: &Specification, text: &str) -> Result<PathBuf, String> {
    let (id, process) = (specification.id.replace('.', "-"), std::process::id());
    let mut number = 0;
    loop {
        let file = std::env::temp_dir().join(format!("{id}-{process}-{number}.{}", specification.extension));
        // Others may write into the folder: a file that is there is not followed.
        match std::fs::File::create_new(&file).and_then(|mut made| made.write_all(text.as_bytes())) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < FILES => number += 1,
            Err(error) => return Err(format!("cannot write {}: {error}", file.display())),
            Ok(()) => return Ok(file),
        }
    }
}

fn show(file: &std::path::Path, external: bool) -> Option<Message> {
    let parameters =
        ShowDocumentParams { uri: uri_of(file)?, external: Some(external), take_focus: None, selection: None };
    let id = format!("show {}", file.display());
    Some(Message::Request(Request::new(id.into(), ShowDocument::METHOD.to_owned(), parameters)))
}

fn tell(typ: MessageType, message: String) -> Message {
    let parameters = ShowMessageParams { typ, message };
    Message::Notification(Notification::new(ShowMessage::METHOD.to_owned(), parameters))
}
