//! Tests rust-analyzer's support of `workflow!`: completion, hover, definitions, references, renames, and its own
//! diagnostics.
//!
//! A position is written as a unique piece of the file, with the word in question in guillemets; `…` stands for the
//! text between two pieces. `.ci/run --full` installs rust-analyzer and runs these tests.

mod client;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use workflow_cases::every;

use client::{Editor, Found};

/// The module with the workflows, and the Rust code that uses them.
const SHOP: &str = "shop.rs";
const MAIN: &str = "main.rs";

/// The words of the language, as they are declared for editors.
const WORDS: &str = "ide.rs";

/// A word, and where it is declared: the file, and the words there.
const DEFINITIONS: &[(&str, &str, &str, &str)] = &[
    // Fields of the input.
    (SHOP, "if input.«express» &&", SHOP, "customer: String, «express»: bool"),
    (SHOP, "&& input.«mood» ==", SHOP, "express: bool, «mood»: Mood"),
    (SHOP, "who: \"Dr \" + input.«customer»", SHOP, "input { «customer»: String"),
    (SHOP, "weight: input.«lines»[0]", SHOP, "mood: Mood, «lines»: Vec<Line>"),
    (SHOP, "note: input.«gift»?.note", SHOP, "lines: Vec<Line>, «gift»: Option<Gift>"),
    (SHOP, "map Each over input.«lines»", SHOP, "mood: Mood, «lines»: Vec<Line>"),
    (SHOP, "who: \"Dr \" + «input».customer", SHOP, "«input» { customer"),
    // Params.
    (SHOP, "FunctionName: params.«charge_function»", SHOP, "params { «charge_function»: String"),
    (SHOP, "RoleArn: params.«role»", SHOP, "charge_function: String, «role»: Arn"),
    (SHOP, "RoleArn: «params».role", SHOP, "«params» { charge_function"),
    // Fields of structs: after an index, an `Option`, a map's item, a result, a variable.
    (SHOP, "input.lines[0].«size».weight", SHOP, "count: u32, «size»: Size"),
    (SHOP, "input.lines[0].size.«weight»", SHOP, "struct Size { «weight»: f64"),
    (SHOP, "input.gift?.«note»", SHOP, "struct Gift { «note»: String"),
    (SHOP, "article: item.«sku»", SHOP, "struct Line { «sku»: String"),
    (SHOP, "number: item.«count»", SHOP, "sku: String, «count»: u32"),
    (SHOP, "paid: $bill.«amount»", SHOP, "struct Bill { «amount»: f64"),
    (SHOP, "by: $bill.«payer»?.account", SHOP, "amount: f64, «payer»: Option<Payer>"),
    (SHOP, "by: $bill.payer?.«account»", SHOP, "struct Payer { «account»: String"),
    // Types and variants.
    (SHOP, "lines: Vec<«Line»>", SHOP, "struct «Line» {"),
    (SHOP, "lambda::invoke<«Bill»>", SHOP, "struct «Bill» {"),
    (SHOP, "input.mood == «Mood»::Calm", SHOP, "enum «Mood» {"),
    (SHOP, "input.mood == Mood::«Calm»", SHOP, "enum Mood { «Calm»,"),
    (SHOP, "input { parcel: «Parcel» }", MAIN, "pub struct «Parcel» {"),
    // States, handlers, variables.
    (SHOP, "Mood::Calm -> «Charge»", SHOP, "task «Charge» = lambda"),
    (SHOP, "else -> «Patience»", SHOP, "wait «Patience» for"),
    (SHOP, "property after «Charge»: Sold", SHOP, "task «Charge» = lambda"),
    (SHOP, "timeout 5m\n            assign { bill: result.Payload }\n            -> «Each»", SHOP, "map «Each» over"),
    (SHOP, "retry «Busy»\n", SHOP, "retry «Busy» [Lambda"),
    (SHOP, "catch «Failed»\n            timeout", SHOP, "catch «Failed» [States.ALL]"),
    (SHOP, "[States.ALL] -> «NotSold»", SHOP, "fail «NotSold» {"),
    (SHOP, "paid: $«bill».amount", SHOP, "assign { «bill»: result"),
    // Results of states, and of another workflow.
    (SHOP, "model: «Train».ModelArtifacts", SHOP, "task «Train» = sagemaker"),
    (SHOP, "model: Train.«ModelArtifacts».S3ModelArtifacts", SHOP, "task Train «=» sagemaker"),
    (SHOP, "each: Each[0].«article»", SHOP, "pub workflow Order «{»"),
    (SHOP, "paid: Sell.Output.«total»", SHOP, "returns { «total»: f64"),
    (SHOP, "workflow::<«Order»>", SHOP, "pub workflow «Order» {"),
    // Keys that are fields.
    (SHOP, "succeed Sold { «total»:", SHOP, "returns { «total»: f64"),
    (SHOP, "Input: { «customer»:", SHOP, "input { «customer»: String"),
    // Rust code outside the macro.
    (MAIN, "    let input =\n        «OrderInput» {", SHOP, "pub workflow «Order» {"),
    (MAIN, "{ «customer»: \"Ada\"", SHOP, "input { «customer»: String"),
    (MAIN, "input.lines[0].size.«weight»);", SHOP, "struct Size { «weight»: f64"),
    (MAIN, "let params = OrderParams { «charge_function»:", SHOP, "params { «charge_function»: String"),
    (MAIN, "let line = «Line» { sku", SHOP, "struct «Line» {"),
    (MAIN, "mood: Mood::«Calm»", SHOP, "enum Mood { «Calm»,"),
    (MAIN, "OrderState::«Charge», ", SHOP, "task «Charge» = lambda"),
    (MAIN, "OrderState::Charge, «Order»::NAME", SHOP, "pub workflow «Order» {"),
    // The language's own words.
    (SHOP, "«timeout» 5m", WORDS, "/// How long one attempt may last.\n    pub const «timeout»"),
    (SHOP, "«task» Charge", WORDS, "pub mod item {…pub const «task»"),
    (SHOP, "{ «interval»: 2s", WORDS, "pub const «interval»"),
    (SHOP, "property «after» Charge", WORDS, "pub mod after_property {…pub const «after»"),
    (SHOP, "error: «caught».Error", WORDS, "pub const «caught»"),
    (SHOP, "error: caught.«Error»", WORDS, "pub «Error»: String"),
    (SHOP, "id: context.Execution.«Id»", WORDS, "    Execution {…«Id»: String"),
    (SHOP, "article: «item».sku", WORDS, "pub const «item»: Json"),
];

