use super::*;
use crate::stream::{
    columns::{CONNECTOR, FIRST, READING, Row},
    event::StreamStatus,
};

/// A frame of this many connectors.
fn frame(device: u32, connectors: u32) -> Columns {
    let mut columns = Columns::default();
    for connector in 1..=connectors {
        columns.push(Row {
            device,
            timestamp: 0,
            received_at: 0,
            connector,
            state: 0,
            power: 0.0,
            energy_delivered: 0.0,
            soc: 0.0,
            flags: READING | CONNECTOR | if connector == 1 { FIRST } else { 0 },
        });
    }
    columns
}

struct Desk {
    queue: Queue,
    ledger: Ledger,
    pool: Pool,
    events: Vec<StatusEvent>,
}

impl Desk {
    fn new() -> Self {
        Self {
            queue: Queue::default(),
            ledger: Ledger::new(100, true),
            pool: Pool::default(),
            events: Vec::new(),
        }
    }

    fn put(&mut self, device: u32, connectors: u32) {
        self.queue.push_rows(&mut frame(device, connectors), &self.pool);
    }

    fn put_event(&mut self) {
        self.queue.push(Item::Event(StatusEvent {
            at: jiff::Timestamp::UNIX_EPOCH,
            connection: 0,
            status: StreamStatus::Live,
        }));
    }

    fn take(&mut self, max_rows: usize) -> Vec<u32> {
        let rows = self
            .queue
            .take(max_rows, &mut self.events, &mut self.ledger, &self.pool);
        self.ledger.delivered(&rows, 0);
        rows.device
    }
}

#[test]
fn batches_keep_the_order_of_rows_and_items() {
    let mut desk = Desk::new();
    desk.put_event();
    desk.put(1, 1);
    desk.put(2, 1);
    desk.put_event();
    desk.put(3, 1);
    assert_eq!((desk.take(10), desk.events.len()), (vec![1, 2], 1));
    assert_eq!((desk.take(10), desk.events.len()), (vec![3], 2));
    assert!(desk.queue.is_empty());
}

#[test]
fn frames_are_never_torn_apart() {
    let mut desk = Desk::new();
    for (device, connectors) in [(1, 2), (2, 1), (3, 3), (4, 5)] {
        desk.put(device, connectors);
    }
    assert_eq!(desk.take(3), [1, 1, 2]);
    assert_eq!(desk.take(2), [3, 3, 3], "a frame larger than the batch comes whole");
    assert_eq!(desk.queue.rows(), 5);
    assert_eq!(desk.take(100), [4; 5]);
}

#[test]
fn many_small_reads_become_few_pieces_and_a_large_batch() {
    let mut desk = Desk::new();
    for device in 0..20_000 {
        desk.put(device, 1);
    }
    assert_eq!(desk.queue.entries.len(), 20_000usize.div_ceil(PIECE));
    let mut all = Vec::new();
    while !desk.queue.is_empty() {
        all.extend(desk.take(15_000));
    }
    assert_eq!(all, (0..20_000).collect::<Vec<_>>());
}

#[test]
fn the_oldest_go_first_and_events_stay() {
    let mut desk = Desk::new();
    desk.put_event();
    desk.put(1, 2);
    desk.put_event();
    desk.put(2, 1);
    desk.put(3, 1);
    let dropped = desk.queue.drop_oldest(1, &mut desk.ledger, 7, &desk.pool);
    assert_eq!((dropped, desk.queue.rows()), (2, 1));
    assert_eq!((desk.take(10), desk.events.len()), (vec![3], 2));
}

#[test]
fn a_lost_connection_counts_from_the_frames_that_were_still_delivered() {
    let mut desk = Desk::new();
    desk.put(0, 1);
    desk.queue.push(Item::Unobserved {
        devices: [0].into(),
        cause: GapCause::Reconnect,
        at: 5,
    });
    assert_eq!(desk.ledger.counts().0, 0, "nobody has learned of it yet");
    desk.take(10);
    assert_eq!(desk.ledger.counts().0, 0);
    desk.take(10);
    assert_eq!(desk.ledger.counts().0, 1);
    desk.put(0, 1);
    desk.take(10);
    assert_eq!(desk.ledger.counts().0, 0);
}
