//! comity-kit.
