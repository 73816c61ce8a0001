//! Persons on their way out and in: what must be said, who answers for words of special categories, and what is not held when it arrives.

use crate::common::raw::raw;
use crate::common::{Org, carried, change_officer, code, in_database, now, orgs};
use comity_crypto::Purpose;
use comity_link::gate_protocol::GateToDesk;
use comity_node::{FindingsAnswered, OfficerChange, PersonalData, ReleaseDraftRequest, Request, Selection};
use comity_vocab::{Role, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const PERSON: &str = "identity--22222222-2222-4222-8222-222222222222";
const MAIL: &str = "email-addr--33333333-3333-5333-8333-333333333333";
const OWNS: &str = "relationship--44444444-4444-4444-8444-444444444444";
const TOOL: &str = "tool--55555555-5555-4555-8555-555555555555";
const NOTE: &str = "note--66666666-6666-4666-8666-666666666666";

fn import(org: &mut Org, folder: &Path, objects: &[Value]) {
    let path = folder.join(format!("{}.json", objects.len()));
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects });
    std::fs::write(&path, bundle.to_string()).unwrap();
    let label = Some("TLP:GREEN".parse().unwrap());
    let done = org.ask_as("alice", &Request::Import { path, origin: "feed".into(), label }).unwrap();
    assert_eq!(done["refused"], 0, "{done}");
}

fn dated(object_type: &str, id: &str, more: Value) -> Value {
    let mut object = json!({ "type": object_type, "spec_version": "2.1", "id": id, "created": "2026-02-01T00:00:00.000Z",
        "modified": "2026-02-01T00:00:00.000Z" });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn story() -> Vec<Value> {
    vec![
        dated("identity", PERSON, json!({ "name": "Ilan Vorreck", "identity_class": "individual" })),
        json!({ "type": "email-addr", "spec_version": "2.1", "id": MAIL, "value": "ilan@harran.example" }),
        dated(
            "relationship",
            OWNS,
            json!({ "relationship_type": "related-to", "source_ref": PERSON, "target_ref": MAIL }),
        ),
        dated("tool", TOOL, json!({ "name": "Lantern", "description": "Sold to believers of the hill faith." })),
        dated("note", NOTE, json!({ "content": "He was here.", "object_refs": [PERSON] })),
    ]
}

fn wanted(objects: &[&str]) -> ReleaseDraftRequest {
    ReleaseDraftRequest {
        selection: Selection { objects: objects.iter().map(|id| (*id).to_owned()).collect(), origins: vec![] },
        to: vec!["kps".parse().unwrap()],
        ..Default::default()
    }
}

fn whole() -> PersonalData {
    PersonalData {
        purpose: Some("prevention of terrorist offences".into()),
        basis: Some("Information Exchange Act, section 12".into()),
        necessity: Some("the partner must recognise the traveller".into()),
        erase_by: Some(Timestamp::parse("2027-03-05T13:14:15Z").unwrap()),
    }
}

fn missing(org: &mut Org, request: ReleaseDraftRequest) -> Vec<String> {
    match org.draft(request) {
        Ok(_) => Vec::new(),
        Err(failure) => {
            assert_eq!(failure.code.as_deref(), Some("personal_data"), "{failure}");
            serde_json::from_value(failure.detail.unwrap()["missing"].clone()).unwrap()
        }
    }
}

fn with_officer(org: &mut Org, officer: &str, roles: &[Role]) {
    let change = OfficerChange::Add {
        name: format!("{} Xylander-{officer}", officer.to_uppercase()),
        roles: roles.iter().copied().collect(),
        key: org.key(officer).verifying_key(),
    };
    change_officer(org, officer, change).unwrap();
}

fn answer(org: &mut Org, officer: &str, release: &str, overrides: &BTreeMap<String, String>) -> Result<Value, String> {
    let answered = |proof| {
        let overrides = overrides.clone();
        Request::ReleaseAnswer(FindingsAnswered { release: release.to_owned(), overrides, proof })
    };
    let prepared = org.ask_as(officer, &answered(None)).map_err(|failure| failure.to_string())?;
    let proof = org.sign(officer, Purpose::Approval, &prepared["statement"]).into();
    org.ask_as(officer, &answered(Some(proof))).map_err(|failure| failure.to_string())
}

fn carry(from: &mut Org, to: &mut Org) {
    let effects = from.node.take_effects();
    let messages: Vec<GateToDesk> =
        effects.iter().filter_map(|e| carried(&from.code, e)).filter(|(p, _)| *p == to.code).map(|(_, m)| m).collect();
    to.node.from_gate(to.at, messages).unwrap();
}

/// What must be said depends on what is held around the selection, not on the selection alone.
#[test]
fn what_must_be_said_before_personal_data_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = orgs(folder.path(), 1).pop().unwrap();
    let story = story();
    // Without the relationship the address is nobody's.
    import(&mut vsis, folder.path(), &story[..2]);
    assert_eq!(missing(&mut vsis, wanted(&[MAIL])), ["purpose", "erase_by"]);
    import(&mut vsis, folder.path(), &story);
    let all = ["purpose", "basis", "necessity", "erase_by"];
    for object in [PERSON, MAIL, OWNS, NOTE] {
        assert_eq!(missing(&mut vsis, wanted(&[object])), all, "{object}");
    }
    assert_eq!(missing(&mut vsis, wanted(&[TOOL])), [""; 0]);
    let mut past = wanted(&[PERSON]);
    past.personal = PersonalData { erase_by: Some(vsis.at), ..whole() };
    assert!(vsis.draft(past).is_err());
    let mut said = wanted(&[PERSON]);
    said.personal = whole();
    let release = vsis.draft(said).unwrap();
    let shown = vsis.ask(&Request::ReleaseShow { release }).unwrap();
    assert_eq!(shown["personal"]["purpose"], "prevention of terrorist offences");
    // The day, and no more of the time, is what leaves.
    assert_eq!(shown["personal"]["erase_by"], "2027-03-05T00:00:00.000Z");
    let bytes = shown["parts"].to_string();
    assert!(!bytes.contains("prevention") && !bytes.contains("section 12") && !bytes.contains("recognise"), "{bytes}");
}

