//! Declarations at the top of a workflow.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::{Code, StateKind};
use workflow_services::ResourceKind;

use super::ast::{Declaration, DeclarationKind, FieldDecl, Shape, Text, Type, TypeKind};
use super::attributes::{Attributes, On};
use super::clause::ClauseOwner;
use super::cursor::Cursor;
use super::keyword::ClauseKind;
use super::parser::Parser;
use super::recover::state_kind;
use super::word::Role;

impl Parser<'_> {
    /// Parses a declaration after its keyword, which is (or was taken for) `text`. Returns whether it was understood.
    pub(super) fn declaration(
        &mut self,
        attributes: Attributes,
        keyword: Ident,
        text: &str,
        cursor: &mut Cursor,
        declarations: &mut Vec<Declaration>,
    ) -> bool {
        let signs: &[&str] = if matches!(text, "input" | "returns") { &[":", "=", "->", "=>"] } else { &[":", "="] };
        self.stray_sign(signs, cursor);
        let has_fields = (0..2).any(|at| cursor.peek_group_at(at, Delimiter::Brace).is_some());
        let on = match text {
            "struct" => On::Fields,
            "input" | "returns" if has_fields => On::Fields,
            "enum" => On::Enum,
            "params" => On::Params,
            _ => On::Other,
        };
        self.refuse(&attributes, on);
        let Some(kind) = self.declared(&attributes, &keyword, text, cursor) else {
            // After a `;`, it has ended.
            if !matches!(cursor.last(), Some(TokenTree::Punct(end)) if end.as_char() == ';') {
                self.skip_item(cursor);
            }
            return false;
        };
        let same = |other: &Declaration| match (&other.kind, &kind) {
            (DeclarationKind::Defaults(one, _), DeclarationKind::Defaults(other, _)) => one == other,
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        };
        if is_single(&kind) && declarations.iter().filter(|other| is_single(&other.kind)).any(same) {
            self.error(Code::RepeatedClause, keyword.span(), format!("`{text}` is declared twice"));
            return true;
        }
        let derives = attributes.derives.map(|(derives, _)| derives).unwrap_or_default();
        declarations.push(Declaration { comment: attributes.comment, derives, keyword, kind });
        true
    }

    fn declared(
        &mut self,
        attributes: &Attributes,
        keyword: &Ident,
        text: &str,
        cursor: &mut Cursor,
    ) -> Option<DeclarationKind> {
        match text {
            "input" => self.shape(attributes, "input", cursor).map(DeclarationKind::Input),
            "returns" => self.shape(attributes, "output", cursor).map(DeclarationKind::Output),
            "params" => {
                let Some(group) = cursor.eat_group(Delimiter::Brace) else {
                    let help = "for example `params { bucket: String, role: Arn }`";
                    self.expected_as(cursor, "the parameters in braces", help);
                    return None;
                };
                let mut fields = self.fields(&group, attributes, On::Param);
                fields.iter_mut().for_each(|field| self.resource_of(field));
                Some(DeclarationKind::Params(fields))
            }
            "placeholders" => {
                self.semicolon("`placeholders`", cursor);
                Some(DeclarationKind::Placeholders)
            }
            "struct" => self.struct_decl(attributes, cursor).map(DeclarationKind::Struct),
            "enum" => self.enum_decl(attributes, cursor).map(DeclarationKind::Enum),
            "query" => {
                let language = self.query_language(cursor);
                let explicit = cursor.eat_word("explicit");
                if let Some(word) = &explicit {
                    self.word(word, Role::Setting("query"));
                }
                self.semicolon("the query language", cursor);
                Some(DeclarationKind::Query { language: language?, explicit: explicit.is_some() })
            }
            "type" => self.machine_type(cursor),
            "timeout" => {
                let value = self.duration_expr(cursor);
                self.semicolon("the timeout", cursor);
                Some(DeclarationKind::Timeout(value))
            }
            "version" => self.text_declaration("version", cursor).map(DeclarationKind::Version),
            "comment" => self.text_declaration("comment", cursor).map(DeclarationKind::Comment),
            "retry" => self.named_handler(ClauseKind::Retry, keyword, cursor),
            "catch" => self.named_handler(ClauseKind::Catch, keyword, cursor),
            "from" => self.document(cursor),
            "property" => self.property(cursor),
            _ => self.defaults(cursor),
        }
    }

    /// Reads the type of a param that names a resource, such as `sqs::Queue`: an ARN of a known kind.
    fn resource_of(&mut self, field: &mut FieldDecl) {
        let of = |ty: &Type| match &ty.kind {
            TypeKind::Path(path) => ResourceKind::named(&path.to_string().replace(' ', "")),
            _ => None,
        };
        field.resource = of(&field.ty);
        if let TypeKind::Option(inner) | TypeKind::Vec(inner) = &field.ty.kind
            && let Some(kind) = of(inner)
        {
            self.rewrite(field.ty.span, "a param names one resource, which is always given", kind.type_name());
            field.resource = Some(kind);
        }
        if field.resource.is_some() {
            field.ty.kind = TypeKind::Arn;
        }
    }

    /// `"path/of/a/file";`, `"path/of/a/file" unchecked;`
    pub(super) fn document(&mut self, cursor: &mut Cursor) -> Option<DeclarationKind> {
        let help = "for example `from \"flows/legacy.asl.json\";`";
        let text = self.expect_text(cursor, "the path of a file in quotes after `from`", help)?;
        let unchecked = cursor.eat_word("unchecked");
        if let Some(word) = &unchecked {
            self.word(word, Role::Setting("from"));
        }
        self.semicolon("the path", cursor);
        Some(DeclarationKind::From(text, unchecked))
    }

    /// `{ fields }` or `path::To::Type;`
    fn shape(&mut self, attributes: &Attributes, what: &str, cursor: &mut Cursor) -> Option<Shape> {
        if let Some(group) = cursor.eat_group(Delimiter::Brace) {
            return Some(Shape::Fields(self.fields(&group, attributes, On::Field)));
        }
        if cursor.peek_ident().is_some()
            && let Some(group) = cursor.peek_group_at(1, Delimiter::Brace).cloned()
        {
            let message = format!("the {what} has no name: its type is named after the workflow");
            self.needless(cursor.here(), message);
            cursor.advance(2);
            return Some(Shape::Fields(self.fields(&group, attributes, On::Field)));
        }
        let start = cursor.position();
        let ty = self.ty(cursor);
        if cursor.position() == start {
            return None;
        }
        self.semicolon(&format!("the type of the {what}"), cursor);
        Some(Shape::Type(ty))
    }

    /// `standard;` or `express;`
    fn machine_type(&mut self, cursor: &mut Cursor) -> Option<DeclarationKind> {
        let help = "a type of values is declared with `struct` or `enum`";
        let word = self.one_of(cursor, ["standard", "express"], help, Role::Setting("type"))?;
        self.semicolon("the type", cursor);
        Some(DeclarationKind::Type { express: word == "express" })
    }

    /// `"text";`
    fn text_declaration(&mut self, what: &str, cursor: &mut Cursor) -> Option<Text> {
        let help = "text has double quotes: `\"…\"`";
        let text = self.expect_text(cursor, &format!("text after `{what}`"), help)?;
        self.semicolon(&format!("the {what}"), cursor);
        Some(text)
    }

    /// `retry name [Errors…] { … }`, `catch name [Errors…] -> State { … }`
    fn named_handler(&mut self, kind: ClauseKind, keyword: &Ident, cursor: &mut Cursor) -> Option<DeclarationKind> {
        let help = "at the top of a workflow it has a name, by which states use it: `retry often [Errors…] { … }`";
        let what = format!("a name after `{keyword}`");
        let name = self.expect_word(cursor, &what, help, Role::HandlerName(kind))?;
        if name == "none" {
            let message = format!("`{keyword} none` means that a state has none, so it is no name");
            self.error(Code::ReservedName, name.span(), message);
        }
        let declared = if kind == ClauseKind::Retry {
            DeclarationKind::Retrier { name, retrier: self.retrier(cursor) }
        } else {
            DeclarationKind::Catcher { name, catcher: self.catcher(cursor) }
        };
        if !cursor.ends_in_braces() {
            self.semicolon(&format!("this `{keyword}`"), cursor);
        }
        Some(declared)
    }

    /// `[map | parallel] { clauses }`
    fn defaults(&mut self, cursor: &mut Cursor) -> Option<DeclarationKind> {
        let kind = state_kind(cursor, 0).filter(|kind| matches!(kind, StateKind::Map | StateKind::Parallel));
        if let (Some(_), Some(word)) = (kind, cursor.peek_ident().cloned()) {
            cursor.next();
            self.word(&word, Role::Setting("defaults"));
        }
        let kind = kind.unwrap_or(StateKind::Task);
        if cursor.peek_group(Delimiter::Brace).is_none() {
            let help = "for example `defaults { retry transient; timeout 5m; }`";
            self.expected_as(cursor, "clauses in braces after `defaults`", help);
            return None;
        }
        Some(DeclarationKind::Defaults(kind, self.block_clauses(ClauseOwner::Defaults(kind), cursor)))
    }
}

/// Returns whether a workflow has at most one declaration of this kind.
fn is_single(kind: &DeclarationKind) -> bool {
    !matches!(
        kind,
        DeclarationKind::Struct(_)
            | DeclarationKind::Enum(_)
            | DeclarationKind::Retrier { .. }
            | DeclarationKind::Catcher { .. }
            | DeclarationKind::Property(_)
    )
}
