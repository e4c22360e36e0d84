//! The workflows that the tests deploy, in the form that `workflow!` generates.

use workflow_runtime::__private::{Escape, Fragment};
use workflow_runtime::aws_sdk_sfn::config::{BehaviorVersion, Credentials, Region};
use workflow_runtime::{Arn, Json, Standard, Workflow, WorkflowState, aws_sdk_sfn};
use workflow_server::{Builder, Server};

/// Who is greeted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GreetInput {
    pub(crate) name: String,
    pub(crate) formal: bool,
}
workflow_runtime::__private::structure! { GreetInput { name: String = "name", formal: bool = "formal" } }

/// How.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GreetOutput {
    pub(crate) name: String,
    pub(crate) words: String,
}
workflow_runtime::__private::structure! { GreetOutput { name: String = "name", words: String = "words" } }

#[derive(Debug, Clone)]
pub(crate) struct GreetParams {
    pub(crate) formula: String,
}
workflow_runtime::__private::parameters! { GreetParams { formula = "formula" } }

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum GreetState {
    HowFormal,
    Formal,
    Casual,
    Done,
}

impl WorkflowState for GreetState {
    const ALL: &'static [Self] = &[Self::HowFormal, Self::Formal, Self::Casual, Self::Done];

    fn name(self) -> &'static str {
        match self {
            Self::HowFormal => "How formal?",
            Self::Formal => "Formal",
            Self::Casual => "Casual",
            Self::Done => "Done",
        }
    }
}

/// Greets somebody, with a formula that is known when it is deployed.
#[derive(Debug)]
pub(crate) struct Greet;

impl Workflow for Greet {
    const NAME: &'static str = "Greet";
    type Kind = Standard;
    const FRAGMENTS: &'static [Fragment] = &[
        Fragment::Text(
            r#"{"StartAt":"How formal?","States":{
                "How formal?":{"Type":"Choice","Choices":[{"Variable":"$.formal","BooleanEquals":true,"Next":"Formal"}],"Default":"Casual"},
                "Formal":{"Type":"Pass","Parameters":{"name.$":"$.name","words":"#,
        ),
        Fragment::Param { name: "formula", escape: Escape::Json },
        Fragment::Text(
            r#"},"Next":"Done"},
                "Casual":{"Type":"Pass","Parameters":{"name.$":"$.name","words":"Hi"},"Next":"Done"},
                "Done":{"Type":"Succeed"}}}"#,
        ),
    ];
    type Input = GreetInput;
    type Output = GreetOutput;
    type Params = GreetParams;
    type State = GreetState;
}

/// A workflow whose states nobody asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NoState {}

impl WorkflowState for NoState {
    const ALL: &'static [Self] = &[];
    fn name(self) -> &'static str {
        match self {}
    }
}

macro_rules! workflows {
    ($( $(#[$doc:meta])* $name:ident: $type:ident -> $output:ty = $text:expr; )*) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name;

        impl Workflow for $name {
            const NAME: &'static str = stringify!($name);
            type Kind = workflow_runtime::$type;
            const FRAGMENTS: &'static [Fragment] = &[Fragment::Text($text)];
            type Input = Json;
            type Output = $output;
            type Params = ();
            type State = NoState;
        }
    )* };
}

workflows! {
    /// Sleeps for an hour.
    Sleep: Standard -> Json = r#"{"StartAt":"Nap","States":{"Nap":{"Type":"Wait","Seconds":3600,"End":true}}}"#;
    /// Fails.
    Broken: Standard -> Json = r#"{"StartAt":"No","States":{"No":{"Type":"Fail","Error":"Nope","Cause":"because"}}}"#;
    /// Runs out of time.
    Slow: Standard -> Json = r#"{"TimeoutSeconds":5,"StartAt":"Nap","States":{"Nap":{"Type":"Wait","Seconds":60,"End":true}}}"#;
    /// Promises an object with a greeting, and gives what it got.
    Liar: Standard -> GreetOutput = r#"{"StartAt":"Echo","States":{"Echo":{"Type":"Pass","End":true}}}"#;
    /// Calls a function for each item.
    Calls: Standard -> Vec<i64> = r#"{"StartAt":"Each","States":{"Each":{"Type":"Map","End":true,
        "ItemProcessor":{"StartAt":"Double","States":{"Double":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
        "Parameters":{"FunctionName":"double","Payload.$":"$"},"OutputPath":"$.Payload","End":true}}}}}}"#;
    /// Answers at once.
    Quick: Express -> GreetOutput = r#"{"QueryLanguage":"JSONata","StartAt":"Say","States":{"Say":{"Type":"Pass",
        "Output":{"name":"{% $states.input.name %}","words":"{% 'Hi ' & $states.input.name %}"},"End":true}}}"#;
    /// Calls a function that there is not.
    Lost: Standard -> Json = r#"{"StartAt":"Call","States":{"Call":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
        "Parameters":{"FunctionName":"nobody"},"End":true}}}"#;
    /// Goes nowhere: AWS refuses it.
    Nowhere: Standard -> Json = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}"#;
}

pub(crate) fn role() -> Arn {
    "arn:aws:iam::123456789012:role/workflows".into()
}

/// Returns the SDK's client for a server on loopback.
pub(crate) fn sfn(endpoint_url: &str) -> aws_sdk_sfn::Client {
    aws_sdk_sfn::Client::from_conf(config(endpoint_url).build())
}

pub(crate) fn config(endpoint_url: &str) -> aws_sdk_sfn::config::Builder {
    aws_sdk_sfn::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint_url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
}

pub(crate) async fn serve(builder: Builder) -> Server {
    builder.bind("127.0.0.1:0").await.unwrap()
}
