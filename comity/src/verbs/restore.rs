//! `comity restore`.

use super::backup::private_key;
use super::{Session, officer_key};
use crate::arguments::{RestoreArguments, RestoreVerb};
use crate::output::{Output, list, number, text};
use crate::{passphrase, progress, world};
use comity_node::{Failure, FromSafe, LockedSafe, Request, SafeKind, restore_home};
use comity_vocab::{Digest, OrgCode};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Restores a home, shows what partners hold, and ends the quarantine.
pub fn run(arguments: RestoreArguments, output: &Output) -> Result<(), Failure> {
    match arguments.verb {
        Some(RestoreVerb::Show { home }) => show(&home.home, output),
        Some(RestoreVerb::Release { home, keys, without, digest }) => {
            release(&home.home, &keys, &without, digest.as_deref(), output)
        }
        None => match (&arguments.from, &arguments.key, &arguments.identity, &arguments.home) {
            (Some(from), Some(key), Some(identity), Some(home)) => {
                begin(from, [key, identity], home, arguments.accept_unsigned, output)
            }
            _ => Err(Failure::usage("a restore needs a backup, both keys from the safe, and a home to make")
                .hint("comity restore --from FILE --key FILE --identity FILE --home DIR")),
        },
    }
}

fn begin(
    from: &Path,
    [key, identity]: [&Path; 2],
    home: &Path,
    accept_unsigned: bool,
    output: &Output,
) -> Result<(), Failure> {
    let backup = private_key(key)?;
    let locked = LockedSafe::read(identity, SafeKind::OrganisationKey)?;
    let organisation = locked.organisation_key(&passphrase::safe(SafeKind::OrganisationKey)?)?;
    let of_home = passphrase::new_home()?;
    let safe = FromSafe { backup, organisation, accept_unsigned };
    let mut bar = progress::bar("restoring");
    let now = world::now();
    let restored = restore_home(from, safe, home, &of_home, &mut world::entropy(), now, &mut bar)?;
    output.answer(&restored, |restored| {
        let mut lines = vec![
            format!("restored {} from the backup of {}", text(restored, "home"), text(restored, "backup")),
            "it has a new node key and is in quarantine: it listens, and sends and applies nothing".into(),
            "next: comity officer list (nobody disabled since the backup may be active again)".into(),
            "      comity link card --output FILE: every partner adds it with comity link add --new-node-key".into(),
            "      comity serve, then comity restore show, until every partner said what it holds".into(),
            "      two officers: comity restore release --key A --key B".into(),
        ];
        let partners: Vec<&str> = list(restored, "links").iter().filter_map(Value::as_str).collect();
        if !partners.is_empty() {
            lines.insert(2, format!("partners: {}", partners.join(", ")));
        }
        lines
    })
}

fn show(home: &Path, output: &Output) -> Result<(), Failure> {
    let shown = Session::open(home)?.ask(&Request::QuarantineShow)?;
    output.answer(&shown, |shown| {
        let mut lines = match shown.get("quarantine").filter(|held| !held.is_null()) {
            None => vec!["this node is not in quarantine".to_owned()],
            Some(held) => why_lines(held),
        };
        lines.extend(list(shown, "links").iter().flat_map(link_lines));
        lines.push(format!("digest {}", text(shown, "digest")));
        lines
    })
}

/// Why the node is in quarantine, and whether officers can end it.
fn why_lines(held: &Value) -> Vec<String> {
    let mut lines = vec!["in quarantine".to_owned()];
    if !text(held, "restored").is_empty() {
        lines.push(format!("  restored {} from the backup of {}", text(held, "restored"), text(held, "backup")));
    }
    if let Some(anchor) = held.get("anchor").filter(|anchor| !anchor.is_null()) {
        let (noticed, fault) = (text(anchor, "noticed"), text(anchor, "fault"));
        lines.push(format!("  does not fit its anchor since {noticed}: {fault}"));
    }
    if held.get("officers_may_end_it").and_then(Value::as_bool) == Some(false) {
        lines.push(
            "  entries were cut off or changed: keep the home as evidence, and restore the newest backup".to_owned(),
        );
    }
    lines
}

fn link_lines(link: &Value) -> Vec<String> {
    let mut lines = vec![format!("{:<16} {}", text(link, "code"), text(link, "state"))];
    lines.extend(list(link, "generations").iter().flat_map(generation_lines));
    lines
}

fn generation_lines(ended: &Value) -> Vec<String> {
    let size =
        |side: Option<&Value>, log: &str| side.and_then(|side| side.get(log)).map_or(0, |head| number(head, "size"));
    let held = ended.get("held");
    let partner = ended.get("partner").filter(|partner| !partner.is_null());
    let mut lines = vec![format!("  logs that ended {}", text(ended, "ended"))];
    for (log, what) in [("ours", "ours to them"), ("theirs", "theirs to us")] {
        let there =
            partner.map_or_else(|| "not said yet".to_owned(), |partner| format!("{} there", size(Some(partner), log)));
        lines.push(format!("    {what}: {} here, {there}", size(held, log)));
    }
    if let Some(partner) = partner {
        let (here, there) = (number(partner, "missing_here"), number(partner, "missing_there"));
        if here + there > 0 {
            lines
                .push(format!("    {here} missing here and {there} missing there: exchanged when the quarantine ends"));
        }
        if let Some(whose) = partner.get("contradiction").and_then(Value::as_str) {
            lines.push(format!(
                "    THE LOG THAT IS {} DIFFERS: this link will be suspended; talk to the partner",
                whose.to_uppercase()
            ));
        }
    }
    lines
}

fn release(
    home: &Path,
    keys: &[PathBuf],
    without: &[OrgCode],
    digest: Option<&str>,
    output: &Output,
) -> Result<(), Failure> {
    let mut session = Session::open(home)?;
    let digest: Digest = match digest {
        Some(given) => given.parse().map_err(|_| Failure::usage("not a digest: expected 64 hexadecimal digits"))?,
        None => {
            let shown = session.ask(&Request::QuarantineShow)?;
            serde_json::from_value(shown.get("digest").cloned().unwrap_or_default())?
        }
    };
    let mut done = Value::Null;
    for key in keys {
        let request = Request::QuarantineRelease { digest, without: without.to_vec() };
        done = session.ask_as(&officer_key(key)?, &request)?;
    }
    output.answer(&done, |done| match text(done, "state") {
        "released" => vec![
            "the quarantine is over; partners of a restored node are told, and what is missing is exchanged".to_owned(),
        ],
        _ => vec![format!("officer {} agreed; a second officer ends the quarantine", text(done, "agreed"))],
    })
}
