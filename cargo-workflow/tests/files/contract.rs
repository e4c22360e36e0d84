//! Types of every kind that `workflow!` declares; a test compiles this file too.

use workflow_runtime::workflow;

workflow! {
    /// Takes an order.
    pub workflow TakeOrder {
        /// What is ordered, and by whom.
        input {
            /// Its number.
            id: u32,
            #[serde(rename = "class")]
            kind: Kind,
            lines: Vec<Line>,
            note: Option<String>,
            urgent: bool,
            small: i8,
            weight: f64,
            due: Timestamp,
            by: Map<u16>,
            extra: Json,
        }
        output { total: f64, lines: Vec<Option<Line>>, first: Option<Line> }
        params { table: String, limit: u64 }
        /// What it is.
        enum Kind { Book, Paper, #[serde(rename = "else \"where\"")] Other }
        #[serde(rename_all = "camelCase")]
        struct Line { article_name: String, pieces: i64, tags: Vec<String>, inside: Option<Json> }

        pass First {
            total: input.weight, lines: input.lines, first: input.lines[0], table: params.table, limit: params.limit,
        } -> end;
    }
}
