//! Nothing: see the benches beside this file.
