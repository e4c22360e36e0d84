//! Diagnostics, hover, definition, references, rename, outline, folding, actions and lenses.

use serde_json::{Value, json};
use workflow_cases::every;

use super::client::{Client, edited, position, unmarked};

const PATHS: (&str, &str) = ("paths.asl.json", include_str!("files/paths.asl.json"));
const EXPRESSIONS: (&str, &str) = ("expressions.asl.json", include_str!("files/expressions.asl.json"));
const YAML: (&str, &str) = ("order.asl.yaml", include_str!("files/order.asl.yaml"));
const TEMPLATE: (&str, &str) = ("template.yaml", include_str!("files/template.yaml"));
const TEXT: (&str, &str) = ("text.yaml", include_str!("files/text.yaml"));
const TERRAFORM: (&str, &str) = ("main.tf", include_str!("files/main.tf"));

/// A definition whose expressions have filters and blocks.
const FILTERS: (&str, &str) = (
    "filters.asl.json",
    r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
    "A": {"Type": "Pass", "Output": {"lines": [{"sku": "x", "count": 2}]}, "Next": "B"},
    "B": {"Type": "Succeed", "Output": "{% $states.input.lines[count > 1].sku %}"}}}"#,
);

type File = (&'static str, &'static str);

/// Returns a document with the cursor at a part of it.
fn marked((_, text): File, part: &str) -> String {
    let plain = part.replace('⎀', "");
    assert_eq!(text.matches(&plain).count(), 1, "{plain} must occur once");
    text.replace(&plain, part)
}

#[test]
fn the_documents_have_no_findings_and_a_mistake_has_its_code_and_help() {
    let mut client = Client::new();
    let published = |client: &mut Client, name: &str, text: &str| {
        client.open(name, text);
        client.message("textDocument/publishDiagnostics")["diagnostics"].take()
    };
    every([PATHS, EXPRESSIONS, YAML, TEMPLATE, TEXT, TERRAFORM], |(name, text)| {
        assert_eq!(published(&mut client, name, text), json!([]));
    });
    let wrong = PATHS.1.replace("\"Default\": \"Failed\"", "\"Default\": \"Faild\"");
    let found = published(&mut client, PATHS.0, &wrong);
    assert_eq!(found[0]["code"], "WF0201", "{found}");
    assert_eq!(found[0]["severity"], 1);
    assert!(found[0]["message"].as_str().unwrap().contains("help: did you mean `Failed`?"), "{found}");
    let start = position(wrong.split("\"Faild\"").next().unwrap());
    assert_eq!(found[0]["range"]["start"], start);
    // In Rust, rust-analyzer shows them.
    let wrong = include_str!("files/order.rs").replace("-> Store;", "-> Stor;");
    assert_eq!(published(&mut client, "order.rs", &wrong), json!([]));
    let found =
        published(&mut client, "order.wf", &wrong[wrong.find("pub workflow").unwrap()..wrong.rfind('}').unwrap()]);
    assert_eq!(
        (&found[0]["code"], found[0]["range"]["start"]["line"].as_u64()),
        (&json!("WF0201"), Some(9)),
        "{found}"
    );
    // A file that is no definition has none, and one that is not finished has the error of `validate`.
    assert_eq!(published(&mut client, "package.json", "{\"name\": }"), json!([]));
    every([(PATHS.0, "{\"StartAt\": "), (YAML.0, "StartAt: A\nStates:\n  A:\n    Ty")], |(name, text)| {
        let found = published(&mut client, name, text);
        assert_eq!((found.as_array().unwrap().len(), found[0]["severity"].as_u64()), (1, Some(1)), "{found}");
    });
    client.end();
}

