//! The sandbox as a program: flags in, one block of text or JSON out, and it runs until it is told to stop.

mod args;

use std::io::{self, Read, Write};
use std::process::ExitCode;

use args::Args;
use clap::Parser;
use serde_json::json;
use tellus_sandbox::{Sandbox, Scope};
use tokio::sync::oneshot;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; then there is nobody to tell.
            let _ = writeln!(io::stderr(), "tellus-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before the announcement: whoever reads it may send a signal at once.
        let end = end(args.exit_with_stdin)?;
        let mut sandbox = Sandbox::start(args.options())?;
        let mut out = io::stdout().lock();
        if args.json {
            machine(&mut out, &sandbox)?
        } else {
            human(&mut out, &sandbox)?
        }
        out.flush()?;
        drop(out);
        end.await;
        sandbox.stop();
        Ok(())
    })
}

/// One line for programs.
fn machine(out: &mut impl Write, sandbox: &Sandbox) -> io::Result<()> {
    let line = json!({
        "base_url": sandbox.base_url(),
        "client_id": sandbox.client_id(),
        "client_secret": sandbox.client_secret(),
        "credentials": Scope::ALL.map(|scope| sandbox.credentials(scope)),
        "ca_file": sandbox.ca_file(),
        "devices": sandbox.device_ids(),
        "pid": std::process::id(),
    });
    writeln!(out, "{line}")
}

/// A few lines for people.
fn human(out: &mut impl Write, sandbox: &Sandbox) -> io::Result<()> {
    let (url, id, secret) = (sandbox.base_url(), sandbox.client_id(), sandbox.client_secret());
    let devices = sandbox.device_ids();
    writeln!(out, "The sandbox is up: {url}\n")?;
    writeln!(out, "  export TELLUS_BASE_URL={url}")?;
    writeln!(out, "  export TELLUS_CLIENT_ID={id}")?;
    writeln!(out, "  export TELLUS_CLIENT_SECRET={secret}")?;
    let mut trust = String::new();
    if let Some(file) = sandbox.ca_file() {
        writeln!(out, "  export TELLUS_CA_FILE={}", file.display())?;
        trust = format!("--cacert {} ", file.display());
    }
    writeln!(out, "\n{} devices, the first ones:", devices.len())?;
    for device in devices.iter().take(3) {
        writeln!(out, "  {device}")?;
    }
    let body = json!({ "client_id": id, "client_secret": secret, "grant_type": "client_credentials" });
    writeln!(out, "\nA token to try it by hand:")?;
    writeln!(
        out,
        "  curl -s {trust}-H 'Content-Type: application/json' -d '{body}' {url}/operator/oauth/token"
    )?;
    writeln!(
        out,
        "\nFaults, clock and journal: {}/_sandbox/...",
        url.trim_end_matches("/v1")
    )?;
    writeln!(out, "Ctrl-C ends it.")
}

/// Becomes ready when the program is to end: on an interrupt, on a request to terminate, or, if asked for, at the
/// end of standard input.
fn end(with_stdin: bool) -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    #[cfg(unix)]
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    let (held, input) = oneshot::channel::<()>();
    if with_stdin {
        // A thread of its own: reading standard input cannot be cancelled.
        std::thread::spawn(move || {
            let mut buffer = [0; 1024];
            while matches!(io::stdin().read(&mut buffer), Ok(read) if read > 0) {}
            drop(held);
        });
    } else {
        // Kept for ever, so that the receiving end never becomes ready.
        std::mem::forget(held);
    }
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = input => {}
        }
        #[cfg(not(unix))]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = input => {}
        }
    })
}
