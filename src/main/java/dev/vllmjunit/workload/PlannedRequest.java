package dev.vllmjunit.workload;

import java.time.Duration;
import java.util.UUID;

/**
 * One request of a schedule.
 *
 * @param index position in the schedule, from 0
 * @param documentId which document it asks about; equal ids share a prompt prefix
 * @param occurrence how many earlier requests of the schedule were about the same document
 * @param forcedMiss whether a random prefix makes every cache miss
 * @param intendedStart when it should start, counted from the start of the run; zero where that depends on other requests
 * @param promptTokens exact number of prompt tokens
 * @param sharedTokens how many of its first tokens an earlier request of the schedule may have, too, at most; all of them where
 *     it brings nothing new
 * @param maxTokens output tokens asked for
 * @param body the request's JSON, as bytes ready to send
 */
@SuppressWarnings("ArrayRecordComponent") // bytes to send; never compared, never changed
public record PlannedRequest(
        int index,
        int documentId,
        int occurrence,
        boolean forcedMiss,
        Duration intendedStart,
        int promptTokens,
        int sharedTokens,
        int maxTokens,
        byte[] body) {

    /** A request that brings a whole document the first time, and nothing new when it is asked again. */
    public PlannedRequest(
            int index,
            int documentId,
            int occurrence,
            boolean forcedMiss,
            Duration intendedStart,
            int promptTokens,
            int maxTokens,
            byte[] body) {
        this(
                index,
                documentId,
                occurrence,
                forcedMiss,
                intendedStart,
                promptTokens,
                occurrence == 0 || forcedMiss ? 0 : promptTokens,
                maxTokens,
                body);
    }

    /** Names what is sent: equal for equal bodies. */
    public UUID contentId() {
        return UUID.nameUUIDFromBytes(body);
    }
}
