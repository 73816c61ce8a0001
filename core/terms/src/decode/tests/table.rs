//! The listed encodings, alone and each inside each.
//!
//! Guarantees: every row is found in running text.
//!
//! Does not know: whether the rows are all there is.

use super::encode::*;
use super::found;

type Encoder = fn(&str) -> String;

/// Encoders that take any text, so that each can stand in each.
#[rustfmt::skip]
pub(super) const NESTED: &[(&str, Encoder)] = &[
    ("percent", |t| bytes(t, |b| format!("%{b:02X}"))),
    ("html", |t| chars(t, |c| format!("&#{};", c as u32))),
    ("html", |t| chars(t, |c| format!("&#x{:x};", c as u32))),
    ("escape", |t| t.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()),
    ("escape", |t| bytes(t, |b| format!("\\x{b:02x}"))),
    ("octal", |t| bytes(t, |b| format!("\\{b:03o}"))),
    ("css", |t| chars(t, |c| format!("\\{:x} ", c as u32))),
    ("base64", base64),
    ("base64", |t| base64_bytes(t.as_bytes(), "-_", false)),
    ("base64", |t| base64_bytes(&utf16(t, true), "+/", true)),
    ("hex", hex),
    ("hex", |t| joined(t, ":", |b| format!("{b:02X}"))),
    ("base32", base32),
    ("base32", |t| base32_hex(t).to_lowercase()),
    ("list", |t| joined(t, ", ", |b| b.to_string())),
    ("list", |t| joined(t, ", ", |b| format!("{b:#x}"))),
    ("mime-word", |t| format!("=?utf-8?B?{}?=", base64(t))),
    ("utf-7", |t| format!("+{}-", base64_bytes(&utf16(t, false), "+/", false))),
    ("gzip", |t| base64_bytes(&gzip(t.as_bytes()), "+/", true)),
    ("zlib", |t| hex_bytes(&zlib(t.as_bytes()))),
    ("quoted-printable", |t| bytes(t, |b| format!("={b:02X}"))),
];

/// Words of several scripts.
pub(super) const WORDS: [&str; 3] = ["Kormoran", "Баклан", "Jörg Möwe"];

#[test]
fn each_alone_and_each_in_each() {
    for word in WORDS {
        for (outer_name, outer) in NESTED {
            let once = format!("The report of Tuesday says {} and nothing else", outer(word));
            assert!(found(&once, word, 1).is_some(), "{word} in {outer_name}: {once}");
            for (inner_name, inner) in NESTED {
                let twice = format!("The report of Tuesday says {} and nothing else", outer(&inner(word)));
                assert!(found(&twice, word, 2).is_some(), "{word} in {inner_name} in {outer_name}: {twice}");
            }
        }
    }
}

