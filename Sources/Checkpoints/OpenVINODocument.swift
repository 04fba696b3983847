import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The .xml file of an OpenVINO IR as it is written: layers with their ports, and edges between ids.
///
/// Read as a stream of events with fixed limits. Document types and entity declarations are refused before
/// the XML library sees the text, so nothing can be expanded or fetched.
struct OpenVINODocument {
    struct RawLayer {
        var id: Int
        var name: String
        var type: String
        var attributes: [String: String] = [:]
        /// Port ids, ascending.
        var inputs: [Int] = []
        /// Ports ascending by id, with their extents.
        var outputs: [(id: Int, shape: [Int])] = []
    }

    struct Edge {
        var fromLayer, fromPort, toLayer, toPort: Int
    }

    private(set) var name = ""
    private(set) var version = ""
    private(set) var layers: [RawLayer] = []
    private(set) var edges: [Edge] = []

    static let depthLimit = 16
    static let elementLimit = 1_000_000

    init(parsing file: FileBytes) throws(CheckpointError) {
        let data = try file.withBytes { bytes throws(CheckpointError) in
            try refuseDeclarations(bytes, file: file.name)
            return Data(bytes)
        }
        let parser = XMLParser(data: data)
        parser.shouldResolveExternalEntities = false
        let events = DocumentEvents()
        parser.delegate = events
        let wellFormed = parser.parse()
        if let problem = events.problem { throw CheckpointError(file: file.name, problem: problem) }
        // The parser does not report a text that ends early.
        guard wellFormed, parser.parserError == nil, events.isComplete else {
            let code = parser.parserError.map { ($0 as NSError).code }
            throw CheckpointError(
                file: file.name, problem: .xmlSyntax(line: parser.lineNumber, reason: words(ofError: code)))
        }
        (name, version, layers, edges) = (events.name, events.version, events.layers, events.edges)
    }
}

/// What libxml2's commonest errors mean: Foundation tells no more of them than their numbers.
private func words(ofError code: Int?) -> String {
    switch code {
    case nil, 4, 5, 77: "it ends early"
    case 76: "an element is closed that was not opened"
    case 38, 39, 40, 41, 42, 65, 73: "an element is malformed"
    case 68: "a name is malformed"
    case 9, 81: "it holds a character that XML does not allow"
    case 26, 27, 28: "it refers to an entity that is not declared"
    default: "it is damaged"
    }
}

/// Refuses text that is not plainly UTF-8, and text that declares a document type or entities.
///
/// A declaration could hide from this scan only in another encoding, hence the first condition.
private func refuseDeclarations(_ bytes: UnsafeRawBufferPointer, file: String) throws(CheckpointError) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let body = bytes.starts(with: mark) ? bytes.dropFirst(3) : bytes[...]
    guard body.first == UInt8(ascii: "<"), !bytes.contains(0), String(bytes: bytes, encoding: .utf8) != nil
    else { throw CheckpointError(file: file, problem: .xmlEncoding) }

    let declaration = String(decoding: body.prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self).lowercased()
    if declaration.hasPrefix("<?xml"), let range = declaration.range(of: "encoding") {
        let value = declaration[range.upperBound...].filter { !" \t\r\n=\"'?".contains($0) }
        guard value.hasPrefix("utf-8") || value.hasPrefix("us-ascii") else {
            throw CheckpointError(file: file, problem: .xmlEncoding)
        }
    }
    for index in bytes.indices.dropLast(2)
    where bytes[index] == UInt8(ascii: "<") && bytes[index + 1] == UInt8(ascii: "!")
        && bytes[index + 2] != UInt8(ascii: "-")
    {
        throw CheckpointError(file: file, problem: .xmlDeclaration(offset: index))
    }
}

/// Collects layers and edges from the parser's events; stops at the first thing out of place.
private final class DocumentEvents: NSObject, XMLParserDelegate {
    var name = ""
    var version = ""
    var layers: [OpenVINODocument.RawLayer] = []
    var edges: [OpenVINODocument.Edge] = []
    var problem: CheckpointError.Problem?

    /// Whether the outermost element was closed.
    private(set) var isComplete = false

    private var path: [String] = []
    private var elements = 0
    private var layer: OpenVINODocument.RawLayer?
    private var port: (id: Int, shape: [Int])?
    private var text = ""

    private func fail(_ parser: XMLParser, _ problem: CheckpointError.Problem) {
        guard self.problem == nil else { return }
        self.problem = problem
        parser.abortParsing()
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        guard problem == nil else { return }
        path.append(element)
        elements += 1
        guard path.count <= OpenVINODocument.depthLimit else {
            return fail(parser, .xmlTooDeep(limit: OpenVINODocument.depthLimit))
        }
        guard elements <= OpenVINODocument.elementLimit else {
            return fail(parser, .xmlTooManyElements(limit: OpenVINODocument.elementLimit))
        }
        switch path {
        case ["net"]:
            name = attributes["name"] ?? ""
            version = attributes["version"] ?? ""
        case ["net", "layers", "layer"]:
            guard let id = Int(attributes["id"] ?? ""), let type = attributes["type"] else {
                return fail(parser, .irElement(line: parser.lineNumber, expected: "a layer with id and type"))
            }
            layer = OpenVINODocument.RawLayer(id: id, name: attributes["name"] ?? "\(id)", type: type)
        case ["net", "layers", "layer", "data"]: layer?.attributes = attributes
        case ["net", "layers", "layer", "input", "port"], ["net", "layers", "layer", "output", "port"]:
            guard let id = Int(attributes["id"] ?? "") else {
                return fail(parser, .irElement(line: parser.lineNumber, expected: "a port with an id"))
            }
            port = (id, [])
        case ["net", "edges", "edge"]: addEdge(parser, attributes)
        default:
            if path.first != "net" {
                fail(parser, .irElement(line: parser.lineNumber, expected: "the element 'net'"))
            }
        }
        text = ""
    }

    private func addEdge(_ parser: XMLParser, _ attributes: [String: String]) {
        let keys = ["from-layer", "from-port", "to-layer", "to-port"]
        let values = keys.compactMap { attributes[$0].flatMap { Int($0) } }
        guard values.count == keys.count else {
            return fail(parser, .irElement(line: parser.lineNumber, expected: "an edge with four ids"))
        }
        edges.append(
            .init(fromLayer: values[0], fromPort: values[1], toLayer: values[2], toPort: values[3]))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard problem == nil, path.last == "dim" else { return }
        text += string
        if text.utf8.count > 32 {
            fail(parser, .irElement(line: parser.lineNumber, expected: "a number of usual length"))
        }
    }

    func parser(
        _ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard problem == nil else { return }
        switch path {
        case ["net", "layers", "layer"]:
            layer?.inputs.sort()
            layer?.outputs.sort { $0.id < $1.id }
            if let layer { layers.append(layer) }
            layer = nil
        case ["net", "layers", "layer", "input", "port"]:
            if let port { layer?.inputs.append(port.id) }
        case ["net", "layers", "layer", "output", "port"]:
            if let port { layer?.outputs.append(port) }
        case ["net", "layers", "layer", "input", "port", "dim"],
            ["net", "layers", "layer", "output", "port", "dim"]:
            guard let extent = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), extent >= 0 else {
                return fail(parser, .irElement(line: parser.lineNumber, expected: "an extent"))
            }
            port?.shape.append(extent)
        default: break
        }
        path.removeLast()
        isComplete = path.isEmpty
    }
}
