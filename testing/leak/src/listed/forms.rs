//! The term itself, in other case, with other marks, with signs inside.
//!
//! Guarantees: signs are put only inside terms long enough to stay recognisable.
//!
//! Does not know: encodings.

use crate::class::Classes;
use crate::letters::{alike, capital, decomposed, moved, plain, spelt_out, split_once, spread, title, wide};
use crate::world::Term;

fn only(term: &Term, text: String) -> Option<String> {
    Some(text).filter(|text| text != term.text())
}

fn swapped(text: &str) -> String {
    let mut upper = false;
    let mut out = String::new();
    for letter in text.chars() {
        upper = !upper;
        if upper {
            out.extend(letter.to_lowercase());
        } else {
            out.extend(letter.to_uppercase());
        }
    }
    out
}

fn cases(classes: &mut Classes) {
    classes.text("form/exact", |term, _| Some(term.text().to_owned()));
    classes.text("form/upper", |term, _| only(term, term.text().to_uppercase()).filter(|_| term.is_words()));
    classes.text("form/lower", |term, _| only(term, term.text().to_lowercase()).filter(|_| term.is_words()));
    classes.text("form/title", |term, _| only(term, title(term.text())).filter(|_| term.is_words()));
    classes.text("form/first-capital", |term, _| {
        only(term, capital(&term.text().to_lowercase()))
            .filter(|_| term.kind() == "phrase" || term.kind() == "cryptonym")
    });
    classes.text("form/mixed-case", |term, _| only(term, swapped(term.text())).filter(|_| term.is_words()));
    classes.text("form/quoted", |term, rng| {
        let (open, close) =
            [("“", "”"), ("«", "»"), ("„", "“"), ("「", "」"), ("*", "*"), ("`", "`")].get(rng.below(6)).copied()?;
        Some(format!("{open}{}{close}", term.text()))
    });
    classes.text("form/punctuation", |term, rng| {
        let (open, close) = [("(", ")"), ("[", "]"), ("...", "!"), ("=", ";"), ("<", ">"), ("/", "/"), ("—", "—")]
            .get(rng.below(7))
            .copied()?;
        Some(format!("{open}{}{close}", term.text()))
    });
}

fn marks(classes: &mut Classes) {
    classes.text("form/decomposed", |term, _| only(term, decomposed(term.text())));
    classes.text("form/no-marks", |term, _| {
        only(term, plain(term.text())).filter(|_| term.kind() != "email" && matches!(term.script(), "Latn" | "Grek"))
    });
    classes.text("form/spelt-out", |term, _| {
        let fits = matches!(term.lang, "de" | "sv" | "no" | "da" | "fi" | "en");
        only(term, spelt_out(term.text())).filter(|_| fits)
    });
    classes.text("form/spelt-out-upper", |term, _| {
        let fits = matches!(term.lang, "de" | "sv" | "no" | "da");
        only(term, spelt_out(term.text())).filter(|_| fits && term.is_words()).map(|text| text.to_uppercase())
    });
    classes.text("form/no-marks-upper", |term, _| {
        only(term, plain(term.text()))
            .filter(|_| term.is_words() && term.script() == "Latn")
            .map(|text| text.to_uppercase())
    });
    classes.text("form/no-marks-lower", |term, _| {
        only(term, plain(term.text()))
            .filter(|_| term.is_words() && term.script() == "Latn")
            .map(|text| text.to_lowercase())
    });
    classes.text("form/wide", |term, _| only(term, wide(term.text())));
    classes.changed("form/mathematical-bold", |text, _| moved(text, 0x1d400, 0x1d41a));
    classes.changed("form/mathematical-sans", |text, _| moved(text, 0x1d5a0, 0x1d5ba));
    classes.changed("form/mathematical-monospace", |text, _| moved(text, 0x1d670, 0x1d68a));
    classes.changed("form/circled", |text, _| moved(text, 0x24b6, 0x24d0));
}

