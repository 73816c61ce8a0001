//! Telephone numbers, case numbers, documents and accounts in other groups and with other signs.
//!
//! Guarantees: all digits that tell the number are there.
//!
//! Does not know: numbers that are computed from others.

use crate::class::Classes;
use crate::rng::Rng;
use crate::world::Term;
use crate::write::Written;

/// A telephone number: country code and national groups.
struct Phone {
    country: String,
    groups: Vec<String>,
}

fn phone(term: &Term) -> Option<Phone> {
    let text = term.text().strip_prefix('+').filter(|_| term.kind() == "phone")?;
    let mut groups = text.split(' ').map(str::to_owned);
    Some(Phone { country: groups.next()?, groups: groups.collect() })
}

impl Phone {
    fn national(&self) -> String {
        self.groups.concat()
    }

    fn area(&self) -> &str {
        self.groups.first().map_or("", String::as_str)
    }

    fn local(&self, joint: &str) -> String {
        self.groups.iter().skip(1).cloned().collect::<Vec<_>>().join(joint)
    }

    /// What is dialled at home before the number.
    fn trunk(&self) -> &'static str {
        match self.country.as_str() {
            "1" | "39" | "48" => "",
            "7" => "8",
            _ => "0",
        }
    }
}

fn groups_of(text: &str, size: usize, joint: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(size).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(joint)
}

fn other_digits(text: &str, zero: u32) -> String {
    text.chars().map(|sign| sign.to_digit(10).and_then(|digit| char::from_u32(zero + digit)).unwrap_or(sign)).collect()
}

const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

type Dial = fn(&Phone, &mut Rng) -> String;

const PHONES: &[(&str, Dial)] = &[
    ("joined", |p, _| format!("+{}{}", p.country, p.national())),
    ("double-zero", |p, _| format!("00{}{}", p.country, p.national())),
    ("double-zero-spaced", |p, _| format!("00{} {}", p.country, p.groups.join(" "))),
    ("american-exit", |p, _| format!("011 {} {}", p.country, p.groups.join(" "))),
    ("no-plus", |p, _| format!("{}{}", p.country, p.national())),
    ("no-plus-spaced", |p, _| format!("{} {}", p.country, p.groups.join(" "))),
    ("hyphens", |p, _| format!("+{}-{}", p.country, p.groups.join("-"))),
    ("dots", |p, _| format!("+{}.{}", p.country, p.groups.join("."))),
    ("area-brackets", |p, _| format!("+{} ({}) {}", p.country, p.area(), p.local("-"))),
    ("trunk-brackets", |p, _| {
        format!("+{} ({}) {}", p.country, if p.trunk().is_empty() { "0" } else { p.trunk() }, p.groups.join(" "))
    }),
    ("national", |p, _| format!("{}{}", p.trunk(), p.groups.join(" "))),
    ("national-joined", |p, _| format!("{}{}", p.trunk(), p.national())),
    ("national-slash", |p, _| format!("{}{}/{}", p.trunk(), p.area(), p.local(""))),
    ("national-brackets", |p, _| format!("({}{}) {}", p.trunk(), p.area(), p.local("-"))),
    ("national-hyphens", |p, _| format!("{}{}", p.trunk(), p.groups.join("-"))),
    ("pairs", |p, _| format!("+{} {}", p.country, groups_of(&p.national(), 2, " "))),
    ("threes", |p, _| format!("+{} {}", p.country, groups_of(&p.national(), 3, " "))),
    ("link", |p, _| format!("tel:+{}-{}", p.country, p.groups.join("-"))),
    ("rfc3966", |p, _| format!("<tel:+{}{};ext=14>", p.country, p.national())),
    ("sip", |p, _| format!("sip:+{}{}@gw.example", p.country, p.national())),
    ("messenger", |p, _| format!("https://wa.me/{}{}", p.country, p.national())),
    ("extension", |p, rng| {
        format!("+{} {}{}", p.country, p.groups.join(" "), rng.text(&[" ext. 12", " x12", " Durchwahl 3", "#12"]))
    }),
    ("label", |p, rng| {
        format!("{}+{} {}", rng.text(&["Tel.: ", "Mob. ", "тел. ", "☎ ", "GSM:"]), p.country, p.groups.join(" "))
    }),
    ("arabic-digits", |p, _| other_digits(&format!("+{} {}", p.country, p.groups.join(" ")), 0x660)),
    ("persian-digits", |p, _| other_digits(&format!("00{}{}", p.country, p.national()), 0x6f0)),
    ("devanagari-digits", |p, _| other_digits(&format!("+{}{}", p.country, p.national()), 0x966)),
    ("no-break-spaces", |p, _| format!("+{}\u{a0}{}", p.country, p.groups.join("\u{a0}"))),
    ("non-breaking-hyphens", |p, _| format!("+{}\u{2011}{}", p.country, p.groups.join("\u{2011}"))),
    ("en-dashes", |p, _| format!("+{} {}", p.country, p.groups.join("–"))),
    ("percent-plus", |p, _| format!("phone=%2B{}{}", p.country, p.national())),
    ("words", |p, _| {
        let digits = format!("{}{}", p.country, p.national());
        let words: Vec<&str> =
            digits.chars().filter_map(|sign| WORDS.get(usize::try_from(sign.to_digit(10)?).ok()?).copied()).collect();
        format!("plus {}", words.join(" "))
    }),
    ("spaced-digits", |p, _| groups_of(&format!("{}{}", p.country, p.national()), 1, " ")),
    ("line-broken", |p, _| format!("+{} {}\n{}", p.country, p.area(), p.local(" "))),
];

