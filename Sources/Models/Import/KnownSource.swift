/// A publication whose files are recognised by their digest: its name, and what is known about it.
struct KnownSource: Sendable {
    var modelName: String
    var licence: String
    var biases: String

    /// What the networks' weights files say about where they come from, by the SHA-256 of the synthesis
    /// network's .bin file.
    static func forWeights(sha256: String) -> KnownSource? {
        sha256 == "c7da15fa22d508c82e1c30dd6b4cdf67fe3ccdddaf85b310ee764dbf0c289645"
            ? mobileStyleGANFFHQ : nil
    }

    /// MobileStyleGAN-FFHQ-1024 as published in the package random-face 2021.7.21.1.
    static let mobileStyleGANFFHQ = KnownSource(
        modelName: "mobilestylegan-ffhq-1024",
        licence: """
            Weights published under Apache-2.0 (random-face 2021.7.21.1). They were distilled from \
            StyleGAN2, which NVIDIA releases for non-commercial use, and learned from FFHQ photographs, \
            whose data set is under CC BY-NC-SA 4.0.
            """,
        biases: """
            Learned from FFHQ. PULSE's authors, whose generator learned from the same photographs, reported \
            that it produced white faces much more frequently than faces of people of colour; expect the \
            same here. None of its faces is a real person, and none says what a person in a picture looks \
            like.
            """)

    /// What can be said of files that nobody has described.
    static func unknown(modelName: String) -> KnownSource {
        KnownSource(
            modelName: modelName,
            licence: "Not known: ask whoever published the files.",
            biases: """
                Not known. A generator shows most often what its training pictures showed most often. None \
                of its faces says what a person in a picture looks like.
                """)
    }
}
