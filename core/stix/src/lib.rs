//! comity-stix.
