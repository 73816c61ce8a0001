//! `comity document` and `comity partner`.

use super::release::{drafted, drafted_lines, shown_lines};
use super::{Session, officer_key, recall};
use crate::arguments::{DocumentDraftArguments, DocumentVerb, PartnerVerb, RecallVerb};
use crate::output::{Output, list, number, text};
use comity_crypto::VerifyingKey;
use comity_link::{Payload, Stated};
use comity_node::{DocumentDraftRequest, DocumentNamed, DocumentsAsked, Failure, PartnerNamed, Request};
use comity_work::Body;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::Path;

/// The longest file that is read as a document, in bytes: far more than any form allows.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Drafts, shows, lists, recalls and checks documents.
pub fn run(verb: DocumentVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        DocumentVerb::Draft(arguments) => draft(*arguments, output),
        DocumentVerb::Show { home, raw, from, document } => {
            let mut shown = Session::open(&home.home)?.ask(&Request::DocumentShow(DocumentNamed { document }))?;
            if let (Some(from), Some(Value::Array(copies))) = (from, shown.get_mut("copies")) {
                copies.retain(|copy| text(copy, "from") == from.as_str());
            }
            if raw {
                let held: Vec<&Value> =
                    list(&shown, "copies").iter().filter(|copy| copy.get("file").is_some()).collect();
                let first = held.first().ok_or_else(|| {
                    Failure::no("of this document no bytes that arrived are held")
                        .hint("ours leave with the proof when they are sent; what was recalled is erased")
                })?;
                if held.iter().any(|copy| text(copy, "from") != text(first, "from")) {
                    return Err(Failure::no("more than one partner sent a document under this identifier")
                        .hint("say whose: --from CODE"));
                }
                return output.bytes(text(first, "file").as_bytes());
            }
            output.answer(&shown, document_lines)
        }
        DocumentVerb::List { home, form, to, skip } => {
            let asked = DocumentsAsked { form, partner: to, skip };
            let listed = Session::open(&home.home)?.ask(&Request::DocumentList(asked))?;
            output.answer(&listed, listed_lines)
        }
        DocumentVerb::Recall { home, key, document, kind, role } => {
            let id = document.strip_prefix("document--").unwrap_or(&document);
            let item = vec![format!("document--{id}")];
            recall::run(RecallVerb::Draft { home, key, release: Vec::new(), item, kind, role }, output)
        }
        DocumentVerb::Verify { file, organisation } => verify(&file, organisation.as_deref(), output),
    }
}

/// Says what a partner and we can receive.
pub fn partner(verb: PartnerVerb, output: &Output) -> Result<(), Failure> {
    let PartnerVerb::Features { home, partner } = verb;
    let said = Session::open(&home.home)?.ask(&Request::LinkFeatures(PartnerNamed { partner }))?;
    output.answer(&said, |said| {
        let names = |side: &str| match said.get(side) {
            Some(Value::Object(features)) => {
                let names: Vec<&str> = ["forms", "controls", "protocols"]
                    .into_iter()
                    .filter_map(|name| features.get(name)?.as_array())
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                names.join(", ")
            }
            _ => "nothing said yet in this generation of the link".to_owned(),
        };
        let partner = text(said, "partner");
        let mut lines = vec![
            format!("{partner} can receive: {}", names("theirs")),
            format!("we told {partner} that we can receive: {}", names("ours")),
        ];
        lines.extend(
            list(said, "forms").iter().map(|form| format!("  {}  {}", text(form, "form"), text(form, "about"))),
        );
        lines
    })
}

fn draft(arguments: DocumentDraftArguments, output: &Output) -> Result<(), Failure> {
    let fields = match (arguments.text, arguments.fields) {
        (Some(text), _) => json!({ "text": text }),
        (None, file) => {
            let file = file.filter(|path| path != Path::new("-"));
            let written = super::text(None, file.as_deref(), "fields of the document")?;
            serde_json::from_str(&written).map_err(|error| {
                Failure::usage(format!("the fields are not JSON: line {}, column {}", error.line(), error.column()))
            })?
        }
    };
    let key = officer_key(&arguments.key.key)?;
    let mut session = Session::open(&arguments.home.home)?;
    let request = Request::DocumentDraft(DocumentDraftRequest {
        author: Some(key.officer.clone()),
        form: arguments.form,
        fields,
        to: arguments.to,
        label: arguments.label,
        expires: arguments.expires,
    });
    let mut drafted = drafted(&mut session, &key, &request)?;
    if let Value::Object(fields) = &mut drafted {
        let id = fields.get("release").cloned().unwrap_or_default();
        fields.insert("document".to_owned(), id);
    }
    output.answer(&drafted, |drafted| {
        let mut lines = vec![format!("form     {}", text(drafted, "form"))];
        lines.extend(drafted_lines(drafted));
        lines
    })
}

