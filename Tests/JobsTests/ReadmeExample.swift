import Files
import Foundation
import Imaging
import Models
import Search

func upsample(_ face: URL, to file: URL, steps: Int = 100) throws {
    let model = try ModelStore().load("mobilestylegan-ffhq-1024")
    let latents = try model.latentStatistics()
    let target = try Target(Picture(contentsOf: face))
    var options = ClassicOptions()
    options.steps = steps
    let search = try ClassicSearch(
        generator: model.makeGenerator(threads: 4), latentModel: LatentModel(latents), target: target,
        options: options, seed: 1)
    for step in search {  // leave with `break` when you like: the best so far is kept
        print("step \(step.index) of \(step.total): best mse \(step.bestFit)")
    }
    let origin = Provenance(model: model.name, seed: 1, mode: "classic", version: pulseVersion)
    try search.found()?.picture.writePNG(to: file, provenance: origin)
}
