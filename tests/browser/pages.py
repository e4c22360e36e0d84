"""Drives the pages that `graph --to html` and the `--html` of `run`, `history`, `diff`, `explore`, `coverage` and `simulate` write, in a real browser.

    pages.py CARGO_WORKFLOW AXE_CORE FOLDER

CARGO_WORKFLOW is the binary, AXE_CORE the file axe.min.js, FOLDER where pages and pictures are written.
Needs playwright from PyPI and Debian's chromium.
"""

import json
import os
import pathlib
import subprocess
import sys

from playwright.sync_api import expect, sync_playwright

from page import Page

binary, axe, folder = sys.argv[1], pathlib.Path(sys.argv[2]).read_text(), pathlib.Path(sys.argv[3]).resolve().resolve()
folder.mkdir(parents=True, exist_ok=True)

# Names that must appear as text: markup, quotes, a word that turns the direction, 80 wide characters.
MARKUP = "<script>window.broken = 1</script>"
QUOTES = "\"quotes\" & 'more' <b>bold</b>"
TURNED = "turned \u05d0\u05d1\u05d2 name"
WIDE = "\u6f22" * 80

ITEM = {
    "StartAt": "Price",
    "States": {
        "Price": {"Type": "Choice", "Choices": [{"Variable": "$.price", "NumericGreaterThan": 47, "Next": "Dear"}], "Default": "Cheap"},
        "Cheap": {"Type": "Pass", "End": True},
        "Dear": {"Type": "Pass", "Parameters": {"dear.$": "$.price"}, "End": True},
    },
}
DEFINITION = {
    "Comment": "An order: </title><script>window.broken = 2</script>",
    "StartAt": MARKUP,
    "States": {
        MARKUP: {"Type": "Pass", "Comment": "<img src=x onerror=alert(1)>", "Result": {"html": "</script><script>window.broken = 3</script>"}, "ResultPath": "$.found", "Next": QUOTES},
        QUOTES: {"Type": "Pass", "Next": TURNED},
        TURNED: {"Type": "Pass", "Next": WIDE},
        WIDE: {"Type": "Wait", "Seconds": 60, "Next": "Each"},
        "Each": {"Type": "Map", "ItemsPath": "$.prices", "ItemProcessor": ITEM, "ResultPath": "$.priced", "Next": "Pay"},
        "Pay": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "pay", "Payload.$": "$"},
            "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}], "Next": "Done",
        },
        "Refund": {"Type": "Pass", "Next": "Done"},
        "Done": {"Type": "Succeed"},
    },
}
MOCKS = {
    "StateMachines": {"order": {"TestCases": {"busy": {"Pay": "Busy"}}}},
    "MockedResponses": {"Busy": {"0-2": {"Throw": {"Error": "Busy", "Cause": "<i>too many</i>"}}}},
}

# Variables of the machine and of a branch, and a task that is tried twice.
STEPS = {
    "QueryLanguage": "JSONata", "StartAt": "Begin",
    "States": {
        "Begin": {"Type": "Pass", "Assign": {"sum": 1}, "Next": "Both"},
        "Both": {"Type": "Parallel", "Next": "Pay", "Branches": [
            {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "Assign": {"inner": 5}, "Next": "After"}, "After": {"Type": "Pass", "End": True}}},
            {"StartAt": "Right", "States": {"Right": {"Type": "Pass", "End": True}}}]},
        "Pay": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "pay"}, "Assign": {"sum": 2},
                "Retry": [{"ErrorEquals": ["Busy"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}], "Next": "Done"},
        "Refund": {"Type": "Pass", "End": True},
        "Done": {"Type": "Succeed"},
    },
}
STEPS_MOCKS = {
    "StateMachines": {"steps": {"TestCases": {"busy": {"Pay": "Busy"}}}},
    "MockedResponses": {"Busy": {"0": {"Throw": {"Error": "Busy", "Cause": "<i>too many</i>"}}, "1": {"Return": {"Payload": 1}}}},
}


