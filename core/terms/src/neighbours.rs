//! Cyrillic names in the writing of another Cyrillic language: Ukrainian, Russian, Belarusian, Bulgarian.
//!
//! Guarantees: given names by a table; of other words a canonical form in which the letters that those languages exchange are one.
//!
//! Does not know: which language a name is of.

use std::collections::HashMap;
use std::sync::LazyLock;

static NAMES: LazyLock<HashMap<Vec<char>, Vec<Vec<char>>>> = LazyLock::new(|| {
    let mut names: HashMap<Vec<char>, Vec<Vec<char>>> = HashMap::new();
    for line in include_str!("tables/cyrillic.txt").lines().filter(|line| !line.starts_with('#')) {
        let forms: Vec<Vec<char>> = line.split(' ').map(|form| form.chars().collect()).collect();
        for form in &forms {
            let others = forms.iter().filter(|other| *other != form).cloned();
            names.entry(form.clone()).or_default().extend(others);
        }
    }
    names
});

/// Returns the other writings of a given name: small, with its accents.
pub(crate) fn given(small: &[char]) -> &'static [Vec<char>] {
    NAMES.get(small).map_or(&[], Vec::as_slice)
}

/// Returns what is left of a word without accents when the letters that neighbours exchange are one: о and а; е, и and я; у and в; ц and т.
pub(crate) fn canonical(plain: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(plain.len());
    for (at, letter) in plain.iter().enumerate() {
        let soft = matches!(plain.get(at + 1), Some('е' | 'и' | 'я' | 'ю'));
        // Ukrainian has i where Russian has o: Їжаківська, Ижаковская.
        let before_ending = plain.get(at + 1..at + 4) == Some(&['в', 'с', 'к']);
        match letter {
            'а' | 'о' => out.push('а'),
            'е' | 'и' if before_ending => out.push('а'),
            'е' | 'и' | 'я' => out.push('е'),
            'в' | 'у' => out.push('в'),
            'ц' if soft => out.push('т'),
            'з' if soft && out.last() == Some(&'д') => {}
            'щ' => out.extend(['ш', 'ч']),
            other => out.push(*other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_write_one_name() {
        for (one, other) in [
            ("циханоуская", "тихановская"),
            ("караткевич", "короткевич"),
            ("билявский", "белявский"),
            ("лукашенка", "лукашенко"),
            ("ижакивская", "ижаковская"),
        ] {
            let canonical = |word: &str| canonical(&word.chars().collect::<Vec<_>>());
            assert_eq!(canonical(one), canonical(other), "{one} {other}");
        }
        assert!(given(&"олександр".chars().collect::<Vec<_>>()).contains(&"александр".chars().collect()));
    }
}
