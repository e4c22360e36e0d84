//! HTTP/1.1: connections and their limits.

mod answer;
mod body;
mod hosts;
mod metrics;
mod request;
mod share;
mod token;

use std::convert::Infallible;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use crate::Limits;
pub(crate) use answer::AnswerBody;
pub(crate) use body::Bodies;
pub(crate) use hosts::Hosts;
pub(crate) use metrics::Requests;
pub(crate) use request::Service;
use share::Client;
pub(crate) use share::Share;
pub(crate) use token::Token;

/// The maximum size of a request's head: its first line and its headers.
const HEAD_BYTES: usize = 64 * 1024;

/// Accepts connections. A simulation has its own.
pub(crate) trait Listener: Send + Sync + 'static {
    type Stream: AsyncRead + AsyncWrite + Send + 'static;

    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, client) = Self::accept(self).await?;
        // Answers are sent immediately, whatever the size of the last packet. If that fails, they are only delayed.
        let _ = stream.set_nodelay(true);
        Ok((stream, client))
    }
}

#[cfg(all(test, feature = "durable"))]
impl Listener for turmoil::net::TcpListener {
    type Stream = turmoil::net::TcpStream;

    async fn accept(&self) -> io::Result<(Self::Stream, SocketAddr)> {
        Self::accept(self).await
    }
}

/// Waits until the server is stopped or dropped.
pub(crate) async fn stopped(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
}

/// Accepts connections until the server stops, then gives clients a moment to read their answers.
pub(crate) async fn serve(
    listener: impl Listener,
    service: Arc<Service>,
    limits: Limits,
    stopping: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let mut stop = pin!(stopped(stopping.clone()));
    loop {
        let (stream, place) = tokio::select! {
            biased;
            () = stop.as_mut() => break,
            Some(_) = connections.join_next() => continue,
            accepted = accept(&listener, &service.places) => match accepted {
                Some(accepted) => accepted,
                None => continue,
            },
        };
        let connection = connection(stream, Arc::clone(&service), limits, stopping.clone());
        connections.spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    let all_closed = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(limits.shutdown, all_closed).await;
    connections.shutdown().await;
}

/// Returns the next connection, once a slot is free.
async fn accept<L: Listener>(listener: &L, places: &Share) -> Option<(L::Stream, OwnedSemaphorePermit)> {
    let place = places.take(1).await?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            if !is_of_connection(&error) {
                // For example, too many open files: it fails again immediately until something is closed.
                places.ask();
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
            None
        }
    }
}

fn is_of_connection(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

/// Answers the requests of a connection until either side closes it.
async fn connection(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    service: Arc<Service>,
    limits: Limits,
    stopping: watch::Receiver<bool>,
) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.unread));
    let client = Arc::new(Client::new());
    let answer = service_fn(|request: Request<Incoming>| {
        let (service, stopping, client) = (Arc::clone(&service), stopping.clone(), Arc::clone(&client));
        async move { Ok::<Response<AnswerBody>, Infallible>(service.answer(request, stopping, &client).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_header_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), answer);
    let mut connection = pin!(connection);
    let mut stop = pin!(stopped(stopping.clone()));
    loop {
        tokio::select! {
            biased;
            // An error of the connection is the client's problem.
            _ = connection.as_mut() => return,
            () = stop.as_mut() => break,
            () = service.places.wanted() => if client.is_slow() { return },
        }
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Returns the output of a future, or `None` if the server stops first.
async fn unless_stopped<T>(stopping: watch::Receiver<bool>, future: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        given = future => Some(given),
        () = stopped(stopping) => None,
    }
}
