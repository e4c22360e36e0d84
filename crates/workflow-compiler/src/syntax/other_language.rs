//! The one table of words and signs of Amazon States Language and of other languages, each with the form of this language. The
//! parser reports "expected X, found Y" with this help; it does not parse other languages.

use workflow_asl::jsonata;

use super::cursor::Cursor;
use super::keyword::ClauseKind;

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At the beginning of a state or declaration.
    Item,
    /// At the beginning of a clause.
    Clause,
    /// At the beginning of an arm, or for its arrow.
    Arm,
    /// A field in the braces of a retrier.
    Retry,
    /// A field in the braces of a fail.
    Fail,
    /// In a value.
    Value,
    /// The name of a macro of Rust in a value.
    Macro,
    /// A key of an object.
    Key,
    /// A state after an arrow.
    Target,
    /// The arrow of a catcher.
    Catcher,
    /// A type.
    Type,
}

/// The form of this language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// These words in place of the word.
    Words(&'static str),
    /// A help line.
    Help(&'static str),
}

impl Form {
    /// Returns the words in place of the word, if it has these.
    pub(super) fn words(self) -> Option<&'static str> {
        match self {
            Words(words) => Some(words),
            Help(_) => None,
        }
    }
}

use Form::{Help, Words};
use Place::{Arm, Catcher, Clause, Fail, Item, Key, Macro, Retry, Target, Type, Value};

