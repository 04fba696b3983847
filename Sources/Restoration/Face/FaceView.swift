import FaceAlignment
import Foundation
import Imaging
import Tensors

extension PhotoTransform {
    /// The square of an aligned face, drawn with `side` pixels, around a centre.
    /// - Parameters:
    ///   - size: its side, in pixels of the photograph.
    ///   - roll: how far it is turned clockwise, in radians.
    public init(centre: SIMD2<Double>, size: Double, roll: Double, side: Int) {
        let step = size / Double(side)
        let right = SIMD2(cos(roll), sin(roll)) * step
        let down = SIMD2(-sin(roll), cos(roll)) * step
        self.init(
            right: right, down: down, origin: centre - (right + down) * (Double(side) / 2))
    }

    /// The same square with another number of pixels.
    func drawn(with side: Int, insteadOf from: Int) -> PhotoTransform {
        let factor = Double(from) / Double(side)
        return PhotoTransform(right: right * factor, down: down * factor, origin: origin)
    }
}

extension Picture {
    /// What a square of a photograph shows: means over each pixel's area. Beyond the photograph its edge goes on.
    /// - Parameters:
    ///   - transform: from the pixels of the result to the photograph.
    /// - Returns: [3, side, side] in 0…1.
    func view(_ transform: PhotoTransform, side: Int) -> Tensor<Float> {
        let coverage = max(1, Int((transform.right * transform.right).sum().squareRoot().rounded(.up)))
        let taps = min(max(2, coverage), 16)
        var result = Tensor<Float>(zeros: [3, side, side])
        let plane = side * side
        let share = 1 / Float(taps * taps * 255)
        pixels.withUnsafeBufferPointer { pixels in
            result.withUnsafeMutableBufferPointer { result in
                for row in 0..<side {
                    for column in 0..<side {
                        var sum = SIMD3<Float>()
                        for i in 0..<taps * taps {
                            let u = Double(column) + (Double(i % taps) + 0.5) / Double(taps)
                            let v = Double(row) + (Double(i / taps) + 0.5) / Double(taps)
                            sum += sample(pixels, transform.inPhoto(SIMD2(u, v)))
                        }
                        for channel in 0..<3 {
                            result[channel * plane + row * side + column] = sum[channel] * share
                        }
                    }
                }
            }
        }
        return result
    }

    /// Between the four nearest pixels, in levels 0…255.
    @inline(__always)
    private func sample(_ pixels: UnsafeBufferPointer<UInt8>, _ point: SIMD2<Double>) -> SIMD3<Float> {
        let x = min(max(point.x - 0.5, 0), Double(width - 1))
        let y = min(max(point.y - 0.5, 0), Double(height - 1))
        let (left, top) = (Int(x), Int(y))
        let (right, bottom) = (min(left + 1, width - 1), min(top + 1, height - 1))
        let (along, below) = (Float(x - Double(left)), Float(y - Double(top)))
        func level(_ x: Int, _ y: Int) -> SIMD3<Float> {
            let i = 3 * (y * width + x)
            return SIMD3(Float(pixels[i]), Float(pixels[i + 1]), Float(pixels[i + 2]))
        }
        let upper = level(left, top) + (level(right, top) - level(left, top)) * along
        let lower = level(left, bottom) + (level(right, bottom) - level(left, bottom)) * along
        return upper + (lower - upper) * below
    }
}
