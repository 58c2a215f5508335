//! An open telemetry stream: frames out, pings answered, orders followed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::sync::broadcast;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::upgrade::WebSocket;
use crate::faults::{FaultKind, Spot, mutate};
use crate::journal::CloseReason;
use crate::quirks::TokenEnd;
use crate::state::Shared;
use crate::streams::{Order, Stream};
use crate::ticker::Tick;

/// The path faults on frames are matched against.
const PATH: &str = "/operator/stream";

/// The close code of a stream that another one replaces.
const REPLACED: u16 = 1008;

/// How long a closing handshake may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// A stream's place in the list of open ones; dropping it gives the place up.
pub(crate) struct Occupied {
    shared: Arc<Shared>,
    stream: Arc<Stream>,
    /// The token of the handshake.
    token: String,
    reason: CloseReason,
}

impl Occupied {
    pub(crate) fn new(shared: Arc<Shared>, stream: Arc<Stream>, token: String) -> Self {
        Self {
            shared,
            stream,
            token,
            reason: CloseReason::Client,
        }
    }

    /// The code to close with, if that is wanted and the token has expired or been revoked.
    fn token_over(&self) -> Option<u16> {
        let quirk = match self.shared.quirks().token_end {
            TokenEnd::GoesOn => None,
            TokenEnd::Closes1008 => Some(1008),
            TokenEnd::Closes4401 => Some(4401),
        };
        let code = self.shared.options.close_on_token_end.or(quirk)?;
        let checked = self.shared.tokens.check(&self.token, self.shared.clock.now());
        checked.is_err().then_some(code)
    }

    /// Remembers a frame that is about to be sent. What is no frame, or goes nowhere, does not count.
    fn record(&self, outgoing: &Outgoing) {
        if !outgoing.spoilt && !self.stream.wire.is_muted() {
            self.shared
                .sent
                .record(self.stream.id, outgoing.device, outgoing.millis);
        }
    }

    /// Counts the frames of ticks the reader was too slow for.
    fn missed(&self, ticks: u64, devices: usize) {
        self.stream.dropped.fetch_add(ticks * devices as u64, Ordering::Relaxed);
    }
}

impl Drop for Occupied {
    fn drop(&mut self) {
        let stopping = self.shared.stopping.load(Ordering::Acquire);
        let reason = if stopping { CloseReason::Shutdown } else { self.reason };
        self.stream.end(&self.shared, reason);
    }
}

/// Why the frames stopped.
enum End {
    /// The peer has gone.
    Gone,
    /// A fault or an order says so.
    Told(Order),
    /// The token is no longer good for it.
    TokenOver(u16),
}

/// Serves one stream until either side ends it.
pub(crate) async fn pump(
    socket: WebSocket,
    mut occupied: Occupied,
    indices: Vec<usize>,
    mut ticks: broadcast::Receiver<Tick>,
) {
    let (mut sink, mut source) = socket.split();
    let mut orders = occupied.stream.orders.subscribe();
    let wire = occupied.stream.wire.clone();
    // Reading goes on while a slow peer blocks writing: pings and the peer's farewell are noticed at once.
    let end = tokio::select! {
        end = send_frames(&mut sink, &occupied, &indices, &mut ticks) => end,
        () = drain(&mut source) => End::Gone,
        order = orders.wait_for(|order| *order != Order::Run) => order.map_or(End::Gone, |order| End::Told(*order)),
        () = wire.until_cut() => End::Told(Order::Cut),
    };
    // A reader that was stuck to the end never got to hear what it missed.
    if let Err(broadcast::error::TryRecvError::Lagged(missed)) = ticks.try_recv() {
        occupied.missed(missed, indices.len());
    }
    let (reason, code) = match end {
        End::Gone => (CloseReason::Client, None),
        End::Told(Order::Replaced) => (CloseReason::Replaced, Some(REPLACED)),
        End::Told(Order::Close(code)) => (CloseReason::Fault, Some(code)),
        End::Told(_) => (CloseReason::Fault, None),
        End::TokenOver(code) => (CloseReason::Token, Some(code)),
    };
    occupied.reason = reason;
    if let Some(code) = code {
        let farewell = async {
            let frame = CloseFrame {
                code: code.into(),
                reason: Utf8Bytes::from_static(""),
            };
            if sink.send(Message::Close(Some(frame))).await.is_ok() {
                drain(&mut source).await;
            }
        };
        let _ = timeout(FAREWELL, farewell).await;
    }
}

/// Reads until the peer is gone. Reading is also what answers pings and a closing handshake.
async fn drain(source: &mut SplitStream<WebSocket>) {
    while let Some(Ok(_)) = source.next().await {}
}

