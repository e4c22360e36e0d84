// Runs the command line, which is a WebAssembly module for WASI.

import { readFileSync } from "node:fs";

// Node.js 20 warns that WASI is experimental each time a process loads it.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).includes("WASI")) emitWarning.call(process, warning, ...rest);
};
const { WASI } = await import("node:wasi");
process.emitWarning = emitWarning;

let module;

/** Runs a command with the options of `WASI`. Returns its exit code. */
export function start(args, options) {
  module ??= new WebAssembly.Module(readFileSync(new URL("cargo-workflow.wasm", import.meta.url)));
  const wasi = new WASI({ version: "preview1", args: ["cargo-workflow", ...args], returnOnExit: true, ...options });
  // Optimised WebAssembly calls the functions themselves in a way that corrupts the memory of Node.js 20.
  const calls = Object.entries(wasi.wasiImport).map(([name, call]) => [name, (...values) => call(...values)]);
  return wasi.start(new WebAssembly.Instance(module, { wasi_snapshot_preview1: Object.fromEntries(calls) }));
}
