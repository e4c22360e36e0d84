//! Generates valid programs of `workflow!` from a source of choices, over all productions of the language.
//!
//! A program is right by construction: values have the types of their places, a state reads only what is certain where
//! it stands, and every scope ends. It may have warnings, such as an item that nothing reads.

use std::fmt::Write;

/// Returns a program. `choose(n)` returns a number below `n`.
pub(crate) fn program(choose: &mut dyn FnMut(usize) -> usize) -> String {
    let mut generator = Generator {
        choose,
        out: String::new(),
        names: 0,
        jsonata: true,
        in_fragment: false,
        fragments: Vec::new(),
        child: false,
        express: false,
    };
    generator.program();
    generator.out
}

/// The types of values. `Line` is a struct, and `Mode` and `Pay` are enums, that every workflow declares.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Type {
    Text,
    Whole,
    Flag,
    Mode,
    /// An enum with data, with a tag.
    Pay,
    Line,
    /// A list of texts, of lines, of lists of texts.
    Texts,
    Lines,
    Table,
    OptionalText,
}

use Type::{Flag, Line, Lines, Mode, OptionalText, Pay, Table, Text, Texts, Whole};

impl Type {
    fn rust(self) -> &'static str {
        match self {
            Text => "String",
            Whole => "i64",
            Flag => "bool",
            Mode => "Mode",
            Pay => "Pay",
            Line => "Line",
            Texts => "Vec<String>",
            Lines => "Vec<Line>",
            Table => "Vec<Vec<String>>",
            OptionalText => "Option<String>",
        }
    }

    fn item(self) -> Option<Self> {
        match self {
            Texts => Some(Text),
            Lines => Some(Line),
            Table => Some(Texts),
            _ => None,
        }
    }
}

/// What a state can read: references with their types.
type Scope = Vec<(String, Type)>;

const INPUTS: [(&str, Type); 10] = [
    ("id", Text),
    ("count", Whole),
    ("fast", Flag),
    ("mode", Mode),
    ("pay", Pay),
    ("first", Line),
    ("tags", Texts),
    ("lines", Lines),
    ("table", Table),
    ("note", OptionalText),
];

#[derive(Clone)]
struct Fragment {
    name: String,
    inputs: Vec<(&'static str, Type)>,
    has_output: bool,
    /// Whether a state of it has errors to catch.
    fails: bool,
}

struct Generator<'a> {
    choose: &'a mut dyn FnMut(usize) -> usize,
    out: String,
    /// The number of names so far.
    names: usize,
    jsonata: bool,
    /// Whether a fragment is written. In it, errors are left to its uses. In JSONPath, an argument may be a literal, which
    /// a condition or a map cannot read.
    in_fragment: bool,
    fragments: Vec<Fragment>,
    /// Whether there is a workflow to start.
    child: bool,
    express: bool,
}