fn document_lines(shown: &Value) -> Vec<String> {
    let copies = list(shown, "copies");
    let mut lines = match shown.get("ours").filter(|ours| ours.is_object()) {
        Some(ours) if ours.get("parts").is_some() => shown_lines(ours),
        Some(ours) if !text(ours, "recovered_from").is_empty() => vec![format!(
            "document {} ({}), {}: after a loss {} gave it back; its words stand in the log",
            text(shown, "document"),
            text(ours, "state"),
            text(ours, "form"),
            text(ours, "recovered_from")
        )],
        Some(ours) => vec![format!(
            "document {} ({}), {}: its content is gone",
            text(shown, "document"),
            text(ours, "state"),
            text(ours, "form")
        )],
        None => Vec::new(),
    };
    if !lines.is_empty() && !copies.is_empty() {
        lines.push("A PARTNER SENT ANOTHER DOCUMENT under this identifier of ours:".to_owned());
    }
    for copy in copies {
        lines.push(format!(
            "{} {} from {}, {}, arrived {} as entry {}",
            text(copy, "form"),
            text(copy, "document"),
            text(copy, "from"),
            text(copy, "label"),
            text(copy, "at"),
            copy.get("seq").and_then(Value::as_u64).unwrap_or_default()
        ));
        if copy.get("contradicts").and_then(Value::as_bool) == Some(true) {
            lines.push("  CONTRADICTS the first document under this identifier; the first one counts".to_owned());
        }
        for notice in list(copy, "notices") {
            lines.push(format!("  {} {}: {}", text(notice, "at"), text(notice, "kind"), text(notice, "instruction")));
        }
        match (copy.get("body"), text(copy, "recalled")) {
            (Some(Value::Object(_)), _) => lines.extend(fields(copy)),
            (_, recall) if !recall.is_empty() => lines.push(format!("  recalled by {recall}; what it said is erased")),
            _ => lines.push("  what it said is not held any more".to_owned()),
        }
    }
    lines
}

fn listed_lines(listed: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for one in list(listed, "ours") {
        let to: Vec<&str> = list(one, "to").iter().filter_map(Value::as_str).collect();
        lines.push(format!(
            "{}  {:<9}  {:<10} to   {:<12} {}  {}",
            text(one, "document"),
            text(one, "state"),
            text(one, "form"),
            to.join(", "),
            text(one, "label"),
            text(one, "created")
        ));
    }
    for one in list(listed, "received") {
        let state = if text(one, "recalled").is_empty() { "received" } else { "recalled" };
        lines.push(format!(
            "{}  {:<9}  {:<10} from {:<12} {}  {}",
            text(one, "document"),
            state,
            text(one, "form"),
            text(one, "from"),
            text(one, "label"),
            text(one, "at")
        ));
    }
    for (side, total, whose) in [("ours", "ours_total", "of ours"), ("received", "received_total", "that arrived")] {
        let (shown, total) = (list(listed, side).len() as u64, number(listed, total));
        if shown < total {
            lines.push(format!("{shown} of {total} documents {whose} are listed; the next ones with --skip"));
        }
    }
    if lines.is_empty() {
        lines.push("no documents yet; draft one with comity document draft".to_owned());
    }
    lines
}

fn verify(file: &Path, organisation: Option<&str>, output: &Output) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::usage(format!("cannot read {}: {error}", file.display()));
    let mut bytes = Vec::new();
    std::fs::File::open(file).map_err(cannot)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Failure::no(format!("{} is longer than any document, {FILE_BYTES_MAX} bytes", file.display())));
    }
    let not_one = || {
        Failure::no(format!("{} is no document of a form that this version knows", file.display()))
            .hint("give the exact bytes that comity document show --raw writes")
    };
    let Payload::Document(document) = Payload::parse(&bytes) else { return Err(not_one()) };
    let header = &document.header;
    Body::parse(header.form, &document.body).map_err(|fault| Failure::no(fault.to_string()))?;
    let Some(proof) = &header.proof else {
        return Err(Failure::no(format!("a document of the form {} carries no proof", header.form)));
    };
    let expected: VerifyingKey = match organisation {
        Some(key) => key.parse().map_err(|_| Failure::usage(format!("not the key of an organisation: {key}")))?,
        None => proof.organisation,
    };
    let stated = Stated { form: header.form, document: header.document, label: &header.label };
    proof.check(&expected, &stated, &document.body).map_err(|fault| Failure::no(fault.to_string()))?;
    let answer = json!({ "document": header.document, "form": header.form, "label": header.label.to_string(),
        "organisation": proof.organisation, "node": proof.certificate.key, "not_after": proof.certificate.not_after,
        "compared": organisation.is_some(), "body": serde_json::from_slice::<Value>(&document.body)? });
    output.answer(&answer, |answer| {
        let mut lines = vec![
            format!("{} {}, {}", text(answer, "form"), text(answer, "document"), text(answer, "label")),
            format!("signed for the organisation with the key {}", text(answer, "organisation")),
            format!("by a node key that was certified until {}", text(answer, "not_after")),
        ];
        lines.extend(fields(answer));
        lines
    })?;
    if organisation.is_none() {
        return Err(Failure::no("the signature holds, and whose key it is was not compared")
            .hint("give the key of the organisation whose it should be: --organisation KEY"));
    }
    Ok(())
}

/// What stands in a document, a line for each field.
fn fields(shown: &Value) -> Vec<String> {
    let body = shown.get("body").and_then(Value::as_object);
    body.into_iter()
        .flatten()
        .map(|(name, value)| match value.as_str() {
            Some(said) => format!("  {name}: {said}"),
            None => format!("  {name}: {value}"),
        })
        .collect()
}
