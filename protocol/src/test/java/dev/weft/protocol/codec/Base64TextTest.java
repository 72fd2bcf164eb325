package dev.weft.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Base64TextTest {
    @Test
    void agreesWithTheJdkOnEveryLength() {
        Random random = new Random(7);
        for (int length = 0; length < 200; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            byte[] text = new byte[Base64Text.encodedLength(length) + 3];
            assertThat(Base64Text.encode(bytes, text, 3)).isEqualTo(text.length);
            String encoded = new String(text, 3, text.length - 3, StandardCharsets.US_ASCII);
            assertThat(encoded).isEqualTo(Base64.getEncoder().encodeToString(bytes));
            assertThat(Base64Text.decode(encoded)).isEqualTo(bytes);
            assertThat(Base64Text.decode(Base64.getUrlEncoder().encodeToString(bytes)))
                    .isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"AA==", "AA%3D%3D", "AA%3d%3D", "AA=%3D", "AA%3D="})
    void readsPaddingInAnySpelling(String text) {
        assertThat(Base64Text.decode(text)).containsExactly(0);
    }

    @Test
    void readsBothAlphabetsInOneText() {
        assertThat(Base64Text.decode("+/-_")).isEqualTo(Base64.getDecoder().decode("+/+/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A",
                "AA",
                "AAA",
                "AA=",
                "AAAA=",
                "AAAA==",
                "=",
                "==",
                "A===",
                "AA===",
                "AB==",
                "AAB=",
                "A=A=",
                "AA==AA==",
                " AA==",
                "AA ==",
                "AA== ",
                "AA\n==",
                "A*==",
                "é===",
                "AA%3",
                "AA%3D%",
                "AA%3D%3D%3D",
                "%3D%3D",
                "AAAA%3D",
                "AA%=3D",
                "AAA\u2010",
                "====",
                "%"
            })
    void refusesEverythingElse(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Base64Text.decode(text));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,4", "2,4", "3,4", "4,8", "6,8", "1610612733,2147483644"})
    void knowsTheLengthBeforehand(int bytes, int characters) {
        assertThat(Base64Text.encodedLength(bytes)).isEqualTo(characters);
    }
}
