//! STIX 2.1 conformance: every MUST of the standard as a rule with its clause, from one table of properties.
