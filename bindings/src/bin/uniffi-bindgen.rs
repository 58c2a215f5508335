//! Runs the UniFFI code generator of the exact version that the library was built with.
fn main() {
    uniffi::uniffi_bindgen_main();
}
