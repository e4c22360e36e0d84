//! Tests calls of intrinsic functions: which are valid, where an invalid call is reported, and arbitrary strings.

use workflow_asl::intrinsic::{Argument, Function, Intrinsic};
use workflow_cases::every;

use crate::texts;

fn call(text: &str) -> Intrinsic {
    Intrinsic::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn reads_every_kind_of_argument() {
    let call = call(
        " States.Array( 'it\\'s \\\\ \\{\\}', -2.5e1 ,null,true,false, $.a['x,)'][?(@.b == ')')].length(),\n$$.Execution.Id, $v[0] , States.UUID( ) ) ",
    );
    assert_eq!(call.call.function, Function::Array);
    let args = &call.call.args;
    assert_eq!(args.len(), 9);
    assert!(matches!(&args[0], Argument::String(text) if text == "it's \\ {}"));
    assert!(matches!(&args[1], Argument::Number(number) if number.as_f64() == Some(-25.0)));
    assert_eq!((&args[2], &args[3], &args[4]), (&Argument::Null, &Argument::Bool(true), &Argument::Bool(false)));
    assert!(matches!(&args[8], Argument::Call(call) if call.function == Function::Uuid && call.offset > 80));
    let paths: Vec<String> = call.paths().iter().map(|path| path.to_string()).collect();
    assert_eq!(paths, ["$.a['x,)'][?(@.b == ')')].length()", "$$.Execution.Id", "$v[0]"]);
}

#[test]
fn cuts_a_template_at_its_places() {
    let pieces = |text: &str| match call(text).call.args.into_iter().next() {
        Some(Argument::Template(pieces)) => pieces,
        other => panic!("{other:?}"),
    };
    assert_eq!(pieces("States.Format('a {} b \\{\\} {}', 1, $.x)"), ["a ", " b {} ", ""]);
    assert_eq!(pieces("States.Format('none')"), ["none"]);
    assert_eq!(pieces("States.Format('${Bucket}/{}', 1)"), ["${Bucket}/", ""]);
    assert_eq!(pieces("States.Format('a\\nb')"), ["a\\nb"]);
}

#[test]
fn errors_point_at_the_word() {
    every(
        [
            ("", 0, "expected a function such as `States.Format`, found the end of the call"),
            ("'x'", 0, "expected a function such as `States.Format`, found '''"),
            ("States.Fromat('x')", 0, "unknown function `States.Fromat`"),
            ("States.Format 'x'", 14, "expected '(' after `States.Format`, found '''"),
            ("States.Format('x'", 17, "expected ',' or ')', found the end of the call"),
            ("States.Format('x' $.y)", 18, "expected ',' or ')', found '$'"),
            ("States.Format('x', )", 19, "expected an argument, found ')'"),
            ("States.Format('x') y", 19, "expected the end of the call, found 'y'"),
            ("States.Format('x)", 14, "the text is not closed"),
            ("States.Format(\"x\")", 14, "a string must be in apostrophes, not in quotes"),
            ("States.Array($.a[)", 17, "expected an index, a name in quotes, '*' or '?(', found ')'"),
            ("States.MathAdd(1, 2.)", 18, "`2.` is not a number"),
        ],
        |(text, offset, message)| {
            let error = Intrinsic::parse(text).err().unwrap_or_else(|| panic!("{text} is taken"));
            assert_eq!((error.offset, error.message.as_str()), (offset, message), "{text}");
        },
    );
    let nested = |depth: usize| format!("{}1{}", "States.Array(".repeat(depth), ")".repeat(depth));
    assert!(Intrinsic::parse(&nested(10)).is_ok());
    assert_eq!(Intrinsic::parse(&nested(11)).unwrap_err().message, "more than 10 nested calls");
    assert!(Intrinsic::parse(&nested(100_000)).is_err());
}

/// AWS creates state machines with these calls, as measured in 2026.
#[test]
fn wrong_arguments_are_read_and_told() {
    every(
        [
            ("States.Format('{}')", 0, "the template has 1 `{}`, but 0 values follow"),
            ("States.Format('ä{', 1)", 14, "the template has a lone `{`"),
            ("States.UUID(1)", 0, "`States.UUID` requires no argument, found 1"),
            ("States.Array(States.MathAdd(1))", 13, "`States.MathAdd` requires 2 arguments, found 1"),
            ("States.MathRandom(1)", 0, "`States.MathRandom` requires 2 to 3 arguments, found 1"),
            ("States.Format()", 0, "`States.Format` requires at least 1 argument, found 0"),
            ("States.MathAdd('1', 2)", 15, "argument 1 of `States.MathAdd` must be a number"),
            ("States.MathRandom(1, 10, null)", 25, "argument 3 of `States.MathRandom` must be a number"),
            ("States.ArrayLength(States.UUID())", 19, "argument 1 of `States.ArrayLength` must be an array"),
            ("States.StringToJson($.a[*])", 20, "argument 1 of `States.StringToJson` must be a string"),
        ],
        |(text, offset, message)| match call(text).misuses() {
            [misuse] => assert_eq!((misuse.offset, misuse.message.as_str()), (offset, message), "{text}"),
            misuses => panic!("{text}: {misuses:?}"),
        },
    );
    assert_eq!(call("States.MathAdd('1')").misuses().len(), 2);
    assert!(call("States.MathAdd(1e309, -1e309)").misuses().is_empty());
    // A wrong template remains as it was written.
    let wrong = call("States.Format('\\{} {{}}', 1)");
    assert!(matches!(&wrong.call.args[0], Argument::String(text) if text == "\\{} {{}}"), "{wrong:?}");
}

/// Calls in definitions that the service accepted, and which it must go on being read.
#[test]
fn every_call_of_the_conformance_cases_is_read() {
    let Some(folder) = workflow_recorded::data("conformance") else { return };
    let mut count = 0;
    texts::definitions(&folder, |file, definition| {
        texts::each_member(definition, &mut |name, value| {
            let Some(text) = value.as_str().filter(|text| text.starts_with("States.") && name.ends_with(".$")) else {
                return;
            };
            count += 1;
            Intrinsic::parse(text).unwrap_or_else(|error| panic!("{file}: {text}: {error}"));
        });
    });
    println!("{count} calls read");
    assert!(count >= 70, "{count}");
}

#[test]
fn any_text_is_read_or_refused() {
    let seeds = [
        "States.Format('a {} b \\{\\} {}', 1, $.x)",
        "States.Array('it\\'s', -2.5e1 ,null,true,false, $.a['x,)'][?(@.b == ')')].length(), $$.Execution.Id)",
        "States.MathAdd(States.ArrayLength($v[0]), States.MathRandom(1, 2, 3))",
        "States.Hash(States.Base64Encode('ünï'), 'SHA-1')",
    ];
    texts::mutated(&seeds, 20_000, |text| {
        if let Err(error) = Intrinsic::parse(text) {
            assert!(text.is_char_boundary(error.offset), "{text}: {error}");
        }
    });
}
