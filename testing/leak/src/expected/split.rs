//! Names divided over members, list entries, table cells and fields.
//!
//! Guarantees: the parts stand next to one another, in one object or one row.
//!
//! Does not know: parts that stand in different objects.

use crate::class::Classes;
use crate::rng::Rng;
use crate::world::Term;
use crate::write::Written;

fn halves(term: &Term) -> Option<(String, String)> {
    if let Some(person) = &term.person {
        let surname = if person.has_particle() {
            format!("{} {}", person.middle, person.surname)
        } else {
            person.surname.to_owned()
        };
        return (!surname.is_empty() && term.letters() >= 3).then(|| (person.given.to_owned(), surname));
    }
    let (first, second) = term.text().split_once(' ')?;
    matches!(term.kind(), "cryptonym" | "project").then(|| (first.to_owned(), second.to_owned()))
}

fn persons(term: &Term) -> Option<(String, String)> {
    halves(term).filter(|_| term.kind() == "person")
}

fn row(term: &Term, rng: &mut Rng, joint: &str) -> Option<String> {
    let (given, surname) = persons(term)?;
    let cells = if rng.below(2) == 0 { [given, surname] } else { [surname, given] };
    Some(cells.join(joint))
}

fn page(head: &str, before: &str, row: &str, after: &str) -> Written {
    Written::Block(format!("{head}\n{before}\n{row}\n{after}\n"))
}

pub(super) fn add(classes: &mut Classes) {
    for (name, first, second) in [
        ("english", "first_name", "last_name"),
        ("camel", "givenName", "familyName"),
        ("german", "Vorname", "Nachname"),
        ("french", "prenom", "nom"),
        ("ldap", "givenName", "sn"),
        ("russian", "имя", "фамилия"),
    ] {
        classes.add(format!("split/members-{name}"), move |term, rng| {
            let (given, surname) = persons(term)?;
            let mut members = vec![(first.to_owned(), given), (second.to_owned(), surname)];
            if rng.below(2) == 0 {
                members.reverse();
            }
            Some(Written::Members(members))
        });
    }
    classes.add("split/list-given-surname", |term, _| halves(term).map(|(a, b)| Written::List(vec![a, b])));
    classes.add("split/list-surname-given", |term, _| persons(term).map(|(a, b)| Written::List(vec![b, a])));
    classes.add("split/list-halves", |term, _| {
        let letters: Vec<char> = term.text().chars().collect();
        let (head, tail) = letters.split_at_checked(letters.len() / 2)?;
        let long = term.letters() >= 8 && matches!(term.kind(), "cryptonym" | "account" | "host");
        long.then(|| Written::List(vec![head.iter().collect(), tail.iter().collect()]))
    });
    for (name, joint, head, before, after) in [
        ("csv", ",", "a,b,seen", "Holm,Peter,2021", "Roe,Jane,2022"),
        ("csv-quoted", "\",\"", "\"a\",\"b\"", "\"Holm\",\"Peter\"", "\"Roe\",\"Jane\""),
        ("csv-semicolon", ";", "a;b;seen", "Holm;Peter;2021", "Roe;Jane;2022"),
        ("tab", "\t", "a\tb\tseen", "Holm\tPeter\t2021", "Roe\tJane\t2022"),
        ("pipe-table", " | ", "| a | b |\n|---|---|", "| Holm | Peter |", "| Roe | Jane |"),
        ("pipe", "|", "a|b|seen", "Holm|Peter|2021", "Roe|Jane|2022"),
        ("html-table", "</td><td>", "<table>", "<tr><td>Holm</td><td>Peter</td></tr>", "</table>"),
        ("aligned", "        ", "a           b", "Holm        Peter", "Roe         Jane"),
    ] {
        classes.add(format!("split/{name}"), move |term, rng| {
            let cells = row(term, rng, joint)?;
            let line = match name {
                "csv-quoted" => format!("\"{cells}\""),
                "pipe-table" => format!("| {cells} |"),
                "html-table" => format!("<tr><td>{cells}</td></tr>"),
                "csv" => format!("{cells},2023"),
                _ => cells,
            };
            Some(page(head, before, &line, after))
        });
    }
    for (name, first, joint, second) in [
        ("form-lines", "Surname: ", "\n", "Given names: "),
        ("form-semicolon", "surname=", "; ", "given="),
        ("yaml", "last: ", "\n", "first: "),
        ("sql", "lname='", "' AND ", "fname='"),
        ("xml", "<sn>", "</sn><gn>", ""),
        ("query", "?last=", "&first=", ""),
        ("vcard", "N:", ";", ""),
    ] {
        classes.text(format!("split/{name}"), move |term, _| {
            let (given, surname) = persons(term)?;
            let end = match name {
                "sql" => "'",
                "xml" => "</gn>",
                "vcard" => ";;;",
                _ => "",
            };
            Some(format!("{first}{surname}{joint}{second}{given}{end}"))
        });
    }
    classes.text("split/json-text", |term, _| {
        let (given, surname) = persons(term)?;
        Some(serde_json::json!({"first": given, "last": surname}).to_string())
    });
    classes.text("split/concatenation", |term, rng| {
        let letters: Vec<char> = term.text().chars().collect();
        let (head, tail) = letters.split_at_checked(letters.len() / 2)?;
        let (head, tail): (String, String) = (head.iter().collect(), tail.iter().collect());
        (term.is_long() && term.is_words())
            .then(|| format!("\"{head}\" {} \"{tail}\"", rng.text(&["+", ".", "&", "..", ""])))
    });
}
