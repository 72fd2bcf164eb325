package dev.weft.client.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentReplicaTest {
    private final Document document = new Document(MemoryReplica.peerOf(1));
    private final FugueTextHandler text = new FugueTextHandler(document, "t");
    private final DocumentReplica replica = new DocumentReplica(document, Bounds.DEFAULT);
    private final Document other = new Document(MemoryReplica.peerOf(2));
    private final FugueTextHandler othersText = new FugueTextHandler(other, "t");

    @Test
    void keepsWhatComesTooEarlyAndAppliesItWhenItsCauseComes() {
        othersText.insert(0, "a");
        othersText.insert(1, "b");
        othersText.insert(2, "c");
        List<Change> changes = other.exportChanges();

        Replica.ImportOutcome early = replica.importChanges(changes.subList(1, 3));
        assertThat(early).isEqualTo(new Replica.ImportOutcome(List.of(), 2, 0, 0));
        Replica.ImportOutcome complete = replica.importChanges(changes.subList(0, 1));
        assertThat(complete).isEqualTo(new Replica.ImportOutcome(changes, 0, 0, 0));
        assertThat(text.value()).isEqualTo("abc");
    }

    @Test
    void whatWaitedIsForgottenWhenItComesAgainWithItsCause() {
        othersText.insert(0, "a");
        othersText.insert(1, "b");
        replica.importChanges(other.exportChanges().subList(1, 2));
        replica.importChanges(other.exportChanges());
        assertThat(replica.waiting()).isZero();
        assertThat(text.value()).isEqualTo("ab");
    }

    @Test
    void neverReportsAnEcho() {
        List<Change> local = new ArrayList<>();
        document.onLocalChange(local::add);
        othersText.insert(0, "a");
        replica.importChanges(other.exportChanges());
        text.insert(1, "b");
        assertThat(local).hasSize(1);
    }

    @Test
    void adoptsASnapshotAndKeepsItsHistoryAndWhatWaitsForIt() {
        text.insert(0, "mine ");
        othersText.insert(0, "a");
        Snapshot snapshot = other.takeSnapshot(true);
        othersText.insert(1, "b");
        Change later = other.exportChanges().get(0);

        assertThat(replica.adopt(snapshot)).isEqualTo(Replica.Adoption.ADOPTED);
        replica.importChanges(List.of(later));
        assertThat(text.value()).contains("mine").contains("ab");
        assertThat(replica.changesNewerThan(VersionVector.EMPTY)).hasSize(2);
        assertThat(replica.adopt(snapshot)).isEqualTo(Replica.Adoption.COVERED);
    }

    @Test
    void tellsWhichChangesASnapshotMadeReady() {
        othersText.insert(0, "a");
        Snapshot snapshot = other.takeSnapshot(false);
        othersText.insert(1, "b");
        Change later = other.exportChanges().get(1);

        assertThat(replica.importChanges(List.of(later)).waiting()).isEqualTo(1);
        assertThat(replica.adopt(snapshot)).isEqualTo(Replica.Adoption.ADOPTED);
        assertThat(replica.importWaiting()).isEqualTo(new Replica.ImportOutcome(List.of(later), 0, 0, 0));
        assertThat(text.value()).isEqualTo("ab");
    }

    @Test
    void refusesASnapshotThatNeitherCoversItsOwnNorIsCovered() {
        text.insert(0, "mine");
        document.takeSnapshot(false);
        othersText.insert(0, "theirs");
        assertThat(replica.adopt(other.takeSnapshot(false))).isEqualTo(Replica.Adoption.REFUSED);
        assertThat(text.value()).isEqualTo("mine");
    }

    @Test
    void knowsWhatItHolds() {
        text.insert(0, "x");
        Change stored = document.exportChanges().get(0);
        othersText.insert(0, "y");
        assertThat(replica.contains(stored.id())).isTrue();
        assertThat(replica.contains(other.exportChanges().get(0).id())).isFalse();
        document.takeSnapshot(true);
        assertThat(replica.contains(stored.id())).isTrue();
        assertThat(replica.isEmpty()).isFalse();
    }
}
