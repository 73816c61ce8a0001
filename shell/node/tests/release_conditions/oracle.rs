//! The leak check tells nobody what it knows: one answer for each draft, nothing to be halved, so many a day, and the handlers are told.

use super::vault::Scene;
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_node::{LeakAsk, SourceEntry};

/// Drafts a text as an officer and returns the release with what the check answered.
fn drafted(org: &mut Org, officer: &str, id: &str, text: &str) -> (String, Value) {
    let request = ReleaseDraftRequest { author: Some(code(officer)), ..telling(id, "kps", text) };
    let drafted = org.ask_as(officer, &Request::ReleaseDraft(request)).unwrap();
    (drafted["release"].as_str().unwrap().to_owned(), drafted["check"].clone())
}

fn check(org: &mut Org, officer: &str, release: &str) -> Result<Value, Failure> {
    org.ask_as(officer, &Request::ReleaseCheck { release: release.into() })
}

fn answer(org: &mut Org, release: &str, not_mine: bool) -> Result<Value, Failure> {
    let reason = "I know this one".into();
    org.ask_as("hal", &Request::LeakAsk(LeakAsk::Answer { release: release.into(), not_mine, terms: vec![], reason }))
}

fn asked(org: &mut Org) -> Value {
    org.ask_as("hal", &Request::LeakAsk(LeakAsk::Asked)).unwrap()
}

fn sign(org: &mut Org, author: &str, release: &str) {
    let officer = code(author);
    let prepared = org.ask(&Request::ReleaseSignPrepare { release: release.into(), officer: officer.clone() }).unwrap();
    let proof = org.sign(author, comity_crypto::Purpose::Approval, &prepared["statement"]).into();
    let role = serde_json::from_value(prepared["role"].clone()).unwrap();
    org.ask(&Request::ReleaseSign { release: release.into(), officer, role, proof }).unwrap();
}

fn scene(folder: &Path) -> (Org, String) {
    let mut org = Scene::new(folder).open();
    let id = report(&mut org, "kept at home");
    (org, id)
}

#[test]
fn one_hit_and_many_are_one_answer_without_place_count_or_handler() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let (_, one) = drafted(&mut org, "alice", &id, "A blue herring was seen.");
    let (many, _) = drafted(&mut org, "alice", &id, "Wanda Canaria, +999 555 0101, KESTREL: a blue herring.");
    let many = check(&mut org, "bob", &many).unwrap();
    for told in [&one, &many] {
        assert_eq!((&told["blocked"], &told["clean"]), (&true.into(), &false.into()), "{told}");
        assert_eq!(told["findings"].as_array().unwrap().len(), 0, "{told}");
        assert_eq!(told["message"], "blocked; ask the source handlers of vsis");
        assert!(!told.to_string().contains("hal") && !told.to_string().contains("vault"), "{told}");
    }
    let fields = |told: &Value| told.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(fields(&one), fields(&many));
    // The source's own handler sees the places.
    let (own, _) = drafted(&mut org, "hal", &id, "Again a blue herring.");
    let told = check(&mut org, "hal", &own).unwrap();
    assert_eq!(told["findings"][0]["rule"], "vault-term/text", "{told}");
    // Nobody is answered who is nobody.
    assert!(org.ask(&Request::ReleaseCheck { release: own.clone() }).is_err());
    let refused = org.approve(&own).unwrap_err();
    assert_eq!((refused.code.as_deref(), refused.detail), (Some("blocked"), None));
}

