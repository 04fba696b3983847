import Degradation
import Files
import Foundation
import Imaging
import Models
import Search

func upsample(_ face: URL, to file: URL) throws {
    let model = try ModelStore().load("mobilestylegan-ffhq-1024")
    let target = try Target(Picture(contentsOf: face))
    let method = FastMethod()
    let downscale = Resampling(from: model.specification.resolution, to: target.side)
    let request = SearchRequest(
        target: target, degradation: downscale, seed: 1, tolerance: method.defaultTolerance)
    let seat = SearchSeat(try model.makeGenerator(threads: 4))
    let search = try method.makeSearch(
        request, candidate: 1, latents: model.latentSpace(), seat: seat)
    while let step = search.next() {  // leave when you like: the best so far is kept
        print("step \(step.index) of \(step.total): best mse \(step.bestFit)")
    }
    let origin = Provenance(model: model.name, seed: 1, mode: FastMethod.name, version: pulseVersion)
    try search.found()?.picture.writePNG(to: file, provenance: origin)
}
