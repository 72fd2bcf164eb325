package dev.weft.cli.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What values of a setting look like. @param <T> what they are read as */
interface Kind<T> {
    /** @throws IllegalArgumentException saying what it must be, as the end of a sentence */
    T parse(String text);

    /** As it is written in a file. */
    String format(T value);

    /** For the reference page. */
    String describe();

    Kind<String> TEXT = new Kind<>() {
        @Override
        public String parse(String text) {
            if (text.isBlank()) {
                throw new IllegalArgumentException("must not be empty");
            }
            return text.strip();
        }

        @Override
        public String format(String value) {
            return value;
        }

        @Override
        public String describe() {
            return "text";
        }
    };

    Kind<Boolean> FLAG = new Kind<>() {
        @Override
        public Boolean parse(String text) {
            return switch (text.strip().toLowerCase(Locale.ROOT)) {
                case "true", "yes", "on" -> true;
                case "false", "no", "off" -> false;
                default -> throw new IllegalArgumentException("must be true or false");
            };
        }

        @Override
        public String format(Boolean value) {
            return value.toString();
        }

        @Override
        public String describe() {
            return "true or false";
        }
    };

    Kind<List<String>> LIST = new Kind<>() {
        @Override
        public List<String> parse(String text) {
            List<String> values = new ArrayList<>();
            for (String each : text.split(",")) {
                if (!each.isBlank()) {
                    values.add(each.strip());
                }
            }
            return List.copyOf(values);
        }

        @Override
        public String format(List<String> value) {
            return String.join(", ", value);
        }

        @Override
        public String describe() {
            return "list of texts, or one text with commas";
        }
    };

    static Kind<Integer> number(int least, int most) {
        return new Kind<>() {
            @Override
            public Integer parse(String text) {
                return (int) within(plainNumber(text, describe()), least, most, describe());
            }

            @Override
            public String format(Integer value) {
                return value.toString();
            }

            @Override
            public String describe() {
                return "number, " + least + " to " + most;
            }
        };
    }

    /** Bytes, with a unit or without. */
    static Kind<Integer> bytes(int least, int most) {
        return whole(largeBytes(least, most));
    }

    /** Bytes of more than an array holds. */
    static Kind<Long> largeBytes(long least, long most) {
        return new Units(List.of("GiB", "MiB", "KiB", "B"), List.of(1L << 30, 1L << 20, 1L << 10, 1L), least, most);
    }

    private static Kind<Integer> whole(Kind<Long> large) {
        return new Kind<>() {
            @Override
            public Integer parse(String text) {
                return Math.toIntExact(large.parse(text));
            }

            @Override
            public String format(Integer value) {
                return large.format(value.longValue());
            }

            @Override
            public String describe() {
                return large.describe();
            }
        };
    }

    /** Milliseconds; written with a unit. */
    static Kind<Integer> time(int leastMillis, int mostMillis) {
        return whole(largeTime(leastMillis, mostMillis));
    }

    /** Milliseconds of more than three weeks. */
    static Kind<Long> largeTime(long leastMillis, long mostMillis) {
        return new Units(
                List.of("d", "h", "min", "s", "ms"),
                List.of(86_400_000L, 3_600_000L, 60_000L, 1_000L, 1L),
                leastMillis,
                mostMillis);
    }

    static Kind<String> choice(String... values) {
        List<String> choices = List.of(values);
        return new Kind<>() {
            @Override
            public String parse(String text) {
                String value = text.strip().toLowerCase(Locale.ROOT);
                if (!choices.contains(value)) {
                    throw new IllegalArgumentException("must be one of " + String.join(", ", choices));
                }
                return value;
            }

            @Override
            public String format(String value) {
                return value;
            }

            @Override
            public String describe() {
                return "one of " + String.join(", ", choices);
            }
        };
    }

    private static long plainNumber(String text, String must) {
        try {
            return Long.parseLong(text.strip().replace("_", ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a " + must, e);
        }
    }

    private static long within(long value, long least, long most, String must) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("must be a " + must);
        }
        return value;
    }

    /** Numbers with units, the largest first; the last unit may be left out if it is B, never for times. */
    record Units(List<String> names, List<Long> sizes, long least, long most) implements Kind<Long> {
        private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9_]+)\\s*([A-Za-z]*)");

        @Override
        public Long parse(String text) {
            Matcher parts = NUMBER_AND_UNIT.matcher(text.strip());
            String must = describe();
            if (!parts.matches()) {
                throw new IllegalArgumentException("must be a " + must);
            }
            long number = plainNumber(parts.group(1), must);
            long size = sizeOf(parts.group(2), number);
            return within(number > most ? -1 : number * size, least, most, must);
        }

        private long sizeOf(String unit, long number) {
            boolean isPlain = unit.isEmpty() && (names.contains("B") || number == 0);
            for (int i = 0; i < names.size(); i++) {
                if (names.get(i).equalsIgnoreCase(unit) || isPlain && i == names.size() - 1) {
                    return sizes.get(i);
                }
            }
            throw new IllegalArgumentException((unit.isEmpty() ? "needs a unit" : "has the unknown unit '" + unit + "'")
                    + ": " + String.join(", ", names));
        }

        @Override
        public String format(Long value) {
            for (int i = 0; i < names.size(); i++) {
                if (value % sizes.get(i) == 0 && value != 0) {
                    return value / sizes.get(i) + " " + names.get(i);
                }
            }
            return value.toString();
        }

        @Override
        public String describe() {
            return (names.contains("B") ? "number of bytes, " : "time, ") + format(least) + " to " + format(most);
        }
    }
}
