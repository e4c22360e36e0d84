//! Methods of other languages, such as `xs.iter().map(f)`, and their equivalents.

use workflow_asl::document::QueryLanguage;

use super::call::{of_items, other_measure};
use super::other_language::default;
use crate::check::analysis::Analysis;
use crate::check::function::Function;
use crate::check::types::Ty;
use crate::check::value_site::{ValueField, ValueSite};
use crate::syntax::ast::{
    BinaryOp, Closure, Expr, ExprKind, OtherLanguage, Quotes, Reference, Root, Segment, Slice, Text, UnaryOp,
};

/// Members and methods that return the length of a value.
pub(super) const LENGTHS: [&str; 5] = ["length", "len", "size", "count", "Length"];

/// Methods that return the value itself.
const NOTHING: [&str; 17] = [
    "clone",
    "to_owned",
    "as_str",
    "as_ref",
    "into",
    "iter",
    "into_iter",
    "to_vec",
    "value",
    "get",
    "await",
    "borrow",
    "copied",
    "cloned",
    "collect",
    "valueOf",
    "to_json",
];

/// Methods and the equivalent functions of JSONata, with the value as first argument.
const FUNCTIONS: &[(&[&str], &str)] = &[
    (&["to_lowercase", "toLowerCase", "toLower", "lower", "lowercase", "to_ascii_lowercase"], "$lowercase"),
    (&["to_uppercase", "toUpperCase", "toUpper", "upper", "uppercase", "to_ascii_uppercase"], "$uppercase"),
    (&["trim", "strip"], "$trim"),
    (&["split"], "$split"),
    (&["replace", "replaceAll"], "$replace"),
    (&["join"], "$join"),
    (&["push", "append", "extend"], "$append"),
    (&["keys"], "$keys"),
    (&["sort", "sorted"], "$sort"),
    (&["reverse", "rev", "reversed"], "$reverse"),
    (&["distinct", "unique", "dedup"], "$distinct"),
    (&["sum"], "$sum"),
    (&["max"], "$max"),
    (&["min"], "$min"),
    (&["abs"], "$abs"),
    (&["round"], "$round"),
    (&["floor"], "$floor"),
    (&["ceil"], "$ceil"),
    (&["sqrt"], "$sqrt"),
    (&["pow", "powi", "powf", "**", "^"], "$power"),
    (&["parse", "to_i", "to_f", "toNumber", "parseInt", "parseFloat"], "$number"),
    (&["substring", "substr"], "$substring"),
    (&["map"], "$map"),
    (&["filter"], "$filter"),
    (&["reduce"], "$reduce"),
    (&["zip"], "$zip"),
    (&["chunks"], "$partition"),
    (&["merge"], "$merge"),
];

/// The parser's names for `x!` and `x ** 2`, which are not methods either.
pub(super) const SURELY: &str = "!";
pub(super) const POWERS: [&str; 2] = ["**", "^"];

/// How the parser's name for `x as i64` begins.
pub(super) const CAST: &str = "as ";

