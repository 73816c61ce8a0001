//! comity-gate.
