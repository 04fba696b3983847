/// What a written picture says about where it comes from: a picture imagined by a model, not a photograph.
public struct Provenance: Sendable, Hashable {
    /// Name of the generator model.
    public var model: String
    /// Seed of the run; with the version and the options it reproduces the picture. Absent where nothing was
    /// drawn.
    public var seed: UInt64?
    /// How the picture was made, for example "classic" or "generate".
    public var mode: String
    /// Version of the program.
    public var version: String
    /// A sentence for people.
    public var description: String

    public static let imagined =
        "This picture was imagined by a generative model. It is not a photograph and identifies nobody."

    public init(
        model: String, seed: UInt64?, mode: String, version: String,
        description: String = Provenance.imagined
    ) {
        self.model = model
        self.seed = seed
        self.mode = mode
        self.version = version
        self.description = description
    }

    /// Whether the first bytes of a PNG file carry such a statement, which this program writes before the pixels.
    package static func isStated(in start: [UInt8]) -> Bool {
        let text = String(decoding: start, as: UTF8.self)
        return text.contains("XML:com.adobe.xmp") && text.contains("trainedAlgorithmicMedia")
            && text.contains("<pulse:version>")
    }

    /// The statement as an XMP packet.
    ///
    /// Source: ISO 16684-1 for the packet; IPTC Photo Metadata Standard 2023.2 for DigitalSourceType.
    public var xmp: String {
        let seedLine = seed.map { "\n   <pulse:seed>\($0)</pulse:seed>" } ?? ""
        return """
            <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/">
             <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
              <rdf:Description rdf:about=""
                xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
                xmlns:dc="http://purl.org/dc/elements/1.1/"
                xmlns:pulse="urn:pulse:provenance:1.0/">
               <Iptc4xmpExt:DigitalSourceType>\(Provenance.digitalSourceType)</Iptc4xmpExt:DigitalSourceType>
               <dc:description>
                <rdf:Alt>
                 <rdf:li xml:lang="x-default">\(escaped(description))</rdf:li>
                </rdf:Alt>
               </dc:description>
               <pulse:model>\(escaped(model))</pulse:model>\(seedLine)
               <pulse:mode>\(escaped(mode))</pulse:mode>
               <pulse:version>\(escaped(version))</pulse:version>
              </rdf:Description>
             </rdf:RDF>
            </x:xmpmeta>
            <?xpacket end="r"?>
            """
    }

    static let digitalSourceType =
        "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
}

/// Text as XML character data; characters that XML 1.0 cannot hold become U+FFFD.
private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\t", "\n": result.unicodeScalars.append(scalar)
        case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
            result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