/// Somebody of whom nothing is held is a person as far as anybody knows; so is the owner of an account that is not selected.
#[test]
fn who_is_not_held_is_a_person() {
    const REPORT: &str = "report--77777777-7777-4777-8777-777777777777";
    const OTHER: &str = "identity--99999999-9999-4999-8999-999999999999";
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = orgs(folder.path(), 1).pop().unwrap();
    let report = |id: &str, target: &str| {
        dated(
            "report",
            id,
            json!({ "name": "R", "description": "He sold it.", "published": "2026-02-01T00:00:00Z",
            "object_refs": [TOOL, target] }),
        )
    };
    let about_mail = "report--88888888-8888-4888-8888-888888888888";
    let owned = dated(
        "relationship",
        OWNS,
        json!({ "relationship_type": "related-to", "source_ref": OTHER, "target_ref": MAIL }),
    );
    let mut objects = story();
    objects.retain(|object| object["id"] != OWNS && object["id"] != NOTE);
    objects.extend([report(REPORT, OTHER), report(about_mail, MAIL)]);
    import(&mut vsis, folder.path(), &objects);
    assert_eq!(missing(&mut vsis, wanted(&[REPORT, TOOL])).len(), 4);
    // Until somebody owns the address a report about it is of nobody.
    assert_eq!(missing(&mut vsis, wanted(&[about_mail, TOOL])), [""; 0]);
    import(&mut vsis, folder.path(), &[owned]);
    assert_eq!(missing(&mut vsis, wanted(&[MAIL])).len(), 4);
    assert_eq!(missing(&mut vsis, wanted(&[about_mail, TOOL])).len(), 4);
}

