//! Lowers a checked model to Amazon States Language: the document, its source map, and its text in fragments.

mod captures;
mod choice;
mod closure;
mod condition;
mod distributed_map;
mod express_child;
mod field;
mod function;
mod handler;
mod intrinsic;
mod json;
mod jsonata;
mod list;
mod literal;
mod map;
mod object;
mod pass;
mod path_list;
pub(crate) mod placeholders;
mod quoting;
mod reference;
mod slot;
mod source_map;
mod state;
mod template;
mod uses;
mod words;

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};
use workflow_asl::document::QueryLanguage;
use workflow_asl::jsonata::{Ast, print_with};
use workflow_asl::rules::Annotations;
use workflow_asl::{Code, Diagnostic, Pointer, StateMachine};

use self::object::Fields;
pub use self::quoting::escape_at;
pub use self::reference::fits_after_dot;
use self::slot::Slots;
pub use self::source_map::SourceMap;
pub use self::uses::LoweredUse;
pub(crate) use self::words::{Words, words};
use crate::check::{Analysis, StateInfo, ValueField, ValueSite, ValueTypes};
use crate::fragment::Fragment;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{ClauseValue, Declaration, DeclarationKind, Target, TokenSpan};
use crate::syntax::keyword::ClauseKind;

/// A workflow as an ASL document.
#[derive(Debug)]
pub struct Lowered {
    /// The document. A parameter or constant is a placeholder such as `${bucket}`.
    pub definition: Value,
    /// Its length in characters as JSON without white space, with a mark for each parameter and constant.
    pub characters: usize,
    /// The document as Rust types.
    pub machine: StateMachine,
    /// The problems found when the document was read, such as misspelt fields in literal objects.
    pub found: Vec<Diagnostic>,
    /// The source of each part of the document.
    pub source_map: SourceMap,
    /// The document's text, split at parameters and constants.
    pub fragments: Vec<Fragment>,
    /// Information on states that is not in the document.
    pub annotations: Annotations,
    /// The uses of fragments.
    pub uses: Vec<LoweredUse>,
}

/// Lowers a workflow. Reports the parts that its query language cannot express. If possible, a part that the checks
/// reported is lowered to something that the ASL rules do not report again.
pub fn lower(analysis: &Analysis<'_>, problems: &mut Problems) -> Lowered {
    let mut lowering = Lowering::new(analysis, problems);
    let mut definition = lowering.machine();
    let mut declared = analysis.workflow.declarations.iter();
    let text = match declared.find(|declared| matches!(declared.kind, DeclarationKind::Placeholders)) {
        Some(declared) => json::text(&lowering.placeholders(&definition, declared)),
        None => json::text(&definition),
    };
    let fragments = lowering.slots.cut(&text);
    let uses = lowering.uses(&definition);
    let wire = |param: &str| Some(analysis.params.get(param)?.decl.wire.as_str());
    lowering.slots.name(&mut definition, &wire);
    let Lowering { slots, expressions, annotations, source_map, .. } = lowering;
    for (mut text, mut ast) in expressions {
        if let Some(named) = slots.named(&text, &wire) {
            let printed = print_with(ast.root, " ", &|text| slots.named(text, &wire));
            let Some(named) = printed.ast.filter(|_| printed.text == named) else { continue };
            (text, ast) = (printed.text, named);
        }
        annotations.expressions.add(text, ast);
    }
    let (machine, found) = StateMachine::read(&definition);
    let characters = text.chars().count();
    Lowered { definition, characters, machine, found, source_map, fragments, annotations, uses }
}

/// The shared state of lowering.
struct Lowering<'m, 'a> {
    analysis: &'m Analysis<'a>,
    problems: &'m mut Problems,
    source_map: SourceMap,
    slots: Slots,
    /// The expressions that were lowered, as text with marks and as trees.
    expressions: Vec<(String, Ast)>,
    annotations: Annotations,
    /// Whether the current state compares values, or has fields in the words of its query language.
    compares: bool,
    value_types: ValueTypes<'static>,
    /// The parameters of the enclosing closures, with their JSONata names.
    parameters: Vec<(String, String)>,
    /// The words of the expressions, where they are recorded.
    words: Option<Words>,
}

impl<'m, 'a> Lowering<'m, 'a> {
    fn new(analysis: &'m Analysis<'a>, problems: &'m mut Problems) -> Self {
        Self {
            analysis,
            problems,
            source_map: SourceMap::default(),
            slots: Slots::default(),
            expressions: Vec::new(),
            annotations: Annotations { lowered: true, ..Annotations::default() },
            compares: false,
            value_types: ValueTypes::default(),
            parameters: Vec::new(),
            words: None,
        }
    }

