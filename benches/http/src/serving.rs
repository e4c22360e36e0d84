//! A server in its own process, and calls to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Serving {
    process: Child,
    pub address: String,
    /// The time until it listened.
    pub took: Duration,
}

impl Serving {
    /// Starts `cargo workflow serve` with these options.
    pub fn new(program: &str, options: &[&str]) -> Self {
        let began = Instant::now();
        let mut command = Command::new(program);
        command.args(["workflow", "serve", "--port", "0"]).args(options);
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it prints")).read_line(&mut line).expect("it prints");
        let took = began.elapsed();
        let address = line.trim().strip_prefix("listening on http://").expect("it listens").to_owned();
        Self { process, address, took }
    }

    /// Returns the resident memory in MiB.
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        let kib: f64 = line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default();
        kib / 1024.0
    }

    pub fn connect(&self) -> BufReader<TcpStream> {
        let stream = TcpStream::connect(&self.address).expect("it accepts");
        stream.set_nodelay(true).expect("a setting");
        BufReader::new(stream)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a request on a connection, and returns the answer if the call succeeded.
pub fn call(connection: &mut BufReader<TcpStream>, operation: &str, body: &str) -> Option<Vec<u8>> {
    let request = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.get_mut().write_all(request.as_bytes()).ok()?;
    let (mut first, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line).unwrap_or(0) == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(told) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = told.trim().parse().unwrap_or(0);
        }
        if first.is_empty() {
            first = line;
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).ok()?;
    first.contains(" 200 ").then_some(body)
}
