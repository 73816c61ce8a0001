//! What must not leave, prepared for searching.

use comity_vocab::Tlp;

/// Terms protected by the vault, each with the matter whose handlers may see a finding. Cannot be printed or serialised.
#[derive(Default)]
pub struct VaultTerms(Vec<(String, u64)>);

impl VaultTerms {
    /// Starts with none.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a term.
    pub fn add(&mut self, term: &str, matter: u64) {
        self.0.push((term.to_owned(), matter));
    }
}

/// Everything that must not leave, prepared for searching. Cannot be printed or serialised.
pub struct LeakCorpus {}

/// Collects what must not leave.
#[derive(Default)]
pub struct LeakCorpusBuilder {
    vault: VaultTerms,
    texts: Vec<String>,
    hosts: Vec<String>,
    officers: Vec<(String, String)>,
    times: Vec<String>,
    private_addresses: bool,
}

impl LeakCorpus {
    /// Starts an empty corpus.
    pub fn builder() -> LeakCorpusBuilder {
        LeakCorpusBuilder::default()
    }
}

impl LeakCorpusBuilder {
    /// Adds a term protected by the vault.
    pub fn vault_term(&mut self, term: &str, matter: u64) -> &mut Self {
        self.vault.add(term, matter);
        self
    }

    /// Adds all of the vault's terms.
    pub fn vault_terms(&mut self, terms: VaultTerms) -> &mut Self {
        self.vault.0.extend(terms.0);
        self
    }

    /// Adds the text of an unreleased original.
    pub fn unreleased_text(&mut self, text: &str) -> &mut Self {
        self.texts.push(text.to_owned());
        self
    }

    /// Adds a host, domain or address of our own; its subdomains count too.
    pub fn internal_host(&mut self, host: &str) -> &mut Self {
        self.hosts.push(host.to_owned());
        self
    }

    /// Looks for addresses of private networks too.
    pub fn private_addresses(&mut self) -> &mut Self {
        self.private_addresses = true;
        self
    }

    /// Adds an officer.
    pub fn officer(&mut self, code: &str, name: &str) -> &mut Self {
        self.officers.push((code.to_owned(), name.to_owned()));
        self
    }

    /// Adds the exact time of an original.
    pub fn exact_time(&mut self, time: &str) -> &mut Self {
        self.times.push(time.to_owned());
        self
    }

    /// Prepares the corpus.
    pub fn build(&mut self) -> LeakCorpus {
        let _ = Tlp::ALL;
        LeakCorpus {}
    }
}
