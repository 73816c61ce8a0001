//! Persons: order of the parts, initials, titles, particles, words between.
//!
//! Guarantees: a surname stands alone only where the names' table says that it is rare.
//!
//! Does not know: names whose parts are not divided by spaces.

use crate::class::Classes;
use crate::letters::plain;
use crate::rng::Rng;
use crate::world::{Person, Term};

/// A name in parts: given, middle, surname.
struct Parts {
    given: &'static str,
    middle: &'static str,
    last: &'static str,
    rare: bool,
    particle: bool,
    script: &'static str,
}

fn parts(term: &Term) -> Option<Parts> {
    let Person { given, middle, surname, rare, .. } = *term.person.as_ref()?;
    let particle = term.person.as_ref().is_some_and(Person::has_particle);
    let fits = matches!(term.script(), "Latn" | "Cyrl" | "Grek") && !surname.is_empty();
    fits.then_some(Parts { given, middle, last: surname, rare, particle, script: term.script() })
}

impl Parts {
    /// The surname with its particle.
    fn surname(&self) -> String {
        if self.particle { format!("{} {}", self.middle, self.last) } else { self.last.to_owned() }
    }

    /// The letters of other initials, in the script of the name.
    fn others(&self) -> [&'static str; 2] {
        match self.script {
            "Cyrl" => ["К.", "М."],
            "Grek" => ["Κ.", "Μ."],
            _ => ["K.", "M."],
        }
    }

    fn name(&self) -> &'static str {
        if self.particle { "" } else { self.middle }
    }

    fn initial(&self) -> String {
        self.given.chars().take(1).collect()
    }

    fn middle_initial(&self) -> String {
        self.name().chars().take(1).collect()
    }

    fn double(&self) -> Option<(String, String)> {
        let (first, second) = self.given.split_once(['-', ' '])?;
        Some((first.chars().take(1).collect(), second.chars().take(1).collect()))
    }
}

type Write = fn(&Parts) -> Option<String>;

