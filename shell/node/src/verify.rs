//! The fsck: re-derives every tree, hash, signature, registry act and index of a home and names the first bad one.
//!
//! Guarantees: reads everything, changes nothing. Does not repair: an entry is fetched from the partner, never edited.

use crate::audit_verbs::verify_audit;
use crate::failure::{Failure, FailureKind};
use crate::generation::Ended;
use crate::node::Node;
use crate::officers_ever::OfficersEver;
use crate::vault_guard::vault_failure;
use comity_crypto::{Signature, VerifyingKey, commitment, fingerprint_words};
use comity_ledger::{AnchorFault, CompactTree, open_checkpoint, open_cosignature};
use comity_link::{Card, Expect, cosigner_name, log_origin, verify_stored};
use comity_release::{Approval, LinkDeed, PublicDeclaration, agree, same_words};
use comity_store::desk::{DeclarationRow, Desk, Direction, LinkActState, LinkRow};
use comity_store::vault::VaultError;
use comity_store::{StoreError, VerifyError};
use comity_vocab::{OrgCode, Timestamp};
use serde_json::{Value, json};

/// Entries read at a time.
const PAGE: usize = 1_000;

fn bad(what: impl Into<String>) -> Failure {
    Failure::no(what)
        .hint("the first thing that does not verify is named; do not repair by hand, restore or ask the partner")
}

impl Node {
    pub(crate) fn verify(&mut self) -> Result<Value, Failure> {
        self.home.check_modes()?;
        // First, for settling what a crash left of it writes an audit entry.
        self.vault()?;
        let registry = crate::officers::replay(self.holdings.view().desk()).map_err(|failure| bad(failure.message))?;
        let acts = registry.head().0;
        let anchored = self.anchored()?;
        let audited = verify_audit(self.holdings.view().desk(), &anchored.audit)?;
        if registry.head() != (anchored.registry.count, anchored.registry.head) {
            return Err(bad("the registry does not end where it was anchored"));
        }
        if audited.registry_acts != acts {
            let fault = AnchorFault::RegistryUnaudited { held: acts, audited: audited.registry_acts };
            return Err(bad(fault.to_string()));
        }
        let holdings = self.holdings.view().verify().map_err(|error| match &error {
            VerifyError::Bad(_) => bad(format!("holdings: {error}")),
            VerifyError::Store(_) => Failure::from_error(&error),
        })?;
        if let Some(row) = self.holdings.view().desk().erased_without_recall()? {
            return Err(bad(format!("holdings: object {row} is erased, and no partner gave it")));
        }
        let vault = self.vault()?.verify().map_err(|error| match &error {
            VaultError::Damaged { .. } => bad(format!("vault: {}", crate::failure::chain(&error))),
            _ => vault_failure(&error),
        })?;
        let node_key = crate::links::certified_node(&self.home)?;
        let own = self.organisation_key()?;
        let mut entries = 0;
        let links = self.holdings.view().desk().links()?;
        for link in &links {
            entries += verify_link(self.holdings.view().desk(), link, &own, &node_key)?;
        }
        let releases = self.verify_releases()?;
        let documents = verify_documents(self.holdings.view().desk())?;
        let ever = OfficersEver::read(self)?;
        let declarations = self.verify_declarations(&ever)?;
        let link_acts = self.verify_link_acts(&ever, &links)?;
        let passkeys = ever
            .verify_passkeys()
            .map_err(|officer| bad(format!("a passkey of officer {officer} stands on no key of that officer")))?;
        // Last: what was found above says more of what was changed.
        let key = self.keys()?.table_key();
        let decisions = self.holdings.view().sums_fit(&key).map_err(|error| match error {
            StoreError::Unfit(_) => Failure { kind: FailureKind::No, ..Failure::from(error) },
            other => Failure::from(other),
        })?;
        Ok(json!({
            "verified": {
                "registry_acts": acts,
                "audit_entries": audited.end.count,
                "decisions": decisions,
                "objects": holdings.objects,
                "versions": holdings.versions,
                "indexed_texts": holdings.texts,
                "tombstones": holdings.tombstones,
                "sources": vault.sources,
                "links": links.len(),
                "link_acts": link_acts,
                "log_entries": entries,
                "releases": releases,
                "documents": documents,
                "public_declarations": declarations,
                "passkeys": passkeys,
            },
            "audit_head": audited.end.head,
        }))
    }

