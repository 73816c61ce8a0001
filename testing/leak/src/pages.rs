//! Prose in the languages of the terms: sentences, carriers for a writing, and whole pages with a name and without it.
//!
//! Guarantees: a page with a name and the page without it differ in one sentence; the prose names no other term.
//!
//! Does not know: in what bundle the prose ends.

use std::sync::OnceLock;

use crate::rng::Rng;

const FILES: &[(&str, &str)] = &[
    ("ru", include_str!("../data/prose/ru.txt")),
    ("uk", include_str!("../data/prose/uk.txt")),
    ("bg", include_str!("../data/prose/bg.txt")),
    ("sr", include_str!("../data/prose/sr.txt")),
    ("el", include_str!("../data/prose/el.txt")),
    ("ar", include_str!("../data/prose/ar.txt")),
    ("fa", include_str!("../data/prose/fa.txt")),
    ("he", include_str!("../data/prose/he.txt")),
    ("hi", include_str!("../data/prose/hi.txt")),
    ("zh-Hans", include_str!("../data/prose/zh-Hans.txt")),
    ("zh-Hant", include_str!("../data/prose/zh-Hant.txt")),
    ("ja", include_str!("../data/prose/ja.txt")),
    ("ko", include_str!("../data/prose/ko.txt")),
    ("th", include_str!("../data/prose/th.txt")),
    ("tr", include_str!("../data/prose/tr.txt")),
    ("hu", include_str!("../data/prose/hu.txt")),
    ("pl", include_str!("../data/prose/pl.txt")),
    ("cs", include_str!("../data/prose/cs.txt")),
    ("de", include_str!("../data/prose/de.txt")),
    ("fr", include_str!("../data/prose/fr.txt")),
    ("es", include_str!("../data/prose/es.txt")),
    ("lt", include_str!("../data/prose/lt.txt")),
    ("lv", include_str!("../data/prose/lv.txt")),
    ("fi", include_str!("../data/prose/fi.txt")),
    ("sv", include_str!("../data/prose/sv.txt")),
    ("pt", include_str!("../data/prose/pt.txt")),
    ("it", include_str!("../data/prose/it.txt")),
    ("nl", include_str!("../data/prose/nl.txt")),
    ("no", include_str!("../data/prose/no.txt")),
    ("da", include_str!("../data/prose/da.txt")),
    ("et", include_str!("../data/prose/et.txt")),
    ("ro", include_str!("../data/prose/ro.txt")),
    ("vi", include_str!("../data/prose/vi.txt")),
    ("en", include_str!("../data/prose/en.txt")),
];

/// A page of ordinary prose in which a name is told, and the same page without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativePage {
    /// The language.
    pub lang: &'static str,
    /// The term, as it is registered.
    pub term: &'static str,
    /// Its kind.
    pub kind: &'static str,
    /// The page with the name, as a rule in an inflected form.
    pub page_with: String,
    /// The page without it.
    pub page_without: String,
}

struct Prose {
    lang: &'static str,
    carriers: Vec<&'static str>,
    fillers: Vec<&'static str>,
    pages: Vec<NativePage>,
}

/// The lines of a file: `=` kind and term of a page, `.` sentences of every page, `+` the sentence of a page with its name, `-` the
/// same without it, `@` carriers, `~` other sentences.
fn read(lang: &'static str, text: &'static str) -> Prose {
    let joint = if matches!(lang, "zh-Hans" | "zh-Hant" | "ja") { "" } else { " " };
    let lines: Vec<(&str, &'static str)> = text.lines().filter_map(|line| line.split_once(' ')).collect();
    let of = |marks: &[&str]| -> Vec<&'static str> {
        lines.iter().filter(|(mark, _)| marks.contains(mark)).map(|(_, line)| *line).collect()
    };
    let (names, with, without) = (of(&["="]), of(&["+"]), of(&["-"]));
    let before = lines.iter().take_while(|(mark, _)| *mark != "+").filter(|(mark, _)| *mark == ".").count();
    let page = |sentence: &'static str| {
        let mut sentences = of(&["."]);
        sentences.insert(before.min(sentences.len()), sentence);
        sentences.join(joint)
    };
    let pages = names.iter().zip(with).zip(without).filter_map(|((name, with), without)| {
        let (kind, term) = name.split_once('|')?;
        Some(NativePage { lang, term, kind, page_with: page(with), page_without: page(without) })
    });
    let pages = pages.collect();
    Prose { lang, carriers: of(&["@"]), fillers: of(&[".", "-", "~"]), pages }
}

fn prose() -> &'static [Prose] {
    static PROSE: OnceLock<Vec<Prose>> = OnceLock::new();
    PROSE.get_or_init(|| FILES.iter().map(|(lang, text)| read(lang, text)).collect())
}

fn of(lang: &str) -> Option<&'static Prose> {
    let found = prose().iter().find(|prose| prose.lang == lang);
    found.or_else(|| prose().iter().find(|prose| prose.lang == "en"))
}

/// A sentence with `{}` in place of the writing.
pub(crate) fn carrier(lang: &str, rng: &mut Rng) -> &'static str {
    let Some(prose) = of(lang) else { return "{}" };
    rng.text(&prose.carriers)
}

/// A sentence that names nothing.
pub(crate) fn filler(lang: &str, rng: &mut Rng) -> &'static str {
    let Some(prose) = of(lang) else { return "" };
    rng.text(&prose.fillers)
}

/// The languages of the prose.
pub(crate) fn languages() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(lang, _)| *lang)
}

/// The pages with a name and without it.
pub fn native_pages() -> Vec<NativePage> {
    prose().iter().flat_map(|prose| prose.pages.iter().cloned()).collect()
}

/// The languages that have pages.
pub(crate) fn page_languages() -> Vec<&'static str> {
    prose().iter().filter(|prose| !prose.pages.is_empty()).map(|prose| prose.lang).collect()
}
