package dev.weft.server.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GuardedPluginsTest {
    private final List<String> failures = new ArrayList<>();
    private final GuardedPlugins<Runnable> plugins = new GuardedPlugins<>(failures::add);
    private final List<String> called = new ArrayList<>();

    @Test
    void callsEachByItsNameInTheOrderInWhichTheyWereGiven() {
        List<String> names =
                IntStream.range(0, 20).mapToObj(i -> "plugin" + i * 7 % 20).toList();
        Map<String, Runnable> beside = new LinkedHashMap<>();
        names.forEach(name -> beside.put(name, () -> called.add(plugins.called())));
        plugins.are(beside);
        plugins.all(Runnable::run);
        assertThat(called).containsExactlyElementsOf(names);
    }

    @Test
    void reportsWhatOneThrowsAndGoesOnWithTheNext() {
        Map<String, Runnable> beside = new LinkedHashMap<>();
        beside.put("bad", () -> {
            throw new IllegalStateException("no");
        });
        beside.put("good", () -> called.add(plugins.called()));
        plugins.are(beside);
        plugins.all(Runnable::run);
        assertThat(called).containsExactly("good");
        assertThat(failures).singleElement().asString().contains("bad").contains("no");
    }

    @Test
    void callsNobodyByANameThatIsNotThere() {
        plugins.are(Map.of("one", () -> called.add("one")));
        plugins.one("other", Runnable::run);
        assertThat(called).isEmpty();
    }
}
