package dev.weft.server.storage.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import dev.weft.server.storage.StoredEntry;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentArchiveTest {
    private static final DocumentKey PAPER = DocumentKey.aware("paper");
    private static final DocumentKey ROOM = DocumentKey.relay("ein Zimmer, größer");

    private final DocumentStore source = InMemoryDocumentStore.unshared();

    @BeforeEach
    void fill() {
        await(source.open());
        long epoch = await(source.claim(PAPER, true));
        await(source.append(PAPER, epoch, 1, blobs("a", "b", "c")));
        await(source.compact(PAPER, epoch, bytes("snapshot of ab"), 2));
        await(source.append(PAPER, epoch, 7, blobs("g", "h")));
        epoch = await(source.claim(ROOM, true));
        await(source.append(ROOM, epoch, 1, blobs("only one")));
        epoch = await(source.claim(DocumentKey.aware("covered"), true));
        await(source.append(DocumentKey.aware("covered"), epoch, 1, blobs("x", "y")));
        await(source.compact(DocumentKey.aware("covered"), epoch, bytes("all of it"), 2));
        await(source.claim(DocumentKey.aware("empty"), true));
    }

    @Test
    void aRestoredStoreHoldsTheSame() throws IOException {
        DocumentStore target = InMemoryDocumentStore.unshared();
        await(target.open());
        assertThat(restore(archive(), target)).isEqualTo(new DocumentArchive.Restored(4, List.of()));
        assertThat(contents(target)).isEqualTo(contents(source));
    }

    @Test
    void anArchiveMovesDocumentsToAnotherKindOfStore(@TempDir Path folder) throws IOException {
        DocumentStore target = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
        await(target.open());
        restore(archive(), target);
        assertThat(contents(target)).isEqualTo(contents(source));
        await(target.close());
    }

    @Test
    void manyDocumentsComePageByPage() throws IOException {
        for (int i = 0; i < 2_500; i++) {
            await(source.claim(DocumentKey.aware("many-" + i), true));
        }
        DocumentStore target = InMemoryDocumentStore.unshared();
        await(target.open());
        assertThat(restore(archive(), target).documents()).isEqualTo(2_504);
    }

    @Test
    void whatIsThereStays() throws IOException {
        byte[] archive = archive();
        await(source.append(PAPER, 1, 9, blobs("newer")));
        Map<DocumentKey, List<String>> before = contents(source);
        assertThat(restore(archive, source).skipped()).hasSize(4).contains(PAPER, ROOM);
        assertThat(contents(source)).isEqualTo(before);
    }

    @Test
    void anOwnerGoesOnWhereTheBackupEnds() throws IOException {
        DocumentStore target = InMemoryDocumentStore.unshared();
        await(target.open());
        restore(archive(), target);
        long epoch = await(target.claim(PAPER, false));
        await(target.append(PAPER, epoch, 9, blobs("next")));
        assertThat(contents(target).get(PAPER)).endsWith("9 next");
    }

    @Test
    void damageIsNoticed() throws IOException {
        byte[] whole = archive();
        DocumentStore target = InMemoryDocumentStore.unshared();
        await(target.open());
        assertThatThrownBy(() -> restore(Arrays.copyOf(whole, whole.length - 12), target))
                .isInstanceOf(IOException.class);
        byte[] flipped = whole.clone();
        flipped[whole.length - 6] ^= 1;
        DocumentStore other = InMemoryDocumentStore.unshared();
        await(other.open());
        assertThatThrownBy(() -> restore(flipped, other)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> restore(bytes("no archive at all"), other)).isInstanceOf(IOException.class);
    }

    private byte[] archive() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DocumentArchive.write(source, out);
        return out.toByteArray();
    }

    private static DocumentArchive.Restored restore(byte[] archive, DocumentStore target) throws IOException {
        return DocumentArchive.restore(new ByteArrayInputStream(archive), target);
    }

    /** By document, each snapshot and entry with its position. */
    private static Map<DocumentKey, List<String>> contents(DocumentStore store) {
        Map<DocumentKey, List<String>> contents = new TreeMap<>();
        for (DocumentKind kind : DocumentKind.values()) {
            for (DocumentInfo info : await(store.list(kind, "", "", 10_000))) {
                List<String> lines = new ArrayList<>();
                await(store.load(info.key(), info.epoch()))
                        .snapshot()
                        .ifPresent(snapshot -> lines.add("up to " + info.snapshotPosition() + " " + text(snapshot)));
                List<StoredEntry> entries = new ArrayList<>();
                await(store.readAll(info.key(), info.epoch(), info.snapshotPosition(), entries::addAll));
                entries.forEach(entry -> lines.add(entry.position() + " " + text(entry.blob())));
                contents.put(info.key(), lines);
            }
        }
        return contents;
    }

    private static List<byte[]> blobs(String... texts) {
        return Arrays.stream(texts).map(DocumentArchiveTest::bytes).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static <T> T await(io.vertx.core.Future<T> future) {
        return DocumentArchive.await(future);
    }
}
