//! What the SDK tells by `tracing`, as lines of text: for programs in languages that have logs of their own.
//!
//! A Rust program needs none of this: it sets a subscriber as it likes.

use std::fmt::{self, Write};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
    subscriber::Interest,
};

pub use tracing::Level;

/// Where lines go.
pub trait LogSink: Send + Sync + 'static {
    /// Whether lines of this level are wanted now. Asked before a line is made.
    fn enabled(&self, level: Level) -> bool;
    /// Takes a line. Called on threads that read sockets: must not wait, and must not run foreign code.
    fn log(&self, level: Level, line: String);
}

/// Sends the SDK's events to this sink, from now on until the process ends. `false` if the program, or an earlier call, has
/// set a subscriber already.
pub fn install(sink: impl LogSink) -> bool {
    tracing::subscriber::set_global_default(Forward(sink)).is_ok()
}

struct Forward<S>(S);

impl<S: LogSink> Subscriber for Forward<S> {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Other crates' events say nothing to users, and could hold what must not be logged.
        if metadata.is_event() && metadata.target().starts_with("tellus") && *metadata.level() <= Level::DEBUG {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(*metadata.level())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        self.0.log(*event.metadata().level(), text.line());
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// The message, then the fields as `name=value`.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn line(mut self) -> String {
        self.message.push_str(&self.fields);
        self.message
    }
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}
