//! Dependent actions, which a request needs in addition to its own: for tags, S3 objects and database credentials.

use workflow_iam::{NoteKind, ServiceCall};
use workflow_services::{Service, Shape};

use super::request::Request;
use super::request_members::{RequestMember, texts_in};

/// The operations that tag a resource of their service.
const TAGS: &[&str] = &["tagResource", "addTagsToResource", "addTags", "createTags", "tagQueue"];

/// The maximum number of kinds of resources to list; beyond it, all resources of the service are named.
pub(super) const KINDS: usize = 4;

/// Services that read and write objects with the caller's permissions.
///
/// <https://docs.aws.amazon.com/rekognition/latest/dg/security_iam_service-with-iam.html>,
/// <https://docs.aws.amazon.com/textract/latest/dg/security_iam_id-based-policy-examples.html>,
/// <https://docs.aws.amazon.com/transcribe/latest/dg/security_iam_id-based-policy-examples.html>,
/// <https://docs.aws.amazon.com/polly/latest/dg/async.html>,
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>,
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html>
const WITH_OUR_RIGHTS: &[&str] = &["dynamodb", "lambda", "polly", "rekognition", "textract", "transcribe"];

/// Words in the path of an object that is written, not read.
const WRITTEN: &[&str] = &["destination", "export", "output", "report", "result"];

/// Needs of a service's operations that depend on parameters: the service, the operations if not all, the required
/// parameters (`A|B`: one of them), the excluded ones, an action, its resources.
type Conditional = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
);

/// The operations that make an object in S3.
const MAKE_OBJECT: &[&str] = &["copyObject", "createMultipartUpload", "putObject"];
/// The parameters that grant rights to an object in S3.
const RIGHTS: &str = "Acl|GrantFullControl|GrantRead|GrantReadACP|GrantWriteACP";
const LOCK: &str = "ObjectLockMode|ObjectLockRetainUntilDate";
const OBJECT: &str = "arn:${Partition}:s3:::{Bucket|DestinationBucket}/{Key|DestinationKey}";
const SOURCE: &str = "arn:${Partition}:s3:::{SourceBucket}/{SourceKey}";
const DELETED: &str = "arn:${Partition}:s3:::{Bucket}/{Delete.Objects[].Key}";

/// The credentials of databases, the knowledge base and the model of a generated answer, and what S3 needs for versions,
/// tags, grants and locks of objects.
///
/// <https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-access.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.access.html>,
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-prereq-permissions-general.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>
const CONDITIONAL: &[Conditional] = &[
    (
        "redshiftdata",
        &[],
        &["WorkgroupName"],
        &["SecretArn"],
        "redshift-serverless:GetCredentials",
        &["arn:${Partition}:redshift-serverless:${Region}:${Account}:workgroup/*"],
    ),
    (
        "redshiftdata",
        &[],
        &["ClusterIdentifier", "DbUser"],
        &[],
        "redshift:GetClusterCredentials",
        &[
            "arn:${Partition}:redshift:${Region}:${Account}:dbuser:{ClusterIdentifier}/{DbUser}",
            "arn:${Partition}:redshift:${Region}:${Account}:dbname:{ClusterIdentifier}/{Database|*}",
        ],
    ),
    (
        "redshiftdata",
        &[],
        &["ClusterIdentifier"],
        &["DbUser", "SecretArn"],
        "redshift:GetClusterCredentialsWithIAM",
        &["arn:${Partition}:redshift:${Region}:${Account}:dbname:{ClusterIdentifier}/{Database|*}"],
    ),
    ("redshiftdata", &[], &["SecretArn"], &[], "secretsmanager:GetSecretValue", &["{SecretArn}"]),
    ("rdsdata", &[], &["SecretArn"], &[], "secretsmanager:GetSecretValue", &["{SecretArn}"]),
    (
        "bedrockagentruntime",
        &[],
        &["RetrieveAndGenerateConfiguration.KnowledgeBaseConfiguration.KnowledgeBaseId"],
        &[],
        "bedrock:Retrieve",
        &[
            "arn:${Partition}:bedrock:${Region}:${Account}:knowledge-base/{RetrieveAndGenerateConfiguration.KnowledgeBaseConfiguration.KnowledgeBaseId}",
        ],
    ),
    (
        "bedrockagentruntime",
        &[],
        &["RetrieveAndGenerateConfiguration.KnowledgeBaseConfiguration.ModelArn"],
        &[],
        "bedrock:InvokeModel",
        &["{RetrieveAndGenerateConfiguration.KnowledgeBaseConfiguration.ModelArn:bedrock}"],
    ),
    (
        "bedrockagentruntime",
        &[],
        &["RetrieveAndGenerateConfiguration.ExternalSourcesConfiguration.ModelArn"],
        &[],
        "bedrock:InvokeModel",
        &["{RetrieveAndGenerateConfiguration.ExternalSourcesConfiguration.ModelArn:bedrock}"],
    ),
    ("s3", MAKE_OBJECT, &["Tagging"], &[], "s3:PutObjectTagging", &[OBJECT]),
    ("s3", MAKE_OBJECT, &[RIGHTS], &[], "s3:PutObjectAcl", &[OBJECT]),
    ("s3", MAKE_OBJECT, &[LOCK], &[], "s3:PutObjectRetention", &[OBJECT]),
    ("s3", MAKE_OBJECT, &["ObjectLockLegalHoldStatus"], &[], "s3:PutObjectLegalHold", &[OBJECT]),
    ("s3", &["copyObject"], &["SourceVersionId"], &[], "s3:GetObjectVersion", &[SOURCE]),
    ("s3", &["getObject", "headObject"], &["VersionId"], &[], "s3:GetObjectVersion", &[OBJECT]),
    ("s3", &["getObjectAcl"], &["VersionId"], &[], "s3:GetObjectVersionAcl", &[OBJECT]),
    ("s3", &["getObjectTagging"], &["VersionId"], &[], "s3:GetObjectVersionTagging", &[OBJECT]),
    ("s3", &["putObjectAcl"], &["VersionId"], &[], "s3:PutObjectVersionAcl", &[OBJECT]),
    ("s3", &["putObjectTagging"], &["VersionId"], &[], "s3:PutObjectVersionTagging", &[OBJECT]),
    ("s3", &["deleteObject"], &["VersionId"], &[], "s3:DeleteObjectVersion", &[OBJECT]),
    ("s3", &["deleteObjectTagging"], &["VersionId"], &[], "s3:DeleteObjectVersionTagging", &[OBJECT]),
    ("s3", &["deleteObjects"], &["Delete.Objects[].VersionId"], &[], "s3:DeleteObjectVersion", &[DELETED]),
];

