//! The client.

use std::{collections::HashMap, sync::Arc};

use tellus_core::{
    self as core, KnownDevice,
    model::{Device, Site, SiteStatus},
};
use tokio::sync::Mutex;

use crate::{
    cancel::{Cancellation, unless},
    config::ClientConfig,
    error::TellusError,
    models::SitePage,
    provider::{Provider, TokenProvider},
    store::{Store, TokenStore},
    stream::{Listener, TelemetryDelivery, TelemetryListener, TelemetrySubscription},
};

/// A client of the platform.
#[derive(Debug, uniffi::Object)]
pub struct TellusClient(pub(crate) core::Client);

#[uniffi::export]
impl TellusClient {
    /// A client that holds the `client_secret`: for servers, never in an app.
    #[uniffi::constructor]
    pub fn with_client_secret(
        config: ClientConfig,
        client_id: String,
        client_secret: String,
        store: Option<Arc<dyn TokenStore>>,
    ) -> Result<Arc<Self>, TellusError> {
        connect(
            config,
            core::Credentials::client_secret(client_id, client_secret),
            store,
        )
    }

    /// A client that gets its tokens from the app's own backend.
    #[uniffi::constructor]
    pub fn with_token_provider(
        config: ClientConfig,
        provider: Arc<dyn TokenProvider>,
        store: Option<Arc<dyn TokenStore>>,
    ) -> Result<Arc<Self>, TellusError> {
        connect(config, core::Credentials::provider(Provider(provider)), store)
    }

    /// A client with one access token that nobody renews: for tests and short tools.
    #[uniffi::constructor]
    pub fn with_access_token(config: ClientConfig, access_token: String) -> Result<Arc<Self>, TellusError> {
        connect(config, core::Credentials::token(access_token), None)
    }

    /// Gets a token if there is none.
    pub async fn authenticate(&self) -> Result<(), TellusError> {
        Ok(self.0.authenticate().await?)
    }

    /// The sites, page by page.
    pub fn sites(&self, status: Option<SiteStatus>, page_size: u32) -> Result<Arc<SitePages>, TellusError> {
        let pages = self.0.sites(status).page_size(page_size)?;
        Ok(Arc::new(SitePages(Mutex::new(pages))))
    }

    /// A charger, as it is now.
    #[uniffi::method(default(cancel = None))]
    pub async fn device(&self, device_id: String, cancel: Option<Arc<Cancellation>>) -> Result<Device, TellusError> {
        unless(cancel, self.0.device(&device_id)).await
    }

    /// Chargers that are known to exist.
    #[uniffi::method(default(cancel = None))]
    pub async fn known_devices(&self, cancel: Option<Arc<Cancellation>>) -> Result<Vec<KnownDevice>, TellusError> {
        unless(cancel, self.0.known_devices()).await
    }

    /// Any authenticated call; the body and the answer are JSON texts. Only a `GET` can be cancelled.
    #[uniffi::method(default(cancel = None))]
    pub async fn request(
        &self,
        method: String,
        path: String,
        query: HashMap<String, String>,
        body_json: Option<String>,
        cancel: Option<Arc<Cancellation>>,
    ) -> Result<String, TellusError> {
        let cancel = cancel.filter(|_| method.eq_ignore_ascii_case("GET"));
        let mut request = core::Request::new(&method, &path)?;
        for (name, value) in query {
            request = request.query(&name, value);
        }
        if let Some(text) = body_json {
            request = request.json(&text)?;
        }
        Ok(unless(cancel, self.0.request(request)).await?.to_string())
    }

    /// Live telemetry to pull from.
    pub fn telemetry(&self, devices: Vec<String>) -> Result<Arc<TelemetrySubscription>, TellusError> {
        Ok(Arc::new(TelemetrySubscription(self.0.telemetry(devices)?)))
    }

    /// Live telemetry, delivered to a listener.
    pub fn subscribe(
        &self,
        devices: Vec<String>,
        listener: Arc<dyn TelemetryListener>,
    ) -> Result<Arc<TelemetryDelivery>, TellusError> {
        let handle = self.0.subscribe(devices, Arc::new(Listener::new(listener)))?;
        Ok(Arc::new(TelemetryDelivery(handle)))
    }

    /// Ends everything that this client has under way. May be called more than once. Not called `close`, which the
    /// generated Kotlin has already.
    pub fn shutdown(&self) -> Result<(), TellusError> {
        self.0.close();
        Ok(())
    }
}

/// A client with these credentials, whose token is kept in the store if there is one.
fn connect(
    config: ClientConfig,
    credentials: core::Credentials,
    store: Option<Arc<dyn TokenStore>>,
) -> Result<Arc<TellusClient>, TellusError> {
    let credentials = match store {
        Some(store) => credentials.stored_in(Store(store)),
        None => credentials,
    };
    Ok(Arc::new(TellusClient(core::Client::new(
        config.try_into()?,
        credentials,
    )?)))
}

/// The sites, page by page.
#[derive(Debug, uniffi::Object)]
pub struct SitePages(Mutex<core::Pages<Site>>);

#[uniffi::export]
impl SitePages {
    /// The next page; none after the last one.
    #[uniffi::method(default(cancel = None))]
    pub async fn next_page(&self, cancel: Option<Arc<Cancellation>>) -> Result<Option<SitePage>, TellusError> {
        let page = unless(cancel, async { self.0.lock().await.next_page().await }).await?;
        Ok(page.map(Into::into))
    }
}
