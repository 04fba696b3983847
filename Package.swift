// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "pulse",
    platforms: [.macOS(.v14)],
    products: [
        .executable(name: "pulse", targets: ["pulse"]),
        // Every target whose types a library's public interface names, so that all of them can be imported.
        .library(
            name: "Pulse",
            targets: [
                "Jobs", "Search", "Models", "Generators", "Imaging", "Degradation", "Checkpoints", "Tensors",
                "Folders", "Files",
            ]),
        .library(
            name: "FaceAlignment", targets: ["FaceAlignment", "Imaging", "Degradation", "Tensors", "Files"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-crypto", "3.0.0"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-system", "1.4.0"..<"1.9.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.81.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
    ],
    targets: [
        // The command line. Dependencies point down only, in the order of this list.
        .executableTarget(
            name: "pulse",
            dependencies: [
                "PulseServer", "Restoration", "Jobs", "Search", "FaceAlignment", "Models", "Generators",
                "Folders", "Imaging", "Degradation", "Checkpoints", "Engine", "Tensors", "Files",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["README.md"]),

        .target(
            name: "PulseServer",
            dependencies: [
                "CPage", "CFiles", "Restoration", "Jobs", "Search", "FaceAlignment", "Models", "Folders",
                "Imaging",
                "Degradation", "Files", "Clibzip",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["README.md", "Page"]),
        .target(
            name: "Restoration",
            dependencies: [
                "Jobs", "Search", "FaceAlignment", "Models", "Generators", "Folders", "Imaging",
                "Degradation",
                "Tensors",
                "Files",
            ],
            exclude: ["README.md"]),
        .target(
            name: "Jobs",
            dependencies: [
                "Search", "Models", "Generators", "Imaging", "Folders", "Degradation", "Tensors", "Files",
            ],
            exclude: ["README.md"]),
        .target(
            name: "Search",
            dependencies: ["Generators", "Imaging", "Degradation", "Engine", "Tensors"],
            exclude: ["README.md"]),
        .target(
            name: "FaceAlignment", dependencies: ["Imaging", "Degradation", "CVips", "CDlib", "Files"],
            exclude: ["README.md"]),
        .target(
            name: "Models",
            dependencies: ["Generators", "Checkpoints", "Engine", "Tensors", "Files", "Clapacke"],
            exclude: ["README.md"]),
        .target(
            name: "Generators",
            dependencies: ["Checkpoints", "Engine", "Tensors", "Files", "CKernels", "Clapacke"],
            exclude: ["README.md"]),
        .target(
            name: "Folders",
            dependencies: ["Imaging", "Files", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["README.md"]),
        .target(
            name: "Imaging", dependencies: ["Degradation", "Tensors", "CVips", "Files"],
            exclude: ["README.md"]),
        .target(name: "Degradation", dependencies: ["Tensors"], exclude: ["README.md"]),
        .target(
            name: "Checkpoints",
            dependencies: [
                "Tensors", "Files", "Clibzip", .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["README.md"]),
        .target(name: "Engine", dependencies: ["Tensors", "CKernels"], exclude: ["README.md"]),
        .target(name: "Tensors", exclude: ["README.md"]),
        .target(
            name: "Files",
            dependencies: [
                "CFiles", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["README.md"]),

        // C and C++: our kernels, and thin shims over libvips and dlib.
        .target(name: "CKernels", exclude: ["README.md"], linkerSettings: [.linkedLibrary("m")]),
        .target(name: "CFiles"),
        .target(name: "CPage"),
        .target(name: "CVips", dependencies: ["Clibvips"], exclude: ["README.md"]),
        .target(
            name: "CDlib", dependencies: ["Cdlib"], exclude: ["README.md"],
            linkerSettings: [
                .linkedLibrary("dlib"), .linkedLibrary("lapack"), .linkedLibrary("blas"),
                .linkedLibrary("m"), .linkedLibrary("stdc++"),
            ]),

        // System libraries, found by pkg-config.
        .systemLibrary(
            name: "Clibvips", path: "Sources/System/Clibvips", pkgConfig: "vips",
            providers: [.apt(["libvips-dev"]), .brew(["vips"])]),
        .systemLibrary(
            name: "Cdlib", path: "Sources/System/Cdlib", pkgConfig: "dlib-1",
            providers: [.apt(["libdlib-dev"]), .brew(["dlib"])]),
        .systemLibrary(
            name: "Clibzip", path: "Sources/System/Clibzip", pkgConfig: "libzip",
            providers: [.apt(["libzip-dev"]), .brew(["libzip"])]),
        .systemLibrary(
            name: "Clapacke", path: "Sources/System/Clapacke", pkgConfig: "lapacke",
            providers: [.apt(["liblapacke-dev"]), .brew(["lapack"])]),

        // For `make bench` only; not a product.
        .executableTarget(
            name: "PulseBench",
            dependencies: ["Search", "Models", "Generators", "Imaging", "Degradation", "Engine", "Tensors"],
            path: "Benchmarks/PulseBench"),

        // For tests only.
        .target(
            name: "ReferenceOps", dependencies: ["Tensors", "Engine", "Generators"],
            path: "Tests/ReferenceOps", exclude: ["README.md"]),
        .target(
            name: "TestSupport", dependencies: ["CKernels", "Engine", "Tensors", "Checkpoints", "Imaging"],
            path: "Tests/TestSupport", exclude: ["README.md"]),
        .executableTarget(
            name: "CheckpointProbe", dependencies: ["Checkpoints", "TestSupport"],
            path: "Tests/CheckpointProbe"),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
        .testTarget(
            name: "TensorsTests", dependencies: ["Tensors", "TestSupport"], exclude: ["Goldens"]),
        .testTarget(
            name: "EngineTests",
            dependencies: ["Engine", "Tensors", "CKernels", "ReferenceOps", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "CheckpointsTests",
            dependencies: ["Checkpoints", "CheckpointProbe", "Files", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "DegradationTests", dependencies: ["Degradation", "Tensors", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "ImagingTests", dependencies: ["Imaging", "Degradation", "Tensors", "TestSupport"],
            exclude: ["Fixtures", "Goldens"]),
        .testTarget(name: "FoldersTests", dependencies: ["Folders", "Imaging", "Files", "TestSupport"]),
        .testTarget(
            name: "GeneratorsTests",
            dependencies: ["Generators", "Checkpoints", "Engine", "Tensors", "ReferenceOps", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "ModelsTests",
            dependencies: [
                "Models", "Generators", "Checkpoints", "Engine", "Tensors", "Files", "TestSupport",
            ],
            exclude: ["Goldens"]),
        .testTarget(
            name: "FaceAlignmentTests",
            dependencies: ["FaceAlignment", "Imaging", "Degradation", "Tensors", "Files", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "SearchTests",
            dependencies: ["Search", "Models", "Generators", "Tensors", "ReferenceOps", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "JobsTests",
            dependencies: [
                "Jobs", "Search", "Models", "Folders", "Imaging", "Degradation", "Tensors", "Files",
                "TestSupport",
            ]),
        .testTarget(
            name: "RestorationTests",
            dependencies: ["Restoration", "FaceAlignment", "Imaging", "Tensors", "TestSupport"]),
        .testTarget(
            name: "PulseServerTests",
            dependencies: [
                "PulseServer", "Jobs", "Search", "Files", "TestSupport",
                .product(name: "Hummingbird", package: "hummingbird"),
            ]),
        .testTarget(
            name: "PulseCommandTests",
            dependencies: [
                "pulse", "Jobs", "Search", "FaceAlignment", "Models", "Generators", "Folders", "Imaging",
                "Checkpoints", "Engine", "Tensors", "Files", "TestSupport",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11,
    cxxLanguageStandard: .cxx17
)