/// Adds the needs that follow from the parameters of the request.
pub(super) fn conditional(service: &str, operation: &str, request: &Request<'_>, call: &mut ServiceCall) {
    for (of, operations, with, without, action, resources) in CONDITIONAL {
        let concerns = *of == service && (operations.is_empty() || operations.contains(&operation));
        let has = |parameter: &&str| parameter.split('|').any(|one| request.may_have(one));
        if concerns && with.iter().all(has) && !without.iter().any(|parameter| certainly(parameter, request)) {
            call.allow([*action], resources.iter().map(|&resource| resource.to_owned()).collect());
        }
    }
}

/// Returns whether a request certainly has a parameter.
pub(super) fn certainly(parameter: &str, request: &Request<'_>) -> bool {
    let values = request.find(parameter);
    !values.is_empty() && values.iter().all(Option::is_some)
}

/// Adds the action that tags, if the request sets tags on a new resource. Returns whether it did.
pub(super) fn tags(
    service: Service,
    operation: &str,
    given: &[RequestMember],
    request: &Request<'_>,
    call: &mut ServiceCall,
) -> bool {
    let gives = |one: &RequestMember| {
        let name = one.path.split(['.', '[']).next().unwrap_or_default();
        let is_tags = name.ends_with("Tags") || matches!(name, "TagList" | "TagSpecifications" | "TagSet");
        is_tags && !matches!(one.shape, Shape::Boolean) && has_tags(&one.path, request)
    };
    let is_about_tags = operation.to_ascii_lowercase().contains("tag");
    let tagging = TAGS.iter().find_map(|name| service.operation(name));
    let Some(tagging) = tagging.filter(|_| !is_about_tags && given.iter().any(gives)) else { return false };
    let mut added = false;
    for action in tagging.iam() {
        let forms: Vec<_> = action.resources().map(|form| open_form(form.arn)).collect();
        let resources = match forms.len() {
            0 => vec!["*".to_owned()],
            1..=KINDS => forms,
            _ => vec![format!("arn:${{Partition}}:{}:${{Region}}:${{Account}}:*", service.iam_prefix())],
        };
        call.allow([action.name().as_str()], resources);
        added = true;
    }
    added
}

