import Foundation
internal import TellusBindings

/// The threads of the core.
enum CoreThreads {
    /// Starts them, the first time that it is called.
    static func start() { started }

    private static let started: Void = {
        #if os(Linux) || os(Android)
            // There, a write to a connection that the peer has closed raises a signal that ends the process. The
            // threads inherit this thread's mask, so it is blocked on them; what the app does about it on its own
            // threads stays.
            var (pipe, before) = (sigset_t(), sigset_t())
            sigemptyset(&pipe)
            sigaddset(&pipe, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &pipe, &before)
            defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        #endif
        try? startThreads()
    }()
}