/// Who became a person, or the owner of an account, after the draft was made stops it at approval and at sending.
#[test]
fn who_became_a_person_since_stops_the_release() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = orgs(folder.path(), 2).swap_remove(0);
    let story = story();
    import(&mut vsis, folder.path(), &story[..2]);
    let purpose = PersonalData { basis: None, necessity: None, ..whole() };
    let draft = || ReleaseDraftRequest { personal: purpose.clone(), ..wanted(&[MAIL]) };
    let approved = vsis.draft(draft()).unwrap();
    vsis.approve(&approved).unwrap();
    let other = vsis.draft(draft()).unwrap();
    import(&mut vsis, folder.path(), &story[..3]);
    let refused = vsis.approve(&other).unwrap_err();
    assert!(refused.message.contains("say basis, necessity"), "{refused}");
    let refused = vsis.ask(&Request::ReleaseSend { release: approved }).unwrap_err();
    assert!(refused.message.contains("say basis, necessity"), "{refused}");
}

/// What the author says of a threat actor is signed and shown, and what is said of personal data is not in the list of releases.
#[test]
fn what_the_author_says_is_shown_to_those_who_decide() {
    const ACTOR: &str = "threat-actor--33333333-3333-4333-8333-333333333333";
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = orgs(folder.path(), 2).swap_remove(0);
    let mut objects = story();
    objects.push(dated("threat-actor", ACTOR, json!({ "name": "Ashen Banner", "description": "Sells lamps." })));
    import(&mut vsis, folder.path(), &objects);
    assert_eq!(missing(&mut vsis, wanted(&[ACTOR])).len(), 4);
    let mut group = wanted(&[ACTOR]);
    group.groups = vec![ACTOR.into()];
    let release = vsis.draft(group).unwrap();
    let shown = vsis.ask(&Request::ReleaseShow { release }).unwrap();
    assert_eq!(shown["groups"], json!([ACTOR]));
    assert!(shown["statement"].as_str().unwrap().contains("personal-data-sha256 "));
    assert!(shown["parts"].to_string().contains("Sells lamps."));
    let mut said = wanted(&[PERSON]);
    said.personal = whole();
    vsis.draft(said).unwrap();
    let listed = vsis.ask(&Request::ReleaseList).unwrap().to_string();
    assert!(
        !listed.contains("prevention") && !listed.contains("section 12") && !listed.contains("recognise"),
        "{listed}"
    );
}

#[test]
fn the_day_of_erasure_reaches_the_partner() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = orgs(folder.path(), 2);
    let (mut kps, mut vsis) = (both.pop().unwrap(), both.pop().unwrap());
    import(&mut vsis, folder.path(), &story());
    let mut said = wanted(&[PERSON]);
    said.personal = whole();
    vsis.release(said).unwrap();
    carry(&mut vsis, &mut kps);
    let conn = rusqlite::Connection::open(kps.node.home().path().join("holdings/holdings.db")).unwrap();
    let header: String = conn.query_row("SELECT header FROM received_item", [], |row| row.get(0)).unwrap();
    assert!(header.contains("\"erase_by\":\"2027-03-05T00:00:00.000Z\""), "{header}");
    assert!(!header.contains("prevention"), "{header}");
}

