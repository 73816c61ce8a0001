//! Documents through the door that objects go through: the statement, the two officers, the leak check, and no way around.

use crate::support::*;
use comity_crypto::{Purpose, sha256};
use comity_release::{
    Approval, Bundle, Document, DocumentFault, DocumentRequest, Draft, Mode, POLICY_VERSION, Refusal, ReleaseId,
    SignedBy, authorise, document_ref, draft_document, leak_check,
};
use comity_vocab::{Form, OrgCode, Role};
use comity_work::{Body, Hello};
use serde_json::json;

const TEXT: &str = "Good morning from the lighthouse.";

fn request(body: &Body, to: &[&str], label: &str) -> Result<Draft, DocumentFault> {
    let codes: Vec<OrgCode> = to.iter().map(|code| code.parse().unwrap()).collect();
    draft_document(&DocumentRequest {
        release: ReleaseId(uuid::Uuid::from_u128(7)),
        body,
        recipients: codes.iter().map(|code| (code.clone(), partner_key(code))).collect(),
        organisation: &"vsis".parse().unwrap(),
        label: label.parse().unwrap(),
        check: corpus().configuration(),
        now: now(),
        expires: now().plus_seconds(86_400),
    })
}

fn hello(text: &str) -> Body {
    Body::Hello(Hello { text: text.to_owned() })
}

fn draft() -> Draft {
    request(&hello(TEXT), &["kps", "tfo"], "TLP:AMBER").unwrap()
}

fn people() -> Vec<Person> {
    vec![
        person("alice", 1, &[Role::Analyst, Role::ReleasingOfficer]),
        person("bob", 2, &[Role::ReleasingOfficer]),
        person("sam", 3, &[Role::SecurityOfficer]),
    ]
}

fn sign(draft: &Draft, person: &Person, role: Role) -> Approval {
    person.sign(Purpose::Approval, &draft.statement(), role, &[])
}

fn decide(draft: Draft, author: &Approval, releasing: &Approval) -> Result<Vec<String>, Refusal> {
    let checked = checked(&draft);
    let signed = SignedBy { author, releasing, protection: None, overrides: &[] };
    let released = authorise::<Document>(draft, checked, &signed, &look_up(&people()), &ON, now())?;
    Ok(released.into_deliveries().iter().map(|one| one.get().recipient.to_string()).collect())
}

#[test]
fn the_statement_says_what_leaves_to_whom_and_of_which_form() {
    let draft = draft();
    let id = draft.release();
    let body = &draft.parts()[0];
    assert_eq!(String::from_utf8_lossy(body), format!("{{\"text\":\"{TEXT}\"}}"));
    let statement = String::from_utf8(draft.statement()).unwrap();
    let key = |code: &str| partner_key(&code.parse().unwrap()).digest();
    for line in [
        "mode document".to_owned(),
        "form hello/1".to_owned(),
        format!("recipient kps {}", key("kps")),
        format!("recipient tfo {}", key("tfo")),
        "label TLP:AMBER".to_owned(),
        format!("policy {POLICY_VERSION}"),
        format!("part 0 {} {}", body.len(), sha256(&[body])),
    ] {
        assert!(statement.lines().any(|it| it == line), "{line}\n{statement}");
    }
    assert_eq!((draft.mode(), draft.form()), (Mode::Document, Some(Form::Hello)));
    assert_eq!(draft.items()[0].released_id, document_ref(id));
    assert!(draft.binds_keys() && draft.is_current());
    assert_eq!(Draft::decode(&draft.encode(), &draft.digest()).unwrap(), draft);
}

#[test]
fn a_document_is_no_bundle_and_a_bundle_no_document() {
    let (draft, people) = (draft(), people());
    let (author, releasing) =
        (sign(&draft, &people[0], Role::Analyst), sign(&draft, &people[1], Role::ReleasingOfficer));
    assert_eq!(decide(draft.clone(), &author, &releasing), Ok(vec!["kps".to_owned(), "tfo".to_owned()]));
    let signed = SignedBy { author: &author, releasing: &releasing, protection: None, overrides: &[] };
    let as_bundle = authorise::<Bundle>(draft.clone(), checked(&draft), &signed, &look_up(&people), &ON, now());
    assert_eq!(as_bundle.map(drop), Err(Refusal::OtherContent));
    // Stored bytes that say one and hold the other are no draft at all, whatever digest was kept.
    let mut stored: serde_json::Value = serde_json::from_slice(&draft.encode()).unwrap();
    for (mode, form) in [(json!("tearline"), json!("hello/1")), (json!("document"), json!(null))] {
        stored["mode"] = mode;
        stored["form"] = form;
        let bytes = serde_json::to_vec(&stored).unwrap();
        assert!(Draft::decode(&bytes, &draft.digest()).is_err());
    }
}

