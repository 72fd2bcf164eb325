package dev.weft.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.message.Message;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import java.util.ArrayList;
import java.util.List;

/** Drives a link by hand: feeds inputs, lets time pass, and keeps what the link wanted done. */
final class LinkScript {
    static final String OWNER = "n2";
    static final int TICK_MILLIS = 100;

    final DocumentLink link;
    final List<LinkEffect> effects = new ArrayList<>();
    long now = 1_000_000;

    LinkScript(DocumentLink link) {
        this.link = link;
    }

    LinkScript client(String sessionId, Message message) {
        link.receive(sessionId, message, now);
        return take();
    }

    LinkScript owner(LinkMessage message) {
        link.receive(message, now);
        return take();
    }

    LinkScript routed() {
        return routed(OWNER);
    }

    LinkScript routed(String nodeId) {
        link.routed(nodeId, now);
        return take();
    }

    LinkScript congested(String sessionId) {
        link.congested(sessionId, now);
        return take();
    }

    LinkScript drained(String sessionId) {
        link.drained(sessionId, now);
        return take();
    }

    LinkScript memberLeft(String nodeId) {
        link.memberLeft(nodeId, now);
        return take();
    }

    LinkScript pass(long millis) {
        long until = now + millis;
        while (now < until) {
            now = Math.min(until, now + TICK_MILLIS);
            link.tick(now);
            take();
        }
        return this;
    }

    LinkScript forget() {
        effects.clear();
        return this;
    }

    private LinkScript take() {
        effects.addAll(link.takeEffects());
        return this;
    }

    <T> List<T> all(Class<T> type) {
        return effects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <M extends OwnerMessage> List<M> toOwner(Class<M> type) {
        return all(LinkEffect.ToOwner.class).stream()
                .map(LinkEffect.ToOwner::message)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    <M extends OwnerMessage> M lastToOwner(Class<M> type) {
        List<M> all = toOwner(type);
        assertThat(all).as(type.getSimpleName()).isNotEmpty();
        return all.get(all.size() - 1);
    }

    /** What a session was sent. */
    List<Message> heard(String sessionId) {
        return all(LinkEffect.ToSessions.class).stream()
                .filter(sent -> sent.sessionIds().contains(sessionId))
                .map(LinkEffect.ToSessions::message)
                .toList();
    }

    <M extends Message> List<M> heard(String sessionId, Class<M> type) {
        return heard(sessionId).stream()
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