def workflow(*arguments, codes=(0,), **environment):
    done = subprocess.run([binary, "workflow", *map(str, arguments)], capture_output=True, text=True, env=os.environ | environment)
    assert done.returncode in codes, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def write(name, value):
    path = folder / name
    path.write_text(json.dumps(value))
    return path


def state(page, name):
    return page.locator(".workflow-graph .state").filter(has=page.locator("text.name", has_text=name)).last


def panel(page):
    return page.locator("#panel")


def check_fits(page, what):
    """The page is no wider than the window, and its picture as large as can be read."""
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert over <= 0, f"{what} is {over} pixels too wide"
    scale = page.evaluate("document.querySelector('.workflow-graph').getBoundingClientRect().width / document.querySelector('.workflow-graph').getAttribute('width')")
    assert 0.64 < scale < 1.01, f"{what}: the picture is drawn at {scale}"


def check_execution(browser, path):
    for scheme in ("light", "dark"):
        for width in (1366, 390):
            with Page(browser, path, axe, color_scheme=scheme, viewport={"width": width, "height": 844}) as one:
                one.accessible(f"{scheme} at {width}")
                check_fits(one.page, f"{scheme} at {width}")
                cut = one.page.evaluate("[...document.querySelectorAll('.row span:last-child')].filter((span) => span.scrollWidth > span.clientWidth).map((span) => span.textContent)")
                assert not cut, f"at {width} these are cut: {cut}"
                one.page.locator("#tab-events").click()
                one.accessible(f"events, {scheme} at {width}")
                one.page.screenshot(path=folder / f"execution-{scheme}-{width}.png", full_page=True)
    with Page(browser, path, axe, viewport={"width": 1440, "height": 900}) as one:
        page = one.page
        # A click on a state shows what it got and gave.
        state(page, "Refund").click()
        assert panel(page).locator("h2").inner_text() == "Refund"
        assert "too many" in panel(page).inner_text() and panel(page).locator("i").count() == 0
        state(page, "Pay").click()
        said = panel(page).inner_text()
        assert "caught" in said and "Attempts (3)" in said and "Busy" in said and "retry 2" in said, said
        # A map's items, filtered.
        state(page, "Dear").click()
        assert "2 of 2 visits" in panel(page).inner_text(), panel(page).inner_text()
        state(page, "Price").click()
        page.fill("#visit-filter", "item 49")
        assert "1 of 50 visits" in panel(page).inner_text()
        page.locator(".visits button").first.click()
        assert '"price": 49' in panel(page).inner_text()
        assert page.url.endswith("#visit=" + page.locator(".visits button").first.get_attribute("data-visit"))
        # Names are text.
        for name in (MARKUP, QUOTES, TURNED):
            assert page.locator(f'[role=button][data-name="{name.replace(chr(34), chr(92) + chr(34))}"]').count() == 1, name
        # Search finds in events and states.
        page.fill("#search", "lambdafunction")
        page.locator("#tab-events").click()
        page.fill("#search", "taskfailed")
        expect(page.locator("#events tbody tr")).to_have_count(3)
        page.locator("#events tbody button").first.click()
        assert "TaskFailed" in panel(page).locator("h2").inner_text()
        link = page.url
    # A link leads to the same place.
    with Page(browser, link, axe) as one:
        assert "TaskFailed" in panel(one.page).locator("h2").inner_text()
    # The keyboard alone.
    with Page(browser, path, axe) as one:
        page = one.page
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        page.keyboard.type("refund")
        expect(page.locator("#timeline .row")).to_have_count(1)
        page.keyboard.press("Escape")
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.classList.contains('state')"):
                break
        else:
            raise AssertionError("the keyboard does not reach the graph")
        page.keyboard.press("Home")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        focused = page.evaluate("document.activeElement.dataset.name")
        assert panel(page).locator("h2").inner_text() == focused, focused
        assert "Input" in panel(page).inner_text()