fn cases(classes: &mut Classes) {
    let of = |term: &Term| Some(term.text().to_owned()).filter(|_| term.kind() == "case_number");
    classes.text("case-number/no-zeros", move |term, _| {
        let text = of(term)?;
        let (head, tail) = text.rsplit_once(['-', '/', 'C']).filter(|(_, tail)| tail.starts_with('0'))?;
        let joint: String = text.chars().skip(head.chars().count()).take(1).collect();
        Some(format!("{head}{joint}{}", tail.trim_start_matches('0')))
    });
    classes.text("case-number/more-zeros", move |term, _| {
        let text = of(term)?;
        let (head, tail) = text.rsplit_once('-')?;
        Some(format!("{head}-000{tail}"))
    });
    for (name, joint) in [
        ("spaces", " "),
        ("slashes", "/"),
        ("underscores", "_"),
        ("dots", "."),
        ("joined", ""),
        ("hyphens", "-"),
        ("en-dashes", "–"),
        ("spaced-hyphens", " - "),
    ] {
        classes.text(format!("case-number/{name}"), move |term, _| {
            let text = of(term)?;
            Some(text.replace(['-', '/', ':'], joint)).filter(|changed| *changed != text)
        });
    }
    classes.text("case-number/lower", move |term, _| of(term).map(|text| text.to_lowercase()));
    classes.text("case-number/words-before", move |term, rng| {
        let before =
            rng.text(&["case no. ", "our ref. ", "Aktenzeichen ", "dossier n° ", "file #", "дело № ", "sygn. "]);
        Some(format!("{before}{}", of(term)?))
    });
    classes.text("case-number/no-prefix-label", move |term, _| {
        let text = of(term)?;
        let digits = text.trim_start_matches(|sign: char| !sign.is_ascii_digit()).to_owned();
        (digits.len() >= 9 && digits != text).then(|| format!("case {digits}"))
    });
    classes.text("case-number/ticket-link", move |term, _| {
        Some(format!("https://tickets.example/browse/{}", of(term)?.replace([' ', '/'], "-")))
    });
}

