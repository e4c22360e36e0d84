//! The AWS SDK's configuration for a server on loopback.

use aws_sdk_sfn::Config;
use aws_sdk_sfn::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_sfn::config::{BehaviorVersion, ConfigBag, Credentials, Intercept, Region, RuntimeComponents};
use aws_sdk_sfn::error::BoxError;
use aws_smithy_http_client::Builder;

use crate::Server;
use crate::api::arn::Scope;

impl Server {
    /// Returns the AWS SDK's configuration for this server: its endpoint, its region, fake credentials, an HTTP client
    /// without TLS, and no `sync-` before the host.
    ///
    /// ```no_run
    /// # async fn serve() -> std::io::Result<()> {
    /// let server = workflow_server::Server::builder().bind("127.0.0.1:0").await?;
    /// let sfn = aws_sdk_sfn::Client::from_conf(server.sfn_config());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// To change something, use `sfn_config().to_builder()`.
    #[must_use]
    pub fn sfn_config(&self) -> Config {
        Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(Scope::default().region))
            .credentials_provider(Credentials::new("loopback", "loopback", None, None, "loopback"))
            .endpoint_url(self.endpoint_url())
            .http_client(Builder::new().build_http())
            .interceptor(WithoutSyncPrefix)
            .build()
    }
}

/// Removes the SDK's prefix of the host for `StartSyncExecution` and `TestState`: loopback has no such name.
///
/// [`Server::sfn_config`] includes it. For your own configuration, use
/// `Config::builder().interceptor(WithoutSyncPrefix)`.
#[derive(Clone, Copy, Debug)]
pub struct WithoutSyncPrefix;

impl Intercept for WithoutSyncPrefix {
    fn name(&self) -> &'static str {
        "WithoutSyncPrefix"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let uri = request.uri().replacen("://sync-", "://", 1);
        Ok(request.set_uri(uri)?)
    }
}
