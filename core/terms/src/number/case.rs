//! Numbers of cases and documents, and of accounts: how a term becomes rows.
//!
//! Guarantees: zeros in front of a group, the separators, and a year of two or four digits make no difference. Does not know: how an
//! authority numbers its cases; Roman numerals.

use super::glued::Glued;
use super::sequence::{Edge, ROW_MAX, Row, Sequences};
use super::token::{Token, Tokens, gap, mix, seed, word};
use crate::Text;
use std::sync::LazyLock;

/// Words before a number that are no part of it.
const LABELS: [&str; 14] = [
    "az",
    "aktenzeichen",
    "case",
    "file",
    "no",
    "nr",
    "number",
    "ref",
    "reference",
    "gz",
    "dok",
    "doc",
    "document",
    "docket",
];
static LABELLED: LazyLock<[u64; 14]> = LazyLock::new(|| LABELS.map(word));
const GAPS: u16 = gap::EMPTY
    | gap::BLANK
    | gap::HYPHEN
    | gap::DOT
    | gap::SLASH
    | gap::UNDERSCORE
    | gap::COLON
    | gap::NUMBER
    | gap::ROUND
    | gap::SQUARE;
/// Fewer digits do not stand for a number without its letters.
const ALONE_MIN: usize = 6;
/// A shorter number of an account is not looked for without its bank.
const NUMBER_MIN: usize = 8;
/// The number of a wallet is at least so long without its prefix.
const WALLET_MIN: usize = 16;
const CHARACTERS_MIN: usize = 4;

/// Adds the number of a case or document; false where the text has no number in it, or is more words than number.
pub(super) fn add_case(text: &str, term: u32, rows: &mut Sequences, glued: &mut Glued) -> bool {
    let text = Text::of(text);
    let tokens = Tokens::of(&text);
    let labelled = tokens.all.iter().take_while(|token| !token.digits && LABELLED.contains(&token.hash)).count();
    let all = tokens.all.get(labelled..).unwrap_or_default();
    let digits: usize = all.iter().filter(|token| token.digits).map(Token::len).sum();
    let characters: usize = all.iter().map(Token::len).sum();
    let letters_long = all.iter().filter(|token| !token.digits && token.len() > 6).count();
    if digits == 0 || characters < CHARACTERS_MIN || all.len() > ROW_MAX || letters_long > 1 {
        return false;
    }
    let gaps = if characters == digits && digits < ALONE_MIN && all.len() > 1 {
        (labelled..tokens.all.len() - 1).fold(0, |set, at| set | tokens.gap(at))
    } else {
        GAPS
    };
    let edge = Edge::Number { long: digits >= ALONE_MIN || digits < characters };
    let row = Row { term, class: "case/written", gaps, edge };
    // The word before it and a hyphen, with more zeros: without the word the hyphen would make it a part of another number.
    if labelled > 0 {
        years(&tokens.all).iter().for_each(|variant| rows.add(variant, row));
    }
    for variant in years(all) {
        rows.add(&variant, row);
        let tail: Vec<Token> = variant.iter().copied().skip_while(|token| !token.digits).collect();
        let left: usize = tail.iter().filter(|token| token.digits).map(digits_of).sum();
        if tail.len() < variant.len() && left >= ALONE_MIN {
            rows.add(&tail, Row { class: "case/digits", ..row });
        }
    }
    if digits >= ALONE_MIN || characters > digits && characters > CHARACTERS_MIN {
        let whole = |token: &Token| {
            text.chars.get(token.from as usize..token.to as usize).unwrap_or_default().iter().collect::<String>()
        };
        glued.add(&all.iter().map(whole).collect::<String>(), term, "case/together");
        let bare = |token: &Token| if token.digits { token.value.to_string() } else { whole(token) };
        glued.add(&all.iter().map(bare).collect::<String>(), term, "case/together");
    }
    true
}

/// Returns how many digits a number has without zeros in front.
fn digits_of(token: &Token) -> usize {
    token.value.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Returns a row as it is, and with its year in the other way to write it.
fn years(all: &[Token]) -> Vec<Vec<Token>> {
    let mut variants = vec![all.to_vec()];
    if all.iter().filter(|token| token.digits).count() < 2 {
        return variants;
    }
    for (at, token) in all.iter().enumerate().filter(|(_, token)| token.digits) {
        let other = match (token.len(), token.value) {
            (4, 1950..=2069) => token.value % 100,
            (2, 50..=99) => token.value + 1900,
            (2, 0..=49) => token.value + 2000,
            _ => continue,
        };
        let mut variant = all.to_vec();
        if let Some(place) = variant.get_mut(at) {
            place.hash = hash_of(other);
            place.value = other;
        }
        variants.push(variant);
    }
    variants
}

/// Returns the hash that a number has as a run.
pub(super) fn hash_of(value: u64) -> u64 {
    if value == 0 {
        return seed();
    }
    value.to_string().chars().fold(seed(), mix)
}

/// Adds an account: IBAN, card, wallet. False where the text has no digit or is too short.
pub(super) fn add_account(text: &str, term: u32, glued: &mut Glued) -> bool {
    let folded: String = Text::of(text).chars.iter().filter(|character| character.is_alphanumeric()).collect();
    if !folded.chars().any(|character| character.is_ascii_digit()) {
        return false;
    }
    let mut letters = folded.chars();
    let iban = letters.by_ref().take(2).all(|character| character.is_ascii_alphabetic())
        && letters.by_ref().take(2).all(|character| character.is_ascii_digit())
        && (15..=34).contains(&folded.len());
    let bban = letters.as_str().trim_start_matches('0');
    if iban && bban.len() >= 8 && bban.chars().any(|character| character.is_ascii_digit()) {
        glued.add(bban, term, "account/without-country");
    }
    // In Germany the number of the account is written beside that of the bank: it is the last ten digits.
    let number =
        folded.get(12..).filter(|_| iban && folded.len() == 22 && folded.to_ascii_uppercase().starts_with("DE"));
    if let Some(number) =
        number.map(|number| number.trim_start_matches('0')).filter(|number| number.len() >= NUMBER_MIN)
    {
        glued.add(number, term, "account/without-bank");
    }
    // The number of a wallet is written without its prefix too.
    if let Some(bare) = folded.strip_prefix("0x").or(folded.strip_prefix("0X")).filter(|bare| bare.len() >= WALLET_MIN)
    {
        glued.add(bare, term, "account/without-prefix");
    }
    glued.add(&folded, term, "account/written")
}
