"""Every operation of the Step Functions API, with good and bad input, by a client that knows only the endpoint."""

import json
import time

from clients import client

ROLE = "arn:aws:iam::123456789012:role/r"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:"
calls = client()
ok, refused = calls.ok, calls.refused


def one(state):
    return json.dumps({"StartAt": "A", "States": {"A": state}})


PASS = one({"Type": "Pass", "End": True})


def machine(name, definition, **more):
    return ok("create_state_machine", name=name, definition=definition, roleArn=ROLE, **more)["stateMachineArn"]


def start(arn, **more):
    return ok("start_execution", stateMachineArn=arn, **more)["executionArn"]


def ended(arn):
    for _ in range(400):
        described = ok("describe_execution", executionArn=arn)
        if described["status"] != "RUNNING":
            return described
        time.sleep(0.02)
    raise AssertionError(f"{arn} does not end")


def constraint(member, words):
    return f"at '{member}' failed to satisfy constraint: Member must {words}"


# State machines.
arn = MACHINE + "First"
logs = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/first:*"
logging = {
    "level": "ERROR",
    "includeExecutionData": True,
    "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": logs}}],
}
whole = {
    "name": "First",
    "definition": json.dumps(
        {
            "StartAt": "A",
            "States": {
                "A": {"Type": "Pass", "Assign": {"x": 1, "y": 2}, "Next": "B"},
                "B": {"Type": "Pass", "Parameters": {"x.$": "$x", "y.$": "$y"}, "End": True},
            },
        }
    ),
    "roleArn": ROLE,
    "type": "STANDARD",
    "publish": True,
    "versionDescription": "the first",
    "tags": [{"key": "team", "value": "shop"}, {"key": "stage", "value": ""}],
    "loggingConfiguration": logging,
    "tracingConfiguration": {"enabled": True},
    "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
}
created = ok("create_state_machine", **whole)
assert (created["stateMachineArn"], created["stateMachineVersionArn"]) == (arn, arn + ":1"), created
assert ok("create_state_machine", **whole) == created
# Role and tags are not compared.
assert ok("create_state_machine", **{**whole, "tags": [], "roleArn": ROLE + "2"}) == created
described = ok("describe_state_machine", stateMachineArn=arn)
assert set(described) == {
    *("stateMachineArn", "name", "status", "definition", "roleArn", "type", "creationDate"),
    *("loggingConfiguration", "tracingConfiguration", "encryptionConfiguration", "variableReferences"),
}, described
assert (described["status"], described["type"], described["roleArn"]) == ("ACTIVE", "STANDARD", ROLE)
assert (described["definition"], described["loggingConfiguration"]) == (whole["definition"], logging)
assert (described["tracingConfiguration"], described["variableReferences"]) == ({"enabled": True}, {"B": ["x", "y"]})
version = ok("describe_state_machine", stateMachineArn=arn + ":1")
assert (version["stateMachineArn"], version["description"]) == (arn + ":1", "the first"), version
less = ok("describe_state_machine", stateMachineArn=arn, includedData="METADATA_ONLY")
assert "variableReferences" not in less and less["definition"] != whole["definition"], less
refused("create_state_machine", "ValidationException", "3 validation errors detected: Value null at 'name'")
bad = {"name": "Bad", "definition": PASS, "roleArn": ROLE}
for changed, code, message in [
    ({"name": ""}, "ValidationException", constraint("name", "have length greater than or equal to 1")),
    ({"name": "a" * 81}, "ValidationException", constraint("name", "have length less than or equal to 80")),
    ({"name": "a b"}, "InvalidName", "Invalid Name: 'a b'"),
    ({"roleArn": "nobody"}, "InvalidArn", "Invalid Role Arn: 'nobody'"),
    ({"type": "OTHER"}, "ValidationException", "satisfy enum value set: [STANDARD, EXPRESS]"),
    ({"definition": ""}, "InvalidDefinition", "Definition must be a valid JSON object"),
    ({"definition": "not json"}, "InvalidDefinition", "INVALID_JSON_DESCRIPTION: Unrecognized token 'not'"),
    ({"definition": one({"Type": "Pass", "Next": "B"})}, "InvalidDefinition", "MISSING_TRANSITION_TARGET"),
    ({"versionDescription": "v"}, "ValidationException", "can only be set when publish is true"),
    ({"tags": [{"key": "aws:a", "value": "b"}]}, "ValidationException", "aws:"),
    ({"tags": [{"key": str(n), "value": "v"} for n in range(51)]}, "TooManyTags", ""),
    ({"tags": [{"key": "", "value": "v"}]}, "ValidationException", "tags.1.member.key"),
    ({"loggingConfiguration": {"level": "ALL"}}, "InvalidLoggingConfiguration", "exactly one Log Destination"),
    (
        {"loggingConfiguration": {**logging, "destinations": logging["destinations"] * 2}},
        "InvalidLoggingConfiguration",
        "Invalid Logging Configuration: Must specify exactly one Log Destination.",
    ),
    ({"loggingConfiguration": {"level": "SOME"}}, "ValidationException", "[ALL, ERROR, FATAL, OFF]"),
    ({"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY"}}, "InvalidEncryptionConfiguration", ""),
    ({"definition": 7}, "SerializationException", ""),
    ({"name": "First"}, "StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'"),
]:
    refused("create_state_machine", code, message, **{**bad, **changed})
