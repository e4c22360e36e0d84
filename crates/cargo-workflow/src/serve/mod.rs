//! `cargo workflow serve`: serves the Step Functions API on loopback, with the state machines of files.

mod conversion;
mod files;

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use workflow_local::{Clock, FolderStore, MockFile};
use workflow_server::{Limits, Quotas, Retention, Server, StoreState};

use crate::params::Params;
use crate::template::Reading;
use crate::{Failure, report, terminal};
use files::Files;

/// How often the files are checked for changes.
const LOOK: Duration = Duration::from_millis(250);

/// The options have the names of AWS Step Functions Local's options. Its environment variables work too, if they apply.
#[derive(Args)]
#[command(after_help = "\
Over HTTP:
  GET  /health                             returns the status of the server and the time of its clock
  GET  /ready                              fails while requests cannot be answered: data is being read, or writing failed
  GET  /metrics                            returns metrics for Prometheus
  POST /reset                              stops all executions, and keeps only the state machines of the files
  POST /clock {\"advanceSeconds\": 3600}     turns the clock forward, and runs everything that is due
  POST /clock {\"runToNextEvent\": true}     turns the clock forward to the next event
  POST /clock {\"runUntilIdle\": true}       turns the clock forward until executions wait only for outside events
  POST /clock {\"stopBefore\": \"STATE\"}      the same, but holds executions before this state")]
pub(crate) struct Serve {
    /// Files with state machines: Rust with `workflow!`, ASL in JSON or YAML, CloudFormation or SAM templates; or a
    /// folder of templates such as cdk.out
    files: Vec<PathBuf>,
    #[command(flatten)]
    params: Params,
    #[command(flatten)]
    reading: Reading,
    /// Port to listen on; 0 selects a free port
    #[arg(long, default_value_t = 8083)]
    port: u16,
    /// Address to listen on. The server does not check signatures: if the address is not loopback, everyone who can
    /// reach the address can use the server, unless `--token` is given
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Additional host name that clients may send in the Host header (repeatable)
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Token that requests must have as the access key ID of their credentials, or as a bearer token
    #[arg(long, env = "WORKFLOW_SERVER_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// AWS account ID for requests whose credentials do not name an account
    #[arg(long, env = "AWS_ACCOUNT_ID", value_name = "ID", value_parser = account)]
    account: Option<String>,
    /// AWS region for requests without a signature, and for state machines of files
    #[arg(long, env = "AWS_DEFAULT_REGION", value_name = "REGION")]
    region: Option<String>,
    /// Endpoint for Lambda functions, such as `cargo lambda watch`, SAM or the Runtime Interface Emulator
    #[arg(long, env = "LAMBDA_ENDPOINT", value_name = "URL")]
    lambda_endpoint: Option<String>,
    /// Endpoint for S3, SQS, SNS, EventBridge and DynamoDB: moto, LocalStack, or one of these AWS services
    #[arg(long, value_name = "URL")]
    aws_endpoint: Option<String>,
    /// Host, optionally with a port, that HTTP tasks may call (repeatable)
    #[arg(long, value_name = "HOST")]
    allow_http: Vec<String>,
    /// Mock file; a client selects a test case with the state machine ARN `ARN#Case`
    #[arg(long, env = "SFN_MOCK_CONFIG", value_name = "FILE")]
    mock_config: Option<PathBuf>,
    /// Factor for waits and timeouts; 0.1 makes them ten times shorter
    #[arg(long, env = "WAIT_TIME_SCALE", value_name = "FACTOR", conflicts_with = "virtual_time", value_parser = factor)]
    wait_time_scale: Option<f64>,
    /// Run in virtual time: waits and timeouts take no time
    #[arg(long)]
    virtual_time: bool,
    /// Folder that holds the S3 objects, as FOLDER/BUCKET/KEY
    #[arg(long, value_name = "FOLDER")]
    objects: Option<PathBuf>,
    /// Store all acknowledged data in this folder. The next start continues from the folder, even after a crash
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Post status changes of executions to this URL, as the events that AWS sends to EventBridge
    #[arg(long, value_name = "URL")]
    events: Option<String>,
    /// Post the spans of each execution, when it ends, to an OpenTelemetry collector: `--trace otlp
    /// http://localhost:4318`
    #[arg(long, num_args = 2, value_names = ["FORMAT", "URL"])]
    trace: Vec<String>,
    /// Append the events of Express executions to this file, in the format of CloudWatch Logs; `-` prints the events
    #[arg(long, value_name = "FILE")]
    express_logs: Option<PathBuf>,
    /// Number of days to keep ended executions
    #[arg(long, value_name = "DAYS", default_value_t = 90.0, value_parser = days)]
    retain_days: f64,
    /// Maximum number of ended executions to keep; the oldest are removed
    #[arg(long, value_name = "COUNT", default_value_t = Retention::default().count)]
    retain_count: usize,
    /// Maximum number of Standard executions that have not ended, and the same number of Express executions
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().open_executions)]
    open_executions: usize,
    /// Service quotas to apply: `aws` has the published default quotas of an AWS account
    #[arg(long, value_name = "QUOTAS", value_enum)]
    quotas: Option<QuotasOf>,
    /// Do not reload the files when they change
    #[arg(long)]
    no_watch: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum QuotasOf {
    Aws,
}

fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_account.then(|| text.to_owned()).ok_or_else(|| "an account is 12 digits".to_owned())
}

