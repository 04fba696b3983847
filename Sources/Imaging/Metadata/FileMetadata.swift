import CVips

/// What stands in a picture file beside the pixels.
struct FileMetadata: Equatable, Sendable {
    /// ICC.
    var profile: [UInt8]?
    var exif: EXIFData?
    /// A packet.
    var xmp: String?
    /// The packet that holds our own statement alone, for where there is no room for more.
    var statement: String?
    var iptc: IPTCRecords?
    private var isConverted = false

    init() {}

    /// - Parameter isConverted: whether the samples are sRGB's by now, whatever they are in the file.
    init(_ header: cvips_header, _ view: ByteView, _ format: PictureFormat, isConverted: Bool) {
        self.isConverted = isConverted
        if !isConverted, header.icc.size > 0 { profile = Array(header.icc.view.bytes) }
        exif = EXIFData(format == .tiff ? view : header.exif.view)
        if header.xmp.size > 0 { xmp = String(decoding: header.xmp.view.bytes, as: UTF8.self) }
        iptc = IPTCRecords(header.iptc.view)
    }

    /// What is written with a picture whose pixels are in part others: the profile, and of the rest what stays true.
    /// - Parameters:
    ///   - location: whether the place where the photograph was taken stays.
    ///   - movesPixels: whether pixels are elsewhere than in the file.
    func kept(location: Bool, movesPixels: Bool, stating provenance: Provenance) -> FileMetadata {
        var result = FileMetadata()
        result.profile = profile
        result.exif = exif?.kept(location: location, movesPixels: movesPixels, isConverted: isConverted)
        let packet = xmp.flatMap { XMPPacket($0) }
        result.xmp = provenance.xmp(beside: packet?.kept(location: location, movesPixels: movesPixels))
        result.statement = provenance.xmp
        result.iptc = iptc?.kept(location: location)
        return result
    }
}