#[test]
fn two_officers_in_the_roles_of_the_form_sign_exactly_this() {
    let (draft, people) = (draft(), people());
    let author = sign(&draft, &people[0], Role::Analyst);
    let releasing = sign(&draft, &people[1], Role::ReleasingOfficer);
    let refused =
        |author: &Approval, releasing: &Approval| decide(draft.clone(), author, releasing).unwrap_err().to_string();
    assert_eq!(
        refused(&author, &sign(&draft, &people[0], Role::ReleasingOfficer)),
        "two different persons are needed; alice approved twice"
    );
    assert_eq!(
        refused(&sign(&draft, &people[2], Role::SecurityOfficer), &releasing),
        "the role security_officer cannot approve this; needed is the author as analyst or desk_officer"
    );
    assert_eq!(
        refused(&author, &sign(&draft, &people[2], Role::SecurityOfficer)),
        "the role security_officer cannot approve this; needed is the second person as releasing_officer"
    );
    let other = request(&hello("Good evening."), &["kps", "tfo"], "TLP:AMBER").unwrap();
    let fewer = request(&hello(TEXT), &["kps"], "TLP:AMBER").unwrap();
    let wider = request(&hello(TEXT), &["kps", "tfo"], "TLP:GREEN").unwrap();
    for another in [other, fewer, wider] {
        assert!(decide(another, &author, &releasing).is_err(), "signed for another document");
    }
}

#[test]
fn the_leak_check_reads_every_word_of_it() {
    let people = people();
    let found = |text: &str| {
        let draft = request(&hello(text), &["kps"], "TLP:AMBER").unwrap();
        let mut builder = corpus();
        builder.officer("alice", "Alice Arkwright");
        let corpus = builder.build();
        let classes = |draft: &Draft| -> Vec<String> {
            let checked = leak_check(draft, &corpus, &EMPTY);
            checked.findings().iter().map(|finding| finding.class.as_str().to_owned()).collect()
        };
        let classes = classes(&draft);
        let (author, releasing) =
            (sign(&draft, &people[0], Role::Analyst), sign(&draft, &people[1], Role::ReleasingOfficer));
        let checked = leak_check(&draft, &corpus, &EMPTY);
        let signed = SignedBy { author: &author, releasing: &releasing, protection: None, overrides: &[] };
        let decided = authorise::<Document>(draft, checked, &signed, &look_up(&people), &ON, now()).map(drop);
        (classes, decided)
    };
    assert_eq!(found(TEXT), (vec![], Ok(())));
    let (classes, decided) = found("Good morning, says Alice Arkwright.");
    assert!(!classes.is_empty() && classes.iter().all(|class| class == "officer-name"), "{classes:?}");
    assert!(decided.is_err());
    // Words of a special category are for the data protection officer, here as in an object.
    let (classes, decided) = found("He is a member of a trade union.");
    assert_eq!(classes, ["special-category"]);
    assert!(decided.unwrap_err().to_string().contains("data_protection_officer"));
}

#[test]
fn what_the_recipient_could_not_have_is_refused_at_drafting() {
    let refused = |body: &Body, to: &[&str], label: &str| request(body, to, label).unwrap_err().to_string();
    assert_eq!(refused(&hello(" "), &["kps"], "TLP:AMBER"), "the text of hello/1 is empty");
    assert_eq!(refused(&hello(TEXT), &[], "TLP:AMBER"), "a document needs a recipient");
    assert_eq!(refused(&hello(TEXT), &["vsis"], "TLP:AMBER"), "vsis cannot send a document to itself");
    assert_eq!(
        refused(&hello(TEXT), &["kps", "tfo"], "TLP:AMBER//REL TO kps"),
        "the label TLP:AMBER//REL TO kps does not permit tfo"
    );
}
