//! Parses tokens into a tree by the operators' binding powers, like the reference implementation.

use std::ops::Range;

use super::ast::{Node, NodeKind, SortTerm};
use super::lexer::{Lexer, Token};
use crate::syntax_error::SyntaxError;

/// The most nested brackets and operands in the text: more than an evaluation may nest, whose limit AWS checks only when
/// the expression runs.
pub(super) const DEPTH: usize = 250;
/// The nested brackets that fit on any stack.
const SHALLOW: usize = 80;
/// The most stack that a level takes.
const BYTES_OF_LEVEL: usize = 16 << 10;
/// The greatest height of the tree: a long `a & b & c` is nested too.
pub(super) const HEIGHT: usize = 500;

pub(crate) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let mut parser = Parser::new(text, SHALLOW);
    let parsed = parser.whole();
    if parser.depth <= SHALLOW {
        return parsed;
    }
    // Again, on a stack for the deepest texts.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEPTH * BYTES_OF_LEVEL + (1 << 20));
        let deep = thread.spawn_scoped(scope, || Parser::new(text, DEPTH).whole());
        deep.ok().and_then(|deep| deep.join().ok()).unwrap_or(parsed)
    })
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    token: Token,
    span: Range<usize>,
    /// The end of the previous token.
    last_end: usize,
    depth: usize,
    /// The greatest depth.
    deepest: usize,
    /// The error for a missing operand at the end of the text, reported unless a missing bracket is found first.
    missing: Option<SyntaxError>,
}

type Parsed = Result<Node, SyntaxError>;

