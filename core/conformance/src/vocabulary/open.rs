//! Open vocabularies: other words are lawful and draw a warning (§2.14).

use super::Vocabulary;

/// Kinds of accounts.
pub const ACCOUNT_TYPE: Vocabulary = Vocabulary {
    name: "account-type-ov",
    clause: "§10.1",
    words: &[
        "unix",
        "windows-local",
        "windows-domain",
        "ldap",
        "tacacs",
        "radius",
        "nis",
        "openid",
        "facebook",
        "skype",
        "twitter",
        "kavi",
    ],
};

/// Why somebody attacks.
pub const ATTACK_MOTIVATION: Vocabulary = Vocabulary {
    name: "attack-motivation-ov",
    clause: "§10.2",
    words: &[
        "accidental",
        "coercion",
        "dominance",
        "ideology",
        "notoriety",
        "organizational-gain",
        "personal-gain",
        "personal-satisfaction",
        "revenge",
        "unpredictable",
    ],
};

/// What somebody can spend on attacks.
pub const ATTACK_RESOURCE_LEVEL: Vocabulary = Vocabulary {
    name: "attack-resource-level-ov",
    clause: "§10.3",
    words: &["individual", "club", "contest", "team", "organization", "government"],
};

/// Why objects are grouped.
pub const GROUPING_CONTEXT: Vocabulary = Vocabulary {
    name: "grouping-context-ov",
    clause: "§10.6",
    words: &["suspicious-activity", "malware-analysis", "unspecified"],
};

/// Hashing algorithms.
pub const HASH_ALGORITHM: Vocabulary = Vocabulary {
    name: "hash-algorithm-ov",
    clause: "§10.7",
    words: &["MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"],
};

/// Kinds of identities.
pub const IDENTITY_CLASS: Vocabulary = Vocabulary {
    name: "identity-class-ov",
    clause: "§10.8",
    words: &["individual", "group", "system", "organization", "class", "unknown"],
};

/// Programming languages.
pub const IMPLEMENTATION_LANGUAGE: Vocabulary = Vocabulary {
    name: "implementation-language-ov",
    clause: "§10.9",
    words: &[
        "applescript",
        "bash",
        "c",
        "c++",
        "c#",
        "go",
        "java",
        "javascript",
        "lua",
        "objective-c",
        "perl",
        "php",
        "powershell",
        "python",
        "ruby",
        "scala",
        "swift",
        "typescript",
        "visual-basic",
        "x86-32",
        "x86-64",
    ],
};

/// Kinds of indicators.
pub const INDICATOR_TYPE: Vocabulary = Vocabulary {
    name: "indicator-type-ov",
    clause: "§10.10",
    words: &[
        "anomalous-activity",
        "anonymization",
        "benign",
        "compromised",
        "malicious-activity",
        "attribution",
        "unknown",
    ],
};

/// Sectors.
pub const INDUSTRY_SECTOR: Vocabulary = Vocabulary {
    name: "industry-sector-ov",
    clause: "§10.11",
    words: &[
        "agriculture",
        "aerospace",
        "automotive",
        "chemical",
        "commercial",
        "communications",
        "construction",
        "defense",
        "education",
        "energy",
        "entertainment",
        "financial-services",
        "government",
        "emergency-services",
        "government-local",
        "government-national",
        "government-public-services",
        "government-regional",
        "healthcare",
        "hospitality-leisure",
        "infrastructure",
        "dams",
        "nuclear",
        "water",
        "insurance",
        "manufacturing",
        "mining",
        "non-profit",
        "pharmaceuticals",
        "retail",
        "technology",
        "telecommunications",
        "transportation",
        "utilities",
    ],
};

/// Kinds of infrastructure.
pub const INFRASTRUCTURE_TYPE: Vocabulary = Vocabulary {
    name: "infrastructure-type-ov",
    clause: "§10.12",
    words: &[
        "amplification",
        "anonymization",
        "botnet",
        "command-and-control",
        "control-system",
        "exfiltration",
        "firewall",
        "hosting-malware",
        "hosting-target-lists",
        "phishing",
        "reconnaissance",
        "routers-switches",
        "staging",
        "workstation",
        "unknown",
    ],
};

/// What an analysis found.
pub const MALWARE_RESULT: Vocabulary = Vocabulary {
    name: "malware-result-ov",
    clause: "§10.13",
    words: &["malicious", "suspicious", "benign", "unknown"],
};

