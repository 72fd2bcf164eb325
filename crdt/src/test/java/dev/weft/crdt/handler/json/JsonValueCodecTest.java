package dev.weft.crdt.handler.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.codec.CrdtFormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonValueCodecTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1.0",
        "-0.0, -0.0",
        "1e-6, 0.000001",
        "1e-7, 1e-7",
        "9.99e-7, 9.99e-7",
        "1e20, 100000000000000000000.0",
        "1e21, 1e+21",
        "1.25e22, 1.25e+22",
        "4.9e-324, 5e-324",
        "9.9e-324, 1e-323",
        "1.5e-323, 1.5e-323",
        "2e-323, 2e-323",
        "5.684341886080802e-14, 5.684341886080802e-14",
        "2e23, 2e+23",
        "0.1, 0.1",
        "123456.789, 123456.789",
        "0.002, 0.002",
        "1.7976931348623157e308, 1.7976931348623157e+308"
    })
    void printsDoublesAsDartDoes(double value, String text) {
        assertThat(JsonValueCodec.toJson(value)).isEqualTo(text);
        assertThat(JsonValueCodec.toJson(-value)).isEqualTo(text.startsWith("-") ? text.substring(1) : "-" + text);
    }

    @Test
    void keepsIntegersAndDoublesApartWhereTheTypeIsOpen() {
        assertThat(decodeAny("1")).isEqualTo(1L);
        assertThat(decodeAny("1.0")).isEqualTo(1.0);
        assertThat(decodeAny("1e2")).isEqualTo(100.0);
        assertThat(decodeAny("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(decodeAny("9223372036854775808")).isEqualTo(0x1p63);
        assertThat(decodeAny("1" + "0".repeat(400))).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void readsAnIntegerWhereADoubleIsWantedButNotTheOtherWay() {
        assertThat(JsonValueCodec.doubles().decode(bytes("1"))).isEqualTo(1.0);
        assertThat(JsonValueCodec.doubles().decode(bytes("1.0"))).isEqualTo(1.0);
        assertThatThrownBy(() -> JsonValueCodec.longs().decode(bytes("1.0"))).isInstanceOf(CrdtFormatException.class);
    }

    @Test
    void refusesNullUnlessTheTypeAllowsIt() {
        assertThatThrownBy(() -> JsonValueCodec.strings().decode(bytes("null")))
                .isInstanceOf(CrdtFormatException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonValueCodec.strings().encode(null));
        assertThat(JsonValueCodec.strings().nullable().decode(bytes("null"))).isNull();
        assertThat(JsonValueCodec.any().encode(null)).isEqualTo(bytes("null"));
    }

    @Test
    void keepsKeyOrderAndTheLastOfDuplicateKeys() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("b", 3L);
        expected.put("a", 2L);
        assertThat(decodeAny("{\"b\":1,\"a\":2,\"b\":3}")).isEqualTo(expected);
        assertThat(JsonValueCodec.toJson(expected)).isEqualTo("{\"b\":3,\"a\":2}");
    }

    @Test
    void boundsDepthOnBothWays() {
        String deepest = "[".repeat(JsonValueCodec.DEPTH_MAX) + "]".repeat(JsonValueCodec.DEPTH_MAX);
        Object value = JsonValueCodec.fromJson(deepest);
        assertThat(JsonValueCodec.toJson(value)).isEqualTo(deepest);
        assertThatThrownBy(() -> JsonValueCodec.fromJson("[" + deepest + "]")).isInstanceOf(CrdtFormatException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> JsonValueCodec.toJson(List.of(value)));

        List<Object> inItself = new ArrayList<>();
        inItself.add(inItself);
        assertThatIllegalArgumentException().isThrownBy(() -> JsonValueCodec.toJson(inItself));
    }

    @Test
    void refusesWhatJsonCannotSay() {
        assertThatIllegalArgumentException().isThrownBy(() -> JsonValueCodec.toJson(new Object()));
        assertThatIllegalArgumentException().isThrownBy(() -> JsonValueCodec.toJson(Map.of(1, 2)));
        assertThatIllegalArgumentException().isThrownBy(() -> JsonValueCodec.toJson(Double.NaN));
    }

    @Test
    void turnsAFailingConverterIntoAFormatError() {
        var days = JsonValueCodec.strings().as(java.time.LocalDate::parse, java.time.LocalDate::toString);
        assertThat(days.decode(bytes("\"2024-02-29\""))).isEqualTo("2024-02-29");
        assertThatThrownBy(() -> days.decode(bytes("\"yesterday\""))).isInstanceOf(CrdtFormatException.class);
    }

    @Test
    void refusesMalformedUtf8() {
        assertThatThrownBy(() -> JsonValueCodec.any().decode(new byte[] {'"', (byte) 0xc3, '"'}))
                .isInstanceOf(CrdtFormatException.class);
    }

    private static Object decodeAny(String json) {
        return JsonValueCodec.any().decode(bytes(json));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
