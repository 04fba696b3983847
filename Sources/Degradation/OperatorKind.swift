/// An operator that users can name.
public struct OperatorKind: Sendable {
    /// As users write it, and as `DegradationRecord` keeps it.
    public let name: String
    /// Makes it for square pictures of the first side, which become pictures of the second, no larger one.
    public let make: @Sendable (_ sourceSide: Int, _ targetSide: Int) -> any Degradation

    public init(
        _ name: String, make: @escaping @Sendable (_ sourceSide: Int, _ targetSide: Int) -> any Degradation
    ) {
        self.name = name
        self.make = make
    }

    /// All there are, in the order in which they are offered: a new operator is a line here.
    public static let all: [OperatorKind] = [
        OperatorKind("bicubic") { Resampling(filter: .bicubic, from: $0, to: $1) },
        OperatorKind("box") { Resampling(filter: .box, from: $0, to: $1) },
        OperatorKind("nearest") { Resampling(filter: .nearest, from: $0, to: $1) },
        OperatorKind("bilinear") { Resampling(filter: .bilinear, from: $0, to: $1) },
        OperatorKind("lanczos") { Resampling(filter: .lanczos, from: $0, to: $1) },
        OperatorKind("gaussian") { Resampling(filter: .gaussian, from: $0, to: $1) },
    ]

    /// The operator of that name; nil if there is none.
    public static func named(_ name: String) -> OperatorKind? { all.first { $0.name == name } }
}
