//! Tests that an evaluation is bounded: an expression that would exceed the limits fails before it uses the memory, in
//! the same way each time.

use serde_json::{Value, json};
use workflow_cases::every;
use workflow_jsonata::{Error, Expression, Limits, Output, Setting};

/// The most bytes that an evaluation may allocate.
const MOST: u64 = 64 << 20;

/// Returns the error of an expression, which must be the same each time and use little memory.
fn fails(text: &str, input: &Value) -> Error {
    let expression = Expression::parse(text).unwrap();
    let setting = Setting { input: Some(input), ..Setting::default() };
    let run = || {
        let mut result = None;
        let counted = allocation_counter::measure(|| result = expression.evaluate_in(&setting).err());
        assert!(counted.bytes_max < MOST, "{text}: {} bytes", counted.bytes_max);
        result.unwrap_or_else(|| panic!("{text} passes no limit"))
    };
    let first = run();
    assert_eq!(run(), first);
    first
}

#[track_caller]
fn passes_a_limit(expression: &str) {
    passes_a_limit_with(expression, &Value::Null);
}

#[track_caller]
fn passes_a_limit_with(expression: &str, input: &Value) {
    let error = fails(expression, input);
    assert_eq!(error.code, "U1001", "{expression}: {error}");
}

#[test]
fn strings_and_arrays_that_double() {
    passes_a_limit("($f := function($s){$f($s & $s)}; $f('x'))");
    passes_a_limit("($f := function($n, $s){$n = 0 ? $s : $f($n - 1, $s & $s)}; $f(100, 'x'))");
    passes_a_limit("($f := function($n, $a){$n = 0 ? $a : $f($n - 1, $append($a, $a))}; $f(100, [1]))");
    passes_a_limit("($f := function($n, $a){$n = 0 ? $a : $f($n - 1, [$a, $a])}; $f(100, [1, 2]))");
    passes_a_limit("$reduce([1..100], function($s, $i){$s & $s}, 'ab')");
    passes_a_limit("$reduce([1..1000], function($a, $i){[$a, $a]}, [1])");
    // A value that is shared a million times grows only when it is written out.
    passes_a_limit("($d := function($n, $o){$n = 0 ? $o : $d($n - 1, {'a': $o, 'b': $o})}; $string($d(60, 1)))");
    passes_a_limit("($d := function($n, $o){$n = 0 ? $o : $d($n - 1, {'a': $o, 'b': $o})}; $d(60, 1))");
    passes_a_limit("($d := function($n, $o){$n = 0 ? $o : $d($n - 1, [[$o], [$o]])}; $d(60, 1) = $d(60, 1))");
    passes_a_limit("($d := function($n, $o){$n = 0 ? $o : $d($n - 1, {'a': $o, 'b': $o})}; $count($d(60, 1).**))");
}

#[test]
fn built_in_functions_that_make_much_of_little() {
    passes_a_limit("$pad('', 1e18)");
    passes_a_limit("$length($pad('x', 2000000000))");
    passes_a_limit("$pad('x', -1e300, 'ab')");
    passes_a_limit("$replace($pad('', 1000000, 'a'), 'a', $pad('', 1000, 'b'))");
    passes_a_limit("$replace($pad('', 100000, 'a'), /a/, $pad('', 10000, '$0'))");
    passes_a_limit("$replace($pad('', 100000, 'a'), /a/, function(){$pad('', 10000)})");
    passes_a_limit("$join($map([1..10000], function(){'x'}), $pad('', 100000))");
    passes_a_limit("$split($pad('', 10000000, 'a'), '')");
    passes_a_limit("$formatInteger(1e300, 'i')");
    passes_a_limit("$formatInteger(1, $pad('', 30000000, '0'))");
    passes_a_limit("$fromMillis(0, '[Y,1-99999999999]')");
    passes_a_limit("$formatNumber(1, $pad('', 20000000, '0'))");
    passes_a_limit("$base64encode($pad('', 30000000))");
    passes_a_limit("$encodeUrlComponent($pad('', 20000000, '%'))");
    passes_a_limit("$string([1..1000000].{'a': 'bbbbbbbbbbbbbbbbbbbb'})");
    passes_a_limit("$zip([1..1000000], [1..1000000], [1..1000000])");
    passes_a_limit("$distinct([1..1000000])");
    passes_a_limit("[1..1000000].[1..1000000]");
    passes_a_limit("[1..1000000].($ & 'x')");
    passes_a_limit("$map([1..1000000], function($v){[1..1000000]})");
    passes_a_limit("$sum($map([1..1000000], function($v){$v}))");
    passes_a_limit("[1..1000000]^(>$)");
    passes_a_limit("[1..1000000]{$string(): $}");
    passes_a_limit("$partition([1..1000000], 1)");
    passes_a_limit("$range(1, 1e15, 1)");
    passes_a_limit("$sift($merge([1..1000000].{$string(): 1}), function(){true})");
}

