//! Keyword arguments as settings of the core. Names, units and defaults: `tellus/settings.py`.

use std::{sync::Arc, time::Duration};

use pyo3::{exceptions::PyTypeError, prelude::*, types::PyDict};
use tellus_core::{
    Config, Error, Partition,
    config::{OverflowPolicy, ProxySetting, Staleness},
};

use crate::{error::OrRaise, signing, testing::TestClock, time};

/// Changes `config` as the keyword arguments say.
pub(crate) fn apply(config: &mut Config, settings: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
    for (name, value) in settings.into_iter().flatten() {
        let name: String = name.extract()?;
        set(config, &name, &value)?;
    }
    Ok(())
}

fn set(config: &mut Config, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = value.py();
    let seconds = || -> PyResult<Duration> { time::seconds(name, value.extract()?).or_raise(py) };
    match name {
        "ca_file" => {
            let path: std::path::PathBuf = value.extract()?;
            let pem = std::fs::read_to_string(&path)
                .map_err(|error| Error::invalid("ca_file", format_args!("{}: {error}", path.display())))
                .or_raise(py)?;
            config.extra_roots_pem.push(pem);
        }
        "ca_pem" => config.extra_roots_pem.push(value.extract()?),
        "devices" => config.devices = texts(value)?,
        "proxy" => {
            let url: Option<String> = value.extract()?;
            config.proxy = url.map_or(ProxySetting::None, ProxySetting::Url);
        }
        "spki_pins" => config.spki_pins = texts(value)?,
        // Belongs to the credentials.
        "token_file" => {}
        "allow_insecure_http" => config.allow_insecure_http = value.extract()?,
        "signing" => config.signer = Some(Arc::new(signing::read(value)?)),
        "user_agent_suffix" => config.user_agent_suffix = Some(value.extract()?),
        "timeout" => config.request_timeout = seconds()?,
        "dns_timeout" => config.dial.dns = seconds()?,
        "tcp_timeout" => config.dial.tcp = seconds()?,
        "tls_timeout" => config.dial.tls = seconds()?,
        "upgrade_timeout" => config.dial.upgrade = seconds()?,
        "max_attempts" => config.retry.max_attempts = value.extract()?,
        "backoff_base" => config.retry.backoff.base = seconds()?,
        "backoff_cap" => config.retry.backoff.cap = seconds()?,
        "max_retry_after" => config.retry.max_retry_after = seconds()?,
        "retry_after_jitter" => config.retry.retry_after_jitter = seconds()?,
        "query_per_minute" => config.quota.query_per_minute = value.extract()?,
        "control_per_minute" => config.quota.control_per_minute = value.extract()?,
        "token_per_minute" => config.quota.token_per_minute = value.extract()?,
        "max_quota_wait" => config.quota.max_wait = seconds()?,
        "ping_interval" => config.stream.ping_interval = seconds()?,
        "silence" => config.stream.silence = seconds()?,
        "reconnect_base" => config.stream.backoff.base = seconds()?,
        "reconnect_cap" => config.stream.backoff.cap = seconds()?,
        "first_attempts" => config.stream.first_attempts = value.extract()?,
        "max_message" => config.stream.max_message = value.extract()?,
        "mailbox_rows" => config.stream.mailbox_rows = value.extract()?,
        "max_devices_per_connection" => config.stream.max_devices_per_connection = value.extract()?,
        "max_url_bytes" => config.stream.max_url_bytes = value.extract()?,
        "partition" => {
            let (index, count) = value.extract()?;
            config.stream.partition = Some(Partition { index, count });
        }
        "stale_factor" => match value.extract()? {
            None => config.stream.staleness = None,
            Some(factor) => {
                config.stream.staleness = Some(Staleness {
                    factor,
                    ..Staleness::default()
                })
            }
        },
        "resync_interval" => config.stream.resync_interval = Some(seconds()?),
        "overflow" => config.stream.overflow = overflow(&value.extract::<String>()?).or_raise(py)?,
        // For tests; not among the documented settings.
        "clock" => config.clock = value.cast::<TestClock>()?.get().shared(),
        other => return Err(PyTypeError::new_err(format!("there is no setting {other:?}"))),
    }
    Ok(())
}

fn texts(value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    value.try_iter()?.map(|text| text?.extract()).collect()
}

fn overflow(text: &str) -> tellus_core::Result<OverflowPolicy> {
    match text {
        "drop_oldest" => Ok(OverflowPolicy::DropOldest),
        "block" => Ok(OverflowPolicy::Block),
        "latest" => Ok(OverflowPolicy::Latest),
        other => Err(Error::invalid(
            "overflow",
            format_args!("must be drop_oldest, block or latest, not {other:?}"),
        )),
    }
}
