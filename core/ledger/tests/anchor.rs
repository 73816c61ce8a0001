//! The anchor: what was cut off, changed or put back is told from what a crash left one step behind.

use comity_crypto::sha256;
use comity_ledger::{ANCHOR_BYTES_MAX, Anchor, AnchorFault, ChainEnd, Fit, GENESIS, Heads, Lines, TableKey};
use comity_vocab::{Digest, Timestamp};

/// The digest of a chain after its first `count` things; `history` tells two chains apart from their fifth thing on.
fn after(history: &str, line: &str, count: u64) -> Digest {
    match count {
        0 => GENESIS,
        1..=4 => sha256(&[line.as_bytes(), &count.to_be_bytes()]),
        _ => sha256(&[line.as_bytes(), history.as_bytes(), &count.to_be_bytes()]),
    }
}

fn end(history: &str, line: &str, count: u64) -> ChainEnd {
    ChainEnd { count, head: after(history, line, count) }
}

fn heads(history: &str, audit: u64, registry: u64) -> Heads {
    Heads { audit: end(history, "audit", audit), registry: end(history, "registry", registry) }
}

fn lines(history: &str, audit: u64, registry: u64) -> Lines {
    heads(history, audit, registry).lines()
}

/// A database that holds this history.
fn held(history: &str, now: &Lines) -> impl Fn(&str, u64) -> Result<Option<Digest>, AnchorFault> {
    let (history, now) = (history.to_owned(), now.clone());
    move |line, count| Ok(now.get(line).filter(|end| count <= end.count).map(|_| after(&history, line, count)))
}

fn anchor(lines: Lines) -> Anchor {
    Anchor { restored: None, lines, seal: None }
}

fn compare(anchor: Lines, now: Lines, before: Option<Lines>) -> Result<Fit, AnchorFault> {
    self::anchor(anchor).compare(&now, before.as_ref(), held("one", &now))
}

#[test]
fn an_anchor_is_read_as_it_was_written_and_in_no_other_form() {
    let mut written = anchor(lines("one", 12, 4));
    written.lines.insert("tables".to_owned(), end("one", "tables", 3));
    for restored in [None, Some(Timestamp::parse("2026-03-05T10:00:00Z").unwrap())] {
        written.restored = restored;
        let text = written.text();
        assert_eq!(Anchor::parse(text.as_bytes()), Ok(written.clone()));
        for (what, other) in [
            ("nothing", String::new()),
            ("cut off", text[..text.len() - 1].to_owned()),
            ("another title", text.replace("anchor 1", "anchor 2")),
            ("a zero before", text.replace(" 12 ", " 012 ")),
            ("a sign", text.replace(" 12 ", " +12 ")),
            ("two blanks", text.replace(" 12 ", "  12 ")),
            ("upper case", text.to_uppercase()),
            ("a line twice", format!("{text}tables 3 {}\n", after("one", "tables", 3))),
            ("another order", format!("{text}aaa 3 {}\n", after("one", "tables", 3))),
            ("a name with a digit", format!("{text}x9 3 {}\n", after("one", "tables", 3))),
            ("a long digest", text.replace('\n', "0\n")),
            ("bytes after it", format!("{text}\0")),
        ] {
            assert_eq!(Anchor::parse(other.as_bytes()), Err(AnchorFault::Unreadable), "{what}");
        }
    }
    assert_eq!(Anchor::parse(&vec![b'\n'; 20_000]), Err(AnchorFault::Unreadable));
}

#[test]
fn an_anchor_has_names_and_a_length_within_bounds() {
    let digest = after("one", "tables", 3);
    let named = |name: &str| Anchor::parse(format!("comity anchor 1\n{name} 3 {digest}\n").as_bytes()).is_ok();
    for (name, good) in [
        ("rows", true),
        ("table_rows", true),
        (&*"n".repeat(32), true),
        (&*"n".repeat(33), false),
        ("", false),
        ("Rows", false),
        ("row-s", false),
        ("restored", false),
    ] {
        assert_eq!(named(name), good, "{name:?}");
    }
    // 186 lines of 88 bytes and the title are exactly the longest anchor.
    let mut anchor = Anchor::default();
    for n in 0..186u8 {
        let name = format!("{}{}{}", "n".repeat(18), char::from(b'a' + n / 26), char::from(b'a' + n % 26));
        anchor.lines.insert(name, ChainEnd { count: 3, head: digest });
    }
    let text = anchor.text();
    assert_eq!(text.len(), ANCHOR_BYTES_MAX);
    assert_eq!(Anchor::parse(text.as_bytes()), Ok(anchor.clone()));
    anchor.lines.insert("n".repeat(20), ChainEnd { count: 3, head: digest });
    assert_eq!(Anchor::parse(anchor.text().as_bytes()), Err(AnchorFault::Unreadable));
}