fn look_alikes(classes: &mut Classes) {
    let long_words = |term: &Term| term.is_long() && term.script() == "Latn";
    for (name, column, every) in [
        ("alike/cyrillic-all", 1, 1),
        ("alike/cyrillic-some", 1, 2),
        ("alike/cyrillic-one", 1, 3),
        ("alike/greek", 2, 1),
    ] {
        classes.text(name, move |term, _| only(term, alike(term.text(), column, every)).filter(|_| long_words(term)));
    }
    for (name, pairs) in [
        ("alike/zero-for-o", &[('o', '0'), ('O', '0')][..]),
        ("alike/one-for-l", &[('l', '1'), ('I', '1')]),
        ("alike/zero-and-one", &[('o', '0'), ('O', '0'), ('l', '1'), ('i', '1'), ('I', '1')]),
        ("alike/capital-i-for-l", &[('l', 'I')]),
    ] {
        classes.text(name, move |term, _| {
            let change = |letter: char| pairs.iter().find(|(from, _)| *from == letter).map_or(letter, |(_, to)| *to);
            only(term, term.text().chars().map(change).collect()).filter(|_| term.is_words() && long_words(term))
        });
    }
}

fn inside(classes: &mut Classes) {
    for (name, sign) in [
        ("hidden/zero-width-space", "\u{200b}"),
        ("hidden/non-joiner", "\u{200c}"),
        ("hidden/joiner", "\u{200d}"),
        ("hidden/word-joiner", "\u{2060}"),
        ("hidden/soft-hyphen", "\u{ad}"),
        ("hidden/byte-order-mark", "\u{feff}"),
        ("hidden/left-to-right-mark", "\u{200e}"),
        ("hidden/variation-selector", "\u{fe0f}"),
        ("hidden/grapheme-joiner", "\u{34f}"),
        ("hidden/mongolian-separator", "\u{180e}"),
        ("hidden/invisible-times", "\u{2062}"),
    ] {
        classes.changed(
            name,
            move |text, rng| {
                if rng.below(2) == 0 { spread(text, sign) } else { split_once(text, sign) }
            },
        );
    }
    classes
        .changed("hidden/bidi-embedding", |text, _| split_once(&format!("\u{202b}{text}\u{202c}"), "\u{202a}\u{202c}"));
    classes.changed("hidden/bidi-isolate", |text, _| split_once(text, "\u{2066}\u{2069}"));
    classes.changed("hidden/bidi-reversed", |text, _| {
        if text.is_ascii() {
            format!("\u{202e}{}\u{202c}", text.chars().rev().collect::<String>())
        } else {
            text.into()
        }
    });
    for (name, sign) in [
        ("apart/hyphens", "-"),
        ("apart/dots", "."),
        ("apart/underscores", "_"),
        ("apart/spaces", " "),
        ("apart/no-break-spaces", "\u{a0}"),
        ("apart/middle-dots", "·"),
        ("apart/slashes", "/"),
        ("apart/bars", "|"),
    ] {
        classes.text(name, move |term, _| {
            let joined: String = term.text().chars().filter(|letter| !letter.is_whitespace()).collect();
            Some(spread(&joined, sign)).filter(|_| term.is_long() && term.is_words())
        });
    }
    for (name, sign) in [
        ("broken/hyphen", "-"),
        ("broken/hyphen-line", "-\n"),
        ("broken/line", "\n"),
        ("broken/carriage-return", "\r\n"),
        ("broken/space", " "),
        ("broken/underscore", "_"),
    ] {
        classes.text(name, move |term, _| {
            Some(split_once(term.text(), sign)).filter(|_| term.letters() >= 8 && term.is_words())
        });
    }
    for (name, sign) in [
        ("joint/line", "\n"),
        ("joint/tab", "\t"),
        ("joint/two-spaces", "  "),
        ("joint/no-break-space", "\u{a0}"),
        ("joint/thin-space", "\u{2009}"),
        ("joint/ideographic-space", "\u{3000}"),
        ("joint/hyphen", "-"),
        ("joint/underscore", "_"),
        ("joint/dot", "."),
        ("joint/plus", "+"),
        ("joint/slash", "/"),
        ("joint/none", ""),
        ("joint/line-separator", "\u{2028}"),
        ("joint/indented-line", "\n    "),
        ("joint/quoted-line", "\n> "),
    ] {
        classes.text(name, move |term, _| {
            only(term, term.text().replace(' ', sign)).filter(|_| term.kind() != "address" || sign.trim().is_empty())
        });
    }
}

pub(super) fn add(classes: &mut Classes) {
    cases(classes);
    marks(classes);
    look_alikes(classes);
    inside(classes);
}
