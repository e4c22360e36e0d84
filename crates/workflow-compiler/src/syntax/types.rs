//! Types, fields and structs.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use workflow_asl::Code;

use super::ast::{DefaultValue, FieldDecl, FieldDefault, StructDecl, TokenSpan, Type, TypeKind, plain};
use super::attributes::{Attributes, On};
use super::cursor::{Cursor, token_span};
use super::name::rust_name;
use super::other_language::{Form, Place, form};
use super::parser::Parser;
use super::word::Role;
use crate::problem::{Problem, Reported};

/// Signs in place of types.
const SIGNS: [(&str, &str); 4] = [
    ("`&", "types own their data: `String`, `Vec<T>`"),
    ("`[", "a list is `Vec<T>`"),
    ("`{", "declare a `struct` and name it here"),
    ("`\"", "declare an `enum` of the texts and name it here"),
];

const TYPES: &str =
    "for example `String`, `bool`, `i64`, `f64`, `Timestamp`, `Arn`, `Json`, `Vec<T>`, `Option<T>`, `Map<T>`";

const TYPE_OR: &str = "`Option<T>` is a type or nothing; one of several texts is an `enum`";

const DEFAULT: &str =
    "a field has no default: write `#[serde(default)]` before it, or declare `Option<…>` and read `input.name ?? …`";

