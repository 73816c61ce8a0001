//! A page of what has the words of a search, in blocks by arrival.
//!
//! Guarantees: where the matches that the filter may let through fit into one block, they are all put in order. Else the block that came
//! last is put in order and told first, and the next page or the next block goes on behind it: every match that does
//! not change meanwhile is told once, and the work of a page is bounded by [`SearchBounds`]. An object that changes while somebody pages gets
//! a new place, before or behind the page, and may be told twice or not at all. Does not know: how words are read.

use crate::error::StoreError;
use crate::matches::{Step, Words};
use crate::place::{Found, Page, Place};
use crate::search::SearchBounds;
use crate::sieve::Sieve;
use crate::view::View;
use std::ops::Range;

/// Matches by number, the highest first.
struct Block {
    vids: Vec<i64>,
    /// From the lowest that was looked at to behind the highest.
    range: Range<i64>,
    /// Whether no match lies below it.
    last: bool,
}

impl View<'_> {
    /// Returns a page of the matches that the filter lets through.
    pub(crate) fn matching(
        &self,
        words: &Words,
        sieve: &Sieve,
        limit: usize,
        after: Option<Place>,
        bounds: &SearchBounds,
    ) -> Result<Page, StoreError> {
        let few = if sieve.is_open() { None } else { self.few(sieve, true)? };
        let begins = after.is_none();
        let (mut range, mut behind, mut whole) = match after {
            None => (0..i64::MAX, None, true),
            Some(Place::Below(end)) => (0..end, None, false),
            Some(Place::Within { block, whole, found }) => (block, Some(found), whole),
            Some(Place::Newest(_)) => return Err(StoreError::Query { part: "cursor" }),
        };
        let mut told: Vec<Found> = Vec::new();
        let mut next = None;
        let (mut looked, mut streamed) = (0, 0);
        loop {
            let room = bounds.streamed.saturating_sub(streamed).max(1);
            let block = self.block(words, few.as_deref(), &range, bounds.block, room, &mut streamed)?;
            looked += block.vids.len();
            whole = whole && block.last && range.start == 0;
            let mut found = self.found(&block.vids, sieve)?;
            found.retain(|one| behind.as_ref().is_none_or(|behind| one < behind));
            behind = None;
            let room = limit - told.len().min(limit);
            let more = found.len() > room;
            found.truncate(room);
            told.append(&mut found);
            if more {
                next =
                    told.last().map(|found| Place::Within { block: block.range.clone(), whole, found: found.clone() });
                break;
            }
            let below = block.range.start;
            if block.last && range.start == 0 {
                break;
            }
            if told.len() == limit || looked >= bounds.looked || streamed >= bounds.streamed {
                next = Some(Place::Below(below));
                break;
            }
            range = 0..below;
        }
        // All that there is was found in several blocks: it can be put in order after all.
        if begins && next.is_none() {
            told.sort_unstable_by(|one, other| other.cmp(one));
        }
        Ok(Page {
            cut: words.cut || (next.is_some() && !whole),
            vids: told.iter().map(|found| found.vid).collect(),
            next,
        })
    }

    /// Gathers a block of the matches in a range that are among the few, where there are few.
    fn block(
        &self,
        words: &Words,
        few: Option<&[i64]>,
        range: &Range<i64>,
        most: usize,
        room: usize,
        streamed: &mut usize,
    ) -> Result<Block, StoreError> {
        // Nothing outside of the few need be passed over.
        let ends = few.map_or(Some((0, i64::MAX)), |few| Some((*few.first()?, few.last()?.saturating_add(1))));
        let Some((first, end)) = ends else { return Ok(Block { vids: Vec::new(), range: range.clone(), last: true }) };
        let within = range.start.max(first)..range.end.min(end);
        let (mut vids, mut passed, mut lowest) = (Vec::new(), 0, within.end);
        let last = words.walk(self, &within, |vid| {
            if passed == room || vids.len() == most {
                return Step::Stop;
            }
            passed += 1;
            lowest = vid;
            if few.is_none_or(|few| few.binary_search(&vid).is_ok()) {
                vids.push(vid);
            }
            Step::On
        })?;
        *streamed += passed;
        let highest = vids.first().map_or(range.end, |vid| vid + 1);
        let lowest = if last { range.start } else { lowest };
        Ok(Block { vids, range: lowest..highest.max(lowest), last })
    }
}