/// Sends the frames of the wanted chargers, tick by tick.
async fn send_frames(
    sink: &mut SplitSink<WebSocket, Message>,
    occupied: &Occupied,
    indices: &[usize],
    ticks: &mut broadcast::Receiver<Tick>,
) -> End {
    let stream = &occupied.stream;
    // The frame that a reordering holds back until the next one has been sent.
    let mut held: Option<Outgoing> = None;
    loop {
        let tick = match ticks.recv().await {
            Ok(tick) => tick,
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                occupied.missed(missed, indices.len());
                continue;
            }
            Err(broadcast::error::RecvError::Closed) => return End::Gone,
        };
        if let Some(code) = occupied.token_over() {
            return End::TokenOver(code);
        }
        for (index, ready) in tick.of(indices) {
            let prepared = prepare(&occupied.shared, &ready.device_id, &ready.text);
            if prepared.mute {
                stream.wire.mute();
                stream.end(&occupied.shared, CloseReason::Fault);
            }
            if prepared.deafen {
                stream.wire.deafen();
            }
            if let Some(order) = prepared.end {
                return End::Told(order);
            }
            let late = held.take();
            let outgoing = Outgoing {
                device: index,
                millis: ready.millis,
                text: prepared.text,
                copies: if prepared.twice { 2 } else { 1 },
                spoilt: prepared.spoilt,
            };
            if prepared.torn {
                occupied.record(&outgoing);
                let _ = tear(sink, stream, outgoing.text).await;
                return End::Gone;
            }
            let now = if prepared.hold {
                held = Some(outgoing);
                None
            } else {
                Some(outgoing)
            };
            for outgoing in now.into_iter().chain(late) {
                occupied.record(&outgoing);
                for text in std::iter::repeat_n(outgoing.text, outgoing.copies) {
                    if sink.feed(Message::Text(text)).await.is_err() {
                        return End::Gone;
                    }
                    stream.sent.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        if sink.flush().await.is_err() {
            return End::Gone;
        }
    }
}

/// A frame on its way out.
struct Outgoing {
    /// The charger's index.
    device: usize,
    /// The time in the frame (ms since 1970).
    millis: i64,
    text: Utf8Bytes,
    copies: usize,
    /// The text is no frame.
    spoilt: bool,
}

/// Sends half of a WebSocket frame and closes the connection.
async fn tear(
    sink: &mut SplitSink<WebSocket, Message>,
    stream: &Stream,
    text: Utf8Bytes,
) -> Result<(), tokio_tungstenite::tungstenite::Error> {
    // What came before it goes out whole.
    sink.flush().await?;
    stream.wire.cut_after(text.len() / 2);
    // Does not return: the cut ends the whole stream.
    sink.send(Message::Text(text)).await
}

/// A frame after the faults have had their say.
struct Prepared {
    text: Utf8Bytes,
    spoilt: bool,
    torn: bool,
    deafen: bool,
    twice: bool,
    hold: bool,
    mute: bool,
    end: Option<Order>,
}

fn prepare(shared: &Shared, device_id: &str, text: &Utf8Bytes) -> Prepared {
    let mut prepared = Prepared {
        text: text.clone(),
        spoilt: false,
        torn: false,
        deafen: false,
        twice: false,
        hold: false,
        mute: false,
        end: None,
    };
    for fault in shared.faults.strike(Spot::Frame, PATH, Some(device_id)) {
        match fault {
            FaultKind::UnknownState { state, .. } => {
                change(&mut prepared, |value| mutate::unknown_state(value, &state))
            }
            FaultKind::UnknownFields {} => change(&mut prepared, mutate::unknown_fields),
            FaultKind::StreamOversized { bytes } => change(&mut prepared, |value| mutate::oversized(value, bytes)),
            FaultKind::StreamMalformed {} => {
                // Frames are plain ASCII, so any place is a character boundary.
                let cut: String = prepared.text.chars().take(prepared.text.len() / 2).collect();
                prepared.text = Utf8Bytes::from(cut);
                prepared.spoilt = true;
            }
            FaultKind::StreamDuplicate {} => prepared.twice = true,
            FaultKind::StreamReorder {} => prepared.hold = true,
            FaultKind::StreamHalfOpen {} => prepared.mute = true,
            FaultKind::StreamDropMidFrame {} => prepared.torn = true,
            FaultKind::StreamNoPong {} => prepared.deafen = true,
            FaultKind::StreamDrop {} => prepared.end = Some(Order::Cut),
            FaultKind::StreamClose { code } => prepared.end = Some(Order::Close(code)),
            _ => {}
        }
    }
    prepared
}

/// Changes the frame as JSON, on top of what an earlier fault made of it.
fn change(prepared: &mut Prepared, how: impl FnOnce(&mut Value)) {
    if let Ok(mut value) = serde_json::from_str::<Value>(&prepared.text) {
        how(&mut value);
        prepared.text = Utf8Bytes::from(value.to_string());
    }
}
