import Engine
import FaceAlignment
import Files
import Foundation
import Generators
import Imaging
import Models
import Search
import TestSupport
import Testing

@testable import pulse

/// What is said of errors, whose data the libraries' own tests check.
@Suite struct WordingTests {
    // MARK: Verdicts

    /// Read as reports keep it; those of earlier versions have no likeness.
    @Test func aFaceThatIsNotConvincingIsToldWhy() throws {
        func text(likeness: String) throws -> String {
            let json = #"{"searchedRMS": 30, "searchedFaceRMS": 44.26, "isConvincing": false\#(likeness)}"#
            return try JSONDecoder().decode(Judgement.self, from: Data(json.utf8)).wording
        }
        let unlike = "does not look like something this generator makes"
        #expect(
            try text(likeness: #", "likeness": 0.034"#).contains("\(unlike) (likeness 0.03, less than 0.50)"))
        for likeness in ["", #", "likeness": 0.9"#] {
            let text = try text(likeness: likeness)
            #expect(text.contains("44.3 grey levels") && text.contains(unlike) && !text.contains("likeness"))
        }
        #expect(unlikeInputNote(likeness: 0.034).hasPrefix("\(unlike) (likeness 0.03, less than 0.50)"))
    }

    @Test(arguments: [
        (0.0, "as ordinary as any of"), (0.6, "more unusual than 1 % of"), (19, "more unusual than 19 % of"),
        (99, "more unusual than 99 % of"), (100, "more unusual than nearly all of"),
    ])
    func howUnusualAFaceIs(percentile: Double, words: String) {
        #expect(rarityNote(percentile: percentile) == "\(words) the generator's own pictures")
    }

    @Test func anOperatorIsToldWithItsMargin() throws {
        func text(margin: Double, undetermined: Bool, chosen: String) throws -> String {
            let json = """
                {"likeliest": "box", "next": "lanczos", "margin": \(margin), "isUndetermined": \(undetermined)}
                """
            let guess = try JSONDecoder().decode(OperatorGuess.self, from: Data(json.utf8))
            return operatorNote(guess, chosen: chosen)
        }
        let sure = try text(margin: 4.24, undetermined: false, chosen: "box")
        #expect(sure.contains("made small by box (margin 4.2, 2.5 decide)"))
        let open = try text(margin: 0.31, undetermined: true, chosen: "bicubic")
        #expect(open.contains("undetermined (box or lanczos, margin 0.3, 2.5 decide): bicubic is taken"))
    }

    /// Read as reports keep it; those of earlier versions have a number alone, or nothing.
    @Test func whatHasDamagedAnInputIsTold() throws {
        func text(_ noise: String) throws -> String? {
            let json = #"{"searchedRMS": 30, "searchedFaceRMS": 14, "isConvincing": true\#(noise)}"#
            return try JSONDecoder().decode(Judgement.self, from: Data(json.utf8)).noiseWording
        }
        #expect(try text("") == nil)
        #expect(
            try #require(try text(#", "inputNoise": 12.3"#)).contains(
                "noisy: it is followed to within 12 grey"))
        let grey = try #require(try text(#", "inputNoise": 12.3, "inputNoiseKind": "grey""#))
        #expect(grey.contains("without colour") && grey.contains("12 grey levels"))
        let jpeg = try #require(
            try text(#", "inputNoise": 9.8, "inputNoiseKind": "jpeg", "jpegQuality": 40"#))
        #expect(jpeg.contains("JPEG of quality 40") && jpeg.contains("10 grey levels"))
        let salt = try #require(try text(#", "inputNoiseKind": "salt-and-pepper", "outlierPercent": 9.76"#))
        #expect(salt.contains("9.8 %") && !salt.contains("grey levels"))
    }

    @Test func picturesThatAreNotSquareAreToldHowToCrop() {
        let text = wording(of: TargetError.notSquare(name: "a.png", width: 24, height: 32))
        #expect(text.hasPrefix("a.png: 24×32 ") && text.contains("not square") && text.contains("--size 32"))
    }

    // MARK: Pictures

