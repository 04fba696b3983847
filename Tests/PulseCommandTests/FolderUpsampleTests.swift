import Foundation
import TestSupport
import Testing

/// Folders as inputs: what is done once is not done again, and what is not there is.
@Suite struct FolderUpsampleTests {
    @Test func aTreeIsKeptAndASecondRunDoesNothing() throws {
        try UpsampleScene.with { scene in
            try scene.addBelow("in/a.png")
            try scene.addBelow("in/x/a.png", tint: 0.5)
            try scene.addBelow("in/x/y/b.png", tint: 0.6)
            try Data("notes".utf8).write(to: scene.url("in/notes.txt"))
            try Data("{}".utf8).write(to: scene.url("in/a.json"))
            let first = try scene.upsampleFolder(["in"])
            first.expectStatus(0)
            #expect(try scene.results() == ["a", "x/a", "x/y/b"])
            let skipped = first.standardError.split(separator: "\n").filter {
                $0.contains("passed by, no pictures")
            }
            #expect(skipped == ["pulse: passed by, no pictures: 1 JSON, 1 text"], "\(first)")
            #expect(first.standardError.contains("3 pictures: 3 done, 2 files"), "\(first)")
            #expect(first.standardError.contains("2 of 3"), "\(first)")
            let dates = try scene.results().map { try scene.date($0) }

            let second = try scene.upsampleFolder(["in"])
            second.expectStatus(0)
            #expect(second.standardError.contains("3 pictures: 3 done before"), "\(second)")
            #expect(second.standardOutput.isEmpty, "\(second)")
            #expect(try scene.results().map { try scene.date($0) } == dates)
        }
    }

    @Test func whatIsNewChangedOrGoneIsDone() throws {
        try UpsampleScene.with { scene in
            for (index, name) in ["a", "b", "c"].enumerated() {
                try scene.addBelow("in/\(name).png", tint: 0.5 + 0.1 * Double(index))
            }
            try scene.upsampleFolder(["in"]).expectStatus(0)
            let before = try scene.report("a")
            try scene.addBelow("in/b.png", tint: 0.3)
            try scene.addBelow("in/d.png", tint: 0.2)
            try FileManager.default.removeItem(at: scene.url("out/c"))
            let date = try scene.date("a")
            let output = try scene.upsampleFolder(["in"])
            output.expectStatus(0)
            #expect(output.standardError.contains("4 pictures: 3 done, 1 done before"), "\(output)")
            #expect(try scene.results() == ["a", "b", "c", "d"])
            for name in ["a", "b", "c", "d"] {
                #expect(try scene.isWhole(name))
                // The seed was drawn once.
                #expect(try scene.report(name).seed == before.seed)
            }
            #expect(try scene.report("b").input.sha256 != before.input.sha256)
            #expect(try scene.date("a") == date)

            // Other options are another result; --force makes the same one again.
            let other = try scene.upsampleFolder(["in"], ["--count", "2"])
            #expect(other.standardError.contains("4 pictures: 4 done"), "\(other)")
            #expect(try scene.report("a").candidates.count == 2)
            let forced = try scene.upsampleFolder(["in"], ["--count", "2", "--force"])
            #expect(forced.standardError.contains("4 pictures: 4 done"), "\(forced)")
        }
    }

    @Test func equalPicturesAreSearchedForOnce() throws {
        try UpsampleScene.with { scene in
            try scene.addBelow("in/a.png")
            try scene.addBelow("in/x/b.png")
            let output = try scene.upsampleFolder(["in"])
            output.expectStatus(0)
            #expect(output.standardError.contains("1 done, 1 copied from equal ones"), "\(output)")
            #expect(try scene.isWhole("a") && scene.isWhole("x/b"))
            #expect(try scene.report("x/b").input.file == "in/x/b.png")
            #expect(try scene.bytes("out/x/b/1.png") == scene.bytes("out/a/1.png"))
        }
    }

    @Test func whatFailedIsTriedAgainOnRequestAlone() throws {
        try UpsampleScene.with { scene in
            try scene.addBelow("in/a.png")
            let png = try scene.bytes("in/a.png")
            try png.prefix(png.count - 60).write(to: scene.url("in/cut.png"))
            let first = try scene.upsampleFolder(["in"])
            first.expectStatus(2)
            #expect(
                first.standardError.contains("in/cut.png") && first.standardError.contains("cut short"),
                "\(first)")
            let second = try scene.upsampleFolder(["in"])
            second.expectStatus(2)
            #expect(second.standardError.contains("in/cut.png: failed in an earlier run"), "\(second)")
            #expect(second.standardError.contains("1 done before, 1 failed before"), "\(second)")
            let third = try scene.upsampleFolder(["in"], ["--retry-failed"])
            third.expectStatus(2)
            #expect(third.standardError.contains("cut short"), "\(third)")
            try scene.add("in/cut.png", tint: 0.3)
            try scene.upsampleFolder(["in"]).expectStatus(0)
            #expect(try scene.results() == ["a", "cut"])
        }
    }

    @Test func patternsAndListsAreInputsToo() throws {
        try UpsampleScene.with { scene in
            try scene.addBelow("in/a.png")
            try scene.addBelow("in/x/b.png", tint: 0.5)
            try scene.upsampleFolder(["in/**/b*.png"]).expectStatus(0)
            #expect(try scene.results() == ["x/b"])
            try Data("in/a.png\nin/x/b.png\n".utf8).write(to: scene.url("list"))
            let list = try scene.upsampleFolder([], ["--from-file", "list"])
            list.expectStatus(0)
            #expect(list.standardError.contains("1 done, 1 copied"), "\(list)")
            #expect(try scene.results() == ["in/a", "in/x/b", "x/b"])
            let line =
                #"printf 'in/a.png\0' | "$0" upsample -0 --from-file - -o out --mode classic --steps 1 --tolerance 255"#
            let piped = try PulseBinary.shell(line, in: scene.folder)
            #expect(piped.status == 0 && piped.standardError.contains("1 picture: 1 done before"), "\(piped)")
        }
    }

    /// The results lie among the pictures, and are not searched for; nor is a folder that is its own output taken.
    @Test func resultsBelowTheInputsAreNoInputs() throws {
        try UpsampleScene.with { scene in
            try scene.addBelow("in/a.png")
            for _ in 0..<2 {
                let output = try PulseBinary.run(
                    [
                        "upsample", "in", "-o", "in/runs", "--mode", "classic", "--steps", "1", "--tolerance",
                        "255",
                    ],
                    in: scene.folder)
                output.expectStatus(0)
                #expect(try scene.results("in/runs") == ["a"])
            }
            let elsewhere = try scene.upsampleFolder(["in"])
            elsewhere.expectStatus(0)
            #expect(try scene.results() == ["a"])
            #expect(elsewhere.standardError.contains("1 earlier result"), "\(elsewhere)")
            let same = try PulseBinary.run(["upsample", "in", "-o", "in"], in: scene.folder)
            same.expectStatus(2)
            #expect(same.standardError.contains("Choose another --output"), "\(same)")
        }
    }

    /// Files that are named leave nothing but their results, as ever.
    @Test func filesThatAreNamedNeedNoJournal() throws {
        try UpsampleScene.with { scene in
            try scene.addBelow("in/a.png")
            try scene.upsampleFolder(["in/a.png"]).expectStatus(0)
            #expect(try scene.names("out") == ["a"])
            // What they have made is not replaced by a folder's run with a seed of its own.
            let output = try scene.upsampleFolder(["in"])
            output.expectStatus(2)
            #expect(output.standardError.contains("--seed"), "\(output)")
        }
    }
}
