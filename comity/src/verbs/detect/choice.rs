//! `comity detect --accept` and `--withdraw-acceptance`: an officer's word about an indicator that covers too much.

use crate::arguments::DetectArguments;
use crate::output::{Output, text};
use crate::verbs::{Session, officer_key};
use comity_node::{DetectionChoice, Failure, Request};
use std::path::Path;

/// What is chosen, if something is.
pub(super) fn request(arguments: &DetectArguments) -> Option<Request> {
    let choice = match (&arguments.accept, &arguments.withdraw_acceptance) {
        (Some(indicator), _) => {
            let reason = arguments.reason.clone().unwrap_or_default();
            DetectionChoice::Accept { indicator: indicator.clone(), reason }
        }
        (None, Some(indicator)) => DetectionChoice::Withdraw { indicator: indicator.clone() },
        (None, None) => return None,
    };
    Some(Request::DetectionChoice(choice))
}

/// Asks for it as the officer of the key.
pub(super) fn run(home: &Path, key: Option<&Path>, request: Request, output: &Output) -> Result<(), Failure> {
    let key = key.ok_or_else(|| Failure::usage("this is an officer's act").hint("give your key with --key"))?;
    let key = officer_key(key)?;
    let done = Session::open(home)?.ask_as(&key, &request)?;
    output.answer(&done, |done| {
        let indicator = text(done, "indicator");
        match text(done, "covers") {
            "" => vec![format!("{indicator} is set aside again, unless it does not cover too much any more")],
            covers => vec![format!("{indicator} is looked for from the next observation on; it {covers}")],
        }
    })
}
