// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "pulse",
    platforms: [.macOS(.v14)],
    products: [
        .executable(name: "pulse", targets: ["pulse"]),
        .library(name: "PulseSearch", targets: ["PulseSearch", "Generators", "Imaging", "Files"]),
        .library(name: "FaceAlignment", targets: ["FaceAlignment", "Imaging"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-crypto", "3.0.0"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-system", "1.4.0"..<"1.9.0"),
    ],
    targets: [
        // The command line. Dependencies point down only, in the order of this list.
        .executableTarget(
            name: "pulse",
            dependencies: [
                "PulseSearch", "FaceAlignment", "Generators", "Files",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["README.md"]),

        .target(
            name: "PulseSearch",
            dependencies: ["Generators", "Imaging", "Checkpoints", "TensorEngine", "Files"],
            exclude: ["README.md"]),
        .target(
            name: "FaceAlignment", dependencies: ["Imaging", "CVips", "CDlib", "Files"],
            exclude: ["README.md"]),
        .target(
            name: "Generators",
            dependencies: ["Checkpoints", "TensorEngine", "CKernels", "Clapacke", "Files"],
            exclude: ["README.md"]),
        .target(name: "Imaging", dependencies: ["TensorEngine", "CVips", "Files"], exclude: ["README.md"]),
        .target(
            name: "Checkpoints",
            dependencies: [
                "TensorEngine", "Files", "Clibzip", .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["README.md"]),
        .target(name: "TensorEngine", dependencies: ["CKernels"], exclude: ["README.md"]),

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
            dependencies: ["PulseSearch", "Generators", "Imaging", "TensorEngine"],
            path: "Benchmarks/PulseBench"),

        // For tests only.
        .target(
            name: "ReferenceOps", dependencies: ["TensorEngine", "Generators"],
            path: "Tests/ReferenceOps", exclude: ["README.md"]),
        .target(
            name: "TestSupport", dependencies: ["TensorEngine", "Checkpoints", "Imaging"],
            path: "Tests/TestSupport", exclude: ["README.md"]),
        .executableTarget(
            name: "CheckpointProbe", dependencies: ["Checkpoints", "TestSupport"],
            path: "Tests/CheckpointProbe"),
        .testTarget(
            name: "TensorEngineTests",
            dependencies: ["TensorEngine", "CKernels", "ReferenceOps", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
        .testTarget(
            name: "CheckpointsTests", dependencies: ["Checkpoints", "CheckpointProbe", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "ImagingTests", dependencies: ["Imaging", "TestSupport"],
            exclude: ["Fixtures", "Goldens"]),
        .testTarget(
            name: "GeneratorsTests", dependencies: ["Generators", "ReferenceOps", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "FaceAlignmentTests", dependencies: ["FaceAlignment", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "PulseSearchTests", dependencies: ["PulseSearch", "Files", "ReferenceOps", "TestSupport"],
            exclude: ["Goldens"]),
        .testTarget(
            name: "PulseCommandTests", dependencies: ["pulse", "PulseSearch", "Files", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11,
    cxxLanguageStandard: .cxx17
)