    @Test func aPipeIsCalledOne() {
        #expect(wording(of: PictureError.notARegularFile(name: "in")).contains("pipe"))
    }

    @Test(arguments: ["PDF", "SVG", "camera raw (CR3)", "TGA"])
    func formatsThatAreNotReadAreNamed(_ format: String) {
        let text = wording(of: PictureError.declined(name: "in", format: format))
        #expect(text.contains(format) && text.contains("PNG or JPEG"))
    }

    @Test(
        "What is no picture is told what it is, and not to be converted",
        arguments: NotAPicture.allCases)
    func noPictures(_ kind: NotAPicture) {
        let names: [NotAPicture: String] = [
            .appleDouble: "macOS metadata", .finderSettings: "the Finder's settings of a folder",
            .webPage: "a web page", .gitPointer: "a pointer of Git LFS", .text: "text",
            .archive: "an archive", .officeDocument: "a document of Windows or Office", .film: "a film",
            .sound: "a sound recording", .program: "a program",
        ]
        let text = wording(of: PictureError.notAPicture(name: "in", kind: kind))
        #expect(names[kind].map { text.hasPrefix("in: \($0), not a picture") } == true, "\(text)")
        #expect(!text.lowercased().contains("convert"))
    }

    @Test func whatIsNotRecognisedIsToldWhichFormatsAre() {
        #expect(wording(of: PictureError.unknownType(name: "in")).contains("JPEG, PNG, WebP, TIFF, HEIC"))
    }

    @Test func aCutFileIsCalledThat() {
        let text = wording(of: PictureError.truncated(name: "in", format: "PNG", reason: ""))
        #expect(text == "in: the PNG file is cut short. Get a complete copy.")
    }

    @Test func tooManyPixelsAreCounted() {
        let text = wording(
            of: PictureError.tooManyPixels(name: "in", width: 60_000, height: 60_000, limit: 200_000_000))
        #expect(text.contains("60000×60000") && text.contains("200"))
    }

    @Test(arguments: [TransferFunction.linear, .pq, .hlg])
    func highDynamicRangeIsToldWhatIsRead(_ transfer: TransferFunction) {
        let text = wording(of: PictureError.transfer(name: "in", format: "PNG", transfer: transfer))
        #expect(text.contains("sRGB"))
    }

    @Test(arguments: [SampleFormat.Kind.unsigned, .signed, .float, .invertedFloat, .complex, .logarithmic])
    func otherSamplesAreToldWhichAreRead(_ kind: SampleFormat.Kind) {
        let samples = SampleFormat(kind: kind, bits: 24)
        let text = wording(of: PictureError.sampleFormat(name: "in", format: "TIFF", samples: samples))
        #expect(text.contains("8 or 16 bits a channel"))
    }

    // MARK: Faces

