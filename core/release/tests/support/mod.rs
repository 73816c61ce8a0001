//! Officers, objects and requests for the tests of release.

use comity_correlate::CorrelatedValue;
use comity_crypto::{Entropy, EntropyStream, Purpose, SigningKey, VerifyingKey};
use comity_ledger::{ChainEnd, Heads};
use comity_release::leak::{PrintKey, Printer};
use comity_release::{
    Approval, ApprovalProof, Checked, Draft, DraftFault, DraftRequest, LeakCorpus, LeakCorpusBuilder, NotRead,
    OfficerView, Organisation, Origin, Override, PersonalData, Record, ReleaseId, SourceObject, approval_message,
    leak_check, release_message,
};
use comity_vocab::{OfficerCode, OrgCode, Role, Roles, SecurityLabel, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};

pub fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub fn now() -> Timestamp {
    time("2026-03-20T09:41:07.512Z")
}

pub fn stream(seed: u8) -> EntropyStream {
    Entropy::seeded([seed; 32]).stream("release", "", 0)
}

pub fn organisation() -> Organisation {
    Organisation {
        code: "vsis".parse().unwrap(),
        name: "Valmora State Information Service".to_owned(),
        identity_id: "identity--5d0e8a2c-1f60-4f0e-9d58-6f5f0f4f9a01".parse().unwrap(),
    }
}

pub fn audience(codes: &str) -> BTreeSet<OrgCode> {
    codes.split(',').filter(|code| !code.is_empty()).map(|code| code.parse().unwrap()).collect()
}

/// An object with the bytes it is held in.
pub struct Held {
    pub id: String,
    pub version: String,
    pub bytes: Vec<u8>,
    pub label: Option<SecurityLabel>,
    pub origin: Origin,
    pub declared_public: bool,
    pub has_defects: bool,
}

pub fn held(object: Value) -> Held {
    Held {
        id: object["id"].as_str().unwrap_or_default().to_owned(),
        version: object["modified"].as_str().unwrap_or_default().to_owned(),
        bytes: serde_json::to_vec(&object).unwrap(),
        label: Some("TLP:AMBER".parse().unwrap()),
        origin: Origin::Own,
        declared_public: false,
        has_defects: false,
    }
}

pub fn sources(held: &[Held]) -> Vec<SourceObject<'_>> {
    held.iter()
        .map(|held| SourceObject {
            id: &held.id,
            version: &held.version,
            bytes: &held.bytes,
            origin: held.origin.clone(),
            label: held.label.clone(),
            declared_public: held.declared_public,
            has_defects: held.has_defects,
        })
        .collect()
}

/// The organisation key of a partner.
pub fn partner_key(code: &OrgCode) -> VerifyingKey {
    SigningKey::from_seed(&comity_crypto::sha256(&[code.as_str().as_bytes()]).0).verifying_key()
}

pub fn recipients(codes: &str) -> BTreeMap<OrgCode, VerifyingKey> {
    audience(codes).into_iter().map(|code| (code.clone(), partner_key(&code))).collect()
}

/// What the check looks for by configuration: one own host and one officer.
pub fn corpus() -> LeakCorpusBuilder {
    let mut builder = LeakCorpus::builder();
    builder.own("vsis", organisation().identity_id.as_str()).internal_host("intra.vsis.example");
    builder
}

/// Holdings that have nothing else than these UUIDs, texts and values; or that cannot be read.
pub struct Stub<'a> {
    pub unreleased: &'a dyn Fn(&uuid::Uuid) -> bool,
    pub texts: &'a [&'a str],
    /// What of texts two officers declared public.
    pub public: &'a [&'a str],
    pub values: &'a [&'a str],
    pub act: Result<u64, NotRead>,
}

pub const EMPTY: Stub<'static> = Stub { unreleased: &|_| false, texts: &[], public: &[], values: &[], act: Ok(7) };