#[test]
fn what_stood_in_a_blocked_draft_cannot_be_halved() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let (blocked, told) = drafted(&mut org, "alice", &id, "Wagner, Ostrowska, blue herring and Delacroix met.");
    assert_eq!(told["blocked"], true);
    // Neither half, in whatever writing, in whosever name.
    for (officer, text) in [
        ("alice", "Wagner and Ostrowska met.".to_owned()),
        ("alice", "Delacroix".to_owned()),
        ("hal", "delaCROIX was there".to_owned()),
        ("alice", "The Wag\u{200b}ners".to_owned()),
        ("alice", format!("see {}", STANDARD.encode("Ostrowska was there"))),
        ("alice", "a herring that is blue".to_owned()),
    ] {
        assert_eq!(drafted(&mut org, officer, &id, &text).1["blocked"], true, "{text}");
    }
    let (half, _) = drafted(&mut org, "alice", &id, "Wagner and Ostrowska met.");
    let (_, other) = drafted(&mut org, "alice", &id, "Montague sailed on Tuesday.");
    assert_eq!((&other["blocked"], &other["clean"]), (&false.into(), &true.into()), "{other}");
    // Waiting drafts that were not asked of the vault are nobody's to answer.
    let waiting = asked(&mut org)["waiting"].clone();
    assert_eq!(waiting.as_array().unwrap().len(), 1, "{waiting}");
    assert!(waiting[0]["places"][0]["excerpt"].as_str().unwrap().contains("blue herring"), "{waiting}");
    assert_eq!((&waiting[0]["release"], &waiting[0]["officer"]), (&blocked.as_str().into(), &"alice".into()));
    answer(&mut org, &blocked, false).unwrap();
    assert_eq!(check(&mut org, "alice", &half).unwrap()["blocked"], false, "it is asked about again");
    assert_eq!(drafted(&mut org, "alice", &id, "Wagner and Ostrowska met again.").1["blocked"], false);
    assert_eq!(check(&mut org, "bob", &blocked).unwrap()["blocked"], true, "it stays back");
    assert_eq!(asked(&mut org)["waiting"].as_array().unwrap().len(), 0);
    assert!(answer(&mut org, &blocked, true).is_err(), "it was answered");
}

#[test]
fn a_handler_says_that_it_is_not_the_source_for_this_draft_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let (release, _) = drafted(&mut org, "alice", &id, "The ship Blue Herring left.");
    for officer in ["alice", "bob"] {
        let ask = LeakAsk::Answer { release: release.clone(), not_mine: true, terms: vec![], reason: "x".into() };
        assert!(org.ask_as(officer, &Request::LeakAsk(ask)).is_err());
    }
    answer(&mut org, &release, true).unwrap();
    let not_yet = org.approve(&release).unwrap_err();
    assert!(not_yet.hint.unwrap().contains("release check"), "it is asked for again");
    assert_eq!(check(&mut org, "bob", &release).unwrap()["clean"], true);
    sign(&mut org, "alice", &release);
    org.approve(&release).unwrap();
    org.ask(&Request::ReleaseSend { release }).unwrap();
    assert_eq!(drafted(&mut org, "alice", &id, "The ship Blue Herring came back.").1["blocked"], true);
}

/// What an adversary writes so that the check finds a name in it and another draft seems to share nothing with it.
#[test]
fn no_writing_gets_around_what_stood_in_a_blocked_draft() {
    const NAMES: [&str; 4] = ["kormoran", "wagtails", "heronbay", "ospreyed"];
    let cut = |name: &str| format!("{} {} {}", &name[..3], &name[3..6], &name[6..]);
    type Writing<'a> = &'a dyn Fn(&str, usize) -> String;
    let writings: [(&str, Writing<'_>); 4] = [
        ("cut", &|name, junk| format!("{0} {1} {0}", ["zzq", "qqz"][junk % 2], cut(name))),
        ("between", &|name, junk| {
            let (from, to) = name.split_at(4);
            format!("{}{from} {to}{}", ["xx", "yw", "qk"][junk % 3], ["jj", "vx", "wz"][junk % 3])
        }),
        ("uuid", &|name, junk| format!("{name}--a0000000-0000-4000-8000-00000000000{junk}")),
        ("letters", &|name, junk| {
            let letters: String = name.chars().map(|letter| format!("{letter} ")).collect();
            format!("{letters}{}", ["zzq", "qqz"][junk % 2])
        }),
    ];
    for (way, write) in writings {
        let folder = tempfile::tempdir().unwrap();
        let (mut org, id) = scene(folder.path());
        let add = Request::VaultAdd(SourceEntry {
            cryptonym: "MERLIN".into(),
            identity: "Zyxqvutnk".into(),
            contact: String::new(),
            handlers: vec![],
            terms: vec!["Kormoran".into()],
            reliability: "B".into(),
            notes: String::new(),
        });
        org.ask_as("hal", &add).unwrap();
        // Pieces that say nothing by themselves are asked about first, and are clear.
        for name in NAMES {
            let pieces = cut(name).replace(' ', " zzq ");
            assert_eq!(drafted(&mut org, "alice", &id, &format!("zzq {pieces} zzq")).1["blocked"], false, "{way}");
        }
        // One name a line, each in an object's text of its own where that matters.
        let text = |names: &[&str], junk: usize| {
            names.iter().map(|name| write(name, junk)).collect::<Vec<_>>().join(if way == "uuid" { "" } else { "\n" })
        };
        assert_eq!(
            drafted(&mut org, "alice", &id, &text(&NAMES[..1], 0)).1["blocked"],
            true,
            "{way}: the check reads it"
        );
        assert_eq!(drafted(&mut org, "alice", &id, &text(&NAMES[..1], 1)).1["blocked"], true, "{way}");
        let waiting = asked(&mut org)["waiting"].as_array().unwrap().len();
        assert_eq!(waiting, 1, "{way}: the second was not asked of the vault");
    }
}

#[test]
fn nobody_lets_their_own_draft_go_as_its_handler() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let (own, _) = drafted(&mut org, "hal", &id, "A blue herring.");
    let refused = answer(&mut org, &own, true).unwrap_err();
    assert!(refused.message.contains("own draft"), "{refused}");
    answer(&mut org, &own, false).unwrap();
    assert_eq!(check(&mut org, "hal", &own).unwrap()["blocked"], true);
}

