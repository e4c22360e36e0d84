use workflow_runtime::workflow;

workflow! {
    workflow Order {
        property after Reserve: Done or Relese;
        property eventually Done;

        task Reserve = lambda::invoke { FunctionName: "reserve" } catch [States.ALL] => Release -> Done;
        task Release = lambda::invoke { FunctionName: "release" } catch [States.ALL] => Failed -> Failed;
        succeed Done;
        fail Failed { error: "NotReserved" }
    }
}

fn main() {
    let _ = Order::definition();
}
