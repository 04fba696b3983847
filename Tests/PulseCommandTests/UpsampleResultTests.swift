import Files
import Foundation
import Imaging
import Jobs
import TestSupport
import Testing

/// What a finished search leaves behind.
@Suite struct UpsampleResultTests {
    @Test func writesPicturesOverviewAndReport() throws {
        try UpsampleScene.with { scene in
            let input = try scene.add("a.png")
            let output = try scene.upsample(["a.png"], ["--count", "2", "--tolerance", "0.01"], steps: 3)
            // Nothing fits to a hundredth of a grey level: written all the same, with exit code 1.
            #expect(output.status == 1, "\(output)")
            #expect(try scene.names(".") == ["a.png", "out"])
            #expect(try scene.names("out") == ["a"])
            #expect(
                try scene.names("out/a") == [
                    "1.png", "1.safetensors", "2.png", "2.safetensors", "overview.png", "report.json",
                ])

            let report = try scene.report("a")
            #expect(report.input.file == "a.png")
            #expect((report.input.width, report.input.height) == (16, 16))
            #expect(report.model.name == "mobilestylegan-ffhq-1024")
            #expect(report.mode == "classic")
            #expect(report.operator == "bicubic")
            #expect(report.operatorNote?.contains("auto") == true)
            #expect(report.seed == 7)
            #expect(report.interrupted == nil)
            #expect(report.version == pulseVersion)
            #expect(report.peakMemoryBytes > 50 << 20)
            #expect(report.seconds >= report.candidates.reduce(0) { $0 + $1.seconds })
            #expect(report.candidates.map(\.file) == ["1.png", "2.png"])
            for candidate in report.candidates {
                #expect(candidate.steps == 3)
                #expect(!candidate.accepted)
                let face = try Picture(contentsOf: scene.url("out/a/\(candidate.file)"))
                #expect((face.width, face.height) == (1024, 1024))
                expectFit(candidate, face: face, input: input)
                let line = "out/a/\(candidate.file)  rms "
                #expect(output.standardOutput.contains(line), "\(output)")
            }
            #expect(output.standardOutput.contains("not accepted"), "\(output)")
            #expect(
                output.standardOutput.contains("none is the one that was made small"),
                "\(output)")
            let overview = try Picture(contentsOf: scene.url("out/a/overview.png"))
            #expect(overview.width <= 2400)
        }
    }

    /// Recomputes the certificate from the decoded file with a downscale operator of the test's own: PULSE's
    /// padded convolution, which the definition equals where the side divides 1024.
    private func expectFit(_ candidate: Report.Candidate, face: Picture, input: Picture) {
        let (n, s) = (face.width, input.width)
        let f = n / s
        let taps = (0..<4 * f).map { i -> Double in
            let x = abs((Double(i) - 2 * Double(f) + 0.5) / Double(f))
            return x < 1 ? 1.5 * x * x * x - 2.5 * x * x + 1 : -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2
        }
        let total = taps.reduce(0, +)
        func source(_ i: Int) -> Int { i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i }
        // Down the columns, then along the rows.
        var narrow = [Double](repeating: 0, count: s * n * 3)
        for y in 0..<s {
            for (k, tap) in taps.enumerated() {
                let row = source(y * f + k - 3 * f / 2) * n * 3
                for i in 0..<n * 3 { narrow[y * n * 3 + i] += tap / total * Double(face.pixels[row + i]) }
            }
        }
        var (sum, largest) = (0.0, 0.0)
        for y in 0..<s {
            for x in 0..<s {
                for channel in 0..<3 {
                    var value = 0.0
                    for (k, tap) in taps.enumerated() {
                        value += tap / total * narrow[(y * n + source(x * f + k - 3 * f / 2)) * 3 + channel]
                    }
                    let residual = value - Double(input.pixels[(y * s + x) * 3 + channel])
                    sum += residual * residual
                    largest = max(largest, abs(residual))
                }
            }
        }
        let mean = sum / Double(s * s * 3)
        #expect(abs(candidate.rms - mean.squareRoot()) < 1e-9 * candidate.rms)
        #expect(abs(candidate.mse - mean / 65025) < 1e-9 * candidate.mse)
        #expect(abs(candidate.max - largest) < 1e-9 * candidate.max)
    }

    @Test func acceptsWhatIsWithinTheTolerance() throws {
        try UpsampleScene.with { scene in
            // A side that does not divide 1024.
            try scene.add("a.png", side: 12)
            let lax = try scene.upsample(["a.png"], ["--tolerance", "255", "--progress", "none"])
            #expect(lax.status == 0, "\(lax)")
            #expect(lax.standardError.isEmpty, "\(lax)")
            let report = try scene.report("a")
            let rms = try #require(report.candidates.first?.rms)
            #expect(report.candidates.allSatisfy { $0.accepted })

            // Between the fit and a hair less lies the verdict.
            let strict = try scene.upsample(["a.png"], ["--tolerance", "\(rms - 0.001)"])
            #expect(strict.status == 1, "\(strict)")
            let exact = try scene.upsample(["a.png"], ["--tolerance", "\(rms)"])
            #expect(exact.status == 0, "\(exact)")
        }
    }

    /// One accepted input does not make up for another.
    @Test func everyInputNeedsAnAcceptedCandidate() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try Picture.canvas(width: 16, height: 16, fill: (0, 255, 0))
                .writePNG(to: scene.url("green.png"), provenance: nil)
            try scene.upsample(["a.png"], ["--tolerance", "255"]).expectStatus(0)
            let fit = try #require(try scene.report("a").candidates.first?.rms)
            let both = try scene.upsample(["a.png", "green.png"], ["--tolerance", "\(fit)"])
            both.expectStatus(1)
            #expect(try scene.names("out") == ["a", "green"])
        }
    }

    @Test func saysWhereThePictureComesFrom() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try scene.upsample(["a.png"], ["--tolerance", "255"], steps: 1).expectStatus(0)
            for file in ["1.png", "overview.png"] {
                let tags = try ExifTool.tags(of: scene.url("out/a/\(file)"))
                let source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
                #expect(tags["XMP-iptcExt:DigitalSourceType"] as? String == source, "\(file)")
                for (tag, value) in [
                    ("Model", "mobilestylegan-ffhq-1024"), ("Mode", "classic"), ("Version", pulseVersion),
                    ("Seed", "7"), ("Operator", "bicubic"),
                ] {
                    #expect(tags["XMP-pulse:\(tag)"].map { "\($0)" } == value, "\(file): \(tag)")
                }
            }
        }
    }

    @Test func showsEveryStepAsJSON() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            let output = try scene.upsample(
                ["a.png"], ["--tolerance", "255", "--count", "2", "--progress", "json"])
            output.expectStatus(0)
            let steps = try output.standardError.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            #expect(steps.map { $0["candidate"] as? Int } == [1, 1, 2, 2])
            #expect(steps.map { $0["step"] as? Int } == [1, 2, 1, 2])
            for step in steps {
                #expect(step["input"] as? String == "a.png")
                #expect(step["steps"] as? Int == 2)
                let losses = try #require(step["losses"] as? [String: Double])
                let l2 = try #require(losses["L2"])
                let cross = try #require(losses["GEOCROSS"])
                let loss = try #require(step["loss"] as? Double)
                #expect(abs(loss - (100 * l2 + 0.05 * cross)) < 1e-4 * loss)
            }
            let best = try #require(steps.last?["bestRms"] as? Double)
            let fit = try #require(try scene.report("a").candidates.last?.rms)
            #expect(abs(best - fit) < 1e-3)
        }
    }

    @Test func savesIntermediates() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try scene.upsample(["a.png"], ["--tolerance", "255", "--count", "2", "--save-intermediate"])
                .expectStatus(0)
            #expect(
                try scene.names("out/a") == [
                    "1.png", "1.safetensors", "2.png", "2.safetensors", "intermediate", "overview.png",
                    "report.json",
                ])
            for candidate in 1...2 {
                for kind in ["HR", "LR"] {
                    #expect(
                        try scene.names("out/a/intermediate/\(candidate)/\(kind)") == ["00.png", "01.png"])
                }
            }
            let low = try Picture(contentsOf: scene.url("out/a/intermediate/2/LR/01.png"))
            #expect(low.width == 16)
        }
    }

    /// The classic options reach the search.
    @Test func optionsChangeThePicture() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            let options = [
                [], ["--loss", "10*L1+0.1*GEOCROSS"], ["--eps", "1"], ["--noise", "baked"],
                ["--trainable-noise", "0"], ["--zero-noise", "0,1.2"], ["--tile-latent"],
                ["--optimizer", "sgd"], ["--learning-rate", "0.1"], ["--schedule", "fixed"],
                ["--operator", "box"], ["--seed", "0"],
            ]
            var pictures: Set<Data> = []
            for (index, option) in options.enumerated() {
                let seed = option.first == "--seed" ? [] : ["--seed", "7"]
                try PulseBinary.run(
                    [
                        "upsample", "a.png", "--output", "out\(index)", "--mode", "classic", "--steps", "2",
                        "--tolerance", "255",
                    ]
                        + seed + option, in: scene.folder
                ).expectStatus(0)
                let isNew = try pictures.insert(scene.bytes("out\(index)/a/1.png")).inserted
                #expect(isNew, "\(option)")
            }
        }
    }
}

extension PulseBinary.Output {
    func expectStatus(_ status: Int32, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, "\(self)", sourceLocation: sourceLocation)
    }
}
