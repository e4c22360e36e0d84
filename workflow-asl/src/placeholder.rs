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
