//! `--verbose`: the requests that a command sends.

use std::time::Instant;

use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use workflow_asl::printable::printable;
use workflow_runtime::aws_sdk_sfn::config::interceptors::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use workflow_runtime::aws_sdk_sfn::config::{Intercept, RuntimeComponents};
use workflow_runtime::aws_sdk_sfn::error::BoxError;

/// Prints each attempt of a request to standard error, with its answer.
#[derive(Debug)]
pub(super) struct Printed;

/// An attempt: its action, and when it began.
#[derive(Debug)]
struct Began(String, Instant);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Printed {
    fn name(&self) -> &'static str {
        "Printed"
    }

    fn read_before_attempt(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Afterwards, the request is gone.
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        let action = target.rsplit('.').next().unwrap_or_default().to_owned();
        config.interceptor_state().store_put(Began(action, Instant::now()));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Began(action, began)) = config.load::<Began>() else { return Ok(()) };
        let answer = context.response().map(|answer| {
            let id = answer.headers().get("x-amzn-requestid").unwrap_or("none");
            format!("{} (request ID {id})", answer.status())
        });
        eprintln!(
            "{action}: {} in {} ms",
            printable(answer.as_deref().unwrap_or("no answer")),
            began.elapsed().as_millis()
        );
        Ok(())
    }
}
