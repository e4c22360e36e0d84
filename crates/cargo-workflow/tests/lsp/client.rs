//! A client that writes the protocol's messages itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// The sign of the cursor in a text.
pub(super) const CURSOR: &str = "⎀";

pub(super) struct Client {
    server: Child,
    answers: BufReader<ChildStdout>,
    asked: u64,
    opened: u64,
}

impl Client {
    pub(super) fn new() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
        command.args(["workflow", "lsp"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let answers = BufReader::new(server.stdout.take().unwrap());
        let mut client = Self { server, answers, asked: 0, opened: 0 };
        let capabilities =
            json!({"general": {"positionEncodings": ["utf-8"]}, "window": {"showDocument": {"support": true}}});
        let answer = client.ask("initialize", json!({"capabilities": capabilities}));
        assert_eq!(answer["serverInfo"]["name"], "cargo-workflow", "{answer}");
        assert_eq!(answer["capabilities"]["positionEncoding"], "utf-8");
        client.tell("initialized", json!({}));
        client
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.server.stdin.as_mut().unwrap(), "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.answers.read_line(&mut line).unwrap() > 0, "the server has ended");
            match line.trim().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().unwrap(),
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut bytes = vec![0; length];
        self.answers.read_exact(&mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    pub(super) fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Returns the response of a request, which may be an error.
    pub(super) fn response(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}));
        loop {
            let message = self.read();
            if message["id"] == self.asked {
                return message;
            }
        }
    }

    pub(super) fn ask(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.response(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Waits for a message from the server.
    pub(super) fn message(&mut self, method: &str) -> Value {
        loop {
            let mut message = self.read();
            if message["method"] == method {
                return message["params"].take();
            }
        }
    }

    /// Opens a new document of this name, and returns its URI.
    pub(super) fn open(&mut self, name: &str, text: &str) -> String {
        self.opened += 1;
        let uri = format!("file:///nowhere/{}/{name}", self.opened);
        self.open_as(&uri, text);
        uri
    }

    pub(super) fn open_as(&mut self, uri: &str, text: &str) {
        let language = if uri.ends_with("json") { "json" } else { "yaml" };
        let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    pub(super) fn close(&mut self, uri: &str) {
        self.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }

    /// Opens a document and asks about the place of the cursor in it.
    pub(super) fn ask_at(&mut self, method: &str, name: &str, marked: &str, more: Value) -> Value {
        let (text, position) = unmarked(marked);
        let uri = self.open(name, &text);
        let mut params = json!({"textDocument": {"uri": uri}, "position": position});
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        let answer = self.ask(method, params);
        self.close(&uri);
        answer
    }

    /// Returns the labels of the completions at the cursor, in the order in which an editor shows them.
    pub(super) fn complete(&mut self, name: &str, marked: &str) -> Vec<String> {
        let list = self.ask_at("textDocument/completion", name, marked, json!({}));
        let mut items: Vec<_> = list["items"].as_array().unwrap().clone();
        items.sort_by_key(|item| item["sortText"].as_str().unwrap().to_owned());
        items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// Ends the session, and checks that the server ends by itself.
    pub(super) fn end(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        assert!(self.server.wait().unwrap().success());
    }
}

/// Returns the text without the cursor, and the position of the cursor.
pub(super) fn unmarked(marked: &str) -> (String, Value) {
    let (before, after) = marked.split_once(CURSOR).unwrap_or_else(|| panic!("no cursor in {marked}"));
    (format!("{before}{after}"), position(before))
}

/// Returns the position at the end of a text.
pub(super) fn position(before: &str) -> Value {
    let line = before.matches('\n').count();
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    json!({"line": line, "character": column})
}

/// Returns the text after the edits of a response.
pub(super) fn edited(text: &str, edits: &Value) -> String {
    let offset = |position: &Value| {
        let line = position["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + position["character"].as_u64().unwrap() as usize
    };
    let mut edits: Vec<_> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
            (range, edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort_by_key(|(range, _)| range.start);
    let mut text = text.to_owned();
    for (range, new) in edits.into_iter().rev() {
        text.replace_range(range, new);
    }
    text
}
