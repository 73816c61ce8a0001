//! Comparison expressions: AND binds tighter than OR; tests, object paths, sets (the grammar of §9.6 and §9.7).

use super::{Parsed, Parser, RemarkKind, joined};
use crate::ast::{Comparison, Literal, Operator, Order, Path, Step, Test};
use crate::error::PatternErrorKind;
use crate::lexer::{Kind, Token};
use crate::{address, literal, regex};

const OPERATORS: &str = "=, !=, <, <=, >, >=, IN, LIKE, MATCHES, ISSUBSET, ISSUPERSET or NOT";

impl Parser<'_> {
    pub(super) fn comparison_or(&mut self) -> Parsed<Comparison> {
        let mut parts = vec![self.comparison_and()?];
        while self.accept(Kind::Keyword("OR"))?.is_some() {
            parts.push(self.comparison_and()?);
        }
        Ok(joined(parts, Comparison::Or))
    }

    fn comparison_and(&mut self) -> Parsed<Comparison> {
        let mut parts = vec![self.test()?];
        while self.accept(Kind::Keyword("AND"))?.is_some() {
            parts.push(self.test()?);
        }
        Ok(joined(parts, Comparison::And))
    }

    fn test(&mut self) -> Parsed<Comparison> {
        if let Some(open) = self.accept(Kind::Symbol("("))? {
            self.enter(open.start)?;
            let inner = self.comparison_or()?;
            self.expect(Kind::Symbol(")"), "AND, OR or )")?;
            self.depth -= 1;
            return Ok(inner);
        }
        self.terms += 1;
        if self.terms > self.limits.terms_max {
            return self.limit(self.next.start, "comparisons", self.limits.terms_max);
        }
        let negated = self.accept(Kind::Keyword("NOT"))?.is_some();
        if negated || self.next.kind == Kind::Keyword("EXISTS") {
            self.expect(Kind::Keyword("EXISTS"), "EXISTS")?;
            let path = self.path()?;
            return Ok(Comparison::Test(Test { path, negated, operator: Operator::Exists }));
        }
        let path = self.path()?;
        let negated = self.accept(Kind::Keyword("NOT"))?.is_some();
        let operator = self.operator()?;
        Ok(Comparison::Test(Test { path, negated, operator }))
    }

    fn operator(&mut self) -> Parsed<Operator> {
        let order = |order| Some(Kind::Symbol(order));
        Ok(match self.next.kind {
            Kind::Symbol("=") => {
                self.take()?;
                Operator::Equal(self.literal(true)?)
            }
            Kind::Symbol("!=") => {
                self.take()?;
                Operator::NotEqual(self.literal(true)?)
            }
            Kind::Symbol("==") => return self.foreign("="),
            Kind::Symbol("<>") => return self.foreign("!="),
            kind if Some(kind) == order("<") => self.ordered(Order::Less)?,
            kind if Some(kind) == order("<=") => self.ordered(Order::LessOrEqual)?,
            kind if Some(kind) == order(">") => self.ordered(Order::Greater)?,
            kind if Some(kind) == order(">=") => self.ordered(Order::GreaterOrEqual)?,
            Kind::Keyword("IN") => {
                self.take()?;
                Operator::In(self.set()?)
            }
            Kind::Keyword("LIKE") => {
                self.take()?;
                let token = self.string()?;
                Operator::Like(literal::text(self.text, token))
            }
            Kind::Keyword("MATCHES") => {
                self.take()?;
                Operator::Matches(self.regex()?)
            }
            Kind::Keyword("ISSUBSET") => Operator::Subset(self.address()?),
            Kind::Keyword("ISSUPERSET") => Operator::Superset(self.address()?),
            _ => return self.unexpected(OPERATORS),
        })
    }

    fn foreign<T>(&self, write: &'static str) -> Parsed<T> {
        self.fail(self.next.start, PatternErrorKind::ForeignOperator { write })
    }

    fn ordered(&mut self, order: Order) -> Parsed<Operator> {
        self.take()?;
        Ok(Operator::Order(order, self.literal(false)?))
    }

    fn literal(&mut self, bool_allowed: bool) -> Parsed<Literal> {
        let is_bool = matches!(self.next.kind, Kind::Keyword("true" | "false"));
        if is_bool && !bool_allowed {
            return self.unexpected("a literal that has an order");
        }
        match literal::literal(self.text, self.next)? {
            Some(literal) => {
                self.take()?;
                Ok(literal)
            }
            None => self.unexpected("a literal: a string in quotes, a number, true, false, t'…', h'…' or b'…'"),
        }
    }

    fn string(&mut self) -> Parsed<Token> {
        self.expect(Kind::Text, "a string in quotes")
    }

    fn set(&mut self) -> Parsed<Vec<Literal>> {
        let open = self.expect(Kind::Symbol("("), "(")?;
        let mut members: Vec<Literal> = Vec::new();
        if self.accept(Kind::Symbol(")"))?.is_some() {
            return Ok(members);
        }
        loop {
            members.push(self.literal(true)?);
            if self.accept(Kind::Symbol(","))?.is_none() {
                break;
            }
        }
        self.expect(Kind::Symbol(")"), ", or )")?;
        if members.windows(2).any(|pair| matches!(pair, [one, other] if family(one) != family(other))) {
            self.remark(open.start, RemarkKind::MixedSet);
        }
        Ok(members)
    }

    fn regex(&mut self) -> Parsed<String> {
        let token = self.string()?;
        let source = literal::text(self.text, token);
        if source.len() > self.limits.regex_bytes_max {
            return self.limit(token.start, "bytes of a regular expression", self.limits.regex_bytes_max);
        }
        match regex::check(&source, self.limits.regex_compiled_bytes_max) {
            Ok(()) => Ok(source),
            Err(fault) => {
                let offset = literal::source_offset(self.text, token, fault.at);
                let PatternErrorKind::BadRegex { reason } = fault.kind else { return self.fail(offset, fault.kind) };
                // The grammar takes any string here, and real patterns have a path of Windows or the like.
                self.remark(offset, RemarkKind::BadRegex(reason));
                Ok(source)
            }
        }
    }

    fn address(&mut self) -> Parsed<String> {
        self.take()?;
        let token = self.string()?;
        let written = literal::text(self.text, token);
        if address::Range::parse(&written).is_none() {
            if written.contains(['/', '%']) {
                return self.fail(token.start, PatternErrorKind::BadAddress);
            }
            // The grammar takes any string here; one that is not even meant as an address is in real patterns.
            self.remark(token.start, RemarkKind::BadAddress);
        }
        Ok(written)
    }

    fn path(&mut self) -> Parsed<Path> {
        let object_type = match self.next.kind {
            Kind::Name | Kind::HyphenName => self.take()?,
            _ => return self.unexpected("an object path such as file:name"),
        };
        let object_type = self.written(object_type).to_owned();
        self.expect(Kind::Symbol(":"), ":")?;
        let mut steps = vec![self.key()?];
        loop {
            if self.accept(Kind::Symbol("."))?.is_some() {
                steps.push(self.key()?);
            } else if self.accept(Kind::Symbol("["))?.is_some() {
                steps.push(self.index()?);
                self.expect(Kind::Symbol("]"), "]")?;
            } else {
                return Ok(Path { object_type, steps });
            }
            if steps.len() > self.limits.steps_max {
                return self.limit(self.next.start, "steps of an object path", self.limits.steps_max);
            }
        }
    }

    fn key(&mut self) -> Parsed<Step> {
        match self.next.kind {
            Kind::Name => {
                let token = self.take()?;
                Ok(Step::Key(self.written(token).to_owned()))
            }
            Kind::Text => {
                let token = self.take()?;
                Ok(Step::Key(literal::text(self.text, token)))
            }
            Kind::HyphenName => self.fail(self.next.start, PatternErrorKind::UnquotedHyphen),
            _ => self.unexpected("a property name"),
        }
    }

    fn index(&mut self) -> Parsed<Step> {
        match self.next.kind {
            Kind::Symbol("*") => {
                self.take()?;
                Ok(Step::Any)
            }
            Kind::Integer(_) => {
                let token = self.take()?;
                // A list has no item at a place that 64 bits cannot say.
                let index = self.written(token).trim_start_matches('+').parse().unwrap_or(i64::MAX);
                Ok(Step::Index(index))
            }
            _ => self.unexpected("a whole number or *"),
        }
    }
}

/// Literals that a set may mix: whole numbers and fractions are both numbers.
pub(crate) fn family(literal: &Literal) -> u8 {
    match literal {
        Literal::Integer(_) | Literal::Float(_) => 0,
        Literal::Text(_) => 1,
        Literal::Bool(_) => 2,
        Literal::Bytes(_) => 3,
        Literal::Time(_) => 4,
    }
}
