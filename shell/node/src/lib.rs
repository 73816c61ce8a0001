//! comity-node.
