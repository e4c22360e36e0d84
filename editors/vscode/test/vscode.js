// Stands for VS Code's API where there is no VS Code: as much of it as the extension and its client use. Each class that is
// not here is an empty one, and each event never happens unless a test fires it.

class Emitter {
  constructor() {
    this.listeners = [];
    this.event = (listener) => {
      this.listeners.push(listener);
      return { dispose() {} };
    };
  }
  fire(value) {
    this.listeners.forEach((listener) => listener(value));
  }
  dispose() {}
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(...given) {
    const [start, end] = given.length === 4 ? [new Position(given[0], given[1]), new Position(given[2], given[3])] : given;
    Object.assign(this, { start, end });
  }
}

class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}

class Uri {
  static parse(text) {
    return Object.assign(new Uri(), { text, scheme: text.split(":")[0], fsPath: text.replace("file://", "") });
  }
  static file(path) {
    return Uri.parse(`file://${path}`);
  }
  toString() {
    return this.text;
  }
}

class CancellationTokenSource {
  constructor() {
    this.token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) };
  }
  cancel() {}
  dispose() {}
}

class CodeActionKind {
  constructor(value) {
    this.value = value;
  }
  append(part) {
    return new CodeActionKind(this.value ? `${this.value}.${part}` : part);
  }
}
CodeActionKind.Empty = new CodeActionKind("");
for (const part of ["QuickFix", "Refactor", "Source"]) {
  CodeActionKind[part] = CodeActionKind.Empty.append(part.toLowerCase());
}

/** Returns an object with these members. Another one that is asked for is an empty class, if its name is a class's, or a
 * function: an event, or the registration of something. */
const withDefaults = (known) =>
  new Proxy(known, {
    get(target, name) {
      if (!(name in target) && typeof name === "string" && name !== "then") {
        target[name] = /^[A-Z]/.test(name) ? class {} : () => ({ dispose() {} });
      }
      return target[name];
    },
  });

exports.opened = new Emitter();
exports.published = new Emitter();
exports.registered = [];

const register = (kind) => (selector) => {
  exports.registered.push(kind);
  return { dispose() {} };
};

const channel = () => withDefaults({ name: "Workflow", append() {}, appendLine() {}, dispose() {}, show() {} });

exports.api = withDefaults({
  version: "1.100.0",
  Position,
  Range,
  Diagnostic,
  Uri,
  CancellationTokenSource,
  CodeActionKind,
  EventEmitter: Emitter,
  Disposable: class {
    static from() {
      return { dispose() {} };
    }
    dispose() {}
  },
  DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
  CompletionItemKind: {},
  SymbolKind: {},
  commands: withDefaults({
    registerCommand(command) {
      exports.registered.push(command);
      return { dispose() {} };
    },
  }),
  env: withDefaults({ language: "en", appName: "test" }),
  workspace: withDefaults({
    textDocuments: [],
    notebookDocuments: [],
    workspaceFolders: undefined,
    getConfiguration: () => ({ get: (name) => (name === "command" ? exports.command : undefined) }),
    onDidOpenTextDocument: exports.opened.event,
  }),
  window: withDefaults({
    createOutputChannel: channel,
    visibleTextEditors: [],
    tabGroups: { all: [], onDidChangeTabs: () => ({ dispose() {} }) },
    showErrorMessage: async () => undefined,
  }),
  languages: withDefaults({
    match: (selector, document) => [selector].flat().some((filter) => filter.language === document.languageId),
    createDiagnosticCollection: () => ({
      set: (uri, found) => exports.published.fire({ uri: uri.toString(), found }),
      delete() {},
      clear() {},
      dispose() {},
    }),
    registerCompletionItemProvider: register("completion"),
    registerHoverProvider: register("hover"),
    registerDefinitionProvider: register("definition"),
    registerReferenceProvider: register("references"),
    registerRenameProvider: register("rename"),
    registerDocumentSymbolProvider: register("outline"),
    registerFoldingRangeProvider: register("folding"),
    registerCodeActionsProvider: register("actions"),
    registerCodeLensProvider: register("lenses"),
  }),
});
