//! `comity demo`.

use crate::arguments::DemoArguments;
use crate::output::Output;
use comity_node::Failure;

/// Plays the story.
pub fn run(_arguments: &DemoArguments, _output: &Output) -> Result<(), Failure> {
    Err(Failure::operational("not in this build"))
}
