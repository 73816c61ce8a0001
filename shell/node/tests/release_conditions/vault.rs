//! The vault must be there and be the one this node last worked with, whatever happened to the file meanwhile.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::SealingKey;
use comity_node::{
    BackupGrant, BackupWritten, Belief, FromSafe, Home, HomeKeys, LockedSafe, Node, SafeKind, SourceEntry,
    copy_identity, make_backup_key, restore_home, verify_backup, write_backup,
};
use comity_store::{Holdings, Mode, Vault, snapshot};
use comity_vocab::Digest;
use std::path::PathBuf;

/// What must be refused: the words of a protected term in what is to leave.
const TERM: &str = "blue herring";

pub(super) struct Scene {
    pub home: PathBuf,
    code: &'static str,
    folder: PathBuf,
}

impl Scene {
    /// A home with a source, joined to a report, and its partner.
    pub fn new(folder: &Path) -> Self {
        let (mut org, _) = two(folder);
        let add = Request::VaultAdd(SourceEntry {
            cryptonym: "KESTREL".into(),
            identity: "Wanda Canaria".into(),
            contact: "+999 555 0101".into(),
            handlers: vec![],
            terms: vec![TERM.into()],
            reliability: "B".into(),
            notes: String::new(),
        });
        org.ask_as("hal", &add).unwrap();
        Self { home: folder.join("vsis"), code: "vsis", folder: folder.to_owned() }
    }

    pub fn open(&self) -> Org {
        Org::open(&self.home, self.code)
    }

    pub fn vault(&self) -> PathBuf {
        self.home.join("vault/vault.db")
    }

    pub fn holdings(&self) -> Holdings {
        Holdings::open(&self.home.join("holdings/holdings.db"), Mode::ReadWrite).unwrap()
    }

    /// Keeps a copy of the vault under a name.
    fn keep(&self, name: &str) {
        snapshot(&self.vault(), &self.folder.join(name)).unwrap();
    }

    /// Puts a copy in the vault's place.
    fn put(&self, name: &str) {
        for beside in ["vault/vault.db", "vault/vault.db-wal", "vault/vault.db-shm"] {
            let _ = std::fs::remove_file(self.home.join(beside));
        }
        std::fs::copy(self.folder.join(name), self.vault()).unwrap();
    }

    pub fn acts(&self, act: &str) -> Vec<String> {
        let rows = self.holdings().view().desk().audit_from(0, 1_000).unwrap();
        let entries = rows.iter().map(|row| comity_ledger::AuditEntry::parse(&row.bytes).unwrap());
        entries.filter(|entry| entry.act == act).map(|entry| entry.detail).collect()
    }

    pub fn commit(&self, settled: Digest, pending: Option<Digest>) {
        let mut holdings = self.holdings();
        let tx = holdings.transaction().unwrap();
        tx.view().desk().settle_vault(&settled).unwrap();
        if let Some(pending) = pending {
            tx.view().desk().pend_vault(&pending).unwrap();
        }
        tx.commit().unwrap();
        self.anchor(&comity_crypto::sha256(&[&settled.0, &pending.map_or(vec![], |pending| pending.0.to_vec())]));
    }

    /// Has the anchor say what the holdings do, as the node itself would.
    fn anchor(&self, vault: &Digest) {
        common::anchor_line(&self.home, "vault", comity_ledger::ChainEnd { count: 0, head: *vault });
    }
}

fn attach(org: &mut Org, object: &str) -> Result<Value, Failure> {
    org.ask_as("hal", &Request::VaultAttach { source: "KESTREL".into(), objects: vec![object.into()] })
}

fn show(org: &mut Org) -> Result<Value, Failure> {
    org.ask_as(
        "hal",
        &Request::VaultShow(comity_node::SourceReading { source: "KESTREL".into(), reason: "meeting".into() }),
    )
}

