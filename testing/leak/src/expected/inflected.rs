//! Names and code names in the cases of their languages.
//!
//! Guarantees: the forms are those of the table, written by hand.
//!
//! Does not know: rules of grammar.

use std::collections::BTreeSet;

use crate::class::Classes;
use crate::pages;
use crate::table::{field, rows};
use crate::write::Written;

const TABLE: &str = include_str!("../../data/inflected.txt");

pub(super) fn add(classes: &mut Classes) {
    let mut forms = BTreeSet::new();
    for row in rows(TABLE) {
        for entry in row.iter().skip(2) {
            if let Some((form, _)) = entry.split_once('=') {
                forms.insert((field(&row, 1), form));
            }
        }
    }
    for (lang, form) in forms {
        classes.text(format!("inflected/{lang}/{form}"), move |term, _| {
            let row = rows(TABLE).find(|row| field(row, 0) == term.text() && field(row, 1) == lang)?;
            let text = row.iter().skip(2).find_map(|entry| entry.split_once('=').filter(|(name, _)| *name == form))?.1;
            Some(text.to_owned())
        });
    }
    for lang in pages::page_languages() {
        classes.add(format!("page/{lang}"), move |term, _| {
            let pages = pages::native_pages();
            let page = pages.into_iter().find(|page| page.lang == lang && page.term == term.text())?;
            Some(Written::Block(page.page_with))
        });
    }
}
