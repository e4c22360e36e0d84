"""Runs in an empty folder with the package alone."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cargo_workflow import CommandError, command, run, validate

ORDER = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
            "ResultPath": "$.paid",
            "Next": "Done",
        },
        "Done": {"Type": "Pass", "End": True},
    },
}


def test_a_right_definition_has_no_findings_and_a_wrong_one_has_its_mistake():
    assert validate(ORDER) == []
    wrong = copy.deepcopy(ORDER)
    wrong["States"]["Done"]["Type"] = "Pas"
    (finding,) = validate(wrong)
    assert finding["help"] == "did you mean `Pass`?"


def test_an_execution_runs_to_its_end(tmp_path):
    file = tmp_path / "order.asl.json"
    file.write_text(json.dumps(ORDER))
    execution = run(file, {"order": 7}, results={"Charge": {"Payload": {"ok": True}}})
    assert execution.status == "SUCCEEDED"
    assert execution.output == {"order": 7, "paid": {"Payload": {"ok": True}}}
    assert execution.states == ["Charge", "Done"]
    with pytest.raises(CommandError, match="Charge"):
        run(file)


def test_a_mock_file_fails_a_task():
    mocks = {
        "StateMachines": {"Order": {"TestCases": {"Declined": {"Charge": "Declined"}}}},
        "MockedResponses": {"Declined": {"0": {"Throw": {"Error": "Declined", "Cause": "no money"}}}},
    }
    execution = run(ORDER, mocks=mocks, case="Declined")
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "Declined", "no money")


def test_the_program_is_installed():
    program = Path(sys.executable).with_name("cargo-workflow")
    done = subprocess.run([program, "--version"], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("cargo-workflow 0.")
    assert "validate" in command(["--help"]).stdout
