package dev.weft.server.registry;

import dev.weft.server.registry.OwnershipProtocol.Phase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/** A node of a {@link SimulatedCluster}: performs the effects of its protocols, one per document. */
final class SimulatedNode {
    private final class Document {
        final DocumentKey key;
        final OwnershipProtocol protocol;
        long tickAt = Long.MAX_VALUE;
        String running;
        long epoch;
        boolean suspended;
        boolean detached;
        boolean flushing;
        long edits;
        long durable;

        Document(DocumentKey key) {
            this.key = key;
            this.protocol = new OwnershipProtocol(id, cluster.timing, () -> id + "-" + ++claims);
        }

        boolean acts(String claimId) {
            return claimId.equals(running) && !suspended && !detached && !flushing;
        }
    }

    final String id;
    int half;
    boolean alive = true;
    long noticedDeadAt;
    long pausedMillis;

    private final SimulatedCluster cluster;
    private final Map<DocumentKey, Document> documents = new TreeMap<>();
    private final Map<Long, Consumer<OwnershipEffect>> askers = new HashMap<>();
    private long pausedUntil;
    private boolean draining;
    private int claims;

    SimulatedNode(SimulatedCluster cluster, String id, int half) {
        this.cluster = cluster;
        this.id = id;
        this.half = half;
    }

    // ---- standing still

    boolean isPaused() {
        return cluster.now < pausedUntil;
    }

    void pause(long millis) {
        if (isPaused()) {
            return;
        }
        cluster.note(id + " pauses for " + millis);
        pausedUntil = cluster.now + millis;
        cluster.at(millis, () -> {
            pausedMillis += millis;
            if (alive) {
                onAll(OwnershipProtocol::paused);
            }
        });
    }

    void later(long delay, Runnable action) {
        cluster.at(delay, () -> whenAwake(action));
    }

    void whenAwake(Runnable action) {
        if (!alive) {
            return;
        }
        if (isPaused()) {
            later(pausedUntil - cluster.now, action);
        } else {
            action.run();
        }
    }

    // ---- inputs

    void wanted(long requestId, DocumentKey key, Ownership presumedDead, Consumer<OwnershipEffect> asker) {
        askers.put(requestId, asker);
        Document document = documents.computeIfAbsent(key, Document::new);
        if (draining) {
            input(document, protocol -> protocol.drain(null, cluster.now));
        }
        input(document, protocol -> protocol.wanted(requestId, presumedDead, 60_000, cluster.now));
    }

    void onAll(BiFunction<OwnershipProtocol, Long, List<OwnershipEffect>> event) {
        documents.values().forEach(document -> input(document, protocol -> event.apply(protocol, cluster.now)));
    }

    /** One hosted document, if there is any, gets something done to it. */
    void disturb(BiFunction<OwnershipProtocol, Long, List<OwnershipEffect>> event) {
        documents.values().stream()
                .filter(document -> document.protocol.phase() == Phase.HOSTING)
                .findFirst()
                .ifPresent(document -> input(document, protocol -> event.apply(protocol, cluster.now)));
    }

    void failHost() {
        documents.values().stream()
                .filter(document -> document.running != null)
                .findFirst()
                .ifPresent(document -> input(document, protocol -> protocol.hostFailed(document.running, cluster.now)));
    }

    boolean isDraining() {
        return draining;
    }

    void drain(String toNode) {
        cluster.note(id + " drains to " + toNode);
        draining = true;
        onAll((protocol, now) -> protocol.drain(toNode, now));
    }

    private void input(Document document, Function<OwnershipProtocol, List<OwnershipEffect>> input) {
        List<OwnershipEffect> effects = input.apply(document.protocol);
        effects.forEach(effect -> {
            cluster.note(id + " " + document.key.id() + " " + document.protocol.phase() + " " + effect);
            cluster.count(effect);
            perform(document, effect);
        });
        scheduleTick(document);
    }

