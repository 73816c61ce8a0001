//! Days: in numbers, with the name of the month in many languages, as a week, as seconds.
//!
//! Guarantees: what may be read in two ways is read in both; whole numbers only. Does not know: days without a year; calendars other
//! than the Gregorian, but for the years of Thailand, Taiwan and Japan.

use super::table::{Filter, Map};
use super::token::{Token, Tokens, gap, join, seed, word};
use crate::Text;

/// Names of months.
const MONTHS: &str = include_str!("months.tsv");
/// Words beside day, month and year.
const FILLERS: &str = include_str!("date-words.txt");
/// Eras before a year, and the year before their first.
const ERAS: [(&str, u64); 5] = [("民國", 1911), ("民国", 1911), ("令和", 2018), ("平成", 1988), ("昭和", 1925)];
const WORDED: u16 =
    gap::BLANK | gap::DOT | gap::COMMA | gap::HYPHEN | gap::SLASH | gap::EMPTY | gap::UNDERSCORE | gap::ROUND;
/// Years between that of Thailand and ours.
const BUDDHIST: u64 = 543;
const FILLERS_MAX: usize = 3;

/// Days, compiled.
#[derive(Default)]
pub(super) struct Dates {
    days: Map<u64, Vec<u32>>,
    months: Map<u64, u16>,
    fillers: Map<u64, ()>,
    /// The first runs of the names of months.
    heads: Filter,
    filling: Filter,
}

/// A reading: the day, the last run, the first run, and the class.
struct Reading {
    day: u64,
    first: usize,
    last: usize,
    class: &'static str,
}

impl Dates {
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Adds a day; false where the text is none.
    pub fn add(&mut self, text: &str, term: u32) -> bool {
        if self.months.is_empty() {
            self.load();
        }
        let days = self.parse(text);
        for day in &days {
            self.days.entry(*day).or_default().push(term);
        }
        !days.is_empty()
    }

    /// Returns the days that a text may stand for.
    pub fn parse(&self, text: &str) -> Vec<u64> {
        let text = Text::of(text.trim());
        let tokens = Tokens::of(&text);
        let first = tokens.all.iter().position(|token| token.digits && token.len() <= 8);
        let mut days = Vec::new();
        if let Some(at) = first {
            self.read(&tokens, at, &mut |reading| days.push(reading.day));
        }
        days.sort_unstable();
        days.dedup();
        days
    }

    /// Reads the tables.
    pub fn load(&mut self) {
        let mut heads = Vec::new();
        for line in MONTHS.lines().filter(|line| !line.starts_with('#')) {
            let mut names = line.split('\t');
            let Some(month) = names.next().and_then(|number| number.parse::<u16>().ok()) else { continue };
            for name in names {
                let text = Text::of(name);
                let tokens = Tokens::of(&text).all;
                heads.extend(tokens.first().map(|token| join(seed(), token.hash)));
                let hash = tokens.iter().fold(seed(), |hash, token| join(hash, token.hash));
                *self.months.entry(hash).or_default() |= 1 << month;
            }
        }
        let fillers = FILLERS.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
        self.fillers = fillers.map(|filler| (word(filler), ())).collect();
        self.heads = Filter::of(heads.into_iter());
        self.filling = Filter::of(self.fillers.keys().copied().collect::<Vec<_>>().into_iter());
    }