    /// Every stored draft still has the digest that its officers signed.
    fn verify_releases(&self) -> Result<u64, Failure> {
        let desk = self.holdings.view().desk();
        let mut count = 0;
        for listed in desk.releases(usize::MAX >> 1)? {
            let row = desk.release(&listed.id)?.ok_or_else(|| bad(format!("release {} vanished", listed.id)))?;
            if let Some(draft) = &row.draft {
                comity_release::Draft::decode(draft, &row.digest)
                    .map_err(|fault| bad(format!("release {}: {fault}", row.id)))?;
            }
            count += 1;
        }
        Ok(count)
    }

    fn verify_declarations(&self, ever: &OfficersEver) -> Result<u64, Failure> {
        let mut count = 0;
        for row in self.holdings.view().desk().declarations()? {
            let DeclarationRow { digest, bytes, approvals, .. } = &row;
            let damaged = || bad(format!("public declaration {digest} is damaged"));
            let declaration: PublicDeclaration = serde_json::from_slice(bytes).map_err(|_| damaged())?;
            if declaration.digest() != *digest {
                return Err(damaged());
            }
            let _: Vec<Approval> = serde_json::from_str(approvals).map_err(|_| damaged())?;
            if row.effective && crate::declared::authorised(&row, ever).is_none() {
                return Err(bad(format!("public declaration {digest}: two officers' signatures do not hold")));
            }
            count += 1;
        }
        Ok(count)
    }

    /// Every act about a link that was agreed to carries two officers' signatures over what was done, and every link rests on one.
    fn verify_link_acts(&self, ever: &OfficersEver, links: &[LinkRow]) -> Result<u64, Failure> {
        let desk = self.holdings.view().desk();
        let own = self.organisation_key()?;
        let mut count = 0;
        for kept in crate::links::Kept::all(desk, None).map_err(|failure| bad(failure.message))? {
            let (partner, kind) = (&kept.row.partner, kept.act.kind());
            let wrong = |what: &str| bad(format!("link {partner}, {kind} of {}: {what}", kept.act.made));
            let as_signed = match (&kept.act.deed, &kept.row.card) {
                (LinkDeed::Add { card } | LinkDeed::Renew { card }, Some(text)) => {
                    *card == comity_crypto::sha256(&[text.trim().as_bytes()])
                }
                (LinkDeed::Confirm { words }, None) => {
                    same_words(words, &fingerprint_words(&own, &kept.act.key).join(" "))
                }
                (LinkDeed::Resume { .. }, None) => true,
                _ => false,
            };
            if !as_signed || kept.act.organisation != self.home.configuration.organisation.code {
                return Err(wrong("it is not what officers signed"));
            }
            if kept.row.state == LinkActState::Agreed {
                // Who signed may have been disabled or given another key since; the signatures must hold all the same.
                let pairs = kept.approvals.iter().flat_map(|one| kept.approvals.iter().map(move |other| (one, other)));
                let holds = pairs.into_iter().any(|(one, other)| {
                    ever.any_keys(&one.officer, &other.officer, |officers| {
                        agree(kept.act.clone(), &[one.clone(), other.clone()], officers).is_ok()
                    })
                });
                if !holds {
                    return Err(wrong("two officers' signatures do not hold"));
                }
            }
            count += 1;
        }
        for link in links {
            if !crate::links::stands(desk, link)? {
                return Err(bad(format!("link {}: no two officers agreed to it and compared its words", link.code)));
            }
        }
        Ok(count)
    }

    pub(crate) fn link_verify(&mut self, partner: &OrgCode) -> Result<Value, Failure> {
        let row = self.link_row(partner)?;
        let node_key = crate::links::certified_node(&self.home)?;
        let own = self.organisation_key()?;
        let entries = verify_link(self.holdings.view().desk(), &row, &own, &node_key)?;
        Ok(json!({ "partner": partner, "entries": entries }))
    }
}

/// Every document that arrived and was not recalled is there, as its sender committed to it: the log holds the only copy.
fn verify_documents(desk: Desk<'_>) -> Result<u64, Failure> {
    let (mut count, mut wrong) = (0, None);
    desk.each_document(&mut |entry| {
        let header = entry.header.as_deref().unwrap_or_default();
        if crate::given::document(header, entry.salt.as_deref(), entry.payload.as_deref()).is_none() {
            wrong =
                Some(format!("link {}, log theirs, entry {}: the document is not there whole", entry.log, entry.seq));
        }
        count += 1;
        wrong.is_none()
    })?;
    wrong.map_or(Ok(count), |wrong| Err(bad(wrong)))
}

