//! Tests which errors reach which handlers.

use super::*;
use workflow_cases::every;

/// Returns what is found of handlers, each as its code, its place and its text with the help.
fn of_handlers(definition: &Value, annotations: &Annotations) -> Vec<(Code, String, String)> {
    let (machine, _) = StateMachine::read(definition);
    let found =
        check_read(&machine, definition.to_string().len(), MachineType::Standard, annotations).found.into_iter();
    let found =
        found.filter(|found| matches!(found.code, Code::NeverMatches | Code::UnraisedError | Code::UncaughtError));
    found
        .map(|found| {
            let help = found.help().map(|help| format!("; {help}")).unwrap_or_default();
            (found.code, found.pointer.as_str().to_owned(), format!("{}{help}", found.message()))
        })
        .collect()
}

/// Returns the texts of what is found.
fn texts(definition: &Value, annotations: &Annotations) -> Vec<String> {
    of_handlers(definition, annotations).into_iter().map(|(_, _, text)| text).collect()
}

fn plain(definition: &Value) -> Vec<String> {
    texts(definition, &Annotations::default())
}

fn catching(names: &[&str]) -> Value {
    json!([{"ErrorEquals": names, "Next": "T"}])
}

/// Returns a parallel of one branch with these states, the first of them `A`, and these names caught.
fn parallel(states: Value, names: &[&str]) -> Value {
    one(json!({"Type": "Parallel", "Next": "T", "Catch": catching(names),
        "Branches": [{"StartAt": "A", "States": states}]}))
}

fn fail(error: &str) -> Value {
    json!({"Type": "Fail", "Error": error})
}

fn function(fields: Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true});
    state.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    state
}

/// Returns the errors that the task at `S`, or in a branch of it, is said to raise.
fn said(at: &str, errors: &[&str]) -> Annotations {
    let mut at = at.split('/').fold(Pointer::root(), |at, token| at.child(token));
    if at.as_str().is_empty() {
        at = Pointer::root();
    }
    let errors = errors.iter().map(|error| (*error).to_owned()).collect();
    Annotations { errors: BTreeMap::from([(at, errors)]), ..Annotations::default() }
}

