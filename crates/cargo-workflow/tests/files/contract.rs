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
            pay: Pay,
            sent: Option<Sent>,
            found: Vec<Found>,
            change: Change,
        }
        returns { total: f64, lines: Vec<Option<Line>>, first: Option<Line> }
        params { table: String, limit: u64 }
        /// What it is.
        enum Kind { Book, Paper, #[serde(rename = "else \"where\"")] Other }
        /// How it is paid.
        enum Pay { Cash, #[serde(rename = "card")] Card(String), Debit { account: String, limit: Option<u8> }, Both(u8, bool) }
        #[serde(tag = "by", rename_all = "camelCase")]
        enum Sent { ByPost { to: String }, /// By us.
            Courier(Line), Nothing }
        #[serde(tag = "kind", content = "data")]
        enum Found { Here(Vec<bool>), Near { distance: f64 }, Never }
        #[serde(untagged)]
        enum Change { Number(i16), All(Map<String>), None }
        #[serde(rename_all = "camelCase")]
        struct Line { article_name: String, pieces: i64, tags: Vec<String>, inside: Option<Json> }

        pass Params { table: params.table, limit: params.limit } -> First;
        pass First { total: input.weight, lines: input.lines, first: input.lines[0] } -> end;
    }
}
