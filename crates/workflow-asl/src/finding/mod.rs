//! The findings about a definition, as data: each with its names and positions.
//!
//! Each row of the table below defines a finding: its fields, code, message and help, in ASL's terms and, if those
//! differ, in the language's. Nothing else writes or parses these texts.

mod about;
mod aws;
mod findings_macro;
mod fix;
mod words;

pub use self::aws::AwsDiagnostic;
use self::findings_macro::findings;
pub use self::fix::Fix;
pub use self::words::Vocabulary;
pub use self::words::in_the_language;
use self::words::{
    all_of, api_meant, asking, can_follow, clause, did_you_mean, filled_by_sdks, filling, in_its_case, instead,
    item_in_text, key, of_jsonata, one_of, quoted, small_letter, text, them, unassigned, unit, wrong_parameter,
    wrong_type,
};
use crate::Code::{self, *};
use crate::budget::in_words;
use crate::document::{MachineType, Operator, QueryLanguage};
use crate::error_name::{ERROR_OUTPUT, EXCEED_TOLERATED_FAILURE_THRESHOLD, PREFIX, TASK_FAILED};
use crate::limits::{DEFINITION_CHARS, HISTORY_EVENTS, LABEL_CHARS, PAYLOAD_BYTES, STATE_NAME_CHARS};
use crate::resource::Pattern;
use crate::{Pointer, SyntaxError};
use serde_json::Value;

/// The maximum number of states in a message.
const NAMED: usize = 5;

/// The known name that was probably meant.
pub type NearestName = Option<String>;

impl Finding {
    /// Returns whether the fix is one of several that are as likely: another path, call, query language or value was meant.
    pub fn is_fix_a_guess(&self) -> bool {
        match self {
            Self::NotComputed { .. } | Self::NoPath { .. } | Self::FieldOfTheOtherLanguage { .. } => true,
            // `$` may be the input, the result or the parameter of a function.
            Self::Malformed { code, .. } => *code == UnsupportedJsonata,
            _ => false,
        }
    }
}

