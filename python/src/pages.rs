//! A list that comes page by page.

use std::sync::Arc;

use pyo3::prelude::*;
use tellus_core::{Pages, Result, model::Site};
use tokio::sync::Mutex;

use crate::{
    call::Call,
    client::Recipe,
    convert::ToPython,
    error::{inherited, none},
    per_process::Owned,
};

type Shared = Arc<Mutex<Option<Pages<Site>>>>;

/// The pages of the site list. Made when the first one is asked for.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct CorePages {
    recipe: Arc<Recipe>,
    status: Option<String>,
    page_size: Option<u32>,
    pages: Owned<Shared>,
}

impl CorePages {
    pub(crate) fn sites(recipe: Arc<Recipe>, status: Option<String>, page_size: Option<u32>) -> Self {
        Self {
            recipe,
            status,
            page_size,
            pages: Owned::new(Shared::default()),
        }
    }
}

#[pymethods]
impl CorePages {
    /// The next page as a list; `None` after the last one.
    fn next_page(&self) -> Call {
        let (recipe, status, page_size) = (self.recipe.clone(), self.status.clone(), self.page_size);
        let shared = self.pages.get().cloned();
        Call::new(
            move || {
                let shared = shared.ok_or_else(|| inherited("list"))?;
                let begin = move || -> Result<Pages<Site>> {
                    let status = status.map(|text| text.parse()).transpose()?;
                    let pages = recipe.client()?.sites(status);
                    match page_size {
                        Some(size) => pages.page_size(size),
                        None => Ok(pages),
                    }
                };
                Ok(async move {
                    let mut pages = shared.lock().await;
                    let pages = match pages.as_mut() {
                        Some(pages) => pages,
                        None => pages.insert(begin()?),
                    };
                    pages.next_page().await
                })
            },
            |py, page| match page {
                Some(page) => page.items.to_python(py).map(Bound::unbind),
                None => none(py),
            },
        )
    }
}
