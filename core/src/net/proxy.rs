//! Through which proxy the platform is reached: decided once, so that REST and the stream go the same way.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use url::Url;

use crate::{
    config::{ProxySetting, env},
    error::{Error, ErrorKind, Result},
    secret::redact_url,
};

/// A proxy's answer to CONNECT is a status line and a few headers.
const LONGEST_ANSWER: usize = 8 << 10;

/// The proxy for the platform at `base_url`; `None` to go straight there.
pub(crate) fn choose(setting: &ProxySetting, base_url: &Url) -> Result<Option<Arc<Url>>> {
    let proxy = match setting {
        ProxySetting::None => return Ok(None),
        ProxySetting::Url(proxy) => proxy.clone(),
        ProxySetting::FromEnvironment => {
            let names: &[&str] = match base_url.scheme() {
                "https" => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
                _ => &["http_proxy", "ALL_PROXY", "all_proxy"],
            };
            let excepted = ["NO_PROXY", "no_proxy"]
                .iter()
                .find_map(|name| env(name))
                .unwrap_or_default();
            match names.iter().find_map(|name| env(name)) {
                Some(proxy) if !is_excepted(base_url.host_str().unwrap_or_default(), &excepted) => proxy,
                _ => return Ok(None),
            }
        }
    };
    let url =
        Url::parse(proxy.trim()).map_err(|error| Error::invalid("proxy", format_args!("is not a URL: {error}")))?;
    if url.scheme() != "http" || url.host_str().is_none() {
        return Err(Error::invalid(
            "proxy",
            format_args!("{} must have the form http://HOST:PORT", redact_url(&url)),
        ));
    }
    Ok(Some(Arc::new(url)))
}

/// Whether `NO_PROXY` excepts a host: `*`, a name, or a domain with all names under it.
fn is_excepted(host: &str, list: &str) -> bool {
    let local = host == "localhost" || host.starts_with("127.") || host == "[::1]";
    local
        || list
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .any(|entry| {
                let entry = entry.trim_start_matches('.');
                entry == "*" || host == entry || host.ends_with(&format!(".{entry}"))
            })
}

/// Asks a proxy, over an open connection, for a tunnel to `host:port`.
pub(crate) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut S,
    proxy: &Url,
    host: &str,
    port: u16,
) -> Result<()> {
    let mut ask = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    if !proxy.username().is_empty() {
        let user = format!("{}:{}", proxy.username(), proxy.password().unwrap_or_default());
        ask += &format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(user));
    }
    ask += "\r\n";
    let broken = |error: std::io::Error| {
        Error::new(
            ErrorKind::Connection,
            format!("the proxy {} broke off: {error}", redact_url(proxy)),
        )
    };
    socket.write_all(ask.as_bytes()).await.map_err(broken)?;
    let mut answer = Vec::new();
    // Byte by byte: what follows the empty line belongs to the tunnel.
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > LONGEST_ANSWER {
            return Err(Error::new(ErrorKind::Connection, "the proxy's answer has no end"));
        }
        answer.push(socket.read_u8().await.map_err(broken)?);
    }
    let line = String::from_utf8_lossy(&answer)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    match line.split(' ').nth(1) {
        Some(status) if status.starts_with('2') => Ok(()),
        Some("407") => Err(Error::new(
            ErrorKind::Connection,
            format!("the proxy {} wants other credentials", redact_url(proxy)),
        )
        .with_retryable(false)),
        _ => Err(Error::new(
            ErrorKind::Connection,
            format!("the proxy {} refuses: {line}", redact_url(proxy)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_cover_domains_and_this_machine() {
        assert!(is_excepted("api.example.com", "other.org, .example.com"));
        assert!(is_excepted("example.com", "example.com"));
        assert!(is_excepted("anything", "*"));
        assert!(is_excepted("127.0.0.1", ""));
        assert!(!is_excepted("badexample.com", "example.com"));
        assert!(!is_excepted("example.com", ""));
    }

    #[test]
    fn a_proxy_must_have_a_form_that_works_and_shows_no_password() {
        let base = Url::parse("https://api.example.com/v1").unwrap();
        let choose = |proxy: &str| super::choose(&ProxySetting::Url(proxy.into()), &base);
        assert!(choose("http://proxy:3128").unwrap().is_some());
        for wrong in ["proxy", "socks5://me:canary@proxy"] {
            let error = choose(wrong).unwrap_err();
            assert_eq!(error.details()["field"], "proxy");
            assert!(!error.to_string().contains("canary"));
        }
    }

    #[tokio::test]
    async fn the_tunnel_begins_right_behind_the_answer() {
        let (mut ours, mut theirs) = tokio::io::duplex(1024);
        let proxy = Url::parse("http://me:pw@proxy:3128").unwrap();
        theirs
            .write_all(b"HTTP/1.1 200 OK\r\nVia: x\r\n\r\nfirst")
            .await
            .unwrap();
        connect(&mut ours, &proxy, "api.example.com", 443).await.unwrap();
        let mut rest = [0; 5];
        ours.read_exact(&mut rest).await.unwrap();
        assert_eq!(&rest, b"first");
        let mut ask = vec![0; 1024];
        let length = theirs.read(&mut ask).await.unwrap();
        let ask = String::from_utf8_lossy(&ask[..length]).into_owned();
        assert!(ask.starts_with("CONNECT api.example.com:443 HTTP/1.1\r\n"), "{ask}");
        assert!(ask.contains("Proxy-Authorization: Basic bWU6cHc=\r\n"), "{ask}");
    }
}
