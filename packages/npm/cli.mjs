#!/usr/bin/env node
import { parse } from "node:path";

import { start } from "./wasi.mjs";

// WASI has one tree of files, and the program goes to the folder of `PWD`.
const here = process.cwd();
const { root } = parse(here);
const folder = `/${here.slice(root.length).replaceAll("\\", "/")}`;
process.exitCode = start(process.argv.slice(2), { env: { ...process.env, PWD: folder }, preopens: { "/": root } });