/// A word, and its hover text.
const HOVERS: &[(&str, &str, &str)] = &[
    (SHOP, "pub workflow «Order»", "Sells what is in stock."),
    (SHOP, "workflow::<«Order»>", "Sells what is in stock."),
    (SHOP, "if input.«express»", "pub express: bool"),
    (SHOP, "if «input».express", "let input: OrderInput"),
    (SHOP, "RoleArn: «params».role", "let params: OrderParams"),
    (SHOP, "RoleArn: params.«role»", "pub role: Arn"),
    (SHOP, "lines: Vec<«Line»>", "What is bought."),
    (SHOP, "Mood::Calm -> «Charge»", "Takes the money."),
    (SHOP, "property after «Charge»: Sold", "Takes the money."),
    (SHOP, "property «after» Charge", "B or C is entered before the end."),
    (SHOP, "else -> «Patience»", "The wait state `Patience`."),
    (SHOP, "retry «Busy»\n", "static Busy: Retrier"),
    (SHOP, "catch «Failed»\n            timeout", "static Failed: Catcher"),
    (SHOP, "paid: $«bill».amount", "static bill: Bill"),
    (SHOP, "article: item.«sku»", "pub sku: String"),
    (SHOP, "Train.ModelArtifacts.«S3ModelArtifacts»", "pub S3ModelArtifacts: String"),
    (SHOP, "error: «caught».Error", "The error that a catcher handled."),
    (SHOP, "id: context.«Execution».Id", "The execution."),
    (SHOP, "«timeout» 5m", "How long one attempt may last."),
    (SHOP, "«over» input.lines", "The items"),
    (SHOP, "task Charge = lambda::«invoke»", "Calls `invoke` of `lambda`."),
    (SHOP, "{ «TrainingImage»: \"image\"", "string"),
    (SHOP, "catch Failed [States.«ALL»", "error"),
    (SHOP, "total: $«round»(", "Signature: `"),
    (MAIN, "OrderState::«Charge», ", "Takes the money."),
    (MAIN, "    let input =\n        «OrderInput» {", "The input of an execution of"),
];