const ORDERS: &[(&str, Write)] = &[
    ("surname-comma-given", |p| Some(format!("{}, {}", p.surname(), p.given))),
    ("surname-given", |p| Some(format!("{} {}", p.surname(), p.given))),
    ("surname-upper-given", |p| Some(format!("{} {}", p.surname().to_uppercase(), p.given))),
    ("given-surname-upper", |p| Some(format!("{} {}", p.given, p.surname().to_uppercase()))),
    ("surname-upper-comma-given", |p| Some(format!("{}, {}", p.surname().to_uppercase(), p.given))),
    ("surname-semicolon-given", |p| Some(format!("{}; {}", p.surname(), p.given))),
    ("surname-slash-given", |p| Some(format!("{}/{}", p.surname(), p.given))),
    ("surname-slash-given-upper", |p| Some(format!("{}/{} MR", p.surname(), p.given).to_uppercase())),
    ("surname-newline-given", |p| Some(format!("{}\n{}", p.surname(), p.given))),
    ("passport-zone", |p| {
        let text = |text: &str| plain(text).to_uppercase().replace([' ', '-', '\''], "<");
        let fits = p.surname().chars().all(|letter| letter < '\u{250}');
        fits.then(|| format!("P<UTO{}<<{}<<<<<<<<<<", text(&p.surname()), text(p.given)))
    }),
    ("given-only-middle-left-out", |p| (!p.name().is_empty()).then(|| format!("{} {}", p.given, p.last))),
    ("middle-initial", |p| (!p.name().is_empty()).then(|| format!("{} {}. {}", p.given, p.middle_initial(), p.last))),
    ("middle-initial-no-dot", |p| {
        (!p.name().is_empty()).then(|| format!("{} {} {}", p.given, p.middle_initial(), p.last))
    }),
    ("surname-comma-given-middle", |p| (!p.name().is_empty()).then(|| format!("{}, {} {}", p.last, p.given, p.name()))),
    ("middle-added-initial", |p| {
        p.middle.is_empty().then(|| {
            let [other, _] = p.others();
            format!("{} {other} {}", p.given, p.last)
        })
    }),
    ("middle-added-two-initials", |p| {
        p.middle.is_empty().then(|| {
            let [other, second] = p.others();
            format!("{} {other} {second} {}", p.given, p.last)
        })
    }),
    ("particle-dropped", |p| p.particle.then(|| format!("{} {}", p.given, p.last))),
    ("particle-upper", |p| p.particle.then(|| format!("{} {}", p.given, p.surname().to_uppercase()))),
    ("particle-last", |p| p.particle.then(|| format!("{}, {} {}", p.last, p.given, p.middle))),
    ("particle-joined", |p| {
        p.particle.then(|| format!("{} {}{}", p.given, crate::letters::capital(&p.middle.replace(' ', "")), p.last))
    }),
    ("particle-short", |p| {
        p.particle.then(|| {
            let short: Vec<String> =
                p.middle.split(' ').map(|word| format!("{}.", word.chars().take(1).collect::<String>())).collect();
            format!("{} {} {}", p.given, short.join(""), p.last)
        })
    }),
    ("hyphen-as-space", |p| p.last.contains('-').then(|| format!("{} {}", p.given, p.last.replace('-', " ")))),
    ("given-hyphen-as-space", |p| {
        p.given.contains('-').then(|| format!("{} {}", p.given.replace('-', " "), p.surname()))
    }),
    ("given-hyphen-joined", |p| {
        let (first, second) = p.given.split_once('-')?;
        Some(format!("{first}{} {}", second.to_lowercase(), p.surname()))
    }),
    ("double-initials", |p| p.double().map(|(a, b)| format!("{a}.-{b}. {}", p.surname()))),
    ("double-initials-joined", |p| p.double().map(|(a, b)| format!("{a}.{b}. {}", p.surname()))),
    ("apostrophe-curly", |p| p.last.contains('\'').then(|| format!("{} {}", p.given, p.last.replace('\'', "’")))),
    ("apostrophe-dropped", |p| p.last.contains('\'').then(|| format!("{} {}", p.given, p.last.replace('\'', "")))),
    ("apostrophe-space", |p| p.last.contains('\'').then(|| format!("{} {}", p.given, p.last.replace('\'', " ")))),
    ("camel-case", |p| Some(format!("{}{}", p.given, p.surname()).replace([' ', '-', '\''], ""))),
    ("camel-case-lower-first", |p| {
        Some(format!("{}{}", p.given.to_lowercase(), p.surname()).replace([' ', '-', '\''], ""))
    }),
    ("camel-case-surname-first", |p| Some(format!("{}{}", p.surname(), p.given).replace([' ', '-', '\''], ""))),
    ("constant-case", |p| Some(plain(&format!("{}_{}", p.given, p.surname()).to_uppercase()).replace([' ', '-'], "_"))),
    ("kebab-case", |p| Some(plain(&format!("{}-{}", p.given, p.surname()).to_lowercase()).replace([' ', '\''], "-"))),
    ("tagged", |p| Some(format!("#{}{}", p.given, p.surname()).replace([' ', '-', '\''], ""))),
];

