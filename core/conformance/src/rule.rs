//! The rules that findings name: name, clause, level and meaning.
//!
//! Guarantees: a name means the same here as in `comity_stix::inspect::rules`, where both have it. The clause of a rule is
//! that of its data type; a finding about a property of a type carries the clause of that row instead.

/// How binding the standard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A breach makes the object invalid.
    Must,
    /// A breach is a warning.
    Should,
}

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// The clause of STIX 2.1, or of another document that is named.
    pub clause: &'static str,
    /// MUST or SHOULD.
    pub level: Level,
    /// What is wrong, and what is expected.
    pub says: &'static str,
}

/// How STIX 2.0 calls itself.
pub(crate) const SPEC_2_0: &str = "2.0";

/// Declares the rules as constants and lists them.
macro_rules! rules {
    ($($level:ident $constant:ident $name:literal $clause:literal $says:literal;)*) => {
        $(
            #[doc = $says]
            pub(crate) static $constant: Rule =
                Rule { name: $name, clause: $clause, level: Level::$level, says: $says };
        )*
        /// Every rule, in the order of the standard.
        pub static RULES: &[&Rule] = &[$(&$constant),*];
    };
}

rules! {
    // What the text is.
    Must JSON "json" "§1.1, RFC 8259" "the text is not strict JSON, or over a limit of this reader";
    Must NOT_AN_OBJECT "not-an-object" "§1.1" "expected a JSON object: a STIX object or a bundle";

    // §2 Data types.
    Must BINARY "payload-not-base64" "§2.1" "expected base64 (RFC 4648 §4)";
    Must BOOLEAN "boolean-expected" "§2.2" "expected true or false, without quotes";
    Must DICTIONARY "dictionary-expected" "§2.3" "expected a dictionary: a JSON object";
    Must DICTIONARY_EMPTY "dictionary-empty" "§2.3" "an empty dictionary: leave the property out instead";
    Must DICTIONARY_KEY "dictionary-key" "§2.3" "a dictionary key is not 1 to 250 of A-Z, a-z, 0-9, - and _";
    Must ENUM "enum-value" "§2.4" "not a word of the enumeration";
    Must URL "url-malformed" "§2.5, RFC 3986" "not a URL: expected scheme, colon and the rest, without blanks";
    Must EXTERNAL_REFERENCE_EMPTY "external-reference-empty" "§2.5" "an external reference needs description, url or external_id";
    Should EXTERNAL_REFERENCE_HASH "external-reference-without-hash" "§2.5" "an external reference with a URL should have its hashes";
    Must REFERENCE_HASH "external-reference-hash-algorithm" "§2.5, §10.7" "hashes of an external reference need algorithms of the vocabulary";
    Must FLOAT "number-expected" "§2.6" "expected a number, without quotes";
    Must FLOAT_RANGE "coordinate-out-of-range" "§4.10.1" "a number outside its range";
    Must HASHES_KEY "hash-algorithm-name" "§2.7" "the name of a hashing algorithm is not 3 to 250 of A-Z, a-z, 0-9, - and _";
    Must HASH_VALUE "hash-length" "§2.7" "a hash has not the length, or not the characters, of its algorithm";
    Should HASH_ALGORITHM "hash-algorithm-unknown" "§2.7, §10.7" "a hashing algorithm that STIX does not name";
    Must HEX "hex-malformed" "§2.8" "expected an even number of hexadecimal digits";
    Must ID_MALFORMED "id-malformed" "§2.9" "expected an identifier: object type, two hyphens, UUID";
    Must ID_UUID "id-uuid-version" "§2.9, RFC 4122 §4.1" "the UUID of the identifier has no lawful version or variant";
    Must ID_TYPE "id-type-mismatch" "§2.9" "the identifier begins with another type than the object's";
    Should ID_TYPE_CUSTOM "id-type-mismatch-custom" "§2.9, §11.2" "the identifier of a custom object begins with another type than the object's";
    Should ID_NEWER_UUID "id-uuid-newer" "§2.9, RFC 9562" "the UUID of the identifier is of a version that RFC 4122 does not have";
    Should ID_UPPER_CASE "id-upper-case" "§2.9, RFC 4122 §3" "the UUID of the identifier is not in lower case";
    Should ID_NOT_V4 "id-not-uuid4" "§2.9" "the identifier should hold a UUIDv4";
    Should SCO_ID_NOT_V5 "sco-id-not-uuid5" "§2.9" "the identifier of a cyber-observable should hold a UUIDv5";
    Should SCO_ID_DIFFERS "sco-id-differs" "§3.4" "the identifier is a UUIDv5 but not that of the object's content";
    Must SCO_ID_V4 "sco-id-not-uuid4" "§2.9" "without contributing properties the identifier must hold a UUIDv4";
    Must REFERENCE "reference-malformed" "§2.9" "expected the identifier of another object";
    Must REFERENCE_TYPE "reference-type" "§2.9" "a reference to an object of a type that may not stand here";
    Must INTEGER "integer-expected" "§2.10" "expected a whole number, without quotes";
    Must INTEGER_RANGE "integer-out-of-range" "§2.10" "a whole number outside its range";
    Must LIST "list-expected" "§2.12" "expected a list";
    Must LIST_EMPTY "list-empty" "§2.12" "an empty list: leave the property out instead";
    Should VOCABULARY "vocabulary-value" "§2.14" "not a word of the open vocabulary";
    Should VOCABULARY_FORM "vocabulary-form" "§2.14" "words of a vocabulary should be lower case with hyphens";
    Must TEXT "string-expected" "§2.15" "expected a string";
    Should NUL "nul-in-string" "§2.15" "a string holds the character U+0000";
    Must TIMESTAMP "timestamp-malformed" "§2.16" "expected a time YYYY-MM-DDThh:mm:ss[.fraction]Z that exists";
    Should BEFORE_1970 "time-before-1970" "§2.16" "a time before 1970";
    Must STRUCTURE "object-expected" "§2" "expected an object with properties";
    Must NULL "null-value" "§2" "null is no value of STIX: leave the property out instead";

    // §3 Common properties.
    Must PROPERTY_NAME "property-name" "§3.1" "a property name is not 3 to 250 of a-z, 0-9 and _, beginning with a letter";
    Must TYPE_NAME "type-name" "§3.1" "the type is not 3 to 250 of a-z, 0-9 and single hyphens, beginning with a letter";
    Must REQUIRED "required-missing" "§3.2" "a required property is missing";
    Should NOT_APPLICABLE "common-property-elsewhere" "§3.2" "a common property that objects of this kind do not have";
    Must SPEC_VERSION "spec-version-unknown" "§3.2" "unknown spec_version: expected the string 2.1";
    Should STIX_2_0 "stix-2.0" "§3.2" "STIX 2.0 content, read by the rules of 2.0";
    Must PRECISION "timestamp-precision" "§3.2" "created and modified need at least three digits of fraction";
    Must LANGUAGE "language-tag" "§3.2, RFC 5646" "expected a language tag such as en or pt-BR";
    Must MODIFIED "modified-before-created" "§3.6" "modified is before created";
    Must CREATED_CHANGED "created-changed" "§3.2" "created is another than in another version of the object";
    Must OTHER_CREATOR "version-by-another-creator" "§3.6" "another creator than that of another version of the object";
    Must VERSION_CHANGED "version-changed" "§3.6" "another content than elsewhere in the file, with the same id and modified";
    Must AFTER_REVOCATION "version-after-revocation" "§3.2, §3.6" "a version that is later than the revocation of the object";
    Should VERSIONS_TOO_MANY "versions-too-many" "§3.6" "more than 500,000 versions; the rest are not compared with each other";
    Must RESERVED_NAME "reserved-name" "§3.8" "a property name or type that the standard reserves";
    Should DEPRECATED "deprecated" "§3.9" "a deprecated property";

    // §4 to §6 What belongs together.
    Must TIME_ORDER "last-before-first" "§4" "the later of two times is before the earlier";
    Must VALID_UNTIL "valid-until-not-after-valid-from" "§4.7.1" "valid_until is not after valid_from";
    Must STOP_TIME "stop-time-not-after-start-time" "§5.1.1" "stop_time is not after start_time";
    Must PATTERN "pattern-malformed" "§4.7.1, §9" "the pattern is not one of the STIX patterning language";
    Should PATTERN_UNREAD "pattern-not-supported" "§9" "the pattern is over a limit of this reader, or needs what it does not support";
    Should INDICATOR_NAME "indicator-without-name" "§4.7.1" "an indicator should have name and description";
    Must COORDINATES "coordinate-alone" "§4.10.1" "latitude and longitude occur only together, precision only with both";
    Should COUNTRY "country-code" "§4.10.1, ISO 3166-1" "expected a country code of two letters";
    Must MALWARE_NAME "malware-family-without-name" "§4.11.1" "a malware family needs a name";
    Must OBSERVED_BOTH "objects-and-object-refs" "§4.14.1" "objects and object_refs exclude each other";
    Must OBSERVED_NO_SCO "no-observable-referenced" "§4.14.1" "object_refs needs at least one cyber-observable";
    Must CONTAINER "container-malformed" "§4.14.1" "the container of observables is not a dictionary of observables";
    Must CONTAINER_REF "container-reference" "§4.14.1" "a reference to nothing in the container of observables";
    Must CVE "external-id-form" "§4.1.1, §4.19.1" "cve and CVE-… belong together, as do capec and CAPEC-…";
    Must RELATIONSHIP_TYPE "relationship-type-form" "§5.1.1" "a relationship type is made of a-z, 0-9 and hyphen";
    Should RELATIONSHIP "relationship-not-suggested" "§5.1, §3.7" "not one of the relationships that the standard defines";
    Must PAYLOAD_AND_URL "payload-and-url" "§6.1.1" "an artifact has either payload_bin or url";
    Must URL_WITHOUT_HASHES "url-without-hashes" "§6.1.1" "an artifact with a url needs hashes";
    Should PAYLOAD_HASH "payload-hash-mismatch" "§6.1.1" "payload_bin has not the SHA-256 that hashes names";
    Must DECRYPTION_KEY "decryption-key-alone" "§6.1.1" "decryption_key needs encryption_algorithm";
    Must MEDIA_TYPE "media-type" "§6.1.1" "expected a media type of the IANA registry";
    Should MEDIA_TYPE_UNKNOWN "media-type-unknown" "§6.7.1" "expected a media type of the IANA registry";
    Must CHARSET "character-set" "§6.3.1, §6.7.1" "expected the name of a character set of the IANA registry";
    Must DOMAIN "domain-name" "§6.4.1, RFC 1034" "not a domain name";
    Must EMAIL "email-address" "§6.5.1, RFC 5322 §3.4.1" "expected one email address without display name";
    Must MULTIPART "multipart-body" "§6.6.1" "body belongs to is_multipart false, body_multipart to is_multipart true";
    Should ADDITIONAL_HEADER "additional-header" "§6.6.1" "a header field that has a property of its own";
    Must IPV4 "ipv4-address" "§6.8.1" "expected an IPv4 address or block";
    Must IPV6 "ipv6-address" "§6.9.1" "expected an IPv6 address or block";
    Must MAC "mac-address" "§6.10.1" "expected a MAC address in lower case, pairs joined by colons";
    Must ACTIVE_END "end-of-active-traffic" "§6.12.1" "traffic that is_active has no end yet";
    Should PORTS "one-port-only" "§6.12.1" "network traffic should have both ports";
    Should PROTOCOL_FORM "protocol-form" "§6.12.1" "protocols should be lower case";
    Should PRIORITY "priority-form" "§6.13.2" "priority should end in _CLASS";
    Must CPE "cpe-malformed" "§6.14.1" "expected a CPE 2.3 name";
    Must REGISTRY_KEY "registry-key-abbreviated" "§6.17.1" "the hive of a registry key is written out, such as HKEY_LOCAL_MACHINE";

    // §7 Objects about objects, §8 bundles.
    Must MARKING_INCOMPLETE "marking-incomplete" "§7.2.1.1" "a marking definition needs definition_type and definition, or extensions";
    Must STATEMENT "statement-malformed" "§7.2.1.3" "a statement marking holds a string statement";
    Should MARKING_TYPE "marking-scheme-unsupported" "§7.2.1.1" "a custom marking should be an extension";
    Must TLP "tlp-marking-altered" "§7.2.1.4" "a TLP marking is not one of the standard ones, word by word";
    Should TLP_2 "tlp-2-altered" "§7.2.1.1, FIRST TLP 2.0" "a TLP 2.0 marking under another identifier, or with another word, than the standard one";
    Should TLP_ID "tlp-identifier-reused" "§7.2.1.4" "the identifier of a TLP marking on something else: readers will take it for TLP";
    Must MARKS_ITSELF "marking-marks-itself" "§7.2.1.1" "a marking definition is marked with itself";
    Should TWO_TLP "two-tlp-markings" "§7.2.1.4" "more than one TLP marking: the strictest holds";
    Must GRANULAR_KIND "granular-marking-malformed" "§7.2.3" "a granular marking has either marking_ref or lang";
    Must SELECTOR "selector-malformed" "§7.2.3.1" "a selector is not a path such as description or labels.[0]";
    Must SELECTOR_NOWHERE "selector-to-nowhere" "§7.2.3.1" "a selector names nothing in the object";
    Must SELECTORS_TOO_MANY "selectors-too-many" "§7.2.3" "more than 1000 selectors; the rest is not examined";
    Must CONTENTS "contents-malformed" "§7.1.1" "contents holds, by language, the translations by property";
    Must EXTENSION_KEY "extension-key" "§7.3, §11.3.1" "the key of an extension is the identifier of its definition, or ends in -ext";
    Must EXTENSION_EMPTY "extension-empty" "§7.3" "an extension without properties";
    Must EXTENSION_KIND "extension-type" "§7.3" "an extension with a definition needs extension_type";
    Must EXTENSION_NEW "extension-new-of-standard-type" "§7.3" "new-sdo, new-sco and new-sro are for types that the standard does not have";
    Should EXTENSION_REDEFINES "extension-redefines" "§7.3" "an extension redefines a property of the standard";
    Must EXTENSION_PROPERTIES "extension-properties" "§7.3.1" "extension_properties are for toplevel-property-extension";
    Should EXTENSION_PROPERTIES_MISSING "extension-properties-missing" "§7.3.1" "a toplevel-property-extension should list extension_properties";
    Should EXTENSION_DESCRIPTION "extension-without-description" "§7.3.1" "an extension definition should be described";
    Should VERSION "version-form" "§7.3.1" "expected a version such as 1.2.0 (Semantic Versioning 2.0.0)";
    Must BUNDLE_OBJECT "bundle-object" "§8.1" "the objects of a bundle are STIX objects with a type";
    Must NESTED_BUNDLE "bundle-in-bundle" "§8.1" "a bundle inside a bundle";

    // §11 What the standard does not have.
    Should CUSTOM_PROPERTY "property-custom" "§11.1" "a custom property: an extension (§7.3) is the way since 2.1";
    Should CUSTOM_TYPE "type-custom" "§11.2" "a custom type: an extension (§7.3) is the way since 2.1";
    Should CUSTOM_EXTENSION "extension-custom" "§11.3" "a custom extension: one with a definition (§7.3) is the way since 2.1";
    Should CUSTOM_NULL "custom-null" "§2" "a null inside a custom value: STIX has no such value";
    Should CUSTOM_EMPTY "custom-value-empty" "§2.3" "an empty object";

    Should MORE_FINDINGS "more-findings" "§12" "more than 100 findings; the rest is not listed";
}

/// Returns the rule of this name.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