impl<'a> Analysis<'a> {
    /// Returns the equivalent of another language's method; `None` if the state's language has none.
    pub(super) fn instead_of_method(
        &self,
        place: ValueSite<'_, 'a>,
        of: &Expr,
        name: &str,
        arguments: &[Expr],
    ) -> Option<Expr> {
        let span = of.span;
        let ty = self.type_of(place, of);
        let jsonata = place.state.language == QueryLanguage::Jsonata;
        let make = |kind| Expr::made(kind, span);
        let plain = of.clone();
        let with = |function: &str, rest: &[Expr]| {
            let name = Text { value: function.to_owned(), span };
            make(ExprKind::Call { name, arguments: std::iter::once(&plain).chain(rest).cloned().collect() })
        };
        let text = |text: &str| make(ExprKind::Text(text.to_owned()));
        let is_array = ty.present().is_array();
        if let ([Expr { kind: ExprKind::Closure(closure), .. }], true) = (arguments, jsonata)
            && let Some(test) = of_items(name, span, of, closure)
        {
            return Some(match test.kind {
                ExprKind::Binary(..) => make(ExprKind::Paren(Box::new(test))),
                _ => test,
            });
        }
        Some(match name {
            SURELY if !ty.may_be_absent() => plain,
            "is_some" | "isPresent" | "is_present" => with("is_present", &[]),
            "is_none" => make(ExprKind::Unary(UnaryOp::Not, Box::new(with("is_present", &[])))),
            "is_null" | "isNull" => with("is_null", &[]),
            "unwrap_or" | "unwrap_or_else" | "unwrap_or_default" | "unwrap" | "expect" | "getOrDefault" | "or"
            | SURELY
                if jsonata =>
            {
                let default = match arguments {
                    [default] if !matches!(name, "expect" | "unwrap_or_else") => default.clone(),
                    _ => make(default(ty.present())),
                };
                let kind = ExprKind::Binary(BinaryOp::Default, span, Box::new(plain), Box::new(default));
                make(ExprKind::Paren(Box::new(make(kind))))
            }
            "is_empty" | "isEmpty" if is_array && jsonata => {
                let zero = make(ExprKind::Number("0".to_owned()));
                let kind = ExprKind::Binary(BinaryOp::Equal, span, Box::new(with("$count", &[])), Box::new(zero));
                make(ExprKind::Paren(Box::new(make(kind))))
            }
            "is_empty" | "isEmpty" if ty.present().is_text() => {
                let kind = ExprKind::Binary(BinaryOp::Equal, span, Box::new(plain), Box::new(text("")));
                make(ExprKind::Paren(Box::new(make(kind))))
            }
            name if LENGTHS.contains(&name) => self.length(place, &plain, &ty)?,
            "as String" | "as str" | "as string" => return self.instead_of_method(place, of, "to_string", &[]),
            cast if cast.starts_with(CAST) => {
                let method = match ty.present() {
                    Ty::Float(_) if cast != "as number" && !cast.contains('f') => "floor",
                    ty if ty.is_number() => return Some(plain),
                    _ => "parse",
                };
                return self.instead_of_method(place, of, method, &[]);
            }
            "to_string" | "toString" | "String" if ty.present().is_text() => plain,
            "to_string" | "toString" | "String" | "str" if jsonata => with("$string", &[]),
            "contains" | "includes" if is_array => match arguments {
                [item] if jsonata || matches!(plain.kind, ExprKind::Array(_)) => {
                    let kind = ExprKind::Binary(BinaryOp::In, span, Box::new(item.clone()), Box::new(plain));
                    make(ExprKind::Paren(Box::new(make(kind))))
                }
                _ => return None,
            },
            "starts_with" | "startsWith" | "ends_with" | "endsWith" | "contains" | "includes" => {
                let Some(Expr { kind: ExprKind::Text(part), .. }) = arguments.first() else {
                    let contains = matches!(name, "contains" | "includes") && jsonata && !is_array;
                    return contains.then(|| with("$contains", arguments));
                };
                // A star in a pattern matches any text.
                if is_array || part.contains(['*', '\\']) {
                    return None;
                }
                let pattern = match name {
                    "starts_with" | "startsWith" => format!("{part}*"),
                    "ends_with" | "endsWith" => format!("*{part}"),
                    _ => format!("*{part}*"),
                };
                if !jsonata && place.position != ValueField::Condition {
                    return None;
                }
                with("matches", &[text(&pattern)])
            }
            "flat_map" | "flatMap" if jsonata && is_closure(arguments) => {
                let each = || Segment::Each { span, gaps: false };
                make(ExprKind::Access(Box::new(with("$map", arguments)), vec![each(), each()]))
            }
            "min_by_key" | "max_by_key" if jsonata => match arguments {
                [Expr { kind: ExprKind::Closure(closure), .. }] => {
                    let order = make(ExprKind::Closure(Box::new(in_order(closure)?)));
                    item(with("$sort", &[order]), if name == "min_by_key" { "0" } else { "-1" })
                }
                _ => return None,
            },
            "concat" if is_array && jsonata => with("$append", arguments),
            "concat" => match arguments {
                [other] => make(ExprKind::Binary(BinaryOp::Add, span, Box::new(plain), Box::new(other.clone()))),
                _ => return None,
            },
            "equals" | "eq" => match arguments {
                [other] => make(ExprKind::Binary(BinaryOp::Equal, span, Box::new(plain), Box::new(other.clone()))),
                _ => return None,
            },
            "fold" if jsonata => match arguments {
                [first, closure @ Expr { kind: ExprKind::Closure(_), .. }] => {
                    with("$reduce", &[closure.clone(), first.clone()])
                }
                _ => return None,
            },
            "sort_by_key" | "sort_by" if jsonata => match arguments {
                [Expr { kind: ExprKind::Closure(closure), .. }] => {
                    let order = in_order(closure)?;
                    with("$sort", &[make(ExprKind::Closure(Box::new(order)))])
                }
                _ => return None,
            },
            "skip" | "take" | "slice" if is_array => match (name, arguments) {
                ("skip" | "slice", [from]) => part(plain, Some(from), None),
                ("take", [to]) => part(plain, None, Some(to)),
                ("slice", [from, to]) => part(plain, Some(from), Some(to)),
                _ => return None,
            },
            "first" if arguments.is_empty() => item(plain, "0"),
            "last" if arguments.is_empty() => item(plain, "-1"),
            "get" | "at" | "nth" if matches!(arguments, [Expr { kind: ExprKind::Number(_), .. }]) => match arguments {
                [Expr { kind: ExprKind::Number(number), .. }] => item(plain, number),
                _ => return None,
            },
            "get" if matches!(arguments, [Expr { kind: ExprKind::Text(_), .. }]) => match arguments {
                [Expr { kind: ExprKind::Text(name), span, .. }] => {
                    let name = Text { value: name.clone(), span: *span };
                    step(plain, Segment::Member { name, optional: false, quoted: Quotes::Brackets })
                }
                _ => return None,
            },
            "map" | "and_then" if ty.is_option() && !is_array => match arguments {
                [Expr { kind: ExprKind::Closure(closure), .. }] if jsonata => member_if_there(of, closure)?,
                _ => return None,
            },
            name if arguments.is_empty() && NOTHING.contains(&name) => plain,
            "parse" if !jsonata => return None,
            name => {
                let (_, function) = FUNCTIONS.iter().find(|(names, _)| jsonata && names.contains(&name))?;
                let function = other_measure(function, &ty).unwrap_or(function);
                Function::from_name(function).filter(|function| function.argument(0).takes(&ty))?;
                with(function, arguments)
            }
        })
    }