#[test]
fn ranges() {
    assert_eq!(fails("[1..1e8]", &Value::Null).code, "D2014");
    assert_eq!(fails("[-1e300..1e300]", &Value::Null).code, "D2014");
    passes_a_limit("[1..1e7]");
}

#[test]
fn recursion() {
    passes_a_limit("($f := function($n){1 + $f($n + 1)}; $f(0))");
    passes_a_limit("($f := function($n){$f($n + 1)}; $f(0))");
    passes_a_limit("($f := function($n){$g($n) + 1}; $g := function($n){$f($n) + 1}; $f(0))");
    passes_a_limit("($f := function($n){$map([1, 2], function($v){$f($v)})}; $f(0))");
    passes_a_limit("($f := function($n){$sort([2, 1], function($l, $r){$f($l)})}; $f(0))");
    passes_a_limit("($f := function($n){$n ~> |$|{'a': $f($n)}|}; $f({'a': 1}))");
    passes_a_limit("($f := function($n){$replace('a', /a/, function(){$f(1)})}; $f(0))");
    passes_a_limit("($y := function($f){$f($f)}; $y($y))");
    let tail = "($f := function($n, $s){$n = 0 ? $s : $f($n - 1, $s + 1)}; $f(100000, 0))";
    let counted = Expression::parse(tail).unwrap().evaluate(&Value::Null).unwrap();
    assert_eq!(counted, Some(json!(100_000)), "a call in tail position takes no stack");
}

/// Tests that a call in tail position keeps nothing of the enclosing call, and that a finished call keeps nothing.
#[test]
fn tail_calls_and_calls_that_have_ended_hold_nothing() {
    let mut limits = Limits::default();
    limits.steps = 100_000_000;
    limits.held = 16 << 10;
    every(
        [
            "($f := function($n, $s){$n = 0 ? $s : $f($n - 1, $s + 1)}; $f(100000, 0))",
            "($f := function($n, $s){$n = 0 ? $s : ($m := $n - 1; $f($m, $s + 1))}; $f(100000, 0))",
            "($even := function($n){$n = 0 ? 100000 : $odd($n - 1)}; $odd := function($n){$even($n - 1)}; $even(100000))",
            "$reduce([1..100000], function($sum, $n){$n})",
            "$count($filter([1..100000], function($n){$n > 100000})) + 100000",
            "$reduce([1..100000], function($sum, $n){($length($string($n)); $n)})",
        ],
        |expression| {
            let setting = Setting { limits, ..Setting::default() };
            let counted = Expression::parse(expression).unwrap();
            let counted = counted.evaluate_in(&setting).map(|outcome| outcome.output).unwrap();
            assert!(matches!(counted, Output::Value(value) if *value == 100_000), "{expression}");
        },
    );
}

#[test]
fn closures_in_a_chain() {
    every(
        [
            "($f := function($n, $g){$n = 0 ? $g : $f($n - 1, function($x){$g($x)})}; $f(100000, function($x){$x}); 1)",
            "($f := function($n, $g){$n = 0 ? $g : $f($n - 1, function($x){$g($x)})}; $f(100000, function($x){$x})(1))",
            "($f := function($n, $g){$n = 0 ? $g : $f($n - 1, [$g, $g])}; $f(400, function($x){$x}); 1)",
            "($f := function($n, $g){$n = 0 ? $g : $f($n - 1, $g ~> function($x){$x})}; $f(100000, function($x){$x})(1))",
            "($f := function($n, $g){$n = 0 ? $g : $f($n - 1, function($x){$g($x) + 1})}; $f(20000, function($x){$x})(1))",
            "($reduce([1..20000], function($f, $n){{'f': function($x){$f}}}, 1); 1)",
        ],
        |expression| {
            let expression = Expression::parse(expression).unwrap();
            let run = || {
                let mut result = None;
                let counted = allocation_counter::measure(|| result = Some(expression.evaluate(&Value::Null)));
                assert!(counted.bytes_max < MOST, "{expression:?}: {} bytes", counted.bytes_max);
                result
            };
            let first = run();
            assert_eq!(run(), first);
            if let Some(Err(error)) = &first {
                assert_eq!(error.code, "U1001", "{error}");
            }
        },
    );
}

