//! One execution as one page: the graph with the path taken, the input and output of each state, a timeline and the
//! events. Or a graph alone, with the definition of each state.

mod change;
mod fold;
mod report;
mod taken_path;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use workflow_asl::document::MachineType;
use workflow_asl::price::{LEFT_OUT, PRICES};

use crate::history::{History, Visit};
use crate::html::in_notebook;
use crate::svg::{STYLE, escaped};
use crate::{Direction, Graph};

pub use report::{Item, Section, Tone};

const PAGE_STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(include_str!("step.js"), include_str!("page.js"));

/// A page that shows an execution.
///
/// It is self-contained: its content security policy forbids scripts, fonts and requests from elsewhere.
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
    /// The graph of a page without an execution.
    graph: Option<(Graph, Direction)>,
    history: History,
    /// Names and values, with the paths of pages about them.
    facts: Vec<(String, String, Option<String>)>,
    machine_type: MachineType,
    verdict: Option<(Tone, String, String)>,
    /// The lists beside the graph, with their titles.
    lists: Vec<(String, Vec<Item>)>,
    sections: Vec<(String, Section)>,
    /// The changes of states, by pointer.
    changes: Value,
    live: Option<Live>,
}

/// The paths from which the page of a running execution updates itself, on the server that it comes from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Live {
    /// The path of a stream of server-sent events. On each, the page requests an update.
    pub stream: String,
    /// The path that serves [`Page::update`].
    pub update: String,
    /// The path of a module that the page also loads. It finds an element `console` in the page.
    pub module: String,
    /// The path of a style sheet for this element.
    pub style: String,
}

impl Live {
    /// Creates the paths.
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
    /// Shows the history as a page in a notebook if the last expression of a cell is a history.
    pub fn evcxr_display(&self) {
        Page::of(self.clone()).evcxr_display();
    }
}

impl Page {
    /// Creates the page of an execution with this history.
    pub fn of(history: History) -> Self {
        Self { title: "Execution".to_owned(), history, ..Self::default() }
    }

    /// Creates the page of one state machine's graph. It shows the definition of a state that is chosen.
    pub fn of_graph(graph: Graph, direction: Direction, definition: Value) -> Self {
        let title = graph.name.clone().unwrap_or_else(|| "State machine".to_owned());
        Self { title, definition: Some(definition), graph: Some((graph, direction)), ..Self::default() }
    }

    /// Creates the page of one or several state machines' graphs, with their definitions.
    pub fn of_graphs(graphs: Vec<Graph>, direction: Direction, definitions: Vec<Value>) -> Self {
        if graphs.len() > 1 {
            return Self::of_graph(Graph::of_several(graphs), direction, definitions.into());
        }
        let definition = definitions.into_iter().next().unwrap_or_default();
        Self::of_graph(graphs.into_iter().next().unwrap_or_default(), direction, definition)
    }

    /// Sets the title, such as the names of the execution and the state machine.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets the definition of the state machine. Without it, the graph shows only the visited states.
    #[must_use]
    pub fn of_machine(mut self, definition: Value) -> Self {
        self.definition = Some(definition);
        self
    }

    /// Sets the type of the state machine, by default Standard. Only the cost of a Standard execution is shown: its
    /// history does not tell the memory that an Express execution is billed for.
    #[must_use]
    pub fn of_type(mut self, machine_type: MachineType) -> Self {
        self.machine_type = machine_type;
        self
    }

