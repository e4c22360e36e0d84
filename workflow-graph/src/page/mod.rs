//! One execution as one page: the graph with the way that was taken, what each state got and gave, a timeline, the events.

mod way;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::history::{History, Visit};
use crate::html::in_notebook;
use crate::svg::{STYLE, escaped};
use crate::{Direction, Graph};

const PAGE_STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page of an execution.
///
/// It needs nothing beside it: no script, font or request from elsewhere, which its content security policy forbids.
///
/// ```
/// use serde_json::json;
/// use workflow_graph::history::History;
/// use workflow_graph::page::Page;
///
/// let history = json!({"events": [
///     {"id": 1, "previousEventId": 0, "timestamp": 0.0, "type": "ExecutionStarted",
///         "executionStartedEventDetails": {"input": "{}"}},
///     {"id": 2, "previousEventId": 1, "timestamp": 0.0, "type": "PassStateEntered",
///         "stateEnteredEventDetails": {"name": "Greet", "input": "{}"}}]});
/// let history = History::read(&history)?;
/// let html = Page::of(history).titled("greet").to_html();
/// assert!(html.contains("The execution has not ended"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Page {
    title: String,
    definition: Option<Value>,
    history: History,
    facts: Vec<(String, String)>,
    live: Option<Live>,
}

/// Where a page of an execution that runs hears of it, on the server that it comes from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Live {
    /// The path of a stream of server-sent events: each has the page ask again.
    pub stream: String,
    /// The path of what [`Page::update`] gives.
    pub update: String,
    /// The path of a module, which is loaded beside and finds an element `console` in the page.
    pub module: String,
    /// The path of a style sheet for that element.
    pub style: String,
}

impl Live {
    /// These paths.
    pub fn new(
        stream: impl Into<String>,
        update: impl Into<String>,
        module: impl Into<String>,
        style: impl Into<String>,
    ) -> Self {
        Self { stream: stream.into(), update: update.into(), module: module.into(), style: style.into() }
    }
}

impl History {
    /// Shows the history as a page in a notebook, where the last expression of a cell is a history.
    pub fn evcxr_display(&self) {
        Page::of(self.clone()).evcxr_display();
    }
}

impl Page {
    /// The page of an execution with this history.
    pub fn of(history: History) -> Self {
        Self { title: "Execution".to_owned(), history, ..Self::default() }
    }

    /// The same with this title: the execution's name, the state machine's.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The same with the definition of its state machine. Without it, the graph has what was entered.
    #[must_use]
    pub fn of_machine(mut self, definition: Value) -> Self {
        self.definition = Some(definition);
        self
    }

