//! The first of two futures to complete.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

pub(super) enum Either<A, B> {
    Left(A),
    Right(B),
}

/// Returns the output of the future that completes first, and drops the other one.
pub(super) async fn first<A, B>(left: impl Future<Output = A>, right: impl Future<Output = B>) -> Either<A, B> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    poll_fn(|context| match left.as_mut().poll(context) {
        Poll::Ready(given) => Poll::Ready(Either::Left(given)),
        Poll::Pending => right.as_mut().poll(context).map(Either::Right),
    })
    .await
}
