package dev.vllmjunit.agreement;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.embedded.EmbeddedProvisioner;
import dev.vllmjunit.provision.local.LocalProvisioner;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.TopologyMerge;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgreementIT {
    private static final String HOME = System.getProperty("vllm.local.home", "");

    @Test
    void explore(@TempDir Path logs) throws Exception {
        boolean real = Boolean.getBoolean("real");
        Provisioner p = real ? new LocalProvisioner() : new EmbeddedProvisioner();
        Map<String, Object> out = new LinkedHashMap<>();
        long t = System.nanoTime();
        try (Rig rig = Rig.start(p, request(logs))) {
            System.out.println(rig.facts());
            System.out.println("start s " + (System.nanoTime() - t) / 1e9);
            t = System.nanoTime();
            for (int i = 0; i < 4; i++) rig.drive(Prompt.of("tiny", 1000 + i % 2, 600), 4);
            if (!Boolean.getBoolean("notrace")) out.put("trace", Trace.play(rig, "tiny"));
            System.out.println("trace s " + (System.nanoTime() - t) / 1e9);
            List<Map<String, Object>> samples = new ArrayList<>();
            int[] lengths = {300, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000};
            int reps = 4;
            String[] states = {"cold", "device", "s3", "host"};
            for (String state : states) {
                t = System.nanoTime();
                if (state.equals("s3")) rig.reset(true);
                if (state.equals("host")) rig.reset(false);
                for (int r = 0; r < reps; r++)
                    for (int n : lengths) {
                        var before = rig.counters();
                        Drive d = rig.drive(Prompt.of("tiny", 5000 + 10000 * r + n, n), 8);
                        var delta = rig.counters().minus(before);
                        Map<String, Object> s = new LinkedHashMap<>();
                        s.put("state", state); s.put("n", n);
                        s.put("ttft", d.firstTokenMs()); s.put("prefill", d.prefillMs()); s.put("decode", d.decodeMs()); s.put("itl", d.tokenMs());
                        for (String m : List.of("vllm:time_to_first_token_seconds_sum", "vllm:request_queue_time_seconds_sum", "vllm:request_prefill_time_seconds_sum", "vllm:e2e_request_latency_seconds_sum", "vllm:nixl_xfer_time_seconds_sum")) {
                            for (var node : delta.prefill().values()) s.put("P " + m.substring(5), node.sum(m) * 1e3);
                            for (var node : delta.decode().values()) s.put("D " + m.substring(5), node.sum(m) * 1e3);
                        }
                        samples.add(s);
                    }
                System.out.println(state + " s " + (System.nanoTime() - t) / 1e9);
            }
            out.put("samples", samples);
        }
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File("/tmp/vj/agree-" + (real ? "real" : "emb") + ".json"), out);
    }

    private static ProvisionRequest request(Path logs) {
        Profile profile = new ProfileLoader(Path.of("profiles"))
                .load("local")
                .with(new Settings(Map.of("vllm.local.home", HOME), Map.of(), name -> Optional.empty()));
        Declaration declaration = new Declaration(
                "class AgreementIT",
                List.of(
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.CPU, 1, 0, ""),
                        new Declaration.Nodes(NodeRole.DECODE, Accelerator.CPU, 1, 0, "")),
                Optional.of(new Declaration.S3("", Optional.empty())));
        return new ProvisionRequest(TopologyMerge.merge(declaration, profile), profile, logs, Duration.ofMinutes(5));
    }
}
