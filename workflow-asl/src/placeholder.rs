//! Placeholders such as `${FunctionArn}` that deployment tools fill in: values not known yet.
//!
//! CloudFormation's `DefinitionSubstitutions` and SAM, CDK and Terraform write `${Name}`.

/// Whether the text contains a placeholder, so that its final value is not known.
///
/// ```
/// assert!(workflow_asl::placeholder::contained("arn:aws:sns:${Region}:1:t"));
/// assert!(!workflow_asl::placeholder::contained("$.price { }"));
/// ```
pub fn contained(text: &str) -> bool {
    text.split("${").skip(1).any(|rest| rest.contains('}'))
}

/// Whether the text looks like something that a person or a tool is still to fill in,
/// in one of the less regular ways: `#{x}`, `{{x}}`, `<x>`, `__x__`.
pub fn likely(text: &str) -> bool {
    let between = |open: &str, close: &str| {
        text.split_once(open).is_some_and(|(_, rest)| rest.rfind(close).is_some_and(|at| at > 0))
    };
    contained(text) || between("#{", "}") || between("{{", "}}") || between("<", ">") || between("__", "__")
}