    private void scheduleTick(Document document) {
        long deadline = document.protocol.nextDeadline();
        if (deadline != Long.MAX_VALUE && deadline != document.tickAt) {
            document.tickAt = deadline;
            later(Math.max(0, deadline - cluster.now), () -> {
                document.tickAt = Long.MAX_VALUE;
                input(document, protocol -> protocol.tick(cluster.now));
            });
        }
    }

    // ---- effects

    private void perform(Document document, OwnershipEffect effect) {
        if (effect instanceof OwnershipEffect.Admit admit) {
            if (!admit.claimId().equals(document.running) || document.suspended || document.flushing) {
                throw cluster.violation(id + " admits to what it does not serve");
            }
            answer(admit.requestId(), effect);
        } else if (effect instanceof OwnershipEffect.Redirect redirect) {
            answer(redirect.requestId(), effect);
        } else if (effect instanceof OwnershipEffect.Refuse refuse) {
            answer(refuse.requestId(), effect);
        } else if (effect instanceof OwnershipEffect.Invite invite) {
            tell(document.key, invite.nodeId(), protocol -> protocol.invited(invite.yielded(), cluster.now));
        } else if (effect instanceof OwnershipEffect.Announce announce) {
            tell(document.key, announce.nodeId(), protocol -> protocol.announced(id, announce.epoch(), cluster.now));
        } else if (effect instanceof OwnershipEffect.Ready ready) {
            tell(document.key, ready.nodeId(), protocol -> protocol.readied(id, ready.epoch(), cluster.now));
        } else if (effect instanceof OwnershipEffect.LoadAhead ahead) {
            long takes = cluster.chance(0.1) ? cluster.between(1_000, 9_000) : cluster.between(1, 200);
            later(takes, () -> input(document, protocol -> protocol.loadedAhead(ahead.epoch(), cluster.now)));
        } else if (!performHosting(document, effect) && !performStore(document, effect)) {
            performRegistry(document, effect);
        }
    }

    private void answer(long requestId, OwnershipEffect effect) {
        cluster.answered(this, requestId);
        askers.remove(requestId).accept(effect);
    }

    private void tell(DocumentKey key, String nodeId, Function<OwnershipProtocol, List<OwnershipEffect>> what) {
        SimulatedNode other = cluster.byId(nodeId);
        if (other.alive && other.half == half && !cluster.chance(0.05)) {
            other.later(
                    cluster.between(0, 20),
                    () -> other.input(other.documents.computeIfAbsent(key, other::newDocument), what));
        }
    }

    private Document newDocument(DocumentKey key) {
        return new Document(key);
    }

    private boolean performHosting(Document document, OwnershipEffect effect) {
        if (effect instanceof OwnershipEffect.Host host) {
            if (document.running != null) {
                throw cluster.violation(id + " hosts " + document.key + " twice");
            }
            document.running = host.claimId();
            document.epoch = host.epoch();
            document.suspended = false;
            document.detached = false;
            document.flushing = false;
            document.edits = 0;
            document.durable = 0;
            cluster.claimHost(this, document.key, host.epoch());
            writeNext(document, host.claimId());
        } else if (effect instanceof OwnershipEffect.Suspend) {
            document.suspended = true;
        } else if (effect instanceof OwnershipEffect.Resume) {
            document.suspended = false;
            document.flushing = false;
        } else if (effect instanceof OwnershipEffect.Detach) {
            document.suspended = false;
            document.detached = true;
        } else if (effect instanceof OwnershipEffect.Unload unload) {
            if (document.edits > document.durable && !draining) {
                throw cluster.violation(id + " forgets edits to " + document.key + " that are not durable");
            }
            stopHost(document, unload.claimId());
        } else if (effect instanceof OwnershipEffect.StepDown stepDown) {
            stopHost(document, stepDown.claimId());
        } else if (effect instanceof OwnershipEffect.ReportQuarantine) {
            cluster.note(id + " quarantines " + document.key.id());
        } else {
            return false;
        }
        return true;
    }

