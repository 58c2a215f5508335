package com.telluspower.tellus

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.transform
import java.time.Instant
import java.util.concurrent.atomic.AtomicBoolean
import com.telluspower.tellus.ffi.ChargingRecordQuery
import com.telluspower.tellus.ffi.EnergyQuery
import com.telluspower.tellus.ffi.ClientConfig as NativeConfig
import com.telluspower.tellus.ffi.TellusClient as NativeClient

/**
 * A client of the platform: one for the whole app. All its calls share the token, the request limits and the
 * connections; it may be used from any number of coroutines and threads.
 *
 * Calls are main-safe and cancellable. They throw [TellusException].
 *
 * Commands: see [ChargerCommands].
 */
public class TellusClient private constructor(
    private val core: NativeClient,
    /** Where token providers run. They may block. */
    private val scope: CoroutineScope,
) : ChargerCommands by CommandCalls(core),
    AutoCloseable {
    private val closed = AtomicBoolean()
    private val streams = OpenStreams()

    /**
     * @param config the settings
     * @param credentials how to authenticate
     * @throws TellusException.InvalidRequest where a setting cannot work; nothing is sent before the first call
     */
    public constructor(config: TellusConfig, credentials: Credentials) :
        this(credentials, config.toNative(), CoroutineScope(SupervisorJob() + Dispatchers.IO))

    /** Like the other, on a clock of the test's. */
    @TellusTesting
    public constructor(config: TellusConfig, credentials: Credentials, clock: TestClock) :
        this(credentials, config.toNative(clock.core), CoroutineScope(SupervisorJob() + Dispatchers.IO))

    private constructor(credentials: Credentials, config: NativeConfig, scope: CoroutineScope) :
        this(native { credentials.open(config, scope) }, scope)

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
        drain({ core.sites(status?.toNative(), pageSize.toNative("page_size")) }) { nextPage()?.toPublic() }

    /** The charger with this id, with its connectors, as it is now. */
    public suspend fun device(deviceId: String): Device = awaitNative { core.device(deviceId).toPublic() }

    /**
     * Chargers that are known to exist: those in [TellusConfig.devices], and those that occur in charging records. The
     * platform has no call that lists them, so a charger that never charged anybody is not found.
     */
    public suspend fun knownDevices(): List<KnownDevice> =
        awaitNative { core.knownDevices().map { it.toPublic() } }

    /**
     * Charging records, all or only those of one charger, connector or time. Cold and lazy, like [sites]. Whether the
     * bounds are inclusive, and whether they look at a session's start or at any overlap, is not specified.
     *
     * @param pageSize number of records in a page: 1 to 100
     */
    public fun chargingRecords(
        deviceId: String? = null,
        connectorId: Int? = null,
        start: Instant? = null,
        end: Instant? = null,
        pageSize: Int = MAX_PAGE_SIZE,
    ): Flow<ChargingRecord> =
        chargingRecordPages(deviceId, connectorId, start, end, pageSize)
            .transform { page -> page.items.forEach { emit(it) } }

    /** Like [chargingRecords], page by page. */
    public fun chargingRecordPages(
        deviceId: String? = null,
        connectorId: Int? = null,
        start: Instant? = null,
        end: Instant? = null,
        pageSize: Int = MAX_PAGE_SIZE,
    ): Flow<ChargingRecordPage> =
        drain({
            val number = connectorId?.toNative("connector_id")
            val query = ChargingRecordQuery(deviceId, number, start?.toNative("start"), end?.toNative("end"))
            core.chargingRecords(query, pageSize.toNative("page_size"))
        }) { nextPage()?.toPublic() }

    /** Energy into and out of vehicles over time, at these sites or, if none is named, at all of them. */
    public suspend fun energy(
        granularity: Granularity,
        start: Instant,
        end: Instant,
        siteIds: Collection<String> = emptyList(),
    ): EnergySeries =
        awaitNative {
            val span = start.toNative("start") to end.toNative("end")
            core.energy(EnergyQuery(granularity.toNative(), span.first, span.second, siteIds.toList())).toPublic()
        }

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
            val stream = stream(ids)
            try {
                emitAll(stream.batches)
            } finally {
                streams.remove(stream.handle)
                stream.release()
            }
        }
    }

    /**
     * Opens a stream with the live telemetry of these chargers, to collect from and to control meanwhile: add and
     * remove chargers, pause, read the gaps. Returns at once. Close it at the end.
     */
    public fun stream(devices: Collection<String>): TelemetryStream {
        val core = native { core.telemetry(devices.toList()) }
        val handle = StreamHandle(native { core.control() })
        streams.add(handle)
        return TelemetryStream(core, handle, this)
    }

    /** Delivers the live telemetry of these chargers to a [listener] until the subscription or the client is closed. */
    public fun subscribe(devices: Collection<String>, listener: TelemetryListener): TelemetrySubscription {
        val bridge = ListenerBridge(listener)
        val delivery = native { core.subscribe(devices.toList(), bridge) }
        val handle = StreamHandle(native { delivery.control() })
        streams.add(handle)
        val subscription = TelemetrySubscription(handle, delivery, this)
        bridge.holds = subscription
        return subscription
    }

    /**
     * Tells whether the app is looked at. In the background, streams close their connections, also those that are
     * opened meanwhile; in the foreground they open them again, save for those that were paused by themselves. The
     * time between is a gap with the cause [GapCause.Paused]. Calls are not concerned. Returns at once.
     */
    public fun setForeground(foreground: Boolean): Unit = streams.setForeground(foreground)

    /**
     * Tells all streams that the network is another one, e.g. cellular after Wi-Fi: they open their connections anew,
     * since what stands may be dead, and cut waits short. Returns at once.
     */
    public fun networkChanged(): Unit = streams.networkChanged()

    /** How many calls of this class may go out now without waiting, by the SDK's own count. */
    public fun quotaLeft(quota: QuotaClass = QuotaClass.Query): Int =
        native { core.quotaLeft(quota.toNative()) }.toInt()

    /** What this client has counted so far about its calls. */
    public fun stats(): ClientStats = native { core.stats() }.toPublic()

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