    /// Returns the definition with a mark for each placeholder in its strings. Each placeholder is the JSON name of a
    /// param.
    fn placeholders(&mut self, definition: &Value, declared: &Declaration) -> Value {
        let fields = &self.analysis.params;
        let unknown = RefCell::new(BTreeSet::new());
        let param = |name: &str| {
            let field = fields.iter().find(|(_, field)| field.decl.wire == name);
            if field.is_none() {
                unknown.borrow_mut().insert(name.to_owned());
            }
            field.map(|(param, _)| param.clone())
        };
        let marked = placeholders::mark(definition, self.analysis.language, &mut self.slots, &param);
        for name in unknown.into_inner() {
            let message = format!("the placeholder `${{{name}}}` in this text is not a declared param");
            let problem = Problem::new(Code::UnknownParam, declared.keyword.span(), message);
            let help =
                "declare it in `params { … }`, with `#[serde(rename = \"…\")]` if its name is not a Rust identifier";
            self.problems.push(problem.help(help));
        }
        marked
    }

    fn machine(&mut self) -> Value {
        let analysis = self.analysis;
        let whole = TokenSpan::from(analysis.workflow.name.span());
        self.source_map.put(Pointer::root(), whole);
        self.annotations.input = self.value_types.input(analysis);
        let mut fields = Fields::new(Pointer::root());
        if let Some(comment) = analysis.comment {
            self.put(&mut fields, "Comment", comment.value.clone().into(), comment.span);
        }
        if analysis.explicit_language || analysis.language != QueryLanguage::default() {
            fields.insert("QueryLanguage", analysis.language.name().into());
        }
        if let Some(version) = analysis.version {
            self.put(&mut fields, "Version", version.value.clone().into(), version.span);
        }
        if let Some(timeout) = analysis.timeout_expr {
            let seconds = self.literal(timeout);
            self.put(&mut fields, "TimeoutSeconds", seconds, timeout.span);
        }
        self.scope(0, &mut fields);
        fields.ordered(StateMachine::FIELDS)
    }

    /// Adds `StartAt` and `States` of a scope of the model.
    fn scope(&mut self, scope: usize, fields: &mut Fields) {
        let analysis = self.analysis;
        let Some(body) = analysis.scopes.get(scope).map(|scope| scope.body) else { return };
        if let Some(start) = analysis.start_of(scope) {
            let span = body.start.as_ref().map_or_else(|| start.state.span(), Target::span);
            self.put(fields, "StartAt", start.asl_name.clone().into(), span);
        }
        let at = fields.pointer.child("States");
        self.source_map.put(at.clone(), body.span);
        let mut states = Map::new();
        for info in analysis.states_of(scope) {
            // If states have the same name, which was reported, the first one is used.
            if !states.contains_key(&info.asl_name) {
                if let Some(alias) = &info.state.alias {
                    self.source_map.put_key(at.child(&info.asl_name), alias.span);
                }
                self.annotate(info, at.child(&info.asl_name));
                let around = std::mem::replace(&mut self.compares, info.language == QueryLanguage::JsonPath);
                let state = self.state(info, at.child(&info.asl_name));
                if self.compares {
                    self.annotations.compare.insert(at.child(&info.asl_name));
                }
                self.compares |= around;
                states.insert(info.asl_name.clone(), state);
            }
        }
        fields.insert("States", states.into());
    }

    /// Records the clauses of a state that only affect its checks.
    fn annotate(&mut self, info: &StateInfo<'a>, at: Pointer) {
        if self.analysis.unchecked(info).is_some() {
            self.annotations.unchecked.insert(at.clone());
        }
        if let Some(result) = self.value_types.result(self.analysis, info) {
            self.annotations.results.insert(at.clone(), result);
        }
        let mut own = info.state.clauses.iter();
        if own.any(|clause| clause.kind == ClauseKind::Catch && matches!(clause.value, ClauseValue::None(_))) {
            self.annotations.uncaught.insert(at.clone());
        }
        let errors = self.analysis.clauses_of(info).find_map(|clause| match &clause.value {
            ClauseValue::Errors(errors) => Some(errors),
            _ => None,
        });
        if let Some(errors) = errors {
            self.annotations.errors.insert(at, errors.iter().map(|error| error.value.clone()).collect());
        }
    }

    fn put(&mut self, fields: &mut Fields, name: &str, value: Value, span: TokenSpan) {
        self.source_map.put(fields.pointer.child(name), span);
        fields.insert(name, value);
    }

    /// Reports an expression that JSONPath cannot express.
    fn needs_jsonata(&mut self, span: TokenSpan, what: &str) {
        self.report_unsayable(
            span,
            what,
            "give this state the clause `query jsonata`, or the workflow `query jsonata;`",
        );
    }

    fn report_unsayable(&mut self, span: TokenSpan, what: &str, help: &str) {
        self.problems
            .push(Problem::new(Code::NeedsJsonata, span, format!("JSONPath cannot express {what}")).help(help));
    }
}
