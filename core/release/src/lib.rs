//! comity-release.