refused("describe_state_machine", "StateMachineDoesNotExist", f"'{MACHINE}Nobody'", stateMachineArn=MACHINE + "Nobody")
refused("describe_state_machine", "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: x'", stateMachineArn="x")
updated = ok("update_state_machine", stateMachineArn=arn, definition=PASS, publish=True, versionDescription="second")
assert (updated["stateMachineVersionArn"], bool(updated["revisionId"])) == (arn + ":2", True), updated
same = ok("update_state_machine", stateMachineArn=arn, definition=PASS, publish=True)
assert (same["revisionId"], same["stateMachineVersionArn"]) == (updated["revisionId"], arn + ":2"), same
refused("update_state_machine", "MissingRequiredParameter", "Either the definition, the role ARN", stateMachineArn=arn)
refused("update_state_machine", "InvalidDefinition", stateMachineArn=arn, definition="[]")
refused("update_state_machine", "StateMachineDoesNotExist", stateMachineArn=arn + "x", definition=PASS)
listed = ok("list_state_machines", maxResults=1000)["stateMachines"]
assert [item["stateMachineArn"] for item in listed] == [arn], listed
assert set(listed[0]) == {"stateMachineArn", "name", "type", "creationDate"}, listed
refused("list_state_machines", "ValidationException", "less than or equal to 1000", maxResults=1001)
refused("list_state_machines", "InvalidToken", "Invalid Token: 'Invalid token'", nextToken="x")

# Versions and aliases.
published = ok("publish_state_machine_version", stateMachineArn=arn, revisionId=updated["revisionId"])
assert published["stateMachineVersionArn"] == arn + ":2", published
refused(
    "publish_state_machine_version",
    "ConflictException",
    f"Failed to publish the State Machine version for revision old. The current State Machine revision is {updated['revisionId']}.",
    409,
    stateMachineArn=arn,
    revisionId="old",
)
versions = ok("list_state_machine_versions", stateMachineArn=arn)["stateMachineVersions"]
assert [item["stateMachineVersionArn"] for item in versions] == [arn + ":2", arn + ":1"], versions
first = ok("list_state_machine_versions", stateMachineArn=arn, maxResults=1)
rest = ok("list_state_machine_versions", stateMachineArn=arn, maxResults=1, nextToken=first["nextToken"])
assert first["stateMachineVersions"] + rest["stateMachineVersions"] == versions and "nextToken" not in rest
routes = [{"stateMachineVersionArn": arn + ":1", "weight": 10}, {"stateMachineVersionArn": arn + ":2", "weight": 90}]
alias = ok("create_state_machine_alias", name="prod", description="d", routingConfiguration=routes)
alias = alias["stateMachineAliasArn"]
assert alias == arn + ":prod", alias
aliased = ok("describe_state_machine_alias", stateMachineAliasArn=alias)
assert (aliased["name"], aliased["description"], aliased["routingConfiguration"]) == ("prod", "d", routes), aliased
for wrong, code, message in [
    ([{**routes[0], "weight": 9}, routes[1]], "ValidationException", "must equal 100. Received: [9, 90]"),
    ([{**routes[0], "weight": 50}] * 2, "ValidationException", "must contain distinct state machine version ARNs"),
    ([{**routes[0], "stateMachineVersionArn": arn, "weight": 100}], "ValidationException", "version ARNs. Received"),
    ([{"stateMachineVersionArn": arn + ":9", "weight": 100}], "ResourceNotFound", "does not exist."),
    ([], "ValidationException", "have length greater than or equal to 1"),
    ([{**routes[0], "weight": 101}], "ValidationException", "routingConfiguration.1.member.weight"),
]:
    refused("create_state_machine_alias", code, message, name="other", routingConfiguration=wrong)
