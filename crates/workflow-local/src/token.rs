//! Task tokens, by which a worker or callback identifies its task.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Returns the token of an attempt of a task. It contains the execution's ARN, so that servers find the execution, and
/// a random part.
pub(crate) fn make(execution_arn: &str, uuid: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{uuid}\n{execution_arn}"))
}

/// Returns the ARN of the execution that a token belongs to; `None` if the text is not a token.
pub(crate) fn execution_arn(token: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (_, arn) = text.split_once('\n')?;
    Some(arn.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_execution() {
        let token = make("arn:x:\u{e9}", "u");
        assert_eq!(execution_arn(&token).as_deref(), Some("arn:x:\u{e9}"));
        for wrong in ["", "AAAA", "not base64!"] {
            assert_eq!(execution_arn(wrong), None, "{wrong}");
        }
    }
}
