package com.telluspower.tellus

import com.telluspower.tellus.ffi.sdkVersion

/** What this build of the SDK says about itself. */
public object Tellus {
    /** The version of the SDK. */
    public val version: String
        get() = sdkVersion()
}
