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
    let journal = sandbox.journal();
    let issued = |event: &JournalEvent| matches!(event, JournalEvent::TokenIssued { .. });
    journal.iter().filter(|entry| issued(&entry.event)).count()
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

#[test]
fn stores_that_answer_nonsense_are_as_good_as_empty() {
    let _alone = alone();
    let sandbox = sandbox();
    let long = seconds(3600);
    let never = seconds(i64::MAX as u64);
    let token = |token: &[u8], lifetime: &[u8], end: &[u8]| [&[1], token, lifetime, end].concat();
    let fine = token(&text("kept"), &long, &long);
    let answers = [
        ("nothing at all", vec![]),
        ("neither none nor some", vec![7]),
        ("cut short", fine[..fine.len() - 1].to_vec()),
        ("more than a token", [fine, vec![0]].concat()),
        ("a text of less than no length", token(&[0xff; 4], &long, &long)),
        ("a text longer than all", token(&[0x7f, 0xff, 0xff, 0xff], &long, &long)),
        ("a text that is none", token(&[0, 0, 0, 2, 0xc3, 0x28], &long, &long)),
        ("longer than can be counted", token(&text("kept"), &[0xff; 12], &long)),
        ("after the end of the calendar", token(&text("kept"), &long, &never)),
        (
            "a token that is refused, for ever",
            token(&text("kept"), &never, &seconds(250_000_000_000)),
        ),
    ];
    for ((what, answer), tokens) in answers.into_iter().zip(1..) {
        let store = Arc::new(Store::answering(answer));
        works(&sandbox, &store);
        assert_eq!(issued(&sandbox), tokens, "{what}");
        eventually("the store is let go", || Arc::strong_count(&store) == 1);
    }
}