/// Writings in which the given name is an initial: the surname must be rare.
const INITIALS: &[(&str, Write)] = &[
    ("initial-surname", |p| Some(format!("{}. {}", p.initial(), p.surname()))),
    ("initial-surname-no-space", |p| Some(format!("{}.{}", p.initial(), p.surname()))),
    ("initial-no-dot-surname", |p| Some(format!("{} {}", p.initial(), p.surname()))),
    ("surname-initial", |p| Some(format!("{} {}.", p.surname(), p.initial()))),
    ("surname-initial-no-dot", |p| Some(format!("{} {}", p.surname(), p.initial()))),
    ("surname-comma-initial", |p| Some(format!("{}, {}.", p.surname(), p.initial()))),
    ("surname-comma-initial-no-dot", |p| Some(format!("{}, {}", p.surname(), p.initial()))),
    ("surname-upper-initial", |p| Some(format!("{} {}.", p.surname().to_uppercase(), p.initial()))),
    ("two-initials-surname", |p| {
        (!p.name().is_empty()).then(|| format!("{}.{}. {}", p.initial(), p.middle_initial(), p.last))
    }),
    ("two-initials-spaced-surname", |p| {
        (!p.name().is_empty()).then(|| format!("{}. {}. {}", p.initial(), p.middle_initial(), p.last))
    }),
    ("surname-two-initials", |p| {
        (!p.name().is_empty()).then(|| format!("{} {}.{}.", p.last, p.initial(), p.middle_initial()))
    }),
    ("surname-comma-two-initials", |p| {
        (!p.name().is_empty()).then(|| format!("{}, {}. {}.", p.last, p.initial(), p.middle_initial()))
    }),
    ("extra-initial", |p| {
        p.middle.is_empty().then(|| {
            let [_, other] = p.others();
            format!("{}.{other} {}", p.initial(), p.surname())
        })
    }),
    ("surname-alone", |p| Some(p.surname())),
    ("surname-alone-upper", |p| Some(p.surname().to_uppercase())),
    ("surname-alone-no-particle", |p| p.particle.then(|| p.last.to_owned())),
    ("surname-alone-no-marks", |p| Some(plain(p.last)).filter(|text| text != p.last)),
    ("given-initial-reversed", |p| Some(format!("{} ({}.)", p.surname(), p.initial()))),
];

fn title(lang: &str, rng: &mut Rng) -> &'static str {
    match lang {
        "de" => rng.text(&["Herr", "Frau", "Dr.", "Prof. Dr.", "Oberst", "Herrn"]),
        "fr" => rng.text(&["M.", "Mme", "Monsieur", "Maître", "Dr"]),
        "es" => rng.text(&["Sr.", "Sra.", "don", "doña", "Dr."]),
        "it" => rng.text(&["Sig.", "dott.", "Avv.", "Signora"]),
        "pl" => rng.text(&["Pan", "Pani", "dr", "płk"]),
        "ru" => rng.text(&["г-н", "гражданин", "полковник", "тов."]),
        "uk" => rng.text(&["пан", "пані", "полковник"]),
        "el" => rng.text(&["κ.", "κύριος", "δρ"]),
        "tr" => rng.text(&["Sayın", "Dr.", "Albay"]),
        "nl" => rng.text(&["dhr.", "mevr.", "drs."]),
        _ => rng.text(&["Mr", "Mrs.", "Dr.", "Col.", "Prof.", "Sir", "Capt."]),
    }
}

