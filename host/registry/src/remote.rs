use std::io::Read;
use std::sync::Arc;

use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy, http};

use crate::error::{Error, Kind, Result};
use crate::name::Url;
use crate::{Digest, Fetched, Limits};

/// How a server sees who asks.
const USER_AGENT: &str = concat!("ecli/", env!("CARGO_PKG_VERSION"));

/// Fetches a file, through the proxy that the environment names.
pub(crate) fn get(url: &Url, limits: &Limits) -> Result<Fetched> {
    get_through(Proxy::try_from_env(), url, limits)
}

fn get_through(proxy: Option<Proxy>, url: &Url, limits: &Limits) -> Result<Fetched> {
    let response = agent(proxy, url, limits)
        .get(url.as_str())
        .call()
        .map_err(|error| failed(url, error))?;
    check_status(url, response.status())?;
    let bytes = body(url, response.into_body(), limits)?;
    Ok(Fetched {
        digest: Some(Digest::of(&bytes)),
        bytes,
    })
}

fn agent(proxy: Option<Proxy>, url: &Url, limits: &Limits) -> Agent {
    // The machine's own certificates, not a list that ships with the program: behind a company's proxy only those are right,
    // and they are kept up to date by somebody.
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        // What the user asked to get over TLS is not to arrive without it, whatever a server redirects to.
        .https_only(url.is_https())
        .http_status_as_error(false)
        .max_redirects(limits.redirects)
        .timeout_connect(Some(limits.connect))
        .timeout_recv_response(Some(limits.silence))
        .timeout_per_read(Some(limits.silence))
        .timeout_global(Some(limits.total))
        .user_agent(USER_AGENT)
        .build()
        .into()
}

fn check_status(url: &Url, status: http::StatusCode) -> Result<()> {
    if status == http::StatusCode::OK {
        return Ok(());
    }
    let reason = status.canonical_reason().unwrap_or("a status of its own");
    let error = Error::new(
        Kind::Http(status.as_u16()),
        format!("{url}: the server answered {} ({reason})", status.as_u16()),
    );
    Err(match status.as_u16() {
        401 | 403 => {
            error.with_hint("it asks for a permission that was not given; download the file and give its path")
        }
        404 | 410 => error.with_hint("look at the address for a mistake: nothing is there"),
        429 | 500..=599 => error.with_hint("the server has a problem; try again later"),
        _ => error,
    })
}

/// Reads the body to its end. The length that the server announced only decides how early a refusal comes.
fn body(url: &Url, body: Body, limits: &Limits) -> Result<Vec<u8>> {
    if body.content_length().is_some_and(|length| length > limits.bytes) {
        return Err(Error::too_large(&url.to_string(), limits.bytes));
    }
    let mut bytes = Vec::new();
    body.into_reader()
        .take(limits.bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| failed(url, error.into()))?;
    if bytes.len() as u64 > limits.bytes {
        return Err(Error::too_large(&url.to_string(), limits.bytes));
    }
    Ok(bytes)
}

fn failed(url: &Url, error: ureq::Error) -> Error {
    // The client hides its own errors in I/O errors where a reader has to give one back.
    let error = match error {
        ureq::Error::Io(io) if io.get_ref().is_some_and(|inner| inner.is::<ureq::Error>()) => {
            match io.into_inner().map(|inner| inner.downcast::<ureq::Error>()) {
                Some(Ok(inner)) => *inner,
                Some(Err(inner)) => ureq::Error::Other(inner),
                None => ureq::Error::ConnectionFailed,
            }
        }
        other => other,
    };
    let network = |message: String| Error::new(Kind::Network, message);
    match error {
        ureq::Error::HostNotFound => network(format!("{url}: there is no host of that name"))
            .with_hint("look at the address for a mistake, and whether this machine has a network"),
        ureq::Error::TooManyRedirects => network(format!("{url}: redirected too often")),
        ureq::Error::RequireHttpsOnly(_) => network(format!("{url}: redirected from https to an address without it"))
            .with_hint("give the http:// address itself if that is what you want"),
        ureq::Error::Timeout(_) => network(format!("{url}: no answer in time"))
            .with_hint("behind a proxy, set HTTPS_PROXY; otherwise try again later"),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            Error::new(Kind::InvalidName, format!("{url}: this is not an address")).with_source(error)
        }
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => insecure(url, error),
        ureq::Error::Io(io) if io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => insecure(url, io),
        ureq::Error::Io(io) => network(format!("{url}: the connection failed"))
            .with_source(io)
            .with_hint("look at the address for a mistake; behind a proxy, set HTTPS_PROXY"),
        other => network(format!("{url}: the transfer failed")).with_source(other),
    }
}

fn insecure(url: &Url, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(Kind::Network, format!("{url}: no secure connection"))
        .with_source(error)
        .with_hint(
            "the certificates of this machine decide: install ca-certificates, or name a file of them in SSL_CERT_FILE",
        )
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;