/// The words, in lower case and without `_`.
const WORDS: &[(Place, &str, Form)] = &[
    (Item, "output", Words("returns")),
    (Item, "sleep delay pause timer", Words("wait")),
    (Item, "action call invoke run execute job activity", Words("task")),
    (Item, "condition decision branching route", Words("choice")),
    (Item, "success succeeded done finish stop", Words("succeed")),
    (Item, "failure failed abort", Words("fail")),
    (Item, "fork concurrent all", Words("parallel")),
    (Item, "noop nop inject transform", Words("pass")),
    (
        Item,
        "if match switch",
        Help("a `choice` with a name leads to other states: `choice Which { if … -> First; else -> Second; }`"),
    ),
    (
        Item,
        "state step node stage",
        Help("the kind of a state comes before its name, as in `pass Hello -> end;` and `task Send = …`"),
    ),
    (Item, "foreach", Help("a `map` runs states for each item of a value: `map Each over … { … } -> end;`")),
    (Item, "let var set const", Help("states set variables: `assign { name: … }` on a state before")),
    (
        Item,
        "class interface record dataclass typedef model message",
        Help("types are declared with `struct` and `enum`: `struct Order { id: String }`"),
    ),
    (
        Item,
        "import mod impl trait static export package namespace include",
        Help("the braces have declarations and states; other code stands outside of `workflow!`"),
    ),
    (Item, "pub public", Help("what a workflow declares is as public as the workflow: remove it")),
    (Item, "args arguments event props", Words("input")),
    (Item, "env environment config vars variables parameters", Words("params")),
    (Item, "description", Words("comment")),
    (Item, "standard express", Help("the type of the state machine is written `type standard;` or `type express;`")),
    (Item, "jsonata jsonpath", Help("the query language is written `query jsonata;` or `query jsonpath;`")),
    (
        Item,
        "after never at ends no reachable",
        Help("a property begins with `property`: `property after Reserve: Done or Release;`"),
    ),
    (Item, "while loop until", Help("a loop is a choice with a transition to an earlier state")),
    (Item, "try", Help("the task that may fail has a catcher: `catch [States.ALL] -> Failed`")),
    (Item, "return", Help("a workflow ends with a state `succeed Done { … }`, or with `-> end`")),
    (Item, "throw raise panic error", Help("a `fail` ends a workflow with an error: `fail Failed { error: … }`")),
    (Item, "fn func def function", Help("states that workflows share are a `fragment Name { … }`")),
    (Item, "over items itemspath", Help("a map names its items before its braces: `map Each over input.items { … }`")),
    (Item, "startat", Help("the first state is named by `start Name;`")),
    (Item, "timeoutseconds", Help("the time limit is written `timeout 1h;`")),
    (Item, "name", Help("the name in the document follows the workflow's own name: `workflow Name as \"…\" { … }`")),
    (Item, "querylanguage", Help("the query language is written `query jsonata;` or `query jsonpath;`")),
    (
        Item,
        "states",
        Help("`cargo workflow import FILE` turns a definition in Amazon States Language into this language"),
    ),
    (Clause, "next nextstate goto then", Words("->")),
    (Clause, "end return stop finish", Help("the last state of a workflow, branch or map ends with `-> end`")),
    (
        Clause,
        "default otherwise else",
        Help("the arm of a choice for all other cases is `else -> State;` in its braces"),
    ),
    (Clause, "timeoutseconds", Words("timeout")),
    (Clause, "timeoutsecondspath", Words("timeout path")),
    (Clause, "heartbeatseconds", Words("heartbeat")),
    (Clause, "heartbeatsecondspath", Words("heartbeat path")),
    (Clause, "maxconcurrencypath", Words("max_concurrency path")),
    (Clause, "toleratedfailurepercentage", Words("tolerate percent")),
    (Clause, "toleratedfailurecount", Words("tolerate count")),
    (Clause, "itembatcher", Words("batch")),
    (Clause, "resultwriter", Words("write_to")),
    (Clause, "querylanguage", Help("write `query jsonata` or `query jsonpath`")),
    (Clause, "let var set", Help("a state sets variables with `assign { name: … }`")),
    (
        Clause,
        "interval intervalseconds maxattempts backoff backoffrate maxdelay maxdelayseconds jitter jitterstrategy times retries",
        Help("it is a field of `retry`: `retry [States.ALL] { interval: 5s, max_attempts: 3 }`"),
    ),
    (Clause, "onerror on except rescue finally fallback", Help("errors are caught by `catch [States.ALL] -> Failed`")),
    (
        Clause,
        "over in for items itemspath",
        Help("a map names its items before its braces: `map Each over input.items { … }`"),
    ),
    (Arm, "elif elsif elseif when case", Words("if")),
    (Arm, "default otherwise _ else", Words("else")),
    (Arm, "then goto next", Words("->")),
    (Retry, "intervalseconds delay wait", Words("interval")),
    (Retry, "attempts maxretries retries times max count maxretryattempts", Words("max_attempts")),
    (Retry, "backoffrate rate backoffcoefficient multiplier", Words("backoff")),
    (Retry, "maxdelayseconds", Words("max_delay")),
    (Retry, "jitterstrategy", Words("jitter")),
    (Fail, "code name", Words("error")),
    (Fail, "message reason description", Words("cause")),
    (
        Key,
        "let",
        Help("a closure or a state gives one value; `assign { name: … }` on a state before gives a part a name"),
    ),
    (Value, "match switch", Help("a value is chosen by `if input.n > 3 { \"large\" } else { \"small\" }`")),
    (Value, "for", Help("in JSONata `$map(…, |x| x.id)` gives a value for each item")),
    (Value, "function fn func lambda def", Help("a function is written with bars: `|order| order.total > 10`")),
    (
        Value,
        "let var",
        Help("`is_present(x)` tests a value, and `assign { name: … }` on a state before gives one a name"),
    ),
    (Value, "not", Help("`!` negates a condition: `!(input.n == 1)`")),
    (Value, "is", Help("`is_present(x)` and `is_null(x)` test a value, and `==` compares two")),
    (Value, "new", Help("a value is written without `new`; in JSONata `$now()` is the time")),
    (Value, "typeof", Help("in JSONata `$type(…)` is the kind of a value")),
    (Value, "equals eq", Help("`==` compares two values")),
    (Value, "like startswith", Help("`matches(value, \"a*\")` compares text with a pattern")),
    (Value, "between", Help("two comparisons are joined with `&&`")),
    (Value, "as", Help("in JSONata `$number(…)` and `$string(…)` convert a value")),
    (
        Macro,
        "env optionenv",
        Help("a value known at deployment is a parameter: `params { name: String }`, read as `params.name`"),
    ),
    (Macro, "vec", Help("a list is written `[1, 2]`")),
    (Macro, "json", Help("an object is written `{ name: value }`")),
    (
        Target,
        "if match",
        Help("name a `choice`, which leads to one of several: `choice Which { if … -> State; else -> State; }`"),
    ),
    (
        Catcher,
        "assign output resultpath comment",
        Help("its clauses are in braces after the state: `-> State { assign { … } }`"),
    ),
    (Catcher, "as", Help("the caught error has a name already: `caught.Error` and `caught.Cause`")),
    (Target, "fail", Help("declare the state: `fail Failed { … }`, and write `-> Failed`")),
    (Type, "string text str char uuid", Words("String")),
    (Type, "boolean", Words("bool")),
    (Type, "int integer long short", Words("i64")),
    (Type, "uint", Words("u64")),
    (Type, "byte", Words("u8")),
    (Type, "float double number decimal", Words("f64")),
    (Type, "date datetime timestamp", Words("Timestamp")),
    (Type, "arn", Words("Arn")),
    (Type, "json any object unknown value", Words("Json")),
    (Type, "i128 u128", Help("integers have at most 64 bits")),
    (Type, "hashmap btreemap dict record mapping", Help("an object with any keys is `Map<T>`")),
    (Type, "list array set tuple sequence iterable", Help("a list is `Vec<T>`")),
    (Type, "optional nullable", Help("a value that may be absent or null is `Option<T>`")),
    (Type, "duration timedelta", Help("a number of seconds is `i64`")),
];

