"""What the API's model says of the members of requests, of all operations: each is broken alone, and must be refused.

Requests are sent as they are, since boto3 cannot write some of them.
"""

import json
import os
import urllib.error
import urllib.request

from clients import client

ROLE = "arn:aws:iam::123456789012:role/r"
calls = client()
ok, refused = calls.ok, calls.refused
definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
machine = ok("create_state_machine", name="M", definition=definition, roleArn=ROLE, publish=True)["stateMachineArn"]
express = ok("create_state_machine", name="E", definition=definition, roleArn=ROLE, type="EXPRESS")["stateMachineArn"]
execution = ok("start_execution", stateMachineArn=machine)["executionArn"]
activity = ok("create_activity", name="A")["activityArn"]
routes = [{"stateMachineVersionArn": machine + ":1", "weight": 100}]
alias = ok("create_state_machine_alias", name="alias", routingConfiguration=routes)["stateMachineAliasArn"]
map_run = machine.replace("stateMachine", "mapRun") + "/L:1"
group = {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:g:*"}}
configured = {
    "loggingConfiguration": {"level": "ALL", "includeExecutionData": True, "destinations": [group]},
    "tracingConfiguration": {"enabled": True},
    "encryptionConfiguration": {
        "type": "CUSTOMER_MANAGED_KMS_KEY",
        "kmsKeyId": "alias/k",
        "kmsDataKeyReusePeriodSeconds": 60,
    },
}
tags = [{"key": "k", "value": "v"}]
page = {"maxResults": 1, "nextToken": "x"}
REQUESTS = {
    "create_activity": {"name": "A", "tags": tags, "encryptionConfiguration": configured["encryptionConfiguration"]},
    "create_state_machine": {
        **configured,
        **{"name": "M", "definition": definition, "roleArn": ROLE, "type": "STANDARD", "tags": tags},
        **{"publish": True, "versionDescription": "d"},
    },
    "create_state_machine_alias": {"name": "other", "description": "d", "routingConfiguration": routes},
    "delete_activity": {"activityArn": activity},
    "delete_state_machine": {"stateMachineArn": machine},
    "delete_state_machine_alias": {"stateMachineAliasArn": alias},
    "delete_state_machine_version": {"stateMachineVersionArn": machine + ":1"},
    "describe_activity": {"activityArn": activity},
    "describe_execution": {"executionArn": execution, "includedData": "ALL_DATA"},
    "describe_map_run": {"mapRunArn": map_run},
    "describe_state_machine": {"stateMachineArn": machine, "includedData": "ALL_DATA"},
    "describe_state_machine_alias": {"stateMachineAliasArn": alias},
    "describe_state_machine_for_execution": {"executionArn": execution, "includedData": "ALL_DATA"},
    "get_activity_task": {"activityArn": activity, "workerName": "w"},
    "get_execution_history": {
        **page,
        **{"executionArn": execution, "reverseOrder": True, "includeExecutionData": True},
    },
    "list_activities": page,
    "list_executions": {
        **page,
        **{"stateMachineArn": machine, "statusFilter": "RUNNING", "mapRunArn": map_run, "redriveFilter": "REDRIVEN"},
    },
    "list_map_runs": {**page, "executionArn": execution},
    "list_state_machine_aliases": {**page, "stateMachineArn": machine},
    "list_state_machine_versions": {**page, "stateMachineArn": machine},
    "list_state_machines": page,
    "list_tags_for_resource": {"resourceArn": machine},
    "publish_state_machine_version": {"stateMachineArn": machine, "revisionId": "r", "description": "d"},
    "redrive_execution": {"executionArn": execution, "clientToken": "t"},
    "send_task_failure": {"taskToken": "t", "error": "e", "cause": "c"},
    "send_task_heartbeat": {"taskToken": "t"},
    "send_task_success": {"taskToken": "t", "output": "1"},
    "start_execution": {"stateMachineArn": machine, "name": "n", "input": "1", "traceHeader": "t"},
    "start_sync_execution": {
        **{"stateMachineArn": express, "name": "n", "input": "1", "traceHeader": "t", "includedData": "ALL_DATA"},
    },
    "stop_execution": {"executionArn": execution, "error": "e", "cause": "c"},
    "tag_resource": {"resourceArn": machine, "tags": tags},
    "test_state": {
        **{"definition": '{"Type":"Pass","End":true}', "roleArn": ROLE, "input": "1", "inspectionLevel": "INFO"},
        **{"revealSecrets": True, "variables": "{}", "stateName": "A", "context": "{}"},
        "mock": {"result": "1", "errorOutput": {"error": "e", "cause": "c"}, "fieldValidationMode": "STRICT"},
        "stateConfiguration": {
            **{"retrierRetryCount": 1, "errorCausedByState": "A", "mapIterationFailureCount": 1},
            "mapItemReaderData": "[]",
        },
    },
    "untag_resource": {"resourceArn": machine, "tagKeys": ["k"]},
    "update_map_run": {
        **{"mapRunArn": map_run, "maxConcurrency": 1, "toleratedFailurePercentage": 1.5, "toleratedFailureCount": 1},
    },
    "update_state_machine": {
        **configured,
        **{"stateMachineArn": machine, "definition": definition, "roleArn": ROLE, "publish": True},
        "versionDescription": "d",
    },
    "update_state_machine_alias": {"stateMachineAliasArn": alias, "description": "d", "routingConfiguration": routes},
    "validate_state_machine_definition": {
        **{"definition": definition, "type": "STANDARD", "severity": "ERROR", "maxResults": 1},
    },
}
# The service looks at these itself, and says more of them.
OWN_WORDS = {
    ("create_state_machine", "definition"): "InvalidDefinition",
    ("update_state_machine", "definition"): "InvalidDefinition",
    ("validate_state_machine_definition", "definition"): None,
    ("test_state", "definition"): "InvalidDefinition",
}
failures = []
broken = 0


def put(request, path, value):
    """A copy of a request with something else at a path; with nothing there where that is `...`."""
    copy = json.loads(json.dumps(request))
    at = copy
    for step in path[:-1]:
        at = at[step]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return copy


def post(operation, request):
    """The answer and nothing, or nothing and the code, the message and the status of a refusal."""
    target = {"X-Amz-Target": f"AWSStepFunctions.{methods[operation]}"}
    call = urllib.request.Request(os.environ["AWS_ENDPOINT_URL_SFN"], json.dumps(request).encode(), target)
    try:
        with urllib.request.urlopen(call) as answer:
            return json.load(answer), None
    except urllib.error.HTTPError as error:
        told = json.load(error)
        return None, (told["__type"], told["message"], error.code)


def must(operation, request, path, value, code, words):
    global broken
    broken += 1
    member = ".".join(f"{step + 1}.member" if isinstance(step, int) else step for step in path)
    answer, told = post(operation, put(request, path, value))
    if told is None or told[0] != code or told[2] != 400 or (words and words not in told[1]) or f"'{member}'" not in told[1]:
        failures.append(f"{operation} {member} = {str(value)[:40]!r}: {(told and (told[0], told[1][:300])) or answer}")


def walk(operation, request, shape, path):
    for name, member in shape.members.items():
        here = [*path, name]
        own = OWN_WORDS.get((operation, name), ...)
        if name in shape.required_members:
            must(operation, request, here, ..., "ValidationException", "Member must not be null")
        limits = member.metadata
        if member.type_name == "string":
            must(operation, request, here, 7, "SerializationException", "")
            if limits.get("enum"):
                words = f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
                must(operation, request, here, "OTHER", "ValidationException", words)
            if limits.get("max"):
                words = f"Member must have length less than or equal to {limits['max']}"
                must(operation, request, here, "x" * (limits["max"] + 1), "ValidationException", words)
            if limits.get("min") and own is ...:
                words = f"Member must have length greater than or equal to {limits['min']}"
                must(operation, request, here, "", "ValidationException", words)
            if limits.get("pattern"):
                words = f"Member must satisfy regular expression pattern: {limits['pattern']}"
                must(operation, request, here, "é é", "ValidationException", words)
        elif member.type_name in ("integer", "long", "float"):
            must(operation, request, here, "text", "SerializationException", "")
            if "min" in limits:
                words = f"Member must have value greater than or equal to {limits['min']}"
                must(operation, request, here, limits["min"] - 1, "ValidationException", words)
            if "max" in limits:
                words = f"Member must have value less than or equal to {limits['max']}"
                must(operation, request, here, limits["max"] + 1, "ValidationException", words)
        elif member.type_name == "boolean":
            must(operation, request, here, "true", "SerializationException", "")
        elif member.type_name == "structure":
            must(operation, request, here, [], "SerializationException", "")
            walk(operation, request, member, here)
        elif member.type_name == "list":
            must(operation, request, here, {}, "SerializationException", "")
            if limits.get("min"):
                words = f"Member must have length greater than or equal to {limits['min']}"
                must(operation, request, here, [], "ValidationException", words)
            if limits.get("max"):
                at = request
                for step in here:
                    at = at[step]
                words = f"Member must have length less than or equal to {limits['max']}"
                must(operation, request, here, at * (limits["max"] + 1), "ValidationException", words)
            if member.member.type_name == "structure":
                walk(operation, request, member.member, [*here, 0])
            elif member.member.metadata.get("max"):
                words = f"Member must have length less than or equal to {member.member.metadata['max']}"
                must(operation, request, [*here, 0], "x" * (member.member.metadata["max"] + 1), "ValidationException", words)


model = calls.client.client.meta.service_model
methods = {method: api for method, api in calls.client.client.meta.method_to_api_mapping.items()}
assert set(methods.values()) - {methods[name] for name in REQUESTS} == set(), set(methods) - set(REQUESTS)
for method, request in REQUESTS.items():
    walk(method, request, model.operation_model(methods[method]).input_shape, [])
assert not failures, f"{len(failures)} of {broken}:\n" + "\n".join(failures)
print(f"{broken} requests refused")
