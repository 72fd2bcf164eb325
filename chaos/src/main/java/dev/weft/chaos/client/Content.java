package dev.weft.chaos.client;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.FugueTextHandler;
import java.util.Random;
import java.util.TreeMap;

/** A document with a text and a map, and how somebody edits it. Belongs to the document's thread. */
final class Content {
    private static final int TEXT_MAX = 400;
    private static final int KEYS = 7;
    private static final int DELETED_MAX = 20;

    private final FugueTextHandler text;
    private final MapHandler<String> map;

    Content(Document document) {
        text = new FugueTextHandler(document, "text");
        map = new MapHandler<>(document, "map", DartType.STRING);
    }

    /** One edit that is certain to make a change. */
    void edit(Random random) {
        int length = text.length();
        int what = random.nextInt(10);
        if (what < 2) {
            map.set("k" + random.nextInt(KEYS), "v" + random.nextInt(1_000));
        } else if (what < 4 && length > 0 || length > TEXT_MAX) {
            int at = random.nextInt(length);
            text.delete(at, Math.min(length - at, 1 + random.nextInt(DELETED_MAX)));
        } else {
            text.insert(random.nextInt(length + 1), "w" + random.nextInt(100));
        }
    }

    String read() {
        return text.value() + "\n" + new TreeMap<>(map.value());
    }
}
