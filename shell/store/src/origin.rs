//! Where an object came from: our officers, a feed, or a partner's link.

use comity_vocab::OrgCode;
use std::fmt;
use std::str::FromStr;

/// The longest name of a feed, in bytes.
pub const FEED_NAME_BYTES_MAX: usize = 100;

/// Where an object came from. Written `own`, the feed's name, or `link:<code>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Written by officers of this organisation.
    Own,
    /// Imported under this name.
    Feed(String),
    /// Released to us by this partner.
    Link(OrgCode),
}

/// A text that names no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an origin: expected own, link:<code>, or a feed's name of up to 100 bytes without control characters")]
pub struct OriginError;

impl Origin {
    /// Makes the origin of a file from the name an officer gave; `own` and `link:` are not names of feeds.
    ///
    /// # Errors
    /// [`OriginError`] where the name is empty, too long, reserved or has control characters.
    pub fn feed(name: &str) -> Result<Self, OriginError> {
        match name.parse()? {
            Self::Feed(name) => Ok(Self::Feed(name)),
            Self::Own | Self::Link(_) => Err(OriginError),
        }
    }

    /// Tells whether a version from `other` may stand in the line of versions that this origin began (security.md §5, case 70).
    ///
    /// Feeds carry each other's public catalogues; nobody writes new versions of what an officer or a partner began.
    pub fn admits(&self, other: &Self) -> bool {
        self == other || matches!((self, other), (Self::Feed(_), Self::Feed(_)))
    }
}

impl FromStr for Origin {
    type Err = OriginError;
    fn from_str(text: &str) -> Result<Self, OriginError> {
        if text == "own" {
            return Ok(Self::Own);
        }
        if let Some(code) = text.strip_prefix("link:") {
            return code.parse().map(Self::Link).map_err(|_| OriginError);
        }
        let good = !text.is_empty()
            && text.len() <= FEED_NAME_BYTES_MAX
            && text.trim() == text
            && !text.chars().any(char::is_control);
        if good { Ok(Self::Feed(text.to_owned())) } else { Err(OriginError) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("own"),
            Self::Feed(name) => f.write_str(name),
            Self::Link(code) => write!(f, "link:{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        for text in ["own", "mitre", "link:kps", "a feed", "новости"] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), text);
        }
        for text in ["", " x", "link:", "link:KPS", "a\nb", &"x".repeat(101)] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError), "{text:?}");
        }
        assert!(Origin::feed("own").is_err() && Origin::feed("link:kps").is_err() && Origin::feed("mitre").is_ok());
    }

    #[test]
    fn who_may_continue_whose_line() {
        let (own, feed, other) = (Origin::Own, Origin::feed("a").unwrap(), Origin::feed("b").unwrap());
        let link: Origin = "link:kps".parse().unwrap();
        for (first, then, admitted) in [
            (&own, &own, true),
            (&own, &feed, false),
            (&own, &link, false),
            (&feed, &other, true),
            (&feed, &link, false),
            (&link, &link, true),
            (&link, &feed, false),
            (&link, &own, false),
        ] {
            assert_eq!(first.admits(then), admitted, "{first} {then}");
        }
    }
}
