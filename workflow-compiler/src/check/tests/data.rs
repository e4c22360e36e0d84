//! References to data.

use super::{finds, silent};

#[test]
fn members_are_known_at_any_depth() {
    finds(
        "input { count: i64 } pass A { a: input.cuont } -> end;",
        &["WF0401 cuont: the execution's input has no field `cuont` / did you mean `count`?"],
    );
    silent("input { count: i64, any: Json } pass A { a: input.count, b: state.any.thing.at.all } -> end;");
    finds(
        "input { order: Order } struct Order { id: String, lines: Vec<Line> } struct Line { sku: String } pass A { a: input.order.lines[0].skv } -> end;",
        &["WF0401 skv: `Line` (the type of `input.order.lines[0]`) has no field `skv` / did you mean `sku`?"],
    );
    finds(
        "input { order: Order } struct Order { id: String, lines: Vec<Line> } struct Line { sku: String } pass A { a: input.order.lines.sku, b: input.order.id.x, c: input.order.id[0] } -> end;",
        &[
            "WF0401 sku: `input.order.lines` is `Vec<Line>`: take one of its items first / such as `input.order.lines[0].sku`",
            "WF0401 x: `input.order.id` is `String`: it has no member `x`",
            "WF0408 0: `input.order.id` is `String`, not an array",
        ],
    );
    silent(
        "input { order: Order, any: Json, tags: Map<i64> } struct Order { id: String, lines: Vec<Line> } struct Line { sku: String } pass A { a: input.order.lines[0].sku, b: input.any.x.y, c: input.tags.whatever } -> end;",
    );
    finds(
        r#"input { #[serde(rename = "isHello")] is_hello: bool } choice C { if input.isHello -> A; else -> A; } pass A -> end;"#,
        &[
            "WF0401 isHello: the execution's input has no field `isHello` / `isHello` is its name in JSON; the field is `is_hello`",
        ],
    );
    finds(
        "params { bucket: String } pass A { a: params.bukcet } -> end;",
        &["WF0402 bukcet: unknown parameter `bukcet` / did you mean `bucket`?"],
    );
    finds(
        "pass A { a: params.bucket } -> end;",
        &["WF0402 bucket: unknown parameter `bucket` / declare it: `params { bucket: String }`"],
    );
    finds(
        "params { bucket: Json } pass A { a: params.bucket.name, b: params } -> end;",
        &[
            "WF0408 name: `params.bucket` is put in whole: nothing inside it can be named / declare what is needed as a parameter of its own",
            "WF0402 params: `params` alone is not a value / name one of them: `params.…`",
        ],
    );
    silent("params { bucket: String } pass A { a: params.bucket } -> end;");
    finds(
        "pass A { a: context.Execution.Idd, b: context.Exection.Id } -> end;",
        &[
            "WF0408 Idd: `context.Execution` has no member `Idd` / did you mean `Id`?",
            "WF0408 Exection: `context` has no member `Exection` / did you mean `Execution`?",
        ],
    );
    silent("pass A { a: context.Execution.Id, b: context.State.EnteredTime } -> end;");
    finds(
        r#"struct Out { x: i64 } task B = lambda::invoke<Out> { FunctionName: "f" } output { a: result.Payload.x, b: result.Payload.y } -> end;"#,
        &["WF0408 y: `Out` (the type of `result.Payload`) has no field `y` / its members are `x`"],
    );
    silent(
        r#"struct Out { x: i64 } task B = lambda::invoke<Out> { FunctionName: "f" } output { a: result.Payload.x, b: result.StatusCode } -> end;"#,
    );
}

