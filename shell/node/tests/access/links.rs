//! A partner becomes a link only by two persons who signed and typed the words; one stops it, two resume it.

use super::common::{Org, change_officer, now, orgs, stranger};
use super::desk::{Desk, refused as refused_with};
use comity_kit::authenticator::Authenticator;
use comity_node::{
    Call, Failure, Home, LinkAlone, LinkStep, LockedOfficerKey, Node, OfficerChange, OfficerKey, Request, Surroundings,
    examine,
};
use serde_json::{Value, json};

fn lone() -> (tempfile::TempDir, Org) {
    let folder = tempfile::tempdir().unwrap();
    let org = orgs(folder.path(), 1).pop().unwrap();
    (folder, org)
}

fn refused(done: Result<Value, Failure>, why: &str) {
    let failure = done.unwrap_err();
    assert!(failure.message.contains(why), "{why}: {failure}");
}

fn state(org: &mut Org, partner: &str) -> String {
    let shown = org.ask(&Request::LinkShow { partner: partner.parse().unwrap() }).unwrap();
    let listed = org.ask(&Request::LinkList).unwrap();
    let row = listed["links"].as_array().unwrap().iter().find(|row| row["partner"] == partner).unwrap().clone();
    assert_eq!((&row["state"], &row["confirmed"]), (&shown["state"], &shown["confirmed"]));
    shown["state"].as_str().unwrap().to_owned()
}

/// The partners that a gate is told about.
fn told(org: &mut Org) -> Vec<String> {
    let (configuration, _) = org.node.gate_start(now(), "127.0.0.1:1").unwrap();
    configuration.peers.iter().map(|peer| peer.code.to_string()).collect()
}

fn audited(org: &mut Org, act: &str) -> usize {
    let shown = org.ask(&Request::AuditShow { from: 0, limit: 10_000 }).unwrap();
    shown["entries"].as_array().unwrap().iter().filter(|entry| entry["act"] == act).count()
}

fn confirm(words: &str) -> LinkStep {
    LinkStep::Confirm { partner: "xyz".parse().unwrap(), words: words.to_owned() }
}

fn approve() -> LinkStep {
    LinkStep::Approve { partner: "xyz".parse().unwrap() }
}

#[test]
fn a_new_partner_is_told_to_no_gate_before_two_persons_signed_and_typed_the_words() {
    let (_folder, mut org) = lone();
    let before = told(&mut org);
    let card = stranger("xyz", "Taverne Office", 1);
    let add = LinkStep::Add { card };
    // Neither the machine account nor officers of other roles.
    refused(org.ask(&Request::LinkPrepare { step: add.clone(), role: None }), "needs an officer");
    refused(org.link_step("alice", add.clone()), "holds none of the roles");
    refused(org.link_step("bob", add.clone()), "holds none of the roles");
    // The first officer, twice, is one officer.
    for _ in 0..2 {
        let done = org.link_step("c1", add.clone()).unwrap();
        assert_eq!((&done["state"], &done["agreed"]), (&json!("proposed"), &json!(false)));
    }
    refused(org.link_step("c1", confirm("any")), "waits for a second officer");
    assert_eq!(told(&mut org), before);
    let added = org.link_step("c2", approve()).unwrap();
    assert_eq!((&added["state"], &added["agreed"]), (&json!("pending"), &json!(true)));
    refused(org.link_step("c1", add), "already");
    assert_eq!(told(&mut org), before, "words were not compared");

    let words = added["fingerprint"].as_str().unwrap().to_owned();
    let turned = words.split(' ').rev().collect::<Vec<_>>().join(" ");
    for wrong in ["", "abandon", turned.as_str(), words.rsplit_once(' ').unwrap().0] {
        refused(org.link_step("c1", confirm(wrong)), "not the twelve words");
    }
    assert_eq!(audited(&mut org, "link.words"), 4);
    // As people type: other case, commas, lines.
    let typed = words.to_uppercase().replace(' ', ",\n ");
    assert_eq!(org.link_step("c1", confirm(&typed)).unwrap()["state"], "pending");
    assert_eq!(org.link_step("c1", confirm(&words)).unwrap()["state"], "pending", "one person typed them twice");
    assert_eq!(told(&mut org), before);
    refused(org.link_step("c2", confirm("abandon")), "not the twelve words");
    let done = org.link_step("c2", confirm(&words)).unwrap();
    assert_eq!((&done["state"], &done["confirmed"]), (&json!("active"), &json!(true)));
    assert!(told(&mut org).contains(&"xyz".to_owned()));
    refused(org.link_step("c2", confirm(&words)), "compared already");
    org.ask(&Request::Verify).unwrap();
}