#[test]
fn an_answer_holds_for_these_bytes_and_these_sources() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let release = org.draft(telling(&id, "kps", "Montague sailed.")).unwrap();
    org.approve(&release).unwrap();
    let add = Request::VaultAdd(SourceEntry {
        cryptonym: "MERLIN".into(),
        identity: "Montague".into(),
        contact: "+999 555 0102".into(),
        handlers: vec![],
        terms: vec![],
        reliability: "B".into(),
        notes: String::new(),
    });
    org.ask_as("hal", &add).unwrap();
    let refused = org.ask(&Request::ReleaseSend { release: release.clone() }).unwrap_err();
    assert!(refused.message.contains("changed since"), "{refused}");
    assert_eq!(check(&mut org, "bob", &release).unwrap()["blocked"], true);
    assert_eq!(org.ask(&Request::ReleaseSend { release }).unwrap_err().code.as_deref(), Some("blocked"));
    assert!(org.node.take_effects().is_empty());
}

#[test]
fn an_officer_is_answered_so_often_a_day_and_the_handlers_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let limit =
        |org: &mut Org, officer: &str, answers: u64| org.ask_as(officer, &Request::LeakAsk(LeakAsk::Limit { answers }));
    assert!(limit(&mut org, "alice", 3).is_err());
    assert_eq!(limit(&mut org, "c1", 3).unwrap()["in_force"], false);
    assert_eq!(limit(&mut org, "c1", 3).unwrap()["in_force"], false, "not the same person twice");
    assert_eq!(limit(&mut org, "c2", 3).unwrap()["answers_a_day"], 3);
    let mut last = String::new();
    for word in ["Montague", "Capulet", "Escalus"] {
        let (release, told) = drafted(&mut org, "alice", &id, &format!("{word} sailed"));
        assert_eq!(told["clean"], true, "{told}");
        last = release;
    }
    // The same draft again is no new answer, nor is a text of which every word was answered.
    check(&mut org, "alice", &last).unwrap();
    let (fourth, told) = drafted(&mut org, "alice", &id, "Mercutio sailed");
    assert!(told["not_checked"].as_str().unwrap().contains("3 times today"), "{told}");
    let refused = check(&mut org, "alice", &fourth).unwrap_err();
    assert_eq!(refused.code.as_deref(), Some("too_many_answers"));
    assert_eq!(check(&mut org, "bob", &fourth).unwrap()["clean"], true, "another officer has answers of their own");
    // Below forty, the handlers are told when the day is over.
    assert_eq!(asked(&mut org)["asked"].as_array().unwrap().len(), 0);
    org.later(86_400);
    assert_eq!(drafted(&mut org, "alice", &id, "Mercutio landed").1["clean"], true, "a new day");
    let told = asked(&mut org)["asked"].clone();
    let alice = told.as_array().unwrap().iter().find(|row| row["officer"] == "alice").unwrap();
    assert_eq!((&alice["answers"], &alice["often"]), (&3.into(), &false.into()));
}

/// A name that no other has a part of.
fn name(number: usize) -> String {
    const LETTERS: &[u8; 20] = b"bcdfghjkpqrstvwxzaeu";
    let letter = |place: u32| char::from(LETTERS[(number * 7919 + 13) / 20usize.pow(place) % 20]);
    format!("{}{}{}{}{number:04}", letter(3), letter(2), letter(1), letter(0))
}

