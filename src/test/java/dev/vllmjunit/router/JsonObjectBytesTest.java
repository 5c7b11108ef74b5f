package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectBytesTest {

    private static JsonObjectBytes index(String json) throws IOException {
        return JsonObjectBytes.index(json.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private static String string(ByteBuf bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {}                                     | {"z":0}
            {"drop":1}                             | {"z":0}
            {"a":1,"drop":[{"a":","}]}             | {"a":1,"z":0}
            {"drop":"x","a":1}                     | {"a":1,"z":0}
            {"a":1,"dr\\u006fp":{"x":[1,2]},"b":2} | {"a":1,"b":2,"z":0}
            {"drop":1,"a":"x","drop":2}            | {"a":"x","z":0}
            { "a" : -1.5e3 , "b" : true , "c":null } | {"a" : -1.5e3,"b" : true,"c":null,"z":0}
            {"ключ":"é😀","drop":"é","b":"\\\\"}     | {"ключ":"é😀","b":"\\\\","z":0}
            """)
    void cutsMembersOutAndPutsOthersIn(String json, String expected) throws IOException {
        assertThat(string(index(json).with(Set.of("drop"), List.of(text("\"z\":0")))))
                .isEqualTo(expected);
    }

    @Test
    void keepsAnEmptyObject() throws IOException {
        assertThat(string(index(" { } ").with(Set.of(), List.of()))).isEqualTo("{}");
    }

    @Test
    void keepsALongPromptAsItIs() throws IOException {
        String prompt = "\"a \\\"quoted\\\" {brace}, é \\u00e9 ".repeat(20_000) + "\"";
        prompt = "\"" + prompt.substring(1, prompt.length() - 1).replace("\"a", "a") + "\"";
        String json = "{\"prompt\": " + prompt + ", \"stream\": true}";

        assertThat(string(index(json).with(Set.of("stream"), List.of()))).isEqualTo("{\"prompt\": " + prompt + "}");
    }

    @Test
    void readsValues() throws IOException {
        JsonObjectBytes json = index("{\"a\": 1 , \"b\": null, \"c\": {\"d\": [1]}, \"a\": 2}");

        assertThat(json.value("a").map(JsonNode::asInt)).hasValue(2);
        assertThat(json.value("b")).isEmpty();
        assertThat(json.value("x")).isEmpty();
        assertThat(json.value("c").map(JsonNode::toString)).hasValue("{\"d\":[1]}");
        assertThat(string(json.raw("c"))).isEqualTo("{\"d\": [1]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "[]", "{", "{\"a\"}", "{\"a\":1,}", "{\"a\":tru}", "{}{}", "{\"a\":\"x"})
    void refusesWhatIsNoObject(String json) {
        assertThatThrownBy(() -> index(json)).isInstanceOf(IOException.class);
    }

    @Test
    void refusesOtherEncodings() {
        assertThatThrownBy(() -> JsonObjectBytes.index("{\"a\":1}".getBytes(StandardCharsets.UTF_16BE)))
                .isInstanceOf(IOException.class)
                .hasMessage("it does not begin with an object");
    }
}
