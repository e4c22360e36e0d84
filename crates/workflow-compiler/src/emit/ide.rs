//! Generates the documented constants to which the mirror's paths lead: one for each word of the language.
//!
//! They are in a plain file in workflow-runtime. A test checks that it ends with the output of [`words_of_the_language`].

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

/// Returns the part of the module that is made from the tables of the language.
pub fn words_of_the_language() -> String {
    let mut out = "\ncontext! {\n".to_owned();
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
