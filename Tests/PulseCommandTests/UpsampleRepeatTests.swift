import Foundation
import TestSupport
import Testing

/// The same seed gives the same bits, whatever else is asked for.
@Suite struct UpsampleRepeatTests {
    @Test func candidatesDependOnTheirSeedAndNumberAlone() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try scene.add("b.png", tint: 0.5)
            let all = ["--tolerance", "255", "--count", "3"]
            func run(_ inputs: [String], _ folder: String, _ options: [String]) throws {
                try PulseBinary.run(
                    ["upsample"] + inputs + [
                        "--output", folder, "--mode", "classic", "--steps", "2", "--seed", "5",
                    ] + options,
                    in: scene.folder
                ).expectStatus(0)
            }
            try run(["a.png"], "one", all + ["--threads", "1"])
            try run(["a.png"], "two", all + ["--threads", "2", "--batch", "2"])
            try run(["b.png", "a.png"], "fewer", ["--tolerance", "255", "--count", "1", "--batch", "3"])
            for candidate in 1...3 {
                let first = try scene.bytes("one/a/\(candidate).png")
                #expect(try first == scene.bytes("two/a/\(candidate).png"))
                if candidate == 1 { #expect(try first == scene.bytes("fewer/a/1.png")) }
            }
            #expect(try scene.bytes("one/a/1.png") != scene.bytes("one/a/2.png"))
            #expect(try scene.bytes("one/a/2.png") != scene.bytes("one/a/3.png"))
            #expect(try scene.bytes("fewer/b/1.png") != scene.bytes("fewer/a/1.png"))
        }
    }

    @Test func aSeedThatWasDrawnIsReported() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            func run(_ folder: String, _ options: [String]) throws -> UInt64 {
                try PulseBinary.run(
                    [
                        "upsample", "a.png", "--output", folder, "--mode", "classic", "--steps", "1",
                        "--tolerance", "255",
                    ] + options,
                    in: scene.folder
                ).expectStatus(0)
                return try scene.report("a", in: folder).seed
            }
            let first = try run("first", [])
            let second = try run("second", [])
            #expect(first != second)
            #expect(try run("again", ["--seed", "\(first)"]) == first)
            #expect(try scene.bytes("first/a/1.png") == scene.bytes("again/a/1.png"))
        }
    }
}
