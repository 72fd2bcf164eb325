package dev.weft.protocol.codec;

/**
 * What one frame may cost its reader. Everything above a bound is refused as {@link MalformedMessageException} before
 * memory is spent on it.
 *
 * @param frameBytesMax bytes of a frame as it travels, after compression
 * @param inflatedBytesMax bytes of a frame after decompression; what a decompression bomb runs into
 * @param jsonDepthMax nested arrays and objects, the message itself included
 * @param stringCharsMax UTF-16 units of one string; also the longest blob in base64
 * @param nameCharsMax UTF-16 units of one key; in large frames roughly
 * @param changesMax elements of one {@code changes} array
 * @param documentIdCharsMax UTF-16 units of a document id
 * @param versionVectorPeersMax entries of one version vector
 * @param pluginValuesMax JSON values, nested ones included, in one plugin message: small values cost far more as objects
 *     than as text
 */
public record FrameLimits(
        int frameBytesMax,
        int inflatedBytesMax,
        int jsonDepthMax,
        int stringCharsMax,
        int nameCharsMax,
        int changesMax,
        int documentIdCharsMax,
        int versionVectorPeersMax,
        int pluginValuesMax) {
    private static final int MIB = 1 << 20;

    /** No real change fits in less than 64 characters of base64, so the change bound only stops garbage. */
    public static final FrameLimits DEFAULT =
            new FrameLimits(8 * MIB, 16 * MIB, 64, 16 * MIB, 1024, 1 << 17, 1024, 1 << 16, 50_000);

    /** Plugin objects are read by recursion, which must not reach the end of the stack. */
    private static final int JSON_DEPTH_CEILING = 500;

    /** How many capabilities a peer may list; a longer list is ignored whole. */
    public static final int CAPABILITIES_MAX = 32;

    /** The longest name of a log, in UTF-16 units; a longer one is ignored. */
    public static final int RESUME_CHARS_MAX = 128;

    public FrameLimits {
        requirePositive(frameBytesMax, "frameBytesMax");
        requirePositive(inflatedBytesMax, "inflatedBytesMax");
        requirePositive(jsonDepthMax, "jsonDepthMax");
        if (jsonDepthMax > JSON_DEPTH_CEILING) {
            throw new IllegalArgumentException("jsonDepthMax must not exceed " + JSON_DEPTH_CEILING);
        }
        requirePositive(stringCharsMax, "stringCharsMax");
        requirePositive(nameCharsMax, "nameCharsMax");
        requirePositive(changesMax, "changesMax");
        requirePositive(documentIdCharsMax, "documentIdCharsMax");
        requirePositive(versionVectorPeersMax, "versionVectorPeersMax");
        requirePositive(pluginValuesMax, "pluginValuesMax");
    }

    /** The defaults around another frame size; inflated frames and strings may be twice as large. */
    public static FrameLimits ofFrameBytes(int frameBytesMax) {
        int twice = (int) Math.min(Integer.MAX_VALUE, 2L * frameBytesMax);
        return new FrameLimits(
                frameBytesMax,
                twice,
                DEFAULT.jsonDepthMax,
                twice,
                DEFAULT.nameCharsMax,
                DEFAULT.changesMax,
                DEFAULT.documentIdCharsMax,
                DEFAULT.versionVectorPeersMax,
                DEFAULT.pluginValuesMax);
    }

    private static void requirePositive(int value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }
}
