//! Signals that end the process.

/// Completes when the process gets SIGTERM or SIGINT (Ctrl-C). Pass it to
/// [`Worker::run_until`](super::Worker::run_until).
///
/// ECS, Kubernetes and systemd send SIGTERM, and kill the process 10 to 90 seconds later.
///
/// After the first call, these signals no longer end the process by themselves. If the signals are not available, the
/// future never completes.
pub async fn terminated() {
    #[cfg(unix)]
    {
        use super::first::first;
        use tokio::signal::unix::{SignalKind, signal};

        let one = |kind| async move {
            match signal(kind) {
                Ok(mut signal) => match signal.recv().await {
                    Some(()) => {}
                    None => std::future::pending().await,
                },
                Err(_) => std::future::pending().await,
            }
        };
        first(one(SignalKind::terminate()), one(SignalKind::interrupt())).await;
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
