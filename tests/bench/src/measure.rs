//! What a process has used.

use std::time::Duration;

/// Processor time of this process so far: all threads, in user space and in the kernel.
pub fn cpu() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes to the structure that it is given, and to nothing else.
    #[expect(unsafe_code, reason = "the standard library cannot ask for processor time")]
    unsafe {
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time);
    }
    Duration::new(
        time.tv_sec.try_into().unwrap_or_default(),
        time.tv_nsec.try_into().unwrap_or_default(),
    )
}

/// Memory of this process that is in use and that no other process shares, in MB. 0 where the system does not tell.
pub fn memory() -> f64 {
    let told = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let private = told.lines().filter(|line| line.starts_with("Private_"));
    let kib: f64 = private
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok())
        .sum();
    kib * 1024e-6
}

/// The value below which this share of the values lies; 0 of none. Sorts them.
pub fn quantile(values: &mut [i64], share: f64) -> i64 {
    values.sort_unstable();
    let last = values.len().saturating_sub(1);
    values
        .get((last as f64 * share).round() as usize)
        .copied()
        .unwrap_or_default()
}
