//! Stores of tokens.

use std::{
    ffi::c_void,
    sync::{Arc, Mutex},
};

use tellus_sandbox::{JournalEvent, Sandbox};

use crate::{
    alone,
    callbacks::{self, Failure},
    client,
    declarations::*,
    device, eventually, sandbox,
    scaffolding::*,
};

pub(crate) static TABLE: TokenStoreTable = TokenStoreTable {
    free: callbacks::free::<Store>,
    clone: callbacks::clone::<Store>,
    load,
    save,
    try_lease,
    release,
};

/// Keeps a token as the bytes in which it came.
#[derive(Default)]
pub(crate) struct Store {
    failing: Option<Failure>,
    /// What a store that keeps nothing answers to `load`, in place of a token.
    answer: Option<Vec<u8>>,
    kept: Mutex<Option<Vec<u8>>>,
    calls: Mutex<Vec<&'static str>>,
}

impl Store {
    pub(crate) fn failing(failure: Failure) -> Self {
        Self {
            failing: Some(failure),
            ..Self::default()
        }
    }

    fn answering(answer: Vec<u8>) -> Self {
        Self {
            answer: Some(answer),
            ..Self::default()
        }
    }

    /// Notes the call; whether it is answered, since it does not fail.
    fn answers(&self, call: &'static str, status: Status) -> bool {
        self.calls.lock().unwrap().push(call);
        if let Some(failure) = self.failing {
            failure.tell(status);
        }
        self.failing.is_none()
    }

    /// The text of the token that is kept.
    pub(crate) fn token(&self) -> String {
        let kept = self.kept.lock().unwrap().clone().unwrap();
        let length = usize::try_from(i32::from_be_bytes(kept[..4].try_into().unwrap())).unwrap();
        String::from_utf8(kept[4..4 + length].to_vec()).unwrap()
    }
}

extern "C" fn load(handle: u64, answer: *mut RustBuffer, status: Status) {
    let store = callbacks::object::<Store>(handle);
    if !store.answers("load", status) {
        return;
    }
    let kept = store.kept.lock().unwrap().clone();
    let token = match (&store.answer, kept) {
        (Some(bytes), _) => bytes.clone(),
        (None, Some(token)) => [vec![1], token].concat(),
        (None, None) => vec![0],
    };
    unsafe { answer.write(given(&token)) };
}

extern "C" fn save(handle: u64, token: RustBuffer, _: *mut c_void, status: Status) {
    let store = callbacks::object::<Store>(handle);
    let token = taken(token);
    if store.answers("save", status) {
        *store.kept.lock().unwrap() = Some(token);
    }
}

/// Says yes; one that answers nonsense does so here, too.
extern "C" fn try_lease(handle: u64, duration: RustBuffer, answer: *mut i8, status: Status) {
    let store = callbacks::object::<Store>(handle);
    assert_eq!(taken(duration), seconds(60));
    if store.answers("try_lease", status) {
        unsafe { answer.write(if store.answer.is_some() { 7 } else { 1 }) };
    }
}

extern "C" fn release(handle: u64, _: *mut c_void, status: Status) {
    let store = callbacks::object::<Store>(handle);
    store.answers("release", status);
}

/// A client with this store has a token that serves.
fn works(sandbox: &Sandbox, store: &Arc<Store>) {
    let client = client(sandbox, callbacks::optional(store));
    client
        .nothing(|client| unsafe { method_tellusclient_authenticate(client) })
        .unwrap();
    device(&client, &sandbox.device_ids()[0]).unwrap();
}

fn issued(sandbox: &Sandbox) -> usize {
    journalled(sandbox, |event| matches!(event, JournalEvent::TokenIssued { .. }))
}

fn refused(sandbox: &Sandbox) -> usize {
    let refused = |event: &JournalEvent| matches!(event, JournalEvent::Request(request) if request.status == Some(401));
    journalled(sandbox, refused)
}

