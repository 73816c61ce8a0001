//! Values of observations in the form that they are compared and looked up in.

use crate::ast::Literal;
use base64::Engine as _;
use comity_normal::Form;
use comity_stix::json::tree::Node;
use comity_vocab::Timestamp;
use std::borrow::Cow;
use std::cmp::Ordering;

/// A value that a path leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A string.
    Text(&'a str),
    /// A string that is not in the normal form of its property, where spellings do not count. Behind a pointer: few values are
    /// such, and all pay for the size of one.
    Spelled(Box<Spelled<'a>>),
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// The bytes of a property that ends in `_hex` or `_bin`.
    Bytes(Vec<u8>),
    /// Null, a list, an object: equal to no literal.
    Other,
}

/// A string as written, and in normal form.
#[derive(Clone, Debug, PartialEq)]
pub struct Spelled<'a> {
    /// As written.
    pub written: &'a str,
    /// In normal form.
    pub normal: Box<str>,
}

/// A number without loss: whole ones as such, others as they are nearest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number of at most 128 bits, also if it was written with a fraction of zero.
    Whole(i128),
    /// Any other.
    Float(f64),
}

/// Whole numbers as floats are whole numbers, up to where 128 bits end.
const WHOLE_BELOW: f64 = 1.7e38;

impl Number {
    /// Reads a number as JSON writes it.
    pub fn parse(written: &str) -> Option<Self> {
        match written.parse::<i128>() {
            Ok(whole) => Some(Number::Whole(whole)),
            Err(_) => written.parse().ok().map(Number::of_float),
        }
    }

    /// Makes a number of a float.
    pub fn of_float(float: f64) -> Self {
        if float.fract() == 0.0 && float.abs() < WHOLE_BELOW {
            Number::Whole(float as i128)
        } else {
            Number::Float(float)
        }
    }

    /// Orders two numbers by their exact values.
    pub fn order(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Whole(one), Number::Whole(other)) => Some(one.cmp(&other)),
            (Number::Float(one), Number::Float(other)) => one.partial_cmp(&other),
            (Number::Float(one), Number::Whole(other)) => float_to_whole(one, other),
            (Number::Whole(one), Number::Float(other)) => float_to_whole(other, one).map(Ordering::reverse),
        }
    }
}

fn float_to_whole(float: f64, whole: i128) -> Option<Ordering> {
    if float.abs() >= WHOLE_BELOW {
        return float.partial_cmp(&0.0);
    }
    // A float here has a fraction, or it would be a whole number itself: rounding down decides.
    Some(if (float.floor() as i128) < whole { Ordering::Less } else { Ordering::Greater })
}

impl<'a> Value<'a> {
    /// Takes a JSON value as it is.
    pub fn of(node: &'a Node<'a>) -> Self {
        match node {
            Node::String(text) => Value::Text(text),
            Node::Number(written) => Number::parse(written).map_or(Value::Other, Value::Number),
            Node::Bool(value) => Value::Bool(*value),
            _ => Value::Other,
        }
    }

    /// Takes the value of a `_hex` property. What does not decode stays the text that it is.
    pub fn of_hex(node: &'a Node<'a>) -> Self {
        node.text().and_then(|text| hex::decode(text).ok()).map_or_else(|| Self::of(node), Value::Bytes)
    }

    /// Takes the value of a `_bin` property. What does not decode stays the text that it is.
    pub fn of_binary(node: &'a Node<'a>) -> Self {
        let decoded = node.text().and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok());
        decoded.map_or_else(|| Self::of(node), Value::Bytes)
    }

    /// Brings a string into the normal form of its property.
    #[inline]
    pub fn spelled(self, form: Form) -> Self {
        match self {
            Value::Text(written) if form != Form::Exact => match form.normal(written) {
                // A part of the text, or all of it.
                Cow::Borrowed(normal) if normal.len() == written.len() => Value::Text(written),
                normal if *normal == *written => Value::Text(written),
                normal => Value::Spelled(Box::new(Spelled { written, normal: normal.as_ref().into() })),
            },
            other => other,
        }
    }

    /// Returns the text as written, where this is one.
    pub fn text(&self) -> Option<&'a str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Spelled(text) => Some(text.written),
            _ => None,
        }
    }

    /// Returns the text in the form that it is compared in, where this is one.
    pub fn normal(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Spelled(text) => Some(&text.normal),
            _ => None,
        }
    }
}

/// A literal in the form that it is compared in.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A string in the form that it is compared in, and the bytes that it stands for as written, where it stands for some.
    Text(Box<str>, Option<Box<[u8]>>),
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// Bytes, and the string that stands for them.
    Bytes(Box<[u8]>, Box<str>),
    /// An instant.
    Time(Timestamp),
}

impl Constant {
    /// Makes one of a literal, as it is written: for order.
    pub fn of(literal: &Literal) -> Self {
        Self::spelled(literal, Form::Exact)
    }

    /// Makes one of a literal, in the normal form of its property: for equality.
    pub fn spelled(literal: &Literal, form: Form) -> Self {
        match literal {
            Literal::Text(text) => Constant::Text(form.normal(text).as_ref().into(), bytes_of(text)),
            Literal::Integer(whole) => Constant::Number(Number::Whole(*whole)),
            Literal::Float(float) => Constant::Number(Number::of_float(*float)),
            Literal::Bool(value) => Constant::Bool(*value),
            Literal::Bytes(bytes) => {
                let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
                Constant::Bytes(bytes.as_slice().into(), form.normal(&text).as_ref().into())
            }
            Literal::Time(instant) => Constant::Time(*instant),
        }
    }

    /// Orders a value against this; the outer `None` where the types have no order at all, the inner where these values have
    /// none.
    pub fn order(&self, value: &Value<'_>) -> Option<Option<Ordering>> {
        match (value, self) {
            (Value::Spelled(value), _) => self.order(&Value::Text(value.written)),
            (Value::Text(value), Constant::Text(wanted, _)) => Some(Some((*value).cmp(wanted))),
            (Value::Number(value), Constant::Number(wanted)) => Some(value.order(*wanted)),
            (Value::Bytes(value), Constant::Bytes(wanted, _)) => Some(Some(value.as_slice().cmp(wanted))),
            (Value::Bytes(value), Constant::Text(_, wanted)) => {
                Some(wanted.as_ref().map(|wanted| value.as_slice().cmp(wanted)))
            }
            (Value::Text(value), Constant::Bytes(wanted, _)) => {
                Some(bytes_of(value).map(|value| value.as_ref().cmp(wanted.as_ref())))
            }
            // What is no timestamp was found out before: the pattern has no answer then.
            (Value::Text(value), Constant::Time(wanted)) => {
                Some(crate::literal::instant(value).map(|value| value.cmp(wanted)))
            }
            _ => None,
        }
    }

    /// Tells whether a value equals this.
    pub fn equals(&self, value: &Value<'_>) -> bool {
        match (value, self) {
            (Value::Text(value), Constant::Text(wanted, _) | Constant::Bytes(_, wanted)) => **value == **wanted,
            (Value::Spelled(value), Constant::Text(wanted, _) | Constant::Bytes(_, wanted)) => value.normal == *wanted,
            (Value::Bool(value), Constant::Bool(wanted)) => value == wanted,
            _ => self.order(value) == Some(Some(Ordering::Equal)),
        }
    }
}

/// Returns the bytes that a string stands for: each code point is one, where all are below 256.
pub fn bytes_of(text: &str) -> Option<Box<[u8]>> {
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

/// Returns the text in Normalization Form C; ASCII is in it already.
pub fn composed(text: &str) -> Cow<'_, str> {
    use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}
