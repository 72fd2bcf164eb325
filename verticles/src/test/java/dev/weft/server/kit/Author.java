package dev.weft.server.kit;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.IdSource;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.List;

/** Somebody with a document who makes changes, all in one text. */
public final class Author {
    private final Document document;
    private final TextHandler text;
    private final List<Change> made = new ArrayList<>();

    public Author(int number) {
        this(number, 1_000);
    }

    /** @param wallMillis what its clock shows, always */
    public Author(int number, long wallMillis) {
        document = new Document(DocumentOptions.builder()
                .peerId(IdSource.seeded(number).nextPeerId())
                .wallClock(() -> wallMillis)
                .build());
        text = new TextHandler(document, "text");
        document.onLocalChange(made::add);
    }

    /** One change per letter, each depending on the one before. */
    public List<Change> types(String letters) {
        int before = made.size();
        for (int i = 0; i < letters.length(); i++) {
            text.insert(text.length(), letters.substring(i, i + 1));
        }
        return List.copyOf(made.subList(before, made.size()));
    }

    public Change type(char letter) {
        return types(String.valueOf(letter)).get(0);
    }

    /** Takes changes of others in. */
    public void reads(List<Change> changes) {
        document.importAll(changes);
    }

    public PeerId peer() {
        return document.peerId();
    }

    public VersionVector holds() {
        return document.versionVector();
    }
}
