package dev.weft.server.embed;

import static dev.weft.server.kit.RawClient.await;
import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentNotFoundException;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Documents opened by code inside the nodes of a cluster, the owner on one of them. */
class DocumentsClusterIT {
    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(2, options -> options);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void append(Document document, String text) {
        FugueTextHandler handler = (FugueTextHandler) document.handlers().get("text");
        if (handler == null) {
            handler = new FugueTextHandler(document, "text");
        }
        handler.insert(handler.length(), text);
    }

    private static Future<Map<String, Object>> values(OpenDocument document) {
        return document.read(DocumentValues::of);
    }

    @Test
    void whatOneNodeEditsAnotherReadsAndHearsOf() {
        OpenDocument here = await(cluster.node(0).open().openOrCreate("shared"));
        OpenDocument there = await(cluster.node(1).open().open("shared"));
        List<Object> heard = new CopyOnWriteArrayList<>();
        there.onChange(document -> heard.add(DocumentValues.of(document).get("text")));

        var version = await(here.edit(document -> append(document, "Hello")));

        eventually(() -> heard.contains("Hello"));
        assertThat(await(values(there))).containsEntry("text", "Hello");
        assertThat(await(there.read(Document::versionVector))).isEqualTo(version);
        await(there.edit(document -> append(document, " world")));
        eventually(() -> "Hello world".equals(await(values(here)).get("text")));
        await(here.close());
        await(there.close());
    }

    @Test
    void aDocumentThatDoesNotExistIsNotCreatedByOpening() {
        assertThatThrownBy(() -> await(cluster.node(1).open().open("nothing")))
                .rootCause()
                .isInstanceOf(DocumentNotFoundException.class);
        // What another test has closed may still be on its way out.
        eventually(() -> cluster.node(1).open().openCount() == 0);
    }

    @Test
    void anEditThatThrowsLeavesNothingBehind() {
        OpenDocument document = await(cluster.node(0).open().openOrCreate("atomic"));
        await(document.edit(doc -> append(doc, "kept")));
        assertThatThrownBy(() -> await(document.edit(doc -> {
                    append(doc, "dropped");
                    throw new IllegalStateException("half-way");
                })))
                .rootCause()
                .hasMessage("half-way");

        assertThat(await(values(document))).containsEntry("text", "kept");
        await(document.edit(doc -> append(doc, ", and more")));
        OpenDocument other = await(cluster.node(1).open().open("atomic"));
        assertThat(await(values(other))).containsEntry("text", "kept, and more");
        await(document.close());
        await(other.close());
    }

    @Test
    void editsUnderWayWhenOneThrowsAreNotLost() {
        OpenDocument document = await(cluster.node(1).open().openOrCreate("hurried"));
        Future<?> before = document.edit(doc -> append(doc, "a"));
        Future<?> failing = document.edit(doc -> {
            append(doc, "x");
            throw new IllegalStateException("half-way");
        });
        Future<?> after = document.edit(doc -> append(doc, "b"));
        await(before);
        await(after);
        assertThat(failing.failed()).isTrue();
        assertThat(await(values(document))).containsEntry("text", "ab");
        await(document.close());
    }

    @Test
    void editsGoOnWhenTheDocumentMoves() {
        DocumentKey key = DocumentKey.aware("moving");
        OpenDocument document = await(cluster.node(0).open().openOrCreate("moving"));
        await(document.edit(doc -> append(doc, "1")));
        int owner = cluster.ownerOf(key);
        cluster.node(owner).documents().handOff(key, cluster.node(1 - owner).nodeId());
        StringBuilder expected = new StringBuilder("1");
        for (int i = 2; i < 8; i++) {
            String text = String.valueOf(i);
            expected.append(text);
            await(document.edit(doc -> append(doc, text)));
        }
        eventually(() -> cluster.node(1 - owner).documents().isHosted(key));
        OpenDocument other = await(cluster.node(1).open().open("moving"));
        assertThat(await(values(other))).containsEntry("text", expected.toString());
        await(document.close());
        await(other.close());
    }

    @Test
    void openingAgainDoesNotAddAuthors() {
        for (int i = 0; i < 5; i++) {
            OpenDocument document = await(cluster.node(0).open().openOrCreate("often"));
            await(document.edit(doc -> append(doc, "x")));
            await(document.close());
        }
        OpenDocument document = await(cluster.node(0).open().open("often"));
        int authors = await(document.read(doc -> doc.versionVector().size()));
        assertThat(authors).isLessThanOrEqualTo(2);
        assertThat(await(values(document))).containsEntry("text", "xxxxx");
        await(document.close());
    }
}
