//! The client's handle: settings and credentials to build a core client from, and the one of this process.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use pyo3::{prelude::*, types::PyDict};
use tellus_core::{
    ChargingRecordQuery, Client, Config, Credentials, EnergyQuery, Error, ExposeSecret, QuotaClass, Request, Result,
    model::{DischargeRequest, FlexibilityRequest, StartRequest, StopRequest},
};

use crate::{
    arguments::{connector, maybe, page_size as page_size_of, percent, place},
    call::Call,
    convert::ToPython,
    credentials,
    error::{OrRaise, none},
    flexibility,
    follow::CoreFollow,
    json,
    listener::{self, CoreDelivery},
    pages::CorePages,
    per_process::PerProcess,
    schedule, settings,
    stream::CoreStream,
    time,
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

    /// A call of this process's client, made when somebody waits for it.
    fn call<T, F>(
        &self,
        work: impl FnOnce(Client) -> F + Send + 'static,
        convert: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> Call
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let recipe = self.0.clone();
        Call::new(move || Ok(work(recipe.client()?)), convert)
    }

    /// The same for calls that answer with a model.
    fn read<T, F>(&self, work: impl FnOnce(Client) -> F + Send + 'static) -> Call
    where
        T: ToPython + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        self.call(work, |py, model| model.into_python(py).map(Bound::unbind))
    }
}

#[pymethods]
impl CoreClient {
    #[new]
    #[pyo3(signature = (base_url, client_id=None, client_secret=None, token_provider=None, token=None, **settings))]
    fn new(
        py: Python<'_>,
        base_url: String,
        client_id: Option<String>,
        client_secret: Option<String>,
        token_provider: Option<Py<PyAny>>,
        token: Option<String>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut config = Config::new(base_url);
        settings::apply(&mut config, settings)?;
        let credentials = credentials::read(py, client_id, client_secret, token_provider, token)?;
        let credentials = credentials::kept(&config, credentials, settings)?;
        Self::make(py, config, credentials)
    }

    /// Settings and credentials from the environment; keyword arguments come on top.
    #[staticmethod]
    #[pyo3(signature = (**settings))]
    fn from_env(py: Python<'_>, settings: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut config = Config::from_env().or_raise(py)?;
        settings::apply(&mut config, settings)?;
        let credentials = credentials::kept(&config, Credentials::from_env().or_raise(py)?, settings)?;
        Self::make(py, config, credentials)
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
        self.call(|client| async move { client.authenticate().await }, |py, ()| none(py))
    }

    /// The token and how long it is still valid (s).
    fn access_token(&self) -> Call {
        self.call(
            |client| async move { client.access_token().await },
            |py, token| {
                Ok((token.token.expose_secret(), token.expires_in.as_secs_f64())
                    .into_pyobject(py)?
                    .into_any()
                    .unbind())
            },
        )
    }

    fn device(&self, device_id: String) -> Call {
        self.read(|client| async move { client.device(&device_id).await })
    }

    fn known_devices(&self) -> Call {
        self.read(|client| async move { client.known_devices().await })
    }

    #[pyo3(signature = (granularity, start, end, site_ids))]
    fn energy(
        &self,
        py: Python<'_>,
        granularity: &str,
        start: &Bound<'_, PyAny>,
        end: &Bound<'_, PyAny>,
        site_ids: Vec<String>,
    ) -> PyResult<Call> {
        let query = EnergyQuery {
            granularity: granularity.parse().or_raise(py)?,
            start: time::moment("start", start)?,
            end: time::moment("end", end)?,
            site_ids,
        };
        Ok(self.read(|client| async move { client.energy(&query).await }))
    }

    // Commands are checked when the call is made, not only when somebody waits for it: whoever asks "are you sure?" in
    // between asks about something that can be sent.
    #[pyo3(signature = (device_id, connector_id, charge_power=None, duration=None, target_soc=None, transaction_id=None))]
    fn start(
        &self,
        device_id: String,
        connector_id: &Bound<'_, PyAny>,
        charge_power: Option<f64>,
        duration: Option<&Bound<'_, PyAny>>,
        target_soc: Option<&Bound<'_, PyAny>>,
        transaction_id: Option<String>,
    ) -> PyResult<Call> {
        let (py, connector_id) = (connector_id.py(), place(&device_id, connector_id)?);
        let request = StartRequest {
            charge_power,
            duration: maybe("duration", duration, time::span)?,
            target_soc: maybe("target_soc", target_soc, percent)?,
            transaction_id,
        };
        request.check().or_raise(py)?;
        Ok(self.read(move |client| async move { client.start(&device_id, connector_id, &request).await }))
    }

    #[pyo3(signature = (device_id, connector_id, reason=None))]
    fn stop(&self, device_id: String, connector_id: &Bound<'_, PyAny>, reason: Option<String>) -> PyResult<Call> {
        let (connector_id, request) = (place(&device_id, connector_id)?, StopRequest { reason });
        Ok(self.read(move |client| async move { client.stop(&device_id, connector_id, &request).await }))
    }