#[test]
fn one_person_in_both_roles_is_one_person() {
    let (_folder, mut org) = lone();
    let add = LinkStep::Add { card: stranger("xyz", "Taverne Office", 1) };
    for role in ["custodian", "security_officer"] {
        let role = role.parse().unwrap();
        let prepared = org.ask_as("c2", &Request::LinkPrepare { step: add.clone(), role: Some(role) }).unwrap();
        let proof = org.sign("c2", comity_crypto::Purpose::LinkAct, &prepared["statement"]).into();
        let act = comity_node::LinkActKind::Add;
        let sign = Request::LinkSign { partner: "xyz".parse().unwrap(), act, role, proof };
        assert_eq!(org.ask_as("c2", &sign).unwrap()["state"], "proposed");
    }
    // Nor two custodians.
    let key = org.key("c3").verifying_key();
    let roles = ["custodian".parse().unwrap()].into();
    change_officer(&mut org, "c3", OfficerChange::Add { name: "Third".into(), roles, key }).unwrap();
    change_officer(&mut org, "c2", OfficerChange::Roles { roles: ["custodian".parse().unwrap()].into() }).unwrap();
    for custodian in ["c1", "c3", "c2"] {
        assert_eq!(org.link_step(custodian, approve()).unwrap()["state"], "proposed");
    }
}

#[test]
fn a_signature_is_for_one_act_and_counts_for_no_other() {
    let (_folder, mut org) = lone();
    let (one, other) = (stranger("xyz", "Taverne Office", 1), stranger("abc", "Other Office", 2));
    let prepared = org.ask_as("c1", &Request::LinkPrepare { step: LinkStep::Add { card: other }, role: None }).unwrap();
    let of_other = org.sign("c1", comity_crypto::Purpose::LinkAct, &prepared["statement"]);
    let approval = org.sign("c1", comity_crypto::Purpose::TaxiiRecipient, &prepared["statement"]);
    org.link_step("c2", LinkStep::Add { card: one }).unwrap();
    let sign = |partner: &str, act, proof: comity_crypto::Signature| Request::LinkSign {
        partner: partner.parse().unwrap(),
        act,
        role: comity_vocab::Role::Custodian,
        proof: proof.into(),
    };
    let add = comity_node::LinkActKind::Add;
    refused(org.ask_as("c1", &sign("xyz", add, of_other)), "does not verify");
    refused(org.ask_as("c1", &sign("abc", add, approval)), "does not verify");
    refused(org.ask_as("c1", &sign("abc", comity_node::LinkActKind::Confirm, of_other)), "nothing waits");
    refused(org.ask_as("hal", &sign("abc", add, of_other)), "holds none of the roles");
    org.ask_as("c1", &sign("abc", add, of_other)).unwrap();
}

#[test]
fn a_partner_that_is_given_up_leaves_nothing_that_counts() {
    let (_folder, mut org) = lone();
    let add = LinkStep::Add { card: stranger("xyz", "Taverne Office", 1) };
    let words = org.link_agreed(add.clone()).unwrap()["fingerprint"].as_str().unwrap().to_owned();
    org.link_step("c1", confirm(&words)).unwrap();
    refused(org.ask(&Request::LinkAlone(LinkAlone::Drop { partner: "xyz".parse().unwrap() })), "needs an officer");
    let drop = Request::LinkAlone(LinkAlone::Drop { partner: "xyz".parse().unwrap() });
    assert_eq!(org.ask_as("c1", &drop).unwrap()["state"], "dropped");
    refused(org.ask_as("c1", &drop), "nothing waits");
    refused(org.link_step("c2", confirm(&words)), "no link");
    assert!(org.ask(&Request::LinkShow { partner: "xyz".parse().unwrap() }).is_err());
    // Another key under the same code, and then all of it from the beginning.
    let other = stranger("xyz", "Taverne Office", 3);
    assert_eq!(org.link(&other).unwrap()["state"], "active");
    refused(org.link_step("c1", add), "another organisation key");
    org.ask(&Request::Verify).unwrap();
}

