//! Following: what is appended is seen, whatever happens to the file or the desk.

use super::child::Watched;
use super::{found, line, listed, watching, world};
use comity_kit::{Node, World};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn following(node: &Node, files: &[&PathBuf]) -> Watched {
    let paths: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let mut arguments = vec!["detect", "--follow", "--mapping", "simple"];
    arguments.extend(paths.iter().map(String::as_str));
    Watched::start(node, &arguments, Stdio::null())
}

fn place() -> (World, Node) {
    let world = world();
    let node = watching(&world, "vsis");
    (world, node)
}

const IP: (&str, &str) = ("ip-dst", "203.0.113.9");
const NAME: (&str, &str) = ("domain", "cdn.example");

#[test]
fn appended_renamed_cut_off_and_late_files() {
    let (world, node) = place();
    let running = node.serve();
    let (one, late) = (world.write("one.log", line(1, IP.0, IP.1)), world.file("late.log"));
    let watched = following(&node, &[&one, &late]);
    watched.sees("Beacon", 1);
    watched.notes("waiting for");
    append(&one, &line(2, IP.0, IP.1));
    watched.sees("Beacon", 2);
    // Half a line waits; what comes with its end counts.
    let whole = line(3, IP.0, IP.1);
    let (first, second) = whole.split_at(12);
    append(&one, first);
    append(&late, &line(4, NAME.0, NAME.1));
    watched.sees("Staging", 1);
    append(&one, second);
    watched.sees("Beacon", 3);
    // Renamed: the one who wrote goes on for a moment, while the new file has begun.
    let mut old = OpenOptions::new().append(true).open(&one).unwrap();
    std::fs::rename(&one, world.file("one.log.1")).unwrap();
    append(&one, &line(5, NAME.0, NAME.1));
    watched.sees("Staging", 2);
    old.write_all(line(6, IP.0, IP.1).as_bytes()).unwrap();
    watched.sees("Beacon", 4);
    append(&one, &line(7, IP.0, IP.1));
    watched.sees("Beacon", 5);
    // Cut off and written again in place, shorter than before.
    append(&one, &line(8, NAME.0, NAME.1));
    watched.sees("Staging", 3);
    File::options().write(true).truncate(true).open(&one).unwrap();
    append(&one, &line(9, IP.0, IP.1));
    watched.sees("Beacon", 6);
    // Removed and made again.
    std::fs::remove_file(&one).unwrap();
    append(&one, &line(10, NAME.0, NAME.1));
    watched.sees("Staging", 4);
    append(&one, "ip-dst,203.0.113.9");
    append(&late, &line(11, IP.0, IP.1));
    watched.sees("Beacon", 7);
    watched.signal("TERM");
    watched.notes("has no line feed yet");
    let (code, summary) = watched.end();
    assert_eq!(code, Some(0));
    assert_eq!((summary["lines"].as_u64(), summary["counted"].as_u64()), (Some(11), Some(11)), "{summary}");
    assert_eq!(found(&listed(&node, &[])).iter().map(|one| one.2).sum::<u64>(), 11);
    assert!(running.stop());
}

#[test]
fn a_follower_without_a_desk_holds_the_home_and_ends_with_ctrl_c() {
    let (world, node) = place();
    let path = world.write("one.log", line(1, IP.0, IP.1));
    let watched = following(&node, &[&path]);
    watched.notes("no desk runs");
    watched.sees("Beacon", 1);
    append(&path, "nonsense\n");
    append(&path, &line(2, IP.0, IP.1));
    watched.notes("one.log:2: ");
    watched.sees("Beacon", 2);
    watched.signal("INT");
    let (code, summary) = watched.end();
    assert_eq!((code, summary["refused"].as_u64()), (Some(1), Some(1)), "{summary}");
}

#[test]
fn standard_input_that_ends_ends_the_follower() {
    let (_world, node) = place();
    let mut watched = Watched::start(&node, &["detect", "--follow", "--mapping", "simple", "-"], Stdio::piped());
    let mut stdin = watched.stdin();
    stdin.write_all(line(1, IP.0, IP.1).as_bytes()).unwrap();
    watched.sees("Beacon", 1);
    stdin.write_all(line(2, IP.0, IP.1).trim_end().as_bytes()).unwrap();
    drop(stdin);
    watched.sees("Beacon", 2);
    let (code, summary) = watched.end();
    assert_eq!((code, summary["counted"].as_u64()), (Some(0), Some(2)));
}

#[test]
fn a_killed_desk_loses_nothing_and_the_follower_goes_on() {
    let (world, node) = place();
    let path = world.write("one.log", line(0, NAME.0, NAME.1));
    let mut running = node.serve();
    let watched = following(&node, &[&path]);
    watched.sees("Staging", 1);
    let mut count = 0;
    for round in 0..5_u32 {
        let minute = round * 10;
        append(&path, &line(minute + 1, IP.0, IP.1));
        count += 1;
        watched.sees("Beacon", count);
        // Some of these lines meet a desk that dies, some one that is gone.
        let writer = {
            let path = path.clone();
            std::thread::spawn(move || (2..8).for_each(|more| append(&path, &line(minute + more, IP.0, IP.1))))
        };
        running.kill_desk();
        writer.join().unwrap();
        watched.notes("the desk is gone");
        running = node.serve();
        watched.notes("the desk is back");
        append(&path, &line(minute + 9, NAME.0, NAME.1));
        // Everything before this line was sent before it, so when it is seen nothing is missing.
        loop {
            let record = watched.record();
            if record["name"] == "Staging" {
                break;
            }
        }
        count += 6;
        let beacon = listed(&node, &["--value", IP.1]);
        assert_eq!(beacon[0]["count"].as_u64(), Some(count), "round {round}");
    }
    watched.signal("TERM");
    let (code, summary) = watched.end();
    assert_eq!((code, summary["lines"].as_u64()), (Some(0), Some(1 + 5 * 8)), "{summary}");
    assert!(running.stop());
    node.ask(&["verify"]);
}
