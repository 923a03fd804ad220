private import Glibc

/// What an unprivileged user can still write on the file system of `path`.
func freeSpaceBytes(at path: String) -> UInt64? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
}