def check_steps(browser, path):
    """Event by event: what the graph marks, which variables there are, and the address."""
    marks = lambda page: dict(page.evaluate("[...document.querySelectorAll('.workflow-graph .state')].map((state) => [state.dataset.name, /m-([a-z]+)/.exec(state.getAttribute('class'))[1]])"))
    edge = lambda page, pointer: page.locator(f'.workflow-graph .edge[data-pointer="{pointer}"]').get_attribute("class")
    for scheme, width in (("light", 1280), ("dark", 400)):
        with Page(browser, path, axe, color_scheme=scheme, viewport={"width": width, "height": 900}) as one:
            page = one.page
            assert "Cost on AWS: $" in page.locator("#summary").inner_text()
            whole = marks(page)
            assert whole["Begin"] == whole["Pay"] == whole["Done"] == "taken" and whole["Refund"] == "untaken", whole
            page.get_by_role("button", name="Step through").click()
            title = panel(page).locator("h2")
            assert title.inner_text() == "Event 1: ExecutionStarted"
            assert set(marks(page).values()) == {"untaken"}, marks(page)
            following = page.get_by_role("button", name="Next event")
            while not ("PassStateEntered" in title.inner_text() and "After" in panel(page).inner_text()):
                following.click()
            said = panel(page).inner_text()
            assert '"sum": 1' in said and '"inner": 5' in said, said
            now = marks(page)
            assert (now["Begin"], now["Both"], now["After"], now["Pay"]) == ("taken", "running", "running", "untaken"), now
            done = state(page, "Done")
            assert "(not taken)" in done.text_content() and done.get_attribute("aria-label").endswith("(not taken)"), done.text_content()
            assert "m-taken" in edge(page, "/States/Begin/Next") and "m-untaken" in edge(page, "/States/Both/Next")
            # The buttons keep the focus; so does the keyboard.
            assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Next event"
            while "TaskFailed" not in title.inner_text():
                page.keyboard.press(".")
            said, link = panel(page).inner_text(), page.url
            assert '"sum": 1' in said and "inner" not in said and "too many" in said and "Running after this event: Pay" in said, said
            one.accessible(f"an event, {scheme} at {width}")
            check_fits(page, f"an event, {scheme} at {width}")
            page.screenshot(path=folder / f"step-{scheme}-{width}.png", full_page=True)
            before = title.inner_text()
            page.keyboard.press(",")
            assert title.inner_text() != before
            page.get_by_role("button", name="Last event").click()
            said = panel(page).inner_text()
            assert "ExecutionSucceeded" in said and "No state runs" in said and marks(page) == whole, (said, marks(page))
            page.get_by_role("button", name="First event").click()
            page.get_by_role("button", name="Whole execution").click()
            assert marks(page) == whole and page.locator("#stepper").count() == 0
        with Page(browser, link, axe) as one:
            assert panel(one.page).locator("h2").inner_text() == before and marks(one.page)["Done"] == "untaken"
    # The data of an event opens in the row of the table.
    with Page(browser, path, axe, viewport={"width": 1280, "height": 900}) as one:
        page = one.page
        page.locator("#tab-events").click()
        page.get_by_role("button", name="Data of event 2", exact=True).click()
        expect(page.locator("#events .inside")).to_contain_text("Begin")
        one.accessible("an open row")
        page.screenshot(path=folder / "row-1280.png", full_page=True)
        page.get_by_role("button", name="Data of event 2", exact=True).click()
        expect(page.locator("#events .inside")).to_have_count(0)


def check_text_fits(browser, path):
    """No text is wider than its box in the fonts of this machine."""
    with Page(browser, path, axe) as one:
        wrong = one.page.evaluate(
            """() => [...document.querySelectorAll('.workflow-graph .state')].flatMap((state) => {
                const box = state.querySelector(':scope > .box').getBBox();
                return [...state.querySelectorAll(':scope > text')].filter((text) => {
                    const own = text.getBBox();
                    return own.x < box.x || own.x + own.width > box.x + box.width || own.y + own.height > box.y + box.height + 1;
                }).map((text) => text.textContent);
            })"""
        )
        assert not wrong, wrong