    private void stopHost(Document document, String claimId) {
        document.suspended = true;
        later(cluster.between(0, 50), () -> {
            document.running = null;
            input(document, protocol -> protocol.stopped(claimId, cluster.now));
        });
    }

    /** A host writes now and then; the store's refusal is how it learns that it was replaced. */
    private void writeNext(Document document, String claimId) {
        later(cluster.between(50, 300), () -> {
            if (!claimId.equals(document.running)) {
                return;
            }
            if (document.acts(claimId)) {
                document.edits++;
                write(document, claimId, document.epoch, document.edits);
            }
            writeNext(document, claimId);
        });
    }

    private void write(Document document, String claimId, long epoch, long upTo) {
        if (cluster.isStoreAway(this)) {
            return;
        }
        cluster.at(cluster.between(0, 10), () -> {
            if (!cluster.write(this, document.key, epoch)) {
                later(1, () -> input(document, protocol -> protocol.fenced(claimId, cluster.now)));
            } else if (claimId.equals(document.running)) {
                document.durable = Math.max(document.durable, upTo);
            }
        });
    }

    private boolean performStore(Document document, OwnershipEffect effect) {
        if (effect instanceof OwnershipEffect.ClaimEpoch claim) {
            storeCall(
                    () -> cluster.raiseEpoch(document.key),
                    epoch -> input(document, p -> p.epochClaimed(claim.claimId(), epoch, cluster.now)),
                    failure -> input(document, p -> p.epochFailed(claim.claimId(), failure, cluster.now)));
        } else if (effect instanceof OwnershipEffect.Load load) {
            load(document, load);
        } else if (effect instanceof OwnershipEffect.VerifyEpoch verify) {
            fencedCall(
                    document,
                    verify.epoch(),
                    () -> input(document, p -> p.epochVerified(verify.claimId(), cluster.now)),
                    failure -> input(document, p -> p.verifyFailed(verify.claimId(), failure, cluster.now)));
        } else if (effect instanceof OwnershipEffect.Flush flush) {
            flush(document, flush);
        } else {
            return false;
        }
        return true;
    }

    private void flush(Document document, OwnershipEffect.Flush flush) {
        document.flushing = true;
        long upTo = document.edits;
        later(
                cluster.chance(0.3) ? cluster.between(100, 4_000) : 0,
                () -> fencedCall(
                        document,
                        document.epoch,
                        () -> {
                            if (flush.claimId().equals(document.running)) {
                                document.durable = Math.max(document.durable, upTo);
                            }
                            input(document, p -> p.flushed(flush.number(), cluster.now));
                        },
                        failure -> input(document, p -> p.flushFailed(flush.number(), failure, cluster.now))));
    }

    private void load(Document document, OwnershipEffect.Load load) {
        if (document.running != null) {
            throw cluster.violation(id + " loads " + document.key + " while it still hosts it");
        }
        long takes = cluster.chance(0.05) ? cluster.between(1_000, 6_000) : cluster.between(1, 200);
        later(takes, () -> {
            if (!cluster.calm && cluster.chance(0.03)) {
                input(document, p -> p.loadFailed(load.claimId(), HostingFailure.UNUSABLE, cluster.now));
                return;
            }
            fencedCall(
                    document,
                    load.epoch(),
                    () -> input(document, p -> p.loaded(load.claimId(), cluster.now)),
                    failure -> input(document, p -> p.loadFailed(load.claimId(), failure, cluster.now)));
        });
    }

    private void fencedCall(Document document, long epoch, Runnable done, Consumer<HostingFailure> failed) {
        storeCall(
                () -> cluster.storeEpoch(document.key) == epoch,
                stands -> {
                    if (stands) {
                        done.run();
                    } else {
                        failed.accept(HostingFailure.STALE_EPOCH);
                    }
                },
                failed);
    }

