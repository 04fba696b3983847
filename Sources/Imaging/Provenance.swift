/// What a written picture says about where it comes from: imagined by a model, as a whole or in part.
public struct Provenance: Sendable, Hashable {
    /// How much of the picture is a model's.
    ///
    /// Source: IPTC NewsCodes, digital source type.
    public enum Source: String, Sendable, Hashable {
        /// All of it.
        case trained = "trainedAlgorithmicMedia"
        /// Parts of a photograph.
        case composite = "compositeWithTrainedAlgorithmicMedia"
    }

    public var source: Source
    /// Name of the generator model.
    public var model: String
    /// Seed of the run; with the version and the options it reproduces the picture. Absent where nothing was
    /// drawn.
    public var seed: UInt64?
    /// How the picture was made, for example "classic" or "generate".
    public var mode: String
    /// By which operator the picture that was searched for is taken to have been made small; absent where none was.
    public var operatorName: String?
    /// Version of the program.
    public var version: String
    /// A sentence for people; nil for the one about the source.
    private var ownDescription: String?

    public static let imagined =
        "This picture was imagined by a generative model. It is not a photograph and identifies nobody."
    public static let partlyImagined =
        "Parts of this picture, a face above all, were imagined by a generative model. They identify nobody."

    /// A sentence for people.
    public var description: String {
        ownDescription ?? (source == .trained ? Provenance.imagined : Provenance.partlyImagined)
    }

    public init(
        source: Source = .trained, model: String, seed: UInt64?, mode: String, operatorName: String? = nil,
        version: String, description: String? = nil
    ) {
        self.source = source
        self.model = model
        self.seed = seed
        self.mode = mode
        self.operatorName = operatorName
        self.version = version
        ownDescription = description
    }

    /// Whether a file that was written here, of which the two ends suffice, states that all of it is a model's.
    package static func isStated(in file: [UInt8]) -> Bool {
        func has(_ text: String) -> Bool { file.firstRange(of: Array(text.utf8)) != nil }
        return has("<pulse:version>") && has("digitalsourcetype/\(Source.trained.rawValue)<")
    }
}

extension Provenance {
    static let iptcExtension = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    static let dc = "http://purl.org/dc/elements/1.1/"
    static let pulse = "urn:pulse:provenance:1.0/"

    /// The statement as an XMP packet.
    public var xmp: String { xmp(beside: nil) }

    /// The statement in an XMP packet beside what one of a photograph says, whose own description for people stays.
    ///
    /// Source: ISO 16684-1 for the packet; IPTC Photo Metadata Standard 2023.2 for DigitalSourceType.
    func xmp(beside original: XMPPacket?) -> String {
        let seedLine = seed.map { "\n   <pulse:seed>\($0)</pulse:seed>" } ?? ""
        let operatorLine =
            operatorName.map { "\n   <pulse:operator>\(xmlEscaped($0))</pulse:operator>" } ?? ""
        let others = original.map { "\n" + $0.xml } ?? ""
        return """
            <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/">
             <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
              <rdf:Description rdf:about=""
                xmlns:Iptc4xmpExt="\(Provenance.iptcExtension)"
                xmlns:dc="\(Provenance.dc)"
                xmlns:pulse="\(Provenance.pulse)">
               <Iptc4xmpExt:DigitalSourceType>\(digitalSourceType)</Iptc4xmpExt:DigitalSourceType>
            \(descriptionLines(besideAnother: original?.has("description", in: Provenance.dc) ?? false))
               <pulse:model>\(xmlEscaped(model))</pulse:model>\(seedLine)
               <pulse:mode>\(xmlEscaped(mode))</pulse:mode>\(operatorLine)
               <pulse:version>\(xmlEscaped(version))</pulse:version>
              </rdf:Description>\(others)
             </rdf:RDF>
            </x:xmpmeta>
            <?xpacket end="r"?>
            """
    }

    private func descriptionLines(besideAnother isTaken: Bool) -> String {
        if isTaken { return "   <pulse:description>\(xmlEscaped(description))</pulse:description>" }
        return """
               <dc:description>
                <rdf:Alt>
                 <rdf:li xml:lang="x-default">\(xmlEscaped(description))</rdf:li>
                </rdf:Alt>
               </dc:description>
            """
    }

    private var digitalSourceType: String {
        "http://cv.iptc.org/newscodes/digitalsourcetype/\(source.rawValue)"
    }
}