findings! {
    // Documents, and the types of their fields.
    Other { code: Code, message: String, help: Option<String> } (*code) (message.clone()), help (help.clone());
    Malformed { code: Code, error: SyntaxError } (*code) (error.message.clone()), help (error.help.clone()),
        fix (instead(error));
    NotComputed { name: String, error: Box<SyntaxError> } BadTemplate (error.message.clone()), help (error.help.clone()),
        fix (Some(Fix::Key(name.clone())));
    NotADefinition { is: &'static str } NotADefinition "this is not a definition{is}",
        help "a definition is an object: `{{\"StartAt\": \"First\", \"States\": {{\"First\": …}}}}`";
    TruthWord { word: String } TruthWord
        "`{word}` is a name here, but a boolean for SAM and other tools that read YAML 1.1",
        help "write it in quotes: `\"{word}\"`";
    DefinitionTooLarge { characters: usize } DefinitionTooLarge
        "the definition has {characters} characters, but at most {DEFINITION_CHARS} are allowed";
    WrongType { expected: String, is: &'static str, meant: Option<Box<Value>> } WrongType
        "expected value of type {expected}, found {is}",
        help (meant.as_deref().map(|meant| match meant {
            Value::Array(_) => format!("write `{meant}`"),
            meant => format!("this is text: write `{meant}`, without quotes"),
        })),
        fix (meant.as_deref().cloned().map(Fix::Value)),
        says (wrong_type(expected, is));
    Unfilled { expected: String, text: String } WrongType
        "expected value of type {expected}, found `{text}`, whose placeholder has no value", help (Some(filling(text)));
    UnfilledCode { code: Code, placeholder: String, error: Box<SyntaxError> } (*code)
        (format!("the placeholder `{placeholder}` has no value: {}", error.message)), help (Some(filling(placeholder)));
    UnknownField { field: String, near: NearestName } UnknownField "field `{field}` is not supported",
        help (did_you_mean(near)), fix (key(near));
    NoType {} MissingField "these fields are required: [Type]";
    UnknownType { types: Vec<&'static str>, near: NearestName } NotAllowedValue
        (format!("the field `Type` should have one of these values: [{}]", types.join(", "))),
        help (did_you_mean(near)), fix (text(near));

    // Fields: combinations, and the forms of their values.
    FieldOfAnother { field: &'static str, of: &'static str, kinds: Vec<&'static str> } UnknownField
        "field `{field}` is not supported in {of}",
        help (Some(match kinds.as_slice() {
            [] => "it belongs to the outermost rule".to_owned(),
            kinds => format!("it belongs to {} states", all_of(kinds)),
        }));
    FieldOfTheOtherLanguage { field: &'static str, language: QueryLanguage, of: QueryLanguage, instead: Option<&'static str> }
        WrongLanguageField
        (format!("the query language is {}, but field `{field}` is only supported in {}", language.name(), of.name())),
        help (instead.map(|instead| format!("{} has `{instead}`", language.name()))),
        fix (match (*field, instead) {
            ("Parameters", Some(other @ "Arguments")) | ("Arguments", Some(other @ "Parameters")) => {
                Some(Fix::Key((*other).to_owned()))
            }
            _ => None,
        });
    FieldsMissing { of: &'static str, fields: Vec<&'static str> } MissingField
        (format!("{of} needs {}", all_of(fields)));
    NoneOfTheFields { of: &'static str, fields: Vec<&'static str> } MissingField (format!("{of} needs {}", one_of(fields)));
    ExclusiveFields { of: &'static str, fields: Vec<&'static str>, group: Vec<&'static str> } ExclusiveFields
        (format!("{of} can have only one of {}", all_of(fields)));
    NotOneOf { value: String, allowed: Vec<String>, near: NearestName } NotAllowedValue
        (format!("`{value}` is not one of {}", one_of(allowed))), help (did_you_mean(near)), fix (text(near));
    NumberTooSmall { number: f64, min: f64, whole: bool, field: &'static str } NumberOutOfRange
        "{number} is too small: the minimum is {min}",
        says (format!("`{}` must be at least {min}, found {number}{}", clause(field), unit(field)));
    NumberTooLarge { number: f64, max: f64, whole: bool, field: &'static str } NumberOutOfRange
        "{number} is too large: the maximum is {max}",
        says (format!("`{}` must be at most {max}, found {number}{}", clause(field), unit(field)));
    NotATimestamp { text: String } BadTimestamp "`{text}` is not an RFC 3339 timestamp",
        help "write it like `2024-08-18T17:33:00Z`";
    NotATimestampToCompare { text: String } BadTimestamp "`{text}` is not an RFC 3339 timestamp",
        help "for example `2024-08-18T17:33:00Z`";
    NoPath { error: SyntaxError } BadJsonPath (error.message.clone()), help (error.help.clone()), fix (instead(error));
    PathOfMany { path: String } BadJsonPath "`{path}` is not a reference path: it may match more than one value",
        help "name one place, with member names and indices only";
    NotAReferencePath { path: String } BadJsonPath
        "`{path}` is not a reference path: it has more than member names and indices from 0 on",
        help "name one place, with member names and indices only";
    ResultIntoPath { path: String } BadJsonPath "a result cannot be written to `{path}`",
        help "`ResultPath` begins with `$.`; variables are set with `Assign`";
    PathIntoContext { path: String, field: &'static str } BadJsonPath
        "`{path}` is not a reference path: `{field}` cannot read the context object",
        help "assign the value to a variable in an earlier state, and name that: `$variable`";
    GivesNoString { function: &'static str } BadIntrinsic "`{function}` does not return a string",
        help "wrap it in `States.JsonToString` or `States.Format`";
    CallInPath { name: String } FailingCall
        "`{name}` fails: Step Functions has no functions in paths, and reads it as the name of a member",
        help (Some(if name == "length()" { "for the length of an array, use `States.ArrayLength`" } else { "compute the value with an intrinsic function, or with JSONata" }.to_owned()));
    InnerMembers { step: String } FailingCall "`{step}` fails: only the last step of a path can name several members",
        help "write a path for each member";
    BothGiven { name: String } BadTemplate "both `{name}` and `{name}.$` are given", help "remove one of them";
    RepeatedSuffix { key: String, name: String, certain: bool } (if *certain { BadTemplate } else { DoubtfulParameter })
        "`{key}` ends in `.$` more than once", help "write `\"{name}.$\"`";
    ComputedNotText { name: String } BadTemplate "`{name}.$` must be a string with a path or an intrinsic function",
        help "for a literal value, remove `.$` from the key", fix (Some(Fix::Key(name.clone())));
    ExpressionInJsonPath { text: String } ExpressionAsText "`{text}` is treated as text: the query language is JSONPath",
        help "write a path under a key that ends in `.$`, or set `\"QueryLanguage\": \"JSONata\"`";
    PathUnderPlainKey { text: String, key: String } PathUnderPlainKey
        "`{text}` is treated as text, because the key does not end in `.$`",
        help "write `\"{key}.$\"` for its value", fix (Some(Fix::Key(format!("{key}.$")))),
        advises "write it without quotes, as a reference such as `state.x`, or end the key in `.$`";
    PathAmongItems { text: String, key: String } PathUnderPlainKey
        "`{text}` is treated as text: the items of an array are not computed",
        help "write `\"{key}.$\": \"States.Array({text}, …)\"`",
        advises "write it without quotes, as a reference such as `state.x`, or end the key in `.$`";
    OperandAsText { text: String, operator: &'static str } PathUnderPlainKey
        "`{text}` is treated as text: `{operator}` compares with a constant",
        help "write `{operator}Path` to compare with a value";
    FieldAsText { text: String, field: &'static str } PathUnderPlainKey "`{text}` is treated as text: `{field}` is a constant",
        help "write `{field}Path` for its value";
    QuotedPath { text: String, in_template: bool } ExpressionAsText "`{text}` is treated as text",
        help (Some(match in_template {
            true => format!("write `{{}}` in its place, and `{text}` as an argument after the template"),
            false => "remove the apostrophes".to_owned(),
        }));
    StaticResult { text: String } StaticResult "`{text}` is treated as text: `Result` is literal",
        help "use `Parameters` to compute a value", advises "the clause `parameters` computes a value";

    // JSONata.
    JsonPathKey { key: String, name: String } JsonPathKey "`{key}` is a key of JSONPath: JSONata treats it literally",
        help (Some(of_jsonata(name)));
    TextAroundExpression { text: String } ExpressionAsText "`{text}` is treated as text",
        help "nothing is allowed around `{{%` and `%}}`, not even blanks";
    ExpressionInText { text: String } ExpressionAsText "`{text}` is treated as text",
        help "an expression must be the whole string: join texts inside it, `{{% 'Hello ' & $name %}}`";
    BareExpression { text: String } ExpressionAsText "`{text}` is treated as text",
        help (Some(format!("write `{{% {} %}}`", text.trim())));
    OtherBraces { text: String, inner: String } ExpressionAsText "`{text}` is treated as text",
        help "write `{{% {inner} %}}`", fix (Some(Fix::Value(format!("{{% {inner} %}}").into())));
    PathInJsonata { text: String, of: &'static str, expression: String } ExpressionAsText "`{text}` is treated as text",
        help "in JSONata {of} is `{expression}`";
    IntrinsicInJsonata { text: String, instead: &'static str } ExpressionAsText "`{text}` is treated as text",
        help "intrinsic functions exist in JSONPath only: JSONata has {instead}";
    ItemsNotListed { is: &'static str } FailingCall "`Items` must be an array or an object, found {is}";
    NotAnExpression {} BadJsonata "a JSONata string must start with `{{%` and end with `%}}`";
    OpenExpression {} BadJsonata "a JSONata string must start with `{{%` and end with `%}}`",
        help "end the text with `%}}`, and write nothing after it";
    MalformedJsonata { error: Box<SyntaxError>, translated: Option<String> } BadJsonata (error.message.clone()), help (error.help.clone()),
        fix (translated.as_ref().map(|translated| Fix::Value(format!("{{%{translated}%}}").into())));
    GivesOther { field: &'static str, wanted: &'static [&'static str], gives: &'static str } FailingCall
        (format!("`{field}` must be {}, and this gives {gives}", wanted.join(" or "))),
        help (match (*field, *gives) {
            ("Timestamp", "a number") => Some("`$fromMillis(…)` writes milliseconds as a timestamp".to_owned()),
            (_, "a string") if wanted.contains(&"a number") => Some("`$number(…)` reads a number".to_owned()),
            _ => None,
        });
    NotInStates { name: String, members: &'static [&'static str], near: NearestName } UnsupportedJsonata
        "`$states.{name}` does not exist here",
        help (Some(match (name.as_str(), near) {
            ("result", _) if members.contains(&"errorOutput") => {
                "a task that failed has no result: a catcher has `$states.errorOutput`".to_owned()
            }
            ("result", _) => "only `Output` and `Assign` of a Task, Parallel or Map state have it".to_owned(),
            ("errorOutput", _) => "only `Output` and `Assign` of a catcher have it".to_owned(),
            (_, Some(near)) => format!("did you mean `$states.{near}`?"),
            (_, None) => format!("there is {}", all_of(members.iter().map(|member| format!("$states.{member}")))),
        })),
        fix (near.as_ref().filter(|_| name != "result").map(|near| Fix::Text(format!("$states.{near}"))));
    UnknownFunction { name: String, near: NearestName } UnknownFunction "unknown function `${name}`",
        help (near.as_ref().map(|near| format!("did you mean `${near}`?"))),
        fix (near.as_ref().map(|near| Fix::Text(format!("${near}"))));

    // States and transitions.
    NoStates {} NoStates "there are no states";
    TargetInOtherScope { name: String, at: Pointer } TargetInOtherScope "state `{name}` is in another scope, at {at}",
        help "a transition can only lead to a state of the same branch, map or machine";
    UnknownTarget { name: String, near: NearestName } UnknownTarget "unknown state `{name}`",
        help (did_you_mean(near)), fix (text(near));
    NoTransition { state: String } MissingTransition "state `{state}` has neither `Next` nor `End`",
        help "name the next state, or write `\"End\": true`";
    NoEnd { scope: &'static str, inner: bool } (if *inner { EndlessLoop } else { NoWayToEnd }) "no state ends {scope}",
        help "end it with `\"End\": true`, a Succeed or a Fail state",
        advises "end it with `-> end`, a `succeed` or a `fail`";
    NoWayOut { states: Vec<String>, scope: &'static str } EndlessLoop
        (format!(
            "{} {}{} cannot reach an end of {scope}",
            if states.len() == 1 { "state" } else { "states" },
            all_of(states.iter().take(NAMED)),
            if states.len() > NAMED { format!(" and {} more", states.len() - NAMED) } else { String::new() },
        )),
        help "add a transition that leaves the loop";
    UnreachableState { start: String, state: String } UnreachableState "no path from `{start}` reaches state `{state}`",
        help "remove it, or add a transition to it";
    StateNameTooLong { state: String, characters: usize } StateNameTooLong
        "the name of state `{state}` has {characters} characters, but at most {STATE_NAME_CHARS} are allowed";
    DuplicateStateName { state: String, other: Pointer } DuplicateStateName
        "two states are named `{state}`; the other is at {other}",
        help "state names must be distinct in the whole definition, branches and maps included";
    JsonPathInJsonata { state: String } NotAllowedValue
        "state `{state}` cannot use JSONPath when the whole machine uses JSONata";
    EmptyField { field: &'static str, state: String } EmptyList "`{field}` of state `{state}` is empty",
        advises (Some(match *field {
            "Choices" => "declare an arm: `if condition -> State;`".to_owned(),
            _ => "declare one: `branch { … }`".to_owned(),
        }));
    NoRulesJoined { field: &'static str } EmptyList "`{field}` contains no rules";
    TwoComparisons { operators: Vec<&'static str> } ExclusiveFields
        (format!("a rule can have only one of {}", all_of(operators))), help "combine rules with `And` or `Or`";
    NothingCompared { operator: &'static str } UnknownField "`{operator}` compares nothing: `Variable` is missing";
    NoComparison {} MissingField "a rule on a `Variable` needs a comparison",
        help (Some(format!("for example `{}`", Operator::StringEquals.name())));
    StrayBackslash {} FailingCall "a backslash in a pattern must come before `*` or another backslash",
        help "write `\\\\\\\\` in JSON for a backslash that is text";
    NoDefault { state: String } NoDefault
        "if no rule of `{state}` is true, the execution fails with an error that cannot be caught",
        help "add `Default`, the next state in this case";

    // Variables.
    ReservedVariable {} ReservedVariable "`$states` is reserved and cannot be assigned", help "choose another name";
    BadVariableName { name: String, why: &'static str } BadVariableName "`{name}` is not a variable name: {why}";
    OuterVariable { name: String, at: Pointer } OuterVariable
        "`${name}` is a variable of the scope around this one, assigned at {at}",
        help "use another name, and pass data out with the output";
    NotOnEveryPath { name: String, state: String, language: QueryLanguage } MaybeUnassigned
        "`${name}` is not assigned on every path to `{state}`",
        help (Some(format!("assign it before the paths diverge, or test whether it is present: {}", asking(*language, name)))),
        advises (item_in_text(name));
    NeverAssigned { name: String, state: String, certain: bool, near: NearestName } (unassigned(*certain))
        "no state assigns `${name}`",
        help (Some(match near {
            Some(near) => format!("did you mean `${near}`?"),
            None => format!("give it a value with `Assign` in a state before `{state}`"),
        })),
        advises (item_in_text(name).or_else(|| match near {
            Some(_) => None,
            None => Some(format!("give it a value with `assign {{ … }}` in a state before `{state}`")),
        }));
    VariableOutOfScope { name: String } VariableOutOfScope "the iterations of a distributed map do not see `${name}`",
        help "pass its value in with `ItemSelector`, and read it from the input",
        advises "pass its value in with the map's `item_selector`, and read it from the input";
    NotAssignedBefore { name: String, state: String, certain: bool, own: bool } (unassigned(*certain))
        "no state before `{state}` assigns `${name}`",
        help (Some(match own {
            true => "assignments of a state take effect in the next state".to_owned(),
            false => "assign it in an earlier state".to_owned(),
        })),
        advises (item_in_text(name));
    VariableOfInnerScope { name: String, owner: String, state: String, certain: bool } (unassigned(*certain))
        "`${name}` is a variable inside `{owner}`, which `{state}` does not see",
        help "pass its value on in the output",
        advises (item_in_text(name));
    HiddenFunction { name: String, at: Pointer } HiddenFunction
        "`${name}` is a variable here, which hides the function of that name",
        help "rename the variable, which is assigned at {at}",
        says "this variable hides the function `${name}`, which is called where the variable has a value",
        advises "rename the variable";
    NotInContext { object: String, name: String, members: Vec<&'static str>, near: NearestName } UnknownContext
        "the context object has no `{object}.{name}`",
        help (Some(match near {
            Some(near) => format!("did you mean `{object}.{near}`?"),
            None => format!("`{object}` has {}", all_of(members)),
        }));
    ContextInInput { path: String, meant: String } ContextInInput
        "`{path}` reads the state's input, not the context object", help "did you mean `{meant}`?";
    NoTokenHere { state: String } UnknownContext "there is no task token in state `{state}`",
        help "only a task that waits for one has it: an activity, or a call that ends in `.waitForTaskToken`";
    NoItemHere { root: &'static str, state: String } UnknownContext "there is no `{root}.Map` in state `{state}`",
        help "items are available in a Map state's `ItemSelector`";

    // Types of values.
    AbsentMember { holder: String, name: String, known: Vec<String>, near: NearestName } AbsentValue "`{holder}` has no member `{name}` here",
        help (did_you_mean(near).or_else(|| Some(match known.as_slice() {
            [] => "it has no members".to_owned(),
            known if *known == ERROR_OUTPUT && matches!(holder.as_str(), "$" | "$states.input") => {
                let field = if holder == "$" { "`ResultPath`, such as `$.error`," } else { "`Output`" };
                format!("it is the error output of a catcher: add {field} to the catcher to keep other values")
            }
            known if known.len() <= 8 => format!("it has {}", all_of(known)),
            known => format!("it has {} and {} more", quoted(known.iter().take(8)).join(", "), known.len() - 8),
        })));
    MemberElsewhere { holder: String, name: String, help: String } AbsentValue "`{holder}` has no member `{name}` here",
        help (Some(help.clone()));
    ShownAbsent { path: String } AbsentValue "`{path}` is absent here, as an earlier test shows",
        help "read it where the test shows that it is present";
    NotAnObject { holder: String, name: String, is: &'static str, help: Option<String> } AbsentValue
        "`{holder}` is {is}, which has no `{name}`",
        help (help.clone());
    NothingRead { function: String, text: String, is: &'static str } AbsentValue
        "`{function}` returns nothing, because `{text}` is {is}, and only objects have members";
    NoSuchItem { holder: String, index: i64, count: usize } AbsentValue
        (match count {
            0 => format!("`{holder}` is empty here, so there is no item at {index}"),
            1 => format!("`{holder}` has 1 item, none at {index}"),
            _ => format!("`{holder}` has {count} items, none at {index}"),
        }),
        help (if *count == 0 { None } else { Some("the first item is at 0".to_owned()) });
    PointerWithoutSlash { pointer: String, write: String } NotAllowedValue "a JSON pointer begins with `/`: `{pointer}` points to nothing",
        help "write `{write}`", fix (Some(Fix::Text(write.clone())));
    NotAList { path: String, is: &'static str } UnlikeValue "`{path}` is {is}, which has no items";
    UnlikeField { field: &'static str, wants: &'static str, is: &'static str, text: String } UnlikeValue
        (match *field {
            "Type" => format!("the items of a map must be {wants}, but `{text}` is {is}"),
            field => format!("`{field}` takes {wants}, but `{text}` is {is}"),
        }),
        help (match (*field, *is) {
            ("Condition", "a string" | "a number") => Some("compare it with a value: `… = …`".to_owned()),
            ("Timestamp", "a number") => Some(format!("`$fromMillis({text})` writes milliseconds as a timestamp")),
            ("Condition", _) => Some(format!("`$exists({text})` tests whether there is a value")),
            _ => None,
        });
    UnlikeNumber { field: &'static str, text: String, value: f64, min: f64, max: f64, whole: bool } UnlikeValue
        (match whole {
            true => format!("`{field}` takes a whole number from {min} to {max}, but `{text}` is {value}"),
            false => format!("`{field}` takes a number from {min} to {max}, but `{text}` is {value}"),
        });
    UnlikeTimestamp { field: &'static str, text: String, value: String } UnlikeValue
        "`{field}` takes an RFC 3339 timestamp, but `{text}` is \"{value}\"",
        help "a timestamp is like `2024-08-18T17:33:00Z`";
    UnlikeParameter { name: String, wants: &'static str, is: &'static str, of_dynamodb: bool } UnlikeValue
        "`{name}` takes {wants}, but this is {is}",
        help (of_dynamodb.then(|| match *is {
            "a number" => "a value of DynamoDB names its type: `{\"N\": …}`, with the number as a string".to_owned(),
            "a boolean" => "a value of DynamoDB names its type: `{\"BOOL\": …}`".to_owned(),
            "an array" => "a value of DynamoDB names its type: `{\"L\": [{\"S\": …}]}`".to_owned(),
            _ => "a value of DynamoDB names its type: `{\"S\": …}`".to_owned(),
        }));
    UnlikeArgument { function: String, wants: &'static str, is: &'static str, text: String } FailingCall
        "`{function}` takes {wants} here, but `{text}` is {is}";
    UnlikeOperand { sign: &'static str, wants: &'static str, is: &'static str, time: Option<String> } FailingCall
        "`{sign}` takes {wants}, but this is {is}",
        help (match (*sign, *is) {
            _ if time.is_some() => time.as_ref().map(|time| format!("`{time}` is the time as a number, in milliseconds")),
            ("+", "a string") => Some("`&` joins strings; `$number(…)` reads a number".to_owned()),
            (_, "a string") => Some("`$number(…)` reads a number".to_owned()),
            _ => None,
        });
    UnlikeKey { text: String, is: &'static str } FailingCall "a key is a string, but `{text}` is {is}",
        help (["a number", "a boolean"].contains(is).then(|| format!("`$string({text})` converts it to a string")));
    UnlikeOperands { sign: &'static str, one: &'static str, other: &'static str, time: Option<String> } FailingCall
        "`{sign}` cannot compare {one} with {other}",
        help (Some(match time {
            Some(time) => format!("`{time}` is the time as a number, in milliseconds"),
            None => "`$number(…)` reads a number, `$string(…)` writes a value".to_owned(),
        }));
    NeverTrue { what: String, near: NearestName } KnownAnswer "this is never true: {what}", help (did_you_mean(near));

    AlwaysTrue { values: &'static str, path: String, and: &'static str } KnownAnswer
        "this is true for every {values} `{path}`", help "did you mean `{and}`?";

    // Retriers and catchers.
    NoErrorNamed {} EmptyList "`ErrorEquals` names no error", help "`States.ALL` matches every error",
        says "no error is named here";
    UnknownReservedError { name: String, near: NearestName } UnknownErrorName
        "unknown reserved error `{name}`: this never matches",
        help (near.as_ref().map(|near| format!("did you mean `{PREFIX}{near}`?"))),
        fix (near.as_ref().map(|near| Fix::Text(format!("{PREFIX}{near}"))));
    MisspeltError { name: String, near: &'static str } UnknownErrorName
        "`{name}` is not a reserved error, so it only matches an error with this exact name",
        help "did you mean `{near}`?", fix (Some(Fix::Text((*near).to_owned())));
    StatesAllNotAlone {} StatesAllPlacement "`States.ALL` must be alone in its list",
        help "it matches every error: remove the others";
    StatesAllNotLast {} StatesAllPlacement "`States.ALL` must be in the last entry",
        help "entries after it are never tried: move it to the end";
    NeverCaught { name: String } NeverMatches "`{name}` is never caught or retried, even by its name",
        help "remove it: the execution fails with such an error at once";
    NeverRaised { name: String } NeverMatches "Step Functions never raises `{name}`",
        help "it raises `States.Runtime` instead, which no catcher can catch";
    ErrorNamedTwice { name: String } NeverMatches "the list already has `{name}`", help "remove one of the two";
    TakenEarlier { name: String } NeverMatches "an earlier entry already matches `{name}`",
        help "the first entry that matches decides: remove this one, or join the two";
    TakenByTaskFailed { name: String } NeverMatches "an earlier entry already matches `{name}`, by `{TASK_FAILED}`",
        help "it matches every error except `States.Timeout`: move it after the others";
    MaxDelayNotLonger { longest: u64, first: u64 } MaxDelayNotLonger
        "delays are limited to {longest} s, but the first delay is already {first} s",
        help "make it longer than `IntervalSeconds`", advises "make `max_delay` longer than `interval`";
    ErrorOfOthers { name: String, source: &'static str, heartbeat: bool } NeverMatches
        "`{name}` only comes from {source}, so this never matches here",
        help (heartbeat.then(|| "give the task a heartbeat, or remove the name".to_owned()));
    NotSaidToRaise { name: String, state: String, near: NearestName } UnraisedError
        "`{name}` is not among the declared errors of `{state}`",
        help (did_you_mean(near).or_else(|| Some("add it to the declared errors, or remove it here".to_owned()))), fix (text(near));
    ErrorOfIteration { name: String } NeverMatches
        "no error of an iteration leaves a distributed map, so `{name}` never matches",
        help "too many failed iterations end it with `{EXCEED_TOLERATED_FAILURE_THRESHOLD}`";
    NotRaisedInside { name: String, state: String, of_api: bool, service: Option<String>, near: NearestName }
        (if *of_api { UnraisedError } else { NeverMatches })
        "no state inside `{state}` can fail with `{name}`",
        help (did_you_mean(near).or_else(|| {
            let prefix = service.as_ref()?;
            Some(format!("errors `{prefix}.…` come from tasks that call this service"))
        })), fix (text(near));
    ErrorsPass { errors: Vec<String>, state: String } UncaughtError
        (format!(
            "{} {} not caught, though the other errors of `{state}` are: the workflow fails with {}",
            all_of(errors),
            if errors.len() == 1 { "is" } else { "are" },
            them(errors),
        )),
        help (Some(format!("name {} in a catcher, or add a catcher of `States.ALL` at the end", them(errors))));
    UncaughtHandler { state: String, inner: Vec<String>, next: Option<String> } UncaughtHandler
        (format!(
            "`{state}` runs when another state has failed, and {} not caught: then {}",
            match inner.as_slice() {
                [] => "its own errors are".to_owned(),
                inner => format!("errors of {} in it are", quoted(inner).join(" and ")),
            },
            next.as_ref().map_or_else(|| "the execution fails".to_owned(), |next| format!("`{next}` does not run")),
        )),
        help "give it a catcher of `States.ALL`";
    UnraisedError { call: String, name: String, near: NearestName, prefix: Option<String> } UnraisedError
        "`{call}` does not raise `{name}`",
        help (did_you_mean(near).or_else(|| {
            prefix.as_ref().map(|prefix| format!("the names of its errors begin with `{prefix}.`"))
        })), fix (text(near));
    OtherErrorPrefix { call: String, name: String, prefix: String, write: String, certain: bool }
        (if *certain { OtherErrorPrefix } else { UnraisedError })
        "errors of `{call}` begin with `{prefix}.`, so `{name}` never matches",
        help "write `{write}`", fix (Some(Fix::Text(write.clone())));

    // Tasks, and their resources.
    HeartbeatNotShorter { heartbeat: f64, timeout: f64 } HeartbeatNotShorter
        "a heartbeat interval of {heartbeat} s is not shorter than the timeout of {timeout} s";
    TaskOutlastsTimeout { what: &'static str, seconds: f64, limit: f64 } TaskOutlastsTimeout
        "a {what} of {seconds} s never ends the task: the execution ends after {limit} s",
        help "make it shorter than the `TimeoutSeconds` of the state machine",
        advises "make it shorter than the `timeout` of the workflow";
    CredentialsOfActivity {} UnknownField "field `Credentials` is not supported for activities";
    CredentialsWithoutRole { near: NearestName } MissingField "`Credentials` requires `RoleArn`, the role to assume",
        help (near.as_ref().map(|near| format!("`{near}` may be a misspelling of it")));
    TaskWithoutRequest { call: String, field: &'static str, arn: String } MissingField "a task that calls `{call}` needs `{field}`",
        advises "give the request in braces after the action: `{{ … }}`";
    TokenNotSent { state: String, language: QueryLanguage } TokenNotSent
        "the request does not pass the task token, so state `{state}` can never complete",
        help (Some(match language {
            QueryLanguage::JsonPath => "pass it: `$$.Task.Token` under a key that ends in `.$`".to_owned(),
            QueryLanguage::Jsonata => "pass it: `{% $states.context.Task.Token %}`".to_owned(),
        })),
        advises "pass `context.Task.Token` in the request";
    EndlessWait { state: String } EndlessWait
        "state `{state}` waits for its task token without a timeout, for up to a year",
        help "give it `TimeoutSeconds` or `HeartbeatSeconds`",
        advises "give it a `timeout` or a `heartbeat`: `timeout 1d`";
    ExpressActivity {} ExpressRestriction "an Express state machine does not support activities",
        help "use a Standard state machine";
    ExpressWaits { pattern: Pattern } ExpressRestriction
        (format!("an Express state machine does not support `{}` service integrations", pattern.suffix())),
        help (Some(match pattern {
            Pattern::Sync | Pattern::Sync2 => {
                "use a Standard state machine, or start the job without waiting for it".to_owned()
            }
            _ => "use a Standard state machine".to_owned(),
        }));
    NotAResource { arn: String, near: NearestName } BadResource "`{arn}` is not a resource ARN",
        help (Some(small_letter(near).unwrap_or_else(|| {
            "for example `arn:aws:states:::lambda:invoke`, or the ARN of a Lambda function or an activity".to_owned()
        }))),
        fix (near.as_deref().and_then(|near| in_its_case(arn, near)).map(Fix::Text)),
        advises (Some(small_letter(near).unwrap_or_else(|| {
            "for example `lambda::invoke`, or the ARN of a Lambda function or an activity as text".to_owned()
        })));
    UnknownApi { why: String, near: NearestName, write: Option<String>, by_sdk: bool, listed: bool } (if *listed { UnknownApi } else { UndocumentedService })
        (why.clone()),
        help (api_meant(near, *by_sdk)), fix (text(write)), advises (api_meant(&near.as_deref().filter(|_| *listed).map(in_the_language), *by_sdk));
    RetiredService { service: &'static str } RetiredService "AWS has retired the service `{service}`";
    EventStream { service: &'static str, operation: &'static str } UnsupportedOperation
        "`{service}:{operation}` streams events, which no task can receive", help "call it from a Lambda function";
    UnsupportedOperation { service: &'static str, operation: &'static str } UnsupportedOperation
        "Step Functions does not support `{service}:{operation}`", help "call it from a Lambda function";
    UndocumentedService { service: &'static str } UndocumentedService
        "`{service}` is not in AWS's list of the services that a task can call";
    UnknownPattern { why: String, near: Option<&'static str>, suffixes: Vec<&'static str> } BadResource (why.clone()),
        help (Some(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the suffixes are {}", all_of(suffixes)),
        })),
        fix (near.map(|near| Fix::Text(near.trim_start_matches('.').to_owned())));
    DoubtfulPattern { call: String, suffix: &'static str } DoubtfulPattern
        "AWS's pages contradict each other on `{call}` with `{suffix}`";
    PatternOfTheOptimised { call: String, suffix: &'static str, optimised: &'static str } BadResource
        "`{call}` does not support `{suffix}`",
        help "the optimised integration supports it: `{optimised}{suffix}`",
        advises (Some(format!(
            "the optimised integration supports it: `{}`", in_the_language(&format!("{optimised}{suffix}"))
        )));
    RefusedPattern { call: String, suffix: &'static str, others: Vec<&'static str> } BadResource
        "`{call}` does not support `{suffix}`",
        help (Some(match others.as_slice() {
            [] => "it returns at once: remove the suffix".to_owned(),
            others => format!("without a suffix it returns at once; it also supports {}", all_of(others)),
        }));
    ParameterOfAGroup { call: String, names: Vec<&'static str> } LeftOutParameter
        (format!("a request to `{call}` needs {}", one_of(names)));
    MissingParameters { call: String, place: Option<String>, names: Vec<&'static str>, near: NearestName, refused: bool }
        (if *refused { MissingParameter } else { LeftOutParameter })
        (match place {
            None => format!("a request to `{call}` needs {}", all_of(names)),
            Some(place) => format!("`{place}` of `{call}` needs {}", all_of(names)),
        }),
        help (near.as_ref().map(|near| format!("`{near}` may be a misspelling of it")));
    LeftOutToken { call: String, name: &'static str, language: QueryLanguage } LeftOutToken
        "a request to `{call}` leaves out `{name}`, an idempotency token that the API requires",
        help (Some(match language {
            QueryLanguage::JsonPath => filled_by_sdks(&format!("\"{name}.$\": \"$$.Execution.Name\"")),
            QueryLanguage::Jsonata => {
                filled_by_sdks(&format!("\"{name}\": \"{{% $states.context.Execution.Name %}}\""))
            }
        })),
        advises (Some(filled_by_sdks(&format!("{name}: context.Execution.Name"))));
    UnknownParameter {
        call: String,
        place: Option<String>,
        name: String,
        near: NearestName,
        inside: bool,
        is_key: bool,
        certain: bool
    }
        (if *certain { UnknownParameter } else { DoubtfulParameter })
        (match place {
            None => format!("`{call}` has no parameter `{name}`"),
            Some(place) => format!("`{place}` of `{call}` has no member `{name}`"),
        }),
        help (match near {
            Some(holder) if *inside => Some(format!("it is a member of `{holder}`")),
            Some(near) if *is_key => Some(of_jsonata(near)),
            near => did_you_mean(near),
        }),
        fix (if *inside || *is_key { None } else { key(near) });
    ParameterIsNoText { name: String, is: &'static str, text: Option<String>, certain: bool } (wrong_parameter(*certain))
        "`{name}` takes a string, found {is}",
        help (text.as_ref().map(|text| format!("write it in quotes: `\"{text}\"`"))),
        fix (text.as_ref().map(|text| Fix::Value(text.as_str().into())));
    WrongParameterType { name: String, takes: &'static str, is: &'static str, text: Option<String>, certain: bool }
        (wrong_parameter(*certain))
        (match text {
            Some(text) => format!("`{name}` takes {takes}, found `{text}`"),
            None => format!("`{name}` takes {takes}, found {is}"),
        });
    UntypedValue { name: String, is: &'static str, typed: String, certain: bool } (wrong_parameter(*certain))
        "`{name}` takes an object, found {is}", help "a value of DynamoDB names its type: `{typed}`",
        fix (serde_json::from_str(typed).ok().map(Fix::Value));
    LiteralAsText { name: String, takes: &'static str, text: String } UnlikeValue
        "`{name}` takes {takes}, found the text `{text}`",
        help "write `{text}` without quotes",
        fix (serde_json::from_str(text.trim()).ok().map(Fix::Value));
    BeyondLimits { name: String, takes: String, is: String } UnlistedValue "`{name}` takes {takes}, found {is}";
    UnlistedValue { text: String, name: String, values: Vec<&'static str>, near: NearestName } UnlistedValue
        "`{text}` is not among the values that AWS lists for `{name}`",
        help (Some(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if values.len() <= 8 => format!("expected {}", one_of(values)),
            None => "a newer value may be valid".to_owned(),
        }));
    ArnForUrl { name: String, text: String, meant: NearestName } UnlikeArn "`{name}` takes a URL, found the ARN `{text}`",
        help (meant.as_ref().map(|meant| format!("its URL is `{meant}`")));
    OtherArn { name: String, text: String, of: &'static str, service: &'static str, start: &'static str } UnlikeArn
        "`{name}` takes {of}, found `{text}`",
        help "its ARN is like `arn:aws:{service}:…:{start}…`";
    OtherEndpoint { protocol: &'static str, of: &'static str, text: String } UnlikeArn
        "the endpoint of protocol `{protocol}` is {of}, found `{text}`";
    NoUri { name: String, text: String, scheme: &'static str } UnlikeArn "`{name}` takes a URI, found `{text}`",
        help "write `{scheme}{text}`", fix (can_follow(scheme, text).then(|| Fix::Text(format!("{scheme}{text}"))));
    ArnForName { name: String, text: String, meant: String } UnlikeArn "`{name}` takes a name, found `{text}`",
        help "write `{meant}`";
    ReservedSource { text: String } ReservedSource
        "`{text}` is not allowed: sources that begin with `aws.` belong to AWS, and EventBridge rejects the entry",
        help "use a name of your own, such as `com.example.orders`";
    RegionOfAnotherPartition { arn: String, region: String, partition: &'static str } MixedArns
        "the region `{region}` of `{arn}` belongs to the partition `{partition}`",
        help "write `arn:{partition}:`, or a region of the partition in the ARN";
    MixedArns { arn: String, what: &'static str, own: String, others: String } MixedArns
        "`{arn}` is in the {what} `{own}`, but other ARNs are in `{others}`",
        help "an execution only calls services in its own {what}: use ARNs of one {what}";
    MemberOfScalar { place: String, name: String, is: &'static str, help: Option<String>, certain: bool }
        (if *certain { UnknownResultMember } else { DoubtfulResultMember })
        "{place} is {is}, which has no `{name}`", help (help.clone());
    NoSuchResult { call: String, name: String, kind: Option<&'static str>, help: Option<String>, certain: bool }
        (if *certain { UnknownResultMember } else { DoubtfulResultMember })
        (match kind {
            None => format!("the result of `{call}` has no member `{name}` here"),
            Some(kind) => format!("the result of `{call}` is {kind} here, which has no `{name}`"),
        }),
        help (help.clone());

    // Maps.
    NoExecutionType {} MissingField "a distributed map needs `ExecutionType`", help "`STANDARD` or `EXPRESS`";
    ExecutionTypeOfInline {} UnknownField "field `ExecutionType` is not supported in an inline map",
        help "remove it, or make the mode `DISTRIBUTED`";
    ExpressDistributed {} ExpressRestriction "an Express state machine does not support distributed maps",
        help "use an inline map";
    CsvWithoutHeaders {} MissingField "a reader of CSV needs `CSVHeaderLocation`",
        help "`FIRST_ROW`, or `GIVEN` with `CSVHeaders`",
        advises "declare where the column names are: `headers: first_row`, or `headers: [\"id\", …]`";
    FieldOfFormat { field: &'static str, input: String } UnknownField "field `{field}` is not supported in a reader of {input}",
        help "remove it", says "a reader of {input} has no headers";
    NoInputType {} MissingField "a reader that loads the objects that it lists needs `InputType`";
    NoGivenHeaders {} MissingField "a reader with given headers needs `CSVHeaders`";
    FieldOfDistributed { field: &'static str } NoEffect "field `{field}` has no effect in an inline map",
        help "remove it, or make the mode `DISTRIBUTED`",
        says "this has no effect in a map that is not `distributed`",
        advises "remove it, or make the map `distributed`";
    ItemsBesideReader { field: &'static str } NoEffect
        "field `{field}` has no effect together with `ItemReader`: the items come from the reader",
        help "remove it; `ItemsPointer` selects items inside a JSON object";
    FieldOfOtherInput { field: &'static str, input: String, inputs: &'static [&'static str] } NoEffect
        "field `{field}` has no effect on input of type {input}", help (Some(format!("it only applies to {}", all_of(*inputs))));
    HeadersInFirstRow {} NoEffect "field `CSVHeaders` has no effect: the names are in the first row",
        help "set `CSVHeaderLocation` to `GIVEN`, or remove `CSVHeaders`";
    NoRequest { of: &'static str, field: &'static str } MissingField "{of} with a `Resource` needs `{field}`";
    NoResource { of: &'static str, field: &'static str } MissingField "{of} with `{field}` needs `Resource`";
    EmptyLabel {} BadLabel "the label is empty";
    LabelTooLong { characters: usize } BadLabel "the label has {characters} characters, but at most {LABEL_CHARS} are allowed";
    CharacterInLabel { character: char } BadLabel "a label cannot contain {character:?}";
    DuplicateLabel { label: String, first: String, second: String } DuplicateLabel
        "the maps `{first}` and `{second}` have the same label, `{label}`";

    // Limits.
    RunawayLoop { first: String, last: Option<String>, tasks: bool } RunawayLoop
        (format!(
            "{} {}",
            match last {
                None => format!("`{first}` loops"),
                Some(last) => format!("the loop from `{first}` to `{last}` runs"),
            },
            match tasks {
                true => format!("without a pause until the history is full, at {HISTORY_EVENTS} events"),
                false => "without changing anything that its exit depends on".to_owned(),
            },
        )),
        help (Some(match tasks {
            true => "add a Wait state to the loop, or let a retrier with an interval try again".to_owned(),
            false => "count the turns in a variable, or leave the loop".to_owned(),
        }));
    UnchangingLoop { ends: Option<(String, String)>, choice: String } RunawayLoop
        (format!(
            "after the first turn, {}: nothing in the loop changes the data that `{choice}` tests",
            match ends {
                Some((first, last)) => format!("the loop from `{first}` to `{last}` never ends"),
                None => format!("`{choice}` loops forever"),
            },
        )),
        help "use data that a state of the loop returns or assigns, such as the result of a task or a counter";
    WaitOutlasts { state: String, seconds: u64, begins: u64, limit: u64, of: Option<MachineType> }
        (if of.is_some() { OutlastsExecution } else { OutlastsTimeout })
        (format!(
            "`{state}` waits {}{}, and {} ends after {}",
            in_words(*seconds),
            match begins {
                0 => String::new(),
                begins => format!(" from {} on at the earliest", in_words(*begins)),
            },
            match of {
                Some(MachineType::Express) => "an Express execution",
                Some(MachineType::Standard) => "a Standard execution",
                None => "the execution",
            },
            in_words(*limit),
        )),
        help (Some(match of {
            Some(MachineType::Express) => "wait in a Standard workflow, which may last a year, or wait less".to_owned(),
            Some(MachineType::Standard) => "wait less: nothing lasts longer than a year".to_owned(),
            None => "wait less, or give the workflow a longer timeout".to_owned(),
        }));
    PayloadTooLarge { what: &'static str, bytes: usize } PayloadTooLarge "{what} has at least {bytes} bytes, but only {PAYLOAD_BYTES} are allowed",
        help "store it in S3, and its location in the workflow";
}
