import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The descriptions in an XMP packet, as trees of elements.
///
/// A packet is a stranger's text: one that declares a document type or entities, is longer than a megabyte, or deeper or of
/// more elements than any that is written in earnest, counts as none.
///
/// Source: ISO 16684-1:2019, 7.
struct XMPPacket: Equatable {
    struct Element: Equatable {
        enum Content: Equatable {
            case element(Element)
            case text(String)
        }

        /// As it stands there, with its prefix.
        var name: String
        /// Declarations of prefixes included.
        var attributes: [String: String]
        var content: [Content] = []
    }

    /// Those of the packet, each with all prefixes that are declared around it.
    private(set) var descriptions: [Element]

    /// - Returns: nil where it is not well-formed, or holds no description.
    init?(_ packet: String) {
        var text = Substring(packet)
        guard let start = text.firstIndex(of: "<"), packet.utf8.count <= 1 << 20 else { return nil }
        text = text[start...]
        if let end = text.lastIndex(of: ">") { text = text[...end] }
        guard
            !text.contains("<!")
                || !["<!DOCTYPE", "<!ENTITY", "<!ELEMENT", "<!ATTLIST"].contains(where: {
                    text.uppercased().contains($0)
                })
        else { return nil }
        let parser = XMLParser(data: Data(text.utf8))
        parser.shouldResolveExternalEntities = false
        let tree = XMPTree()
        parser.delegate = tree
        guard parser.parse(), parser.parserError == nil, let root = tree.root else { return nil }
        descriptions = []
        collect(root, declared: [:])
        if descriptions.isEmpty { return nil }
    }

    private static let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

    /// Finds the descriptions, which stand in the element RDF.
    private mutating func collect(_ element: Element, declared: [String: String]) {
        let declared = declared.merging(element.declarations) { $1 }
        for case .element(var child) in element.content {
            let inner = declared.merging(child.declarations) { $1 }
            let isDescription = child.isCalled("Description", in: XMPPacket.rdf, inner)
            if isDescription, element.isCalled("RDF", in: XMPPacket.rdf, declared) {
                child.attributes.merge(inner) { $1 }
                descriptions.append(child)
            } else {
                collect(child, declared: declared)
            }
        }
    }

    /// The packet without some of its properties.
    func without(_ isGone: (_ namespace: String, _ name: String) -> Bool) -> XMPPacket? {
        var result = self
        result.descriptions = descriptions.compactMap { description in
            var description = description
            let declared = description.declarations
            func goes(_ name: String, _ declared: [String: String]) -> Bool {
                guard let (namespace, local) = resolved(name, declared) else { return true }
                return namespace != XMPPacket.rdf && isGone(namespace, local)
            }
            description.attributes = description.attributes.filter {
                $0.key.isDeclaration || $0.key.hasPrefix("xml:") || !goes($0.key, declared)
            }
            description.content.removeAll { content in
                guard case .element(let property) = content else { return false }
                return goes(property.name, declared.merging(property.declarations) { $1 })
            }
            return description.hasProperties ? description : nil
        }
        return result.descriptions.isEmpty ? nil : result
    }

    /// Whether a property of this name is there.
    func has(_ name: String, in namespace: String) -> Bool {
        var isThere = false
        _ = without {
            if $0 == namespace, $1 == name { isThere = true }
            return false
        }
        return isThere
    }

    /// The descriptions as XML.
    var xml: String { descriptions.map(\.xml).joined(separator: "\n") }
}

extension XMPPacket.Element {
    fileprivate var declarations: [String: String] { attributes.filter { $0.key.isDeclaration } }

    fileprivate func isCalled(_ local: String, in namespace: String, _ declared: [String: String]) -> Bool {
        resolved(name, declared).map { $0 == (namespace, local) } ?? false
    }

    fileprivate var hasProperties: Bool {
        content.contains { if case .element = $0 { true } else { false } }
            || attributes.contains { !$0.key.isDeclaration && !$0.key.hasSuffix(":about") }
    }

    var xml: String {
        let head = attributes.sorted { $0.key < $1.key }.reduce("<\(name)") {
            "\($0) \($1.key)=\"\(xmlEscaped($1.value))\""
        }
        guard !content.isEmpty else { return head + "/>" }
        let inner = content.map { part in
            switch part {
            case .element(let element): element.xml
            case .text(let text): xmlEscaped(text)
            }
        }
        return head + ">" + inner.joined() + "</\(name)>"
    }
}

extension String {
    fileprivate var isDeclaration: Bool { self == "xmlns" || hasPrefix("xmlns:") }
}

/// Namespace and local name of a name with its prefix; nil where that is not declared.
private func resolved(_ name: String, _ declared: [String: String]) -> (namespace: String, local: String)? {
    let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
    if parts.count == 2 { return declared["xmlns:\(parts[0])"].map { ($0, parts[1]) } }
    return declared["xmlns"].map { ($0, name) }
}

/// Builds the tree from the parser's events.
private final class XMPTree: NSObject, XMLParserDelegate {
    private(set) var root: XMPPacket.Element?
    private var open: [XMPPacket.Element] = []
    private var count = 0

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        count += 1
        guard open.count < 64, count <= 100_000 else { return parser.abortParsing() }
        open.append(XMPPacket.Element(name: name, attributes: attributes))
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard var element = open.popLast() else { return }
        // Between elements, space means nothing.
        if element.content.contains(where: { if case .element = $0 { true } else { false } }) {
            element.content.removeAll {
                if case .text(let text) = $0 { text.allSatisfy(\.isWhitespace) } else { false }
            }
        }
        if open.isEmpty {
            root = element
        } else {
            open[open.count - 1].content.append(.element(element))
        }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        guard let last = open.indices.last else { return }
        if case .text(let before) = open[last].content.last {
            open[last].content[open[last].content.count - 1] = .text(before + text)
        } else {
            open[last].content.append(.text(text))
        }
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        self.parser(parser, foundCharacters: String(decoding: block, as: UTF8.self))
    }
}

/// Text as XML character data or the value of an attribute; characters that XML 1.0 cannot hold become U+FFFD.
func xmlEscaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "\t", "\n": result.unicodeScalars.append(scalar)
        case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
            result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