    #[pyo3(signature = (device_id, connector_id, discharge_power, duration=None, min_soc=None))]
    fn discharge(
        &self,
        device_id: String,
        connector_id: &Bound<'_, PyAny>,
        discharge_power: f64,
        duration: Option<&Bound<'_, PyAny>>,
        min_soc: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Call> {
        let (py, connector_id) = (connector_id.py(), place(&device_id, connector_id)?);
        let request = DischargeRequest {
            discharge_power,
            duration: maybe("duration", duration, time::span)?,
            min_soc: maybe("min_soc", min_soc, percent)?,
        };
        request.check().or_raise(py)?;
        Ok(self.read(move |client| async move { client.discharge(&device_id, connector_id, &request).await }))
    }

    fn set_schedule(
        &self,
        device_id: String,
        connector_id: &Bound<'_, PyAny>,
        schedule: &Bound<'_, PyAny>,
    ) -> PyResult<Call> {
        let (connector_id, plan) = (place(&device_id, connector_id)?, schedule::read(schedule)?);
        plan.check().or_raise(schedule.py())?;
        Ok(self.read(move |client| async move { client.set_schedule(&device_id, connector_id, &plan).await }))
    }

    #[pyo3(signature = (target_type, command, duration, target_ids, power_limit_percent=None, reason=None))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of the Python method")]
    fn flexibility(
        &self,
        py: Python<'_>,
        target_type: &str,
        command: &str,
        duration: &Bound<'_, PyAny>,
        target_ids: Vec<String>,
        power_limit_percent: Option<&Bound<'_, PyAny>>,
        reason: Option<String>,
    ) -> PyResult<Call> {
        let power_limit = maybe("power_limit_percent", power_limit_percent, percent)?;
        let request = FlexibilityRequest {
            target: flexibility::target(target_type, target_ids).or_raise(py)?,
            command: flexibility::command(command, power_limit).or_raise(py)?,
            duration: time::span("duration", duration)?,
            reason,
        };
        request.check().or_raise(py)?;
        Ok(self.read(|client| async move { client.flexibility(&request).await }))
    }

    fn command_status(&self, command_id: String) -> Call {
        self.read(|client| async move { client.command_status(&command_id).await })
    }

    fn follow_command(&self, py: Python<'_>, command_id: &str, patience: &Bound<'_, PyAny>) -> PyResult<CoreFollow> {
        let patience = time::span("patience", patience)?;
        let client = self.0.client().or_raise(py)?;
        let followed = client.follow_command(command_id, patience).or_raise(py)?;
        Ok(CoreFollow::new(followed))
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

    #[pyo3(signature = (status, page_size))]
    fn sites(&self, py: Python<'_>, status: Option<&str>, page_size: &Bound<'_, PyAny>) -> PyResult<CorePages> {
        let status = status.map(str::parse).transpose().or_raise(py)?;
        let size = page_size_of(page_size)?;
        CorePages::new(py, self.0.client(), |client| client.sites(status).page_size(size))
    }

    #[pyo3(signature = (device_id, connector_id, start, end, page_size))]
    fn charging_records(
        &self,
        py: Python<'_>,
        device_id: Option<String>,
        connector_id: Option<&Bound<'_, PyAny>>,
        start: Option<&Bound<'_, PyAny>>,
        end: Option<&Bound<'_, PyAny>>,
        page_size: &Bound<'_, PyAny>,
    ) -> PyResult<CorePages> {
        let size = page_size_of(page_size)?;
        let query = ChargingRecordQuery {
            device_id,
            connector_id: connector_id.map(connector).transpose()?,
            start: maybe("start", start, time::moment)?,
            end: maybe("end", end, time::moment)?,
        };
        CorePages::new(py, self.0.client(), |client| {
            client.charging_records(&query)?.page_size(size)
        })
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

    /// What the client has counted about its calls.
    #[getter]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.0.client().or_raise(py)?.stats().to_python(py)
    }

    fn stream(&self, py: Python<'_>, devices: Vec<String>) -> PyResult<CoreStream> {
        let client = self.0.client().or_raise(py)?;
        Ok(CoreStream::new(client.telemetry(devices).or_raise(py)?))
    }

    #[pyo3(signature = (devices, on_batch=None, on_status=None, on_gap=None))]
    fn subscribe(
        &self,
        py: Python<'_>,
        devices: Vec<String>,
        on_batch: Option<Py<PyAny>>,
        on_status: Option<Py<PyAny>>,
        on_gap: Option<Py<PyAny>>,
    ) -> PyResult<CoreDelivery> {
        let client = self.0.client().or_raise(py)?;
        listener::subscribe(&client, devices, on_batch, on_status, on_gap).or_raise(py)
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
