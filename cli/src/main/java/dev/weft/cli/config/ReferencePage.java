package dev.weft.cli.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** docs/configuration.md, from the settings themselves. */
public final class ReferencePage {
    private static final Map<String, String> TITLES = titles();

    private ReferencePage() {}

    private static Map<String, String> titles() {
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("clients", "Where clients come in");
        titles.put("tls", "Encryption towards clients");
        titles.put("auth", "Who is let in");
        titles.put("auth.jwt", "Signed tokens");
        titles.put("store", "Where documents are kept");
        titles.put("cluster", "Other nodes");
        titles.put("cluster.tls", "Encryption between nodes");
        titles.put("http", "The port for operators");
        titles.put("webhooks", "Other systems that are told");
        titles.put("traces", "Traces of edits");
        titles.put("limits", "Limits");
        return titles;
    }

    public static String text() {
        List<String> lines = new ArrayList<>();
        lines.add("# Configuration");
        lines.add("");
        lines.add(
                "<!-- Made by ./weft config --reference; edit cli/src/main/java/dev/weft/cli/config/Settings.java. -->");
        lines.add("");
        lines.add("Every option has one name and four places, of which the first that has it counts: the command line"
                + " (`--clients.port 9000`),");
        lines.add("the environment (`WEFT_CLIENTS_PORT=9000`), the file named by `--config` or `WEFT_CONFIG`, and its"
                + " default. The file is YAML:");
        lines.add("");
        lines.add("```yaml");
        lines.add("clients:");
        lines.add("  port: 9000");
        lines.add("limits:");
        lines.add("  message-bytes: 4 MiB");
        lines.add("  silent-time: 2 min");
        lines.add("```");
        lines.add("");
        lines.add("A node starts only if everything in it is right, and says all that is not at once. `./weft config`,"
                + " with the same flags as");
        lines.add(
                "`./weft run`, prints what is in effect and where each value comes from; secrets are not shown. Variables"
                        + " are the name in");
        lines.add(
                "upper case behind `WEFT_`, with `_` for dots and dashes. In Kubernetes set `enableServiceLinks: false`:"
                        + " a service called");
        lines.add("`weft-…` would otherwise put variables of its own there.");
        String section = "";
        for (Setting<?> setting : Settings.all()) {
            if (!setting.section().equals(section)) {
                section = setting.section();
                lines.add("");
                lines.add("## " + TITLES.get(section));
                lines.add("");
                lines.add("| option | default | what it is |");
                lines.add("| --- | --- | --- |");
            }
            lines.add(row(setting));
        }
        lines.add("");
        return String.join("\n", lines);
    }

    private static String row(Setting<?> setting) {
        // What depends on the machine would change the page with it.
        String standard = setting == Settings.CLIENTS_GATEWAYS ? "processors" : setting.formatted(setting.standard());
        String aliases = setting.aliases().isEmpty() ? "" : ", `" + String.join("`, `", setting.aliases()) + "`";
        return "| `" + setting.name() + "`" + aliases + " | " + (standard.isEmpty() ? "" : "`" + standard + "`") + " | "
                + setting.description() + " " + capital(setting.kind().describe())
                + (setting.isSecret() ? ", secret" : "") + ". |";
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
