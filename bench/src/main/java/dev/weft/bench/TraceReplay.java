package dev.weft.bench;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

/** Plays editing traces on documents, each edit a change of its own. */
final class TraceReplay {
    static final String HANDLER = "text";

    private TraceReplay() {}

    /** A document of a fixed peer with an empty Fugue text. */
    static Document document(int peer) {
        return new Document(DocumentOptions.builder()
                .peerId(new PeerId((long) peer << 32 | 0x4000L, 0x8000000000000000L | peer))
                .build());
    }

    /** One author types the whole trace. */
    static Document local(EditingTrace trace) {
        Document document = document(1);
        FugueTextHandler text = new FugueTextHandler(document, HANDLER);
        for (EditingTrace.Step step : trace.steps()) {
            edit(text, step);
        }
        return document;
    }

    /**
     * As {@link #local}, at the pace of a person: the clock goes on by about a quarter of a second from edit to edit, now
     * and then by some minutes. Stamps that all fall into one second would make a history smaller than any real one.
     */
    static Document typed(EditingTrace trace) {
        Random random = new Random(1);
        long[] now = {1_600_000_000_000L};
        Document document = new Document(DocumentOptions.builder()
                .peerId(new PeerId(1L << 32 | 0x4000L, 0x8000000000000001L))
                .wallClock(() -> now[0])
                .build());
        FugueTextHandler text = new FugueTextHandler(document, HANDLER);
        for (EditingTrace.Step step : trace.steps()) {
            now[0] += random.nextInt(200) == 0
                    ? random.nextInt(600_000)
                    : 40 + (long) (-150 * Math.log(1 - random.nextDouble()));
            edit(text, step);
        }
        return document;
    }

    static void edit(FugueTextHandler text, EditingTrace.Step step) {
        for (EditingTrace.Edit edit : step.edits()) {
            if (edit.deleted() > 0) {
                text.delete(edit.position(), edit.deleted());
            }
            if (!edit.inserted().isEmpty()) {
                text.insert(edit.position(), edit.inserted());
            }
        }
    }

    /** Every author edits an own document, after taking in exactly what the trace says was known to that author. */
    static List<Document> concurrent(EditingTrace trace) {
        List<Document> documents = new ArrayList<>();
        List<FugueTextHandler> texts = new ArrayList<>();
        List<BitSet> known = new ArrayList<>();
        for (int agent = 0; agent < trace.agents(); agent++) {
            Document document = document(agent + 1);
            documents.add(document);
            texts.add(new FugueTextHandler(document, HANDLER));
            known.add(new BitSet());
        }
        List<List<Change>> changes = new ArrayList<>();
        for (int index = 0; index < trace.steps().size(); index++) {
            EditingTrace.Step step = trace.steps().get(index);
            Document document = documents.get(step.agent());
            takeIn(document, trace, changes, known.get(step.agent()), step.parents());
            int before = document.history().size();
            edit(texts.get(step.agent()), step);
            List<Change> made = new ArrayList<>();
            for (int ordinal = before; ordinal < document.history().size(); ordinal++) {
                made.add(document.history().get(ordinal));
            }
            changes.add(made);
            known.get(step.agent()).set(index);
        }
        for (int agent = 0; agent < trace.agents(); agent++) {
            takeIn(
                    documents.get(agent),
                    trace,
                    changes,
                    known.get(agent),
                    List.of(trace.steps().size() - 1));
        }
        return documents;
    }

    private static void takeIn(
            Document document, EditingTrace trace, List<List<Change>> changes, BitSet known, List<Integer> steps) {
        BitSet lacking = new BitSet();
        steps.stream().filter(step -> !known.get(step)).forEach(lacking::set);
        for (int step = lacking.length() - 1; step >= 0; step = lacking.previousSetBit(step - 1)) {
            for (int parent : trace.steps().get(step).parents()) {
                if (!known.get(parent)) {
                    lacking.set(parent);
                }
            }
        }
        lacking.stream().forEach(step -> {
            document.importChanges(changes.get(step));
            known.set(step);
        });
    }
}
