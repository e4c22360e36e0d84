//! Builds trees for printing. Their nodes have no spans until they are printed, and need no parentheses.

use super::ast::{Node, NodeKind};
use super::parentheses::own_power;
use super::parser::binding_power;

impl From<NodeKind> for Node {
    fn from(kind: NodeKind) -> Self {
        let mut node = Self { kind, span: 0..0, height: 0 };
        node.measure();
        node
    }
}

impl Node {
    /// Computes the height from the heights of the children.
    pub(crate) fn measure(&mut self) {
        self.height = 1 + self.children().iter().map(|part| part.height).max().unwrap_or(0);
    }

    /// Returns text that is printed unchanged. It is put in parentheses next to an operator.
    pub fn verbatim(text: impl Into<String>) -> Self {
        NodeKind::Verbatim(text.into()).into()
    }

    /// Returns a string literal.
    pub fn string(text: impl Into<String>) -> Self {
        NodeKind::String(text.into()).into()
    }

    /// Returns a number. A negative number is the negation of a literal, as in a parsed tree.
    pub fn number(number: f64) -> Self {
        if number.is_sign_negative() {
            return Self::number(-number).negated();
        }
        NodeKind::Number(number).into()
    }

    /// Returns `true` or `false`.
    pub fn bool(value: bool) -> Self {
        NodeKind::Bool(value).into()
    }

    /// Returns `null`.
    pub fn null() -> Self {
        NodeKind::Null.into()
    }

    /// Returns `$name`.
    pub fn variable(name: impl Into<String>) -> Self {
        NodeKind::Variable(name.into()).into()
    }

    /// Returns `/pattern/`.
    pub fn regex(pattern: impl Into<String>) -> Self {
        NodeKind::Regex { pattern: pattern.into(), flags: String::new() }.into()
    }

    /// Returns the call `$name(a, b)`.
    pub fn call(name: &str, arguments: impl IntoIterator<Item = Self>) -> Self {
        NodeKind::Call(Box::new(Self::variable(name)), arguments.into_iter().collect()).into()
    }

    /// Returns `function($a, $b) { body }`.
    pub fn lambda<T: Into<String>>(params: impl IntoIterator<Item = T>, body: Self) -> Self {
        let params = params.into_iter().map(Into::into).collect();
        NodeKind::Lambda { params, signature: None, body: Box::new(body) }.into()
    }

    /// Returns `[a, b]`.
    pub fn array(items: impl IntoIterator<Item = Self>) -> Self {
        NodeKind::Array(items.into_iter().collect()).into()
    }

    /// Returns `self..last`, an item of an array.
    #[must_use]
    pub fn range(self, last: Self) -> Self {
        NodeKind::Range(Box::new(self), Box::new(last)).into()
    }

    /// Returns `{'name': value}`.
    pub fn object<T: Into<String>>(members: impl IntoIterator<Item = (T, Self)>) -> Self {
        let members = members.into_iter().map(|(name, value)| (Self::string(name), value));
        NodeKind::Object(members.collect()).into()
    }

    /// Returns `(a; b)`.
    pub fn block(expressions: impl IntoIterator<Item = Self>) -> Self {
        NodeKind::Block(expressions.into_iter().collect()).into()
    }

    /// Returns `$name := self`.
    pub fn bound_to(self, name: impl Into<String>) -> Self {
        NodeKind::Bind(name.into(), Box::new(self)).into()
    }

    /// Returns `-self`.
    pub fn negated(self) -> Self {
        NodeKind::Negate(Box::new(self)).into()
    }

    /// Returns `self sign right`, for the sign of a [`NodeKind::Binary`].
    pub fn binary(self, sign: &'static str, right: Self) -> Self {
        NodeKind::Binary(sign, Box::new(self), Box::new(right)).into()
    }

    /// Returns `self ? yes : no`.
    pub fn condition(self, yes: Self, no: Self) -> Self {
        NodeKind::Condition(Box::new(self), Box::new(yes), Some(Box::new(no))).into()
    }

    /// Returns `self.name`. A name cannot contain a backtick, so such a member is read with `$lookup`.
    pub fn member(self, name: impl Into<String>) -> Self {
        let name = name.into();
        if name.contains('`') {
            return Self::call("lookup", [self, Self::string(name)]);
        }
        self.step(NodeKind::Name(name).into())
    }

    /// Returns `self.step`.
    pub fn step(self, step: Self) -> Self {
        match self {
            Self { kind: NodeKind::Path(mut steps), span, height } => {
                let height = height.max(step.height + 1);
                steps.push(step);
                Self { kind: NodeKind::Path(steps), span, height }
            }
            first => NodeKind::Path(vec![first, step]).into(),
        }
    }

    /// Returns `self[filter]`. In a path, the filter applies to the last step.
    pub fn item(self, filter: Self) -> Self {
        self.with_last(|step| NodeKind::Predicate(Box::new(step), Box::new(filter)))
    }

    /// Returns `self[]`. In a path, it applies to the last step.
    pub fn kept_array(self) -> Self {
        self.with_last(|step| NodeKind::KeepArray(Box::new(step)))
    }

    fn with_last(self, make: impl FnOnce(Self) -> NodeKind) -> Self {
        match self.kind {
            NodeKind::Path(mut steps) => {
                let last = steps.pop().map(|last| make(last).into());
                steps.extend(last);
                NodeKind::Path(steps).into()
            }
            _ => make(self).into(),
        }
    }

    /// Returns the node in parentheses if it is an operation that binds more loosely than this operator. These
    /// parentheses are for the reader. The printer adds the parentheses that the grammar requires.
    #[must_use]
    pub fn within(self, sign: &str) -> Self {
        if own_power(&self.kind) < binding_power(sign) { Self::block([self]) } else { self }
    }
}
