"""Checks and runs AWS Step Functions definitions in tests, without AWS.

    from cargo_workflow import run, validate

    def test_an_order_is_charged():
        assert validate("order.asl.json") == []
        execution = run("order.asl.json", {"order": 7}, results={"Charge": {"Payload": {"ok": True}}})
        assert execution.status == "SUCCEEDED"
        assert execution.states == ["Charge", "Done"]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

__all__ = ["CommandError", "Execution", "command", "run", "validate"]

#: A path of a file, or a definition as an object.
Definition = os.PathLike[str] | str | Mapping[str, Any]

_STATUSES = {"Succeeded": "SUCCEEDED", "Failed": "FAILED", "TimedOut": "TIMED_OUT", "Aborted": "ABORTED"}


class CommandError(Exception):
    """A command that could not do its work. The message says why."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message.strip() or f"exit code {code}")
        #: The exit code of the command.
        self.code = code


@dataclass(frozen=True)
class Execution:
    """An execution that has ended."""

    #: SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
    status: str
    #: The output, if it succeeded.
    output: Any = None
    error: str | None = None
    cause: str | None = None
    #: The events, as GetExecutionHistory returns them.
    history: list[dict[str, Any]] = field(default_factory=list, repr=False)

    @property
    def states(self) -> list[str]:
        """The names of the states in the order in which they were entered."""
        entered = (event.get("stateEnteredEventDetails") for event in self.history)
        return [details["name"] for details in entered if details]


def command(arguments: Iterable[str], folder: os.PathLike[str] | str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a command of the command line, such as ``["graph", "order.asl.json"]``, in a folder."""
    name = "cargo-workflow" + (sysconfig.get_config_var("EXE") or "")
    beside = Path(sysconfig.get_path("scripts"), name)
    program = str(beside) if beside.exists() else shutil.which(name)
    if program is None:
        raise FileNotFoundError(f"the program {name} is not installed")
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False)


def validate(definition: Definition, *, type: str = "standard", allow: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Checks a definition, as AWS does and further. Returns no findings for a right one."""
    options = ["--format", "json", "--type", type]
    for code in allow:
        options += ["--allow", code]
    return json.loads(_call("validate", definition, options, fine=(0, 1)).stdout)


def run(
    definition: Definition,
    input: Any = MappingProxyType({}),
    *,
    results: Mapping[str, Any] | None = None,
    mocks: os.PathLike[str] | str | Mapping[str, Any] | None = None,
    case: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> Execution:
    """Runs an execution on the embedded engine, in virtual time.

    ``results`` has the results of tasks by the name of their state. ``mocks`` is a mock file of AWS Step Functions Local,
    or its contents, of which ``case`` is used. ``params`` has the values of placeholders ``${X}``.
    """
    options = ["--history", "json"]
    for state, result in (results or {}).items():
        options += ["--result", f"{state}={json.dumps(result)}"]
    if params is not None:
        options += ["--params", json.dumps(params)]
    if case is not None:
        options += ["--case", case]
    with tempfile.TemporaryDirectory() as folder:
        data = dict(input) if isinstance(input, Mapping) else input
        Path(folder, "input.json").write_text(json.dumps(data), encoding="utf-8")
        options += ["--input-file", str(Path(folder, "input.json"))]
        if mocks is not None:
            options += ["--mocks", _file(mocks, folder, "mocks.json")]
        done = _call("run", definition, options, fine=(0, 1, 3))
    history = json.loads(done.stdout)
    last = history[-1]
    details = next((value for name, value in last.items() if name.startswith("execution")), {})
    output = json.loads(details["output"]) if "output" in details else None
    status = _STATUSES[last["type"].removeprefix("Execution")]
    return Execution(status, output, details.get("error"), details.get("cause"), history)


def _file(value: os.PathLike[str] | str | Mapping[str, Any], folder: str, name: str) -> str:
    """Returns the path of a file, or of a new file in a folder with the value."""
    if not isinstance(value, Mapping):
        return os.path.abspath(value)
    file = Path(folder, name)
    file.write_text(json.dumps(value), encoding="utf-8")
    return str(file)


def _call(name: str, definition: Definition, options: list[str], fine: tuple[int, ...]) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        done = command([name, _file(definition, folder, "definition.json"), *options])
    if done.returncode not in fine:
        raise CommandError(done.returncode, done.stderr.strip() or _messages(done.stdout))
    return done


def _messages(stdout: str) -> str:
    """Returns the messages of findings in JSON; nothing for another output."""
    try:
        return "\n".join(finding["message"] for finding in json.loads(stdout))
    except (TypeError, ValueError):
        return ""
