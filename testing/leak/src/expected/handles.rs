//! Names of persons in mail addresses, accounts, links and file names; names of accounts without their sign.
//!
//! Guarantees: a handle without the given name is made only from rare surnames.
//!
//! Does not know: mail addresses that are terms themselves.

use crate::class::Classes;
use crate::letters::{plain, spelt_out};
use crate::romanise::latin_parts;
use crate::world::Term;
use crate::write::Written;

/// Given name and surname in small ASCII letters, as in passports or as newspapers have it.
fn latin_as(term: &Term, press: bool) -> Option<(String, String)> {
    let person = term.person.as_ref().filter(|person| person.rare)?;
    let (given, surname) = match term.script() {
        "Latn" => (plain(person.given), plain(person.surname)),
        _ => latin_parts(term, press)?,
    };
    let ascii = |text: String| plain(&text).to_lowercase().replace([' ', '\'', '’', '-', '.'], "");
    let (given, surname) = (ascii(given), ascii(surname));
    (given.is_ascii() && surname.is_ascii()).then_some((given, surname))
}

fn latin(term: &Term) -> Option<(String, String)> {
    latin_as(term, false)
}

fn first(text: &str) -> String {
    text.chars().take(1).collect()
}

type Local = fn(&str, &str) -> String;

const LOCALS: &[(&str, Local)] = &[
    ("given.surname", |g, s| format!("{g}.{s}")),
    ("surname.given", |g, s| format!("{s}.{g}")),
    ("given_surname", |g, s| format!("{g}_{s}")),
    ("given-surname", |g, s| format!("{g}-{s}")),
    ("givensurname", |g, s| format!("{g}{s}")),
    ("surnamegiven", |g, s| format!("{s}{g}")),
    ("g.surname", |g, s| format!("{}.{s}", first(g))),
    ("gsurname", |g, s| format!("{}{s}", first(g))),
    ("surname.g", |g, s| format!("{s}.{}", first(g))),
    ("surnameg", |g, s| format!("{s}{}", first(g))),
    ("given.surname-number", |g, s| format!("{g}.{s}84")),
    ("gsurname-number", |g, s| format!("{}{s}77", first(g))),
];

pub(super) fn add(classes: &mut Classes) {
    for (name, local) in LOCALS {
        classes.text(format!("mail-of-person/{name}"), move |term, rng| {
            let (given, surname) = latin(term)?;
            Some(format!(
                "{}@{}",
                local(&given, &surname),
                rng.text(&["post.example", "ministry.example", "webmail.test"])
            ))
        });
        classes.text(format!("handle-of-person/{name}"), move |term, rng| {
            let (given, surname) = latin_as(term, true)?;
            let sign = rng.text(&["@", "", "t.me/", "u/", "~"]);
            Some(format!("{sign}{}", local(&given, &surname)))
        });
    }
    classes.text("handle-of-person/years", |term, rng| {
        let (given, surname) = latin(term)?;
        Some(format!("@{given}_{surname}_{}", rng.text(&["1984", "99", "2k", "real", "official"])))
    });
    classes.text("handle-of-person/spelt-out", |term, _| {
        let person = term.person.as_ref().filter(|_| term.lang == "de")?;
        let text = spelt_out(&format!("{}.{}", person.given, person.surname)).to_lowercase();
        (text.is_ascii() && plain(person.surname) != person.surname)
            .then(|| format!("{}@post.example", text.replace(['-', ' '], "")))
    });
    classes.add("handle-of-person/profile-link", |term, _| {
        let (given, surname) = latin(term)?;
        Some(Written::Link(format!("https://network.example/in/{given}-{surname}-4a71b2/")))
    });
    classes.text("handle-of-person/windows-login", |term, _| {
        let (given, surname) = latin(term)?;
        Some(format!("CORP\\{}{surname}", first(&given)))
    });
    classes.text("handle-of-person/home-folder", |term, rng| {
        let (given, surname) = latin(term)?;
        Some(
            rng.text(&["C:\\Users\\#\\Desktop\\x.lnk", "/home/#/.ssh/config", "/Users/#/Downloads"])
                .replace('#', &format!("{given}.{surname}")),
        )
    });
    classes.text("handle-of-person/certificate", |term, _| {
        let (given, surname) = latin(term)?;
        let capital = crate::letters::capital;
        Some(format!("CN={} {},OU=Staff,DC=corp,DC=example", capital(&given), capital(&surname)))
    });
    classes.text("handle-of-person/file-name", |term, rng| {
        let (given, surname) = latin(term)?;
        Some(format!(
            "{}_{surname}_{given}.{}",
            rng.text(&["CV", "scan", "passport", "2024"]),
            rng.text(&["pdf", "docx", "jpg"])
        ))
    });
    let handle = |term: &Term| Some(term.text().trim_start_matches('@').to_owned()).filter(|_| term.kind() == "handle");
    classes.text("handle/no-sign", move |term, _| handle(term));
    classes.text("handle/sign", move |term, _| Some(format!("@{}", handle(term)?)));
    classes.text("handle/link", move |term, rng| {
        Some(format!(
            "{}{}",
            rng.text(&["https://t.me/", "network.example/", "https://forum.example/u/"]),
            handle(term)?
        ))
    });
    classes.text("handle/mention", move |term, rng| {
        Some(format!("{}{}", rng.text(&["TG: ", "user:", "nick=", "xmpp:"]), handle(term)?))
    });
    classes.text("handle/upper", move |term, _| Some(handle(term)?.to_uppercase()));
    classes.text("handle/mail", move |term, _| Some(format!("{}@webmail.test", handle(term)?)));
    classes.text("handle/no-separators", move |term, _| {
        let text = handle(term)?;
        Some(text.replace(['_', '.', '-'], "")).filter(|changed| *changed != text)
    });
    classes.text("handle/other-separators", move |term, rng| {
        let text = handle(term)?;
        Some(text.replace(['_', '.', '-'], rng.text(&["-", ".", " ", "_"]))).filter(|changed| *changed != text)
    });
    classes.text("handle/no-number", move |term, _| {
        let text = handle(term)?;
        let short = text.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '_' || sign == '-');
        (short != text && short.len() > 7).then(|| format!("@{short}"))
    });
}