#[test]
fn writings_of_one_encoding() {
    let kormoran = "Kormoran";
    let table: &[(&str, String)] = &[
        ("Kormoran", "%254b%256f%2572moran".into()),
        ("Kormoran", "%25254bor%25256doran".into()),
        ("Kormoran", "%u004bor%u006doran".into()),
        ("Möwe", "M%F6we".into()),
        ("Kormoran", "K&#111rm&#111ran".into()),
        ("Möwe", "M&ouml;we".into()),
        ("Möwe", "M&oumlwe".into()),
        ("Βήτα", "&Beta;&#942;&tau;&alpha;".into()),
        ("Kormoran", "\\u{4b}or\\u{6d}oran".into()),
        ("Kormoran", "\\U0000004bor\\x6doran".into()),
        ("Kormoran", "\\\\u004bor\\\\u006doran".into()),
        ("Kormoran", "{\\\"a\\\": \\\"Kor\\u006doran\\\"}".into()),
        ("𝒦ormoran", "\\ud835\\udca6ormoran".into()),
        ("host.example", "host[.]example".into()),
        ("host.example", "host(dot)example".into()),
        ("host.example", "host{.}example".into()),
        ("host@example", "host[at]example".into()),
        ("Kormoran", base64(kormoran).replace('=', "")),
        ("Kormoran", format!("x{}", base64(kormoran))),
        ("Kormoran", format!("xy{}zzz", base64_bytes(b"Kormoran", "+/", false))),
        ("Kormoran", "S29y bW9y YW4=".into()),
        ("Kormoran", "S29y-bW9yYW4".into()),
        ("Kormoran", "S29ybW9\r\nyYW4=".into()),
        ("Kor?>moran", base64("Kor?>moran")),
        ("Kor?>moran", base64_bytes("Kor?>moran".as_bytes(), "-_", false)),
        ("Ede?", base64("Ede?")),
        ("Kormoran", "4b 6f 72 6d 6f 72 61 6e".into()),
        ("Kormoran", "f4b6f726d6f72616e".into()),
        ("Kormoran", base64_bytes(&utf16(kormoran, true), "+/", true)),
        ("Kormoran", base64_bytes(&utf16(kormoran, false), "+/", true)),
        ("Баклан", base64_bytes(&utf16("Баклан", true), "+/", true)),
        ("Баклан", base64_bytes(&utf16("Баклан", false), "+/", true)),
        ("Баклан", hex_bytes(&utf16("Баклан", true))),
        ("王小明先生", base64_bytes(&utf16("王小明先生", true), "+/", true)),
        ("Kormoran", "Kormo=\nran =4Bx".into()),
        ("Kormoran", "Kormo=\r\nran".into()),
        ("Kormoran", base32(kormoran).to_lowercase()),
        ("Kormoran", base32(kormoran).replace('=', "")),
        ("Kormoran", base32_hex(kormoran)),
        ("Jorg", "J\\'f6rg".into()),
        ("Kormoran", "=?utf-8?B?S29ybW9y?= =?utf-8?Q?a=6E?=".into()),
        ("Баклан", "=?koi8-r?B?4sHLzMHO?=".into()),
        ("Kormoran", "+AEsAbwByAG0AbwByAGEAbg-".into()),
        ("Möwe", "M+APY-we".into()),
        ("möwe", "xn--mwe-sna.example".into()),
        ("баклан", "xn--80aab1bfn.example".into()),
        ("Kormoran", "75, 111, 114, 109, 111, 114, 97, 110".into()),
        ("Kormoran", "75 111 114 109 111 114 97 110".into()),
        ("Баклан", "1041,1072,1082,1083,1072,1085".into()),
        ("Kormoran", "0x4b, 0x6f, 0x72, 0x6d, 0x6f, 0x72, 0x61, 0x6e".into()),
        ("Kormoran", "0113 0157 0162 0155 0157 0162 0141 0156".into()),
        ("Man sure.", "<~9jqo^F*2M7/c~>".into()),
        ("Kormoran", "Kor<b>mo</b>ran".into()),
        ("Kormoran", "Kor<wbr/>mo<!-- a comment -->ran".into()),
        ("Kormoran", "<a><![CDATA[Kor]]><![CDATA[moran]]></a>".into()),
        ("Kormoran", "Kor&shy;moran".into()),
        ("Kormoran", "Kor[b]mo[/b]ran".into()),
        ("Kormoran", "Kor[color=red]mo[/color]ran".into()),
        ("Kormoran", "Kor**mo**ran".into()),
        ("Kormoran", "Kor_mo_ran or `Kor`mo`ran".into()),
        ("Kormoran", "[Kor](http://x.example/)moran".into()),
        ("Kormoran", "Kor\\textbf{mo}ran".into()),
        ("Kormoran", "\u{1b}[31mKor\u{1b}[0mmoran".into()),
        ("Möwe", "MÃ¶we".into()),
        ("Möwe", "MÃƒÂ¶we".into()),
        ("Kormoran", "naromroK".into()),
        ("Río", "RÃ\u{ad}o".into()),
        ("Баклан", "Р‘Р°РєР»Р°РЅ".into()),
    ];
    for (word, text) in table {
        let text = format!("The report says: {text}, and ends");
        assert!(found(&text, word, 3).is_some(), "{word} in {text}");
    }
}

#[test]
fn charsets_from_before_unicode() {
    for (label, word) in [
        ("windows-1251", "Баклан Баклан"),
        ("koi8-r", "баклан летит"),
        ("iso-8859-5", "Баклан летит"),
        ("iso-8859-7", "Κορμοράνος"),
        ("windows-1253", "Κορμοράνος"),
        ("windows-1255", "קורמורן שחור"),
        ("windows-1256", "الغاق الكبير"),
        ("shift_jis", "かわう先生"),
        ("euc-jp", "かわう先生"),
        ("gbk", "王小明先生"),
        ("big5", "王小明先生"),
        ("euc-kr", "가마우지"),
    ] {
        let encoded = charset(word, label);
        for text in [
            base64_bytes(&encoded, "+/", true),
            hex_bytes(&encoded),
            encoded.iter().map(|byte| format!("%{byte:02x}")).collect(),
            encoded.iter().map(|byte| format!("={byte:02X}")).collect(),
        ] {
            let text = format!("The report says: {text}, and ends");
            assert!(found(&text, word, 1).is_some(), "{word} {label} in {text}");
        }
    }
}
