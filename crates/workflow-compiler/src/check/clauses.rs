//! Clauses that do not belong to the state's query language, or that repeat its body.

use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;

use super::analysis::Analysis;
use super::model::{StateInfo, is_distributed, names_handler};
use super::sink::Sink;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Clause, ClauseValue, DeclarationKind, ExprKind, Head, MapItems, TokenSpan, plain};
use crate::syntax::keyword::ClauseKind;

pub(super) fn check(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    for info in analysis.all_states() {
        same_language(info.language, &info.state.clauses, sink);
        info.state.arms().iter().for_each(|arm| same_language(info.language, &arm.clauses, sink));
        said_once(info, sink);
        distributed_alone(info, sink);
    }
    for declaration in &analysis.workflow.declarations {
        match &declaration.kind {
            DeclarationKind::Defaults(_, clauses) => same_language(analysis.language, clauses, sink),
            DeclarationKind::Catcher { name, catcher } => {
                let name = plain(name);
                let catches = |clause: &Clause| names_handler(clause, ClauseKind::Catch, &name);
                let user = analysis.all_states().find(|info| info.state.clauses.iter().any(catches));
                same_language(user.map_or(analysis.language, |info| info.language), &catcher.clauses, sink);
            }
            _ => {}
        }
    }
}

/// Checks that a clause of only one query language is on a state of that language.
fn same_language(language: QueryLanguage, clauses: &[Clause], sink: &mut Sink<'_>) {
    for clause in clauses {
        if let ClauseValue::Catcher(catcher) = &clause.value {
            same_language(language, &catcher.clauses, sink);
        }
        // A catcher's `output` and `result_path` are of one language each, like the state's.
        let Some(own) = clause.kind.language().filter(|own| *own != language) else { continue };
        let keyword = clause.kind.keyword();
        let message =
            format!("`{keyword}` is a clause of {}; this state's language is {}", own.name(), language.name());
        sink.push(Problem::new(Code::MisplacedClause, clause.word(), message).help(instead(clause.kind)));
    }
}

/// Describes the equivalent in the other language.
fn instead(kind: ClauseKind) -> &'static str {
    match kind {
        ClauseKind::Output => "in JSONPath, set the output with `result_selector`, `result_path` and `output_path`",
        ClauseKind::Arguments => "in JSONPath, use `parameters`, or the body",
        ClauseKind::InputPath => "in JSONata, refer to the needed part: `state.x`",
        ClauseKind::Parameters => "in JSONata, use the body, or `arguments`",
        ClauseKind::Result => "in JSONata, use the body: `pass Name = value`",
        ClauseKind::ResultSelector => "in JSONata, use `output` with `result.x`",
        ClauseKind::ResultPath => {
            "in JSONata, store values in variables with `assign`, or set the output with `output`"
        }
        ClauseKind::OutputPath => "in JSONata, use `output`",
        _ => "`query jsonpath` on the state changes its language",
    }
}

/// Reports clauses about items, iterations and results that only a distributed map supports. An inline one would
/// iterate over its own input, pass single items and keep the results.
fn distributed_alone(info: &StateInfo<'_>, sink: &mut Sink<'_>) {
    let Head::Map { over, .. } = &info.state.head else { return };
    // A clause that did not parse may make it distributed.
    if is_distributed(info.state) || info.state.is_broken() {
        return;
    }
    let reader = match over {
        Some(MapItems::Reader { path, body, .. }) if !matches!(body.kind, ExprKind::Invalid(_)) => {
            let words = path.first().zip(path.last()).map(|(first, last)| TokenSpan::new(first.span(), last.span()));
            words.map(|words| (words, "`over` with a reader".to_owned()))
        }
        _ => None,
    };
    let only = [ClauseKind::ItemReader, ClauseKind::Batch, ClauseKind::WriteTo];
    let clause = info.state.clauses.iter().find(|clause| only.contains(&clause.kind));
    let clause = clause.map(|clause| (clause.word(), format!("`{}`", clause.kind.keyword())));
    if let Some((words, what)) = reader.or(clause) {
        let message = format!("{what} requires a `distributed` map");
        let problem = Problem::new(Code::MisplacedClause, words, message);
        let inline = info.state.clauses.iter().find(|clause| clause.kind == ClauseKind::Inline);
        let problem = problem.help("make the map `distributed`: an inline one iterates over items of its input");
        sink.push(match inline {
            Some(inline) => problem.edit(Edit::over(inline.keyword.span(), "distributed")),
            None => problem,
        });
    }
}

/// Checks that the request and the output are given once, in the body or in a clause.
fn said_once(info: &StateInfo<'_>, sink: &mut Sink<'_>) {
    let (clauses, what): (&[ClauseKind], _) = match &info.state.head {
        Head::Task { body: Some(_), .. } => (&[ClauseKind::Arguments, ClauseKind::Parameters], "request"),
        Head::Pass { value: Some(_) } => match info.language {
            QueryLanguage::Jsonata => (&[ClauseKind::Output], "output"),
            QueryLanguage::JsonPath => (&[ClauseKind::Parameters, ClauseKind::Result], "value"),
        },
        Head::Succeed { value: Some(_) } => (&[ClauseKind::Output], "output"),
        _ => return,
    };
    for clause in &info.state.clauses {
        let own = clause.kind.language().is_none_or(|language| language == info.language);
        if own && clauses.contains(&clause.kind) {
            let message = format!("the {what} of `{}` is already given by the body", info.name);
            sink.push(Problem::new(Code::RepeatedClause, clause.word(), message).help("remove one of them"));
        }
    }
}
