package com.telluspower.tellus

import java.time.Instant

/** A place with chargers. */
public data class Site(
    /** The platform's identifier; opaque. */
    val siteId: String,
    /** The name people use. */
    val name: String,
    /** Postal address. */
    val address: String? = null,
    /** Where it is. */
    val location: Location? = null,
    /** Number of connectors at the site. */
    val totalConnectors: Int? = null,
    /** Number of connectors by state, under the platform's own texts. The sum need not be [totalConnectors]. */
    val statusSummary: Map<String, Int>? = null,
    /** Total installed power in kW. */
    val powerCapacity: Double? = null,
    /** When the site was created. */
    val createdAt: Instant? = null,
)

/** A point on the map. */
public data class Location(
    /** Latitude in degrees, north positive. */
    val lat: Double,
    /** Longitude in degrees, east positive. */
    val lng: Double,
)

/** The filter of the site list. */
public enum class SiteStatus {
    /** Sites in operation. */
    Active,

    /** Sites out of operation. */
    Inactive,
}

/** One page of the site list. */
public data class SitePage(
    /** The sites of this page. */
    val items: List<Site>,
    /** Number of sites in the whole list, at the time of this reply. */
    val total: Long? = null,
)
