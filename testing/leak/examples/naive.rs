//! Scores the simplest check there is, which looks for the terms as they are: what any other must be above.
//!
//! Guarantees: prints the tables of the score.
//!
//! Does not know: any other check.

use std::io::Write;

use comity_leak_cases::{cases, score};

fn main() -> std::io::Result<()> {
    let score = score(cases(1, 10_000), |terms| {
        let names: Vec<String> = terms.iter().map(|term| term.term.to_lowercase()).collect();
        Box::new(move |bundle| {
            let text = String::from_utf8_lossy(bundle).to_lowercase();
            let found = names.iter().enumerate().filter(|(_, name)| text.contains(name.as_str()));
            Ok(found.map(|(at, _)| at).collect())
        })
    });
    std::io::stdout().lock().write_all(score.markdown().as_bytes())
}
