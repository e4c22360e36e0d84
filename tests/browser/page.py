"""A page in a browser that may ask nobody but where it comes from, whose script must not stumble, and that anybody can use."""

import time

class Page:
    """The page at a path or URL, in a context of its own."""

    def __init__(self, browser, path, axe, **options):
        self.axe, self.own = axe, path.split("/console")[0] if path.startswith("http") else "file://"
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.asked, self.said = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.began = time.monotonic()
        self.page.goto(path)
        self.took = time.monotonic() - self.began

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            outside = [url for url in self.asked if not url.startswith((self.own + "/" if self.own != "file://" else self.own, "data:"))]
            assert not outside, outside
            assert not self.said, self.said
            assert self.page.evaluate("window.broken") is None, "markup of the data ran"
        self.context.close()

    def accessible(self, what):
        self.page.evaluate(self.axe)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        lines = [f"{one['id']}: {one['help']}\n  " + "\n  ".join(node["html"][:200] + " " + node["failureSummary"] for node in one["nodes"][:3]) for one in found]
        assert not found, f"{what}:\n" + "\n".join(lines)
