package dev.weft.crdt.handler.json;

import com.fasterxml.jackson.core.io.NumberOutput;

/**
 * Doubles as Dart prints them: the shortest digits that read back as the same number, plain from 1e-6 up to 1e21 and
 * with an exponent outside.
 */
final class DartDouble {
    private static final int PLAIN_EXPONENT_MIN = -6;
    private static final int PLAIN_EXPONENT_MAX = 20;

    private DartDouble() {}

    /** @throws IllegalArgumentException for NaN and the infinities, which JSON cannot say */
    static String toString(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("No JSON for " + value);
        }
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        return sign + (value == 0 ? "0.0" : format(Math.abs(value)));
    }

    private static String format(double value) {
        // Double.toString of JDK 17 is not always shortest; Jackson carries the algorithm of later JDKs.
        String java = NumberOutput.toString(value, true);
        int mark = java.indexOf('E');
        String mantissa = mark < 0 ? java : java.substring(0, mark);
        int exponent = mark < 0 ? 0 : Integer.parseInt(java.substring(mark + 1));
        int point = mantissa.indexOf('.');
        String digits = mantissa.substring(0, point) + mantissa.substring(point + 1);
        int leadingZeros = 0;
        while (digits.charAt(leadingZeros) == '0') {
            leadingZeros++;
        }
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        // value = d.ddd * 10^scientific
        int scientific = exponent + point - 1 - leadingZeros;
        return shorten(value, digits.substring(leadingZeros, end), scientific);
    }

    /** Java prefers two digits where one would do, in the subnormal range: 4.9E-324 is 5e-324 everywhere else. */
    private static String shorten(double value, String digits, int scientific) {
        if (digits.length() == 2) {
            int rounded = (Integer.parseInt(digits) + 5) / 10;
            if (Double.parseDouble(rounded + "e" + scientific) == value) {
                return rounded == 10 ? layOut("1", scientific + 1) : layOut(Integer.toString(rounded), scientific);
            }
        }
        return layOut(digits, scientific);
    }

    private static String layOut(String digits, int scientific) {
        if (scientific < PLAIN_EXPONENT_MIN || scientific > PLAIN_EXPONENT_MAX) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            return digits.charAt(0) + fraction + "e" + (scientific < 0 ? "" : "+") + scientific;
        }
        if (scientific < 0) {
            return "0." + "0".repeat(-scientific - 1) + digits;
        }
        int whole = scientific + 1;
        return digits.length() > whole
                ? digits.substring(0, whole) + "." + digits.substring(whole)
                : digits + "0".repeat(whole - digits.length()) + ".0";
    }
}
