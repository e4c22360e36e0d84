//! The names of services, operations, members and errors in Step Functions.
//!
//! SDK integrations use the names of AWS's SDK for Java 2, whose code generator derives them from the models
//! (`DefaultNamingStrategy`, `CodegenNamingUtils` and `Utils` in <https://github.com/aws/aws-sdk-java-v2>). Optimised
//! integrations use those of the SDK for Java 1.

use std::sync::LazyLock;

use regex_lite::Regex;

/// Names that Java or the SDK's classes already use. A member with such a name gets the suffix `Value`.
const JAVA_KEYWORDS: &[&str] = &[
    "abstract",
    "assert",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extends",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "goto",
    "if",
    "implements",
    "import",
    "instanceof",
    "int",
    "interface",
    "long",
    "native",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "static",
    "strictfp",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "transient",
    "true",
    "try",
    "void",
    "volatile",
    "while",
];
const SDK_METHODS: &[&str] = &[
    "equals",
    "finalize",
    "getClass",
    "hashCode",
    "notify",
    "notifyAll",
    "toString",
    "wait",
    "builder",
    "sdkFields",
    "toBuilder",
    "overrideConfiguration",
    "sdkHttpResponse",
];

/// Members that the SDK for Java 2 renames explicitly: service, shape, member, name.
const RENAMED: &[(&str, &str, &str, &str)] = &[
    ("dynamodb", "AttributeValue", "NULL", "Nul"),
    ("dynamodbstreams", "AttributeValue", "NULL", "Nul"),
    ("ec2", "Image", "Public", "PublicLaunchPermissions"),
    ("ec2", "FpgaImage", "Public", "IsPublic"),
];

/// Members that it adds explicitly, after those of the model.
const COPY_REQUESTS: &[&str] = &["CopyObjectRequest", "UploadPartCopyRequest"];
const COPY_MEMBERS: &[&str] = &["SourceBucket", "SourceKey", "SourceVersionId", "DestinationBucket", "DestinationKey"];
const COPY_OPTIONAL: &[&str] = &["CopySource", "Bucket", "Key"];

/// Returns the name of a service in a resource: `cognitoidentityprovider`.
pub(crate) fn service(id: &str) -> String {
    error_prefix(id).to_lowercase()
}

/// Returns the prefix of its errors: `CognitoIdentityProvider`.
pub(crate) fn error_prefix(id: &str) -> String {
    let name = pascal_case(id);
    let name = name.strip_prefix("Amazon").unwrap_or(&name);
    let name = name.strip_prefix("Aws").unwrap_or(name);
    name.strip_suffix("Service").unwrap_or(name).to_owned()
}

/// Returns the name of an operation in a resource: `listObjectsV2`.
pub(crate) fn operation(name: &str) -> String {
    uncapitalized(name)
}

/// Returns the name of a member in an SDK integration: `DbInstanceIdentifier`, `EqualsValue`.
pub(crate) fn sdk_member(service: &str, shape: &str, name: &str) -> String {
    if let Some((.., renamed)) = RENAMED.iter().find(|(a, b, c, _)| (*a, *b, *c) == (service, shape, name)) {
        return (*renamed).to_owned();
    }
    let mut member = uncapitalized(name);
    if JAVA_KEYWORDS.contains(&&*member.to_lowercase()) || SDK_METHODS.contains(&&*member) {
        member = uncapitalized(&format!("{member}Value"));
    }
    capitalized(&member)
}

/// Returns the name of a member in an optimised integration: `DBInstanceIdentifier`, `MD5OfMessageBody`.
pub(crate) fn optimised_member(name: &str) -> String {
    capitalized(name)
}

/// Returns the members of an SDK integration that the model does not have.
pub(crate) fn added_members(service: &str, shape: &str) -> &'static [&'static str] {
    if service == "s3" && COPY_REQUESTS.contains(&shape) { COPY_MEMBERS } else { &[] }
}

/// Returns whether another member can replace this one, which the model requires.
pub(crate) fn is_replaceable(service: &str, shape: &str, member: &str) -> bool {
    service == "s3" && COPY_REQUESTS.contains(&shape) && COPY_OPTIONAL.contains(&member)
}

/// Returns whether an SDK can invent a required member that the model marks as an idempotency token. Others identify
/// something, such as the query that `StopQueryExecution` of Athena stops.
pub(crate) fn is_invented(member: &str) -> bool {
    member.ends_with("Token") || member.ends_with("equestId")
}

/// Returns the name of an error of an SDK integration, without its prefix: `NoSuchKeyException`.
pub(crate) fn sdk_error(shape: &str) -> String {
    match shape.strip_suffix("Fault") {
        Some(start) => format!("{}Exception", pascal_case(start)),
        None if shape.ends_with("Exception") => pascal_case(shape),
        None => format!("{}Exception", pascal_case(shape)),
    }
}

/// Returns the name of an error of an optimised integration, without its prefix.
pub(crate) fn optimised_error(shape: &str) -> String {
    if shape.ends_with("Exception") {
        return shape.to_owned();
    }
    format!("{}Exception", shape.strip_suffix("Fault").unwrap_or(shape))
}

