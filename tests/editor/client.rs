//! A client for rust-analyzer's protocol: one request at a time.
//!
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The time limit for an answer, or for loading the crates. The first time, the macro is compiled.
const PATIENCE: Duration = Duration::from_secs(600);

/// rust-analyzer's error for a request that an edit made obsolete: it must be repeated.
const OVERTAKEN: [i64; 2] = [-32801, -32802];

/// A running rust-analyzer, and the files that are open in it. It ends when its input is closed.
pub(crate) struct Editor {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    requests: i64,
    files: BTreeMap<PathBuf, File>,
    quiet: bool,
}

struct File {
    text: String,
    version: i64,
}

/// A range in a file, with its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// The file's name.
    pub(crate) file: String,
    /// The range in its text, in bytes.
    pub(crate) at: usize,
    /// The text.
    pub(crate) text: String,
}

impl Editor {
    /// Starts the program for a crate's folder.
    pub(crate) fn start(program: &Path, folder: &Path, target: &Path) -> Self {
        let mut child = Command::new(program)
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", target)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("rust-analyzer starts");
        let input = child.stdin.take().expect("its input is a pipe");
        let output = child.stdout.take().expect("its output is a pipe");
        let (sender, messages) = channel();
        thread::spawn(move || read(&mut BufReader::new(output), &sender));
        let mut editor = Self { child, input, messages, requests: 0, files: BTreeMap::new(), quiet: false };
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-8"] },
            "experimental": { "serverStatusNotification": true },
            "textDocument": {
                "completion": { "completionItem": { "snippetSupport": true } },
                "definition": { "linkSupport": true },
                "hover": { "contentFormat": ["markdown"] },
                "rename": { "prepareSupport": true },
            },
            "workspace": { "configuration": true, "workspaceEdit": { "documentChanges": true } },
        });
        editor.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "rootUri": uri(folder),
                "capabilities": capabilities,
                "initializationOptions": options(),
                "workspaceFolders": [{ "uri": uri(folder), "name": "crate" }],
            }),
        );
        editor.notify("initialized", json!({}));
        editor
    }

    /// Opens a file with its contents on disk.
    pub(crate) fn open(&mut self, path: &Path) {
        let text = std::fs::read_to_string(path).expect("the file can be read");
        self.notify(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri(path), "languageId": "rust", "version": 1, "text": text } }),
        );
        self.files.insert(path.to_owned(), File { text, version: 1 });
    }

    /// Returns the text of an open file.
    pub(crate) fn text(&self, path: &Path) -> &str {
        &self.files[path].text
    }

    /// Replaces the text of an open file.
    pub(crate) fn edit(&mut self, path: &Path, text: &str) {
        let file = self.files.get_mut(path).expect("the file is open");
        text.clone_into(&mut file.text);
        file.version += 1;
        let version = file.version;
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri(path), "version": version }, "contentChanges": [{ "text": text }] }),
        );
    }

    /// Waits until all crates are loaded.
    pub(crate) fn load(&mut self) {
        let end = Instant::now() + PATIENCE;
        while !self.quiet {
            self.receive(end);
        }
    }

    /// Sends a request about a position in a file, in bytes.
    pub(crate) fn ask(&mut self, method: &str, path: &Path, at: usize, more: Value) -> Result<Value, String> {
        let position = position(self.text(path), at);
        let mut params = json!({ "textDocument": { "uri": uri(path) }, "position": position });
        for (name, value) in more.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        self.try_request(&format!("textDocument/{method}"), &params)
    }

    /// Returns where the word at a position is declared.
    pub(crate) fn definition(&mut self, path: &Path, at: usize) -> Vec<Found> {
        let answer = self.ask("definition", path, at, json!({})).expect("an answer");
        self.found(&answer, "targetUri", "targetSelectionRange")
    }

    /// Returns where the word at a position is used and declared.
    pub(crate) fn references(&mut self, path: &Path, at: usize) -> Vec<Found> {
        let more = json!({ "context": { "includeDeclaration": true } });
        let answer = self.ask("references", path, at, more).expect("an answer");
        self.found(&answer, "uri", "range")
    }

    /// Returns the hover text of the word at a position.
    pub(crate) fn hover(&mut self, path: &Path, at: usize) -> String {
        let answer = self.ask("hover", path, at, json!({})).expect("an answer");
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// Returns the completions at a position.
    pub(crate) fn completion(&mut self, path: &Path, at: usize) -> Vec<String> {
        let answer = self.ask("completion", path, at, json!({})).expect("an answer");
        let items = if answer.is_object() { &answer["items"] } else { &answer };
        let labels = items.as_array().into_iter().flatten();
        labels.filter_map(|item| item["label"].as_str()).map(str::to_owned).collect()
    }

    /// Returns the texts of the files after a rename of the word at a position.
    pub(crate) fn rename(&mut self, path: &Path, at: usize, name: &str) -> BTreeMap<PathBuf, String> {
        let answer = self.ask("rename", path, at, json!({ "newName": name })).expect("a rename");
        let mut texts = BTreeMap::new();
        for change in answer["documentChanges"].as_array().into_iter().flatten() {
            let path = path_of(change["textDocument"]["uri"].as_str().expect("an edit has a file"));
            let mut text = std::fs::read_to_string(&path).expect("the file can be read");
            if let Some(file) = self.files.get(&path) {
                text.clone_from(&file.text);
            }
            let mut edits: Vec<_> = change["edits"].as_array().into_iter().flatten().collect();
            edits.sort_by_key(|edit| std::cmp::Reverse(offset(&text, &edit["range"]["start"])));
            for edit in edits {
                let range = offset(&text, &edit["range"]["start"])..offset(&text, &edit["range"]["end"]);
                text.replace_range(range, edit["newText"].as_str().expect("an edit has a text"));
            }
            texts.insert(path, text);
        }
        texts
    }

    /// Returns rust-analyzer's own diagnostics of a file, with the words; those of cargo are turned off.
    pub(crate) fn problems(&mut self, path: &Path) -> Vec<(String, String)> {
        let answer = self.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri(path) } }));
        let text = self.text(path);
        let words = |range: &Value| text[offset(text, &range["start"])..offset(text, &range["end"])].to_owned();
        let message = |problem: &Value| problem["message"].as_str().unwrap_or_default().to_owned();
        let found = answer["items"].as_array().into_iter().flatten();
        found.map(|problem| (words(&problem["range"]), message(problem))).collect()
    }

    /// Returns locations, or links, as ranges in files.
    fn found(&self, answer: &Value, file: &str, range: &str) -> Vec<Found> {
        let found = answer.as_array().into_iter().flatten().map(|location| {
            let path = path_of(location[file].as_str().expect("a location has a file"));
            let text = match self.files.get(&path) {
                Some(file) => file.text.clone(),
                None => std::fs::read_to_string(&path).expect("the file can be read"),
            };
            let (start, end) = (offset(&text, &location[range]["start"]), offset(&text, &location[range]["end"]));
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Found { file, at: start, text: text[start..end].to_owned() }
        });
        let mut found: Vec<_> = found.collect();
        found.sort();
        found.dedup();
        found
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.try_request(method, &params).expect("an answer")
    }

    fn try_request(&mut self, method: &str, params: &Value) -> Result<Value, String> {
        loop {
            self.requests += 1;
            let id = self.requests;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let end = Instant::now() + PATIENCE;
            let answer = loop {
                if let Some(answer) = self.receive(end).filter(|answer| answer["id"] == id) {
                    break answer;
                }
            };
            match answer.get("error") {
                None => return Ok(answer["result"].clone()),
                Some(error) if error["code"].as_i64().is_some_and(|code| OVERTAKEN.contains(&code)) => {}
                Some(error) => return Err(error["message"].as_str().unwrap_or_default().to_owned()),
            }
        }
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("rust-analyzer reads");
        self.input.flush().expect("rust-analyzer reads");
    }

    /// Returns the next message if it is an answer; handles rust-analyzer's other messages.
    fn receive(&mut self, end: Instant) -> Option<Value> {
        let left = end.saturating_duration_since(Instant::now());
        let message = self.messages.recv_timeout(left).expect("rust-analyzer says something in time");
        let Some(method) = message["method"].as_str() else { return Some(message) };
        let params = &message["params"];
        if method == "experimental/serverStatus" {
            self.quiet = params["quiescent"] == true;
        }
        if let Some(id) = message.get("id") {
            let items = params["items"].as_array().map_or(0, Vec::len);
            let result = if method == "workspace/configuration" { json!(vec![options(); items]) } else { Value::Null };
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
        }
        None
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The settings that differ from rust-analyzer's defaults: cargo is not run at every save.
fn options() -> Value {
    json!({ "checkOnSave": false, "numThreads": 2 })
}

fn read(output: &mut impl BufRead, messages: &Sender<Value>) {
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if output.read_line(&mut line).unwrap_or_default() == 0 {
                return;
            }
            match line.trim().split_once(": ") {
                Some(("Content-Length", text)) => length = text.parse().expect("a length is a number"),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        if output.read_exact(&mut body).is_err() {
            return;
        }
        let message = serde_json::from_slice(&body).expect("a message is JSON");
        if messages.send(message).is_err() {
            return;
        }
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn path_of(uri: &str) -> PathBuf {
    PathBuf::from(uri.strip_prefix("file://").expect("a file's address"))
}

fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line = before.matches('\n').count();
    json!({ "line": line, "character": at - before.rfind('\n').map_or(0, |newline| newline + 1) })
}

fn offset(text: &str, position: &Value) -> usize {
    let number = |name: &str| usize::try_from(position[name].as_u64().expect("a number")).expect("a small number");
    let line: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
    line + number("character")
}
