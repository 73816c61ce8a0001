//! Text that is not JSON, by how it begins and what its lines look like.

use super::KindOfFile;

const STIX_1: KindOfFile = KindOfFile {
    name: "STIX 1.x in XML",
    advice: "convert it to STIX 2.1 with stix2-elevator (stix2_elevator FILE > FILE.json), and import that",
};
const OPEN_IOC: KindOfFile = KindOfFile {
    name: "OpenIOC in XML",
    advice: "convert it to STIX (openioc-to-stix, then stix2-elevator), and import that",
};
const MAEC_OR_OTHER: KindOfFile =
    KindOfFile { name: "XML", advice: "comity imports STIX 2.1, which is JSON: convert it, and import that" };
const HTML: KindOfFile = KindOfFile {
    name: "a web page",
    advice: "get the file itself: a sign-in page or an error page was saved in its place",
};
const EMAIL: KindOfFile = KindOfFile { name: "an e-mail", advice: "save what is attached to it, and import that" };
const SIGMA: KindOfFile = KindOfFile {
    name: "a Sigma rule",
    advice: "share it as an indicator with pattern_type sigma; what sensors saw is looked through by STIX patterns only",
};
const YARA: KindOfFile = KindOfFile {
    name: "a YARA rule",
    advice: "share it as an indicator with pattern_type yara; what sensors saw is looked through by STIX patterns only",
};
const SNORT: KindOfFile = KindOfFile {
    name: "a Snort or Suricata rule",
    advice: "share it as an indicator with pattern_type snort or suricata",
};
const PEM: KindOfFile =
    KindOfFile { name: "a key or certificate in PEM", advice: "it is nothing to import; keep a private key private" };
const YAML: KindOfFile =
    KindOfFile { name: "YAML", advice: "comity imports STIX 2.1, which is JSON: convert it, and import that" };
const CSV: KindOfFile = KindOfFile {
    name: "a table (CSV)",
    advice: "what sensors saw is looked through with `comity detect`; values to be looked for become STIX indicators first",
};
const LIST: KindOfFile = KindOfFile {
    name: "a plain list of values",
    advice: "values to be looked for become STIX indicators first, one each; what sensors saw is looked through with `comity detect`",
};

/// How many lines are looked at.
const LINES: usize = 20;

/// Tells the kind of a text that does not begin with blanks.
pub(super) fn kind(text: &str) -> Option<KindOfFile> {
    let head: String = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    if head.starts_with("<!doctype html") || head.starts_with("<html") {
        return Some(HTML);
    }
    if head.starts_with('<') {
        return Some(match () {
            () if head.contains("stix_package") => STIX_1,
            () if head.contains("openioc") || head.contains("<ioc") => OPEN_IOC,
            () if head.contains("<html") => HTML,
            () => MAEC_OR_OTHER,
        });
    }
    if head.starts_with("-----begin ") {
        return Some(PEM);
    }
    let lines: Vec<&str> = head.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).take(LINES).collect();
    let begins = |words: &[&str]| lines.iter().any(|line| words.iter().any(|word| line.starts_with(word)));
    if begins(&["received: ", "return-path:", "mime-version:", "delivered-to:"])
        && begins(&["from:", "subject:", "to:", "received: "])
    {
        return Some(EMAIL);
    }
    if begins(&["rule ", "private rule ", "global rule "]) && (head.contains("condition:") || head.contains("strings:"))
    {
        return Some(YARA);
    }
    if begins(&["detection:"]) && begins(&["title:", "logsource:"]) {
        return Some(SIGMA);
    }
    if begins(&["alert ", "drop ", "reject "]) && head.contains("sid:") {
        return Some(SNORT);
    }
    if lines.first().is_some_and(|line| line.starts_with("---") || is_yaml_pair(line))
        && lines.iter().skip(1).any(|line| is_yaml_pair(line))
    {
        return Some(YAML);
    }
    let data: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with(['#', ';'])).collect();
    if [',', ';', '\t', '|'].iter().any(|separator| is_table(&data, *separator)) {
        return Some(CSV);
    }
    if !data.is_empty() && data.iter().all(|line| is_value(line)) {
        return Some(LIST);
    }
    None
}

/// `name: value`, or `name:` with what belongs to it below.
fn is_yaml_pair(line: &str) -> bool {
    let Some((name, rest)) = line.split_once(':') else { return false };
    let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' '));
    named && (rest.is_empty() || rest.starts_with(' '))
}

/// Two lines or more, all with the separator as often as the first.
fn is_table(lines: &[&str], separator: char) -> bool {
    let columns = |line: &str| line.matches(separator).count();
    let Some(first) = lines.first().map(|line| columns(line)).filter(|count| *count > 0) else { return false };
    // A value in quotes may hold the separator.
    lines.len() >= 2 && lines.iter().all(|line| columns(line) == first || (line.contains('"') && columns(line) > first))
}

/// One word with a dot, a colon or many hexadecimal digits: an address, a name, a URL, a hash.
fn is_value(line: &str) -> bool {
    let line = line.trim();
    let hash = matches!(line.len(), 32 | 40 | 64 | 128) && line.bytes().all(|b| b.is_ascii_hexdigit());
    !line.contains(char::is_whitespace) && (hash || line.trim_matches('"').contains(['.', ':', '@']))
}
