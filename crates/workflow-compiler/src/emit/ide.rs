//! Generates the module of documented constants to which the mirror's paths lead: one for each word of the language.
//!
//! It is a plain file in workflow-runtime. A test checks that it equals the output of [`module`].

use std::fmt::Write;

use workflow_asl::StateKind;
use workflow_asl::context::{self, Member, MemberKind};

use super::name::HOLE;
use crate::syntax::keyword::{
    self, ClauseKind, DECLARATIONS, FAIL_FIELDS, FOR, Keyword, RETRY_FIELDS, SETTINGS, STATES, USE, state_keyword,
};

pub(super) const TOP: &str = "top";
pub(super) const ITEM: &str = "item";
pub(super) const INNER_ITEM: &str = "inner_item";
pub(super) const PARALLEL: &str = "parallel_words";
pub(super) const CHOICE: &str = "choice_words";
pub(super) const DEFAULTS: &str = "defaults";
pub(super) const CATCHER: &str = "catcher";
pub(super) const RULE: &str = "rule";

/// Returns the name of the module with the clauses of a kind of state.
pub(super) fn clauses_of(kind: StateKind) -> String {
    format!("{}_clauses", state_keyword(kind))
}

/// Returns the name of the module with the fields in the braces after a keyword.
pub(super) fn fields_of(keyword: &str) -> String {
    format!("{keyword}_fields")
}

/// Returns the name of the module with the words that may follow a word.
pub(super) fn settings_of(word: &str) -> String {
    format!("after_{word}")
}

const HEAD: &str = "\
//! The words of the `workflow!` language as constants with their meaning: what an editor shows and completes.
//!
//! Written by workflow-compiler from its tables (`WORKFLOW_BLESS=1 cargo test -p workflow-compiler --test it words`).

#![allow(missing_docs, non_camel_case_types, non_snake_case, non_upper_case_globals)]

use crate::{Json, WorkflowState};

/// The possible targets of a transition other than the workflow's own states.
pub trait Transition: WorkflowState {
    /// Ends the workflow, the branch or the iteration.
    const end: () = ();
    #[doc(hidden)]
    const __hole: () = ();
}

impl<S: WorkflowState> Transition for S {}

// An editor uses the types of these two methods; nothing calls them.

/// An optional value has the members of its value: by value, which is tried before a reference.
pub trait Held {
    #[doc(hidden)]
    type Of;
    #[doc(hidden)]
    fn __assume_present(self) -> Self::Of;
}

impl<T> Held for Option<T> {
    type Of = T;

    fn __assume_present(self) -> T {
        unreachable!()
    }
}

/// Any other value has its own members.
pub trait There {
    #[doc(hidden)]
    fn __assume_present(self) -> Self;
}

impl<T> There for &T {
    fn __assume_present(self) -> Self {
        self
    }
}

/// The types in declarations.
pub mod types {
    pub use crate::{Arn, Definition, Json, Map, ParamsError, Timestamp, Workflow};

    /// The types of values without a Rust type.
    pub mod value {
        /// A named retrier.
        #[derive(Debug)]
        pub struct Retrier;

        /// A named catcher.
        #[derive(Debug)]
        pub struct Catcher;

        /// JSON of an unknown type.
        #[derive(Debug)]
        pub struct Json;
    }
}

/// The roots of references, and the types of the language.
pub mod roots {
    pub use crate::{Arn, Json, Map, Timestamp};

    #[doc(hidden)]
    pub const __hole: () = ();
    /// This state's own input.
    pub const state: Json = Json::Null;
    /// This state's raw result.
    pub const result: Json = Json::Null;
    /// The element of the enclosing map.
    pub const item: Json = Json::Null;
    /// The index of the element of the enclosing map.
    pub const index: u64 = 0;
    /// The error that a catcher handled.
    pub const caught: super::Caught = super::Caught { Error: String::new(), Cause: String::new() };
    /// The context object: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>.
    pub static context: super::Context = super::Context::EMPTY;
}

/// A caught error.
#[derive(Debug)]
pub struct Caught {
    /// The error's name.
    pub Error: String,
    /// The cause of the error.
    pub Cause: String,
}