#[test]
fn references_exist_in_their_place() {
    finds(
        "task T = lambda::invoke { FunctionName: result.x } -> end;",
        &[
            "WF0404 result: `result` is not there in the request / the result of a task is there in its `output` and `assign`",
        ],
    );
    silent(
        r#"task T = lambda::invoke { FunctionName: "f" } output { a: result.Payload.x } assign { b: result.Payload.y } -> end;"#,
    );
    finds(
        r#"query jsonpath; task T = lambda::invoke { FunctionName: "f" } result_selector { a: result.Payload.x, b: state.y } -> end;"#,
        &[
            "WF0404 state: `state` is not there in `result_selector`: a JSONPath state sees its result alone / read the result as `result`; or keep the value before, in a variable",
        ],
    );
    silent(
        r#"query jsonpath; task T = lambda::invoke { FunctionName: "f", Payload: state.y } result_selector { a: result.Payload.x } assign { b: result.Payload.y } -> end;"#,
    );
    finds(
        "pass A { x: 1 } assign { y: result.x } -> end;",
        &["WF0404 result: a JSONata pass has no `result` / write its value once more"],
    );
    finds(
        "pass A { a: item, b: index } -> end;",
        &[
            "WF0404 item: `item` is an element of a map's items, and `A` is not in a map / declare the state in the body of `map Each over … { … }`",
            "WF0404 index: `index` is not there in `output`: only `item_selector` of a map sees it / hand it in: `item_selector { item: item, index: index }` on the map, then read `state.index`",
        ],
    );
    finds(
        "input { orders: Vec<Order> } struct Order { id: String } map Each over input.orders { pass First { a: item.idd } -> Next; pass Next { a: item.di } -> end; } -> end;",
        &[
            "WF0408 idd: `Order` (the type of `item`) has no field `idd` / did you mean `id`?",
            "WF0408 di: `Order` (the type of `item`) has no field `di` / its members are `id`",
        ],
    );
    silent(
        "input { orders: Vec<Order> } struct Order { id: String } map Each over input.orders { pass First { a: item.id } assign { each: item } -> Next; pass Next { a: $each.id } -> end; } -> end;",
    );
    finds(
        "map Each over state.xs { pass First { a: item } -> end; } item_selector { x: item, n: index } -> end;",
        &[
            "WF0404 item: `item` is not there: an iteration of `Each` gets what its `item_selector` makes / read the input as `state` in the first state of the map",
        ],
    );
    silent("map Each over state.xs { pass First { a: state.x } -> end; } item_selector { x: item, n: index } -> end;");
    finds(
        "map Each over state.xs { pass First { x: item } -> Next; choice Next { if state.x == 1 -> First; else -> Done; } succeed Done; } -> end;",
        &[
            "WF0404 item: `item` is not certain in `First`: other states of the map lead back to it / start the map with `pass Keep -> First;`, which keeps it",
        ],
    );
    finds(
        r#"query jsonpath; map Each over state.xs { task First = lambda::invoke { FunctionName: "f", Payload: item } assign { each: item } -> end; } -> end;"#,
        &[
            "WF0404 item: `item` is not there in `assign`: it is the input, which is gone there / start the map with `pass Keep -> First;`, which keeps it",
        ],
    );
    finds(
        r#"query jsonpath; map Each over state.xs { wait Rest for 3s input_path "$.a" -> Show; pass Show { x: item } -> end; } -> end;"#,
        &[
            "WF0404 item: `item` is not there after `Rest`: in JSONPath that state cannot keep its input / start the map with `pass Keep -> Rest;`, which keeps it",
        ],
    );
    finds(
        r#"query jsonpath; map Each over state.xs { pass First { x: item } input_path "$.a" -> end; } -> end;"#,
        &[
            "WF0404 item: `item` is not there in the request: it is the input, which is gone there / start the map with `pass Keep -> First;`, which keeps it",
        ],
    );
    finds(
        "input { limit: i64, xs: Json } map D over state.xs distributed { pass Q { a: input.limit } -> end; } -> end;",
        &[
            "WF0404 input: `input` is not there inside the distributed map `D`: each iteration is an execution of its own / hand it in: `item_selector { item: item, limit: input.limit }` on `D`, then read `state.limit` in its first state",
        ],
    );
    silent(
        "input { limit: i64, xs: Json } map D over state.xs distributed { pass Q { a: state.limit } -> end; } item_selector { item: item, limit: input.limit } -> end;",
    );
    silent(r#"task T = lambda::invoke { FunctionName: "f" } -> B; pass B { a: T.Payload.name } -> end;"#);
    finds(
        r#"task T = lambda::invoke { FunctionName: "f" } -> B; pass B { a?: T?.Payload.name, b: $name } -> end;"#,
        &["WF0404 $name: nothing assigns a variable `$name` / give it a value in a state before: `assign { name: … }`"],
    );
    silent(
        r#"task T = lambda::invoke { FunctionName: "f" } assign { name: result.Payload.name } -> B; pass B { a: $name } -> end;"#,
    );
    finds("wait T for 5s -> B; pass B { a: T.x } -> end;", &["WF0407 T: `T` is a wait, which has no result"]);
    silent(
        r#"task T = lambda::invoke { FunctionName: "f" } catch [States.ALL] => F -> end; fail F { error: "x", cause: caught.Cause }"#,
    );
    finds(
        r#"task T = lambda::invoke { FunctionName: "f" } catch [States.ALL] => F { assign { error: caught, why: caught.Cuase } } -> end; fail F { error: "x", cause: $error.Cause }"#,
        &["WF0408 Cuase: `caught` has no member `Cuase` / did you mean `Cause`?"],
    );
    silent(
        r#"task T = lambda::invoke { FunctionName: "f" } catch [States.ALL] => F { assign { error: caught, why: caught.Cause } } -> end; fail F { error: "x", cause: $error.Cause }"#,
    );
    finds(
        "pass A { a: contxt.Execution, b: somewhere } -> end;",
        &[
            "WF0404 contxt: cannot find `contxt` / did you mean `context`?",
            r#"WF0404 somewhere: cannot find `somewhere` / text stands in quotes, `"somewhere"`; a constant of your Rust code is `const somewhere`"#,
        ],
    );
    silent("params { f: String } task T = params.f { a: 1 } -> end;");
    finds(
        "input { f: String } task T = input.f { a: 1 } -> end;",
        &[
            "WF0404 input: `input.f` is not there in what a task calls / it must be known when the workflow is deployed: text, or `params.…`",
        ],
    );
}

#[test]
fn enums_have_their_variants() {
    finds(
        r#"enum Mode { Fast, Full } input { mode: Mode } choice C { if input.mode == Mode::Fsat -> A; if input.mode == "Slow" -> A; if input.mode == Moed::Fast -> A; else -> A; } pass A -> end;"#,
        &[
            "WF0215 Fsat: `Mode` has no variant `Fsat` / did you mean `Fast`?",
            r#"WF0215 "Slow": `Mode` is never "Slow" / there is `Fast`, `Full`"#,
            "WF0207 Moed: unknown enum `Moed` / did you mean `Mode`?",
        ],
    );
    finds(
        "enum Mode { Fast, Full } input { mode: Mode } choice C match input.mode { Fast => A, Mode::Full => A } pass A -> end;",
        &["WF0404 Fast: cannot find `Fast` / a variant is named with its enum: `Mode::Fast`"],
    );
    finds(
        r#"enum Mode { Fast, #[serde(rename = "full")] Full } input { mode: Mode } choice C { if input.mode == "Full" -> A; else -> A; } pass A -> end;"#,
        &[r#"WF0215 "Full": `Mode` is never "Full" / `Mode::Full` is the text "full""#],
    );
    silent(
        r#"enum Mode { Fast, #[serde(rename = "full")] Full } input { mode: Mode } choice C { if input.mode == Mode::Full -> A; if input.mode == "Fast" -> A; else -> A; } pass A -> end;"#,
    );
    finds(
        "enum Mode { Fast } enum Size { Big } input { mode: Mode } choice C { if input.mode == Size::Big -> A; else -> A; } pass A -> end;",
        &["WF0403 Size::Big: `input.mode` (Mode) cannot be compared with `Size::Big` (Size)"],
    );
}
