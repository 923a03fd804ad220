// swift-tools-version: 6.2
// The rooms and what each may know. dev/check-rooms.sh fails the build when an import disagrees.
import PackageDescription

// MAYFLY_FUZZ=1 makes every room report its coverage to the fuzzer, optimised, because a fuzzer is
// as good as it is fast; and adds the program that fuzzes (dev/fuzz.sh).
let fuzzes = Context.environment["MAYFLY_FUZZ"] != nil
let instrumented: [SwiftSetting] =
    fuzzes ? [.unsafeFlags(["-sanitize=fuzzer", "-O"])] : []
let instrumentedC: [CSetting] = fuzzes ? [.unsafeFlags(["-fsanitize=fuzzer-no-link"])] : []

let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
        // Deliberate faults that the rigs must catch; a release build does not contain them.
        .define("MAYFLY_FAULTS", .when(configuration: .debug)),
    ] + instrumented

func room(
    _ name: String, _ dependencies: [Target.Dependency] = [], extra: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + extra)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    // Only tests link a program: to the fuzzer the daemon is a library without its entry.
    fuzzes && name == "mayflyd"
        ? .target(
            name: name, dependencies: dependencies, exclude: ["Main.swift"], swiftSettings: strict)
        : .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let arguments: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")

let package = Package(
    name: "mayfly",
    products: [
        .library(name: "MayflyClient", targets: ["MayflyClient"]),
        .executable(name: "mayflyd", targets: ["mayflyd"]),
        .executable(name: "mayfly", targets: ["mayfly"]),
        .executable(name: "mayfly-load", targets: ["mayfly-load"]),
        .executable(name: "mayfly-race", targets: ["mayfly-race"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // The C boundary: generated code, module maps, one shim.
        .target(
            name: "CMayflyProto", cSettings: instrumentedC,
            linkerSettings: [.linkedLibrary("protobuf-c")]),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CSeccomp"),
        .target(name: "CLinux"),

        // The rooms.
        room("MayflyWire", ["CMayflyProto"]),
        room("MayflyCrypto", ["CSodium"]),
        room("MayflyCore"),
        room("MayflyStore", ["MayflyCore", "MayflyCrypto", "CSQLite", "CLinux"]),
        room(
            "MayflyServer",
            ["MayflyCore", "MayflyCrypto", "MayflyStore", "MayflyWire", "CLinux", logging]),
        room("MayflyClient", ["MayflyWire", "MayflyCrypto", "CLinux"]),

        // Thin: arguments, wiring, run.
        program(
            "mayflyd",
            [
                "MayflyServer", "MayflyStore", "MayflyCore", "MayflyCrypto", "CLinux", "CSeccomp",
                arguments, logging, toml,
            ]),
        program("mayfly", ["MayflyClient", "MayflyStore", "MayflyCrypto", "CLinux", arguments]),
        program(
            "mayfly-load",
            ["MayflyClient", "MayflyWire", "MayflyCrypto", "CLinux", arguments, histogram]),

        // A rig that is a program: the tests run it for seconds, a soak for hours.
        .executableTarget(
            name: "mayfly-race",
            dependencies: ["MayflyWire", "MayflyCrypto", "CLinux", arguments],
            path: "Tests/mayfly-race", swiftSettings: strict),

        // Children that posix_spawn cannot make.
        .target(name: "CTestProcesses", path: "Tests/CTestProcesses"),

        // The tree of Tests mirrors Sources.
        tests("MayflyWireTests", ["MayflyWire"]),
        tests("MayflyCryptoTests", ["MayflyCrypto"]),
        tests("MayflyCoreTests", ["MayflyCore"]),
        tests("MayflyStoreTests", ["MayflyStore", "MayflyCore", "MayflyCrypto"]),
        tests(
            "MayflyServerTests",
            [
                "MayflyServer", "MayflyStore", "MayflyWire", "MayflyCore", "MayflyCrypto", "CLinux",
                "CTestProcesses", logging,
            ]),
        tests(
            "mayflydTests", ["mayflyd", "MayflyServer", "MayflyCore", "MayflyCrypto", logging]),
        tests("mayfly-loadTests", ["mayfly-load", "MayflyWire", "MayflyCrypto"]),
        tests("MayflyClientTests", ["MayflyClient", "MayflyWire", "MayflyCrypto"]),
        tests(
            "EndToEndTests",
            [
                "mayfly-race", "MayflyClient", "MayflyWire", "MayflyCrypto", "MayflyCore",
                "MayflyStore", "CLinux", "CTestProcesses",
            ]),

        // The world of the simulator, as far as it is not the broker's own.
        .target(
            name: "CSimulatedDisk", path: "Tests/Simulation/CSimulatedDisk",
            linkerSettings: [.linkedLibrary("sqlite3")]),
        .executableTarget(
            name: "mayfly-simulate",
            dependencies: [
                "MayflyCore", "MayflyStore", "MayflyCrypto", "CSimulatedDisk", arguments,
            ],
            path: "Tests/Simulation/mayfly-simulate", swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["mayfly-simulate", "MayflyStore", "MayflyCore", "MayflyCrypto"],
            path: "Tests/Simulation/SimulationTests", swiftSettings: strict),
        .testTarget(
            name: "SimulatedDiskTests", dependencies: ["CSimulatedDisk", "CSQLite"],
            path: "Tests/Simulation/SimulatedDiskTests", swiftSettings: strict),
    ]
)

if fuzzes {
    package.products.removeAll { $0.name == "mayflyd" }
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzzing/CFuzzer"),
        .executableTarget(
            name: "mayfly-fuzz",
            dependencies: [
                "CFuzzer", "mayflyd", "MayflyServer", "MayflyClient", "MayflyStore", "MayflyWire",
                "MayflyCore", "MayflyCrypto", "CLinux", "CSQLite", logging,
            ],
            path: "Tests/Fuzzing/mayfly-fuzz", swiftSettings: strict,
            // The linker that is used otherwise cannot link the two sanitizers together.
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    ]
}
