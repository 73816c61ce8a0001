//! Random patterns and observations, small enough that what they ask for and what is there meet often.

/// A generator of numbers that is the same everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    pub fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }
}

const TYPES: [&str; 3] = ["a", "b", "x-c"];
const PATHS: [&str; 14] = [
    "v",
    "n",
    "t",
    "ip",
    "k_hex",
    "k_bin",
    "list[*]",
    "list[1]",
    "to_ref.v",
    "to_refs[*].v",
    "to_refs[0].n",
    "d.'k-1'.w",
    "to_ref",
    "absent",
];
const TEXTS: [&str; 16] = [
    "abc",
    "abd",
    "ABC",
    "ab\\'c",
    "a%c",
    "ḍ̇",
    "ḍ̇",
    "é",
    "hello world",
    "x",
    "",
    "10.0.0.1",
    "10.1.0.0/16",
    "2001:db8::1",
    "abc\\\\d",
    "616263",
];
const LIKES: [&str; 12] = ["ab%", "%bc", "a_c", "%", "_", "%b%", "hello%ld", "%llo w%", "ab%%c", "", "_%_", "ḍ̇%"];
const REGEXES: [&str; 14] = [
    "^ab",
    "c$",
    "a.c",
    "(?i)ABC",
    "hello|abc",
    "[a-c]+",
    "l{2}",
    "\\\\bworld\\\\b",
    "^$",
    "é",
    "\\\\x61b",
    "^[^a]",
    "(ab|he).*(c|d)$",
    "b",
];
const NETS: [&str; 8] =
    ["10.0.0.0/8", "10.0.0.1", "10.1.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::/0", "10.1.0.0/16", "2001:db8::1/128"];
const NUMBERS: [&str; 9] = ["1", "2", "-1", "1.0", "1.5", "-0.5", "100", "9007199254740993", "9007199254740992.0"];
const TIMES: [&str; 5] = [
    "2020-01-01T00:00:00Z",
    "2020-01-01T00:00:05Z",
    "2020-01-01T00:00:05.5Z",
    "2020-01-01T00:00:10Z",
    "2020-01-01T00:00:59Z",
];
const BINARY: [&str; 4] = ["h'616263'", "b'YWJj'", "h''", "h'ff'"];

fn literal(random: &mut Random, bool_too: bool) -> String {
    match random.below(if bool_too { 12 } else { 11 }) {
        0..=4 => format!("'{}'", random.one(&TEXTS)),
        5..=8 => random.one(&NUMBERS).to_owned(),
        9 => random.one(&BINARY).to_owned(),
        // Rarely: a pattern with an instant often has no answer.
        10 if random.chance(4) => format!("t'{}'", random.one(&TIMES)),
        10 => "'abc'".to_owned(),
        _ => random.one(&["true", "false"]).to_owned(),
    }
}

fn test(random: &mut Random) -> String {
    let kind = if random.chance(6) { random.one(&TYPES) } else { "a" };
    let path = format!("{kind}:{}", random.one(&PATHS));
    let not = if random.chance(5) { "NOT " } else { "" };
    match random.below(12) {
        0..=3 => format!("{path} {not}= {}", literal(random, true)),
        4 => format!("{path} {not}!= {}", literal(random, true)),
        5 => format!("{path} {not}{} {}", random.one(&["<", "<=", ">", ">="]), literal(random, false)),
        6 => {
            let (one, other) = match random.below(3) {
                0 => (random.one(&NUMBERS), random.one(&NUMBERS)),
                1 => ("'abc'", "'x'"),
                _ => ("h'616263'", "b'YWJk'"),
            };
            format!("{path} {not}IN ({one}, {other})")
        }
        7 => format!("{path} {not}LIKE '{}'", random.one(&LIKES)),
        8 => format!("{path} {not}MATCHES '{}'", random.one(&REGEXES)),
        9 => format!("{path} {not}ISSUBSET '{}'", random.one(&NETS)),
        10 => format!("{path} {not}ISSUPERSET '{}'", random.one(&NETS)),
        _ => format!("{not}EXISTS {path}"),
    }
}

