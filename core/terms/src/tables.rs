//! Names that many people have, and words that every text has.
//!
//! Guarantees: words stand here small and without accents, as texts are compared. Does not know: which of them is protected.

use std::collections::HashSet;
use std::sync::LazyLock;

fn words(table: &'static str) -> HashSet<&'static str> {
    table.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
}

static GIVEN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| words(include_str!("tables/given.txt")));
static SURNAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| words(include_str!("tables/surnames.txt")));
static ORDINARY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| words(ORDINARY_WORDS));
static PARTICLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    words(
        "sant von van vom zu zum zur de der den des dem del della dello di da do dos das du la le les los el al bin ibn bint ben bat abu umm af av \
         ter ten te het y e i und and of the st san santa ap mac mc o d l фон де дер ван ди да аль эль ибн бин абу оглу оглы кызы \
         בן בת אבו בר אל בין بن ابن بنت ابو ام ال آل",
    )
});

/// Words that say nothing by themselves, in several languages, and the fixed words of STIX; lines that begin with `#` say so.
pub const ORDINARY_WORDS: &str = include_str!("tables/ordinary.txt");

/// A given name that many people have.
pub(crate) fn is_given(word: &str) -> bool {
    GIVEN.contains(word)
}

/// A surname that many people have.
pub(crate) fn is_common_surname(word: &str) -> bool {
    SURNAMES.contains(word)
}

/// A word that every text has.
pub(crate) fn is_ordinary(word: &str) -> bool {
    ORDINARY.contains(word)
}

/// A small word inside of names.
pub(crate) fn is_particle(word: &str) -> bool {
    PARTICLES.contains(word)
}
