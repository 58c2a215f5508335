//! The client's handle: settings and credentials to build a core client from, and the one of this process.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use pyo3::{prelude::*, types::PyDict};
use tellus_core::{Client, Config, Credentials, Error, QuotaClass, Request, Result};

use crate::{
    call::Call,
    convert::ToPython,
    error::{OrRaise, none},
    json,
    listener::{self, Subscription},
    pages::CorePages,
    per_process::PerProcess,
    settings,
    stream::CoreStream,
};

/// The recipe of a client. A forked child builds a client of its own from it: connections, locks and tasks that it
/// has inherited belong to the parent.
pub(crate) struct Recipe {
    config: Config,
    credentials: Credentials,
    client: PerProcess<Client>,
    closed: AtomicBool,
}

impl Recipe {
    /// This process's client.
    pub(crate) fn client(&self) -> Result<Client> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::closed("client"));
        }
        self.client
            .get_or_make(|| Client::new(self.config.clone(), self.credentials.clone()))
            .cloned()
    }
}

/// The client as `tellus.Client` and `tellus.AsyncClient` share it.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct CoreClient(Arc<Recipe>);

impl CoreClient {
    fn make(py: Python<'_>, config: Config, credentials: Credentials) -> PyResult<Self> {
        let recipe = Recipe {
            config,
            credentials,
            client: PerProcess::new(),
            closed: AtomicBool::new(false),
        };
        // Checks the settings now rather than at the first call.
        recipe.client().or_raise(py)?;
        Ok(Self(Arc::new(recipe)))
    }
}

#[pymethods]
impl CoreClient {
    #[new]
    #[pyo3(signature = (base_url, client_id=None, client_secret=None, token_provider=None, **settings))]
    fn new(
        py: Python<'_>,
        base_url: String,
        client_id: Option<String>,
        client_secret: Option<String>,
        token_provider: Option<Py<PyAny>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut config = Config::new(base_url);
        settings::apply(&mut config, settings)?;
        let credentials = settings::credentials(py, client_id, client_secret, token_provider)?;
        Self::make(py, config, credentials)
    }

    /// Settings and credentials from the environment; keyword arguments come on top.
    #[staticmethod]
    #[pyo3(signature = (**settings))]
    fn from_env(py: Python<'_>, settings: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut config = Config::from_env().or_raise(py)?;
        settings::apply(&mut config, settings)?;
        Self::make(py, config, Credentials::from_env().or_raise(py)?)
    }

    #[getter]
    fn base_url(&self) -> &str {
        &self.0.config.base_url
    }

    #[getter]
    fn closed(&self) -> bool {
        self.0.closed.load(Ordering::Acquire)
    }

    fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
        if let Some(client) = self.0.client.get() {
            client.close();
        }
    }

    fn authenticate(&self) -> Call {
        let recipe = self.0.clone();
        Call::new(
            move || {
                let client = recipe.client()?;
                Ok(async move { client.authenticate().await })
            },
            |py, ()| none(py),
        )
    }

    fn device(&self, device_id: String) -> Call {
        let recipe = self.0.clone();
        Call::new(
            move || {
                let client = recipe.client()?;
                Ok(async move { client.device(&device_id).await })
            },
            |py, device| device.to_python(py).map(Bound::unbind),
        )
    }

    fn known_devices(&self) -> Call {
        let recipe = self.0.clone();
        Call::new(
            move || {
                let client = recipe.client()?;
                Ok(async move { client.known_devices().await })
            },
            |py, devices| devices.to_python(py).map(Bound::unbind),
        )
    }

    #[pyo3(signature = (method, path, params=None, json=None))]
    fn request(
        &self,
        method: &str,
        path: &str,
        params: Option<&Bound<'_, PyDict>>,
        json: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Call> {
        let (recipe, request) = (self.0.clone(), request(method, path, params, json)?);
        Ok(Call::new(
            move || {
                let (client, request) = (recipe.client()?, request?);
                Ok(async move { client.request(request).await })
            },
            |py, data| json::to_python(py, &data).map(Bound::unbind),
        ))
    }

    #[pyo3(signature = (status=None, page_size=None))]
    fn sites(&self, status: Option<String>, page_size: Option<u32>) -> CorePages {
        CorePages::sites(self.0.clone(), status, page_size)
    }

    /// How many calls of this class may go out now without waiting.
    fn quota_left(&self, py: Python<'_>, quota: &str) -> PyResult<u32> {
        let class = match quota {
            "query" => Ok(QuotaClass::Query),
            "control" => Ok(QuotaClass::Control),
            "token" => Ok(QuotaClass::Token),
            other => Err(Error::invalid(
                "quota",
                format_args!("must be query, control or token, not {other:?}"),
            )),
        };
        let class = class.or_raise(py)?;
        Ok(self.0.client().or_raise(py)?.quota_left(class))
    }

    fn stream(&self, py: Python<'_>, devices: Vec<String>) -> PyResult<CoreStream> {
        let client = self.0.client().or_raise(py)?;
        Ok(CoreStream::new(client.telemetry(devices).or_raise(py)?))
    }

    #[pyo3(signature = (devices, on_batch=None, on_status=None))]
    fn subscribe(
        &self,
        py: Python<'_>,
        devices: Vec<String>,
        on_batch: Option<Py<PyAny>>,
        on_status: Option<Py<PyAny>>,
    ) -> PyResult<Subscription> {
        let client = self.0.client().or_raise(py)?;
        listener::subscribe(&client, devices, on_batch, on_status).or_raise(py)
    }
}

/// A raw request. What Python cannot give raises at once; what the core refuses raises with the call.
fn request(
    method: &str,
    path: &str,
    params: Option<&Bound<'_, PyDict>>,
    json: Option<&Bound<'_, PyAny>>,
) -> PyResult<Result<Request>> {
    let mut request = match Request::new(method, path) {
        Ok(request) => request,
        Err(error) => return Ok(Err(error)),
    };
    for (name, value) in params.into_iter().flatten() {
        request = request.query(&name.extract::<String>()?, value.str()?);
    }
    Ok(match json {
        Some(json) => request.json(&json::to_text(json)?),
        None => Ok(request),
    })
}
