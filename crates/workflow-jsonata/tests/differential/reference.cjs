// Evaluates expressions with the reference implementation, the npm package `jsonata`, whose folder is the first
// argument; the second one is the present time.
// Input: a line with the documents, then a line `[document, expression]` for each case. Output: a line for each case.
'use strict';
// The present time is the same in each run.
const Clock = Date;
const now = Number(process.argv[3]);
global.Date = class extends Clock {
    constructor(...given) {
        super(...(given.length ? given : [now]));
    }
    static now() {
        return now;
    }
};
const jsonata = require(process.argv[2]);
const lines = require('readline').createInterface({ input: process.stdin, crlfDelay: Infinity });

// Functions, which JSON cannot hold, are told apart; `NaN` is null, as in JSON text.
function isFunction(value) {
    return typeof value === 'function' || Boolean(value && (value._jsonata_lambda || value._jsonata_function));
}

function holdsFunction(value) {
    if (value === null || typeof value !== 'object') {
        return typeof value === 'function';
    }
    return isFunction(value) || Object.values(value).some(holdsFunction);
}

// Half of a character, which no string of Rust holds, is U+FFFD.
function text(answer) {
    return JSON.stringify(answer, (_, value) => (typeof value === 'string' ? value.toWellFormed() : value));
}

async function outcome(expression, document) {
    let value;
    try {
        value = await jsonata(expression).evaluate(document);
    } catch (error) {
        // A failure without a code is JavaScript's own.
        return text(error && error.code ? { code: error.code } : { thrown: String((error && error.message) || error) });
    }
    if (value === undefined) {
        return '{}';
    }
    try {
        return holdsFunction(value) ? '{"function":true}' : text({ value });
    } catch (error) {
        // A value that holds itself.
        return text({ thrown: String(error.message) });
    }
}

(async () => {
    let documents;
    for await (const line of lines) {
        if (documents === undefined) {
            documents = JSON.parse(line);
            continue;
        }
        const [document, expression] = JSON.parse(line);
        const answer = await outcome(expression, structuredClone(documents[document]));
        process.stdout.write(answer + '\n');
    }
})();
