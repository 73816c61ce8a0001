//! What to do about a store in trouble: one sentence for each kind, for the doctor, `serve` and every verb.
//!
//! Guarantees: a backup is advised only where the file itself is lost; a full, read-only, busy or newer store keeps its home, for a
//! restored one waits in quarantine. Does not know: which file it is (the error names it).

use comity_store::Trouble;

/// Says what to do.
pub(crate) fn advice(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Full => "make room on this disk and try again; the store is whole, so do not restore a backup",
        Trouble::ReadOnly => {
            "make the disk writable and try again; a disk that became read-only by itself is failing, so look into the system's log; do not restore a backup onto it"
        }
        Trouble::Permission => {
            "run this as the user who owns the home, and set owner and modes as said; do not restore a backup"
        }
        Trouble::Busy => {
            "another program holds the store: wait for it or stop it, and try again; do not restore a backup"
        }
        Trouble::Newer => {
            "use the newer program, or the snapshot made before the upgrade; the store is whole, so do not restore a backup"
        }
        Trouble::Older => "start `comity serve` once, which brings the store up to date",
        Trouble::Missing => {
            "put the file back where it was; where it is lost, `comity restore` makes a home from a backup"
        }
        Trouble::Emptied => {
            "put the file back and find out who emptied it; where it is lost, `comity restore` makes a home from a backup"
        }
        Trouble::Foreign => {
            "put the right file back in its place; where it is lost, `comity restore` makes a home from a backup"
        }
        Trouble::InTheWay => "move that file away, or choose another place; nothing is written over a store",
        Trouble::Damaged => {
            "stop the node, keep the file and check the disk; then `comity restore` makes a home from the newest backup"
        }
        Trouble::Unfit => {
            "stop the node and keep the file: somebody wrote to it or put back a copy; then `comity restore` makes a home from the newest backup that is right"
        }
        Trouble::WrongKey => {
            "bring back the key files of this home and use its passphrase; do not restore a backup yet"
        }
        Trouble::Disk => "look into the system's log for this disk, and try again; do not restore a backup onto it",
        Trouble::Other => "run comity doctor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn only_a_lost_file_is_answered_with_a_backup() {
        for trouble in Trouble::ALL {
            let lost = matches!(
                trouble,
                Trouble::Missing | Trouble::Emptied | Trouble::Foreign | Trouble::Damaged | Trouble::Unfit
            );
            assert_eq!(advice(trouble).contains("`comity restore`"), lost, "{trouble:?}");
        }
        let different: BTreeSet<&str> = Trouble::ALL.into_iter().map(advice).collect();
        assert_eq!(different.len(), Trouble::ALL.len());
    }
}
