import CVips
import Foundation

extension Samples {
    /// Puts other pixels in the place of some; alpha stays.
    ///
    /// Their colours are taken from sRGB into those of the profile, by relative colorimetric intent with black-point
    /// compensation, as they came out of it. Without a profile, or with one that reading passes over, samples are sRGB's;
    /// grey is luminance.
    /// - Parameters:
    ///   - changed: one entry a pixel.
    ///   - profile: ICC.
    /// - Throws: `PictureError`.
    mutating func replace(
        by picture: Picture, where changed: [Bool], profile: [UInt8]?
    ) throws(PictureError) {
        precondition(picture.width == width && picture.height == height && changed.count == width * height)
        // As many at a time as make the profile's work worth its preparation.
        let most = 1 << 20
        var places: [Int] = []
        var next = 0
        while next < changed.count {
            places.removeAll(keepingCapacity: true)
            while next < changed.count, places.count < most {
                if changed[next] { places.append(next) }
                next += 1
            }
            guard !places.isEmpty else { return }
            var pixels = [UInt8](repeating: 0, count: 3 * places.count)
            for (i, place) in places.enumerated() {
                for k in 0..<3 { pixels[3 * i + k] = picture.pixels[3 * place + k] }
            }
            try put(pixels, at: places, profile: profile)
        }
    }

    private mutating func put(
        _ pixels: [UInt8], at places: [Int], profile: [UInt8]?
    ) throws(PictureError) {
        let (colours, bands) = (colours, bands)
        func set<Value>(_ new: [Value], in values: inout [Value]) {
            for (i, place) in places.enumerated() {
                for k in 0..<colours { values[place * bands + k] = new[i * colours + k] }
            }
        }
        switch values {
        case .bytes(var bytes):
            values = .bytes([])
            let plain = plainColours(pixels)
            set(try profiled(pixels, 0 as UInt8, profile) ?? plain, in: &bytes)
            values = .bytes(bytes)
        case .shorts(var shorts):
            values = .shorts([])
            let plain = plainColours(pixels).map { UInt16($0) * 257 }
            set(try profiled(pixels, 0 as UInt16, profile) ?? plain, in: &shorts)
            values = .shorts(shorts)
        }
    }

    /// Colours by way of a profile; nil where there is none that counts.
    private func profiled<Value: FixedWidthInteger>(
        _ pixels: [UInt8], _ zero: Value, _ profile: [UInt8]?
    ) throws(PictureError) -> [Value]? {
        guard let profile, !profile.isEmpty else { return nil }
        let count = pixels.count / 3
        var result = [Value](repeating: zero, count: count * colours)
        var reason = [CChar](repeating: 0, count: 512)
        let status = profile.withUnsafeBytes { bytes in
            cvips_from_srgb(
                pixels, Int32(count), cvips_blob(data: bytes.baseAddress, size: bytes.count), Int32(colours),
                Int32(Value.bitWidth), &result, &reason, reason.count)
        }
        switch status {
        case CVIPS_OK: return result
        case CVIPS_UNSUPPORTED: return nil
        default: throw .unencodable(format: "ICC", reason: cleaned(reason))
        }
    }

    private func plainColours(_ pixels: [UInt8]) -> [UInt8] {
        if colours == 3 { return pixels }
        return stride(from: 0, to: pixels.count, by: 3).map {
            luminance(pixels[$0], pixels[$0 + 1], pixels[$0 + 2])
        }
    }
}

/// The grey of sRGB that is as light as a colour; grey stays what it is.
private func luminance(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    if red == green, green == blue { return red }
    let light = 0.2126 * linear[Int(red)] + 0.7152 * linear[Int(green)] + 0.0722 * linear[Int(blue)]
    let level = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
    return UInt8((255 * level).rounded())
}

/// Light of each level, 0…1.
///
/// Source: IEC 61966-2-1.
private let linear: [Double] = (0...255).map {
    let level = Double($0) / 255
    return level <= 0.04045 ? level / 12.92 : pow((level + 0.055) / 1.055, 2.4)
}
