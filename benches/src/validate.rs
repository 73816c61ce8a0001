//! Validation: megabytes a second against STIX 2.1, beside a plain walk over the same JSON and stix2-validator.

use crate::figure::Figure;
use crate::process::{self, own_cpu};
use crate::report::{Row, Section};
use crate::{Outcome, Setting};
use comity_conformance::Document;
use comity_stix::Limits;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How long one run at least takes: the file is read again until then.
const SECONDS_MIN: f64 = 0.5;
/// What `comity validate` reads at once.
const CHUNK: usize = 1 << 16;
/// Objects the peer is given: all of a file take it half a minute.
const PEER_OBJECTS: usize = 500;

/// Validates the first objects of a bundle and says how long that took, without starting Python and reading the file.
const SCRIPT: &str = "
import json, sys, time
import stix2validator
from stix2validator.validator import validate_instance
options = stix2validator.ValidationOptions(version='2.1')
objects = json.load(open(sys.argv[1]))['objects'][:int(sys.argv[2])]
size = sum(len(json.dumps(o)) for o in objects)
begin = time.process_time()
for o in objects:
    validate_instance(o, options)
print(json.dumps({'seconds': time.process_time() - begin, 'objects': len(objects), 'bytes': size}))
";

/// Measures validation of real files, one core each.
///
/// # Errors
/// Where something failed, not where it was slow.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let mut section = Section::new(
        "Validation",
        "ours: a file in memory, cut into its objects in chunks of 64 KiB, every object parsed strictly and validated with all \
         warnings, by processor time; limit: `serde_json` reading the same bytes into `IgnoredAny`, which keeps and checks nothing; peer: \
         stix2-validator on the first 500 objects, already parsed, cpu time. Taken in turns in one run.",
    );
    let peer = peer(&setting.peer_folder);
    if let Err(absent) = &peer {
        section.absent.push(absent.to_string());
    }
    for name in ["attack-mobile-17.1.json", "attack-ics-18.1.json", "capec-2.1.reassembled.json"] {
        let path = setting.data.as_ref().map(|data| data.join("stix").join(name)).filter(|path| path.is_file());
        match path {
            Some(path) => one(setting, &mut section, name, &path, peer.as_deref().ok())?,
            None => section.absent.push(format!("{name}: set COMITY_TEST_DATA to the folder that holds stix/{name}")),
        }
    }
    Ok(section)
}

fn one(setting: &Setting, section: &mut Section, name: &str, path: &Path, peer: Option<&Path>) -> Outcome<()> {
    let bytes = std::fs::read(path)?;
    let megabytes = bytes.len() as f64 / 1e6;
    let (mut ours, mut limit, mut objects) = (Vec::new(), Vec::new(), 0);
    for _ in 0..setting.runs {
        let per_second = repeated(|| {
            objects = validate(&bytes)?;
            Ok(())
        })?;
        ours.push(per_second * megabytes);
        let per_second = repeated(|| {
            serde_json::from_slice::<IgnoredAny>(&bytes)?;
            Ok(())
        })?;
        limit.push(per_second * megabytes);
    }
    let theirs = peer.map(|python| their_time(python, path)).transpose()?;
    let ours = Figure::of(&ours);
    let median = ours.as_ref().map_or(0.0, |figure| figure.median);
    let met = median >= 100.0;
    section.rows.push(
        Row::new(format!("{name}, MB/s"), "MB/s", ours)
            .limit(Figure::of(&limit))
            .peer(theirs.as_ref().and_then(|(megabytes, _)| Figure::of(&[*megabytes])))
            .goal("at least 100 MB/s on one core", met)
            .note(format!("{objects} objects, {megabytes:.1} MB")),
    );
    section.rows.push(
        Row::new(format!("{name}, objects/s"), "objects/s", Figure::of(&[objects as f64 * median / megabytes]))
            .peer(theirs.and_then(|(_, objects)| Figure::of(&[objects]))),
    );
    Ok(())
}

/// Returns how often in a second of processor time something can be done: other programs on the machine do not count.
fn repeated(mut what: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let (begin, mut times) = (own_cpu(), 0u32);
    loop {
        what()?;
        times += 1;
        let seconds = own_cpu() - begin;
        if seconds >= SECONDS_MIN {
            return Ok(f64::from(times) / seconds);
        }
    }
}

fn validate(bytes: &[u8]) -> Outcome<u64> {
    let mut document = Document::new(Limits::default(), false);
    let mut findings = 0usize;
    for chunk in bytes.chunks(CHUNK) {
        document
            .push(chunk, &mut |examined| findings += examined.report.errors.len() + examined.report.warnings.len())?;
    }
    let closed = document.finish()?;
    std::hint::black_box(findings);
    Ok(closed.objects)
}

/// Finds a Python with stix2-validator, making an environment for it where it can.
fn peer(folder: &Path) -> Outcome<PathBuf> {
    let own = folder.join("bin/python3");
    let has = |python: &Path| {
        Command::new(python).args(["-c", "import stix2validator"]).output().is_ok_and(|done| done.status.success())
    };
    for python in [PathBuf::from("python3"), own.clone()] {
        if has(&python) {
            return Ok(python);
        }
    }
    let absent =
        |what: &str| format!("stix2-validator is absent ({what}); install it with: pip install stix2-validator");
    eprintln!("installing stix2-validator into {}", folder.display());
    if !own.is_file() {
        process::run(Command::new("python3").arg("-m").arg("venv").arg(folder))
            .map_err(|error| absent(&error.to_string()))?;
    }
    process::run(Command::new(&own).args(["-m", "pip", "install", "--quiet", "stix2-validator"]))
        .map_err(|error| absent(&error.to_string()))?;
    if has(&own) { Ok(own) } else { Err(absent("it was installed but does not load").into()) }
}

/// Returns the peer's megabytes and objects per second of cpu time.
fn their_time(python: &Path, path: &Path) -> Outcome<(f64, f64)> {
    let ran = process::run(Command::new(python).arg("-c").arg(SCRIPT).arg(path).arg(PEER_OBJECTS.to_string()))?;
    let said: Value = serde_json::from_str(&ran.output)?;
    let number = |name: &str| said.get(name).and_then(Value::as_f64).unwrap_or_default();
    let seconds = number("seconds");
    Ok((number("bytes") / 1e6 / seconds, number("objects") / seconds))
}
