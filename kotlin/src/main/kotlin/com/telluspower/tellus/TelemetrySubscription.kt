package com.telluspower.tellus

import com.telluspower.tellus.ffi.TelemetryDelivery as NativeDelivery

/**
 * A running delivery to a [TelemetryListener]. It goes on until it, or its client, is closed; nobody needs to hold it
 * for that. [close] lets a batch that is being delivered be finished; the listener's last call is
 * [StreamStatus.Closed].
 */
public class TelemetrySubscription internal constructor(
    handle: StreamHandle,
    /** Held, since the delivery ends with it. */
    @Suppress("unused") private val core: NativeDelivery,
    /** Held, since a client that nobody holds is closed by the garbage collector, and its streams with it. */
    @Suppress("unused") private val client: TellusClient,
) : TelemetryControl by handle
