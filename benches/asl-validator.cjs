// Times npm's asl-validator on documents: `node asl-validator.cjs FOLDER RUNS FILE…`, where FOLDER has its node_modules.
// Prints for each file: milliseconds of its fastest run, from text to verdict, and the verdict.
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const [folder, runs, ...files] = process.argv.slice(2);
const validate = createRequire(path.resolve(folder, 'package.json'))('asl-validator');
const check = validate.default ?? validate;
for (const file of files) {
  const text = fs.readFileSync(file, 'utf8');
  let fastest = Infinity;
  let verdict;
  for (let run = 0; run < Number(runs); run += 1) {
    const start = process.hrtime.bigint();
    verdict = check(JSON.parse(text));
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / 1e6);
  }
  console.log(`${fastest} ${verdict.isValid}`);
}
