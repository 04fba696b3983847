extension XMPPacket {
    /// What stays true of a picture whose pixels are in part others.
    ///
    /// Thumbnails and pictures inside the packet, gain maps and depth go, since they show or describe what was there
    /// before; so do regions of faces with their names.
    /// - Parameters:
    ///   - location: whether the place stays.
    ///   - movesPixels: whether pixels are elsewhere than in the file.
    func kept(location: Bool, movesPixels: Bool) -> XMPPacket? {
        without { namespace, name in
            if XMPPacket.ofOtherPixels.contains(where: { namespace.hasPrefix($0) }) { return true }
            if XMPPacket.untrue[namespace]?.contains(name) == true { return true }
            if movesPixels, namespace == exif, ["SubjectArea", "SubjectLocation"].contains(name) {
                return true
            }
            // Makers of drones have a namespace of their own for it.
            let isPlace =
                name.lowercased().hasPrefix("gps") || XMPPacket.places[namespace]?.contains(name) == true
            return isPlace && !location
        }
    }

    /// The beginnings of namespaces of which nothing stays.
    private static let ofOtherPixels = [
        "http://ns.google.com/photos/", "http://ns.adobe.com/hdr-gain-map/",
        "http://ns.apple.com/HDRGainMap/",
        "http://ns.apple.com/faceinfo/", "http://www.metadataworkinggroup.com/schemas/regions/",
        "http://ns.microsoft.com/photo/1.2/", pulse,
    ]

    private static let untrue: [String: Set<String>] = [
        exif: ["PixelXDimension", "PixelYDimension", "ComponentsConfiguration", "CompressedBitsPerPixel"],
        "http://ns.adobe.com/tiff/1.0/": [
            "ImageWidth", "ImageLength", "Orientation", "BitsPerSample", "Compression",
            "PhotometricInterpretation", "SamplesPerPixel", "PlanarConfiguration", "YCbCrSubSampling",
            "YCbCrPositioning", "NativeDigest",
        ],
        "http://ns.adobe.com/xap/1.0/": ["Thumbnails"],
        "http://ns.adobe.com/xmp/note/": ["HasExtendedXMP"],
        Provenance.dc: ["format"],
        Provenance.iptcExtension: ["DigitalSourceType"],
    ]

    private static let places: [String: Set<String>] = [
        "http://ns.adobe.com/photoshop/1.0/": ["City", "State", "Country"],
        "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": ["Location", "CountryCode"],
        Provenance.iptcExtension: ["LocationShown", "LocationCreated"],
    ]
}

private let exif = "http://ns.adobe.com/exif/1.0/"
private let pulse = Provenance.pulse
