package dev.weft.crdt.handler;

/**
 * The handler type tags of the reference (spec crdt 7.2). Replicas only exchange a handler's operations if their tags
 * are equal, letter for letter, and a mismatch is silent; that is why every generic handler takes its tag, or the Dart
 * element type it is built from, and none is derived from Java types.
 *
 * <p>Type arguments are Dart's spelling: {@code String}, {@code int}, {@code String?}, {@code Map<String, dynamic>},
 * or {@link #DYNAMIC} where the Dart side gives none.
 */
public final class HandlerTags {
    public static final String TEXT = "CRDTTextHandler";
    public static final String FUGUE_TEXT = "CRDTFugueTextHandler";
    public static final String MAP_REF = "CRDTMapRefHandler";
    public static final String LIST_REF = "CRDTListRefHandler";
    public static final String MOVABLE_LIST_REF = "CRDTMovableListRefHandler";

    public static final String DYNAMIC = "dynamic";

    private HandlerTags() {}

    public static String list(String dartElement) {
        return "CRDTListHandler<" + dartElement + ">";
    }

    public static String fugueList(String dartElement) {
        return "CRDTFugueListHandler<" + dartElement + ">";
    }

    public static String fugueMovableList(String dartElement) {
        return "CRDTFugueMovableListHandler<" + dartElement + ">";
    }

    public static String map(String dartValue) {
        return "CRDTMapHandler<" + dartValue + ">";
    }

    public static String register(String dartValue) {
        return "CRDTRegisterHandler<" + dartValue + ">";
    }

    public static String orSet(String dartElement) {
        return "CRDTORSetHandler<" + dartElement + ">";
    }

    public static String orMap(String dartKey, String dartValue) {
        return "CRDTORMapHandler<" + dartKey + ", " + dartValue + ">";
    }

    /** The class name of a tag: what comes before its type arguments. */
    public static String baseOf(String tag) {
        int bracket = tag.indexOf('<');
        return bracket < 0 ? tag : tag.substring(0, bracket);
    }
}
