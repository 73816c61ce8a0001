//! Codes and names of partners that look like others: an officer who reads one must not take it for the other.
//!
//! Guarantees: two texts that differ only in case, accents, blanks and dashes, in digits that look like letters, or in letters of
//! other scripts that look the same (UTS 39) are found alike; a word that mixes scripts is refused. Does not know: which partners
//! there are.

use comity_vocab::OrgCode;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::MixedScript;

/// What people see of an organisation.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its code.
    pub code: &'a OrgCode,
    /// Its name.
    pub name: &'a str,
}

/// Why a code or name is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lookalike {
    /// A word of the name mixes scripts.
    #[error("a word of the name mixes letters of different scripts")]
    MixedScripts,
    /// The code looks like another's.
    #[error("the code looks like {other}, which is another organisation")]
    Code {
        /// The other organisation.
        other: OrgCode,
    },
    /// The name looks like another's.
    #[error("the name looks like that of {other}, which is another organisation")]
    Name {
        /// The other organisation.
        other: OrgCode,
    },
}

/// Refuses what looks like one of these other organisations.
///
/// # Errors
/// [`Lookalike`], the first found.
pub fn check_lookalike<'a>(
    organisation: Seen<'_>,
    others: impl IntoIterator<Item = Seen<'a>>,
) -> Result<(), Lookalike> {
    if !runs(organisation.name).all(MixedScript::is_single_script) {
        return Err(Lookalike::MixedScripts);
    }
    let (code, name) = (looks(organisation.code.as_str()), looks(organisation.name));
    let meet = |ours: &[String; 3], theirs: &[String; 3]| ours.iter().any(|look| theirs.contains(look));
    for other in others {
        if meet(&code, &looks(other.code.as_str())) {
            return Err(Lookalike::Code { other: other.code.clone() });
        }
        if meet(&name, &looks(other.name)) {
            return Err(Lookalike::Name { other: other.code.clone() });
        }
    }
    Ok(())
}

/// The words of a name, and within a word what stands before, between and behind characters of East Asian scripts: these are
/// written together with Latin letters, and nobody takes one for the other.
fn runs(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c) || is_east_asian(c))
        .filter(|run| !run.is_empty())
}

fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}' | '\u{20000}'..='\u{3ffff}')
}

/// How a text looks as it is written, in small and in large letters.
fn looks(text: &str) -> [String; 3] {
    let plain: String = text.nfkc().collect();
    [look(&plain), look(&plain.to_lowercase()), look(&plain.to_uppercase())]
}

fn look(text: &str) -> String {
    let skeleton: String = unicode_security::skeleton(text).filter(|c| !is_accent(*c)).collect();
    let seen = skeleton.to_lowercase();
    let letters = seen.chars().filter(|c| c.is_alphanumeric() || is_combining_mark(*c)).map(|c| match c {
        '0' => 'o',
        '1' | 'i' | 'ı' => 'l',
        '5' => 's',
        '8' => 'b',
        other => other,
    });
    letters.collect::<String>().replace("vv", "w")
}

/// Accents of Latin, Greek and Cyrillic; marks of other scripts make other letters.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, name: &str) -> Result<(), Lookalike> {
        let (own, partner) = ("vsis".parse().unwrap(), "kps-milan1".parse().unwrap());
        let others = [
            Seen { code: &own, name: "Valmora State Information Service" },
            Seen { code: &partner, name: "Kestrian Police, Extremism Unit" },
        ];
        check_lookalike(Seen { code: &code.parse().unwrap(), name }, others)
    }

    #[test]
    fn codes_that_look_like_others_are_refused() {
        for code in ["vsis", "v-sis", "vs1s", "v5is", "vsl5", "kps_milan1", "kps-milan-l", "kps-rnilan1", "kpsmllani"] {
            assert!(matches!(check(code, "Taverne Financial Office"), Err(Lookalike::Code { .. })), "{code}");
        }
        for code in ["vsi", "kps", "tfo", "kps-milan2", "vsis-north"] {
            assert_eq!(check(code, "Taverne Financial Office"), Ok(()), "{code}");
        }
    }

    #[test]
    fn names_that_look_like_others_are_refused() {
        for name in [
            "valmora state information service",
            "VALMORA STATE INFORMATION SERVICE",
            "Valmora  State-Information Service",
            "Va1mora State Inf0rmation Service",
            "Válmora State Informatiön Service",
            "Ｖalmora State Information Service",
            "Kestrian Po1ice Extremism Unit",
            "Kestrian Police, Extrernism Unit",
            "Kestrian Police Extremism Uni\u{442}",
        ] {
            assert!(check("tfo", name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_word_is_of_one_script_and_a_name_may_have_words_of_several() {
        // Cyrillic а in a Latin word.
        assert_eq!(check("tfo", "T\u{430}verne Office"), Err(Lookalike::MixedScripts));
        for name in [
            "Служба финансов (Taverne)",
            "警察庁 Taverne",
            "NPO法人 タベルネ",
            "שירות הביטחון",
            "Ελληνική Αστυνομία",
            "Office nº 7",
        ] {
            assert_eq!(check("tfo", name), Ok(()), "{name}");
        }
        // A whole word of another script that reads the same: "Kоре" in Cyrillic letters beside the rest in Latin ones.
        let whole = "Kestrian Police, Extremism Unit".replace("Police", "Po\u{4cf}ice");
        assert!(check("tfo", &whole).is_err());
    }
}
