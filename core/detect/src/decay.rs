//! What an indicator is still worth: the polynomial of MISP's decaying models.
//!
//! `score = base × (1 − (t/τ)^(1/δ))`, where t is the age, τ the lifetime and δ the speed (MISP, "Decaying of indicators"). Does not
//! know: clocks; the age is an argument.

use crate::kind::Kind;
use crate::witness::asked;
use comity_pattern::Pattern;

const DAY_SECONDS: f64 = 86_400.0;

/// One decaying model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    /// τ: after so many days nothing is left.
    pub lifetime_days: f64,
    /// δ: 1 falls evenly; above it falls fast first.
    pub speed: f64,
    /// Below it, of 100, an indicator counts as decayed.
    pub threshold: u8,
}

impl Decay {
    /// Returns what is left of `base` (of 100) at an age in seconds.
    pub fn score(&self, base: u8, age_seconds: i64) -> u8 {
        let share = (age_seconds.max(0) as f64 / (self.lifetime_days * DAY_SECONDS)).min(1.0);
        let left = f64::from(base.min(100)) * (1.0 - share.powf(1.0 / self.speed));
        left.clamp(0.0, 100.0).round() as u8
    }

    /// Tells whether less than the threshold is left. What was stated with a lower confidence than that from the beginning has not
    /// decayed by its age.
    pub fn is_decayed(&self, base: u8, age_seconds: i64) -> bool {
        let threshold = self.threshold.min(base);
        self.score(base, age_seconds) < threshold
    }
}

/// One row of the table of models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecayRow {
    /// What an indicator asks for.
    pub kinds: &'static [Kind],
    /// The model.
    pub decay: Decay,
    /// Why, and where the figures come from.
    pub reason: &'static str,
}

/// The models, by what an indicator asks for; the last is for everything else. MISP's NIDS model gives addresses, names and URLs
/// 120 days at speed 2, its phishing model 3 days at 2.3; OpenCTI gives addresses 60 days, URLs 180 and everything else 365.
const ROWS: &[DecayRow] = &[
    DecayRow {
        kinds: &[Kind::Address, Kind::Port],
        decay: Decay { lifetime_days: 90.0, speed: 1.5, threshold: 20 },
        reason: "addresses are given to others within weeks: between OpenCTI's 60 days and the 120 of MISP's NIDS model",
    },
    DecayRow {
        kinds: &[Kind::Domain, Kind::Url, Kind::Email, Kind::UserAgent, Kind::Account],
        decay: Decay { lifetime_days: 365.0, speed: 1.5, threshold: 20 },
        reason: "names are paid for by the year and seldom change hands before: OpenCTI's lifetime where nothing else is said",
    },
    DecayRow {
        kinds: &[],
        decay: Decay { lifetime_days: 1_825.0, speed: 1.0, threshold: 20 },
        reason: "content never becomes other content, it only falls out of use: five years in a straight line, own judgement",
    },
];

/// The models that come with the program.
#[derive(Clone, Debug, Default)]
pub struct DecayModel;

impl DecayModel {
    /// Returns the table.
    pub fn rows(&self) -> &'static [DecayRow] {
        ROWS
    }

    /// Returns the model of a pattern: of what it asks for, the longest lived counts. `None` where it asks for nothing by name.
    pub fn of(&self, pattern: &Pattern) -> Option<&Decay> {
        let lived = asked(pattern).into_iter().filter_map(|one| {
            let kind = Kind::of(&one.path, &one.value);
            let row = ROWS.iter().find(|row| row.kinds.contains(&kind)).or(ROWS.last());
            row.map(|row| &row.decay)
        });
        lived.max_by(|one, other| one.lifetime_days.total_cmp(&other.lifetime_days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISP_NIDS: Decay = Decay { lifetime_days: 120.0, speed: 2.0, threshold: 30 };
    const MISP_PHISHING: Decay = Decay { lifetime_days: 3.0, speed: 2.3, threshold: 30 };

    #[test]
    fn scores() {
        let even = Decay { lifetime_days: 100.0, speed: 1.0, threshold: 30 };
        let fast = Decay { lifetime_days: 100.0, speed: 2.0, threshold: 30 };
        for (decay, base, days, score, decayed) in [
            (even, 100, 0, 100, false),
            (even, 100, 50, 50, false),
            (even, 80, 50, 40, false),
            (even, 100, 71, 29, true),
            (even, 100, 500, 0, true),
            (even, 100, -5, 100, false),
            (fast, 100, 25, 50, false),
            (fast, 100, 49, 30, false),
            (even, 10, 0, 10, false),
            (even, 10, 90, 1, true),
            (MISP_NIDS, 80, 0, 80, false),
            (MISP_NIDS, 80, 30, 40, false),
            (MISP_NIDS, 100, 30, 50, false),
            (MISP_NIDS, 80, 60, 23, true),
            (MISP_NIDS, 80, 120, 0, true),
            (MISP_PHISHING, 80, 1, 30, false),
            (MISP_PHISHING, 80, 2, 13, true),
            (even, 255, 0, 100, false),
        ] {
            let age = days * 86_400;
            assert_eq!(
                (decay.score(base, age), decay.is_decayed(base, age)),
                (score, decayed),
                "{decay:?} {base} {days}"
            );
        }
    }

    #[test]
    fn what_lives_longest_counts() {
        for (pattern, days) in [
            ("[ipv4-addr:value = '203.0.113.9']", Some(90.0)),
            ("[domain-name:value = 'a.example']", Some(365.0)),
            ("[ipv4-addr:value = '203.0.113.9' ] AND [file:hashes.MD5 = 'aa']", Some(1_825.0)),
            ("[file:name LIKE '%x']", None),
        ] {
            let pattern = Pattern::parse(pattern).expect("valid");
            assert_eq!(DecayModel.of(&pattern).map(|decay| decay.lifetime_days), days);
        }
    }
}
