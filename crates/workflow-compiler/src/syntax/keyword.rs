//! The table of clauses with their names, meanings and contexts, which drives the parser, completion in editors, the
//! formatter and the reference.

use workflow_asl::StateKind;
use workflow_asl::StateKind::{Fail, Map, Parallel, Pass, Succeed, Task};
use workflow_asl::document::{Kinds, QueryLanguage};

/// The syntax after a clause's keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClauseSyntax {
    /// A value: literal, object, array, reference or expression.
    Value,
    /// A duration, a number of seconds, a reference, or `none`.
    Duration,
    /// An object in braces.
    Object,
    /// A JSONPath as text, a reference, or `null`.
    Path,
    /// Text.
    Text,
    /// Nothing.
    Nothing,
    /// Special syntax.
    Own,
}

macro_rules! clauses {
    ($( $name:ident $keyword:literal $takes:ident, in $kinds:expr $(, only $language:ident)?, repeat $repeat:literal, $doc:literal; )*) => {
        /// The kinds of clauses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ClauseKind {
            $( #[doc = $doc] $name, )*
        }

        impl ClauseKind {
            /// All clauses, in the order of the reference.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// Returns its keyword.
            pub fn keyword(self) -> &'static str {
                match self { $( Self::$name => $keyword, )* }
            }

            /// Returns the syntax after the keyword.
            pub fn takes(self) -> ClauseSyntax {
                match self { $( Self::$name => ClauseSyntax::$takes, )* }
            }

            /// Returns the kinds of state that may have it.
            pub fn kinds(self) -> Kinds {
                match self { $( Self::$name => $kinds, )* }
            }

            /// Returns the only query language that supports it; `None` for both.
            pub fn language(self) -> Option<QueryLanguage> {
                match self { $( Self::$name => clauses!(@language $($language)?), )* }
            }

            /// Returns whether a state may have it several times.
            pub fn repeats(self) -> bool {
                match self { $( Self::$name => $repeat, )* }
            }

            /// Returns its meaning in one sentence.
            pub fn doc(self) -> &'static str {
                match self { $( Self::$name => $doc, )* }
            }

            /// Returns the clause with this keyword.
            pub fn from_keyword(keyword: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|clause| clause.keyword() == keyword)
            }
        }
    };
    (@language) => { None };
    (@language $language:ident) => { Some(QueryLanguage::$language) };
}

const WORKS: Kinds = Kinds::of(&[Task, Parallel, Map]);
const TASK: Kinds = Kinds::of(&[Task]);
/// The kinds of the clauses that only a map has.
pub(super) const MAP: Kinds = Kinds::of(&[Map]);
const FLOWS: Kinds = Kinds::except(&[Fail]);
const SHAPES: Kinds = Kinds::of(&[Pass, Task, Parallel, Map]);

clauses! {
    Retry "retry" Own, in WORKS, repeat true, "Retries the state after these errors.";
    Catch "catch" Own, in WORKS, repeat true, "Continues at another state after these errors.";
    Timeout "timeout" Duration, in TASK, repeat false, "How long one attempt may last.";
    Heartbeat "heartbeat" Duration, in TASK, repeat false, "The maximum time between two heartbeats.";
    Credentials "credentials" Object, in TASK, repeat false, "The role that the task assumes: `{ RoleArn: … }`.";
    Assign "assign" Object, in Kinds::except(&[Succeed, Fail]), repeat false, "Assigns variables. The states after this one can read them.";
    Output "output" Value, in FLOWS, only Jsonata, repeat false, "The state's output.";
    Arguments "arguments" Value, in Kinds::of(&[Task, Parallel]), only Jsonata, repeat false, "The request, if it is a single expression.";
    InputPath "input_path" Path, in FLOWS, only JsonPath, repeat false, "The part of the input that the state uses.";
    Parameters "parameters" Value, in SHAPES, only JsonPath, repeat false, "The effective input, as a payload template.";
    Result "result" Value, in Kinds::of(&[Pass]), only JsonPath, repeat false, "The literal output of the pass.";
    ResultSelector "result_selector" Object, in WORKS, only JsonPath, repeat false, "The parts of the result to keep.";
    ResultPath "result_path" Path, in SHAPES, only JsonPath, repeat false, "Where the result goes in the input.";
    OutputPath "output_path" Path, in FLOWS, only JsonPath, repeat false, "The part that becomes the output.";
    ItemSelector "item_selector" Value, in MAP, repeat false, "The input of each iteration.";
    MaxConcurrency "max_concurrency" Value, in MAP, repeat false, "How many iterations run at once; 0 for as many as possible.";
    Tolerate "tolerate" Own, in MAP, repeat true, "How many items may fail: `percent …` or `count …`.";
    Inline "inline" Nothing, in MAP, repeat false, "Runs the iterations within the execution, and writes `INLINE` in the document.";
    Distributed "distributed" Own, in MAP, repeat false, "Runs the iterations as child executions, `express` or `standard`.";
    ItemReader "item_reader" Own, in MAP, repeat false, "Reads the items from S3.";
    Batch "batch" Value, in MAP, repeat false, "How many items a child execution gets, or the members of `ItemBatcher` in braces.";
    WriteTo "write_to" Own, in MAP, repeat false, "Writes the results to S3: `{ Bucket: …, Prefix: … }`.";
    Label "label" Text, in MAP, repeat false, "The label in the ARNs of the map runs.";
    Errors "errors" Own, in TASK, repeat false, "All errors that the called code raises, such as a function's: `[OutOfStock, …]`.";
    Unchecked "unchecked" Nothing, in Kinds::of(&[Task, Map]), repeat false, "Skips the checks against the table of AWS's APIs, for an API that is newer than the table.";
    Query "query" Own, in Kinds::ALL, repeat false, "The query language of this state's own fields.";
    Comment "comment" Text, in Kinds::ALL, repeat false, "A comment for the document that `///` cannot write.";
    Raw "raw" Object, in Kinds::ALL, repeat false, "Literal fields of the document. They are still checked.";
}

