//! Places on the ground that stand in text as numbers: `48.85837, 2.29448` and `48°51'30"N 2°17'40"E`.
//!
//! Guarantees: a place is two numbers side by side, each with two decimals or with minutes; one number alone is none. Does not know: what
//! is at a place.

use super::print::has_no_blanks;
use std::collections::HashMap;

/// So many decimals, or more, are exact: two of a degree are about a kilometre.
const DECIMALS_MIN: usize = 2;
/// Between the two numbers of one place stand at most so many characters.
const BETWEEN_MAX: usize = 24;
/// More digits than this say nothing more.
const DIGITS_MAX: usize = 12;

/// A place, north or south, east or west; in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Position {
    pub latitude: f64,
    pub longitude: f64,
}

/// Places that are looked for, by tenths of a degree.
#[derive(Default)]
pub(super) struct Positions(HashMap<(u16, u16), Vec<Position>>);

fn cell(degrees: f64) -> u16 {
    (degrees.abs() * 10.0) as u16
}

impl Positions {
    pub fn new(places: impl IntoIterator<Item = Position>) -> Self {
        let mut cells: HashMap<(u16, u16), Vec<Position>> = HashMap::new();
        for place in places {
            let within = cells.entry((cell(place.latitude), cell(place.longitude))).or_default();
            if !within.contains(&place) {
                within.push(place);
            }
        }
        Self(cells)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether a pair of numbers is one of the places.
    pub fn has(&self, pair: &Written) -> bool {
        let (first, second) = (cell(pair.first), cell(pair.second));
        let near = |cell: u16| cell.saturating_sub(1)..=cell.saturating_add(1);
        let mut cells = near(first).flat_map(|one| near(second).flat_map(move |other| [(one, other), (other, one)]));
        cells.any(|cell| self.0.get(&cell).is_some_and(|places| places.iter().any(|place| pair.is(place))))
    }
}

/// Degrees as they are written.
struct Degrees {
    from: usize,
    to: usize,
    value: f64,
    /// What is written may be so much off.
    within: f64,
}

/// Two numbers side by side, in characters.
pub(super) struct Written {
    pub from: usize,
    pub to: usize,
    first: f64,
    second: f64,
    within: f64,
}

impl Written {
    /// Tells whether this is that place, in whichever order and with whatever letters for the side of the earth.
    fn is(&self, place: &Position) -> bool {
        let near = |written: f64, degrees: f64| (written - degrees.abs()).abs() < self.within;
        (near(self.first, place.latitude) && near(self.second, place.longitude))
            || (near(self.first, place.longitude) && near(self.second, place.latitude))
    }