#[test]
fn reserved_errors_come_from_some_states_only() {
    let of = |name: &str| plain(&task(json!({"Catch": catching(&[name])})));
    every(["States.Timeout", "States.Permissions", "States.DataLimitExceeded"], |name| {
        assert_eq!(of(name), [""; 0], "{name}");
    });
    every(
        [
            ("States.ItemReaderFailed", "a distributed map"),
            ("States.ExceedToleratedFailureThreshold", "a distributed map"),
            ("States.ResultWriterFailed", "a distributed map that writes its results"),
            ("States.BranchFailed", "a Parallel state"),
            ("States.Http.StatusCode.404", "a task that calls `http:invoke`"),
            ("States.QueryEvaluationError", "a state in JSONata"),
        ],
        |(name, source)| {
            assert_eq!(of(name), [format!("`{name}` only comes from {source}, so this never matches here")]);
        },
    );
    let beats = |fields: Value| {
        let mut definition = task(json!({"Catch": catching(&["States.HeartbeatTimeout"])}));
        definition["States"]["S"].as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        plain(&definition)
    };
    assert_eq!(beats(json!({"HeartbeatSeconds": 5})), [""; 0]);
    assert_eq!(beats(json!({"HeartbeatSecondsPath": "$.beat"})), [""; 0]);
    assert_eq!(
        beats(json!({})),
        ["`States.HeartbeatTimeout` only comes from a task with a heartbeat, so this never matches here; \
          give the task a heartbeat, or remove the name"]
    );
    let data = |name: &str| plain(&jsonata(task(json!({"Catch": catching(&[name])}))));
    assert_eq!(data("States.QueryEvaluationError"), [""; 0]);
    let never = "Step Functions never raises `States.IntrinsicFailure`; it raises `States.Runtime` instead, which no catcher \
                 can catch";
    assert_eq!([of("States.IntrinsicFailure"), data("States.IntrinsicFailure")], [[never], [never]]);
    let http = json!({"Resource": "arn:aws:states:::http:invoke", "Catch": catching(&["States.Http.StatusCode.404"]),
        "Parameters": {"ApiEndpoint": "https://x.com", "Method": "GET", "InvocationConfig": {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/a"}}});
    assert_eq!(plain(&task(http)), [""; 0]);
    // What is only known at deployment may call anything.
    let unknown = json!({"Resource": "${Task}", "Catch": catching(&["States.Http.Socket", "Own"])});
    assert_eq!(plain(&task(unknown)), [""; 0]);
}

#[test]
fn a_parallel_raises_what_leaves_the_states_inside() {
    let fails = || json!({"A": fail("OutOfStock")});
    assert_eq!(plain(&parallel(fails(), &["OutOfStock"])), [""; 0]);
    assert_eq!(
        plain(&parallel(fails(), &["OutOfStok"])),
        ["no state inside `S` can fail with `OutOfStok`; did you mean `OutOfStock`?"]
    );
    // What a state inside catches does not leave.
    let caught = json!({"A": function(json!({"Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Parameters": {"Bucket": "b", "Key": "k"},
        "Catch": [{"ErrorEquals": ["S3.NoSuchKeyException"], "Next": "B"}]})), "B": {"Type": "Succeed"}});
    assert_eq!(plain(&parallel(caught.clone(), &["S3.S3Exception", "States.Timeout"])), [""; 0]);
    assert_eq!(
        of_handlers(&parallel(caught, &["S3.NoSuchKeyException"]), &Annotations::default())[0],
        (
            Code::NeverMatches,
            "/States/S/Catch/0/ErrorEquals/0".to_owned(),
            "no state inside `S` can fail with `S3.NoSuchKeyException`; errors `S3.…` come from tasks that call this service".to_owned()
        )
    );
    // Nobody knows what a function raises, or a name that is computed.
    assert_eq!(plain(&parallel(json!({"A": function(json!({}))}), &["OutOfStok"])), [""; 0]);
    assert_eq!(plain(&parallel(json!({"A": {"Type": "Fail", "ErrorPath": "$.e"}}), &["OutOfStok"])), [""; 0]);
    let all = json!([{"ErrorEquals": ["States.ALL"], "Next": "B"}]);
    let handled = json!({"A": function(json!({"Catch": all})), "B": {"Type": "Succeed"}});
    assert_eq!(plain(&parallel(handled, &["Own"])), ["no state inside `S` can fail with `Own`"]);
}

#[test]
fn a_distributed_map_counts_failed_iterations() {
    let mut inline = map(json!({"Next": "T", "Catch": catching(&["Bad"])}));
    inline["States"]["S"].as_object_mut().unwrap().remove("End");
    inline["States"]["S"]["ItemProcessor"]["States"]["I"] = fail("Bad");
    assert_eq!(plain(&inline), [""; 0]);
    let mut children = inline;
    children["States"]["S"]["ItemProcessor"]["ProcessorConfig"] =
        json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    assert_eq!(
        plain(&children),
        ["no error of an iteration leaves a distributed map, so `Bad` never matches; \
          too many failed iterations end it with `States.ExceedToleratedFailureThreshold`"]
    );
    children["States"]["S"]["Catch"] =
        catching(&["States.ExceedToleratedFailureThreshold", "States.ItemReaderFailed", "States.Permissions"]);
    assert_eq!(plain(&children), [""; 0]);
}

#[test]
fn what_a_function_is_said_to_raise_is_all_of_it() {
    let of =
        |names: &[&str], errors: &[&str]| texts(&task(json!({"Catch": catching(names)})), &said("States/S", errors));
    assert_eq!(of(&["OutOfStock"], &["OutOfStock"]), [""; 0]);
    let platform = ["OutOfStock", "Lambda.TooManyRequestsException", "Sandbox.Timedout", "States.Timeout"];
    assert_eq!(of(&platform, &["OutOfStock"]), [""; 0]);
    assert_eq!(
        of(&["OutOfStock", "OutOfStok"], &["OutOfStock"]),
        ["`OutOfStok` is not among the declared errors of `S`; did you mean `OutOfStock`?"]
    );
    assert_eq!(
        of(&["Lambda.TooManyRequestException", "OutOfStock"], &["OutOfStock"]),
        ["`Lambda.TooManyRequestException` is not among the declared errors of `S`; \
          did you mean `Lambda.TooManyRequestsException`?"]
    );
    // An API's own errors stay.
    let call = task(json!({"Resource": "arn:aws:states:::sqs:sendMessage", "Parameters":
        {"QueueUrl": "u", "MessageBody": "m"}, "Catch": catching(&["SQS.SdkClientException", "Own", "Other"])}));
    assert_eq!(
        texts(&call, &said("States/S", &["Own"])),
        ["`sqs:sendMessage` does not raise `Other`; the names of its errors begin with `SQS.`"]
    );
    assert_eq!(plain(&call).len(), 2);
}

#[test]
fn an_error_that_alone_is_not_caught() {
    let of = |names: &[&str], errors: &[&str]| {
        of_handlers(&task(json!({"Catch": catching(names)})), &said("States/S", errors))
    };
    let three = ["OutOfStock", "CardDeclined", "Fraud"];
    assert_eq!(of(&three, &three), []);
    assert_eq!(of(&["States.ALL"], &three), []);
    assert_eq!(of(&["States.TaskFailed"], &three), []);
    // Who catches none of them means to.
    assert_eq!(of(&["States.Timeout"], &three), []);
    assert_eq!(
        of(&["OutOfStock", "Fraud"], &three),
        [(
            Code::UncaughtError,
            "/States/S/Catch/0/ErrorEquals".to_owned(),
            "`CardDeclined` is not caught, though the other errors of `S` are: the workflow fails with it; \
             name it in a catcher, or add a catcher of `States.ALL` at the end"
                .to_owned()
        )]
    );
    // In a branch, the parallel may take it.
    let at = "States/S/Branches/0/States/A";
    let inner = || {
        let catch = json!([{"ErrorEquals": ["OutOfStock"], "Next": "B"}]);
        json!({"A": function(json!({"Catch": catch})), "B": {"Type": "Succeed"}})
    };
    let two = said(at, &["OutOfStock", "Fraud"]);
    assert_eq!(of_handlers(&parallel(inner(), &["Fraud"]), &two), []);
    assert_eq!(of_handlers(&parallel(inner(), &["States.ALL"]), &two), []);
    assert_eq!(of_handlers(&parallel(inner(), &["States.Timeout"]), &two)[0].0, Code::UncaughtError);
}

#[test]
fn the_last_error_of_an_api_that_is_not_caught() {
    let of = |names: &[&str]| {
        let request = json!({"Bucket": "b", "Key": "k"});
        plain(&task(json!({"Resource": "arn:aws:states:::aws-sdk:s3:headObject", "Parameters": request,
            "Catch": catching(names)})))
    };
    assert_eq!(of(&["S3.NoSuchKeyException"]), [""; 0]);
    let delete = |names: &[&str]| {
        plain(&task(
            json!({"Resource": "arn:aws:states:::aws-sdk:sfn:stopExecution", "Parameters": {"ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:a:b"},
            "Catch": catching(names)}),
        ))
    };
    let all: Vec<String> = workflow_services::TaskResource::parse("arn:aws:states:::aws-sdk:sfn:stopExecution")
        .unwrap()
        .modelled_errors()
        .map(|error| error.to_string())
        .collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert!(all.len() > 2, "{all:?}");
    assert_eq!(delete(&all), [""; 0]);
    assert_eq!(delete(&all[2..]), [""; 0]);
    assert_eq!(delete(&all[1..]).len(), 1, "{all:?}");
}

#[test]
fn what_is_not_held_against_the_table_may_raise_anything() {
    let states = || {
        json!({"A": function(json!({"Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "u", "MessageBody": "m"}}))})
    };
    let definition = parallel(states(), &["SQS.NewException"]);
    let at = Pointer::root().child("States").child("S").child("Branches").index(0).child("States").child("A");
    let unchecked = Annotations { unchecked: BTreeSet::from([at]), ..Annotations::default() };
    assert_eq!(of_handlers(&definition, &unchecked), []);
    assert_eq!(of_handlers(&definition, &Annotations::default())[0].0, Code::UnraisedError);
}

#[test]
fn handlers_are_told_what_comes_to_them() {
    let told_of = |definition: &Value, annotations: &Annotations| {
        let (machine, _) = StateMachine::read(definition);
        let told = handled_errors(&machine, annotations).into_iter().map(|handler| {
            let others = if handler.others { " and others" } else { "" };
            format!("{} {}{others}", handler.pointer, handler.errors.join(" "))
        });
        told.collect::<Vec<_>>()
    };
    let handled = |names: &[&str]| json!({"ErrorEquals": names, "Next": "T"});
    let reader = task(json!({"Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Retry": [{"ErrorEquals": ["States.Timeout", "Nobody"]}],
        "Catch": [handled(&["S3.NoSuchKeyException"]), handled(&["S3.NoSuchKeyException", "S3.InvalidObjectStateException"]),
            handled(&["States.TaskFailed"]), handled(&["States.ALL"])]}));
    let of_reader = told_of(&reader, &Annotations::default());
    assert_eq!(
        of_reader[..3],
        [
            "/States/S/Retry/0 States.Timeout",
            "/States/S/Catch/0 S3.NoSuchKeyException",
            "/States/S/Catch/1 S3.InvalidObjectStateException",
        ]
    );
    assert!(of_reader[3].contains("S3.S3Exception") && of_reader[3].contains(" States.Permissions"), "{of_reader:?}");
    assert!(!of_reader[3].contains("NoSuchKey") && !of_reader[3].contains("Timeout"), "{of_reader:?}");
    assert_eq!(of_reader[4], "/States/S/Catch/3 States.DataLimitExceeded States.HeartbeatTimeout States.Timeout");

    // What a function raises is not known, unless it is said; names that are not known yet may be any.
    let called = one(function(json!({"Catch": [handled(&["OutOfStock", "${Other}"]), handled(&["States.ALL"])]})));
    let open = told_of(&called, &Annotations::default());
    assert_eq!(open[0], "/States/S/Catch/0 OutOfStock ${Other}");
    assert!(open[1].ends_with(" and others"), "{open:?}");
    let said = told_of(&called, &said("States/S", &["Declined"]));
    assert!(said[0].ends_with("/0 ${Other}") && said[1].contains("/1 Declined Lambda."), "{said:?}");
    assert!(said[1].contains(" Sandbox.* States.") && !said[1].ends_with("others"), "{said:?}");

    // From a state inside come what its own catchers let pass.
    let inner = json!({"A": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "F"}],
        "Default": "G"}, "F": fail("Lost"), "G": fail("Late")});
    let both = told_of(&parallel(inner, &["Late", "Early"]), &Annotations::default());
    assert_eq!(both, ["/States/S/Catch/0 Late"]);
}
