use workflow_runtime::workflow;

workflow! {
    fragment Stamp {
        task Write = lambda::invoke { FunctionName: "stamp" } -> end;
    }

    fragment Stamp {
        pass Other -> end;
    }

    workflow Order {
        pass First -> Stamp;
        use Stamp -> Stamp;
        use Stamp -> First;
        use Stamp as First -> A;
        use Stamp as A as "A" -> StampWrite;
        use Stamp as B as "A" -> C;
        use Stamp as C as "" -> D;
        use Stamp as D as "" -> end;
        pass StampWrite -> B;
    }
}

fn main() {
    let _ = Order::definition();
}