/// Words of special categories wait for a data protection officer who did not write the draft, and for nobody else.
#[test]
fn only_a_data_protection_officer_answers_for_special_categories() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = orgs(folder.path(), 2).swap_remove(0);
    with_officer(&mut vsis, "dora", &[Role::DataProtectionOfficer]);
    import(&mut vsis, folder.path(), &story());
    let release = vsis.draft(wanted(&[TOOL])).unwrap();
    let check = vsis.ask_as("alice", &Request::ReleaseCheck { release: release.clone() }).unwrap();
    let finding = &check["findings"][0];
    assert_eq!(
        (&finding["class"], &finding["answered_by"]),
        (&json!("special-category"), &json!("data_protection_officer"))
    );
    let id = finding["finding"].as_str().unwrap().to_owned();
    let reason = BTreeMap::from([(id.clone(), "the partner must know whom it is sold to".to_owned())]);

    let refused = vsis.approve(&release).unwrap_err();
    assert!(refused.hint.as_deref().unwrap_or_default().contains("comity release answer"), "{refused:?}");
    // Not the releasing officer, in whatever way.
    let overrides = reason.clone();
    let prepare = Request::ReleaseApprovePrepare { release: release.clone(), officer: code("bob"), overrides };
    assert!(vsis.ask_as("bob", &prepare).is_err());
    for officer in ["bob", "alice", "hal", "c2"] {
        assert!(answer(&mut vsis, officer, &release, &reason).is_err(), "{officer}");
    }
    for wrong in [
        BTreeMap::new(),
        BTreeMap::from([(id.clone(), " ".to_owned())]),
        BTreeMap::from([("0000000000000000".to_owned(), "reason".to_owned())]),
    ] {
        assert!(answer(&mut vsis, "dora", &release, &wrong).is_err(), "{wrong:?}");
    }
    // A signature over other answers than those it comes with.
    let asked = |overrides: &BTreeMap<String, String>, proof| {
        let overrides = overrides.clone();
        Request::ReleaseAnswer(FindingsAnswered { release: release.clone(), overrides, proof })
    };
    let other = BTreeMap::from([(id, "another reason".to_owned())]);
    let prepared = vsis.ask_as("dora", &asked(&other, None)).unwrap();
    let proof = vsis.sign("dora", Purpose::Approval, &prepared["statement"]).into();
    assert!(vsis.ask_as("dora", &asked(&reason, Some(proof))).is_err());

    answer(&mut vsis, "dora", &release, &reason).unwrap();
    // The author signs once more; the answer is of the same draft and stays.
    let prepared = vsis.ask(&Request::ReleaseSignPrepare { release: release.clone(), officer: code("alice") }).unwrap();
    let (officer, role) = (code("alice"), Role::Analyst);
    let proof = vsis.sign("alice", Purpose::Approval, &prepared["statement"]).into();
    vsis.ask(&Request::ReleaseSign { release: release.clone(), officer, role, proof }).unwrap();
    vsis.approve(&release).unwrap();
    let shown = vsis.ask(&Request::ReleaseShow { release: release.clone() }).unwrap();
    let roles: Vec<&str> = shown["signed"].as_array().unwrap().iter().map(|it| it["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["analyst", "data_protection_officer", "releasing_officer"]);
    assert_eq!(shown["answered"][0]["reason"], "the partner must know whom it is sold to");
    vsis.ask(&Request::ReleaseSend { release }).unwrap();
}

/// A data protection officer who drafted does not answer; and an answer after the approval has it approved again.
#[test]
fn the_author_does_not_answer_for_personal_data() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = orgs(folder.path(), 2).swap_remove(0);
    let roles = [Role::Analyst, Role::DeskOfficer, Role::DataProtectionOfficer].into_iter().collect();
    change_officer(&mut vsis, "alice", OfficerChange::Roles { roles }).unwrap();
    with_officer(&mut vsis, "dora", &[Role::DataProtectionOfficer]);
    import(&mut vsis, folder.path(), &story());
    let release = vsis.draft(wanted(&[TOOL])).unwrap();
    let check = vsis.ask_as("alice", &Request::ReleaseCheck { release: release.clone() }).unwrap();
    let id = check["findings"][0]["finding"].as_str().unwrap().to_owned();
    let reason = BTreeMap::from([(id, "needed".to_owned())]);
    let refused = answer(&mut vsis, "alice", &release, &reason).unwrap_err();
    assert!(refused.contains("who drafted a release"), "{refused}");
    answer(&mut vsis, "dora", &release, &reason).unwrap();
    vsis.approve(&release).unwrap();
    answer(&mut vsis, "dora", &release, &reason).unwrap();
    assert!(
        vsis.ask(&Request::ReleaseSend { release: release.clone() }).is_err(),
        "it was approved with another answer"
    );
    vsis.approve(&release).unwrap();
    vsis.ask(&Request::ReleaseSend { release }).unwrap();
}

