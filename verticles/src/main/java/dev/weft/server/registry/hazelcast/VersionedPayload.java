package dev.weft.server.registry.hazelcast;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/*
 * During a rolling upgrade, nodes of two versions read what the other writes. So a payload is a byte array of its own
 * (its length is known, whatever follows it in the stream) that starts with a version. Fields are only ever appended: an
 * older node reads those it knows and leaves the rest; a newer one asks the version before it reads what older nodes do
 * not write. A field that must not be left unread needs a new class id, not a new version.
 */
/** Base of what the registry stores and sends: a length, a version, fields. */
abstract class VersionedPayload implements IdentifiedDataSerializable {
    static final int FORMAT_VERSION = 1;

    @Override
    public final int getFactoryId() {
        return RegistrySerialization.FACTORY_ID;
    }

    @Override
    public final void writeData(ObjectDataOutput out) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(96);
        DataOutputStream fields = new DataOutputStream(bytes);
        fields.writeByte(FORMAT_VERSION);
        writeFields(fields);
        out.writeByteArray(bytes.toByteArray());
    }

    @Override
    public final void readData(ObjectDataInput in) throws IOException {
        DataInputStream fields = new DataInputStream(new ByteArrayInputStream(in.readByteArray()));
        readFields(fields, fields.readUnsignedByte());
    }

    abstract void writeFields(DataOutputStream out) throws IOException;

    abstract void readFields(DataInputStream in, int version) throws IOException;

    static void writeNullable(DataOutputStream out, String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    static String readNullable(DataInputStream in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }
}