#[test]
fn one_officer_stops_a_link_and_two_resume_it() {
    let (_folder, mut org) = lone();
    let kps = || "kps".parse().unwrap();
    let suspend = Request::LinkAlone(LinkAlone::Suspend { partner: kps() });
    refused(org.ask(&suspend), "needs an officer");
    refused(org.ask_as("alice", &suspend), "holds none of the roles");
    assert_eq!(org.ask_as("c1", &suspend).unwrap()["state"], "suspended");
    assert_eq!(state(&mut org, "kps"), "suspended");
    assert!(!told(&mut org).contains(&"kps".to_owned()));
    let resume = LinkStep::Resume { partner: kps() };
    refused(org.ask(&Request::LinkPrepare { step: resume.clone(), role: None }), "needs an officer");
    assert_eq!(org.link_step("c2", resume.clone()).unwrap()["state"], "suspended");
    assert_eq!(org.link_step("c2", LinkStep::Approve { partner: kps() }).unwrap()["state"], "suspended");
    assert!(!told(&mut org).contains(&"kps".to_owned()));
    assert_eq!(org.link_step("c1", LinkStep::Approve { partner: kps() }).unwrap()["state"], "active");
    assert!(told(&mut org).contains(&"kps".to_owned()));
    refused(org.link_step("c1", resume.clone()), "not suspended");
    // What was signed for one suspension does not count for the next.
    org.ask_as("c2", &suspend).unwrap();
    assert_eq!(org.link_step("c1", resume.clone()).unwrap()["state"], "suspended");
    org.ask(&Request::Verify).unwrap();
    // Nor for another one that takes its place while the second signature is awaited: the one who changes the store does not decide.
    let home = org.node.home().path().to_owned();
    let db = rusqlite::Connection::open(home.join("holdings/holdings.db")).unwrap();
    let swapped = db
        .execute("UPDATE link SET reason = replace(reason, 'c2', 'c1') WHERE code = 'kps' AND instr(reason, 'c2')", []);
    assert_eq!(swapped.unwrap(), 1);
    refused(
        org.link_step("c2", LinkStep::Approve { partner: kps() }),
        "for another reason than the one that was signed",
    );
    assert_eq!(state(&mut org, "kps"), "suspended");
}