/// An entry that no Comity of ours would write: a partner's with these objects.
fn entry(from: &Org, to: &mut Org, seq: u64, objects: &[Value]) -> GateToDesk {
    let bundle = json!({ "type": "bundle", "id": format!("bundle--00000000-0000-4000-8000-00000000000{seq}"), "objects": objects });
    let items: Vec<Value> = objects.iter().map(|object| json!([object["id"], object["modified"]])).collect();
    let line = json!({ "kind": "release", "release": format!("00000000-0000-4000-8000-00000000000{seq}"), "part": 0, "parts": 1,
        "label": "TLP:GREEN", "policy": "another", "items": items });
    raw(from, to, seq, &format!("{line}\n{bundle}"))
}

fn aside(org: &mut Org) -> Vec<Value> {
    org.ask(&Request::SetAsideList).unwrap()["set_aside"].as_array().unwrap().clone()
}

/// What arrives with a special category is not held and cannot be found, the rest of the entry is; after thirty days nothing is left.
#[test]
fn what_arrives_with_a_special_category_is_set_aside_and_erased() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = orgs(folder.path(), 2);
    let (mut kps, vsis) = (both.pop().unwrap(), both.pop().unwrap());
    let believer = dated("identity", PERSON, json!({ "name": "Zinnoberkraut", "x_religion": "Quellwasserglaube" }));
    let tool = dated("tool", TOOL, json!({ "name": "Lantern" }));
    let voter =
        dated("note", NOTE, json!({ "content": "x", "object_refs": [TOOL], "x_politics": "Quellwasserglaube" }));
    let arrived = entry(&vsis, &mut kps, 0, &[believer, voter, tool]);
    kps.node.from_gate(now(), vec![arrived]).unwrap();
    let reader = comity_node::Reader::open(kps.node.home()).unwrap();
    assert!(reader.show(TOOL).is_ok());
    assert!(reader.show(PERSON).is_err());
    drop(reader);
    let listed = aside(&mut kps);
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[0]["from"], &listed[0]["property"]), (&json!("vsis"), &json!("x_religion")));
    assert!(!listed[0].to_string().contains("Quellwasserglaube"), "{listed:?}");
    // No index has a word of it: the log alone has the bytes.
    assert!(in_database(&kps, "Quellwasserglaube"));
    let conn = rusqlite::Connection::open(kps.node.home().path().join("holdings/holdings.db")).unwrap();
    let held: i64 = conn
        .query_row("SELECT count(*) FROM version WHERE instr(bytes, 'Zinnoberkraut') > 0", [], |row| row.get(0))
        .unwrap();
    assert_eq!(held, 0);
    drop(conn);
    kps.ask(&Request::Verify).unwrap();

    kps.later(30 * 86_400 - 60);
    assert_eq!(aside(&mut kps).len(), 2);
    kps.later(3_600);
    assert_eq!(aside(&mut kps), Vec::<Value>::new());
    assert!(!in_database(&kps, "Quellwasserglaube") && !in_database(&kps, "Zinnoberkraut"));
    kps.ask(&Request::Verify).unwrap();
    let reader = comity_node::Reader::open(kps.node.home()).unwrap();
    assert!(reader.show(TOOL).is_ok());
}

