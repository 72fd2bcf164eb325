package dev.weft.crdt.handler;

/**
 * One edit to one handler, decoded. Immutable. A data type has one record per kind of edit; how it looks in bytes is
 * the {@link DataType}'s concern.
 */
public interface Operation {
    /** The kind byte of the envelope, see {@link dev.weft.crdt.change.OperationKind}. */
    int kind();
}
