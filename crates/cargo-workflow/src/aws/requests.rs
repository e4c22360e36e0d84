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

/// When an attempt began.
#[derive(Debug)]
struct Began(Instant);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Printed {
    fn name(&self) -> &'static str {
        "Printed"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(Began(Instant::now()));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context.request().and_then(|request| request.headers().get("x-amz-target"));
        let action = target.and_then(|target| target.rsplit('.').next()).unwrap_or("request");
        let took = config.load::<Began>().map_or(0, |began| began.0.elapsed().as_millis());
        let answer = context.response().map(|answer| {
            let id = answer.headers().get("x-amzn-requestid").unwrap_or("none");
            format!("{} (request ID {id})", answer.status())
        });
        eprintln!("{action}: {} in {took} ms", printable(answer.as_deref().unwrap_or("no answer")));
        Ok(())
    }
}
