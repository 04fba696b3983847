import Tensors

/// What is taken to have happened to a face before it was given to us: a linear operator A from a large picture to a
/// small one, with its adjoint.
///
/// Nothing is rounded or clamped. Channels are treated alike.
public protocol Degradation: Sendable {
    /// Of what goes in.
    var sourceSize: PixelSize { get }
    /// Of what comes out.
    var targetSize: PixelSize { get }
    /// Whether a picture of one value comes out with that value: the search may then apply A in −1…1.
    var keepsConstants: Bool { get }
    /// What a report says about it, and what makes it again.
    var record: DegradationRecord { get }

    /// Shape of the memory between the passes of A, for pictures of `channels` channels.
    func scratchShape(channels: Int) -> [Int]

    /// A(x) into a tensor of the caller's, without allocating.
    /// - Parameters:
    ///   - image: [C, source height, source width].
    ///   - result: [C, target height, target width], overwritten.
    ///   - scratch: `scratchShape(channels: C)`, overwritten.
    func apply(_ image: Tensor<Float>, into result: inout Tensor<Float>, scratch: inout Tensor<Float>)

    /// Aᵀ(r), the gradient of ⟨A(x), r⟩ by x, into a tensor of the caller's, without allocating.
    /// - Parameters:
    ///   - residual: [C, target height, target width].
    ///   - result: [C, source height, source width], overwritten.
    ///   - scratch: `scratchShape(channels: C)`, overwritten.
    func applyAdjoint(
        _ residual: Tensor<Float>, into result: inout Tensor<Float>, scratch: inout Tensor<Float>)

    /// A(x) in double precision, for certificates.
    /// - Parameter image: [C, source height, source width].
    /// - Returns: [C, target height, target width].
    func apply(_ image: Tensor<Double>) -> Tensor<Double>
}

extension Degradation {
    /// A(x).
    /// - Parameter image: [C, source height, source width].
    /// - Returns: [C, target height, target width].
    public func apply(_ image: Tensor<Float>) -> Tensor<Float> {
        let channels = image.shape[0]
        var result = Tensor<Float>(zeros: [channels, targetSize.height, targetSize.width])
        var scratch = Tensor<Float>(zeros: scratchShape(channels: channels))
        apply(image, into: &result, scratch: &scratch)
        return result
    }

    /// Aᵀ(r): the gradient of ⟨A(x), r⟩ by x.
    /// - Parameter residual: [C, target height, target width].
    /// - Returns: [C, source height, source width].
    public func applyAdjoint(_ residual: Tensor<Float>) -> Tensor<Float> {
        let channels = residual.shape[0]
        var result = Tensor<Float>(zeros: [channels, sourceSize.height, sourceSize.width])
        var scratch = Tensor<Float>(zeros: scratchShape(channels: channels))
        applyAdjoint(residual, into: &result, scratch: &scratch)
        return result
    }
}

/// Width and height of a picture, in pixels.
public struct PixelSize: Codable, Hashable, Sendable {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// A square.
    public init(side: Int) { self.init(width: side, height: side) }
}

/// What a degradation is, in a form that can be kept.
public struct DegradationRecord: Codable, Hashable, Sendable {
    /// As in the list of `OperatorKind.all`.
    public var name: String
    public var sourceSize: PixelSize
    public var targetSize: PixelSize

    public init(name: String, sourceSize: PixelSize, targetSize: PixelSize) {
        self.name = name
        self.sourceSize = sourceSize
        self.targetSize = targetSize
    }

    /// The degradation again; nil if no operator of this version has its name and sizes.
    public var degradation: (any Degradation)? {
        let (source, target) = (sourceSize.width, targetSize.width)
        guard let kind = OperatorKind.named(name), target >= 1, target <= source else { return nil }
        let made = kind.make(source, target)
        return made.record == self ? made : nil
    }
}