    /// Gives the days that begin at a run of digits, or at the month before it.
    pub fn search(
        &self,
        tokens: &Tokens<'_>,
        at: usize,
        first: Token,
        give: &mut dyn FnMut(u32, usize, usize, &'static str),
    ) {
        if !matches!(first.len(), 1..=4 | 8 | 10 | 13) {
            return;
        }
        self.read(tokens, at, &mut |reading| {
            let Some(terms) = self.days.get(&reading.day) else { return };
            let (Some(first), Some(last)) = (tokens.get(reading.first), tokens.get(reading.last)) else { return };
            if stands_alone(tokens, &reading) {
                for term in terms {
                    give(*term, first.from as usize, last.to as usize, reading.class);
                }
            }
        });
    }

    fn read(&self, tokens: &Tokens<'_>, at: usize, take: &mut dyn FnMut(Reading)) {
        let Some(one) = tokens.get(at) else { return };
        let mut put = |year: u64, month: u64, day: u64, last: usize, class: &'static str| {
            if let Some(day) = day_of(year, month, day) {
                take(Reading { day, first: at, last, class });
            }
        };
        match one.len() {
            8 => put(one.value / 10_000, one.value / 100 % 100, one.value % 100, at, "date/basic"),
            10 => take(Reading { day: one.value / 86_400 + EPOCH, first: at, last: at, class: "date/seconds" }),
            13 => take(Reading { day: one.value / 86_400_000 + EPOCH, first: at, last: at, class: "date/seconds" }),
            1..=4 => {
                let next = tokens.get(at + 1);
                let day = one.len() <= 2 && (1..=31).contains(&one.value);
                if one.len() == 4 && long_year(one).is_none() {
                    return;
                }
                if (day || one.len() == 4) && next.is_some_and(|next| next.digits) {
                    numeric(tokens, at, one, &mut put);
                }
                if one.len() >= 3 || next.is_some_and(|next| !next.digits) {
                    self.year_first(tokens, at, one, &mut put);
                }
                if day {
                    self.day_first(tokens, at, one, &mut put);
                    self.month_first(tokens, at, one, take);
                }
            }
            _ => {}
        }
    }

    /// Reads the months that a name at a run stands for, and how many runs it has.
    fn month(&self, tokens: &Tokens<'_>, at: usize) -> Option<(u16, usize)> {
        let mut hash = seed();
        let mut found = None;
        for step in 0..3 {
            let Some(token) = tokens.get(at + step).filter(|token| !token.digits) else { break };
            hash = join(hash, token.hash);
            if step == 0 && !self.heads.may_hold(hash) {
                return None;
            }
            if let Some(months) = self.months.get(&hash) {
                found = Some((*months, step + 1));
            }
        }
        found
    }

    fn fills(&self, token: Token) -> bool {
        self.filling.may_hold(token.hash) && self.fillers.contains_key(&token.hash)
    }

    /// Skips words such as "th", "de", "of", as long as no other sign stands between.
    fn skip(&self, tokens: &Tokens<'_>, mut at: usize) -> Option<usize> {
        for _ in 0..=FILLERS_MAX {
            if at > 0 && tokens.gap(at - 1) & !WORDED != 0 {
                return None;
            }
            match tokens.get(at) {
                Some(token) if !token.digits && self.fills(token) => at += 1,
                Some(_) => return Some(at),
                None => return None,
            }
        }
        None
    }

