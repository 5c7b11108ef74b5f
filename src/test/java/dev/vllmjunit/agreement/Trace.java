package dev.vllmjunit.agreement;

import dev.vllmjunit.evidence.StackMetrics;
import java.util.ArrayList;
import java.util.List;

/** A fixed list of prompts, one at a time, at and off the borders of blocks of 128 and chunks of 256 tokens. */
final class Trace {

    private static final int OUTPUT_TOKENS = 3;

    private final Rig rig;
    private final String model;
    private final List<Row> rows = new ArrayList<>();

    private Trace(Rig rig, String model) {
        this.rig = rig;
        this.model = model;
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
        reset("S3 only", true);
        ask("after a restart of the caches", base);
        ask("after a restart of the caches, repeat", base);
        ask("after a restart of the caches, more than a step's budget", prompt(10, 2_600));
        ask("after a restart of the caches, one chunk", prompt(8, 256));
        ask("after a restart of the caches, shares 1,280 tokens", base.continued(1_280, 11, 1_500));
        ask("after a restart of the caches, shorter than a block", prompt(6, 100));
        reset("host", false);
        ask("after a reset of the device", base);
        ask("after a reset of the device, shares 1,152 tokens", base.continued(1_152, 3, 1_500));
        ask("after a reset of the device, four chunks", base.continued(1_024, 0, 1_024));
        ask("after a reset of the device, not seen before", prompt(12, 700));
        reset("S3 only", true);
        ask("after a second restart, chunks stored by three requests", base.continued(1_500, 5, 1_900));
        reset("host", false);
        ask("partly on the device: its first chunks", base.continued(512, 0, 520));
        ask("partly on the device: the rest in host memory", base);
        reset("S3 only", true);
        ask("partly on the device: its first blocks", base.continued(640, 0, 650));
        ask("partly on the device: the rest in S3", base);
    }

    private Prompt prompt(long seed, int length) {
        return Prompt.of(model, seed, length);
    }

    private void ask(String name, Prompt prompt) {
        StackMetrics before = rig.counters();
        var answer = rig.call(prompt, OUTPUT_TOKENS);
        rows.add(Row.of(name + ", " + prompt, rig.counters().minus(before), answer));
    }

    private void reset(String ignored, boolean external) {
        rig.reset(external);
    }
}
