//! Questions put to passkeys: each is answered once, for what it was asked, and soon.
//!
//! Guarantees: a stranger who asks to sign in costs no memory, so that no crowd of strangers keeps an officer out: the question carries
//! its time under our own key, and only those that were answered rightly are remembered. Does not know: whose an answer is.

use comity_crypto::MacKey;
use comity_crypto::passkey::NewPasskey;
use comity_vocab::{Digest, OfficerCode, Timestamp};
use std::collections::VecDeque;

/// How long an answer may take, in seconds.
pub(crate) const ANSWER_SECONDS: i64 = 5 * 60;
/// How many questions may wait; each is of an officer, or of somebody with an enrolment link.
const WAITING_MAX: usize = 256;
/// What a sign-in's question is authenticated for.
const SIGN_IN: &str = "comity/v1/sign-in-challenge";

/// What a question that waits is for.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// Renewing a session's step-up.
    StepUp { session: String, officer: OfficerCode },
    /// Making a passkey with the secret of a link, by its digest.
    Enrol { token: Digest, officer: OfficerCode },
    /// Making a further passkey in a session.
    Register { session: String, officer: OfficerCode },
    /// Vouching for a new passkey.
    Vouch { session: String, officer: OfficerCode, passkey: Box<NewPasskey>, name: String },
    /// Agreeing to something; the answer is checked against what is agreed to.
    Approve { officer: OfficerCode },
}

/// The questions that were put.
pub(crate) struct Challenges {
    key: MacKey,
    waiting: VecDeque<([u8; 32], Timestamp, Question)>,
    /// Sign-ins that were answered rightly, until they would be too old anyway.
    spent: VecDeque<([u8; 32], Timestamp)>,
}

impl Challenges {
    /// Begins with nothing asked. The key is this process's own: what another asked is not known here.
    pub fn new(key: MacKey) -> Self {
        Self { key, waiting: VecDeque::new(), spent: VecDeque::new() }
    }

    /// Makes the question of a sign-in: `time (8) ‖ random (8) ‖ tag (16)`.
    pub fn sign_in(&self, now: Timestamp, random: [u8; 32]) -> [u8; 32] {
        let mut challenge = [0; 32];
        let (time, rest) = challenge.split_at_mut(8);
        let (nonce, tag) = rest.split_at_mut(8);
        time.copy_from_slice(&now.unix_millis().to_be_bytes());
        nonce.iter_mut().zip(random).for_each(|(byte, random)| *byte = random);
        let whole = self.key.tag(SIGN_IN, &[time, nonce]);
        tag.iter_mut().zip(whole.0).for_each(|(byte, of_tag)| *byte = of_tag);
        challenge
    }

    /// Tells whether this is a sign-in's question of ours, recent and not yet answered.
    pub fn asked_sign_in(&self, challenge: &[u8; 32], now: Timestamp) -> bool {
        let (head, _) = challenge.split_at(16);
        let (time, nonce) = head.split_at(8);
        let Ok(millis) = time.try_into().map(i64::from_be_bytes) else { return false };
        let mut random = [0; 32];
        random.iter_mut().zip(nonce).for_each(|(byte, nonce)| *byte = *nonce);
        let asked = Timestamp::from_unix(millis.div_euclid(1_000), (millis.rem_euclid(1_000) * 1_000_000) as u32);
        let ours = comity_crypto::same(&Digest(self.sign_in(asked, random)), &Digest(*challenge));
        ours && fresh(asked, now) && !self.spent.iter().any(|(other, _)| other == challenge)
    }

    /// Remembers that a sign-in's question was answered.
    pub fn spend(&mut self, challenge: [u8; 32], now: Timestamp) {
        self.spent.retain(|(_, at)| fresh(*at, now));
        self.spent.push_back((challenge, now));
    }

    /// Remembers a question until it is answered; of too many, the oldest goes.
    pub fn put(&mut self, key: [u8; 32], now: Timestamp, question: Question) {
        self.waiting.retain(|(_, asked, _)| fresh(*asked, now));
        if self.waiting.len() >= WAITING_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back((key, now, question));
    }

    /// Takes a question out: whatever becomes of the answer, it was asked once.
    pub fn take(&mut self, key: &[u8; 32], now: Timestamp) -> Option<Question> {
        let position = self.waiting.iter().position(|(other, ..)| other == key)?;
        let (_, asked, question) = self.waiting.remove(position)?;
        fresh(asked, now).then_some(question)
    }
}

fn fresh(asked: Timestamp, now: Timestamp) -> bool {
    asked <= now && now <= asked.plus_seconds(ANSWER_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_is_asked_by_us_lately_and_answered_once() {
        let now = Timestamp::from_unix(1_780_000_000, 123_456_789);
        let mut ours = Challenges::new(MacKey::new(&[1; 32]));
        let asked = ours.sign_in(now, [7; 32]);
        let check = |ours: &Challenges, what: &str, challenge: [u8; 32], seconds: i64, expected: bool| {
            assert_eq!(ours.asked_sign_in(&challenge, now.plus_seconds(seconds)), expected, "{what}");
        };
        check(&ours, "at once", asked, 0, true);
        check(&ours, "late", asked, ANSWER_SECONDS - 1, true);
        check(&ours, "too late", asked, ANSWER_SECONDS + 1, false);
        check(&ours, "before it was asked", asked, -1, false);
        check(&ours, "by another process", Challenges::new(MacKey::new(&[2; 32])).sign_in(now, [7; 32]), 0, false);
        for place in 0..32 {
            let mut altered = asked;
            altered[place] ^= 1;
            check(&ours, "altered", altered, 0, false);
        }
        for extreme in [[0; 32], [255; 32], [127; 32]] {
            check(&ours, "made up", extreme, 0, false);
        }
        ours.spend(asked, now);
        check(&ours, "again", asked, 1, false);
        check(&ours, "another", ours.sign_in(now, [8; 32]), 1, true);
    }
}
