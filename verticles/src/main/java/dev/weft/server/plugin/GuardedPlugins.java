package dev.weft.server.plugin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The plugins beside one document, on one side of the bus, called by name or in their order. They are somebody else's code:
 * what one of them throws is reported, and costs what it wanted to do and nothing of the document. Not thread-safe.
 */
public final class GuardedPlugins<P> {
    private final Consumer<String> failures;
    private Map<String, P> plugins = Map.of();
    private String called;

    public GuardedPlugins(Consumer<String> failures) {
        this.failures = failures;
    }

    public void are(Map<String, P> beside) {
        plugins = Collections.unmodifiableMap(new LinkedHashMap<>(beside));
    }

    public Set<String> names() {
        return plugins.keySet();
    }

    /** The plugin whose turn it is: what it wants done is done in its name. */
    public String called() {
        return called;
    }

    public void all(Consumer<P> action) {
        names().forEach(name -> one(name, action));
    }

    /** Does nothing if there is no plugin of this name. */
    public void one(String name, Consumer<P> action) {
        P plugin = plugins.get(name);
        if (plugin == null) {
            return;
        }
        called = name;
        try {
            action.accept(plugin);
        } catch (RuntimeException e) {
            failures.accept("Plugin " + name + " failed: " + e);
        }
    }
}
