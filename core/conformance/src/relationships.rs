//! The relationships that the standard defines (the tables "Relationships" of §4 and §6, and §3.7). Others are lawful and
//! draw a warning (§5.1).

/// Source types, relationship, target types.
pub const RELATIONSHIPS: &[(&[&str], &str, &[&str], &str)] = &[
    (&["attack-pattern"], "delivers", &["malware"], "§4.1.2"),
    (&["attack-pattern"], "targets", &["identity", "location", "vulnerability"], "§4.1.2"),
    (&["attack-pattern"], "uses", &["malware", "tool"], "§4.1.2"),
    (&["campaign"], "attributed-to", &["intrusion-set", "threat-actor"], "§4.2.2"),
    (&["campaign"], "compromises", &["infrastructure"], "§4.2.2"),
    (&["campaign"], "originates-from", &["location"], "§4.2.2"),
    (&["campaign"], "targets", &["identity", "location", "vulnerability"], "§4.2.2"),
    (&["campaign"], "uses", &["attack-pattern", "infrastructure", "malware", "tool"], "§4.2.2"),
    (&["course-of-action"], "investigates", &["indicator"], "§4.3.2"),
    (
        &["course-of-action"],
        "mitigates",
        &["attack-pattern", "indicator", "malware", "tool", "vulnerability"],
        "§4.3.2",
    ),
    (&["course-of-action"], "remediates", &["malware", "vulnerability"], "§4.3.2"),
    (&["identity"], "located-at", &["location"], "§4.5.2"),
    (
        &["indicator"],
        "indicates",
        &["attack-pattern", "campaign", "infrastructure", "intrusion-set", "malware", "threat-actor", "tool"],
        "§4.7.2",
    ),
    (&["indicator"], "based-on", &["observed-data"], "§4.7.2"),
    (
        &["infrastructure"],
        "communicates-with",
        &["infrastructure", "ipv4-addr", "ipv6-addr", "domain-name", "url"],
        "§4.8.2",
    ),
    // Any cyber-observable besides.
    (&["infrastructure"], "consists-of", &["infrastructure", "observed-data", "*"], "§4.8.2"),
    (&["infrastructure"], "controls", &["infrastructure", "malware"], "§4.8.2"),
    (&["infrastructure"], "delivers", &["malware"], "§4.8.2"),
    (&["infrastructure"], "has", &["vulnerability"], "§4.8.2"),
    (&["infrastructure"], "hosts", &["tool", "malware"], "§4.8.2"),
    (&["infrastructure"], "located-at", &["location"], "§4.8.2"),
    (&["infrastructure"], "uses", &["infrastructure"], "§4.8.2"),
    (&["intrusion-set"], "attributed-to", &["threat-actor"], "§4.9.2"),
    (&["intrusion-set"], "compromises", &["infrastructure"], "§4.9.2"),
    (&["intrusion-set"], "hosts", &["infrastructure"], "§4.9.2"),
    (&["intrusion-set"], "owns", &["infrastructure"], "§4.9.2"),
    (&["intrusion-set"], "originates-from", &["location"], "§4.9.2"),
    (&["intrusion-set"], "targets", &["identity", "location", "vulnerability"], "§4.9.2"),
    (&["intrusion-set"], "uses", &["attack-pattern", "infrastructure", "malware", "tool"], "§4.9.2"),
    (&["malware"], "authored-by", &["threat-actor", "intrusion-set"], "§4.11.2"),
    (&["malware"], "beacons-to", &["infrastructure"], "§4.11.2"),
    (&["malware"], "exfiltrates-to", &["infrastructure"], "§4.11.2"),
    (&["malware"], "communicates-with", &["ipv4-addr", "ipv6-addr", "domain-name", "url"], "§4.11.2"),
    (&["malware"], "controls", &["malware"], "§4.11.2"),
    (&["malware"], "downloads", &["malware", "tool", "file"], "§4.11.2"),
    (&["malware"], "drops", &["malware", "tool", "file"], "§4.11.2"),
    (&["malware"], "exploits", &["vulnerability"], "§4.11.2"),
    (&["malware"], "originates-from", &["location"], "§4.11.2"),
    (&["malware"], "targets", &["identity", "infrastructure", "location", "vulnerability"], "§4.11.2"),
    (&["malware"], "uses", &["attack-pattern", "infrastructure", "malware", "tool"], "§4.11.2"),
    (&["malware"], "variant-of", &["malware"], "§4.11.2"),
    (&["malware-analysis"], "characterizes", &["malware"], "§4.12.2"),
    (&["malware-analysis"], "analysis-of", &["malware"], "§4.12.2"),
    (&["malware-analysis"], "static-analysis-of", &["malware"], "§4.12.2"),
    (&["malware-analysis"], "dynamic-analysis-of", &["malware"], "§4.12.2"),
    (&["threat-actor"], "attributed-to", &["identity"], "§4.17.2"),
    (&["threat-actor"], "compromises", &["infrastructure"], "§4.17.2"),
    (&["threat-actor"], "hosts", &["infrastructure"], "§4.17.2"),
    (&["threat-actor"], "owns", &["infrastructure"], "§4.17.2"),
    (&["threat-actor"], "impersonates", &["identity"], "§4.17.2"),
    (&["threat-actor"], "located-at", &["location"], "§4.17.2"),
    (&["threat-actor"], "targets", &["identity", "location", "vulnerability"], "§4.17.2"),
    (&["threat-actor"], "uses", &["attack-pattern", "infrastructure", "malware", "tool"], "§4.17.2"),
    (&["tool"], "delivers", &["malware"], "§4.18.2"),
    (&["tool"], "drops", &["malware"], "§4.18.2"),
    (&["tool"], "has", &["vulnerability"], "§4.18.2"),
    (&["tool"], "targets", &["identity", "infrastructure", "location", "vulnerability"], "§4.18.2"),
    (&["tool"], "uses", &["infrastructure"], "§4.18.2"),
    (&["domain-name"], "resolves-to", &["domain-name", "ipv4-addr", "ipv6-addr"], "§6.4.2"),
    (&["ipv4-addr"], "resolves-to", &["mac-addr"], "§6.8.2"),
    (&["ipv4-addr"], "belongs-to", &["autonomous-system"], "§6.8.2"),
    (&["ipv6-addr"], "resolves-to", &["mac-addr"], "§6.9.2"),
    (&["ipv6-addr"], "belongs-to", &["autonomous-system"], "§6.9.2"),
];

