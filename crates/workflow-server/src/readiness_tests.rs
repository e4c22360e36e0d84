//! Tests what a server answers while it reads its data, and while it cannot write them.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]

use std::io::Read as _;
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use super::*;
use crate::journal::{Backend, Reader, Visit, Write};

/// Data that nobody can write, and that can be read as soon as the sender is gone.
struct Data(Mutex<Receiver<()>>);

impl Reader for Data {
    fn each(&self, _: &[u8], _: &mut Visit<'_>) -> Result<(), String> {
        let _ = self.0.lock().unwrap().recv();
        Ok(())
    }
}

impl Backend for Data {
    fn commit(&mut self, _: &[Write]) -> Result<(), String> {
        Err("the disk is full".to_owned())
    }
}

fn ask(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    io::Write::write_all(&mut stream, format!("{request}\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_ready_between_reading_its_data_and_a_failed_write() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (hold, held) = channel();
    let journal = Journal::new(Data(Mutex::new(channel().1)), Arc::new(Data(Mutex::new(held)))).unwrap();
    let binding = tokio::spawn(Server::builder().with_journal(journal).bind(address));
    while TcpStream::connect(address).is_err() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (health, ready) = ("GET /health HTTP/1.1", "GET /ready HTTP/1.1");
    assert_eq!(ask(address, health).0, 200);
    let (status, answer) = ask(address, ready);
    assert!(status == 503 && answer.contains("the server is still reading its data"), "{answer}");
    // Other requests wait.
    let list = "POST / HTTP/1.1\r\nX-Amz-Target: AWSStepFunctions.ListActivities\r\nContent-Length: 0";
    let listed = tokio::task::spawn_blocking(move || ask(address, list));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!listed.is_finished() && !binding.is_finished());
    drop(hold);
    let server = binding.await.unwrap().unwrap();
    assert_ne!(listed.await.unwrap().0, 503);
    assert_eq!(ask(address, ready).0, 200);

    server.advance(Duration::from_secs(1));
    while ask(address, ready).0 == 200 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (status, answer) = ask(address, ready);
    assert!(status == 503 && answer.contains("the server cannot write its data: the disk is full"), "{answer}");
    assert_eq!(ask(address, health).0, 200);
}