impl ClauseKind {
    /// Returns whether a state of this kind may have it.
    pub fn stands_on(self, kind: StateKind) -> bool {
        self.kinds().contains(kind)
    }

    /// Returns whether it is allowed in the braces of a catcher or of a choice's arm (as `in_catcher` says).
    pub fn stands_in_block(self, in_catcher: bool) -> bool {
        use ClauseKind::{Assign, Comment, Output, ResultPath};
        matches!(self, Assign | Output | Comment) || (in_catcher && self == ResultPath)
    }
}

/// A word of the language and its meaning in one sentence.
#[derive(Clone, Copy, Debug)]
pub struct Keyword {
    /// The word.
    pub word: &'static str,
    /// The meaning.
    pub doc: &'static str,
}

const fn keyword(word: &'static str, doc: &'static str) -> Keyword {
    Keyword { word, doc }
}

/// The declarations at the top of a workflow.
pub const DECLARATIONS: &[Keyword] = &[
    keyword("input", "The execution's input: fields in braces, or a type."),
    keyword("returns", "The result: fields in braces, or a type."),
    keyword("params", "Values that become known at deployment."),
    keyword("placeholders", "Lets texts contain `${Name}`, the value of the param with that name."),
    keyword("struct", "A named type with fields."),
    keyword("enum", "A named type with variants: texts, or with data."),
    keyword("query", "The query language: `jsonata` (the default) or `jsonpath`."),
    keyword("type", "The state machine's type: `standard` (the default) or `express`."),
    keyword("timeout", "How long an execution may last."),
    keyword("version", "The version of the States language, such as `\"1.0\"`."),
    keyword("comment", "The definition's comment, if `///` cannot express it."),
    keyword("start", "The first state to run, if it is not the first in the source."),
    keyword("retry", "A retrier with a name, for use in any state."),
    keyword("catch", "A catcher with a name, for use in any state."),
    keyword("defaults", "Clauses that are added to every task, or to every `map` or `parallel`, after its own."),
    keyword("from", "A document in Amazon States Language that contains the states."),
    keyword("property", "What must hold for every execution: `after A: B or C`, `A before B` and others."),
];

/// The keywords that declare states.
pub const STATES: &[(StateKind, Keyword)] = &[
    (Task, keyword("task", "Calls a service, a Lambda function or an activity.")),
    (Pass, keyword("pass", "Passes its input on, or produces a value.")),
    (StateKind::Wait, keyword("wait", "Waits for a time (`for`) or until a time (`until`).")),
    (StateKind::Choice, keyword("choice", "Continues at the state of the first rule that is true.")),
    (Parallel, keyword("parallel", "Runs branches at the same time.")),
    (Map, keyword("map", "Runs the same states for each item.")),
    (Succeed, keyword("succeed", "Ends the execution or branch successfully.")),
    (Fail, keyword("fail", "Ends the execution or branch with an error.")),
];

/// The keyword that uses a fragment, among the states.
pub const USE: Keyword =
    keyword("use", "Runs the states of a fragment here: `use Notify { to: input.email } -> Next;`.");

/// The keyword that repeats states, branches or arms for the items of a list.
pub const FOR: Keyword =
    keyword("for", "Repeats what is in the braces for each item of a list: `for region in [\"eu\", \"us\"] { … }`.");

/// The words at the top of the macro.
pub const TOP: &[Keyword] = &[
    keyword("workflow", "Declares a workflow."),
    keyword("fragment", "Declares states that workflows can use several times."),
];

