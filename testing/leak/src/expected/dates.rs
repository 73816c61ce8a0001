//! Days in the words and orders of the world.
//!
//! Guarantees: every form of the table is a class.
//!
//! Does not know: days of other calendars than the Gregorian and the Thai.

use crate::class::Classes;
use crate::table::{field, rows};
use crate::world::Term;

const FORMS: &str = include_str!("../../data/dates.txt");
const MONTHS: &str = include_str!("../../data/months.txt");

fn digits(text: &str, zero: u32) -> String {
    text.chars().map(|sign| sign.to_digit(10).and_then(|digit| char::from_u32(zero + digit)).unwrap_or(sign)).collect()
}

fn ordinal(day: usize) -> String {
    let end = match (day % 10, day % 100) {
        (1, 1 | 21 | 31) => "st",
        (2, 2 | 22) => "nd",
        (3, 3 | 23) => "rd",
        _ => "th",
    };
    format!("{day}{end}")
}

fn day(term: &Term) -> Option<(usize, usize, usize)> {
    let mut parts = term.text().split('-').map(str::parse::<usize>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    (term.kind() == "date").then_some((year, month, day))
}

pub(super) fn add(classes: &mut Classes) {
    for row in rows(FORMS) {
        let (name, form) = (field(&row, 0), field(&row, 1));
        classes.text(format!("date/{name}"), move |term, _| {
            let (year, month, day) = day(term)?;
            let (y, mm, dd) = (year.to_string(), format!("{month:02}"), format!("{day:02}"));
            let mut text = form
                .replace("{yy}", &format!("{:02}", year % 100))
                .replace("{thy}", &(year + 543).to_string())
                .replace("{o}", &ordinal(day));
            for (prefix, zero) in [("a", 0x660), ("p", 0x6f0), ("w", 0xff10)] {
                text = text.replace(&format!("{{{prefix}y}}"), &digits(&y, zero));
                text = text.replace(&format!("{{{prefix}m}}"), &digits(&mm, zero));
                text = text.replace(&format!("{{{prefix}d}}"), &digits(&dd, zero));
            }
            text = text.replace("{y}", &y).replace("{mm}", &mm).replace("{dd}", &dd);
            text = text.replace("{m}", &month.to_string()).replace("{d}", &day.to_string());
            for months in rows(MONTHS) {
                text = text.replace(&format!("{{{}}}", field(&months, 0)), field(&months, month));
            }
            (text != term.text()).then_some(text)
        });
    }
}
