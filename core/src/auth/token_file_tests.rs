use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

const URL: &str = "https://h/v1";
const LEASE: Duration = Duration::from_secs(60);

/// A folder of its own for each test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tellus-token-file-{}-{number}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn store(&self, client_id: &str) -> TokenFile {
        TokenFile::new(self.0.join("token"), URL, client_id).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn token(text: &str) -> StoredToken {
    StoredToken {
        token: SecretString::from(text),
        lifetime: Duration::from_secs(86_400),
        expires_at: "2026-01-02T00:00:00Z".parse().unwrap(),
    }
}

fn kept(store: &TokenFile) -> Option<String> {
    Some(store.load().unwrap()?.token.expose_secret().to_owned())
}

#[test]
fn a_token_comes_back_to_whom_it_belongs_and_to_nobody_else() {
    let folder = Folder::new();
    let store = folder.store("me");
    assert_eq!(kept(&store), None);
    store.save(&token("t1")).unwrap();
    store.save(&token("t2")).unwrap();
    let found = folder.store("me").load().unwrap().unwrap();
    assert_eq!(found.token.expose_secret(), "t2");
    assert_eq!(
        (found.lifetime, found.expires_at),
        (token("").lifetime, token("").expires_at)
    );
    assert_eq!(kept(&folder.store("somebody")), None);
    let elsewhere = TokenFile::new(folder.0.join("token"), "https://other/v1", "me").unwrap();
    assert_eq!(kept(&elsewhere), None);
}

#[test]
fn a_lease_is_held_by_one_and_ends_with_its_holder() {
    let folder = Folder::new();
    let (first, second) = (folder.store("me"), folder.store("me"));
    assert_eq!(first.try_lease(LEASE), Ok(true));
    assert_eq!(
        (first.try_lease(LEASE), second.try_lease(LEASE)),
        (Ok(false), Ok(false))
    );
    first.release().unwrap();
    assert_eq!(second.try_lease(LEASE), Ok(true));
    // Gone without a word, as a process that crashes.
    drop(second);
    assert_eq!(first.try_lease(LEASE), Ok(true));
}

#[test]
fn a_damaged_file_is_an_error_that_does_not_quote_it() {
    let folder = Folder::new();
    let store = folder.store("me");
    fs::write(folder.0.join("token"), r#"{"token":"canary"#).unwrap();
    let error = store.load().unwrap_err();
    assert!(!error.contains("canary"), "{error}");
    store.save(&token("t")).unwrap();
    assert_eq!(kept(&store).as_deref(), Some("t"));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it_and_nothing_else_is_left_behind() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let store = folder.store("me");
    assert_eq!(store.try_lease(LEASE), Ok(true));
    store.save(&token("t")).unwrap();
    store.release().unwrap();
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder.0).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{entry:?}"
        );
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["token", "token.lock"]);
}

#[test]
fn a_place_that_cannot_be_is_refused_by_name() {
    let folder = Folder::new();
    for path in [folder.0.clone(), folder.0.join("nowhere").join("token"), PathBuf::new()] {
        let error = TokenFile::new(path, URL, "me").unwrap_err();
        assert_eq!(error.details()["field"], "token_file");
    }
}

#[test]
fn nothing_secret_is_shown() {
    let folder = Folder::new();
    let store = folder.store("me");
    store.save(&token("canary")).unwrap();
    let shown = format!("{store:?} {:?}", store.load());
    assert!(shown.contains("token-file") && !shown.contains("canary"), "{shown}");
}
