//! Tells the story on a terminal, or one line per check to the one who runs `--check`.
//!
//! Guarantees: colour and bold on a terminal only (and not with `NO_COLOR`); of what came from a node, what is not seen is written
//! out. Does not know: what is played.

use comity_node::Failure;
use comity_text::{visible, visible_line};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

/// The width of a line of prose, in characters.
const WIDTH: usize = 92;
/// Where prose begins.
const MARGIN: &str = "  ";

/// Whom the narrator speaks to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A person who wants to understand: the whole story.
    Person,
    /// `--check`: one line per check.
    Checker,
    /// `--check --json`: lines go to standard error, for standard output holds one document.
    Program,
}

/// The steps of the whole story (domain.md §9); this demonstration plays some of them.
const STEPS: u8 = 13;

/// How many checks verified a part of what a step must show to be accepted.
#[derive(Clone, Copy, Debug, Default)]
struct Accepted {
    checks: u64,
    failed: u64,
}

/// Speaks and counts checks.
pub struct Narrator {
    audience: Audience,
    styled: bool,
    step: String,
    passed: Vec<String>,
    accepted: BTreeMap<u8, Accepted>,
}

impl Narrator {
    /// Begins to speak.
    pub fn new(audience: Audience) -> Self {
        let terminal = audience != Audience::Program && std::io::stdout().is_terminal();
        let styled = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { audience, styled, step: String::new(), passed: Vec::new(), accepted: BTreeMap::new() }
    }

    fn line(&self, text: &str) {
        // Nobody may be listening any more; the story goes on to its end all the same, so that everything is stopped in order.
        let _ = match self.audience {
            Audience::Person | Audience::Checker => writeln!(std::io::stdout().lock(), "{text}"),
            Audience::Program => writeln!(std::io::stderr().lock(), "{text}"),
        };
    }

    fn styled(&self, code: &str, text: &str) -> String {
        if self.styled { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn told(&self) -> bool {
        self.audience == Audience::Person
    }

    /// Prints a line as it is, to a person and to a checker.
    pub fn plain(&self, text: &str) {
        self.line(&visible_line(text));
    }

    /// Begins a chapter; failing checks name it.
    pub fn step(&mut self, name: &str, title: &str) {
        name.clone_into(&mut self.step);
        self.line("");
        self.line(&self.styled("1", &format!("{} · {}", visible_line(name), visible_line(title))));
    }

    /// Prose for a person.
    pub fn say(&self, text: &str) {
        if self.told() {
            for line in wrapped(&visible(text), WIDTH) {
                self.line(&format!("{MARGIN}{line}"));
            }
        }
    }

    /// An empty line for a person.
    pub fn pause(&self) {
        if self.told() {
            self.line("");
        }
    }

    /// What somebody sees: who stands left, what they see on the right.
    pub fn sees(&self, who: &str, what: &str) {
        if !self.told() {
            return;
        }
        let column = 22;
        for (number, line) in wrapped(&visible(what), WIDTH - column).iter().enumerate() {
            let left = if number == 0 { visible_line(who).into_owned() } else { String::new() };
            let left = self.styled("36", &format!("{left:<column$}"));
            self.line(&format!("{MARGIN}{left}{line}"));
        }
    }

    /// Lines quoted from a node.
    pub fn quote(&self, text: &str) {
        if self.told() {
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                for part in wrapped(&visible(line), WIDTH - 4) {
                    let bar = self.styled("2", "|");
                    self.line(&format!("{MARGIN}{bar} {part}"));
                }
            }
        }
    }

    /// A command that a person can type.
    pub fn command(&self, command: &str, what: &str) {
        if self.told() {
            self.line(&format!("{MARGIN}{}", self.styled("2", &format!("# {}", visible_line(what)))));
            self.line(&format!("{MARGIN}{}", self.styled("1", &visible_line(command))));
        }
    }

    /// Confirms that something holds, seen from outside.
    ///
    /// # Errors
    /// [`Failure`] that names step and check where it does not.
    pub fn check(&mut self, what: &str, holds: bool) -> Result<(), Failure> {
        if !holds {
            return Err(Failure::no(format!("{}: not so: {what}", self.step)));
        }
        if !self.told() {
            let ok = self.styled("32", "ok");
            self.line(&format!("{MARGIN}{ok}  {}", visible_line(what)));
        }
        self.passed.push(format!("{}: {what}", self.step));
        Ok(())
    }

    /// Confirms what is a part of the clause by which a step of the whole story is accepted, seen from outside.
    ///
    /// # Errors
    /// [`Failure`] that names step and check where it does not hold.
    pub fn accept(&mut self, step: u8, what: &str, holds: bool) -> Result<(), Failure> {
        let accepted = self.accepted.entry(step).or_default();
        accepted.checks += 1;
        accepted.failed += u64::from(!holds);
        self.check(what, holds)
    }

    /// How many checks verified a part of each step's clause, and how many of these failed; a step that nothing verified has none.
    pub fn steps(&self) -> serde_json::Value {
        let counted = (1..=STEPS).map(|step| {
            let Accepted { checks, failed } = self.accepted.get(&step).copied().unwrap_or_default();
            (format!("9.{step}"), serde_json::json!({ "checks": checks, "failed": failed }))
        });
        counted.collect::<serde_json::Map<_, _>>().into()
    }

    /// The chapter that is told.
    pub fn current_step(&self) -> &str {
        &self.step
    }

    /// What was confirmed so far.
    pub fn passed(&self) -> &[String] {
        &self.passed
    }
}

/// Breaks a text at blanks into lines of at most `width` characters; a longer word stands alone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_says_how_many_checks_verified_its_clause() {
        let mut narrator = Narrator::new(Audience::Program);
        narrator.check("something else", true).unwrap();
        narrator.accept(4, "the leak is found", true).unwrap();
        narrator.accept(4, "the author cannot approve", true).unwrap();
        assert!(narrator.accept(12, "the notice is silent", false).is_err());
        let steps = narrator.steps();
        assert_eq!(steps.as_object().unwrap().len(), 13);
        assert_eq!(steps["9.4"], serde_json::json!({ "checks": 2, "failed": 0 }));
        assert_eq!(steps["9.12"], serde_json::json!({ "checks": 1, "failed": 1 }));
        assert_eq!(steps["9.1"], serde_json::json!({ "checks": 0, "failed": 0 }));
        assert_eq!(narrator.passed().len(), 3);
    }

    #[test]
    fn lines_break_at_blanks() {
        for (text, expect) in [
            ("a bb ccc", vec!["a bb", "ccc"]),
            ("longest word", vec!["longest", "word"]),
            ("", vec![""]),
            ("  a   b ", vec!["a b"]),
        ] {
            assert_eq!(wrapped(text, 5), expect, "{text}");
        }
    }
}
