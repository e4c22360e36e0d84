//! Renders a graph as a standalone HTML page.

use crate::svg::{STYLE, escaped};
use crate::{Direction, Graph};

/// Returns the output that `evcxr`, the Rust kernel for notebooks, shows as HTML
/// (<https://github.com/evcxr/evcxr/blob/main/evcxr_jupyter/README.md>).
pub(crate) fn in_notebook(html: &str) -> String {
    format!("EVCXR_BEGIN_CONTENT text/html\n{html}\nEVCXR_END_CONTENT")
}

/// The smallest scale of a picture, below which it is scrolled. Its smallest text then has 7 pixels.
const LEAST_SCALE: f64 = 0.65;

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

    /// Returns an HTML page with the graph from top to bottom. The page has no script and loads nothing.
    pub fn to_html(&self) -> String {
        self.to_html_in(Direction::TopDown)
    }

    /// Returns an HTML page with the graph in this direction.
    pub fn to_html_in(&self, direction: Direction) -> String {
        let title = escaped(self.name.as_deref().unwrap_or("State machine"));
        let problems = match self.problems.as_slice() {
            [] => String::new(),
            problems => {
                let items: String = problems.iter().map(|problem| format!("<li>{}</li>", escaped(problem))).collect();
                format!("<ul class=\"problems\">{items}</ul>\n")
            }
        };
        // In a page, the picture is an image with its title and description. It shrinks with the window as long as it
        // is readable.
        let svg = self.to_svg_in(direction).replacen(&format!("<style>\n{STYLE}</style>\n"), "", 1);
        let graph = self.grouped();
        let layout = graph.layout(direction);
        let least = (layout.width * LEAST_SCALE).round();
        // In a narrow window, the page opens at the start of the machine, if the browser supports it.
        let starts = layout.dots.iter().filter(|dot| !dot.is_end).map(|dot| dot.centre);
        let start = starts.min_by(|one, other| one.y.total_cmp(&other.y)).map_or(0.0, |start| start.x);
        let (start, width) = ((start / layout.width * 100.0).round(), layout.width.ceil());
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n\
             {STYLE}body{{margin:0;padding:.75rem 1rem;background:#fff;color:#1f2328;font-family:system-ui,sans-serif}}\n\
             h1{{font-size:1.25rem;margin:.25rem 0 .5rem;overflow-wrap:anywhere}}\n\
             .picture{{overflow:auto}}.drawing{{position:relative;margin:auto;max-width:{width}px;min-width:{least}px}}\n\
             .drawing svg{{display:block;width:100%;height:auto}}\n\
             .start{{position:absolute;top:0;left:{start}%;width:16rem;height:1px;margin-left:-8rem;scroll-initial-target:nearest}}\n\
             .problems{{color:#cf222e}}@media(max-width:600px){{body{{padding:.5rem}}}}\n\
             @media(prefers-color-scheme:dark){{body{{background:#0d1117;color:#e6edf3}}.problems{{color:#ff938a}}}}\n\
             @page{{margin:1cm}}@media print{{.drawing,.drawing svg{{min-width:0;max-height:95vh}}.picture{{overflow:visible}}}}\n\
             </style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{problems}\
             <div class=\"picture\" tabindex=\"0\" role=\"region\" aria-label=\"graph\">\n\
             <div class=\"drawing\"><i class=\"start\"></i>{svg}</div></div>\n</main>\n</body>\n</html>\n"
        )
    }
}
