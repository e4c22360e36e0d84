// Starts the language server of `cargo workflow` for the files that may have state machines.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const LANGUAGES = ["json", "jsonc", "yaml", "terraform", "rust"];

let client;

exports.activate = async () => {
  const [command, ...args] = vscode.workspace.getConfiguration("workflow").get("command");
  const documentSelector = LANGUAGES.flatMap((language) => [
    { language, scheme: "file" },
    { language, scheme: "untitled" },
  ]);
  client = new LanguageClient("workflow", "Workflow", { command, args }, { documentSelector });
  await client.start();
  return client;
};

exports.deactivate = () => client?.stop();