#[test]
fn regular_expressions_that_backtrack() {
    let text = json!("a".repeat(60) + "!");
    for pattern in ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?=(a+)+b)a", "(a+)+\\1b"]
    {
        passes_a_limit_with(&format!("$contains($, /{pattern}/)"), &text);
    }
    for call in ["$match($, /(a+)+$/)", "$replace($, /(a+)+$/, '')", "$split($, /(a+)+$/)"] {
        passes_a_limit_with(call, &text);
    }
    passes_a_limit("$match($pad('', 1000000, 'ab'), /(?:a|b)*c/)");
}

#[test]
fn limits_are_the_callers() {
    let expression = Expression::parse("$sum([1..1000])").unwrap();
    let with = |limits: Limits| expression.evaluate_in(&Setting { limits, ..Setting::default() }).map(drop);
    assert_eq!(with(Limits::default()), Ok(()));
    let mut limits = Limits::default();
    limits.steps = 100;
    let error = with(limits).unwrap_err();
    assert_eq!((error.code, error.to_string().as_str()), ("U1001", "The expression takes more than 100 steps"));
}

/// AWS's bounds, measured on both sides of each (2026-08).
#[test]
fn limits_are_the_services() {
    every(
        [
            ("$count([1..873782])", json!(873_782)),
            ("$count($range(1, 360145, 1))", json!(360_145)),
            ("($p := function($s, $n){$n = 0 ? $s : $p($s & $s, $n - 1)}; $length($p('x', 22)))", json!(4_194_304)),
            ("($f := function($x){$x <= 0 ? 0 : 1 + $f($x - 1)}; $f(31))", json!(31)),
        ],
        |(expression, expected)| {
            let value = Expression::parse(expression).unwrap().evaluate(&Value::Null);
            assert_eq!(value, Ok(Some(expected)), "{expression}");
        },
    );
    let memory = "Expression evaluation memory limit exceeded: Check for excessive memory usage";
    let stack =
        "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive";
    every(
        [
            ("[1..873783]", memory),
            ("$range(1, 360146, 1)", memory),
            ("($p := function($s, $n){$n = 0 ? $s : $p($s & $s, $n - 1)}; $length($p('x', 23)))", memory),
            ("$length($pad('', 4194305))", memory),
            ("($f := function($x){$x <= 0 ? 0 : 1 + $f($x - 1)}; $f(32))", stack),
        ],
        |(expression, message)| assert_eq!(fails(expression, &Value::Null).message(), message, "{expression}"),
    );
    // What is evaluated inside one another: constants are counted as they are written.
    for (open, middle, close) in [
        ("", "1", "+1"),
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("", "1", "~>$string"),
        ("{'a':", "1", "}"),
        ("($a:=", "1", ")"),
    ] {
        let levels = if open.contains(":=") { 2 } else { 1 };
        let text = |count: usize| open.repeat(count / levels) + middle + &close.repeat(count / levels);
        let value = Expression::parse(&text(99)).unwrap().evaluate(&Value::Null);
        assert!(value.is_ok(), "{open}{close}: {value:?}");
        assert_eq!(fails(&text(100), &Value::Null).message(), stack, "{open}{close}");
    }
    let mut limits = Limits::default();
    limits.depth = 5_000;
    let deep = Expression::parse("($f := function($x){$x <= 0 ? 0 : 1 + $f($x - 1)}; $f(1500))").unwrap();
    let setting = Setting { limits, ..Setting::default() };
    let output = deep.evaluate_in(&setting).map(|outcome| outcome.output);
    assert!(matches!(output, Ok(Output::Value(value)) if *value == 1_500));
}

