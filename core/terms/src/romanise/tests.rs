//! Names in many scripts and how they are written; names that are not theirs.

use super::*;

fn whole(native: &str, latin: &str) -> bool {
    reach(&native.chars().collect::<Vec<_>>(), latin.as_bytes()).whole()
}

#[test]
fn start() {
    assert!(whole("щербаков", "shcherbakov"));
}
