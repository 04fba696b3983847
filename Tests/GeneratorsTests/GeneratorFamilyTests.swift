import Tensors
import TestSupport
import Testing

@testable import Generators

/// What model files say of themselves is written as ever, byte for byte, and read again.
@Suite struct GeneratorFamilyTests {
    @Test(arguments: [
        (
            GeneratorFamily.mobileStyleGAN,
            #"{"channels":[512,512,512,512,512,256,128,64],"demodulationFolded":true,"foldedScaling":true,"#
                + #""mappingLayers":8,"noiseBaked":true,"styleDim":512}"#
        ),
        (
            .mobileStyleGAN,
            #"{"channels":[8,12,8],"demodulationFolded":true,"foldedScaling":true,"mappingLayers":0,"#
                + #""noiseBaked":true,"styleDim":16}"#
        ),
        (
            .styleGAN1,
            #"{"average":false,"statistics":true,"synthesis":{"channels":[12,12,12,12,11,9],"epsilon":1e-05,"#
                + #""storesNoise":false,"styleDim":24}}"#
        ),
        (
            .styleGAN2,
            #"{"average":true,"mapping":{"classCount":3,"labelSize":24,"latentSize":20,"#
                + #""normalisesJointly":false,"widths":[24,24]},"statistics":true,"#
                + #""synthesis":{"channels":[12,12,12,12,8],"clamp":1.5,"styleDim":24}}"#
        ),
    ])
    func configurationsKeepTheirBytes(_ family: GeneratorFamily, _ json: String) throws {
        let configuration = try family.configuration(json: json)
        #expect(configuration.isPlausible)
        #expect(try family.json(configuration) == json)
        #expect(configuration.synthesis.specification.family == family.name)
    }

    @Test func anotherFamilysConfigurationIsMalformed() throws {
        #expect(throws: DecodingError.self) {
            try GeneratorFamily.mobileStyleGAN.configuration(json: #"{"average":false}"#)
        }
        #expect(throws: DecodingError.self) { try GeneratorFamily.styleGAN2.configuration(json: "[]") }
    }

    /// Families keep different gains behind the activations of their mapping networks: the map stays the same.
    @Test func aMappingNetworksGainMovesIntoItsWeights() throws {
        let network = MappingNetwork(
            weights: [randomTensor([6, 5], stream: 1, seed: 7), randomTensor([6, 6], stream: 2, seed: 7)],
            biases: [randomTensor([6], stream: 3, seed: 7), randomTensor([6], stream: 4, seed: 7)],
            gain: Float(2).squareRoot())
        let z: Tensor<Float> = randomTensor([4, 5], stream: 5, seed: 7)
        expectClose(network.withGain(1)(z), network(z), absolute: 1e-5, relative: 1e-5)
        #expect(network.withGain(1).withGain(1).weights == network.withGain(1).weights)
        #expect(network.withGain(Float(2).squareRoot())(z) == network(z))
    }
}
