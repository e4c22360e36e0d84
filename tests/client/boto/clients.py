"""Two clients of the Step Functions API with the same methods: boto3's own, and the AWS CLI behind the same names."""

import json
import os
import subprocess
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


class Boto:
    """boto3, whose checks of parameters are off, so that bad ones reach the server."""

    every_refusal = True

    def __init__(self):
        config = Config(parameter_validation=False, retries={"max_attempts": 0})
        self.client = boto3.client("stepfunctions", config=config)
        self.called = set()
        self.client.meta.events.register("before-call.sfn", self.note)

    def note(self, model, **_):
        self.called.add(model.name)

    def all_operations(self):
        return set(self.client.meta.service_model.operation_names)

    def call(self, operation, **request):
        """The answer, or the code, the message and the status of a refusal."""
        try:
            answer = getattr(self.client, operation)(**request)
        except ClientError as error:
            told = error.response
            return None, (told["Error"]["Code"], told["Error"]["Message"], told["ResponseMetadata"]["HTTPStatusCode"])
        answer.pop("ResponseMetadata")
        return answer, None


class Cli:
    """The AWS CLI, of the same folder as Python. Each call is a process, so that it is asked for few refusals."""

    every_refusal = False

    def __init__(self):
        self.client = boto3.client("stepfunctions")
        self.called = set()

    def all_operations(self):
        return set(self.client.meta.service_model.operation_names)

    def call(self, operation, **request):
        command = [os.path.join(os.path.dirname(sys.executable), "aws"), "stepfunctions", operation.replace("_", "-")]
        command += ["--output", "json", "--no-paginate", "--cli-input-json", json.dumps(request)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.called.add(self.client.meta.method_to_api_mapping[operation])
        if done.returncode == 0:
            return json.loads(done.stdout) if done.stdout.strip() else {}, None
        # An error occurred (CODE) when calling the OPERATION operation: MESSAGE
        told = done.stderr.strip()
        if not told.startswith("An error occurred (") and "An error occurred (" not in told:
            raise AssertionError(f"{command}: {told}")
        told = told[told.index("An error occurred (") + len("An error occurred (") :]
        code, rest = told.split(")", 1)
        return None, (code, rest.split(" operation: ", 1)[1], None)


class Calls:
    """Calls that must be carried out, and calls that must be refused."""

    def __init__(self, client):
        self.client = client

    def ok(self, operation, **request):
        answer, refused = self.client.call(operation, **request)
        assert refused is None, f"{operation} {request}: {refused}"
        return answer

    def refused(self, operation, code, message="", status=400, **request):
        """Refused with this code, and a message that has these words in it."""
        if not self.client.every_refusal:
            return
        answer, refused = self.client.call(operation, **request)
        assert refused is not None, f"{operation} {request} was carried out: {answer}"
        assert refused[0] == code, f"{operation} {request}: {refused}"
        assert message in refused[1], f"{operation} {request}: {refused}"
        assert refused[2] in (status, None), f"{operation} {request}: {refused}"


def client():
    """The client that the first argument names."""
    return Calls({"boto3": Boto, "aws": Cli}[sys.argv[1]]())
