package dev.vllmjunit.workload;

/**
 * How many conversations, and how long.
 *
 * @param count conversations
 * @param turns of each
 * @param systemTokens that all share in front
 * @param userTokens that the user adds in each turn
 * @param outputTokens that the assistant answers in each turn
 */
record ConversationSpec(int count, int turns, int systemTokens, int userTokens, int outputTokens) {

    /** For the schedule's name. */
    String describe() {
        return count + (count == 1 ? " conversation x " : " conversations x ") + turns
                + (turns == 1 ? " turn" : " turns")
                + " of " + userTokens + " user and " + outputTokens + " assistant tokens, system prompt of "
                + systemTokens
                + " tokens";
    }
}
