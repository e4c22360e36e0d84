//! The table of rules: the effect of a change, the affected party, and the AWS page that documents it. `docs/plan.md`
//! explains each rule.

use std::fmt;

/// What a change means for one affected party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// No action is required.
    #[default]
    Compatible,
    /// It works if you do something first, or the definitions do not show whether it works.
    Careful,
    /// A caller, reader or worker that relies on the old definition fails with the new definition.
    Breaking,
}

impl Verdict {
    /// Returns the name of the verdict: `compatible`, `careful`, `breaking`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Careful => "careful",
            Self::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! aspects {
    ($($name:ident $word:literal $doc:literal;)*) => {
        /// The party that a change affects.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Aspect {
            $( #[doc = $doc] $name, )*
        }

        impl Aspect {
            /// Every aspect.
            pub const ALL: &'static [Self] = &[$( Self::$name, )*];

            /// Returns the name in JSON.
            pub fn name(self) -> &'static str {
                match self { $( Self::$name => $word, )* }
            }

            /// Returns a description of the covered executions or parties.
            pub fn doc(self) -> &'static str {
                match self { $( Self::$name => $doc, )* }
            }
        }
    };
}

aspects! {
    Executions "executions" "Executions: those under way, and how new ones run.";
    Redrive "redrive" "Executions that failed and are redriven.";
    Callers "callers" "Whoever starts executions, with the input.";
    Readers "readers" "Whoever reads the outcome: the output, the error, the result files.";
    Tasks "tasks" "The functions and services that tasks call.";
    Tokens "tokens" "Task tokens: those outstanding, and whoever sends them back.";
    Activities "activities" "Activities and their workers.";
    Permissions "permissions" "What the role must allow.";
    Configuration "configuration" "The state machine apart from its definition: type, name, logging, tracing, encryption.";
    Tags "tags" "The state machine's tags.";
    Cost "cost" "State transitions, which AWS bills for Standard executions.";
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// AWS's rule and its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AwsRule {
    /// AWS's rule in a sentence.
    pub text: &'static str,
    /// The page that states it.
    pub source: &'static str,
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Its name, and the heading of its section in `docs/plan.md`.
    pub id: &'static str,
    /// The affected party.
    pub aspect: Aspect,
    /// The verdict.
    pub verdict: Verdict,
    /// What has changed, in a phrase.
    pub change: &'static str,
    /// What to do, or why nothing needs to be done.
    pub advice: &'static str,
    /// AWS's rule.
    pub law: AwsRule,
}

macro_rules! laws {
    ($($name:ident $source:literal $text:literal;)*) => {
        $( const $name: AwsRule = AwsRule { text: $text, source: concat!("https://docs.aws.amazon.com/step-functions/latest/", $source) }; )*
    };
}

