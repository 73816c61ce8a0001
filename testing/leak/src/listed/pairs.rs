//! Two writings of the list, one inside the other.
//!
//! Guarantees: the inner is a form, the outer an escape or an encoding.
//!
//! Does not know: three and more.

use crate::class::Classes;
use crate::letters::{alike, decomposed, plain, spelt_out, spread, wide};
use crate::listed::{base64_standard, hexadecimal, percent};

type Change = fn(&str) -> String;

const INNER: &[(&str, Change)] = &[
    ("upper", |text| text.to_uppercase()),
    ("decomposed", decomposed),
    ("no-marks", plain),
    ("spelt-out", spelt_out),
    ("wide", wide),
    ("cyrillic", |text| alike(text, 1, 1)),
    ("zero-width", |text| spread(text, "\u{200b}")),
    ("underscores", |text| text.replace(' ', "_")),
    ("percent", |text| percent(text, false)),
    ("entities", |text| text.chars().map(|letter| format!("&#{};", u32::from(letter))).collect()),
    ("letter-spaced", |text| spread(text, " ")),
];

const OUTER: &[(&str, Change)] = &[
    ("percent", |text| percent(text, true)),
    ("entities", |text| text.chars().map(|letter| format!("&#x{:X};", u32::from(letter))).collect()),
    ("base64", |text| base64_standard(text)),
    ("hex", |text| hexadecimal(text)),
];

pub(super) fn add(classes: &mut Classes) {
    for (outer_name, outer) in OUTER {
        for (inner_name, inner) in INNER {
            if outer_name == inner_name {
                continue;
            }
            classes.text(format!("pair/{outer_name}+{inner_name}"), move |term, _| {
                let marks = !matches!(*inner_name, "no-marks" | "spelt-out") || term.script() == "Latn";
                let umlauts = *inner_name != "spelt-out" || matches!(term.lang, "de" | "sv" | "no" | "da");
                let text = inner(term.text());
                (term.is_long() && term.is_words() && marks && umlauts && text != term.text()).then(|| outer(&text))
            });
        }
    }
    classes.changed("pair/base64+hex", |text, _| base64_standard(hexadecimal(text)));
    classes.changed("pair/hex+base64", |text, _| hexadecimal(base64_standard(text)));
    classes.changed("pair/percent+base64", |text, _| percent(&base64_standard(text), true));
    classes.changed("pair/wide+cyrillic", |text, _| {
        let changed = alike(text, 1, 2);
        if changed == text { changed } else { wide(&changed) }
    });
    classes.changed("pair/zero-width+wide", |text, _| {
        if text.is_ascii() { spread(&wide(text), "\u{200b}") } else { text.to_owned() }
    });
    classes.changed("pair/zero-width+cyrillic", |text, _| {
        let changed = alike(text, 1, 2);
        if changed == text { changed } else { spread(&changed, "\u{200b}") }
    });
    classes.changed("pair/zero-width+decomposed", |text, _| {
        let changed = decomposed(text);
        if changed == text { changed } else { spread(&changed, "\u{200d}") }
    });
}