fn documents(classes: &mut Classes) {
    let of = |term: &Term| Some(term.text().to_owned()).filter(|_| term.kind() == "document");
    // A title with a number is not written in groups.
    let number = move |term: &Term| of(term).filter(|text| text.chars().filter(char::is_ascii_digit).count() >= 6);
    let joined = |text: &str| text.replace([' ', '-', '/'], "");
    classes.text("document/lower", move |term, _| {
        of(term).map(|text| text.to_lowercase()).filter(|text| text != term.text())
    });
    classes
        .text("document/joined", move |term, _| of(term).map(|text| joined(&text)).filter(|text| text != term.text()));
    classes.text("document/threes", move |term, _| number(term).map(|text| groups_of(&joined(&text), 3, " ")));
    classes.text("document/fours-hyphens", move |term, _| number(term).map(|text| groups_of(&joined(&text), 4, "-")));
    classes.text("document/letters-apart", move |term, rng| {
        let text = joined(&number(term)?);
        let letters: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
        let digits = text.strip_prefix(letters.as_str())?;
        (!letters.is_empty()).then(|| format!("{letters}{}{digits}", rng.text(&[" ", "-", " № ", "/"])))
    });
    classes.text("document/label", move |term, rng| {
        Some(format!("{}{}", rng.text(&["Passport no. ", "Ausweis-Nr. ", "паспорт ", "ID: ", "n° "]), of(term)?))
    });
    classes.text("document/zone", move |term, _| {
        let text = joined(&number(term)?).to_uppercase();
        (text.len() == 9).then(|| format!("{text}<4UTO7103142M2909281<<<<<<<<<<<<<<06"))
    });
}

fn accounts(classes: &mut Classes) {
    let of = |term: &Term| Some(term.text().to_owned()).filter(|_| term.kind() == "account");
    let joined = |text: &str| text.replace(' ', "");
    let spaced = move |term: &Term| of(term).filter(|text| text.contains(' '));
    classes.text("account/joined", move |term, _| spaced(term).map(|text| joined(&text)));
    classes.text("account/hyphens", move |term, _| spaced(term).map(|text| text.replace(' ', "-")));
    classes.text("account/dots", move |term, _| spaced(term).map(|text| text.replace(' ', ".")));
    classes.text("account/fours", move |term, _| {
        of(term).map(|text| groups_of(&joined(&text), 4, " ")).filter(|text| text != term.text())
    });
    classes.text("account/lower", move |term, _| {
        of(term).map(|text| text.to_lowercase()).filter(|text| text != term.text())
    });
    classes.text("account/iban-label", move |term, _| Some(format!("IBAN: {}", joined(&spaced(term)?))));
    classes.text("account/iban-national", move |term, _| {
        let text = spaced(term).filter(|text| text.starts_with("DE"))?;
        let text = joined(&text);
        Some(format!("BLZ {} Kto {}", text.get(4..12)?, text.get(12..22)?))
    });
    classes.text("account/two-lines", move |term, _| spaced(term).map(|text| text.replacen(' ', "\n", 2)));
    classes.text("account/wallet-link", move |term, _| {
        let text = of(term).filter(|text| !text.contains(' '))?;
        Some(match text.get(..2) {
            Some("bc") => format!("bitcoin:{text}?amount=0.2"),
            Some("0x") => format!("https://chain.example/address/{text}"),
            _ => format!("tron://{text}"),
        })
    });
    classes.text("account/wallet-upper", move |term, _| {
        of(term)
            .filter(|text| text.starts_with("bc1") || text.starts_with("0x"))
            .map(|text| text.to_uppercase().replace("0X", "0x"))
    });
    classes.text("account/wallet-no-prefix", move |term, _| Some(of(term)?.strip_prefix("0x")?.to_owned()));
    classes.add("account/number", move |term, _| {
        let text = joined(&spaced(term)?);
        text.chars().all(|sign| sign.is_ascii_digit()).then_some(Written::Number(text))
    });
}

pub(super) fn add(classes: &mut Classes) {
    for (name, dial) in PHONES {
        classes.text(format!("phone/{name}"), move |term, rng| Some(dial(&phone(term)?, rng)));
    }
    cases(classes);
    documents(classes);
    accounts(classes);
}
