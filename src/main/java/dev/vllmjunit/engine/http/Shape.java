package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What differs between the two generating endpoints: field names of the request, layout of the answer. Stateless. */
interface Shape {

    /** Whether the prompt comes as messages. */
    boolean chat();

    /** What ids begin with. */
    String idPrefix();

    /** {@code object} of a whole answer. */
    String wholeObject();

    /** {@code object} of a chunk. */
    String chunkObject();

    /** Name of the field that bounds the output. */
    String maxTokensField(Fields body);

    /** How many tokens are asked for; empty for all the room there is. */
    OptionalLong maxTokens(Fields body);

    /** How many alternatives are asked for beside each token; empty for no log probabilities. */
    OptionalInt logprobs(Fields body);

    /** Whether a chunk comes before the first token's. */
    default boolean opens() {
        return chat();
    }

    /** The choice of one token's chunk, an object. */
    void writeChoice(JsonGenerator json, GenerationCall call, int index, Piece piece, @Nullable String finishReason)
            throws IOException;

    /** The choice of a whole answer. */
    ObjectNode choice(GenerationCall call, int index, Output output);

    /** Puts the whole answer's further fields behind its choices and usage. */
    void complete(ObjectNode answer, GenerationCall call, @Nullable ObjectNode kvTransfer);
}
