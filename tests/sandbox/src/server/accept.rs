//! The accept loop and the life of one connection.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::wire::{Held, Wire};

/// Longest a client may take for its side of the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Accepts connections and serves `router` on them, except on those that `is_silent` picks. Never returns: the caller
/// drops it to stop.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<Arc<ServerConfig>>,
    is_silent: impl Fn() -> bool,
) {
    let acceptor = tls.map(TlsAcceptor::from);
    for number in 1.. {
        let socket = loop {
            match listener.accept().await {
                Ok((socket, _)) => break socket,
                // Out of file descriptors, or a peer that left early: try again, but not in a busy loop.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        if is_silent() {
            tokio::spawn(ignore(socket));
            continue;
        }
        let wire = Wire::new(number);
        tokio::spawn(connection(socket, wire, router.clone(), acceptor.clone()));
    }
}

/// Takes what comes and says nothing, until the client goes.
async fn ignore(mut socket: TcpStream) {
    let _ = tokio::io::copy(&mut socket, &mut tokio::io::sink()).await;
}

async fn connection(socket: TcpStream, wire: Wire, router: Router, acceptor: Option<TlsAcceptor>) {
    // Frames are small and should leave at once.
    let _ = socket.set_nodelay(true);
    // Errors of a single connection concern its client only.
    let _ = match acceptor {
        None => exchange(socket, wire, router).await,
        Some(acceptor) => match tokio::time::timeout(HANDSHAKE, acceptor.accept(socket)).await {
            Ok(Ok(encrypted)) => exchange(encrypted, wire, router).await,
            _ => return,
        },
    };
}

/// Answers requests on one connection until either side ends it. A socket that was upgraded lives on elsewhere.
async fn exchange<T>(socket: T, wire: Wire, router: Router) -> io::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // The hold travels with every request of this connection.
    let service = TowerToHyperService::new(router.layer(Extension(wire.clone())));
    let builder = auto::Builder::new(TokioExecutor::new());
    let io = TokioIo::new(Held::new(socket, wire.clone()));
    tokio::select! {
        ended = builder.serve_connection_with_upgrades(io, service) => ended.map_err(io::Error::other),
        () = wire.until_cut() => Ok(()),
    }
}
