package com.telluspower.tellus

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.transform
import java.util.concurrent.atomic.AtomicBoolean
import com.telluspower.tellus.ffi.TellusClient as NativeClient

/**
 * A client of the platform: one for the whole app. All its calls share the token, the request limits and the
 * connections; it may be used from any number of coroutines and threads.
 *
 * Calls are main-safe and cancellable. They throw [TellusException].
 *
 * @param config the settings
 * @param credentials how to authenticate
 * @throws TellusException.InvalidRequest where a setting cannot work; nothing is sent before the first call
 */
public class TellusClient(
    config: TellusConfig,
    credentials: Credentials,
) : AutoCloseable {
    /** Where token providers run. They may block. */
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.IO)
    private val closed = AtomicBoolean()
    private val core: NativeClient =
        native {
            NativeThreads.prepare()
            when (credentials) {
                is Credentials.ClientSecret ->
                    NativeClient.withClientSecret(config.toNative(), credentials.id, credentials.secret)
                is Credentials.TokenProvider ->
                    NativeClient.withTokenProvider(
                        config.toNative(),
                        TokenProviderBridge(scope, credentials.accessToken),
                    )
            }
        }

    /** Gets a token if there is none, and so tells early whether the credentials and the address are right. */
    public suspend fun authenticate(): Unit = awaitNative { core.authenticate() }

    /**
     * All sites, or those with this [status]. Cold and lazy: each collection starts anew, and a page is fetched only
     * when its first site is wanted.
     *
     * @param pageSize number of sites in a page: 1 to 100
     */
    public fun sites(status: SiteStatus? = null, pageSize: Int = MAX_PAGE_SIZE): Flow<Site> =
        sitePages(status, pageSize).transform { page -> page.items.forEach { emit(it) } }

    /** Like [sites], page by page. */
    public fun sitePages(status: SiteStatus? = null, pageSize: Int = MAX_PAGE_SIZE): Flow<SitePage> =
        flow {
            val pages = native { core.sites(status?.toNative(), pageSize.toNative("pageSize")) }
            try {
                while (true) {
                    val page = awaitNative { pages.nextPage() } ?: break
                    emit(page.toPublic())
                }
            } finally {
                pages.destroy()
            }
        }

    /** The charger with this id, with its connectors, as it is now. */
    public suspend fun device(deviceId: String): Device = awaitNative { core.device(deviceId).toPublic() }

    /**
     * Chargers that are known to exist: those in [TellusConfig.devices], and those that occur in charging records. The
     * platform has no call that lists them, so a charger that never charged anybody is not found.
     */
    public suspend fun knownDevices(): List<KnownDevice> =
        awaitNative { core.knownDevices().map { it.toPublic() } }

    /**
     * Any authenticated call, also of an endpoint that the SDK does not know yet. `GET` may be repeated; every other
     * method counts as a command and is never repeated on doubt.
     *
     * @param method the HTTP method
     * @param path what comes behind `/v1`, e.g. `/operator/sites`
     * @param query the query's parameters
     * @param bodyJson the body as a JSON text
     * @return the payload (the envelope's `data`) as a JSON text
     */
    public suspend fun request(
        method: String,
        path: String,
        query: Map<String, String> = emptyMap(),
        bodyJson: String? = null,
    ): String = awaitNative { core.request(method, path, query, bodyJson) }

    /**
     * Live telemetry of these chargers, frame by frame. See [telemetryBatches], which is quicker for many chargers.
     */
    public fun telemetry(devices: Collection<String>): Flow<TelemetryFrame> =
        telemetryBatches(devices).transform { batch -> batch.frames.forEach { emit(it) } }

    /**
     * Live telemetry of these chargers in batches: whatever arrived while the collector was busy, and at once when it
     * is free.
     *
     * Cold: each collection opens a connection of its own, and closes it when the collector leaves or its coroutine is
     * cancelled. A lost connection comes back by itself; the events in the batches tell. The flow ends when the client
     * is closed. When trying again cannot help it throws the [TellusException] that says why.
     */
    public fun telemetryBatches(devices: Collection<String>): Flow<TelemetryBatch> {
        val ids = devices.toList()
        return flow {
            val stream = native { core.telemetry(ids) }
            try {
                while (true) {
                    val batch = awaitNative { stream.nextBatch(BATCH_ROWS, null)?.toPublic() } ?: break
                    emit(batch)
                }
            } finally {
                stream.cancel()
                stream.destroy()
            }
        }
    }

    /** Delivers the live telemetry of these chargers to a [listener] until the subscription or the client is closed. */
    public fun subscribe(devices: Collection<String>, listener: TelemetryListener): TelemetrySubscription {
        val bridge = ListenerBridge(listener)
        val subscription = TelemetrySubscription(native { core.subscribe(devices.toList(), bridge) }, this)
        bridge.holds = subscription
        return subscription
    }

    /**
     * Ends everything that this client has under way: calls and token providers stop, streams end. Commands that were
     * already sent run to their answer. Returns at once; may be called more than once and from anywhere.
     */
    override fun close() {
        if (closed.getAndSet(true)) return
        native { core.shutdown() }
        scope.cancel()
        core.destroy()
    }

    public companion object {
        private const val MAX_PAGE_SIZE = 100

        /** Most connector readings in a batch. */
        private const val BATCH_ROWS = 4096u

        /**
         * A client for the credentials in `TELLUS_CLIENT_ID` and `TELLUS_CLIENT_SECRET`, with the settings of
         * [TellusConfig.fromEnvironment].
         *
         * @throws TellusException.InvalidRequest where something is missing
         */
        public fun fromEnvironment(): TellusClient =
            TellusClient(TellusConfig.fromEnvironment(), credentialsFromEnvironment(System::getenv))
    }
}
