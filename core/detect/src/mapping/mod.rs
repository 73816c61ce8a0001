//! How lines become observations: a declaration that names, for each cyber-observable object, the fields it is made of.
//!
//! Guarantees: a mapping that was read can be used; built-in ones are declarations like any other. Does not know: lines.

mod build;
mod convert;
mod declaration;
mod fields;
mod hashes;
mod host;
mod parts;
mod plan;
mod simple;
mod walk;

pub(crate) use build::{Made, OBJECTS_MAX, Scratch, objects};
pub(crate) use declaration::{Declared, Form, TimeFormat};
pub(crate) use fields::{ALONE, Hit, is_absent};
pub(crate) use simple::{is_word, simple_objects};
pub(crate) use walk::Scalar;

use declaration::Written;
use std::sync::Arc;

/// The Elastic Common Schema: which field makes which object.
const ECS: &str = include_str!("ecs.json");

/// The logs of Zeek: conn, dns, http, ssl, x509 and files.
const ZEEK: &str = include_str!("zeek.json");

/// The longest declaration, in bytes.
const DECLARATION_BYTES_MAX: usize = 1 << 20;

/// Why a declaration is no mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// It is longer than 1 MiB.
    #[error("the declaration is longer than 1 MiB")]
    TooLong,
    /// It is not JSON of this form.
    #[error("the declaration is not of the form that is described: {0}")]
    Form(String),
    /// It names more objects or fields than are allowed.
    #[error("the declaration names more than {0} {1}")]
    TooMany(usize, &'static str),
    /// A part cannot be used.
    #[error("object {object}: {why}")]
    Object {
        /// Which object, from 1.
        object: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// CSV without a header needs names of columns.
    #[error("CSV needs a header line or names of columns")]
    Columns,
    /// Without the field of a time nothing was observed at any time.
    #[error("time names no field")]
    Time,
    /// A delimiter that is none.
    #[error("the delimiter must be one ASCII character, not a quote or a line end")]
    Delimiter,
}

/// How lines are read.
#[derive(Clone)]
pub struct Mapping {
    pub(crate) how: How,
}

#[derive(Clone)]
pub(crate) enum How {
    /// STIX as it is.
    Stix,
    /// `type,value,time`.
    Simple,
    /// By declaration.
    Declared(Arc<Declared>),
}

impl Mapping {
    /// Returns a mapping that comes with the program: `stix`, `ecs`, `zeek` or `simple`.
    pub fn built_in(name: &str) -> Option<Self> {
        let how = match name {
            "stix" => How::Stix,
            "simple" => How::Simple,
            "ecs" => How::Declared(Arc::new(Declared::new(serde_json::from_str(ECS).ok()?).ok()?)),
            "zeek" => How::Declared(Arc::new(Declared::new(serde_json::from_str(ZEEK).ok()?).ok()?)),
            _ => return None,
        };
        Some(Self { how })
    }

    /// Reads a declaration.
    ///
    /// # Errors
    /// [`MappingError`].
    pub fn parse(declaration: &[u8]) -> Result<Self, MappingError> {
        if declaration.len() > DECLARATION_BYTES_MAX {
            return Err(MappingError::TooLong);
        }
        let written: Written =
            serde_json::from_slice(declaration).map_err(|error| MappingError::Form(error.to_string()))?;
        Ok(Self { how: How::Declared(Arc::new(Declared::new(written)?)) })
    }

    /// Tells whether it reads JSON, which may go on over lines.
    pub fn is_json(&self) -> bool {
        match &self.how {
            How::Stix | How::Simple => true,
            How::Declared(declared) => declared.form != Form::Csv,
        }
    }

    /// Tells whether each line is read by itself: none names columns or says how others are read.
    pub fn is_line_by_line(&self) -> bool {
        match &self.how {
            How::Stix => true,
            How::Simple => false,
            How::Declared(declared) => declared.form == Form::Json,
        }
    }

    /// Tells whether lines are STIX already.
    pub fn is_stix(&self) -> bool {
        matches!(self.how, How::Stix)
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        match &self.how {
            How::Stix => "stix",
            How::Simple => "simple",
            How::Declared(declared) => &declared.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_ones_can_be_read() {
        for name in ["stix", "ecs", "zeek", "simple"] {
            assert_eq!(Mapping::built_in(name).expect(name).name(), name);
        }
        assert!(Mapping::built_in("other").is_none());
    }

    #[test]
    fn declarations_that_are_refused() {
        let whole = |objects: &str| {
            format!(
                r#"{{"name":"x","form":"json","time":{{"fields":["t"],"format":"rfc3339"}},"objects":[{objects}]}}"#
            )
        };
        let csv = |more: &str| {
            let objects = r#"[{"type":"url","properties":{"value":"u"}}]"#;
            format!(
                r#"{{"name":"x","form":"csv","time":{{"fields":["t"],"format":"unix"}},"objects":{objects}{more}}}"#
            )
        };
        let url = r#"{"key":"a","type":"url","properties":{"value":"f"}}"#;
        for (text, said) in [
            ("{".to_owned(), "form"),
            (whole(""), "object 1: there is none"),
            (whole(r#"{"type":"address","properties":{}}"#), "needs the property value"),
            (whole(r#"{"type":"file","properties":{"name":"=x"}}"#), "comes from a field"),
            (whole(r#"{"type":"network-traffic","properties":{"src_ref":"@b"}}"#), "refers to no object"),
            (whole(r#"{"type":"network-traffic","properties":{"src_ref":"b"}}"#), "written @key"),
            (whole(&format!("{url},{url}")), "object 2: its key"),
            (whole(r#"{"type":"URL","properties":{"value":"f"}}"#), "no type"),
            (whole(r#"{"type":"url","properties":{"id":"f"}}"#), "cannot have this name"),
            (whole(r#"{"type":"url","properties":{"a..b":"f"}}"#), "cannot have this name"),
            (whole(r#"{"type":"url","properties":{"value":"f"},"as":{"name":"lower"}}"#), "does not have"),
            (whole(r#"{"type":"url","properties":{"value":"f"},"as":{"value":"loud"}}"#), "unknown variant"),
            (whole(r#"{"type":"url","properties":{"value":"f"},"more":1}"#), "unknown field"),
            (whole(&vec![r#"{"type":"url","properties":{"value":"f"}}"#; 201].join(",")), "more than 200 objects"),
            (csv(""), "header line or names of columns"),
            (csv(r#","header":true,"delimiter":"ab""#), "delimiter"),
            (csv(r#","header":true,"delimiter":"\"""#), "delimiter"),
            (whole(url).replace(r#"["t"]"#, "[]"), "time names no field"),
            (whole(url) + &" ".repeat(DECLARATION_BYTES_MAX), "longer than 1 MiB"),
        ] {
            let said_is = Mapping::parse(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(said_is.contains(said), "{said}: {said_is}");
        }
        assert!(Mapping::parse(whole(url).as_bytes()).is_ok());
        assert_eq!(
            Mapping::parse(csv(r#","header":true,"delimiter":"\t""#).as_bytes()).map(|m| m.name().to_owned()),
            Ok("x".to_owned())
        );
    }
}