#[test]
fn a_renewed_card_shows_what_it_changes_and_needs_an_officer() {
    let (_folder, mut org) = lone();
    org.link(&stranger("xyz", "Taverne Office", 1)).unwrap();
    let renewed = super::common::stranger_card("xyz", "Taverne Office", (1, 1), "192.0.2.7:4433", 60);
    let seen = org.ask(&Request::LinkPreview { card: renewed.clone() }).unwrap();
    let changes: Vec<&str> =
        seen["changes"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!((changes, &seen["new_node_key"]), (vec!["endpoints"], &json!(false)));
    refused(org.ask(&Request::LinkAlone(LinkAlone::TakeCard { card: renewed.clone() })), "needs an officer");
    refused(
        org.ask_as("alice", &Request::LinkAlone(LinkAlone::TakeCard { card: renewed.clone() })),
        "holds none of the roles",
    );
    assert_eq!(
        org.ask_as("c1", &Request::LinkAlone(LinkAlone::TakeCard { card: renewed })).unwrap()["state"],
        "renewed"
    );
    // A new node key takes two, and a new organisation key is never the same partner.
    let node = super::common::stranger_card("xyz", "Taverne Office", (1, 2), "192.0.2.7:4433", 120);
    let seen = org.ask(&Request::LinkPreview { card: node.clone() }).unwrap();
    assert_eq!(seen["new_node_key"], true);
    let renew = LinkStep::Renew { card: node };
    let generation =
        |org: &mut Org| org.ask(&Request::LinkShow { partner: "xyz".parse().unwrap() }).unwrap()["generation"].clone();
    let before = generation(&mut org);
    org.link_step("c1", renew.clone()).unwrap();
    assert_eq!(generation(&mut org), before, "one officer changes nothing");
    org.link_step("c2", renew).unwrap();
    assert_ne!(generation(&mut org), before);
    for step in [
        LinkStep::Renew { card: super::common::stranger_card("xyz", "Taverne Office", (5, 6), "192.0.2.7:4433", 180) },
        LinkStep::Add { card: super::common::stranger_card("xyz", "Taverne Office", (5, 6), "192.0.2.7:4433", 180) },
    ] {
        refused(org.link_step("c1", step), "another organisation key");
    }
    org.ask(&Request::Verify).unwrap();
}

#[test]
fn an_officer_who_was_disabled_signs_for_nobody() {
    let (_folder, mut org) = lone();
    let key = org.key("c3").verifying_key();
    let roles = ["custodian".parse().unwrap(), "security_officer".parse().unwrap()].into();
    change_officer(&mut org, "c3", OfficerChange::Add { name: "Third".into(), roles, key }).unwrap();
    let add = LinkStep::Add { card: stranger("xyz", "Taverne Office", 1) };
    org.link_step("c3", add).unwrap();
    change_officer(&mut org, "c3", OfficerChange::Disable).unwrap();
    assert_eq!(org.link_step("c1", approve()).unwrap()["state"], "proposed");
    assert_eq!(org.link_step("c2", approve()).unwrap()["state"], "pending");
    // Two agreed: who is disabled afterwards did sign.
    org.ask(&Request::Verify).unwrap();
}

#[test]
fn a_partner_that_looks_like_another_or_like_us_is_refused() {
    let (_folder, mut org) = lone();
    org.link(&stranger("xyz", "Taverne Office", 1)).unwrap();
    let cases = [
        ("xy2", "Taverne 0ffice"),
        ("abc", "TAVERNE OFFICE"),
        ("abc", "Organisation Kps"),
        ("abc", "0rganisation-vsis"),
        ("kp5", "Quiet Office"),
        ("v5is", "Quiet Office"),
        ("abc", "Qui\u{435}t Office"),
    ];
    for (code, name) in cases {
        let card = stranger(code, name, 7);
        let failure = org.link_step("c1", LinkStep::Add { card: card.clone() }).unwrap_err();
        assert_eq!(failure.code.as_deref(), Some("lookalike"), "{code} {name}: {failure}");
        let seen = org.ask(&Request::LinkPreview { card }).unwrap();
        assert_eq!(seen["refused"], failure.message, "said before anybody compares words");
    }
    // A renewed card cannot take another's name either.
    let renamed = super::common::stranger_card("xyz", "Organisation kps", (1, 1), "127.0.0.1:1", 60);
    refused(org.ask_as("c1", &Request::LinkAlone(LinkAlone::TakeCard { card: renamed })), "looks like");
    // One that only waits counts too.
    org.link_step("c1", LinkStep::Add { card: stranger("abc", "Quiet Office", 8) }).unwrap();
    refused(org.link_step("c1", LinkStep::Add { card: stranger("def", "Quiet  office", 9) }), "looks like");
}

/// A custodian and a security officer at two browsers, with passkeys.
struct Browsers {
    desk: Desk,
    of: [(Authenticator, String); 2],
}

impl Browsers {
    fn new() -> Self {
        let mut desk = Desk::new();
        let of = [("c1", 1), ("c2", 2)].map(|(officer, seed)| {
            let mut passkey = desk.enrol(officer, seed);
            let session = desk.sign_in(&mut passkey);
            (passkey, session)
        });
        Self { desk, of }
    }

    fn ask(&mut self, who: usize, request: &Value) -> Result<Value, Failure> {
        self.desk.ask(Some(&self.of[who].1), request)
    }

    fn step(&mut self, who: usize, step: &Value) -> Result<Value, Failure> {
        let prepared = self.ask(who, &json!({ "verb": "link_prepare", "step": step }))?;
        let proof = super::approvals::proof(&mut self.of[who].0, &prepared["passkey"]);
        let (partner, act, role) = (&prepared["partner"], &prepared["act"], &prepared["role"]);
        self.ask(who, &json!({ "verb": "link_sign", "partner": partner, "act": act, "role": role, "proof": proof }))
    }
}

#[test]
fn two_passkeys_add_confirm_stop_and_resume() {
    let mut two = Browsers::new();
    let add = json!({ "step": "add", "card": stranger("xyz", "Taverne Office", 1) });
    two.step(0, &add).unwrap();
    let added = two.step(1, &json!({ "step": "approve", "partner": "xyz" })).unwrap();
    assert_eq!(added["state"], "pending");
    let words = json!({ "step": "confirm", "partner": "xyz", "words": added["fingerprint"] });
    refused_with(
        "other words",
        two.step(0, &json!({ "step": "confirm", "partner": "xyz", "words": "x" })),
        "wrong_words",
    );
    two.step(0, &words).unwrap();
    assert_eq!(two.step(1, &words).unwrap()["state"], "active");
    let suspend = json!({ "verb": "link_alone", "act": "suspend", "partner": "xyz" });
    refused_with("a link is stopped with a step-up", two.ask(0, &suspend), "step_up_needed");
    let (passkey, session) = &mut two.of[0];
    two.desk.step_up(session, passkey).unwrap();
    two.ask(0, &suspend).unwrap();
    let resume = json!({ "step": "resume", "partner": "xyz" });
    assert_eq!(two.step(0, &resume).unwrap()["state"], "suspended");
    assert_eq!(two.step(1, &resume).unwrap()["state"], "active");
    two.desk.here(&Request::Verify).unwrap();
}

/// The home that a program before this ceremony wrote, and its officers' keys.
struct Golden {
    folder: tempfile::TempDir,
}

impl Golden {
    const PASSPHRASE: &str = "golden-home-passphrase";

    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testing/golden/0001-first-round.tar.gz");
        let done = std::process::Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder.path()).status();
        assert!(done.unwrap().success());
        Self { folder }
    }

    fn open(&self) -> Node {
        let ask = Box::new(|| Ok(comity_crypto::Zeroizing::new(Self::PASSPHRASE.to_owned())));
        let home = Home::open(&self.folder.path().join("vsis")).unwrap();
        Node::open(home, super::common::entropy("golden"), now(), ask).unwrap()
    }

    fn key(&self, officer: &str) -> OfficerKey {
        let file = self.folder.path().join(format!("vsis-{officer}.key"));
        LockedOfficerKey::read(&file).unwrap().unlock(Self::PASSPHRASE).unwrap()
    }
}

