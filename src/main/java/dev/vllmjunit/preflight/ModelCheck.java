package dev.vllmjunit.preflight;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a model's weights are in a Hugging Face cache ({@code models--ORG--NAME/snapshots/REVISION}), or can be fetched.
 *
 * @param host which
 * @param cache directory of the cache on that host, with {@code hub} below it
 * @param model its id
 * @param tokenGiven whether this process has {@code HF_TOKEN}, which nodes are given
 */
record ModelCheck(Host host, String cache, String model, boolean tokenGiven) implements Check {

    /** {@code model-00001-of-00030.safetensors}: how many there have to be. */
    private static final Pattern SHARD = Pattern.compile(".*-\\d{5}-of-(\\d{5})\\.safetensors");

    /** Those that ask for consent first; a list of what is usual, not of all. */
    private static final List<String> GATED = List.of("meta-llama/", "mistralai/", "google/gemma");

    @Override
    public CheckId id() {
        return CheckId.MODEL;
    }

    @Override
    public String where() {
        return host.name();
    }

    @Override
    public Finding examine() {
        ShellOutput said =
                host.run("cd " + Host.quoted(host.root() + cache + "/" + directory(model)) + " 2>/dev/null || exit 0\n"
                        + "for f in snapshots/*/*.safetensors; do [ -s \"$f\" ] && echo \"shard $f\"; done\n"
                        + "for f in snapshots/*/config.json; do [ -s \"$f\" ] && echo config; done\n"
                        + "true");
        long shards =
                said.lines().stream().filter(line -> line.startsWith("shard ")).count();
        long expected = expected(said.lines());
        boolean whole = shards > 0 && shards >= expected && said.lines().contains("config");
        return whole
                ? Finding.ok(model + " in " + cache + ", " + shards + " files of weights")
                : missing(shards == 0 ? Optional.empty() : Optional.of(shards + " of " + expected));
    }

    /** Of a model, below the cache. */
    static String directory(String model) {
        return "hub/models--" + model.replace("/", "--");
    }

    private static long expected(List<String> lines) {
        return lines.stream()
                .map(SHARD::matcher)
                .filter(Matcher::matches)
                .mapToLong(name -> Long.parseLong(name.group(1)))
                .max()
                .orElse(1);
    }

    private Finding missing(Optional<String> part) {
        String found = model + " is not in " + cache
                + part.map(some -> " as a whole: " + some + " files of weights").orElse("") + "; HF_TOKEN is "
                + (tokenGiven ? "set" : "not set");
        String fetch = "fetch it there before the start: huggingface-cli download " + model;
        boolean gated =
                GATED.stream().anyMatch(start -> model.toLowerCase(Locale.ROOT).startsWith(start));
        return gated && !tokenGiven
                ? Finding.failed(
                        found, "this model is gated: accept its licence at Hugging Face and set HF_TOKEN, or " + fetch)
                : Finding.warning(found, fetch + ", or the start waits for the download");
    }
}
