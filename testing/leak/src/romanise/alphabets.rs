//! Cyrillic and Greek names in Latin letters.
//!
//! Guarantees: every scheme is a column of a table; two schemes in one name are a class of their own.
//!
//! Does not know: names whose script leaves vowels out.

use crate::class::Classes;
use crate::letters::{plain, spelt_out, title};
use crate::romanise::scheme::Scheme;
use crate::table::{field, rows};
use crate::world::Term;

const CYRILLIC: &str = include_str!("../../data/schemes/cyrillic.tsv");
const NATIONAL: &str = include_str!("../../data/schemes/national.tsv");
const GREEK: &str = include_str!("../../data/schemes/greek.tsv");

const SCHEMES: &[&str] = &["icao", "bgn", "iso9", "scholarly", "gost", "german", "french", "press", "polish", "forum"];

fn end(word: &str, from: &str, to: &str) -> String {
    word.strip_suffix(from).map_or_else(|| word.to_owned(), |stem| format!("{stem}{to}"))
}

fn each_word(text: &str, change: impl Fn(&str) -> String) -> String {
    text.split(' ').map(change).collect::<Vec<_>>().join(" ")
}

/// The habits of a scheme that no table of letters tells.
fn habits(scheme: &str, text: &str) -> String {
    each_word(text, |word| match scheme {
        "press" => end(&end(word, "iy", "y"), "yy", "y"),
        "german" => end(&end(word, "ii", "i"), "skij", "ski"),
        "french" => end(word, "iï", "i"),
        "polish" => end(&end(word, "skij", "ski"), "ij", "ij"),
        _ => word.to_owned(),
    })
}

fn cyrillic(lang: &str, scheme: &str) -> Scheme {
    let table = Scheme::read(CYRILLIC, scheme);
    match (lang, scheme) {
        (_, "iso9") => table,
        ("uk", "icao" | "bgn" | "press") => table.with(&[("и", "y"), ("г", "h"), ("зг", "zgh")]),
        ("uk", _) => table.with(&[("и", "y"), ("г", "h")]),
        ("bg", "scholarly") => table.with(&[("щ", "št"), ("ъ", "ă")]),
        ("bg", "bgn") => table.with(&[("щ", "sht"), ("ъ", "ŭ")]),
        ("bg", "german") => table.with(&[("щ", "scht"), ("ъ", "a")]),
        ("bg", _) => table.with(&[("щ", "sht"), ("ъ", "a")]),
        ("ru", "bgn") => table.with(&[("^е", "ye"), ("ье", "’ye"), ("ае", "aye"), ("ее", "eye"), ("ъе", "”ye")]),
        ("ru", "press") => table.with(&[("^е", "ye"), ("ье", "ye"), ("ья", "ya"), ("ъя", "ya")]),
        ("ru", "german") => table.with(&[("^е", "je"), ("ье", "je")]),
        _ => table,
    }
}

fn national(lang: &str) -> Scheme {
    Scheme::read(NATIONAL, lang)
}

/// A name of an alphabet in the Latin letters that its country prints in passports, or that newspapers use.
pub(super) fn latin_name(lang: &str, text: &str, press: bool) -> Option<String> {
    match lang {
        "ru" if press => Some(habits("press", &cyrillic("ru", "press").letters(text))),
        "ru" => Some(cyrillic("ru", "icao").letters(text)),
        "uk" if press => Some(habits("press", &national("uk").letters(text)).replace("yi", "y")),
        "uk" | "bg" | "sr" => Some(national(lang).letters(text)),
        "el" => Some(Scheme::read(GREEK, "elot").letters(text)),
        _ => None,
    }
    .map(|text| plain(&text))
}

fn fits(term: &Term, lang: &str, script: &str) -> bool {
    term.lang == lang && term.script() == script && term.is_words()
}