/// A position, what is typed there in place of the word, and the first completions, in any order; a `-` precedes those
/// that must not appear.
const COMPLETIONS: &[(&str, &str, &[&str])] = &[
    ("if input.«express» && input.mood", "", &["customer", "express", "mood", "lines", "gift"]),
    ("who: \"Dr \" + input.«customer»", "cu", &["customer"]),
    ("FunctionName: params.«charge_function»", "", &["charge_function", "role"]),
    ("weight: input.lines[0].«size»", "", &["sku", "count", "size"]),
    ("note: input.gift?.«note»", "", &["note"]),
    ("article: item.«sku»", "", &["sku", "count", "size"]),
    ("article: «item».sku", "", &["item", "state", "caught", "context", "Charge"]),
    ("model: Train.«ModelArtifacts»", "", &["ModelArtifacts", "TrainingJobStatus", "SecondaryStatus"]),
    ("model: Train.ModelArtifacts.«S3ModelArtifacts»", "", &["S3ModelArtifacts"]),
    ("receiver: input.«telephone»", "", &["telephone", "times"]),
    ("receipt: Told.«receipt»", "", &["receipt"]),
    ("} -> «Closed»", "", &["Noted", "Closed"]),
    ("paid: Sell.Output.«total»", "", &["total", "model"]),
    ("paid: $«bill».amount", "", &["bill"]),
    ("paid: $bill.«amount»", "", &["amount", "payer"]),
    ("error: caught.«Error»", "", &["Error", "Cause"]),
    ("id: context.«Execution».Id", "", &["Execution", "State", "StateMachine", "Map"]),
    ("else -> «Patience»", "", &["Route", "Patience", "Charge", "Each", "Sold", "NotSold"]),
    ("else -> «Patience»", "Pa", &["Patience"]),
    ("property after Charge: «Sold» or", "", &["Route", "Patience", "Charge", "Each", "Sold", "NotSold"]),
    ("property after «Charge»: Sold", "Ch", &["Charge"]),
    ("property «after» Charge", "ne", &["never"]),
    ("input.mood == Mood::«Calm»", "", &["Calm", "Angry"]),
    ("count: u32, size: «Size»", "Si", &["Size"]),
    ("retry «Busy»\n", "", &["Busy"]),
    ("«timeout» 5m", "ti", &["timeout"]),
    ("«timeout» 5m", "", &["timeout", "heartbeat", "retry", "catch"]),
    ("«task» Charge", "ta", &["task"]),
    ("{ «interval»: 2s", "in", &["interval"]),
    ("{ interval: 2s, «max_attempts»: 3", "", &["max_attempts", "max_delay", "jitter"]),
    // Resources, members of requests, errors, functions.
    ("task Charge = «lambda»::invoke", "la", &["lambda"]),
    ("task Charge = lambda::«invoke»", "i", &["invoke", "-createTrainingJob"]),
    ("sagemaker::«createTrainingJob»", "createT", &["createTrainingJob", "createTransformJob"]),
    ("createTrainingJob.«sync»", "", &["sync", "-waitForTaskToken", "-__hole"]),
    ("«RoleArn»: params.role", "", &["AlgorithmSpecification", "OutputDataConfig", "-FunctionName"]),
    ("AlgorithmSpecification: { «TrainingImage»", "", &["TrainingImage", "TrainingInputMode", "-RoleArn"]),
    ("retry Busy [«Lambda»", "", &["Lambda", "States", "SageMaker"]),
    ("retry Busy [Lambda.«TooManyRequestsException»", "TooM", &["TooManyRequestsException"]),
    ("catch Failed [States.«ALL»", "", &["ALL", "Timeout"]),
    ("total: $«round»(", "ro", &["round"]),
];

