//! Many short texts, each of them once: they lie one behind the other, so that none needs memory of its own.

use std::{fmt, ops::Range, sync::Arc};

/// How many texts lie together; a power of two.
const PIECE: usize = 256;

/// Texts by their code, which is their place. A clone shares what it holds with what is added to later, but for the last
/// piece.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Texts(Vec<Arc<Piece>>);

/// Up to [`PIECE`] texts.
#[derive(Clone, PartialEq, Eq)]
struct Piece {
    text: String,
    len: usize,
    /// Where each of them begins, which is where the one before it ends.
    bounds: [usize; PIECE + 1],
}

impl Default for Piece {
    fn default() -> Self {
        Self {
            text: String::new(),
            len: 0,
            bounds: [0; PIECE + 1],
        }
    }
}

impl Texts {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self.0.split_last() {
            Some((last, full)) => full.len() * PIECE + last.len,
            None => 0,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text with this code.
    pub fn get(&self, code: usize) -> Option<&str> {
        let piece = self.0.get(code / PIECE)?;
        piece.text.get(piece.place(code)?)
    }

    /// All of them, by their code.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.iter_from(0)
    }

    /// Those from this code on: what somebody who knows all before it has not seen.
    pub fn iter_from(&self, code: usize) -> impl Iterator<Item = &str> {
        (code..self.len()).filter_map(|code| self.get(code))
    }

    /// [`Texts::get`] for those who compare bytes.
    #[inline(always)]
    pub(super) fn bytes(&self, code: usize) -> Option<&[u8]> {
        let piece = self.0.get(code / PIECE)?;
        piece.text.as_bytes().get(piece.place(code)?)
    }

    /// Adds a text, whose code is the number of those before it.
    pub(super) fn push(&mut self, text: &str) {
        if self.0.last().is_none_or(|piece| piece.len == PIECE) {
            self.0.push(Arc::default());
        }
        if let Some(piece) = self.0.last_mut().map(Arc::make_mut) {
            piece.text.push_str(text);
            piece.len += 1;
            piece.bounds[piece.len] = piece.text.len();
            if piece.len == PIECE {
                piece.text.shrink_to_fit();
            }
        }
    }
}

impl Piece {
    /// Where the text with this code lies.
    #[inline(always)]
    fn place(&self, code: usize) -> Option<Range<usize>> {
        let index = code % PIECE;
        (index < self.len).then(|| self.bounds[index]..self.bounds[index + 1])
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut all = Self::default();
        texts.into_iter().for_each(|text| all.push(text));
        all
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_codes_and_clones_stay_as_they_were() {
        let text = |code: usize| "é".repeat(code % 7) + &code.to_string();
        let mut texts = Texts::default();
        assert!(texts.is_empty());
        let mut clones = Vec::new();
        for code in 0..3 * PIECE {
            if code % 100 == 0 {
                clones.push(texts.clone());
            }
            texts.push(&text(code));
        }
        for (count, clone) in clones.iter().chain([&texts]).map(|texts| (texts.len(), texts)) {
            assert!(clone.iter().eq((0..count).map(text)), "{count}");
            assert_eq!((clone.get(count), clone.bytes(count)), (None, None));
        }
        assert_eq!((clones.len(), clones[7].len(), texts.len()), (8, 700, 768));
        assert!(Arc::ptr_eq(&clones[7].0[1], &texts.0[1]), "shared");
    }
}
