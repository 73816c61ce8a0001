//! Questions put to passkeys: each is answered once, for what it was asked, and soon.

use comity_crypto::passkey::NewPasskey;
use comity_vocab::{Digest, OfficerCode, Timestamp};
use std::collections::VecDeque;

/// How long an answer may take, in seconds.
pub(crate) const ANSWER_SECONDS: i64 = 5 * 60;
/// How many questions of people who are not signed in may wait.
const ANONYMOUS_MAX: usize = 1_024;
/// How many questions of officers may wait.
const OFFICERS_MAX: usize = 256;

/// What a question is for.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// Opening a session; the officer is not known yet.
    SignIn,
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

impl Question {
    fn is_anonymous(&self) -> bool {
        matches!(self, Question::SignIn | Question::Enrol { .. })
    }
}

/// The questions that wait. Strangers cannot crowd out officers: each group has a room of its own, the oldest goes first.
#[derive(Default)]
pub(crate) struct Challenges {
    anonymous: VecDeque<([u8; 32], Timestamp, Question)>,
    officers: VecDeque<([u8; 32], Timestamp, Question)>,
}

impl Challenges {
    pub fn put(&mut self, key: [u8; 32], now: Timestamp, question: Question) {
        let (room, max) = if question.is_anonymous() {
            (&mut self.anonymous, ANONYMOUS_MAX)
        } else {
            (&mut self.officers, OFFICERS_MAX)
        };
        room.retain(|(_, asked, _)| fresh(*asked, now));
        if room.len() >= max {
            room.pop_front();
        }
        room.push_back((key, now, question));
    }

    /// Takes a question out: whatever becomes of the answer, it was asked once.
    pub fn take(&mut self, key: &[u8; 32], now: Timestamp) -> Option<Question> {
        for room in [&mut self.anonymous, &mut self.officers] {
            if let Some(position) = room.iter().position(|(other, ..)| other == key) {
                let (_, asked, question) = room.remove(position)?;
                return fresh(asked, now).then_some(question);
            }
        }
        None
    }
}

fn fresh(asked: Timestamp, now: Timestamp) -> bool {
    asked <= now && now <= asked.plus_seconds(ANSWER_SECONDS)
}
