import Files
import Testing

@testable import Folders

@Suite struct GlobPatternTests {
    private func matches(_ pattern: String, _ path: String) throws -> Bool {
        let glob = try #require(GlobPattern(FilePath(pattern)))
        let base = glob.base == "." ? FilePath("") : glob.base
        let names = FilePath(path).components.dropFirst(base.components.count)
        var states = glob.start
        for name in names { states = glob.states(after: Array(name.string.utf8), from: states) }
        return glob.isMatch(states)
    }

    @Test(arguments: [
        ("*.png", "a.png", true), ("*.png", "a.jpg", false), ("*.png", ".a.png", false),
        (".*.png", ".a.png", true),
        ("?.png", "é.png", true), ("?.png", "ab.png", false), ("[a-c].png", "b.png", true),
        ("[!a-c].png", "b.png", false), ("[]x].png", "].png", true), ("[-a].png", "-.png", true),
        ("a*b*c", "axxbyyc", true), ("a*b*c", "axxbyy", false), ("*", "any", true), ("**", "a/b/c.png", true),
        ("**/*.png", "a.png", true), ("**/*.png", "x/y/a.png", true), ("**/*.png", ".x/a.png", false),
        ("x/*/a.png", "x/y/a.png", true), ("x/*/a.png", "x/y/z/a.png", false),
        ("x/**/y/*.png", "x/y/a.png", true), ("x/**/y/*.png", "x/1/2/y/a.png", true),
        ("x/**/y/*.png", "x/1/2/z/a.png", false), (#"\**.png"#, "*a.png", true),
        (#"\**.png"#, "a.png", false),
    ])
    func matchesAsShellsDo(_ pattern: String, _ path: String, _ expected: Bool) throws {
        #expect(try matches(pattern, path) == expected, "\(pattern) \(path)")
    }

    @Test func plainPathsAreNoPatterns() {
        for path in ["a.png", "x/y.png", #"\*.png"#, "[a.png", "a]b"] {
            #expect(GlobPattern(FilePath(path)) == nil, "\(path)")
        }
    }

    @Test func theBaseIsWhatStandsBeforeThePattern() {
        #expect(GlobPattern("in/x/*.png")?.base == "in/x")
        #expect(GlobPattern("*.png")?.base == ".")
        #expect(GlobPattern("/in/**/a")?.base == "/in")
        #expect(GlobPattern(#"a\[1\]/*.png"#)?.base == "a[1]")
    }

    @Test func bytesThatAreNoTextAreCharacters() throws {
        let glob = try #require(GlobPattern("?.png"))
        let states = glob.states(after: [0xFF] + Array(".png".utf8), from: glob.start)
        #expect(glob.isMatch(states))
    }

    @Test func aPatternOfManyStarsEndsSoon() throws {
        let name = String(repeating: "a", count: 255)
        #expect(try matches(String(repeating: "*a", count: 60) + "b", name) == false)
    }
}