/// Text that is nested a hundred thousand levels deep, in every way that an expression allows.
#[test]
fn expressions_that_nest_deep() {
    let deep = |open: &str, middle: &str, close: &str| {
        let text = open.repeat(100_000) + middle + &close.repeat(100_000);
        let mut failures = Vec::new();
        for _ in 0..2 {
            let mut result = None;
            let counted = allocation_counter::measure(|| result = Expression::parse(&text).err());
            // The text and its tokens.
            assert!(counted.bytes_max < 8 * MOST, "{open}: {} bytes", counted.bytes_max);
            failures.push(result.unwrap_or_else(|| panic!("{open}{close} is taken")));
        }
        assert_eq!(failures[0], failures[1]);
    };
    deep("(", "1", ")");
    deep("[", "1", "]");
    deep("{'a':", "1", "}");
    deep("-", "1", "");
    deep("$f(", "1", ")");
    deep("function(){", "1", "}");
    deep("1?", "1", ":2");
    deep("a[", "1", "]");
    deep("1+", "1", "");
    deep("$x:=", "1", "");
    deep("a~>", "a", "");
    deep("", "1", "[0]");
    deep("|", "1", "|{}|");
    deep("a^(", "1", ")");
    deep("/(", "1", ")/");
    deep("/* ", "1", "");
}

/// Values that are nested a million levels deep.
#[test]
fn data_that_nests_a_million_deep() {
    let mut array = json!([]);
    let mut object = json!({});
    for _ in 0..1_000_000 {
        array = Value::Array(vec![array]);
        object = Value::Object([("a".to_owned(), object)].into_iter().collect());
    }
    // Dropping them would recurse as deeply.
    let (array, object) = (std::mem::ManuallyDrop::new(array), std::mem::ManuallyDrop::new(object));
    for expression in ["[$]", "$string($)", "**", "$count(**)", "$distinct([$, $])", "$ ~> |a|{'b': 1}|", "$clone($)"] {
        passes_a_limit_with(expression, &array);
        passes_a_limit_with(expression, &object);
    }
    passes_a_limit("($f := function($n, $v){$n = 0 ? $v : $f($n - 1, [[$v]])}; $f(1000000, 1))");
    passes_a_limit("($f := function($n, $v){$n = 0 ? $v : $f($n - 1, {'a': $v})}; $f(1000000, 1))");
}

/// Tests that no expression takes more stack than any thread has, whatever is done with it.
#[test]
fn a_small_stack_holds_every_expression() {
    let nested =
        |open: &str, middle: &str, close: &str, count: usize| open.repeat(count) + middle + &close.repeat(count);
    let ways = [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{'a':", "1", "}"),
        ("-", "$x", ""),
        ("$string(", "1", ")"),
        ("$f(", "$x", ")"),
        ("$map([1],function($v){", "$v", "})"),
        ("(function(){", "1", "})()"),
        ("true?", "1", ":2"),
        ("$x[", "1", "]"),
        ("", "1", "+1"),
        ("", "$x", "+$x"),
        ("", "$x", "&$x"),
        ("", "1", "~>$string"),
        ("", "1", "~>$string()"),
        ("", "$x", "[0]"),
        ("", "$x", ".a"),
        ("($a:=", "1", ")"),
        ("$x.(", "1", ")"),
        ("$x^(", "1", ")"),
        ("$x ~> |", "a", "|{}|"),
        ("$x{'a':", "1", "}"),
    ];
    let work = move || {
        for (open, middle, close) in ways {
            for count in [10, 40, 79, 99, 100, 120, 240, 480, 2000] {
                let text = nested(open, middle, close, count);
                let Ok(ast) = workflow_jsonata::parse(&text) else { continue };
                let _ = (ast.names(), ast.failing(|_| false), ast.constant_conditions(|_| false), ast.gives(|_| false));
                let _ = (ast.clone() == ast, workflow_jsonata::print(ast.root.clone(), ""));
                let Ok(expression) = Expression::compile(&ast) else { continue };
                let x = json!([{ "a": 1 }]);
                let variables = [("x", &x)];
                let _ = expression.evaluate_in(&Setting { variables: &variables.as_slice(), ..Setting::default() });
            }
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
}