fn pascal_case(name: &str) -> String {
    words(name).iter().map(|word| capitalized(&word.to_lowercase())).collect()
}

/// Splits a name into words as the SDK does: at other characters, between cases, before `V2` and after digits.
fn words(name: &str) -> Vec<String> {
    static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let rules = [
            ("[^A-Za-z0-9]+", " "),
            ("([^a-z]{2,})v([0-9]+)", "$1 v$2 "),
            ("([^A-Z]{2,})V([0-9]+)", "$1 V$2 "),
            // The next word is only read ahead, so that it can be split as well.
            ("\u{0}", ""),
            ("([A-Z]+)([A-Z][a-z])", "$1 $2"),
            ("([0-9])([a-zA-Z])", "$1 $2"),
        ];
        rules.into_iter().filter_map(|(rule, with)| Some((Regex::new(rule).ok()?, with))).collect()
    });
    let mut text = name.to_owned();
    for (rule, with) in RULES.iter() {
        text = if rule.as_str() == "\u{0}" {
            split_at_capitals(&text)
        } else {
            rule.replace_all(&text, *with).into_owned()
        };
    }
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Separates a lower-case letter from a capital that is followed by another letter or digit.
fn split_at_capitals(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut split = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let after = letters.get(index + 1);
        if letter.is_ascii_uppercase()
            && before.is_some_and(char::is_ascii_lowercase)
            && after.is_some_and(char::is_ascii_alphanumeric)
        {
            split.push(' ');
        }
        split.push(*letter);
    }
    split
}

/// Returns the name with a lower-case first letter. A leading acronym becomes lower case, except for the letter that
/// starts the next word.
fn uncapitalized(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let upper = |index: usize| letters.get(index).is_some_and(char::is_ascii_uppercase);
    let lower = |index: usize| letters.get(index).is_some_and(char::is_ascii_lowercase);
    let mut end = 1;
    while upper(end) && !lower(end + 1) {
        end += 1;
    }
    letters
        .iter()
        .enumerate()
        .map(|(index, letter)| if index < end { letter.to_ascii_lowercase() } else { *letter })
        .collect()
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_named_as_the_sdk_names_them() {
        for (id, name, prefix) in [
            ("SFN", "sfn", "Sfn"),
            ("DynamoDB", "dynamodb", "DynamoDb"),
            ("Cognito Identity Provider", "cognitoidentityprovider", "CognitoIdentityProvider"),
            ("Database Migration Service", "databasemigration", "DatabaseMigration"),
            ("Lex Runtime Service", "lexruntime", "LexRuntime"),
            ("ACM PCA", "acmpca", "AcmPca"),
            ("WAFV2", "wafv2", "Wafv2"),
            ("FSx", "fsx", "FSx"),
            ("IoTSiteWise", "iotsitewise", "IoTSiteWise"),
            ("IoT Wireless", "iotwireless", "IotWireless"),
            ("imagebuilder", "imagebuilder", "Imagebuilder"),
        ] {
            assert_eq!((service(id), error_prefix(id)), (name.to_owned(), prefix.to_owned()));
        }
    }

    #[test]
    fn members_are_named_as_the_sdk_names_them() {
        for (member, name) in [
            ("DBInstanceIdentifier", "DbInstanceIdentifier"),
            ("SSEKMSKeyId", "SsekmsKeyId"),
            ("ACL", "Acl"),
            ("SNSTopicArn", "SnsTopicArn"),
            ("MD5OfBody", "Md5OfBody"),
            ("TemplateURL", "TemplateURL"),
            ("PerformAutoML", "PerformAutoML"),
            ("MultiAZ", "MultiAZ"),
            ("ETag", "ETag"),
            ("ChecksumCRC32", "ChecksumCRC32"),
            ("equals", "EqualsValue"),
            ("Equals", "EqualsValue"),
            ("return", "ReturnValue"),
            ("", ""),
        ] {
            assert_eq!(sdk_member("x", "Y", member), name);
        }
        assert_eq!(sdk_member("dynamodb", "AttributeValue", "NULL"), "Nul");
        assert_eq!(sdk_member("dynamodb", "AttributeValue", "BOOL"), "Bool");
        assert_eq!(sdk_member("ec2", "Image", "Public"), "PublicLaunchPermissions");
        assert_eq!(optimised_member("awsvpcConfiguration"), "AwsvpcConfiguration");
    }

    #[test]
    fn errors_end_in_exception() {
        for (shape, sdk, optimised) in [
            ("NoSuchKey", "NoSuchKeyException", "NoSuchKeyException"),
            ("DBInstanceNotFoundFault", "DbInstanceNotFoundException", "DBInstanceNotFoundException"),
            ("ResourceNotFoundException", "ResourceNotFoundException", "ResourceNotFoundException"),
        ] {
            assert_eq!((sdk_error(shape), optimised_error(shape)), (sdk.to_owned(), optimised.to_owned()));
        }
    }

    #[test]
    fn operations_lose_one_capital() {
        assert_eq!(operation("DescribeDBInstances"), "describeDBInstances");
        assert_eq!(operation("ListObjectsV2"), "listObjectsV2");
    }
}
