/// What is taken to have damaged a target after it was made small: of what kind, and how much.
///
/// As text, which options and reports have: the standard deviation alone for noise that is independent in the colours,
/// `grey:20`, `jpeg:50`, `salt-and-pepper`.
public enum InputNoise: Hashable, Sendable {
    /// Gaussian, independent in red, green and blue; its standard deviation in grey levels 0…255, 0 for no noise.
    case colour(Double)
    /// Gaussian, the same in red, green and blue; its standard deviation in grey levels 0…255.
    case grey(Double)
    /// Compression as JPEG, by the usual tables for a quality of 1…100.
    case jpeg(quality: Int)
    /// Samples, in some or in all of the colours, that are black or white whatever was there.
    case saltAndPepper

    /// What there is, whatever its amount.
    public enum Kind: String, CaseIterable, Codable, Sendable {
        case colour, grey, jpeg
        case saltAndPepper = "salt-and-pepper"
    }

    public var kind: Kind {
        switch self {
        case .colour: .colour
        case .grey: .grey
        case .jpeg: .jpeg
        case .saltAndPepper: .saltAndPepper
        }
    }

    /// Standard deviations that there can be, in grey levels.
    public static let deviations = 0.0...64
    public static let qualities = 1...100

    /// Whether the amount is one that there can be.
    public var isPossible: Bool {
        switch self {
        case .colour(let deviation), .grey(let deviation): Self.deviations.contains(deviation)
        case .jpeg(let quality): Self.qualities.contains(quality)
        case .saltAndPepper: true
        }
    }
}

extension InputNoise: LosslessStringConvertible {
    public init?(_ text: String) {
        if let deviation = Double(text) {
            self = .colour(deviation)
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (Kind(rawValue: String(parts[0])), parts.dropFirst().first) {
        case (.colour, let amount?):
            guard let deviation = Double(amount) else { return nil }
            self = .colour(deviation)
        case (.grey, let amount?):
            guard let deviation = Double(amount) else { return nil }
            self = .grey(deviation)
        case (.jpeg, let amount?):
            guard let quality = Int(amount) else { return nil }
            self = .jpeg(quality: quality)
        case (.saltAndPepper, nil): self = .saltAndPepper
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .colour(let deviation): "\(deviation)"
        case .grey(let deviation): "grey:\(deviation)"
        case .jpeg(let quality): "jpeg:\(quality)"
        case .saltAndPepper: "salt-and-pepper"
        }
    }
}

extension InputNoise: Codable {
    /// A number for noise that is independent in the colours, else text.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let deviation = try? value.decode(Double.self) {
            self = .colour(deviation)
            return
        }
        let text = try value.decode(String.self)
        guard let noise = InputNoise(text) else {
            throw DecodingError.dataCorruptedError(
                in: value, debugDescription: "there is no noise called '\(text)'")
        }
        self = noise
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        if case .colour(let deviation) = self {
            try value.encode(deviation)
        } else {
            try value.encode(description)
        }
    }
}
