//! Lists that come page by page.

use std::sync::Arc;

use pyo3::{
    IntoPyObjectExt,
    exceptions::{PyIndexError, PyValueError},
    prelude::*,
    types::{PyCapsule, PyIterator, PySlice},
};
use tellus_core::{
    Client, Pages, Result,
    model::{ChargingRecord, Site},
};
use tokio::sync::Mutex;

use crate::{
    arguments::word,
    arrow,
    call::Call,
    convert::ToPython,
    error::{OrRaise, bug, inherited, none},
    per_process::Owned,
    table::{Table, has_rows},
};

/// Lists of all kinds.
pub(crate) enum List {
    Sites(Pages<Site>),
    Records(Pages<ChargingRecord>),
}

/// Entries of any kind.
pub(crate) enum Items {
    Sites(Vec<Site>),
    Records(Vec<ChargingRecord>),
}

/// The same for entries of every kind.
macro_rules! of_any_kind {
    ($items:expr, $found:ident => $work:expr) => {
        match $items {
            Items::Sites($found) => $work,
            Items::Records($found) => $work,
        }
    };
}

impl Items {
    fn len(&self) -> usize {
        of_any_kind!(self, items => items.len())
    }

    fn list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        of_any_kind!(self, items => items.to_python(py))
    }

    fn one<'py>(&self, py: Python<'py>, index: usize) -> Option<PyResult<Bound<'py, PyAny>>> {
        of_any_kind!(self, items => items.get(index).map(|item| item.to_python(py)))
    }

    fn batch(&self) -> std::result::Result<arrow_array::RecordBatch, arrow_schema::ArrowError> {
        match self {
            Self::Sites(items) => arrow::sites(items),
            Self::Records(items) => arrow::records(items),
        }
    }
}

impl List {
    async fn next_page(&mut self) -> Result<Option<Page>> {
        let page = match self {
            Self::Sites(pages) => pages
                .next_page()
                .await?
                .map(|page| (page.total, Items::Sites(page.items))),
            Self::Records(pages) => pages
                .next_page()
                .await?
                .map(|page| (page.total, Items::Records(page.items))),
        };
        Ok(page.map(|(total, items)| Page { total, items }))
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
    /// The next page; `None` after the last one.
    fn next_page(&self) -> Call {
        let list = self.0.get().cloned();
        Call::new(
            move || {
                let list = list.ok_or_else(|| inherited("list"))?;
                Ok(async move { list.lock().await.next_page().await })
            },
            |py, page| match page {
                Some(page) => page.into_py_any(py),
                None => none(py),
            },
        )
    }
}

/// Entries of a list that came together: a sequence, and a table.
#[pyclass(frozen, extends = Table, sequence, module = "tellus")]
pub(crate) struct Page {
    pub(crate) total: Option<u64>,
    pub(crate) items: Items,
}

has_rows!(Page);

#[pymethods]
impl Page {
    /// How many entries the whole list had when this page came; `None` where the platform does not say.
    #[getter]
    fn total(&self) -> Option<u64> {
        self.total
    }

    fn __len__(&self) -> usize {
        self.items.len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.items.list(py)?.try_iter()
    }

    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = index.py();
        if index.is_instance_of::<PySlice>() {
            return self.items.list(py)?.get_item(index);
        }
        let index: isize = index.extract()?;
        let from_end = self.items.len().checked_sub(index.unsigned_abs());
        let place = usize::try_from(index).ok().or(from_end);
        place
            .and_then(|place| self.items.one(py, place))
            .ok_or_else(|| PyIndexError::new_err("page index out of range"))?
    }

    /// One row for each entry, as an Arrow stream.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::stream(py, || Ok(vec![self.items.batch()?]), requested_schema)
    }

    /// The entries as JSON text, for [`Page::from_json`].
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        let text = py.detach(|| of_any_kind!(&self.items, items => serde_json::to_string(items)));
        text.map_err(|error| bug(&error.to_string()))
    }

    /// Charging records from the text of [`Page::to_json`].
    #[staticmethod]
    #[pyo3(signature = (text, total=None))]
    fn from_json(py: Python<'_>, text: &str, total: Option<u64>) -> PyResult<Self> {
        let items = py
            .detach(|| serde_json::from_str(text))
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let items = Items::Records(items);
        Ok(Self { total, items })
    }

    fn __repr__(&self) -> String {
        format!("Page(entries={})", self.items.len())
    }
}

/// A list as an Arrow stream, a batch for each page.
#[pyfunction]
#[pyo3(signature = (kind, pages, requested_schema=None))]
pub(crate) fn page_stream<'py>(
    py: Python<'py>,
    kind: &str,
    pages: Vec<PyRef<'py, Page>>,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let none = match word(py, "kind", &[("sites", true), ("records", false)], kind)? {
        true => Items::Sites(Vec::new()),
        false => Items::Records(Vec::new()),
    };
    let pages: Vec<&Items> = pages.iter().map(|page| &page.items).collect();
    let make = || match pages.as_slice() {
        [] => Ok(vec![none.batch()?]),
        pages => pages.iter().map(|items| items.batch()).collect(),
    };
    arrow::stream(py, make, requested_schema)
}
