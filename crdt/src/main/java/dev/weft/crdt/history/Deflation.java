package dev.weft.crdt.history;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Sections of a block, packed with the JDK's DEFLATE. */
final class Deflation {
    /** No byte of a DEFLATE stream stands for more. */
    private static final int RATIO_MAX = 1032;

    private Deflation() {}

    /** Length unpacked, then the packed section. */
    static void write(ByteWriter out, ByteWriter section) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setInput(section.array(), 0, section.size());
            deflater.finish();
            byte[] packed = new byte[section.size() + section.size() / 1000 + 64];
            int length = 0;
            while (!deflater.finished()) {
                length += deflater.deflate(packed, length, packed.length - length);
            }
            out.writeUvarint(section.size()).writeUvarint(length).writeBytes(packed, 0, length);
        } finally {
            deflater.end();
        }
    }

    /** @param bytesMax what an honest section has at most; more is malformed */
    static ByteReader read(ByteReader in, int bytesMax) {
        long length = in.readUvarint("section");
        ByteReader packed = in.readBlobView("section");
        if (length > bytesMax || length > (long) RATIO_MAX * (packed.remaining() + 8)) {
            throw new CrdtFormatException("A section of " + length + " bytes");
        }
        byte[] section = new byte[(int) length];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed.array(), packed.position(), packed.remaining());
            int read = 0;
            while (read < section.length) {
                int more = inflater.inflate(section, read, section.length - read);
                if (more == 0 && (inflater.finished() || inflater.needsInput() || inflater.needsDictionary())) {
                    throw new CrdtFormatException("A section that ends early");
                }
                read += more;
            }
        } catch (DataFormatException e) {
            throw new CrdtFormatException("A section that cannot be unpacked", e);
        } finally {
            inflater.end();
        }
        return new ByteReader(section);
    }
}