refused("create_state_machine_alias", "ValidationException", "'12'", name="12", routingConfiguration=routes)
refused(
    "create_state_machine_alias",
    "ConflictException",
    "an alias with the same name and a different routing configuration already exists.",
    409,
    name="prod",
    routingConfiguration=[{**routes[1], "weight": 100}],
)
assert "updateDate" in ok("update_state_machine_alias", stateMachineAliasArn=alias, description="e")
refused("update_state_machine_alias", "ValidationException", stateMachineAliasArn=alias)
refused("update_state_machine_alias", "ResourceNotFound", stateMachineAliasArn=alias + "x", description="e")
aliases = ok("list_state_machine_aliases", stateMachineArn=arn)["stateMachineAliases"]
assert [item["stateMachineAliasArn"] for item in aliases] == [alias], aliases
refused(
    "delete_state_machine_version",
    "ConflictException",
    "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [prod]",
    409,
    stateMachineVersionArn=arn + ":1",
)
through = ended(start(alias))
assert (through["stateMachineAliasArn"], through["stateMachineArn"]) == (alias, arn), through
assert through["stateMachineVersionArn"] in (arn + ":1", arn + ":2"), through
ok("delete_state_machine_alias", stateMachineAliasArn=alias)
refused("describe_state_machine_alias", "ResourceNotFound", stateMachineAliasArn=alias)
ok("delete_state_machine_version", stateMachineVersionArn=arn + ":1")

