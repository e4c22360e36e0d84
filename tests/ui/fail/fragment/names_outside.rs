use workflow_runtime::workflow;

workflow! {
    fragment Notify {
        input { to: String, text: String }
        task Ask = lambda::invoke { FunctionName: params.function, Payload: [input.too, input.text, email, Hurry, $n, item] }
            retry busy
            catch [States.ALL] -> Failed
            -> Told;
    }

    fragment Odd {
        params { function: String }
        query jsonpath;
        catch lost [States.ALL] -> Failed;
        pass A -> end;
        pass A -> end;
    }

    pub fragment Empty {}

    workflow Order {
        params { function: String }
        input { email: String, hurry: bool }
        retry busy [States.ALL] { max_attempts: 2 }

        pass Hurry -> Told;
        use Notify as Told { to: input.email, text: "a" } -> Odd;
        use Odd -> Empty;
        use Empty -> end;
        fail Failed { error: "E" }
    }
}

fn main() {
    let _ = Order::definition();
}