    private <T> void storeCall(
            java.util.function.Supplier<T> call, Consumer<T> answer, Consumer<HostingFailure> failed) {
        cluster.at(cluster.between(0, 10), () -> {
            boolean isLost = cluster.isStoreAway(this);
            // Of calls that seem lost, some were carried out.
            T result = isLost && cluster.chance(0.5) ? null : call.get();
            later(cluster.between(0, 10), () -> {
                if (isLost) {
                    failed.accept(HostingFailure.UNAVAILABLE);
                } else {
                    answer.accept(result);
                }
            });
        });
    }

    private void performRegistry(Document document, OwnershipEffect effect) {
        DocumentKey key = document.key;
        if (effect instanceof OwnershipEffect.ClaimEntry claim) {
            cluster.registryCall(
                    this,
                    from -> cluster.claim(from, key, claim.claim()),
                    entry -> input(document, p -> p.claimAnswered(claim.claim().claimId(), entry, cluster.now)),
                    () -> input(document, p -> p.claimFailed(claim.claim().claimId(), cluster.now)));
        } else if (effect instanceof OwnershipEffect.ActivateEntry activate) {
            String claimId = activate.claimId();
            cluster.registryCall(
                    this,
                    from -> {
                        boolean isOurs = OwnershipRules.isActivated(cluster.entry(from, key), claimId);
                        cluster.change(from, key, e -> OwnershipRules.afterActivate(e, claimId, activate.epoch()));
                        return isOurs;
                    },
                    isOurs -> input(document, p -> p.activated(claimId, isOurs, cluster.now)),
                    () -> input(document, p -> p.entryUnavailable(claimId, cluster.now)));
        } else if (effect instanceof OwnershipEffect.ReassertEntry reassert) {
            String claimId = reassert.mine().claimId();
            cluster.registryCall(
                    this,
                    from -> cluster.change(from, key, e -> OwnershipRules.afterReassert(e, reassert.mine())),
                    winner -> input(document, p -> p.reasserted(claimId, winner, cluster.now)),
                    () -> input(document, p -> p.entryUnavailable(claimId, cluster.now)));
        } else if (effect instanceof OwnershipEffect.LookupEntry lookup) {
            cluster.registryCall(
                    this,
                    from -> Optional.ofNullable(cluster.entry(from, key)),
                    entry -> input(
                            document,
                            p -> p.lookedUp(lookup.claimId(), entry, cluster.random.nextBoolean(), cluster.now)),
                    () -> input(document, p -> p.entryUnavailable(lookup.claimId(), cluster.now)));
        } else if (effect instanceof OwnershipEffect.ReleaseEntry release) {
            String claimId = release.claimId();
            cluster.registryCall(
                    this,
                    from -> {
                        boolean isReleased = OwnershipRules.isReleased(cluster.entry(from, key), claimId);
                        cluster.change(from, key, e -> OwnershipRules.afterRelease(e, claimId, release.hint()));
                        return isReleased;
                    },
                    isReleased -> input(document, p -> p.released(claimId, isReleased, cluster.now)),
                    () -> input(document, p -> p.releaseFailed(claimId, cluster.now)));
        } else {
            throw new AssertionError(effect);
        }
    }

    // ---- at the end

    boolean serves(DocumentKey key) {
        Document document = documents.get(key);
        return document != null && document.running != null && document.acts(document.running);
    }

    void checkSettled(Function<DocumentKey, Ownership> entries) {
        for (Document document : documents.values()) {
            if (document.running == null) {
                continue;
            }
            Ownership entry = entries.apply(document.key);
            // An older claim of this node, if a lost call was carried out late, or a signpost: both lead people here.
            boolean isOwner = entry != null && entry.route().equals(id);
            if (!isOwner || document.epoch != cluster.storeEpoch(document.key) || document.detached) {
                throw cluster.violation(id + " still serves " + document.key + " at epoch " + document.epoch
                        + " while the registry says " + entry);
            }
        }
    }
}