/// The file and the piece of each occurrence of a word.
type Occurrences = &'static [(&'static str, &'static str)];

/// A word that is renamed, and the pieces in which it then occurs.
const RENAMES: &[(&str, &str, Occurrences)] = &[
    (
        SHOP,
        "input { «customer»: String",
        &[
            (SHOP, "input { «»: String"),
            (SHOP, "who: \"Dr \" + input.«»,"),
            (SHOP, "Input: { «»: input.parcel"),
            (MAIN, "OrderInput { «»: \"Ada\".to_owned()"),
            (MAIN, "input.«», input.lines"),
        ],
    ),
    (
        SHOP,
        "FunctionName: params.«charge_function»",
        &[(SHOP, "params { «»: String"), (SHOP, "FunctionName: params.«»,"), (MAIN, "OrderParams { «»: \"charge\"")],
    ),
    (
        SHOP,
        "struct Line { «sku»: String",
        &[(SHOP, "struct Line { «»: String"), (SHOP, "article: item.«»,"), (MAIN, "Line { «»: \"pen\"")],
    ),
    (SHOP, "paid: $bill.«amount»", &[(SHOP, "struct Bill { «»: f64"), (SHOP, "paid: $bill.«»,")]),
    (SHOP, "struct Gift { «note»: String", &[(SHOP, "struct Gift { «»: String"), (SHOP, "input.gift?.«» ??")]),
    (
        SHOP,
        "task «Train» = sagemaker",
        &[(SHOP, "-> «»;\n\n        task «» = sagemaker"), (SHOP, "model: «».ModelArtifacts")],
    ),
    (
        SHOP,
        "paid: $«bill».amount",
        &[(SHOP, "assign { «»: result.Payload }"), (SHOP, "paid: $«».amount, by: $«».payer")],
    ),
    (SHOP, "retry «Busy»\n", &[(SHOP, "retry «» [Lambda"), (SHOP, "retry «»\n")]),
    (
        MAIN,
        "mood: Mood::«Calm»",
        &[(SHOP, "enum Mood { «», Angry }"), (SHOP, "input.mood == Mood::«» ->"), (MAIN, "mood: Mood::«»,")],
    ),
    (
        SHOP,
        "struct «Size» { weight",
        &[
            (SHOP, "count: u32, size: «» }"),
            (SHOP, "struct «» { weight"),
            (MAIN, "Send, «»}"),
            (MAIN, "size: «» { weight"),
        ],
    ),
    (
        SHOP,
        "returns { «total»: f64",
        &[(SHOP, "returns { «»: f64"), (SHOP, "succeed Sold { «»: $round"), (SHOP, "paid: Sell.Output.«» }")],
    ),
];

/// The folder of the crate, and the rust-analyzer that has loaded it.
struct Shop {
    editor: Editor,
    sources: PathBuf,
}

impl Shop {
    fn path(&self, file: &str) -> PathBuf {
        self.sources.join(file)
    }

    fn text(&self, file: &str) -> String {
        let path = self.path(file);
        if file == WORDS {
            fs::read_to_string(words_path()).expect("it is there")
        } else {
            self.editor.text(&path).to_owned()
        }
    }

