import Degradation
import Files
import Foundation
import Imaging
import Models
import Search

func upsample(_ face: URL, to file: URL, steps: Int = 100) throws {
    let model = try ModelStore().load("mobilestylegan-ffhq-1024")
    let latents = try model.latentStatistics()
    let target = try Target(Picture(contentsOf: face))
    var method = ClassicMethod()
    method.steps = steps
    let downscale = Resampling(from: model.specification.resolution, to: target.side)
    let request = SearchRequest(
        target: target, degradation: downscale, seed: 1, tolerance: ClassicMethod().defaultTolerance)
    let seat = SearchSeat(try model.makeGenerator(threads: 4))
    let search = try ClassicSearch(method, request, latents: latents, seat: seat)
    for step in search {  // leave with `break` when you like: the best so far is kept
        print("step \(step.index) of \(step.total): best mse \(step.bestFit)")
    }
    let origin = Provenance(model: model.name, seed: 1, mode: ClassicMethod.name, version: pulseVersion)
    try search.found()?.picture.writePNG(to: file, provenance: origin)
}
