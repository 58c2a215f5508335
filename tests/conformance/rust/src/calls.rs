//! The table of calls: a name, and what it does with the public interface.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tellus_core::{ChargingRecordQuery, EnergyQuery, Error, Pages, Request, Result};

use crate::{
    Answer,
    case::{Case, Stream},
    control,
    told::Told,
    values,
};

/// What a call returns that returns nothing.
const NOTHING: Answer = Ok(Value::Null);

/// Makes one call.
pub(crate) async fn make(case: &Case, call: &str, args: &Value) -> Answer {
    match call {
        "case.open" => case.open(args).map(nothing),
        "case.close" => {
            case.close();
            NOTHING
        }
        "clock.advance" => {
            case.clock()?.advance(span(args, "ms")?);
            NOTHING
        }
        "clock.jump_wall" => {
            case.clock()?.jump_wall(SignedDuration::from_millis(get(args, "ms")?));
            NOTHING
        }
        "clock.sleeps" => Ok(json!(
            case.clock()?
                .sleeps()
                .iter()
                .map(Duration::as_millis)
                .collect::<Vec<_>>()
        )),
        _ if call.starts_with("stream.") => stream(case, &call["stream.".len()..], args).await,
        _ => client(case, call, args).await,
    }
}

async fn client(case: &Case, call: &str, args: &Value) -> Answer {
    let client = case.client()?;
    let id = || get::<String>(args, "device_id");
    match call {
        "authenticate" => client.authenticate().await.map(nothing),
        "close" => {
            client.close();
            NOTHING
        }
        "stats" => Ok(values::client_stats(&client.stats())),
        "sites" => {
            let status = maybe::<String>(args, "status")?.map(|text| text.parse()).transpose()?;
            collect(client.sites(status), args).await
        }
        "charging_records" => {
            let query = ChargingRecordQuery {
                device_id: maybe(args, "device_id")?,
                connector_id: maybe(args, "connector_id")?,
                start: maybe(args, "start")?,
                end: maybe(args, "end")?,
            };
            collect(client.charging_records(&query)?, args).await
        }
        "device" => plain(&client.device(&id()?).await?),
        "known_devices" => Ok(client.known_devices().await?.iter().map(values::known_device).collect()),
        "energy" => {
            let query = EnergyQuery {
                granularity: get::<String>(args, "granularity")?.parse()?,
                start: get(args, "start")?,
                end: get(args, "end")?,
                site_ids: maybe(args, "site_ids")?.unwrap_or_default(),
            };
            plain(&client.energy(&query).await?)
        }
        "start" => plain(
            &client
                .start(&id()?, get(args, "connector_id")?, &control::start(args)?)
                .await?,
        ),
        "stop" => plain(
            &client
                .stop(&id()?, get(args, "connector_id")?, &control::stop(args)?)
                .await?,
        ),
        "discharge" => plain(
            &client
                .discharge(&id()?, get(args, "connector_id")?, &control::discharge(args)?)
                .await?,
        ),
        "set_schedule" => plain(
            &client
                .set_schedule(&id()?, get(args, "connector_id")?, &control::schedule(args)?)
                .await?,
        ),
        "flexibility" => plain(&client.flexibility(&control::flexibility(args)?).await?),
        "command_status" => plain(&client.command_status(&get::<String>(args, "command_id")?).await?),
        "follow_command" => {
            let mut followed =
                client.follow_command(&get::<String>(args, "command_id")?, span(args, "patience_ms")?)?;
            let mut states = Vec::new();
            while let Some(status) = followed.next().await? {
                states.push(plain(&status)?);
            }
            Ok(states.into())
        }
        "request" => {
            let mut request = Request::new(&get::<String>(args, "method")?, &get::<String>(args, "path")?)?;
            let query: Vec<(String, String)> = maybe(args, "query")?.unwrap_or_default();
            for (name, value) in query {
                request = request.query(&name, value);
            }
            if let Some(body) = args.get("body") {
                request = request.body(body.clone());
            }
            client.request(request).await
        }
        _ => Err(Error::invalid("call", format_args!("{call} is not in the table"))),
    }
}

async fn stream(case: &Case, call: &str, args: &Value) -> Answer {
    if matches!(call, "open" | "listen") {
        let (client, devices) = (case.client()?, get::<Vec<String>>(args, "devices")?);
        case.keep(if call == "open" {
            Stream::Pulled(Arc::new(client.telemetry(devices)?))
        } else {
            let told = Arc::new(Told::new(maybe(args, "fails")?.unwrap_or_default()));
            Stream::Told(Arc::new(client.subscribe(devices, told.clone())?), told)
        });
        return NOTHING;
    }
    let stream = case.stream()?;
    match (call, &stream) {
        ("next", Stream::Pulled(pulled)) => {
            let batch = pulled.next_batch(4096, None).await?;
            return Ok(batch.as_ref().map_or(Value::Null, values::batch));
        }
        ("next", Stream::Told(_, told)) => return told.next().await,
        ("hold" | "release", Stream::Told(_, told)) => {
            told.hold(call == "hold");
            return NOTHING;
        }
        _ => {}
    }
    match call {
        "close" => {
            stream.close();
            NOTHING
        }
        "pause" => {
            stream.pause();
            NOTHING
        }
        "resume" => {
            stream.resume();
            NOTHING
        }
        "network_changed" => {
            stream.network_changed();
            NOTHING
        }
        "add" => stream.add(get(args, "devices")?).map(nothing),
        "remove" => {
            stream.remove(get(args, "devices")?);
            NOTHING
        }
        "devices" => Ok(json!(stream.devices())),
        "drops" => Ok(json!(stream.drops())),
        "gaps" => Ok(stream.gaps().iter().map(values::gap).collect()),
        "snapshot" => Ok(values::frames(&stream.snapshot())),
        "stats" => Ok(values::stream_stats(&stream.stats())),
        _ => Err(Error::invalid(
            "call",
            format_args!("stream.{call} is not in the table"),
        )),
    }
}

/// All entries of a list, or the first few, page by page as they are asked for.
async fn collect<T>(pages: Pages<T>, args: &Value) -> Answer
where
    T: DeserializeOwned + Serialize + Send + 'static,
{
    let mut pages = match maybe(args, "page_size")? {
        Some(size) => pages.page_size(size)?,
        None => pages,
    };
    let wanted = maybe(args, "take")?.unwrap_or(usize::MAX);
    let mut entries = Vec::new();
    while entries.len() < wanted
        && let Some(page) = pages.next_page().await?
    {
        for entry in &page.items {
            entries.push(plain(entry)?);
        }
    }
    entries.truncate(wanted);
    Ok(entries.into())
}

fn plain(model: &impl Serialize) -> Answer {
    serde_json::to_value(model).map_err(|error| Error::invalid("value", error))
}

fn nothing((): ()) -> Value {
    Value::Null
}

/// An argument that must be there.
pub(crate) fn get<T: for<'a> Deserialize<'a>>(args: &Value, name: &str) -> Result<T> {
    T::deserialize(&args[name]).map_err(|error| Error::invalid("case", format_args!("{name}: {error}")))
}

/// An argument that may be there.
pub(crate) fn maybe<T: for<'a> Deserialize<'a>>(args: &Value, name: &str) -> Result<Option<T>> {
    get(args, name)
}

/// A span in milliseconds.
pub(crate) fn span(args: &Value, name: &str) -> Result<Duration> {
    get(args, name).map(Duration::from_millis)
}
