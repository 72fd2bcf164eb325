package dev.weft.server.link;

import dev.weft.server.bus.LinkMessage;
import dev.weft.server.link.ReplayRing.Submission;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the sessions of a link submit: kept in the ring until the owner has answered, sent as often as it takes, and held up
 * at the source while there is too much of it. Confined to its link.
 */
final class Submissions {
    /** Learns of an answer. @param result null if it is not known any more */
    interface Answers {
        void answered(Submission submission, LinkMessage.Result result, long nowMillis);
    }

    private final ReplayRing ring = new ReplayRing();
    private final Set<String> paused = new HashSet<>();
    private final OwnerRelation owner;
    private final LinkLimits limits;
    private final LinkOutput output;

    Submissions(OwnerRelation owner, LinkLimits limits, LinkOutput output) {
        this.owner = owner;
        this.limits = limits;
        this.output = output;
    }

    /** Hands blobs of a session to the owner, now or as soon as there is one. @return the number of the submission */
    long submit(String sessionId, List<byte[]> blobs, long nowMillis) {
        Submission submission = ring.add(sessionId, blobs, nowMillis);
        if (owner.isAttached()) {
            owner.submit(submission);
        }
        if (ring.bytes() > limits.ringBytesMax() && paused.add(sessionId)) {
            output.add(new LinkEffect.Pause(sessionId));
        }
        return submission.number();
    }

    void accepted(LinkMessage.Accepted accepted, Answers answers, long nowMillis) {
        int next = 0;
        List<LinkMessage.Result> results = accepted.results();
        while (!ring.isEmpty() && ring.oldest().number() <= accepted.upTo()) {
            Submission submission = ring.removeOldest();
            while (next < results.size() && results.get(next).submit() < submission.number()) {
                next++;
            }
            boolean known = next < results.size() && results.get(next).submit() == submission.number();
            answers.answered(submission, known ? results.get(next) : null, nowMillis);
        }
        if (accepted.resend()) {
            sendAll();
        }
        if (ring.bytes() <= limits.ringBytesMax() / 2 && !paused.isEmpty()) {
            paused.forEach(sessionId -> output.add(new LinkEffect.Resume(sessionId)));
            paused.clear();
        }
    }

    void sendAll() {
        ring.submissions().forEach(owner::submit);
    }

    /** Sends again what has not been answered for some time. */
    void repeatIfLate(long nowMillis) {
        boolean isLate = !ring.isEmpty() && nowMillis - ring.oldest().sentAtMillis() >= limits.retryMillis();
        if (isLate && owner.mayBeAskedAgain(nowMillis)) {
            owner.asked(nowMillis);
            // If it was lost the owner asks for the rest, if not it says how far it is. An owner that tells ahead
            // has taken it long before it says so; then the newest shows whether it lacks any.
            owner.submit(ring.oldest());
            if (ring.newest() != ring.oldest()) {
                owner.submit(ring.newest());
            }
        }
    }

    /** The session is gone, or not read any more for the sake of this document. */
    void unpause(String sessionId) {
        paused.remove(sessionId);
    }

    boolean isEmpty() {
        return ring.isEmpty();
    }

    /** In bytes. */
    long unacknowledged() {
        return ring.bytes();
    }

    /** The number of the oldest that is kept, or the next to be given. */
    long firstNumber() {
        return ring.firstNumber();
    }
}
