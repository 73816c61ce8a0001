//! Whom a recall reaches, as pages show it: names, and who really has it.
//!
//! Guarantees: what is not on the page is counted. Does not know: who may draft.

use super::words::{called, number};
use crate::pages::banner::Banner;
use crate::pages::line::{Line, address, counted, label_text, titled};
use comity_node::{Had, RecallItem, RecallPartner, RecallPreview};
use comity_vocab::SecurityLabel;
use std::collections::BTreeMap;

/// Items that are loaded at a time.
pub const BLOCK: usize = 200;

/// Who has one item.
pub struct At {
    /// What it is called.
    pub who: String,
    /// Whether it has the item.
    pub state: &'static str,
}

/// One object of ours.
pub struct Row {
    /// What lists show of it.
    pub line: Line,
    /// Who was given it.
    pub at: Vec<At>,
    /// Whether it went out as it was published.
    pub public: bool,
}

/// One partner.
pub struct Partner {
    /// Its code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// How many items it was given.
    pub items: String,
    /// Whether it has them, in words.
    pub has: String,
    /// The same for style sheets.
    pub mood: &'static str,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// What a page shows of it.
pub struct Reach {
    /// How many objects, in words.
    pub total: String,
    rows: Vec<Row>,
    /// How many are not on it.
    pub more: u64,
    /// The next number of blocks.
    pub next: usize,
    partners: Vec<Partner>,
    /// What is said of copies that a recall does not reach; "" where there are none.
    pub public: String,
    /// What makes this reach another than any other.
    pub digest: String,
    labels: Vec<Option<SecurityLabel>>,
}

impl Reach {
    /// Makes the rows of a preview of so many blocks.
    pub fn of(preview: &RecallPreview, blocks: usize) -> Self {
        let named =
            |partner: &RecallPartner| (partner.recipient.clone(), called(&partner.recipient, partner.name.as_deref()));
        let names: BTreeMap<String, String> = preview.recipients.iter().map(named).collect();
        Self {
            total: number(preview.total, "object", "objects"),
            rows: preview.items.iter().map(|item| row(item, &names)).collect(),
            more: preview.total.saturating_sub(preview.items.len() as u64),
            next: blocks.saturating_add(1),
            partners: preview.recipients.iter().map(partner).collect(),
            public: match preview.public {
                0 => String::new(),
                1 => "One of the objects went out exactly as it was published. A recall does not reach those who have it from there.".into(),
                many => format!("{} of the objects went out exactly as they were published. A recall does not reach those who have them from there.", counted(many)),
            },
            digest: preview.digest.to_string(),
            labels: preview.items.iter().map(|item| item.label.clone()).collect(),
        }
    }

    /// Returns what is on the page of what is recalled.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns everybody who is told.
    pub fn partners(&self) -> &[Partner] {
        &self.partners
    }

    /// Returns the labels of what is shown.
    pub fn labels(&self) -> impl Iterator<Item = Option<&SecurityLabel>> {
        self.labels.iter().map(Option::as_ref)
    }

    /// Returns the banner of a page that shows this.
    pub fn banner(&self) -> Banner {
        Banner::of(self.labels())
    }
}

fn row(item: &RecallItem, names: &BTreeMap<String, String>) -> Row {
    let at = item.recipients.iter().map(|at| At {
        who: names.get(&at.recipient).unwrap_or(&at.recipient).clone(),
        state: match at.state {
            Had::Received => "has it",
            Had::Queued => "no receipt yet",
            Had::Recalled => "a recall of it was sent before",
        },
    });
    Row {
        line: Line {
            href: address(&item.id),
            id: item.id.clone(),
            object_type: item.object_type.clone(),
            title: titled(item.name.as_deref().unwrap_or(&item.id)),
            named: item.name.is_some(),
            label: label_text(item.label.as_ref()),
            presence: if item.held { "held" } else { "not held" },
        },
        at: at.collect(),
        public: item.public,
    }
}

fn partner(partner: &RecallPartner) -> Partner {
    let RecallPartner { items, received, queued, recalled, .. } = *partner;
    let mut parts = Vec::new();
    if received > 0 {
        parts.push(match received {
            all if all == items && items == 1 => "has it".to_owned(),
            all if all == items => "has all of them".to_owned(),
            some => format!("has {} of {}", counted(some), counted(items)),
        });
    }
    if queued > 0 {
        parts.push(if items == 1 {
            "no receipt yet: it waits here, or its receipt does".to_owned()
        } else if queued == items {
            "no receipt of any of them yet: they wait here, or the receipts do".to_owned()
        } else {
            format!("{} wait here", counted(queued))
        });
    }
    if recalled > 0 {
        parts.push(if recalled == items {
            "a recall was sent before".into()
        } else {
            format!("{} in a recall that was sent before", counted(recalled))
        });
    }
    let mut notes = Vec::new();
    if partner.taxii {
        notes.push("Its tools may also read at our gate over TAXII what it was given.".to_owned());
    }
    if partner.withheld > 0 {
        let others = number(partner.withheld, "other item that waits", "other items that wait");
        notes.push(format!(
            "Beside them {others}: a recall that withdraws keeps back the whole entry. Release those again."
        ));
    }
    if partner.suspended {
        notes.push("The link is stopped: it is told when the link is resumed.".to_owned());
    }
    Partner {
        code: partner.recipient.clone(),
        name: called(&partner.recipient, partner.name.as_deref()),
        items: counted(items),
        has: parts.join("; "),
        mood: match (received, queued) {
            (0, 0) => "done",
            (0, _) => "waiting",
            _ => "care",
        },
        notes,
    }
}