/// Signs in each place, longer ones first.
const SIGNS: &[(Place, &str, &str)] = &[
    (Clause, "|", "the items of a map are named by `as`: `over input.items as order`"),
    (Clause, ".", "a transition is `-> State`"),
    (Clause, "--", "a transition is `-> State`"),
    (Clause, ">", "a transition is `-> State`"),
    (Item, "#", "a comment begins with `//`"),
    (Target, "[", "name one state, without brackets; a `parallel` runs several"),
    (Target, "(", "name one state, without brackets; a `parallel` runs several"),
    (Type, "?", "a value that may be absent or null is `Option<T>`"),
    (Type, "[", "a list is `Vec<T>`, an object with any keys is `Map<T>`"),
    (Key, "..", "in JSONata `$merge([{ … }, …])` joins objects"),
    (Key, "**", "in JSONata `$merge([{ … }, …])` joins objects"),
    (Value, "=>", "a function is written with bars, `|x| x.id`; a transition begins with `->`"),
    (Value, "=~", "`matches(input.name, \"a*\")` compares text with a pattern"),
    (Value, "**", "in JSONata `$power(…, 2)` is a power"),
    (Value, "^", "in JSONata `$power(…, 2)` is a power"),
    (Value, "++", "a variable is assigned a value as a whole: `assign { n: $n + 1 }`"),
    (Value, "--", "`-` negates a number; a variable is assigned a value as a whole: `assign { n: $n - 1 }`"),
    (Value, "+=", "a variable is assigned a value as a whole: `assign { n: $n + 1 }`"),
    (Value, "-=", "a variable is assigned a value as a whole: `assign { n: $n - 1 }`"),
    (Value, "...", "in JSONata `$append(…, …)` joins lists, and `$merge([…, …])` objects"),
    (Value, "..", "text is joined with `+`, `[1..=3]` is a list of numbers, and in JSONata `$merge(…)` joins objects"),
    (
        Value,
        "?",
        "a value is chosen by `if input.ok { \"yes\" } else { \"no\" }`, `??` gives a default, and `a?.b` is for an `a` that may be absent",
    ),
    (Value, "!", "`x ?? default` reads a value that may be absent"),
    (Value, "&", "a value is written without `&`"),
    (Value, "/", "a regular expression is text: `regex \"^a+$\"`"),
];

/// Functions and methods of other languages, and what JSONata has instead.
const FUNCTIONS: &[(&str, Form)] = &[
    ("len length size", Help("in JSONata `$count(…)` counts items, and `$length(…)` the characters of a text")),
    (
        "startswith endswith includes contains test matches ismatch",
        Help("`matches(value, \"a*\")` compares text with a pattern, and `item in list` asks for an item"),
    ),
    (
        "unwrap unwrapor unwrapordefault expect getordefault",
        Help("`value ?? default` gives a default, and `is_present(value)` tests a value"),
    ),
    ("clone toowned asstr asref into collect", Help("a value is used as it is: leave it out")),
    ("iter", Help("functions take the list itself: in JSONata `$map(…)`, `$filter(…)`")),
    ("first last", Help("an item is read by its index: `[0]`, and `[-1]` for the last")),
    ("count", Words("$count")),
    ("jsonparse loads", Words("$parse")),
    ("tolowercase tolower lower lowercase", Words("$lowercase")),
    ("touppercase toupper upper uppercase", Words("$uppercase")),
    ("strip trimmed", Words("$trim")),
    ("replaceall sub gsub", Words("$replace")),
    ("push extend", Words("$append")),
    ("concat", Help("`+` joins text: `\"order \" + input.id`; in JSONata `$append(…, …)` joins lists")),
    ("sorted sortby sortbykey", Words("$sort")),
    ("rev reversed", Words("$reverse")),
    ("unique dedup", Words("$distinct")),
    ("pow powi powf", Words("$power")),
    ("parse int float number parseint parsefloat tonumber", Words("$number")),
    ("tostring str stringify dumps", Words("$string")),
    ("substr", Words("$substring")),
    ("fold", Words("$reduce")),
    ("chunks", Words("$partition")),
    ("some every find", Words("$filter")),
    ("avg mean", Words("$average")),
    ("time datenow", Words("$millis")),
    ("utcnow today", Words("$now")),
    ("uuid4 newv4 randomuuid", Words("$uuid")),
    ("issome exists defined isdefined ispresent haskey isnone", Words("is_present")),
];

