//! Random patterns and observations about real properties, whose values are written in one way or another.

use super::random::Random;

/// Values of one kind: few, so that what is asked and what is there meet often.
const DOMAINS: [&str; 8] = [
    "quay.example",
    "bücher.example",
    "xn--bcher-kva.example",
    "dock.quay.example",
    "203.0.113.9",
    "q_1.example",
    "οδος.example",
    "οδοσ.example",
];
const ADDRESSES: [&str; 11] = [
    "203.0.113.9",
    "203.0.113.0/24",
    "203.0.113.9/32",
    "::ffff:203.0.113.9",
    "::ffff:203.0.113.0/120",
    "2001:db8::1",
    "2001:0db8:0:0:0:0:0:1",
    "2001:db8::/32",
    "2001:db8::1/128",
    "::/0",
    "010.1.1.1",
];
const URLS: [&str; 7] = [
    "http://quay.example/a",
    "http://quay.example:80/a",
    "http://quay.example/A",
    "https://quay.example:443/",
    "https://quay.example",
    "http://quay.example/%7ea/../b",
    "/a",
];
const EMAILS: [&str; 3] = ["desk@quay.example", "Desk@quay.example", "desk@bücher.example"];
const HASHES: [&str; 4] = [
    "abababababababababababababababab",
    "d41d8cd98f00b204e9800998ecf8427e",
    "abababababababababababababababababababababababababababababababab",
    "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C",
];
const KEYS: [&str; 4] =
    ["HKLM\\Software\\Quay", "HKEY_LOCAL_MACHINE\\Software\\Quay", "HKCU\\Ångström", "HKLM\\Software\\Quay\\"];
const PLACES: [&str; 4] = ["C:\\Quay", "C:\\Quay\\", "/opt/quay/", "C:\\"];
const NAMES: [&str; 6] = ["quay.exe", "Straße.txt", "e\u{301}.txt", "é.txt", "οδος.txt", "οδοσα"];
const MACS: [&str; 4] = ["00:00:5e:00:53:01", "00-00-5E-00-53-01", "0000.5e00.5301", "00005e005301"];
const SERIALS: [&str; 4] = ["4c:0b:1d:19", "4C0B1D19", "04c0b1d19", "0x4c0b1d19"];
const PLAIN: [&str; 3] = ["Anna", "anna", " anna"];

/// A property, and what its values are.
const PROPERTIES: [(&str, &[&str]); 22] = [
    ("domain-name:value", &DOMAINS),
    ("domain-name:resolves_to_refs[*].value", &ADDRESSES),
    ("ipv4-addr:value", &ADDRESSES),
    ("ipv6-addr:value", &ADDRESSES),
    ("url:value", &URLS),
    ("email-addr:value", &EMAILS),
    ("file:name", &NAMES),
    ("file:hashes.'SHA-256'", &HASHES),
    ("file:hashes.sha256", &HASHES),
    ("file:hashes.MD5", &HASHES),
    ("file:hashes.ssdeep", &HASHES),
    ("file:extensions.x.file_header_hashes.SHA256", &HASHES),
    ("file:extensions.x.file_header_hashes.'SHA-256'", &HASHES),
    ("windows-registry-key:key", &KEYS),
    ("windows-registry-key:values[*].name", &PLAIN),
    ("directory:path", &PLACES),
    ("mac-addr:value", &MACS),
    ("x509-certificate:serial_number", &SERIALS),
    ("network-traffic:dst_ref.value", &ADDRESSES),
    ("network-traffic:src_ref.value", &DOMAINS),
    ("user-account:user_id", &PLAIN),
    ("file:parent_directory_ref.path", &PLACES),
];

/// Writes a value in one way or another: most are other spellings of the same, some are of nothing.
fn spelled(random: &mut Random, of: &[&str]) -> String {
    let mut text = random.one(of).to_owned();
    for _ in 0..random.below(3) {
        text = match random.below(8) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            2 => text.chars().map(|c| if random.chance(2) { c.to_ascii_uppercase() } else { c }).collect(),
            3 => format!("{text}."),
            4 => format!(" {text}"),
            5 => text.trim_end_matches(['.', '\\', '/']).to_owned(),
            6 => text.replacen("HKLM", "HKEY_LOCAL_MACHINE", 1),
            _ => text,
        };
    }
    text
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn test(random: &mut Random, (path, values): (&str, &[&str])) -> String {
    let not = if random.chance(6) { "NOT " } else { "" };
    let mut one = || spelled(random, values);
    let (first, second) = (one(), one());
    match random.below(12) {
        0..=3 => format!("{path} {not}= {}", quoted(&first)),
        4 => format!("{path} {not}!= {}", quoted(&first)),
        5 => format!("{path} {not}IN ({}, {})", quoted(&first), quoted(&second)),
        6 => format!("{path} {not}{} {}", random.one(&["<", ">="]), quoted(&first)),
        7 => {
            let length = first.chars().count();
            let (from, to) = (random.below(length + 1), random.below(length + 1));
            let part: String = first.chars().skip(from.min(to)).take(from.abs_diff(to)).collect();
            let like = random.one(&["%*", "*%", "%*%", "_*", "*"]).replace('*', &part);
            format!("{path} {not}LIKE {}", quoted(&like))
        }
        8 => format!(
            "{path} {not}MATCHES {}",
            quoted(random.one(&["^quay", "example$", "(?i)QUAY", "[0-9]+", "\\.exe$", "^HKEY_", "."]))
        ),
        9 | 10 => {
            let range = random.one(&["203.0.113.0/24", "::ffff:203.0.113.0/120", "::/0", "0.0.0.0/0", "2001:DB8::/32"]);
            format!("{path} {not}{} '{range}'", random.one(&["ISSUBSET", "ISSUPERSET"]))
        }
        _ if random.chance(3) => format!("{path} {not}= h'{}'", hex::encode(first.as_bytes())),
        _ => format!("{not}EXISTS {path}"),
    }
}

