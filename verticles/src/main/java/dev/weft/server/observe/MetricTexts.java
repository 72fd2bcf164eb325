package dev.weft.server.observe;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/** What each figure says, for people who meet its name in Prometheus or Grafana. */
final class MetricTexts {
    private static final Properties TEXTS = load();

    private MetricTexts() {}

    private static Properties load() {
        Properties texts = new Properties();
        try (Reader file = new InputStreamReader(
                MetricTexts.class.getResourceAsStream("metrics.properties"), StandardCharsets.UTF_8)) {
            texts.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    /** @return null for a figure that is not one of ours */
    static String of(String name) {
        return TEXTS.getProperty(name);
    }
}
