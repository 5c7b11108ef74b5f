package dev.vllmjunit.agreement;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vllmjunit.evidence.StackMetrics;
import java.util.ArrayList;
import java.util.List;

/** A fixed list of prompts, one at a time, at and off the borders of blocks of 128 and chunks of 256 tokens. */
final class Trace {

    private static final int OUTPUT_TOKENS = 3;

    private final Rig rig;
    private final String model;
    private final List<Row> rows = new ArrayList<>();
    private StackMetrics before;

    private Trace(Rig rig, String model) {
        this.rig = rig;
        this.model = model;
        this.before = rig.counters();
    }

    static List<Row> play(Rig rig, String model) {
        Trace trace = new Trace(rig, model);
        trace.play();
        return trace.rows;
    }

    private void play() {
        Prompt base = prompt(1, 1_500);
        ask("first occurrence", base);
        ask("repeat", base);
        ask("shares 1,280 tokens: a border of chunks", base.continued(1_280, 2, 1_500));
        ask("shares 1,152 tokens: a border of blocks, not of chunks", base.continued(1_152, 3, 1_500));
        ask("shares 1,000 tokens: no border", base.continued(1_000, 4, 1_500));
        ask("leads what is cached, to a border of chunks", base.continued(1_024, 0, 1_024));
        ask("leads what is cached, to a border of blocks", base.continued(896, 0, 896));
        ask("continues what is cached", base.continued(1_500, 5, 1_900));
        ask("shorter than a block", prompt(6, 100));
        ask("shorter than a block, again", prompt(6, 100));
        ask("one block", prompt(7, 128));
        ask("one block, again", prompt(7, 128));
        ask("one chunk", prompt(8, 256));
        ask("one chunk, again", prompt(8, 256));
        ask("a token more than a chunk", prompt(9, 257));
        ask("a token more than a chunk, again", prompt(9, 257));
        ask("more than a step's budget", prompt(10, 2_600));
        rig.reset(true);
        ask("after a restart of the caches", base);
        ask("after a restart of the caches, repeat", base);
        ask("after a restart of the caches, more than a step's budget", prompt(10, 2_600));
        ask("after a restart of the caches, one chunk", prompt(8, 256));
        ask("after a restart of the caches, shares 1,280 tokens", base.continued(1_280, 11, 1_500));
        ask("after a restart of the caches, shorter than a block", prompt(6, 100));
        rig.reset(false);
        ask("after a reset of the device", base);
        ask("after a reset of the device, shares 1,152 tokens", base.continued(1_152, 3, 1_500));
        ask("after a reset of the device, four chunks", base.continued(1_024, 0, 1_024));
        ask("after a reset of the device, not seen before", prompt(12, 700));
        rig.reset(true);
        ask("after a second restart, chunks stored by three requests", base.continued(1_500, 5, 1_900));
        rig.reset(false);
        ask("partly on the device: its first chunks", base.continued(512, 0, 520));
        ask("partly on the device: the rest in host memory", base);
        rig.reset(true);
        ask("partly on the device: its first blocks", base.continued(640, 0, 650));
        ask("partly on the device: the rest in S3", base);
        ask("partly in S3: the rest computed", base.continued(1_500, 13, 2_300));
        rig.reset(false);
        ask("behind what is in S3 some in host memory", base.continued(1_500, 13, 2_300));
        ask("what host memory leads, S3 continues", prompt(14, 600));
        rig.reset(true);
        ask("in host memory only what was computed", prompt(14, 600).continued(600, 15, 1_200));
        rig.reset(false);
        ask("in host memory only what was computed, repeat", prompt(14, 600).continued(600, 15, 1_200));
    }

    private Prompt prompt(long seed, int length) {
        return Prompt.of(model, seed, length);
    }

    private void ask(String name, Prompt prompt) {
        JsonNode answer = rig.call(prompt, OUTPUT_TOKENS);
        StackMetrics after = rig.counters();
        rows.add(Row.of(name + ", " + prompt, after.minus(before), answer));
        before = after;
    }
}
