import Imaging

extension PictureError: Worded {
    var wording: String {
        switch self {
        case .missing(let name):
            "\(name): there is no such file. Check the path."
        case .isDirectory(let name):
            "\(name): this is a folder. Name the pictures inside it."
        case .unreadable(let name, let reason):
            "\(name): cannot be read (\(reason)). Check its permissions."
        case .empty(let name):
            "\(name): the file is empty. Get a fresh copy."
        case .notARegularFile(let name):
            "\(name): this is a pipe, a socket or a device, not a file. Save the picture to a file first."
        case .unknownType(let name):
            "\(name): not a picture that can be read. The formats are \(acceptedFormats)."
        case .declined(let name, let format):
            "\(name): pictures of the format \(format) are not read. Convert it to PNG or JPEG."
        case .notAPicture(let name, let kind): "\(name): \(kind.words), not a picture\(kind.advice)"
        case .variant(let name, let format, let variant):
            "\(name): this kind of \(format) file is not read (\(variant)). Save it as PNG."
        case .transfer(let name, let format, let transfer):
            "\(name): the colours of the \(format) file are not sRGB's (\(transfer.words)), and would come out wrong. "
                + "Export it as an ordinary picture: sRGB, standard dynamic range."
        case .sampleFormat(let name, let format, let samples):
            "\(name): the \(format) file holds \(samples.words), which are not read. "
                + "Save it with 8 or 16 bits a channel."
        case .sampleRange(let name, let format, let range):
            "\(name): the \(format) file holds floating-point numbers (\(range)) where 0 should be black and 1 white. "
                + "Scale them to 0…1, or save it with 8 or 16 bits a channel."
        case .unsupported(let name, let format, let reason):
            "\(name): this installation cannot read this \(format) file\(parenthesised(reason)). Install the "
                + "decoder (for HEIC: libheif with libde265), or convert the picture to JPEG or PNG."
        case .truncated(let name, let format, let reason):
            "\(name): the \(format) file is cut short\(parenthesised(reason)). Get a complete copy."
        case .fileTooLarge(let name, let bytes, let limit):
            "\(name): the file has \(megabytes(bytes)), more than the \(megabytes(limit)) allowed. "
                + "Make it smaller."
        case .tooManyPixels(let name, let width, let height, let limit):
            "\(name): the picture is \(width)×\(height) (\(megapixels(width, height)) megapixels), more than "
                + "the \(Double(limit) / 1e6) megapixels allowed. Make it smaller."
        case .enlargedTooFar(let name, let width, let height, let limit):
            "\(name): enlarged, the picture is \(width)×\(height) (\(megapixels(width, height)) megapixels), more than "
                + "the \(Double(limit) / 1e6) megapixels allowed. Ask for less with --upscale."
        case .undecodable(let name, let format, let reason):
            "\(name): the \(format) file is damaged\(parenthesised(reason)). Get a fresh copy, or convert it "
                + "with another program."
        case .unencodable(let format, let reason):
            "the picture could not be encoded as \(format)\(parenthesised(reason)). Choose another --format."
        }
    }
}

extension NotAPicture {
    fileprivate var words: String {
        switch self {
        case .appleDouble: "macOS metadata"
        case .finderSettings: "the Finder's settings of a folder"
        case .webPage: "a web page"
        case .gitPointer: "a pointer of Git LFS"
        case .text: "text"
        case .archive: "an archive"
        case .officeDocument: "a document of Windows or Office"
        case .film: "a film"
        case .sound: "a sound recording"
        case .program: "a program"
        }
    }

    /// With the mark that stands before it.
    fileprivate var advice: String {
        switch self {
        case .appleDouble: "; the picture is the file without '._' in front of its name."
        case .webPage: ". Download the picture itself."
        case .gitPointer: ". Fetch the picture: git lfs pull"
        case .archive: ". Unpack it, and name the pictures inside."
        case .film: ". Save one of its frames as PNG."
        case .finderSettings, .text, .officeDocument, .sound, .program:
            ". Name a picture: \(acceptedFormats)."
        }
    }
}

extension TransferFunction {
    fileprivate var words: String {
        switch self {
        case .linear: "linear light"
        case .logarithmic, .logarithmicWide: "logarithmic"
        case .pq: "PQ, high dynamic range"
        case .smpte428: "SMPTE ST 428"
        case .hlg: "HLG, high dynamic range"
        }
    }
}

extension SampleFormat {
    fileprivate var words: String {
        switch kind {
        case .unsigned: "whole numbers of \(bits) bits"
        case .signed: "signed numbers of \(bits) bits"
        case .float: "floating-point numbers of \(bits) bits"
        case .invertedFloat: "floating-point numbers in which 0 is white"
        case .complex: "complex numbers"
        case .logarithmic: "logarithms of light (SGI LogLuv)"
        }
    }
}

private let acceptedFormats = "JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF, BMP, PPM, PGM and PBM"

private func parenthesised(_ reason: String) -> String { reason.isEmpty ? "" : " (\(reason))" }

private func megabytes(_ bytes: Int) -> String {
    bytes < 1 << 20 ? "\(bytes) bytes" : "\((bytes + (1 << 19)) >> 20) MiB"
}

private func megapixels(_ width: Int, _ height: Int) -> String {
    let tenths = (Double(width) * Double(height) / 1e5).rounded()
    return "\(tenths / 10)"
}
