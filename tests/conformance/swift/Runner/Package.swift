// swift-tools-version: 6.0
import PackageDescription

// A package of its own, as a user's is: it knows the library by its public face, and the test clock.
let package = Package(
    name: "Conformance",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../../../../swift")],
    targets: [
        .executableTarget(name: "conformance", dependencies: [.product(name: "Tellus", package: "swift")])
    ],
    swiftLanguageModes: [.v6]
)
