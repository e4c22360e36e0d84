//! An execution as an HTML page.

use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_graph::history::History;
use workflow_graph::page::Page;

use crate::execution::Execution;
use crate::history::HistoryEvent;

impl Execution {
    /// Returns a self-contained page: the graph with the path taken, the input and output of each state, its retries
    /// and errors, a timeline and the events.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use workflow_local::Engine;
    /// let engine = Engine::new(&json!({"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}))?;
    /// let execution = engine.run(&json!({}))?;
    /// assert!(execution.to_html().contains("Content-Security-Policy"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_html(&self) -> String {
        self.page().to_html()
    }

    /// Shows the page in an `evcxr` notebook if the last expression of a cell is an execution.
    pub fn evcxr_display(&self) {
        self.page().evcxr_display();
    }

    fn page(&self) -> Page {
        let events = self.history().iter().map(HistoryEvent::to_api_json).collect();
        // They are the engine's own.
        let history = History::read(&Value::Array(events)).unwrap_or_default();
        let page = Page::of(history).titled(self.name()).with("ARN", self.arn());
        let is_express = self.arn().split(':').nth(5) == Some("express");
        let machine_type = if is_express { MachineType::Express } else { MachineType::Standard };
        page.of_machine(self.definition().clone()).of_type(machine_type)
    }
}
