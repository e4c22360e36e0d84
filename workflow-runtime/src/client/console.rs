//! Links to AWS's console.

/// Returns the URL of the page in AWS's console of an execution, a map run or a state machine; `None` for another ARN.
pub fn console_page(arn: &str) -> Option<String> {
    let mut parts = arn.split(':');
    let (Some("arn"), Some(partition), Some("states"), Some(region)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let host = match partition {
        "aws-cn" => format!("{region}.console.amazonaws.cn"),
        "aws-us-gov" => "console.amazonaws-us-gov.com".to_owned(),
        _ => format!("{region}.console.aws.amazon.com"),
    };
    let page = match parts.nth(1)? {
        "execution" | "mapRun" => "v2/executions/details",
        "express" => "express-executions/details",
        "stateMachine" => "statemachines/view",
        _ => return None,
    };
    Some(format!("https://{host}/states/home?region={region}#/{page}/{arn}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_console() {
        let arn = "arn:aws:states:eu-west-1:123456789012:execution:Pay:one";
        let page = "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/";
        assert_eq!(console_page(arn), Some(format!("{page}{arn}")));
        let china = console_page("arn:aws-cn:states:cn-north-1:1:execution:Pay:one");
        assert!(china.is_some_and(|page| page.starts_with("https://cn-north-1.console.amazonaws.cn/states/")));
        let express = console_page("arn:aws:states:eu-west-1:1:express:Pay:one:two");
        assert!(express.is_some_and(|page| page.contains("#/express-executions/details/arn:")));
        let machine = console_page("arn:aws:states:eu-west-1:1:stateMachine:Pay");
        assert!(
            machine
                .is_some_and(|page| page.ends_with("#/statemachines/view/arn:aws:states:eu-west-1:1:stateMachine:Pay"))
        );
        for other in ["", "arn", "arn:aws:s3:::bucket", "arn:aws:states:eu-west-1:1:activity:Pay"] {
            assert_eq!(console_page(other), None, "{other}");
        }
    }
}
