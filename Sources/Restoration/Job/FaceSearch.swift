import Degradation
import Generators
import Imaging
import Search
import Tensors

/// The search for one face of a photograph.
struct FaceSearch {
    let request: SearchRequest

    /// - Returns: nil where nothing of the face can be seen.
    init?(_ face: Survey.Face, in survey: Survey, seed: UInt64, resolution: Int) {
        let transform = face.place.transform.drawn(with: resolution, insteadOf: LocatedFace.side)
        let regions = face.regions.map { survey.regions[$0] }
        guard
            let evidence = Evidence(
                survey.smooth, of: survey.photo, survey.regions, transform: transform, side: resolution)
        else { return nil }
        // As many pixels as there are blocks across it, or as the photograph has.
        let block = regions.map { ($0.grid.width + $0.grid.height) / 2 }.min() ?? 1
        let side = min(max(Int((face.place.size / block).rounded()), 8), 64)
        let view = survey.smooth.picture.view(
            face.place.transform.drawn(with: side, insteadOf: LocatedFace.side), side: side)
        guard let target = try? Target(Picture(view)) else { return nil }
        request = SearchRequest(
            target: target, observations: evidence.observations, degradation: evidence.degradation,
            seed: seed,
            tolerance: RestoreRequest.tolerance)
    }
}
