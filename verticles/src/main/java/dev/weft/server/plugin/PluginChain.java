package dev.weft.server.plugin;

import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.Message;
import dev.weft.server.auth.Identity;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins of a server, called in their order. What one throws is logged and counts as a refusal where it was asked,
 * so that a broken check lets nobody in; what takes longer than {@link #SLOW_MILLIS} is logged too; both are also told as
 * events. Thread-safe.
 */
public final class PluginChain {
    /** A hook that takes longer than this holds up every session of its event loop noticeably. */
    public static final int SLOW_MILLIS = 20;

    /** A hook that has not answered after this time has refused; a stock client waits 5 s for its handshake. */
    public static final int ANSWER_MILLIS_MAX = 3_000;

    private static final Verdict UNCHECKED =
            Verdict.refuse(ErrorCode.INTERNAL_ERROR, "The server could not check this");

    private static final Logger LOG = LoggerFactory.getLogger(PluginChain.class);
    private static final int NAME_MAX = 64;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final List<ServerPlugin> plugins;
    private final LongSupplier nanoTime;
    private final EventStream events;

    /** @throws IllegalArgumentException if a name is missing, too long or used twice */
    public PluginChain(List<ServerPlugin> plugins, LongSupplier nanoTime, EventStream events) {
        this.plugins = List.copyOf(plugins);
        this.nanoTime = nanoTime;
        this.events = events;
        Set<String> names = new HashSet<>();
        for (ServerPlugin plugin : plugins) {
            String name = plugin.name();
            if (name == null || name.isEmpty() || name.length() > NAME_MAX || !names.add(name)) {
                throw new IllegalArgumentException("Plugin name '" + name + "' is missing, too long or used twice");
            }
        }
    }

    public List<PluginCodec> codecs() {
        List<PluginCodec> codecs = new ArrayList<>();
        plugins.forEach(plugin -> codecs.addAll(plugin.codecs()));
        return codecs;
    }

    public CompletionStage<Verdict> connecting(ServerPlugin.Upgrade upgrade) {
        return askLater("connecting", plugin -> plugin.connecting(upgrade));
    }

    public CompletionStage<Verdict> authenticated(ServerPlugin.Upgrade upgrade, Identity identity) {
        return askLater("authenticated", plugin -> plugin.authenticated(upgrade, identity));
    }

    public Verdict receiving(String sessionId, Message message) {
        for (ServerPlugin plugin : plugins) {
            Verdict[] answer = {UNCHECKED};
            guard(plugin, "receiving", p -> answer[0] = p.receiving(sessionId, message));
            if (answer[0].isRefusal()) {
                return answer[0];
            }
        }
        return Verdict.ALLOW;
    }

    public CompletionStage<Verdict> joining(String sessionId, DocumentKey key, Message request) {
        return askLater("joining", plugin -> plugin.joining(sessionId, key, request));
    }

    public void connected(String sessionId, Identity identity) {
        plugins.forEach(plugin -> guard(plugin, "connected", p -> p.connected(sessionId, identity)));
    }

    public void broadcasting(DocumentKey key, List<String> sessionIds, Message message) {
        plugins.forEach(plugin -> guard(plugin, "broadcasting", p -> p.broadcasting(key, sessionIds, message)));
    }

    public void closed(String sessionId) {
        plugins.forEach(plugin -> guard(plugin, "closed", p -> p.closed(sessionId)));
    }

    public Map<String, LinkPlugin> besideLink(DocumentKey key) {
        Map<String, LinkPlugin> beside = new LinkedHashMap<>();
        for (ServerPlugin plugin : plugins) {
            guard(plugin, "forLink", p -> {
                LinkPlugin side = p.forLink(key);
                if (side != null) {
                    beside.put(p.name(), new TimedLinkPlugin(side, (hook, action) -> timed(plugin, hook, action)));
                }
            });
        }
        return beside;
    }

    public Map<String, DocumentPlugin> besideDocument(DocumentKey key) {
        Map<String, DocumentPlugin> beside = new LinkedHashMap<>();
        for (ServerPlugin plugin : plugins) {
            guard(plugin, "forDocument", p -> {
                DocumentPlugin side = p.forDocument(key);
                if (side != null) {
                    beside.put(p.name(), new TimedDocumentPlugin(side, (hook, action) -> timed(plugin, hook, action)));
                }
            });
        }
        return beside;
    }

    /** Asks one after the other, since whoever refuses spares the others the trouble. */
    private CompletionStage<Verdict> askLater(String hook, Function<ServerPlugin, CompletionStage<Verdict>> question) {
        CompletionStage<Verdict> answer = Verdict.ALLOWED;
        for (ServerPlugin plugin : plugins) {
            answer = answer.thenCompose(before -> before.isRefusal() ? before.now() : ask(plugin, hook, question));
        }
        return answer;
    }

    private CompletionStage<Verdict> ask(
            ServerPlugin plugin, String hook, Function<ServerPlugin, CompletionStage<Verdict>> question) {
        List<CompletionStage<Verdict>> asked = new ArrayList<>(1);
        guard(plugin, hook, p -> asked.add(Objects.requireNonNull(question.apply(p), "an answer")));
        if (asked.isEmpty()) {
            return UNCHECKED.now();
        }
        CompletableFuture<Verdict> answer = asked.get(0)
                .thenApply(verdict -> Objects.requireNonNull(verdict, "a verdict"))
                .toCompletableFuture();
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            return answer;
        }
        return answer.orTimeout(ANSWER_MILLIS_MAX, TimeUnit.MILLISECONDS).exceptionally(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof TimeoutException) {
                LOG.warn("Plugin {} did not answer {} within {} ms", plugin.name(), hook, ANSWER_MILLIS_MAX);
                tellSlow(plugin, hook, ANSWER_MILLIS_MAX);
            } else {
                LOG.error("Plugin {} failed in {}", plugin.name(), hook, cause);
                tellFailed(plugin, hook, cause);
            }
            return UNCHECKED;
        });
    }

    private void guard(ServerPlugin plugin, String hook, Consumer<ServerPlugin> action) {
        try {
            timed(plugin, hook, () -> action.accept(plugin));
        } catch (RuntimeException e) {
            // It was logged and told; this is where it ends.
            LOG.debug("Plugin {} failed", plugin.name(), e);
        }
    }

    private void timed(ServerPlugin plugin, String hook, Runnable action) {
        long start = nanoTime.getAsLong();
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("Plugin {} failed in {}", plugin.name(), hook, e);
            tellFailed(plugin, hook, e);
            throw e;
        } finally {
            long millis = (nanoTime.getAsLong() - start) / NANOS_PER_MILLI;
            if (millis >= SLOW_MILLIS) {
                LOG.warn("Plugin {} held up an event loop for {} ms in {}", plugin.name(), millis, hook);
                tellSlow(plugin, hook, millis);
            }
        }
    }

    private void tellFailed(ServerPlugin plugin, String hook, Throwable cause) {
        events.tell(
                ServerEvent.PluginFailed.class,
                origin -> new ServerEvent.PluginFailed(origin, plugin.name(), hook, cause));
    }

    private void tellSlow(ServerPlugin plugin, String hook, long millis) {
        events.tell(
                ServerEvent.PluginSlow.class,
                origin -> new ServerEvent.PluginSlow(origin, plugin.name(), hook, millis));
    }
}