/// Two objects of one entry: the bytes of both stay until the second is corrected. A copy that came later has days of its own.
#[test]
fn each_copy_that_is_set_aside_has_its_own_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = orgs(folder.path(), 2);
    let (mut kps, vsis) = (both.pop().unwrap(), both.pop().unwrap());
    let believer =
        |id: &str| dated("note", id, json!({ "content": "x", "object_refs": [TOOL], "x_faith": "Moorquellglaube" }));
    let (one, other) = (NOTE, "note--67676767-6767-4767-8767-676767676767");
    let arrived = entry(&vsis, &mut kps, 0, &[believer(one), believer(other)]);
    kps.node.from_gate(now(), vec![arrived]).unwrap();
    kps.later(29 * 86_400);
    let again = entry(&vsis, &mut kps, 1, &[believer(one)]);
    kps.node.from_gate(kps.at, vec![again]).unwrap();
    assert_eq!(aside(&mut kps).len(), 3);
    let mut corrected = dated("note", other, json!({ "content": "x", "object_refs": [TOOL] }));
    corrected["modified"] = json!("2026-02-02T00:00:00.000Z");
    let arrived = entry(&vsis, &mut kps, 2, &[corrected]);
    kps.node.from_gate(kps.at, vec![arrived]).unwrap();
    assert_eq!(aside(&mut kps).len(), 2);
    kps.later(2 * 86_400);
    assert_eq!(aside(&mut kps).len(), 1, "the copy that came on day 29 stays until day 59");
    assert!(in_database(&kps, "Moorquellglaube"));
    kps.later(30 * 86_400);
    assert_eq!(aside(&mut kps).len(), 0);
    assert!(!in_database(&kps, "Moorquellglaube"));
    kps.ask(&Request::Verify).unwrap();
}

/// A version that says nothing of the kind is held, and the one set aside goes at once; so it does with a recall.
#[test]
fn what_was_set_aside_goes_when_the_sender_corrects_or_recalls() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = orgs(folder.path(), 2);
    let (mut kps, vsis) = (both.pop().unwrap(), both.pop().unwrap());
    let believer = |more: Value| dated("identity", PERSON, more);
    let arrived =
        entry(&vsis, &mut kps, 0, &[believer(json!({ "name": "Zinnoberkraut", "x_religion": "Quellwasserglaube" }))]);
    kps.node.from_gate(now(), vec![arrived]).unwrap();
    assert_eq!(aside(&mut kps).len(), 1);
    let mut corrected = believer(json!({ "name": "Zinnoberkraut" }));
    corrected["modified"] = json!("2026-02-02T00:00:00.000Z");
    let arrived = entry(&vsis, &mut kps, 1, &[corrected]);
    kps.node.from_gate(now(), vec![arrived]).unwrap();
    assert_eq!(aside(&mut kps), Vec::<Value>::new());
    kps.node.from_gate(now(), vec![]).unwrap();
    assert!(!in_database(&kps, "Quellwasserglaube"));
    assert!(comity_node::Reader::open(kps.node.home()).unwrap().show(PERSON).is_ok());
    kps.ask(&Request::Verify).unwrap();

    // What came under the log's next position, and is recalled, goes as well.
    let note = |more: Value| dated("note", NOTE, more);
    let arrived = entry(
        &vsis,
        &mut kps,
        2,
        &[note(json!({ "content": "x", "object_refs": [TOOL], "x_faith": "Moorquellglaube" }))],
    );
    kps.node.from_gate(now(), vec![arrived]).unwrap();
    assert_eq!(aside(&mut kps).len(), 1);
    let notice = comity_release::RecallNotice {
        recall_id: uuid::Uuid::from_u128(0x1111_2222_3333_4444_8555_6666_7777_8888),
        recall_kind: comity_release::RecallKind::WithdrawUnlawful,
        precedence: serde_json::from_value(json!("immediate")).unwrap(),
        item_refs: [NOTE.to_owned()].into(),
        instruction: comity_release::RecallKind::WithdrawUnlawful.instruction().to_owned(),
        receipt_due: now().plus_seconds(3_600),
        action_due: now().plus_seconds(7_200),
    };
    let line = json!({ "kind": "recall_notice", "fields": notice });
    let arrived = raw(&vsis, &mut kps, 3, &format!("{line}\n"));
    kps.node.from_gate(now(), vec![arrived]).unwrap();
    assert_eq!(aside(&mut kps), Vec::<Value>::new());
    assert!(!in_database(&kps, "Moorquellglaube"));
    let board = kps.ask(&Request::RecallBoard).unwrap();
    assert!(board.to_string().contains("\"located_copies\":1"), "{board}");
    kps.ask(&Request::Verify).unwrap();
}