fn add_titles(classes: &mut Classes) {
    classes.text("person/title-full", |term, rng| {
        let p = parts(term)?;
        Some(format!("{} {} {}", title(term.lang, rng), p.given, p.surname()))
    });
    classes.text("person/title-surname", |term, rng| {
        let p = parts(term).filter(|p| p.rare)?;
        Some(format!("{} {}", title(term.lang, rng), p.surname()))
    });
    classes.text("person/title-initial", |term, rng| {
        let p = parts(term).filter(|p| p.rare)?;
        Some(format!("{} {}. {}", title(term.lang, rng), p.initial(), p.surname()))
    });
    classes.text("person/suffix", |term, rng| {
        let p = parts(term)?;
        Some(format!(
            "{} {}{}",
            p.given,
            p.surname(),
            rng.text(&[", Jr.", " III", ", MBA", " (ret.)", ", PhD", " (b. 1971)"])
        ))
    });
    for (name, words) in [
        ("nickname-brackets", &["(Toni)", "(Misha)", "(Bobi)", "(“Rex”)"][..]),
        ("nickname-quotes", &["“Toni”", "\"Misha\"", "«Rex»", "'Bobi'"]),
        ("called", &[", called Toni,", ", known as Rex,", ", genannt Toni,", ", dit Rex,"]),
        ("born", &["(geb. Maurer)", "(née Duval)", "(born 1971)"]),
        ("brackets-role", &["(courier)", "[the driver]", "(!)"]),
        ("markers", &["[sic]", "…", "—"]),
    ] {
        classes.text(format!("person/between-{name}"), move |term, rng| {
            let (p, words) = (parts(term)?, rng.text(words));
            let joint = if words.starts_with(',') { "" } else { " " };
            Some(format!("{}{joint}{words} {}", p.given, p.surname()))
        });
    }
    classes.text("person/two-persons", |term, rng| {
        let p = parts(term)?;
        Some(format!(
            "{} {} {}",
            rng.text(&["Peter Holm", "Ivan Petrov", "Jane Roe"]),
            rng.text(&["and", "&", "/", "+"]),
            format_args!("{} {}", p.given, p.surname())
        ))
    });
    classes.text("person/shared-surname", |term, rng| {
        let p = parts(term).filter(|p| p.rare)?;
        let other = match p.script {
            "Cyrl" => rng.text(&["и Ольга", "и Пётр", "та Олег"]),
            "Grek" => "και Μαρία",
            _ => rng.text(&["and Peter", "und Maria", "& Olga"]),
        };
        Some(format!("{} {other} {}", p.given, p.surname()))
    });
}

fn add_others(classes: &mut Classes) {
    classes.text("person/arabic-no-article", |term, _| {
        let person = term.person.as_ref().filter(|_| term.script() == "Arab" && term.lang == "ar")?;
        Some(format!("{} {}", person.given, person.surname.strip_prefix("ال")?))
    });
    classes.text("person/arabic-initial", |term, _| {
        let person = term.person.as_ref().filter(|person| term.script() == "Arab" && person.rare)?;
        Some(format!("{}. {}", person.given.chars().take(1).collect::<String>(), person.surname))
    });
    classes.text("person/semitic-surname-comma-given", |term, _| {
        let person = term.person.as_ref().filter(|_| matches!(term.script(), "Arab" | "Hebr" | "Deva"))?;
        Some(format!("{}{} {}", person.surname, if term.script() == "Arab" { "،" } else { "," }, person.given))
    });
    classes.text("person/semitic-surname-alone", |term, _| {
        let person =
            term.person.as_ref().filter(|person| matches!(term.script(), "Arab" | "Hebr" | "Deva") && person.rare)?;
        Some(person.surname.to_owned())
    });
    classes.text("person/hebrew-initial", |term, _| {
        let person = term.person.as_ref().filter(|person| term.script() == "Hebr" && person.rare)?;
        Some(format!("{}' {}", person.given.chars().take(1).collect::<String>(), person.surname))
    });
    for (name, joint) in
        [("han-spaced", " "), ("han-comma", "，"), ("han-middle-dot", "·"), ("han-wide-space", "\u{3000}")]
    {
        classes.text(format!("person/{name}"), move |term, _| {
            let person = term.person.as_ref().filter(|_| matches!(term.script(), "Hans" | "Hant" | "Jpan" | "Kore"))?;
            (term.letters() >= 3 && !term.text().contains('・'))
                .then(|| format!("{}{joint}{}", person.surname, person.given))
        });
    }
}

pub(super) fn add(classes: &mut Classes) {
    for (name, write) in ORDERS {
        classes.text(format!("person/{name}"), move |term, _| write(&parts(term)?).filter(|text| text != term.text()));
    }
    for (name, write) in INITIALS {
        classes.text(format!("person/{name}"), move |term, _| {
            write(&parts(term).filter(|p| p.rare)?).filter(|text| text != term.text())
        });
    }
    add_titles(classes);
    add_others(classes);
}
