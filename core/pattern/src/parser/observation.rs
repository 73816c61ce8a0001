//! Observation expressions: FOLLOWEDBY binds loosest, then OR, then AND, then qualifiers (the grammar of §9.5).

use super::{Parsed, Parser, RemarkKind, joined, object_type};
use crate::ast::{Observation, Qualifier, Seconds};
use crate::error::PatternErrorKind;
use crate::lexer::{Kind, Token};
use crate::literal;
use comity_vocab::Timestamp;

const NANOS: i128 = 1_000_000_000;

impl<'a> Parser<'a> {
    pub(super) fn followed_by(&mut self) -> Parsed<Observation> {
        let mut parts = vec![self.observation_or()?];
        while self.accept(Kind::Keyword("FOLLOWEDBY"))?.is_some() {
            parts.push(self.observation_or()?);
        }
        Ok(joined(parts, Observation::FollowedBy))
    }

    fn observation_or(&mut self) -> Parsed<Observation> {
        let mut parts = vec![self.observation_and()?];
        while self.accept(Kind::Keyword("OR"))?.is_some() {
            parts.push(self.observation_and()?);
        }
        Ok(joined(parts, Observation::Or))
    }

    fn observation_and(&mut self) -> Parsed<Observation> {
        let mut parts = vec![self.qualified()?];
        while self.accept(Kind::Keyword("AND"))?.is_some() {
            parts.push(self.qualified()?);
        }
        Ok(joined(parts, Observation::And))
    }

    fn qualified(&mut self) -> Parsed<Observation> {
        // Only on a bracket itself: parentheses may be qualified again (§9.5.1).
        let simple = self.next.kind == Kind::Symbol("[");
        let mut expression = self.observation()?;
        let mut seen: Vec<&'static str> = Vec::new();
        loop {
            let at = self.next.start;
            let (word, qualifier) = match self.next.kind {
                Kind::Keyword("WITHIN") => ("WITHIN", self.within()?),
                Kind::Keyword("REPEATS") => ("REPEATS", self.repeats()?),
                Kind::Keyword("START") => ("START", self.start_stop()?),
                _ => return Ok(expression),
            };
            if simple && seen.contains(&word) {
                self.remark(at, RemarkKind::DuplicateQualifier(word));
            }
            seen.push(word);
            // Each qualifier nests the tree one deeper: bounded like parentheses, for the one who walks the tree.
            if seen.len() > self.limits.depth_max {
                return self.limit(at, "qualifiers on one observation expression", self.limits.depth_max);
            }
            expression = Observation::Qualified(Box::new(expression), qualifier);
            if leaves(&expression) > self.limits.repeats_max {
                let max = self.limits.repeats_max;
                return self.fail(at, PatternErrorKind::Limit { unit: "repeated observations", max });
            }
        }
    }

    fn observation(&mut self) -> Parsed<Observation> {
        if let Some(bracket) = self.accept(Kind::Symbol("["))? {
            let comparison = self.comparison_or()?;
            self.expect(Kind::Symbol("]"), "AND, OR or ]")?;
            if object_type(&comparison).is_err() {
                self.remark(bracket.start, RemarkKind::TwoTypes);
            }
            return Ok(Observation::Test(comparison));
        }
        let Some(open) = self.accept(Kind::Symbol("("))? else { return self.unexpected("[ or (") };
        self.enter(open.start)?;
        let expression = self.followed_by()?;
        self.expect(Kind::Symbol(")"), "AND, OR, FOLLOWEDBY, a qualifier or )")?;
        self.depth -= 1;
        Ok(expression)
    }

    fn within(&mut self) -> Parsed<Qualifier> {
        self.take()?;
        let number = match self.next.kind {
            Kind::Integer(false) | Kind::Float(false) => self.take()?,
            _ => return self.unexpected("a number of seconds without a minus"),
        };
        let written = self.written(number);
        let seconds = seconds(written).filter(|it| it.nanos <= i128::from(self.limits.within_seconds_max) * NANOS);
        let Some(seconds) = seconds else {
            let max = self.limits.within_seconds_max;
            return self.fail(number.start, PatternErrorKind::Limit { unit: "seconds", max });
        };
        if seconds.nanos == 0 {
            self.remark(number.start, RemarkKind::WithinNotPositive);
        }
        self.expect(Kind::Keyword("SECONDS"), "SECONDS")?;
        Ok(Qualifier::Within(seconds))
    }

    fn repeats(&mut self) -> Parsed<Qualifier> {
        self.take()?;
        let number = self.expect(Kind::Integer(false), "a whole number without a minus")?;
        let count = self.written(number).trim_start_matches('+').parse().unwrap_or(u64::MAX);
        if count > self.limits.repeats_max {
            let max = self.limits.repeats_max;
            return self.fail(number.start, PatternErrorKind::Limit { unit: "repeated observations", max });
        }
        if count == 0 {
            self.remark(number.start, RemarkKind::RepeatsNotPositive);
        }
        self.expect(Kind::Keyword("TIMES"), "TIMES")?;
        Ok(Qualifier::Repeats(count))
    }

    fn start_stop(&mut self) -> Parsed<Qualifier> {
        let begin = self.take()?.start;
        let start = self.timestamp()?;
        self.expect(Kind::Keyword("STOP"), "STOP")?;
        let stop = self.timestamp()?;
        if start >= stop {
            self.remark(begin, RemarkKind::EmptyInterval);
        }
        Ok(Qualifier::StartStop(start, stop))
    }

    fn timestamp(&mut self) -> Parsed<Timestamp> {
        if self.next.kind == Kind::Text
            && let Some(instant) = literal::instant(&literal::text(self.text, self.next))
        {
            let token = self.take()?;
            self.remark(token.start, RemarkKind::StringInstant);
            return Ok(instant);
        }
        let token = self.expect(Kind::Time, "a timestamp literal t'…'")?;
        match literal::literal(self.text, token)? {
            Some(crate::ast::Literal::Time(instant)) => Ok(instant),
            _ => self.fail(token.start, PatternErrorKind::BadTimestamp),
        }
    }

    pub(super) fn written(&self, token: Token) -> &'a str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }
}

/// Counts the observations that one binding has.
fn leaves(expression: &Observation) -> u64 {
    match expression {
        Observation::Test(_) => 1,
        Observation::And(parts) | Observation::FollowedBy(parts) => {
            parts.iter().map(leaves).fold(0, u64::saturating_add)
        }
        Observation::Or(parts) => parts.iter().map(leaves).max().unwrap_or_default(),
        Observation::Qualified(inner, Qualifier::Repeats(count)) => leaves(inner).saturating_mul(*count),
        Observation::Qualified(inner, _) => leaves(inner),
    }
}

/// Reads a number of seconds; `None` where it is beyond counting. What is finer than nanoseconds does not count.
fn seconds(written: &str) -> Option<Seconds> {
    let bare = written.trim_start_matches('+');
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let text = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
    let fine: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    let nanos = whole.parse::<u64>().ok().map(i128::from)? * NANOS + fine.parse::<i128>().ok()?;
    Some(Seconds { text, nanos })
}