fn add_cyrillic(classes: &mut Classes) {
    for (lang, schemes) in [("ru", SCHEMES), ("uk", SCHEMES), ("bg", &["scholarly", "bgn", "german", "french"])] {
        for scheme in schemes {
            let table = cyrillic(lang, scheme);
            classes.text(format!("romanise/{lang}/{scheme}"), move |term, _| {
                fits(term, lang, "Cyrl").then(|| habits(scheme, &table.letters(term.text())))
            });
        }
    }
    for lang in ["uk", "bg", "sr"] {
        let table = national(lang);
        classes.text(format!("romanise/{lang}/national"), move |term, _| {
            fits(term, lang, "Cyrl").then(|| table.letters(term.text()))
        });
    }
    for (scheme, name) in [("iso9", "iso9-no-marks"), ("scholarly", "scholarly-no-marks")] {
        let table = cyrillic("ru", scheme);
        classes.text(format!("romanise/ru/{name}"), move |term, _| {
            fits(term, "ru", "Cyrl").then(|| plain(&table.letters(term.text())))
        });
    }
    classes.text("romanise/ru/icao-upper", |term, _| {
        fits(term, "ru", "Cyrl").then(|| cyrillic("ru", "icao").letters(term.text()).to_uppercase())
    });
    classes.text("romanise/ru/surname-first", |term, _| {
        let person = term.person.as_ref().filter(|_| fits(term, "ru", "Cyrl"))?;
        let table = cyrillic("ru", "icao");
        Some(format!("{}, {}", table.letters(person.surname), table.letters(person.given)))
    });
    classes.text("romanise/ru/initial", |term, _| {
        let person = term.person.as_ref().filter(|person| fits(term, "ru", "Cyrl") && person.rare)?;
        let table = cyrillic("ru", "bgn");
        let initial: String = table.letters(person.given).chars().take(1).collect();
        Some(format!("{initial}. {}", habits("press", &table.letters(person.surname))))
    });
    for lang in ["ru", "uk"] {
        classes.text(format!("romanise/{lang}/two-schemes"), move |term, rng| {
            let person = term.person.as_ref().filter(|_| fits(term, lang, "Cyrl"))?;
            let (first, second) =
                (rng.text(&["icao", "german", "scholarly", "bgn"]), rng.text(&["press", "french", "bgn", "icao"]));
            let given = habits(first, &cyrillic(lang, first).letters(person.given));
            Some(format!("{given} {}", habits(second, &cyrillic(lang, second).letters(person.surname))))
        });
    }
    classes.text("romanise/sr/no-marks", |term, _| {
        fits(term, "sr", "Cyrl").then(|| plain(&national("sr").letters(term.text())))
    });
    classes.text("romanise/sr/dj", |term, _| {
        let text = national("sr").with(&[("ђ", "dj")]).letters(term.text());
        fits(term, "sr", "Cyrl").then(|| plain(&text))
    });
    classes.text("romanise/sr/spelt-out", |term, _| {
        let table = national("sr").with(&[("ђ", "dj"), ("ж", "zh"), ("ш", "sh"), ("ч", "ch"), ("ћ", "ch")]);
        fits(term, "sr", "Cyrl").then(|| table.letters(term.text()))
    });
    classes.text("romanise/sr/to-cyrillic", |term, _| {
        let table = Scheme::read(NATIONAL, "letter").with(&[
            ("đ", "ђ"),
            ("u", "у"),
            ("r", "р"),
            ("a", "а"),
            ("š", "ш"),
            ("ć", "ћ"),
            ("e", "е"),
            ("p", "п"),
            ("n", "н"),
            ("i", "и"),
        ]);
        fits(term, "sr", "Latn").then(|| table.letters(term.text()))
    });
}

fn add_greek(classes: &mut Classes) {
    for scheme in ["elot", "iso843", "sound", "sight", "keyboard"] {
        let table = Scheme::read(GREEK, scheme);
        classes.text(format!("romanise/el/{scheme}"), move |term, _| {
            fits(term, "el", "Grek").then(|| table.letters(term.text()))
        });
    }
    classes.text("romanise/el/elot-upper", |term, _| {
        fits(term, "el", "Grek").then(|| Scheme::read(GREEK, "elot").letters(term.text()).to_uppercase())
    });
    classes.text("romanise/el/press", |term, _| {
        let table =
            Scheme::read(GREEK, "elot").with(&[("χ", "h"), ("ευα", "eva"), ("ντ", "nt"), ("^ντ", "d"), ("γκ", "g")]);
        fits(term, "el", "Grek").then(|| table.letters(term.text()))
    });
}

fn usual_surname(term: &Term, surname: &str) -> Option<String> {
    match term.lang {
        "ru" => Some(habits("press", &cyrillic("ru", "bgn").letters(surname)).replace(['’', '”'], "")),
        "uk" | "bg" => Some(habits("press", &national(term.lang).letters(surname))),
        "el" => latin_name("el", surname, true),
        _ => None,
    }
}

