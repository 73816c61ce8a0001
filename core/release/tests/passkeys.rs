//! Approvals by passkey: which count, and that the chain back to the officer's key is what makes them count.

use comity_crypto::passkey::{Origin, Registration, RelyingParty, challenge, register};
use comity_crypto::{Purpose, SigningKey, sha256};
use comity_kit::authenticator::{Answer, Authenticator};
use comity_release::passkey::{
    Base64Url, Binding, OfficerPasskey, PasskeyAnswer, PasskeyGrant, PasskeyRecord, answered, binding_statement,
    counts, user_handle,
};
use comity_release::{
    Approval, OfficerView, PublicDeclaration, Refusal, approval_message, authorise_public, version_digest,
};
use comity_vocab::{Digest, OfficerCode, Role, Roles, Timestamp};

const RP: &str = "desk.example";
const ORIGIN: &str = "https://desk.example";
const NONCE: [u8; 32] = [5; 32];

fn code(text: &str) -> OfficerCode {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

/// The parts of a record before it has a binding, as registration finds them.
fn unbound(officer: &str, passkey: &Authenticator, binding: Binding) -> PasskeyRecord {
    let (client_data, attestation_object) = passkey.create(RP, ORIGIN, &NONCE);
    let party = RelyingParty { id: RP, origin: Origin::Exactly(ORIGIN) };
    let registration = Registration { client_data: &client_data, attestation_object: &attestation_object };
    let new = register(&party, &NONCE, &registration).unwrap();
    PasskeyRecord {
        officer: code(officer),
        credential: Base64Url(new.credential),
        key: new.key,
        backup_eligible: new.backup_eligible,
        rp_id: RP.into(),
        binding,
    }
}

fn grant(officer: &str) -> PasskeyGrant {
    PasskeyGrant {
        organisation: key(100).verifying_key(),
        officer: code(officer),
        token: sha256(&[b"secret of ", officer.as_bytes()]),
        rp_id: RP.into(),
        not_after: at("2026-03-05T10:15:00Z"),
    }
}

fn granted(officer: &str, passkey: &Authenticator, grant: PasskeyGrant, by: &SigningKey) -> PasskeyRecord {
    let signature = by.sign(Purpose::PasskeyGrant, &grant.statement());
    unbound(officer, passkey, Binding::Grant { grant: Box::new(grant), signature })
}

fn sent(passkey: &Authenticator, nonce: [u8; 32], answer: Answer) -> PasskeyAnswer {
    PasskeyAnswer {
        credential: Base64Url(passkey.credential.clone()),
        nonce: Digest(nonce),
        authenticator_data: Base64Url(answer.authenticator_data),
        client_data: Base64Url(answer.client_data),
        signature: Base64Url(answer.signature),
    }
}

fn answer(passkey: &mut Authenticator, purpose: Purpose, message: &[u8]) -> PasskeyAnswer {
    let answer = passkey.answer(RP, ORIGIN, &challenge(purpose, &NONCE, message));
    sent(passkey, NONCE, answer)
}

fn vouched(officer: &str, passkey: &Authenticator, by: &mut Authenticator) -> PasskeyRecord {
    let placeholder = Binding::Passkey(answer(&mut Authenticator::es256(99), Purpose::PasskeyBinding, b""));
    let mut record = unbound(officer, passkey, placeholder);
    record.binding = Binding::Passkey(answer(by, Purpose::PasskeyBinding, &record.statement()));
    record
}

fn held(records: &[PasskeyRecord]) -> Vec<OfficerPasskey> {
    records.iter().cloned().map(|record| OfficerPasskey { record, removed: false }).collect()
}

fn check(what: &str, record: &PasskeyRecord, all: &[PasskeyRecord], officer: &str, by: &SigningKey, holds: bool) {
    let found = counts(record, &held(all), &code(officer), &by.verifying_key());
    assert_eq!(found.is_ok(), holds, "{what}");
}

#[test]
fn only_the_officers_key_makes_a_passkey_count() {
    let (own, other) = (key(1), key(2));
    let first = Authenticator::es256(1);
    let good = granted("mira", &first, grant("mira"), &own);
    let all = std::slice::from_ref(&good);
    check("granted", &good, all, "mira", &own, true);
    check("for another officer", &good, all, "jonas", &own, false);
    check("under another key, such as a new one", &good, all, "mira", &other, false);
    let by_operator = granted("mira", &first, grant("mira"), &other);
    check("granted by somebody else", &by_operator, std::slice::from_ref(&by_operator), "mira", &own, false);
    let alter = |change: fn(&mut PasskeyGrant)| {
        let mut record = good.clone();
        let Binding::Grant { grant, .. } = &mut record.binding else { panic!() };
        change(grant);
        record
    };
    for (what, record) in [
        ("another token", alter(|grant| grant.token = sha256(&[b"other"]))),
        ("a later end", alter(|grant| grant.not_after = at("2027-01-01T00:00:00Z"))),
        ("another organisation", alter(|grant| grant.organisation = key(101).verifying_key())),
        ("another officer's grant", alter(|grant| grant.officer = code("jonas"))),
        ("another host in the grant", alter(|grant| grant.rp_id = "evil.example".into())),
        ("another host in the record", PasskeyRecord { rp_id: "evil.example".into(), ..good.clone() }),
        ("another officer in the record", PasskeyRecord { officer: code("jonas"), ..good.clone() }),
    ] {
        check(what, &record, std::slice::from_ref(&record), "mira", &own, false);
    }
    // One grant, two passkeys: nobody can tell which one the officer made.
    let copied = granted("mira", &Authenticator::es256(2), grant("mira"), &own);
    check("a grant used twice", &good, &[good.clone(), copied.clone()], "mira", &own, false);
    check("a grant used twice, the other", &copied, &[good.clone(), copied.clone()], "mira", &own, false);
}

#[test]
fn a_grant_is_for_one_officer_one_host_and_one_passkey() {
    let own = key(1);
    let (first, second) = (Authenticator::es256(1), Authenticator::es256(2));
    // All of these are signed by the officer's key, so that only what they say decides.
    let foreign = granted("mira", &first, grant("jonas"), &own);
    check("granted for another officer", &foreign, std::slice::from_ref(&foreign), "mira", &own, false);
    let elsewhere = granted("mira", &first, PasskeyGrant { rp_id: "evil.example".into(), ..grant("mira") }, &own);
    check("granted for another host", &elsewhere, std::slice::from_ref(&elsewhere), "mira", &own, false);
    let one = granted("mira", &first, grant("mira"), &own);
    let other = granted("mira", &second, PasskeyGrant { token: sha256(&[b"another"]), ..grant("mira") }, &own);
    let all = [one.clone(), other.clone()];
    check("two grants, two passkeys", &one, &all, "mira", &own, true);
    check("two grants, two passkeys, the other", &other, &all, "mira", &own, true);
    check("a passkey entered twice by its grant", &one, &[one.clone(), one.clone()], "mira", &own, true);
}

#[test]
fn a_grant_and_a_passkey_are_signed_with_everything_in_them() {
    let base = grant("mira");
    let grants = [
        base.clone(),
        PasskeyGrant { organisation: key(101).verifying_key(), ..base.clone() },
        PasskeyGrant { officer: code("jonas"), ..base.clone() },
        PasskeyGrant { token: sha256(&[b"another"]), ..base.clone() },
        PasskeyGrant { rp_id: "evil.example".into(), ..base.clone() },
        PasskeyGrant { not_after: at("2027-01-01T00:00:00Z"), ..base },
    ];
    let statements: std::collections::BTreeSet<_> = grants.iter().map(PasskeyGrant::statement).collect();
    assert_eq!(statements.len(), grants.len());
    let base = granted("mira", &Authenticator::es256(1), grant("mira"), &key(1));
    let other = granted("mira", &Authenticator::es256(2), grant("mira"), &key(1));
    let records = [
        base.clone(),
        PasskeyRecord { officer: code("jonas"), ..base.clone() },
        PasskeyRecord { credential: Base64Url(vec![7; 32]), ..base.clone() },
        PasskeyRecord { key: other.key, ..base.clone() },
        PasskeyRecord { backup_eligible: !base.backup_eligible, ..base.clone() },
        PasskeyRecord { rp_id: "evil.example".into(), ..base },
    ];
    let statements: std::collections::BTreeSet<_> = records.iter().map(PasskeyRecord::statement).collect();
    assert_eq!(statements.len(), records.len());
    assert!(statements.iter().all(|statement| statement.starts_with(b"comity-passkey-binding/1\nofficer ")));
}

#[test]
fn a_chain_of_passkeys_is_at_most_sixteen_long() {
    let own = key(1);
    let mut passkeys: Vec<Authenticator> = (1..=17).map(Authenticator::es256).collect();
    let mut all = vec![granted("mira", &passkeys[0], grant("mira"), &own)];
    for n in 1..passkeys.len() {
        let (before, after) = passkeys.split_at_mut(n);
        all.push(vouched("mira", &after[0], &mut before[n - 1]));
    }
    check("the sixteenth", &all[15], &all, "mira", &own, true);
    check("the seventeenth", &all[16], &all, "mira", &own, false);
}

#[test]
fn an_answer_is_of_the_passkey_that_is_asked_and_gives_its_counter() {
    let mut passkey = Authenticator::es256(1);
    let record = granted("mira", &passkey, grant("mira"), &key(1));
    passkey.counter = 5;
    let answer = answer(&mut passkey, Purpose::Approval, b"message");
    let ask = |record: &PasskeyRecord, message: &[u8]| {
        answered(record, &answer, Purpose::Approval, message, Origin::Exactly(ORIGIN))
    };
    assert_eq!(ask(&record, b"message"), Ok(5));
    assert!(ask(&record, b"another").is_err());
    // The same key under another id is another passkey.
    let renamed = PasskeyRecord { credential: Base64Url(vec![7; 32]), ..record };
    assert!(ask(&renamed, b"message").is_err());
}

#[test]
fn an_officer_has_another_handle_in_each_organisation() {
    let organisation = key(100).verifying_key();
    let handle = user_handle(&organisation, &code("mira"));
    assert_eq!(handle, user_handle(&organisation, &code("mira")));
    assert_ne!(handle, user_handle(&organisation, &code("jonas")));
    assert_ne!(handle, user_handle(&key(101).verifying_key(), &code("mira")));
    assert!(!handle.to_string().contains("mira"));
}

#[test]
fn bytes_travel_as_base64url_without_padding() {
    let bytes = Base64Url(vec![0xfb, 0xff, 0x01, 0x02]);
    assert_eq!(serde_json::to_string(&bytes).unwrap(), r#""-_8BAg""#);
    assert_eq!(serde_json::from_str::<Base64Url>(r#""-_8BAg""#).unwrap(), bytes);
    for other in [r#""-_8BAg==""#, r#""+/8BAg""#, r#""-_8BA""#] {
        assert!(serde_json::from_str::<Base64Url>(other).is_err(), "{other}");
    }
    assert_eq!((bytes.to_string(), format!("{bytes:?}")), ("-_8BAg".to_owned(), "-_8BAg".to_owned()));
}

#[test]
fn a_passkey_vouches_for_another() {
    let own = key(1);
    let mut first = Authenticator::es256(1);
    let mut second = Authenticator::eddsa(2);
    let root = granted("mira", &first, grant("mira"), &own);
    let next = vouched("mira", &second, &mut first);
    let third = vouched("mira", &Authenticator::es256(3), &mut second);
    let all = [root.clone(), next.clone(), third.clone()];
    check("vouched for", &next, &all, "mira", &own, true);
    check("vouched for by one vouched for", &third, &all, "mira", &own, true);
    check("the voucher is unknown", &third, &all[..1], "mira", &own, false);
    check("the chain has no beginning", &third, &all[1..], "mira", &own, false);
    let mut removed = held(&all);
    removed[0].removed = true;
    assert!(counts(&third, &removed, &code("mira"), &own.verifying_key()).is_ok(), "those vouched for stay");
    let stolen =
        PasskeyRecord { key: unbound("mira", &Authenticator::es256(9), root.binding.clone()).key, ..next.clone() };
    check("another key than vouched for", &stolen, &[root.clone(), stolen.clone()], "mira", &own, false);
    let renamed = PasskeyRecord { credential: Base64Url(vec![7; 32]), ..next.clone() };
    check("another credential than vouched for", &renamed, &[root.clone(), renamed.clone()], "mira", &own, false);
    // An answer to something else is no vouching, though it is over the same bytes.
    let message = binding_statement(&code("mira"), &next.credential, &next.key, false, RP);
    let approval =
        PasskeyRecord { binding: Binding::Passkey(answer(&mut first, Purpose::Approval, &message)), ..next.clone() };
    check("an approval is no vouching", &approval, &[root.clone(), approval.clone()], "mira", &own, false);
    // Two that vouch for each other stand on nothing.
    let (mut a, mut b) = (Authenticator::es256(11), Authenticator::es256(12));
    let circle = [vouched("mira", &a, &mut b), vouched("mira", &b, &mut a)];
    check("a circle", &circle[0], &circle, "mira", &own, false);
    // Another officer's passkey vouches for nobody else's.
    let mut jonas = Authenticator::es256(21);
    let foreign = granted("jonas", &jonas, grant("jonas"), &key(2));
    let adopted = vouched("mira", &Authenticator::es256(22), &mut jonas);
    check("another officer vouched", &adopted, &[root, foreign, adopted.clone()], "mira", &own, false);
}

/// An act of two, where the second approves by passkey: one helper for every row.
struct Act {
    declaration: PublicDeclaration,
    author: Approval,
    releasing_key: SigningKey,
    passkeys: Vec<OfficerPasskey>,
    active: bool,
}

impl Act {
    fn new(passkeys: Vec<OfficerPasskey>) -> Self {
        let declaration = PublicDeclaration {
            organisation: "vsis".parse().unwrap(),
            versions: [version_digest("a", "b", b"c")].into(),
        };
        let message = approval_message(&declaration.statement(), Role::Analyst, &[]);
        let author = Approval {
            anchors: None,
            officer: code("mira"),
            role: Role::Analyst,
            proof: key(1).sign(Purpose::PublicDeclaration, &message).into(),
            at: at("2026-03-05T10:00:00Z"),
        };
        Self { declaration, author, releasing_key: key(2), passkeys, active: true }
    }

    fn message(&self) -> Vec<u8> {
        approval_message(&self.declaration.statement(), Role::ReleasingOfficer, &[])
    }

    fn authorise(&self, answer: PasskeyAnswer) -> Result<(), Refusal> {
        let releasing = Approval {
            anchors: None,
            officer: code("jonas"),
            role: Role::ReleasingOfficer,
            proof: comity_release::ApprovalProof::Passkey(answer),
            at: at("2026-03-05T10:00:00Z"),
        };
        // What is stored is read again as it was.
        let text = serde_json::to_string(&releasing).unwrap();
        assert_eq!(serde_json::from_str::<Approval>(&text).unwrap(), releasing);
        let (codes, keys) =
            ([code("mira"), code("jonas")], [key(1).verifying_key(), self.releasing_key.verifying_key()]);
        let roles: [Roles; 2] = [[Role::Analyst].into(), [Role::ReleasingOfficer].into()];
        let look_up = |wanted: &OfficerCode| {
            let n = codes.iter().position(|code| code == wanted)?;
            let passkeys = if n == 1 { self.passkeys.as_slice() } else { &[] };
            Some(OfficerView { code: &codes[n], key: &keys[n], roles: &roles[n], active: self.active, passkeys })
        };
        authorise_public(self.declaration.clone(), &self.author, &releasing, &look_up).map(|_| ())
    }
}

#[test]
fn an_approval_by_passkey_is_verified_whole() {
    let mut passkey = Authenticator::es256(1);
    let record = granted("jonas", &passkey, grant("jonas"), &key(2));
    let act = Act::new(held(&[record]));
    let message = act.message();
    let good = answer(&mut passkey, Purpose::PublicDeclaration, &message);
    assert_eq!(act.authorise(good.clone()), Ok(()));
    let refused = Err(Refusal::BadSignature { officer: code("jonas") });

    let as_author = approval_message(&act.declaration.statement(), Role::Analyst, &[]);
    let mut stranger = Authenticator::es256(1);
    stranger.credential = vec![9; 32];
    let evil = passkey.answer(RP, "https://evil.example", &challenge(Purpose::PublicDeclaration, &NONCE, &message));
    let elsewhere = passkey.answer("evil.example", ORIGIN, &challenge(Purpose::PublicDeclaration, &NONCE, &message));
    for (what, answer) in [
        ("over another message", answer(&mut passkey, Purpose::PublicDeclaration, b"other")),
        ("in another role", answer(&mut passkey, Purpose::PublicDeclaration, &as_author)),
        ("for another purpose", answer(&mut passkey, Purpose::Approval, &message)),
        ("with another nonce", PasskeyAnswer { nonce: Digest([6; 32]), ..good.clone() }),
        ("of an unknown passkey", answer(&mut stranger, Purpose::PublicDeclaration, &message)),
        ("from another site", sent(&passkey, NONCE, evil)),
        ("to another relying party", sent(&passkey, NONCE, elsewhere)),
        ("with another signature", PasskeyAnswer { signature: Base64Url(vec![1; 70]), ..good.clone() }),
    ] {
        assert_eq!(act.authorise(answer), refused, "{what}");
    }
    // The desk's port may change between approval and send; its host may not.
    let moved =
        passkey.answer(RP, "https://desk.example:8443", &challenge(Purpose::PublicDeclaration, &NONCE, &message));
    assert_eq!(act.authorise(sent(&passkey, NONCE, moved)), Ok(()));

    let mut removed = Act::new(act.passkeys.clone());
    removed.passkeys[0].removed = true;
    assert_eq!(removed.authorise(good.clone()), refused, "a removed passkey signs nothing");
    let renewed = Act { releasing_key: key(3), ..Act::new(act.passkeys.clone()) };
    assert_eq!(renewed.authorise(good.clone()), refused, "a new key voids the passkeys under the old one");
    let disabled = Act { active: false, ..Act::new(act.passkeys.clone()) };
    assert!(disabled.authorise(good.clone()).is_err());
    assert_eq!(Act::new(Vec::new()).authorise(good), refused, "no passkeys at all");
}
