package dev.weft.cli.config;

import java.util.List;
import java.util.Locale;

/** What somebody may have meant. */
final class Suggestion {
    private static final int EDITS_MAX = 4;

    private Suggestion() {}

    /** @return the end of a sentence; empty if nothing is close */
    static String amongst(List<String> names, String given) {
        String best = null;
        int fewest = Integer.MAX_VALUE;
        for (String name : names) {
            // The right key in the wrong section, or none, is the most likely of all.
            boolean isSameKey =
                    name.endsWith("." + given) || isIn(name) && lastPart(name).equals(lastPart(given));
            int edits = isSameKey ? 0 : edits(name, given.toLowerCase(Locale.ROOT));
            if (edits < fewest) {
                fewest = edits;
                best = name;
            }
        }
        return best != null && fewest <= Math.min(EDITS_MAX, given.length() / 3) ? "; did you mean " + best + "?" : "";
    }

    private static boolean isIn(String name) {
        return name.indexOf('.') >= 0;
    }

    private static String lastPart(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** Letters to put in, take out or replace, upper case being none. */
    static int edits(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                boolean isSame =
                        Character.toLowerCase(left.charAt(i - 1)) == Character.toLowerCase(right.charAt(j - 1));
                int replaced = diagonal + (isSame ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[right.length()];
    }
}
