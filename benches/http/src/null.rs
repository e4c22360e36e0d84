//! A server that runs nothing: every execution succeeds immediately, with its input as its output.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::value::RawValue;

/// The last input, as the text of a JSON string.
type Input = Arc<Mutex<Arc<str>>>;

#[derive(Deserialize)]
struct Start<'a> {
    #[serde(borrow)]
    input: &'a RawValue,
}

pub(crate) fn serve(port: u16) {
    let input = Input::new(Mutex::new(r#""{}""#.into()));
    for stream in TcpListener::bind(("127.0.0.1", port)).unwrap().incoming().flatten() {
        let input = Arc::clone(&input);
        // The thread ends with its connection.
        std::thread::spawn(move || answer(stream, &input));
    }
}

fn answer(mut stream: TcpStream, input: &Input) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut body = Vec::new();
    loop {
        let (mut operation, mut length, mut line) = (String::new(), 0, String::new());
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let Some((name, value)) = line.trim().split_once(':') else {
                if line.trim().is_empty() {
                    break;
                }
                continue;
            };
            match name.to_ascii_lowercase().as_str() {
                "x-amz-target" => operation = value.rsplit('.').next().unwrap_or_default().to_owned(),
                "content-length" => length = value.trim().parse().unwrap_or(0),
                _ => {}
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        let arn = "arn:aws:states:us-east-1:123456789012:execution:m:e";
        let answer = match operation.as_str() {
            "CreateStateMachine" => {
                r#"{"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m","creationDate":1.0}"#
                    .to_owned()
            }
            "StartExecution" => {
                if let Ok(start) = serde_json::from_slice::<Start<'_>>(&body) {
                    *input.lock().unwrap() = start.input.get().into();
                }
                format!(r#"{{"executionArn":"{arn}","startDate":1.0}}"#)
            }
            _ => {
                let input = Arc::clone(&input.lock().unwrap());
                format!(
                    r#"{{"executionArn":"{arn}","status":"SUCCEEDED","startDate":1.0,"stopDate":1.0,"input":{input},"output":{input}}}"#
                )
            }
        };
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length";
        stream.write_all(format!("{head}: {}\r\n\r\n{answer}", answer.len()).as_bytes())?;
    }
}
