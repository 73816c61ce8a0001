//! The peer: python-stix2's `MemoryStore`, in a Python environment of its own.

use crate::Outcome;
use crate::process;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Loads a file and says how long that took; parsing of the arguments and starting Python are left out.
const SCRIPT: &str = "
import json, resource, sys, time
import stix2
store = stix2.MemoryStore(allow_custom=True)
wall, cpu = time.perf_counter(), time.process_time()
store.load_from_file(sys.argv[1])
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({'seconds': wall, 'cpu_seconds': cpu, 'peak_mib': peak, 'objects': len(store.query()), 'version': stix2.__version__}))
";

/// What python-stix2 took for a file.
pub struct Loaded {
    /// From call to return.
    pub seconds: f64,
    /// User and system time.
    pub cpu_seconds: f64,
    /// The most memory, in MiB.
    pub peak_mib: f64,
    /// Objects in the store afterwards.
    pub objects: f64,
    /// Its version.
    pub version: String,
}

/// A Python that has stix2.
pub struct Peer {
    python: PathBuf,
}

impl Peer {
    /// Finds a Python with stix2, making an environment for it where it can.
    ///
    /// # Errors
    /// Says what is missing; the benchmark then runs without the peer.
    pub fn find(folder: &Path) -> Outcome<Self> {
        let own = folder.join("bin/python3");
        for python in [PathBuf::from("python3"), own.clone()] {
            if has_stix2(&python) {
                return Ok(Self { python });
            }
        }
        eprintln!("making a Python environment with stix2 in {}", folder.display());
        let absent = |what: &str| format!("python-stix2 is absent ({what}); install it with: pip install stix2");
        let mut make = Command::new("python3");
        process::run(make.arg("-m").arg("venv").arg(folder)).map_err(|error| absent(&error.to_string()))?;
        let mut pip = Command::new(&own);
        process::run(pip.args(["-m", "pip", "install", "--quiet", "stix2"]))
            .map_err(|error| absent(&error.to_string()))?;
        if has_stix2(&own) {
            Ok(Self { python: own })
        } else {
            Err(absent("it was installed but does not load").into())
        }
    }

    /// Loads a file.
    ///
    /// # Errors
    /// Where Python fails.
    pub fn load(&self, path: &Path) -> Outcome<Loaded> {
        let ran = process::run(Command::new(&self.python).arg("-c").arg(SCRIPT).arg(path))?;
        let said: Value = serde_json::from_str(&ran.output)?;
        let number = |name: &str| said.get(name).and_then(Value::as_f64).unwrap_or_default();
        Ok(Loaded {
            seconds: number("seconds"),
            cpu_seconds: number("cpu_seconds"),
            peak_mib: number("peak_mib"),
            objects: number("objects"),
            version: said.get("version").and_then(Value::as_str).unwrap_or_default().to_owned(),
        })
    }
}

fn has_stix2(python: &Path) -> bool {
    Command::new(python).args(["-c", "import stix2"]).output().is_ok_and(|done| done.status.success())
}
