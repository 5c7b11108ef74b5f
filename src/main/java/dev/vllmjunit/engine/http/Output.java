package dev.vllmjunit.engine.http;

import java.util.List;
import java.util.stream.Collectors;

/**
 * All that was generated for one prompt.
 *
 * @param pieces in order
 * @param finishReason {@code length} or {@code stop}
 */
record Output(List<Piece> pieces, String finishReason) {

    String text() {
        return pieces.stream().map(Piece::text).collect(Collectors.joining());
    }

    int[] tokens() {
        return pieces.stream().mapToInt(Piece::token).toArray();
    }
}
