use workflow_runtime::workflow;

workflow! {
    fragment Choose {
        input { hurry: bool }
        choice Hurry {
            if input.hurry -> Now;
            else -> Later;
        }
        pass Now -> end;
        wait Later for 30s -> end;
    }

    fragment Stamp {
        task Write = lambda::invoke { FunctionName: "stamp" } -> end;
    }

    workflow Order {
        input { hurry: bool }

        use Choose { hurry: input.hurry } catch [States.ALL] => Failed -> Stamp;
        use Stamp
            retry [States.ALL] { max_attempts: 2 }
            timeout 30s
            comment "Stamps."
            catch [Lambda.TooManyRequests] => Failed
            -> end;
        fail Failed { error: "E" }
    }
}

fn main() {
    let _ = Order::definition();
}
