//! Generates random expressions. The same seed generates the same expressions.

use workflow_jsonata::FUNCTIONS;

use crate::differential::pools;

/// A random number generator (SplitMix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// Returns true with a probability in percent.
    pub(crate) fn percent(&mut self, often: usize) -> bool {
        self.below(100) < often
    }

    pub(crate) fn pick<'p, T: ?Sized>(&mut self, from: &[&'p T]) -> &'p T {
        from[self.below(from.len())]
    }

    /// Returns several parts, joined.
    pub(crate) fn some(&mut self, parts: &[&str], most: usize) -> String {
        (0..self.below(most + 1)).map(|_| self.pick(parts)).collect()
    }
}

/// The kind of value that an expression is meant to return.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Number,
    Text,
    Truth,
    Array,
    Numbers,
    Texts,
    Objects,
    Object,
    Function,
    Any,
}

/// Generates expressions over one document.
pub(crate) struct Generator<'c> {
    pub(crate) chance: &'c mut Chance,
    pub(crate) document: usize,
    /// Variables in scope.
    scope: Vec<String>,
}

impl<'c> Generator<'c> {
    pub(crate) fn new(chance: &'c mut Chance, document: usize) -> Self {
        Self { chance, document, scope: Vec::new() }
    }

    /// Returns an expression of some family.
    pub(crate) fn expression(&mut self) -> String {
        match self.chance.below(20) {
            0..3 => self.any(4),
            3..7 => self.call(3),
            7..9 => self.path(3),
            9 => self.transform(),
            10 => self.grouping(),
            11 => self.closure(),
            12 => self.partial(),
            13 => self.signature(),
            14 => self.bindings(),
            15 => self.ordering(),
            16 => self.regular(),
            17 => self.pictures(),
            18 => self.binary(3),
            _ => {
                let whole = self.any(3);
                self.mutated(whole)
            }
        }
    }

    pub(crate) fn any(&mut self, depth: usize) -> String {
        let kinds =
            [Kind::Number, Kind::Text, Kind::Truth, Kind::Array, Kind::Numbers, Kind::Texts, Kind::Object, Kind::Any];
        let kind = kinds[self.chance.below(kinds.len())];
        self.of(kind, depth)
    }

    /// Returns an expression that usually has a value of a kind.
    pub(crate) fn of(&mut self, kind: Kind, depth: usize) -> String {
        if self.chance.percent(6) {
            return self.chance.pick(pools::ODD).to_owned();
        }
        if depth == 0 {
            return self.leaf(kind);
        }
        let below = depth - 1;
        match self.chance.below(12) {
            0..3 => return self.leaf(kind),
            3 => return format!("({})", self.block(kind, below)),
            4 => {
                let (test, one, other) = (self.of(Kind::Truth, below), self.of(kind, below), self.of(kind, below));
                return format!("({test} ? {one} : {other})");
            }
            5 if kind != Kind::Function => return self.path(below),
            _ => {}
        }
        match kind {
            Kind::Number => match self.chance.below(4) {
                0 => {
                    let operator = self.chance.pick(&["+", "-", "*", "/", "%"]);
                    format!("({} {operator} {})", self.of(kind, below), self.of(kind, below))
                }
                1 => format!("-{}", self.of(kind, below)),
                _ => self.call_to(pools::GIVES_NUMBERS, below),
            },
            Kind::Text => match self.chance.below(3) {
                0 => format!("({} & {})", self.any(below), self.of(Kind::Text, below)),
                _ => self.call_to(pools::GIVES_TEXTS, below),
            },
            Kind::Truth => match self.chance.below(4) {
                0 => {
                    let operator = self.chance.pick(&["=", "!=", "<", "<=", ">", ">=", "in", "and", "or"]);
                    format!("({} {operator} {})", self.any(below), self.any(below))
                }
                1 => {
                    let kind = if self.chance.percent(50) { Kind::Number } else { Kind::Text };
                    let operator = self.chance.pick(&["=", "!=", "<", "<=", ">", ">="]);
                    format!("({} {operator} {})", self.of(kind, below), self.of(kind, below))
                }
                _ => self.call_to(&["boolean", "not", "exists", "contains"], below),
            },
            Kind::Array | Kind::Numbers | Kind::Texts | Kind::Objects => match self.chance.below(4) {
                0 => {
                    let item = match kind {
                        Kind::Numbers => Kind::Number,
                        Kind::Texts => Kind::Text,
                        Kind::Objects => Kind::Object,
                        _ => Kind::Any,
                    };
                    let items: Vec<String> = (0..self.chance.below(4)).map(|_| self.of(item, below)).collect();
                    format!("[{}]", items.join(", "))
                }
                1 => format!("[{}..{}]", self.chance.below(5), self.chance.below(9)),
                2 => self.call_to(pools::GIVES_ARRAYS, below),
                _ => self.path(below),
            },
            Kind::Object => match self.chance.below(3) {
                0 => {
                    let members: Vec<String> = (0..self.chance.below(4))
                        .map(|_| format!("{}: {}", self.leaf(Kind::Text), self.any(below)))
                        .collect();
                    format!("{{{}}}", members.join(", "))
                }
                _ => self.call_to(&["merge", "sift", "spread", "clone", "lookup"], below),
            },
            Kind::Function => self.lambda(2, below),
            Kind::Any => self.call(below),
        }
    }

