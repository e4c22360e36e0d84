//! The inline policy of a role that `deploy --policy` writes.

use aws_sdk_iam::Client;
use aws_sdk_iam::error::{DisplayErrorContext, ProvideErrorMetadata};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use workflow_asl::policy::Policy;

use super::failure::{CONFLICT, DENIED, REFUSED, UNKNOWN, UNREACHABLE, message};
use super::kept::Kept;
use crate::Failure;

const NO_SUCH_ENTITY: &str = "NoSuchEntity";

/// Writes the inline policy of a role with what is kept, if it is not so already. Returns what was done.
pub(super) async fn write(iam: &Client, role: &str, name: &str, kept: &Kept) -> Result<&'static str, Failure> {
    // The name of a role follows its path.
    let role = role.rsplit('/').next().unwrap_or(role);
    let existing: Option<Value> = match iam.get_role_policy().role_name(role).policy_name(name).send().await {
        // IAM sends it with `%` escapes: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
        Ok(answer) => serde_json::from_str(&percent_decode_str(answer.policy_document()).decode_utf8_lossy()).ok(),
        Err(error) if error.code() == Some(NO_SUCH_ENTITY) => None,
        Err(error) => return Err(refused(role, name, &error)),
    };
    let mut policy = kept.union();
    if let (Some(existing), Some(_)) = (&existing, &kept.unknown) {
        let existing = Policy::read(existing).map_err(|error| {
            let what = format!("the policy `{name}` of the role `{role}` cannot be extended: {error}");
            message(CONFLICT, &what, "give `--policy` another name")
        })?;
        policy.keep([&existing]);
    }
    let wanted = policy.to_json();
    // IAM rejects a policy without statements.
    let is_empty = policy.statements.is_empty();
    match existing {
        Some(existing) if existing == wanted => Ok("unchanged"),
        None if is_empty => Ok("unchanged"),
        Some(_) if is_empty => {
            let request = iam.delete_role_policy().role_name(role).policy_name(name);
            request.send().await.map_err(|error| refused(role, name, &error))?;
            Ok("deleted")
        }
        _ => {
            let request = iam.put_role_policy().role_name(role).policy_name(name).policy_document(wanted.to_string());
            request.send().await.map_err(|error| refused(role, name, &error))?;
            Ok("written")
        }
    }
}

fn refused<E: std::error::Error + ProvideErrorMetadata>(role: &str, name: &str, error: &E) -> Failure {
    let (code, help) = match error.code() {
        Some("AccessDenied") => {
            (DENIED, "allow iam:GetRolePolicy, iam:PutRolePolicy and iam:DeleteRolePolicy on the role")
        }
        Some(NO_SUCH_ENTITY) => (UNKNOWN, "create the role first"),
        Some(_) => (REFUSED, "`cargo workflow iam` prints the policy, to write it in another way"),
        None => (UNREACHABLE, "check the network, and AWS_ENDPOINT_URL_IAM"),
    };
    let why = error.message().map_or_else(|| DisplayErrorContext(error).to_string(), str::to_owned);
    let what = format!("nothing was deployed: the policy `{name}` of the role `{role}` was not written: {why}");
    message(code, &what, help)
}
