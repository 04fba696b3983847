/// How much a pickle may ask for. The largest official checkpoints stay below a tenth of each.
enum PickleLimits {
    static let instructions = 4_000_000
    /// Containers and calls.
    static let nodes = 300_000
    /// Elements of containers, in all.
    static let items = 1_500_000
    static let stack = 500_000
    static let memo = 500_000
    /// Names in the file, repeated ones included.
    static let globals = 300_000
    /// Texts and byte strings.
    static let slices = 500_000
    /// Containers inside containers.
    static let depth = 200
    /// Elements where everything shared is counted as often as it is met.
    static let expandedItems = 1_000_000
    /// Bytes of one integer; the largest that PyTorch writes has ten.
    static let integerBytes = 64
    /// Bytes of a name, a key of a dictionary, or a number that is written as a line.
    static let name = 1000
}

/// What is left of the limits; pickles inside pickles draw on the same one.
struct PickleBudget {
    var instructions = PickleLimits.instructions
    var nodes = PickleLimits.nodes
    var items = PickleLimits.items
}
