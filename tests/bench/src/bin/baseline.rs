//! What a program in Rust would be written with otherwise: tokio-tungstenite, serde_json into structures that borrow, jiff.
//! It keeps nothing: `columns` adds every field up, `latency` looks at each frame's age.

#![allow(clippy::print_stdout, reason = "a program")]

use std::sync::Arc;

use futures_util::StreamExt;
use jiff::Timestamp;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use serde_json::Value;
use tellus_bench::{
    baseline::{self, Frame},
    checksum::Checksum,
    contender::{Failure, Job, delays, throughput},
    measure,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let job = Job::from_args()?;
    let url = job.base_url(&job.scenario).replacen("http", "ws", 1);
    let devices: Vec<String> = job.scenario.device_ids().collect();
    let url = format!("{url}/operator/stream?devices={}", devices.join(","));
    let mut request = url.as_str().into_client_request()?;
    request.headers_mut().insert("authorization", "Bearer t".parse()?);

    let (_, address) = job.base.split_once("://").ok_or("no address")?;
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let result = match &job.authority {
        None => read(client_async(request, socket).await?.0, &job).await?,
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(pem.as_bytes())?)?;
            let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_root_certificates(roots)
                .with_no_client_auth();
            let name = ServerName::try_from("127.0.0.1")?;
            let socket = TlsConnector::from(Arc::new(config)).connect(name, socket).await?;
            read(client_async(request, socket).await?.0, &job).await?
        }
    };
    println!("{result}");
    Ok(())
}

async fn read<S>(mut socket: WebSocketStream<S>, job: &Job) -> Result<Value, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let expected = job.scenario.frames;
    let since = measure::cpu();
    if job.mode == "latency" {
        let mut ages = Vec::with_capacity(expected);
        while ages.len() < expected {
            if let Message::Text(text) = socket.next().await.ok_or("the stream ended")?? {
                let frame = baseline::read(text.as_str())?;
                ages.push(Timestamp::now().as_microsecond() - frame.timestamp.as_microsecond());
            }
        }
        return Ok(delays(ages, since));
    }
    let mut sums = Checksum::default();
    let mut frames = 0;
    while frames < expected {
        if let Message::Text(text) = socket.next().await.ok_or("the stream ended")?? {
            add(&mut sums, &baseline::read(text.as_str())?);
            frames += 1;
        }
    }
    Ok(throughput(frames, since, &sums))
}

fn add(sums: &mut Checksum, frame: &Frame<'_>) {
    let device = Checksum::of_device(frame.device_id);
    let timestamp = frame.timestamp.as_microsecond().cast_unsigned();
    for connector in &frame.connectors {
        sums.readings += 1;
        sums.devices = sums.devices.wrapping_add(device);
        sums.timestamps = sums.timestamps.wrapping_add(timestamp);
        sums.connectors += u64::from(connector.connector_id.unwrap_or_default());
        sums.states += connector.state.unwrap_or_default().len() as u64;
        sums.power += connector.power.unwrap_or_default();
        sums.energy += connector.energy_delivered.unwrap_or_default();
        sums.soc += connector.soc.unwrap_or_default();
    }
}
