//! Opens a TCP or TLS connection, each step with a time-out of its own. Addresses are tried side by side
//! (happy eyeballs, RFC 8305), so that a dead IPv6 route costs a quarter of a second and not a time-out.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::{sleep, timeout},
};
use tokio_rustls::TlsConnector;
use url::Url;

use super::{pins::PIN_MISMATCH, proxy};
use crate::{
    config::DialTimeouts,
    error::{Error, ErrorKind, Result},
};

/// The pause before the next address is tried beside those under way.
const STAGGER: Duration = Duration::from_millis(250);

/// A byte stream, with or without TLS.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// Opens connections, directly or through a proxy.
#[derive(Debug, Clone)]
pub(crate) struct Dialer {
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) timeouts: DialTimeouts,
    pub(crate) proxy: Option<Arc<Url>>,
}

impl Dialer {
    /// Opens a connection to the host of `url`; with TLS if its scheme is `https` or `wss`.
    pub(crate) async fn dial(&self, url: &Url) -> Result<Box<dyn Socket>> {
        let (name, port) = name_and_port(url);
        let tcp = match &self.proxy {
            None => self.connect(name, port).await?,
            Some(proxy) => {
                let (proxy_name, proxy_port) = name_and_port(proxy);
                let mut tcp = self.connect(proxy_name, proxy_port).await?;
                let tunnel = proxy::connect(&mut tcp, proxy, url.host_str().unwrap_or_default(), port);
                match timeout(self.timeouts.tcp, tunnel).await {
                    Ok(opened) => opened?,
                    Err(_) => return Err(too_slow("proxy's tunnel", name, self.timeouts.tcp)),
                }
                tcp
            }
        };
        if !matches!(url.scheme(), "https" | "wss") {
            return Ok(Box::new(tcp));
        }
        let server = ServerName::try_from(name.to_owned())
            .map_err(|error| Error::invalid("base_url", format_args!("{name}: {error}")))?;
        let handshake = TlsConnector::from(self.tls.clone()).connect(server, tcp);
        match timeout(self.timeouts.tls, handshake).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(error)) => {
                let text = error.to_string();
                let error = Error::new(ErrorKind::Connection, format!("no TLS connection to {name}: {text}"))
                    .with_source(error);
                // A wrong key stays wrong: asking again only tells whoever listens in.
                Err(if text.contains(PIN_MISMATCH) {
                    error.with_retryable(false)
                } else {
                    error
                })
            }
            Err(_) => Err(too_slow("TLS handshake", name, self.timeouts.tls)),
        }
    }

    async fn connect(&self, name: &str, port: u16) -> Result<TcpStream> {
        let addresses = resolve(name, port, self.timeouts.dns).await?;
        let tcp = connect_any(name, addresses, self.timeouts.tcp).await?;
        // Telemetry is small and urgent; Nagle would hold back pings. Failing to say so harms nothing.
        let _ = tcp.set_nodelay(true);
        Ok(tcp)
    }
}

/// `url` writes IPv6 addresses in brackets; resolvers and certificates want them bare.
fn name_and_port(url: &Url) -> (&str, u16) {
    let host = url.host_str().unwrap_or_default();
    let name = host.trim_start_matches('[').trim_end_matches(']');
    (name, url.port_or_known_default().unwrap_or(443))
}

async fn resolve(name: &str, port: u16, limit: Duration) -> Result<Vec<SocketAddr>> {
    let found = match timeout(limit, lookup_host((name, port))).await {
        Ok(Ok(found)) => interleave(found.collect()),
        Ok(Err(error)) => {
            return Err(Error::new(
                ErrorKind::Connection,
                format!("the host name {name} cannot be resolved; check the base URL and the network"),
            )
            .with_source(error));
        }
        Err(_) => return Err(too_slow("name look-up", name, limit)),
    };
    if found.is_empty() {
        return Err(Error::new(
            ErrorKind::Connection,
            format!("the host name {name} has no address"),
        ));
    }
    Ok(found)
}

/// IPv6 and IPv4 in turn, beginning with the family that the resolver put first.
fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().copied() else {
        return addresses;
    };
    let (a, b): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first.is_ipv6());
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    let mut order = Vec::new();
    loop {
        match (a.next(), b.next()) {
            (None, None) => return order,
            (left, right) => order.extend(left.into_iter().chain(right)),
        }
    }
}

async fn connect_any(name: &str, addresses: Vec<SocketAddr>, limit: Duration) -> Result<TcpStream> {
    let race = async {
        let mut waiting = addresses.into_iter();
        let mut attempts = FuturesUnordered::new();
        let mut last: Option<io::Error> = None;
        loop {
            if let Some(address) = waiting.next() {
                attempts.push(TcpStream::connect(address));
            }
            let more = waiting.len() > 0;
            tokio::select! {
                done = attempts.next() => match done {
                    Some(Ok(stream)) => return Ok(stream),
                    Some(Err(error)) => last = Some(error),
                    None if !more => {
                        return Err(last.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()));
                    }
                    None => {}
                },
                () = sleep(STAGGER), if more => {}
            }
        }
    };
    match timeout(limit, race).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => {
            Err(Error::new(ErrorKind::Connection, format!("{name} cannot be reached: {error}")).with_source(error))
        }
        Err(_) => Err(too_slow("connection", name, limit)),
    }
}

fn too_slow(step: &str, name: &str, limit: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("the {step} to {name} took longer than {} s", limit.as_secs_f64()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_families_take_turns() {
        let parse = |list: &[&str]| list.iter().map(|a| a.parse().unwrap()).collect::<Vec<_>>();
        let mixed = parse(&["[::1]:1", "[::2]:1", "1.1.1.1:1", "[::3]:1"]);
        let expected = parse(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]);
        assert_eq!(interleave(mixed), expected);
    }

    #[tokio::test]
    async fn a_dead_address_does_not_hold_up_a_live_one() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let live = listener.local_addr().unwrap();
        // Refused at once: nothing listens on port 1 of this machine.
        let dead = "127.0.0.1:1".parse().unwrap();
        let stream = connect_any("here", vec![dead, live], Duration::from_secs(5))
            .await
            .unwrap();
        assert_eq!(stream.peer_addr().unwrap(), live);
        let error = connect_any("here", vec![dead], Duration::from_secs(5))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection);
    }
}
