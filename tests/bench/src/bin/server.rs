//! The load server: prints its two base addresses and the file of its authority as JSON, and serves until its standard
//! input ends. What is sent stands in the path: see `Scenario`.

#![allow(clippy::print_stdout, reason = "a program")]

use std::{error::Error, io, path::PathBuf};

use tellus_bench::{server, tls};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: tellus-bench-server FOLDER")?;
    let (config, authority) = tls::make()?;
    let file = PathBuf::from(folder).join("bench-ca.pem");
    std::fs::write(&file, authority)?;
    let (plain, secure) = (server::start(None)?, server::start(Some(config))?);
    println!(
        "{}",
        serde_json::json!({
            "plain": format!("http://127.0.0.1:{plain}"),
            "tls": format!("https://127.0.0.1:{secure}"),
            "ca_file": file,
        })
    );
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
