//! How requests are signed. Names and defaults: `tellus/signing.py`.

use pyo3::prelude::*;
use tellus_core::{Error, HmacSigner, Result, SignatureEncoding};

use crate::error::OrRaise;

/// Reads a `tellus.HmacSigning`.
pub(crate) fn read(value: &Bound<'_, PyAny>) -> PyResult<HmacSigner> {
    let py = value.py();
    let text = |name: &str| -> PyResult<String> { value.getattr(name)?.extract() };
    let mut signer = HmacSigner::new(text("secret")?);
    signer.encoding = encoding(&text("encoding")?).or_raise(py)?;
    signer.separator = text("separator")?;
    signer.with_query = value.getattr("with_query")?.extract()?;
    for (name, header) in [
        ("signature_header", &mut signer.signature_header),
        ("timestamp_header", &mut signer.timestamp_header),
    ] {
        *header = text(name)?
            .parse()
            .map_err(|_| Error::invalid(name, "is not the name of a header"))
            .or_raise(py)?;
    }
    Ok(signer)
}

fn encoding(text: &str) -> Result<SignatureEncoding> {
    match text {
        "hex" => Ok(SignatureEncoding::Hex),
        "base64" => Ok(SignatureEncoding::Base64),
        other => Err(Error::invalid(
            "encoding",
            format_args!("must be hex or base64, not {other:?}"),
        )),
    }
}
