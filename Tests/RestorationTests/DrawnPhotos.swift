import Foundation
import Imaging
import Tensors

@testable import Restoration

/// Drawn pictures, the same every time.
enum DrawnPhoto {
    /// Soft colours with texture and edges, as photographs have.
    static func scene(width: Int, height: Int, seed: UInt64 = 1) -> Picture {
        let random = CounterRandom(seed: seed, stream: 7)
        var picture = Picture.canvas(width: width, height: height)
        let waves = (0..<24).map { i -> (SIMD2<Double>, Double, SIMD3<Double>) in
            func normal(_ k: UInt64) -> Double { random.normal(UInt64(i) * 8 + k) }
            let frequency = exp(normal(0)) * 0.03
            return (
                SIMD2(cos(3 * normal(1)), sin(3 * normal(1))) * frequency, 3 * normal(2),
                SIMD3(normal(3), normal(4), normal(5)) * (1 / (0.03 + frequency))
            )
        }
        for y in 0..<height {
            for x in 0..<width {
                var level = SIMD3(120.0, 110, 100)
                for (direction, phase, amplitude) in waves {
                    level += amplitude * sin(direction.x * Double(x) + direction.y * Double(y) + phase)
                }
                if x * 3 > y * 2 + width { level *= 0.6 }
                for channel in 0..<3 {
                    let grain = 3 * random.normal(UInt64((y * width + x) * 3 + channel + 1000))
                    picture.pixels[3 * (y * width + x) + channel] = UInt8(
                        min(max(level[channel] + grain, 0), 255))
                }
            }
        }
        return picture
    }

    /// A part of a picture in blocks, each in the mean of its pixels.
    /// - Parameters:
    ///   - inside: which pixels are pixelated, by column and row.
    static func pixelated(
        _ picture: Picture, block: Int, left: Int, top: Int, where inside: (Int, Int) -> Bool
    ) -> Picture {
        var result = picture
        for row in stride(from: top % block - block, to: picture.height, by: block) {
            for column in stride(from: left % block - block, to: picture.width, by: block) {
                let xs = max(0, column)..<max(max(0, column), min(picture.width, column + block))
                let ys = max(0, row)..<max(max(0, row), min(picture.height, row + block))
                var sum = [0, 0, 0]
                for y in ys {
                    for x in xs {
                        for channel in 0..<3 {
                            sum[channel] += Int(picture.pixels[3 * (y * picture.width + x) + channel])
                        }
                    }
                }
                let count = max(1, xs.count * ys.count)
                for y in ys {
                    for x in xs where inside(x, y) {
                        for channel in 0..<3 {
                            result.pixels[3 * (y * picture.width + x) + channel] = UInt8(
                                (2 * sum[channel] + count) / (2 * count))
                        }
                    }
                }
            }
        }
        return result
    }

    /// Resized by linear interpolation.
    static func resized(_ picture: Picture, by factor: Double) -> Picture {
        let (width, height) = (Int(Double(picture.width) * factor), Int(Double(picture.height) * factor))
        let side = max(width, height)
        let step = 1 / factor
        let view = picture.view(
            .init(right: SIMD2(step, 0), down: SIMD2(0, step), origin: SIMD2()), side: side)
        var result = Picture.canvas(width: width, height: height)
        result.draw(Picture(view), x: 0, y: 0)
        return result
    }

    /// A wall of bricks with mortar between them.
    static func bricks(width: Int, height: Int) -> Picture {
        let random = CounterRandom(seed: 3, stream: 1)
        var picture = scene(width: width, height: height, seed: 9)
        for y in 0..<height {
            for x in 0..<width {
                let row = y / 20
                let column = (x + (row % 2) * 22) / 44
                let isMortar = y % 20 < 3 || (x + (row % 2) * 22) % 44 < 3
                let tint = 14 * random.normal(UInt64(row * 1000 + column))
                for channel in 0..<3 {
                    let i = 3 * (y * width + x) + channel
                    let base = isMortar ? [190.0, 185, 175][channel] : [150.0, 70, 55][channel] + tint
                    picture.pixels[i] = UInt8(min(max(base + 4 * random.normal(UInt64(i) + 77777), 0), 255))
                }
            }
        }
        return picture
    }

    /// The front of a building: rows of equal windows, each with a frame, panes that reflect different things.
    static func windows(width: Int, height: Int) -> Picture {
        let random = CounterRandom(seed: 4, stream: 1)
        var picture = Picture.canvas(width: width, height: height, fill: (170, 160, 150))
        for y in 0..<height {
            for x in 0..<width {
                let (u, v) = (x % 32, y % 32)
                guard (6..<26).contains(u), (6..<26).contains(v) else { continue }
                let isFrame = u < 8 || u >= 24 || v < 8 || v >= 24
                let pane = 90 + 35 * random.normal(UInt64(y / 32 * 100 + x / 32))
                for channel in 0..<3 {
                    picture.pixels[3 * (y * width + x) + channel] = UInt8(
                        min(max(isFrame ? 235 : pane, 0), 255))
                }
            }
        }
        return picture
    }
}
