//! Link: entries per second between two served nodes until the recipient has countersigned them all.
//!
//! The leak check answers 600 times an hour in preparing approvals, and each approval spends one: a run sends fewer releases.

use crate::figure::Figure;
use crate::node::{PATIENCE, Program, free_address, text};
use crate::process::own_cpu;
use crate::report::{Row, Section};
use crate::{Outcome, Setting};
use comity_crypto::{Entropy, Purpose, SealingKey, SigningKey};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Releases that wait for the partner.
const RELEASES: usize = 100;
/// Bytes that the limit seals and opens: the size class after the smallest (spec/link.md).
const PAYLOAD: usize = 4096;
/// Bytes of a header, as near as it matters to a signature.
const HEADER: usize = 256;

/// A home and its officers' keys.
pub(crate) struct Side {
    pub home: PathBuf,
    pub code: &'static str,
}

impl Side {
    pub fn key(&self, officer: &str) -> PathBuf {
        self.home.with_file_name(format!("{}-{officer}.key", self.code))
    }

    fn card(&self) -> PathBuf {
        self.home.with_file_name(format!("{}.card", self.code))
    }
}

/// What one exchange took.
struct Exchanged {
    entries: u64,
    /// From the partner's ready line to the last countersignature.
    seconds: f64,
    /// From the partner's ready line to the first.
    first: f64,
    /// What the loopback interface carried meanwhile.
    bytes: u64,
    /// Drafting, approving and sending before.
    prepared: f64,
}

/// Measures exchanges, and sealing alone.
///
/// # Errors
/// Where the program is absent or fails, or the entries do not arrive.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let program = Program::find()?;
    let (mut exchanged, mut sealing) = (Vec::new(), Vec::new());
    // Each takes some ten seconds of preparation, so not as many as of what is short.
    for _ in 0..setting.runs.min(3) {
        exchanged.push(exchange(setting, &program)?);
        sealing.push(sealing_rate()?);
    }
    let figure = |of: fn(&Exchanged) -> f64| Figure::of(&exchanged.iter().map(of).collect::<Vec<_>>());
    let shown = |of: fn(&Exchanged) -> f64| figure(of).map_or_else(String::new, |figure| figure.to_string());
    let mut section = Section::new(
        "Link",
        format!(
            "two served nodes on loopback; the sender queues {RELEASES} releases of one small report each while the partner is \
             away, then the partner is served. The clock runs from its ready line until `link show` at the sender says that all \
             entries are countersigned. limit: X-Wing seal, Ed25519 sign and verify, open of a 4 KiB payload on one core."
        ),
    );
    section.rows.push(
        Row::new("until all countersigned", "entries/s", figure(|e| e.entries as f64 / e.seconds))
            .limit(Figure::of(&sealing))
            .note(format!(
                "{} entries in {} ms; {} MB passed the loopback interface meanwhile, headers, receipts and other programs' \
                 traffic included; drafting, approving and sending took {} s before, a process for each verb",
                shown(|e| e.entries as f64),
                shown(|e| e.seconds * 1e3),
                shown(|e| e.bytes as f64 / 1e6),
                shown(|e| e.prepared)
            )),
    );
    section.rows.push(Row::new("ready line to first countersigned", "ms", figure(|e| e.first * 1e3)));
    Ok(section)
}