def check_large(browser):
    """Ten thousand events open within two seconds."""
    events = [{"id": 1, "previousEventId": 0, "timestamp": 1.0, "type": "ExecutionStarted", "executionStartedEventDetails": {"input": "{}"}}]
    while len(events) < 10_000:
        number = len(events)
        name = f"State {number // 2 % 90}"
        details = {"name": name, "input": json.dumps({"number": number, "text": "x" * 200})}
        events.append({"id": number + 1, "previousEventId": number, "timestamp": 1.0 + number, "type": "PassStateEntered", "stateEnteredEventDetails": details})
        details = {"name": name, "output": json.dumps({"number": number})}
        events.append({"id": number + 2, "previousEventId": number + 1, "timestamp": 1.5 + number, "type": "PassStateExited", "stateExitedEventDetails": details})
    history = write("large.json", {"events": events, "nextToken": "more"})
    workflow("history", history, "--html", folder / "large.html")
    with Page(browser, (folder / "large.html").as_uri(), axe) as one:
        said = one.page.locator(".notes").inner_text()
        assert "later events are missing" in said and "definition is unknown" in said, said
        print(f"10,000 events: {one.took:.2f} s")
        assert one.took < 2, one.took


def check_looks(browser, path, what):
    """The page can be read and used at each width, in each colour scheme."""
    for scheme in ("light", "dark"):
        for width in (1280, 400):
            with Page(browser, path.as_uri(), axe, color_scheme=scheme, viewport={"width": width, "height": 900}) as one:
                one.accessible(f"{what}, {scheme} at {width}")
                check_fits(one.page, f"{what}, {scheme} at {width}")
                one.page.screenshot(path=folder / f"{what}-{scheme}-{width}.png", full_page=True)


def check_folding(browser, path):
    with Page(browser, path.as_uri(), axe, viewport={"width": 1280, "height": 800}) as one:
        page = one.page
        states, folded = page.locator("#picture .state"), page.locator("#folded")
        every = states.count()
        # What is chosen inside a group is then the group's.
        state(page, "Left").click()
        page.locator("#fold").click()
        expect(folded).to_have_text("2 groups folded")
        assert states.count() < every and page.locator("#fold").get_attribute("aria-pressed") == "true"
        expect(page.locator(".state.chosen .name")).to_have_text("Each")
        assert panel(page).locator("h2").inner_text() == "Left"
        one.accessible("folded")
        # A search finds the group that has the state.
        page.fill("#search", "left")
        expect(page.locator("#picture .state:not(.dim) .name")).to_have_text(["Each"])
        page.fill("#search", "")
        # The keyboard reaches the button, and keeps the focus on it.
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('#picture .state') !== null"):
                break
        for _ in range(10):
            if page.evaluate("document.activeElement.dataset.group") == "/States/Each":
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(folded).to_have_text("2 groups folded")
        focused = page.locator(":focus")
        assert focused.get_attribute("aria-label") == "Fold Each" and focused.get_attribute("aria-expanded") == "true"
        expect(page.locator("#picture .state", has_text="Both")).to_have_count(1)
        # A group inside opens with that around it, and folds into it.
        page.get_by_role("button", name="Unfold Both").click()
        expect(folded).to_have_text("1 group folded")
        expect(page.locator(".state.chosen > .name")).to_have_text("Left")
        page.get_by_role("button", name="Fold Both").click()
        expect(page.get_by_role("button", name="Fold Each")).to_have_count(1)
        page.locator("#fold").click()
        page.locator("#fold").click()
        expect(folded).to_have_text("")
        assert states.count() == every
    # A link to a state leads there.
    with Page(browser, path.as_uri() + "#state=%2FStates%2FEach", axe) as one:
        assert panel(one.page).locator("h2").inner_text() == "Each"