/// Makes a pattern of one test.
pub fn single(random: &mut Random) -> String {
    let property = PROPERTIES[random.below(PROPERTIES.len())];
    format!("[{}]", test(random, property))
}

/// Makes a pattern of one bracket or two.
pub fn pattern(random: &mut Random) -> String {
    let bracket = |random: &mut Random| {
        let first = PROPERTIES[random.below(PROPERTIES.len())];
        let of_type = |path: &str| path.split_once(':').map(|(of, _)| of.to_owned());
        let mut parts = vec![test(random, first)];
        while random.chance(3) {
            let other = PROPERTIES[random.below(PROPERTIES.len())];
            // Mostly of one type: of others nothing matches.
            if of_type(other.0) == of_type(first.0) || random.chance(4) {
                parts.push(test(random, other));
            }
        }
        format!("[{}]", parts.join(random.one(&[" AND ", " OR "])))
    };
    let one = bracket(random);
    if random.chance(4) {
        let word = random.one(&["AND", "OR", "FOLLOWEDBY"]);
        return format!("{one} {word} {}", bracket(random));
    }
    one
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn object(random: &mut Random, number: usize, total: usize) -> String {
    let mut one = |of: &[&str]| {
        let text = spelled(random, of);
        json(&text)
    };
    let addresses = (one(&ADDRESSES), one(&ADDRESSES));
    let hashes = (one(&HASHES), one(&HASHES));
    let (domain, url, email, name) = (one(&DOMAINS), one(&URLS), one(&EMAILS), one(&NAMES));
    let (key, place, mac, serial, plain) = (one(&KEYS), one(&PLACES), one(&MACS), one(&SERIALS), one(&PLAIN));
    let to = random.below(total + 1);
    let algorithm = random.one(&["SHA-256", "sha256", "SHA256", "MD5", "md5", "SSDEEP", "ssdeep", "none"]);
    let other = random.one(&["sha-256", "Md5", "SHA_256"]);
    let (object_type, said) = match random.below(12) {
        0 | 1 => ("domain-name", format!("\"value\":{domain},\"resolves_to_refs\":[\"{to}\"]")),
        2 => ("ipv4-addr", format!("\"value\":{}", addresses.0)),
        3 => ("ipv6-addr", format!("\"value\":{}", addresses.1)),
        4 => ("url", format!("\"value\":{url}")),
        5 => ("email-addr", format!("\"value\":{email}")),
        6 | 7 => (
            "file",
            format!(
                "\"name\":{name},\"parent_directory_ref\":\"{to}\",\"hashes\":{{\"{algorithm}\":{},\"{other}\":{}}},\
                 \"extensions\":{{\"x\":{{\"file_header_hashes\":{{\"{algorithm}\":{}}}}}}}",
                hashes.0, hashes.1, hashes.0
            ),
        ),
        8 => ("windows-registry-key", format!("\"key\":{key},\"values\":[{{\"name\":{plain}}}]")),
        9 => ("directory", format!("\"path\":{place}")),
        10 => ("network-traffic", format!("\"dst_ref\":\"{to}\",\"src_ref\":\"{number}\",\"value\":{domain}")),
        _ => match random.below(3) {
            0 => ("mac-addr", format!("\"value\":{mac}")),
            1 => ("x509-certificate", format!("\"serial_number\":{serial}")),
            _ => ("user-account", format!("\"user_id\":{plain}")),
        },
    };
    format!("{{\"type\":\"{object_type}\",{said}}}")
}

/// Makes a bundle of observed-data.
pub fn bundle(random: &mut Random) -> String {
    let mut objects = Vec::new();
    for number in 0..1 + random.below(4) {
        let total = 2 + random.below(6);
        let inside: Vec<String> = (0..total).map(|at| format!("\"{at}\":{}", object(random, at, total))).collect();
        objects.push(format!(
            "{{\"type\":\"observed-data\",\"id\":\"observed-data--{number}\",\"first_observed\":\"2020-01-01T00:00:0{number}Z\",\
             \"last_observed\":\"2020-01-01T00:00:0{number}Z\",\"number_observed\":1,\"objects\":{{{}}}}}",
            inside.join(",")
        ));
    }
    format!("{{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{}]}}", objects.join(","))
}
