import Models
// replaced when the families land
public struct ModelMemory { public var weights: Int; public var perGenerator: Int }
extension Model { var memory: ModelMemory { ModelMemory(weights: 100 << 20, perGenerator: 250 << 20) } }