/// Returns how tightly an operator binds its left operand.
pub(super) fn binding_power(sign: &str) -> u8 {
    match sign {
        "[" | "(" | "@" | "#" => 80,
        "." => 75,
        "{" => 70,
        "*" | "/" | "%" => 60,
        "+" | "-" | "&" => 50,
        "=" | "<" | ">" | "^" | "!=" | "<=" | ">=" | "~>" | "in" => 40,
        "and" => 30,
        "or" => 25,
        "?" => 20,
        ":=" => 10,
        _ => 0,
    }
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, deepest: usize) -> Self {
        let lexer = Lexer::new(text);
        Self { text, lexer, token: Token::End, span: 0..0, last_end: 0, depth: 0, deepest, missing: None }
    }

    fn whole(&mut self) -> Parsed {
        self.advance(false)?;
        let root = self.expression(0)?;
        if self.token != Token::End {
            return Err(SyntaxError::coded("S0201", self.span.start, format!("Syntax error: {}", self.token.shown())));
        }
        self.missing.take().map_or(Ok(root), Err)
    }

    /// Advances to the next token and returns the previous one.
    fn advance(&mut self, infix: bool) -> Result<(Token, Range<usize>), SyntaxError> {
        let (token, span) = self.lexer.next(infix)?;
        let token = std::mem::replace(&mut self.token, token);
        let span = std::mem::replace(&mut self.span, span);
        self.last_end = span.end;
        Ok((token, span))
    }

    fn at(&self, sign: &'static str) -> bool {
        self.token == Token::Operator(sign)
    }

    /// Consumes a required sign.
    fn expect(&mut self, sign: &'static str, infix: bool) -> Result<(), SyntaxError> {
        if self.at(sign) {
            return self.advance(infix).map(|_| ());
        }
        let (code, message) = match &self.token {
            Token::End => ("S0203", format!("Expected \"{sign}\" before end of expression")),
            other => ("S0202", format!("Expected \"{sign}\", got {}", other.shown())),
        };
        Err(SyntaxError::coded(code, self.span.start, message))
    }

    fn node(&self, kind: NodeKind, start: usize) -> Parsed {
        let mut node = Node { kind, span: start..self.last_end.max(start), height: 1 };
        node.height += node.children().iter().map(|part| part.height).max().unwrap_or(0);
        if node.height > HEIGHT {
            return Err(SyntaxError::coded("U1001", start, format!("the expression nests more than {HEIGHT} parts"))
                .with_help("bind some of them to variables first"));
        }
        Ok(node)
    }

    fn expression(&mut self, power: u8) -> Parsed {
        self.depth += 1;
        if self.depth > self.deepest {
            let message = format!("the expression nests more than {DEPTH} deep");
            return Err(SyntaxError::coded("U1001", self.span.start, message));
        }
        let mut left = self.operand()?;
        while matches!(self.token, Token::Operator(sign) if power < binding_power(sign)) {
            left = self.operator(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn boxed(&mut self, power: u8) -> Result<Box<Node>, SyntaxError> {
        self.expression(power).map(Box::new)
    }

    /// Parses the beginning of an expression.
    fn operand(&mut self) -> Parsed {
        let (token, span) = self.advance(true)?;
        let kind = match token {
            Token::Name(name) => NodeKind::Name(name),
            Token::Variable(name) => NodeKind::Variable(name),
            Token::String(text) => NodeKind::String(text),
            Token::Number(number) => NodeKind::Number(number),
            Token::Bool(flag) => NodeKind::Bool(flag),
            Token::Null => NodeKind::Null,
            Token::Regex { pattern, flags } => NodeKind::Regex { pattern, flags },
            // Where an operand is expected, these words are names.
            Token::Operator(word @ ("and" | "or" | "in")) => NodeKind::Name(word.to_owned()),
            Token::Operator("*") => NodeKind::Wildcard,
            Token::Operator("**") => NodeKind::Descendants,
            Token::Operator("%") => NodeKind::Parent,
            Token::Operator("-") => NodeKind::Negate(self.boxed(70)?),
            Token::Operator("(") => self.block()?,
            Token::Operator("[") => self.array()?,
            Token::Operator("{") => NodeKind::Object(self.pairs()?),
            Token::Operator("|") => self.transform()?,
            token => return self.no_operand(&token, span),
        };
        self.node(kind, span.start)
    }

    /// Handles the end of the text, or an operator, where an operand is expected.
    fn no_operand(&mut self, token: &Token, span: Range<usize>) -> Parsed {
        let Token::Operator(sign) = token else {
            self.missing.get_or_insert_with(|| SyntaxError::coded("S0207", span.start, "Unexpected end of expression"));
            return self.node(NodeKind::Null, span.start);
        };
        let error = SyntaxError::coded(
            "S0211",
            span.start,
            format!("The symbol \"{sign}\" cannot be used as a unary operator"),
        );
        let before = self.text.get(..span.start).unwrap_or("");
        Err(if matches!(*sign, "?" | ":") && before.ends_with('?') {
            error.with_help(format!("the service runs JSONata 2.0, which has no `?{sign}`; write `a ? a : b`"))
        } else {
            error
        })
    }

    fn block(&mut self) -> Result<NodeKind, SyntaxError> {
        let mut expressions = Vec::new();
        while !self.at(")") {
            expressions.push(self.expression(0)?);
            if !self.at(";") {
                break;
            }
            self.advance(false)?;
        }
        self.expect(")", true)?;
        Ok(NodeKind::Block(expressions))
    }

    fn array(&mut self) -> Result<NodeKind, SyntaxError> {
        let mut items = Vec::new();
        if !self.at("]") {
            loop {
                let start = self.span.start;
                let item = self.expression(0)?;
                items.push(if self.at("..") {
                    self.advance(false)?;
                    let kind = NodeKind::Range(Box::new(item), self.boxed(0)?);
                    self.node(kind, start)?
                } else {
                    item
                });
                if !self.at(",") {
                    break;
                }
                self.advance(false)?;
            }
        }
        self.expect("]", true)?;
        Ok(NodeKind::Array(items))
    }

    /// Parses the members of an object, after its `{`.
    fn pairs(&mut self) -> Result<Vec<(Node, Node)>, SyntaxError> {
        let mut pairs = Vec::new();
        if !self.at("}") {
            loop {
                let key = self.expression(0)?;
                self.expect(":", false)?;
                pairs.push((key, self.expression(0)?));
                if !self.at(",") {
                    break;
                }
                self.advance(false)?;
            }
        }
        self.expect("}", true)?;
        Ok(pairs)
    }

    fn transform(&mut self) -> Result<NodeKind, SyntaxError> {
        let pattern = self.boxed(0)?;
        self.expect("|", false)?;
        let update = self.boxed(0)?;
        let delete = if self.at(",") {
            self.advance(false)?;
            Some(self.boxed(0)?)
        } else {
            None
        };
        self.expect("|", false)?;
        Ok(NodeKind::Transform { pattern, update, delete })
    }

    /// Parses what follows an expression.
    fn operator(&mut self, left: Node) -> Parsed {
        let (token, _) = self.advance(false)?;
        let start = left.span.start;
        let Token::Operator(sign) = token else { return Ok(left) };
        let kind = match sign {
            "." => return self.step(left),
            "[" => self.predicate(left)?,
            "{" => NodeKind::Group(Box::new(left), self.pairs()?),
            "(" => self.call(left)?,
            "^" => self.sort(left)?,
            "@" | "#" => self.variable(sign, left)?,
            ":=" => self.bind(&left)?,
            "?" => self.condition(left)?,
            "~>" => NodeKind::Apply(Box::new(left), self.boxed(40)?),
            sign => NodeKind::Binary(sign, Box::new(left), self.boxed(binding_power(sign))?),
        };
        self.node(kind, start)
    }

    fn step(&mut self, left: Node) -> Parsed {
        let step = self.expression(75)?;
        let start = left.span.start;
        match left {
            // Extended in place, so that a long path takes linear time.
            Node { kind: NodeKind::Path(mut steps), height, .. } => {
                let height = height.max(step.height + 1);
                steps.push(step);
                Ok(Node { kind: NodeKind::Path(steps), span: start..self.last_end, height })
            }
            left => self.node(NodeKind::Path(vec![left, step]), start),
        }
    }

    fn predicate(&mut self, left: Node) -> Result<NodeKind, SyntaxError> {
        if self.at("]") {
            self.advance(false)?;
            return Ok(NodeKind::KeepArray(Box::new(left)));
        }
        let filter = self.boxed(0)?;
        self.expect("]", true)?;
        Ok(NodeKind::Predicate(Box::new(left), filter))
    }

    /// Parses `@$v` or `#$i`, after its sign.
    fn variable(&mut self, sign: &str, left: Node) -> Result<NodeKind, SyntaxError> {
        let variable = self.expression(80)?;
        let NodeKind::Variable(name) = variable.kind else {
            let message = format!("The right side of \"{sign}\" must be a variable name (start with $)");
            return Err(SyntaxError::coded("S0214", variable.span.start, message));
        };
        let left = Box::new(left);
        Ok(if sign == "@" { NodeKind::Focus(left, name) } else { NodeKind::Index(left, name) })
    }

    fn bind(&mut self, left: &Node) -> Result<NodeKind, SyntaxError> {
        let NodeKind::Variable(name) = &left.kind else {
            let message = "The left side of := must be a variable name (start with $)";
            return Err(SyntaxError::coded("S0212", left.span.start, message));
        };
        // One less than its own power, because it is right-associative.
        Ok(NodeKind::Bind(name.clone(), self.boxed(9)?))
    }

    fn condition(&mut self, left: Node) -> Result<NodeKind, SyntaxError> {
        let then = self.boxed(0)?;
        let otherwise = if self.at(":") {
            self.advance(false)?;
            Some(self.boxed(0)?)
        } else {
            None
        };
        Ok(NodeKind::Condition(Box::new(left), then, otherwise))
    }

    fn sort(&mut self, left: Node) -> Result<NodeKind, SyntaxError> {
        self.expect("(", false)?;
        let mut terms = Vec::new();
        loop {
            let descending = self.at(">");
            if descending || self.at("<") {
                self.advance(false)?;
            }
            terms.push(SortTerm { descending, key: self.expression(0)? });
            if !self.at(",") {
                break;
            }
            self.advance(false)?;
        }
        self.expect(")", false)?;
        Ok(NodeKind::Sort(Box::new(left), terms))
    }

    /// Parses the arguments after `(`, and the body of a function definition.
    fn call(&mut self, left: Node) -> Result<NodeKind, SyntaxError> {
        let mut args = Vec::new();
        if !self.at(")") {
            loop {
                args.push(self.argument()?);
                if !self.at(",") {
                    break;
                }
                self.advance(false)?;
            }
        }
        self.expect(")", true)?;
        self.called(left, args)
    }

    /// Parses an argument, `None` for a `?`, with its position.
    fn argument(&mut self) -> Result<(Option<Node>, Range<usize>), SyntaxError> {
        if self.at("?") {
            let (_, span) = self.advance(false)?;
            return Ok((None, span));
        }
        let argument = self.expression(0)?;
        let span = argument.span.clone();
        Ok((Some(argument), span))
    }

    fn called(&mut self, left: Node, args: Vec<(Option<Node>, Range<usize>)>) -> Result<NodeKind, SyntaxError> {
        if matches!(&left.kind, NodeKind::Name(name) if name == "function" || name == "λ") {
            return self.lambda(args);
        }
        let procedure = Box::new(left);
        let args: Vec<Option<Node>> = args.into_iter().map(|(arg, _)| arg).collect();
        Ok(if args.iter().all(Option::is_some) {
            NodeKind::Call(procedure, args.into_iter().flatten().collect())
        } else {
            NodeKind::Partial(procedure, args)
        })
    }

    fn lambda(&mut self, args: Vec<(Option<Node>, Range<usize>)>) -> Result<NodeKind, SyntaxError> {
        let mut params = Vec::new();
        for (at, (arg, span)) in args.into_iter().enumerate() {
            match arg {
                Some(Node { kind: NodeKind::Variable(name), .. }) => params.push(name),
                _ => {
                    let which = at + 1;
                    let message =
                        format!("Parameter {which} of function definition must be a variable name (start with $)");
                    return Err(SyntaxError::coded("S0208", span.start, message));
                }
            }
        }
        let signature = if self.at("<") { Some(self.signature()?) } else { None };
        self.expect("{", false)?;
        let body = self.boxed(0)?;
        self.expect("}", false)?;
        Ok(NodeKind::Lambda { params, signature, body })
    }

    /// Parses `<s-n?:b>`, from its `<` through its `>`.
    fn signature(&mut self) -> Result<String, SyntaxError> {
        let start = self.span.start;
        let mut depth = 1;
        while depth > 0 && !self.at("{") && self.token != Token::End {
            self.advance(false)?;
            if self.at(">") {
                depth -= 1;
            } else if self.at("<") {
                depth += 1;
            }
        }
        let end = self.span.end;
        self.expect(">", false)?;
        let text: String = self.text.get(start..end).unwrap_or("").split_whitespace().collect();
        check_signature(&text, start)?;
        Ok(text)
    }
}

/// Checks for the two errors that JSONata reports when it parses a signature.
fn check_signature(text: &str, start: usize) -> Result<(), SyntaxError> {
    let symbols: Vec<char> = text.chars().collect();
    let mut previous = ' ';
    let mut at = 1;
    while let Some(symbol) = symbols.get(at) {
        match symbol {
            ':' => break,
            '(' => {
                let end = closing(&symbols, at, '(', ')');
                if symbols.get(at..end).is_some_and(|choice| choice.contains(&'<')) {
                    return Err(SyntaxError::coded(
                        "S0402",
                        start,
                        "Choice groups containing parameterized types are not supported",
                    ));
                }
                previous = '(';
                at = end;
            }
            '<' if matches!(previous, 'a' | 'f') => at = closing(&symbols, at, '<', '>'),
            '<' => {
                let message = "Type parameters can only be applied to functions and arrays";
                return Err(SyntaxError::coded("S0401", start, message));
            }
            's' | 'n' | 'b' | 'l' | 'o' | 'a' | 'f' | 'j' | 'x' => previous = *symbol,
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

fn closing(symbols: &[char], from: usize, open: char, close: char) -> usize {
    let mut depth = 0;
    for (at, symbol) in symbols.iter().enumerate().skip(from) {
        if *symbol == open {
            depth += 1;
        } else if *symbol == close {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    symbols.len()
}