/// What malware can do.
pub const MALWARE_CAPABILITIES: Vocabulary = Vocabulary {
    name: "malware-capabilities-ov",
    clause: "§10.14",
    words: &[
        "accesses-remote-machines",
        "anti-debugging",
        "anti-disassembly",
        "anti-emulation",
        "anti-memory-forensics",
        "anti-sandbox",
        "anti-vm",
        "captures-input-peripherals",
        "captures-output-peripherals",
        "captures-system-state-data",
        "cleans-traces-of-infection",
        "commits-fraud",
        "communicates-with-c2",
        "compromises-data-availability",
        "compromises-data-integrity",
        "compromises-system-availability",
        "controls-local-machine",
        "degrades-security-software",
        "degrades-system-updates",
        "determines-c2-server",
        "emails-spam",
        "escalates-privileges",
        "evades-av",
        "exfiltrates-data",
        "fingerprints-host",
        "hides-artifacts",
        "hides-executing-code",
        "infects-files",
        "infects-remote-machines",
        "installs-other-components",
        "persists-after-system-reboot",
        "prevents-artifact-access",
        "prevents-artifact-deletion",
        "probes-network-environment",
        "self-modifies",
        "steals-authentication-credentials",
        "violates-system-operational-integrity",
    ],
};

/// Kinds of malware.
pub const MALWARE_TYPE: Vocabulary = Vocabulary {
    name: "malware-type-ov",
    clause: "§10.15",
    words: &[
        "adware",
        "backdoor",
        "bot",
        "bootkit",
        "ddos",
        "downloader",
        "dropper",
        "exploit-kit",
        "keylogger",
        "ransomware",
        "remote-access-trojan",
        "resource-exploitation",
        "rogue-security-software",
        "rootkit",
        "screen-capture",
        "spyware",
        "trojan",
        "unknown",
        "virus",
        "webshell",
        "wiper",
        "worm",
    ],
};

/// Languages of patterns.
pub const PATTERN_TYPE: Vocabulary = Vocabulary {
    name: "pattern-type-ov",
    clause: "§10.19",
    words: &["stix", "pcre", "sigma", "snort", "suricata", "yara"],
};

/// Processor architectures.
pub const PROCESSOR_ARCHITECTURE: Vocabulary = Vocabulary {
    name: "processor-architecture-ov",
    clause: "§10.20",
    words: &["alpha", "arm", "ia-64", "mips", "powerpc", "sparc", "x86", "x86-64"],
};

/// Regions of the world.
pub const REGION: Vocabulary = Vocabulary {
    name: "region-ov",
    clause: "§10.21",
    words: &[
        "africa",
        "eastern-africa",
        "middle-africa",
        "northern-africa",
        "southern-africa",
        "western-africa",
        "americas",
        "latin-america-caribbean",
        "south-america",
        "caribbean",
        "central-america",
        "northern-america",
        "asia",
        "central-asia",
        "eastern-asia",
        "southern-asia",
        "south-eastern-asia",
        "western-asia",
        "europe",
        "eastern-europe",
        "northern-europe",
        "southern-europe",
        "western-europe",
        "oceania",
        "australia-new-zealand",
        "melanesia",
        "micronesia",
        "polynesia",
        "antarctica",
    ],
};

/// Kinds of reports.
pub const REPORT_TYPE: Vocabulary = Vocabulary {
    name: "report-type-ov",
    clause: "§10.22",
    words: &[
        "threat-report",
        "attack-pattern",
        "campaign",
        "identity",
        "indicator",
        "intrusion-set",
        "malware",
        "observed-data",
        "threat-actor",
        "tool",
        "vulnerability",
    ],
};

/// Kinds of threat actors.
pub const THREAT_ACTOR_TYPE: Vocabulary = Vocabulary {
    name: "threat-actor-type-ov",
    clause: "§10.23",
    words: &[
        "activist",
        "competitor",
        "crime-syndicate",
        "criminal",
        "hacker",
        "insider-accidental",
        "insider-disgruntled",
        "nation-state",
        "sensationalist",
        "spy",
        "terrorist",
        "unknown",
    ],
};

/// Roles of threat actors.
pub const THREAT_ACTOR_ROLE: Vocabulary = Vocabulary {
    name: "threat-actor-role-ov",
    clause: "§10.24",
    words: &[
        "agent",
        "director",
        "independent",
        "infrastructure-architect",
        "infrastructure-operator",
        "malware-author",
        "sponsor",
    ],
};

/// How able threat actors are.
pub const THREAT_ACTOR_SOPHISTICATION: Vocabulary = Vocabulary {
    name: "threat-actor-sophistication-ov",
    clause: "§10.25",
    words: &["none", "minimal", "intermediate", "advanced", "expert", "innovator", "strategic"],
};

/// Kinds of tools.
pub const TOOL_TYPE: Vocabulary = Vocabulary {
    name: "tool-type-ov",
    clause: "§10.26",
    words: &[
        "denial-of-service",
        "exploitation",
        "information-gathering",
        "network-capture",
        "credential-exploitation",
        "remote-access",
        "vulnerability-scanning",
        "unknown",
    ],
};

/// Kinds of PE binaries.
pub const WINDOWS_PEBINARY_TYPE: Vocabulary =
    Vocabulary { name: "windows-pebinary-type-ov", clause: "§10.28", words: &["dll", "exe", "sys"] };

/// Kinds of markings.
pub const MARKING_TYPE: Vocabulary =
    Vocabulary { name: "marking types", clause: "§7.2.1.1", words: &["statement", "tlp"] };
