//! Completions and manual pages cover every verb.

use std::process::Command;

fn program(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_comity")).args(arguments).env_clear().output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The verbs that the help names below a beginning, and theirs.
fn verbs(beginning: &[String], found: &mut Vec<Vec<String>>) {
    let arguments: Vec<&str> = beginning.iter().map(String::as_str).chain(["--help"]).collect();
    let help = program(&arguments);
    let Some((_, listed)) = help.split_once("Commands:\n") else { return };
    for line in listed.lines().take_while(|line| !line.is_empty()) {
        // A verb stands two blanks in; lines further in continue what the verb above does.
        let Some(name) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) else { continue };
        let name = name.split(' ').next().unwrap().to_owned();
        if name != "help" {
            let verb = [beginning, &[name]].concat();
            found.push(verb.clone());
            verbs(&verb, found);
        }
    }
}

#[test]
fn every_verb_has_a_manual_page_and_can_be_completed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    program(&["man", "--out", &out]);
    let mut found = Vec::new();
    verbs(&[], &mut found);
    assert!(found.len() > 45, "{found:?}");
    let scripts = ["bash", "zsh", "fish"].map(|shell| program(&["completions", shell]));
    for verb in &found {
        let page = folder.path().join(format!("comity-{}.1", verb.join("-")));
        let text = std::fs::read_to_string(&page).unwrap_or_else(|_| panic!("no page for {verb:?}"));
        assert!(text.contains(".SH DESCRIPTION") && text.contains(".SH SYNOPSIS"), "{verb:?}");
        for script in &scripts {
            assert!(script.contains(verb.last().unwrap().as_str()), "{verb:?}");
        }
    }
    let pages = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(pages, found.len() + 1, "a page for each verb, one for the program, none for what is hidden");
}