/// Returns the keyword that declares states of this kind.
pub fn state_keyword(kind: StateKind) -> &'static str {
    STATES.iter().find(|(of, _)| *of == kind).map_or("", |(_, keyword)| keyword.word)
}

/// The fields in a retrier's braces.
pub const RETRY_FIELDS: &[Keyword] = &[
    keyword("interval", "The time before the first retry; 1 second by default."),
    keyword("max_attempts", "How many retries at most; 3 by default, 0 for never."),
    keyword("backoff", "The factor between successive retry intervals; 2.0 by default."),
    keyword("max_delay", "The longest interval between retries."),
    keyword("jitter", "`full` to spread retries at random, `none` (the default) not to."),
];

/// The fields in a fail's braces.
pub const FAIL_FIELDS: &[Keyword] =
    &[keyword("error", "The error's name."), keyword("cause", "A description of what happened.")];

/// Words that have a meaning only after another word: that word, and the words after it.
pub const SETTINGS: &[(&str, &[Keyword])] = &[
    (
        "query",
        &[
            keyword("jsonata", "JSONata, in `{% … %}`."),
            keyword("jsonpath", "JSONPath and intrinsic functions."),
            keyword("explicit", "Writes the query language in the document, even if it is the default."),
        ],
    ),
    ("type", &[keyword("standard", "Standard workflow."), keyword("express", "Express workflow.")]),
    ("distributed", &[keyword("standard", "Children are Standard."), keyword("express", "Children are Express.")]),
    ("tolerate", &[keyword("percent", "A share of the items, 0 to 100."), keyword("count", "A number of items.")]),
    ("wait", &[keyword("for", "For a duration."), keyword("until", "Until a timestamp.")]),
    (
        "choice",
        &[
            keyword("match", "Compares one value with the arms."),
            keyword(
                "nonexhaustive",
                "Allows that no rule matches; the execution then fails with `States.NoChoiceMatched`.",
            ),
        ],
    ),
    (
        "defaults",
        &[keyword("map", "Handlers that every map gets."), keyword("parallel", "Handlers that every parallel gets.")],
    ),
    (
        "map",
        &[
            keyword("over", "The items: a value, or a reader such as `s3::csv { … }`."),
            keyword("iterator", "Writes `Iterator` in the document, the older name of `ItemProcessor`."),
        ],
    ),
    (
        "jitter",
        &[
            keyword("full", "Each interval is random, at most the computed one."),
            keyword("none", "Each interval is the computed one."),
        ],
    ),
    (
        "from",
        &[keyword(
            "unchecked",
            "Skips the checks against the table of AWS's APIs, for APIs that are newer than the table.",
        )],
    ),
    (
        "property",
        &[
            keyword("after", "`after A: B or C`: when A has succeeded, B or C is entered before the end."),
            keyword("never", "`never both A and B`: A and B do not both succeed."),
            keyword("both", "`never both A and B`: A and B do not both succeed."),
            keyword("and", "`never both A and B`: A and B do not both succeed."),
            keyword("at", "`at most once A`: A does not succeed twice."),
            keyword("most", "`at most once A`: A does not succeed twice."),
            keyword("once", "`at most once A`: A does not succeed twice."),
            keyword("before", "`A before B`: B is not entered before A has succeeded."),
            keyword("ends", "`ends in A or B`: the last state is A or B."),
            keyword("in", "`ends in A or B`: the last state is A or B."),
            keyword("no", "`no A after B`: A is not entered after B was."),
            keyword("reachable", "`reachable A`: an execution can enter A."),
            keyword("output", "`output has m: a or b`: the output has the member, with one of these texts."),
            keyword("has", "`output has m: a or b`: the output has the member, with one of these texts."),
            keyword("or", "Another state that may follow, or in which executions may end; another text."),
            keyword("entered", "After a state: when it is entered."),
            keyword("succeeded", "After a state: when it is left, but not through a catcher."),
            keyword("failed", "After a state: when it fails and is not retried; `failed with E`, with this error."),
            keyword("with", "`A failed with E`: A fails with this error and is not retried."),
            keyword("timed", "`A timed out`: A fails because it takes too long."),
            keyword("out", "`A timed out`: A fails because it takes too long."),
            keyword("tolerated", "`A tolerated failures`: the distributed map succeeds although items failed."),
            keyword("failures", "`A tolerated failures`: the distributed map succeeds although items failed."),
            keyword("since", "At the end: only what happens after A has succeeded counts, each time anew."),
            keyword("until", "At the end: only what happens before A is entered counts."),
            keyword("unless", "At the end: an execution that enters A need not have the property."),
        ],
    ),
    ("start", &[]),
];

/// The words that are not allowed as state names, because they have a meaning in expressions and transitions.
pub const RESERVED: &[&str] = &[
    "end", "input", "state", "result", "item", "index", "context", "params", "caught", "true", "false", "null", "const",
];