laws! {
    UPDATE "apireference/API_UpdateStateMachine.html" "Executions under way keep the definition and the role that they started with; for a few seconds after an update new ones may still start on the older definition.";
    REDRIVE "dg/redrive-executions.html" "A redriven execution runs the definition that it started with, within 14 days of its end.";
    INPUT "dg/concepts-input-output-filtering.html" "In JSONPath, a path that leads to nothing fails the execution with States.Runtime, which no catcher catches. In JSONata, an expression without a value fails the state with States.QueryEvaluationError.";
    OUTPUT "dg/concepts-input-output-filtering.html" "The output of the last state is the output of the execution.";
    TASK "dg/state-task.html" "A task fails with States.Timeout when it runs longer than TimeoutSeconds or sends no heartbeat for HeartbeatSeconds.";
    RESOURCES "dg/connect-to-resource.html" "The resource's pattern decides when a task is done: when the service answers, when the job ends (.sync), or when the task token comes back (.waitForTaskToken).";
    TOKENS "dg/connect-to-resource.html" "A task with .waitForTaskToken waits until SendTaskSuccess or SendTaskFailure is called with its token, at most until its timeout or its heartbeat is missed.";
    ACTIVITIES "dg/concepts-activities.html" "A task of an activity waits until a worker polls that activity's ARN with GetActivityTask.";
    ERRORS "dg/concepts-error-handling.html" "An error that no retrier and no catcher of the state matches fails the execution.";
    FAIL "dg/state-fail.html" "A Fail state ends the execution as failed, with its Error and Cause.";
    CHOICE "dg/state-choice.html" "An execution fails when no rule of a choice matches and it has no Default.";
    WAIT "dg/state-wait.html" "A Wait state delays the execution; a Standard execution may last a year, an Express one five minutes.";
    PARALLEL "dg/state-parallel.html" "A Parallel state gives an array with the output of each branch, in the order of the branches.";
    MAP "dg/state-map.html" "MaxConcurrency 0 runs as many iterations at a time as possible.";
    INLINE "dg/state-map-inline.html" "An inline map runs at most 40 iterations at a time, within the history of its execution.";
    DISTRIBUTED "dg/state-map-distributed.html" "A distributed map runs each iteration as a child execution with a history of its own, in a map run whose ARN has the map's label.";
    TOLERANCE "dg/state-map-distributed.html" "A map run fails when more items fail than its tolerated failure threshold.";
    READER "dg/input-output-itemreader.html" "An ItemReader reads the items of a distributed map from S3.";
    BATCHER "dg/input-output-itembatcher.html" "An ItemBatcher gives each child execution an object with Items in place of one item.";
    WRITER "dg/input-output-resultwriter.html" "With a ResultWriter, the result of the map is the location of a manifest in S3, and the results are in files.";
    TYPE "dg/choosing-workflow-type.html" "The type of a state machine cannot be changed. Express executions last at most five minutes, run steps at least once, and have no history, redrive, .sync, task tokens or activities.";
    NAME "apireference/API_CreateStateMachine.html" "A state machine's name is part of its ARN and cannot be changed.";
    ROLE "dg/procedure-create-iam-role.html" "A task can call only what the execution role allows at the time of the call; executions under way and redriven ones are bound by it too.";
    CREDENTIALS "dg/concepts-access-cross-acct-resources.html" "A task with Credentials calls with the role named there, which must trust the execution role.";
    LOGS "dg/cw-logs.html" "Executions log to CloudWatch Logs at the configured level, with inputs and outputs if includeExecutionData is true.";
    TRACING "dg/concepts-xray-tracing.html" "With tracing, executions send segments to X-Ray.";
    ENCRYPTION "dg/encryption-at-rest.html" "With a customer managed key, the execution role and whoever reads executions need kms:Decrypt on it.";
    TAGGING "dg/concepts-tagging.html" "Tags organise costs, and policies can allow or deny access based on them.";
    QUOTAS "dg/service-quotas.html" "A Standard execution fails at 25,000 history events.";
    LANGUAGE "dg/transforming-data.html" "JSONPath and JSONata transform data in different fields of the same states.";
    RUNTIME "dg/concepts-error-handling.html" "An execution fails when a state cannot evaluate a path or an expression, or gets a value that it does not take.";
    VARIABLES "dg/workflow-variables.html" "A variable that a state assigns can be read in the states after it.";
    STRUCTURE "dg/statemachine-structure.html" "A definition names its first state, and each state the one after it.";
}
const PRICING: AwsRule = AwsRule {
    text: "AWS bills each state transition of a Standard execution, a retry as one more; Express executions by number, duration and memory.",
    source: "https://aws.amazon.com/step-functions/pricing/",
};

macro_rules! rules {
    ($($name:ident $id:literal $aspect:ident $verdict:ident $law:ident $change:literal $advice:literal;)*) => {
        $(
            pub(crate) const $name: Rule = Rule {
                id: $id,
                aspect: Aspect::$aspect,
                verdict: Verdict::$verdict,
                change: $change,
                advice: $advice,
                law: $law,
            };
        )*

        /// All rules, sorted by aspect.
        pub const RULES: &[Rule] = &[$( $name, )*];
    };
}

