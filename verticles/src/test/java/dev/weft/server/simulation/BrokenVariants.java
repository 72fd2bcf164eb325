package dev.weft.server.simulation;

import dev.weft.crdt.change.Change;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.Message;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Result;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostEffect;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.link.LinkEffect.Suspect;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Ways to get the protocol wrong, each by changing what goes in or out of the right machines. */
final class BrokenVariants {
    private BrokenVariants() {}

    /** Tells authors and peers that a change is safe as soon as it is applied. */
    static final class AcknowledgesBeforeDurable extends Tampering {
        @Override
        Hosted hosted(DocumentKey key, Hosted hosted) {
            return new HostedWrapper(hosted) {
                @Override
                List<HostEffect> changed(List<HostEffect> effects, long nowMillis) {
                    List<HostEffect> all = new ArrayList<>();
                    for (HostEffect effect : effects) {
                        all.add(effect);
                        if (effect instanceof HostEffect.Persist persist) {
                            all.addAll(changed(inner.persisted(persist.lastPosition(), nowMillis), nowMillis));
                        }
                    }
                    return all;
                }

                @Override
                public List<HostEffect> persisted(long upToPosition, long nowMillis) {
                    return List.of();
                }
            };
        }
    }

    /** A store that lets everybody write. */
    static final class DoesNotFence extends Tampering {
        @Override
        long epochOfWrite(DocumentKey key, long epoch, Witness witness) {
            return witness.newestEpoch(key);
        }
    }

    /** A link that sends everything once and keeps nothing. */
    static final class HasNoRing extends Tampering {
        private final Set<List<Object>> sent = new HashSet<>();

        @Override
        OwnerMessage toOwner(OwnerMessage message) {
            boolean isRepeat = message instanceof OwnerMessage.Submit submit
                    && !sent.add(List.of(submit.key(), submit.from(), submit.number()));
            return isRepeat ? null : message;
        }
    }

    /** A link that takes every broadcast for the next one. */
    static final class DetectsNoGaps extends Tampering {
        private final Map<LinkAddress, Long> told = new HashMap<>();

        @Override
        LinkMessage toLink(LinkMessage message, Witness witness) {
            if (message instanceof LinkMessage.Attached attached) {
                told.merge(attached.to(), attached.number(), Math::max);
            } else if (message instanceof LinkMessage.Heartbeat) {
                return null;
            } else if (message instanceof LinkMessage.Broadcast b) {
                long number = told.merge(b.to(), (long) b.entries().size(), Long::sum);
                return new LinkMessage.Broadcast(b.key(), b.to(), b.epoch(), number, b.entries(), b.durable());
            }
            return message;
        }
    }

    /** A router that believes the registry, whatever became of the owner it names. */
    static final class TrustsStaleRegistry extends Tampering {
        @Override
        Suspect suspect(Suspect suspect) {
            return null;
        }

        @Override
        OwnerMessage toOwner(OwnerMessage message) {
            if (!(message instanceof OwnerMessage.Attach a)) {
                return message;
            }
            return new OwnerMessage.Attach(
                    a.key(),
                    a.from(),
                    a.create(),
                    a.delivered(),
                    a.deliveredEpoch(),
                    a.deliveredNumber(),
                    a.firstSubmit(),
                    null,
                    0,
                    a.deliveredLog());
        }

        @Override
        Set<String> members(Set<String> now, Set<String> ever) {
            return ever;
        }
    }

    /** An owner that begins to count a little too low after a take-over. */
    static final class ReusesNumbers extends Tampering {
        @Override
        LinkMessage toLink(LinkMessage message, Witness witness) {
            if (message.key().kind() != DocumentKind.RELAY || message.epoch() < 2) {
                return message;
            }
            if (message instanceof LinkMessage.Broadcast b) {
                return new LinkMessage.Broadcast(b.key(), b.to(), b.epoch(), b.number() - 1, b.entries(), b.durable());
            }
            if (message instanceof LinkMessage.Accepted a) {
                List<Result> results = a.results().stream()
                        .map(r -> new Result(
                                r.submit(),
                                r.outcome(),
                                r.lastNumber() - 1,
                                r.count(),
                                r.logLength(),
                                r.compact(),
                                r.reason()))
                        .toList();
                return new LinkMessage.Accepted(a.key(), a.to(), a.epoch(), a.upTo(), results, a.resend());
            }
            return message;
        }
    }

    /** An owner whose answer to a session is older than the broadcast at which the session begins to listen. */
    static final class AnswersBeforeSubscription extends Tampering {
        @Override
        LinkMessage toLink(LinkMessage message, Witness witness) {
            if (message instanceof LinkMessage.State s && s.complete()) {
                long number = Math.max(s.number(), witness.lastPosition(s.key()));
                return new LinkMessage.State(
                        s.key(),
                        s.to(),
                        s.epoch(),
                        s.request(),
                        number,
                        s.snapshot(),
                        s.snapshotNumber(),
                        s.blobs(),
                        s.logLength(),
                        s.compact(),
                        s.version(),
                        true,
                        s.continues(),
                        s.fork());
            }
            return message;
        }
    }