fn factor(text: &str) -> Result<f64, String> {
    let factor: Option<f64> = text.parse().ok().filter(|factor: &f64| factor.is_finite() && *factor > 0.0);
    factor.ok_or_else(|| "a factor is a number above 0".to_owned())
}

fn days(text: &str) -> Result<f64, String> {
    let days: Option<f64> = text.parse().ok().filter(|days: &f64| days.is_finite() && *days >= 0.0);
    days.ok_or_else(|| "a number of days is 0 or more".to_owned())
}

impl Serve {
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        // The usual limit, 1024 open files, is below the number of connections. If it stays, fewer clients have a place.
        let _ = rlimit::increase_nofile_limit(u64::MAX);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("error: the server could not start: {error}"))?;
        let code = runtime.block_on(self.serve(output));
        // Handlers may never return.
        runtime.shutdown_background();
        code
    }

    async fn serve(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let mut files = Files::new(&self.files, self.params.values()?, self.reading.with_defaults())?;
        let age = Duration::try_from_secs_f64(self.retain_days * 24.0 * 3600.0).ok();
        let open = self.open_executions;
        let limits = Limits { open_executions: open, express_executions: open, ..Limits::default() };
        let mut builder = Server::builder().retention(Retention { age, count: self.retain_count }).limits(limits);
        if let Some(QuotasOf::Aws) = self.quotas {
            builder = builder.quotas(Quotas::aws());
        }
        let is_open = !self.address.is_loopback() && self.token.is_none();
        if let Some(token) = self.token {
            builder = builder.token(token);
        }
        for host in self.allow_host {
            builder = builder.allow_host(host);
        }
        if let Some(account) = self.account {
            builder = builder.account(account);
        }
        if let Some(region) = self.region {
            builder = builder.region(region);
        }
        if let Some(url) = self.lambda_endpoint {
            builder = builder.lambda_endpoint(url);
        }
        if let Some(url) = self.aws_endpoint {
            builder = builder.aws_endpoint(url);
        }
        for host in self.allow_http {
            builder = builder.allow_http(host);
        }
        if let Some(file) = self.mock_config {
            let text = std::fs::read_to_string(&file).map_err(|error| format!("error: {}: {error}", file.display()))?;
            let mocks = MockFile::parse(&text).map_err(|error| format!("error: {}: {error}", file.display()))?;
            builder = builder.mocks(mocks);
        }
        if let Some(factor) = self.wait_time_scale {
            builder = builder.speed(1.0 / factor);
        }
        if self.virtual_time {
            builder = builder.clock(Clock::Virtual);
        }
        if let Some(folder) = &self.objects {
            builder = builder.objects(folder);
        }
        if let Some(folder) = self.data {
            builder = builder.data(folder);
        }
        if let Some(url) = self.events {
            builder = builder.events(url);
        }
        builder = match self.trace.as_slice() {
            [] => builder,
            [format, url] if format == "otlp" => builder.traces(url),
            _ => return Err("error: a server traces to a collector: `--trace otlp URL`".to_owned().into()),
        };
        builder = match self.express_logs {
            None => builder,
            Some(path) if path.as_os_str() == "-" => builder.express_logs(std::io::stdout()),
            Some(path) => {
                let file = std::fs::OpenOptions::new().create(true).append(true).open(&path);
                builder.express_logs(file.map_err(|error| format!("error: {}: {error}", path.display()))?)
            }
        };
        // A signal during the start is not lost.
        let mut ended = std::pin::pin!(end());
        let address = SocketAddr::new(self.address, self.port);
        let server = builder.bind(address).await.map_err(|error| format!("error: {address}: {error}"))?;
        if is_open {
            terminal::tell(&format!(
                "warning: everyone who can reach {address} over the network can use the server\n  = help: require a token: \
                 `--token TOKEN`"
            ));
        }
        #[cfg(feature = "aws")]
        server.read_inputs(|tags, definition| {
            workflow_runtime::client::Contract::of_tags(tags.iter().copied(), definition)?.input
        });
        let objects = self.objects.clone().unwrap_or_else(|| FolderStore::DEFAULT.into());
        server.convert_executions(move |saved, to| conversion::converted(saved, to, &objects));
        for arn in server.diverged() {
            terminal::tell(&format!(
                "warning: {arn} was aborted: replaying its records gives a different history\n  = help: its records were \
                 written by another version, which can still run it"
            ));
        }
        for quarantined in server.quarantined() {
            terminal::tell(&format!(
                "warning: {quarantined}\n  = help: its records are left as they are, and everything else works"
            ));
        }
        let told = files.put(&server);
        for line in told.lines {
            writeln!(output, "{line}")?;
        }
        if !told.errors.is_empty() {
            return Ok(ExitCode::from(1));
        }
        // Written at once, because a reader that waits for the first line may close the output then.
        let ready = format!("listening on {}\nconsole at {}\n", server.endpoint_url(), server.console_url());
        output.write_all(ready.as_bytes())?;
        output.flush()?;
        let mut store = StoreState::Writes;
        let watches = !self.no_watch && !self.files.is_empty();
        loop {
            tokio::select! {
                () = ended.as_mut() => break,
                state = server.store_changed(&store) => {
                    match &state {
                        StoreState::Ended(why) => return Err(format!("error: the data cannot be written any more: {why}").into()),
                        StoreState::Fails(why) => terminal::tell(&format!(
                            "warning: the data cannot be written: {why}\n  = help: clients are refused until it can"
                        )),
                        _ => report::note("the data is written again"),
                    }
                    store = state;
                }
                () = tokio::time::sleep(LOOK), if watches => {
                    if files.changed() {
                        let told = files.put(&server);
                        for line in told.lines {
                            writeln!(output, "{line}")?;
                        }
                        server.declare_problem((!told.errors.is_empty()).then(|| told.errors.join("\n")));
                        output.flush()?;
                    }
                }
            }
        }
        server.shutdown().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Waits until the process must end: Ctrl-C, or SIGTERM. Signals count from this call on.
fn end() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let signals = {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::interrupt()).and_then(|interrupt| Ok((interrupt, signal(SignalKind::terminate())?)))
    };
    async move {
        #[cfg(unix)]
        if let Ok((mut interrupt, mut terminate)) = signals {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        // Without signals, only the process's own end remains.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