def check_lists(browser, path, name, *said):
    """The lists lead to a state and back."""
    with Page(browser, path.as_uri(), axe, viewport={"width": 1280, "height": 800}) as one:
        before = panel(one.page).inner_text()
        one.page.locator(f"#panel [data-show-state]", has_text=name).first.click()
        assert panel(one.page).locator("h2").inner_text() in name
        for words in said:
            assert words in panel(one.page).inner_text(), (words, panel(one.page).inner_text())
        one.page.get_by_role("button", name="Back to the lists").click()
        assert panel(one.page).inner_text() == before


NESTED = {
    "StartAt": "Prepare",
    "States": {
        "Prepare": {"Type": "Pass", "Next": "Each"},
        "Each": {"Type": "Map", "ItemsPath": "$.orders", "Next": "Tell", "ItemProcessor": {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": True, "Branches": [
            {"StartAt": "Left", "States": {"Left": {"Type": "Wait", "Seconds": 1, "End": True}}},
            {"StartAt": "Right", "States": {"Right": {"Type": "Pass", "Comment": MARKUP, "End": True}}},
        ]}}}},
        "Tell": {"Type": "Parallel", "End": True, "Branches": [{"StartAt": "Mail", "States": {"Mail": {"Type": "Pass", "End": True}}}]},
    },
}
FAULTY = {
    "StartAt": "Charge",
    "States": {
        "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "charge"}, "Retry": [{"ErrorEquals": ["Busy"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refused"}], "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Refused": {"Type": "Fail", "Error": MARKUP},
    },
}


def check_reports(browser):
    """The pages of other commands."""
    nested, faulty = write("nested.asl.json", NESTED), write("faulty.asl.json", FAULTY)
    pages = {name: folder / f"{name}.html" for name in ("nested", "several", "changed", "diff", "finding", "coverage", "simulation")}
    pages["nested"].write_text(workflow("graph", nested, "--to", "html"))
    both = write("both.json", {"Resources": {name: {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"RoleArn": "arn:aws:iam::123456789012:role/r", "Definition": of}} for name, of in (("One", NESTED), ("Two", FAULTY))}})
    pages["several"].write_text(workflow("graph", both, "--to", "html"))
    slower = json.loads(json.dumps(NESTED))
    slower["States"]["Each"]["ItemProcessor"]["States"]["Both"]["Branches"][0]["States"]["Left"]["Seconds"] = 5
    del slower["States"]["Prepare"]
    slower["StartAt"] = "Each"
    newer = write("newer.asl.json", slower)
    pages["changed"].write_text(workflow("graph", newer, "--diff", nested, "--to", "html"))
    workflow("diff", nested, newer, "--html", pages["diff"], codes=(0, 3, 4))
    workflow("explore", faulty, "--property", "ends in Done", "--html", pages["finding"], codes=(1,))
    model = write("model.json", {"default": {"latency": {"p50": "100ms", "p99": "2s"}, "failures": {"Busy": 0.2}, "output": {}}})
    workflow("simulate", faulty, "--model", model, "--executions", "400", "--html", pages["simulation"])
    runs = folder / "runs"
    for file in runs.glob("*"):
        file.unlink()
    workflow("run", nested, "--input", '{"orders": []}', WORKFLOW_COVERAGE=str(runs))
    workflow("coverage", "--folder", runs, "--only-run", "--html", pages["coverage"])
    for name, path in pages.items():
        check_looks(browser, path, name)
    check_folding(browser, pages["nested"])
    for name in ("changed", "diff"):
        check_lists(browser, pages[name], "Left", "changed", "Seconds before", "Seconds after", "Definition before")
        check_lists(browser, pages[name], "Prepare", "removed", "Definition before")
    check_lists(browser, pages["finding"], "`Charge` fails", "fault", "Error")
    check_lists(browser, pages["coverage"], "Both", "never entered", "Definition of the state")
    check_lists(browser, pages["simulation"], "Charge", "of the mean")
    with Page(browser, pages["several"].as_uri(), axe) as one:
        state(one.page, "Two").click()
        assert '"StartAt": "Charge"' in panel(one.page).inner_text()
        state(one.page, "Charge").click()
        assert '"FunctionName": "charge"' in panel(one.page).inner_text()
    with Page(browser, pages["finding"].as_uri(), axe) as one:
        said = one.page.locator(".notes").first.inner_text()
        assert "“ends in Done” does not hold" in said and "executions tried" in said, said
        expect(one.page.locator("#timeline .row")).to_have_count(2)