# Tags.
ok("tag_resource", resourceArn=arn, tags=[{"key": "team", "value": "depot"}, {"key": "new", "value": "n"}])
ok("untag_resource", resourceArn=arn, tagKeys=["stage", "unknown"])
tags = ok("list_tags_for_resource", resourceArn=arn)["tags"]
assert sorted((tag["key"], tag["value"]) for tag in tags) == [("new", "n"), ("team", "depot")], tags
for operation, more in [("tag_resource", {"tags": []}), ("untag_resource", {"tagKeys": []}), ("list_tags_for_resource", {})]:
    refused(operation, "ResourceNotFound", f"Resource not found: '{arn}x'", resourceArn=arn + "x", **more)
    refused(operation, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: x'", resourceArn="x", **more)
refused("tag_resource", "TooManyTags", resourceArn=arn, tags=[{"key": str(n), "value": ""} for n in range(50)])
refused("tag_resource", "ValidationException", "tags.1.member.value", resourceArn=arn, tags=[{"key": "k", "value": "v" * 257}])

# Executions.
execution = start(arn, name="e1", input='{"a": 1}', traceHeader="Root=1")
assert execution == arn.replace("stateMachine", "execution") + ":e1", execution
described = ended(execution)
assert (described["status"], described["input"], described["output"]) == ("SUCCEEDED", '{"a": 1}', '{"a":1}'), described
assert (described["inputDetails"], described["outputDetails"]) == ({"included": True}, {"included": True})
assert (described["redriveCount"], described["redriveStatus"]) == (0, "NOT_REDRIVABLE"), described
assert (described["redriveStatusReason"], described["traceHeader"]) == (
    "Execution is SUCCEEDED and cannot be redriven",
    "Root=1",
), described
less = ok("describe_execution", executionArn=execution, includedData="METADATA_ONLY")
assert "input" not in less and "output" not in less and less["inputDetails"] == {"included": False}, less
history = ok("get_execution_history", executionArn=execution)["events"]
assert [event["type"] for event in history] == [
    *("ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded")
], history
assert history[0]["executionStartedEventDetails"] == {
    "input": '{"a":1}',
    "inputDetails": {"truncated": False},
    "roleArn": ROLE,
}, history[0]
backwards = ok("get_execution_history", executionArn=execution, reverseOrder=True, maxResults=3)
more = ok(
    "get_execution_history", executionArn=execution, reverseOrder=True, maxResults=3, nextToken=backwards["nextToken"]
)
assert [event["id"] for event in backwards["events"] + more["events"]] == [4, 3, 2, 1]
bare = ok("get_execution_history", executionArn=execution, includeExecutionData=False)["events"]
assert "input" not in bare[0]["executionStartedEventDetails"], bare[0]
of = ok("describe_state_machine_for_execution", executionArn=execution)
assert (of["stateMachineArn"], of["name"], of["definition"]) == (arn, "First", PASS), of
assert of["revisionId"] == updated["revisionId"] and "updateDate" in of, of
executions = ok("list_executions", stateMachineArn=arn, statusFilter="SUCCEEDED")["executions"]
assert executions[0]["executionArn"] == execution and len(executions) == 2, executions
assert ok("list_executions", stateMachineArn=arn, statusFilter="FAILED")["executions"] == []
for wrong, code, message in [
    ({"name": "e1"}, "ExecutionAlreadyExists", f"Execution Already Exists: '{execution}'"),
    ({"name": "a/b"}, "InvalidName", "Invalid Name: 'a/b'"),
    ({"name": "a" * 81}, "ValidationException", constraint("name", "have length less than or equal to 80")),
    ({"input": ""}, "InvalidExecutionInput", "'Invalid execution input.'"),
    ({"input": "nope"}, "InvalidExecutionInput", "Unrecognized token 'nope': was expecting (JSON String, Number,"),
    ({"stateMachineArn": arn + "x"}, "StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}x'"),
    ({"stateMachineArn": arn + ":9"}, "StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}:9'"),
    ({"stateMachineArn": execution}, "InvalidArn", "Resource type not valid in this context: execution"),
    ({"stateMachineArn": arn + "/Label"}, "ValidationException", ""),
]:
    refused("start_execution", code, message, **{"stateMachineArn": arn, **wrong})
for operation in ["describe_execution", "get_execution_history", "stop_execution", "redrive_execution", "list_map_runs"]:
    refused(operation, "ExecutionDoesNotExist", f"Execution Does Not Exist: '{execution}x'", executionArn=execution + "x")
    refused(operation, "InvalidArn", "Invalid Arn: ", executionArn="x")
refused("get_execution_history", "InvalidToken", executionArn=execution, nextToken="x")
refused("list_executions", "ValidationException")
refused("list_executions", "ValidationException", "satisfy enum value set", stateMachineArn=arn, statusFilter="DONE")
refused("list_executions", "StateMachineDoesNotExist", stateMachineArn=arn + "x")
sleeper = machine("Sleeper", one({"Type": "Wait", "Seconds": 600, "End": True}))
asleep = start(sleeper, name="z", input="1")
assert start(sleeper, name="z", input="1") == asleep
refused("start_execution", "ExecutionAlreadyExists", stateMachineArn=sleeper, name="z", input="2")
refused("redrive_execution", "ExecutionNotRedrivable", "Execution is RUNNING and cannot be redriven", executionArn=asleep)
assert "stopDate" in ok("stop_execution", executionArn=asleep, error="Enough", cause="of it")
described = ended(asleep)
assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Enough", "of it"), described
assert described["redriveStatus"] == "REDRIVABLE" and "output" not in described, described
refused("stop_execution", "ValidationException", "at 'error'", executionArn=asleep, error="e" * 257)
failing = machine("Failing", one({"Type": "Fail", "Error": "E", "Cause": "c"}))
failed = start(failing)
assert ended(failed)["status"] == "FAILED"
assert "redriveDate" in ok("redrive_execution", executionArn=failed, clientToken="once")
time.sleep(0.2)
described = ended(failed)
assert (described["status"], described["redriveCount"]) == ("FAILED", 1) and "redriveDate" in described, described
refused("redrive_execution", "ValidationException", "clientToken", executionArn=failed, clientToken="")

# Express.
express = machine("Express", PASS, type="EXPRESS")
sync = ok("start_sync_execution", stateMachineArn=express, name="s", input='{"b":2}', traceHeader="Root=2")
assert set(sync) == {
    *("executionArn", "stateMachineArn", "name", "startDate", "stopDate", "status", "input", "inputDetails"),
    *("output", "outputDetails", "traceHeader", "billingDetails"),
}, sync
assert (sync["status"], sync["output"], sync["name"]) == ("SUCCEEDED", '{"b":2}', "s"), sync
assert sync["executionArn"].startswith(express.replace("stateMachine", "express") + ":s:"), sync
assert sync["billingDetails"] == {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 100}, sync
broken = machine("Broken", one({"Type": "Fail", "Error": "E", "Cause": "c"}), type="EXPRESS")
sync = ok("start_sync_execution", stateMachineArn=broken)
assert (sync["status"], sync["error"], sync["cause"]) == ("FAILED", "E", "c") and "output" not in sync, sync
quick = start(express, name="s")
assert quick != start(express, name="s")
for operation in ["describe_execution", "get_execution_history", "stop_execution", "redrive_execution"]:
    refused(operation, "InvalidArn", "Resource type not valid in this context: express", executionArn=quick)
unsupported = "This operation is not supported by this type of state machine"
refused("list_executions", "StateMachineTypeNotSupported", unsupported, stateMachineArn=express)
refused("start_sync_execution", "StateMachineTypeNotSupported", unsupported, stateMachineArn=arn)

# Activities and tasks.
activity = ok("create_activity", name="Worker", tags=[{"key": "a", "value": "b"}])
assert ok("create_activity", name="Worker") == activity
activity = activity["activityArn"]
described = ok("describe_activity", activityArn=activity)
assert described["name"] == "Worker" and described["encryptionConfiguration"] == {"type": "AWS_OWNED_KEY"}, described
assert ok("list_tags_for_resource", resourceArn=activity)["tags"] == [{"key": "a", "value": "b"}]
assert [item["activityArn"] for item in ok("list_activities")["activities"]] == [activity]
refused("create_activity", "InvalidName", "Invalid Name: 'a b'", name="a b")
refused("describe_activity", "ActivityDoesNotExist", f"Activity Does Not Exist: '{activity}x'", activityArn=activity + "x")
refused("get_activity_task", "ActivityDoesNotExist", activityArn=activity + "x")
working = machine("Working", one({"Type": "Task", "Resource": activity, "HeartbeatSeconds": 60, "End": True}))
done, undone = start(working, input='"first"'), start(working, input='"second"')
task = ok("get_activity_task", activityArn=activity, workerName="w")
assert task["input"] in ('"first"', '"second"'), task
if task["input"] != '"first"':
    done, undone = undone, done
ok("send_task_heartbeat", taskToken=task["taskToken"])
refused("send_task_success", "InvalidOutput", "Invalid Output: ", taskToken=task["taskToken"], output="nope")
ok("send_task_success", taskToken=task["taskToken"], output='{"by":"w"}')
assert ended(done)["output"] == '{"by":"w"}'
refused("send_task_success", "TaskTimedOut", "Task Timed Out: ", taskToken=task["taskToken"], output="1")
task = ok("get_activity_task", activityArn=activity)
ok("send_task_failure", taskToken=task["taskToken"], error="Worse", cause="c")
described = ended(undone)
assert (described["status"], described["error"], described["cause"]) == ("FAILED", "Worse", "c"), described
for operation, more in [("send_task_success", {"output": "1"}), ("send_task_failure", {}), ("send_task_heartbeat", {})]:
    refused(operation, "InvalidToken", "Invalid Token: 'Invalid token'", taskToken="x", **more)
ok("delete_activity", activityArn=activity)
ok("delete_activity", activityArn=activity)
refused("describe_activity", "ActivityDoesNotExist", activityArn=activity)

# Map runs.
items = {"StartAt": "P", "States": {"P": {"Type": "Wait", "SecondsPath": "$", "End": True}}}
mode = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
each = {"Type": "Map", "Label": "Each", "MaxConcurrency": 2, "ItemProcessor": {**mode, **items}, "End": True}
mapping = machine("Mapping", one(each))
parent = start(mapping, input="[0, 0, 600]")
for _ in range(400):
    runs = ok("list_map_runs", executionArn=parent)["mapRuns"]
    if runs:
        break
    time.sleep(0.02)
run = runs[0]["mapRunArn"]
assert (runs[0]["executionArn"], runs[0]["stateMachineArn"]) == (parent, mapping + "/Each"), runs
described = ok("describe_map_run", mapRunArn=run)
assert (described["status"], described["maxConcurrency"], described["toleratedFailurePercentage"]) == ("RUNNING", 2, 0.0)
assert set(described["itemCounts"]) == set(described["executionCounts"]) == {
    *("pending", "running", "succeeded", "failed", "timedOut", "aborted", "total", "resultsWritten"),
    *("failuresNotRedrivable", "pendingRedrive"),
}, described
ok("update_map_run", mapRunArn=run, maxConcurrency=5, toleratedFailureCount=1, toleratedFailurePercentage=50.0)
described = ok("describe_map_run", mapRunArn=run)
assert (described["maxConcurrency"], described["toleratedFailureCount"]) == (5, 1), described
assert described["toleratedFailurePercentage"] == 50.0, described
refused("update_map_run", "ValidationException", mapRunArn=run)
refused("update_map_run", "ValidationException", "at 'maxConcurrency'", mapRunArn=run, maxConcurrency=-1)
for operation in ["describe_map_run", "update_map_run"]:
    refused(operation, "ResourceNotFound", f"Resource not found: '{run}x'", mapRunArn=run + "x", **({"maxConcurrency": 1} if operation == "update_map_run" else {}))
children = ok("list_executions", mapRunArn=run)["executions"]
assert len(children) == 3 and all(child["mapRunArn"] == run for child in children), children
child = ok("describe_execution", executionArn=children[0]["executionArn"])
assert (child["mapRunArn"], child["stateMachineArn"]) == (run, mapping + "/Each"), child
ok("stop_execution", executionArn=parent)
assert ended(parent)["status"] == "ABORTED"
refused("update_map_run", "ValidationException", mapRunArn=run, maxConcurrency=1)

# What needs no state machine.
assert ok("validate_state_machine_definition", definition=PASS) == {"result": "OK", "diagnostics": [], "truncated": False}
checked = ok("validate_state_machine_definition", definition=one({"Type": "Pass", "Next": "B"}), maxResults=1)
assert (checked["result"], checked["diagnostics"][0]["code"]) == ("FAIL", "MISSING_TRANSITION_TARGET"), checked
refused("validate_state_machine_definition", "ValidationException", definition=PASS, maxResults=101)
tested = ok("test_state", definition=json.dumps({"Type": "Pass", "Result": 7, "Next": "B"}), input="1")
assert tested == {"output": "7", "nextState": "B", "status": "SUCCEEDED"}, tested
invoke = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "End": True,
}
tested = ok("test_state", definition=json.dumps(invoke), input="{}", mock={"result": '{"Payload": 1, "StatusCode": 200}'})
assert tested["status"] == "SUCCEEDED", tested
refused("test_state", "InvalidDefinition", definition="{}", roleArn=ROLE)
refused("test_state", "ValidationException", "RoleArn must be specified", definition=json.dumps(invoke))

