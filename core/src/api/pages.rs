//! Lists that come page by page, each fetched when it is asked for.

use std::{collections::HashSet, fmt};

use serde::de::DeserializeOwned;

use crate::{
    client::Client,
    error::{Error, Result},
    model::Page,
    transport::Request,
};

/// The platform's largest page, and the one that costs the fewest calls.
const MAX_SIZE: u32 = 100;

/// A list that comes page by page. Nothing is fetched before it is asked for.
///
/// A list may grow while it is read, and entries then move to later pages: each entry is delivered once all the same. In
/// which order the platform sorts is not specified, so entries that appear meanwhile may or may not be among them.
pub struct Pages<T> {
    client: Client,
    request: Request,
    size: u32,
    next: u64,
    seen: u64,
    done: bool,
    id: fn(&T) -> &str,
    delivered: HashSet<String>,
}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    /// The list behind `request`; `id` tells its entries apart.
    pub(crate) fn new(client: Client, request: Request, id: fn(&T) -> &str) -> Self {
        Self {
            client,
            request,
            size: MAX_SIZE,
            next: 1,
            seen: 0,
            done: false,
            id,
            delivered: HashSet::new(),
        }
    }

    /// Sets the number of entries in a page: 1 to 100. Default: 100.
    pub fn page_size(mut self, size: u32) -> Result<Self> {
        if !(1..=MAX_SIZE).contains(&size) {
            return Err(Error::invalid(
                "page_size",
                format_args!("must lie in 1..={MAX_SIZE}, not {size}"),
            ));
        }
        self.size = size;
        Ok(self)
    }

    /// The next page; `None` after the last one. Failing or being dropped midway loses nothing: the next call asks
    /// for the same page again.
    pub async fn next_page(&mut self) -> Result<Option<Page<T>>> {
        while !self.done {
            let request = self.request.clone().query("page", self.next).query("size", self.size);
            let mut page: Page<T> = self.client.send(request).await?;
            self.advance(&page);
            page.items
                .retain(|item| self.delivered.insert((self.id)(item).to_owned()));
            if !page.items.is_empty() {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// Moves on behind this page, and notes whether it was the last one.
    fn advance(&mut self, page: &Page<T>) {
        // Past the end some platforms answer with an empty page, others with the last one once more.
        let repeated = page.page.is_some_and(|number| number < self.next);
        let count = page.items.len() as u64;
        self.seen += count;
        self.next += 1;
        self.done = count == 0
            || repeated
            || match page.total {
                Some(total) => self.seen >= total,
                None => count < page.size.unwrap_or(u64::from(self.size)),
            };
    }

    /// All entries of all pages that are still to come.
    pub async fn collect(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(page) = self.next_page().await? {
            all.extend(page.items);
        }
        Ok(all)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("next", &self.next)
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
