package dev.weft.crdt.change;

/** The kind byte of an operation envelope (spec crdt 7.1). Other values are legal and ignored by every handler. */
public final class OperationKind {
    public static final int INSERT = 0;
    public static final int DELETE = 1;
    public static final int UPDATE = 2;
    public static final int MOVE = 3;

    private OperationKind() {}
}
