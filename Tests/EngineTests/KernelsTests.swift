import Engine
import Testing

@Suite struct KernelsTests {
    @Test func theEnvironmentChooses() throws {
        for kernels in Kernels.available {
            #expect(try Kernels.requested(by: ["PULSE_KERNELS": kernels.name]).name == kernels.name)
        }
        let fastest = try #require(Kernels.available.last).name
        #expect(try Kernels.requested(by: [:]).name == fastest)
        #expect(try Kernels.requested(by: ["PULSE_KERNELS": ""]).name == fastest)
    }

    @Test(arguments: ["avx52", "AVX2", " avx2", "portable,avx2", "0", "Ωneon"])
    func aNameOfNoKernelsIsAnError(_ name: String) {
        #expect(throws: KernelsError.unknown(name)) { try Kernels.requested(by: ["PULSE_KERNELS": name]) }
    }

    @Test func kernelsOfAnotherProcessorAreAnError() throws {
        let absent = Set(Kernels.names).subtracting(Kernels.available.map(\.name))
        #expect(!absent.isEmpty, "no processor runs both NEON and AVX2")
        for name in absent {
            #expect(throws: KernelsError.unavailable(name)) {
                try Kernels.requested(by: ["PULSE_KERNELS": name])
            }
        }
    }
}
