//! The registry of diagnostic codes. Each has a number that never changes its meaning, a title, a severity and, if AWS
//! has one, the service's own code.

use std::fmt;

use crate::Severity;
use crate::document::QueryLanguage;

macro_rules! codes {
    ($( $name:ident = $id:literal $severity:ident $($mark:ident)? $title:literal $( , $aws:literal )? ; )*) => {
        /// A diagnostic code. `docs/errors.md` has a page for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $( #[doc = $title] $name, )*
        }

        impl Code {
            /// All codes, in numerical order.
            pub const ALL: &'static [Code] = &[ $( Code::$name, )* ];

            /// Returns the number, such as `WF0201`: WF01 syntax, 02 names, 03 graph, 04 data, 05 AWS, 06 limits.
            pub fn id(self) -> &'static str {
                match self { $( Code::$name => $id, )* }
            }

            /// Returns the title, in a few words.
            pub fn title(self) -> &'static str {
                match self { $( Code::$name => $title, )* }
            }

            /// Returns the severity of findings with this code.
            pub fn severity(self) -> Severity {
                match self { $( Code::$name => Severity::$severity, )* }
            }

            /// Returns the code of the Step Functions API for such a finding (`ValidateStateMachineDefinition`); `None`
            /// for findings that only exist in the `workflow!` language.
            pub fn aws(self) -> Option<&'static str> {
                match self { $( Code::$name => codes!(@aws $($aws)?), )* }
            }

            /// Returns whether it compares a definition with AWS's APIs as [`workflow_services`] has them. AWS may have
            /// newer ones: a definition with such an error may still run.
            pub fn depends_on_table(self) -> bool {
                match self { $( Code::$name => codes!(@of_table $($mark)?), )* }
            }

            /// Returns whether AWS accepts a definition with such an error, but its executions fail when they reach it.
            pub fn fails_only_when_it_runs(self) -> bool {
                match self { $( Code::$name => codes!(@at_run $($mark)?), )* }
            }

            /// Returns whether an execution that reaches such a finding certainly cannot go on, whatever APIs AWS has: an
            /// error, or a warning about something that fails in a state of this language. JSONata returns nothing
            /// where a path of JSONPath fails.
            pub fn stops_executions(self, language: QueryLanguage) -> bool {
                let stops = match self { $( Code::$name => codes!(@stops language $($mark)?), )* };
                stops || self.is_certain()
            }
        }
    };
    (@aws $aws:literal) => { Some($aws) };
    (@aws) => { None };
    (@of_table of_table) => { true };
    (@of_table $($other:ident)?) => { false };
    (@stops $language:ident stops) => { true };
    (@stops $language:ident stops_paths) => { $language == QueryLanguage::JsonPath };
    (@stops $language:ident $($other:ident)?) => { false };
    (@at_run at_run) => { true };
    (@at_run $($other:ident)?) => { false };
}

