package dev.vllmjunit.differences;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;

import dev.vllmjunit.engine.cost.MeasuredCost;
import dev.vllmjunit.engine.cost.MeasuredCost.Line;
import dev.vllmjunit.engine.cost.MeasuredCost.Step;
import dev.vllmjunit.evidence.Latency;
import dev.vllmjunit.workload.Workload;
import java.nio.file.Path;

/** A stack and one that takes longer to compute the same, measured by turns. */
final class Lane implements AutoCloseable {

    private static final double STEP_SECONDS = 0.08;

    private final MeasuredStack stack;
    private final MeasuredStack slower;

    /**
     * Starts both.
     *
     * @param slowdown modelled time of computing on the slower one by that on the other
     */
    Lane(Path directory, int documents, double slowdown) {
        Workload workload = longDocumentQa()
                .documents(documents)
                .documentLength(256)
                .repeat(1)
                .outputTokens(1);
        stack = new MeasuredStack(directory.resolve("stack"), cost(1), workload);
        slower = new MeasuredStack(directory.resolve("slower"), cost(slowdown), workload);
    }

    /** Nothing but computing takes modelled time. */
    private static MeasuredCost cost(double factor) {
        Line none = new Line(0, 0);
        return new MeasuredCost(
                "nowhere: given", 0, new Step(factor * STEP_SECONDS, 0, 0), none, none, none, none, none);
    }

    Trial trial(int repetitions) {
        double[][][] times = new double[3][repetitions][];
        for (int repetition = 0; repetition < repetitions; repetition++) {
            times[0][repetition] = stack.run().nanos(Latency.TTFT);
            times[1][repetition] = stack.run().nanos(Latency.TTFT);
            times[2][repetition] = slower.run().nanos(Latency.TTFT);
        }
        return new Trial(times[0], times[1], times[2]);
    }

    @Override
    public void close() {
        stack.close();
        slower.close();
    }
}
