//! The operations on activities, one of which waits for a task.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html>

use std::time::Duration;

use serde_json::{Value, json};
use workflow_asl::limits::RESOURCE_NAME_CHARS;
use workflow_local::Answer;
use workflow_local::handlers::Tasks;

use super::configuration::Encryption;
use super::tags;
use crate::api::{ApiError, Code, Input, Paging, arn};
use crate::journal::{Key, Write};
use crate::registry::{Activity, Registry};

/// How long a worker waits for a task.
const POLL: Duration = Duration::from_secs(60);

fn checked(arn: &str) -> Result<&str, ApiError> {
    arn::check(arn, &["activity"]).map(|_| arn)
}

fn does_not_exist(arn: &str) -> ApiError {
    ApiError::new(Code::ActivityDoesNotExist, format!("Activity Does Not Exist: '{arn}'"))
}

impl Registry {
    /// Creates an activity, or returns the existing one of this name; its tags stay unchanged.
    pub(crate) fn create_activity(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let name = arn::name(&mut members);
        let tags = tags::read(&mut members);
        let encryption = Encryption::read(&mut members);
        members.check()?;
        arn::check_name(name)?;
        let encryption = Encryption::complete(encryption)?;
        tags::check(&tags)?;
        let arn = input.scope.activity(name);
        let (now, number) = (self.clock.now(), self.next_number());
        let mut activities = self.activities.0.lock();
        let created = match activities.get(&arn) {
            Some(kept) if kept.encryption != encryption => {
                return Err(ApiError::new(Code::ActivityAlreadyExists, format!("Activity Already Exists: '{arn}'")));
            }
            Some(kept) => kept.created,
            None => {
                let activity = Activity::new(name, now, number, encryption, tags);
                self.save_activity(&arn, &activity);
                activities.insert(arn.clone(), number, activity);
                now
            }
        };
        Ok(json!({"activityArn": arn, "creationDate": created.as_epoch_seconds()}))
    }

    pub(crate) fn describe_activity(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("activityArn");
        members.check()?;
        let arn = checked(arn)?;
        let activities = self.activities.0.lock();
        let activity = activities.get(arn).ok_or_else(|| does_not_exist(arn))?;
        Ok(json!({
            "activityArn": arn,
            "name": activity.name,
            "creationDate": activity.created.as_epoch_seconds(),
            "encryptionConfiguration": activity.encryption,
        }))
    }

    /// Deleting an activity that does not exist is not an error.
    pub(crate) fn delete_activity(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("activityArn");
        members.check()?;
        let arn = checked(arn)?;
        self.activities.delete(arn);
        self.journal.write(|| Write::Remove(Key::Activity(arn).bytes()));
        Ok(json!({}))
    }

    pub(crate) fn list_activities(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let paging = Paging::read(&mut members);
        members.check()?;
        let activities = self.activities.0.lock();
        let page = paging.page("activities", |after| {
            activities.of(&input.scope, after).map(|(number, arn, activity)| {
                let item = json!({
                    "activityArn": arn,
                    "name": activity.name,
                    "creationDate": activity.created.as_epoch_seconds(),
                });
                (number, item)
            })
        })?;
        Ok(page.into_answer("activities"))
    }

    /// Gives a worker the task that has waited longest, as soon as there is one, or an answer without a token after a
    /// minute. A worker that disconnects while it waits takes no task.
    pub(crate) async fn get_activity_task(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("activityArn");
        let worker = members.bounded("workerName", 1, RESOURCE_NAME_CHARS);
        members.check()?;
        let arn = checked(arn)?;
        if let Some(worker) = worker {
            arn::check_name(worker)?;
        }
        let queue = self.activities.queue(arn).ok_or_else(|| does_not_exist(arn))?;
        let Some(_polling) = queue.poll() else {
            let message = "The maximum number of workers concurrently polling for activity tasks has been reached.";
            return Err(ApiError::new(Code::ActivityWorkerLimitExceeded, message));
        };
        let deadline = tokio::time::Instant::now() + POLL;
        loop {
            let changed = queue.changed.notified();
            tokio::pin!(changed);
            // Listen before checking, so that a task that arrives in between is not missed.
            changed.as_mut().enable();
            while let Some(waiting) = queue.take() {
                let Some(run) = waiting.run.upgrade() else { continue };
                let started = run.tell(|execution| execution.start_activity(waiting.id, worker));
                if started == Answer::Taken {
                    return Ok(json!({"taskToken": &*waiting.token, "input": waiting.input.to_string()}));
                }
            }
            if !self.activities.has(arn) {
                return Err(does_not_exist(arn));
            }
            if tokio::time::timeout_at(deadline, changed).await.is_err() {
                return Ok(json!({}));
            }
        }
    }
}
