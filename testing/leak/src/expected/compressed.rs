//! The term in files: compressed, in a small PDF, in an archive; in `payload_bin` or within text.
//!
//! Guarantees: the files are valid and small.
//!
//! Does not know: encrypted files.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use crate::class::Classes;
use crate::listed::{base64_standard, hexadecimal};
use crate::pages;
use crate::rng::Rng;
use crate::world::Term;
use crate::write::Written;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn message(term: &Term, rng: &mut Rng) -> String {
    let carrier = pages::carrier(term.lang, rng).replace("{}", term.text());
    format!("{} {carrier} {}", pages::filler(term.lang, rng), pages::filler(term.lang, rng))
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn size(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// An archive of one file.
fn zip(name: &str, content: &[u8], packed: bool) -> Vec<u8> {
    let data = if packed { deflate(content) } else { content.to_vec() };
    let method: u16 = if packed { 8 } else { 0 };
    let length = u16::try_from(name.len()).unwrap_or(0);
    let mut head = Vec::new();
    head.extend(20_u16.to_le_bytes());
    head.extend(0x0800_u16.to_le_bytes());
    head.extend(method.to_le_bytes());
    head.extend([0, 0, 0x21, 0x5a]);
    for number in [crc32(content), size(&data), size(content)] {
        head.extend(number.to_le_bytes());
    }
    head.extend(length.to_le_bytes());
    head.extend([0, 0]);
    let mut out = b"PK\x03\x04".to_vec();
    out.extend(&head);
    out.extend(name.as_bytes());
    out.extend(&data);
    let start = size(&out);
    out.extend(b"PK\x01\x02\x14\x00");
    out.extend(&head);
    out.extend([0; 14]);
    out.extend(name.as_bytes());
    let directory = size(&out) - start;
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend(directory.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn pdf_text(text: &str) -> Vec<u8> {
    let mut out = vec![b'('];
    for byte in text.bytes() {
        if matches!(byte, b'(' | b')' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b')');
    out
}

/// A page with a text, and a title.
fn pdf(text: &str, title: &[u8], packed: bool) -> Vec<u8> {
    let mut content = b"BT /F1 12 Tf 72 720 Td ".to_vec();
    content.extend(pdf_text(text));
    content.extend(b" Tj ET");
    let (filter, stream) = if packed { ("/Filter /FlateDecode ", zlib(&content)) } else { ("", content) };
    let mut info = b"<< /Title ".to_vec();
    info.extend(title);
    info.extend(b" /Producer (desk) >>");
    let mut body = format!("<< {filter}/Length {} >>\nstream\n", stream.len()).into_bytes();
    body.extend(&stream);
    body.extend(b"\nendstream");
    let objects: [Vec<u8>; 6] = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_vec(),
        body,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
        info,
    ];
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", at + 1).into_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let start = out.len();
    out.extend(b"xref\n0 7\n0000000000 65535 f \n");
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    out.extend(format!("trailer\n<< /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n{start}\n%%EOF\n").into_bytes());
    out
}

fn utf16_title(text: &str) -> Vec<u8> {
    let units: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("<FEFF{units}>").into_bytes()
}

fn texts(classes: &mut Classes) {
    classes.changed("packed/gzip-base64", |text, _| base64_standard(gzip(text.as_bytes())));
    classes.changed("packed/gzip-hex", |text, _| hexadecimal(gzip(text.as_bytes())));
    classes.changed("packed/zlib-base64", |text, _| base64_standard(zlib(text.as_bytes())));
    classes.changed("packed/zlib-hex", |text, _| hexadecimal(zlib(text.as_bytes())));
    classes.changed("packed/deflate-base64", |text, _| base64_standard(deflate(text.as_bytes())));
    classes.changed("packed/base64-gzip-base64", |text, _| base64_standard(gzip(base64_standard(text).as_bytes())));
    classes.changed("packed/gzip-data-link", |text, _| {
        format!("data:application/gzip;base64,{}", base64_standard(gzip(text.as_bytes())))
    });
    classes.text("packed/gzip-message", |term, rng| {
        Some(base64_standard(gzip(message(term, rng).as_bytes()))).filter(|_| term.is_long())
    });
    classes.text("packed/zip-base64", |term, rng| {
        Some(base64_standard(zip("note.txt", message(term, rng).as_bytes(), true))).filter(|_| term.is_long())
    });
}

fn files(classes: &mut Classes) {
    classes.add("file/text", |term, rng| Some(Written::File(message(term, rng).into_bytes(), "text/plain")));
    classes.add("file/text-utf16", |term, rng| {
        let text = format!("\u{feff}{}", message(term, rng));
        Some(Written::File(text.encode_utf16().flat_map(u16::to_le_bytes).collect(), "text/plain"))
    });
    classes.add("file/gzip", |term, rng| Some(Written::File(gzip(message(term, rng).as_bytes()), "application/gzip")));
    classes.add("file/zip", |term, rng| {
        Some(Written::File(zip("note.txt", message(term, rng).as_bytes(), true), "application/zip"))
    });
    classes.add("file/zip-stored", |term, rng| {
        Some(Written::File(zip("note.txt", message(term, rng).as_bytes(), false), "application/zip"))
    });
    classes.add("file/zip-entry-name", |term, _| {
        let name = format!("{}.txt", term.text().replace(['/', ':'], "_"));
        Some(Written::File(zip(&name, b"empty", true), "application/zip")).filter(|_| term.is_words())
    });
    classes.add("file/zip-in-gzip", |term, rng| {
        Some(Written::File(gzip(&zip("note.txt", message(term, rng).as_bytes(), true)), "application/gzip"))
    });
    classes.add("file/word", |term, rng| {
        let text = message(term, rng).replace('&', "&amp;").replace('<', "&lt;");
        let xml = format!(
            "<?xml version=\"1.0\"?><w:document><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
        );
        let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        Some(Written::File(zip("word/document.xml", xml.as_bytes(), true), kind))
    });
    classes.add("file/html", |term, rng| {
        let text = message(term, rng).replace('&', "&amp;").replace('<', "&lt;");
        Some(Written::File(format!("<html><body><p>{text}</p></body></html>").into_bytes(), "text/html"))
    });
    classes.add("file/json", |term, _| {
        Some(Written::File(
            serde_json::json!({"rows": [{"who": term.text()}]}).to_string().into_bytes(),
            "application/json",
        ))
    });
    classes.add("file/mail-base64", |term, rng| {
        let body = base64_standard(message(term, rng));
        let head = "From: desk@post.example\r\nSubject: note\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        Some(Written::File(format!("{head}{body}\r\n").into_bytes(), "message/rfc822"))
    });
    let ascii = |term: &Term| term.text().is_ascii() && term.is_long();
    classes.add("file/pdf-page", move |term, _| {
        Some(Written::File(pdf(&format!("Handed to {} today.", term.text()), b"(note)", true), "application/pdf"))
            .filter(|_| ascii(term))
    });
    classes.add("file/pdf-page-plain", move |term, _| {
        Some(Written::File(pdf(&format!("Handed to {} today.", term.text()), b"(note)", false), "application/pdf"))
            .filter(|_| ascii(term))
    });
    classes.add("file/pdf-title", move |term, _| {
        Some(Written::File(pdf("Nothing here.", &pdf_text(term.text()), true), "application/pdf"))
            .filter(|_| ascii(term))
    });
    classes.add("file/pdf-title-utf16", |term, _| {
        Some(Written::File(pdf("Nothing here.", &utf16_title(term.text()), true), "application/pdf"))
            .filter(|_| term.is_long())
    });
}

pub(super) fn add(classes: &mut Classes) {
    texts(classes);
    files(classes);
}