def main():
    definition = write("order.asl.json", DEFINITION)
    mocks = write("mocks.json", MOCKS)
    sent = json.dumps({"prices": [{"price": price} for price in range(50)]})
    page = folder / "execution.html"
    workflow("run", definition, "--input", sent, "--mocks", mocks, "--case", "busy", "--html", page)
    events = json.loads(workflow("run", definition, "--input", sent, "--mocks", mocks, "--case", "busy", "--history", "json"))
    # The same from an exported history; one of another machine, cut off, with an event of the future, says so.
    history = write("history.json", {"events": events})
    again = folder / "again.html"
    workflow("history", history, "--definition", definition, "--html", again)
    events[3]["type"] = "QuantumStateCollapsed"
    broken = write("broken.json", {"events": events[:40]})
    other = write("other.asl.json", {"StartAt": "Else", "States": {"Else": {"Type": "Pass", "End": True}}})
    workflow("history", broken, "--definition", other, "--html", folder / "broken.html")
    steps = write("steps.asl.json", STEPS)
    workflow("run", steps, "--mocks", write("steps.mocks.json", STEPS_MOCKS), "--html", folder / "steps.html")
    (folder / "graph.html").write_text(workflow("graph", definition, "--to", "html"))
    ends = {f"State {number}": {"Type": "Pass", "End": True} for number in range(8)}
    rules = [{"Variable": "$.n", "NumericEquals": number, "Next": name} for number, name in enumerate(ends)]
    wide = write("wide.asl.json", {"StartAt": "Which", "States": {"Which": {"Type": "Choice", "Choices": rules}, **ends}})
    (folder / "wide.html").write_text(workflow("graph", wide, "--to", "html"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for path in (page, again):
            check_execution(browser, path.as_uri())
        check_steps(browser, (folder / "steps.html").as_uri())
        for path in (page, folder / "graph.html"):
            check_text_fits(browser, path.as_uri())
        with Page(browser, (folder / "broken.html").as_uri(), axe) as one:
            said = one.page.locator(".notes").inner_text()
            for words in ("QuantumStateCollapsed", "another state machine", "has not ended"):
                assert words in said, said
            one.accessible("a broken history")
        for scheme in ("light", "dark"):
            for width in (1366, 390):
                with Page(browser, (folder / "graph.html").as_uri(), axe, color_scheme=scheme, viewport={"width": width, "height": 844}) as one:
                    one.accessible(f"graph, {scheme} at {width}")
                    check_fits(one.page, f"graph, {scheme} at {width}")
        # The page of a graph has the definition of each state, and its picture can be made larger.
        with Page(browser, (folder / "graph.html").as_uri(), axe, viewport={"width": 1280, "height": 800}) as one:
            state(one.page, "Pay").click()
            assert '"FunctionName": "pay"' in panel(one.page).inner_text()
            size = one.page.locator(".workflow-graph").bounding_box()["width"]
            one.page.get_by_role("button", name="Larger").click()
            assert one.page.locator(".workflow-graph").bounding_box()["width"] > size * 1.2
            one.page.get_by_role("button", name="Fit width").click()
            check_fits(one.page, "after Fit width")
            one.page.fill("#search", "refund")
            expect(one.page.locator(".workflow-graph .state:not(.dim)")).to_have_count(1)
        # A phone shows the start of a wide graph first.
        with Page(browser, (folder / "wide.html").as_uri(), axe, viewport={"width": 390, "height": 844}) as one:
            check_fits(one.page, "a wide graph")
            start = one.page.locator(".workflow-graph g", has_text="start").last.locator("circle").bounding_box()
            assert 80 < start["x"] < 280, f"the start is at {start['x']}"
        check_reports(browser)
        check_large(browser)
        browser.close()
    print("the pages work")


main()
