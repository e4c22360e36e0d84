use workflow_runtime::workflow;

workflow! {
    workflow Publish {
        input { kind: String, document: String }
        choice Where match input.kind {
            for site in ["shop", "shop"] { site => "Publish to " + site, }
            _ => Done,
        }
        for site in ["shop", "shop"] {
            pass Publish as "Publish to " + site { document: input.document } -> Done;
        }
        for step in ["one", "two"] {
            pass Step as "Step" { step: step } -> end;
        }
        succeed Done;
    }
}

fn main() {}
