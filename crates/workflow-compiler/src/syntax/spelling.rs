//! Formats values as source text, for messages and fixes.

use super::ast::{BinaryOp, Expr, ExprKind, Member, Quotes, Reference, Root, Segment, UnaryOp, Written, plain};
use super::expression::OPERATORS;
use super::literal::in_largest_unit;

/// Formats a value as the source writes it. Anything that did not parse becomes `…`.
pub(crate) fn spelled(expr: &Expr) -> String {
    if let Some(Written::Words(written) | Written::Item(written)) = &expr.written {
        return written.to_string();
    }
    let list = |items: &[Expr]| items.iter().map(spelled).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(text) => text.clone(),
        ExprKind::Duration(seconds) => in_largest_unit(*seconds),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Object(members) if members.is_empty() => "{}".to_owned(),
        ExprKind::Object(members) => {
            format!("{{ {} }}", members.iter().map(spelled_member).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Array(items) => format!("[{}]", list(items)),
        ExprKind::Reference(reference) => spelled_reference(reference),
        ExprKind::Access(inner, segments) => format!("{}{}", spelled(inner), spelled_segments(segments)),
        ExprKind::Unary(UnaryOp::Not, inner) => format!("!{}", spelled(inner)),
        ExprKind::Unary(UnaryOp::Negate, inner) => format!("-{}", spelled(inner)),
        ExprKind::Binary(BinaryOp::Range, _, left, right) => format!("{}..={}", spelled(left), spelled(right)),
        ExprKind::Binary(op, _, left, right) => format!("{} {} {}", spelled(left), sign(*op), spelled(right)),
        ExprKind::If(condition, yes, no) => {
            let no = match &no.kind {
                ExprKind::If(..) => spelled(no),
                _ => format!("{{ {} }}", spelled(no)),
            };
            format!("if {} {{ {} }} else {no}", spelled(condition), spelled(yes))
        }
        ExprKind::Call { name, arguments } => format!("{}({})", name.value, list(arguments)),
        ExprKind::Closure(closure) => {
            let parameters: Vec<_> = closure.parameters.iter().map(|name| name.value.as_str()).collect();
            format!("|{}| {}", parameters.join(", "), spelled(&closure.body))
        }
        ExprKind::Constant(path) => format!("const {}", path.to_string().replace(' ', "")),
        ExprKind::Variant { ty, variant } => format!("{}::{}", plain(ty), plain(variant)),
        ExprKind::Jsonata(text) => format!("jsonata {:?}", text.value),
        ExprKind::Raw(raw) => {
            let given = raw.variables.iter().map(spelled_member).collect::<Vec<_>>().join(", ");
            let given = if raw.variables.is_empty() { String::new() } else { format!(" {{ {given} }}") };
            let text = spelled(&raw.text);
            format!("jsonata{}{}{given}", raw.written, text.trim_start_matches("jsonata"))
        }
        ExprKind::Path(text) => format!("path {:?}", text.value),
        ExprKind::Regex(text) => format!("regex {:?}", text.value),
        ExprKind::Paren(inner) => format!("({})", spelled(inner)),
        ExprKind::Invalid(_) => "…".to_owned(),
    }
}

fn spelled_member(member: &Member) -> String {
    let name = &member.key.value;
    let key = if is_word(name) { name.clone() } else { format!("{name:?}") };
    format!("{key}{}: {}", if member.optional { "?" } else { "" }, spelled(&member.value))
}

/// Formats a reference.
pub(crate) fn spelled_reference(reference: &Reference) -> String {
    let root = match &reference.root {
        Root::Variable(name) => &format!("${name}"),
        Root::Parameter(name) | Root::NamedItem(name) => name,
        Root::StateResult(name) => &plain(name),
        root => root.word().unwrap_or_default(),
    };
    format!("{root}{}{}", if reference.optional { "?" } else { "" }, spelled_segments(&reference.segments))
}

/// Formats the members and indices of a reference.
pub(crate) fn spelled_segments(segments: &[Segment]) -> String {
    let mut out = String::new();
    // The `?` that ends the steps for each item.
    let mut end = "";
    for segment in segments {
        match segment {
            Segment::Member { name, quoted: Quotes::Brackets, .. } => out.push_str(&format!("[{:?}]", name.value)),
            Segment::Member { name, quoted: Quotes::Dot, .. } => out.push_str(&format!(".{:?}", name.value)),
            Segment::Member { name, optional, .. } => {
                out.extend([if *optional { "?." } else { "." }, &name.value]);
            }
            Segment::Index(index) => out.push_str(&format!("[{}]", spelled(index))),
            Segment::Slice(slice) => {
                let bound = |bound: &Option<Expr>| bound.as_ref().map(spelled).unwrap_or_default();
                out.push_str(&format!("[{}..{}]", bound(&slice.from), bound(&slice.to)));
            }
            Segment::Each { gaps, .. } => {
                out.extend([end, "[*]"]);
                end = if *gaps { "?" } else { "" };
            }
        }
    }
    out + end
}

/// Returns whether a name can be written without quotes.
pub(crate) fn is_word(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Returns the sign of an operator.
pub(crate) fn sign(op: BinaryOp) -> &'static str {
    OPERATORS.iter().find(|(known, ..)| *known == op).map_or("..=", |(_, sign, _)| sign)
}
