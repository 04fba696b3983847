import Engine
import Testing

@Suite struct ThreadPoolTests {
    @Test(arguments: [1, 2, 5])
    func everyTaskRunsOnce(threads: Int) {
        let pool = ThreadPool(threads: threads)
        #expect(pool.threads == threads)
        for tasks in [0, 1, 3, 1000] {
            var runs = [Int](repeating: 0, count: tasks)
            runs.withUnsafeMutableBufferPointer { runs in pool.run(tasks) { runs[$0] += 1 } }
            #expect(runs.allSatisfy { $0 == 1 })
        }
    }
}
