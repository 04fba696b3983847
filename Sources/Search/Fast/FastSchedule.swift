import Foundation

/// How the learning rate changes over the steps, as a factor: up for the first part, then down as half a cosine.
struct FastSchedule {
    /// The share of the steps in which it rises.
    static let rise = 0.3

    /// The highest factor of the steps that hard faces take besides.
    static let hardShare = 0.6

    /// The factor of step `index` out of `count`, counted from 0.
    static func factor(step index: Int, of count: Int) -> Double {
        let rising = max(1, rise * Double(count))
        let position = Double(index) + 1
        if position <= rising { return position / rising }
        return (1 + cos(.pi * (position - rising) / (Double(count) - rising + 1))) / 2
    }
}
