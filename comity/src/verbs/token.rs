//! `comity token`.

use super::Session;
use crate::arguments::TokenVerb;
use crate::output::{Output, list, text};
use comity_node::{Failure, Request};
use serde_json::Value;

/// Makes, lists and revokes API tokens.
pub fn run(verb: TokenVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        TokenVerb::Add { home, name, scope, expires } => {
            let request = Request::TokenAdd { name, scopes: scope.into_iter().collect(), expires };
            let made = Session::open(&home.home)?.ask(&request)?;
            output.answer(&made, |made| {
                vec![
                    text(made, "token").to_owned(),
                    format!("token {} may {}; it is shown this once", text(made, "name"), text(made, "scope")),
                ]
            })
        }
        TokenVerb::List { home } => {
            let listed = Session::open(&home.home)?.ask(&Request::TokenList)?;
            output.answer(&listed, |listed| {
                let lines: Vec<String> = list(listed, "tokens").iter().map(token_line).collect();
                if lines.is_empty() {
                    vec!["no tokens yet; comity token add --name NAME --scope read".into()]
                } else {
                    lines
                }
            })
        }
        TokenVerb::Revoke { home, name } => {
            let done = Session::open(&home.home)?.ask(&Request::TokenRevoke { name })?;
            output.answer(&done, |done| vec![format!("token {} is {}", text(done, "name"), text(done, "state"))])
        }
    }
}

fn token_line(token: &Value) -> String {
    let until = match text(token, "expires") {
        "" => String::new(),
        end => format!("  until {end}"),
    };
    format!(
        "{:<16} {:<8} {:<24} since {}{until}",
        text(token, "name"),
        text(token, "state"),
        text(token, "scope"),
        text(token, "created")
    )
}
