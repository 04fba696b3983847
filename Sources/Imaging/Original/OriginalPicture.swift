import CVips
import Files
import Foundation

/// A photograph's own samples (its bit depth, its colour profile) with its metadata, so that a part of it can be replaced
/// and every other pixel stays the photograph's, bit for bit.
///
/// It is upright: the orientation that a file asks for is applied, which moves samples and changes none, and is no longer
/// asked for in what is written. Samples are those that the decoder gives: 8 or 16 bits of grey or RGB, with alpha; fewer
/// bits and palettes come as 8 bits. CMYK, L*a*b* and floating point become 8-bit sRGB first, as `Picture` reads them.
///
/// Kept are the profile, EXIF, XMP and IPTC data, without what would not be true of what is written, or would show
/// what was there before: see `FileMetadata`.
public struct OriginalPicture: Sendable {
    /// Of the upright photograph.
    public var width: Int { stored.samples.width }
    public var height: Int { stored.samples.height }
    /// Bits of a sample, 8 or 16.
    public var bits: Int { stored.samples.bits }

    let stored: StoredSamples
    private let limits: PictureLimits
    private let name: String

    /// Reads the samples of a file that was read before.
    /// - Throws: `PictureError`, as `PictureFile.decoded()` does.
    public init(_ file: PictureFile) throws(PictureError) {
        (limits, name) = (file.limits, file.name)
        stored = try file.samples()
    }

    /// Whether the photograph can be made `scale` times as wide and as high.
    /// - Throws: `PictureError.enlargedTooFar`.
    public func checkEnlarging(by scale: Int) throws(PictureError) {
        guard width * scale <= limits.pixels / (height * scale) else {
            throw .enlargedTooFar(
                name: name, width: width * scale, height: height * scale, limit: limits.pixels)
        }
    }

    /// The photograph with some of its pixels replaced, as a file.
    ///
    /// PNG and TIFF keep the other samples exactly; so does WebP, of 8 bits, but where they are wholly transparent.
    /// WebP and JPEG have 8 bits only, and JPEG, which has no alpha either, is lossy (quality 95, colours at full
    /// resolution).
    /// - Parameters:
    ///   - picture: in sRGB, of the upright photograph's size, or of `scale` times that.
    ///   - changed: one entry for each pixel of `picture`; where false, the photograph's own sample stays. Alpha
    ///     stays everywhere.
    ///   - scale: 1, 2 or 4. For 2 and 4 the photograph is enlarged first, by Lanczos' filter.
    ///   - provenance: what is said of the new pixels; its source is taken to be a composite's.
    ///   - keepsLocation: whether the place where the photograph was taken stays in the metadata.
    /// - Throws: `PictureError` where the result would be too large, or cannot be encoded.
    public func encoded(
        replacing picture: Picture, where changed: [Bool], scale: Int, format: OutputFormat,
        provenance: Provenance, keepsLocation: Bool
    ) throws(PictureError) -> Data {
        precondition([1, 2, 4].contains(scale), "a scale is 1, 2 or 4")
        let (newWidth, newHeight) = (width * scale, height * scale)
        precondition(picture.width == newWidth && picture.height == newHeight, "a picture of another size")
        precondition(changed.count == newWidth * newHeight, "one entry for each pixel")
        try checkEnlarging(by: scale)
        var samples = stored.samples.enlarged(scale)
        try samples.replace(by: picture, where: changed, profile: stored.metadata.profile)
        var statement = provenance
        statement.source = .composite
        let kept = stored.metadata.kept(
            location: keepsLocation, movesPixels: stored.isTurned || scale > 1, stating: statement)
        return try format.file(of: samples, kept)
    }
}

extension PictureFile {
    /// The picture's own samples, and what stands beside them.
    fileprivate func samples() throws(PictureError) -> StoredSamples {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(PictureError) -> StoredSamples? in
                let view = ByteView(bytes: bytes)
                let format = try recognise(view, name: name)
                // Those that are read here hold 8 bits of sRGB, and nothing else.
                if format.loader == CVIPS_UNKNOWN { return nil }
                return try VipsReading(view: view, format: format, name: name, limits: limits).samples()
            }
        }
        if let samples = try result.get() { return samples }
        return StoredSamples(samples: Samples(try decoded()))
    }
}
