package dev.weft.crdt.convergence;

import dev.weft.crdt.convergence.OracleBytes.Id;

/** A change as the oracle reads it. */
record OracleChange(Id id, String type, String handler, int kind, byte[] body) {

    static OracleChange of(byte[] encoded) {
        OracleBytes bytes = new OracleBytes(encoded);
        if (bytes.u8() != 2) {
            throw new AssertionError("schema");
        }
        long dependencies = bytes.uv();
        Id id = bytes.id();
        for (long i = 0; i < dependencies; i++) {
            bytes.id();
        }
        OracleBytes payload = new OracleBytes(bytes.blob());
        return new OracleChange(id, payload.text(), payload.text(), payload.u8(), payload.rest());
    }

    OracleBytes read() {
        return new OracleBytes(body);
    }
}