    fn year_first(
        &self,
        tokens: &Tokens<'_>,
        at: usize,
        one: Token,
        put: &mut dyn FnMut(u64, u64, u64, usize, &'static str),
    ) {
        let Some(year) = first_year(tokens, one) else { return };
        let Some(second) = self.skip(tokens, at + 1) else { return };
        if let Some((months, runs)) = self.month(tokens, second) {
            // 2026 March 14
            if let Some(day) = self
                .skip(tokens, second + runs)
                .and_then(|at| Some((at, tokens.get(at)?)))
                .filter(|(_, token)| token.digits && token.len() <= 2)
            {
                each(months, &mut |month| put(year, month, day.1.value, day.0, "date/words"));
            }
            return;
        }
        let Some(middle) = tokens.get(second).filter(|token| token.digits && token.len() <= 2 && second > at + 1)
        else {
            return;
        };
        let Some(third) = self.skip(tokens, second + 1) else { return };
        if let Some((months, runs)) = self.month(tokens, third) {
            // 2026. gada 14. marts
            each(months, &mut |month| put(year, month, middle.value, third + runs - 1, "date/words"));
        } else if let Some(last) =
            tokens.get(third).filter(|token| token.digits && token.len() <= 2 && third > second + 1)
        {
            // 2026年3月14日
            put(year, middle.value, last.value, third, "date/words");
        }
    }

    fn day_first(
        &self,
        tokens: &Tokens<'_>,
        at: usize,
        one: Token,
        put: &mut dyn FnMut(u64, u64, u64, usize, &'static str),
    ) {
        let Some((months, runs, month)) = self
            .skip(tokens, at + 1)
            .and_then(|next| self.month(tokens, next).map(|(months, runs)| (months, runs, next)))
        else {
            return;
        };
        let Some(at) = self.skip(tokens, month + runs) else { return };
        let Some(token) = tokens.get(at).filter(|token| token.digits) else { return };
        if let Some(year) = long_year(token) {
            each(months, &mut |month| put(year, month, one.value, at, "date/words"));
        }
    }

    /// March 14th, 2026: the run is the day.
    fn month_first(&self, tokens: &Tokens<'_>, at: usize, one: Token, take: &mut dyn FnMut(Reading)) {
        let Some(before) = tokens.previous(at).filter(|token| !token.digits) else { return };
        if tokens.gap(at - 1) & !WORDED != 0 {
            return;
        }
        let first = if self.fills(before) { at.saturating_sub(2) } else { at - 1 };
        for start in [first, first.saturating_sub(1)] {
            let whole = |found: &(u16, usize)| start + found.1 > first && start + found.1 <= at;
            let Some((months, _)) = self.month(tokens, start).filter(whole) else { continue };
            let Some(last) = self.skip(tokens, at + 1) else { return };
            let Some(token) = tokens.get(last).filter(|token| token.digits) else { return };
            if let Some(year) = long_year(token) {
                each(months, &mut |month| {
                    if let Some(day) = day_of(year, month, one.value) {
                        take(Reading { day, first: start, last, class: "date/words" });
                    }
                });
            }
            return;
        }
    }
}

/// Reads days in numbers: 2026-03-14, 14.3.2026, 3/14/26, 2026-073.
fn numeric(tokens: &Tokens<'_>, at: usize, one: Token, put: &mut dyn FnMut(u64, u64, u64, usize, &'static str)) {
    let (Some(two), set) = (tokens.get(at + 1), tokens.gap(at)) else { return };
    let separates = matches!(set, gap::HYPHEN | gap::DOT | gap::SLASH | gap::UNDERSCORE | gap::BLANK)
        || set == gap::DOT | gap::BLANK;
    // One sign, or a dot and a blank.
    let long = two.from - one.to > set.count_ones();
    if !separates || long {
        return;
    }
    if one.len() == 4 && two.len() == 3 && set == gap::HYPHEN {
        if let Some(day) =
            day_of(one.value, 1, 1).filter(|_| (1..=366).contains(&two.value)).map(|first| first + two.value - 1)
            && let Some((month, first)) = (1..=12)
                .rev()
                .filter_map(|month| Some((month, day_of(one.value, month, 1)?)))
                .find(|(_, first)| *first <= day)
        {
            put(one.value, month, day - first + 1, at + 1, "date/ordinal");
        }
        return;
    }
    let Some(three) = tokens.get(at + 2).filter(|token| token.digits && tokens.gap(at + 1) == set) else { return };
    if two.len() > 2 {
        return;
    }
    if one.len() == 4 && three.len() <= 2 {
        if let Some(year) = long_year(one) {
            put(year, two.value, three.value, at + 2, "date/iso");
        }
    } else if one.len() <= 2
        && matches!(three.len(), 2 | 4)
        && (three.len() == 4 || set & gap::BLANK == 0)
        && let Some(year) = long_year(three)
    {
        put(year, two.value, one.value, at + 2, "date/numeric");
        if set != gap::DOT && one.value != two.value {
            put(year, one.value, two.value, at + 2, "date/numeric");
        }
    }
}

/// Returns the year that a number at the beginning may stand for; none where it is no year.
fn first_year(tokens: &Tokens<'_>, one: Token) -> Option<u64> {
    if one.len() == 4 {
        return long_year(one);
    }
    let from = one.from as usize;
    if tokens.before(from).is_ascii() {
        return None;
    }
    let era = |name: &str| name.chars().eq((from.saturating_sub(2)..from).map(|at| tokens.char(at)));
    let (_, before) = ERAS.iter().find(|(name, _)| era(name))?;
    Some(one.value + before)
}

fn long_year(token: Token) -> Option<u64> {
    match (token.len(), token.value) {
        (4, 2400..=2700) => Some(token.value - BUDDHIST),
        (4, 1800..=2399) => Some(token.value),
        (2, 0..=69) => Some(token.value + 2000),
        (2, _) => Some(token.value + 1900),
        _ => None,
    }
}

fn each(months: u16, take: &mut dyn FnMut(u64)) {
    (1..=12).filter(|month| months >> month & 1 == 1).for_each(take);
}

/// Returns the number of a day, counted from the first of March in the year 0; none where there is no such day.
fn day_of(year: u64, month: u64, day: u64) -> Option<u64> {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let length = match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1800..=2399).contains(&year) || day == 0 || day > length {
        return None;
    }
    // Days of the years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some(days)
}

