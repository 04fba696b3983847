import Files
import Foundation
import Imaging
import Models

/// A request that a report holds, to be made again.
public struct RepeatedRequest: Sendable {
    public let request: UpsampleRequest
    /// The picture to search for: the one given, or the report's.
    public let input: FilePath
    private let path: FilePath
    private let report: Report

    /// - Parameter inputs: at most one, where the picture is not where the report says.
    /// - Throws: `FileError`, `UpsampleError`.
    public init(_ path: FilePath, inputs: [FilePath]) throws {
        self.path = path
        report = try Report(contentsOf: path)
        guard let request = report.request else { throw UpsampleError.reportWithoutRequest(path) }
        self.request = request
        input = inputs.first ?? report.input.path
        let file = try PictureFile(contentsOf: input, name: input.string)
        guard file.sha256 == report.input.sha256 else {
            throw UpsampleError.otherInput(file: input, report: path)
        }
    }

    /// - Throws: `UpsampleError` if the model of that name, or what it was prepared with, is another one today.
    public func check(_ model: Models.Model) throws(UpsampleError) {
        guard model.sha256 == report.model.sha256 else { throw .otherModel(name: model.name, report: path) }
        if type(of: request.method).startsFromEncoder, model.encoderSHA256 != report.model.encoderSHA256 {
            throw .otherEncoder(name: model.name, report: path)
        }
    }

    /// The kernels that computed the report's result, where they are not these: sums then differ in their rounding.
    public func otherKernels(than variant: String) -> String? {
        report.kernels.flatMap { $0 == variant ? nil : $0 }
    }
}
