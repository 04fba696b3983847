import Files
import Foundation
import Imaging
import Models
import Search

/// An input that was read and found fit to search for.
struct JobPicture {
    var input: JobInput
    /// SHA-256 of the bytes that were decoded.
    var sha256: String
    var target: Target
    /// The blocks that the file consists of, where the target is one pixel for each.
    var mosaic: Mosaic?

    /// Decodes a picture that was read, and checks that its result may take its place.
    /// - Throws: `PictureError`, `TargetError`, `UpsampleError`, `ResultFolderError`.
    init(
        _ input: JobInput, _ file: PictureFile, for model: Model, _ request: UpsampleRequest,
        _ rule: ReplacementRule
    ) throws {
        self.input = input
        sha256 = file.sha256
        var picture = try file.decoded()
        if request.reducesMosaics, let mosaic = Mosaic(of: picture) {
            picture = mosaic.reduced(picture)
            self.mosaic = mosaic
        }
        target = try Target(picture, name: input.path.string)
        let resolution = model.specification.resolution
        guard target.side <= resolution else {
            throw UpsampleError.largerThanModel(
                file: input.path, side: target.side, model: model.name, resolution: resolution)
        }
        try ResultFolder.checkReplaceable(input.destination, by: sha256, rule)
    }
}

/// Why an input cannot be searched for with this model, or a request not be repeated.
public enum UpsampleError: Error, Equatable, Sendable {
    /// A picture with more pixels than the model's.
    case largerThanModel(file: FilePath, side: Int, model: String, resolution: Int)
    case notAReport(FilePath)
    /// The report is of version 0.1.0, which kept no request.
    case reportWithoutRequest(FilePath)
    /// The input is not the picture that the report is about.
    case otherInput(file: FilePath, report: FilePath)
    case otherModel(name: String, report: FilePath)
    case otherEncoder(name: String, report: FilePath)
}
