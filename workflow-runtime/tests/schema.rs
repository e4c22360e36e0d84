//! Tests that `#[derive(Schema)]` describes what serde writes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::catch_unwind;

use serde::Serialize;
use serde_json::{Value, json};
use workflow_runtime::__private::schema::{PathStep, is_member, kind, needed, present, text};
use workflow_runtime::{Arn, Map, Schema, Timestamp, workflow};

/// Asserts that every path in the JSON of a value exists in the shape, with the same kind.
fn agrees<T: Serialize + Schema>(value: &T) {
    let value = serde_json::to_value(value).expect("plain data");
    follow::<T>(&value, &mut Vec::new());
}

fn follow<'p, T: Schema>(value: &'p Value, path: &mut Vec<PathStep<'p>>) {
    if !path.is_empty() {
        is_member(T::SHAPE, path, "value", "code");
    }
    let bit = match value {
        Value::Null => 1,
        Value::Bool(_) => 2,
        Value::Number(number) if number.is_f64() => 4 | 64,
        Value::Number(_) => 4,
        Value::String(_) => 8,
        Value::Array(_) => 16,
        Value::Object(_) => 32,
    };
    kind(T::SHAPE, path, bit, "it is something else", "code", "");
    match value {
        Value::String(words) => text(T::SHAPE, path, words, "value", "code"),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(PathStep::Index(at as i64, false));
                follow::<T>(item, path);
                path.pop();
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                path.push(PathStep::Member(name, false));
                follow::<T>(member, path);
                path.pop();
            }
        }
        _ => {}
    }
}

/// Returns the message of a failed check.
fn refused(question: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = catch_unwind(question).expect_err("it is refused");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

/// Returns whether a value used in a computation may be absent or null.
fn absent<T: Schema>(path: &[PathStep<'static>]) -> bool {
    let path = path.to_vec();
    catch_unwind(move || needed(T::SHAPE, &path, false, "value", "code", "")).is_err()
}

/// Returns whether a value that is passed on may be missing.
fn left_out<T: Schema>(path: &[PathStep<'static>]) -> bool {
    let path = path.to_vec();
    catch_unwind(move || present(T::SHAPE, &path, "value", ", and then it fails", "code", "")).is_err()
}

#[derive(Serialize, Schema)]
#[serde(rename_all = "camelCase")]
struct Names {
    customer_id: u64,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename(serialize = "out", deserialize = "in"))]
    both: bool,
    #[serde(skip)]
    #[expect(dead_code, reason = "serde leaves it out")]
    hidden: u8,
    r#match: char,
}

#[derive(Serialize, Schema)]
struct Absent {
    #[serde(default)]
    with_default: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    plain: Option<f64>,
    certain: f64,
}

#[derive(Serialize, Schema)]
struct Flat {
    id: u8,
    #[serde(flatten)]
    names: Names,
    #[serde(flatten)]
    maybe: Option<More>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Serialize, Schema)]
struct More {
    more: [u8; 2],
}

#[derive(Serialize, Schema)]
struct Newtype(Vec<More>);

#[derive(Serialize, Schema)]
struct Pair(u8, Box<str>);

#[derive(Serialize, Schema)]
struct Unit;

#[derive(Serialize, Schema)]
#[serde(transparent)]
struct Transparent {
    inner: Pair,
}

#[derive(Serialize, Schema)]
#[serde(tag = "kind")]
struct Tagged {
    x: u8,
}

#[derive(Clone, Serialize, Schema)]
#[serde(into = "String")]
struct Email(String);

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[derive(Serialize, Schema)]
struct Page<'a, T> {
    items: Vec<T>,
    next: Option<Box<Page<'a, T>>>,
    name: &'a str,
}

