//! The STIX patterning language: parser, canonical form, and the engine that finds.
