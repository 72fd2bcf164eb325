package dev.weft.cli.config;

import java.util.regex.Pattern;

/** Hides what must not be shown. */
final class Secrets {
    private static final String HIDDEN = "***";
    private static final Pattern URL =
            Pattern.compile("([a-z][a-z0-9+.-]*://)([^@/]*@)?([^?]*)(\\?.*)?", Pattern.DOTALL);
    private static final Pattern PARAMETERS = Pattern.compile("(://[^\\s,?]*)\\?[^\\s,]*");
    private static final Pattern PASSWORD = Pattern.compile("(://[^\\s/@,:]*):[^\\s/@,]*@");

    private Secrets() {}

    /** Of a URL without parameters, which may hold a password too, the user stays; of anything else nothing. */
    static String mask(String value) {
        var url = URL.matcher(value);
        if (!url.matches()) {
            return HIDDEN;
        }
        String user = url.group(2) == null ? "" : url.group(2).split("[:@]", 2)[0] + ":" + HIDDEN + "@";
        return url.group(1) + user + url.group(3) + (url.group(4) == null ? "" : "?" + HIDDEN);
    }

    /** A text that is no secret, unless somebody put one into a URL in it. */
    static String withoutPasswords(String text) {
        String withoutParameters = PARAMETERS.matcher(text).replaceAll("$1?" + HIDDEN);
        return PASSWORD.matcher(withoutParameters).replaceAll("$1:" + HIDDEN + "@");
    }
}