macro_rules! payment {
    ($name:ident $(#[$attribute:meta])*) => {
        #[derive(Serialize, Schema)]
        $(#[$attribute])*
        #[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
        enum $name {
            Cash,
            #[serde(rename = "CARD")]
            Card { card_number: String, #[serde(rename = "c")] code: Option<u16> },
            OnAccount(More),
        }
    };
}

payment! { External }
payment! { Internal #[serde(tag = "type")] }
payment! { Adjacent #[serde(tag = "t", content = "c")] }
payment! { Untagged #[serde(untagged)] }

#[derive(Serialize, Schema)]
enum Units {
    #[serde(rename = "fast")]
    Fast,
    Slow,
    #[serde(skip)]
    #[expect(dead_code, reason = "serde leaves it out")]
    Never,
}

#[derive(Serialize, Schema)]
enum Mixed {
    None,
    Two(u8, u8),
    Of(Box<Mixed>),
}

#[derive(Serialize, Schema)]
struct Opaque {
    by_hand: ByHand,
    #[serde(serialize_with = "as_text")]
    with: u8,
    #[schema(unchecked)]
    other: Vec<More>,
}

#[derive(Serialize)]
struct ByHand(u8);

fn as_text<S: serde::Serializer>(value: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

workflow! {
    pub(crate) workflow Declared {
        struct Tree { leaf: Leaf, children: Vec<Tree>, more: Map<Tree> }
        struct Leaf { #[serde(rename = "at-time")] at: Timestamp, arn: Option<Arn>, any: Json, kind: Kind }
        enum Kind { #[serde(rename = "a")] A, B }
        struct Left { right: Option<Right> }
        struct Right { left: Vec<Left>, n: i64 }
        pass Only -> end;
    }
}

fn names() -> Names {
    Names { customer_id: 1, kind: "x", both: true, hidden: 0, r#match: 'c' }
}

#[test]
fn structs_are_as_serde_writes_them() {
    agrees(&names());
    agrees(&Absent { with_default: 1, note: None, plain: None, certain: 1.5 });
    agrees(&Absent { with_default: 1, note: Some("n".to_owned()), plain: Some(1.0), certain: 1.5 });
    let more = Some(More { more: [1, 2] });
    agrees(&Flat { id: 1, names: names(), maybe: more, rest: BTreeMap::from([("z".to_owned(), json!({ "q": [1] }))]) });
    agrees(&Newtype(vec![More { more: [1, 2] }]));
    agrees(&Pair(1, "x".into()));
    agrees(&Unit);
    agrees(&Transparent { inner: Pair(1, "x".into()) });
    agrees(&Tagged { x: 1 });
    agrees(&Email("a@b".to_owned()));
    let last = Box::new(Page { items: vec![3], next: None, name: "last" });
    agrees(&Page { items: vec![1_u8, 2], next: Some(last), name: "first" });
    agrees(&Opaque { by_hand: ByHand(1), with: 2, other: vec![] });
}

#[test]
fn enums_are_as_serde_writes_them() {
    macro_rules! all {
        ($($name:ident)*) => { $(
            agrees(&$name::Cash);
            agrees(&$name::Card { card_number: "1".to_owned(), code: Some(1) });
            agrees(&$name::OnAccount(More { more: [1, 2] }));
        )* };
    }
    all! { External Internal Adjacent Untagged }
    agrees(&Units::Fast);
    agrees(&Units::Slow);
    agrees(&Mixed::None);
    agrees(&Mixed::Two(1, 2));
    agrees(&Mixed::Of(Box::new(Mixed::Of(Box::new(Mixed::Two(1, 2))))));
}

#[test]
fn types_of_the_standard_library_are_as_serde_writes_them() {
    agrees(&(1_u8, "x", [true; 2], Some(1.5), None::<u8>, (), VecDeque::from([BTreeSet::from(['c'])])));
    agrees(&(std::time::Duration::from_secs(1), std::net::Ipv4Addr::LOCALHOST, json!({ "a": [null] })));
    agrees(&BTreeMap::from([("a", vec![std::borrow::Cow::Borrowed("b")])]));
}

#[test]
fn declared_types_are_as_they_are_written() {
    let leaf = |kind| Leaf { at: Timestamp::new("t"), arn: Some(Arn::from("arn")), any: json!([{}]), kind };
    let child = Tree { leaf: leaf(Kind::B), children: vec![], more: Map::new() };
    agrees(&Tree { leaf: leaf(Kind::A), children: vec![child.clone()], more: Map::from([("k".to_owned(), child)]) });
    agrees(&Left { right: Some(Right { left: vec![Left { right: None }], n: 1 }) });
}

#[test]
fn what_may_be_left_out_may_be_absent() {
    assert!(absent::<Absent>(&[PathStep::Member("with_default", false)]));
    assert!(absent::<Absent>(&[PathStep::Member("note", false)]));
    assert!(absent::<Absent>(&[PathStep::Member("plain", false)]));
    assert!(absent::<Absent>(&[PathStep::Member("plain", true)]), "it is there, as `null`");
    needed(Absent::SHAPE, &[PathStep::Member("plain", false)], true, "", "", "");
    assert!(!absent::<Absent>(&[PathStep::Member("note", true)]));
    assert!(!absent::<Absent>(&[PathStep::Member("certain", false)]));
    assert!(absent::<Flat>(&[PathStep::Member("more", false)]));
    assert!(!absent::<Flat>(&[PathStep::Member("customerId", false)]));
    assert!(absent::<Internal>(&[PathStep::Member("cardNumber", false)]));
    assert!(!absent::<Internal>(&[PathStep::Member("type", false)]));
    assert!(absent::<External>(&[PathStep::Member("CARD", false), PathStep::Member("cardNumber", false)]));
    assert!(!absent::<External>(&[PathStep::Member("CARD", true), PathStep::Member("cardNumber", false)]));
    assert!(absent::<Page<'static, u8>>(&[PathStep::Member("next", false), PathStep::Member("name", false)]));
}

#[test]
fn what_serde_leaves_out_is_not_there() {
    assert!(left_out::<Absent>(&[PathStep::Member("note", false)]));
    assert!(!left_out::<Absent>(&[PathStep::Member("note", true)]));
    assert!(!left_out::<Absent>(&[PathStep::Member("plain", false)]), "it is written as `null`");
    assert!(!left_out::<Absent>(&[PathStep::Member("with_default", false)]), "it is written all the same");
    assert!(left_out::<Internal>(&[PathStep::Member("cardNumber", false)]));
    assert!(left_out::<Page<'static, u8>>(&[PathStep::Member("next", false), PathStep::Member("name", false)]));
    assert!(!left_out::<Page<'static, u8>>(&[PathStep::Member("next", true), PathStep::Member("name", false)]));
}

#[test]
fn what_is_not_there_is_refused_with_the_nearest_name() {
    let refuse = |shape: &'static _, path: &'static [PathStep<'static>]| {
        refused(move || is_member(shape, path, "input.order", "WF0401"))
    };
    let message = refuse(Names::SHAPE, &[PathStep::Member("costumerId", false)]);
    assert_eq!(
        message,
        "`Names` (the type of `input.order`) has no field `costumerId` [WF0401]\n\n= help: did you mean `customerId`?"
    );
    let message = refuse(Names::SHAPE, &[PathStep::Member("customer_id", false)]);
    assert!(
        message.ends_with("= help: `customer_id` is its name in Rust; in JSON, and here, it is `customerId`"),
        "{message}"
    );
    let message = refuse(Names::SHAPE, &[PathStep::Member("hidden", false)]);
    assert!(message.ends_with("= help: its members are `customerId`, `type`, `out`, `match`"), "{message}");
    let message = refuse(External::SHAPE, &[PathStep::Member("CARD", false), PathStep::Member("expiry", false)]);
    assert!(message.ends_with("= help: its members are `cardNumber`, `c`"), "{message}");
    let message = refuse(Opaque::SHAPE, &[PathStep::Member("by_hand", false), PathStep::Member("x", false)]);
    assert!(message.contains("its type `ByHand` does not implement `Schema`"), "{message}");
    let message = refuse(Transparent::SHAPE, &[PathStep::Index(2, false)]);
    assert!(message.starts_with("`input.order` has 2 items"), "{message}");
    // The step before has its own check.
    is_member(Names::SHAPE, &[PathStep::Member("hidden", false), PathStep::Member("x", false)], "", "");
}
