//! The running program against foreign tools.
//!
//! They are Python programs; `COMITY_INTEROP_PYTHON` names a Python that has `testing/interop/requirements.txt` installed
//! (`./test` makes one). Without it these tests say so and do nothing.

mod api;
mod taxii;

use std::path::PathBuf;

fn world() -> comity_kit::World {
    comity_kit::World::new(env!("CARGO_BIN_EXE_comity"))
}

/// The Python that has the foreign tools, or `None` (said aloud).
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("COMITY_INTEROP_PYTHON").map(PathBuf::from);
    if python.is_none() {
        eprintln!("absent: COMITY_INTEROP_PYTHON is not set");
    }
    python
}

/// A script of `testing/interop`.
fn script(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../testing/interop")).join(name)
}

/// A file of the shared data, or `None` (said aloud).
fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")), PathBuf::from);
    let path = folder.join(path);
    if !path.exists() {
        eprintln!("absent: {}", path.display());
    }
    path.exists().then_some(path)
}