pub(super) const INTEGERS: [&str; 10] = ["i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "usize"];

impl Parser<'_> {
    /// Parses a type.
    pub(super) fn ty(&mut self, cursor: &mut Cursor) -> Type {
        let here = cursor.here_first();
        self.deeper(here, |parser| parser.ty_inner(cursor))
            .unwrap_or_else(|reported| Type { kind: TypeKind::Invalid(reported), span: here.into() })
    }

    fn ty_inner(&mut self, cursor: &mut Cursor) -> Type {
        let first = cursor.here();
        let kind = if cursor.is_punct("::") || (cursor.peek_ident().is_some() && cursor.is_punct_at(1, "::")) {
            self.type_path(cursor)
        } else if let Some(name) = cursor.eat_ident() {
            self.type_word(name, cursor)
        } else {
            let found = cursor.found();
            let help = SIGNS.iter().find(|(sign, _)| found.starts_with(*sign)).map_or(TYPES, |(_, help)| *help);
            let reported = self.expected_as(cursor, "a type", help);
            if cursor.is_end() || cursor.is_punct(",") {
                self.hole(first.first, Role::TypeReference);
            }
            return Type { kind: TypeKind::Invalid(reported), span: first };
        };
        let ty = Type { kind, span: first.to(cursor.before()) };
        if cursor.is_punct("|") {
            self.expected_as(cursor, "one type", TYPE_OR);
        }
        ty
    }

    fn type_word(&mut self, name: Ident, cursor: &mut Cursor) -> TypeKind {
        self.word(&name, Role::TypeReference);
        let text = name.to_string();
        let lower = text.starts_with(char::is_lowercase);
        // Types of other languages begin with a lower-case letter, unlike Rust's.
        let is_other = lower
            || cursor.peek_group(Delimiter::Bracket).is_some()
            || ["Value", "HashMap", "BTreeMap"].contains(&text.as_str());
        let meant = if is_other && !self.declared.contains(&text) { form(Place::Type, &text) } else { None };
        if let Some(meant) = meant {
            let problem = Problem::new(Code::UnknownType, name.span(), format!("`{text}` is not a type here"));
            let is_list = cursor.eat_group(Delimiter::Bracket).is_some();
            let reported = self.report(match meant {
                Form::Help(help) => problem.help(help),
                Form::Words(word) if is_list => problem.help(format!("a list is `Vec<{word}>`")),
                Form::Words(word) => problem.write(word),
            });
            self.skip_generics(cursor);
            cursor.note_complaint(cursor.position(), reported);
            return TypeKind::Invalid(reported);
        }
        match text.as_str() {
            "String" => TypeKind::String,
            "bool" => TypeKind::Bool,
            "f64" | "f32" => TypeKind::Float(name),
            "Timestamp" => TypeKind::Timestamp,
            "Arn" => TypeKind::Arn,
            "Json" => TypeKind::Json,
            "Vec" => self.generic(&name, TypeKind::Vec, cursor),
            "Option" => self.generic(&name, TypeKind::Option, cursor),
            "Map" => self.generic(&name, TypeKind::Map, cursor),
            integer if INTEGERS.contains(&integer) => TypeKind::Integer(name),
            _ if cursor.is_punct("<") => {
                let mut tokens = vec![TokenTree::Ident(name)];
                match self.collect_generics(cursor, &mut tokens) {
                    Ok(()) => self.own_type(tokens, cursor),
                    Err(reported) => TypeKind::Invalid(reported),
                }
            }
            _ => TypeKind::Named(rust_name(&name)),
        }
    }

    /// `<T>` after `Vec`, `Option`, `Map`.
    fn generic(&mut self, of: &Ident, kind: fn(Box<Type>) -> TypeKind, cursor: &mut Cursor) -> TypeKind {
        if cursor.eat_punct("<").is_none() {
            let help = format!("write `{of}<T>` with the type of its elements");
            let message = format!("`{of}` requires a type parameter");
            return TypeKind::Invalid(self.wrong(of.span().into(), message, help));
        }
        let ty = self.ty(cursor);
        if cursor.is_punct(",") && *of == "Map" {
            self.expected_as(cursor, "`>`", "`Map<T>` takes the type of the values: keys are always text");
            cursor.skip_until(|cursor| cursor.is_punct(">"));
        }
        if cursor.eat_char('>').is_none() {
            self.expected_in(Place::Type, cursor, "`>`");
        }
        kind(Box::new(ty))
    }

    /// `a::b::C<D>`, as written.
    fn type_path(&mut self, cursor: &mut Cursor) -> TypeKind {
        let mut tokens: Vec<TokenTree> = Vec::new();
        loop {
            if cursor.is_punct("::") {
                tokens.extend(cursor.next());
                tokens.extend(cursor.next());
            } else if !tokens.is_empty() {
                break;
            }
            if cursor.is_punct("<") {
                if let Err(reported) = self.collect_generics(cursor, &mut tokens) {
                    return TypeKind::Invalid(reported);
                }
                continue;
            }
            let Some(word) = cursor.eat_ident() else {
                return TypeKind::Invalid(self.expected(cursor, "a name after `::`"));
            };
            tokens.push(TokenTree::Ident(word));
            if cursor.is_punct("<")
                && let Err(reported) = self.collect_generics(cursor, &mut tokens)
            {
                return TypeKind::Invalid(reported);
            }
        }
        self.own_type(tokens, cursor)
    }

    /// Parses a user-defined Rust type, which must at least look like one.
    fn own_type(&mut self, tokens: Vec<TokenTree>, cursor: &Cursor) -> TypeKind {
        // A lower-case word of another language in `<…>`; `str` is a type of Rust.
        let is_sign =
            |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
        let open = (0..tokens.len()).find(|at| is_sign(*at, '<')).unwrap_or(tokens.len());
        for (at, token) in tokens.iter().enumerate().skip(open) {
            if let TokenTree::Ident(word) = token
                && *word != "str"
                && *word != "char"
                && word.to_string().starts_with(char::is_lowercase)
                && !is_sign(at + 1, ':')
                && let Some(Form::Words(meant)) = form(Place::Type, &word.to_string())
            {
                let message = format!("`{word}` is not a type here");
                let problem = Problem::new(Code::UnknownType, word.span(), message);
                return TypeKind::Invalid(self.report(problem.write(meant)));
            }
        }
        let first = tokens.first().map_or_else(|| cursor.before(), token_span);
        let tokens: TokenStream = tokens.into_iter().collect();
        if syn::parse2::<syn::Type>(tokens.clone()).is_ok() {
            return TypeKind::Path(tokens);
        }
        TypeKind::Invalid(self.error(Code::Syntax, first.to(cursor.before()), "this is not a Rust type"))
    }

    /// Collects `<…>` as written. Stops at a `;` or a brace. Reports one that is not closed.
    fn collect_generics(&mut self, cursor: &mut Cursor, tokens: &mut Vec<TokenTree>) -> Result<(), Reported> {
        let open = cursor.here_first();
        let mut depth = 0_usize;
        while !cursor.is_punct(";") && cursor.peek_group(Delimiter::Brace).is_none() {
            let Some(token) = cursor.next() else { break };
            let arrow = matches!(tokens.last(), Some(TokenTree::Punct(before)) if before.as_char() == '-');
            if let TokenTree::Punct(punct) = &token {
                match punct.as_char() {
                    '<' => depth += 1,
                    '>' if !arrow => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            tokens.push(token);
            if depth == 0 {
                return Ok(());
            }
        }
        Err(self.error(Code::Syntax, open, "this `<` is never closed"))
    }

    fn skip_generics(&mut self, cursor: &mut Cursor) {
        if cursor.is_punct("<") {
            // What is not closed was reported.
            _ = self.collect_generics(cursor, &mut Vec::new());
        }
    }

    /// `name: Type, …` in braces.
    pub(super) fn fields(&mut self, group: &Group, of: &Attributes, on: On) -> Vec<FieldDecl> {
        self.each(group, |parser, cursor| {
            let start = cursor.position();
            let attributes = parser.attributes_before(cursor)?;
            let field = parser.field(attributes, (of, on), cursor);
            parser.separator(Place::Type, cursor, start);
            field
        })
    }

    fn field(
        &mut self,
        mut attributes: Attributes,
        (of, on): (&Attributes, On),
        cursor: &mut Cursor,
    ) -> Option<FieldDecl> {
        self.refuse(&attributes, on);
        let default = attributes.default.take().or_else(|| {
            let FieldDefault { value, span } = of.default.clone()?;
            let function = match value {
                DefaultValue::Function(path) => Some(path),
                _ => None,
            };
            Some(FieldDefault { value: DefaultValue::OfStruct(function), span })
        });
        let default = default.filter(|_| on != On::Param);
        let constraints = attributes
            .constraints
            .take()
            .filter(|_| on == On::Field)
            .map(|(constraints, _)| constraints)
            .unwrap_or_default();
        if cursor.eat_word("pub").is_some() {
            self.needless(cursor.before(), "fields are always public");
            cursor.eat_group(Delimiter::Parenthesis);
        }
        let Some(written) = cursor.eat_ident() else {
            let help = "a name in JSON that is no word is written before it: `#[serde(rename = \"…\")]`";
            self.nameless_field = Some(self.expected_as(cursor, "a field: `name: Type`", help));
            return None;
        };
        self.word(&written, Role::FieldName);
        let name = self.checked_name(&written, "field");
        let optional = cursor.is_punct("?") && cursor.is_punct_at(1, ":");
        cursor.advance(usize::from(optional));
        let has_type = cursor.is_sign(":");
        cursor.advance(usize::from(has_type));
        let start = cursor.position();
        let mut ty = if has_type {
            self.ty(cursor)
        } else {
            let what = format!("`:` and a type after `{written}`");
            let reported = self.expected_as(cursor, &what, "a field is written `name: Type`");
            self.nameless_field = Some(reported);
            self.hole(cursor.here_first(), Role::TypeReference);
            Type { kind: TypeKind::Invalid(reported), span: cursor.before() }
        };
        if optional && !matches!(ty.kind, TypeKind::Invalid(_)) {
            let span = TokenSpan::from(written.span()).to(ty.span);
            let text = format!("{written}: Option<{}>", as_written(cursor.since(start)));
            self.rewrite(span, format!("`{written}` has no `?`: its type says that it may be absent"), text);
            ty = Type { span: ty.span, kind: TypeKind::Option(Box::new(ty)) };
        }
        if cursor.is_punct("=") {
            self.expected_as(cursor, "`,` after a field", DEFAULT);
        }
        let name = name?;
        let wire = wire_name(&attributes, &name, of.rename_all.map(|(rule, _)| move |name: &str| rule.field(name)));
        Some(FieldDecl { comment: attributes.comment, name, wire, ty, default, constraints, resource: None })
    }

    /// Returns a Rust name, which is raw for a keyword. Reports keywords that cannot be raw.
    pub(super) fn checked_name(&mut self, written: &Ident, what: &str) -> Option<Ident> {
        let text = written.to_string();
        if matches!(text.as_str(), "self" | "Self" | "super" | "crate" | "_") {
            let message = format!("Rust does not allow a {what} named `{text}`");
            let problem = Problem::new(Code::ReservedName, written.span(), message);
            let renamed = matches!(what, "field" | "variant");
            let help = if renamed { "; its name in JSON is `#[serde(rename = \"…\")]` before it" } else { "" };
            self.report(problem.help(format!("choose another name{help}")));
            return None;
        }
        Some(rust_name(written))
    }

    /// `struct Name { … }`
    pub(super) fn struct_decl(&mut self, attributes: &Attributes, cursor: &mut Cursor) -> Option<StructDecl> {
        let name = self.type_name("struct", cursor)?;
        let Some(group) = cursor.eat_group(Delimiter::Brace) else {
            let help = format!("for example `struct {name} {{ id: String }}`");
            self.nameless_field = Some(self.expected_as(cursor, &format!("the fields of `{name}` in braces"), help));
            self.skip_item(cursor);
            return Some(StructDecl { name, fields: Vec::new() });
        };
        Some(StructDecl { name, fields: self.fields(&group, attributes, On::Field) })
    }

    pub(super) fn type_name(&mut self, keyword: &str, cursor: &mut Cursor) -> Option<Ident> {
        let help = "for example `struct Order { id: String }` and `enum Size { Small, Large }`";
        let what = format!("a name after `{keyword}`");
        let written = self.expect_word(cursor, &what, help, Role::TypeName)?;
        let name = self.checked_name(&written, "type");
        if cursor.peek_group_at(1, Delimiter::Brace).is_some() {
            self.stray_sign(&[":", "="], cursor);
        }
        if cursor.is_punct("<") {
            self.error(Code::Syntax, cursor.here(), format!("a {keyword} has no type parameters here"));
            self.skip_generics(cursor);
        }
        name
    }
}

/// Returns the name in JSON: `rename`, else by the rule, else the Rust name without `r#`.
pub(super) fn wire_name(attributes: &Attributes, name: &Ident, rule: Option<impl Fn(&str) -> String>) -> String {
    let plain = plain(name);
    match (&attributes.rename, rule) {
        (Some(rename), _) => rename.value.clone(),
        (None, Some(rule)) => rule(&plain),
        (None, None) => plain,
    }
}

/// Formats a type without blanks.
fn as_written(words: &[TokenTree]) -> String {
    words.iter().cloned().collect::<TokenStream>().to_string().replace(' ', "")
}
