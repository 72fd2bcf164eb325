package dev.weft.server.link;

import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ResumePoint;
import java.util.LinkedHashSet;
import java.util.Set;

/** Where one client stands with one document, as far as both modes are alike. Confined to its link. */
abstract class LinkSession {
    enum State {
        /**
         * Known, but it has not said what it holds: the silent re-open of a stock client, or a session whose question could
         * not be answered. Aware documents only.
         */
        UNINTRODUCED,
        /** Waits for the first part of the state, which answers its first message. */
        OPENING,
        /** Was answered and gets what it lacks, part by part; broadcasts are held back. */
        CATCHING_UP,
        /** Gets every broadcast. */
        LIVE,
        /** Its socket is full: it gets nothing until there is room, and then one catch-up. */
        LAGGING
    }

    final String id;
    State state;
    boolean isCongested;
    long openedAtMillis;

    /** The request whose answer is awaited; 0 if none is. */
    long request;

    long requestedAtMillis;

    /** Extensions it was granted. */
    Set<String> capabilities = Set.of();

    /** From where its state is asked for by number, instead of by what it holds; null if it is not. */
    ResumePoint resume;

    LinkSession(String id, State state) {
        this.id = id;
        this.state = state;
    }

    final void grant(Set<String> granted, Set<String> asked) {
        capabilities = new LinkedHashSet<>(granted);
        capabilities.retainAll(asked);
    }

    final boolean grants(String capability) {
        return capabilities.contains(capability);
    }

    /** Where an earlier session stood, as a place to read on from; null if it may not, or all lies behind it. */
    final ResumePoint placeToGoOnFrom(ResumePoint asked) {
        return asked != null && asked.after() > 0 && grants(Capability.RESUME) ? asked : null;
    }

    final boolean isLive() {
        return state == State.LIVE;
    }
}