/// An exact refusal: operational, with what to do.
fn unfit(answer: Result<Value, Failure>) {
    let failure = answer.unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("vault_unfit"), "{failure}");
    assert_eq!(failure.kind, comity_node::FailureKind::Operational, "{failure}");
    assert!(failure.hint.as_deref().unwrap().contains("restore"), "{failure:?}");
}

/// The vault changes beside a node that is at work: nothing is checked, approved or sent any more, and it goes on when the right
/// one is back.
#[test]
fn a_node_at_work_notices_that_its_vault_is_gone_older_or_changed() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let mut org = scene.open();
    let id = report(&mut org, "Seen at the quay.");
    let naming = org.draft(telling(&id, "kps", "A blue herring was seen")).unwrap();
    let clean = org.draft(telling(&id, "kps", "Nothing special")).unwrap();
    org.approve(&clean).unwrap();
    let found = org.ask_as("bob", &Request::ReleaseCheck { release: naming.clone() }).unwrap();
    assert_eq!(found["clean"], false, "{found}");
    scene.keep("older");
    show(&mut org).unwrap();
    scene.keep("right");
    let refused = |org: &mut Org| {
        unfit(org.ask_as("bob", &Request::ReleaseCheck { release: naming.clone() }));
        unfit(org.approve(&naming));
        unfit(org.ask(&Request::ReleaseSend { release: clean.clone() }));
        unfit(org.ask(&Request::Verify));
        unfit(show(org));
        unfit(attach(org, &id));
        let health = org.ask(&Request::Health).unwrap();
        assert_eq!(health["vault"]["fits"], false, "{health}");
    };
    std::fs::remove_file(scene.vault()).unwrap();
    refused(&mut org);
    scene.put("older");
    refused(&mut org);
    scene.put("right");
    rusqlite::Connection::open(scene.vault())
        .unwrap()
        .execute_batch("DELETE FROM source_object; DELETE FROM source")
        .unwrap();
    refused(&mut org);
    scene.put("right");
    assert_eq!(org.ask_as("bob", &Request::ReleaseCheck { release: naming }).unwrap()["clean"], false);
    org.ask(&Request::ReleaseSend { release: clean }).unwrap();
}

#[test]
fn a_home_without_a_vault_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    scene.keep("right");
    let open = || {
        let ask = Box::new(|| Ok(comity_crypto::Zeroizing::new(common::PASSPHRASE.to_owned())));
        Node::open(Home::open(&scene.home).unwrap(), common::entropy("again"), now(), ask).map(|_| Value::Null)
    };
    std::fs::remove_file(scene.vault()).unwrap();
    unfit(open());
    assert!(!scene.vault().exists(), "opening made a vault");
    scene.put("right");
    std::fs::File::options().write(true).truncate(true).open(scene.vault()).unwrap();
    unfit(open());
    scene.put("right");
    open().unwrap();
}

#[test]
fn a_crash_leaves_a_vault_that_is_settled_at_the_next_opening_and_nothing_else_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let commitment = || scene.holdings().view().desk().vault_commitment().unwrap().unwrap();
    let before = commitment().settled;
    scene.keep("before");
    show(&mut scene.open()).unwrap();
    let after = commitment().settled;
    assert_eq!(commitment().pending, None);
    scene.keep("after");
    for (vault, settled, pending, recovered) in [
        // Before the promise: nothing happened.
        ("before", before, None, Some(None)),
        // Promised, and not done.
        ("before", before, Some(after), Some(Some("the act under way was not done"))),
        // Done, and not settled.
        ("after", before, Some(after), Some(Some("the act under way was done"))),
        ("after", after, None, Some(None)),
        // Never promised, or long past.
        ("after", before, None, None),
        ("before", after, None, None),
        ("before", after, Some(after), None),
    ] {
        scene.put(vault);
        scene.commit(settled, pending);
        let noted = scene.acts("vault.recovered").len();
        let opened = scene.open().ask(&Request::Verify);
        match recovered {
            None => unfit(opened),
            Some(detail) => {
                opened.unwrap();
                let acts = scene.acts("vault.recovered");
                assert_eq!(acts.get(noted).map(String::as_str), detail);
                assert_eq!(commitment().pending, None);
                assert_eq!(commitment().settled, if vault == "after" { after } else { before });
            }
        }
    }
}