rules! {
    // Executions.
    DEFINITION_CHANGED "definition-changed" Executions Compatible UPDATE "the definition differs" "Executions under way end on the older definition; both run side by side until then.";
    STATE_ADDED "state-added" Executions Compatible UPDATE "a state was added" "Only executions that start on the newer definition enter it.";
    STATE_REMOVED "state-removed" Executions Compatible UPDATE "a state was removed" "Executions under way still have it.";
    STATE_RENAMED "state-renamed" Executions Compatible UPDATE "a state was renamed" "Histories, logs and mocks name states: queries over them must know both names.";
    STATE_MOVED "state-moved" Executions Compatible UPDATE "a state is in another branch or map" "Executions under way still have it where it was.";
    KIND_CHANGED "kind-changed" Executions Compatible UPDATE "a state has another kind" "Executions under way still run it as it was.";
    TRANSITION_CHANGED "transition-changed" Executions Compatible STRUCTURE "a state leads to another state" "Executions under way keep the older order.";
    START_CHANGED "start-changed" Executions Compatible STRUCTURE "another state is the first" "Executions under way keep the older order.";
    COMMENT_CHANGED "comment-changed" Executions Compatible UPDATE "a comment differs" "No execution reads comments.";
    DATA_CHANGED "data-changed" Executions Compatible OUTPUT "a state transforms its data differently" "Effects outside the state machine are reported separately, under callers, readers and tasks.";
    LANGUAGE_CHANGED "language-changed" Executions Compatible LANGUAGE "a state has another query language" "Effects outside the state machine are reported separately, under callers, readers and tasks.";
    VARIABLE_CHANGED "variable-changed" Executions Compatible VARIABLES "a state assigns other variables" "Only states of the same execution read them.";
    TIMEOUT_LOWERED "timeout-lowered" Executions Careful TASK "a task has less time to run" "Check how long the task takes: above the new limit it now fails with States.Timeout.";
    TIMEOUT_RAISED "timeout-raised" Executions Compatible TASK "a task has more time to run" "A lost response is noticed later.";
    TIMEOUT_COMPUTED "timeout-computed" Executions Careful TASK "a timeout or heartbeat is computed differently" "Check the values: the definitions do not show them.";
    MACHINE_TIMEOUT_LOWERED "machine-timeout-lowered" Executions Careful UPDATE "an execution has less time to run" "Check how long executions take: above the new limit they now end as TIMED_OUT.";
    MACHINE_TIMEOUT_RAISED "machine-timeout-raised" Executions Compatible UPDATE "an execution has more time to run" "Executions under way keep the older limit.";
    RETRY_ADDED "retry-added" Executions Compatible ERRORS "a task is retried more often, or after more errors" "The task must be safe to call again after a failure.";
    RETRY_REMOVED "retry-removed" Executions Careful ERRORS "a task is retried less often, or after fewer errors" "Errors that a retry resolved now reach the catchers, or fail the execution.";
    RETRY_PACED "retry-paced" Executions Compatible ERRORS "the delays between attempts differ" "A longer delay makes executions last longer.";

    CATCH_ADDED "catch-added" Executions Compatible ERRORS "more errors are caught" "Executions that failed with them now continue.";
    CATCH_REMOVED "catch-removed" Executions Careful ERRORS "fewer errors are caught" "These errors now fail the execution.";
    CATCH_CHANGED "catch-changed" Executions Compatible ERRORS "a catcher leads to another state, or passes on other data" "Executions under way keep the older handler.";
    DEFAULT_REMOVED "default-removed" Executions Careful CHOICE "a choice no longer has a default" "Check that the rules cover every value: a value that matches none fails the execution.";
    CHOICE_NARROWED "choice-narrowed" Executions Careful CHOICE "a choice without a default has fewer or other rules" "Check that the rules cover every value: a value that matches none fails the execution.";
    CHOICE_REWRITTEN "choice-rewritten" Executions Compatible CHOICE "the rules of a choice are written differently" "No input was found that goes another way.";
    CHOICE_CHANGED "choice-changed" Executions Compatible CHOICE "a choice decides differently" "Executions under way keep the older rules.";
    BRANCHES_SWAPPED "branches-swapped" Executions Careful PARALLEL "the branches of a parallel have changed places" "Check what reads their results by position: the output is a list in the order of the branches.";
    CHOICE_ELSEWHERE "choice-leads-elsewhere" Executions Careful CHOICE "a choice sends inputs another way, and other tasks run" "Check that these tasks may run, or need not, for such inputs.";
    CHOICE_FAILS "choice-fails" Executions Careful RUNTIME "inputs that could succeed now fail at a choice or after it" "Check that no such input comes, or that it is meant to fail.";
    NEW_ERROR "new-error" Executions Breaking RUNTIME "the rules find an error that the older definition does not have" "Correct it first: AWS rejects the definition, or executions that come here fail.";
    NEW_WARNING "new-warning" Executions Careful RUNTIME "the rules find a probable mistake that the older definition does not have" "Check whether it is intended.";
    WAIT_CHANGED "wait-changed" Executions Compatible WAIT "a wait differs" "Executions that wait now keep the older time.";
    BRANCHES_CHANGED "branches-changed" Executions Compatible PARALLEL "a parallel has other branches" "Executions under way keep the older branches.";
    CONCURRENCY_RAISED "concurrency-raised" Executions Careful MAP "more iterations run concurrently" "Check that the services they call can take the load.";
    CONCURRENCY_LOWERED "concurrency-lowered" Executions Compatible MAP "fewer iterations run concurrently" "The map takes longer.";
    CONCURRENCY_COMPUTED "concurrency-computed" Executions Careful MAP "the number of concurrent iterations is computed differently" "Check the values: the definitions do not show them.";
    TOLERANCE_LOWERED "tolerance-lowered" Executions Careful TOLERANCE "fewer items may fail" "Map runs that succeeded with failed items now fail.";
    TOLERANCE_RAISED "tolerance-raised" Readers Careful TOLERANCE "more items may fail" "Readers of the results must expect more of them to be missing.";
    MODE_DISTRIBUTED "mode-distributed" Executions Careful DISTRIBUTED "a map runs its iterations as child executions" "Grant states:StartExecution on the state machine, and check the load: up to 10,000 run concurrently.";
    MODE_INLINE "mode-inline" Executions Careful INLINE "the iterations of a map run within the execution" "Check the number of items: all their events count towards one history, and at most 40 run concurrently.";
    CHILD_TYPE_CHANGED "child-type-changed" Executions Careful TYPE "the child executions of a map have another type" "Express children last at most five minutes and may run a step twice; Standard ones are billed by transitions.";
    LABEL_CHANGED "label-changed" Executions Careful DISTRIBUTED "a distributed map has another label" "ARNs of map runs and child executions change: check policies, alarms and queries that name them.";
    READER_CHANGED "reader-changed" Executions Careful READER "a map reads other items" "Check that the object exists in this format, and that the role may read it.";
    ITEMS_CHANGED "items-changed" Executions Compatible MAP "a map has another source of items, or passes on other items" "Only the states inside the map see them.";
    BATCHES_CHANGED "batches-changed" Executions Careful BATCHER "items come in batches, or no longer do" "Check that the states inside the map, and the services that they call, expect this.";
    BATCH_SIZE_CHANGED "batch-size-changed" Executions Compatible BATCHER "batches have another size" "The number of child executions changes with it.";

    // Redrive.
    REDRIVE_KEEPS "redrive-keeps-definition" Redrive Compatible REDRIVE "the definition differs" "A redrive runs the older definition, without the fixes of this change. To run the new definition, start a new execution.";
    REDRIVE_NEEDS "redrive-needs-permission" Redrive Careful REDRIVE "the role may lose permissions that a redrive needs" "Keep them until the last execution of the older definition can no longer be redriven.";

    // Callers.
    INPUT_NEEDED "input-needed" Callers Breaking INPUT "an execution requires a part of the input that it did not require before" "Have every caller send it first, or provide a default.";
    INPUT_MAYBE_NEEDED "input-maybe-needed" Callers Careful INPUT "an execution may require a part of the input that it did not require before" "Check that callers send it, or that the state works without it.";
    INPUT_OPTIONAL "input-optional" Callers Compatible INPUT "an execution reads a part of the input that it did not read before, and checks first whether it exists" "Callers may send it, but need not.";
    INPUT_UNREAD "input-unread" Callers Compatible INPUT "a part of the input is no longer read" "Callers may keep sending it.";
    INPUT_NARROWED "input-narrowed" Callers Breaking INPUT "the declared input accepts less than before" "Have every caller send the newer form first.";
    INPUT_WIDENED "input-widened" Callers Compatible INPUT "the declared input accepts more than before" "Callers need not change.";

    // Readers.
    OUTPUT_REMOVED "output-removed" Readers Breaking OUTPUT "the output lacks a part that it had" "Make every reader work without it first, or keep it.";
    OUTPUT_TYPE_CHANGED "output-type-changed" Readers Breaking OUTPUT "a part of the output has another type" "Give the new form another name, and keep the old form until nothing reads it.";
    OUTPUT_ORDER_CHANGED "output-order-changed" Readers Breaking PARALLEL "items of the output have changed places" "A reader that takes an item by its position gets another one: change the reader first, or keep the order.";
    OUTPUT_ADDED "output-added" Readers Compatible OUTPUT "the output has a new part" "Readers that ignore unknown parts need not change.";
    OUTPUT_VALUE_CHANGED "output-value-changed" Readers Compatible OUTPUT "a part of the output has another value of the same type" "Check readers that compare with the older value.";
    OUTPUT_SOURCE_CHANGED "output-source-changed" Readers Careful OUTPUT "a part of the output comes from another source" "Check that it still has the form that readers expect: the definitions do not show it.";
    OUTPUT_MAY_DIFFER "output-may-differ" Readers Careful OUTPUT "executions can end with an output of another form" "Readers must handle both forms.";
    OUTPUT_WIDENED "output-widened" Readers Breaking OUTPUT "the declared output allows values that it did not allow before" "Make every reader accept the newer form first.";
    OUTPUT_NARROWED "output-narrowed" Readers Compatible OUTPUT "the declared output allows fewer values than before" "Readers need not change.";
    SUCCESS_REMOVED "success-removed" Readers Breaking FAIL "executions can no longer succeed" "Callers and readers wait for an output that never comes.";
    FAILURE_ADDED "failure-added" Readers Careful FAIL "executions can fail in a new way" "Tell whoever handles failures; alarms and catchers of parent workflows see it.";
    FAILURE_REMOVED "failure-removed" Readers Compatible FAIL "executions no longer fail in one way" "Handlers of that error are no longer used.";
    ERROR_CHANGED "error-changed" Readers Careful FAIL "executions fail with another error name" "Check alarms, event rules and callers that match the older name.";
    CAUSE_CHANGED "cause-changed" Readers Compatible FAIL "executions fail with another cause" "The cause is text for people.";
    RESULTS_FORMAT "results-format-changed" Readers Breaking WRITER "the result files of a map have another format" "Readers of the files must accept the newer format first.";
    RESULTS_PLACE "results-moved" Readers Careful WRITER "the results of a map are written elsewhere" "Check readers, permissions and life-cycle rules of the older place.";

    // Tasks.
    RESOURCE_CHANGED "resource-changed" Tasks Careful RESOURCES "a task calls something else" "Deploy the new target first, and keep the old target until executions under way have ended.";
    TARGET_CHANGED "target-changed" Tasks Careful RESOURCES "a task names another resource in its request" "Make sure that the resource exists, and keep the old resource until executions under way have ended.";
    PATTERN_CHANGED "pattern-changed" Tasks Careful RESOURCES "a task completes at another time" "Later states run earlier or later than before, and the result has another form.";
    REQUEST_ADDED "request-added" Tasks Compatible RESOURCES "a task sends more" "The receiver ignores it until it supports it.";
    REQUEST_REMOVED "request-removed" Tasks Careful RESOURCES "a task sends less, or in another form" "The receiver must work without it first; executions under way still send it.";
    REQUEST_TYPE_CHANGED "request-type-changed" Tasks Breaking RESOURCES "a task sends a part of another type, or items in another order" "The receiver must accept both forms first; executions under way still send the older one.";
    REQUEST_MAY_DIFFER "request-may-differ" Tasks Careful RESOURCES "a task can send a part in another form" "Check that the receiver accepts both forms.";
    REQUEST_CHANGED "request-changed" Tasks Compatible RESOURCES "a task sends other values" "The receiver gets both values while executions are under way.";
    REQUEST_SOURCE "request-source-changed" Tasks Careful RESOURCES "a task sends values from another source" "Check that they still have the form that the receiver expects: the definitions do not show it.";

    // Tokens.
    TOKEN_ADDED "token-added" Tokens Careful TOKENS "a task waits for its token to come back" "First deploy the worker that returns the token: otherwise executions wait until the task's timeout.";
    TOKEN_REQUIRED "token-required" Tokens Breaking TOKENS "a task that did not wait for a token now does" "First deploy a receiver that sends the token back: until then, executions wait.";
    TOKEN_DROPPED "token-dropped" Tokens Careful TOKENS "a task no longer waits for its token" "Outstanding tokens stay valid: keep answering them until executions under way have ended.";
    TOKEN_REMOVED "token-removed" Tokens Careful TOKENS "a task with a token was removed" "Outstanding tokens stay valid: keep the workers that return them until executions under way have ended.";
    TOKEN_TARGET "token-target-changed" Tokens Careful TOKENS "a token is sent elsewhere" "Deploy the new receiver first; keep the old receiver until executions under way have ended.";
    TOKEN_REQUEST_REMOVED "token-request-removed" Tokens Breaking TOKENS "the receiver of a token gets less, or gets it in another form" "The receiver must accept both forms first; messages of executions under way have the old form.";
    TOKEN_HEARTBEAT_LOWERED "token-heartbeat-lowered" Tokens Careful TASK "a token needs heartbeats more often" "First make the senders send heartbeats at the newer interval: a missed heartbeat fails the task.";
    TOKEN_HEARTBEAT_RAISED "token-heartbeat-raised" Tokens Compatible TASK "a token needs heartbeats less often" "A lost sender is noticed later.";
    TOKEN_TIMEOUT_LOWERED "token-timeout-lowered" Tokens Careful TASK "a token must be returned sooner" "Check how long answers take: a later one arrives after the task has timed out.";

    // Activities.
    ACTIVITY_ADDED "activity-added" Activities Careful ACTIVITIES "a task waits for a worker of an activity" "Create the activity and start workers first: otherwise executions wait until the task's timeout.";
    ACTIVITY_REMOVED "activity-removed" Activities Careful ACTIVITIES "an activity is no longer used" "Keep the activity and its workers until executions under way have ended.";
    ACTIVITY_CHANGED "activity-changed" Activities Careful ACTIVITIES "a task waits for a worker of another activity" "Start workers of the new activity first; keep workers of the old activity until executions under way have ended.";
    ACTIVITY_INPUT_REMOVED "activity-input-removed" Activities Breaking ACTIVITIES "workers get less, or get it in another form" "Workers must accept both forms first; tasks of executions under way have the old form.";
    ACTIVITY_HEARTBEAT_LOWERED "activity-heartbeat-lowered" Activities Careful TASK "a worker must send heartbeats more often" "First make the workers send heartbeats at the newer interval: a missed heartbeat fails the task.";
    ACTIVITY_HEARTBEAT_RAISED "activity-heartbeat-raised" Activities Compatible TASK "a worker may send heartbeats less often" "A lost worker is noticed later.";
    ACTIVITY_TIMEOUT_LOWERED "activity-timeout-lowered" Activities Careful TASK "a worker must finish sooner" "Check how long workers take: a later answer arrives after the task has timed out.";

    // Permissions.
    PERMISSION_ADDED "permission-added" Permissions Careful ROLE "the role must allow more" "Extend the role before the state machine is updated.";
    PERMISSION_REMOVED "permission-removed" Permissions Careful ROLE "the role may allow less" "Take the permission away only when no execution of the older definition is under way.";
    ROLE_CHANGED "role-changed" Permissions Careful UPDATE "the state machine has another role" "Keep the older role until executions under way have ended and can no longer be redriven.";
    CREDENTIALS_CHANGED "credentials-changed" Permissions Careful CREDENTIALS "a task calls with another role" "Let that role trust the execution role first, and allow sts:AssumeRole on it.";

    // Configuration.
    TYPE_CHANGED "type-changed" Configuration Breaking TYPE "the state machine has another type" "AWS cannot change it: a new state machine with a name of its own is needed, and callers must move to it.";
    NAME_CHANGED "name-changed" Configuration Breaking NAME "the state machine has another name" "AWS cannot change it: this makes a new state machine with another ARN, and callers must move to it.";
    LOGGING_CHANGED "logging-changed" Configuration Compatible LOGS "logging differs" "Only events that are logged from now on differ.";
    LOGGING_LOWERED "logging-lowered" Configuration Careful LOGS "an Express state machine logs less" "Express executions have no other history than their logs.";
    LOGGING_DATA "logging-data" Configuration Careful LOGS "inputs and outputs are logged" "Check that the log group may hold this data.";
    TRACING_CHANGED "tracing-changed" Configuration Compatible TRACING "tracing differs" "Only traces from now on differ.";
    ENCRYPTION_CHANGED "encryption-changed" Configuration Careful ENCRYPTION "executions are encrypted with another key" "Grant kms:Decrypt on the newer key, and keep the older key while its executions are read.";
    TAGS_CHANGED "tags-changed" Tags Compatible TAGGING "tags differ" "Check the policies and cost reports that use them.";

    // Cost.
    COST_CHANGED "cost-changed" Cost Compatible PRICING "executions take another number of transitions" "The bill changes in proportion.";
    HISTORY_FULL "history-full" Cost Careful QUOTAS "the history of an execution can exceed its limit" "Move the work to child executions, or to fewer states.";
}

impl Rule {
    /// Returns the rule of this name.
    pub fn from_id(id: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.id == id)
    }

    /// Returns the link to its section in the documentation of this repository.
    pub fn page(&self) -> String {
        format!("docs/plan.md#{}", self.id)
    }
}