macro_rules! context {
    ($( $(#[doc = $doc:literal])* $name:ident { $( $(#[doc = $member_doc:literal])* $member:ident: $type:ty = $empty:expr; )* } )*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug)]
            pub struct $name { $( $(#[doc = $member_doc])* pub $member: $type, )* }

            impl $name {
                const EMPTY: Self = Self { $( $member: $empty, )* };
            }
        )*
    };
}
";

/// Returns the text of the module, from the tables of the language.
pub fn module() -> String {
    let mut out = HEAD.to_owned();
    out.push_str("\ncontext! {\n");
    object_of_context(&mut out, "Context", "The context object.", context::MEMBERS);
    out.push_str("}\n");
    let clauses: Vec<Keyword> =
        ClauseKind::ALL.iter().map(|clause| Keyword { word: clause.keyword(), doc: clause.doc() }).collect();
    let states: Vec<Keyword> = STATES.iter().map(|(_, keyword)| *keyword).collect();
    let inner: Vec<Keyword> = states
        .iter()
        .chain(DECLARATIONS.iter().filter(|keyword| keyword.word == "start"))
        .chain([&USE, &FOR])
        .copied()
        .collect();
    words(&mut out, "clauses", &clauses);
    words(&mut out, TOP, keyword::TOP);
    words(&mut out, ITEM, &[DECLARATIONS, &states, &[USE, FOR]].concat());
    words(&mut out, INNER_ITEM, &inner);
    let branch = Keyword { word: "branch", doc: "States that run beside the other branches." };
    words(&mut out, PARALLEL, &[branch, FOR]);
    let arms = [
        Keyword { word: "if", doc: "A rule: a condition and where to go when it is true." },
        Keyword { word: "else", doc: "Where to go when no rule is true." },
        FOR,
    ];
    words(&mut out, CHOICE, &arms);
    for (kind, _) in STATES {
        imports(&mut out, &clauses_of(*kind), |clause| clause.stands_on(*kind));
    }
    imports(&mut out, DEFAULTS, |clause| clause.stands_on(StateKind::Task));
    imports(&mut out, CATCHER, |clause| clause.stands_in_block(true));
    imports(&mut out, RULE, |clause| clause.stands_in_block(false));
    words(&mut out, &fields_of(ClauseKind::Retry.keyword()), RETRY_FIELDS);
    words(&mut out, &fields_of(state_keyword(StateKind::Fail)), FAIL_FIELDS);
    for (after, keywords) in SETTINGS {
        words(&mut out, &settings_of(after), keywords);
    }
    out
}

/// Writes a row of the macro `context!`, and the rows of the objects in it.
fn object_of_context(out: &mut String, name: &str, doc: &str, members: &[Member]) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "    /// {doc}\n    {name} {{");
    for Member { name, kind, doc, .. } in members {
        let (ty, empty) = match kind {
            MemberKind::Object(_) => (*name, format!("{name}::EMPTY")),
            MemberKind::Any => ("Json", "Json::Null".to_owned()),
            MemberKind::Count => ("u64", "0".to_owned()),
            _ => ("String", "String::new()".to_owned()),
        };
        let _ = writeln!(out, "        /// {doc}\n        {name}: {ty} = {empty};");
    }
    out.push_str("    }\n");
    for member in members.iter().filter(|member| matches!(member.kind, MemberKind::Object(_))) {
        object_of_context(out, member.name, member.doc, member.kind.members());
    }
}

/// Writes a module with one constant per word.
fn words(out: &mut String, module: &str, words: &[Keyword]) {
    let mut text = format!("\npub mod {module} {{\n    #[doc(hidden)]\n    pub const {HOLE}: () = ();\n");
    for Keyword { word, doc } in words {
        // Writing to a string cannot fail.
        let _ = write!(text, "    /// {doc}\n    pub const {}: () = ();\n", raw(word));
    }
    text.push_str("}\n");
    out.push_str(&text);
}

/// Writes a module with these clauses.
fn imports(out: &mut String, module: &str, has: impl Fn(ClauseKind) -> bool) {
    let mut text = format!("\npub mod {module} {{\n    pub use super::clauses::{HOLE};\n");
    let mut clauses: Vec<_> =
        ClauseKind::ALL.iter().filter(|clause| has(**clause)).map(|clause| raw(clause.keyword())).collect();
    clauses.sort_unstable();
    for clause in clauses {
        let _ = writeln!(text, "    pub use super::clauses::{clause};");
    }
    text.push_str("}\n");
    out.push_str(&text);
}

fn raw(word: &str) -> String {
    if syn::parse_str::<syn::Ident>(word).is_err() { format!("r#{word}") } else { word.to_owned() }
}
