//! Providers of tokens.

use std::{
    ffi::c_void,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use tellus_sandbox::Sandbox;

use crate::{
    alone,
    callbacks::{self, Failure},
    config,
    declarations::*,
    device, eventually, sandbox,
    scaffolding::*,
    stores,
};

pub(crate) static TABLE: TokenProviderTable = TokenProviderTable {
    free: callbacks::free::<Provider>,
    clone: callbacks::clone::<Provider>,
    request,
};

/// What a provider does when it is asked.
#[derive(Clone, Debug)]
enum Answer {
    /// Says that there is none, and then gives one after all.
    Late(String),
    /// Gives one from another thread, when the call is over.
    Elsewhere(String),
    /// Lets the request go.
    Nothing,
    /// Fails itself, and lets the request go.
    Failure(Failure),
}

struct Provider {
    answer: Answer,
    asked: AtomicUsize,
}

extern "C" fn request(handle: u64, request: u64, _: *mut c_void, status: Status) {
    let provider = callbacks::object::<Provider>(handle);
    provider.asked.fetch_add(1, Ordering::SeqCst);
    let request = Object::new(request, REQUEST);
    match provider.answer.clone() {
        Answer::Late(token) => {
            fail(&request);
            succeed(&request, &token);
        }
        Answer::Elsewhere(token) => drop(thread::spawn(move || succeed(&request, &token))),
        Answer::Nothing => {}
        Answer::Failure(failure) => failure.tell(status),
    }
}

fn fail(request: &Object) {
    let reason = given(b"no luck");
    request.call(|request, status| unsafe { method_tokenrequest_fail(request, reason, status) });
}

fn succeed(request: &Object, token: &str) {
    let (token, hour) = (given(token.as_bytes()), given(&seconds(3600)));
    request.call(|request, status| unsafe { method_tokenrequest_succeed(request, token, hour, status) });
}

/// What a client gets that asks a provider of this kind: a charger, or a text that holds why there is none.
fn asked(sandbox: &Sandbox, answer: Answer) -> Result<(), String> {
    let provider = Arc::new(Provider {
        answer,
        asked: AtomicUsize::new(0),
    });
    let (settings, handle) = (given(&config(sandbox.base_url())), callbacks::handle(&provider));
    let client =
        call(|status| unsafe { constructor_tellusclient_with_token_provider(settings, handle, given(&[0]), status) });
    let client = Object::new(client.unwrap(), CLIENT);
    let outcome = client
        .nothing(|client| unsafe { method_tellusclient_authenticate(client) })
        .map(|()| device(&client, &sandbox.device_ids()[0]).map(drop).unwrap());
    drop(client);
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
    eventually("the provider is let go", || Arc::strong_count(&provider) == 1);
    outcome.map_err(|error| String::from_utf8_lossy(&error).into_owned())
}

#[test]
fn providers_answer_and_are_let_go() {
    let _alone = alone();
    let sandbox = sandbox();
    let token = stores::filled(&sandbox).token();
    asked(&sandbox, Answer::Elsewhere(token.clone())).unwrap();
    let refused = [
        (Answer::Late(token), "no luck"),
        (Answer::Nothing, "dropped the request"),
        (Answer::Failure(Failure::Declared), "no luck"),
        (Answer::Failure(Failure::Unexpected), "no luck"),
        (Answer::Failure(Failure::Unreadable), "lifting"),
    ];
    for (answer, reason) in refused {
        let error = asked(&sandbox, answer.clone()).unwrap_err();
        assert!(error.contains(reason), "{answer:?}: {error}");
    }
}
