"""Drives the console of `cargo workflow serve` in a real browser.

    console.py CARGO_WORKFLOW AXE_CORE FOLDER

CARGO_WORKFLOW is the binary, AXE_CORE the file axe.min.js, FOLDER where files and pictures are written.
Needs playwright from PyPI and Debian's chromium.
"""

import json
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

from playwright.sync_api import expect, sync_playwright

from page import Page

binary, axe, folder = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).read_text(), pathlib.Path(sys.argv[3]).resolve()
folder.mkdir(parents=True, exist_ok=True)

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:approve"

# Names that must appear as text: markup, quotes, a word that turns the direction, 80 wide characters.
MARKUP = "<script>window.broken = 1</script>"
QUOTES = "\"quotes\" & 'more' <b>bold</b>"
TURNED = "turned \u05d0\u05d1\u05d2 name"
WIDE = "\u6f22" * 80

APPROVE = """
workflow! {
    pub workflow Order {
        input { order: i64, customer: String, speed: Speed, note: Option<String>, lines: Vec<Line> }
        enum Speed { Slow, Fast }
        struct Line { name: String, count: u32 }
        pass Done { order: input.order, lines: input.lines } -> end;
    }
}
"""
APPROVAL = {
    "StartAt": MARKUP,
    "States": {
        MARKUP: {"Type": "Pass", "Next": QUOTES},
        QUOTES: {"Type": "Wait", "Seconds": 1, "Next": "Approve"},
        "Approve": {"Type": "Task", "Resource": ACTIVITY, "ResultPath": "$.approved", "Next": "Ask"},
        "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken", "ResultPath": "$.asked", "TimeoutSeconds": 86400,
            "Parameters": {"StateMachineArn": f"{MACHINE}Noted", "Input": {"token.$": "$$.Task.Token"}}, "Next": TURNED,
        },
        TURNED: {"Type": "Wait", "Seconds": 3600, "Next": WIDE},
        WIDE: {"Type": "Pass", "End": True},
    },
}
# Ten thousand events at once, then one item a second.
TICKING = {
    "StartAt": "Many",
    "States": {
        "Many": {"Type": "Map", "ItemsPath": "$.many", "ResultPath": None, "Next": "Each", "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}},
        "Each": {"Type": "Map", "ItemsPath": "$.ticks", "MaxConcurrency": 1, "End": True, "ItemProcessor": {"StartAt": "Tick", "States": {"Tick": {"Type": "Wait", "Seconds": 1, "Next": "Tock"}, "Tock": {"Type": "Pass", "End": True}}}},
    },
}
CALLING = {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "call"}, "End": True}}}
SPREAD = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map", "ItemsPath": "$.items", "ToleratedFailureCount": 5, "End": True,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Which",
                "States": {"Which": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Bad"}], "Default": "Good"}, "Bad": {"Type": "Fail", "Error": "Two"}, "Good": {"Type": "Succeed"}},
            },
        }
    },
}
TWICE = {"StartAt": "First", "States": {"First": {"Type": "Wait", "Seconds": 60, "Next": "Second"}, "Second": {"Type": "Wait", "Seconds": 60, "End": True}}}
WORKED = {"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": ACTIVITY, "End": True}}}}}}
PAID = {
    "StartAt": "Pay",
    "States": {
        "Pay": {"Type": "Task", "Resource": ACTIVITY, "Next": "Sum"},
        "Sum": {"Type": "Choice", "Choices": [{"Variable": "$.paid", "NumericGreaterThan": 10, "Next": "Large"}], "Default": "Done"},
        "Large": {"Type": "Succeed"}, "Done": {"Type": "Succeed"},
    },
}
EDITED = """
workflow! {
    pub workflow Edited {
        input { n: i64 }
        pass Tell { n: input.n } -> end;
    }
}
"""
RESTING = {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 1800, "End": True}}}
NOTED = {"StartAt": "Noted", "States": {"Noted": {"Type": "Pass", "End": True}}}