    /// Returns the position of a word in a file.
    fn place(&self, file: &str, piece: &str) -> Found {
        let text = self.text(file);
        let (before, rest) = piece.split_once('«').expect("a word is in guillemets");
        let (word, after) = rest.split_once('»').expect("a word is in guillemets");
        let plain = [before, word, after].concat();
        let (first, last) = plain.split_once('…').unwrap_or((&plain, ""));
        let starts: Vec<_> = text.match_indices(first).map(|(at, _)| at).collect();
        let [start] = starts[..] else { panic!("`{piece}` occurs {} times in {file}", starts.len()) };
        let end = start + first.len();
        let gap = text[end..].find(last).unwrap_or_else(|| panic!("`{piece}` is not in {file}"));
        let at = match before.split_once('…') {
            Some((_, before)) => end + gap + before.len(),
            None => start + before.len(),
        };
        Found { file: file.to_owned(), at, text: word.to_owned() }
    }

    /// Returns the words whose declarations are not found.
    fn wrong_definitions(&mut self, of: &[(&str, &str, &str, &str)]) -> Vec<String> {
        let mut wrong = Vec::new();
        for (file, piece, to, declaration) in of {
            let (place, expected) = (self.place(file, piece), self.place(to, declaration));
            let found = self.editor.definition(&self.path(file), place.at);
            if found != [expected.clone()] {
                wrong.push(format!("{piece}\n  expected {expected:?}\n  found    {found:?}"));
            }
        }
        wrong
    }

    /// Types something else in place of a word, and restores the file afterwards.
    fn typed<T>(
        &mut self,
        file: &str,
        piece: &str,
        typed: &str,
        ask: impl FnOnce(&mut Editor, &Path, usize) -> T,
    ) -> T {
        let (path, text, place) = (self.path(file), self.text(file), self.place(file, piece));
        let end = place.at + place.text.len();
        self.editor.edit(&path, &[&text[..place.at], typed, &text[end..]].concat());
        let answer = ask(&mut self.editor, &path, place.at + typed.len());
        self.editor.edit(&path, &text);
        answer
    }
}

fn words_path() -> PathBuf {
    workspace().join("workflow-runtime/src/private").join(WORDS)
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in a folder of the workspace")
}

/// Returns rust-analyzer.
fn program() -> PathBuf {
    let program =
        std::env::var_os("WORKFLOW_RUST_ANALYZER").map_or_else(|| PathBuf::from("rust-analyzer"), PathBuf::from);
    // rustup has a program of that name in the path even if it cannot run.
    let runs = Command::new(&program).arg("--version").current_dir(workspace()).output();
    assert!(
        runs.is_ok_and(|output| output.status.success()),
        "{} does not run; `rustup component add rust-analyzer rust-src` installs it",
        program.display()
    );
    program
}

/// Returns a crate with the workflows, in the target folder of this workspace.
fn crate_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    fs::create_dir_all(folder.join("src")).expect("the target folder can be written");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("editor/crate");
    every([SHOP, MAIN], |file| {
        fs::copy(from.join(file), folder.join("src").join(file)).expect("the sources are there");
    });
    let manifest = format!(
        "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nworkflow-runtime = {{ path = {:?} }}\n",
        workspace().join("workflow-runtime")
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("the target folder can be written");
    // The versions that this workspace already has.
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the workspace has one");
    folder
}

fn start(program: &Path, open: &[&str]) -> Shop {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(crate_folder);
    let sources = folder.join("src");
    let mut editor = Editor::start(program, folder, &folder.join("target"));
    for file in open {
        editor.open(&sources.join(file));
    }
    editor.load();
    Shop { editor, sources }
}