fn asked(node: &mut Node, request: &Request, key: Option<&OfficerKey>) -> Value {
    let request = serde_json::to_string(request).unwrap();
    let nonce = Call { request: "{\"verb\":\"nonce\"}".into(), ..Call::default() };
    let proof = key.map(|key| {
        let nonce = node.handle(now(), &nonce).unwrap()["nonce"].as_str().unwrap().to_owned();
        key.prove(&nonce, &request).unwrap()
    });
    node.handle(now(), &Call { request, proof, ..Call::default() }).unwrap()
}

fn signed(key: &OfficerKey, purpose: comity_crypto::Purpose, message: &Value) -> comity_crypto::Signature {
    use base64::Engine as _;
    key.key.sign(purpose, &base64::engine::general_purpose::STANDARD.decode(message.as_str().unwrap()).unwrap())
}

#[test]
fn a_link_of_an_earlier_home_goes_on_unconfirmed_until_its_words_are_compared() {
    let golden = Golden::new();
    let kps: comity_vocab::OrgCode = "kps".parse().unwrap();
    for _ in 0..2 {
        let mut node = golden.open();
        let shown = asked(&mut node, &Request::LinkShow { partner: kps.clone() }, None);
        assert_eq!((&shown["state"], &shown["confirmed"]), (&json!("active(unconfirmed)"), &json!(false)));
        let (configuration, _) = node.gate_start(now(), "127.0.0.1:1").unwrap();
        assert_eq!(configuration.peers.len(), 1, "it goes on");
        asked(&mut node, &Request::Verify, None);
        let audit = asked(&mut node, &Request::AuditShow { from: 0, limit: 10_000 }, None);
        let noted = audit["entries"].as_array().unwrap().iter().filter(|entry| entry["act"] == "link.unconfirmed");
        assert_eq!(noted.count(), 1, "written down once");
    }
    let looked = || {
        let home = golden.folder.path().join("vsis");
        let findings =
            examine(&home, &Surroundings { now: now(), landlock: None, desk: None }, comity_node::VaultWord::Unknown)
                .unwrap();
        findings.into_iter().filter(|one| one.area == "links").map(|one| one.what).collect::<Vec<_>>().join("\n")
    };
    assert!(looked().contains("active(unconfirmed)"), "{}", looked());
    // That home has no security officer yet: two custodians make one of them so.
    let mut node = golden.open();
    let (c1, c2) = (golden.key("c1"), golden.key("c2"));
    let roles = ["custodian".parse().unwrap(), "security_officer".parse().unwrap()].into();
    let change = Request::OfficerPrepare { officer: "c2".parse().unwrap(), change: OfficerChange::Roles { roles } };
    let prepared = asked(&mut node, &change, None);
    let signatures = [&c1, &c2]
        .map(|key| (key.officer.clone(), signed(key, comity_crypto::Purpose::RegistryAct, &prepared["act"])))
        .to_vec();
    asked(&mut node, &Request::OfficerApply { act: prepared["act"].as_str().unwrap().into(), signatures }, None);
    let words = asked(&mut node, &Request::LinkShow { partner: kps.clone() }, None)["fingerprint"].clone();
    for (key, state) in [(&c1, "active(unconfirmed)"), (&c2, "active")] {
        let step = LinkStep::Confirm { partner: kps.clone(), words: words.as_str().unwrap().into() };
        let prepared = asked(&mut node, &Request::LinkPrepare { step, role: None }, Some(key));
        let sign = Request::LinkSign {
            partner: kps.clone(),
            act: comity_node::LinkActKind::Confirm,
            role: serde_json::from_value(prepared["role"].clone()).unwrap(),
            proof: signed(key, comity_crypto::Purpose::LinkAct, &prepared["statement"]).into(),
        };
        assert_eq!(asked(&mut node, &sign, Some(key))["state"], state);
    }
    asked(&mut node, &Request::Verify, None);
    drop(node);
    assert!(!looked().contains("unconfirmed"), "{}", looked());
}

