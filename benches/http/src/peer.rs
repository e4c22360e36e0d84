//! A server in its own process.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server. It ends when this is dropped.
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) url: String,
    process: Child,
}

impl Peer {
    /// Starts a server that is part of this program.
    pub(crate) fn own(name: &str) -> Self {
        let program = std::env::current_exe().unwrap();
        Self::spawn(name, |port| {
            let mut command = Command::new(program);
            command.args(["serve", name, port]);
            command
        })
    }

    /// Starts a server that is another program.
    pub(crate) fn start(name: &str, program: &str) -> Self {
        let peer = Self::spawn(name, |port| {
            let mut command = Command::new(program);
            match name {
                "moto" => command.args(["-p", port]),
                // Otherwise, its log has a line for each request.
                "ministack" => command.env("GATEWAY_PORT", port).env("LOG_LEVEL", "ERROR"),
                _ => command.arg(port),
            };
            command
        });
        if name == "moto" {
            // Its interpreter is off by default.
            let config = r#"{"stepfunctions": {"execute_state_machine": true}}"#;
            ureq::post(format!("{}/moto-api/config", peer.url)).send(config).unwrap();
        }
        peer
    }

    fn spawn(name: &str, command: impl FnOnce(&str) -> Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = command(&port.to_string()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let peer = Self { name: name.to_owned(), url: format!("http://127.0.0.1:{port}"), process };
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(60), "{name} does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        peer
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
