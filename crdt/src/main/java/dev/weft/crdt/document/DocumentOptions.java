package dev.weft.crdt.document;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.id.IdSource;
import dev.weft.crdt.id.PeerId;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** What a document is created with. Immutable. */
public final class DocumentOptions {
    /** No bound on how far a remote stamp may lie ahead of physical time. */
    public static final long UNLIMITED_DRIFT = Long.MAX_VALUE;

    private final PeerId peerId;
    private final String documentId;
    private final HybridTimestamp initialClock;
    private final WallClock wallClock;
    private final IdSource idSource;
    private final long driftMillisMax;
    private final Map<String, DataType<?, ?>> types;

    private DocumentOptions(Builder builder) {
        this.idSource = builder.idSource;
        this.peerId = builder.peerId != null ? builder.peerId : idSource.nextPeerId();
        this.documentId = builder.documentId != null
                ? builder.documentId
                : idSource.nextUuid().toString();
        this.initialClock = builder.initialClock;
        this.wallClock = builder.wallClock;
        this.driftMillisMax = builder.driftMillisMax;
        this.types = Map.copyOf(builder.types);
    }

    public static Builder builder() {
        return new Builder();
    }

    public PeerId peerId() {
        return peerId;
    }

    public String documentId() {
        return documentId;
    }

    public HybridTimestamp initialClock() {
        return initialClock;
    }

    public WallClock wallClock() {
        return wallClock;
    }

    public IdSource idSource() {
        return idSource;
    }

    /** How many milliseconds a remote stamp may lie ahead of physical time, see {@link Builder#driftMillisMax}. */
    public long driftMillisMax() {
        return driftMillisMax;
    }

    /** The data type to fold handlers of this tag with, if nobody creates them; null if none is known. */
    DataType<?, ?> typeOf(String tag) {
        DataType<?, ?> chosen = types.get(tag);
        return chosen != null ? chosen : BuiltInTypes.of(tag);
    }

    /** Collects options; every one has a default. */
    public static final class Builder {
        private PeerId peerId;
        private String documentId;
        private HybridTimestamp initialClock = HybridTimestamp.ZERO;
        private WallClock wallClock = WallClock.SYSTEM;
        private IdSource idSource = IdSource.SECURE;
        private long driftMillisMax = UNLIMITED_DRIFT;
        private final Map<String, DataType<?, ?>> types = new HashMap<>();

        private Builder() {}

        /**
         * The author of local operations; random by default. One peer id has one writer at a time, and that writer
         * loads its own history before it edits: a peer that starts over mints ids it has used before (spec crdt W17).
         */
        public Builder peerId(PeerId peerId) {
            this.peerId = peerId;
            return this;
        }

        /** Opaque text, never inside a change; a random UUID by default. */
        public Builder documentId(String documentId) {
            this.documentId = documentId;
            return this;
        }

        /** Where the clock starts; zero by default, and the first edit takes it to physical time. */
        public Builder initialClock(HybridTimestamp initialClock) {
            this.initialClock = Objects.requireNonNull(initialClock);
            return this;
        }

        public Builder wallClock(WallClock wallClock) {
            this.wallClock = Objects.requireNonNull(wallClock);
            return this;
        }

        public Builder idSource(IdSource idSource) {
            this.idSource = Objects.requireNonNull(idSource);
            return this;
        }

        /**
         * Refuses changes and snapshots stamped further ahead of physical time than this. Unlimited by default, as in
         * the reference; whoever takes changes from strangers sets it, because a clock at the end of time is contagious
         * (spec crdt W2).
         */
        public Builder driftMillisMax(long driftMillisMax) {
            this.driftMillisMax = driftMillisMax;
            return this;
        }

        /**
         * Says what handlers of a tag chosen by an application are, so that a document without such handlers can check
         * and compress them all the same: {@code knownType("tasks", "CRDTListHandler")}.
         *
         * @param builtIn one of {@link BuiltInTypes#names}
         * @throws IllegalArgumentException for any other
         */
        public Builder knownType(String tag, String builtIn) {
            DataType<?, ?> type = BuiltInTypes.of(builtIn);
            if (type == null) {
                throw new IllegalArgumentException("Not a built-in type: " + builtIn);
            }
            types.put(tag, type);
            return this;
        }

        public DocumentOptions build() {
            return new DocumentOptions(this);
        }
    }
}