/// 1970-01-01, a Thursday.
const EPOCH: u64 = 719_468;

/// Tells whether nothing goes on what was read.
fn stands_alone(tokens: &Tokens<'_>, reading: &Reading) -> bool {
    let (Some(first), Some(last)) = (tokens.get(reading.first), tokens.get(reading.last)) else { return false };
    let number = matches!(reading.class, "date/seconds" | "date/basic" | "date/iso" | "date/numeric" | "date/ordinal");
    let behind = tokens.get(reading.last + 1).is_none_or(|next| match tokens.gap(reading.last) {
        gap::EMPTY if !tokens.char(last.to as usize).is_ascii() => true,
        gap::EMPTY => {
            number
                && reading.class != "date/seconds"
                && next.len() == 1
                && matches!(tokens.char(last.to as usize), 'T' | 't' | 'Z' | 'z')
        }
        gap::DOT | gap::COMMA => !(next.digits && number),
        gap::HYPHEN if reading.class == "date/ordinal" => !next.digits,
        _ => true,
    });
    let before = reading.first == 0
        || tokens.previous(reading.first).is_none_or(|previous| match tokens.gap(reading.first - 1) {
            gap::EMPTY => !tokens.before(first.from as usize).is_ascii() || (!previous.digits && previous.len() >= 3),
            gap::DOT | gap::HYPHEN | gap::SLASH | gap::COMMA => !(previous.digits && number),
            _ => true,
        });
    behind && before
}

impl Dates {
    /// Gives the days that an ISO week stands for: 2026-W11-6, 2026W116.
    pub fn week(
        &self,
        tokens: &Tokens<'_>,
        at: usize,
        one: Token,
        give: &mut dyn FnMut(u32, usize, usize, &'static str),
    ) {
        if one.len() != 4 || !matches!(tokens.gap(at), gap::HYPHEN | gap::EMPTY) {
            return;
        }
        let (Some(letter), Some(week)) = (tokens.get(at + 1), tokens.get(at + 2)) else { return };
        let is_week = letter.len() == 1
            && matches!(tokens.char(letter.from as usize), 'W' | 'w')
            && tokens.gap(at + 1) == gap::EMPTY;
        if !is_week {
            return;
        }
        let (number, weekday, last) = if week.len() == 3 && week.digits {
            (week.value / 10, week.value % 10, week)
        } else {
            let Some(day) =
                tokens.get(at + 3).filter(|day| day.len() == 1 && day.digits && tokens.gap(at + 2) == gap::HYPHEN)
            else {
                return;
            };
            (week.value, day.value, day)
        };
        let Some(fourth) = day_of(one.value, 1, 4).filter(|_| (1..=53).contains(&number) && (1..=7).contains(&weekday))
        else {
            return;
        };
        let monday = fourth - (fourth + 7 - EPOCH % 7 + 3) % 7;
        for term in self.days.get(&(monday + (number - 1) * 7 + weekday - 1)).into_iter().flatten() {
            give(*term, one.from as usize, last.to as usize, "date/week");
        }
    }
}