    /// The same with one more fact in its head, such as the ARN.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.push((name.into(), value.into()));
        self
    }

    /// The same for an execution that goes on: it asks the server that it comes from, and nobody else.
    #[must_use]
    pub fn live(mut self, live: Live) -> Self {
        self.live = Some(live);
        self
    }

    /// What a page that is [`live`](Self::live) asks for again: `svg`, `status`, `notes` and `data`, of which it has the events up to
    /// this number.
    pub fn update(&self, after: u64) -> Value {
        let graph = self.graph();
        let mut data = self.data(&graph, after);
        // A visit that was over then is as it was.
        let changed = |visit: &Visit| visit.entered > after || visit.exited.is_none_or(|exited| exited > after);
        let visits = self.history.visits.iter().enumerate().filter(|(_, visit)| changed(visit));
        data["visits"] = visits.map(|(number, visit)| (number.to_string(), visit_data(visit))).collect();
        json!({
            "svg": graph.to_svg_element(Direction::TopDown),
            "status": self.history.status.word(),
            "notes": self.notes(&graph),
            "data": data,
        })
    }

    /// The page as a cell of a notebook shows it: what [`evcxr_display`](Self::evcxr_display) prints. It stands in a frame of its own,
    /// which nothing of the notebook can be reached from.
    pub fn to_notebook(&self) -> String {
        let page = escaped(&self.to_html());
        in_notebook(&format!(
            "<iframe sandbox=\"allow-scripts\" title=\"{}\" style=\"width:100%;height:46rem;border:0\" srcdoc=\"{page}\"></iframe>",
            escaped(&self.title)
        ))
    }

    /// Shows the page in a notebook, where the last expression of a cell is a page.
    pub fn evcxr_display(&self) {
        println!("{}", self.to_notebook());
    }

    fn notes(&self, graph: &Graph) -> Vec<String> {
        let mut notes = self.history.notes.clone();
        match &self.definition {
            Some(_) => notes.extend(way::strangers(graph, &self.history)),
            None => notes.push("The definition is not known: the graph has the states that were entered.".to_owned()),
        }
        notes
    }

    /// The graph with the way that the execution took.
    pub fn graph(&self) -> Graph {
        let graph = match &self.definition {
            Some(definition) => Graph::of_definition(definition),
            None => way::entered(&self.history),
        };
        way::taken(graph, &self.history).named(self.title.clone())
    }

    /// The HTML.
    pub fn to_html(&self) -> String {
        let graph = self.graph();
        let notes = self.notes(&graph);
        let hidden = if notes.is_empty() { " hidden" } else { "" };
        let notes: String = notes.iter().map(|note| format!("<li>{}</li>", escaped(note))).collect();
        // A live page may get some.
        let notes = if notes.is_empty() && self.live.is_none() {
            notes
        } else {
            format!("<section class=\"notes\" aria-label=\"Notes\"{hidden}><ul id=\"notes\">{notes}</ul></section>\n")
        };
        let facts: String = self
            .facts
            .iter()
            .map(|(name, value)| format!("<span>{}: <bdi>{}</bdi></span>", escaped(name), escaped(value)))
            .collect();
        let style = format!("{STYLE}{PAGE_STYLE}");
        let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
        // A live page has a module and a style sheet beside, and asks the server that both come from.
        let (own, connect) = if self.live.is_some() { (" 'self'", "; connect-src 'self'") } else { ("", "") };
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{}'{own}; style-src 'sha256-{}'{own}{connect}; base-uri 'none'; \
             form-action 'none'",
            hash(SCRIPT),
            hash(&style)
        );
        let (mut links, mut body, mut console) = (String::new(), String::new(), "");
        if let Some(live) = &self.live {
            let [stream, update, module, sheet] =
                [&live.stream, &live.update, &live.module, &live.style].map(|path| escaped(path));
            links = format!(
                "<link rel=\"stylesheet\" href=\"{sheet}\">\n\
                 <script type=\"module\" src=\"{module}\"></script>\n"
            );
            body = format!(" data-live=\"{stream}\" data-update=\"{update}\"");
            console = "<div class=\"console\" id=\"console\"></div>\n";
        }
        let title = escaped(&self.title);
        let status = self.history.status.word();
        let class = status.split(' ').next().unwrap_or_default();
        // Nothing in it may end the element, or begin another one.
        let mut data = self.data(&graph, 0);
        data["visits"] = self.history.visits.iter().map(visit_data).collect();
        let data = data.to_string();
        let data = data.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        let svg = graph.to_svg_element(Direction::TopDown);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title}: {status}</title>\n{links}<style>{style}</style>\n</head>\n<body{body}>\n{console}\
             <header><h1><bdi>{title}</bdi></h1><span id=\"status\" class=\"status s-{class}\">{status}</span><p class=\"facts\">{facts}</p>\
             <div class=\"search\"><label for=\"search\">Search</label>\
             <input id=\"search\" type=\"search\" placeholder=\"press / to search\"></div></header>\n{notes}\
             <main>\n<section class=\"picture fit\" id=\"picture\" aria-label=\"Graph\" tabindex=\"0\">\
             <div class=\"tools\"><button type=\"button\" id=\"fit\" aria-pressed=\"true\">Fit width</button></div>\n{svg}\n</section>\n\
             <section class=\"panel\" id=\"panel\" aria-label=\"Details\" tabindex=\"0\"><p>Choose a state.</p></section>\n\
             <section class=\"bottom\" aria-label=\"History\">\n<div class=\"tabs\" role=\"tablist\" aria-label=\"History\">\
             <button type=\"button\" role=\"tab\" id=\"tab-timeline\" data-list=\"timeline\" aria-controls=\"timeline\">Timeline</button>\
             <button type=\"button\" role=\"tab\" id=\"tab-events\" data-list=\"events\" aria-controls=\"events\">Events</button></div>\n\
             <div id=\"timeline\" role=\"tabpanel\" aria-labelledby=\"tab-timeline\"></div>\n\
             <div id=\"events\" role=\"tabpanel\" aria-labelledby=\"tab-events\" class=\"scroll\" hidden></div>\n\
             </section>\n</main>\n<script type=\"application/json\" id=\"data\">{data}</script>\n<script>{SCRIPT}</script>\n\
             </body>\n</html>\n"
        )
    }

    /// What the script works on, without visits: events after this number.
    fn data(&self, graph: &Graph, after: u64) -> Value {
        let pointers: BTreeMap<&str, &str> =
            graph.states().iter().map(|state| (state.name.as_str(), state.pointer.as_str())).collect();
        let events = self.history.events.iter().filter(|event| event.id > after).map(|event| {
            json!({"id": event.id, "p": event.previous, "t": event.time, "k": event.kind, "v": event.visit, "d": event.details})
        });
        json!({"events": events.collect::<Vec<_>>(), "pointers": pointers})
    }
}

fn visit_data(visit: &Visit) -> Value {
    let attempts = visit.attempts.iter().map(|attempt| {
        let (scheduled, ended) = (attempt.scheduled, attempt.ended);
        json!({"scheduled": scheduled, "ended": ended, "error": attempt.error, "time": [attempt.time.0, attempt.time.1]})
    });
    json!({
        "state": visit.state, "parent": visit.parent, "item": visit.item, "entered": visit.entered,
        "exited": visit.exited, "status": visit.status.word(), "error": visit.error,
        "time": [visit.time.0, visit.time.1], "attempts": attempts.collect::<Vec<_>>(),
    })
}
