package dev.vllmjunit.workload;

import java.time.Duration;

/**
 * One request of a schedule.
 *
 * @param index position in the schedule, from 0
 * @param documentId which document it asks about; equal ids share a prompt prefix
 * @param occurrence how many earlier requests of the schedule were about the same document
 * @param forcedMiss whether a random prefix makes every cache miss
 * @param intendedStart when it should start, counted from the start of the run; zero in a closed loop
 * @param promptTokens exact number of prompt tokens
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
        int maxTokens,
        byte[] body) {}