#[test]
fn hover_tells_types_and_descriptions() {
    let mut client = Client::new();
    let cases: &[(File, &str, &[&str])] = &[
        (
            PATHS,
            "\"Re⎀ad\": {",
            &["Read: Task aws-sdk:s3:headObject", "to           Check, Failed on States.ALL", "DeleteMarker?: boolean"],
        ),
        (PATHS, "\"Default\": \"Fai⎀led\"", &["Failed: Fail"]),
        (PATHS, "\"Result⎀Path\": \"$.head\"", &["Where the result goes", "Default: `\"$\"`"]),
        (PATHS, "aws-sdk:s3:he⎀adObject", &["aws_sdk::s3::headObject {", "S3.NoSuchKeyException"]),
        (PATHS, "\"Buc⎀ket\"", &["Bucket: string"]),
        (PATHS, "\"Key⎀.$\"", &["Key: string"]),
        (PATHS, "[\"States.A⎀LL\"]", &["Matches every error"]),
        (PATHS, "$.head.Content⎀Length\", \"Num", &["$.head.ContentLength: number"]),
        (PATHS, "\"$to⎀tal\"", &["$total: 3"]),
        (PATHS, "\"to⎀tal\": 3", &["$total: 3"]),
        (EXPRESSIONS, "$states.input.ord⎀er.id", &["$states.input.order: {", "id: \"a-1\"", "lines: [{"]),
        (EXPRESSIONS, "$states.input.order.i⎀d", &["$states.input.order.id: \"a-1\""]),
        (FILTERS, "lines[cou⎀nt > 1]", &["count: 2"]),
        (EXPRESSIONS, "{% $su⎀m([1, 2]) %}", &["$sum"]),
        (EXPRESSIONS, "{% $lim⎀it > 3 %}", &["$limit: 10"]),
        (EXPRESSIONS, "{% $limit ⎀> 3 %}", &["boolean"]),
        (EXPRESSIONS, "\"ReturnVal⎀ues\"", &["ReturnValues?: ", "\"ALL_OLD\""]),
        (YAML, "  Pau⎀se:", &["Pause: Wait"]),
        (YAML, "Next: Pau⎀se", &["Pause: Wait"]),
        (YAML, "$states.input.or⎀der %}", &["$states.input.order: {"]),
        (TEMPLATE, "dynamodb:update⎀Item", &["dynamodb::updateItem {"]),
        (TEMPLATE, "Table⎀Name", &["TableName: string"]),
        (TEXT, "$.stored.Attri⎀butes", &["$.stored.Attributes"]),
        (TEXT, "\"Te⎀ll\": {", &["Tell: Pass"]),
        (TERRAFORM, "Next = \"Te⎀ll\"", &["Tell: Succeed"]),
    ];
    every(cases, |(file, part, expected)| {
        let hover = client.ask_at("textDocument/hover", file.0, &marked(*file, part), json!({}));
        let text = hover["contents"]["value"].as_str().unwrap_or_default();
        expected.iter().for_each(|expected| assert!(text.contains(expected), "{expected} is not in {text}"));
    });
    let nothing = client.ask_at("textDocument/hover", PATHS.0, &marked(PATHS, "\"By pa⎀ths\""), json!({}));
    assert_eq!(nothing, Value::Null);
    client.end();
}

/// Returns the lines of places, counted from 1.
fn lines(places: &Value) -> Vec<u64> {
    let places = places.as_array().map(Vec::as_slice).unwrap_or_default();
    places.iter().map(|place| place["range"]["start"]["line"].as_u64().unwrap() + 1).collect()
}

fn line(text: &str, part: &str) -> u64 {
    text[..text.find(part).unwrap()].matches('\n').count() as u64 + 1
}

