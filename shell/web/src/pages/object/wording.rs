//! What the properties of STIX are called in words, in which order they are read, and what the words of vocabularies mean.
//!
//! Guarantees: a table; a property that is not in it keeps its own name and comes last. Does not know: values.

/// Where on the page a property stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What the object is about.
    About,
    /// When.
    Times,
    /// How it is recognised.
    Technical,
    /// What it refers to.
    References,
    /// Bookkeeping of the standard.
    Record,
    /// Not of the standard.
    Own,
}

use Group::{About, Record, References, Technical, Times};

/// Property, word, group; read in this order.
#[rustfmt::skip]
const WORDS: &[(&str, &str, Group)] = &[
    ("name", "Name", About), ("title", "Title", About), ("value", "Value", About), ("aliases", "Also called", About),
    ("description", "Description", About), ("abstract", "In short", About), ("content", "Text", About), ("body", "Text", About),
    ("opinion", "Opinion", About), ("explanation", "Why", About), ("context", "What connects the objects", About),
    ("objective", "Objective", About), ("authors", "Authors", About), ("grading", "Grade", About), ("confidence", "Confidence", About),
    ("indicator_types", "Kind of indicator", About), ("pattern", "Pattern", About), ("pattern_type", "Pattern language", About),
    ("pattern_version", "Version of the language", About), ("malware_types", "Kind of malware", About), ("is_family", "Is a family", About),
    ("threat_actor_types", "Kind of actor", About), ("infrastructure_types", "Kind of infrastructure", About), ("tool_types", "Kind of tool", About),
    ("report_types", "Kind of report", About), ("identity_class", "Kind of identity", About), ("roles", "Roles", About), ("sectors", "Sectors", About),
    ("contact_information", "Contact", About), ("goals", "Goals", About), ("sophistication", "Sophistication", About),
    ("resource_level", "Resources", About), ("primary_motivation", "Main motivation", About),
    ("secondary_motivations", "Further motivations", About), ("personal_motivations", "Personal motivations", About),
    ("kill_chain_phases", "Phases of the attack", About), ("capabilities", "Capabilities", About),
    ("relationship_type", "Relation", About), ("source_ref", "From", About), ("target_ref", "To", About), ("sighting_of_ref", "Sighting of", About),
    ("count", "How often", About), ("summary", "Is a summary", About), ("number_observed", "How often observed", About),
    ("result", "Result", About), ("result_name", "Result", About), ("product", "Product", About), ("vendor", "Vendor", About), ("version", "Version", About),
    ("city", "City", About), ("administrative_area", "Part of the country", About), ("country", "Country", About), ("region", "Region", About),
    ("street_address", "Street", About), ("postal_code", "Postal code", About), ("latitude", "Degrees north", About),
    ("longitude", "Degrees east", About), ("precision", "Exact to, in metres", About), ("definition_type", "Kind of marking", About), ("definition", "Marking", About),
    ("statement", "Statement", About), ("subject", "Subject", About), ("display_name", "Shown name", About), ("user_id", "User id", About),
    ("account_login", "Login", About), ("account_type", "Kind of account", About), ("path", "Path", About), ("key", "Key", About),
    ("command_line", "Command line", About), ("protocols", "Protocols", About), ("src_port", "Source port", About), ("dst_port", "Destination port", About),
    ("first_seen", "First seen", Times), ("last_seen", "Last seen", Times), ("first_observed", "First observed", Times),
    ("last_observed", "Last observed", Times), ("valid_from", "Valid from", Times), ("valid_until", "Valid until", Times),
    ("published", "Published", Times), ("start_time", "Began", Times), ("stop_time", "Ended", Times), ("start", "Began", Times), ("end", "Ended", Times),
    ("submitted", "Submitted", Times), ("analysis_started", "Analysis began", Times), ("analysis_ended", "Analysis ended", Times),
    ("ctime", "File created", Times), ("mtime", "File changed", Times), ("atime", "File last used", Times), ("created_time", "Started", Times), ("date", "Date", Times),
    ("hashes", "Hashes", Technical), ("size", "Size in bytes", Technical), ("name_enc", "Encoding of the name", Technical),
    ("magic_number_hex", "Magic number", Technical), ("mime_type", "Media type", Technical), ("payload_bin", "Content", Technical), ("url", "Address", Technical),
    ("operating_system_refs", "Operating systems", Technical), ("architecture_execution_envs", "Runs on", Technical),
    ("implementation_languages", "Languages", Technical), ("tool_version", "Version", Technical), ("modules", "Modules", Technical),
    ("configuration_version", "Configuration", Technical), ("analysis_engine_version", "Engine", Technical), ("pid", "Process id", Technical), ("cwd", "Working directory", Technical),
    ("environment_variables", "Environment", Technical), ("values", "Values", Technical), ("rir", "Registry", Technical), ("number", "Number", Technical),
    ("serial_number", "Serial number", Technical), ("issuer", "Issuer", Technical), ("cpe", "CPE", Technical), ("swid", "SWID", Technical), ("languages", "Languages", Technical),
    ("additional_header_fields", "Further headers", Technical), ("received_lines", "Way of the message", Technical), ("is_multipart", "Has parts", Technical), ("body_multipart", "Parts", Technical),
    ("created_by_ref", "Created by", References), ("object_refs", "About", References), ("where_sighted_refs", "Sighted by", References),
    ("observed_data_refs", "Observed data", References), ("sample_refs", "Samples", References), ("sample_ref", "Sample", References), ("host_vm_ref", "Analysed on", References),
    ("analysis_sco_refs", "Found in the analysis", References), ("resolves_to_refs", "Resolves to", References), ("belongs_to_refs", "Belongs to", References),
    ("from_ref", "From", References), ("sender_ref", "Sender", References), ("to_refs", "To", References), ("cc_refs", "Copy to", References), ("src_ref", "Source", References), ("dst_ref", "Destination", References),
    ("parent_directory_ref", "In", References), ("contains_refs", "Contains", References), ("content_ref", "Content", References), ("image_ref", "Program", References),
    ("creator_user_ref", "User", References), ("parent_ref", "Parent", References), ("child_refs", "Children", References), ("object_ref", "Object", References),
    ("external_references", "Published elsewhere", References),
    ("created", "Made", Record), ("modified", "Changed", Record), ("revoked", "Revoked", Record), ("lang", "Language", Record), ("labels", "Tags", Record),
    ("object_modified", "Version of the object", Record), ("contents", "Translations", Record), ("extensions", "Extensions", Record), ("defanged", "Defanged", Record),
    ("extension_types", "Kind of extension", Record), ("extension_properties", "Adds the properties", Record), ("schema", "Schema", Record), ("objects", "Observables", Record),
];