/// 4,001 candidates, one of them a term. Sets are asked about one after the other until one is blocked; then the adversary tries to halve.
#[test]
fn a_day_of_guessing_leaves_no_set_smaller_than_forty() {
    const CANDIDATES: usize = 4_001;
    const TERM: usize = 1_111;
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let add = Request::VaultAdd(SourceEntry {
        cryptonym: "MERLIN".into(),
        identity: "Zyxqvutnk".into(),
        contact: String::new(),
        handlers: vec![],
        terms: vec![name(TERM).into()],
        reliability: "B".into(),
        notes: String::new(),
    });
    org.ask_as("hal", &add).unwrap();
    let text = |set: &[usize]| set.iter().map(|number| name(*number)).collect::<Vec<_>>().join(", ");
    // With a hundred answers, sets of fewer do not reach all candidates.
    let sets: Vec<Vec<usize>> =
        (0..CANDIDATES).collect::<Vec<_>>().chunks(CANDIDATES.div_ceil(100)).map(<[usize]>::to_vec).collect();
    let mut answers = 0;
    let mut found = None;
    for set in &sets {
        let (_, told) = drafted(&mut org, "alice", &id, &text(set));
        answers += 1;
        if told["blocked"] == true {
            found = Some(set.clone());
            break;
        }
    }
    let found = found.expect("the term is in one of the sets");
    assert!(found.contains(&TERM) && found.len() >= 40);
    // Every smaller set of what was blocked is blocked too, whether the term is in it or not.
    let (mut from, mut to) = (0, found.len());
    while to - from > 1 {
        let middle = (from + to) / 2;
        for half in [&found[from..middle], &found[middle..to]] {
            assert_eq!(drafted(&mut org, "alice", &id, &text(half)).1["blocked"], true, "{half:?}");
            answers += 1;
        }
        to = middle;
    }
    from = answers;
    assert!(from < 100);
    let (_, told) = drafted(&mut org, "alice", &id, &format!("{} and Montague", name(found[0]).to_uppercase()));
    assert_eq!(told["blocked"], true);
}

/// Two nodes that differ in their sources only answer the same to an officer who handles none, but for the one word.
#[test]
fn what_is_answered_differs_in_one_word_only() {
    let pairs = if std::env::var_os("COMITY_SOAK").is_some() { 1_000 } else { 60 };
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut worlds: Vec<(Org, String)> = folders.iter().map(|folder| scene(folder.path())).collect();
    let add = |term: &str| {
        Request::VaultAdd(SourceEntry {
            cryptonym: "MERLIN".into(),
            identity: "Zyxqvutnk".into(),
            contact: String::new(),
            handlers: vec![],
            terms: vec![term.into()],
            reliability: "B".into(),
            notes: String::new(),
        })
    };
    worlds[0].0.ask_as("hal", &add("Montague")).unwrap();
    worlds[1].0.ask_as("hal", &add("Capulet")).unwrap();
    let mut differ = 0;
    for pair in 0..pairs {
        let who = ["Montague", "Capulet", "Mercutio", "Montague and Capulet"][pair % 4];
        let more = ["handle as TLP:RED", "pay\u{202e}load", "told by bob", "of the"][pair / 4 % 4];
        let text = format!("{who} {more} {}", name(pair));
        let told: Vec<Value> = worlds
            .iter_mut()
            .map(|(org, id)| {
                // What the vault said to the one who asked it, and what everybody else sees of it afterwards.
                let (release, mut told) = drafted(org, "alice", &id.clone(), &text);
                let again = check(org, "bob", &release).unwrap();
                let shown =
                    org.ask_as("bob", &Request::ReleaseShow { release: release.clone() }).unwrap()["check"].clone();
                for later in [&again, &shown] {
                    assert_eq!((&later["findings"], &later["blocked"]), (&told["findings"], &told["blocked"]));
                }
                for (field, value) in [("release", "R"), ("digest", "D")] {
                    told[field] = value.into();
                }
                org.later(3_600);
                told
            })
            .collect();
        let plain = |told: &Value| {
            let mut plain = told.clone();
            for field in ["blocked", "clean", "message"] {
                plain.as_object_mut().unwrap().remove(field);
            }
            plain
        };
        assert_eq!(plain(&told[0]), plain(&told[1]), "{text}");
        for one in &told {
            let keys = one.as_object().unwrap().len();
            assert_eq!(keys, if one["blocked"] == true { 9 } else { 8 }, "{one}");
        }
        differ += usize::from(told[0]["blocked"] != told[1]["blocked"]);
    }
    assert!(differ > 0, "the two worlds differ");
}
