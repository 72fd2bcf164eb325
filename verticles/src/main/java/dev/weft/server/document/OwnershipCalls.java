package dev.weft.server.document;

import dev.weft.crdt.CrdtException;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.bus.OwnerMessage.Invite.Step;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.HostingFailure;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipEffect;
import dev.weft.server.registry.OwnershipProtocol;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.Refusal;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StaleEpochException;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the {@link OwnershipProtocol} of one document has to say to others, and what they answer: the registry, the store, the
 * links that wait, other nodes. What it wants done with the document itself, its {@link Host} does. Confined to one context.
 */
public final class OwnershipCalls {
    private static final Logger LOG = LoggerFactory.getLogger(OwnershipCalls.class);

    /** The node around the document. */
    public interface Surroundings {
        OwnershipRegistry registry();

        DocumentStore store();

        String nodeId();

        void toOwner(String nodeId, OwnerMessage message);

        void toLink(LinkMessage message);

        /** Whether the registry knows of all owners, as far as this node can tell. */
        boolean isWhole();

        long nowMillis();

        /** Runs it in the context to which the document is confined. Called on any thread. */
        void later(Runnable action);
    }

    /** Has the document in memory, or will have. */
    public interface Host {
        /** A link may follow it. */
        void admit(OwnerMessage.Attach attach);

        /** Does what concerns the document itself, and calls back where an answer is due. */
        void perform(OwnershipEffect effect);
    }

    private final DocumentKey key;
    private final OwnershipProtocol protocol;
    private final Surroundings around;
    private final Host host;
    private final Map<Long, OwnerMessage.Attach> waiting = new HashMap<>();
    private long nextRequest = 1;
    private boolean create;
    private Ownership suspected;

    public OwnershipCalls(DocumentKey key, OwnershipProtocol protocol, Surroundings around, Host host) {
        this.key = key;
        this.protocol = protocol;
        this.around = around;
        this.host = host;
    }

    /** A link wants to follow. @param presumedDead the owner it believes dead, as the registry shows it; or null */
    public void wanted(OwnerMessage.Attach attach, Ownership presumedDead) {
        long request = nextRequest++;
        waiting.put(request, attach);
        create |= attach.create();
        if (presumedDead != null) {
            suspected = presumedDead;
        }
        perform(protocol.wanted(request, presumedDead, Long.MAX_VALUE, now()));
    }

    public void perform(List<OwnershipEffect> effects) {
        effects.forEach(this::perform);
    }

    private void perform(OwnershipEffect effect) {
        LOG.debug("{}: {}", key, effect);
        if (effect instanceof OwnershipEffect.ClaimEntry e) {
            claimEntry(e);
        } else if (effect instanceof OwnershipEffect.ClaimEpoch e) {
            claimEpoch(e);
        } else if (effect instanceof OwnershipEffect.ActivateEntry e) {
            activateEntry(e);
        } else if (effect instanceof OwnershipEffect.Admit e) {
            host.admit(waiting.remove(e.requestId()));
        } else if (effect instanceof OwnershipEffect.Redirect e) {
            redirect(waiting.remove(e.requestId()), e.owner());
        } else if (effect instanceof OwnershipEffect.Refuse e) {
            refuse(waiting.remove(e.requestId()), e.refusal());
        } else if (effect instanceof OwnershipEffect.ReassertEntry e) {
            reassertEntry(e);
        } else if (effect instanceof OwnershipEffect.LookupEntry e) {
            lookupEntry(e);
        } else if (effect instanceof OwnershipEffect.VerifyEpoch e) {
            verifyEpoch(e);
        } else if (effect instanceof OwnershipEffect.ReleaseEntry e) {
            releaseEntry(e);
        } else if (effect instanceof OwnershipEffect.Announce e) {
            tell(e.nodeId(), Step.SOON, null, e.epoch());
        } else if (effect instanceof OwnershipEffect.Ready e) {
            tell(e.nodeId(), Step.READY, null, e.epoch());
        } else if (effect instanceof OwnershipEffect.Invite e) {
            invite(e);
        } else {
            host.perform(effect);
        }
    }

    // The registry

    private void claimEntry(OwnershipEffect.ClaimEntry e) {
        String claimId = e.claim().claimId();
        answer(
                around.registry().claim(key, e.claim()),
                entry -> protocol.claimAnswered(claimId, entry, now()),
                cause -> protocol.claimFailed(claimId, now()));
    }

