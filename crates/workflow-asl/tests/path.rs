//! Tests JSONPath with Jayway's recorded answers, AWS's messages, and arbitrary strings.

use serde_json::{Value, json};
use workflow_asl::path::{JsonPath, Root, Segment};
use workflow_cases::every;

fn path(text: &str) -> JsonPath {
    JsonPath::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn select(text: &str, value: &Value) -> Result<Value, String> {
    path(text).select(value).map(std::borrow::Cow::into_owned).map_err(|miss| miss.to_string())
}

/// Where Jayway 2.0.0, which recorded the probes, lacks what later versions (and the service) have.
const NEWER_THAN_PROBES: [(&str, &str); 4] = [
    ("$.store.book[-1].title", r#""LOTR""#),
    ("$.store.book[?(@.category in ['reference'])].title", r#"["Sayings"]"#),
    ("$.store.book[?(!(@.isbn))].title", r#"["Sayings","Sword"]"#),
    (r#"$.store.book[?(@.title == "Moby")].price"#, "[8.99]"),
];

fn sorted(value: &Value) -> Vec<String> {
    let mut items: Vec<String> = match value {
        Value::Array(items) => items.iter().map(|item| format!("{:?}", sorted(item))).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| format!("{name}: {:?}", sorted(member))).collect()
        }
        other => return vec![other.to_string()],
    };
    items.sort();
    items
}

#[test]
fn probes_recorded_from_jayway() {
    let Some(file) = workflow_recorded::data("reference/jsonpath-probes.json") else { return };
    let probes: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(probes.len() >= 48);
    for probe in &probes {
        let text = probe["path"].as_str().unwrap();
        let recorded = &probe["jayway2.0.0"];
        let got = JsonPath::parse(text).map(|path| (path.is_definite(), select(text, &probe["doc"])));
        if let Some((_, expected)) = NEWER_THAN_PROBES.iter().find(|(newer, _)| *newer == text) {
            assert_eq!(got.unwrap().1.unwrap().to_string(), *expected, "{text}");
            continue;
        }
        match got {
            Err(error) => assert!(recorded["error"].to_string().contains("compile"), "{text}: {error}"),
            Ok((definite, selected)) => {
                assert_eq!(recorded["definite"], definite, "{text}: definite");
                match selected {
                    // The recorder kept an object's members in Java's hash order.
                    Ok(value) => assert_eq!(sorted(&value), sorted(&recorded["value"]), "{text}"),
                    Err(miss) => assert_eq!(recorded["error"], "PathNotFound", "{text}: {miss}"),
                }
            }
        }
    }
}

#[test]
fn a_miss_says_what_the_service_says() {
    let input = json!({"a": {"list": [1]}, "text": "x", "nul": null});
    every(
        [
            ("$.NoSuchInputPath", "No results for path: $['NoSuchInputPath']"),
            ("$.no.such.result.path", "Missing property in path $['no']"),
            ("$.a.b", "No results for path: $['a']['b']"),
            ("$.a.no.c", "Missing property in path $['a']['no']"),
            ("$.a.list[4].x", "No results for path: $['a']['list'][4]['x']"),
            ("$.text.x", "Expected to find an object with property ['x'] in path $['text'] but found 'string'"),
            ("$.nul[0]", "The path $['nul'] is null"),
            ("$.text[0]", "Filter: [0] can only be applied to arrays. Current context is: \"x\""),
            // The service has no functions, and looks for a member: as reported by users in 2018 and later.
            (
                "$.a.list.length()",
                "Expected to find an object with property ['length()'] in path $['a']['list'] but found 'array'",
            ),
            ("$.a.sum()", "No results for path: $['a']['sum()']"),
            ("$['a','nul'].b", "Multi properties can only be used as path leafs: $['a', 'nul']"),
            ("$..['a','nul'].b", "Multi properties can only be used as path leafs: $..['a', 'nul']"),
        ],
        |(text, miss)| {
            assert_eq!(select(text, &input), Err(miss.to_owned()), "{text}");
        },
    );
    assert!(path("$.a.list[4]").select(&input).unwrap_err().is_past_end());
    assert!(!path("$.a.b").select(&input).unwrap_err().is_past_end());
}

#[test]
fn selects_as_jayway() {
    let input = json!({
        "items": [{"n": 1, "k": "a"}, {"n": 2, "k": "b"}, {"n": 3}],
        "o": {"x": 1, "y": 2},
        "nums": [1, 2, 3, 4],
        "it's": 1,
        r#"Test\""Name""#: 7,
        r"it\'s": 8,
        r"back\\slash": 9,
        "detail-type": "d",
        "limit": 2,
        "words": ["12", 12, "ab"],
        "members": [{"id": 1, "u": null}, {"id": 2, "u": false}, {"id": 3}],
    });
    every(
        [
            ("$.detail-type", json!("d")),
            ("$.['detail-type']", json!("d")),
            ("$.o.['x']", json!(1)),
            ("$[\"it's\"]", json!(1)),
            // A backslash stays in the name, as does what it keeps from ending it.
            (r#"$['Test\""Name"']"#, json!(7)),
            (r"$['it\'s']", json!(8)),
            (r"$['back\\slash']", json!(9)),
            (r"$.words[?(@ == 'a\b')]", json!(["ab"])),
            ("$.items[0]n", json!(1)),
            ("$.o['x','y']", json!({"x": 1, "y": 2})),
            ("$.o['x','no']", json!({"x": 1})),
            ("$.items[*]['n','k']", json!([{"n": 1, "k": "a"}, {"n": 2, "k": "b"}, {"n": 3}])),
            ("$..['n','k']", json!([{"n": 1, "k": "a"}, {"n": 2, "k": "b"}])),
            ("$.nums[1:-1]", json!([])),
            ("$.nums[-3:-1]", json!([2, 3])),
            ("$.nums[:-1]", json!([1, 2, 3])),
            ("$.nums[0,-1,9]", json!([1, 4])),
            ("$.nums[(@.length-1)]", json!(4)),
            ("$.o[?(@.x == 1)]", json!([{"x": 1, "y": 2}])),
            ("$..[?(@.n > $.limit)]", json!([{"n": 3}])),
            ("$.items[?(@.n >= 2 && (@.k == 'b' || !@.k))].n", json!([2, 3])),
            ("$.items[?(@.k nin ['a'])].n", json!([2, 3])),
            ("$.items[?(@.k == a)].n", json!([1])),
            ("$.items[?(@['k'] =~ /[AB]/i)].n", json!([1, 2])),
            ("$.items[?(@.k != 'a')].n", json!([2, 3])),
            ("$.words[?(@ == 12)]", json!(["12", 12])),
            ("$.words[?(@ === 12)]", json!([12])),
            ("$.nums[?(@ < 3)]", json!([1, 2])),
            // A test for existence is false for null.
            ("$.members[?(@.u)].id", json!([2])),
            ("$.members[?(!@.u)].id", json!([1, 3])),
            ("$.members[?(!(@.u))].id", json!([1, 3])),
            ("$.no.more[*].x", json!([])),
            ("$.o.x[*]", json!([])),
            ("$.nums[?(@.length() > 1)]", json!([])),
        ],
        |(text, value)| {
            assert_eq!(select(text, &input), Ok(value), "{text}");
        },
    );
    assert!(matches!(path("$.items").select(&input), Ok(std::borrow::Cow::Borrowed(_))), "a large value is shared");
}

#[test]
fn roots_forms_and_reference_paths() {
    assert_eq!(*path("$$.Execution.Id").root(), Root::Context);
    assert_eq!(*path("$order.items[0]").root(), Root::Variable("order".into()));
    assert_eq!(path("$order.items[0]").normalized(), "$order['items'][0]");
    assert_eq!(path(" $$.Execution.Name ").normalized(), "$$['Execution']['Name']");
    assert_eq!(path("$.x"), path("$['x']"));
    assert_ne!(path("$.x"), path("$$.x"));
    assert_eq!(path("$[\"a'b\"][0]").segments(), Some(vec![Segment::Name("a'b"), Segment::Index(0)]));
    assert_eq!(path("$[\"a'b\"].c").normalized(), "$[\"a'b\"]['c']");
    every(["$", "$.a-b['c'][0]", "$$.x"], |text| {
        assert!(path(text).is_reference_path(), "{text}");
    });
    every(["$.a[*]", "$..a", "$.a[-1]", "$.a[1:2]", "$.a[0,1]", "$['a','b']", "$.a.length()", "$.a[?(@.b)]"], |text| {
        assert!(!path(text).is_reference_path(), "{text}");
    });
}

#[test]
fn inserts_as_result_path() {
    let insert = |text: &str, into: Value| path(text).insert(into, json!("new")).map_err(|error| error.to_string());
    assert_eq!(insert("$", json!(5)), Ok(json!("new")));
    assert_eq!(insert("$.a.b", json!({"x": 1})), Ok(json!({"x": 1, "a": {"b": "new"}})));
    assert_eq!(insert("$.a", json!({"a": [1]})), Ok(json!({"a": "new"})));
    assert_eq!(insert("$.a[0].b", json!({"a": [{}]})), Ok(json!({"a": [{"b": "new"}]})));
    every(
        [
            ("$.x", json!([1]), "Reference path '$.x' cannot be applied: $ is an array, not an object"),
            ("$.a.b", json!({"a": 1}), "Reference path '$.a.b' cannot be applied: $['a'] is a number, not an object"),
            (
                "$.a[1]",
                json!({"a": [0]}),
                "Reference path '$.a[1]' cannot be applied: $['a'] has 1 items, none at index 1",
            ),
            (
                "$.a[*]",
                json!({}),
                "Reference path '$.a[*]' cannot be applied: it may contain only member names and indices",
            ),
            ("$$.a", json!({}), "Reference path '$$.a' cannot be applied: it must begin with '$', the state's input"),
        ],
        |(text, into, why)| {
            assert_eq!(insert(text, into), Err(why.to_owned()), "{text}");
        },
    );
}

#[test]
fn errors_point_at_the_character() {
    every(
        [
            ("", 0, "a path starts with '$'"),
            ("a.b", 0, "a path starts with '$'"),
            ("$.", 2, "the path ends with '.'"),
            ("$.a..", 5, "the path ends with '.'"),
            ("$.a...b", 5, "expected a member's name, found '.'"),
            ("$23", 1, "expected '.', '[' or the end of the path, found '2'"),
            ("$.x y", 3, "a blank in a member's name"),
            ("$.a[", 4, "expected an index, a name in quotes, '*' or '?(', found the end of the path"),
            ("$.a[b]", 4, "expected an index, a name in quotes, '*' or '?(', found 'b'"),
            ("$.ü[0", 6, "expected ']', found the end of the path"),
            ("$['a", 2, "the quote is not closed"),
            ("$.a[?@.b]", 5, "expected '(', found '@'"),
            ("$.a[?(@.b = 1)]", 10, "expected an operator, found '='"),
            ("$.a[?(@.b == )]", 13, "expected a value or a path, found ')'"),
            ("$.a[?(@.b =~ /(/)]", 13, "invalid regular expression: "),
            ("$.a[?(@.b inn [1])]", 10, "a filter has no operator `inn`"),
            ("$.a.concat('b')", 4, "a path has no functions"),
            ("$.a[99999999999]", 4, "the index is too large"),
        ],
        |(text, offset, message)| {
            let error = JsonPath::parse(text).err().unwrap_or_else(|| panic!("{text} is taken"));
            assert_eq!((error.offset, error.message.get(..message.len())), (offset, Some(message)), "{text}: {error}");
        },
    );
}

use crate::texts;

#[test]
fn any_text_is_read_or_refused_and_any_path_ends() {
    let seeds = [
        "$.store.book[?(@.price < $.expensive && !(@.isbn in ['a', 1, null]))].title",
        "$..book[(@.length-1)]['a',\"b\"].length()",
        "$$.a[-1:2:3].*..b[0,2]",
        "$.x[?(@.a =~ /(a|b)*c/i || @.b contains {\"k\": [1]})]",
        "$..*..*..*..*..*..*..*..*..*",
        "$.ünï['ß\\'']..x",
    ];
    let value =
        json!({"store": {"book": [{"price": 1, "a": ["x", {"b": [1, [2, [3, [4, [5]]]]]}]}], "x": [[[[[[1]]]]]]}});
    texts::mutated(&seeds, 20_000, |text| match JsonPath::parse(text) {
        Ok(path) => {
            let _ = path.select(&value);
            let again = path.normalized();
            assert!(JsonPath::parse(&again).is_ok_and(|same| same.normalized() == again), "{text} -> {again}");
        }
        Err(error) => assert!(text.is_char_boundary(error.offset), "{text}: {error}"),
    });
    let deep = format!("$.a[?{}@.b{}]", "(".repeat(100_000), ")".repeat(100_000));
    assert!(JsonPath::parse(&deep).is_err());
}
