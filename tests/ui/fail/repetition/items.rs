use workflow_runtime::workflow;

workflow! {
    workflow Publish {
        input { sites: Vec<String>, document: String }
        parallel Copies {
            for site in input.sites {
                branch { pass Copy as "Copy to " + site { site: site } -> end; }
            }
            for copy in [{ bucket: "archive", limit: 1 }, { bucket: "backup", limit: "2" }] {
                branch { pass Keep as "Keep in " + copy.bucket { limit: copy.limt } -> end; }
            }
        } -> Tell;
        for site in ["shop", "blog"] {
            task Tell as "Tell " + site = lambda::invoke { FunctionNam: site, Payload: input.documnt } -> Dne;
        }
        succeed Done { all: Tell, first: Tell[2] }
    }
}

fn main() {}
