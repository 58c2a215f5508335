// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "TellusBench",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../../../../swift")],
    targets: [
        .executableTarget(name: "contender", dependencies: [.product(name: "Tellus", package: "swift")])
    ],
    swiftLanguageModes: [.v6]
)
