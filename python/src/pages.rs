//! Lists that come page by page.

use std::sync::Arc;

use pyo3::{prelude::*, types::PyCapsule};
use tellus_core::{
    Client, Pages, Result,
    model::{ChargingRecord, Site},
};
use tokio::sync::Mutex;

use crate::{
    arrow,
    call::Call,
    convert::ToPython,
    error::{OrRaise, inherited, none},
    model,
    per_process::Owned,
};

/// Lists of all kinds.
pub(crate) enum List {
    Sites(Pages<Site>),
    Records(Pages<ChargingRecord>),
}

/// A page of any kind.
enum Items {
    Sites(Vec<Site>),
    Records(Vec<ChargingRecord>),
}

impl List {
    async fn next_page(&mut self) -> Result<Option<Items>> {
        Ok(match self {
            Self::Sites(pages) => pages.next_page().await?.map(|page| Items::Sites(page.items)),
            Self::Records(pages) => pages.next_page().await?.map(|page| Items::Records(page.items)),
        })
    }
}

impl From<Pages<Site>> for List {
    fn from(pages: Pages<Site>) -> Self {
        Self::Sites(pages)
    }
}

impl From<Pages<ChargingRecord>> for List {
    fn from(pages: Pages<ChargingRecord>) -> Self {
        Self::Records(pages)
    }
}

/// The pages of one list. Nothing is fetched before the first one is asked for.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct CorePages(Owned<Arc<Mutex<List>>>);

impl CorePages {
    /// The pages that `begin` begins.
    pub(crate) fn new<T>(
        py: Python<'_>,
        client: Result<Client>,
        begin: impl FnOnce(&Client) -> Result<Pages<T>>,
    ) -> PyResult<Self>
    where
        List: From<Pages<T>>,
    {
        let pages = client.and_then(|client| begin(&client)).or_raise(py)?;
        Ok(Self(Owned::new(Arc::new(Mutex::new(pages.into())))))
    }
}

#[pymethods]
impl CorePages {
    /// The next page as a list; `None` after the last one.
    fn next_page(&self) -> Call {
        let list = self.0.get().cloned();
        Call::new(
            move || {
                let list = list.ok_or_else(|| inherited("list"))?;
                Ok(async move { list.lock().await.next_page().await })
            },
            |py, page| match page {
                Some(Items::Sites(items)) => items.into_python(py).map(Bound::unbind),
                Some(Items::Records(items)) => items.into_python(py).map(Bound::unbind),
                None => none(py),
            },
        )
    }
}

/// Charging records as an Arrow stream, a batch for each page.
#[pyfunction]
#[pyo3(signature = (pages, requested_schema=None))]
pub(crate) fn record_stream<'py>(
    py: Python<'py>,
    pages: Vec<Vec<PyRef<'py, model::ChargingRecord>>>,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let pages: Vec<Vec<&ChargingRecord>> = pages
        .iter()
        .map(|page| page.iter().map(|record| &record.0).collect())
        .collect();
    let make = || match pages.as_slice() {
        [] => Ok(vec![arrow::records(&[])?]),
        pages => pages.iter().map(|page| arrow::records(page)).collect(),
    };
    arrow::stream(py, make, requested_schema)
}
