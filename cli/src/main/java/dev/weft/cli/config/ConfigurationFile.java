package dev.weft.cli.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads YAML, of which nested keys become names with dots and every value a text. */
final class ConfigurationFile {
    /** A larger one is not a configuration. */
    private static final long FILE_BYTES_MAX = 1 << 20;

    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private ConfigurationFile() {}

    /** @param mistakes to which is added what cannot be read; the rest is given all the same */
    static Map<String, String> read(Path file, List<String> mistakes) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            JsonNode root = tree(file);
            if (!root.isMissingNode() && !root.isNull()) {
                flatten("", root, values, mistakes);
            }
        } catch (InvalidConfigurationException e) {
            mistakes.addAll(e.mistakes());
        }
        return values;
    }

    /** @throws InvalidConfigurationException if it cannot be read or is no YAML */
    static JsonNode tree(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new InvalidConfigurationException(List.of(file + " is larger than " + FILE_BYTES_MAX + " bytes"));
            }
            return YAML.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            String where =
                    e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            String what = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new InvalidConfigurationException(List.of(file + " is no YAML" + where + ": " + what));
        } catch (IOException e) {
            throw new InvalidConfigurationException(List.of(file + " cannot be read: " + e.getMessage()));
        }
    }

    private static void flatten(String name, JsonNode node, Map<String, String> values, List<String> mistakes) {
        if (node.isObject()) {
            node.properties()
                    .forEach(each -> flatten(
                            name.isEmpty() ? each.getKey() : name + "." + each.getKey(),
                            each.getValue(),
                            values,
                            mistakes));
        } else if (node.isArray()) {
            List<String> texts = new ArrayList<>();
            node.forEach(each -> {
                if (each.isValueNode() && !each.asText().contains(",")) {
                    texts.add(each.asText());
                } else {
                    mistakes.add(name + ": an entry of its list is no text without commas");
                }
            });
            values.put(name, String.join(",", texts));
        } else if (name.isEmpty()) {
            mistakes.add("the file must hold sections with options");
        } else if (!node.isNull() && !node.asText().isEmpty()) {
            values.put(name, node.asText());
        }
    }
}