/// A report and its join stand or fall together, and the audit log does not tell that the report has a source.
#[test]
fn a_report_with_a_source_is_one_act() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let mut org = scene.open();
    let entries = |act: &str| scene.acts(act).len();
    let joined = entries("vault.attach");
    let request = Request::WriteReport {
        title: "R".into(),
        body: "Seen at the quay.".into(),
        grading: "B2".parse().unwrap(),
        source: Some("KESTREL".into()),
        label: None,
    };
    let id = org.ask_as("hal", &request).unwrap()["id"].clone();
    assert_eq!((entries("write.report"), entries("vault.attach")), (1, joined));
    assert_eq!(show(&mut org).unwrap()["objects"], serde_json::json!([id]));
    drop(org);
    scene.open().ask(&Request::Verify).unwrap();
}

/// An older vault with the commitment of its time: the tag fits, and the anchor does not.
#[test]
fn an_older_vault_with_its_own_commitment_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let commitment = || scene.holdings().view().desk().vault_commitment().unwrap().unwrap();
    let (before, anchored) = (commitment().settled, std::fs::read(scene.home.join("anchor")).unwrap());
    assert!(!anchored.is_empty());
    scene.keep("before");
    show(&mut scene.open()).unwrap();
    let anchored = std::fs::read(scene.home.join("anchor")).unwrap();
    scene.put("before");
    scene.commit(before, None);
    std::fs::write(scene.home.join("anchor"), anchored).unwrap();
    let mut org = scene.open();
    let why = org.ask(&Request::QuarantineShow).unwrap().to_string();
    assert!(why.contains("vault"), "{why}");
    assert!(org.ask(&Request::Verify).is_err());
}

#[test]
fn a_home_that_had_a_commitment_is_not_taken_for_one_of_an_older_version() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let path = scene.home.join("holdings/holdings.db");
    rusqlite::Connection::open(path).unwrap().execute_batch("DELETE FROM vault_commitment").unwrap();
    // The anchor alone would notice; here it was made to say the same.
    scene.anchor(&comity_ledger::GENESIS);
    unfit(scene.open().ask(&Request::Verify));
    assert_eq!(scene.acts("vault.commit").len(), 1);
}

/// The tag in the holdings tells nothing: not the number of sources, not that two vaults hold the same.
#[test]
fn no_count_stands_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let path = scene.home.join("holdings/holdings.db");
    let conn = rusqlite::Connection::open(path).unwrap();
    let columns: Vec<String> = conn
        .prepare("SELECT name FROM pragma_table_info('vault_commitment')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(columns, ["one", "settled", "pending"]);
    let tag: Vec<u8> = conn.query_row("SELECT settled FROM vault_commitment", [], |row| row.get(0)).unwrap();
    assert_eq!(tag.len(), 32);
    let keys = HomeKeys::open(&Home::open(&scene.home).unwrap(), common::PASSPHRASE).unwrap();
    assert!(Vault::compare(&scene.vault(), &keys.vault_seed, None).is_ok());
}

/// A backup of the scene's home, of its stores as they are now.
struct Safe {
    grant: BackupGrant,
    key: SealingKey,
    identity: PathBuf,
}

impl Safe {
    fn new(scene: &Scene) -> Self {
        let mut org = scene.open();
        let (key, identity) = (scene.folder.join("backup.key"), scene.folder.join("identity.key"));
        let mut entropy = common::entropy("safe");
        let public = make_backup_key(&key, common::PASSPHRASE, &mut entropy).unwrap();
        copy_identity(org.node.home(), common::PASSPHRASE, &identity, common::PASSPHRASE, &mut entropy).unwrap();
        let grant = org.ask_as("c1", &Request::BackupBegin { key: Some(public.parse().unwrap()) }).unwrap();
        let key = LockedSafe::read(&key, SafeKind::BackupKey).unwrap().backup_key(common::PASSPHRASE).unwrap();
        Self { grant: serde_json::from_value(grant).unwrap(), key, identity }
    }

