import Degradation
import Files
import Foundation
import Imaging
import Models
import Search

/// Everything that decides what a photograph is restored to: with the same model on the same kernels, the same request gives
/// the same bits.
public struct RestoreRequest: Codable, Hashable, Sendable {
    /// Which of the faces found.
    public enum Faces: Codable, Hashable, Sendable {
        case all
        case largest
        /// By their numbers, counted from 1.
        case numbers([Int])
    }

    public var model: String
    public var method: FastMethod
    public var seed: UInt64
    /// How many candidates for each face.
    public var count: Int
    public var faces: Faces
    /// Where mosaics are, in place of those found; empty to look for them.
    public var regions: [PixelRectangle]
    /// Of the photographs written.
    public var format: OutputFormat
    /// Whether the place where a photograph was taken stays in its metadata.
    public var keepsLocation: Bool
    /// How many times as wide and as high as the photograph those written are: 1, 2 or 4; nil, of an earlier version, is 1.
    public var upscale: Int?

    public init(
        model: String, method: FastMethod = FastMethod(), seed: UInt64, count: Int = FastMethod.defaultCount,
        faces: Faces = .all, regions: [PixelRectangle] = [], format: OutputFormat = .png,
        keepsLocation: Bool = false, upscale: Int = 1
    ) {
        (self.model, self.method, self.seed, self.count) = (model, method, seed, count)
        (self.faces, self.regions) = (faces, regions)
        (self.format, self.keepsLocation, self.upscale) = (format, keepsLocation, upscale)
    }

    var scale: Int { upscale ?? 1 }

    /// Largest root mean square difference of the blocks' means, in grey levels 0…255, with which a filled mosaic is accepted.
    public static let tolerance = 1.0
    /// What pictures say of how their blocks came about: each is a mean.
    static let operatorName = Resampling.Filter.box.rawValue
}

extension RestoreRequest {
    /// Everything besides a photograph that decides its result, the same text each time.
    public func settings(with model: Model) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let request = String(decoding: try encoder.encode(self), as: UTF8.self)
        return "\(pulseVersion) \(model.sha256) \(model.encoderSHA256 ?? "-") \(request)"
    }
}