    /// Adds a fact to the page's head, such as the ARN.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.push((name.into(), value.into(), None));
        self
    }

    /// Adds a fact that is a link to a path of the server that the page comes from.
    #[must_use]
    pub fn with_link(mut self, name: impl Into<String>, value: impl Into<String>, path: impl Into<String>) -> Self {
        self.facts.push((name.into(), value.into(), Some(path.into())));
        self
    }

    /// Begins the page with a verdict in a word or two, and a sentence that explains it.
    #[must_use]
    pub fn judged(mut self, tone: Tone, verdict: impl Into<String>, sentence: impl Into<String>) -> Self {
        self.verdict = Some((tone, verdict.into(), sentence.into()));
        self
    }

    /// Adds a list beside the graph, if it has items. It is shown until a state is chosen.
    #[must_use]
    pub fn with_list(mut self, title: impl Into<String>, items: Vec<Item>) -> Self {
        self.lists.extend((!items.is_empty()).then(|| (title.into(), items)));
        self
    }

    /// Adds a section with a title.
    #[must_use]
    pub fn with_section(mut self, title: impl Into<String>, section: Section) -> Self {
        self.sections.push((title.into(), section));
        self
    }

    /// Makes the page update itself while the execution runs. It sends requests only to the server that it comes from.
    #[must_use]
    pub fn live(mut self, live: Live) -> Self {
        self.live = Some(live);
        self
    }

    /// Returns the update of a [`live`](Self::live) page that has the events up to this id: `svg`, `status`, `notes`
    /// and `data`. If the reader folded groups of states, `open` is the one that is not folded, or empty.
    pub fn update(&self, after: u64, open: Option<&str>) -> Value {
        let graph = self.graph();
        let mut data = self.data(&graph, after);
        // A visit that had ended has not changed.
        let changed = |visit: &Visit| visit.entered > after || visit.exited.is_none_or(|exited| exited > after);
        let visits = self.history.visits.iter().enumerate().filter(|(_, visit)| changed(visit));
        data["visits"] = visits.map(|(number, visit)| (number.to_string(), visit_data(visit))).collect();
        json!({
            "svg": graph.to_svg_element(Direction::TopDown, open),
            "status": self.history.status.word(),
            "notes": self.notes(&graph),
            "data": data,
        })
    }

    /// Returns the output of a notebook cell that shows the page, which [`evcxr_display`](Self::evcxr_display) prints.
    /// The page is in a frame that cannot access the notebook.
    pub fn to_notebook(&self) -> String {
        let page = escaped(&self.to_html());
        in_notebook(&format!(
            "<iframe sandbox=\"allow-scripts\" title=\"{}\" style=\"width:100%;height:46rem;border:0\" srcdoc=\"{page}\"></iframe>",
            escaped(&self.title)
        ))
    }

    /// Shows the page in a notebook if the last expression of a cell is a page.
    pub fn evcxr_display(&self) {
        println!("{}", self.to_notebook());
    }

    fn notes(&self, graph: &Graph) -> Vec<String> {
        if self.graph.is_some() {
            return graph.problems.clone();
        }
        let mut notes = self.history.notes.clone();
        match &self.definition {
            Some(_) => notes.extend(taken_path::strangers(graph, &self.history)),
            None => notes.push("The definition is unknown: the graph shows only the visited states.".to_owned()),
        }
        notes
    }

    /// Returns the graph, with the path that the execution took.
    pub fn graph(&self) -> Graph {
        if let Some((graph, _)) = &self.graph {
            return graph.clone();
        }
        let graph = match &self.definition {
            Some(definition) => Graph::of_definition(definition),
            None => taken_path::entered(&self.history),
        };
        taken_path::taken(graph, &self.history).named(self.title.clone())
    }

    /// Returns the page as HTML.
    pub fn to_html(&self) -> String {
        let graph = self.graph();
        let notes = self.notes(&graph);
        let hidden = if notes.is_empty() { " hidden" } else { "" };
        let notes: String = notes.iter().map(|note| format!("<li>{}</li>", escaped(note))).collect();
        // A live page may get notes later.
        let notes = if notes.is_empty() && self.live.is_none() {
            notes
        } else {
            format!("<section class=\"notes\" aria-label=\"Notes\"{hidden}><ul id=\"notes\">{notes}</ul></section>\n")
        };
        let facts: String = self
            .facts
            .iter()
            .map(|(name, value, path)| {
                let link = path.iter().map(|path| format!("<a href=\"{}\">", escaped(path))).collect::<String>();
                let end = if path.is_some() { "</a>" } else { "" };
                format!("<span>{}: {link}<bdi>{}</bdi>{end}</span>", escaped(name), escaped(value))
            })
            .collect();
        let style = format!("{STYLE}{PAGE_STYLE}");
        let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
        // A live page also loads a module and a style sheet, and sends requests to the server that both come from.
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
            console = "<section class=\"console\" id=\"console\" aria-label=\"Console\"></section>\n";
        }
        let title = escaped(&self.title);
        let (mut status, mut whole_title, mut of_execution) = (String::new(), title.clone(), " hidden");
        if self.graph.is_none() {
            let word = self.history.status.word();
            let class = word.split(' ').next().unwrap_or_default();
            status = format!("<span id=\"status\" class=\"status s-{class}\">{word}</span>");
            (whole_title, of_execution) = (format!("{title}: {word}"), "");
        }
        let (mut verdict, mut sentence) = (String::new(), String::new());
        if let Some((tone, word, text)) = &self.verdict {
            verdict = format!("<strong class=\"{}\">{}</strong>", tone.class(), escaped(word));
            sentence = format!("<section class=\"notes whole\" aria-label=\"Verdict\">{}</section>\n", escaped(text));
        }
        let mut panel = String::new();
        self.lists.iter().for_each(|(title, items)| report::write_list(&mut panel, title, items));
        if panel.is_empty() {
            panel.push_str("<p>Choose a state.</p>");
        }
        let (mut above, mut below) = (String::new(), String::new());
        for (title, section) in &self.sections {
            section.write(title, if matches!(section, Section::Histogram(..)) { &mut above } else { &mut below });
        }
        // Nothing in the data may end the element or begin another one.
        let mut data = self.data(&graph, 0);
        data["visits"] = self.history.visits.iter().map(visit_data).collect();
        data["changes"] = self.changes.clone();
        data["definition"] = self.definition.clone().into();
        if self.graph.is_none() && self.machine_type == MachineType::Standard {
            data["prices"] = json!({
                "transition": PRICES.transitions(1.0), "region": &PRICES.region, "date": &PRICES.date, "left_out": LEFT_OUT,
            });
        }
        let data = data.to_string();
        let data = data.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        let direction = self.graph.as_ref().map_or(Direction::TopDown, |(_, direction)| *direction);
        let svg = graph.to_svg_element(direction, None);
        // A live page requests each picture anew.
        let folds = if self.live.is_some() { String::new() } else { graph.folded_pictures(direction) };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{whole_title}</title>\n{links}<style>{style}</style>\n</head>\n<body{body}>\n{console}\
             <header><h1><bdi>{title}</bdi></h1>{verdict}{status}<p class=\"facts\">{facts}</p>\
             <div class=\"search\"><label for=\"search\">Search</label>\
             <input id=\"search\" type=\"search\" placeholder=\"press / to search\"></div></header>\n{sentence}{notes}<div class=\"above\">{above}</div>\n\
             <section class=\"summary\" id=\"summary\" aria-label=\"Summary\"{of_execution}></section>\n<main>\n<section class=\"picture fit\" id=\"picture\" aria-label=\"Graph\" tabindex=\"0\">\
             <div class=\"tools\"><button type=\"button\" data-zoom=\"0.8\" aria-label=\"Smaller\">−</button>\
             <button type=\"button\" data-zoom=\"1.25\" aria-label=\"Larger\">+</button>\
             <button type=\"button\" id=\"fit\" aria-pressed=\"true\">Fit width</button>\
             <button type=\"button\" id=\"fold\" aria-pressed=\"false\" hidden>Fold all</button> <span class=\"soft\" id=\"folded\" role=\"status\"></span></div>\n{svg}\n{folds}</section>\n\
             <section class=\"panel\" id=\"panel\" aria-label=\"Details\" tabindex=\"0\">{panel}</section>\n\
             <section class=\"bottom\" aria-label=\"History\"{of_execution}>\n<div class=\"tabs\" role=\"tablist\" aria-label=\"History\">\
             <button type=\"button\" role=\"tab\" id=\"tab-timeline\" data-list=\"timeline\" aria-controls=\"timeline\">Timeline</button>\
             <button type=\"button\" role=\"tab\" id=\"tab-events\" data-list=\"events\" aria-controls=\"events\">Events</button></div>\n\
             <div id=\"timeline\" role=\"tabpanel\" aria-labelledby=\"tab-timeline\"></div>\n\
             <div id=\"events\" role=\"tabpanel\" aria-labelledby=\"tab-events\" class=\"scroll\" hidden></div>\n\
             </section>\n{below}</main>\n<script type=\"application/json\" id=\"data\">{data}</script>\n<script>{SCRIPT}</script>\n\
             </body>\n</html>\n"
        )
    }

    /// Returns the script's data, without visits and the definition: the events after this id.
    fn data(&self, graph: &Graph, after: u64) -> Value {
        // Several machines may have states with the same name.
        let names: BTreeMap<&str, &str> =
            graph.states().iter().map(|state| (state.pointer.as_str(), state.name.as_str())).collect();
        let events = self.history.events.iter().filter(|event| event.id > after).map(|event| {
            json!({"id": event.id, "p": event.previous, "t": event.time, "k": event.kind, "v": event.visit, "d": event.details})
        });
        json!({"events": events.collect::<Vec<_>>(), "names": names})
    }
}

fn visit_data(visit: &Visit) -> Value {
    let attempts = visit.attempts.iter().map(|attempt| {
        let (scheduled, ended) = (attempt.scheduled, attempt.ended);
        json!({"scheduled": scheduled, "ended": ended, "error": attempt.error, "time": [attempt.time.0, attempt.time.1]})
    });
    json!({
        "state": visit.state, "parent": visit.parent, "item": visit.item, "entered": visit.entered,
        "exited": visit.exited, "ended": visit.ended, "status": visit.status.word(), "error": visit.error,
        "time": [visit.time.0, visit.time.1], "attempts": attempts.collect::<Vec<_>>(),
    })
}