pub(super) fn add(classes: &mut Classes) {
    add_cyrillic(classes);
    add_greek(classes);
    for lang in ["ru", "uk", "bg", "el"] {
        classes.text(format!("romanise/{lang}/usual-given"), move |term, rng| {
            let person = term.person.as_ref().filter(|_| term.lang == lang)?;
            let row = rows(include_str!("../../data/givens.txt")).find(|row| field(row, 0) == person.given)?;
            let writings: Vec<&str> = field(&row, 1).split('/').collect();
            Some(format!("{} {}", rng.text(&writings), usual_surname(term, person.surname)?))
        });
    }
    add_latin(classes);
}

/// Puts letters of a Latin alphabet as people of another do.
fn put(text: &str, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn add_latin(classes: &mut Classes) {
    let changed = |term: &Term, langs: &[&str], text: String| {
        (term.is_words() && langs.contains(&term.lang) && text != term.text()).then_some(text)
    };
    let nordic: &[&str] = &["de", "sv", "no", "da", "fi", "et"];
    classes.text("romanise/umlaut/spelt-out", move |term, _| changed(term, nordic, spelt_out(term.text())));
    classes.text("romanise/umlaut/spelt-out-capitals", move |term, _| {
        changed(term, nordic, spelt_out(term.text())).map(|text| text.to_uppercase())
    });
    classes.text("romanise/umlaut/dropped", move |term, _| changed(term, nordic, plain(term.text())));
    classes.text("romanise/umlaut/mixed", move |term, _| {
        let (first, rest) = term.text().split_once(' ')?;
        changed(term, nordic, format!("{} {}", spelt_out(first), plain(rest)))
    });
    classes.text("romanise/umlaut/neighbours-letters", move |term, _| {
        let pairs = [("ø", "ö"), ("Ø", "Ö"), ("æ", "ä"), ("Æ", "Ä"), ("ä", "æ"), ("ö", "ø"), ("Ö", "Ø"), ("Ä", "Æ")];
        let text: String = term
            .text()
            .chars()
            .map(|letter| {
                let found = pairs.iter().find(|(from, _)| from.chars().eq([letter]));
                found.map_or_else(|| letter.to_string(), |(_, to)| (*to).to_owned())
            })
            .collect();
        changed(term, &["sv", "no", "da"], text)
    });
    classes.text("romanise/tr/english", move |term, _| {
        let pairs = [
            ("ş", "sh"),
            ("Ş", "Sh"),
            ("ç", "ch"),
            ("Ç", "Ch"),
            ("ğ", "gh"),
            ("ı", "i"),
            ("İ", "I"),
            ("ü", "u"),
            ("ö", "o"),
            ("Ö", "O"),
        ];
        changed(term, &["tr"], put(term.text(), &pairs))
    });
    classes.text("romanise/tr/upper-dotless", move |term, _| {
        let text = term.text().replace('i', "İ").replace('ı', "I").to_uppercase();
        changed(term, &["tr"], text)
    });
    classes.text("romanise/tr/lower-wrong-dot", move |term, _| {
        changed(term, &["tr"], term.text().replace(['I', 'İ'], "i").to_lowercase()).filter(|_| term.is_long())
    });
    classes.text("romanise/vi/no-marks", move |term, _| changed(term, &["vi"], plain(term.text())));
    classes.text("romanise/vi/western-order", move |term, _| {
        let person = term.person.as_ref().filter(|_| term.lang == "vi")?;
        Some(plain(&format!("{} {}", person.given, person.surname)))
    });
    classes.text("romanise/vi/joined-given", move |term, _| {
        let person = term.person.as_ref().filter(|_| term.lang == "vi")?;
        Some(format!("{} {}", plain(person.surname), title(&plain(&person.given.replace(' ', "")))))
    });
    classes.text("romanise/baltic/no-marks", move |term, _| changed(term, &["lt", "lv"], plain(term.text())));
    classes.text("romanise/ro/cedilla", move |term, _| {
        changed(term, &["ro"], put(term.text(), &[("ș", "ş"), ("Ș", "Ş"), ("ț", "ţ"), ("Ț", "Ţ")]))
    });
    classes.text("romanise/slavic/no-marks", move |term, _| {
        changed(term, &["pl", "cs", "sr"], plain(term.text())).filter(|_| term.script() == "Latn")
    });
    classes.text("romanise/sr/latin-dj", move |term, _| {
        let text = plain(&put(term.text(), &[("đ", "dj"), ("Đ", "Dj")]));
        changed(term, &["sr"], text).filter(|_| term.script() == "Latn")
    });
}