/// Returns the rust-analyzer that the tests share. They leave the files as they found them.
fn shop() -> MutexGuard<'static, Shop> {
    static SHARED: OnceLock<Mutex<Shop>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| Mutex::new(start(&program(), &[MAIN, SHOP])));
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
#[ignore = "needs rust-analyzer; `.ci/run --full` runs it"]
fn definitions_are_the_exact_words_also_again_and_after_edits() {
    let mut shop = shop();
    let once = shop.wrong_definitions(DEFINITIONS);
    assert!(once.is_empty(), "{}", once.join("\n"));
    let again = shop.wrong_definitions(DEFINITIONS);
    assert!(again.is_empty(), "asked again:\n{}", again.join("\n"));
    let (path, text) = (shop.path(SHOP), shop.text(SHOP));
    let edited = text
        .replacen("use workflow_runtime", "// A line more.\nuse workflow_runtime", 1)
        .replacen("choice Route {", "pass More { more: input.more } -> Route;\n\n        choice Route {", 1)
        .replacen("gift: Option<Gift> }", "gift: Option<Gift>, more: u32 }", 1);
    shop.editor.edit(&path, &edited);
    let mut after = shop.wrong_definitions(DEFINITIONS);
    shop.editor.edit(&path, &text);
    after.extend(shop.wrong_definitions(DEFINITIONS));
    assert!(after.is_empty(), "after an edit:\n{}", after.join("\n"));
}

