//! comity-crypto.
