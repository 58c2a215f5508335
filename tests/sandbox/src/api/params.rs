//! Query parameters and pages.

use axum::extract::Query;
use axum::http::Uri;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::envelope::ApiError;
use crate::quirks::LargePage;

/// Items on a page when the caller does not say.
const DEFAULT_SIZE: u64 = 20;

/// Most items on a page.
const LARGEST_SIZE: u64 = 100;

/// The whole number in a text. `1.0` is one, as in a body, and one that is too large counts as the largest.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let text = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().or(digits.then_some(i64::MAX))
}

/// The query of a request, decoded. Parameters nobody asks for are ignored; an empty one counts as absent.
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn of(uri: &Uri) -> Result<Self, ApiError> {
        let Query(pairs) = Query::try_from_uri(uri).map_err(|_| ApiError::invalid("query", Value::Null))?;
        Ok(Self(pairs))
    }

    /// The text of a parameter.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The text of a parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| ApiError::missing(name))
    }

    /// A whole number of at least 1.
    pub(crate) fn positive(&self, name: &str) -> Result<Option<u64>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match whole(text) {
            Some(number) if number >= 1 => Ok(Some(number.unsigned_abs())),
            // The value comes back as the number it is, where it is one.
            Some(number) => Err(ApiError::invalid(name, number)),
            None => Err(ApiError::invalid(name, text)),
        }
    }

    /// A moment in RFC 3339.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        match self.text(name) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| ApiError::invalid(name, text)),
        }
    }

    /// Which page is wanted.
    pub(crate) fn page(&self, large: LargePage) -> Result<Page, ApiError> {
        let page = self.positive("page")?.unwrap_or(1);
        let size = self.positive("size")?.unwrap_or(DEFAULT_SIZE);
        if size > LARGEST_SIZE && large == LargePage::Refused {
            return Err(ApiError::invalid("size", size));
        }
        Ok(Page {
            page,
            size: size.min(LARGEST_SIZE),
        })
    }
}

/// A page of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Page {
    /// Number, from 1.
    page: u64,
    /// Items on a page.
    size: u64,
}

impl Page {
    /// Cuts this page out of `items`; only what is on it is turned into JSON.
    pub(crate) fn of<T: Copy, V: Serialize>(self, items: &[T], view: impl Fn(T) -> V) -> Value {
        let (from, size) = self.window();
        let shown: Vec<V> = items.iter().skip(from).take(size).map(|item| view(*item)).collect();
        self.around(&shown, items.len())
    }

    /// How many items lie before this page, and how many fit on it.
    pub(crate) fn window(self) -> (usize, usize) {
        let from = usize::try_from((self.page - 1).saturating_mul(self.size)).unwrap_or(usize::MAX);
        (from, self.size as usize)
    }

    /// This page with what is on it, out of `total`.
    pub(crate) fn around<V: Serialize>(self, shown: &[V], total: usize) -> Value {
        json!({ "items": shown, "total": total, "page": self.page, "size": self.size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params::of(&format!("/x?{query}").parse().unwrap()).unwrap()
    }

    #[test]
    fn pages_have_bounds() {
        assert_eq!(params("").page(LargePage::Refused), Ok(Page { page: 1, size: 20 }));
        assert_eq!(
            params("page=3&size=100").page(LargePage::Refused),
            Ok(Page { page: 3, size: 100 })
        );
        assert_eq!(
            params("size=101").page(LargePage::Refused),
            Err(ApiError::invalid("size", 101))
        );
        assert_eq!(
            params("page=0").page(LargePage::Refused),
            Err(ApiError::invalid("page", 0))
        );
        assert_eq!(
            params("page=two").page(LargePage::Refused),
            Err(ApiError::invalid("page", "two"))
        );
    }

    #[test]
    fn whole_numbers_in_texts() {
        for (text, number) in [("7", 7), ("7.00", 7), ("-2", -2), ("99999999999999999999", i64::MAX)] {
            assert_eq!(whole(text), Some(number));
        }
        for text in ["", "7.", "7.5", ".0", "x", "0x7", "--1", "7 "] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn a_page_beyond_the_end_is_empty() {
        let page = Page { page: 2, size: 2 };
        assert_eq!(page.of(&[1, 2, 3], |n| n)["items"], json!([3]));
        let beyond = Page {
            page: u64::MAX,
            size: 100,
        };
        assert_eq!(
            beyond.of(&[1, 2, 3], |n| n),
            json!({ "items": [], "total": 3, "page": u64::MAX, "size": 100 })
        );
    }

    #[test]
    fn moments_need_an_offset() {
        assert!(params("t=2026-01-02T03:04:05Z").moment("t").unwrap().is_some());
        assert!(params("t=2026-01-02T03:04:05%2B02:00").moment("t").unwrap().is_some());
        assert!(params("t=2026-01-02").moment("t").is_err());
        assert_eq!(params("t=").moment("t"), Ok(None));
    }
}
