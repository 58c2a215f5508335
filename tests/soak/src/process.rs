//! What the process holds, as Linux tells it. Elsewhere nothing is told, and the checks that need it are left out.

use std::{fs, net::SocketAddr};

/// Resident memory, in bytes.
pub(crate) fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// How many of the process's threads have this name.
pub(crate) fn threads(name: &str) -> Option<usize> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    let names = tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    Some(names.filter(|found| found.trim_end() == name).count())
}

/// How many connections to an address of IPv4 stand, seen from the side that opened them. Only this process knows the
/// address, so they are this process's.
pub(crate) fn connections_to(address: SocketAddr) -> Option<usize> {
    const ESTABLISHED: &str = "01";
    let table = fs::read_to_string("/proc/self/net/tcp").ok()?;
    let port = format!(":{:04X}", address.port());
    let stands = |line: &&str| {
        let mut fields = line.split_whitespace().skip(2);
        fields.next().is_some_and(|remote| remote.ends_with(&port)) && fields.next() == Some(ESTABLISHED)
    };
    Some(table.lines().skip(1).filter(stands).count())
}
