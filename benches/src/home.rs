//! Homes that hold so many objects: made once, kept between runs beside the program, read by several benchmarks.

use crate::process::own_cpu;
use crate::stock::{self, Size};
use crate::{Outcome, Setting, make_private};
use comity_crypto::{Entropy, Zeroizing};
use comity_ledger::TableKey;
use comity_node::{Call, Home, NewHome, Node, Request, Scope, create_home};
use comity_store::{Holdings, Mode};
use comity_vocab::Timestamp;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Nothing is protected by it: the objects are generated, the home is a benchmark's.
const PASSPHRASE: &str = "a-benchmark-home";

/// A home that holds so many generated objects, and the way in.
pub struct Held {
    /// The home.
    pub home: Home,
    /// The node, which knows the token.
    pub node: Node,
    /// A token that may read over TAXII.
    pub token: String,
    /// The file of what it holds.
    pub bundle: PathBuf,
}

fn now() -> Timestamp {
    Timestamp::from_unix(1_790_000_000, 0)
}

/// Returns a home with so many objects, making it where there is none.
///
/// # Errors
/// From the disk, the store or the node.
pub fn of(setting: &Setting, objects: usize) -> Outcome<Held> {
    let folder = setting.keep.join(format!("home-{objects}"));
    let (home, bundle, complete) = (folder.join("home"), folder.join("stock.json"), folder.join("complete"));
    if !complete.exists() {
        eprintln!("making a home with {objects} objects in {}", folder.display());
        make(&folder, &home, &bundle, objects)?;
        std::fs::write(&complete, b"")?;
    }
    let home = Home::open(&home)?;
    let mut seed = [0; 32];
    seed.iter_mut().zip(std::process::id().to_be_bytes()).for_each(|(byte, given)| *byte = given);
    // The processor time so far tells this run's token from that of another one.
    let spent = own_cpu().to_bits().to_be_bytes();
    seed.iter_mut().skip(8).zip(spent).for_each(|(byte, given)| *byte = given);
    let passphrase = Box::new(|| Ok(Zeroizing::new(PASSPHRASE.to_owned())));
    let mut node = Node::open(home.clone(), Entropy::seeded(seed), now(), passphrase)?;
    let name = format!(
        "bench-{}",
        Entropy::seeded(seed)
            .stream("name", "bench", 0)
            .bytes32()
            .iter()
            .fold(String::new(), |all, byte| format!("{all}{byte:02x}"))
            .get(..16)
            .unwrap_or_default()
    );
    let request = Request::TokenAdd { name, scopes: BTreeSet::from([Scope::TaxiiRead, Scope::Read]), expires: None };
    let call = Call { request: serde_json::to_string(&request)?, ..Call::default() };
    let made = node.handle(now(), &call)?;
    let token = made.get("token").and_then(serde_json::Value::as_str).ok_or("no token")?.to_owned();
    Ok(Held { home, node, token, bundle })
}

fn make(folder: &Path, home: &Path, bundle: &Path, objects: usize) -> Outcome<()> {
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent)?;
    }
    make_private(folder)?;
    stock::write(File::create(bundle)?, Size::Objects(objects), 7)?;
    let new = NewHome {
        name: "A benchmark".into(),
        code: "bench".parse()?,
        country: "XVM".parse()?,
        kind: "police_unit".into(),
        desk: None,
        gate: None,
        endpoints: Vec::new(),
    };
    create_home(home, new, PASSPHRASE, &mut Entropy::seeded([7; 32]), now())?;
    import(home, bundle)
}

/// Imports a bundle as its users do: what another program than the node writes does not fit the home's anchor.
pub fn import(home: &Path, bundle: &Path) -> Outcome<()> {
    let passphrase = Box::new(|| Ok(Zeroizing::new(PASSPHRASE.to_owned())));
    let mut node = Node::open(Home::open(home)?, Entropy::seeded([8; 32]), now(), passphrase)?;
    let request = Request::Import { path: bundle.to_owned(), origin: "bench".into(), label: None };
    let call = Call { request: serde_json::to_string(&request)?, ..Call::default() };
    node.handle(now(), &call)?;
    Ok(())
}

/// Makes empty holdings outside of a home, sealed as those of a home are.
pub fn new_holdings(folder: &Path) -> Outcome<Holdings> {
    let key = Arc::new(TableKey::derive(&[7; 32]));
    let mut holdings = Holdings::open(&folder.join("holdings.db"), Mode::Create)?;
    let tx = holdings.transaction()?;
    tx.seal_first(&key)?;
    tx.commit()?;
    holdings.unlock(key)?;
    holdings.tidy()?;
    Ok(holdings)
}
