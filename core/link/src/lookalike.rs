//! Codes and names of partners that look like others: an officer who reads one must not take it for the other.
//!
//! Guarantees: a code or name that looks like another's is refused, and so is a word that mixes scripts; what looks alike and what
//! mixes is decided in `comity_text`. Does not know: which partners there are.

use comity_text::{Look, mixed_scripts};
use comity_vocab::OrgCode;

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
    if mixed_scripts(organisation.name).is_some() {
        return Err(Lookalike::MixedScripts);
    }
    let (code, name) = (Look::of(organisation.code.as_str()), Look::of(organisation.name));
    for other in others {
        if code.is_like(&Look::of(other.code.as_str())) {
            return Err(Lookalike::Code { other: other.code.clone() });
        }
        if name.is_like(&Look::of(other.name)) {
            return Err(Lookalike::Name { other: other.code.clone() });
        }
    }
    Ok(())
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
