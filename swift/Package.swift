// swift-tools-version: 6.0
import PackageDescription

// Generated/ is made by .ci/generate: the C header and static library of the Rust core, and the Swift bindings over them.
let package = Package(
    name: "Tellus",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [
        .library(name: "Tellus", targets: ["Tellus"])
    ],
    targets: [
        .target(
            name: "TellusFFI",
            path: "Generated/TellusFFI",
            linkerSettings: [
                .linkedLibrary("tellus_ffi"),
                .linkedLibrary("m", .when(platforms: [.linux])),
                .linkedLibrary("dl", .when(platforms: [.linux])),
                .linkedFramework("Security", .when(platforms: [.iOS, .macOS])),
                .linkedFramework("CoreFoundation", .when(platforms: [.iOS, .macOS])),
            ]
        ),
        // The generated code does not meet the concurrency checks of Swift 6; the hand-written module above it does.
        .target(
            name: "TellusBindings",
            dependencies: ["TellusFFI"],
            path: "Generated/TellusBindings",
            swiftSettings: [.swiftLanguageMode(.v5)]
        ),
        .target(name: "Tellus", dependencies: ["TellusBindings"]),
        .testTarget(name: "TellusTests", dependencies: ["Tellus", "TellusBindings"]),
    ],
    swiftLanguageModes: [.v6]
)