    private void activateEntry(OwnershipEffect.ActivateEntry e) {
        if (suspected != null) {
            // If it is alive after all it may not write for long, and would not learn that it was replaced.
            around.toOwner(suspected.nodeId(), new OwnerMessage.Superseded(key, nobody(), e.epoch()));
            suspected = null;
        }
        answer(
                around.registry().activate(key, e.claimId(), e.epoch()),
                isOurs -> protocol.activated(e.claimId(), isOurs, now()),
                cause -> protocol.entryUnavailable(e.claimId(), now()));
    }

    private void reassertEntry(OwnershipEffect.ReassertEntry e) {
        String claimId = e.mine().claimId();
        answer(
                around.registry().reassert(key, e.mine()),
                winner -> protocol.reasserted(claimId, winner, now()),
                cause -> protocol.entryUnavailable(claimId, now()));
    }

    private void lookupEntry(OwnershipEffect.LookupEntry e) {
        answer(
                around.registry().lookup(key),
                entry -> protocol.lookedUp(e.claimId(), entry, around.isWhole(), now()),
                cause -> protocol.entryUnavailable(e.claimId(), now()));
    }

    private void releaseEntry(OwnershipEffect.ReleaseEntry e) {
        answer(
                around.registry().release(key, e.claimId(), e.hint()),
                released -> protocol.released(e.claimId(), released, now()),
                cause -> protocol.releaseFailed(e.claimId(), now()));
    }

    // The store

    private void claimEpoch(OwnershipEffect.ClaimEpoch e) {
        answer(
                around.store().claim(key, create),
                epoch -> {
                    // It is there now. An owner that is replaced and claims again must not bring back what was deleted.
                    create = false;
                    return protocol.epochClaimed(e.claimId(), epoch, now());
                },
                cause -> protocol.epochFailed(e.claimId(), failureOf(cause), now()));
    }

    private void verifyEpoch(OwnershipEffect.VerifyEpoch e) {
        // Appending nothing asks the store whether the epoch still stands.
        answer(
                around.store().append(key, e.epoch(), 1, List.of()),
                done -> protocol.epochVerified(e.claimId(), now()),
                cause -> protocol.verifyFailed(e.claimId(), failureOf(cause), now()));
    }

    // Links that wait

    private void redirect(OwnerMessage.Attach attach, Ownership owner) {
        around.toLink(new LinkMessage.NotOwner(key, attach.from(), 0, owner.route()));
    }

    private void refuse(OwnerMessage.Attach attach, Refusal refusal) {
        boolean isUnknown = refusal == Refusal.NOT_FOUND;
        String code = isUnknown ? ErrorCode.DOCUMENT_NOT_FOUND : ErrorCode.INTERNAL_ERROR;
        String reason = isUnknown ? "Document not found: " + key.id() : "The document cannot be served now: " + refusal;
        around.toLink(new LinkMessage.Refused(key, attach.from(), 0, code, reason, refusal.isRetrySafe()));
    }

    // The other node of a hand-off

    private void invite(OwnershipEffect.Invite e) {
        Ownership yielded = e.yielded();
        tell(e.nodeId(), Step.NOW, yielded == null ? null : yielded.claimId(), yielded == null ? 0 : yielded.epoch());
    }

    private void tell(String nodeId, Step step, String claimId, long epoch) {
        around.toOwner(nodeId, new OwnerMessage.Invite(key, nobody(), step, claimId, epoch));
    }

    private LinkAddress nobody() {
        return new LinkAddress(around.nodeId(), 0, 0);
    }

    /** Gives an answer to the protocol, and performs what that leads to. */
    public <T> void answer(
            Future<T> future,
            Function<T, List<OwnershipEffect>> succeeded,
            Function<Throwable, List<OwnershipEffect>> failed) {
        future.onComplete(done -> around.later(() -> {
            if (done.failed()) {
                LOG.debug("{}: {}", key, done.cause().toString());
            }
            perform(done.succeeded() ? succeeded.apply(done.result()) : failed.apply(done.cause()));
        }));
    }

    /** What a failure of the store, or of what was read from it, means to the protocol. */
    public static HostingFailure failureOf(Throwable cause) {
        if (cause instanceof StaleEpochException) {
            return HostingFailure.STALE_EPOCH;
        }
        if (cause instanceof DocumentNotFoundException) {
            return HostingFailure.NOT_FOUND;
        }
        // What the content itself causes comes again with the next try; anything else may pass.
        boolean isContent = cause instanceof DocumentCorruptException
                || cause instanceof CrdtException
                || cause instanceof IllegalArgumentException
                || cause instanceof IllegalStateException;
        return isContent ? HostingFailure.UNUSABLE : HostingFailure.UNAVAILABLE;
    }

    private long now() {
        return around.nowMillis();
    }
}