    fn leaf(&mut self, kind: Kind) -> String {
        if !self.scope.is_empty() && self.chance.percent(35) {
            let at = self.chance.below(self.scope.len());
            return self.scope[at].clone();
        }
        if kind != Kind::Function && self.chance.percent(30) {
            return self.chance.pick(pools::PATHS[self.document]).to_owned();
        }
        match kind {
            Kind::Number => self.number(),
            Kind::Text => self.text(),
            Kind::Truth => self.chance.pick(&["true", "false"]).to_owned(),
            Kind::Array => self.chance.pick(pools::ARRAYS).to_owned(),
            Kind::Numbers => self.chance.pick(pools::NUMBER_ARRAYS).to_owned(),
            Kind::Texts => self.chance.pick(pools::TEXT_ARRAYS).to_owned(),
            Kind::Objects => self.chance.pick(pools::OBJECT_ARRAYS).to_owned(),
            Kind::Object => self.chance.pick(pools::OBJECTS).to_owned(),
            Kind::Function => self.chance.pick(pools::FUNCTIONS).to_owned(),
            Kind::Any => self.chance.pick(pools::VALUES).to_owned(),
        }
    }

    fn number(&mut self) -> String {
        match self.chance.below(6) {
            0 => self.chance.below(12).to_string(),
            1 => format!("-{}", self.chance.below(300)),
            2 => format!("{}.{}", self.chance.below(2000), self.chance.below(1000)),
            3 => format!("{}.5", self.chance.below(30)),
            4 => format!("{}e{}", 1 + self.chance.below(9), self.chance.below(40) as i32 - 18),
            _ => self.chance.pick(pools::NUMBERS).to_owned(),
        }
    }

    fn text(&mut self) -> String {
        match self.chance.below(3) {
            0 => quoted(&self.chance.some(pools::PIECES, 6)),
            _ => quoted(self.chance.pick(pools::TEXTS)),
        }
    }

    /// Returns a call of any function of JSONata.
    pub(crate) fn call(&mut self, depth: usize) -> String {
        let names: Vec<&str> =
            FUNCTIONS.iter().map(|function| function.name).filter(|name| !pools::NOT_COMPARED.contains(name)).collect();
        self.call_to(&names, depth)
    }

    fn call_to(&mut self, names: &[&str], depth: usize) -> String {
        let name = self.chance.pick(names);
        let function = workflow_jsonata::function(name);
        let signature = function.map_or("<x:x>", |function| function.signature);
        let mut arguments = self.arguments(name, signature, depth);
        let mut context = String::new();
        if signature.contains('-') && !arguments.is_empty() && self.chance.percent(15) {
            context = format!("{}.", parenthesised(&arguments.remove(0)));
        } else if !arguments.is_empty() && self.chance.percent(4) {
            arguments.pop();
        } else if self.chance.percent(3) {
            arguments.push(self.leaf(Kind::Any));
        } else if !arguments.is_empty() && self.chance.percent(10) {
            let first = arguments.remove(0);
            return format!("{} ~> ${name}({})", parenthesised(&first), arguments.join(", "));
        }
        format!("{context}${name}({})", arguments.join(", "))
    }