/// Says whether the standard defines a relationship between two types (§3.7 for those that all have).
pub fn is_suggested(source: &str, relationship: &str, target: &str) -> bool {
    match relationship {
        "related-to" => true,
        // Both of one type (§3.7).
        "derived-from" | "duplicate-of" => source == target,
        _ => RELATIONSHIPS.iter().any(|(sources, name, targets, _)| {
            *name == relationship
                && sources.contains(&source)
                && (targets.contains(&target) || (targets.contains(&"*") && is_observable(target)))
        }),
    }
}

fn is_observable(kind: &str) -> bool {
    crate::table::object_type(kind).is_some_and(|known| known.class == crate::table::Class::Observable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs() {
        let check = |source, name, target, expected| assert_eq!(is_suggested(source, name, target), expected);
        check("indicator", "indicates", "malware", true);
        check("identity", "indicates", "malware", false);
        check("infrastructure", "consists-of", "mutex", true);
        check("infrastructure", "consists-of", "malware", false);
        check("tool", "derived-from", "tool", true);
        check("tool", "derived-from", "malware", false);
        check("x-a", "related-to", "y-b", true);
    }

    #[test]
    fn types_are_those_of_the_standard() {
        for (sources, _, targets, _) in RELATIONSHIPS {
            for kind in sources.iter().chain(*targets).filter(|kind| **kind != "*") {
                assert!(crate::table::object_type(kind).is_some(), "{kind}");
            }
        }
    }
}
