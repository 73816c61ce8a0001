//! comity-link.