/// Re-derives both logs of a link, and those of its ended generations.
pub(crate) fn verify_link(
    desk: Desk<'_>,
    row: &LinkRow,
    own: &VerifyingKey,
    node: &VerifyingKey,
) -> Result<u64, Failure> {
    let added = Timestamp::parse(&row.added).map_err(|_| bad(format!("link {}: the date is damaged", row.code)))?;
    let card = Card::open(&row.card, added).map_err(|error| bad(format!("link {}: {error}", row.code)))?;
    let mut count = 0;
    let mut times = vec![(row.code.clone(), row.generation, card, *node)];
    for ended in desk.generations(&row.code)? {
        let ended = Ended::open(ended).map_err(|failure| bad(failure.message))?;
        times.push((ended.name, ended.row.generation, ended.card, ended.own_node));
    }
    for (name, generation, card, node) in times {
        if card.organisation.key.to_bytes()[..] != row.partner[..] {
            return Err(bad(format!("link {name}: the card is of another organisation key")));
        }
        count += verify_logs(desk, &name, generation, &card, own, &node)?;
    }
    Ok(count)
}

/// Re-derives both logs of one generation: every signature, commitment, leaf and root, and the notes over them.
fn verify_logs(
    desk: Desk<'_>,
    name: &str,
    generation: u32,
    card: &Card,
    own: &VerifyingKey,
    node: &VerifyingKey,
) -> Result<u64, Failure> {
    let partner = card.organisation.key;
    let out_origin = log_origin(own, &partner, generation);
    let in_origin = log_origin(&partner, own, generation);
    let sides = [
        (Direction::Out, "ours", out_origin, node, &card.node.key),
        (Direction::In, "theirs", in_origin, &card.node.key, node),
    ];
    let mut count = 0;
    for (direction, whose, origin, sender, receiver) in sides {
        let mut tree = CompactTree::new();
        loop {
            let rows = desk.log_from(name, direction, tree.size(), PAGE)?;
            if rows.is_empty() {
                break;
            }
            for entry in rows {
                let wrong = |what: &str| bad(format!("link {}, log {whose}, entry {}: {what}", name, entry.seq));
                let signature: &[u8; 64] = entry.signature.as_slice().try_into().map_err(|_| wrong("no signature"))?;
                let expect = Expect { origin: &origin, next_seq: tree.size(), sender };
                let (header, leaf) = verify_stored(&entry.header, &Signature::from_bytes(signature), &expect)
                    .map_err(|refused| wrong(&refused.to_string()))?;
                if leaf != entry.leaf {
                    return Err(wrong("the leaf is not that of the entry"));
                }
                if let (Some(salt), Some(payload)) = (&entry.salt, &entry.payload) {
                    let salt: &[u8; 32] = salt.as_slice().try_into().map_err(|_| wrong("the salt is damaged"))?;
                    if commitment(salt, payload) != header.commitment {
                        return Err(wrong("the payload is not what was committed to"));
                    }
                }
                tree.append(leaf);
                if desk.log_root(name, direction, tree.size())? != Some(tree.root()) {
                    return Err(wrong("the stored root is not that of the tree"));
                }
                count += 1;
            }
        }
        let wrong = |what: &str| bad(format!("link {}, log {whose}: {what}", name));
        let head = desk.log_head(name, direction)?;
        let root_at = |size: u64| -> Result<_, Failure> {
            if size == 0 { Ok(Some(comity_ledger::empty_root())) } else { Ok(desk.log_root(name, direction, size)?) }
        };
        if let Some(note) = &head.checkpoint {
            let checkpoint = open_checkpoint(note, sender, &origin).map_err(|error| wrong(&error.to_string()))?;
            if checkpoint.size <= tree.size() && root_at(checkpoint.size)? != Some(checkpoint.root) {
                return Err(wrong("the checkpoint is not of this tree"));
            }
        }
        if let Some(note) = &head.cosignature {
            let (checkpoint, _) = open_cosignature(note, &origin, receiver, &cosigner_name(receiver))
                .map_err(|error| wrong(&error.to_string()))?;
            if checkpoint.size != head.cosigned || root_at(checkpoint.size)? != Some(checkpoint.root) {
                return Err(wrong("the receipt is not of this tree"));
            }
        }
    }
    Ok(count)
}