#[test]
fn names_lead_to_their_definition_and_their_uses() {
    let mut client = Client::new();
    let cases: &[(File, &str, &str, usize)] = &[
        (PATHS, "\"StartAt\": \"Re⎀ad\"", "\"Read\": {", 1),
        (PATHS, "\"Default\": \"Fai⎀led\"", "\"Failed\": {", 2),
        (PATHS, "\"Fail⎀ed\": {", "\"Failed\": {", 2),
        (PATHS, "\"Next\": \"Tw⎀o\"", "\"Two\": {", 1),
        (PATHS, "\"$tot⎀al\"", "{\"total\": 3}", 1),
        (EXPRESSIONS, "{% $lim⎀it > 3 %}", "\"limit\": 10}", 2),
        (YAML, "Next: Pau⎀se", "  Pause:", 1),
        (YAML, "{% $lim⎀it %}", "limit: 10", 1),
        (TEMPLATE, "Next: Te⎀ll", "          Tell:", 1),
        (TEXT, "\"Next\": \"Te⎀ll\"", "\"Tell\": {", 1),
        (TERRAFORM, "Next = \"Te⎀ll\"", "      Tell = {", 1),
        (TERRAFORM, "\"Next\": \"Seco⎀nd\"", "\"Second\": {", 1),
    ];
    every(cases, |(file, part, definition, uses)| {
        let text = marked(*file, part);
        let found = client.ask_at("textDocument/definition", file.0, &text, json!({}));
        assert_eq!(lines(&found), [line(file.1, definition)]);
        let found =
            client.ask_at("textDocument/references", file.0, &text, json!({"context": {"includeDeclaration": false}}));
        assert_eq!(lines(&found).len(), *uses, "{found}");
    });
    client.end();
}

/// Texts of a document, and what they become.
type Changes = &'static [(&'static str, &'static str)];

#[test]
fn a_name_is_renamed_everywhere_in_its_notation() {
    let mut client = Client::new();
    let cases: &[(File, &str, &str, Changes)] = &[
        (PATHS, "\"Fail⎀ed\": {", "Gave \"up\"", &[("\"Failed\"", "\"Gave \\\"up\\\"\"")]),
        (PATHS, "\"$tot⎀al\"", "all", &[("\"total\"", "\"all\""), ("$total", "$all")]),
        (EXPRESSIONS, "{% $lim⎀it > 3 %}", "most", &[("\"limit\": 10", "\"most\": 10"), ("$limit", "$most")]),
        (YAML, "Next: Pau⎀se", "Sleep", &[("Pause", "Sleep")]),
        (YAML, "Next: Pau⎀se", "yes", &[("Pause", "\"yes\"")]),
        (TEMPLATE, "Next: Te⎀ll", "Say", &[("Tell", "Say")]),
        (TEXT, "\"Next\": \"Te⎀ll\"", "Say", &[("Tell", "Say")]),
        (TERRAFORM, "\"Next\": \"Seco⎀nd\"", "Third", &[("\"Second\"", "\"Third\"")]),
        (TERRAFORM, "Next = \"Te⎀ll\"", "Say", &[("Tell", "Say")]),
    ];
    every(cases, |(file, part, name, changes)| {
        let (text, place) = unmarked(&marked(*file, part));
        let uri = client.open(file.0, &text);
        let params = json!({"textDocument": {"uri": uri}, "position": place, "newName": name});
        let edit = client.ask("textDocument/rename", params);
        let expected = changes.iter().fold(text.clone(), |text, (old, new)| text.replace(old, new));
        assert_eq!(edited(&text, &edit["changes"][&uri]), expected);
    });
    for name in ["Check", ""] {
        let (text, place) = unmarked(&marked(PATHS, "\"Fail⎀ed\": {"));
        let uri = client.open(PATHS.0, &text);
        let params = json!({"textDocument": {"uri": uri}, "position": place, "newName": name});
        let refused = client.response("textDocument/rename", params);
        assert!(refused["error"]["message"].is_string(), "{refused}");
    }
    client.end();
}

/// Returns the names of an outline, with those inside each.
fn names(symbols: &Value) -> Vec<String> {
    let symbols = symbols.as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |symbol: &Value| {
        let inside = names(&symbol["children"]);
        let name = symbol["name"].as_str().unwrap();
        if inside.is_empty() { name.to_owned() } else { format!("{name}({})", inside.join(" ")) }
    };
    symbols.iter().map(name).collect()
}

