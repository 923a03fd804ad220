private import Glibc
internal import Logging

/// Writes each record as one line with one write, so that lines of several threads never mix.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let descriptor: Int32

    init(label: String, level: Logger.Level, format: LogFormat, descriptor: Int32) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.descriptor = descriptor
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() {
            all.merge(provided) { _, new in new }
        }
        if let own = event.metadata {
            all.merge(own) { _, new in new }
        }
        if let error = event.error {
            all["error"] = "\(error)"
        }
        let record = LogRecord(
            timeMilliseconds: wallClockMilliseconds(), level: event.level.rawValue, label: label,
            message: event.message.description,
            metadata: all.map { (key: $0.key, value: $0.value.description) }
                .sorted { $0.key < $1.key })
        writeText(record.line(format), to: descriptor)
    }
}

private func wallClockMilliseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(clamping: now.tv_sec) * 1_000 + UInt64(clamping: now.tv_nsec) / 1_000_000
}
