// The language of `workflow!` for highlight.js: blocks of `workflow`, and `workflow!` in blocks of Rust.
"use strict";

(function () {
    // Words of the compiler's tables: `WORKFLOW_BLESS=1 cargo test -p workflow-compiler --test it words` writes them.
    const WORDS = [
        "after and arguments as assign at batch before both branch catch caught choice comment const context",
        "count credentials defaults distributed else end ends entered enum errors explicit express fail",
        "failed failures for fragment from full has heartbeat if in index inline input input_path item",
        "item_reader item_selector iterator jsonata jsonpath label map match max_concurrency most never no",
        "none nonexhaustive once or out output output_path over parallel parameters params pass percent",
        "placeholders property pub query raw reachable result result_path result_selector retry returns since",
        "standard start state struct succeed succeeded task timed timeout tolerate tolerated type unchecked",
        "unless until use version wait with workflow write_to",
    ].join(" ");
    const STATES = "task|pass|wait|choice|parallel|map|succeed|fail";
    // The end of the tables.

    const IDENT = /[A-Za-z_]\w*/;
    const name = { className: "title", end: /\w\b/ };

    function workflow(hljs) {
        const contains = [
            hljs.C_LINE_COMMENT_MODE,
            hljs.C_BLOCK_COMMENT_MODE,
            { className: "meta", begin: /#\[/, end: /\]/, contains: [hljs.QUOTE_STRING_MODE] },
            { className: "string", begin: /\br(#*)"(.|\n)*?"\1/ },
            hljs.QUOTE_STRING_MODE,
            // Durations too.
            { className: "number", begin: /\b\d[\d_]*(\.\d+)?(ms|[smhd])?/, relevance: 0 },
            // The name of what is declared.
            {
                className: "keyword",
                begin: new RegExp("\\b(workflow|fragment|struct|enum|" + STATES + ")(?=\\s+[A-Z])"),
                starts: name,
            },
            // A transition.
            { className: "keyword", begin: /->(?=\s*[A-Z])/, starts: name },
            { className: "keyword", begin: /->/ },
            // Functions of JSONata.
            { className: "built_in", begin: /\$\w+/ },
            // A field or a member has any name, also that of a clause.
            { begin: /\b[A-Za-z_]\w*\s*:(?!:)/ },
            { begin: /\.\w+/ },
        ];
        return {
            name: "workflow",
            keywords: {
                $pattern: IDENT,
                keyword: WORDS,
                literal: "true false null",
                type: "String bool i8 i16 i32 i64 u8 u16 u32 u64 isize usize f32 f64 Vec Option Map Json Arn Timestamp",
            },
            contains,
        };
    }

    hljs.registerLanguage("workflow", workflow);
    const macro = { begin: /\bworkflow! \{/, end: /^\}/, subLanguage: "workflow" };
    const rust = hljs.getLanguage("rust").rawDefinition(hljs);
    rust.contains.unshift(macro);
    hljs.registerLanguage("rust", () => rust);

    // mdbook's own script, before this one, has highlighted the blocks without these languages.
    for (const block of document.querySelectorAll("code.language-workflow, code.language-rust")) {
        const isWorkflow = block.classList.contains("language-workflow");
        if (isWorkflow || block.textContent.includes("workflow! {")) {
            for (const span of block.querySelectorAll("span[class^=hljs-]")) {
                span.replaceWith(...span.childNodes);
            }
            hljs.highlightBlock(block);
        }
    }
})();