class Server:
    """`cargo workflow serve`, until the end of the block."""

    def __enter__(self):
        (folder / "order.rs").write_text(APPROVE)
        (folder / "edited.rs").write_text(EDITED)
        (folder / "mocks.json").write_text(json.dumps({"StateMachines": {"Calling": {"TestCases": {"Busy": {"Call": "Busy"}}}}, "MockedResponses": {"Busy": {"0": {"Throw": {"Error": "Busy", "Cause": "of the mock"}}}}}))
        for name, definition in (("Approval", APPROVAL), ("Noted", NOTED), ("Resting", RESTING), ("Calling", CALLING), ("Spread", SPREAD), ("Ticking", TICKING), ("Twice", TWICE), ("Worked", WORKED), ("Paid", PAID)):
            (folder / f"{name}.json").write_text(json.dumps(definition))
        files = ["order.rs", "edited.rs", "Twice.json", "Worked.json", "Paid.json", "Approval.json", "Noted.json", "Resting.json", "Calling.json", "Spread.json", "Ticking.json", "--mock-config", "mocks.json"]
        self.process = subprocess.Popen([binary, "workflow", "serve", *files, "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("console at "):
                self.console = line.removeprefix("console at ").strip()
                self.url = self.console.removesuffix("/console/")
                break
        self.call("CreateActivity", {"name": "approve"})
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def send(self, path, body=None, headers=None):
        request = urllib.request.Request(self.url + path, data=body, headers=headers or {})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()

    def call(self, operation, members):
        status, _, body = self.send("/", json.dumps(members).encode(), {"X-Amz-Target": f"AWSStepFunctions.{operation}"})
        assert status == 200, body
        return json.loads(body)

    def start(self, machine, name, sent="{}"):
        return self.call("StartExecution", {"stateMachineArn": MACHINE + machine, "name": name, "input": sent})["executionArn"]

    def execution(self, arn):
        return f"{self.console}execution?arn={urllib.parse.quote(arn, safe='')}"

    def machine(self, name):
        return f"{self.console}#/machine/{urllib.parse.quote(MACHINE + name, safe='')}"


def state(page, name):
    return page.locator(f'.workflow-graph .state[data-name="{name}"]')


def check_every_view(browser, server, arn):
    """Each view in light and dark, wide and narrow: nothing that axe finds, nothing wider than the window."""
    views = {"machines": server.console, "machine": server.machine("Order"), "plain": server.machine("Approval"), "tasks": f"{server.console}#/tasks", "executions": f"{server.console}#/executions", "execution": server.execution(arn)}
    for name, url in views.items():
        for scheme in ("light", "dark"):
            for width in (1280, 390):
                with Page(browser, url, axe, color_scheme=scheme, viewport={"width": width, "height": 900}) as one:
                    one.page.locator("h1").first.wait_for()
                    expect(one.page.locator("main")).not_to_have_attribute("aria-busy", "true")
                    if name in ("tasks", "execution"):
                        one.page.locator(".card").first.wait_for()
                    one.accessible(f"{name}, {scheme} at {width}")
                    over = one.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    assert over <= 0, f"{name} at {width} is {over} pixels too wide"
                    one.page.screenshot(path=folder / f"console-{name}-{scheme}-{width}.png", full_page=True)


def check_all_executions(browser, server):
    """The executions of all state machines, with filters that are in the address; and the counts of the first page."""
    for who in ("ada", "bob"):
        server.start("Noted", f"for-{who}", json.dumps({"who": who}))
    server.start("Resting", "slow")
    with Page(browser, f"{server.console}#/executions?text=ADA", axe) as one:
        page = one.page
        rows = page.locator("main tbody tr")
        expect(rows).to_have_count(1)
        expect(rows.first).to_contain_text("for-ada")
        page.get_by_label("Name, input or error").fill("")
        page.get_by_label("Name, input or error").press("Enter")
        page.get_by_label("Status").select_option("RUNNING")
        expect(rows.filter(has_text="slow")).to_have_count(1)
        expect(rows.filter(has_text="for-")).to_have_count(0)
        assert page.url.endswith("#/executions?status=RUNNING"), page.url
        page.reload()
        expect(page.get_by_label("Status")).to_have_value("RUNNING")
        page.get_by_role("link", name="State machines").click()
        resting = page.locator("main tbody tr").filter(has_text="Resting")
        # Until the page changes, each of its executions has a row.
        expect(resting).to_have_count(1)
        expect(resting).to_contain_text("slow RUNNING")
        resting.locator("a.s-RUNNING").click()
        expect(page.get_by_label("State machine", exact=True)).to_have_value(MACHINE + "Resting")
        page.goto(f"{server.console}#/nothing")
        expect(page.get_by_role("alert").filter(has_text="no page")).to_have_count(1)
    # The clock is on the page of the execution, which can be started again.
    with Page(browser, server.execution(MACHINE.replace("stateMachine", "execution") + "Resting:slow"), axe) as one:
        page = one.page
        page.get_by_role("button", name="Turn forward 1 h").click()
        expect(page.locator("#status")).to_have_text("succeeded")
        page.get_by_role("button", name="Start again with this input").click()
        expect(page.locator("#status")).to_have_text("running")
        assert "slow" not in page.url, page.url


def check_mock_case(browser, server):
    """A case of the mock file is chosen in the form; without one, the failure says what would answer the task."""
    for case, cause in (("Busy", "of the mock"), ("none", "--lambda-endpoint")):
        with Page(browser, server.machine("Calling"), axe) as one:
            one.page.get_by_label("Case of the mock file").select_option(label=case)
            one.page.get_by_role("button", name="Start", exact=True).click()
            expect(one.page.locator("#status")).to_have_text("failed")
            expect(one.page.locator("#summary")).to_contain_text(cause)


def check_map_run(browser, server):
    """The children of a map run: how many ended how, and those that failed first."""
    with Page(browser, server.execution(server.start("Spread", "three", '{"items": [1, 2, 3]}')), axe) as one:
        expect(one.page.locator("#status")).to_have_text("succeeded")
        one.page.reload()
        one.page.locator("summary", has_text="Map run").click()
        run = one.page.locator("details", has=one.page.locator("summary", has_text="Map run"))
        expect(run.locator("p")).to_have_text("3 items, 2 succeeded, 1 failed")
        expect(run.locator("li")).to_have_count(3)
        expect(run.locator("li").first).to_contain_text("FAILED")


def check_next_event(browser, server):
    """The clock is turned to the next event, and no further; the page names the revision that runs."""
    server.start("Resting", "later")
    with Page(browser, server.execution(server.start("Twice", "twice")), axe) as one:
        page = one.page
        expect(page.locator("#status")).to_have_text("running")
        expect(page.locator("header")).to_contain_text("Twice, first revision")
        page.get_by_role("button", name="Turn to the next event").click()
        expect(state(page, "Second")).to_have_class(re.compile("m-running"))
        expect(state(page, "First")).to_have_class(re.compile("m-taken"))
        page.get_by_role("button", name="Turn to the next event").click()
        expect(page.locator("#status")).to_have_text("succeeded")
        page.get_by_role("link", name="Twice, first revision").click()
        expect(page.get_by_role("heading", name="Twice", exact=True)).to_be_visible()


def check_files(browser, server):
    """A file that changes is shown at once; while it does not compile, every page shows why."""
    arn = server.start("Edited", "before")
    with Page(browser, server.machine("Edited"), axe) as one, Page(browser, server.execution(arn), axe) as other:
        pages = (one.page, other.page)
        (folder / "edited.rs").write_text(EDITED.replace("input.n", "input.m"))
        for page in pages:
            problem = page.get_by_role("region", name="Error", exact=True)
            expect(problem).to_contain_text("edited.rs:")
            expect(problem).to_contain_text("input.m")
        one.accessible("an error in a file")
        other.accessible("an error in a file, on an execution")
        one.page.screenshot(path=folder / "console-problem.png")
        other.page.screenshot(path=folder / "console-problem-execution.png")
        (folder / "edited.rs").write_text(EDITED.replace("Tell", "Told"))
        for page in pages:
            expect(page.get_by_role("alert").filter(has_text="The files have an error")).to_be_hidden()
        expect(one.page.get_by_role("img")).to_have_attribute("alt", "Graph of Edited: Told")
        other.page.reload()
        expect(other.page.locator("header")).to_contain_text("not the current one")
        # What was typed stays.
        one.page.get_by_label("Name (optional)").fill("typed")
        (folder / "edited.rs").write_text(EDITED)
        expect(one.page.get_by_role("status").filter(has_text="has changed")).to_be_visible()
        assert one.page.get_by_label("Name (optional)").input_value() == "typed"
        one.page.get_by_role("button", name="Show it now").click()
        expect(one.page.get_by_role("img")).to_have_attribute("alt", "Graph of Edited: Tell")


def answer(server, arn, fails=lambda task: False):
    """Answers the tasks that wait."""
    for task in json.loads(server.send(f"/console/tasks?execution={urllib.parse.quote(arn, safe='')}")[2])["tasks"]:
        if fails(task):
            server.call("SendTaskFailure", {"taskToken": task["token"], "error": "No"})
        else:
            server.call("SendTaskSuccess", {"taskToken": task["token"], "output": "{}"})


def check_redriven_map(browser, server):
    """A map that is redriven runs again, in its items; then it has succeeded."""
    arn = server.start("Worked", "redriven", "[0, 1]")
    with Page(browser, server.execution(arn), axe) as one:
        page = one.page
        visits = page.locator("#timeline .row")
        expect(page.locator(".card")).to_have_count(2)
        answer(server, arn, lambda task: task["input"] == "1")
        expect(page.locator("#status")).to_have_text("failed")
        page.get_by_role("button", name="Redrive").click()
        expect(page.locator("#status")).to_have_text("running")
        expect(visits.filter(has_text="Each item 1")).to_contain_text("running")
        expect(state(page, "Each")).to_have_class(re.compile("m-running"))
        answer(server, arn)
        expect(page.locator("#status")).to_have_text("succeeded")
        for name in ("Each", "Work"):
            expect(state(page, name)).to_have_class(re.compile("m-taken"))
        expect(visits.filter(has_text=re.compile("failed|aborted|running"))).to_have_count(0)


def check_conversions(browser, server):
    """An execution goes on from a state with another input and other results, and is saved as a mock file and as a test."""
    arn = server.start("Paid", "paid", '{"sum": 1}')
    with Page(browser, server.execution(arn), axe) as one:
        page = one.page
        card = page.get_by_role("article", name="Pay")
        card.get_by_label("Output (JSON)").fill('{"paid": 1}')
        card.get_by_role("button", name="Succeed").click()
        expect(page.locator("#status")).to_have_text("succeeded")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as a mock file").first.click()
        mocks = json.loads(pathlib.Path(download.value.path()).read_text())
        assert download.value.suggested_filename == "paid.mocks.json"
        assert mocks["MockedResponses"]["Pay"]["0"]["Return"] == {"paid": 1}, mocks
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as a Rust test").first.click()
        test = pathlib.Path(download.value.path()).read_text()
        assert "fn execution_paid()" in test and 'assert_path(["Pay", "Sum", "Done"])' in test, test
        state(page, "Pay").click()
        page.get_by_text("Go on from a state").click()
        expect(page.get_by_label("State", exact=True)).to_have_value("Pay")
        expect(page.get_by_label("Input of the state (JSON)")).to_have_value(re.compile('"sum": 1'))
        one.accessible("the form to go on")
        page.screenshot(path=folder / "console-fork-form.png")
        # As recorded, then with another result, then with another input.
        page.get_by_role("button", name="Go on from here").click()
        expect(page.locator("header")).to_contain_text("as recorded: Pay, Sum, Done")
        page.go_back()
        page.get_by_text("Go on from a state").click()
        page.get_by_text("Other results of tasks").click()
        page.get_by_label("Result of Pay (JSON, optional)").fill('{"paid": ')
        page.get_by_role("button", name="Go on from here").click()
        expect(page.get_by_role("alert").filter(has_text="The result of Pay is not JSON")).to_be_visible()
        page.get_by_label("Result of Pay (JSON, optional)").fill('{"paid": 50}')
        page.get_by_label("State", exact=True).select_option("Pay")
        with page.expect_download() as download:
            page.locator(".fork").get_by_role("button", name="Save as a mock file").click()
        mocks = json.loads(pathlib.Path(download.value.path()).read_text())
        assert mocks["MockedResponses"]["Pay"]["0"]["Return"] == {"paid": 50}, mocks
        page.get_by_role("button", name="Go on from here").click()
        expect(page.locator("header")).to_contain_text("recorded: Pay, Sum, Done")
        expect(page.locator("header")).to_contain_text("now: Pay, Sum, Large")
        one.accessible("an execution that goes on")
        page.screenshot(path=folder / "console-fork.png")
        page.get_by_role("link", name="paid").click()
        page.get_by_text("Go on from a state").click()
        page.get_by_label("State", exact=True).select_option("Sum")
        page.get_by_label("Input of the state (JSON)").fill('{"paid": 99, "text": "a+b & \u00e9"}')
        page.get_by_role("button", name="Go on from here").click()
        expect(page.locator("header")).to_contain_text("now: Sum, Large")
        expect(page.locator("#summary")).to_contain_text("a+b & \u00e9")
    assert len(server.call("ListExecutions", {"stateMachineArn": MACHINE + "Paid"})["executions"]) == 1


def check_live(browser, server):
    """An execution is followed from its start to its end, and its tasks are answered on the way."""
    with Page(browser, server.machine("Approval"), axe) as one:
        page = one.page
        box = page.get_by_label("input (JSON)", exact=True)
        box.fill('{"note": <')
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_role("alert").filter(has_text="is not JSON")).to_be_visible()
        box.fill(json.dumps({"note": MARKUP}))
        page.get_by_label("Name (optional)").fill("followed")
        page.get_by_role("button", name="Start").click()
        page.wait_for_url("**/console/execution?arn=*")
        status = page.locator("#status")
        expect(status).to_have_text("running")
        # The names are text, and the state that runs is marked without another request by hand.
        for name in (MARKUP, TURNED, WIDE):
            assert page.locator(".workflow-graph .state").evaluate_all("(states, name) => states.filter((state) => state.dataset.name === name).length", name) == 1, name
        running = lambda name: expect(state(page, name)).to_have_class(re.compile("m-running"))
        running("Approve")
        expect(page.locator("#panel h2")).to_have_text("Approve")
        # The activity's task is answered; first with what is no JSON.
        card = page.get_by_role("article", name="Approve")
        card.get_by_label("Output (JSON)").fill("yes")
        card.get_by_role("button", name="Succeed").click()
        expect(card.get_by_role("alert")).to_contain_text("is not JSON")
        card.get_by_label("Output (JSON)").fill('{"by": "Ada"}')
        card.get_by_role("button", name="Succeed").click()
        # The callback's is answered at the list of all tasks.
        running("Ask")
        with Page(browser, f"{server.console}#/tasks", axe) as other:
            card = other.page.get_by_role("article", name="Ask")
            card.get_by_role("button", name="Heartbeat").click()
            expect(other.page.get_by_role("status").filter(has_text="heartbeat sent")).to_be_visible()
            card.get_by_label("Output (JSON)").fill("7")
            card.get_by_role("button", name="Succeed").click()
            expect(other.page.get_by_role("article", name="Ask")).to_have_count(0)
            # The clock is turned by an hour.
            other.page.get_by_label("Seconds to turn the clock by").fill("3600")
            other.page.get_by_role("button", name="Turn forward", exact=True).click()
        expect(status).to_have_text("succeeded", timeout=10_000)
        expect(page.locator(".workflow-graph .m-running")).to_have_count(0)
        state(page, "Approve").click()
        assert '"by": "Ada"' in page.locator("#panel").inner_text()
        assert page.title() == "followed: succeeded", page.title()
    # One that failed shows where, and is redriven.
    arn = server.start("Approval", "stopped")
    with Page(browser, server.execution(arn), axe) as one:
        page = one.page
        card = page.get_by_role("article", name="Approve")
        card.get_by_text("Fail it").click()
        card.get_by_label("Error", exact=True).fill("<b>No</b>")
        card.get_by_role("button", name="Fail", exact=True).click()
        expect(page.locator("#status")).to_have_text("failed", timeout=10_000)
        expect(page.locator("#panel")).to_contain_text("<b>No</b>")
        page.get_by_role("button", name="Redrive").click()
        expect(page.locator("#status")).to_have_text("running")
        page.get_by_text("Stop", exact=True).click()
        page.get_by_role("button", name="Stop the execution").click()
        expect(page.locator("#status")).to_have_text("aborted")
    # Run until idle, from the console.
    arn = server.start("Approval", "idle")
    with Page(browser, server.machine("Approval"), axe) as one:
        one.page.get_by_label("Status").select_option("RUNNING")
        expect(one.page.get_by_role("link", name="idle")).to_be_visible()
        expect(one.page.get_by_role("link", name="followed")).to_have_count(0)
        one.page.get_by_role("button", name="Run until idle").click()
        one.page.get_by_role("link", name="idle").click()
        expect(one.page.get_by_role("article", name="Approve")).to_be_visible()


# What a page has that it must not lose while events arrive: the same elements, focus, selection, scroll positions, words.
KEPT = """() => ({
    focused: document.activeElement.id || document.activeElement.dataset.name,
    typed: document.querySelector('#search').value,
    filter: document.querySelector('#visit-filter').value,
    selected: getSelection().toString(),
    panel: document.querySelector('#panel').scrollTop,
    list: document.querySelector('.visits').scrollTop,
    window: scrollY,
    stop: document.querySelector('#console details').open,
    same: document.querySelector('#panel pre').kept === 1 && document.querySelector('.state').kept === 1,
})"""


def check_updates(browser, server):
    """Whoever reads, types or selects on a page of ten thousand events is not disturbed when there are more."""
    arn = server.start("Ticking", "ticking", json.dumps({"many": list(range(2500)), "ticks": list(range(600))}))
    with Page(browser, server.execution(arn), axe, viewport={"width": 1000, "height": 500}) as one:
        page = one.page
        count = lambda: int(page.locator("#events p").inner_text().split(" of ")[1].split()[0])
        expect(page.locator("#status")).to_have_text("running")
        page.locator("#tab-events").click()
        page.wait_for_function("Number(document.querySelector('#events p').textContent.split(' of ')[1].split(' ')[0]) > 10000", timeout=60_000)
        print(f"a live page of {count()} events opened in {one.took:.2f} s")
        state(page, "Tick").click()
        page.fill("#visit-filter", "Each item")
        page.get_by_text("Stop", exact=True).click()
        page.evaluate("""() => {
            document.querySelector('#panel pre').kept = document.querySelector('.state').kept = 1;
            getSelection().selectAllChildren(document.querySelector('#panel pre'));
            document.querySelector('#panel').scrollTop = 40;
            scrollTo(0, 120);
        }""")
        more = "(had) => Number(document.querySelector('#events p').textContent.split(' of ')[1].split(' ')[0]) > had + 8"
        before, had = page.evaluate(KEPT), count()
        assert before["same"] and before["panel"] > 0 and before["stop"] and before["selected"], before
        page.wait_for_function(more, arg=had, timeout=60_000)
        assert page.evaluate(KEPT) == before, (before, page.evaluate(KEPT))
        # Typed letter by letter while items go on.
        page.locator("#search").focus()
        before, had = page.evaluate(KEPT), count()
        for letter in "tock":
            page.keyboard.type(letter)
            page.wait_for_timeout(400)
        page.wait_for_function(more, arg=had, timeout=60_000)
        after = page.evaluate(KEPT)
        assert after == before | {"typed": "tock"} and after["focused"] == "search", (before, after)
        # So is the focus in the graph.
        state(page, "Each").focus()
        had = page.locator("#status").evaluate("() => document.querySelectorAll('#events tbody tr').length")
        page.wait_for_function("(had) => document.querySelectorAll('#events tbody tr').length > had", arg=had, timeout=60_000)
        assert page.evaluate("document.activeElement.dataset.name") == "Each"
        # A click is answered at once.
        took = page.evaluate("""async () => {
            const began = performance.now();
            document.querySelector('.state[data-name="Each"]').dispatchEvent(new MouseEvent('click', {bubbles: true}));
            await new Promise(requestAnimationFrame);
            return performance.now() - began;
        }""")
        assert page.locator("#panel h2").inner_text() == "Each"
        print(f"a click is answered in {took:.0f} ms")
    server.call("StopExecution", {"executionArn": arn})


def check_form(browser, server):
    """The form of a declared input refuses what does not fit, and sends what does."""
    with Page(browser, server.machine("Order"), axe) as one:
        page = one.page
        start = page.get_by_role("button", name="Start")
        page.get_by_label("order", exact=True).fill("seven")
        start.click()
        said = page.get_by_role("alert").filter(has_text="order: expected an integer")
        expect(said).to_contain_text("order: expected an integer")
        assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
        page.get_by_label("order", exact=True).fill("9007199254740993")
        page.get_by_label("customer", exact=True).fill(QUOTES)
        page.get_by_label("speed", exact=True).select_option("Fast")
        page.get_by_role("button", name="Add to lines").click()
        page.get_by_label("name", exact=True).fill("tea")
        page.get_by_label("count", exact=True).fill("-1")
        start.click()
        expect(page.get_by_role("alert").filter(has_text="count: expected an integer from 0 to 4294967295")).to_be_visible()
        # As JSON it is checked by the same types.
        page.get_by_label("count", exact=True).fill("2")
        # A text that was left empty is sent only the second time.
        page.get_by_label("customer", exact=True).fill("")
        start.click()
        expect(page.get_by_role("alert").filter(has_text="These are empty: customer.")).to_be_visible()
        page.get_by_label("customer", exact=True).fill(QUOTES)
        start.click()
        page.wait_for_url("**/console/execution?arn=*")
        expect(page.locator("#status")).to_have_text("succeeded")
        arn = urllib.parse.parse_qs(urllib.parse.urlparse(page.url).query)["arn"][0]
        described = server.call("DescribeExecution", {"executionArn": arn})
        # An integer beyond 2^53 is kept; what was left out is not there.
        assert described["input"] == '{"order":9007199254740993,"customer":' + json.dumps(QUOTES) + ',"speed":"Fast","lines":[{"name":"tea","count":2}]}', described["input"]
        # One state alone.
        page.goto(server.machine("Order"))
        test = page.get_by_role("region", name="Test a state")
        test.get_by_label("Input (JSON)").fill('{"order": 1, "lines": []}')
        test.get_by_role("button", name="Test").click()
        expect(test.get_by_text("SUCCEEDED")).to_be_visible()
        expect(test.get_by_role("region", name="Output")).to_contain_text('"order": 1')


def check_keyboard(browser, server):
    """From the list of machines to an execution, without a mouse."""
    with Page(browser, server.console, axe) as one:
        page = one.page
        page.get_by_role("link", name="Noted").wait_for()

        def tab_to(what):
            for _ in range(60):
                page.keyboard.press("Tab")
                if page.evaluate("(document.activeElement.getAttribute('aria-label') || document.activeElement.labels?.[0]?.textContent || document.activeElement.textContent).trim()") == what:
                    return
            raise AssertionError(f"the keyboard does not reach {what}")

        tab_to("Noted")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Noted", exact=True).wait_for()
        expect(page.locator("main")).to_be_focused()
        tab_to("input (JSON)")
        page.keyboard.press("Control+a")
        page.keyboard.type("[1, 2]")
        tab_to("Start")
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/execution?arn=*")
        expect(page.locator("#status")).to_have_text("succeeded")
        tab_to("Noted")


def check_protection(browser, server):
    """Other sites get nothing, and change nothing."""
    foreign = {"Origin": "http://evil.example"}
    for path, body in (("/console/", None), ("/console/tasks", None), ("/console/events?arn=x", None), ("/", b"{}"), ("/clock", b'{"advanceSeconds": 1}'), ("/reset", b"")):
        status, headers, _ = server.send(path, body, foreign)
        assert status == 403 and "access-control-allow-origin" not in headers, (path, status)
    assert server.send("/console/", None, {"Host": "evil.example"})[0] == 403
    status, headers, _ = server.send("/console/")
    policy = headers["content-security-policy"]
    assert status == 200 and "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy, policy
    assert server.send("/console/nothing")[0] == 404 and server.send("/console/", b"{}")[0] == 404
    # A page of another origin, which a browser has, cannot turn the clock.
    before = json.loads(server.send("/health")[2])["time"]
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<p>another page</p>")
    refused = page.evaluate("(url) => fetch(url + '/clock', {method: 'POST', mode: 'no-cors', body: '{\"advanceSeconds\": 86400}'}).then(() => 'sent', () => 'not sent')", server.url)
    after = json.loads(server.send("/health")[2])["time"]
    assert before[:10] == after[:10], (refused, before, after)
    context.close()


def main():
    with Server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        check_protection(browser, server)
        check_every_view(browser, server, server.start("Approval", "seen"))
        check_form(browser, server)
        check_keyboard(browser, server)
        check_mock_case(browser, server)
        check_map_run(browser, server)
        check_next_event(browser, server)
        check_files(browser, server)
        check_redriven_map(browser, server)
        check_conversions(browser, server)
        check_all_executions(browser, server)
        check_live(browser, server)
        check_updates(browser, server)
        browser.close()
    print("the console works")


main()
