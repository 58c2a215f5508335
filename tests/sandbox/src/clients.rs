//! The credentials the sandbox accepts, and what each of them may do.

use serde::Serialize;

use crate::options::Options;
use crate::random::Random;

/// What a credential may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Scopes `read` and `write`: every call.
    ReadWrite,
    /// Scope `read`: queries and the stream, no control.
    Read,
    /// No scope: it gets tokens that open nothing.
    None,
}

impl Scope {
    /// Every scope there is a credential for.
    pub const ALL: [Self; 3] = [Self::ReadWrite, Self::Read, Self::None];

    /// Whether reading calls are allowed.
    pub(crate) fn reads(self) -> bool {
        matches!(self, Self::ReadWrite | Self::Read)
    }

    /// Whether control calls are allowed.
    pub(crate) fn writes(self) -> bool {
        self == Self::ReadWrite
    }
}

/// A made-up id and secret that the sandbox accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credentials {
    /// What it may do.
    pub scope: Scope,
    /// The id.
    pub client_id: String,
    /// The secret.
    pub client_secret: String,
}

/// All credentials: the main one and its lesser siblings, which belong to the same operator.
#[derive(Debug)]
pub(crate) struct Clients(Vec<Credentials>);

impl Clients {
    /// The credentials `options` ask for. The lesser ids are derived from the main one.
    pub(crate) fn of(options: &Options) -> Self {
        let main = options.client_id.as_deref().unwrap_or("cpms_sandbox");
        let derived = |label| format!("sec_{}", Random::new(options.seed, &[label]).hex(32));
        let one = |scope| match scope {
            Scope::ReadWrite => Credentials {
                scope,
                client_id: main.to_owned(),
                client_secret: options.client_secret.clone().unwrap_or_else(|| derived(0x5EC2)),
            },
            Scope::Read => Credentials {
                scope,
                client_id: format!("{main}_read"),
                client_secret: derived(0x5EC3),
            },
            Scope::None => Credentials {
                scope,
                client_id: format!("{main}_none"),
                client_secret: derived(0x5EC4),
            },
        };
        Self(Scope::ALL.map(one).to_vec())
    }

    /// The credential with exactly this scope.
    pub(crate) fn with(&self, scope: Scope) -> &Credentials {
        // One for each scope, in the order of `Scope::ALL`.
        &self.0[scope as usize]
    }

    /// The credential with this id.
    pub(crate) fn find(&self, client_id: &str) -> Option<&Credentials> {
        self.0.iter().find(|one| one.client_id == client_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scope_has_its_own_credential() {
        let clients = Clients::of(&Options {
            client_id: Some("mine".to_owned()),
            client_secret: Some("given".to_owned()),
            ..Options::default()
        });
        for scope in Scope::ALL {
            assert_eq!(clients.with(scope).scope, scope);
            assert_eq!(clients.find(&clients.with(scope).client_id), Some(clients.with(scope)));
        }
        assert_eq!(clients.with(Scope::ReadWrite).client_secret, "given");
        assert_eq!(clients.with(Scope::Read).client_id, "mine_read");
        assert!(clients.with(Scope::Read).client_secret.starts_with("sec_"));
    }
}
