package dev.weft.server;

import java.io.IOException;
import java.net.BindException;

/** Why a port could not be taken, in one type, whatever transport says it. */
final class BindFailure {
    /** How the native transport names the call that failed; its exceptions are of a type of their own. */
    private static final String NATIVE = "bind(";

    private BindFailure() {}

    /** @return a {@link BindException} with this as its cause, if it says that a port could not be taken; otherwise this */
    static Throwable named(Throwable failure) {
        boolean isNative = failure instanceof IOException
                && !(failure instanceof BindException)
                && failure.getMessage() != null
                && failure.getMessage().startsWith(NATIVE);
        return isNative ? new BindException(failure.getMessage()).initCause(failure) : failure;
    }
}
