//! Texts that a connection has met, and their codes: asked for every frame, so without a lock and without a copy.

use std::{hash::BuildHasher, sync::Arc};

use crate::stream::texts::Texts;

/// Slots at the start; a power of two, like every later number of them.
const SLOTS: usize = 16;
/// Odd, with bits all over: what the texts are mixed with.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// Codes by text. Grows with what it is told; the caller bounds that.
pub(super) struct Codes {
    /// Drawn for each connection, so that nobody can make up texts beforehand that all share a slot.
    seed: u64,
    /// Open addressing: 0 if free, else the upper half of the hash, and the code plus 1.
    slots: Vec<u64>,
    taken: usize,
    /// All connections' texts as they stood when this was told the last one: a fleet has many connections.
    texts: Arc<Texts>,
}

impl Codes {
    pub(super) fn new() -> Self {
        Self {
            seed: std::hash::RandomState::new().hash_one(SLOTS),
            slots: vec![0; SLOTS],
            taken: 0,
            texts: Arc::default(),
        }
    }

    /// The code of a text, if it was told.
    #[inline(always)]
    pub(super) fn get(&self, text: &[u8]) -> Option<u32> {
        let hash = self.hash(text);
        let mask = self.slots.len() - 1;
        let mut at = place(hash);
        loop {
            let slot = self.slots[at & mask];
            if slot == 0 {
                return None;
            }
            if slot >> 32 == hash >> 32
                && let Some(known) = self.texts.bytes(code(slot) as usize)
                && same(known, text)
            {
                return Some(code(slot));
            }
            at += 1;
        }
    }

    /// Keeps a code that [`get`](Self::get) did not find, and the texts of which it is one.
    pub(super) fn insert(&mut self, code: u32, texts: Arc<Texts>) {
        self.texts = texts;
        self.taken += 1;
        if self.taken * 2 > self.slots.len() {
            // At most half of the slots are taken, so that a search ends soon, and ends at all.
            let more = vec![0; self.slots.len() * 2];
            for slot in std::mem::replace(&mut self.slots, more) {
                if slot != 0 {
                    self.link(self::code(slot));
                }
            }
        }
        self.link(code);
    }

    /// Puts a code into the first free slot of its row.
    fn link(&mut self, code: u32) {
        let hash = self.hash(self.texts.bytes(code as usize).unwrap_or_default());
        let mask = self.slots.len() - 1;
        let mut at = place(hash);
        while self.slots[at & mask] != 0 {
            at += 1;
        }
        self.slots[at & mask] = hash >> 32 << 32 | (u64::from(code) + 1);
    }

    /// Sixteen bytes a step. The last step takes the last sixteen, some of them again: that saves a loop over the rest.
    #[inline(always)]
    fn hash(&self, text: &[u8]) -> u64 {
        let mut hash = self.seed ^ text.len() as u64;
        let Some(last) = text.last_chunk::<16>() else {
            let (low, high) = short(text);
            return fold(hash ^ low, MIX ^ high);
        };
        let mut rest = text;
        while rest.len() > 16
            && let Some((chunk, behind)) = rest.split_first_chunk::<16>()
        {
            let (low, high) = halves(*chunk);
            hash = fold(hash ^ low, MIX ^ high);
            rest = behind;
        }
        let (low, high) = halves(*last);
        fold(hash ^ low, MIX ^ high)
    }
}

/// Fewer than sixteen bytes as two numbers; the length, which is hashed as well, tells apart what is alike.
#[inline]
fn short(text: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into());
    }
    (text.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)), 0)
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
fn halves(chunk: [u8; 16]) -> (u64, u64) {
    let chunk = u128::from_le_bytes(chunk);
    (chunk as u64, (chunk >> 64) as u64)
}

/// Whether the texts are the same. Most ids have such a length that their two ends cover them.
#[inline(always)]
fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if (16..=32).contains(&one.len()) {
        return one.first_chunk::<16>() == other.first_chunk::<16>()
            && one.last_chunk::<16>() == other.last_chunk::<16>();
    }
    one == other
}

/// Both halves of the product count, so that every bit of the input reaches every bit of the hash.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    product as u64 ^ (product >> 64) as u64
}

/// Where the search for a hash begins. The upper half is for the slot, so the lower half is used here.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
fn place(hash: u64) -> usize {
    hash as u32 as usize
}

/// The code in a slot.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
fn code(slot: u64) -> u32 {
    (slot as u32).wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_keeps_its_code_as_the_table_grows() {
        let mut codes = Codes::new();
        let texts: Vec<String> = (0..5_000_usize)
            .map(|n| format!("{}{n}", "é".repeat(n % 13)))
            .chain([String::new()])
            .collect();
        let mut known = Texts::default();
        for (code, text) in (0..).zip(&texts) {
            assert_eq!(codes.get(text.as_bytes()), None, "{text}");
            known.push(text);
            codes.insert(code, Arc::new(known.clone()));
        }
        for (code, text) in (0..).zip(&texts) {
            assert_eq!(codes.get(text.as_bytes()), Some(code), "{text}");
        }
    }

    #[test]
    fn texts_that_share_their_hash_are_told_apart() {
        // A zero among its bytes, and short texts that differ in length only: the likeliest to be mixed up.
        let mut codes = of(&["\0", "\0\0", "\0\0\0", "\0\0\0\0", "\0\0\0\0\0"]);
        assert_eq!(codes.get(b"\0\0\0"), Some(2));
        // Every slot's hash is the same now, so that only the full texts differ.
        codes = of(&["a", "b"]);
        let hash = codes.hash(b"c");
        codes.slots.fill(0);
        let at = place(hash);
        let mask = codes.slots.len() - 1;
        codes.slots[at & mask] = hash >> 32 << 32 | 1;
        codes.slots[(at + 1) & mask] = hash >> 32 << 32 | 2;
        assert_eq!(codes.get(b"c"), None);
    }

    fn of(texts: &[&str]) -> Codes {
        let known: Arc<Texts> = Arc::new(texts.iter().copied().collect());
        let mut codes = Codes::new();
        (0..).zip(texts).for_each(|(code, _)| codes.insert(code, known.clone()));
        codes
    }
}
