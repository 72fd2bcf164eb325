package dev.weft.crdt.handler.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Decoding undoes encoding for any value, and doubles are printed with the fewest digits that read back. */
class JsonValueCodecPropertyTest {
    private static final int CASES = 20_000;

    @Test
    void decodingUndoesEncoding() {
        long seed = Long.getLong("seed", 1L);
        Random random = new Random(seed);
        for (int i = 0; i < CASES / 10; i++) {
            Object value = randomValue(random, 0);
            byte[] bytes = JsonValueCodec.any().encode(value);
            assertThat(JsonValueCodec.any().decode(bytes))
                    .as("-Dseed=%d, case %d", seed, i)
                    .isEqualTo(value);
        }
    }

    @Test
    void doublesAreShortestAndReadBack() {
        long seed = Long.getLong("seed", 2L);
        Random random = new Random(seed);
        for (int i = 0; i < CASES; i++) {
            double value = randomDouble(random);
            String text = JsonValueCodec.toJson(value);
            assertThat(Double.parseDouble(text))
                    .as("-Dseed=%d, case %d", seed, i)
                    .isEqualTo(value);
            int digits = significantDigits(text);
            if (digits > 1) {
                String shorter = String.format(java.util.Locale.ROOT, "%." + (digits - 2) + "e", value);
                assertThat(Double.parseDouble(shorter))
                        .as("%s has a shorter form, -Dseed=%d, case %d", text, seed, i)
                        .isNotEqualTo(value);
            }
        }
    }

    private static int significantDigits(String text) {
        int exponent = text.indexOf('e');
        String digits = (exponent < 0 ? text : text.substring(0, exponent)).replaceAll("[-.]", "");
        return digits.replaceAll("^0+", "").replaceAll("0+$", "").length();
    }

    private static double randomDouble(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(1_000_000) / 1000.0 + 0.001;
            case 1 -> Double.longBitsToDouble(1 + random.nextInt(1 << 20));
            case 2 -> Math.scalb(1.0, random.nextInt(2000) - 1000);
            default -> {
                double any = Double.longBitsToDouble(random.nextLong());
                yield Double.isFinite(any) && any != 0 ? any : 1.5;
            }
        };
    }

    private static Object randomValue(Random random, int depth) {
        return switch (random.nextInt(depth > 4 ? 6 : 8)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong() >> random.nextInt(64);
            case 3 -> randomDouble(random);
            case 4, 5 -> randomString(random);
            case 6 -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(randomValue(random, depth + 1));
                }
                yield list;
            }
            default -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put(randomString(random), randomValue(random, depth + 1));
                }
                yield map;
            }
        };
    }

    /** Any units at all: quotes, controls, halves of pairs. */
    private static String randomString(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> text.append((char) random.nextInt(0x80));
                case 1 -> text.append((char) random.nextInt(0x10000));
                case 2 -> text.append((char) (0xd800 + random.nextInt(0x800)));
                default -> text.appendCodePoint(0x1f600 + random.nextInt(50));
            }
        }
        return text.toString();
    }
}
