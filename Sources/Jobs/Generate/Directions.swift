import Models
import Search

extension ModelStore {
    /// Names of principal axes that every model offers, what varies most first.
    public static let axes = (1...8).map { "axis-\($0)" }

    /// A direction of a model by its name: a principal axis, or one that a user has brought.
    /// - Throws: ``DirectionError``, or `CheckpointError` where the file of directions is damaged.
    public func direction(_ name: String, of model: Model) throws -> LatentDirection {
        if let place = Self.axes.firstIndex(of: name) { return .axis(place + 1) }
        guard let found = try directions(of: model).first(where: { $0.name == name }) else {
            throw DirectionError.unknown(name)
        }
        return .latent(found.w.elements)
    }
}
