import Foundation
import Tensors
import Testing

@testable import Checkpoints

/// A graph x + c with a constant c of two numbers, in which parts can be replaced.
private func description(_ replacements: [String: String] = [:], prologue: String = "") -> FileBytes {
    var text = """
        <net name="tiny" version="10"><layers>
        <layer id="7" name="x" type="Parameter"><output><port id="0"><dim>1</dim><dim>2</dim></port></output></layer>
        <layer id="3" name="c" type="Const"><data element_type="f32" shape="1, 2" offset="1" size="8"/>
        <output><port id="0"><dim>1</dim><dim>2</dim></port></output></layer>
        <layer id="5" name="sum" type="Add"><input><port id="1"/><port id="0"/></input>
        <output><port id="2"><dim>1</dim><dim>2</dim></port></output></layer>
        </layers><edges>
        <edge from-layer="7" from-port="0" to-layer="5" to-port="0"/>
        <edge from-layer="3" from-port="0" to-layer="5" to-port="1"/>
        </edges></net>
        """
    for (old, new) in replacements {
        precondition(text.contains(old))
        text = text.replacingOccurrences(of: old, with: new)
    }
    return FileBytes(Array((prologue + text).utf8), name: "tiny.xml")
}

private let weights = FileBytes([9] + [0, 0, 0x80, 0x3F] + [0, 0, 0, 0xC0], name: "tiny.bin")

/// The tiny graph, for tests of other suites.
enum OpenVINOFixture {
    static func tiny() -> (description: FileBytes, weights: FileBytes) { (description(), weights) }
}

private func graph(_ replacements: [String: String] = [:], prologue: String = "") throws -> OpenVINOGraph {
    try OpenVINOGraph(description: description(replacements, prologue: prologue), weights: weights)
}

@Suite struct OpenVINOReaderTests {
    @Test func readsLayersEdgesAndConstants() throws {
        let graph = try graph(prologue: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a comment -->\n")
        #expect(graph.name == "tiny")
        #expect(graph.layers.map(\.name) == ["x", "c", "sum"])
        #expect(
            graph.layers[2].inputs == [.init(layer: 0, output: 0), .init(layer: 1, output: 0)],
            "inputs are in the order of their ports")
        #expect(graph.shape(.init(layer: 2, output: 0)) == [1, 2])
        #expect(try graph.tensor(ofLayer: 1) == Tensor([1, -2], shape: [1, 2]), "at an odd offset")
        #expect(throws: CheckpointError.self) { try graph.tensor(ofLayer: 0) }
        #expect(throws: CheckpointError.self) { try graph.integers(ofLayer: 1) }
    }

    @Test func readsHalfPrecisionAndIntegers() throws {
        let half = try graph(["f32": "f16", "size=\"8\"": "size=\"4\"", "offset=\"1\"": "offset=\"3\""])
        #expect(try half.tensor(ofLayer: 1).elements == [floatFromHalf(0x3F80), 0])
        let integers = try graph(["f32": "i32"])
        #expect(try integers.integers(ofLayer: 1) == [0x3F80_0000, Int(Int32(bitPattern: 0xC000_0000))])
    }