#[test]
fn a_document_has_an_outline_folds_and_lenses() {
    let mut client = Client::new();
    let cases = [
        (PATHS, "paths(Read Check Each(One Two) Sum Failed)", "    \"Read\": {"),
        (EXPRESSIONS, "expressions(Prepare Store Fork(Left Right) Test Last Failed)", "    \"Fork\": {"),
        (YAML, "order(Prepare Call Pause Done Failed)", "  Call:"),
        (TEMPLATE, "Orders(Store Tell)", "          Store:"),
        (TEXT, "Orders(Store Tell)", "            \"Store\": {"),
    ];
    every(cases, |((name, text), outline, fold)| {
        let uri = client.open(name, text);
        let document = json!({"textDocument": {"uri": uri}});
        let symbols = client.ask("textDocument/documentSymbol", document.clone());
        assert_eq!(names(&symbols), [outline]);
        let folds = client.ask("textDocument/foldingRange", document.clone());
        let starts: Vec<_> =
            folds.as_array().unwrap().iter().map(|fold| fold["startLine"].as_u64().unwrap() + 1).collect();
        assert!(starts.contains(&line(text, fold)), "{starts:?}");
        let lenses = client.ask("textDocument/codeLens", document);
        let titles: Vec<_> =
            lenses.as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["Graph", "Policy", "Run", "Explore"]);
    });
    client.end();
}

#[test]
fn a_finding_with_a_fix_has_an_action() {
    let mut client = Client::new();
    let wrong = PATHS
        .1
        .replace("\"Default\": \"Failed\"", "\"Defalt\": \"Failed\"")
        .replace("\"NumericGreaterThan\"", "\"NumericGreatrThan\"");
    let uri = client.open(PATHS.0, &wrong);
    let at = position(wrong.split("\"Defalt\"").next().unwrap());
    let params =
        json!({"textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": {"diagnostics": []}});
    let actions = client.ask("textDocument/codeAction", params);
    let titles: Vec<_> = actions.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Write `\"Default\"`", "Apply all fixes"]);
    assert_eq!(actions[0]["diagnostics"][0]["code"], "WF0122");
    assert_eq!(edited(&wrong, &actions[0]["edit"]["changes"][&uri]), wrong.replace("Defalt", "Default"));
    assert_eq!(edited(&wrong, &actions[1]["edit"]["changes"][&uri]), PATHS.1);
    // An editor that fixes on saving asks for one kind alone.
    let context = json!({"diagnostics": [], "only": ["source.fixAll"]});
    let params = json!({"textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": context});
    let actions = client.ask("textDocument/codeAction", params);
    assert_eq!((actions.as_array().unwrap().len(), &actions[0]["kind"]), (1, &json!("source.fixAll")));
    client.end();
}

/// What the help proposes is offered too, but not among all fixes: AWS may have an API that the table does not have.
#[test]
fn a_proposal_is_an_action_that_is_not_preferred() {
    let mut client = Client::new();
    let wrong = PATHS.1.replace("\"Bucket\"", "\"Bucke\"");
    let uri = client.open(PATHS.0, &wrong);
    let at = position(wrong.split("\"Bucke\"").next().unwrap());
    let params =
        json!({"textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": {"diagnostics": []}});
    let actions = client.ask("textDocument/codeAction", params);
    let titles: Vec<_> = actions.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Write `\"Bucket\"`"], "{actions}");
    assert_eq!(actions[0]["isPreferred"], false);
    assert_eq!(edited(&wrong, &actions[0]["edit"]["changes"][&uri]), PATHS.1);
    client.end();
}

#[test]
fn a_lens_runs_its_command_and_shows_what_it_prints() {
    let mut client = Client::new();
    let file = crate::command::file("lsp", "order.asl.yaml", YAML.1);
    for (command, expected) in [("workflow.policy", "lambda:InvokeFunction"), ("workflow.graph", "<html")] {
        let params = json!({"command": command, "arguments": [file, "order"]});
        assert_eq!(client.ask("workspace/executeCommand", params), Value::Null);
        let shown = client.message("window/showDocument");
        let path = shown["uri"].as_str().unwrap().strip_prefix("file://").unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(expected), "{command}: {text}");
        std::fs::remove_file(path).unwrap();
    }
    let refused = client.response("workspace/executeCommand", json!({"command": "workflow.none", "arguments": []}));
    assert_eq!(refused["error"]["message"], "unknown command `workflow.none`");
    client.end();
}
