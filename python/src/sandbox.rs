//! The embedded sandbox.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Mutex, PoisonError},
};

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::PyDict,
};
use tellus_sandbox::{Fault, Options, Sandbox, Scope};

use crate::{
    arguments::word,
    error::{OrRaise, inherited},
    json,
    per_process::Owned,
    time,
};

/// A running sandbox, as `tellus.Sandbox` uses it.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct CoreSandbox {
    sandbox: Owned<Mutex<Sandbox>>,
    #[pyo3(get)]
    base_url: String,
    #[pyo3(get)]
    port: u16,
    #[pyo3(get)]
    client_id: String,
    #[pyo3(get)]
    client_secret: String,
    #[pyo3(get)]
    ca_file: Option<String>,
    #[pyo3(get)]
    ca_pem: Option<String>,
    #[pyo3(get)]
    device_ids: Vec<String>,
}

impl CoreSandbox {
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut Sandbox) -> T + Send) -> PyResult<T> {
        let sandbox = self.sandbox.get().ok_or_else(|| inherited("sandbox")).or_raise(py)?;
        Ok(py.detach(|| work(&mut sandbox.lock().unwrap_or_else(PoisonError::into_inner))))
    }
}

#[pymethods]
impl CoreSandbox {
    #[new]
    #[pyo3(signature = (port=0, **options))]
    fn new(py: Python<'_>, port: u16, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut settings = Options {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            ..Options::default()
        };
        for (name, value) in options.into_iter().flatten() {
            set(&mut settings, &name.extract::<String>()?, &value)?;
        }
        let sandbox = py
            .detach(|| Sandbox::start(settings))
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidInput => PyValueError::new_err(error.to_string()),
                _ => error.into(),
            })?;
        Ok(Self {
            base_url: sandbox.base_url().to_owned(),
            port: sandbox.address().port(),
            client_id: sandbox.client_id().to_owned(),
            client_secret: sandbox.client_secret().to_owned(),
            ca_file: sandbox.ca_file().map(|path| path.display().to_string()),
            ca_pem: sandbox.ca_pem().map(str::to_owned),
            device_ids: sandbox.device_ids(),
            sandbox: Owned::new(Mutex::new(sandbox)),
        })
    }

    /// The journal entries with a number above `after`, oldest first.
    #[pyo3(signature = (after=0))]
    fn journal<'py>(&self, py: Python<'py>, after: u64) -> PyResult<Bound<'py, PyAny>> {
        json::to_python(py, &self.with(py, |sandbox| sandbox.journal_after(after))?)
    }

    fn clear_journal(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |sandbox| sandbox.clear_journal())
    }

    /// Lets something go wrong: a fault as a dict.
    fn inject(&self, py: Python<'_>, fault: &Bound<'_, PyDict>) -> PyResult<()> {
        let fault: Fault =
            serde_json::from_str(&json::to_text(fault)?).map_err(|error| PyValueError::new_err(error.to_string()))?;
        self.with(py, |sandbox| sandbox.inject(fault))
    }

    fn clear_faults(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |sandbox| sandbox.clear_faults())
    }

    /// Moves the sandbox's clock forward by this many seconds.
    fn advance(&self, py: Python<'_>, seconds: f64) -> PyResult<()> {
        let by = time::seconds("seconds", seconds).or_raise(py)?;
        self.with(py, |sandbox| sandbox.advance(by))
    }

    /// Id and secret of the built-in credential with exactly this scope.
    fn credentials(&self, py: Python<'_>, scope: &str) -> PyResult<(String, String)> {
        let scope = word(
            py,
            "scope",
            &[
                ("read_write", Scope::ReadWrite),
                ("read", Scope::Read),
                ("none", Scope::None),
            ],
            scope,
        )?;
        self.with(py, |sandbox| {
            let found = sandbox.credentials(scope);
            (found.client_id.clone(), found.client_secret.clone())
        })
    }

    /// How many telemetry streams are open.
    #[getter]
    fn open_streams(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |sandbox| sandbox.open_streams())
    }

    /// Closes the port and every connection. A forked child leaves the parent's sandbox alone.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        if self.sandbox.get().is_some() {
            self.with(py, Sandbox::stop)?;
        }
        Ok(())
    }
}

fn set(options: &mut Options, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = value.py();
    match name {
        "seed" => options.seed = value.extract()?,
        "speed" => options.speed = value.extract()?,
        "cadence" => options.cadence = time::seconds(name, value.extract()?).or_raise(py)?,
        "tls" => options.tls = value.extract()?,
        "tls_dir" => options.tls_dir = Some(value.extract()?),
        "sites" => options.sites = value.extract()?,
        "devices_per_site" => options.devices_per_site = value.extract()?,
        "history_days" => options.history_days = value.extract()?,
        "query_per_minute" => options.query_per_minute = value.extract()?,
        "control_per_minute" => options.control_per_minute = value.extract()?,
        "token_per_minute" => options.token_per_minute = value.extract()?,
        "token_lifetime" => options.token_lifetime = time::seconds(name, value.extract()?).or_raise(py)?,
        "no_arrivals" => options.no_arrivals = value.extract()?,
        "allow_duplicate_streams" => options.allow_duplicate_streams = value.extract()?,
        "record_frames" => options.record_frames = value.extract()?,
        "quirks" => {
            let words: HashMap<String, String> = value.extract()?;
            let words = words.iter().map(|(name, word)| (name.as_str(), word.as_str()));
            options.quirks.set_all(words).map_err(PyValueError::new_err)?;
        }
        other => return Err(PyTypeError::new_err(format!("the sandbox has no option {other:?}"))),
    }
    Ok(())
}