impl Generator<'_> {
    fn below(&mut self, count: usize) -> usize {
        (self.choose)(count)
    }

    fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn name(&mut self, word: &str) -> String {
        self.names += 1;
        // Copies in a `for` add a number to the name.
        format!("{word}{}x", self.names)
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn program(&mut self) {
        self.jsonata = !self.once_in(4);
        self.in_fragment = true;
        self.express = self.once_in(5);
        for _ in 0..self.below(3) {
            self.fragment();
        }
        self.in_fragment = false;
        if !self.express && self.once_in(3) {
            self.child = true;
            self.write(
                "workflow Pack { input { order: String, grams: Option<i64> } returns { parcel: String }
                    task Box = lambda::invoke<String> { FunctionName: \"pack\", Payload: input } timeout 9s -> Packed;
                    succeed Packed { parcel: Box.Payload } }\n",
            );
        }
        self.write("pub workflow Order {\n");
        if !self.jsonata {
            self.write("query jsonpath;\n");
        }
        self.write("enum Mode { Fast, Full }\nstruct Line { sku: String, count: i64, gift: Option<String> }\n");
        self.write("#[serde(tag = \"by\", rename_all = \"camelCase\")] enum Pay { Card { number: String }, Cash { cents: i64 }, Free }\n");
        self.write("struct Row { id: String, cents: String }\nparams { pack: Arn, bucket: String, queue: String }\n");
        let mut scope = Scope::new();
        self.write("input {\n");
        for (name, ty) in INPUTS {
            if !self.once_in(4) {
                let _ = writeln!(self.out, "{name}: {},", ty.rust());
                scope.push((format!("input.{name}"), ty));
            }
        }
        self.write("}\n");
        // In JSONPath, a `succeed` has no value of its own.
        let has_output = self.jsonata && self.once_in(2);
        if has_output {
            self.write("returns { word: String, size: i64, note: Option<String> }\n");
        }
        if self.express {
            self.write("type express;\n");
        } else if self.once_in(3) {
            self.write("timeout 2h;\n");
        }
        let has_handlers = self.once_in(2);
        if has_handlers {
            self.write("retry again [Lambda.ServiceException, Lambda.TooManyRequestsException] { interval: 2s, max_attempts: 2 }\n");
            self.write("defaults { retry again; timeout 5m; }\n");
        }
        let begun = self.out.len();
        let first = self.name("First");
        let second = self.name("S");
        let _ = writeln!(self.out, "pass {first} -> {second};");
        let last = self.states(&mut scope, 3, has_handlers, Some(second));
        if has_output {
            let (word, size) = (self.value(Text, &scope), self.value(Whole, &scope));
            let _ = writeln!(self.out, "succeed {last} {{ word: {word}, size: {size} }}");
        } else if self.once_in(2) {
            let _ = writeln!(self.out, "succeed {last};");
        } else {
            let members = self.members(&scope);
            let _ = writeln!(self.out, "pass {last} {members} -> end;");
        }
        if self.once_in(3) {
            let text = match self.below(4) {
                0 => format!("property at most once {last};\n"),
                1 => format!("property ends in {last};\n"),
                2 => format!("property reachable {last} entered unless {last} failed;\n"),
                _ => format!("start {first};\nproperty {first} before {last};\n"),
            };
            self.out.insert_str(begun, &text);
        }
        self.write("}\n");
    }

    fn fragment(&mut self) {
        let name = self.name("Part");
        let mut inputs = vec![("to", Text)];
        for input in [("size", Whole), ("words", Texts), ("more", OptionalText)] {
            if self.once_in(2) {
                inputs.push(input);
            }
        }
        let begun = self.out.len();
        let _ = writeln!(self.out, "fragment {name} {{\ninput {{");
        for (field, ty) in &inputs {
            let _ = writeln!(self.out, "{field}: {},", ty.rust());
        }
        self.write("}\n");
        let has_output = self.once_in(2);
        if has_output {
            self.write("returns { word: String }\n");
        }
        let mut scope: Scope = inputs.iter().map(|(field, ty)| (format!("input.{field}"), *ty)).collect();
        let last = self.states(&mut scope, 1, false, None);
        if has_output {
            let word = self.value(Text, &scope);
            let _ = writeln!(self.out, "pass {last} {{ word: {word} }} -> end;");
        } else if self.jsonata && self.once_in(2) && inputs.contains(&("more", OptionalText)) {
            let _ = writeln!(
                self.out,
                "task {last} = sqs::sendMessage {{ QueueUrl: input.to, MessageBody: {{ cc?: input.more }} }} -> end;"
            );
        } else {
            let _ = writeln!(self.out, "pass {last} -> end;");
        }
        self.write("}\n");
        let text = &self.out[begun..];
        let uses_failing = |known: &Fragment| known.fails && text.contains(&format!("use {} ", known.name));
        let fails = ["task ", "parallel ", "map "].iter().any(|kind| text.contains(kind))
            || self.fragments.iter().any(uses_failing);
        self.fragments.push(Fragment { name, inputs, has_output, fails });
    }

    /// Writes states that lead to a state that is still to be written, whose name it returns. Adds what they give to the
    /// scope.
    fn states(&mut self, scope: &mut Scope, depth: usize, handlers: bool, first: Option<String>) -> String {
        let mut name = first.unwrap_or_else(|| self.name("S"));
        for _ in 0..self.below(4) + 1 {
            let next = self.name("S");
            self.state(&name, &next, scope, depth, handlers);
            name = next;
        }
        name
    }

    fn state(&mut self, name: &str, next: &str, scope: &mut Scope, depth: usize, handlers: bool) {
        match self.below(if depth > 0 { 15 } else { 8 }) {
            0 => {
                let members = self.members(scope);
                let assigned = self.once_in(3).then(|| self.name("v"));
                let assign =
                    assigned.as_ref().map(|variable| format!(" assign {{ {variable}: 1 }}")).unwrap_or_default();
                let _ = writeln!(self.out, "/// Prepares.\npass {name} {members}{assign} -> {next};");
                scope.extend(assigned.map(|variable| (format!("${variable}"), Whole)));
            }
            1 => {
                let result = self.of(&[Text, Whole, Flag, Texts]);
                let clauses = self.clauses(handlers);
                let members = self.members(scope);
                let failed = (!self.in_fragment && self.once_in(3)).then(|| self.name("Failed"));
                let caught =
                    failed.as_ref().map(|failed| format!(" catch [States.ALL] -> {failed}")).unwrap_or_default();
                let _ = writeln!(
                    self.out,
                    "task {name} = lambda::invoke<{}> {{ FunctionName: \"f\", Payload: {members} }}{clauses}{caught} -> {next};",
                    result.rust()
                );
                if let Some(failed) = failed {
                    let _ = writeln!(self.out, "fail {failed} {{ error: \"E\", cause: \"it failed\" }}");
                }
                scope.push((format!("{name}.Payload"), result));
            }
            2 => {
                let body = self.value(Text, scope);
                let alias = if self.once_in(3) { format!(" as \"Send {name}\"") } else { String::new() };
                let _ = writeln!(
                    self.out,
                    "task {name}{alias} = sqs::sendMessage {{ QueueUrl: \"https://q\", MessageBody: {body} }} -> {next};"
                );
                scope.push((format!("{name}.MessageId"), Text));
            }
            3 => {
                let time = self.of(&["5s", "2m", "1h"]);
                let _ = writeln!(self.out, "wait {name} for {time} -> {next};");
            }
            4 => self.choice(name, next, scope),
            5 => {
                let _ = writeln!(
                    self.out,
                    "for word in [\"a\", \"b\", \"c\"] {{ pass {name} {{ word: word }} -> end; }} -> {next};"
                );
            }
            6 if !self.express => {
                let _ = writeln!(
                    self.out,
                    "task {name} = sqs::sendMessage.waitForTaskToken {{ QueueUrl: \"https://q\", MessageBody: {{ token: context.Task.Token }} }} timeout 1h heartbeat 5m -> {next};"
                );
            }
            7 => {
                let (outer, inner) = (self.name("Both"), self.name("S"));
                let _ = writeln!(
                    self.out,
                    "pass {name} -> {outer};
                    for one in [\"x\", \"y\"] {{
                        parallel {outer} {{ for two in [1..=2] {{ branch {{ pass {inner} {{ one: one, two: two }} -> end; }} }} }} -> end;
                    }} -> {next};"
                );
            }
            8 => self.parallel(name, next, scope, depth),
            9 | 10 => self.map(name, next, scope, depth),
            11 if !self.fragments.is_empty() => self.used(name, next, scope),
            12 if self.child && self.jsonata => {
                let order = self.value(Text, scope);
                let _ = writeln!(
                    self.out,
                    "task {name} = workflow::<Pack>.sync:2 {{ StateMachineArn: \"arn:aws:states:us-east-1:123456789012:stateMachine:pack\", Input: {{ order: {order} }} }} -> {next};"
                );
                scope.push((format!("{name}.Output.parcel"), Text));
            }
            13 if depth > 2 && !self.express => self.rows(name, next),
            _ => {
                let _ = writeln!(self.out, "pass {name} -> {next};");
            }
        }
    }

    fn clauses(&mut self, handlers: bool) -> String {
        let mut clauses = String::new();
        for clause in [
            " timeout 30s",
            " retry [States.Timeout] { interval: 1s, max_attempts: 2, backoff: 2.0 }",
            " comment \"Calls.\"",
        ] {
            if self.once_in(3) {
                clauses.push_str(clause);
            }
        }
        if handlers && self.once_in(4) {
            clauses.push_str(" retry none");
        }
        clauses
    }

    fn choice(&mut self, name: &str, next: &str, scope: &Scope) {
        let other = self.name("S");
        let pay = scope.iter().find(|(_, ty)| *ty == Pay && !self.in_fragment).map(|(text, _)| text.clone());
        if let (Some(pay), true) = (pay, self.once_in(3)) {
            // An arm that has tested the tag reads the data of the variant.
            let seen = self.name("v");
            let _ = writeln!(
                self.out,
                "choice {name} match {pay}.by {{ \"card\" -> {other} {{ assign {{ {seen}: {pay}.number }} }} \"cash\" | \"free\" -> {next}; _ -> {next}; }}"
            );
            let _ = writeln!(self.out, "pass {other} {{ other: true }} -> {next};");
            return;
        }
        let modes: Vec<_> = scope.iter().filter(|(_, ty)| *ty == Mode).map(|(text, _)| text.clone()).collect();
        let text: Vec<_> = scope.iter().filter(|(_, ty)| *ty == Text).map(|(text, _)| text.clone()).collect();
        match (if self.in_fragment && !self.jsonata { 2 } else { self.below(3) }, modes.first(), text.first()) {
            (0, Some(mode), _) => {
                let _ =
                    writeln!(self.out, "choice {name} match {mode} {{ Mode::Fast -> {next}; Mode::Full -> {other}; }}");
            }
            (1, _, Some(text)) => {
                let _ = writeln!(
                    self.out,
                    "choice {name} match {text} {{ for kind in [\"x\", \"y\"] {{ kind -> {other}; }} \"z\" | \"w\" -> {next}; _ -> {next}; }}"
                );
            }
            _ => {
                let condition = self.condition(scope, 1);
                let _ = writeln!(self.out, "choice {name} {{ if {condition} -> {other}; else -> {next}; }}");
            }
        }
        let _ = writeln!(self.out, "pass {other} {{ other: true }} -> {next};");
    }

    fn parallel(&mut self, name: &str, next: &str, scope: &Scope, depth: usize) {
        let _ = writeln!(self.out, "parallel {name} {{");
        for _ in 0..self.below(2) + 1 {
            self.write("/// A branch.\nbranch {\n");
            self.body(&mut scope.clone(), depth - 1);
            self.write("}\n");
        }
        if self.once_in(2) {
            let inside = self.name("S");
            let _ = writeln!(
                self.out,
                "for part in [{{ id: \"a\", n: 1 }}, {{ id: \"b\", n: 2 }}] {{ branch {{ pass {inside} {{ id: part.id, n: part.n }} -> end; }} }}"
            );
        }
        if !self.in_fragment && self.once_in(3) {
            let failed = self.name("Failed");
            let _ = writeln!(self.out, "}} catch [States.ALL] -> {failed} -> {next};");
            let cause = if self.jsonata { "caught.Cause ?? \"\"" } else { "\"it failed\"" };
            let _ = writeln!(self.out, "fail {failed} {{ error: caught.Error, cause: {cause} }}");
        } else {
            let _ = writeln!(self.out, "}} -> {next};");
        }
    }

    fn map(&mut self, name: &str, next: &str, scope: &Scope, depth: usize) {
        let reads_lists = self.jsonata || !self.in_fragment;
        let lists: Vec<_> = scope.iter().filter(|(_, ty)| reads_lists && ty.item().is_some()).cloned().collect();
        let Some((list, ty)) = lists.get(self.below(lists.len().max(1))).cloned() else {
            let _ = writeln!(self.out, "pass {name} -> {next};");
            return;
        };
        let Some(item) = ty.item() else { return };
        let named = self.once_in(2).then(|| self.name("item_"));
        let alias = named.as_ref().map(|named| format!(" as {named}")).unwrap_or_default();
        let most = if self.once_in(2) { " max_concurrency 5" } else { "" };
        let _ = writeln!(self.out, "map {name} over {list}{alias}{most} {{");
        let mut inner = scope.clone();
        // An item of a map around has the same name.
        inner.retain(|(text, _)| text != "item" && !text.starts_with("item."));
        if self.jsonata {
            let reference = match named {
                Some(named) if self.once_in(2) => named,
                _ => "item".to_owned(),
            };
            if item == Line {
                inner.push((format!("{reference}.sku"), Text));
                inner.push((format!("{reference}.gift"), OptionalText));
            }
            inner.push((reference, item));
        }
        // A map inside must not be the first state.
        let first = self.name("S");
        let start = self.name("S");
        let _ = writeln!(self.out, "pass {first} -> {start};");
        self.body_from(start, &mut inner, depth - 1);
        let _ = writeln!(self.out, "}} -> {next};");
    }

    fn rows(&mut self, name: &str, next: &str) {
        let (first, kind) = (self.name("S"), self.of(&["express", "standard"]));
        let (reader, value) = self.of(&[
            (
                "csv<Row> { Bucket: params.bucket, Key: \"rows.csv\", headers: first_row }",
                "{ cents: $number(item.cents) }",
            ),
            ("csv { Bucket: params.bucket, Key: \"rows.csv\", headers: [\"id\", \"cents\"] }", "{ id: item.id }"),
            ("json<Line> { Bucket: params.bucket, Key: \"a.json\", pointer: \"/lines\" }", "{ size: item.count + 1 }"),
            ("jsonl<Pay> { Bucket: params.bucket, Key: \"a.jsonl\" }", "{ by: item.by }"),
            ("parquet<Row> { Bucket: params.bucket, Key: \"a.parquet\", max_items: 9 }", "{ id: item.id }"),
            ("list { Bucket: params.bucket, Prefix: \"in/\" }", "{ key: item.Key }"),
            ("manifest { Bucket: params.bucket, Key: \"m.json\", manifest: s3_inventory }", "{ key: item.Key }"),
        ]);
        let value = if self.jsonata { value } else { "{ kind: \"k\" }" };
        let _ = writeln!(
            self.out,
            "map {name} over s3::{reader}
                distributed {kind} tolerate percent 5 label \"{name}\" {{ pass {first} {value} -> end; }} -> {next};"
        );
    }

    fn used(&mut self, name: &str, next: &str, scope: &mut Scope) {
        let Fragment { name: fragment, inputs, has_output, fails } = {
            let number = self.below(self.fragments.len());
            self.fragments[number].clone()
        };
        let repeated = self.once_in(4);
        let mut arguments = String::new();
        for (field, ty) in inputs {
            let value = match ty {
                _ if repeated && field == "to" => "one.to".to_owned(),
                OptionalText if self.once_in(2) => continue,
                OptionalText => self.value(Text, scope),
                Texts => self.list(scope),
                ty => self.value(ty, scope),
            };
            let _ = write!(arguments, "{field}: {value}, ");
        }
        if repeated {
            let _ = writeln!(
                self.out,
                "for one in [{{ to: \"x\" }}, {{ to: \"y\" }}] {{ use {fragment} as {name} {{ {arguments} }} -> end; }} -> {next};"
            );
            return;
        }
        let failed = (fails && !self.in_fragment && self.once_in(3)).then(|| self.name("Failed"));
        let caught = failed.as_ref().map(|failed| format!("catch [States.ALL] -> {failed}")).unwrap_or_default();
        let _ = writeln!(self.out, "use {fragment} as {name} {{ {arguments} }} {caught} -> {next};");
        if let Some(failed) = failed {
            let _ = writeln!(self.out, "fail {failed} {{ error: \"E\", cause: \"it failed\" }}");
        }
        if has_output {
            scope.push((format!("{name}.word"), Text));
        }
    }

    /// Writes the states of a scope.
    fn body(&mut self, scope: &mut Scope, depth: usize) {
        let first = self.name("S");
        self.body_from(first, scope, depth);
    }

    fn body_from(&mut self, first: String, scope: &mut Scope, depth: usize) {
        let last = self.states(scope, depth, false, Some(first));
        let value = self.value(Text, scope);
        let _ = match self.below(3) {
            0 => writeln!(self.out, "pass {last} -> end;"),
            1 => writeln!(self.out, "pass {last} = {value} -> end;"),
            _ => writeln!(self.out, "succeed {last};"),
        };
    }

    /// Returns an object.
    fn members(&mut self, scope: &Scope) -> String {
        let mut members = String::from("{ kind: \"k\"");
        for (number, ty) in [Text, Whole, Flag].into_iter().enumerate() {
            if self.once_in(2) {
                let value = self.value(ty, scope);
                let _ = write!(members, ", m{number}: {value}");
            }
        }
        let optional: Vec<_> = scope.iter().filter(|(_, ty)| *ty == OptionalText).cloned().collect();
        if let (Some((text, _)), true) = (optional.first(), self.jsonata) {
            let _ = write!(members, ", note?: {text}");
        }
        if self.jsonata && self.once_in(3) {
            let list = self.list(scope);
            let _ = write!(members, ", list: {list}");
        }
        members + " }"
    }

    /// Returns a value of a type, which is a text, a number or a flag.
    fn value(&mut self, ty: Type, scope: &Scope) -> String {
        let known: Vec<_> = scope.iter().filter(|(_, other)| *other == ty).map(|(text, _)| text.clone()).collect();
        if !known.is_empty() && self.once_in(2) {
            return known[self.below(known.len())].clone();
        }
        match ty {
            Whole => match self.below(if self.jsonata { 5 } else { 1 }) {
                0 => self.of(&["0", "7", "42"]).to_owned(),
                1 => format!("$count({})", self.list(scope)),
                2 => format!("$reduce({}, |sum, word| sum + $length(word), 0)", self.list(scope)),
                3 => format!("jsonata<i64> \"$count($xs)\" {{ xs: {} }}", self.list(scope)),
                _ => format!("{} + 1", known.first().map_or("2", String::as_str)),
            },
            Flag if self.jsonata && self.once_in(4) => {
                format!("$contains({}, regex \"^a+$\")", self.value(Text, scope))
            }
            Flag if self.jsonata && self.once_in(2) => self.condition(scope, 1),
            Flag => self.of(&["true", "false"]).to_owned(),
            _ => {
                let optional = scope.iter().find(|(_, ty)| *ty == OptionalText).map(|(text, _)| text.clone());
                let known = known.first().map_or("\"b\"".to_owned(), Clone::clone);
                match (self.below(if self.jsonata { 5 } else { 1 }), optional) {
                    (1, Some(optional)) => format!("({optional} ?? \"none\")"),
                    (2, _) => format!("$uppercase({known})"),
                    (3, _) => format!("\"a\" + {known}"),
                    (4, _) => format!("if {} {{ {known} }} else {{ \"c\" }}", self.condition(scope, 0)),
                    _ => self.of(&["\"a\"", "\"order\""]).to_owned(),
                }
            }
        }
    }

    /// Returns a list of texts.
    fn list(&mut self, scope: &Scope) -> String {
        let known = scope.iter().find(|(_, ty)| *ty == Texts).map(|(text, _)| text.clone());
        let lines = scope.iter().find(|(_, ty)| *ty == Lines).map(|(text, _)| text.clone());
        match (self.below(if self.jsonata { 7 } else { 1 }), known, lines) {
            (0, Some(known), _) => known,
            (1, Some(known), _) => format!("{known}[0..2]"),
            (2, _, Some(lines)) => format!("{lines}[*].sku"),
            (3, _, Some(lines)) => format!("$map($filter({lines}, |line| line.count > 1), |line, _i| line.sku)"),
            (5, Some(known), _) => format!("$sort({known}, |a, b| a > b)"),
            (6, _, Some(lines)) => format!("{lines}[*].gift?"),
            (4, Some(known), _) => format!("$map({known}, |word| \"w\" + word)"),
            _ => "[\"x\", \"y\"]".to_owned(),
        }
    }

    fn condition(&mut self, scope: &Scope, depth: usize) -> String {
        let (known, kind) = match scope.get(self.below(scope.len().max(1))) {
            Some((text, ty)) if self.jsonata || !self.in_fragment => (text.clone(), *ty),
            _ => return "context.Execution.Name == \"n\"".to_owned(),
        };
        let simple = match kind {
            Text => [format!("{known} == \"a\""), format!("{known} in [\"a\", \"b\"]")][self.below(2)].clone(),
            Whole => format!("{known} > {}", self.below(9)),
            Flag => [known.clone(), format!("!{known}")][self.below(2)].clone(),
            Mode => format!("{known} == Mode::Fast"),
            Pay if self.jsonata => {
                format!("({known}.by == \"cash\" && {known}.cents > 100) || {known}.by in [\"free\", \"card\"]")
            }
            Pay => format!("{known}.by == \"free\""),
            OptionalText => format!("is_present({known})"),
            Line => format!("{known}.count < 5"),
            Texts | Lines | Table if self.jsonata => format!("$count({known}) == 0"),
            _ => "context.Execution.Name == \"n\"".to_owned(),
        };
        match self.below(4) {
            0 if depth > 0 => format!("{simple} && {}", self.condition(scope, 0)),
            1 if depth > 0 => format!("({simple}) || {}", self.condition(scope, 0)),
            _ => simple,
        }
    }
}
