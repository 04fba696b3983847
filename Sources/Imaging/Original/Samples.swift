/// The samples of a picture as its file has them: grey or RGB, alpha behind, of 8 or 16 bits; interleaved, rows from the
/// top.
struct Samples: Equatable, Sendable {
    enum Values: Equatable, Sendable {
        case bytes([UInt8])
        case shorts([UInt16])
    }

    var width: Int
    var height: Int
    /// 1 for grey, 3 for RGB.
    var colours: Int
    /// `colours`, and one more with alpha.
    var bands: Int
    /// `width · height · bands` of them.
    var values: Values

    var bits: Int { if case .shorts = values { 16 } else { 8 } }

    init(width: Int, height: Int, colours: Int, bands: Int, values: Values) {
        (self.width, self.height, self.colours, self.bands) = (width, height, colours, bands)
        self.values = values
    }

    init(_ picture: Picture) {
        self.init(
            width: picture.width, height: picture.height, colours: 3, bands: 3, values: .bytes(picture.pixels)
        )
    }

    /// The samples in 8 bits: each to the nearest level.
    func narrowed() -> Samples {
        guard case .shorts(let shorts) = values else { return self }
        var result = self
        result.values = .bytes(shorts.map { UInt8((Int($0) + 128) / 257) })
        return result
    }

    /// The samples without alpha, laid over white.
    /// - Precondition: of 8 bits.
    func overWhite() -> Samples {
        guard bands > colours, case .bytes(let bytes) = values else { return self }
        let (colours, bands) = (colours, bands)
        var flat = [UInt8](repeating: 255, count: width * height * colours)
        for pixel in 0..<width * height {
            let cover = Int(bytes[pixel * bands + colours])
            for k in 0..<colours {
                let level = Int(bytes[pixel * bands + k])
                flat[pixel * colours + k] = UInt8((level * cover + 255 * (255 - cover) + 127) / 255)
            }
        }
        return Samples(
            width: width, height: height, colours: colours, bands: colours, values: .bytes(flat))
    }
}

/// What is read of a file whose samples are kept: they themselves, upright, and what stands beside them.
struct StoredSamples: Equatable, Sendable {
    var samples: Samples
    var metadata = FileMetadata()
    /// Whether pixels are elsewhere than in the file.
    var isTurned = false
}