    @Test func theFormOfAFileOfLandmarksIsSaid() {
        let form = JSONForm.objects(count: 68, keys: ["x", "y"])
        #expect(
            wording(of: AlignmentError.faceFile(name: "a.json", .landmarksForm(form)))
                == "a.json: not a file of landmarks: the landmarks are a list of 68 objects with 'x', 'y', not 68 pairs "
                + "of numbers. Give a JSON file that `pulse align` wrote, or 68 [x, y] pairs.")
        let missing = AlignmentError.faceFile(name: "no/such.json", .file(.missing))
        #expect(wording(of: missing).hasPrefix("no/such.json: "))
    }

    /// No case is shown as Swift prints it.
    @Test(arguments: [
        AlignmentError.landmarks(.count(5)), .landmarks(.tooSmall(side: 0.5)),
        .faceFile(name: "a", .landmarks(.notAPoint(index: 3))), .faceFile(name: "a", .boxForm(.null)),
        .faceFile(name: "a", .scoreForm(.object(keys: []))),
    ])
    func partsOfErrorsHaveWords(_ error: AlignmentError) {
        let text = wording(of: error)
        for name in ["count(", "tooSmall(", "notAPoint(", "boxForm", "object(", "FaceAlignment"] {
            #expect(!text.contains(name), "\(text)")
        }
    }

    // MARK: Search

    @Test func aLargePictureIsToldTheCommandToRun() {
        let plain = TargetError.tooLarge(name: "me/photo.jpg", width: 4000, height: 3000)
        #expect(wording(of: plain).hasSuffix("pulse align me/photo.jpg --output aligned --size 32"))
        let awkward = TargetError.tooLarge(name: "it's me.jpg", width: 4000, height: 3000)
        #expect(wording(of: awkward).hasSuffix(#"pulse align 'it'\''s me.jpg' --output aligned --size 32"#))
    }

    @Test func aLossIsToldHowToBeWritten() {
        let error = #expect(throws: LossExpressionError.self) { try LossExpression("100*L3") }
        #expect(
            error.map { wording(of: $0) } == """
                loss "100*L3", character 5: there is no loss called 'L3'. Write it as weight*name joined by '+', \
                for example "100*L2+0.05*GEOCROSS"; the losses are L2, L1, GEOCROSS.
                """)
    }

    @Test(arguments: [
        (ClassicMethodError.steps(0), "0 steps make no search: ask for at least 1"),
        (.steps(.max), "\(Int.max) steps are too many: ask for at most 1000000"),
        (.eps(-1), "eps is -1.0: it must be a finite number, 0 or more"),
        (.learningRate(.infinity), "the learning rate is inf: it must be a finite number above 0"),
        (.trainableNoise(-1, maps: nil), "-1 trainable noise maps are too few: the number must be 0 or more"),
        (.trainableNoise(8, maps: 7), "8 trainable noise maps are more than the generator's 7"),
        (.zeroNoise(-1, maps: nil), "there is no noise map -1 to zero: they are counted from 0"),
        (.zeroNoise(7, maps: 7), "there is no noise map 7 to zero: they are counted from 0 to 6"),
    ])
    func whatNoSearchCanRunWithIsSaid(_ error: ClassicMethodError, text: String) {
        #expect(wording(of: error) == text)
    }

    @Test(arguments: [-0.5, .infinity, .nan])
    func aToleranceIsToldWhatItMustBe(_ tolerance: Double) {
        #expect(wording(of: SearchRequestError.tolerance(tolerance)).hasPrefix("the tolerance is"))
    }

    // MARK: Models, files and the machine

    @Test func anUnknownModelIsToldHowToBeImported() throws {
        try withTemporaryDirectory { home in
            let error = #expect(throws: ModelError.self) { try ModelStore(home: home).load("nothing") }
            let text = error.map { wording(of: $0) } ?? ""
            #expect(text.contains("nothing") && text.contains("pulse model import"))
        }
    }

    @Test(arguments: [
        (StoreFault.notAFolder, "it is a file, not a folder"),
        (.noRoom(needed: 9, free: 7), "the model takes 9 bytes, and 7 are free"),
        (.file(.unwritable(code: EACCES)), systemMessage(EACCES)),
    ])
    func aStoreThatCannotBeWrittenIsSaid(_ fault: StoreFault, text: String) {
        let error = ModelError.storeUnwritable(folder: "models", fault)
        #expect(wording(of: error) == "models: the model folder cannot be used: \(text)")
    }

    @Test func aModelOfAnUnknownFamilyNamesIt() {
        let error = ModelError.notAModel(file: "toy", .unknownFamily("Toy"))
        #expect(wording(of: error) == "toy: not a model file of this program: the family 'Toy' is unknown")
    }

    @Test func kernelsAreToldWhichThereAre() {
        let text = wording(of: KernelsError.unknown("avx52"))
        #expect(text.hasPrefix("PULSE_KERNELS is 'avx52'"))
        for name in Kernels.names { #expect(text.contains(name)) }
    }

    /// Nothing of Foundation's, neither names of types nor codes.
    @Test func whatNobodyForesawIsSaidInTheSystemsWords() {
        struct Unforeseen: Error, CustomStringConvertible { let description = "Unforeseen(7)" }
        #expect(wording(of: Unforeseen()) == "this could not be done (for a reason that is not known).")
        #expect(wording(of: POSIXError(.EACCES)) == "this could not be done (\(systemMessage(EACCES))).")
    }
}
