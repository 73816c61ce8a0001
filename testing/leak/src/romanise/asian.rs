//! Chinese, Japanese, Korean and Thai names in Latin letters; simplified and traditional characters.
//!
//! Guarantees: the syllables come from the names' own table.
//!
//! Does not know: names that are not in the table.

use unicode_normalization::UnicodeNormalization;

use crate::class::Classes;
use crate::letters::{capital, plain};
use crate::rng::Rng;
use crate::table::rows;
use crate::world::Term;

const WADE: &str = include_str!("../../data/schemes/wade.tsv");

/// How a syllable is written.
#[derive(Clone, Copy)]
enum Tone {
    Mark,
    Number,
    None,
    Wade,
}

fn marked(syllable: &str, tone: usize) -> String {
    let marks = ['\u{304}', '\u{301}', '\u{30c}', '\u{300}'];
    let Some(mark) = tone.checked_sub(1).and_then(|at| marks.get(at)) else { return syllable.to_owned() };
    let bearer = ["a", "e", "ou", "iu", "i", "o", "u", "ü"].into_iter().find(|vowel| syllable.contains(vowel));
    let Some(bearer) = bearer else { return syllable.to_owned() };
    // The mark stands on `a`, `e`, the `o` of `ou`, else on the last vowel.
    let at = syllable.find(bearer).unwrap_or(0)
        + if bearer == "iu" { 2 } else { bearer.chars().next().map_or(1, char::len_utf8) };
    let (head, tail) = syllable.split_at_checked(at).unwrap_or((syllable, ""));
    format!("{head}{mark}{tail}").nfc().collect()
}

fn syllable(text: &str, tone: Tone) -> String {
    let bare = text.trim_end_matches(|sign: char| sign.is_ascii_digit());
    let number = text.chars().last().and_then(|sign| sign.to_digit(10)).unwrap_or(5);
    match tone {
        Tone::Mark => marked(bare, usize::try_from(number).unwrap_or(5)),
        Tone::Number => text.replace('ü', "v"),
        Tone::None => bare.replace('ü', "u"),
        Tone::Wade => rows(WADE)
            .find(|row| row.first() == Some(&bare))
            .and_then(|row| row.get(1).map(|to| (*to).to_owned()))
            .unwrap_or_else(|| bare.to_owned()),
    }
}

fn parts(term: &Term, tone: Tone) -> Option<(Vec<String>, Vec<String>)> {
    let person = term.person.as_ref().filter(|_| matches!(term.lang, "zh-Hans" | "zh-Hant"))?;
    let all: Vec<String> = person.base.split(' ').map(|text| syllable(text, tone)).collect();
    let surname = person.surname.chars().count();
    Some((all.iter().take(surname).cloned().collect(), all.into_iter().skip(surname).collect()))
}

/// Given name and surname in pinyin without tones.
pub(super) fn latin_parts(term: &Term) -> Option<(String, String)> {
    let (surname, given) = parts(term, Tone::None)?;
    Some((given.concat(), surname.concat()))
}

fn capitals(parts: &[String], joint: &str) -> String {
    parts.iter().map(|part| capital(part)).collect::<Vec<_>>().join(joint)
}

fn chinese(name: &str, surname: &[String], given: &[String]) -> String {
    let (last, first) = (capital(&surname.concat()), capital(&given.concat()));
    match name {
        "western-order" => format!("{first} {last}"),
        "surname-upper" => format!("{} {first}", last.to_uppercase()),
        "comma" => format!("{last}, {first}"),
        "hyphen" => format!("{last} {}", capital(&given.join("-"))),
        "hyphen-capitals" => format!("{} {last}", capitals(given, "-")),
        "spaced" => format!("{} {}", capitals(surname, " "), capitals(given, " ")),
        "camel" => format!("{}{}", capitals(surname, ""), capitals(given, "")),
        "joined-lower" => format!("{last}{first}").to_lowercase(),
        "upper" => format!("{last} {first}").to_uppercase(),
        "lower-spaced" => format!("{} {}", surname.join(" "), given.join(" ")),
        "underscore" => format!("{last}_{first}").to_lowercase(),
        _ => format!("{last} {first}"),
    }
}

fn converted(text: &str, to_traditional: bool) -> String {
    text.chars()
        .map(|letter| {
            let pair =
                include_str!("../../data/han.txt").lines().filter(|line| !line.starts_with('#')).find_map(|line| {
                    let mut pair = line.chars();
                    let (simple, full) = (pair.next()?, pair.next()?);
                    match to_traditional {
                        true => (simple == letter).then_some(full),
                        false => (full == letter).then_some(simple),
                    }
                });
            pair.unwrap_or(letter)
        })
        .collect()
}