fn comparison(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.chance(2) {
        return test(random);
    }
    let word = random.one(&["AND", "OR"]);
    let parts: Vec<String> = (0..2 + random.below(2)).map(|_| comparison(random, depth - 1)).collect();
    let joined = parts.join(&format!(" {word} "));
    if random.chance(2) { format!("({joined})") } else { joined }
}

fn observation(random: &mut Random, depth: usize) -> String {
    let inner = if depth == 0 || random.chance(2) {
        format!("[{}]", comparison(random, 2))
    } else {
        let word = random.one(&["AND", "OR", "FOLLOWEDBY"]);
        let parts: Vec<String> = (0..2 + random.below(2)).map(|_| observation(random, depth - 1)).collect();
        format!("({})", parts.join(&format!(" {word} ")))
    };
    match random.below(12) {
        0 => format!("({inner}) REPEATS {} TIMES", 1 + random.below(3)),
        1 | 2 => format!("({inner}) WITHIN {} SECONDS", random.one(&["1", "5", "0.5", "30"])),
        3 => format!("({inner}) START t'2020-01-01T00:00:03Z' STOP t'{}'", random.one(&TIMES)),
        _ => inner,
    }
}

/// Makes a pattern.
pub fn pattern(random: &mut Random) -> String {
    let depth = if random.chance(2) { 0 } else { 2 };
    observation(random, depth)
}

fn json_text(random: &mut Random) -> String {
    let plain = random.one(&TEXTS).replace("\\'", "'").replace("\\\\", "\\");
    serde_json::to_string(&plain).unwrap()
}

fn value(random: &mut Random) -> String {
    match random.below(10) {
        0..=5 => json_text(random),
        6 | 7 => random.one(&NUMBERS).to_owned(),
        8 => random.one(&["true", "false", "null", "1e2", "[]", "{}"]).to_owned(),
        _ => format!("\"{}\"", random.one(&TIMES)),
    }
}

fn object(random: &mut Random, number: usize, total: usize) -> String {
    let kind = if random.chance(5) { random.one(&TYPES) } else { "a" };
    let mut fields = vec![format!("\"type\":\"{kind}\",\"id\":\"{kind}--{number}\"")];
    let to = random.below(total + 1);
    for name in ["v", "n", "t", "ip", "k_hex", "k_bin"] {
        if random.chance(2) {
            let found = match (name, random.below(3)) {
                ("k_hex", 1 | 2) => format!("\"{}\"", random.one(&["616263", "ff", "zz", ""])),
                ("k_bin", 1 | 2) => format!("\"{}\"", random.one(&["YWJj", "/w==", "", "=="])),
                ("ip", 1 | 2) => format!("\"{}\"", random.one(&NETS)),
                _ => value(random),
            };
            fields.push(format!("\"{name}\":{found}"));
        }
    }
    if random.chance(3) {
        fields.push(format!("\"list\":[{},{}]", value(random), value(random)));
    }
    if random.chance(3) {
        fields.push(format!("\"to_ref\":\"a--{to}\""));
    }
    if random.chance(3) {
        fields.push(format!("\"to_refs\":[\"a--{to}\",\"b--0\"]"));
    }
    if random.chance(4) {
        fields.push(format!("\"d\":{{\"k-1\":{{\"w\":{}}}}}", value(random)));
    }
    format!("{{{}}}", fields.join(","))
}

/// Makes a bundle of observed-data.
pub fn bundle(random: &mut Random) -> String {
    let mut objects = Vec::new();
    for number in 0..1 + random.below(5) {
        let total = 1 + random.below(3);
        let inside: Vec<String> = (0..total).map(|at| format!("\"a--{at}\":{}", object(random, at, total))).collect();
        let (first, longer) = (random.below(12), if random.chance(2) { 0 } else { random.below(6) });
        let count = if random.chance(4) { 2 } else { 1 };
        objects.push(format!(
            "{{\"type\":\"observed-data\",\"id\":\"observed-data--{number}\",\"first_observed\":\"2020-01-01T00:00:{first:02}Z\",\
             \"last_observed\":\"2020-01-01T00:00:{:02}Z\",\"number_observed\":{count},\"objects\":{{{}}}}}",
            first + longer,
            inside.join(",")
        ));
    }
    format!("{{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{}]}}", objects.join(","))
}