#[test]
fn the_end_of_a_registry_is_that_of_its_last_act() {
    assert_eq!(ChainEnd::of_registry(0, b"act"), ChainEnd { count: 1, head: sha256(&[b"act"]) });
    assert_eq!(ChainEnd::of_registry(8, b"act").count, 9);
    assert_eq!(ChainEnd::EMPTY, ChainEnd { count: 0, head: GENESIS });
    let heads = heads("one", 9, 3);
    assert_eq!(
        heads.lines(),
        Lines::from([("audit".to_owned(), heads.audit), ("registry".to_owned(), heads.registry)])
    );
}

#[test]
fn what_fits_and_what_does_not() {
    let (same, behind) = (Fit::default(), Fit { one_behind: true, new_lines: false });
    let one = |audit, registry| lines("one", audit, registry);
    let cut = |line: &str, anchored, held| Err(AnchorFault::Cut { line: line.into(), anchored, held });
    let differs = |line: &str| Err(AnchorFault::Differs { line: line.into() });
    let late = |line: &str, anchored, held| Err(AnchorFault::Behind { line: line.into(), anchored, held });
    for (what, anchor, now, before, expected) in [
        ("the same", one(9, 3), one(9, 3), Some(one(8, 3)), Ok(same)),
        ("the same, no step known", one(9, 3), one(9, 3), None, Ok(same)),
        ("one step", one(8, 3), one(9, 3), Some(one(8, 3)), Ok(behind)),
        ("one step with several entries and an act", one(8, 3), one(15, 4), Some(one(8, 3)), Ok(behind)),
        ("two steps", one(7, 3), one(9, 3), Some(one(8, 3)), late("audit", 7, 9)),
        ("a step and nothing is known of it", one(8, 3), one(9, 3), None, late("audit", 8, 9)),
        ("each line from another time", one(8, 4), one(9, 4), Some(one(8, 3)), late("audit", 8, 9)),
        ("an audit entry cut off", one(9, 3), one(8, 3), Some(one(7, 3)), cut("audit", 9, 8)),
        ("and the step with it", one(9, 3), one(8, 3), Some(one(9, 3)), cut("audit", 9, 8)),
        ("all cut off", one(9, 3), one(0, 0), None, cut("registry", 3, 0)),
        ("a registry act cut off", one(9, 3), one(9, 2), Some(one(8, 3)), cut("registry", 3, 2)),
        ("and the audit goes on", one(9, 3), one(12, 2), Some(one(9, 3)), cut("registry", 3, 2)),
        ("another history", lines("two", 9, 3), one(9, 3), None, differs("audit")),
        ("another history that goes on", lines("two", 9, 3), one(11, 3), Some(lines("two", 9, 3)), differs("audit")),
        ("another registry", lines("two", 9, 5), one(9, 5), None, differs("registry")),
    ] {
        assert_eq!(compare(anchor, now, before), expected, "{what}");
    }
}

#[test]
fn a_line_that_is_no_chain_changes_only_in_a_step() {
    let with = |audit, rows, history: &str| {
        let mut lines = lines("one", audit, 3);
        lines.insert("tables".to_owned(), ChainEnd { count: rows, head: after(history, "tables", 9) });
        lines
    };
    let without = lines("one", 9, 3);
    let (gone, unknown) =
        (AnchorFault::LineGone { line: "tables".into() }, AnchorFault::LineUnknown { line: "tables".into() });
    for (what, anchor, now, before, expected) in [
        ("a row gone", with(9, 5, "a"), with(9, 4, "a"), Some(with(8, 5, "a")), "tables: 4 are held"),
        ("a row changed", with(9, 5, "a"), with(9, 5, "b"), Some(with(8, 5, "a")), "tables: what is held"),
        ("changed in the step", with(9, 5, "a"), with(10, 4, "b"), Some(with(9, 5, "a")), ""),
        ("changed, and not in the step", with(9, 5, "c"), with(10, 4, "b"), Some(with(9, 5, "a")), "audit: 10"),
        ("a new line", without.clone(), with(9, 5, "a"), Some(without.clone()), ""),
        ("a lost line", without.clone(), with(9, 5, "a"), Some(with(8, 5, "a")), &*gone.to_string()),
        ("an unknown line", with(9, 5, "a"), without.clone(), None, &*unknown.to_string()),
    ] {
        let found = compare(anchor, now, before).err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(found.starts_with(expected) && found.is_empty() == expected.is_empty(), "{what}: {found}");
    }
    let fresh = compare(without.clone(), with(9, 5, "a"), Some(without)).unwrap();
    assert_eq!(fresh, Fit { one_behind: false, new_lines: true });
}

