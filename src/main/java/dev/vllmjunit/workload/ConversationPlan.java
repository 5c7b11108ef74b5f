package dev.vllmjunit.workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Decides every request of {@link Conversations}. */
record ConversationPlan(ConversationSpec spec, Arrivals arrivals, long seed) {

    Schedule plan(String model, Tokenizer tokenizer) {
        Requests requests = new Requests(tokenizer, new CompletionBody(model, spec.outputTokens()));
        List<Duration> starts = starts();
        for (int conversation = 0; conversation < spec.count(); conversation++) {
            requests.add(conversation, starts.get(conversation));
        }
        return new Schedule(spec.describe(), CompletionBody.PATH, arrivals, requests.planned);
    }

    /** Of the conversations; those that wait for a slot have none of their own. */
    private List<Duration> starts() {
        return arrivals instanceof Arrivals.OpenConversations open
                ? ArrivalTimes.of(open.first(), spec.count())
                : Collections.nCopies(spec.count(), Duration.ZERO);
    }

    /** Requests planned so far. */
    private final class Requests {

        private static final int SYSTEM = 0;

        private final Tokenizer tokenizer;
        private final CompletionBody bodies;
        private final Pieces pieces;
        private final SharedPrefixes prefixes = new SharedPrefixes();
        private final List<PlannedRequest> planned = new ArrayList<>();
        private int made = SYSTEM;

        Requests(Tokenizer tokenizer, CompletionBody bodies) {
            this.tokenizer = tokenizer;
            this.bodies = bodies;
            this.pieces = new Pieces(new ExactLength(tokenizer), seed);
        }

        void add(int conversation, Duration start) {
            StringBuilder text =
                    new StringBuilder(spec.systemTokens() == 0 ? "" : pieces.piece(SYSTEM, spec.systemTokens()));
            for (int turn = 0; turn < spec.turns(); turn++) {
                text.append(next(spec.userTokens()));
                add(conversation, turn, start, text.toString());
                text.append(next(spec.outputTokens()));
            }
        }

        private void add(int conversation, int turn, Duration start, String prompt) {
            int[] tokens = tokenizer.tokenize(prompt);
            planned.add(new PlannedRequest(
                    planned.size(),
                    conversation,
                    turn,
                    false,
                    start,
                    tokens.length,
                    prefixes.add(tokens),
                    spec.outputTokens(),
                    bodies.of(prompt)));
        }

        /** Text that was not there before. */
        private String next(int tokens) {
            made++;
            return pieces.piece(made, tokens);
        }
    }
}
