//! Translations (§7.1.1).

use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;
use crate::value::{self, form};
use comity_stix::json::tree::Node;

/// §7.1.1: by language, then by property of the object that is translated.
pub(crate) fn contents(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    let Node::Object(languages) = node else {
        return ex.found.add(&rule::CONTENTS, path);
    };
    if languages.is_empty() {
        ex.found.at_clause(&rule::DICTIONARY_EMPTY, "§7.1.1", path);
    }
    for (language, translations) in languages {
        let path = path.name(language);
        if !form::is_language(language) {
            ex.found.at_clause(&rule::LANGUAGE, "§7.1.1, RFC 5646", &path);
        }
        let Node::Object(translations) = translations else {
            ex.found.add(&rule::CONTENTS, &path);
            continue;
        };
        if translations.is_empty() {
            ex.found.at_clause(&rule::DICTIONARY_EMPTY, "§7.1.1", &path);
        }
        for (property, translation) in translations {
            let path = path.name(property);
            if !form::is_property_name(property) {
                ex.found.at_clause(&rule::PROPERTY_NAME, "§7.1.1", &path);
            }
            value::custom(ex, translation, &path);
        }
    }
}