/// Returns the word in lower case and without signs, so that spellings can be compared.
fn squeezed(word: &str) -> String {
    word.chars().filter(|letter| *letter != '_' && *letter != '-').flat_map(char::to_lowercase).collect()
}

/// Returns whether a word is one of these.
fn is_among(word: &str, words: &str) -> bool {
    words.split(' ').any(|other| other == word)
}

/// Returns the form for a word in a place.
pub(super) fn form(place: Place, word: &str) -> Option<Form> {
    let squeezed = if word == "_" { word.to_owned() } else { squeezed(word) };
    let known = WORDS.iter().find(|(of, words, _)| *of == place && is_among(&squeezed, words));
    known.map(|(.., form)| *form)
}

/// Returns the form for a word that is no clause: that of a clause which only has other letters, such as `ResultPath`, too.
pub(super) fn clause(word: &str) -> Option<Form> {
    let own = ClauseKind::ALL.iter().map(|clause| clause.keyword());
    form(Clause, word).or_else(|| with_other_letters(word, own).map(Words))
}

/// Returns the name that only has other letters, such as `error` for `Error`.
pub(super) fn with_other_letters<'n>(word: &str, mut known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let word = squeezed(word);
    known.find(|name| squeezed(name) == word)
}

const JOINED: &str = "text is joined with `+`: `\"order \" + input.id`";

/// Returns the help for a word or sign here, where `place` is expected.
pub(super) fn help_here(place: Place, cursor: &Cursor) -> Option<&'static str> {
    let text = cursor.peek_text_at(0).map(|text| text.value);
    let word = text.clone().or_else(|| Some(cursor.peek_ident()?.to_string()));
    if let Some(Help(help)) = word.as_ref().and_then(|word| form(place, word)) {
        return Some(help);
    }
    let found = cursor.found();
    let is_here = |sign: &str| cursor.is_punct(sign) || found.trim_matches('`') == sign;
    match SIGNS.iter().find(|(of, sign, _)| *of == place && is_here(sign)) {
        Some((.., help)) => Some(help),
        None if place == Value && text.is_some_and(|text| text.contains('{')) => Some(JOINED),
        None => [(Target, "name a state, or `end`"), (Macro, JOINED)]
            .into_iter()
            .find(|(of, _)| *of == place)
            .map(|(_, help)| help),
    }
}

/// Returns JSONata's function in place of another language's function or method, or a help line.
pub(crate) fn function(word: &str) -> Option<Result<String, &'static str>> {
    // Rust's `Some` is no function of lists.
    if matches!(word, "Some" | "Ok") {
        return Some(Err("a value is written as it is, and `is_present(x)` tests an optional one"));
    }
    let word = squeezed(word);
    match FUNCTIONS.iter().find(|(words, _)| is_among(&word, words)) {
        Some((_, Help(help))) => Some(Err(help)),
        Some((_, Words(name))) => Some(Ok((*name).to_owned())),
        None => jsonata::FUNCTIONS.iter().find(|row| row.name == word).map(|row| Ok(format!("${}", row.name))),
    }
}

/// Returns the help for a method or function of another language: `$now()`, or the function that takes the value.
pub(super) fn help_for_method(method: &str) -> Option<String> {
    let function = match function(method)? {
        Ok(function) => function,
        Err(help) => return Some(help.to_owned()),
    };
    let row = jsonata::FUNCTIONS.iter().find(|row| Some(row.name) == function.strip_prefix('$'));
    Some(match row {
        None => "`is_present(value)` tests a value, and `value ?? default` gives a default".to_owned(),
        Some(row) if row.changing && row.arguments().0 == 0 => format!("in JSONata it is `{function}()`"),
        Some(_) => format!("functions take the value: in JSONata `{function}(…)`"),
    })
}

/// Returns whether a field of ASL is a transition: `Next`, `End`.
pub(crate) fn is_transition(field: &str) -> bool {
    matches!(field, "Next" | "End")
}

/// Returns the clause for a field that a state has in ASL, such as `TimeoutSeconds`.
pub(crate) fn of_state(field: &str) -> Option<&'static str> {
    clause(field).filter(|_| field.starts_with(char::is_uppercase)).and_then(Form::words)
}