    /** A node that leaves and closes its sockets first. */
    static final class ClosesSocketsFirst extends Tampering {
        @Override
        boolean drainsInOrder() {
            return false;
        }
    }

    /** A gateway that reads on, however much is not acknowledged. */
    static final class NeverPauses extends Tampering {
        @Override
        boolean pausesReading() {
            return false;
        }
    }

    /** An owner that promises what it tells while it is detached. */
    static final class AcknowledgesWhileDetached extends Tampering {
        @Override
        Hosted hosted(DocumentKey key, Hosted hosted) {
            return new HostedWrapper(hosted) {
                private boolean isDetached;

                @Override
                public List<HostEffect> detach(long nowMillis) {
                    isDetached = true;
                    return super.detach(nowMillis);
                }

                @Override
                public List<HostEffect> receive(OwnerMessage message, long nowMillis) {
                    List<HostEffect> all = new ArrayList<>(super.receive(message, nowMillis));
                    if (isDetached && message instanceof OwnerMessage.Submit submit && submit.epoch() == epoch()) {
                        Result safe = new Result(
                                submit.number(),
                                LinkMessage.Outcome.ACCEPTED,
                                0,
                                submit.blobs().size(),
                                0,
                                false,
                                null);
                        all.add(new HostEffect.Send(new LinkMessage.Accepted(
                                key, submit.from(), epoch(), submit.number(), List.of(safe), false)));
                    }
                    return all;
                }
            };
        }
    }

    /** A node that claims anew for everybody who asks, while a claim is under way. */
    static final class ClaimsTwiceAtOnce extends Tampering {
        @Override
        boolean claimsOneAtATime() {
            return false;
        }
    }

    /** An echo filter that takes one change in sixteen for an echo, wherever it comes from. */
    static final class DropsWhatIsNoEcho extends Tampering {
        @Override
        Message fromClient(String sessionId, Message message) {
            if (message instanceof ChangeMessage change) {
                return isEcho(change.change()) ? null : message;
            }
            if (message instanceof ChangesMessage changes) {
                return new ChangesMessage(
                        changes.documentId(),
                        changes.changes().stream()
                                .filter(change -> !isEcho(change))
                                .toList());
            }
            return message;
        }

        private static boolean isEcho(Change change) {
            return change.id().hashCode() % 16 == 0;
        }
    }

    /** An owner that goes on as if nothing had happened when the store refuses it. */
    static final class StaysWhenFenced extends Tampering {
        @Override
        Hosted hosted(DocumentKey key, Hosted hosted) {
            return new HostedWrapper(hosted) {
                @Override
                public List<HostEffect> persistFailed(boolean stale, long nowMillis) {
                    return super.persistFailed(false, nowMillis);
                }

                @Override
                public List<HostEffect> dismiss(String hint) {
                    return List.of();
                }
            };
        }

        @Override
        OwnerMessage toOwner(OwnerMessage message) {
            return message instanceof OwnerMessage.Superseded ? null : message;
        }
    }

    /** An owner that tells its followers of changes in the wrong order. */
    static final class BroadcastsBackwards extends Tampering {
        @Override
        LinkMessage toLink(LinkMessage message, Witness witness) {
            if (message instanceof LinkMessage.Broadcast b && b.key().kind() == DocumentKind.AWARE) {
                List<LinkMessage.Entry> entries = new ArrayList<>(b.entries());
                entries.sort((one, other) -> Long.compare(
                        Change.decode(other.blob()).clock(),
                        Change.decode(one.blob()).clock()));
                return new LinkMessage.Broadcast(b.key(), b.to(), b.epoch(), b.number(), entries, b.durable());
            }
            return message;
        }
    }

    /** A link that takes all that it is told for durable, and so for part of the log. */
    static final class TrustsWhatIsToldAhead extends Tampering {
        @Override
        LinkMessage toLink(LinkMessage message, Witness witness) {
            if (message instanceof LinkMessage.Broadcast b) {
                return new LinkMessage.Broadcast(b.key(), b.to(), b.epoch(), b.number(), b.entries(), b.number());
            }
            if (message instanceof LinkMessage.Heartbeat h) {
                return new LinkMessage.Heartbeat(h.key(), h.to(), h.epoch(), h.number(), h.number());
            }
            if (message instanceof LinkMessage.Attached a) {
                return new LinkMessage.Attached(
                        a.key(), a.to(), a.epoch(), a.number(), a.missed(), a.complete(), a.version(), a.log(), null);
            }
            return message;
        }
    }
}
