import Dispatch
import Foundation

/// Prints a line at once, also into a pipe.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// Does something at Ctrl-C instead of ending the process there and then. Holds until it is cancelled.
func onInterrupt(_ act: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT)
    source.setEventHandler(handler: act)
    source.resume()
    return source
}
