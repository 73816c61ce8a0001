//! comity-ledger.