codes! {
    // WF01: syntax, of the language and of the document.
    Syntax = "WF0101" Error "the text does not parse";
    UnknownDeclaration = "WF0102" Error "unknown declaration or kind of state";
    UnknownClause = "WF0103" Error "unknown clause";
    UnknownClauseField = "WF0104" Error "unknown field in a clause";
    RepeatedClause = "WF0105" Error "duplicate clause or declaration";
    MisplacedClause = "WF0106" Error "the clause does not belong to this kind of state or query language";
    BadDuration = "WF0107" Error "not a duration";
    BadLiteral = "WF0108" Error "not a value of the language";
    BadJsonPath = "WF0109" Error "malformed JSONPath", "SCHEMA_VALIDATION_FAILED";
    BadIntrinsic = "WF0110" Error "malformed intrinsic function", "SCHEMA_VALIDATION_FAILED";
    BadJsonata = "WF0111" Error "malformed JSONata", "INVALID_JSONATA_EXPRESSION";
    UnsupportedJsonata = "WF0112" Error "JSONata that Step Functions does not run", "UNSUPPORTED_JSONATA_EXPRESSION";
    UnreadableFile = "WF0117" Error "a file that cannot be read";
    BesideFrom = "WF0118" Error "a declaration that conflicts with the document of `from`";
    DuplicateKey = "WF0119" Error "duplicate key in an object", "INVALID_JSON_DESCRIPTION";
    NotJson = "WF0120" Error "the document cannot be read", "INVALID_JSON_DESCRIPTION";
    WrongType = "WF0121" Error "a field has a value of the wrong type", "SCHEMA_VALIDATION_FAILED";
    UnknownField = "WF0122" Error "a field is not supported", "SCHEMA_VALIDATION_FAILED";
    WrongLanguageField = "WF0123" Error "a field belongs to the other query language", "SCHEMA_VALIDATION_FAILED";
    MissingField = "WF0124" Error "a required field is missing", "SCHEMA_VALIDATION_FAILED";
    ExclusiveFields = "WF0125" Error "fields that exclude each other", "SCHEMA_VALIDATION_FAILED";
    NotAllowedValue = "WF0126" Error "a value is not one of those allowed", "SCHEMA_VALIDATION_FAILED";
    BadTemplate = "WF0127" Error "a payload template field is wrong", "SCHEMA_VALIDATION_FAILED";
    BadTimestamp = "WF0128" Error "not an RFC 3339 timestamp", "SCHEMA_VALIDATION_FAILED";
    EmptyList = "WF0129" Error "an empty list that must have an item", "SCHEMA_VALIDATION_FAILED";

    PathUnderPlainKey = "WF0130" Warning "a path that is treated as text", "NO_DOLLAR";
    StaticResult = "WF0131" Warning "a path inside a literal `Result`", "PASS_RESULT_IS_STATIC";
    JsonPathKey = "WF0132" Warning "a key of JSONPath in a JSONata state";
    NoEffect = "WF0133" Warning "a field that has no effect here";
    ExpressionAsText = "WF0134" Warning "an expression that is treated as text";
    ReferenceAsText = "WF0135" Warning "a reference in braces that is treated as text";
    NotADefinition = "WF0136" Error "the document is not a definition", "SCHEMA_VALIDATION_FAILED";
    TruthWord = "WF0137" Warning "a name that YAML 1.1 reads as a boolean";

    // WF02: names.
    UnknownTarget = "WF0201" Error "a transition to a state that does not exist", "MISSING_TRANSITION_TARGET";
    DuplicateState = "WF0202" Error "two states with one name";
    DuplicateStateName = "WF0203" Error "two states with one ASL name", "DUPLICATE_STATE_NAME";
    ReservedName = "WF0204" Error "a reserved name";
    TargetInOtherScope = "WF0205" Error "a transition into or out of a branch or map", "MISSING_TRANSITION_TARGET";
    UnknownHandler = "WF0206" Error "no retrier or catcher with this name";
    UnknownType = "WF0207" Error "unknown type";
    DuplicateName = "WF0208" Error "a workflow, type, field or handler is declared twice";
    BadVariableName = "WF0209" Error "not a variable name", "INVALID_VARIABLE_NAME";
    ReservedVariable = "WF0210" Error "a reserved variable name", "RESERVED_VARIABLE_NAME";
    OuterVariable = "WF0211" Error "a variable that belongs to an outer scope";
    UnknownErrorName = "WF0212" Warning "a reserved error name that does not exist";
    DuplicateLabel = "WF0213" Error "two maps with one label", "DUPLICATE_LABEL_NAME";
    UnknownFunction = "WF0214" Warning stops "a JSONata function that does not exist";
    UnknownVariant = "WF0215" Error "unknown variant of an enum";
    NoSuchFunction = "WF0216" Error "unknown function of the language";
    RecursiveType = "WF0217" Error "a struct that contains itself";
    VariableOutOfScope = "WF0218" Error "a variable from outside a distributed map";
    UnusedDeclaration = "WF0219" Warning "a type, handler or closure parameter that is not used";
    BadProperty = "WF0220" Error "a property that its states cannot have";
    UnknownFragment = "WF0221" Error "no fragment with this name";
    FragmentArgument = "WF0222" Error "an argument that a fragment lacks or cannot take";
    OutsideFragment = "WF0223" Error "a name that a fragment does not have";
    NotInlined = "WF0224" Error "a fragment whose states cannot be inlined";
    NotRepeated = "WF0225" Error "a `for` that cannot be expanded";

    // WF03: graph.
    UnreachableState = "WF0301" Error "a state that no path reaches", "MISSING_TRANSITION_TARGET";
    NoWayToEnd = "WF0302" Error "no state ends the workflow", "MISSING_END_STATE";
    MissingTransition = "WF0303" Error "a state without a transition", "SCHEMA_VALIDATION_FAILED";
    NoStates = "WF0304" Error "a workflow, branch or map without states", "SCHEMA_VALIDATION_FAILED";
    NotExhaustive = "WF0305" Error "a choice that may match nothing";
    DeadArm = "WF0306" Error "an arm of a choice that is never taken";
    NeverMatches = "WF0307" Warning "an error name that never matches in its retrier or catcher";
    NoDefault = "WF0308" Warning "a choice that may match nothing";
    EndlessLoop = "WF0309" Warning "a loop without an exit";
    RunawayLoop = "WF0310" Warning "a loop that fills the history";
    UncaughtError = "WF0311" Warning "an uncaught error of a task whose other errors are caught";
    UncaughtHandler = "WF0312" Warning "an error handler whose own errors are not caught";

    // WF04: data.
    UnknownInputField = "WF0401" Error "unknown field of the execution's input";
    UnknownParam = "WF0402" Error "unknown deploy-time parameter";
    UnlikeTypes = "WF0403" Error "mismatched types";
    ReferenceNotHere = "WF0404" Error "a reference that is not available here";
    NeedsJsonata = "WF0405" Error "an expression that JSONPath does not have";
    UnguardedOption = "WF0406" Error "an optional value used as if present";
    StateReference = "WF0407" Error "a reference to another state's result";
    UnknownMember = "WF0408" Error "unknown member of a value";
    WrongArgument = "WF0409" Error at_run "a function's arguments are too few, too many or of the wrong type";
    UnassignedVariable = "WF0410" Error at_run "a variable that nothing has assigned";
    MaybeUnassigned = "WF0411" Warning "a variable that may have no value here";
    FailingCall = "WF0412" Warning stops "a call or an operator that fails on its values";
    MayNotHaveRun = "WF0413" Error "the result of a state that may not have run";
    OtherScope = "WF0414" Error "the result of a state in another scope";
    NothingCaught = "WF0415" Error "the error of a catch that may not have happened";
    VariableTaken = "WF0416" Error "a variable that the compiler uses for a result";
    OutputDoesNotFit = "WF0417" Error "an output that is not of the declared type";
    UnusedParam = "WF0418" Warning "a deploy-time parameter that is not used";
    UnknownContext = "WF0419" Warning stops_paths "unknown member of the context object";
    KnownAnswer = "WF0420" Warning "a condition that is always true or always false";
    AbsentValue = "WF0421" Warning stops_paths "a path to a value that is not there";
    UnlikeValue = "WF0422" Warning stops "a value of the wrong type for its use";
    ContextInInput = "WF0423" Warning "a member of the context object read from the input";
    UndeclaredMember = "WF0424" Warning "a member of an output that is not declared";
    HiddenFunction = "WF0425" Error at_run "a call of a function that a variable hides";

    // WF05: AWS.
    BadResource = "WF0501" Error "not a resource ARN", "SCHEMA_VALIDATION_FAILED";
    ExpressRestriction = "WF0502" Error "not supported in an Express state machine", "SCHEMA_VALIDATION_FAILED";
    TokenNotSent = "WF0503" Warning stops "a task waits for a token that it does not send";
    UnknownApi = "WF0504" Error of_table "unknown service, operation or integration", "SCHEMA_VALIDATION_FAILED";
    RetiredService = "WF0505" Warning of_table "a service that AWS has retired";
    UndocumentedService = "WF0506" Warning of_table "a service that Step Functions' documentation does not list";
    UnsupportedOperation = "WF0507" Error of_table "an operation that Step Functions does not support", "SCHEMA_VALIDATION_FAILED";
    DoubtfulPattern = "WF0508" Warning of_table "a pattern that the integration may not have";
    UnknownParameter = "WF0509" Error of_table "unknown parameter of an API", "SCHEMA_VALIDATION_FAILED";
    MissingParameter = "WF0510" Error of_table "missing parameter in a request", "SCHEMA_VALIDATION_FAILED";
    WrongParameterType = "WF0511" Error of_table "a parameter of the wrong type", "SCHEMA_VALIDATION_FAILED";
    UnlistedValue = "WF0512" Warning of_table "a value that AWS does not list";
    DoubtfulParameter = "WF0513" Warning of_table "a parameter that the integration may not have";
    UnraisedError = "WF0514" Warning of_table "an error that the task does not raise";
    OtherErrorPrefix = "WF0515" Warning of_table "an error name of the other kind of integration";
    UnknownResultMember = "WF0516" Error of_table "unknown member of a task's result";
    DoubtfulResultMember = "WF0517" Warning of_table "a member that a task's result may not have";
    LeftOutParameter = "WF0518" Warning of_table "a request leaves out what the API requires";
    NeedlessUnchecked = "WF0519" Warning "unused `unchecked`";
    EndlessWait = "WF0520" Warning "a wait for a task token that may never end";
    UnlikeArn = "WF0521" Warning "an ARN that the API does not take here";
    ReservedSource = "WF0522" Warning "an event source that belongs to AWS";
    MixedArns = "WF0523" Warning "ARNs of several partitions or regions";
    LeftOutToken = "WF0524" Warning of_table "a request leaves out an idempotency token that the API requires";
    OtherResource = "WF0525" Error "a resource of another kind than the request takes";

    // WF06: limits.
    StateNameTooLong = "WF0601" Error "a state name over 80 characters", "INVALID_STATE_NAME";
    DefinitionTooLarge = "WF0602" Error "a definition over 1 MiB";
    NumberOutOfRange = "WF0603" Error "a number out of its range", "SCHEMA_VALIDATION_FAILED";
    StatesAllPlacement = "WF0604" Error "States.ALL not alone or not last", "SCHEMA_VALIDATION_FAILED";
    TooDeep = "WF0605" Error "nested too deeply", "TOO_DEEPLY_NESTED";
    BadLabel = "WF0606" Error "not a label for a distributed map", "INVALID_LABEL_NAME";
    HeartbeatNotShorter = "WF0607" Warning "a heartbeat that is no shorter than the timeout";
    MaxDelayNotLonger = "WF0608" Warning "a maximum delay that is not longer than the first interval";
    OutlastsExecution = "WF0609" Warning "a wait that is longer than an execution may last";
    OutlastsTimeout = "WF0610" Warning "a wait that outlasts the workflow's own timeout";
    PayloadTooLarge = "WF0611" Error at_run "data over 256 KiB";
    TaskOutlastsTimeout = "WF0612" Warning "a task's timeout that is longer than the workflow's";
}

impl Code {
    /// Returns whether `unchecked` silences it: AWS creates a state machine with such an error, but its executions fail
    /// when they reach it, or AWS may have an API that the table lacks.
    pub fn can_be_unchecked(self) -> bool {
        self.fails_only_when_it_runs() || self.depends_on_table()
    }

    /// Returns whether AWS may still accept a definition with such an error, for one of these reasons or because a
    /// placeholder remains text.
    pub fn may_be_created(self) -> bool {
        self.can_be_unchecked() || self == Self::UnknownParam
    }

    /// Returns whether it is an error even if AWS has newer APIs.
    pub fn is_certain(self) -> bool {
        self.severity() == Severity::Error && !self.depends_on_table()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn numbers_are_distinct_and_in_order() {
        let ids: Vec<_> = Code::ALL.iter().map(|code| code.id()).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
    }
}
