// swift-tools-version: 6.0
import Foundation
import PackageDescription

// Generated/ is made by .ci/generate: the C header and static library of the Rust core, and the Swift bindings over them.
//
// TELLUS_XCFRAMEWORK says that the core comes as TellusFFI.xcframework instead, which `xcframework.sh` makes: its value is the
// path of the framework, from here on, or the address of its zip, with TELLUS_XCFRAMEWORK_CHECKSUM beside it.
let environment = ProcessInfo.processInfo.environment
let core: Target =
    if let place = environment["TELLUS_XCFRAMEWORK"], place.hasPrefix("https://") {
        .binaryTarget(name: "TellusFFI", url: place, checksum: environment["TELLUS_XCFRAMEWORK_CHECKSUM"] ?? "")
    } else if let place = environment["TELLUS_XCFRAMEWORK"] {
        .binaryTarget(name: "TellusFFI", path: place)
    } else {
        .target(
            name: "TellusFFI",
            path: "Generated/TellusFFI",
            linkerSettings: [
                .linkedLibrary("tellus_ffi"),
                .linkedLibrary("m", .when(platforms: [.linux])),
                .linkedLibrary("dl", .when(platforms: [.linux])),
            ]
        )
    }

let package = Package(
    name: "Tellus",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [
        .library(name: "Tellus", targets: ["Tellus"])
    ],
    targets: [
        core,
        // The generated code does not meet the concurrency checks of Swift 6; the hand-written module above it does.
        .target(
            name: "TellusBindings",
            dependencies: ["TellusFFI"],
            path: "Generated/TellusBindings",
            swiftSettings: [.swiftLanguageMode(.v5)],
            linkerSettings: [
                .linkedFramework("Security", .when(platforms: [.iOS, .macOS])),
                .linkedFramework("CoreFoundation", .when(platforms: [.iOS, .macOS])),
            ]
        ),
        .target(name: "Tellus", dependencies: ["TellusBindings"]),
        .testTarget(name: "TellusTests", dependencies: ["Tellus", "TellusBindings"]),
    ],
    swiftLanguageModes: [.v6]
)
