use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        input { count: i64 }
        pass Prepare { count: input.cnt } -> Shp;
        wait Rest for 3x -> Ship;
        task Ship = lambda::invoke { FunctionName: "ship" } timout 3m -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
