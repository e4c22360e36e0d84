//! A span for each call of the client, when the feature `tracing` is on.

/// Awaits `$call`, an expression that returns a future, in a span with the operation and at most one field.
macro_rules! call {
    ($operation:literal, $call:expr) => {{
        let call = $call;
        #[cfg(feature = "tracing")]
        let call = tracing::Instrument::instrument(call, tracing::info_span!("step_functions", operation = $operation));
        call.await
    }};
    ($operation:literal, $field:ident = $value:expr, $call:expr) => {{
        let call = $call;
        #[cfg(feature = "tracing")]
        let call = {
            let span = tracing::info_span!("step_functions", operation = $operation, $field = %$value);
            tracing::Instrument::instrument(call, span)
        };
        call.await
    }};
}

pub(crate) use call;