#[test]
fn heads_are_extended_by_what_goes_on_from_them_only() {
    let extended = |was: Heads, now: Heads| was.extended_by(&now, held("one", &now.lines())).is_ok();
    assert!(extended(heads("one", 9, 5), heads("one", 9, 5)));
    assert!(extended(heads("one", 9, 5), heads("one", 300, 9)));
    assert!(extended(heads("one", 0, 0), heads("one", 300, 9)));
    assert!(!extended(heads("one", 9, 5), heads("one", 8, 5)));
    assert!(!extended(heads("one", 9, 5), heads("one", 300, 4)));
    assert!(!extended(heads("two", 9, 5), heads("one", 300, 9)));
    assert!(!extended(heads("two", 9, 4), heads("one", 9, 4)));
}

#[test]
fn where_a_chain_was_cut_or_changed_no_officer_can_say_that_all_is_well() {
    let (line, anchored, held) = ("audit".to_owned(), 9, 8);
    for (fault, whole) in [
        (AnchorFault::Absent, true),
        (AnchorFault::Unreadable, true),
        (AnchorFault::Behind { line: line.clone(), anchored, held }, true),
        (AnchorFault::LineGone { line: line.clone() }, true),
        (AnchorFault::Cut { line: line.clone(), anchored, held }, false),
        (AnchorFault::Differs { line: line.clone() }, false),
        (AnchorFault::LineUnknown { line }, false),
        (AnchorFault::RegistryUnaudited { held, audited: 9 }, false),
    ] {
        assert_eq!(fault.leaves_chains_whole(), whole, "{fault}");
        let kept = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<AnchorFault>(&kept).unwrap(), fault);
    }
}

#[test]
fn only_the_key_of_a_home_seals_its_anchor_and_every_line_is_under_it() {
    let (key, other) = (TableKey::derive(&[1; 32]), TableKey::derive(&[2; 32]));
    let with = |audit: u64, tables: Option<u64>| {
        let mut anchor = anchor(lines("one", audit, 1));
        anchor.lines.extend(tables.map(|count| ("tables".to_owned(), end("one", "tables", count))));
        anchor
    };
    let bare = with(3, Some(9));
    assert!(!bare.is_sealed_by(&key), "no seal is none of ours");
    let sealed = bare.clone().sealed(&key);
    assert!(sealed.is_sealed_by(&key) && !sealed.is_sealed_by(&other));
    let read = Anchor::parse(sealed.text().as_bytes()).unwrap();
    assert_eq!(read, sealed);
    assert!(read.is_sealed_by(&key));
    for changed in [
        with(2, Some(9)),
        with(3, Some(8)),
        with(3, None),
        Anchor { restored: Some(Timestamp::parse("2026-03-05T10:00:00Z").unwrap()), ..bare },
    ] {
        assert!(!Anchor { seal: sealed.seal, ..changed }.is_sealed_by(&key));
    }
    for text in [sealed.text().replace("seal ", "seal  "), format!("{}x 1 {}\n", sealed.text(), Digest([0; 32]))] {
        assert_eq!(Anchor::parse(text.as_bytes()), Err(AnchorFault::Unreadable));
    }
    // A step is sealed from what stood there to what stands there now, not in the other direction.
    assert_ne!(key.step("a", "b"), key.step("b", "a"));
    assert_ne!(key.step("a", "b"), other.step("a", "b"));
}

/// A quarantine is shown once for what is wrong, not once for each number that it shows.
#[test]
fn faults_are_alike_by_their_kind_and_line_and_not_by_their_numbers() {
    let line = |name: &str| name.to_owned();
    let faults = [
        AnchorFault::Absent,
        AnchorFault::Unreadable,
        AnchorFault::Cut { line: line("audit"), anchored: 5, held: 3 },
        AnchorFault::Cut { line: line("registry"), anchored: 5, held: 3 },
        AnchorFault::Differs { line: line("audit") },
        AnchorFault::Differs { line: line("registry") },
        AnchorFault::Behind { line: line("audit"), anchored: 5, held: 8 },
        AnchorFault::LineGone { line: line("vault") },
        AnchorFault::LineUnknown { line: line("vault") },
        AnchorFault::LineUnknown { line: line("") },
        AnchorFault::LineUnknown { line: line("xyzzy") },
        AnchorFault::RegistryUnaudited { held: 2, audited: 3 },
    ];
    for (place, one) in faults.iter().enumerate() {
        for (other_place, other) in faults.iter().enumerate() {
            assert_eq!(one.is_alike(other), place == other_place, "{one} / {other}");
        }
    }
    for (one, other) in [
        (
            AnchorFault::Cut { line: line("audit"), anchored: 5, held: 3 },
            AnchorFault::Cut { line: line("audit"), anchored: 9, held: 1 },
        ),
        (
            AnchorFault::Behind { line: line("audit"), anchored: 5, held: 8 },
            AnchorFault::Behind { line: line("audit"), anchored: 5, held: 9 },
        ),
        (
            AnchorFault::RegistryUnaudited { held: 2, audited: 3 },
            AnchorFault::RegistryUnaudited { held: 2, audited: 4 },
        ),
    ] {
        assert!(one.is_alike(&other));
    }
}
