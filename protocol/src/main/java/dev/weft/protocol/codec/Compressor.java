package dev.weft.protocol.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Compression of whole frames, below the JSON (spec protocol 1.4). Not negotiated: both ends must be configured alike, or
 * a gateway mirrors what it {@link #sniff sniffs}. Implementations are stateless and used by many threads.
 */
public interface Compressor {
    /** Frames as they are; the default. */
    Compressor IDENTITY = new Compressor() {
        @Override
        public byte[] compress(byte[] json) {
            return json;
        }

        @Override
        public InputStream decompress(InputStream frame) {
            return frame;
        }
    };

    /** RFC 1952. Checks the trailer, so a cut frame is refused; several members are read as one. */
    Compressor GZIP = new Compressor() {
        @Override
        public byte[] compress(byte[] json) {
            ByteArrayOutputStream frame = new ByteArrayOutputStream(json.length / 2 + 64);
            try (GZIPOutputStream gzip = new GZIPOutputStream(frame)) {
                gzip.write(json);
            } catch (IOException e) {
                throw new UncheckedIOException("Memory cannot fail", e);
            }
            return frame.toByteArray();
        }

        @Override
        public InputStream decompress(InputStream frame) throws IOException {
            return new GZIPInputStream(frame);
        }
    };

    byte[] compress(byte[] json);

    /**
     * A stream over the JSON in this frame. The codec reads no more of it than
     * {@link FrameLimits#inflatedBytesMax} allows, so an implementation must not inflate ahead.
     *
     * @throws IOException here or while reading, if the frame is none of this compressor's
     */
    InputStream decompress(InputStream frame) throws IOException;

    /** What the sender of this frame uses: {@link #GZIP} by its magic number, {@link #IDENTITY} for everything else. */
    static Compressor sniff(byte[] firstFrame) {
        boolean gzip = firstFrame.length > 1 && firstFrame[0] == (byte) 0x1f && firstFrame[1] == (byte) 0x8b;
        return gzip ? GZIP : IDENTITY;
    }
}