fn journalled(sandbox: &Sandbox, is_meant: impl Fn(&JournalEvent) -> bool) -> usize {
    let journal = sandbox.journal();
    journal.iter().filter(|entry| is_meant(&entry.event)).count()
}

const ALL: [&str; 5] = ["load", "try_lease", "load", "save", "release"];

/// A store in which a client has left its token.
pub(crate) fn filled(sandbox: &Sandbox) -> Arc<Store> {
    let store = Arc::new(Store::default());
    works(sandbox, &store);
    store
}

#[test]
fn stores_keep_a_token_for_the_next_client() {
    let _alone = alone();
    let sandbox = sandbox();
    let store = filled(&sandbox);
    assert_eq!(*store.calls.lock().unwrap(), ALL);
    works(&sandbox, &store);
    assert_eq!(store.calls.lock().unwrap()[ALL.len()..], ["load"]);
    assert_eq!(issued(&sandbox), 1);
    eventually("the store is let go", || Arc::strong_count(&store) == 1);
}

#[test]
fn stores_that_fail_cost_a_token_request_and_are_let_go() {
    let _alone = alone();
    let sandbox = sandbox();
    for (failure, tokens) in Failure::ALL.into_iter().zip(1..) {
        let store = Arc::new(Store::failing(failure));
        works(&sandbox, &store);
        assert_eq!(*store.calls.lock().unwrap(), ALL, "{failure:?}");
        assert_eq!(issued(&sandbox), tokens, "{failure:?}");
        eventually("the store is let go", || Arc::strong_count(&store) == 1);
    }
}

/// A token as a store hands it back.
fn stored(token: &[u8], lifetime: &[u8], end: &[u8]) -> Vec<u8> {
    [&[1], token, lifetime, end].concat()
}

const YEAR_9892: u64 = 250_000_000_000;
const NEVER: u64 = i64::MAX as u64;

#[test]
fn stores_that_answer_nonsense_are_as_good_as_empty() {
    let _alone = alone();
    let sandbox = sandbox();
    let (hour, end) = (seconds(3600), seconds(YEAR_9892));
    let fine = stored(&text("kept"), &hour, &end);
    let answers = [
        ("nothing at all", vec![]),
        ("neither none nor some", [&[7], &fine[1..]].concat()),
        ("cut short", fine[..fine.len() - 1].to_vec()),
        ("more than a token", [&fine[..], &[0]].concat()),
        ("a text of less than no length", stored(&[0xff; 4], &hour, &end)),
        ("a text longer than all", stored(&[0x7f, 0xff, 0xff, 0xff], &hour, &end)),
        ("a text that is none", stored(&[0, 0, 0, 2, 0xc3, 0x28], &hour, &end)),
        ("longer than can be counted", stored(&text("kept"), &[0xff; 12], &end)),
        (
            "after the end of the calendar",
            stored(&text("kept"), &hour, &seconds(NEVER)),
        ),
    ];
    for ((what, answer), tokens) in answers.into_iter().zip(1..) {
        let store = Arc::new(Store::answering(answer));
        works(&sandbox, &store);
        assert_eq!((issued(&sandbox), refused(&sandbox)), (tokens, 0), "{what}");
        eventually("the store is let go", || Arc::strong_count(&store) == 1);
    }
}

#[test]
fn stores_that_hand_back_a_token_that_does_not_serve_cost_one_more_read() {
    let _alone = alone();
    let sandbox = sandbox();
    for (lifetime, times) in [3600, NEVER].into_iter().zip(1..) {
        let answer = stored(&text("kept"), &seconds(lifetime), &seconds(YEAR_9892));
        let store = Arc::new(Store::answering(answer));
        works(&sandbox, &store);
        assert_eq!((issued(&sandbox), refused(&sandbox)), (times, times), "{lifetime}");
        eventually("the store is let go", || Arc::strong_count(&store) == 1);
    }
}
