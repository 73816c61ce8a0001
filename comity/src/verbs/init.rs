//! `comity init`.

use crate::arguments::InitArguments;
use crate::output::{Output, text};
use crate::{passphrase, world};
use comity_node::{Failure, NewHome, create_home};

/// Makes a home.
pub fn run(arguments: InitArguments, output: &Output) -> Result<(), Failure> {
    let passphrase = passphrase::new_home()?;
    let new = NewHome {
        name: arguments.org,
        code: arguments.code,
        country: arguments.country,
        kind: arguments.kind,
        desk: arguments.desk,
        gate: arguments.gate,
        endpoints: arguments.endpoint,
    };
    let made = create_home(&arguments.home.home, new, &passphrase, &mut world::entropy(), world::now())?;
    output.answer(&made, |made| {
        vec![
            format!(
                "made the home of {} ({}) in {}",
                text(made, "organisation"),
                text(made, "code"),
                text(made, "home")
            ),
            format!("organisation key {}", text(made, "organisation_key")),
            "next: two custodians, then officers:".into(),
            "  comity officer add --home … --code … --name … --roles custodian --key-out …".into(),
        ]
    })
}
