//! Flags of `comity vault`.

use super::{HomeArguments, KeyArguments, SelectionArguments};
use clap::Subcommand;
use comity_vocab::OfficerCode;

#[derive(Subcommand)]
pub enum VaultVerb {
    /// Enter a source
    Add {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Internal cover name
        #[arg(long)]
        cryptonym: String,
        /// True identity; read from standard input where absent
        #[arg(long)]
        identity: Option<String>,
        /// How the source is reached
        #[arg(long, default_value = "")]
        contact: String,
        /// Further handlers beside the acting officer
        #[arg(long, visible_alias = "handlers", value_name = "CODE", value_delimiter = ',')]
        handler: Vec<OfficerCode>,
        /// A word that must never appear in a release; may be repeated
        #[arg(long, visible_alias = "terms", value_name = "TERM", value_delimiter = ',')]
        term: Vec<String>,
        #[command(flatten)]
        kinds: Box<TermArguments>,
        /// Admiralty reliability of the source, A to F
        #[arg(long, default_value = "F", value_parser = ["A", "B", "C", "D", "E", "F"])]
        reliability: String,
        /// Free notes
        #[arg(long, visible_alias = "note", default_value = "")]
        notes: String,
    },
    /// Join objects to a source
    Attach {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Cryptonym or id of the source
        #[arg(long, value_name = "CRYPTONYM")]
        source: String,
        #[command(flatten)]
        selection: SelectionArguments,
    },
    /// Change the protected terms or the handlers of a source that you handle
    Change {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Cryptonym or id of the source
        source: String,
        /// Why; kept inside the vault
        #[arg(long)]
        reason: String,
        /// A further word that must never appear in a release; may be repeated
        #[arg(long, visible_alias = "terms", value_name = "TERM", value_delimiter = ',')]
        term: Vec<String>,
        #[command(flatten)]
        kinds: Box<TermArguments>,
        /// A word that is no longer protected, as it was entered; may be repeated
        #[arg(long, value_name = "TERM")]
        drop_term: Vec<String>,
        /// An officer who handles the source from now on
        #[arg(long, visible_alias = "handlers", value_name = "CODE", value_delimiter = ',')]
        handler: Vec<OfficerCode>,
        /// An officer who no longer does
        #[arg(long, value_name = "CODE", value_delimiter = ',')]
        drop_handler: Vec<OfficerCode>,
    },
    /// Read a source that you handle
    Show {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Cryptonym or id of the source
        source: String,
        /// Why you read it; logged
        #[arg(long)]
        reason: String,
    },
    /// List the sources that you handle
    List {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
    },
    /// Who asked the leak check, and which blocked drafts wait for your answer
    Asked {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
    },
    /// Answer a blocked draft in which terms of your sources stand
    Answer {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The release
        release: String,
        /// Answer for this term alone, as `comity vault asked` names it; may be repeated
        #[arg(long, value_name = "NAME")]
        term: Vec<String>,
        /// What stands in it is not your source: it may go as far as you are concerned
        #[arg(long, conflicts_with = "keep_back", required_unless_present = "keep_back")]
        not_mine: bool,
        /// It stays blocked; what else stood in it may be asked about again
        #[arg(long)]
        keep_back: bool,
        /// Why; kept inside the vault
        #[arg(long)]
        reason: String,
    },
}

/// Protected terms by what they are: each is looked for in every way in which people write such a thing.
#[derive(clap::Args)]
pub struct TermArguments {
    /// The name of a person as `Given Names/Surname`; may be repeated, like the others
    #[arg(long, value_name = "GIVEN/SURNAME", help_heading = "Protected terms by kind")]
    pub person: Vec<String>,
    /// A code name
    #[arg(long, value_name = "NAME", help_heading = "Protected terms by kind")]
    pub code_name: Vec<String>,
    /// The name of a project or operation
    #[arg(long, value_name = "NAME", help_heading = "Protected terms by kind")]
    pub project: Vec<String>,
    /// The name of a machine or domain
    #[arg(long, value_name = "HOST", help_heading = "Protected terms by kind")]
    pub host: Vec<String>,
    /// A street address
    #[arg(long, value_name = "ADDRESS", help_heading = "Protected terms by kind")]
    pub address: Vec<String>,
    /// A telephone number
    #[arg(long, value_name = "NUMBER", help_heading = "Protected terms by kind")]
    pub phone: Vec<String>,
    /// The number of a case or file
    #[arg(long, value_name = "NUMBER", help_heading = "Protected terms by kind")]
    pub case_number: Vec<String>,
    /// A mail address
    #[arg(long, value_name = "ADDRESS", help_heading = "Protected terms by kind")]
    pub email: Vec<String>,
    /// An IP address or range
    #[arg(long, value_name = "ADDRESS", help_heading = "Protected terms by kind")]
    pub ip: Vec<String>,
    /// A day
    #[arg(long, value_name = "DATE", help_heading = "Protected terms by kind")]
    pub date: Vec<String>,
    /// A name in a network or forum
    #[arg(long, value_name = "NAME", help_heading = "Protected terms by kind")]
    pub handle: Vec<String>,
    /// The number or title of a document
    #[arg(long, value_name = "TEXT", help_heading = "Protected terms by kind")]
    pub document: Vec<String>,
    /// The number of an account, card or wallet
    #[arg(long, value_name = "NUMBER", help_heading = "Protected terms by kind")]
    pub account: Vec<String>,
    /// Words in a row
    #[arg(long, value_name = "TEXT", help_heading = "Protected terms by kind")]
    pub phrase: Vec<String>,
}

impl TermArguments {
    /// Returns the terms with the words of their kinds.
    pub fn entries(self) -> Vec<comity_node::TermEntry> {
        let kinds = [
            ("person", self.person),
            ("cryptonym", self.code_name),
            ("project", self.project),
            ("host", self.host),
            ("address", self.address),
            ("phone", self.phone),
            ("case_number", self.case_number),
            ("email", self.email),
            ("ip", self.ip),
            ("date", self.date),
            ("handle", self.handle),
            ("document", self.document),
            ("account", self.account),
            ("phrase", self.phrase),
        ];
        let entry = |kind: &str, term| comity_node::TermEntry::Kind { term, kind: kind.to_owned() };
        kinds.into_iter().flat_map(|(kind, terms)| terms.into_iter().map(move |term| entry(kind, term))).collect()
    }
}
