package dev.weft.crdt.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.handler.text.TextDiff;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Replacing a whole text finds the recorded edits and makes the recorded changes, on both text handlers. */
class TextChangeVectorsTest {
    private final JsonNode file = Vectors.read("text_change.json");

    @Test
    void findsTheRecordedEdits() {
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode change : file.get("cases")) {
            String oldText = change.get("old").textValue();
            String newText = change.get("new").textValue();
            List<String> recorded = new ArrayList<>();
            change.get("diff")
                    .forEach(segment -> recorded.add(segment.get("op").textValue() + " "
                            + segment.get("oldStart") + " " + segment.get("oldEnd") + " "
                            + segment.get("newStart") + " " + segment.get("newEnd")));
            softly.assertThat(TextDiff.between(oldText, newText))
                    .as("%s -> %s", oldText, newText)
                    .extracting(segment -> segment.kind().name().toLowerCase(Locale.ROOT) + " " + segment.oldStart()
                            + " " + segment.oldEnd() + " " + segment.newStart() + " " + segment.newEnd())
                    .isEqualTo(recorded);
        }
        softly.assertAll();
        Vectors.ran("text_change.json", file.get("cases").size());
    }

    @Test
    void makesTheRecordedChanges() {
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode change : file.get("cases")) {
            compare(softly, change, "fugueText", (document, texts) -> {
                FugueTextHandler text = new FugueTextHandler(document, texts.id);
                text.insert(0, texts.oldText);
                texts.value = text::value;
                texts.edit = () -> text.change(texts.newText);
            });
            compare(softly, change, "text", TextChangeVectorsTest::plainText);
            compare(softly, change, "textInTransaction", (document, texts) -> {
                plainText(document, texts);
                Runnable edit = texts.edit;
                texts.edit = () -> document.runInTransaction(edit);
            });
        }
        softly.assertAll();
    }

    private static void plainText(Document document, Texts texts) {
        TextHandler text = new TextHandler(document, texts.id);
        if (!texts.oldText.isEmpty()) {
            text.insert(0, texts.oldText);
        }
        texts.value = text::value;
        texts.edit = () -> text.change(texts.newText);
    }

    private static final class Texts {
        String id;
        String oldText;
        String newText;
        Runnable edit = () -> {};
        java.util.function.Supplier<String> value = () -> "";
    }

    private void compare(SoftAssertions softly, JsonNode change, String way, BiConsumer<Document, Texts> setup) {
        Texts texts = texts(change);
        Document document = document();
        setup.accept(document, texts);
        List<String> bodies = new ArrayList<>();
        document.onLocalChange(made -> bodies.add(body(made)));
        texts.edit.run();
        List<String> recorded = new ArrayList<>();
        change.get(way)
                .get("ops")
                .forEach(op -> recorded.add(op.get("kind") + " " + Vectors.hex(Vectors.base64(op.get("body")))));
        String what = way + ": " + texts.oldText + " -> " + texts.newText;
        softly.assertThat(bodies).as(what).isEqualTo(recorded);
        softly.assertThat(texts.value.get())
                .as(what)
                .isEqualTo(change.get(way).get("value").textValue());

        Texts remoteTexts = texts(change);
        remoteTexts.oldText = "";
        Document remote = new Document(DocumentOptions.builder().build());
        setup.accept(remote, remoteTexts);
        remote.importChanges(document.exportChanges());
        softly.assertThat(remoteTexts.value.get())
                .as(what)
                .isEqualTo(change.get(way).get("remoteValue").textValue());
    }

    private Texts texts(JsonNode change) {
        Texts texts = new Texts();
        texts.id = file.get("handlerId").textValue();
        texts.oldText = change.get("old").textValue();
        texts.newText = change.get("new").textValue();
        return texts;
    }

    private Document document() {
        return new Document(DocumentOptions.builder()
                .peerId(PeerId.parse(file.get("peerId").textValue()))
                .initialClock(HybridTimestamp.parse(file.get("initialClock").textValue()))
                .build());
    }

    private static String body(Change change) {
        Envelope envelope = change.envelope();
        return envelope.kind() + " " + Vectors.hex(change.bodyOf(envelope).readRemaining());
    }
}
