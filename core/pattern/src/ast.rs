//! A pattern as a tree, with the words of STIX 2.1 §9.
//!
//! Guarantees: a value here came from a text that the grammar accepts, within [`crate::Limits`].

use comity_vocab::Timestamp;

/// An observation expression (§9.5).
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// `[ … ]`: one observed-data with one object that passes.
    Test(Comparison),
    /// All of these, each by another observation.
    And(Vec<Observation>),
    /// One of these.
    Or(Vec<Observation>),
    /// All of these, each by another observation, none before its left neighbour.
    FollowedBy(Vec<Observation>),
    /// One under a qualifier.
    Qualified(Box<Observation>, Qualifier),
}

/// A qualifier of an observation expression (§9.5.1).
#[derive(Clone, Debug, PartialEq)]
pub enum Qualifier {
    /// All bound observations within so many seconds.
    Within(Seconds),
    /// So many distinct bindings.
    Repeats(u64),
    /// All bound observations at or after the first and before the second instant.
    StartStop(Timestamp, Timestamp),
}

/// A duration as written, and in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Seconds {
    /// The number without leading `+` or needless zeros.
    pub text: String,
    /// In nanoseconds, rounded down.
    pub nanos: i128,
}

/// A comparison expression (§9.6).
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// Both hold of the same object.
    And(Vec<Comparison>),
    /// One holds.
    Or(Vec<Comparison>),
    /// A single test.
    Test(Test),
}

/// A test of what an object path leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Where to look.
    pub path: Path,
    /// Whether NOT stands before the operator.
    pub negated: bool,
    /// What is asked.
    pub operator: Operator,
}

/// A comparison operator with its right side (§9.6.1).
#[derive(Clone, Debug, PartialEq)]
pub enum Operator {
    /// `=`
    Equal(Literal),
    /// `!=`
    NotEqual(Literal),
    /// `<`, `<=`, `>`, `>=`
    Order(Order, Literal),
    /// `IN ( … )`
    In(Vec<Literal>),
    /// `LIKE`: `%` for any characters, `_` for one.
    Like(String),
    /// `MATCHES`: a regular expression, as written.
    Matches(String),
    /// `ISSUBSET`
    Subset(String),
    /// `ISSUPERSET`
    Superset(String),
    /// `EXISTS`
    Exists,
}

/// Which order is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Order {
    /// Tells whether an ordering is as asked.
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Order::Less => ordering.is_lt(),
            Order::LessOrEqual => ordering.is_le(),
            Order::Greater => ordering.is_gt(),
            Order::GreaterOrEqual => ordering.is_ge(),
        }
    }

    /// Returns the operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            Order::Less => "<",
            Order::LessOrEqual => "<=",
            Order::Greater => ">",
            Order::GreaterOrEqual => ">=",
        }
    }
}

/// An object path (§9.7).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    /// The type of the object where the path begins.
    pub object_type: String,
    /// At least one step; the first is a key.
    pub steps: Vec<Step>,
}

/// A step of an object path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A property of an object or a key of a dictionary; a name that ends in `_ref` or `_refs` is followed.
    Key(String),
    /// An item of a list, from 0.
    Index(i64),
    /// `[*]`: any item of a list.
    Any,
}

/// A constant (§9.3).
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A whole number.
    Integer(i128),
    /// A number with a fraction.
    Float(f64),
    /// A string.
    Text(String),
    /// `true` or `false`.
    Bool(bool),
    /// `h'…'` or `b'…'`: the same bytes mean the same.
    Bytes(Vec<u8>),
    /// `t'…'`
    Time(Timestamp),
}

impl Observation {
    /// Calls `visit` with every test, from left to right.
    pub fn tests<'a>(&'a self, visit: &mut impl FnMut(&'a Test)) {
        match self {
            Observation::Test(comparison) => comparison.tests(visit),
            Observation::And(parts) | Observation::Or(parts) | Observation::FollowedBy(parts) => {
                parts.iter().for_each(|part| part.tests(visit));
            }
            Observation::Qualified(inner, _) => inner.tests(visit),
        }
    }
}

impl Comparison {
    /// Calls `visit` with every test, from left to right.
    pub fn tests<'a>(&'a self, visit: &mut impl FnMut(&'a Test)) {
        match self {
            Comparison::And(parts) | Comparison::Or(parts) => parts.iter().for_each(|part| part.tests(visit)),
            Comparison::Test(test) => visit(test),
        }
    }
}