/// Returns place, word and group of a property; `None` where the standard has none of this name.
pub fn of(property: &str) -> Option<(usize, &'static str, Group)> {
    WORDS
        .iter()
        .enumerate()
        .find(|(_, (name, _, _))| *name == property)
        .map(|(place, (_, word, group))| (place, *word, *group))
}

/// Property, word of its vocabulary, meaning.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str, &str)] = &[
    ("opinion", "strongly-disagree", "the author is sure that this is wrong"), ("opinion", "disagree", "the author thinks that this is wrong"),
    ("opinion", "neutral", "the author takes no side"), ("opinion", "agree", "the author thinks that this is right"),
    ("opinion", "strongly-agree", "the author is sure that this is right"),
    ("source_grade", "A", "reliable"), ("source_grade", "B", "usually reliable"), ("source_grade", "C", "fairly reliable"),
    ("source_grade", "D", "not usually reliable"), ("source_grade", "E", "unreliable"), ("source_grade", "F", "cannot be judged"),
    ("information_grade", "1", "confirmed by other sources"), ("information_grade", "2", "probably true"), ("information_grade", "3", "possibly true"),
    ("information_grade", "4", "doubtful"), ("information_grade", "5", "improbable"), ("information_grade", "6", "cannot be judged"),
    ("indicator_types", "anomalous-activity", "unusual, not necessarily hostile"), ("indicator_types", "anonymization", "hides where somebody comes from"),
    ("indicator_types", "benign", "not hostile in itself"), ("indicator_types", "compromised", "taken over by somebody"),
    ("indicator_types", "malicious-activity", "hostile acts"), ("indicator_types", "attribution", "points to who did it"), ("indicator_types", "unknown", "not enough is known"),
    ("sophistication", "none", "relies on chance"), ("sophistication", "minimal", "uses what others made"), ("sophistication", "intermediate", "adapts what others made"),
    ("sophistication", "advanced", "makes own tools"), ("sophistication", "expert", "finds and uses unknown flaws"), ("sophistication", "innovator", "finds new kinds of attack"),
    ("sophistication", "strategic", "shapes the targets' supply over years"),
    ("resource_level", "individual", "one person"), ("resource_level", "club", "a loose group"), ("resource_level", "contest", "a short-lived group with one goal"),
    ("resource_level", "team", "a formal group with means"), ("resource_level", "organization", "lasting, with lasting means"), ("resource_level", "government", "a state's means"),
    ("identity_class", "class", "a kind of people or organisations, none in particular"), ("identity_class", "system", "a machine or a program"),
    ("pattern_type", "stix", "the pattern language of STIX"), ("pattern_type", "snort", "network rules of Snort"), ("pattern_type", "yara", "file rules of YARA"),
    ("pattern_type", "sigma", "log rules of Sigma"), ("pattern_type", "suricata", "network rules of Suricata"), ("pattern_type", "pcre", "a regular expression"),
    ("context", "suspicious-activity", "acts that are looked into"), ("context", "malware-analysis", "the analysis of malware"), ("context", "unspecified", "not said"),
];

/// Returns what a word of a vocabulary means; "" where the table does not say.
pub fn meaning(property: &str, word: &str) -> &'static str {
    MEANINGS.iter().find(|(p, w, _)| *p == property && *w == word).map_or("", |(_, _, meaning)| meaning)
}

/// Returns what a confidence from 0 to 100 is in words (STIX 2.1, appendix A, none to high).
pub fn confidence(value: u64) -> &'static str {
    match value {
        0 => "none",
        1..=29 => "low",
        30..=69 => "medium",
        70..=100 => "high",
        _ => "",
    }
}
