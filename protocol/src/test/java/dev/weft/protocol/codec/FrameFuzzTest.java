package dev.weft.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.message.Message;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damaged frames. Whatever comes in, a message or a {@link MalformedMessageException} comes out, and the memory it takes
 * stays in proportion to the frame. {@code -Dweft.fuzz=N} sets how many frames are tried.
 */
class FrameFuzzTest {
    private static final int FRAMES = Integer.getInteger("weft.fuzz", 200_000);

    /** Generous against the parser's first use of a thread, small against what a bomb would take. */
    private static final long FIXED_BYTES_MAX = 512 * 1024;

    private static final long BYTES_PER_FRAME_BYTE_MAX = 120;

    private static final String[] FRAGMENTS = {
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "null",
        "true",
        "0",
        "-1",
        "1e999",
        "5.0",
        "9223372036854775808",
        "\\u0000",
        "\\ud800",
        "\"type\":",
        "\"type\":2,",
        "\"type\":100,",
        "\"documentId\":",
        "\"changes\":[",
        "\"versionVector\":\"",
        "AA==",
        "%3D",
        "/////w8=",
        "[[[[[[[[[[[[[[[[",
        "{\"a\":{\"a\":{\"a\":",
        "\ufeff",
        "\u0000",
        "é",
        "😀",
        "gIA="
    };

    private final MessageCodec plain =
            new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of(new AwarenessCodec()));
    private final List<MessageCodec> codecs = List.of(
            plain, plain.inMode(WireMode.AWARE), plain.inMode(WireMode.RELAY), plain.withCompressor(Compressor.GZIP));
    private final Random random = new Random(Seeds.next(getClass()));
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void everyFrameIsAMessageOrOneTypedRefusal() {
        List<byte[]> corpus = corpus();
        int decoded = 0;
        for (int i = 0; i < FRAMES; i++) {
            MessageCodec codec = codecs.get(random.nextInt(16) == 0 ? 3 : random.nextInt(3));
            byte[] frame = corpus.get(random.nextInt(corpus.size()));
            if (codec == codecs.get(3) && random.nextBoolean()) {
                frame = mutated(Compressor.GZIP.compress(mutated(frame)));
            } else {
                frame = mutated(frame);
            }
            decoded += tryOne(codec, frame) ? 1 : 0;
        }
        System.out.println("Fuzzed " + FRAMES + " frames, of which " + decoded + " were still messages");
        assertThat(decoded).isPositive();
    }

    private List<byte[]> corpus() {
        List<byte[]> corpus = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            new RandomMessages(random).ofEveryType().forEach(message -> corpus.add(plain.encode(message)));
        }
        Vectors.read("wire.json").get("malformed").forEach(vector -> corpus.add(Vectors.bytes(vector.get("frame"))));
        Vectors.read("wire.json")
                .get("messages")
                .forEach(vector -> corpus.add(vector.get("json").textValue().getBytes(UTF_8)));
        return corpus;
    }

    private boolean tryOne(MessageCodec codec, byte[] frame) {
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            Message message = codec.decode(frame);
            long spent = threads.getCurrentThreadAllocatedBytes() - before;
            assertBounded(spent, frame);
            byte[] again = codec.encode(message);
            assertThat(codec.encode(codec.decode(again))).as(show(frame)).isEqualTo(again);
            return true;
        } catch (MalformedMessageException e) {
            assertBounded(threads.getCurrentThreadAllocatedBytes() - before, frame);
            assertThat(e.getMessage()).hasSizeLessThan(1000);
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            return fail("Frame " + show(frame), e);
        }
    }

    private static void assertBounded(long spent, byte[] frame) {
        // Gzip is bounded by its own limit, tested apart; frames here are small enough not to tell.
        assertThat(spent)
                .as("bytes allocated for " + show(frame))
                .isLessThan(FIXED_BYTES_MAX + BYTES_PER_FRAME_BYTE_MAX * frame.length);
    }

    private static String show(byte[] frame) {
        return Base64.getEncoder().encodeToString(frame);
    }

    private byte[] mutated(byte[] frame) {
        byte[] damaged = frame;
        for (int i = random.nextInt(4); i >= 0; i--) {
            damaged = mutatedOnce(damaged);
        }
        return damaged;
    }

    private byte[] mutatedOnce(byte[] frame) {
        int at = random.nextInt(frame.length + 1);
        int until = Math.min(frame.length, at + 1 + random.nextInt(8));
        switch (random.nextInt(6)) {
            case 0:
                byte[] flipped = frame.clone();
                if (at < frame.length) {
                    flipped[at] ^= (byte) (1 << random.nextInt(8));
                }
                return flipped;
            case 1:
                return Arrays.copyOf(frame, at);
            case 2:
                return spliced(frame, at, until, new byte[0]);
            case 3:
                return spliced(frame, at, at, FRAGMENTS[random.nextInt(FRAGMENTS.length)].getBytes(UTF_8));
            case 4:
                return spliced(frame, at, until, FRAGMENTS[random.nextInt(FRAGMENTS.length)].getBytes(UTF_8));
            default:
                byte[] noise = new byte[random.nextInt(4)];
                random.nextBytes(noise);
                return spliced(frame, at, at, noise);
        }
    }

    private static byte[] spliced(byte[] frame, int from, int to, byte[] middle) {
        byte[] result = Arrays.copyOf(frame, from + middle.length + frame.length - to);
        System.arraycopy(middle, 0, result, from, middle.length);
        System.arraycopy(frame, to, result, from + middle.length, frame.length - to);
        return result;
    }
}
