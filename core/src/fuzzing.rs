//! What the fuzzer feeds: replies of the platform, whatever they are. No part of the interface.

#![doc(hidden)]
#![allow(missing_docs, reason = "not for use")]

use http::{HeaderMap, HeaderValue, header};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    auth::Grant,
    envelope,
    error::ErrorKind,
    model::{ChargingRecord, CommandReceipt, CommandStatus, Device, EnergySeries, FlexibilityReceipt, Page, Site},
};

/// The longest that an error may say about a reply, whatever its length (bytes).
const LONGEST_REASON: usize = 4096;

/// Reads a reply as every noun. The first byte is the status, in hundreds and ones; up to the first line feed follows a
/// `Retry-After`; the rest is the body. Panics if a reply is read in two ways, or leads to an error that does not fit it.
pub fn reply(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let status = 200 + 100 * u16::from(first >> 6) + u16::from(first & 0x3f);
    let line = rest.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (line, body) = rest.split_at(line);
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(line) {
        headers.insert(header::RETRY_AFTER, value);
    }
    let body = body.strip_prefix(b"\n").unwrap_or(body);
    same::<Value>(status, &headers, body);
    same::<Page<Site>>(status, &headers, body);
    same::<Page<ChargingRecord>>(status, &headers, body);
    same::<Device>(status, &headers, body);
    same::<EnergySeries>(status, &headers, body);
    same::<Option<CommandReceipt>>(status, &headers, body);
    same::<CommandStatus>(status, &headers, body);
    same::<FlexibilityReceipt>(status, &headers, body);
    read::<Grant>(status, &headers, body, |one, other| {
        one.access_token.expose_secret() == other.access_token.expose_secret() && one.expires_in == other.expires_in
    });
}

fn same<T: DeserializeOwned + PartialEq>(status: u16, headers: &HeaderMap, body: &[u8]) {
    read::<T>(status, headers, body, |one, other| one == other);
}

fn read<T: DeserializeOwned>(status: u16, headers: &HeaderMap, body: &[u8], same: impl Fn(&T, &T) -> bool) {
    let careful = envelope::careful::<T>(status, headers, body);
    if let Some(quick) = envelope::quick::<T>(status, body) {
        let careful = careful.as_ref().expect("what is read quickly is read carefully, too");
        assert!(same(&quick, careful), "read in two ways");
    }
    match careful {
        Ok(_) => assert!((200..300).contains(&status)),
        Err(error) => {
            assert_eq!(error.http_status(), Some(status));
            assert!(error.reason().len() <= LONGEST_REASON, "{}", error.reason().len());
            assert!(!error.reason().contains(['\n', '\r', '\u{1b}']), "{:?}", error.reason());
            assert_ne!(error.kind(), ErrorKind::OutcomeUnknown);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    #[test]
    fn the_corpus_of_the_fuzzer_is_read_in_one_way() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus/reply");
        let mut files = 0;
        for entry in fs::read_dir(&corpus).expect("the corpus is there") {
            super::reply(&fs::read(entry.expect("a file").path()).expect("a file that can be read"));
            files += 1;
        }
        assert!(files >= 40, "{files} files");
    }

    proptest::proptest! {
        #[test]
        fn so_is_whatever_else_comes(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            super::reply(&bytes);
        }
    }
}
