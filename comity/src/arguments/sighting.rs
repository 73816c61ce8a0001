//! Flags of `comity sighting`.

use super::time::parse_time;
use super::{HomeArguments, KeyArguments};
use clap::{Args, Subcommand};
use comity_node::{Judgement, SightingState};
use comity_vocab::{OrgCode, Timestamp};

#[derive(Args)]
pub struct SightingListArguments {
    #[command(flatten)]
    pub home: HomeArguments,
    /// Only of this indicator
    #[arg(long, value_name = "ID")]
    pub indicator: Option<String>,
    /// Only of indicators from own, a feed, or link:CODE
    #[arg(long, value_name = "ORIGIN")]
    pub origin: Option<String>,
    /// Only in these states; open where absent
    #[arg(long, value_name = "open|warning_listed|decayed|recalled", value_parser = parse_state, value_delimiter = ',', conflicts_with = "all")]
    pub state: Vec<SightingState>,
    /// In any state
    #[arg(long)]
    pub all: bool,
    /// Only those judged so
    #[arg(long, value_name = "true_positive|false_positive|unreviewed", value_parser = parse_judgement)]
    pub judged: Option<Judgement>,
    /// Only with exactly this value
    #[arg(long)]
    pub value: Option<String>,
    /// Last seen at or after
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub since: Option<Timestamp>,
    /// First seen before
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub until: Option<Timestamp>,
    /// Show at most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    /// Go on where the page before ended, as it said
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct JudgementArguments {
    /// It is what the indicator means
    #[arg(long)]
    pub true_positive: bool,
    /// It is something else
    #[arg(long)]
    pub false_positive: bool,
    /// Nobody has said yet
    #[arg(long)]
    pub unreviewed: bool,
}

#[derive(Subcommand)]
pub enum SightingVerb {
    /// List sightings, newest first
    List(Box<SightingListArguments>),
    /// Show a sighting with its evidence and who gave the indicator
    Show {
        #[command(flatten)]
        home: HomeArguments,
        /// The sighting, or the beginning of its identifier
        sighting: String,
    },
    /// Say what a sighting is
    Judge {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The sighting, or the beginning of its identifier
        sighting: String,
        #[command(flatten)]
        judgement: JudgementArguments,
        /// Why
        #[arg(long, value_name = "TEXT")]
        comment: Option<String>,
    },
    /// Write what the partner who gave the indicator may be told; it leaves by a release
    Return {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The sighting, or the beginning of its identifier
        sighting: String,
        /// The partner
        #[arg(long, value_name = "CODE")]
        to: OrgCode,
    },
    /// Print a sighting as a STIX bundle, with the indicator and what was observed
    Stix {
        #[command(flatten)]
        home: HomeArguments,
        /// The sighting, or the beginning of its identifier
        sighting: String,
    },
}

fn parse_state(text: &str) -> Result<SightingState, String> {
    match text {
        "open" => Ok(SightingState::Open),
        "warning_listed" => Ok(SightingState::WarningListed),
        "decayed" => Ok(SightingState::Decayed),
        "recalled" => Ok(SightingState::Recalled),
        _ => Err("expected open, warning_listed, decayed or recalled".into()),
    }
}

fn parse_judgement(text: &str) -> Result<Judgement, String> {
    match text {
        "true_positive" => Ok(Judgement::TruePositive),
        "false_positive" => Ok(Judgement::FalsePositive),
        "unreviewed" => Ok(Judgement::Unreviewed),
        _ => Err("expected true_positive, false_positive or unreviewed".into()),
    }
}
