//! A session with an editor: its open documents, and the answers to its messages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response, ResponseError};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{
    CodeActionRequest, CodeLensRequest, Completion, DocumentSymbolRequest, ExecuteCommand, FoldingRangeRequest,
    GotoDefinition, HoverRequest, PrepareRenameRequest, References, Rename, Request as Kind,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeLensOptions, CompletionOptions, CompletionResponse, DocumentSymbolResponse,
    ExecuteCommandOptions, GotoDefinitionResponse, InitializeParams, PrepareRenameResponse, PublishDiagnosticsParams,
    RenameOptions, ServerCapabilities, TextDocumentSyncKind, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::command::{self, COMMANDS};
use super::document::Document;
use super::position::Encoding;
use super::{completion, findings, hover, outline};

/// How long the server waits for more changes before it checks a document.
const PAUSE: Duration = Duration::from_millis(100);

/// The signs after which editors ask for completion: quotes, and the starts of paths and of values.
const TRIGGERS: [&str; 5] = ["\"", ".", "$", ":", " "];

pub(super) struct Session<'c> {
    connection: &'c Connection,
    encoding: Encoding,
    /// Whether the client can show a document.
    can_show: bool,
    documents: BTreeMap<String, Document>,
    /// The documents that have changed since they were checked.
    changed: BTreeSet<String>,
}

/// Returns what the server can do for this client.
pub(super) fn capabilities(client: &InitializeParams) -> ServerCapabilities {
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL]),
        ..CodeActionOptions::default()
    };
    let commands = COMMANDS.iter().map(|command| command.id.to_owned()).collect();
    ServerCapabilities {
        position_encoding: Some(encoding(client).kind()),
        text_document_sync: Some(TextDocumentSyncKind::FULL.into()),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(TRIGGERS.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(true.into()),
        definition_provider: Some(lsp_types::OneOf::Left(true)),
        references_provider: Some(lsp_types::OneOf::Left(true)),
        rename_provider: Some(lsp_types::OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: lsp_types::WorkDoneProgressOptions::default(),
        })),
        document_symbol_provider: Some(lsp_types::OneOf::Left(true)),
        folding_range_provider: Some(true.into()),
        code_action_provider: Some(actions.into()),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        execute_command_provider: Some(ExecuteCommandOptions { commands, ..ExecuteCommandOptions::default() }),
        ..ServerCapabilities::default()
    }
}

fn encoding(client: &InitializeParams) -> Encoding {
    let general = client.capabilities.general.as_ref();
    Encoding::of(general.and_then(|general| general.position_encodings.as_deref()))
}

impl<'c> Session<'c> {
    pub(super) fn new(connection: &'c Connection, client: &InitializeParams) -> Self {
        let window = client.capabilities.window.as_ref();
        let can_show = window.and_then(|window| window.show_document.as_ref()).is_some_and(|show| show.support);
        let (documents, changed) = (BTreeMap::new(), BTreeSet::new());
        Self { connection, encoding: encoding(client), can_show, documents, changed }
    }

    /// Answers messages until the client ends the session.
    pub(super) fn run(mut self) -> Result<(), String> {
        loop {
            let message = if self.changed.is_empty() {
                self.connection.receiver.recv().ok()
            } else {
                match self.connection.receiver.recv_timeout(PAUSE) {
                    Ok(message) => Some(message),
                    Err(error) if error.is_timeout() => {
                        self.publish();
                        continue;
                    }
                    Err(_) => None,
                }
            };
            match message {
                None => return Ok(()),
                Some(Message::Request(request)) => {
                    if self.connection.handle_shutdown(&request).map_err(|error| error.to_string())? {
                        return Ok(());
                    }
                    let response = self.answer(request);
                    self.send(Message::Response(response));
                }
                Some(Message::Notification(notification)) => self.take(notification),
                Some(Message::Response(_)) => {}
            }
        }
    }

    fn send(&self, message: Message) {
        // If the client has gone, the next message ends the session.
        let _ = self.connection.sender.send(message);
    }

