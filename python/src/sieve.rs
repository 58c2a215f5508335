//! What a history keeps of the charging records that come: each once, and in its newest state.
//!
//! A platform may list a session while it runs, without an end. Its record changes until the session has ended; then it
//! stays as it is.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use pyo3::prelude::*;
use tellus_core::model::ChargingRecord;

use crate::{
    convert::ToPython,
    pages::{Items, Page},
};

/// Lets each charging record through once, and only those of some chargers.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct Sieve {
    devices: Option<HashSet<String>>,
    /// What has come, by its id; with the record where that can still change.
    seen: Mutex<HashMap<String, Option<ChargingRecord>>>,
}

#[pymethods]
impl Sieve {
    #[new]
    fn new(devices: Option<Vec<String>>) -> Self {
        Self {
            devices: devices.map(|ids| ids.into_iter().collect()),
            seen: Mutex::default(),
        }
    }

    /// The page with what is new in it, the same one where all of it is; and a page of what has come before and has
    /// changed since.
    fn sift(&self, page: &Bound<'_, Page>) -> PyResult<(Py<Page>, Py<Page>)> {
        let py = page.py();
        let records = records(page.get());
        let found: Vec<Found> = py.detach(|| {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            records.iter().map(|record| self.found(&mut seen, record)).collect()
        });
        let newer = chosen(page.get(), |index| found.get(index) == Some(&Found::Newer));
        let fresh = match found.iter().all(|one| *one == Found::Fresh) {
            true => page.clone().unbind(),
            false => made(py, chosen(page.get(), |index| found.get(index) == Some(&Found::Fresh)))?,
        };
        Ok((fresh, made(py, newer)?))
    }

    /// The pages with these newer states of records in them; of two of the same record the later one counts.
    #[staticmethod]
    fn renewed(py: Python<'_>, pages: Vec<Py<Page>>, newer: Vec<Py<Page>>) -> PyResult<Vec<Py<Page>>> {
        let newer: HashMap<&str, &ChargingRecord> = newer
            .iter()
            .flat_map(|page| records(page.get()))
            .map(|record| (record.record_id.as_str(), record))
            .collect();
        let renewed = |page: Py<Page>| {
            let old = records(page.get());
            if !old.iter().any(|record| newer.contains_key(record.record_id.as_str())) {
                return Ok(page);
            }
            let state = |record: &ChargingRecord| {
                let newest = newer.get(record.record_id.as_str()).copied();
                newest.unwrap_or(record).clone()
            };
            let items = Items::Records(old.iter().map(state).collect());
            let total = page.get().total;
            made(py, Page { total, items })
        };
        pages.into_iter().map(renewed).collect()
    }

    /// A page of the records that stay as they are, and the others: those of sessions that had not ended.
    #[staticmethod]
    fn parted<'py>(page: &Bound<'py, Page>) -> PyResult<(Py<Page>, Bound<'py, PyAny>)> {
        let py = page.py();
        let all = records(page.get());
        let open: Vec<ChargingRecord> = all.iter().filter(|record| is_open(record)).cloned().collect();
        let settled = match open.is_empty() {
            true => page.clone().unbind(),
            false => made(
                py,
                chosen(page.get(), |index| {
                    all.get(index).is_some_and(|record| !is_open(record))
                }),
            )?,
        };
        Ok((settled, open.to_python(py)?))
    }
}

/// What a record is to the sieve.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Fresh,
    Newer,
    Known,
}

impl Sieve {
    fn found(&self, seen: &mut HashMap<String, Option<ChargingRecord>>, record: &ChargingRecord) -> Found {
        if self
            .devices
            .as_ref()
            .is_some_and(|devices| !devices.contains(&record.device_id))
        {
            return Found::Known;
        }
        let kept = || is_open(record).then(|| record.clone());
        match seen.get_mut(&record.record_id) {
            None => {
                seen.insert(record.record_id.clone(), kept());
                Found::Fresh
            }
            Some(Some(before)) if before != record => {
                seen.insert(record.record_id.clone(), kept());
                Found::Newer
            }
            Some(_) => Found::Known,
        }
    }
}

fn is_open(record: &ChargingRecord) -> bool {
    record.end_time.is_none()
}

/// Pages of anything else have none.
fn records(page: &Page) -> &[ChargingRecord] {
    match &page.items {
        Items::Records(records) => records,
        Items::Sites(_) => &[],
    }
}

fn made(py: Python<'_>, page: Page) -> PyResult<Py<Page>> {
    page.into_pyobject(py).map(Bound::unbind)
}

/// A page of the records at some places of another one.
fn chosen(page: &Page, is_chosen: impl Fn(usize) -> bool) -> Page {
    let all = records(page).iter().enumerate();
    let some = all
        .filter(|(index, _)| is_chosen(*index))
        .map(|(_, record)| record.clone());
    Page {
        total: page.total,
        items: Items::Records(some.collect()),
    }
}
