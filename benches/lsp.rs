//! Measures the answers of `cargo workflow lsp` about a definition with 300 states: the time from a change of the text to
//! the completions at the changed place.
//!
//! `cargo bench -p cargo-workflow --bench lsp`. With `--no-default-features --features lsp` the program is built without
//! the SDK for AWS, which takes most of the time.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a benchmark may panic")]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

const STATES: usize = 300;
const ROUNDS: usize = 40;
const URI: &str = "file:///nowhere/states.asl.json";

struct Client {
    server: Child,
    answers: BufReader<ChildStdout>,
    number: u64,
}

impl Client {
    fn new(text: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
        command.args(["workflow", "lsp"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let answers = BufReader::new(server.stdout.take().unwrap());
        let mut client = Self { server, answers, number: 0 };
        client.ask("initialize", &json!({"capabilities": {}}));
        client.tell("initialized", &json!({}));
        let document = json!({"uri": URI, "languageId": "json", "version": 1, "text": text});
        client.tell("textDocument/didOpen", &json!({"textDocument": document}));
        client
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.server.stdin.as_mut().unwrap(), "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.number += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}));
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                self.answers.read_line(&mut line).unwrap();
                match line.trim().strip_prefix("Content-Length: ") {
                    Some(number) => length = number.parse().unwrap(),
                    None => break,
                }
            }
            let mut bytes = vec![0; length];
            self.answers.read_exact(&mut bytes).unwrap();
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            if answer["id"] == self.number {
                return answer;
            }
        }
    }

    /// Changes the text, and returns the number of completions at a place.
    fn complete(&mut self, text: &str, offset: usize) -> usize {
        self.number += 1;
        let document = json!({"uri": URI, "version": self.number});
        self.tell("textDocument/didChange", &json!({"textDocument": document, "contentChanges": [{"text": text}]}));
        let before = &text[..offset];
        let line = before.matches('\n').count();
        let column = offset - before.rfind('\n').map_or(0, |at| at + 1);
        let place = json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": column}});
        self.ask("textDocument/completion", &place)["result"]["items"].as_array().unwrap().len()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.server.kill();
    }
}

/// Returns a chain of tasks, each of which reads the result of the one before.
fn definition() -> String {
    let mut text = "{\"QueryLanguage\": \"JSONata\", \"StartAt\": \"S0\", \"States\": {\n".to_owned();
    for number in 0..STATES {
        let next =
            if number + 1 < STATES { format!("\"Next\": \"S{}\"", number + 1) } else { "\"End\": true".to_owned() };
        let comma = if number + 1 < STATES { "," } else { "" };
        writeln!(
            text,
            "  \"S{number}\": {{\n    \"Type\": \"Task\",\n    \"Resource\": \"arn:aws:states:::aws-sdk:s3:headObject\",\n    \
             \"Arguments\": {{\"Bucket\": \"b{number}\", \"Key\": \"{{% $string($states.input.ContentLength) %}}\"}},\n    \
             \"Assign\": {{\"v{number}\": \"{{% $states.result.ETag %}}\"}},\n    {next}\n  }}{comma}"
        )
        .unwrap();
    }
    text + "}}\n"
}

fn main() {
    let text = definition();
    let mut client = Client::new(&text);
    let cases = [
        ("a state", "\"Next\": \"S151\"", "\"Next\": \"⎀\""),
        ("a field", "\"Assign\": {\"v150\"", "\"⎀\": {\"v150\""),
        ("a variable", "{\"v150\": \"{% $states.result.ETag %}\"}", "{\"v150\": \"{% $⎀ %}\"}"),
        ("a member", "{\"v150\": \"{% $states.result.ETag %}\"}", "{\"v150\": \"{% $states.result.⎀ %}\"}"),
        ("a document that ends here", "{\"v150\": \"{% $states.result.ETag %}\"}", "{\"v150\": \"{% $states.result.⎀✂"),
    ];
    for (name, part, marked) in cases {
        assert!(text.contains(part), "{part}");
        let marked = text.replacen(part, marked, 1);
        let marked = marked.split('✂').next().unwrap();
        let offset = marked.find('⎀').unwrap();
        let text = marked.replace('⎀', "");
        let mut times: Vec<_> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                assert!(client.complete(&text, offset) > 0, "{name}");
                start.elapsed()
            })
            .collect();
        times.sort();
        println!("{name} at {STATES} states: median {:.1?}, at most {:.1?}", times[ROUNDS / 2], times[ROUNDS - 1]);
    }
}
