package dev.vllmjunit.router;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON object as the bytes it came in, with the places of its members. One pass of the tokenizer finds them; a prompt of any
 * length is skipped over, never decoded or copied, and stays byte for byte what the client sent.
 */
final class JsonObjectBytes {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final ByteBuf OPEN = constant("{");
    private static final ByteBuf COMMA = constant(",");
    private static final ByteBuf CLOSE = constant("}");

    /** From the quote of the name to the end of the value. */
    private record Member(String name, int start, int valueStart, int end) {}

    private final byte[] bytes;
    private final List<Member> members;

    private JsonObjectBytes(byte[] bytes, List<Member> members) {
        this.bytes = bytes;
        this.members = members;
    }

    /**
     * Finds the members.
     *
     * @throws IOException saying what is wrong, when the bytes are not one JSON object in UTF-8
     */
    static JsonObjectBytes index(byte[] bytes) throws IOException {
        try (JsonParser parser = JSON.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT || offset(parser) < 0) {
                throw new IOException("it does not begin with an object");
            }
            List<Member> members = new ArrayList<>();
            JsonToken token = parser.nextToken();
            while (token == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                int start = offset(parser);
                parser.nextToken();
                int valueStart = offset(parser);
                parser.skipChildren();
                token = parser.nextToken();
                members.add(new Member(name, start, valueStart, endBefore(bytes, offset(parser))));
            }
            if (parser.nextToken() != null) {
                throw new IOException("something follows the JSON object");
            }
            return new JsonObjectBytes(bytes, members);
        }
    }

    private static int offset(JsonParser parser) {
        return Math.toIntExact(parser.currentTokenLocation().getByteOffset());
    }

    private static int endBefore(byte[] bytes, int next) {
        int end = next;
        while (bytes[end - 1] == ',' || bytes[end - 1] <= ' ') {
            end--;
        }
        return end;
    }

    /** The value of a member; absent as well as null is empty. Meant for small values. */
    Optional<JsonNode> value(String name) throws IOException {
        Optional<Member> member = last(name);
        if (member.isEmpty()) {
            return Optional.empty();
        }
        JsonNode value = JSON.readTree(bytes, member.get().valueStart(), length(member.get()));
        return value.isNull() ? Optional.empty() : Optional.of(value);
    }

    /** A parser placed before the value of a member, for values that may be large. */
    Optional<JsonParser> parser(String name) throws IOException {
        Optional<Member> member = last(name);
        return member.isEmpty()
                ? Optional.empty()
                : Optional.of(JSON.createParser(bytes, member.get().valueStart(), length(member.get())));
    }

    /** The bytes of a member's value. */
    ByteBuf raw(String name) {
        return last(name)
                .map(member -> Unpooled.wrappedBuffer(bytes, member.valueStart(), length(member)))
                .orElse(Unpooled.EMPTY_BUFFER);
    }

    /** The object without some members and with others at its end; shares the bytes. */
    ByteBuf with(Set<String> dropped, List<ByteBuf> added) {
        List<ByteBuf> parts = new ArrayList<>();
        for (Member member : members) {
            if (!dropped.contains(member.name())) {
                append(parts, Unpooled.wrappedBuffer(bytes, member.start(), member.end() - member.start()));
            }
        }
        added.forEach(member -> append(parts, member));
        if (parts.isEmpty()) {
            parts.add(OPEN.duplicate());
        }
        parts.add(CLOSE.duplicate());
        return Unpooled.wrappedBuffer(parts.size(), parts.toArray(ByteBuf[]::new));
    }

    private static void append(List<ByteBuf> parts, ByteBuf member) {
        parts.add(parts.isEmpty() ? OPEN.duplicate() : COMMA.duplicate());
        parts.add(member);
    }

    private Optional<Member> last(String name) {
        return members.stream().filter(member -> member.name().equals(name)).reduce((first, second) -> second);
    }

    private static int length(Member member) {
        return member.end() - member.valueStart();
    }

    private static ByteBuf constant(String text) {
        return Unpooled.unreleasableBuffer(
                Unpooled.copiedBuffer(text, StandardCharsets.UTF_8).asReadOnly());
    }
}
