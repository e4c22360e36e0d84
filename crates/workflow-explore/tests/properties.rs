//! Properties in text form.

use workflow_explore::Property;

#[test]
fn what_is_written_is_read_again() {
    for property in [
        Property::after("Reserve", ["Done", "Give back"]),
        Property::never_both("A", "or"),
        Property::at_most_once("Say \"hello\""),
        Property::at_most_once("once"),
        Property::before("A", "B"),
        Property::before("after", "B"),
        Property::ends_in(["A", "B", "C"]),
        Property::none_after("Charge", "Refund"),
    ] {
        assert_eq!(property.to_string().parse(), Ok(property));
    }
}

#[test]
fn a_wrong_text_is_an_error() {
    for (text, problem) in [
        ("", "expected a property, found the end"),
        ("or", "expected a property, found `or`"),
        ("after A", "expected `:`, found the end"),
        ("after A, B", "expected `:`, found `B`"),
        ("after A: B or", "expected the name of a state, found the end"),
        ("after A: or B", "expected the name of a state, found `or`"),
        ("A then B", "expected `before`, found `then`"),
        ("A befor B", "expected `before`, found `befor`: did you mean `before`?"),
        ("A before B C", "unexpected `C` after the property"),
        ("never A", "expected `both`, found `A`"),
        ("nevr both A and B", "unknown kind of property `nevr`: did you mean `never`?"),
        ("eventually A", "unknown kind of property `eventually`"),
        ("\"A before B", "a quote is not closed"),
    ] {
        assert_eq!(text.parse::<Property>().unwrap_err().problem, problem, "{text}");
    }
    let help = "after A".parse::<Property>().unwrap_err().to_string();
    let kinds =
        "`after A: B or C`, `never both A and B`, `at most once A`, `A before B`, `ends in A or B` or `no A after B`";
    assert!(help.contains(kinds), "{help}");
}
