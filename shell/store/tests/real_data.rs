//! Real data: comes in whole, comes out whole, a second time changes nothing.

use crate::common;

use comity_store::{ExportOptions, SearchQuery};
use common::*;
use std::collections::BTreeMap;

const FILES: [&str; 4] = [
    "stix/attack-ics-18.1.json",
    "stix/attack-mobile-17.1.json",
    "stix/capec-2.1.reassembled.json",
    "stix/disarm.json",
];

/// The objects of a bundle by their exact bytes.
fn objects(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut objects = Vec::new();
    let mut splitter = comity_stix::Splitter::new(comity_stix::Limits::default());
    splitter.push(bytes, &mut |raw| objects.push(raw.bytes.to_vec())).unwrap();
    splitter.finish().unwrap();
    objects
}

#[test]
fn comes_in_whole_and_goes_out_equal() {
    let Some(paths) = FILES.iter().map(|file| shared(file)).collect::<Option<Vec<_>>>() else { return };
    let home = Home::new();
    let mut holdings = home.holdings();
    let mut came_in: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    let mut stored = 0;
    for path in &paths {
        for object in objects(&std::fs::read(path).unwrap()) {
            *came_in.entry(object).or_default() += 1;
        }
        let report = import_path(&mut holdings, path, &options("real", Some("TLP:CLEAR"))).unwrap();
        println!("{}: {report:?}", path.display());
        assert_eq!(report.refused, 0, "{}", path.display());
        stored += report.accepted + report.new_versions + report.conflicts;
    }
    for path in &paths {
        let report = import_path(&mut holdings, path, &options("real", Some("TLP:CLEAR"))).unwrap();
        assert_eq!(
            (report.accepted, report.new_versions, report.conflicts, report.defects, report.refused),
            (0, 0, 0, 0, 0)
        );
    }
    let mut out = Vec::new();
    let id = "0a3f2f4e-6a0f-4b52-8d5c-8f5d6e0f7a11".parse().unwrap();
    assert_eq!(holdings.view().export(&ExportOptions::default(), id, &mut out).unwrap(), stored);
    let went_out = objects(&out);
    assert_eq!(went_out.len() as u64, stored);
    // What was dropped as unchanged is equal in RFC 8785 form to something that went out.
    let canonical = |bytes: &[u8]| comity_stix::canonical(bytes).unwrap();
    let out_bytes: std::collections::BTreeSet<_> = went_out.iter().collect();
    let out_forms: std::collections::BTreeSet<_> = went_out.iter().map(|o| canonical(o)).collect();
    for object in came_in.keys() {
        assert!(out_bytes.contains(object) || out_forms.contains(&canonical(object)));
    }
    for object in &went_out {
        assert!(came_in.contains_key(object), "goes out by the bytes that came in");
    }
    index(&mut holdings);
    let found = holdings.view().search(&SearchQuery { text: Some("modbus".into()), ..Default::default() }).unwrap();
    assert!(!found.hits.is_empty() && found.text_behind == 0);
    let counts = holdings.view().verify().unwrap();
    assert_eq!((counts.versions, counts.texts), (stored, stored));
}

#[test]
fn the_elevator_set_is_kept_with_its_defects() {
    let Some(folder) = shared("stix/elevator-2.1-valid") else { return };
    let home = Home::new();
    let mut holdings = home.holdings();
    let mut sum = [0u64; 6];
    for entry in std::fs::read_dir(folder).unwrap() {
        let report = import_path(&mut holdings, &entry.unwrap().path(), &options("elevator", None)).unwrap();
        for (sum, n) in sum.iter_mut().zip(counts(report)) {
            *sum += n;
        }
    }
    println!("{sum:?}");
    assert!(sum[0] > 0 && sum[5] == 0);
    index(&mut holdings);
    holdings.view().verify().unwrap();
}

#[test]
fn one_changed_byte_is_a_conflict() {
    let Some(path) = shared("stix/disarm.json") else { return };
    let home = Home::new();
    let mut holdings = home.holdings();
    import_path(&mut holdings, &path, &options("disarm", None)).unwrap();
    let before = holdings.view().stats().unwrap();
    let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
    let at = text.rfind("\"description\": \"").unwrap() + "\"description\": \"".len();
    let mut bytes = text.into_bytes();
    bytes[at] = if bytes[at] == b'X' { b'Y' } else { b'X' };
    let report = import_bytes(&mut holdings, &bytes, &options("disarm", None)).unwrap();
    assert_eq!((report.accepted, report.new_versions, report.conflicts), (0, 0, 1));
    let after = holdings.view().stats().unwrap();
    assert_eq!(
        (after.objects, after.versions, after.set_aside),
        (before.objects, before.versions + 1, before.set_aside + 1)
    );
    let report = import_bytes(&mut holdings, &bytes, &options("disarm", None)).unwrap();
    assert_eq!(report.conflicts, 0);
}
