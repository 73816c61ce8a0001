//! The leak check: how fast thousands of terms are looked for in every way in which people write them.
//!
//! Limit: the bare matcher over the same bytes, lower-cased, with the same terms as they are written. Does not know: what is fast enough.

use crate::figure::Figure;
use crate::process::own_cpu;
use crate::report::{Row, Section};
use crate::{Outcome, Setting};
use comity_release::leak::{Term, TermKind, TermList};
use std::hint::black_box;

/// Terms that are looked for.
const TERMS: usize = 10_000;
/// The same text over and over, up to so many bytes.
const BYTES: usize = 46_000_000;
/// What the check must reach, and what it aims at, in MB a second on one core.
const GOAL: f64 = 50.0;

/// Invented names, numbers and hosts, drawn from syllables.
fn terms() -> Vec<(TermKind, String)> {
    const START: [&str; 12] = ["Bie", "Kor", "Vel", "Tarn", "Os", "Mir", "Hal", "Dro", "Sil", "Ger", "Wol", "Pra"];
    const MIDDLE: [&str; 12] = ["law", "mo", "den", "ri", "tov", "sha", "len", "ga", "mik", "zu", "ber", "no"];
    const END: [&str; 12] = ["ski", "ran", "ova", "sen", "icz", "ter", "holt", "vic", "dal", "mann", "quist", "escu"];
    const GIVEN: [&str; 12] =
        ["Anton", "Mira", "Jorun", "Pavel", "Elif", "Sven", "Ilona", "Marek", "Tove", "Radu", "Nuno", "Eszter"];
    let of = |list: &[&'static str; 12], number: usize| list.get(number % 12).copied().unwrap_or_default();
    let word = |n: usize| {
        format!("{}{}{}{}", of(&START, n), of(&MIDDLE, n / 12), of(&MIDDLE, n / 144), of(&END, n / 1728 + n))
    };
    (0..TERMS)
        .map(|n| match n % 10 {
            0..=4 => (TermKind::Person, format!("{}/{}", of(&GIVEN, n / 7), word(n))),
            5 => (TermKind::Cryptonym, word(n + 20_000)),
            6 => (TermKind::Phone, format!("+43 660 {:07}", 1_000_003 * (n + 7) % 10_000_000)),
            7 => (TermKind::Host, format!("srv-{}{n}.intra.example", word(n).to_lowercase())),
            8 => (TermKind::Email, format!("{}.{n}@mail.example", word(n).to_lowercase())),
            _ => (TermKind::CaseNumber, format!("GZ-{:05}/2025", n * 7 % 100_000)),
        })
        .collect()
}

/// Measures the search.
///
/// # Errors
/// Where the data cannot be read.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let mut section = Section::new(
        "Leak check",
        "10,000 terms of six kinds over ATT&CK Mobile and ICS, repeated to 46 MB, JSON and all, on one core; limit: the bare matcher \
         (daachorse) over the same bytes in small letters, which finds exact writings only.",
    );
    let Some(data) = &setting.data else {
        section.rows.push(Row::new("ATT&CK is not there: COMITY_TEST_DATA is not set", "MB/s", None));
        return Ok(section);
    };
    let stix = data.join("stix");
    let parts =
        [std::fs::read(stix.join("attack-mobile-17.1.json"))?, std::fs::read(stix.join("attack-ics-18.1.json"))?];
    let terms = terms();
    let built = own_cpu();
    let list = TermList::new(terms.iter().map(|(kind, term)| Term::new(*kind, term)));
    let built = own_cpu() - built;
    let once: usize = parts.iter().map(Vec::len).sum();
    let rounds = BYTES.div_ceil(once);
    let (mut ours, mut found, mut undetermined) = (Vec::new(), 0, 0);
    for _ in 0..setting.runs {
        let before = own_cpu();
        (found, undetermined) = (0, 0);
        for _ in 0..rounds {
            for part in &parts {
                let answer = black_box(list.find(part));
                found += answer.findings.len();
                undetermined += answer.undetermined.len();
            }
        }
        ours.push((rounds * once) as f64 / 1e6 / (own_cpu() - before));
    }
    let lower: Vec<Vec<u8>> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
    let mut words: Vec<String> = terms.iter().map(|(_, term)| term.to_lowercase()).collect();
    words.sort();
    words.dedup();
    let bare = daachorse::DoubleArrayAhoCorasick::<u32>::new(&words).map_err(|error| error.to_string())?;
    let mut limit = Vec::new();
    for _ in 0..setting.runs {
        let before = own_cpu();
        for _ in 0..rounds {
            for part in &lower {
                black_box(bare.find_overlapping_iter(part).count());
            }
        }
        limit.push((rounds * once) as f64 / 1e6 / (own_cpu() - before));
    }
    let figure = Figure::of(&ours);
    let met = figure.as_ref().is_some_and(|figure| figure.median >= GOAL);
    section.rows.push(
        Row::new(format!("{TERMS} terms in every writing"), "MB/cpu-s", figure)
            .goal("≥ 50 MB/s", met)
            .limit(Figure::of(&limit))
            .note(format!("{found} places, {undetermined} times not read to the end")),
    );
    section.rows.push(Row::new(format!("{TERMS} terms made ready"), "cpu-s", Figure::of(&[built])));
    Ok(section)
}
