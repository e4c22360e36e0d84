//! The CloudWatch alarms that a gradual release watches.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_cloudwatch::types::{AlarmType, StateValue};

use super::failure::{CONFLICT, DENIED, REFUSED, UNKNOWN, UNREACHABLE, message};
use super::{CommandError, Connect};
use crate::Failure;

/// The most alarms that one request names and returns:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>.
const MOST: i32 = 100;

/// Alarms by name. Without names, CloudWatch is not asked.
pub(super) struct Alarms<'n>(Option<(Client, &'n [String])>);

impl<'n> Alarms<'n> {
    /// Finds the alarms.
    ///
    /// # Errors
    /// Fails if one does not exist, or is raised already: nothing would say what raised it.
    pub(super) async fn find(connect: &Connect, names: &'n [String]) -> Result<Self, CommandError> {
        if names.is_empty() {
            return Ok(Self(None));
        }
        let alarms = Self(Some((connect.cloudwatch().await?, names)));
        let states = alarms.states().await?;
        if let Some(name) = names.iter().find(|name| !states.iter().any(|(found, _)| found == *name)) {
            let what = format!("nothing was deployed: there is no alarm `{name}`");
            return Err(message(UNKNOWN, &what, "check the name, and the region: `--region`").into());
        }
        if let Some(name) = raised(states) {
            let what = format!("nothing was deployed: the alarm `{name}` is raised");
            let help = "deploy again when it is over, or without it; `cargo workflow alias … --roll-back` takes back a release \
                        that was interrupted";
            return Err(message(CONFLICT, &what, help).into());
        }
        Ok(alarms)
    }

    /// Returns the name of an alarm that is raised.
    pub(super) async fn raised(&self) -> Result<Option<String>, Failure> {
        Ok(raised(self.states().await?))
    }

    async fn states(&self) -> Result<Vec<(String, Option<StateValue>)>, Failure> {
        let Some((client, names)) = &self.0 else { return Ok(Vec::new()) };
        let request = client.describe_alarms().set_alarm_names(Some(names.to_vec())).max_records(MOST);
        let request = request.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
        let answer = request.send().await.map_err(|error| {
            let (code, help) = match error.code() {
                Some("AccessDenied" | "AccessDeniedException") => (DENIED, "allow cloudwatch:DescribeAlarms"),
                Some(_) => (REFUSED, "check the names of `--alarm`, at most 100"),
                None => (UNREACHABLE, "check the network, and AWS_ENDPOINT_URL_CLOUDWATCH"),
            };
            let why = error.message().map_or_else(|| DisplayErrorContext(&error).to_string(), str::to_owned);
            message(code, &format!("the alarms cannot be read: {why}"), help)
        })?;
        let metric = answer.metric_alarms().iter().map(|alarm| (alarm.alarm_name(), alarm.state_value()));
        let composite = answer.composite_alarms().iter().map(|alarm| (alarm.alarm_name(), alarm.state_value()));
        let named = metric.chain(composite).filter_map(|(name, state)| Some((name?.to_owned(), state.cloned())));
        Ok(named.collect())
    }
}

fn raised(states: Vec<(String, Option<StateValue>)>) -> Option<String> {
    states.into_iter().find(|(_, state)| *state == Some(StateValue::Alarm)).map(|(name, _)| name)
}