    /// The place, where it can be one in the usual order.
    pub fn position(&self) -> Option<Position> {
        let on_earth = self.first <= 90.0 && self.second <= 180.0;
        on_earth.then_some(Position { latitude: self.first, longitude: self.second })
    }
}

/// Returns every pair of numbers that could be a place.
pub(super) fn written(clean: &[char]) -> Vec<Written> {
    let mut found = Vec::new();
    let mut before: Option<Degrees> = None;
    let mut at = 0;
    while at < clean.len() {
        let before_it = at.checked_sub(1).and_then(|it| clean.get(it));
        // A letter for the side of the earth may touch the number.
        // So may a word that is written without blanks.
        let letter = |sign: char| sign.is_alphanumeric() && !has_no_blanks(sign);
        let goes_on = |sign: &char| letter(*sign) && !"NSEWnsew".contains(*sign) || *sign == '.';
        let starts = clean.get(at).is_some_and(char::is_ascii_digit) && !before_it.is_some_and(goes_on);
        let Some(second) = starts.then(|| degrees(clean, at)).flatten() else {
            at += 1;
            continue;
        };
        at = second.to;
        if let Some(first) = before.filter(|first| second.from - first.to <= BETWEEN_MAX) {
            let within = first.within.max(second.within);
            found.push(Written { from: first.from, to: second.to, first: first.value, second: second.value, within });
        }
        before = Some(second);
    }
    found
}

/// Reads degrees with decimals, or with minutes and seconds.
fn degrees(clean: &[char], from: usize) -> Option<Degrees> {
    let (whole, decimals, mut to) = number(clean, from)?;
    if whole > 180.0 {
        return None;
    }
    let sign = |at: usize| clean.get(at).copied();
    let blanks = |at: usize| at + usize::from(sign(at) == Some(' '));
    let (mut value, mut within) = (whole, 10f64.powi(-i32::try_from(decimals).ok()?));
    let mut exact = decimals >= DECIMALS_MIN;
    if sign(blanks(to)) == Some('°') {
        to = blanks(to) + 1;
        let mut part = 60.0;
        for marks in [&['\'', '\u{2019}', '\u{2032}', '`'][..], &['"', '\'', '\u{201d}', '\u{2033}', '\u{2032}']] {
            let Some((number, decimals, end)) = number(clean, blanks(to)).filter(|(number, ..)| *number < 60.0) else {
                break;
            };
            value += number / part;
            within = 10f64.powi(-i32::try_from(decimals).ok()?) / part;
            exact = true;
            part *= 60.0;
            to = end;
            while sign(to).is_some_and(|sign| marks.contains(&sign)) {
                to += 1;
            }
        }
    }
    let ends = !clean.get(to).is_some_and(char::is_ascii_digit);
    // A rounded number and one that was cut off are both within one unit of the last digit.
    (exact && ends).then_some(Degrees { from, to, value, within: within + f64::EPSILON })
}

/// Reads digits with or without decimals: the number, how many decimals, and the end.
fn number(clean: &[char], from: usize) -> Option<(f64, usize, usize)> {
    let digits = |from: usize| {
        let rest = clean.get(from..).unwrap_or_default();
        rest.iter().take_while(|sign| sign.is_ascii_digit()).count()
    };
    let whole = digits(from);
    if !(1..=3).contains(&whole) {
        return None;
    }
    let mut to = from + whole;
    let mut text: String = clean.get(from..to).unwrap_or_default().iter().collect();
    let mut decimals = 0;
    if matches!(clean.get(to), Some('.' | ',')) && digits(to + 1) > 0 {
        decimals = digits(to + 1);
        let kept = clean.get(to + 1..to + 1 + decimals.min(DIGITS_MAX)).unwrap_or_default();
        text.push('.');
        text.extend(kept);
        to += 1 + decimals;
        decimals = decimals.min(DIGITS_MAX);
    }
    Some((text.parse().ok()?, decimals, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_text() {
        let tower = Positions::new([Position { latitude: 48.858_37, longitude: -2.294_48 }]);
        for (text, found) in [
            ("at 48.85837, 2.29448.", "48.85837, 2.29448"),
            ("at (48.858; -2.294)", "48.858; -2.294"),
            ("at 48.86 N 2.29 W", "48.86 N 2.29"),
            ("lon 2.29448 lat 48.85837", "2.29448 lat 48.85837"),
            ("at 48,858 / 2,294", "48,858 / 2,294"),
            ("at 48.85837N2.29448W", "48.85837N2.29448"),
            ("48°51'30\"N 2°17'40\"W", "48°51'30\"N 2°17'40\""),
            ("48° 51.50' N, 2° 17.67' W", "48° 51.50' N, 2° 17.67'"),
            ("geo:48.85837,2.29448?z=16", "48.85837,2.29448"),
            ("around 48.9, 2.3", ""),
            ("at 48.85837 alone", ""),
            ("at 48.85837 and, as somebody told us later on, 2.29448", ""),
            ("at 48.85, 2.45", ""),
            ("1.48.85837.2.29448.7", ""),
            ("148.85837, 2.29448", ""),
            ("version 48.85837a 12.29448", ""),
        ] {
            let clean: Vec<char> = text.chars().collect();
            let places: Vec<String> = written(&clean)
                .iter()
                .filter(|it| tower.has(it))
                .map(|it| clean[it.from..it.to].iter().collect())
                .collect();
            assert_eq!(places.concat(), found, "{text}");
        }
    }
}