/// Sends to a partner that is away, then lets it come.
fn exchange(setting: &Setting, program: &Program) -> Outcome<Exchanged> {
    let folder = setting.private_folder("link")?;
    let (sender, recipient) = linked(program, &folder)?;
    let served = program.serve(&sender.home, &[])?;
    let begun = Instant::now();
    release(program, &sender, recipient.code)?;
    let prepared = begun.elapsed().as_secs_f64();
    let entries = out_log(program, &sender, recipient.code, "size")?;
    if out_log(program, &sender, recipient.code, "cosigned")? != 0 {
        return Err("entries were countersigned by a partner that is not served".into());
    }
    let bytes = loopback_bytes();
    let partner = program.serve(&recipient.home, &[])?;
    let mut first = None;
    let seconds = loop {
        let cosigned = out_log(program, &sender, recipient.code, "cosigned")?;
        let since = partner.ready.elapsed();
        if cosigned > 0 && first.is_none() {
            first = Some(since.as_secs_f64());
        }
        if cosigned == entries {
            break since.as_secs_f64();
        }
        if since > PATIENCE {
            return Err(format!("{cosigned} of {entries} entries were countersigned within {PATIENCE:?}").into());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let bytes = loopback_bytes().saturating_sub(bytes);
    drop((partner, served));
    std::fs::remove_dir_all(&folder)?;
    Ok(Exchanged { entries, seconds, first: first.unwrap_or(seconds), bytes, prepared })
}

/// Makes two homes with officers that have confirmed each other.
pub(crate) fn linked(program: &Program, folder: &Path) -> Outcome<(Side, Side)> {
    let sender = side(program, folder, "vsis")?;
    let recipient = side(program, folder, "kps")?;
    for (at, of) in [(&sender, &recipient), (&recipient, &sender)] {
        let (home, first, second) = (text(&at.home)?, at.key("carla"), at.key("conrad"));
        let (first, second) = (text(&first)?, text(&second)?);
        let added =
            program.ask(&["link", "add", "--home", home, "--key", first, "--key", second, text(&of.card())?])?;
        let words = field(&added, "fingerprint")?;
        for key in [first, second] {
            program.run(&["link", "confirm", "--home", home, "--key", key, "--words", &words, of.code])?;
        }
    }
    Ok((sender, recipient))
}

/// Makes a home with officers and writes its card.
fn side(program: &Program, folder: &Path, code: &'static str) -> Outcome<Side> {
    let side = Side { home: folder.join(code), code };
    let home = text(&side.home)?;
    program.init(&side.home, code, &free_address()?, "127.0.0.1:0")?;
    let custodians = [side.key("carla"), side.key("conrad")];
    let custodians = [text(&custodians[0])?, text(&custodians[1])?];
    // The leak check finds a short code in the digits of a random identifier.
    for (officer, roles) in [
        ("carla", "custodian"),
        ("conrad", "custodian,security_officer"),
        ("alice", "analyst,desk_officer"),
        ("robert", "releasing_officer"),
    ] {
        let key = side.key(officer);
        let mut words = vec!["officer", "add", "--home", home, "--code", officer, "--name", officer, "--roles", roles];
        words.extend(["--key-out", text(&key)?]);
        if !roles.starts_with("custodian") {
            words.extend(custodians.iter().flat_map(|custodian| ["--custodian", custodian]));
        }
        program.run(&words)?;
    }
    program.run(&["link", "card", "--home", home, "--output", text(&side.card())?])?;
    Ok(side)
}

/// Drafts, approves and sends all releases.
fn release(program: &Program, side: &Side, to: &str) -> Outcome<()> {
    let home = text(&side.home)?;
    let (alice, bob) = (side.key("alice"), side.key("robert"));
    let (alice, bob) = (text(&alice)?, text(&bob)?);
    let report = program.ask(&[
        "write",
        "report",
        "--home",
        home,
        "--key",
        alice,
        "--title",
        "BR-1",
        "--text",
        "A fictional consignment leaves the harbour in mid-March.",
        "--grading",
        "B2",
        "--label",
        "TLP:GREEN",
    ])?;
    let report = field(&report, "id")?;
    for n in 0..RELEASES {
        let words = format!("Consignment {n} is expected to leave the harbour in mid-March.");
        let draft = program.ask(&[
            "release",
            "draft",
            "--home",
            home,
            "--key",
            alice,
            "--objects",
            &report,
            "--to",
            to,
            "--title",
            "Consignment",
            "--text",
            &words,
            "--descriptor",
            "access=indirect,reporting_record=limited",
        ])?;
        let draft = field(&draft, "release")?;
        program.run(&["release", "approve", "--home", home, "--key", bob, &draft])?;
        program.run(&["release", "send", "--home", home, &draft])?;
    }
    Ok(())
}

pub(crate) fn field(answer: &Value, name: &str) -> Outcome<String> {
    let found = answer.get(name).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| format!("the answer has no {name}").into())
}

/// Returns a number of our log to the partner.
fn out_log(program: &Program, side: &Side, partner: &str, name: &str) -> Outcome<u64> {
    let shown = program.ask(&["link", "show", "--home", text(&side.home)?, partner])?;
    let number = shown.get("out").and_then(|out| out.get(name)).and_then(Value::as_u64);
    number.ok_or_else(|| format!("link show tells no {name}").into())
}

/// Returns the bytes that the loopback interface ever received.
fn loopback_bytes() -> u64 {
    let devices = std::fs::read_to_string("/proc/net/dev").unwrap_or_default();
    let line = devices.lines().find_map(|line| line.trim().strip_prefix("lo:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Returns how many entries one core seals, signs, verifies and opens in a second.
fn sealing_rate() -> Outcome<f64> {
    let (node, sealing) = (SigningKey::from_seed(&[1; 32]), SealingKey::from_seed(&[2; 32]));
    let (verifying, public) = (node.verifying_key(), sealing.public());
    let mut entropy = Entropy::seeded([3; 32]);
    let (payload, header) = ([7; PAYLOAD], [8; HEADER]);
    let (begun, cpu) = (Instant::now(), own_cpu());
    let mut entries = 0;
    while begun.elapsed() < Duration::from_secs(1) {
        let sealed = public.seal(&mut entropy.stream("bench", "link", entries), &header, &payload)?;
        let signature = node.sign(Purpose::Entry, &header);
        verifying.verify(Purpose::Entry, &header, &signature)?;
        if *sealing.open(&header, &sealed)? != payload {
            return Err("what was opened is not what was sealed".into());
        }
        entries += 1;
    }
    Ok(entries as f64 / (own_cpu() - cpu))
}
