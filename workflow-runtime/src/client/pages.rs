//! Lazily fetched pages of listings.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::Error;

/// A page, and the token of the next one.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<String>,
}

type Fetching<T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>;
type Fetch<T> = Box<dyn Fn(Option<String>) -> Fetching<T> + Send>;

/// Items of a paged listing. The next page is requested when the items before it have been read.
///
/// It is also a [`Stream`]. After an error, the same page is requested again.
///
/// ```ignore
/// let mut executions = machine.executions().status(ExecutionStatus::Failed).list();
/// while let Some(execution) = executions.next().await? {
///     println!("{}", execution.name());
/// }
/// ```
#[must_use = "a listing is read lazily: call `next` or `collect`"]
pub struct Pages<T> {
    fetch: Fetch<T>,
    fetching: Option<Fetching<T>>,
    ready: VecDeque<T>,
    next: Next,
}

enum Next {
    Page(Option<String>),
    None,
}

impl<T> Pages<T> {
    pub(super) fn new<F>(fetch: impl Fn(Option<String>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<Page<T>, Error>> + Send + 'static,
    {
        Self {
            fetch: Box::new(move |token| Box::pin(fetch(token))),
            fetching: None,
            ready: VecDeque::new(),
            next: Next::Page(None),
        }
    }

    /// Returns the next item, or `None` after the last.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn next(&mut self) -> Result<Option<T>, Error> {
        poll_fn(|context| self.poll(context)).await.transpose()
    }

    /// Returns all remaining items.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn collect(mut self) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await? {
            items.push(item);
        }
        Ok(items)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            let mut fetching = match (self.fetching.take(), &self.next) {
                (Some(fetching), _) => fetching,
                (None, Next::Page(token)) => (self.fetch)(token.clone()),
                (None, Next::None) => return Poll::Ready(None),
            };
            match fetching.as_mut().poll(context) {
                Poll::Pending => {
                    self.fetching = Some(fetching);
                    return Poll::Pending;
                }
                Poll::Ready(Ok(page)) => {
                    self.next = page.next.map_or(Next::None, |token| Next::Page(Some(token)));
                    self.ready = page.items.into();
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

// No item is pinned.
impl<T> Unpin for Pages<T> {}

impl<T> Stream for Pages<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(ready!(self.get_mut().poll(context)))
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("ready", &self.ready.len()).finish_non_exhaustive()
    }
}