#[test]
fn a_link_that_was_written_into_the_store_is_told_to_no_gate_and_verify_names_it() {
    let cases = [
        // A stranger's row, as the one who has the machine would write it.
        (
            "INSERT INTO link SELECT 'zzz', card, zeroblob(32), generation, 'active', NULL, added FROM link WHERE code = 'kps'",
            "",
        ),
        ("DELETE FROM link_act WHERE partner = 'kps' AND act = 'confirm'", "kps"),
        ("UPDATE link_act SET state = 'dropped' WHERE partner = 'kps' AND act = 'confirm'", "kps"),
        ("UPDATE link_act SET approvals = '[]' WHERE partner = 'kps' AND act = 'add'", ""),
        (
            "UPDATE link_act SET card = (SELECT card FROM link_act WHERE partner = 'tfo' AND act = 'add') WHERE partner = 'kps' AND act = 'add'",
            "",
        ),
        (
            "UPDATE link_act SET approvals = (SELECT approvals FROM link_act WHERE partner = 'kps' AND act = 'add') WHERE partner = 'kps' AND act = 'confirm'",
            "",
        ),
        (
            "UPDATE link_act SET statement = (SELECT statement FROM link_act WHERE partner = 'tfo' AND act = 'confirm') WHERE partner = 'kps' AND act = 'confirm'",
            "",
        ),
    ];
    for (change, untold) in cases {
        let (_folder, mut org) = lone();
        let before = told(&mut org);
        let home = org.node.home().path().to_owned();
        // Beside a node that runs; one that starts does not open such a home.
        let db = rusqlite::Connection::open(home.join("holdings/holdings.db")).unwrap();
        db.execute_batch(change).unwrap();
        drop(db);
        let failure = org.ask(&Request::Verify).unwrap_err();
        assert!(failure.message.contains("link"), "{change}: {failure}");
        // What cannot be read stops the start; what is not there is not told.
        match org.node.gate_start(now(), "127.0.0.1:1") {
            Err(failure) => assert!(failure.message.contains("act about the link"), "{change}: {failure}"),
            Ok((configuration, _)) => {
                let after: Vec<String> = configuration.peers.iter().map(|peer| peer.code.to_string()).collect();
                let expected: Vec<String> = before.iter().filter(|code| *code != untold).cloned().collect();
                assert_eq!(after, expected, "{change}");
            }
        }
    }
}
