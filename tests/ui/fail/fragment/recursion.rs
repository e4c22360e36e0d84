use workflow_runtime::workflow;

workflow! {
    fragment Poll {
        wait Pause for 30s -> Again;
        use Poll as Again -> end;
    }

    fragment Ping {
        use Pong -> end;
    }

    fragment Pong {
        use Ping -> end;
    }

    workflow Order {
        use Poll -> Ping;
        use Ping -> end;
    }
}

fn main() {
    let _ = Order::definition();
}