/// rust-analyzer then knows the file by two IDs.
#[test]
#[ignore = "needs rust-analyzer; `.ci/run --full` runs it"]
fn definitions_are_the_exact_words_where_only_a_module_was_open_at_the_start() {
    let program = program();
    let mut shop = start(&program, &[SHOP]);
    let here: Vec<_> =
        DEFINITIONS.iter().filter(|(file, ..)| *file == SHOP).filter(|(.., to, _)| *to != MAIN).copied().collect();
    let wrong = shop.wrong_definitions(&here);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs rust-analyzer; `.ci/run --full` runs it"]
fn hovers_say_what_words_mean() {
    let mut shop = shop();
    let mut wrong = Vec::new();
    for (file, piece, expected) in HOVERS {
        let place = shop.place(file, piece);
        let path = shop.path(file);
        let shown = shop.editor.hover(&path, place.at);
        if !shown.contains(expected) {
            wrong.push(format!("{piece}\n  expected {expected}\n  found    {shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs rust-analyzer; `.ci/run --full` runs it"]
fn completions_are_what_may_stand_there() {
    let mut shop = shop();
    let mut wrong = Vec::new();
    for (piece, typed, expected) in COMPLETIONS {
        let offered = shop.typed(SHOP, piece, typed, |editor, path, at| editor.completion(path, at));
        let is_offered = |word: &str| offered.iter().any(|label| label == word);
        let is_right = |word: &&&str| word.strip_prefix('-').map_or(is_offered(word), |word| !is_offered(word));
        let unmet: Vec<_> = expected.iter().filter(|word| !is_right(word)).collect();
        if !unmet.is_empty() {
            wrong.push(format!("{piece}, `{typed}` typed\n  expected {unmet:?}\n  offered {offered:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs rust-analyzer; `.ci/run --full` runs it"]
fn renames_leave_no_use_behind() {
    const NEW: &str = "renamed";
    let mut shop = shop();
    every(RENAMES, |(file, piece, places)| {
        let (place, path) = (shop.place(file, piece), shop.path(file));
        let before: Vec<_> = [SHOP, MAIN].map(|file| (shop.path(file), shop.text(file))).into_iter().collect();
        let texts = shop.editor.rename(&path, place.at, NEW);
        let mut uses = 0;
        for (file, piece) in *places {
            let expected = piece.replace("«»", NEW);
            let text = texts.get(&shop.path(file)).unwrap_or_else(|| panic!("{file} is as before: {piece}"));
            assert!(text.contains(&expected), "{expected} is not in\n{text}");
            uses += piece.matches("«»").count();
        }
        let renamed: usize = texts.values().map(|text| text.matches(NEW).count()).sum();
        assert_eq!(renamed, uses, "{piece} was renamed elsewhere too:\n{texts:?}");
        // References find what a rename changes.
        let references = shop.editor.references(&path, place.at);
        assert_eq!(references.len(), uses, "{piece} is used at {references:?}");
        // The result is still a workflow.
        for (path, text) in &texts {
            shop.editor.edit(path, text);
        }
        let problems: Vec<_> = before.iter().flat_map(|(path, _)| shop.editor.problems(path)).collect();
        for (path, text) in &before {
            shop.editor.edit(path, text);
        }
        assert_eq!(problems, [], "after the rename of {piece}");
    });
}

/// The names that a workflow generates begin with its own name.
#[test]
#[ignore = "needs rust-analyzer; `.ci/run --full` runs it"]
fn a_workflow_s_new_name_is_that_of_its_types_too() {
    let mut shop = shop();
    let (place, path) = (shop.place(SHOP, "pub workflow «Order» {"), shop.path(SHOP));
    let texts = shop.editor.rename(&path, place.at, "Sale");
    let main = &texts[&shop.path(MAIN)];
    every(["SaleInput {", "SaleParams {", "SaleState::Charge", "Sale::NAME"], |name| {
        assert!(main.contains(name), "{name} is not in\n{main}");
    });
    assert!(!main.contains("Order"), "{main}");
    assert!(texts[&path].contains("workflow::<Sale>"), "{}", texts[&path]);
}

#[test]
#[ignore = "needs rust-analyzer; `.ci/run --full` runs it"]
fn right_workflows_have_no_problems_and_wrong_words_one() {
    let mut shop = shop();
    every([SHOP, MAIN], |file| {
        let path = shop.path(file);
        assert_eq!(shop.editor.problems(&path), [], "{file}");
    });
    let of = |editor: &mut Editor, path: &Path, _| editor.problems(path);
    let problems = shop.typed(SHOP, "else -> «Patience»", "Patiense", of);
    let [(words, message)] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!(words, "Patiense");
    assert!(message.contains("did you mean `Patience`?"), "{message}");
}

/// rust-analyzer expands macros with unmatched brackets.
#[test]
#[ignore = "needs rust-analyzer; `.ci/run --full` runs it"]
fn a_stray_bracket_is_reported() {
    let mut shop = shop();
    every(["(", ")", "[", "]", "{", "}"], |bracket| {
        for piece in
            ["choice Route {«»\n", "who: \"Dr \" + input.customer«»,", "input {«» customer", "«»pub workflow Order"]
        {
            let problems = shop.typed(SHOP, piece, &format!(" {bracket} "), |editor, path, _| editor.problems(path));
            let messages: Vec<_> = problems.iter().map(|(_, message)| message.as_str()).collect();
            assert!(!messages.is_empty(), "`{bracket}` at {piece}");
            assert!(
                !messages.iter().any(|message| message.contains("has a bug")),
                "`{bracket}` at {piece}: {messages:?}"
            );
            if [")", "]"].contains(&bracket) {
                let reported = messages.iter().any(|message| message.contains(&format!("unmatched `{bracket}`")));
                assert!(reported, "`{bracket}` at {piece}: {messages:?}");
            }
        }
    });
}

/// Completion works next to a bracket that is not closed yet.
#[test]
#[ignore = "needs rust-analyzer; `.ci/run --full` runs it"]
fn a_word_beside_a_stray_bracket_is_completed() {
    let mut shop = shop();
    let offered = shop.typed(SHOP, "who: \"Dr \" + input.«customer»,", ") + input.", |editor, path, at| {
        editor.completion(path, at)
    });
    assert!(offered.iter().any(|label| label == "customer"), "{offered:?}");
}

#[test]
fn there_are_thirty_places_of_each_kind_together() {
    let pieces: BTreeSet<_> = DEFINITIONS.iter().map(|(_, piece, ..)| piece).collect();
    assert!(pieces.len() >= 30 && pieces.len() == DEFINITIONS.len());
    assert!(HOVERS.len() + COMPLETIONS.len() + RENAMES.len() >= 30);
}
