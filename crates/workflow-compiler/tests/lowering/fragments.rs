//! Tests parameters and constants, and the source map.

use serde_json::{Value, json};
use workflow_asl::Pointer;
use workflow_cases::every;

use super::lowered;
use workflow_compiler::fragment::Fragment;

/// Returns the text with its slots in guillemets: name and escape.
fn text(body: &str) -> String {
    let (lowered, problems) = lowered(&format!("params {{ p: String, n: u32 }} {body}"));
    assert_eq!(problems, Vec::<String>::new());
    let fragments = lowered.fragments.iter().map(|fragment| match fragment {
        Fragment::Text(text) => text.clone(),
        Fragment::Param { name, escape, .. } => format!("«{name} {escape:?}»"),
        Fragment::Constant { path, escape } => format!("«const {path} {escape:?}»"),
    });
    fragments.collect()
}

fn in_state(query: &str, state: &str) -> String {
    let text = text(&format!("query {query}; {state}"));
    let from = text.find("\"P\":").map_or(0, |at| at + 4);
    text[from..text.len() - 2].to_owned()
}

#[test]
fn each_place_has_its_escape() {
    assert_eq!(
        in_state(
            "jsonpath",
            "pass P { a: params.p, b: \"x-\" + params.p, c: state.x + params.p, d: const LIMIT } -> end;"
        ),
        concat!(
            r#"{"Type":"Pass","Parameters":{"a":«p Json»,"b":"x-«p Text»","#,
            r#""c.$":"States.Format('{}«p Intrinsic»', $.x)","d":«const LIMIT Json»},"End":true}"#
        )
    );
    assert_eq!(
        in_state("jsonpath", "pass P { a: States.MathAdd(state.x, params.n), b: [state.x, params.p] } -> end;"),
        concat!(
            r#"{"Type":"Pass","Parameters":{"a.$":"States.MathAdd($.x, «n Text»)","#,
            r#""b.$":"States.Array($.x, '«p Intrinsic»')"},"End":true}"#
        )
    );
    assert_eq!(
        in_state("jsonpath", "pass P { a: params.n + const LIMIT, b: States.MathAdd(state.x, const LIMIT) } -> end;"),
        concat!(
            r#"{"Type":"Pass","Parameters":{"a.$":"States.MathAdd(«n Text», «const LIMIT Text»)","#,
            r#""b.$":"States.MathAdd($.x, «const LIMIT Text»)"},"End":true}"#
        )
    );
    assert_eq!(
        in_state("jsonata", "pass P { a: params.p, b: \"x-\" + params.p, d: const m::LIMIT } -> end;"),
        concat!(
            r#"{"Type":"Pass","Output":{"a":«p JsonataTemplate»,"b":"{% 'x-' & «p Jsonata» %}","#,
            r#""d":«const m :: LIMIT JsonataTemplate»},"End":true}"#
        )
    );
    assert_eq!(in_state("jsonata", "task P = params.p { a: 1 } timeout params.n -> end;"), {
        r#"{"Type":"Task","Resource":«p Json»,"Arguments":{"a":1},"TimeoutSeconds":«n JsonataTemplate»,"End":true}"#
    });
    assert_eq!(
        in_state("jsonpath", "task P = \"arn:\" + params.p + \":states:::sns:publish\" { Message: 1 } -> end;"),
        { r#"{"Type":"Task","Resource":"arn:«p Text»:states:::sns:publish","Parameters":{"Message":1},"End":true}"# }
    );
}

#[test]
fn a_placeholder_has_the_name_that_the_parameter_has_in_json() {
    let body = "#[serde(rename_all = \"PascalCase\")] params { queue_url: String } pass P = params.queue_url -> end;";
    let (lowered, problems) = lowered(body);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(lowered.definition["States"]["P"]["Output"], "${QueueUrl}");
}

#[test]
fn a_path_has_in_brackets_what_the_source_has_there() {
    let text = in_state("jsonpath", "pass P { a: state[\"x\"].y, b: input[\"x\"][0][\"y-z\"] } -> end;");
    assert!(text.contains(r#""a.$":"$['x'].y","b.$":"$$.Execution.Input['x'][0]['y-z']""#), "{text}");
}

#[test]
fn a_reader_sees_placeholders() {
    let (lowered, _) = lowered("params { bucket: String } pass P { a: params.bucket, b: const A::B } -> end;");
    let output = &lowered.definition["States"]["P"]["Output"];
    assert_eq!((&output["a"], &output["b"]), (&"${bucket}".into(), &"${const A::B}".into()));
}

#[test]
fn text_without_parameters_is_one_piece() {
    let (lowered, _) = lowered("pass P { a: \"${bucket}\" } -> end;");
    let [Fragment::Text(text)] = lowered.fragments.as_slice() else { panic!("{:?}", lowered.fragments) };
    assert_eq!(*text, lowered.definition.to_string());
}

#[test]
fn every_part_has_words() {
    let (lowered, _) = lowered("pass P { a: { b: [1] } } -> P;");
    let pointer = |text: &str| text.split('/').skip(1).fold(Pointer::root(), |at, token| at.child(token));
    every(
        [
            ("", "W"),
            ("/StartAt", "P"),
            ("/States/P", "P"),
            ("/States/P/Next", "P"),
            ("/States/P/Output/a/b/0", "1"),
            ("/States/P/Output/a/b/0/c", "1"),
            ("/States/P/Nothing", "P"),
        ],
        |(at, words)| {
            let span = lowered.source_map.span_at(&pointer(at)).unwrap();
            assert_eq!(span.first.source_text().as_deref(), Some(words), "{at}");
        },
    );
}

/// Each use of a resource has the form that its place takes.
#[test]
fn resources_have_the_form_of_their_place() {
    let in_state = |query: &str, state: &str| {
        let params =
            "params { jobs: sqs::Queue, #[serde(rename = \"Photos\")] photos: s3::Bucket, pay: lambda::Function }";
        let (lowered, problems) = lowered(&format!("query {query}; {params} {state}"));
        assert_eq!(problems, Vec::<String>::new());
        let state = lowered.definition["States"]["P"].clone();
        let uses = lowered.fragments.into_iter().filter_map(|fragment| match fragment {
            Fragment::Param { name, resource, .. } => Some(format!("{name} {:?}", resource.unwrap().1)),
            _ => None,
        });
        (state["Arguments"].clone(), state["Parameters"].clone(), uses.collect::<Vec<_>>())
    };
    let sends = "task P = sqs::sendMessage { QueueUrl: params.jobs, MessageBody: params.jobs } -> end;";
    let request = json!({"QueueUrl": "${jobs.url}", "MessageBody": "${jobs}"});
    let uses = vec!["jobs Url".to_owned(), "jobs Arn".to_owned()];
    assert_eq!(in_state("jsonata", sends), (request.clone(), Value::Null, uses.clone()));
    assert_eq!(in_state("jsonpath", sends), (Value::Null, request, uses));
    let names = "task P = aws_sdk::s3::deleteObject { Bucket: if true { params.photos } else { \"x\" }, \
        Key: \"of-\" + params.jobs.name } -> end;";
    assert_eq!(
        in_state("jsonata", names).0,
        json!({"Bucket": "{% true ? '${Photos.name}' : 'x' %}", "Key": "{% 'of-' & '${jobs.name}' %}"})
    );
    // The payload of a function is the user's own, whatever its members are called.
    let owns = "task P = lambda::invoke { FunctionName: params.pay, Payload: { Bucket: params.jobs } } -> end;";
    assert_eq!(in_state("jsonata", owns).0, json!({"FunctionName": "${pay}", "Payload": {"Bucket": "${jobs}"}}));
}