impl comity_release::Held for Stub<'_> {
    fn act(&self) -> Result<u64, NotRead> {
        self.act
    }

    fn is_unreleased(&self, uuid: &uuid::Uuid) -> Result<bool, NotRead> {
        self.act.map(|_| (self.unreleased)(uuid))
    }

    fn texts(&self, prints: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead> {
        self.act.map(|_| among(self.texts, prints))
    }

    fn public_texts(&self, prints: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead> {
        self.act.map(|_| among(self.public, prints))
    }

    fn values(&self, values: &BTreeSet<CorrelatedValue>) -> Result<BTreeSet<CorrelatedValue>, NotRead> {
        let held = |value: &CorrelatedValue| self.values.contains(&value.value.as_str());
        self.act.map(|_| values.iter().filter(|value| held(value)).cloned().collect())
    }
}

/// Which of these runs of words stand in these texts.
fn among(texts: &[&str], prints: &BTreeSet<u64>) -> HashSet<u64> {
    let mut held = Vec::new();
    let mut printer = Printer::new(PrintKey::default());
    texts.iter().for_each(|text| printer.text(text, &mut held));
    held.into_iter().filter(|print| prints.contains(print)).collect()
}

/// The real check of a draft, with nothing but our host to look for.
pub fn checked(draft: &Draft) -> Checked {
    leak_check(draft, &corpus().build(), &EMPTY)
}

/// Where the chains ended when everybody signed.
pub fn ends() -> Heads {
    let end = |count: u64| ChainEnd { count, head: comity_crypto::sha256(&[&count.to_be_bytes()]) };
    Heads { audit: end(41), registry: end(9) }
}

/// A record that goes on from there, or what became of it.
pub struct Recorded {
    pub goes_on: Result<bool, NotRead>,
    pub withdrawn: Result<bool, NotRead>,
}

pub const ON: Recorded = Recorded { goes_on: Ok(true), withdrawn: Ok(false) };

impl Record for Recorded {
    fn goes_on_from(&self, heads: &Heads) -> Result<bool, NotRead> {
        assert_eq!(*heads, ends());
        self.goes_on
    }

    fn is_withdrawn_since(&self, heads: &Heads, _: &ReleaseId) -> Result<bool, NotRead> {
        assert_eq!(*heads, ends());
        self.withdrawn
    }
}

/// The draft as somebody with the database would leave it behind: changed, and with a digest that fits again.
pub fn tampered(draft: &Draft, change: impl FnOnce(&mut Value)) -> Draft {
    let mut stored: Value = serde_json::from_slice(&draft.encode()).unwrap();
    change(&mut stored);
    let bytes = serde_json::to_vec(&stored).unwrap();
    match Draft::decode(&bytes, &draft.digest()) {
        Ok(same) => same,
        Err(DraftFault::Changed { found }) => Draft::decode(&bytes, &found).unwrap(),
        Err(fault) => panic!("{fault}"),
    }
}

/// All that must be said before a person leaves.
pub fn whole_personal() -> PersonalData {
    PersonalData {
        purpose: Some("prevention of terrorist offences".into()),
        basis: Some("Information Exchange Act, section 12".into()),
        necessity: Some("the partner must recognise the traveller".into()),
        erase_by: Some(time("2027-03-20T00:00:00Z")),
    }
}

pub fn request<'a>(objects: &'a [SourceObject<'a>], organisation: &'a Organisation) -> DraftRequest<'a> {
    DraftRequest::new(
        ReleaseId(uuid::Uuid::from_u128(0x9e1e_a5e0_0000_4000_8000_0000_0000_0001)),
        objects,
        recipients("kps,tfo"),
        organisation,
        corpus().configuration(),
        now(),
        now().plus_seconds(86_400),
    )
}

/// Every object of every part.
pub fn released(draft: &Draft) -> Vec<Value> {
    draft
        .parts()
        .iter()
        .flat_map(|part| serde_json::from_slice::<Value>(part).unwrap()["objects"].as_array().unwrap().clone())
        .collect()
}

pub struct Person {
    pub code: OfficerCode,
    pub key: SigningKey,
    pub public: VerifyingKey,
    pub roles: Roles,
    pub active: bool,
}

pub fn person(code: &str, seed: u8, roles: &[Role]) -> Person {
    let key = SigningKey::from_seed(&[seed; 32]);
    Person {
        code: code.parse().unwrap(),
        public: key.verifying_key(),
        key,
        roles: roles.iter().copied().collect(),
        active: true,
    }
}

impl Person {
    pub fn sign(&self, purpose: Purpose, statement: &[u8], role: Role, overrides: &[Override]) -> Approval {
        let message = match purpose {
            Purpose::Approval => release_message(statement, role, overrides, &ends()),
            _ => approval_message(statement, role, overrides),
        };
        Approval {
            officer: self.code.clone(),
            role,
            proof: ApprovalProof::OfficerKey { signature: self.key.sign(purpose, &message) },
            anchors: Some(ends()),
            at: now(),
        }
    }

    pub fn view(&self) -> OfficerView<'_> {
        OfficerView { code: &self.code, key: &self.public, roles: &self.roles, active: self.active, passkeys: &[] }
    }
}

pub fn look_up<'p>(people: &'p [Person]) -> impl Fn(&OfficerCode) -> Option<OfficerView<'p>> + 'p {
    move |code| people.iter().find(|person| person.code == *code).map(Person::view)
}
