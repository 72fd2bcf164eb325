package dev.weft.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.id.PeerId;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.DocumentPattern;
import dev.weft.server.auth.Grant;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Peers;
import dev.weft.server.auth.StaticTokenAuthenticator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A YAML list of secrets and whom each stands for. Mistakes are told by number and subject, never by secret. */
final class TokensFile {
    private static final Set<String> KEYS = Set.of("token", "subject", "read", "write", "peers");

    private final Path file;
    private final List<String> mistakes = new ArrayList<>();
    private final Map<String, Identity> tokens = new HashMap<>();

    private TokensFile(Path file) {
        this.file = file;
    }

    /** @throws InvalidConfigurationException with every mistake there is */
    static StaticTokenAuthenticator read(Path file) {
        TokensFile reading = new TokensFile(file);
        JsonNode root = ConfigurationFile.tree(file);
        if (!root.isArray() || root.isEmpty()) {
            reading.mistakes.add(file + " must hold a list of tokens");
        }
        for (int i = 0; i < root.size(); i++) {
            reading.take(i + 1, root.get(i));
        }
        if (reading.mistakes.isEmpty()) {
            try {
                return new StaticTokenAuthenticator(reading.tokens);
            } catch (IllegalArgumentException e) {
                reading.mistakes.add(file + ": " + e.getMessage());
            }
        }
        throw new InvalidConfigurationException(reading.mistakes);
    }

    private void take(int number, JsonNode entry) {
        String where = file + ", entry " + number + ": ";
        entry.fieldNames().forEachRemaining(key -> {
            if (!KEYS.contains(key)) {
                mistakes.add(where + "there is no key " + key + Suggestion.amongst(List.copyOf(KEYS), key));
            }
        });
        String token = entry.path("token").asText("");
        String subject = entry.path("subject").asText("");
        if (token.isEmpty() || subject.isEmpty()) {
            mistakes.add(where + "token and subject must be there");
            return;
        }
        List<Grant> grants = new ArrayList<>();
        grants(entry, "read", Access.READ, where, grants);
        grants(entry, "write", Access.WRITE, where, grants);
        Identity identity = new Identity(subject, null, 0, Identity.NEVER, grants, peers(entry, where));
        if (tokens.put(token, identity) != null) {
            mistakes.add(where + "its token stands there twice");
        }
    }

    private void grants(JsonNode entry, String key, Access access, String where, List<Grant> into) {
        for (String pattern : texts(entry, key, where)) {
            try {
                into.add(new Grant(DocumentPattern.of(pattern), access));
            } catch (IllegalArgumentException e) {
                mistakes.add(where + key + ": " + e.getMessage());
            }
        }
    }

    private Peers peers(JsonNode entry, String where) {
        if (!entry.has("peers")) {
            return Peers.ANY;
        }
        Set<PeerId> peers = new HashSet<>();
        for (String text : texts(entry, "peers", where)) {
            try {
                peers.add(PeerId.parse(text));
            } catch (CrdtFormatException e) {
                mistakes.add(where + "'" + text + "' is no peer id, which is a UUID of version 4");
            }
        }
        return Peers.only(peers);
    }

    private List<String> texts(JsonNode entry, String key, String where) {
        List<String> texts = new ArrayList<>();
        JsonNode list = entry.path(key);
        if (!list.isMissingNode() && !list.isArray()) {
            mistakes.add(where + key + " must be a list");
        }
        list.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