# Deletion.
waiting = start(sleeper)
ok("delete_state_machine", stateMachineArn=sleeper)
assert ok("describe_state_machine", stateMachineArn=sleeper)["status"] == "DELETING"
deleting = f"State Machine is being deleted: '{sleeper}'"
refused("start_execution", "StateMachineDeleting", deleting, stateMachineArn=sleeper)
refused("update_state_machine", "StateMachineDeleting", deleting, stateMachineArn=sleeper, definition=PASS)
refused("publish_state_machine_version", "StateMachineDeleting", deleting, stateMachineArn=sleeper)
refused("create_state_machine", "StateMachineDeleting", deleting, name="Sleeper", definition=PASS, roleArn=ROLE)
ok("stop_execution", executionArn=waiting)
for _ in range(200):
    if sleeper not in [item["stateMachineArn"] for item in ok("list_state_machines")["stateMachines"]]:
        break
    time.sleep(0.02)
refused("describe_state_machine", "StateMachineDoesNotExist", stateMachineArn=sleeper)
for name in ["First", "Sleeper", "Failing", "Express", "Broken", "Working", "Mapping", "Nobody"]:
    ok("delete_state_machine", stateMachineArn=MACHINE + name)
assert ok("list_state_machines")["stateMachines"] == []
refused("delete_state_machine", "InvalidArn", "Invalid Arn: ", stateMachineArn="x")

missing = calls.client.all_operations() - calls.client.called
assert not missing, f"not called: {missing}"
print(f"{len(calls.client.called)} operations")
