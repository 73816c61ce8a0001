//! What the search leaves together, and that it gives a place once.
//!
//! Guarantees: a term that is a UUID, a sum or part of one is found in it. Does not know: speed.

use super::*;

#[test]
fn terms_in_uuids_and_sums_are_found() {
    let uuid = "9c1e8f6a-51d2-4b1e-9c1e-2f1a4711aa00";
    let sum = "d41d8cd98f00b204e9800998ecf8427e";
    check(TermKind::Account, uuid, &[uuid, &uuid.to_uppercase(), &format!("report--{uuid}")], &[sum]);
    check(TermKind::Account, sum, &[sum, &sum.to_uppercase(), &format!("md5:{sum}")], &[uuid]);
    check(
        TermKind::Host,
        "beef4711aa00.example",
        &["9c1e8f6a-51d2-4b1e-9c1e-beef4711aa00", "beef4711aa00-51d2"],
        &[uuid, sum],
    );
    check(TermKind::Document, "GZ 9c1e8f6a-51d2", &["9c1e8f6a-51d2", "9C1E8F6A 51D2", uuid], &[sum]);
    check(TermKind::Ip, "fd41:8cd9:8f00:b204:e980:998:ecf8:427e", &["fd418cd98f00b204e9800998ecf8427e"], &[sum]);
    check(TermKind::Phone, "+43 660 7418325", &["00000000-0000-0000-0000-436607418325 0660/7418325"], &[uuid]);
}

#[test]
fn what_stands_beside_a_uuid_or_a_time_is_found() {
    let uuid = "9c1e8f6a-51d2-4b1e-9c1e-2f1a4711aa00";
    let time = "2026-03-15T10:15:30.471Z";
    for (kind, term) in [
        (TermKind::Phone, "+43 660 7418325"),
        (TermKind::Ip, "198.51.100.7"),
        (TermKind::Ip, "2001:db8::7"),
        (TermKind::Email, "jana.kormoran@example.org"),
        (TermKind::Host, "srv-kormoran.example.com"),
        (TermKind::Date, "2026-03-14"),
        (TermKind::CaseNumber, "AB-2026/0471"),
        (TermKind::Account, "AT61 1904 3002 3457 3201"),
        (TermKind::Address, "Kormoranstraße 14"),
    ] {
        for whole in [uuid, time, "d41d8cd98f00b204e9800998ecf8427e"] {
            check(
                kind,
                term,
                &[&format!("{whole} {term}"), &format!("{term}, {whole}"), &format!("{whole}\n{term}")],
                &[whole],
            );
        }
    }
    check(TermKind::Date, "2026-03-15", &[time, "2026-03-15T10:15:30Z", "created 2026-03-15T10:15:30.471Z."], &[]);
    check(TermKind::Date, "2026-03-15", &["2026-03-15T10:15:30"], &["12026-03-15T10:15:30Z", "1-2026-03-15T10:15:30Z"]);
}

#[test]
fn a_place_is_given_once() {
    let mut builder = Numbers::builder();
    for (kind, term) in [
        (TermKind::Address, "Kormoranstraße 14"),
        (TermKind::CaseNumber, "AB-2026/0471"),
        (TermKind::Account, "AT61 1904 3002 3457 3201"),
        (TermKind::Date, "03/03/2026"),
        (TermKind::Host, "kormoran.kormoran"),
    ] {
        assert!(builder.add(kind, term, 1));
    }
    let text = Text::of(
        "Kormoranstraße 14, AB-2026/0471, AB20260471, AT611904300234573201, 03/03/2026, 3.3.2026, kormoran.kormoran",
    );
    let mut given = Vec::new();
    builder.build().search(&text, &mut |term, from, to, _| given.push((term, from, to)));
    let count = given.len();
    given.sort_unstable();
    given.dedup();
    assert_eq!(given.len(), count);
    assert!(count >= 7);
}
