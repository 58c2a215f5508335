//! How a run went.

use std::{fmt, time::Duration};

use tellus_core::StreamStats;

use crate::account::Totals;

/// What memory may grow by in the second half of a run: a tenth, and what an allocator keeps or gives back at will.
const SLACK: u64 = 20 << 20;

/// Memory over time.
#[derive(Debug)]
pub(crate) struct Memory {
    duration: Duration,
    /// In the second quarter: the first one is for warming up.
    before: Vec<u64>,
    /// In the last quarter.
    after: Vec<u64>,
}

impl Memory {
    pub(crate) fn new(duration: Duration) -> Self {
        Self {
            duration,
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// So much memory was in use then.
    pub(crate) fn note(&mut self, at: Duration, bytes: u64) {
        match at.as_secs_f64() / self.duration.as_secs_f64() {
            share if (0.25..0.5).contains(&share) => self.before.push(bytes),
            share if share >= 0.75 => self.after.push(bytes),
            _ => {}
        }
    }
}

/// The one in the middle.
fn median(values: &mut [u64]) -> Option<u64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// How a run went.
#[derive(Debug)]
pub struct Summary {
    seed: u64,
    took: Duration,
    totals: Totals,
    pub(crate) gaps: u64,
    pub(crate) opened: u64,
    pub(crate) closed: u64,
    counted: StreamStats,
    pub(crate) faults: Vec<(&'static str, u64)>,
    /// In bytes, in the second quarter and in the last.
    memory: Option<(u64, u64)>,
    rounds: u32,
    wrong: u64,
    /// What was wrong, in words; the first ones only.
    pub violations: Vec<String>,
}

impl Summary {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            took: Duration::ZERO,
            totals: Totals::default(),
            gaps: 0,
            opened: 0,
            closed: 0,
            counted: StreamStats::default(),
            faults: Vec::new(),
            memory: None,
            rounds: 0,
            wrong: 0,
            violations: Vec::new(),
        }
    }

    /// Whether another round is due after this time.
    pub(crate) fn rounds_due(&mut self, elapsed: Duration, round: Duration) -> bool {
        let due = elapsed >= round * (self.rounds + 1);
        self.rounds += u32::from(due);
        due
    }

    /// Something is wrong.
    pub(crate) fn wrong(&mut self, what: String) {
        self.wrong += 1;
        if self.violations.len() < 100 {
            self.violations.push(what);
        }
    }

    pub(crate) fn memory(&mut self, mut memory: Memory) {
        let (Some(before), Some(after)) = (median(&mut memory.before), median(&mut memory.after)) else {
            return;
        };
        self.memory = Some((before, after));
        if after > before + before / 10 + SLACK {
            self.wrong(format!("memory grew from {} to {} MB", before >> 20, after >> 20));
        }
    }

    pub(crate) fn totals(&mut self, totals: Totals, stats: &[StreamStats], took: Duration) {
        self.totals = totals;
        self.took = took;
        for stats in stats {
            self.counted.connections += stats.connections;
            self.counted.dropped += stats.dropped;
            self.counted.duplicates += stats.duplicates;
            self.counted.malformed += stats.malformed;
            self.counted.unusual += stats.unusual;
        }
        if totals.delivered == 0 {
            self.wrong("nothing was delivered".to_owned());
        }
    }

    /// Whether nothing was wrong.
    pub fn is_good(&self) -> bool {
        self.wrong == 0
    }

    /// How many frames were sent, delivered, and in gaps.
    pub fn frames(&self) -> (u64, u64, u64) {
        (self.totals.sent, self.totals.delivered, self.totals.in_gaps)
    }

    /// How many faults were made.
    pub fn faults(&self) -> u64 {
        self.faults.iter().map(|(_, count)| count).sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals {
            sent,
            delivered,
            in_gaps,
        } = self.totals;
        let counted = &self.counted;
        writeln!(f, "seed         {}", self.seed)?;
        writeln!(f, "time         {:.0} s", self.took.as_secs_f64())?;
        writeln!(
            f,
            "frames       {sent} sent = {delivered} delivered + {in_gaps} in gaps ({:.0} sent per second)",
            sent as f64 / self.took.as_secs_f64().max(1.0)
        )?;
        writeln!(
            f,
            "gaps         {}, {} frames dropped by policy",
            self.gaps, counted.dropped
        )?;
        writeln!(
            f,
            "odd frames   {} duplicate, {} malformed, {} of another shape",
            counted.duplicates, counted.malformed, counted.unusual
        )?;
        writeln!(
            f,
            "streams      {} opened, {} closed by the journal; {} stood",
            self.opened, self.closed, counted.connections
        )?;
        match self.memory {
            Some((before, after)) => {
                writeln!(f, "memory       {} MB, at the end {} MB", before >> 20, after >> 20)?;
            }
            None => writeln!(f, "memory       not known on this system")?,
        }
        writeln!(f, "faults       {}", self.faults())?;
        for (name, count) in &self.faults {
            writeln!(f, "  {name:<22} {count}")?;
        }
        for violation in self.violations.iter().take(20) {
            writeln!(f, "WRONG        {violation}")?;
        }
        match self.wrong {
            0 => write!(f, "every frame is accounted for; nothing is left behind"),
            wrong => write!(f, "{wrong} VIOLATIONS"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_may_waver_and_must_not_grow() {
        const MEGABYTE: u64 = 1 << 20;
        for (late, good) in [(129, true), (132, false)] {
            let mut memory = Memory::new(Duration::from_secs(100));
            for second in 0..100 {
                let megabytes = match second {
                    0..25 => 10 + 4 * second,
                    25..75 => 100,
                    _ => late,
                };
                memory.note(Duration::from_secs(second), megabytes * MEGABYTE);
            }
            let mut summary = Summary::new(1);
            summary.memory(memory);
            assert_eq!(summary.is_good(), good, "{summary}");
        }
    }
}
