//! Prints cases: tier, class, term and writing. Arguments: how many, and the seed.
//!
//! Guarantees: one line a case.
//!
//! Does not know: any leak check.

use std::io::Write;

use comity_leak_cases::{cases, terms};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>().unwrap_or(0));
    let count = usize::try_from(arguments.next().unwrap_or(1_000)).unwrap_or(1_000);
    let (terms, mut out) = (terms(), std::io::stdout().lock());
    for case in cases(arguments.next().unwrap_or(1), count) {
        let term = terms.get(case.term).map_or("", |term| term.term.as_str());
        writeln!(out, "{}\t{}\t{term}\t{}", case.tier, case.class, case.shown.escape_debug())?;
    }
    Ok(())
}
