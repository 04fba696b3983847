import Degradation
import Foundation
import Imaging
import Search

/// Everything that decides what faces are found for an input: with the same model on the same kernels, the same
/// request gives the same bits.
public struct UpsampleRequest: Sendable {
    public var model: String
    public var method: any SearchMethod
    /// How the input is taken to have been made small, by the name of an `OperatorKind`; nil leaves the choice to the
    /// program.
    public var `operator`: String?
    public var seed: UInt64
    /// How many candidates.
    public var count: Int
    /// Largest root mean square difference, in grey levels 0…255, with which a face is accepted.
    public var tolerance: Double
    /// Whether the best picture after every step is written as well.
    public var savesIntermediate: Bool
    /// In which format candidates are written; what is said of their fit is measured on the written file.
    public var format: OutputFormat
    /// In which format each candidate's search is written as an animation; nil where it is not.
    public var animation: AnimationFormat?
    /// Whether a picture of equal blocks is searched for as one pixel for each block.
    public var reducesMosaics: Bool

    public init(
        model: String, method: any SearchMethod, operator: String? = nil, seed: UInt64, count: Int = 1,
        tolerance: Double? = nil, savesIntermediate: Bool = false, format: OutputFormat = .png,
        animation: AnimationFormat? = nil, reducesMosaics: Bool = true
    ) {
        self.model = model
        self.method = method
        self.operator = `operator`
        self.seed = seed
        self.count = count
        self.tolerance = tolerance ?? method.defaultTolerance
        self.savesIntermediate = savesIntermediate
        (self.format, self.animation) = (format, animation)
        self.reducesMosaics = reducesMosaics
    }

    /// The operator that is used: the one asked for; box for a mosaic, whose blocks are means; the one by which the input
    /// looks made small; or the first there is.
    /// - Parameter guess: of an input that is no mosaic.
    public func chosenOperator(isMosaic: Bool, guess: OperatorGuess? = nil) -> OperatorKind {
        var name = `operator` ?? (isMosaic ? Resampling.Filter.box.rawValue : nil)
        if name == nil, let guess, !guess.isUndetermined { name = guess.likeliest }
        return name.flatMap(OperatorKind.named) ?? OperatorKind.all[0]
    }

    /// The methods that there are; the first is the default.
    public static let methods: [any SearchMethod.Type] = [FastMethod.self, ClassicMethod.self]
}

extension UpsampleRequest: Codable {
    private enum Key: String, CodingKey {
        case model, mode, options, `operator`, seed, count, tolerance, savesIntermediate, format, animation,
            reducesMosaics
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let mode = try values.decode(String.self, forKey: .mode)
        guard let method = Self.methods.first(where: { $0.name == mode }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .mode, in: values, debugDescription: "there is no mode called '\(mode)'")
        }
        self.method = try values.decode(method, forKey: .options)
        model = try values.decode(String.self, forKey: .model)
        `operator` = try values.decodeIfPresent(String.self, forKey: .operator)
        if let name = `operator`, OperatorKind.named(name) == nil {
            throw DecodingError.dataCorruptedError(
                forKey: .operator, in: values, debugDescription: "there is no operator called '\(name)'")
        }
        seed = try values.decode(UInt64.self, forKey: .seed)
        count = try values.decode(Int.self, forKey: .count)
        tolerance = try values.decode(Double.self, forKey: .tolerance)
        savesIntermediate = try values.decodeIfPresent(Bool.self, forKey: .savesIntermediate) ?? false
        format = try values.decodeIfPresent(OutputFormat.self, forKey: .format) ?? .png
        animation = try values.decodeIfPresent(AnimationFormat.self, forKey: .animation)
        reducesMosaics = try values.decodeIfPresent(Bool.self, forKey: .reducesMosaics) ?? false
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(model, forKey: .model)
        try values.encode(type(of: method).name, forKey: .mode)
        try values.encode(method, forKey: .options)
        try values.encodeIfPresent(`operator`, forKey: .operator)
        try values.encode(seed, forKey: .seed)
        try values.encode(count, forKey: .count)
        try values.encode(tolerance, forKey: .tolerance)
        if savesIntermediate { try values.encode(true, forKey: .savesIntermediate) }
        if format != .png { try values.encode(format, forKey: .format) }
        try values.encodeIfPresent(animation, forKey: .animation)
        // Reports without it are older than the reduction.
        try values.encode(reducesMosaics, forKey: .reducesMosaics)
    }
}
