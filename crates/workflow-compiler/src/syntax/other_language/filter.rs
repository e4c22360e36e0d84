//! JSONata's filter in brackets: `orders[total > 3].id`.

use workflow_asl::Code;

use crate::problem::{Edit, Problem};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Quotes, Reference, Root, Segment, Text, TokenSpan, UnaryOp, plain};
use crate::syntax::parser::Parser;
use crate::syntax::spelling::{spelled, spelled_reference, spelled_segments};

impl Parser<'_> {
    /// Reports a condition as an index. Returns whether there is one.
    pub(in crate::syntax) fn filter_in_brackets(&mut self, reference: &Reference, span: TokenSpan) -> bool {
        let is_test = |segment: &Segment| matches!(segment, Segment::Index(index) if is_condition(index));
        let Some(at) = reference.segments.iter().position(is_test) else { return false };
        let (before, rest) = reference.segments.split_at(at);
        let Some((Segment::Index(test), rest)) = rest.split_first() else { return false };
        let list = Reference { segments: before.to_vec(), ..reference.clone() };
        let item = item_name(&list);
        let mut condition = test.clone();
        read_of_item(&mut condition, &item);
        let each = if matches!(rest.first(), Some(Segment::Member { .. })) { "[*]" } else { "" };
        let (list, condition, rest) = (spelled_reference(&list), spelled(&condition), spelled_segments(rest));
        let text = format!("$filter({list}, |{item}| {condition}){each}{rest}");
        let problem = Problem::new(Code::Syntax, test.span, "an index selects one item, and is no condition");
        self.report(problem.help(format!("write `{text}`")).edit(Edit::over(span, text)));
        true
    }
}

fn is_condition(index: &Expr) -> bool {
    use BinaryOp::{And, Equal, Greater, GreaterEqual, In, Less, LessEqual, NotEqual, Or};
    match &index.kind {
        ExprKind::Binary(op, ..) => {
            matches!(op, And | Or | Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual | In)
        }
        ExprKind::Unary(op, _) => *op == UnaryOp::Not,
        ExprKind::Paren(inner) => is_condition(inner),
        _ => false,
    }
}

/// Returns a name for an item of a list: its first letter.
fn item_name(list: &Reference) -> String {
    let last = list.segments.iter().rev().find_map(|segment| match segment {
        Segment::Member { name, .. } => Some(name.value.clone()),
        _ => None,
    });
    let name = match (last, &list.root) {
        (Some(name), _) => name,
        (None, Root::StateResult(name)) => plain(name),
        (None, _) => String::new(),
    };
    let letter = name.chars().next().filter(char::is_ascii_alphabetic);
    letter.unwrap_or('x').to_ascii_lowercase().to_string()
}

/// Makes bare names, which are members of the item in JSONata, members of this parameter. States have large first
/// letters.
fn read_of_item(value: &mut Expr, item: &str) {
    if let ExprKind::Reference(reference) = &mut value.kind
        && let Root::StateResult(name) = &reference.root
        && plain(name).starts_with(|first: char| first.is_lowercase())
    {
        let name = Text { value: plain(name), span: reference.root_span };
        reference.segments.insert(0, Segment::Member { name, optional: false, quoted: Quotes::None });
        reference.root = Root::Parameter(item.to_owned());
    }
    match &mut value.kind {
        ExprKind::Binary(_, _, left, right) => [left, right].into_iter().for_each(|side| read_of_item(side, item)),
        ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => read_of_item(inner, item),
        ExprKind::Call { arguments, .. } => arguments.iter_mut().for_each(|argument| read_of_item(argument, item)),
        _ => {}
    }
}
