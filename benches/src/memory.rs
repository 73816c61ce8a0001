//! Memory of an import: the most the real program holds, for a middling file and one eight times as large.

use crate::figure::Figure;
use crate::node::{Program, text};
use crate::process::size_mib;
use crate::report::{Row, Section};
use crate::stock::{self, Size};
use crate::{Outcome, Setting};
use std::fs::File;

/// Sizes of the generated files, in bytes.
const SIZES: [u64; 2] = [50_000_000, 400_000_000];

/// Imports a file of each size into a home of its own.
///
/// # Errors
/// Where the program is absent or fails, or the disk is full.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let program = Program::find()?;
    let mut section = Section::new(
        "Memory of an import",
        "`comity import` of generated indicators and observables into a new home; the most memory the process ever held \
         (VmHWM), once for each size.",
    );
    for bytes in SIZES {
        let file = setting.folder.join("stock.json");
        let objects = stock::write(File::create(&file)?, Size::Bytes(bytes), 1)?;
        let home = setting.folder.join("memory");
        program.init(&home, "bench", "127.0.0.1:0", "127.0.0.1:0")?;
        let ran = program.run(&["import", "--home", text(&home)?, text(&file)?])?;
        let megabytes = ran.peak_mib * f64::from(1 << 20) / 1e6;
        let row = Row::new(format!("import of {} MB", bytes / 1_000_000), "MB", Figure::of(&[megabytes]))
            .goal("< 200 MB", megabytes < 200.0)
            .note(format!(
                "{objects} objects, {:.0} MiB, the whole verb took {:.1} s and {:.1} cpu-s",
                size_mib(&file),
                ran.seconds,
                ran.cpu_seconds
            ));
        section.rows.push(row);
        std::fs::remove_dir_all(&home)?;
        std::fs::remove_file(&file)?;
    }
    Ok(section)
}
