//! Lines by every mapping: the first byte says which, the rest are lines. What is refused is not handed over in part, what is
//! taken has objects and its times in order, and evidence is bounded and the same each time.
#![no_main]

use comity_detect::{EVIDENCE_BYTES_MAX, LineReader, Mapping, WarningList, evidence};
use comity_vocab::Timestamp;
use libfuzzer_sys::fuzz_target;

const CSV: &str = r#"{"name":"c","form":"csv","header":true,"refang":true,"time":{"fields":["t"],"format":"rfc3339"},
    "objects":[{"key":"a","type":"host","properties":{"value":"v"}},
        {"type":"network-traffic","properties":{"src_ref":"@a","src_port":"p","protocols":["q","=ip"]}}]}"#;

fuzz_target!(|bytes: &[u8]| {
    let Some((which, text)) = bytes.split_first() else { return };
    let mapping = match which % 7 {
        0 => Mapping::built_in("stix"),
        1 => Mapping::built_in("ecs"),
        2 => Mapping::built_in("simple"),
        5 => Mapping::built_in("zeek"),
        3 => Mapping::parse(CSV.as_bytes()).ok(),
        4 => {
            let _ = WarningList::parse(text);
            return;
        }
        _ => Mapping::parse(text).ok(),
    };
    let Some(mapping) = mapping else { return };
    let mut reader = LineReader::new(mapping, Timestamp::from_unix(1_900_000_000, 0));
    for line in text.split(|byte| *byte == b'\n') {
        let mut taken = 0;
        let told = reader.line(line, &mut |observed| {
            taken += 1;
            assert!(observed.first <= observed.last && !observed.objects.is_empty());
            let kept = evidence(observed);
            assert!(kept.objects.iter().map(|object| object.to_string().len()).sum::<usize>() <= EVIDENCE_BYTES_MAX);
            assert_eq!(kept.digest(), evidence(observed).digest());
        });
        assert_eq!(told.observations, taken);
    }
    let mut taken = 0;
    let told = reader.document(text, &mut |_, _| taken += 1);
    assert_eq!(told.observations, taken);
});
