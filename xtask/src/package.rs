//! `cargo xtask package`: the Debian package, from the one description in `comity/Cargo.toml`.
//!
//! Guarantees: what the description names is what is packed, with the owner root and the modes it says; pages and completions are
//! made by the program that is packed. Does not know: how to build the program; it is given one.

use serde_json::Value;
use std::error::Error;
use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// One file of the package.
struct Asset {
    /// Where it is now; the last part may be `*.` and an ending.
    from: PathBuf,
    /// Where it goes, below the root; a folder where it ends with a slash.
    to: String,
    mode: u32,
}

/// The description, as cargo reads it.
struct Description {
    version: String,
    deb: Value,
    assets: Vec<Asset>,
}

fn text<'a>(value: &'a Value, field: &str) -> Outcome<&'a str> {
    value.get(field).and_then(Value::as_str).ok_or_else(|| format!("[package.metadata.deb] lacks {field}").into())
}

impl Description {
    fn read(root: &Path, program: &Path) -> Outcome<Self> {
        let output = crate::repository::cargo()
            .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
            .current_dir(root)
            .output()?;
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let packages = metadata.get("packages").and_then(Value::as_array).ok_or("no packages")?;
        let package = packages.iter().find(|package| package.get("name").is_some_and(|name| name == "comity"));
        let package = package.ok_or("the workspace has no package comity")?;
        let deb = package.pointer("/metadata/deb").ok_or("comity/Cargo.toml has no [package.metadata.deb]")?.clone();
        let mut assets = Vec::new();
        for asset in deb.get("assets").and_then(Value::as_array).ok_or("no assets")? {
            let part = |at: usize| asset.get(at).and_then(Value::as_str).ok_or("an asset is [from, to, mode]");
            let (from, to, mode) = (part(0)?, part(1)?.to_owned(), u32::from_str_radix(part(2)?, 8)?);
            // cargo-deb puts the profile's folder in the place of this one.
            let from =
                if from == "target/release/comity" { program.to_owned() } else { root.join("comity").join(from) };
            assets.push(Asset { from, to, mode });
        }
        Ok(Self { version: text(package, "version")?.to_owned(), deb, assets })
    }

    fn control(&self, installed_kib: u64) -> Outcome<String> {
        let machine = if cfg!(target_arch = "x86_64") { "amd64" } else { "arm64" };
        let long = text(&self.deb, "extended-description")?;
        Ok(format!(
            "Package: comity\nVersion: {}\nArchitecture: {machine}\nMaintainer: {}\nSection: {}\nPriority: {}\nDepends: {}\nInstalled-Size: {installed_kib}\nDescription: sovereign node for sharing intelligence\n {long}\n",
            self.version,
            text(&self.deb, "maintainer")?,
            text(&self.deb, "section")?,
            text(&self.deb, "priority")?,
            text(&self.deb, "depends")?,
        ))
    }
}

/// Has the program write its own pages and completions.
fn generate(program: &Path, folder: &Path) -> Outcome<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let run = |arguments: &[&OsStr]| -> Outcome<Vec<u8>> {
        let output = Command::new(program).args(arguments).output()?;
        if output.status.success() { Ok(output.stdout) } else { Err("the program does not write its own pages".into()) }
    };
    run(&["man".as_ref(), "--out".as_ref(), folder.join("man").as_os_str()])?;
    for (shell, file) in [("bash", "comity.bash"), ("zsh", "_comity"), ("fish", "comity.fish")] {
        std::fs::write(folder.join(file), run(&["completions".as_ref(), shell.as_ref()])?)?;
    }
    Ok(())
}

/// The files that an asset stands for.
fn files(asset: &Asset) -> Outcome<Vec<PathBuf>> {
    let name = asset.from.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(ending) = name.strip_prefix('*') else {
        return if asset.from.is_file() {
            Ok(vec![asset.from.clone()])
        } else {
            Err(format!("{} is not there", asset.from.display()).into())
        };
    };
    let folder = asset.from.parent().ok_or("an asset without folder")?;
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.to_string_lossy().ends_with(ending));
    found.sort();
    if found.is_empty() { Err(format!("nothing matches {}", asset.from.display()).into()) } else { Ok(found) }
}

fn place(from: &Path, to: &Path, mode: u32) -> Outcome<u64> {
    std::fs::create_dir_all(to.parent().ok_or("no folder")?)?;
    let bytes = std::fs::copy(from, to)?;
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(mode))?;
    Ok(bytes)
}

/// Builds the program unless one is given, packs it, and says where the package is.
pub fn run(root: &Path, program: Option<&str>) -> Result<bool, String> {
    let built = root.join("target/dist/comity");
    let program = match program {
        Some(given) => std::path::absolute(given).map_err(|error| error.to_string())?,
        None => {
            let mut cargo = crate::repository::cargo();
            let cargo = cargo.args(["build", "--profile", "dist", "-p", "comity", "--target-dir"]);
            let status =
                cargo.arg(root.join("target")).current_dir(root).status().map_err(|error| error.to_string())?;
            if !status.success() {
                return Ok(false);
            }
            built
        }
    };
    let deb = package(root, &program).map_err(|error| error.to_string())?;
    println!("{}", deb.display());
    Ok(true)
}

fn package(root: &Path, program: &Path) -> Outcome<PathBuf> {
    let made = root.join("target/package");
    generate(program, &made)?;
    let description = Description::read(root, program)?;
    let stage = made.join("stage");
    let mut bytes = 0;
    for asset in &description.assets {
        for file in files(asset)? {
            let to = stage.join(&asset.to);
            let to = if asset.to.ends_with('/') { to.join(file.file_name().unwrap_or_default()) } else { to };
            bytes += place(&file, &to, asset.mode)?;
        }
    }
    let debian = stage.join("DEBIAN");
    std::fs::create_dir_all(&debian)?;
    std::fs::File::create(debian.join("control"))?.write_all(description.control(bytes.div_ceil(1024))?.as_bytes())?;
    let scripts = root.join("comity").join(text(&description.deb, "maintainer-scripts")?);
    for script in ["postinst", "prerm", "postrm"] {
        place(&scripts.join(script), &debian.join(script), 0o755)?;
    }
    folders_open(&stage)?;
    let name = format!("comity_{}.deb", description.version);
    let deb = made.join(name);
    let built = Command::new("dpkg-deb").args(["--root-owner-group", "--build"]).arg(&stage).arg(&deb).status()?;
    if built.success() { Ok(deb) } else { Err("dpkg-deb did not build the package".into()) }
}

/// Folders of the package are for everybody to read, whatever the mask of the one who packs.
fn folders_open(folder: &Path) -> Outcome<()> {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))?;
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.file_type()?.is_dir() {
            folders_open(&entry.path())?;
        }
    }
    Ok(())
}
