//! Documents of every known kind, inside base64, hexadecimal and as bytes.
//!
//! Guarantees: the words of each are found.
//!
//! Does not know: documents written by real programs, which are far richer.

use super::encode::*;
use super::found;
use crate::decode::documents;

fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let packed = deflate(content, false);
    let mut out = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
    out.extend((packed.len() as u32).to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out.extend((name.len() as u16).to_le_bytes());
    out.extend([0, 0]);
    out.extend(name.as_bytes());
    out.extend(packed);
    out
}

fn pdf(content: &str, deflated: bool) -> Vec<u8> {
    let stream = if deflated { zlib(content.as_bytes()) } else { content.as_bytes().to_vec() };
    let mut out =
        b"%PDF-1.7\n1 0 obj\n<< /Title (Kor\\155oran) /Author <FEFF041104300043> >>\nendobj\n2 0 obj\n".to_vec();
    out.extend(format!("<< /Length {} /Filter /FlateDecode >>\nstream\n", stream.len()).as_bytes());
    out.extend(stream);
    out.extend(b"\nendstream\nendobj\n");
    out
}

fn mapped_pdf() -> Vec<u8> {
    let mut out = pdf("BT [<0001> -20 <00020003>] TJ <0004> Tj ET", true);
    let map = "begincmap 3 beginbfchar <0001> <0052> <0002> <0065> <0003> <00690068> endbfchar 1 beginbfrange <0004> <0005> <0065> endbfrange endcmap";
    out.extend(b"3 0 obj\n<< >>\nstream\r\n");
    out.extend(zlib(map.as_bytes()));
    out.extend(b"\r\nendstream\n");
    out
}

fn table() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let xml = "<w:t>Heron nests</w:t><w:t>Kormoran</w:t>".repeat(3);
    vec![
        ("gzip", "Kormoran", gzip(b"as told by Kormoran, a source")),
        ("gzip", "Баклан", gzip("как сказал Баклан".as_bytes())),
        ("zlib", "Kormoran", zlib(b"as told by Kormoran, a source")),
        ("gzip of UTF-16", "Kormoran", gzip(&utf16("as told by Kormoran", true))),
        ("zip", "Kormoran", zip("word/document.xml", xml.as_bytes())),
        ("zip name", "Kormoran.docx", zip("Kormoran.docx", b"nothing is said here")),
        ("zip in gzip", "Kormoran", gzip(&zip("a.xml", xml.as_bytes()))),
        ("pdf", "Kormoran", pdf("BT (Seen) Tj ET", true)),
        ("pdf stream", "Reiher", pdf("BT (Rei) Tj 5 0 (her) Tj ET", true)),
        ("pdf array", "Reiher", pdf("BT [(Re) -30 (iher)] TJ ET", false)),
        ("pdf octal", "Reiher", pdf("BT (\\122\\145iher) Tj ET", true)),
        ("pdf hexadecimal", "Reiher", pdf("BT <526569686572> Tj ET", true)),
        ("pdf with a map", "Reihe", mapped_pdf()),
        ("rtf", "Kormoran", br"{\rtf1\ansi\ansicpg1252 said {\b Kor}mo\'72\u97?n today}".to_vec()),
        ("rtf cyrillic", "Баклан", br"{\rtf1\ansi\ansicpg1251 \'c1\'e0\'ea\'eb\'e0\'ed}".to_vec()),
        ("picture", "Kormoran", b"\xff\xd8\xff\xe1\x00\x18Exif\0\0taken by Kormoran\0\x01\x02\xff\xda".to_vec()),
        (
            "picture",
            "Kormoran",
            [&b"\x89PNG\r\n\x1a\n\x01\x02\xff"[..], &utf16("Kormoran", true), b"\xff\xfe\0"].concat(),
        ),
        ("sound", "Kormoran", b"ID3\x03\0\0\0\0\0\x20TPE1\0\0\0\x09\0\0\0Kormoran\0\xff\xfb".to_vec()),
    ]
}

#[test]
fn words_of_documents_are_found() {
    for (name, word, bytes) in table() {
        let encoded = format!("The file is {} as sent", base64_bytes(&bytes, "+/", true));
        assert!(found(&encoded, word, 2).is_some(), "{name} in base64");
        let lines: Vec<String> = base64_bytes(&bytes, "-_", true)
            .as_bytes()
            .chunks(76)
            .map(|line| String::from_utf8(line.to_vec()).unwrap())
            .collect();
        assert!(found(&lines.join("\r\n"), word, 2).is_some(), "{name} in lines of base64");
        assert!(found(&hex_bytes(&bytes), word, 2).is_some(), "{name} in hexadecimal");
        let (texts, whole) = documents(&bytes, (3, 9), &mut |_| true);
        let wanted = |text: &crate::Text| {
            let text: String = text.chars.iter().collect();
            found(&text, word, 1).is_some()
        };
        assert!(whole && texts.iter().any(|it| wanted(&it.text)), "{name} as bytes");
        assert!(texts.iter().all(|it| it.text.spans.iter().all(|span| *span == (3, 9))), "{name}");
    }
}

#[test]
fn a_stream_without_a_header_is_found() {
    let text = "the source Kormoran met two others, and the source Kormoran left again";
    let encoded = base64_bytes(&deflate(text.as_bytes(), false), "+/", true);
    assert!(found(&format!("see {encoded} there"), "Kormoran", 1).is_some());
}

#[test]
fn what_comes_out_is_bounded_and_counted() {
    let bomb = gzip(&vec![b'a'; 8 << 20]);
    let mut steps = 0usize;
    let (texts, whole) = documents(&bomb, (0, 1), &mut |count| {
        steps = steps.saturating_add(count);
        true
    });
    // What was cut off was not read.
    assert!(!whole && steps == usize::MAX && texts.iter().all(|it| it.text.chars.len() <= 20 * bomb.len()));
    let (texts, whole) = documents(&bomb, (0, 1), &mut |_| false);
    assert!(!whole && texts.is_empty());
}
