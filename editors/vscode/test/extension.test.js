// Loads the extension and lets its client talk to the server. VS Code's API is a stand-in (`vscode.js`).
// WORKFLOW_COMMAND is the program, if `cargo-workflow` is not on the path.

const assert = require("node:assert");
const Module = require("node:module");
const test = require("node:test");
const stand = require("./vscode.js");

const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? stand.api : load(name, ...rest));

test("the extension starts the server, which checks a document", { timeout: 60000 }, async () => {
  stand.command = [process.env.WORKFLOW_COMMAND ?? "cargo-workflow", "workflow", "lsp"];
  const extension = require("../extension.js");
  const client = await extension.activate();
  try {
    const about = client.initializeResult;
    assert.strictEqual(about.serverInfo.name, "cargo-workflow");
    const published = new Promise((resolve) => stand.published.event(resolve));
    const text = '{"StartAt": "Frist", "States": {"First": {"Type": "Succeed"}}}';
    const uri = stand.api.Uri.file("/nowhere/order.asl.json");
    stand.opened.fire({ uri, languageId: "json", version: 1, getText: () => text });
    const { found } = await published;
    assert.strictEqual(found[0].code, "WF0201");
    assert.match(found[0].message, /did you mean `First`/);
    const answers = ["completion", "hover", "definition", "references", "rename", "outline", "folding", "actions", "lenses"];
    const commands = ["workflow.graph", "workflow.policy", "workflow.run", "workflow.explore"];
    const kinds = [...answers, ...commands];
    for (const kind of kinds) {
      assert.ok(stand.registered.includes(kind), `${kind} is not among ${stand.registered}`);
    }
  } finally {
    await extension.deactivate();
  }
});