    /// Returns arguments that usually match a signature.
    fn arguments(&mut self, name: &str, signature: &str, depth: usize) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut letters = signature.trim_start_matches('<').chars().peekable();
        while let Some(letter) = letters.next() {
            if letter == ':' || letter == '>' {
                break;
            }
            let mut kinds = vec![letter];
            if letter == '(' {
                kinds = letters.by_ref().take_while(|letter| *letter != ')').collect();
            }
            let mut items = None;
            if letters.peek() == Some(&'<') {
                letters.next();
                items = letters.next();
                let mut open = 1;
                while open > 0 {
                    match letters.next() {
                        Some('<') => open += 1,
                        Some('>') | None => open -= 1,
                        _ => {}
                    }
                }
            }
            let mut repeats = 1;
            let mut optional = false;
            while let Some(mark) = letters.next_if(|mark| "?+-".contains(*mark)) {
                optional |= mark == '?';
                if mark == '+' {
                    repeats = 1 + self.chance.below(3);
                }
            }
            if optional && self.chance.percent(45) {
                break;
            }
            for _ in 0..repeats {
                let at = arguments.len();
                let kind = kinds[self.chance.below(kinds.len())];
                arguments.push(self.argument(name, at, kind, items, depth));
            }
        }
        arguments
    }

    fn argument(&mut self, name: &str, at: usize, kind: char, items: Option<char>, depth: usize) -> String {
        let below = depth.saturating_sub(1);
        if self.chance.percent(4) {
            return self.any(below);
        }
        let pool = match (name, at) {
            ("number", 0) => Some(pools::NUMBER_TEXTS),
            ("formatInteger" | "parseInteger", 1) => Some(pools::INTEGER_PICTURES),
            ("parseInteger", 0) => Some(pools::INTEGER_TEXTS),
            ("formatNumber", 1) => Some(pools::NUMBER_PICTURES),
            ("formatNumber", 2) => Some(pools::NUMBER_OPTIONS),
            ("formatBase", 1) => Some(&["2", "8", "16", "36", "10", "1", "37", "2.5", "7.5", "36.4"][..]),
            ("fromMillis" | "toMillis", 1) => Some(pools::DATE_PICTURES),
            ("fromMillis", 0) => Some(pools::MILLIS),
            ("fromMillis", 2) => Some(&["\"+0000\"", "\"-0500\"", "\"+0530\"", "\"0100\"", "\"-0330\""][..]),
            ("toMillis", 0) => Some(pools::TIMESTAMPS),
            ("base64decode", 0) => Some(pools::BASE64),
            ("decodeUrl" | "decodeUrlComponent" | "encodeUrl" | "encodeUrlComponent", 0) => Some(pools::URLS),
            ("round", 1) => Some(&["0", "1", "2", "-1", "-2", "3", "10", "-20", "1.5"][..]),
            ("power", 1) => Some(&["0", "1", "2", "-1", "0.5", "3", "10", "1000", "-2.5", "1/3"][..]),
            ("pad", 1) => Some(&["0", "3", "-3", "8", "-8", "12", "20", "-1"][..]),
            ("error" | "assert", _) => None,
            _ => None,
        };
        if let Some(pool) = pool
            && self.chance.percent(85)
        {
            return self.chance.pick(pool).to_owned();
        }
        match (kind, items) {
            ('n', _) => self.of(Kind::Number, below),
            ('s', _) => self.of(Kind::Text, below),
            ('b', _) => self.of(Kind::Truth, below),
            ('o', _) => self.of(Kind::Object, below),
            ('a', Some('n')) => self.of(Kind::Numbers, below),
            ('a', Some('s')) => self.of(Kind::Texts, below),
            ('a', Some('o')) => self.of(Kind::Objects, below),
            ('a', _) => self.of(Kind::Array, below),
            ('f', _) if matches!(name, "match" | "contains" | "split") || name == "replace" && at == 1 => {
                self.regular_expression()
            }
            ('f', _) => {
                let most = match name {
                    "sort" | "reduce" => 2,
                    _ => 3,
                };
                let parameters = if most == 2 { 2 } else { 1 + self.chance.below(most) };
                if self.chance.percent(25) {
                    return self.chance.pick(pools::FUNCTIONS).to_owned();
                }
                self.lambda(parameters, below)
            }
            _ => self.any(below),
        }
    }

    fn lambda(&mut self, parameters: usize, depth: usize) -> String {
        let names = &["$v", "$i", "$w"][..parameters.min(3)];
        let known = self.scope.len();
        self.scope.extend(names.iter().map(|name| (*name).to_owned()));
        let body = match self.chance.below(4) {
            0 => self.of(Kind::Truth, depth.min(2)),
            1 => self.of(Kind::Number, depth.min(2)),
            2 => self.of(Kind::Text, depth.min(2)),
            _ => self.any(depth.min(2)),
        };
        self.scope.truncate(known);
        let word = if self.chance.percent(10) { "λ" } else { "function" };
        format!("{word}({}){{{body}}}", names.join(", "))
    }

    fn block(&mut self, kind: Kind, depth: usize) -> String {
        let known = self.scope.len();
        let mut out = String::new();
        for at in 0..self.chance.below(3) {
            let value = self.any(depth);
            let name = format!("$x{at}");
            out.push_str(&format!("{name} := {value}; "));
            self.scope.push(name);
        }
        out.push_str(&self.of(kind, depth));
        self.scope.truncate(known);
        out
    }

    fn binary(&mut self, depth: usize) -> String {
        let operator = self.chance.pick(pools::OPERATORS);
        let (left, right) = (self.any(depth - 1), self.any(depth - 1));
        format!("{} {operator} {}", parenthesised(&left), parenthesised(&right))
    }

    /// Returns a path with all kinds of steps.
    pub(crate) fn path(&mut self, depth: usize) -> String {
        let mut path = match self.chance.below(6) {
            0 => "$".to_owned(),
            1 => parenthesised(&self.of(Kind::Array, depth.saturating_sub(1))),
            _ => self.chance.pick(pools::PATHS[self.document]).to_owned(),
        };
        for _ in 0..self.chance.below(4) {
            let step = match self.chance.below(16) {
                0..5 => format!(".{}", self.chance.pick(pools::NAMES[self.document])),
                5 => format!("[{}]", self.number_or_small()),
                6 | 7 => {
                    let name = self.chance.pick(pools::NAMES[self.document]);
                    let operator = self.chance.pick(&["=", "!=", "<", ">", ">=", "in"]);
                    format!("[{name} {operator} {}]", self.leaf(Kind::Any))
                }
                8 => "[]".to_owned(),
                9 => ".*".to_owned(),
                10 => format!(".({})", self.any(depth.saturating_sub(1).min(2))),
                11 => format!(".[{}]", self.chance.pick(pools::NAMES[self.document])),
                12 => {
                    let name = self.chance.pick(pools::NAMES[self.document]);
                    format!(".{{\"k\": {name}, \"l\": $}}")
                }
                13 => ".**".to_owned(),
                14 => format!(".${}()", self.chance.pick(&["string", "type", "keys", "count", "boolean", "spread"])),
                _ => format!("[[{}..{}]]", self.chance.below(3) as i32 - 1, self.chance.below(4)),
            };
            path.push_str(&step);
        }
        path
    }

    fn number_or_small(&mut self) -> String {
        match self.chance.below(5) {
            0..3 => (self.chance.below(5) as i32 - 2).to_string(),
            3 => self.chance.pick(&["0.5", "-0.5", "1.9", "[0,2]", "[-1,0]", "true", "false", "\"a\"", "$"]).to_owned(),
            _ => self.leaf(Kind::Any),
        }
    }

    fn transform(&mut self) -> String {
        let target =
            self.chance.pick(&["$", "*", "**", "a", "Account", "Account.Order", "Account.Order.Product", "c", "o"]);
        let update = self.of(Kind::Object, 2);
        let delete = match self.chance.below(4) {
            0 => ", \"a\"".to_owned(),
            1 => ", [\"Price\", \"b\"]".to_owned(),
            2 => format!(", {}", self.leaf(Kind::Any)),
            _ => String::new(),
        };
        let source = if self.chance.percent(60) { "$".to_owned() } else { self.of(Kind::Object, 2) };
        format!("{} ~> |{target}|{update}{delete}|", parenthesised(&source))
    }

    fn grouping(&mut self) -> String {
        let names = pools::NAMES[self.document];
        let path = self.chance.pick(pools::PATHS[self.document]);
        let key = match self.chance.below(4) {
            0 => "$string(a)".to_owned(),
            1 => quoted("same"),
            2 => self.chance.pick(names).to_owned(),
            _ => "$type($)".to_owned(),
        };
        let value = match self.chance.below(5) {
            0 => "$".to_owned(),
            1 => format!("$sum({})", self.chance.pick(names)),
            2 => format!("$count({})", self.chance.pick(names)),
            3 => self.chance.pick(names).to_owned(),
            _ => self.any(2),
        };
        let more = if self.chance.percent(25) { format!(", \"other\": {}", self.any(1)) } else { String::new() };
        format!("{path}{{{key}: {value}{more}}}{}", if self.chance.percent(15) { ".k" } else { "" })
    }

    /// Returns closures over variables that change, and recursion.
    fn closure(&mut self) -> String {
        let (one, other) = (self.leaf(Kind::Any), self.leaf(Kind::Any));
        let count = self.chance.below(12);
        match self.chance.below(8) {
            0 => format!("($x := {one}; $f := function(){{$x}}; $x := {other}; $f())"),
            1 => format!("($f := function($a){{function($b){{[$a, $b]}}}}; $g := $f({one}); [$g({other}), $g(1)])"),
            2 => format!("($f := function($n){{$n <= 1 ? 1 : $n * $f($n - 1)}}; $f({count}))"),
            3 => format!("($f := function($n, $s){{$n = 0 ? $s : $f($n - 1, $s + $n)}}; $f({count}00, 0))"),
            4 => format!("($x := {one}; ($x := {other}; $x); $x)"),
            5 => format!("({} ~> $map(function($v, $i, $a){{[$v, $i, $count($a)]}}))", self.leaf(Kind::Array)),
            6 => format!("($f := $uppercase ~> $trim ~> {}; $f({one}))", self.chance.pick(pools::FUNCTIONS)),
            _ => {
                format!("$reduce({}, function($a, $b){{$string($a) & $string($b)}}, {other})", self.leaf(Kind::Array))
            }
        }
    }

    fn partial(&mut self) -> String {
        let (one, other) = (self.leaf(Kind::Any), self.leaf(Kind::Any));
        match self.chance.below(5) {
            0 => format!("($f := $substring(?, {}, ?); $f({one}, 2))", self.chance.below(4)),
            1 => format!("($f := function($a, $b, $c){{[$a, $b, $c]}}; $g := $f(?, {one}, ?); $g({other}, 3))"),
            2 => format!("($f := {}(?, {one}); $f({other}))", self.chance.pick(pools::FUNCTIONS)),
            3 => format!("({one} ~> $append(?, {other}))"),
            _ => format!("($p := $power(?, {}); $map({}, $p))", self.chance.below(4), self.leaf(Kind::Numbers)),
        }
    }

    fn signature(&mut self) -> String {
        let signature = self.chance.pick(pools::SIGNATURES);
        let arguments: Vec<String> = (0..self.chance.below(4)).map(|_| self.leaf(Kind::Any)).collect();
        let context = if self.chance.percent(25) { format!("{}.", self.leaf(Kind::Any)) } else { String::new() };
        format!("($f := function($a, $b, $c){signature}{{[$a, $b, $c]}}; {context}$f({}))", arguments.join(", "))
    }

    /// Returns expressions with focus, index and parent.
    fn bindings(&mut self) -> String {
        let names = pools::NAMES[self.document];
        let path = self.chance.pick(pools::PATHS[self.document]);
        let (one, other) = (self.chance.pick(names), self.chance.pick(names));
        match self.chance.below(9) {
            0 => format!("{path}.{one}#$i.{{\"i\": $i, \"v\": $}}"),
            1 => format!("{path}@$x.{one}.[$x.{other}, $]"),
            2 => format!("{path}.{one}.%.{other}"),
            3 => format!("{path}.{one}.{other}.{{\"up\": %.{one}, \"top\": %.%.{other}}}"),
            4 => format!("{path}#$i[$i < {}].{one}", self.chance.below(3)),
            5 => format!("{path}@$a.{one}@$b[$a = $b]"),
            6 => format!("{path}.{one}[%.{other} != null].$string()"),
            7 => format!("{path}@$a#$i.{one}#$j.[$i, $j]"),
            _ => format!("{path}.{one}^(%.{other}).$"),
        }
    }

    fn ordering(&mut self) -> String {
        let names = pools::NAMES[self.document];
        let path = self.chance.pick(pools::PATHS[self.document]);
        let (one, other) = (self.chance.pick(names), self.chance.pick(names));
        let direction = self.chance.pick(&["", "<", ">"]);
        match self.chance.below(6) {
            0 => format!("{path}^({direction}{one}).{other}"),
            1 => format!("{path}^({direction}{one}, >{other})"),
            2 => format!("$sort({})", self.leaf(Kind::Texts)),
            3 => format!("$sort({})", self.leaf(Kind::Numbers)),
            4 => format!("$sort({path}, function($l, $r){{$l.{one} > $r.{one}}}).{other}"),
            _ => format!("{}^({direction}$)", self.chance.pick(pools::TEXT_ARRAYS)),
        }
    }

    fn regular_expression(&mut self) -> String {
        let flags = self.chance.pick(&["", "", "", "i", "m", "im"]);
        if self.chance.percent(40) {
            return format!("/{}/{flags}", self.chance.pick(pools::REGULAR_EXPRESSIONS));
        }
        let pattern = self.pattern(2);
        format!("/{}/{flags}", if pattern.is_empty() { "a" } else { &pattern })
    }

    /// Returns a random pattern, balanced so that the literal ends where it should.
    fn pattern(&mut self, depth: usize) -> String {
        let mut out = String::new();
        for _ in 0..=self.chance.below(4) {
            if depth > 0 && self.chance.percent(30) {
                let open = self.chance.pick(&["(", "(", "(?:", "(?=", "(?!", "(?<=", "(?<!"]);
                let inner = self.pattern(depth - 1);
                out.push_str(&format!("{open}{inner})"));
                if open.len() == 3 && open != "(?:" {
                    continue;
                }
                if open.len() == 4 {
                    continue;
                }
            } else {
                out.push_str(self.chance.pick(pools::ATOMS));
            }
            if self.chance.percent(30) && !out.ends_with(['^', '$', '|']) && !out.ends_with("\\b") {
                out.push_str(self.chance.pick(&["*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{0,1}?"]));
            }
        }
        if depth > 0 && self.chance.percent(15) {
            out.push('|');
            out.push_str(&self.pattern(depth - 1));
        }
        out
    }

    fn regular(&mut self) -> String {
        let (text, pattern) = (self.text(), self.regular_expression());
        match self.chance.below(6) {
            0 => format!("$match({text}, {pattern})"),
            1 => format!("$match({text}, {pattern}, {})", self.chance.below(3)),
            2 => format!("$contains({text}, {pattern})"),
            3 => format!("$split({text}, {pattern})"),
            4 => format!("$replace({text}, {pattern}, {})", quoted(&self.chance.some(pools::REPLACEMENTS, 4))),
            _ => format!("$replace({text}, {pattern}, function($m){{$m.match & $string($m.index)}})"),
        }
    }

    fn pictures(&mut self) -> String {
        match self.chance.below(5) {
            0 => format!("$formatNumber({}, {})", self.number(), quoted(&self.number_picture())),
            1 => format!("$formatInteger({}, {})", self.number(), quoted(&self.chance.some(pools::PICTURE_PIECES, 6))),
            2 => {
                let (number, picture) = (self.chance.below(5000), self.chance.pick(pools::INTEGER_PICTURES));
                format!("$parseInteger($formatInteger({number}, {picture}), {picture})")
            }
            3 => {
                let picture = quoted(&self.chance.some(pools::DATE_PIECES, 5));
                format!("$fromMillis({}, {picture})", self.chance.pick(pools::MILLIS))
            }
            _ => {
                let picture = quoted(&self.chance.some(pools::DATE_PIECES, 5));
                format!("$toMillis($fromMillis({}, {picture}), {picture})", self.chance.pick(pools::MILLIS))
            }
        }
    }

    fn number_picture(&mut self) -> String {
        self.chance
            .some(&["#", "0", "#", "0", "0", ",", ".", "9", "%", "‰", "$", " ", "#,##0", "0.00", ";", "(", ")"], 7)
    }

    /// Returns an expression, possibly with an error inserted.
    fn mutated(&mut self, mut text: String) -> String {
        for _ in 0..=self.chance.below(2) {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            if places.is_empty() {
                break;
            }
            let at = places[self.chance.below(places.len())];
            match self.chance.below(3) {
                0 => drop(text.remove(at)),
                1 => text.insert_str(at, self.chance.pick(pools::TOKENS)),
                _ => text.truncate(at),
            }
        }
        text
    }
}

fn parenthesised(text: &str) -> String {
    let simple = text.chars().all(|c| c.is_ascii_alphanumeric() || "$_.".contains(c));
    if simple && !text.starts_with(|c: char| c.is_ascii_digit()) { text.to_owned() } else { format!("({text})") }
}

/// Returns a string literal.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t"))
}