/// Returns the forms of resources that a policy can limit an action to, without their location: `task/*/*`.
pub(super) fn forms_of(action: &str) -> Vec<String> {
    let (prefix, name) = action.split_once(':').unwrap_or_default();
    let mut letters = name.chars();
    let name: String = letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect();
    let services = Service::all().filter(|service| service.iam_prefix() == prefix);
    let operation = services.filter_map(|service| service.operation(&name)).next();
    let actions = operation.into_iter().flat_map(|operation| operation.iam()).filter(|found| found.name() == action);
    let form = |arn: &str| format!("`{}`", open_form(arn).splitn(6, ':').last().unwrap_or_default());
    actions.flat_map(|found| found.resources().map(|found| form(found.arn)).collect::<Vec<_>>()).collect()
}

/// Returns whether a parameter for tags may set some: not `PropagateTags: NONE`.
pub(super) fn has_tags(parameter: &str, request: &Request<'_>) -> bool {
    request.find(parameter).iter().flatten().any(|value| value != "NONE")
}

/// Returns the form of an ARN with `*` for each part except its location.
fn open_form(form: &str) -> String {
    with_parts(form, |part| match part {
        "Partition" | "Region" | "Account" => format!("${{{part}}}"),
        _ => "*".to_owned(),
    })
}

/// Returns the form of an ARN with another text for each part.
pub(super) fn with_parts(form: &str, mut text: impl FnMut(&str) -> String) -> String {
    let mut made = String::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once("${") {
        let (part, after) = after.split_once('}').unwrap_or((after, ""));
        made.extend([before, &text(part)]);
        rest = after;
    }
    made + rest
}

/// Adds the needs for S3 objects that a request names, or a note that they may be needed.
pub(super) fn objects(
    service: &str,
    operation: &str,
    given: &[RequestMember],
    request: &Request<'_>,
    call: &mut ServiceCall,
) {
    if service.starts_with("s3") {
        return;
    }
    // If the request has a role of its own, the service reads with that role.
    let has_role = given.iter().any(|one| one.name.to_ascii_lowercase().contains("rolearn"));
    let ours = WITH_OUR_RIGHTS.contains(&service) && !has_role;
    for open in given.iter().filter(|one| ours && one.is_open) {
        if texts_in(open.shape).iter().any(|(name, _)| is_bucket(name)) {
            let what = if open.path.is_empty() { "the request".to_owned() } else { format!("`{}`", open.path) };
            let text = format!(
                "{what} is unknown before the workflow runs: if it names an object in S3, `s3:GetObject` or `s3:PutObject` on it is needed"
            );
            call.note(NoteKind::Missing, text);
        }
    }
    for (place, resource) in places(given, request) {
        let words = format!("{operation}.{place}").to_ascii_lowercase();
        let is_written = WRITTEN.iter().any(|word| words.contains(word)) || service == "polly";
        let action = if is_written { "s3:PutObject" } else { "s3:GetObject" };
        if ours {
            call.allow([action], vec![resource]);
        } else if !has_role {
            let what = if place.is_empty() { "the request".to_owned() } else { format!("`{place}`") };
            let text = format!(
                "{what} names an object in S3: if `{service}` has no access of its own, `{action}` on it is needed"
            );
            call.note(NoteKind::Missing, text);
        }
    }
}

fn is_bucket(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("bucket") || name.ends_with("bucketname")
}

/// Returns the objects that a request names: their parameters and ARNs.
fn places(given: &[RequestMember], request: &Request<'_>) -> Vec<(String, String)> {
    let mut places = Vec::new();
    let in_s3 = |path: &str| format!("arn:${{Partition}}:s3:::{path}");
    for one in given.iter().filter(|one| matches!(one.shape, Shape::String)) {
        let lower = one.name.to_ascii_lowercase();
        if is_bucket(one.name) {
            let beside = |ends: &[&str]| {
                given.iter().find(|other| {
                    let name = other.name.to_ascii_lowercase();
                    other.path != one.path
                        && other.holder() == one.holder()
                        && ends.iter().any(|end| name.ends_with(end))
                })
            };
            let object =
                beside(&["key", "objectname", "filename"]).or_else(|| beside(&["name"]).filter(|_| lower == "bucket"));
            let path = match (object, beside(&["prefix"])) {
                (Some(object), _) => format!("{{{}}}/{{{}}}", one.path, object.path),
                (None, Some(prefix)) => format!("{{{}}}/{{{}|*:folder}}", one.path, prefix.path),
                (None, None) => format!("{{{}}}/*", one.path),
            };
            let place = if one.holder().is_empty() { one.path.clone() } else { one.holder().to_owned() };
            places.push((place, in_s3(&path)));
        } else if request.find(&one.path).iter().flatten().any(|value| value.starts_with("s3://")) {
            places.push((one.path.clone(), format!("{{{}:s3}}", one.path)));
        }
    }
    places
}