    /// The length of a value of this type, or how many items it has; `None` where the state's language has no function.
    pub(super) fn length(&self, place: ValueSite<'_, 'a>, of: &Expr, ty: &Ty) -> Option<Expr> {
        let function = match (place.state.language, ty.present()) {
            (QueryLanguage::Jsonata, ty) if ty.is_text() => "$length",
            (QueryLanguage::Jsonata, _) => "$count",
            (QueryLanguage::JsonPath, ty) if !ty.is_text() && place.position != ValueField::Condition => {
                "States.ArrayLength"
            }
            (QueryLanguage::JsonPath, _) => return None,
        };
        let name = Text { value: function.to_owned(), span: of.span };
        Some(Expr::made(ExprKind::Call { name, arguments: vec![of.clone()] }, of.span))
    }

    /// Returns the last member of a reference that other languages read a length by, and what gives it here.
    pub(super) fn length_as_member<'e>(
        &self,
        place: ValueSite<'_, 'a>,
        reference: &'e Reference,
    ) -> Option<(&'e Text, Expr)> {
        let (Segment::Member { name, quoted: Quotes::None, .. }, rest) = reference.segments.split_last()? else {
            return None;
        };
        if !LENGTHS.contains(&name.value.as_str()) || rest.iter().any(Segment::is_each) {
            return None;
        }
        let of = Reference { segments: rest.to_vec(), ..reference.clone() };
        let of = Expr::made(ExprKind::Reference(of), reference.root_span);
        let ty = self.type_of(place, &of);
        let has_length = ty.present().is_array() || ty.present().is_text();
        Some((name, self.length(place, &of, &ty).filter(|_| has_length)?))
    }
}