fn add_chinese(classes: &mut Classes) {
    let long = |term: &Term| term.letters() >= 3;
    for name in [
        "plain",
        "western-order",
        "surname-upper",
        "comma",
        "hyphen",
        "hyphen-capitals",
        "spaced",
        "camel",
        "joined-lower",
        "upper",
        "lower-spaced",
        "underscore",
    ] {
        classes.text(format!("romanise/zh/pinyin-{name}"), move |term, _| {
            let (surname, given) = parts(term, Tone::None)?;
            long(term).then(|| chinese(name, &surname, &given))
        });
    }
    for (tone, name) in [(Tone::Mark, "tone-marks"), (Tone::Number, "tone-numbers"), (Tone::Wade, "wade-giles")] {
        for order in ["plain", "western-order", "spaced", "hyphen"] {
            classes.text(format!("romanise/zh/{name}-{order}"), move |term, _| {
                let (surname, given) = parts(term, tone)?;
                // Without its tones a name of two syllables is everybody's.
                let told = !matches!(tone, Tone::Wade) || term.letters() >= 3;
                told.then(|| chinese(order, &surname, &given))
            });
        }
    }
    classes.text("romanise/zh/u-umlaut", |term, rng| {
        let (surname, given) = parts(term, Tone::Wade).filter(|_| term.text().contains('吕'))?;
        let last = surname.concat().replace('ü', rng.text(&["ü", "v", "yu", "u:"]));
        Some(format!("{} {}", capital(&last), capital(&given.concat().replace('ü', "u").replace("ch'ing", "qing"))))
    });
    classes.text("romanise/zh/to-traditional", |term, _| {
        Some(converted(term.text(), true)).filter(|text| term.script() == "Hans" && text != term.text())
    });
    classes.text("romanise/zh/to-simplified", |term, _| {
        Some(converted(term.text(), false)).filter(|text| term.script() == "Hant" && text != term.text())
    });
}

fn swapped(text: &str) -> String {
    text.split_once(' ').map_or_else(|| text.to_owned(), |(first, second)| format!("{second} {first}"))
}

fn long_vowels(text: &str, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn japanese(name: &str, base: &str) -> String {
    match name {
        "hepburn-western-order" => swapped(base),
        "no-marks" => plain(base).replace('\'', ""),
        "no-marks-western-order" => swapped(&plain(base).replace('\'', "")),
        "ou" => long_vowels(base, &[("ō", "ou"), ("Ō", "Oo"), ("ū", "uu"), ("'", "")]),
        "oh" => long_vowels(base, &[("ō", "oh"), ("Ō", "Oh"), ("ū", "u"), ("'", "")]),
        "circumflex" => long_vowels(base, &[("ō", "ô"), ("Ō", "Ô"), ("ū", "û")]),
        "kunrei" => long_vowels(
            base,
            &[
                ("shi", "si"),
                ("Shi", "Si"),
                ("chi", "ti"),
                ("Chi", "Ti"),
                ("tsu", "tu"),
                ("Tsu", "Tu"),
                ("ji", "zi"),
                ("Ji", "Zi"),
                ("sh", "sy"),
                ("Sh", "Sy"),
                ("Ch", "Ty"),
                ("ch", "ty"),
                ("j", "zy"),
                ("J", "Zy"),
                ("fu", "hu"),
                ("ō", "ô"),
                ("Ō", "Ô"),
                ("ū", "û"),
            ],
        ),
        "surname-upper" => {
            let (last, first) = base.split_once(' ').unwrap_or((base, ""));
            format!("{} {first}", plain(last).to_uppercase())
        }
        _ => base.to_owned(),
    }
}

fn columns(term: &Term, lang: &str, at: usize) -> Option<&'static str> {
    let person = term.person.as_ref().filter(|_| term.lang == lang)?;
    person.base.split('/').nth(at)
}

fn korean(name: &str, text: &str, rng: &mut Rng) -> String {
    let (last, first) = text.split_once(' ').unwrap_or((text, ""));
    match name {
        "usual-western-order" => format!("{first} {last}"),
        "usual-no-hyphen" => format!("{last} {}", first.replace('-', "")),
        "usual-spaced" => format!("{last} {}", first.replace('-', " ")),
        "usual-comma" => format!("{last}, {first}"),
        "usual-capitals" => {
            let parts: Vec<String> = first.split('-').map(str::to_owned).collect();
            format!("{last} {}", capitals(&parts, rng.text(&["-", " ", ""])))
        }
        _ => text.to_owned(),
    }
}

pub(super) fn add(classes: &mut Classes) {
    add_chinese(classes);
    for name in [
        "hepburn",
        "hepburn-western-order",
        "no-marks",
        "no-marks-western-order",
        "ou",
        "oh",
        "circumflex",
        "kunrei",
        "surname-upper",
    ] {
        classes.text(format!("romanise/ja/{name}"), move |term, _| Some(japanese(name, columns(term, "ja", 0)?)));
    }
    classes.text("romanise/ko/revised", |term, _| columns(term, "ko", 0).map(str::to_owned));
    classes.text("romanise/ko/mccune", |term, _| columns(term, "ko", 1).map(str::to_owned));
    classes.text("romanise/ko/mccune-no-marks", |term, _| {
        columns(term, "ko", 1).map(|text| plain(text).replace('\'', ""))
    });
    for name in ["usual", "usual-western-order", "usual-no-hyphen", "usual-spaced", "usual-comma", "usual-capitals"] {
        classes.text(format!("romanise/ko/{name}"), move |term, rng| Some(korean(name, columns(term, "ko", 2)?, rng)));
    }
    classes.text("romanise/th/rtgs", |term, _| columns(term, "th", 0).map(str::to_owned));
    classes.text("romanise/th/usual", |term, _| columns(term, "th", 1).map(str::to_owned));
}
