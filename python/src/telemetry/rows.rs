//! The core's columns, shared by all objects that look at them, and their texts in the form that Python wants.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow_array::{ArrayRef, StringArray};
use pyo3::{prelude::*, sync::PyOnceLock, types::PyString};
use tellus_core::{
    Frames, Names,
    columns::{Columns, FIRST},
};

/// Texts by their code, each made into a Python string once.
struct Strings(Box<[PyOnceLock<Py<PyString>>]>);

impl Strings {
    fn new(count: usize) -> Self {
        Self((0..count).map(|_| PyOnceLock::new()).collect())
    }

    fn get<'py>(&self, py: Python<'py>, code: usize, text: &str) -> Bound<'py, PyString> {
        match self.0.get(code) {
            Some(cell) => cell
                .get_or_init(py, || PyString::new(py, text).unbind())
                .bind(py)
                .clone(),
            None => PyString::new(py, text),
        }
    }
}

/// The texts behind the codes of one or more batches.
pub(crate) struct Texts {
    names: Names,
    devices: Strings,
    states: Strings,
    device_values: OnceLock<ArrayRef>,
    state_values: OnceLock<ArrayRef>,
}

impl Texts {
    fn new(names: Names) -> Self {
        Self {
            devices: Strings::new(names.devices.len()),
            states: Strings::new(names.states.len()),
            names,
            device_values: OnceLock::new(),
            state_values: OnceLock::new(),
        }
    }

    /// All ids, by their code.
    pub(crate) fn device_values(&self) -> ArrayRef {
        self.device_values.get_or_init(|| values(&self.names.devices)).clone()
    }

    /// All states, by their code.
    pub(crate) fn state_values(&self) -> ArrayRef {
        self.state_values.get_or_init(|| values(&self.names.states)).clone()
    }

    fn is_for(&self, names: &Names) -> bool {
        Arc::ptr_eq(&self.names.devices, &names.devices) && Arc::ptr_eq(&self.names.states, &names.states)
    }
}

fn values(texts: &tellus_core::Texts) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(texts.iter()))
}

/// The texts of a stream's newest batch. Most batches have the same ones, which are then made once.
#[derive(Clone, Default)]
pub(crate) struct TextCache(Arc<Mutex<Option<Arc<Texts>>>>);

impl TextCache {
    fn get(&self, names: &Names) -> Arc<Texts> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(texts) = kept.as_ref().filter(|texts| texts.is_for(names)) {
            return texts.clone();
        }
        let texts = Arc::new(Texts::new(names.clone()));
        *kept = Some(texts.clone());
        texts
    }
}

/// Where rows come from.
enum Source {
    Stream(Frames),
    Recording { columns: Columns, frames: usize },
}

/// Frames of the core, and their texts.
pub(crate) struct Rows {
    source: Source,
    pub(crate) texts: Arc<Texts>,
}

impl Rows {
    pub(crate) fn new(mut frames: Frames, cache: &TextCache) -> Arc<Self> {
        // A single frame that somebody keeps keeps all of its batch.
        frames.shrink();
        let texts = cache.get(frames.names());
        let source = Source::Stream(frames);
        Arc::new(Self { source, texts })
    }

    /// Rows that were recorded.
    pub(crate) fn recorded(columns: Columns, names: Names) -> Arc<Self> {
        let frames = columns.flags.iter().filter(|flags| *flags & FIRST != 0).count();
        Arc::new(Self {
            source: Source::Recording { columns, frames },
            texts: Arc::new(Texts::new(names)),
        })
    }

    /// How many frames there are.
    pub(crate) fn frames(&self) -> usize {
        match &self.source {
            Source::Stream(frames) => frames.len(),
            Source::Recording { frames, .. } => *frames,
        }
    }

    pub(crate) fn columns(&self) -> &Columns {
        match &self.source {
            Source::Stream(frames) => frames.columns(),
            Source::Recording { columns, .. } => columns,
        }
    }

    pub(crate) fn names(&self) -> &Names {
        &self.texts.names
    }

    pub(crate) fn device_id<'py>(&self, py: Python<'py>, row: usize) -> Bound<'py, PyString> {
        let code = self.columns().device[row];
        self.texts.devices.get(py, code as usize, self.texts.names.device(code))
    }

    pub(crate) fn state<'py>(&self, py: Python<'py>, row: usize) -> Bound<'py, PyString> {
        let code = self.columns().state[row];
        self.texts
            .states
            .get(py, usize::from(code), self.texts.names.state(code))
    }
}
