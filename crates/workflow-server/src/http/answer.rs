//! The body of an answer: complete, or streamed.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::Full;
use hyper::body::{Body, Bytes, Frame, SizeHint};
#[cfg(feature = "console")]
use tokio::sync::{OwnedSemaphorePermit, mpsc::Receiver};

/// The body of an answer.
pub(crate) enum AnswerBody {
    Whole(Full<Bytes>),
    /// It ends when all senders are dropped. It keeps a place among those who wait.
    #[cfg(feature = "console")]
    Stream(Receiver<Bytes>, Option<OwnedSemaphorePermit>),
}

impl<T: Into<Bytes>> From<T> for AnswerBody {
    fn from(whole: T) -> Self {
        Self::Whole(Full::new(whole.into()))
    }
}

#[cfg(feature = "console")]
impl AnswerBody {
    /// Keeps a place until the end of a stream. Returns whether this is one.
    pub(super) fn keep(&mut self, place: Option<OwnedSemaphorePermit>) -> bool {
        match self {
            Self::Whole(_) => false,
            Self::Stream(_, kept) => {
                *kept = place;
                true
            }
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(whole) => Pin::new(whole).poll_frame(context),
            #[cfg(feature = "console")]
            Self::Stream(lines, _) => lines.poll_recv(context).map(|line| line.map(|line| Ok(Frame::data(line)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            #[cfg(feature = "console")]
            Self::Stream(..) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            #[cfg(feature = "console")]
            Self::Stream(..) => SizeHint::default(),
        }
    }
}
