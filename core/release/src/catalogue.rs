//! What the numbers of public catalogues look like.
//!
//! Guarantees: a number that leaves has the form that its catalogue gives them, so that nothing else can be told in its place. Does not
//! know: whether the catalogue has such an entry.

/// Public catalogues, each with the forms of its numbers: `#` is a digit, `+` up to fifteen more.
const CATALOGUES: &[(&str, &[&str])] = &[
    ("cve", &["CVE-####-####+"]),
    ("capec", &["CAPEC-#+"]),
    (
        "mitre-attack",
        &[
            "T####",
            "T####.###",
            "TA####",
            "S####",
            "G####",
            "M####",
            "C####",
            "A####",
            "DS####",
            "DC####",
            "DET####",
            "AN####",
        ],
    ),
];
/// So many digits more may a number have.
const MORE_MAX: usize = 15;

/// Tells whether a catalogue is public: of a reference to one, the name and the number leave, the address does not.
pub(crate) fn is_catalogue(name: &str) -> bool {
    CATALOGUES.iter().any(|(catalogue, _)| *catalogue == name)
}

/// Tells whether a number looks like one of its catalogue.
pub(crate) fn is_number_of(name: &str, number: &str) -> bool {
    let forms = CATALOGUES.iter().filter(|(catalogue, _)| *catalogue == name);
    forms.flat_map(|(_, forms)| *forms).any(|form| has_form(number, form))
}

fn has_form(number: &str, form: &str) -> bool {
    let (exact, more) = form.strip_suffix('+').map_or((form, 0), |exact| (exact, MORE_MAX));
    let (head, rest) = number.split_at_checked(exact.len()).unwrap_or((number, ""));
    let same = |(sign, expected): (u8, u8)| if expected == b'#' { sign.is_ascii_digit() } else { sign == expected };
    head.len() == exact.len()
        && head.bytes().zip(exact.bytes()).all(same)
        && rest.len() <= more
        && rest.bytes().all(|sign| sign.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_catalogues() {
        for (name, number, expected) in [
            ("cve", "CVE-2024-0417", true),
            ("cve", "CVE-2024-1234567", true),
            ("cve", "CVE-2024-417", false),
            ("cve", "cve-2024-0417", false),
            ("cve", "CVE-2024-0417 as told by the porter", false),
            ("cve", "CVE-2024-12345678901234567890123", false),
            ("cve", "CVE-2024-٠٤١٧", false),
            ("capec", "CAPEC-7", true),
            ("capec", "CAPEC-660", true),
            ("capec", "CAPEC-", false),
            ("capec", "660", false),
            ("mitre-attack", "T1059", true),
            ("mitre-attack", "T1059.001", true),
            ("mitre-attack", "T1059.1", false),
            ("mitre-attack", "TA0008", true),
            ("mitre-attack", "S0001", true),
            ("mitre-attack", "DS0029", true),
            ("mitre-attack", "DET0412", true),
            ("mitre-attack", "X0001", false),
            ("mitre-attack", "G00011", false),
            ("mitre-attack", "CVE-2024-0417", false),
            ("mitre-attack", "", false),
            ("intranet", "T1059", false),
        ] {
            assert_eq!(is_number_of(name, number), expected, "{name} {number}");
        }
        assert!(is_catalogue("capec") && !is_catalogue("intranet"));
    }
}
