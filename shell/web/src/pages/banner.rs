//! What a page says of its label: on the screen above everything, and on every printed sheet.
//!
//! Guarantees: no words claim that a page is harmless. A page says its label, that something on it is unmarked, that nobody determined
//! a label, or that it shows what is in the vault. Does not know: which page shows what.

use comity_vocab::SecurityLabel;

/// The label of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Banner {
    /// The strictest label of what is shown; all of it is labelled, or nothing could be stricter.
    Label(String),
    /// The strictest label of what is shown, beside what nobody marked.
    LabelAndUnmarked(String),
    /// Holdings are shown, and none of them is marked.
    Unmarked,
    /// Nobody determined a label for what is shown.
    #[default]
    NotDetermined,
    /// A source's true identity, its cryptonym or its handlers are shown.
    Vault,
}

impl Banner {
    /// Returns the banner for what a page shows: the strictest of the labels. Without any object nothing is determined.
    pub fn of<'l>(labels: impl IntoIterator<Item = Option<&'l SecurityLabel>>) -> Self {
        let (mut shown, mut unmarked, mut differ) = (false, false, false);
        let mut strictest: Option<&SecurityLabel> = None;
        for label in labels {
            shown = true;
            let Some(label) = label else {
                unmarked = true;
                continue;
            };
            match strictest {
                Some(held) if held.tlp > label.tlp => {}
                Some(held) if held.tlp == label.tlp => differ |= held != label,
                _ => (strictest, differ) = (Some(label), false),
            }
        }
        let Some(label) = strictest else {
            return if shown { Self::Unmarked } else { Self::NotDetermined };
        };
        // Several lists of recipients: the level says what no list may loosen.
        let text = if differ { label.tlp.as_str().to_owned() } else { label.to_string() };
        if unmarked && label.tlp < comity_vocab::Tlp::Red { Self::LabelAndUnmarked(text) } else { Self::Label(text) }
    }

    /// Returns the banner for the text of one label, as the node answers it; "" is unmarked.
    pub fn of_text(label: String) -> Self {
        if label.is_empty() { Self::Unmarked } else { Self::Label(label) }
    }

    /// Returns its words.
    pub fn words(&self) -> String {
        match self {
            Self::Label(label) => label.clone(),
            Self::LabelAndUnmarked(label) => format!("{label} and unmarked"),
            Self::Unmarked => "unmarked".to_owned(),
            Self::NotDetermined => "Label not determined".to_owned(),
            Self::Vault => "VAULT · true identity · handlers only".to_owned(),
        }
    }

    /// Returns what style sheets know it by.
    pub fn mark(&self) -> &str {
        match self {
            Self::Label(label) | Self::LabelAndUnmarked(label) => label,
            Self::Unmarked => "unmarked",
            Self::NotDetermined => "",
            Self::Vault => "VAULT",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_label_and_no_claim_beyond_it() {
        let label = |text: &str| text.parse::<SecurityLabel>().unwrap();
        let (green, red) = (label("TLP:GREEN"), label("TLP:RED"));
        for (labels, words, mark) in [
            (vec![], "Label not determined", ""),
            (vec![None], "unmarked", "unmarked"),
            (vec![Some(&green), None, Some(&red)], "TLP:RED", "TLP:RED"),
            (vec![Some(&green), None], "TLP:GREEN and unmarked", "TLP:GREEN"),
            (vec![Some(&green)], "TLP:GREEN", "TLP:GREEN"),
        ] {
            let banner = Banner::of(labels.clone());
            assert_eq!((banner.words().as_str(), banner.mark()), (words, mark), "{labels:?}");
        }
        assert_eq!(Banner::of_text(String::new()), Banner::Unmarked);
    }
}