    fn write(&self, scene: &Scene, file: &Path) -> Result<Value, Failure> {
        let home = Home::open(&scene.home).unwrap();
        let keys = HomeKeys::open(&home, common::PASSPHRASE).unwrap();
        let mut sign = |written: BackupWritten| {
            let trailer = comity_crypto::sign_backup(&keys.node, &written.digest, written.bytes);
            Ok(serde_json::json!({ "signature": STANDARD.encode(trailer) }))
        };
        write_backup(&home, &self.grant, file, &mut common::entropy("backup"), &mut |_, _| {}, &mut sign)
    }

    fn rehearse(&self, scene: &Scene, file: &Path) -> Result<Value, Failure> {
        let belief = Belief::default();
        let scratch = scene.folder.join("scratch");
        verify_backup(file, &self.key, &scratch, &belief, &mut common::entropy("rehearsal"), &mut |_, _| {})
    }

    fn restore(&self, file: &Path, to: &Path) -> Result<Value, Failure> {
        let locked = LockedSafe::read(&self.identity, SafeKind::OrganisationKey).unwrap();
        let organisation = locked.organisation_key(common::PASSPHRASE).unwrap();
        let backup = SealingKey::from_seed(&self.key.seed());
        let safe = FromSafe { backup, organisation, accept_unsigned: false };
        let mut entropy = common::entropy("restore");
        restore_home(file, safe, to, common::PASSPHRASE, &mut entropy, now(), &mut |_, _| {})
    }
}

/// A backup holds a vault and the commitment to it, also where an act was under way, and no others are restored.
#[test]
fn a_backup_holds_a_vault_that_fits_its_commitment() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let safe = Safe::new(&scene);
    let commitment = || scene.holdings().view().desk().vault_commitment().unwrap().unwrap();
    let before = commitment().settled;
    scene.keep("before");
    show(&mut scene.open()).unwrap();
    let after = commitment().settled;
    scene.keep("after");
    for (number, (vault, settled, pending, fits)) in [
        ("before", before, Some(after), true),
        ("after", before, Some(after), true),
        ("after", after, None, true),
        ("after", before, None, false),
        ("before", after, None, false),
    ]
    .into_iter()
    .enumerate()
    {
        scene.put(vault);
        scene.commit(settled, pending);
        let (file, to) = (folder.path().join(format!("{number}.backup")), folder.path().join(format!("{number}.home")));
        safe.write(&scene, &file).unwrap();
        let (rehearsed, restored) = (safe.rehearse(&scene, &file), safe.restore(&file, &to));
        assert_eq!((rehearsed.is_ok(), restored.is_ok()), (fits, fits), "{number}: {rehearsed:?} {restored:?}");
        if fits {
            Org::drawing(&to, "vsis", common::entropy("restored")).ask(&Request::Verify).unwrap();
        } else {
            assert!(restored.unwrap_err().message.contains("do not belong together"), "{number}");
            assert!(!to.exists(), "{number}");
        }
    }
}

/// Acts of the vault go on while the stores are copied: what is written is whole, or it is said that it could not be.
#[test]
fn a_backup_beside_acts_of_the_vault_is_consistent() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let safe = Safe::new(&scene);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let busy = |stop: &std::sync::atomic::AtomicBool| {
        let mut org = scene.open();
        while !stop.load(std::sync::atomic::Ordering::Relaxed) {
            show(&mut org).unwrap();
        }
    };
    let backup = |name: &str| {
        let file = folder.path().join(name);
        safe.write(&scene, &file).map(|_| safe.rehearse(&scene, &file).unwrap())
    };
    std::thread::scope(|scope| {
        scope.spawn(|| busy(&stop));
        for number in 0..4 {
            if let Err(failure) = backup(&format!("{number}.backup")) {
                assert!(failure.message.contains("came between"), "{failure}");
            }
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    backup("last.backup").unwrap();
}
