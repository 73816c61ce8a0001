//! Arabic, Persian, Hebrew and Hindi names in Latin letters.
//!
//! Guarantees: what the script leaves out is told by the names' own table, in one standard; the others are made from it.
//!
//! Does not know: names that are not in the table.

use crate::class::Classes;
use crate::letters::plain;
use crate::romanise::scheme::Scheme;
use crate::table::{field, rows};
use crate::world::Term;

const ARABIC: &str = include_str!("../../data/schemes/arabic.tsv");
const HEBREW: &str = include_str!("../../data/schemes/hebrew.tsv");
const HINDI: &str = include_str!("../../data/schemes/hindi.tsv");

const LANGUAGES: &[(&str, &str, &[&str])] = &[
    ("ar", ARABIC, &["bgn", "press", "french", "german", "chat", "plain"]),
    ("fa", ARABIC, &["bgn", "press", "french", "german", "plain"]),
    ("he", HEBREW, &["usual", "din", "french", "german", "plain"]),
    ("hi", HINDI, &["itrans", "hunterian", "usual", "double"]),
];

fn base(term: &Term, lang: &str) -> Option<&'static str> {
    let person = term.person.as_ref().filter(|person| term.lang == lang && !person.base.is_empty())?;
    Some(person.base)
}

fn spoken(base: &str) -> String {
    base.replace("(a)", "")
}

fn surname(text: &str, given: &str) -> String {
    let words = given.split_whitespace().count();
    text.split_whitespace().skip(words).collect::<Vec<_>>().join(" ")
}

/// Given name and surname as newspapers write them, without article.
pub(super) fn parts(term: &Term) -> Option<(String, String)> {
    let (_, table, _) = LANGUAGES.iter().find(|(lang, ..)| *lang == term.lang)?;
    let scheme = if matches!(term.lang, "ar" | "fa") { "press" } else { "usual" };
    let text = Scheme::read(table, scheme).exactly(base(term, term.lang)?);
    let last = surname(&text, term.person.as_ref()?.given);
    let first = text.strip_suffix(&last)?.trim_end().to_owned();
    Some((first, last.strip_prefix("al-").unwrap_or(&last).to_owned()))
}

pub(super) fn add(classes: &mut Classes) {
    for (lang, table, schemes) in LANGUAGES {
        for scheme in *schemes {
            let table = Scheme::read(table, scheme);
            classes.text(format!("romanise/{lang}/{scheme}"), move |term, _| Some(table.exactly(base(term, lang)?)));
        }
        classes.text(format!("romanise/{lang}/standard"), move |term, _| Some(base(term, lang)?.replace("(a)", "a")));
        classes
            .text(format!("romanise/{lang}/standard-no-marks"), move |term, _| Some(plain(&spoken(base(term, lang)?))));
        let usual = Scheme::read(table, if *lang == "ar" || *lang == "fa" { "press" } else { "usual" });
        let press = usual.clone();
        classes.text(format!("romanise/{lang}/usual-given"), move |term, rng| {
            let text = press.exactly(base(term, lang)?);
            let person = term.person.as_ref()?;
            let row = rows(include_str!("../../data/givens.txt")).find(|row| field(row, 0) == person.given)?;
            let writings: Vec<&str> = field(&row, 1).split('/').collect();
            Some(format!("{} {}", rng.text(&writings), surname(&text, person.given)))
        });
        let press = usual.clone();
        classes.text(format!("romanise/{lang}/upper"), move |term, _| {
            Some(press.exactly(base(term, lang)?).to_uppercase())
        });
        classes.text(format!("romanise/{lang}/surname-first"), move |term, _| {
            let text = usual.exactly(base(term, lang)?);
            let person = term.person.as_ref()?;
            let last = surname(&text, person.given);
            Some(format!("{last}, {}", text.strip_suffix(&last)?.trim_end()))
        });
    }
    for (name, article) in [
        ("article-capital", "Al-"),
        ("article-space", "al "),
        ("article-joined", "Al"),
        ("article-el", "el-"),
        ("article-el-capital", "El "),
        ("article-none", ""),
    ] {
        let table = Scheme::read(ARABIC, "press");
        classes.text(format!("romanise/ar/{name}"), move |term, _| {
            let text = table.exactly(base(term, "ar")?);
            text.contains(" al-").then(|| text.replace(" al-", &format!(" {article}")))
        });
    }
    for (name, from, to) in
        [("e-for-i", 'i', "e"), ("ou-for-u", 'u', "ou"), ("o-for-u", 'u', "o"), ("ee-for-i", 'i', "ee")]
    {
        let table = Scheme::read(ARABIC, "press");
        classes.text(format!("romanise/ar/{name}"), move |term, _| {
            let text = table.exactly(base(term, "ar")?).replace("ai", "ay");
            // A name may end in `i`, but hardly in `e`.
            let inner = text.trim_end_matches(if to == "e" { from } else { '.' });
            let end = text.strip_prefix(inner).unwrap_or("");
            Some(format!("{}{end}", inner.replace(from, to))).filter(|changed| *changed != text)
        });
    }
}
