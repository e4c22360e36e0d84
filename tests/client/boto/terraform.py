"""What Terraform's AWS provider asks for an `aws_sfn_state_machine` that is made, read, changed and destroyed."""

import json
import time

from clients import client

calls = client()
ok = calls.ok
ROLE = "arn:aws:iam::123456789012:role/r"


def definition(seconds):
    return json.dumps({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": seconds, "End": True}}})


def read(arn):
    """A refresh: everything that a plan compares."""
    described = ok("describe_state_machine", stateMachineArn=arn)
    versions = ok("list_state_machine_versions", stateMachineArn=arn)["stateMachineVersions"]
    tags = ok("list_tags_for_resource", resourceArn=arn)["tags"]
    return described, [version["stateMachineVersionArn"] for version in versions], {tag["key"]: tag["value"] for tag in tags}


created = ok(
    "create_state_machine",
    name="Made",
    definition=definition(600),
    roleArn=ROLE,
    type="STANDARD",
    publish=True,
    versionDescription="",
    loggingConfiguration={"level": "OFF", "includeExecutionData": False},
    tracingConfiguration={"enabled": False},
    encryptionConfiguration={"type": "AWS_OWNED_KEY"},
    tags=[{"key": "Name", "value": "made"}],
)
arn = created["stateMachineArn"]
assert created["stateMachineVersionArn"] == arn + ":1", created
described, versions, tags = read(arn)
assert (described["status"], described["name"], described["type"]) == ("ACTIVE", "Made", "STANDARD"), described
assert described["definition"] == definition(600) and described["roleArn"] == ROLE, described
assert described["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}, described
assert described["tracingConfiguration"] == {"enabled": False}, described
assert described["encryptionConfiguration"] == {"type": "AWS_OWNED_KEY"}, described
assert (versions, tags) == ([arn + ":1"], {"Name": "made"}), (versions, tags)

# A second apply of the same finds nothing to do.
assert read(arn) == (described, versions, tags)

updated = ok(
    "update_state_machine",
    stateMachineArn=arn,
    definition=definition(900),
    roleArn=ROLE + "2",
    publish=True,
    loggingConfiguration={"level": "OFF", "includeExecutionData": False},
    tracingConfiguration={"enabled": True},
    encryptionConfiguration={"type": "AWS_OWNED_KEY"},
)
ok("tag_resource", resourceArn=arn, tags=[{"key": "Stage", "value": "two"}])
ok("untag_resource", resourceArn=arn, tagKeys=["Name"])
described, versions, tags = read(arn)
assert described["revisionId"] == updated["revisionId"] and updated["stateMachineVersionArn"] == arn + ":2", updated
assert (described["definition"], described["roleArn"]) == (definition(900), ROLE + "2"), described
assert described["tracingConfiguration"] == {"enabled": True}, described
assert (versions, tags) == ([arn + ":2", arn + ":1"], {"Stage": "two"}), (versions, tags)

# It is destroyed while an execution runs, and is gone when that has ended.
execution = ok("start_execution", stateMachineArn=arn)["executionArn"]
ok("delete_state_machine", stateMachineArn=arn)
assert ok("describe_state_machine", stateMachineArn=arn)["status"] == "DELETING"
ok("stop_execution", executionArn=execution)
for _ in range(200):
    described, refused = calls.client.call("describe_state_machine", stateMachineArn=arn)
    if refused:
        break
    time.sleep(0.02)
assert refused and refused[0] == "StateMachineDoesNotExist", (described, refused)
