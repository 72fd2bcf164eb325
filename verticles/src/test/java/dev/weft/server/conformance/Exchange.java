package dev.weft.server.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One row of the specification: what is sent, and what has to come back.
 *
 * @param name begins with the section of the specification
 * @param lines {@code A> …} is sent by connection A, {@code A< …} has to arrive there next
 */
record Exchange(String name, List<String> lines) {
    /**
     * Exchanges that build on one another: they share documents and connections.
     *
     * @param server which of the servers it talks to
     */
    record Scenario(String name, String server, List<Exchange> exchanges) {}

    static List<Scenario> read(String resource) {
        List<Scenario> scenarios = new ArrayList<>();
        int number = 0;
        for (String line : lines(resource)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            } else if (line.startsWith("---- ")) {
                String[] title = line.substring(5).split(" \\| ");
                scenarios.add(new Scenario(title[0], title.length > 1 ? title[1] : "plain", new ArrayList<>()));
            } else if (line.startsWith("= ")) {
                last(scenarios).exchanges().add(new Exchange(line.substring(2), new ArrayList<>()));
            } else if (line.matches("[A-Z][<>].*")) {
                last(last(scenarios).exchanges()).lines().add(line.strip());
            } else {
                throw new AssertionError(resource + ":" + number + ": " + line);
            }
        }
        return scenarios;
    }

    private static List<String> lines(String resource) {
        try (InputStream in = Exchange.class.getResourceAsStream("/conformance/" + resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }
}