fn is_closure(arguments: &[Expr]) -> bool {
    matches!(arguments, [Expr { kind: ExprKind::Closure(_), .. }])
}

/// Returns the member that a closure reads of an optional value: `o?.name` for `o.map(|o| o.name)`.
fn member_if_there(of: &Expr, closure: &Closure) -> Option<Expr> {
    let ([parameter], ExprKind::Reference(read)) = (closure.parameters.as_slice(), &closure.body.kind) else {
        return None;
    };
    let ExprKind::Reference(of) = &of.kind else { return None };
    let mut steps = read.segments.clone();
    let Some(Segment::Member { optional, .. }) = steps.first_mut() else { return None };
    *optional = true;
    let is_of_it = matches!(&read.root, Root::Parameter(name) if *name == parameter.value);
    let segments = of.segments.iter().cloned().chain(steps).collect();
    let kind = ExprKind::Reference(Reference { segments, ..of.clone() });
    is_of_it.then(|| Expr::made(kind, closure.body.span))
}

/// Returns the closure of `$sort` that compares as this one of Rust's `sort_by` or `sort_by_key` does.
fn in_order(closure: &Closure) -> Option<Closure> {
    let made = |left: Expr, right: Expr| {
        let op = ExprKind::Binary(BinaryOp::Greater, closure.bars, Box::new(left), Box::new(right));
        Expr::made(op, closure.body.span)
    };
    match (&closure.body.kind, closure.parameters.as_slice()) {
        (ExprKind::OtherLanguage(OtherLanguage::Method { receiver: of, name, arguments }), [_, _])
            if matches!(name.value.as_str(), "cmp" | "partial_cmp" | "total_cmp" | "localeCompare") =>
        {
            let [other] = arguments.as_slice() else { return None };
            Some(Closure { body: made((**of).clone(), other.clone()), ..closure.clone() })
        }
        (ExprKind::Reference(reference), [one]) => {
            let compared = ["a", "b"].map(|name| {
                let parameter = Text { value: name.to_owned(), span: one.span };
                let root = Root::Parameter(name.to_owned());
                (parameter, Expr::made(ExprKind::Reference(Reference { root, ..reference.clone() }), closure.body.span))
            });
            let [(a, left), (b, right)] = compared;
            matches!(&reference.root, Root::Parameter(name) if *name == one.value).then(|| Closure {
                parameters: vec![a, b],
                body: made(left, right),
                ..closure.clone()
            })
        }
        _ => None,
    }
}

/// Returns the items between two indices.
fn part(of: Expr, from: Option<&Expr>, to: Option<&Expr>) -> Expr {
    let span = of.span;
    step(of, Segment::Slice(Box::new(Slice { from: from.cloned(), to: to.cloned(), span })))
}

fn item(of: Expr, index: &str) -> Expr {
    let span = of.span;
    step(of, Segment::Index(Expr::made(ExprKind::Number(index.to_owned()), span)))
}

fn step(of: Expr, segment: Segment) -> Expr {
    let span = of.span;
    let kind = match of.kind {
        ExprKind::Reference(mut reference) => {
            reference.segments.push(segment);
            ExprKind::Reference(reference)
        }
        kind => ExprKind::Access(Box::new(Expr::made(kind, span)), vec![segment]),
    };
    Expr::made(kind, span)
}
