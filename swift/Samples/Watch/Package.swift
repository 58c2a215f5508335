// swift-tools-version: 6.0
import PackageDescription

// A package of its own, as an installer's tool would be: it knows the library by its public face alone.
let package = Package(
    name: "Watch",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../..")],
    targets: [
        .executableTarget(name: "watch", dependencies: [.product(name: "Tellus", package: "swift")])
    ],
    swiftLanguageModes: [.v6]
)
