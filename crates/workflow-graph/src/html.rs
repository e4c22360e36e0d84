//! Graphs as HTML: a page, and the output of a notebook cell.

use crate::Graph;

/// Returns the output that `evcxr`, the Rust kernel for notebooks, shows as HTML
/// (<https://github.com/evcxr/evcxr/blob/main/evcxr_jupyter/README.md>).
pub(crate) fn in_notebook(html: &str) -> String {
    format!("EVCXR_BEGIN_CONTENT text/html\n{html}\nEVCXR_END_CONTENT")
}

impl Graph {
    /// Returns the output of a notebook cell that shows the picture, which [`evcxr_display`](Self::evcxr_display)
    /// prints.
    pub fn to_notebook(&self) -> String {
        in_notebook(&self.to_svg())
    }

    /// Shows the picture in a notebook if the last expression of a cell is a graph.
    pub fn evcxr_display(&self) {
        println!("{}", self.to_notebook());
    }

    /// Returns an HTML page with the graph from top to bottom, to search, zoom and fold. It loads nothing.
    #[cfg(feature = "page")]
    pub fn to_html(&self) -> String {
        use crate::Direction;
        use crate::page::Page;

        Page::of_graph(self.clone(), Direction::TopDown, serde_json::Value::Null).to_html()
    }
}
