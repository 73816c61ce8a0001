//! The tier of cases in which no term stands: prose, near names and numbers, random codes.
//!
//! Guarantees: none of the words is a term or a writing of one.
//!
//! Does not know: what a check takes for a term.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::class::Classes;
use crate::pages;
use crate::rng::Rng;
use crate::table::{field, rows};
use crate::write::Written;

const TABLE: &str = include_str!("../data/benign.txt");
const OTHERS: &str = include_str!("../data/others.txt");

fn hex(rng: &mut Rng, bytes: usize) -> String {
    hex::encode(rng.bytes(bytes))
}

fn words(rng: &mut Rng) -> String {
    let texts = [
        "loader", "stage", "beacon", "north", "desk", "partner", "report", "server", "invoice", "window", "harvest",
        "cable",
    ];
    (0..4).map(|_| rng.text(&texts)).collect::<Vec<_>>().join(" ")
}

fn codes(classes: &mut Classes) {
    classes.text("random/md5", |_, rng| Some(hex(rng, 16)));
    classes.text("random/sha1", |_, rng| Some(hex(rng, 20)));
    classes.text("random/sha256", |_, rng| Some(hex(rng, 32)));
    classes.text("random/sha256-upper", |_, rng| Some(hex(rng, 32).to_uppercase()));
    classes.text("random/sha512", |_, rng| Some(hex(rng, 64)));
    classes.text("random/uuid", |_, rng| {
        let text = hex(rng, 16);
        Some(format!(
            "{}-{}-4{}-9{}-{}",
            text.get(..8)?,
            text.get(8..12)?,
            text.get(13..16)?,
            text.get(17..20)?,
            text.get(20..)?
        ))
    });
    classes.text("random/base64", |_, rng| {
        let count = 24 + rng.below(200);
        Some(STANDARD.encode(rng.bytes(count)))
    });
    classes.text("random/base64-text", |_, rng| Some(STANDARD.encode(format!("{} {}", words(rng), words(rng)))));
    classes.text("random/hex-text", |_, rng| Some(hex::encode(words(rng))));
    classes.text("random/fingerprint", |_, rng| {
        Some(rng.bytes(20).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":"))
    });
    classes.text("random/percent", |_, rng| Some(rng.bytes(16).iter().map(|byte| format!("%{byte:02x}")).collect()));
    classes.text("random/hex-list", |_, rng| {
        Some(rng.bytes(24).iter().map(|byte| format!("0x{byte:02x}")).collect::<Vec<_>>().join(", "))
    });
    classes.text("random/numbers", |_, rng| {
        Some((0..12).map(|_| rng.below(100_000).to_string()).collect::<Vec<_>>().join(" "))
    });
    classes.text("random/amounts", |_, rng| {
        Some(format!("{},{:03}.{:02} EUR", rng.below(900), rng.below(1000), rng.below(100)))
    });
    classes.text("random/octets", |_, rng| {
        Some(format!("172.{}.{}.{}", 16 + rng.below(15), rng.below(256), rng.below(256)))
    });
    classes.text("random/timestamp", |_, rng| {
        Some(format!(
            "2026-0{}-1{}T0{}:1{}:2{}.113Z",
            1 + rng.below(9),
            rng.below(9),
            rng.below(9),
            rng.below(9),
            rng.below(9)
        ))
    });
    classes.text("random/coordinates", |_, rng| {
        Some(format!("{}.{:05}, {}.{:05}", rng.below(80), rng.below(99_999), rng.below(170), rng.below(99_999)))
    });
    classes.text("random/jwt", |_, rng| {
        let part = |rng: &mut Rng, count| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rng.bytes(count));
        Some(format!("eyJhbGciOiJFUzI1NiJ9.{}.{}", part(rng, 60), part(rng, 64)))
    });
    classes.text("random/yara-bytes", |_, rng| {
        Some(format!("{{ {} }}", rng.bytes(20).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")))
    });
    classes.add("random/file", |_, rng| {
        let count = 64 + rng.below(512);
        Some(Written::File(rng.bytes(count), "application/octet-stream"))
    });
    classes.add("random/file-text", |_, rng| {
        Some(Written::File(format!("{}\n{}\n", words(rng), words(rng)).into_bytes(), "text/plain"))
    });
    classes.add("random/pattern-hash", |_, rng| {
        Some(Written::Pattern(format!("[file:hashes.'SHA-256' = '{}']", hex(rng, 32))))
    });
    classes.add("random/pattern-host", |_, rng| {
        Some(Written::Pattern(format!("[domain-name:value = '{}.example']", words(rng).replace(' ', "-"))))
    });
    classes.add("random/list", |_, rng| Some(Written::List(words(rng).split(' ').map(str::to_owned).collect())));
    classes.add("random/members", |_, rng| {
        Some(Written::Members(vec![("first".into(), words(rng)), ("second".into(), words(rng))]))
    });
    classes.add("random/number", |_, rng| Some(Written::Number((1 + rng.below(1_000_000)).to_string())));
}

pub(crate) fn add(classes: &mut Classes) {
    for lang in pages::languages() {
        classes.add(format!("prose/{lang}"), move |_, rng| {
            let sentences: Vec<&str> = (0..4 + rng.below(6)).map(|_| pages::filler(lang, rng)).collect();
            Some(Written::Block(sentences.join(" ")))
        });
    }
    for lang in pages::page_languages() {
        classes.add(format!("page-without/{lang}"), move |_, rng| {
            let pages: Vec<_> = pages::native_pages().into_iter().filter(|page| page.lang == lang).collect();
            pages.get(rng.below(pages.len())).map(|page| Written::Block(page.page_without.clone()))
        });
    }
    for row in rows(OTHERS) {
        let (lang, names): (&str, Vec<&str>) = (field(&row, 0), row.iter().skip(1).copied().collect());
        classes.add(format!("others/{lang}"), move |_, rng| {
            let sentence = pages::carrier(lang, rng).replace("{}", rng.text(&names));
            let (before, after) = (pages::filler(lang, rng), pages::filler(lang, rng));
            Some(Written::Block(format!("{before} {sentence} {after}")))
        });
        let names: Vec<&str> = row.iter().skip(1).copied().collect();
        classes.add(format!("others-list/{lang}"), move |_, rng| {
            Some(Written::List((0..3).map(|_| rng.text(&names).to_owned()).collect()))
        });
    }
    for row in rows(TABLE) {
        let (name, words): (&str, Vec<&str>) = (field(&row, 0), row.iter().skip(1).copied().collect());
        classes.text(name, move |_, rng| Some(rng.text(&words).to_owned()));
    }
    codes(classes);
}
