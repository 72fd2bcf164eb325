package dev.weft.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.server.auth.NotAuthenticatedException;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.OutcomeUnknownException;
import dev.weft.server.storage.StoreUnavailableException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A caller has to know whether something was done: what was not may be sent again, what may have been must not. */
class ApiProblemTest {
    private static void assertAnswered(Throwable cause, int status, String code) {
        ApiProblem problem = ApiProblem.of(cause);
        assertThat(problem.status()).as(cause.toString()).isEqualTo(status);
        assertThat(problem.code()).isEqualTo(code);
    }

    @Test
    void whatMayHaveBeenDoneIsNotSaidToBeUndone() {
        assertAnswered(new TimeoutException(), 504, "outcome-unknown");
        assertAnswered(new OutcomeUnknownException("the connection broke", null), 504, "outcome-unknown");
    }

    @Test
    void whatWasNotDoneMaySafelyBeTriedAgain() {
        assertAnswered(new StoreUnavailableException("down", null), 503, "unavailable");
    }

    @Test
    void whatTheCallerGotWrongIsTheirs() {
        assertAnswered(new NotAuthenticatedException("who?"), 401, "not-authenticated");
        assertAnswered(new DocumentNotFoundException(DocumentKey.aware("paper")), 404, "document-not-found");
        assertAnswered(new CrdtFormatException("no change"), 400, "bad-request");
    }

    @Test
    void aFaultOfOursHasNoWordsForCallers() {
        assertThat(ApiProblem.of(new IllegalStateException("our bug"))).isNull();
    }
}