    @Test(arguments: [
        (["version=\"10\"": "version=\"11\""], CheckpointError.Problem.irVersion(found: "11")),
        (["size=\"8\"": "size=\"12\""], .outOfRange(tensor: "c", offset: 1, size: 12, available: 9)),
        (["size=\"8\"": "size=\"4\""], .sizeMismatch(tensor: "c", expected: 8, found: 4)),
        (["offset=\"1\"": "offset=\"2\""], .outOfRange(tensor: "c", offset: 2, size: 8, available: 9)),
        (["offset=\"1\"": "offset=\"-1\""], .outOfRange(tensor: "c", offset: -1, size: 8, available: 9)),
        (["f32": "f33"], .unknownElementType(tensor: "c", type: "f33")),
        (["shape=\"1, 2\"": "shape=\"1, 9223372036854775807\""], .impossibleShape(tensor: "c")),
        (["shape=\"1, 2\"": "shape=\"-1, -2\""], .impossibleShape(tensor: "c")),
        (
            ["shape=\"1, 2\"": "shape=\"2, 1\""],
            .irEdge(layer: "c", reason: "declares another shape than its output")
        ),
        (["id=\"3\" name": "id=\"7\" name"], .irEdge(layer: "c", reason: "has the id of another layer")),
        (
            ["from-layer=\"3\"": "from-layer=\"4\""],
            .irEdge(layer: "sum", reason: "has an edge to a layer that is not there")
        ),
        (
            ["to-port=\"1\"": "to-port=\"0\""],
            .irEdge(layer: "sum", reason: "has an edge that matches no port, or two to one")
        ),
        (
            ["<edge from-layer=\"3\" from-port=\"0\" to-layer=\"5\" to-port=\"1\"/>": ""],
            .irEdge(layer: "sum", reason: "has an input without an edge")
        ),
        (["from-layer=\"3\" from-port=\"0\"": "from-layer=\"5\" from-port=\"2\""], .irCycle),
        (["<dim>1</dim>": "<dim>x</dim>"], .irElement(line: 2, expected: "an extent")),
    ])
    func checksTheGraph(_ replacements: [String: String], expected: CheckpointError.Problem) {
        #expect(problem { try graph(replacements) } == expected)
    }

    @Test func refusesDeclarationsBeforeTheyAreParsed() {
        let laughs = (1..<10).map {
            "<!ENTITY lol\($0) \"" + String(repeating: "&lol\($0 - 1);", count: 10) + "\">"
        }
        let prologues = [
            "<!DOCTYPE net>", "<!DOCTYPE net [<!ENTITY lol0 \"lol\">\(laughs.joined())]>",
            "<!DOCTYPE net [<!ENTITY file SYSTEM \"file:///etc/hostname\">]>",
            "<?xml version=\"1.0\"?><!DOCTYPE net SYSTEM \"http://localhost/x.dtd\">", "<![CDATA[x]]>",
        ]
        for prologue in prologues {
            guard case .xmlDeclaration? = problem({ try graph(prologue: prologue) }) else {
                Issue.record("accepted: \(prologue.prefix(40))")
                continue
            }
        }
        #expect(throws: CheckpointError.self) { try graph(["name=\"x\"": "name=\"&lol9;\""]) }
    }

    @Test func refusesOtherEncodings() throws {
        let text = "<?xml version=\"1.0\"?><net name=\"n\" version=\"10\"></net>"
        var files = [UInt8]([0xFE, 0xFF]) + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        #expect(problem { try document(files) } == .xmlEncoding)
        files = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(problem { try document(files) } == .xmlEncoding)
        for encoding in ["UTF-7", "UTF-16", "ISO-8859-1", "EBCDIC-CP-US"] {
            let prologue = "<?xml version=\"1.0\" encoding=\"\(encoding)\"?>"
            #expect(problem { try graph(prologue: prologue) } == .xmlEncoding, "\(encoding)")
        }
        #expect(problem { try document([]) } == .xmlEncoding)
        #expect(problem { try document(Array("<net>".utf8) + [0xFF] + Array("</net>".utf8)) } == .xmlEncoding)
    }

    @Test func refusesDeepAndEndlessDocuments() {
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(problem { try document(Array("<net>\(deep)".utf8)) } == .xmlTooDeep(limit: 16))
        #expect(throws: CheckpointError.self) { try document(Array("<net><layers>".utf8)) }
        let digits = String(repeating: "1", count: 1_000_000)
        #expect(throws: CheckpointError.self) { try graph(["<dim>1</dim>": "<dim>\(digits)</dim>"]) }
    }

    @Test func refusesEveryTruncation() throws {
        let bytes = description().withBytes { Array($0) }
        for length in bytes.indices {
            let cut = FileBytes(Array(bytes.prefix(length)), name: "cut.xml")
            #expect(throws: CheckpointError.self, "\(length) bytes") {
                try OpenVINOGraph(description: cut, weights: weights)
            }
        }
    }

    private func document(_ bytes: [UInt8]) throws -> OpenVINODocument {
        try OpenVINODocument(parsing: FileBytes(bytes, name: "test.xml"))
    }
}
