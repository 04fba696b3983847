import Generators

/// A way to search, with its options: it starts the search for each candidate.
///
/// Options are stored properties, so that a method can be kept and read back as JSON.
public protocol SearchMethod: Codable, Hashable, Sendable {
    /// As users write it: "classic".
    static var name: String { get }
    /// With which a face is accepted unless the user says otherwise, in grey levels 0…255.
    var defaultTolerance: Double { get }
    /// How many candidates are found unless the user says otherwise.
    static var defaultCount: Int { get }
    /// Whether it starts better where the model is prepared.
    static var startsFromEncoder: Bool { get }
    /// Steps of one candidate, where it does not need more.
    var steps: Int { get set }

    /// With the default options.
    init()

    /// Has each candidate take so many steps, and no more.
    mutating func setSteps(_ count: Int)

    /// - Throws: an error for the first option that no search can run with.
    func validate() throws

    /// - Throws: an error for the first option that does not fit this generator either.
    func validate(for generator: GeneratorSpecification) throws

    /// How much a target by itself looks like a face that the generator makes, 0…1, told apart at
    /// ``FaceLikeness/limit``; nil where the method does not ask, or the model does not know.
    func likeness(of target: Target, latents: LatentSpace) -> Double?

    /// By which operator a target was made small; nil where the method does not ask, or the model does not know.
    func operatorGuess(of target: Target, latents: LatentSpace) -> OperatorGuess?

    /// Starts the search for one candidate.
    /// - Parameters:
    ///   - candidate: counted from 1.
    ///   - latents: what is known of the generator's latents.
    ///   - seat: where to search; searches on one seat take turns.
    /// - Throws: as `validate(for:)`.
    func makeSearch(
        _ request: SearchRequest, candidate: Int, latents: LatentSpace, seat: SearchSeat
    ) throws -> any CandidateSearch
}

extension SearchMethod {
    public static var startsFromEncoder: Bool { false }

    public mutating func setSteps(_ count: Int) { steps = count }

    public func likeness(of target: Target, latents: LatentSpace) -> Double? { nil }

    public func operatorGuess(of target: Target, latents: LatentSpace) -> OperatorGuess? { nil }
}