    fn take(&mut self, Notification { method, params }: Notification) {
        let read = |params| serde_json::from_value::<Value>(params).unwrap_or_default();
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                let Ok(opened) = serde_json::from_value::<lsp_types::DidOpenTextDocumentParams>(params) else { return };
                let lsp_types::TextDocumentItem { uri, language_id, version, text } = opened.text_document;
                let key = uri.as_str().to_owned();
                let document = Document::open(uri, &language_id, version, text, self.encoding);
                self.documents.insert(key.clone(), document);
                self.changed.insert(key);
            }
            DidChangeTextDocument::METHOD => {
                let Ok(changed) = serde_json::from_value::<lsp_types::DidChangeTextDocumentParams>(params) else {
                    return;
                };
                let key = changed.text_document.uri.as_str().to_owned();
                // The server asks for whole texts.
                let text = changed.content_changes.into_iter().last().map(|change| change.text);
                if let Some((document, text)) = self.documents.get_mut(&key).zip(text) {
                    document.change(changed.text_document.version, text);
                    self.changed.insert(key);
                }
            }
            DidCloseTextDocument::METHOD => {
                let params = read(params);
                let key = params.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default();
                self.changed.remove(key);
                if let Some(document) = self.documents.remove(key) {
                    self.publish_of(PublishDiagnosticsParams::new(document.uri, Vec::new(), None));
                }
            }
            _ => {}
        }
    }

    /// Sends the findings of the documents that have changed.
    fn publish(&mut self) {
        for key in std::mem::take(&mut self.changed) {
            let Some(document) = self.documents.get(&key) else { continue };
            let reports = document.reports();
            let found = reports.iter().map(|report| findings::diagnostic(document, report)).collect();
            self.publish_of(PublishDiagnosticsParams::new(document.uri.clone(), found, Some(document.version)));
        }
    }

    fn publish_of(&self, parameters: PublishDiagnosticsParams) {
        let notification = Notification::new(PublishDiagnostics::METHOD.to_owned(), parameters);
        self.send(Message::Notification(notification));
    }

    fn answer(&self, Request { id, method, params }: Request) -> Response {
        let outcome = match method.as_str() {
            Completion::METHOD => self.about::<Completion>(params, |document, asked| {
                let list = completion::complete(document, asked.text_document_position.position);
                Ok(Some(CompletionResponse::List(list)))
            }),
            HoverRequest::METHOD => self.about::<HoverRequest>(params, |document, asked| {
                Ok(hover::hover(document, asked.text_document_position_params.position))
            }),
            GotoDefinition::METHOD => self.about::<GotoDefinition>(params, |document, asked| {
                let offset = document.offset(asked.text_document_position_params.position);
                let symbol = document.symbol(offset);
                let places = symbol.map(|(machine, symbol, _)| document.places(machine, &symbol, false, true));
                Ok(places.map(GotoDefinitionResponse::Array))
            }),
            References::METHOD => self.about::<References>(params, |document, asked| {
                let offset = document.offset(asked.text_document_position.position);
                let definitions = asked.context.include_declaration;
                let symbol = document.symbol(offset);
                Ok(symbol.map(|(machine, symbol, _)| document.places(machine, &symbol, true, definitions)))
            }),
            PrepareRenameRequest::METHOD => self.about::<PrepareRenameRequest>(params, |document, asked| {
                let symbol = document.symbol(document.offset(asked.position));
                Ok(symbol.map(|(_, symbol, span)| PrepareRenameResponse::RangeWithPlaceholder {
                    range: document.range(span),
                    placeholder: symbol.name,
                }))
            }),
            Rename::METHOD => self.about::<Rename>(params, |document, asked| {
                let offset = document.offset(asked.text_document_position.position);
                let Some((machine, symbol, _)) = document.symbol(offset) else { return Ok(None) };
                let edits = document.renamed(machine, &symbol, &asked.new_name)?;
                Ok(Some(findings::edit_of(document, edits)))
            }),
            DocumentSymbolRequest::METHOD => self.about::<DocumentSymbolRequest>(params, |document, _| {
                Ok(Some(DocumentSymbolResponse::Nested(outline::symbols(document))))
            }),
            FoldingRangeRequest::METHOD => {
                self.about::<FoldingRangeRequest>(params, |document, _| Ok(Some(outline::folds(document))))
            }
            CodeActionRequest::METHOD => self.about::<CodeActionRequest>(params, |document, asked| {
                Ok(Some(findings::actions(document, asked.range, asked.context.only.as_deref())))
            }),
            CodeLensRequest::METHOD => {
                self.about::<CodeLensRequest>(params, |document, _| Ok(Some(outline::lenses(document))))
            }
            ExecuteCommand::METHOD => read::<ExecuteCommand>(params).and_then(|asked| {
                let sender = self.connection.sender.clone();
                // If the client has gone, nobody waits for the result.
                let send = move |message| drop(sender.send(message));
                command::start(&asked.command, &asked.arguments, send, self.can_show).map_err(refused)?;
                Ok(Value::Null)
            }),
            _ => Err(error(ErrorCode::MethodNotFound, format!("unknown method `{method}`"))),
        };
        match outcome {
            Ok(value) => Response::new_ok(id, value),
            Err(ResponseError { code, message, .. }) => Response::new_err(id, code, message),
        }
    }

    /// Answers a question about a document. There is nothing to say about one that is not open.
    fn about<K: Kind>(
        &self,
        params: Value,
        answer: impl FnOnce(&Document, K::Params) -> Result<K::Result, String>,
    ) -> Result<Value, ResponseError>
    where
        K::Params: DeserializeOwned,
        K::Result: serde::Serialize,
    {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default();
        let Some(document) = self.documents.get(uri) else { return Ok(Value::Null) };
        let answer = answer(document, read::<K>(params)?).map_err(refused)?;
        serde_json::to_value(answer).map_err(|reason| error(ErrorCode::InternalError, reason.to_string()))
    }
}

fn read<K: Kind>(params: Value) -> Result<K::Params, ResponseError> {
    serde_json::from_value(params).map_err(|reason| error(ErrorCode::InvalidParams, reason.to_string()))
}

fn refused(reason: String) -> ResponseError {
    error(ErrorCode::RequestFailed, reason)
}

fn error(code: ErrorCode, message: String) -> ResponseError {
    ResponseError { code: code as i32, message, data: None }
}

/// The signs that a path in a URI does not have as they are.
const ESCAPED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// Returns the URI of a file.
pub(super) fn uri_of(file: &Path) -> Option<Uri> {
    let path = std::path::absolute(file).ok()?.to_string_lossy().replace('\\', "/");
    let path = percent_encoding::utf8_percent_encode(path.trim_start_matches('/'), ESCAPED).to_string();
    format!("file:///{path}").parse().ok()
}
