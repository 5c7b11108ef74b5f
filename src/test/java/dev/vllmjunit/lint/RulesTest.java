package dev.vllmjunit.lint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Each rule finds its flaw, and nothing once it is corrected. */
class RulesTest {

    private static final String HOST = "VLLM_NIXL_SIDE_CHANNEL_HOST=10.0.0.1 ";
    private static final String PREFILL = "vllm serve m --port 8000 --kv-transfer-config "
            + "'{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_producer\"}'\n";
    private static final String DECODE = "vllm serve m --port 8001 --kv-transfer-config "
            + "'{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_consumer\"}'\n";

    @Test
    void lmcacheVariablesNeedAnLmcacheConnector() {
        String rule = "lmcache-env-without-connector";
        String variables = "LMCACHE_CHUNK_SIZE=256 LMCACHE_LOCAL_CPU=True ";

        finds(
                rule,
                variables + PREFILL,
                "file:1: the prefill node has NixlConnector and no LMCache connector, but LMCACHE_CHUNK_SIZE,"
                        + " LMCACHE_LOCAL_CPU");
        clean(rule, PREFILL);
        clean(rule, variables + multi("LMCacheConnectorV1", ""));
    }

    @Test
    void lmcachesTransferCompetesWithNixl() {
        String rule = "lmcache-pd-beside-nixl";

        finds(rule, "LMCACHE_ENABLE_PD=True " + PREFILL, "file:1: LMCACHE_ENABLE_PD is set beside NixlConnector");
        clean(rule, "LMCACHE_ENABLE_PD=False " + PREFILL);
        clean(rule, "LMCACHE_ENABLE_PD=True vllm serve m");
    }

    @Test
    void lmcacheNeedsTheBucketInTheHostName() {
        String rule = "lmcache-s3-path-style";
        String server = "lmcache server --l2-adapter '{\"type\":\"s3\",\"s3_endpoint\":\"%s\"}'";

        finds(
                rule,
                "LMCACHE_REMOTE_URL=s3://s3.example.com/kv/ vllm serve m",
                "file:1: the S3 address s3://s3.example.com/kv/ has the bucket in its path");
        finds(
                rule,
                server.formatted("s3://s3.example.com/kv"),
                "file:1: the S3 address s3://s3.example.com/kv has the bucket in its path");
        clean(rule, "LMCACHE_REMOTE_URL=s3://kv.s3.example.com/ vllm serve m");
        clean(rule, server.formatted("s3://kv.s3.example.com"));
    }

    @Test
    void lmcacheNeedsARegionAndKnowsNoEndpointUrl() {
        String rule = "lmcache-s3-keys";
        String url = "LMCACHE_REMOTE_URL=s3://kv.s3.example.com ";

        finds(rule, "LMCACHE_S3_ENDPOINT_URL=x vllm serve m", "file:1: the node has LMCACHE_S3_ENDPOINT_URL");
        finds(rule, url + "vllm serve m", "file:1: the node has an S3 address without s3_region");
        clean(rule, url + "LMCACHE_EXTRA_CONFIG='{\"s3_region\":\"eu\"}' vllm serve m");
        clean(rule, url + "LMCACHE_CONFIG_FILE=lmcache.yaml vllm serve m");
    }

    @Test
    void sharedNamesNeedOneSeed() {
        String rule = "hash-seed-missing";
        String node = multi("OffloadingConnector", "");

        finds(rule, node, "file:1: the prefill node shares cached blocks without a fixed PYTHONHASHSEED");
        finds(
                rule,
                "PYTHONHASHSEED=random " + node,
                "file:1: the prefill node shares cached blocks without a fixed PYTHONHASHSEED");
        finds(
                rule,
                "PYTHONHASHSEED=0 " + node + "PYTHONHASHSEED=1 " + node,
                "file:1: PYTHONHASHSEED differs between nodes: 0, 1");
        clean(rule, "PYTHONHASHSEED=0 " + node + "PYTHONHASHSEED=0 " + node);
        clean(rule, PREFILL);
        clean(rule, multi("LMCacheMPConnector", ""));
    }

    @Test
    void nodesOfDifferentTensorParallelismShareNothing() {
        String rule = "tensor-parallelism-of-shared-keys";
        String node = multi("LMCacheMPConnector", "");

        finds(
                rule,
                node.strip() + " -tp 8\n" + node.strip() + " --tensor-parallel-size=2",
                "file:2: prefill nodes that share a bucket have tensor parallelism 8 and 2");
        clean(rule, node + node);
        clean(rule, PREFILL.strip() + " -tp 8\n" + PREFILL.strip() + " -tp 2");
    }

    @Test
    void aLostCacheServerBlocksANodeForLong() {
        String rule = "lmcache-server-timeout";

        finds(
                rule,
                multi("LMCacheMPConnector", ""),
                "file:1: the prefill node's LMCacheMPConnector has no short mq_timeout");
        clean(rule, multi("LMCacheMPConnector", "\"lmcache.mp.mq_timeout\":60"));
        clean(rule, multi("OffloadingConnector", ""));
    }

    @Test
    void theSideChannelNeedsAHostThatDecodeReaches() {
        String rule = "side-channel-host-missing";
        String port = "VLLM_NIXL_SIDE_CHANNEL_PORT=50051 ";

        finds(rule, port + PREFILL, "file:1: the prefill node has no VLLM_NIXL_SIDE_CHANNEL_HOST");
        finds(
                rule,
                "VLLM_NIXL_SIDE_CHANNEL_HOST=127.0.0.1 " + PREFILL + HOST + DECODE,
                "file:1: the prefill node advertises 127.0.0.1 to nodes on other hosts");
        clean(rule, HOST + port + PREFILL);
        clean(rule, "VLLM_NIXL_SIDE_CHANNEL_HOST=127.0.0.1 " + PREFILL + DECODE);
        clean(rule, DECODE);
    }

    @Test
    void differentAcceleratorsRefuseEachOtherUnlessToldNotTo() {
        String rule = "handshake-compat-enforced";
        String nodes = "HIP_VISIBLE_DEVICES=0 " + PREFILL + "HABANA_VISIBLE_DEVICES=all " + DECODE;

        finds(
                rule,
                nodes,
                "file:2: the decode node pulls from another kind of accelerator (ROCM and GAUDI) without"
                        + " enforce_handshake_compat false");
        clean(
                rule,
                nodes.replace(
                        "kv_consumer\"",
                        "kv_consumer\",\"kv_connector_extra_config\":{\"enforce_handshake_compat\":false}"));
        clean(rule, nodes.replace("HABANA", "ROCR"));
        clean(rule, "# vllm-junit: engine 0.12.0\n" + nodes);
        finds(
                rule,
                "# vllm-junit: engine 0.13.0\n" + nodes,
                "file:3: the decode node pulls from another kind of accelerator (ROCM and GAUDI) without"
                        + " enforce_handshake_compat false");
    }

    @Test
    void blocksOfDifferentSizesAreMixedUp() {
        String rule = "block-size-differs";
        String prefill = PREFILL.strip() + " --block-size 128\n";

        finds(rule, prefill + DECODE.strip() + " --block-size=256", "file:2: block size 256 here, 128 elsewhere");
        clean(rule, prefill + DECODE.strip() + " --block_size 128");
        clean(rule, PREFILL + DECODE);
    }

    @Test
    void aTransportNeedsItsDevice() {
        String rule = "ucx-transport-without-device";

        finds(
                rule,
                "HABANA_VISIBLE_DEVICES=all UCX_TLS=rc,rocm_copy,self " + DECODE,
                "file:1: UCX_TLS names rocm_copy, but the decode node computes on GAUDI");
        clean(rule, "HABANA_VISIBLE_DEVICES=all UCX_TLS=rc,gaudi,self " + DECODE);
        clean(rule, "UCX_TLS=rc,rocm " + DECODE);
    }

    @Test
    void nixlsRolesAreToldApart() {
        String rule = "kv-both-deprecated";
        String both = PREFILL.replace("kv_producer", "kv_both");

        finds(rule, both, "file:1: NixlConnector has kv_role kv_both");
        clean(rule, PREFILL);
        clean(rule, multi("LMCacheMPConnector", ""));
        clean(rule, both.replace("vllm serve", "docker run vllm/vllm-openai:v0.22.1"));
        finds(
                rule,
                both.replace("vllm serve", "docker run vllm/vllm-openai:v0.23.0"),
                "file:1: NixlConnector has kv_role kv_both");
    }

    @Test
    void aModelsIdIsWrittenAsItsOwnersWriteIt() {
        String rule = "model-id-unknown";

        finds(
                rule,
                "vllm serve meta-llama/Llama-3.3-70b-Instruct",
                "file:1: the model meta-llama/Llama-3.3-70b-Instruct is called meta-llama/Llama-3.3-70B-Instruct");
        clean(rule, "vllm serve meta-llama/Llama-3.1-70B");
        clean(rule, "vllm serve meta-llama/Llama-2-70b-hf");
    }

    @Test
    void cachesAreResetInDevelopmentModeOnly() {
        String rule = "dev-mode-missing";
        String reset = "curl -X POST http://p:8000/reset_prefix_cache\n";

        finds(
                rule,
                PREFILL + reset,
                "file:1: the prefill node runs without VLLM_SERVER_DEV_MODE=1, but its caches are to be reset");
        clean(rule, "VLLM_SERVER_DEV_MODE=1 " + PREFILL + reset);
        clean(rule, PREFILL);
    }

    @Test
    void theOfflineScriptHasNoServersOptions() {
        String rule = "benchmark-unknown-options";
        String script = "python benchmark_long_document_qa_throughput.py --num-documents 10 ";

        finds(
                rule,
                script + "--num-prompts=100 \\\n --output-file r.json",
                "file:1: the script has no --num-prompts, --output-file");
        clean(rule, script);
        clean(rule, "vllm bench serve --backend vllm --num-prompts 100");
    }

    @Test
    void aBenchmarkGoesThroughARouter() {
        String rule = "benchmark-bypasses-router";
        String nodes = PREFILL + DECODE;

        finds(
                rule,
                nodes + "guidellm benchmark --target http://d:8001",
                "file:3: the benchmark is aimed at the decode node, port 8001");
        finds(
                rule,
                nodes + "vllm bench serve --host p --port 8000",
                "file:3: the benchmark is aimed at the prefill node, port 8000");
        clean(rule, nodes + "guidellm benchmark --target http://r:9000");
        clean(rule, nodes + "python toy_proxy_server.py --port 8001\nguidellm benchmark --target http://r:8001");
    }

    @Test
    void decodesHitRateCountsPulls() {
        String rule = "hit-rate-from-decode";
        String nodes = PREFILL + DECODE;

        finds(
                rule,
                nodes + "curl -s d:1 ; curl -s http://d:8001/metrics | grep prefix_cache",
                "file:3: the hit rate is read from the decode node, port 8001");
        clean(rule, nodes + "curl -s http://p:8000/metrics | grep prefix_cache");
        clean(rule, nodes + "curl -s http://d:8001/metrics | grep nixl_bytes\ngrep prefix_cache notes");
    }

    @Test
    void aWarmRunNeedsEmptyEngines() {
        String rule = "warm-run-without-cache-drop";
        String node = multi("LMCacheMPConnector", "");
        String bench = "python long_doc_qa.py --port 9000\n";

        finds(
                rule,
                node + bench + bench,
                "file:3: the second run after file:2, and no command in between drops the engines' caches");
        clean(rule, node + bench + "curl -X POST http://p:8000/reset_prefix_cache\n" + bench);
        clean(rule, node + bench + "docker restart prefill decode\n" + bench);
        clean(rule, node + bench + node + bench);
        clean(rule, PREFILL + bench + bench);
    }

    @Test
    void everyRuleHasAnIdOfItsOwn() {
        assertThat(Linter.rules())
                .extracting(Rule::id)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z0-9-]+"));
    }

    private static String multi(String cache, String extra) {
        return "vllm serve m --kv-transfer-config '{\"kv_connector\":\"MultiConnector\",\"kv_connector_extra_config\":{\"connectors\":["
                + "{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_producer\"},{\"kv_connector\":\"" + cache
                + "\",\"kv_role\":\"kv_both\",\"kv_connector_extra_config\":{" + extra + "}}]}}'\n";
    }

    private static void finds(String rule, String commands, String finding) {
        assertThat(Commands.findings(rule, commands)).containsExactly(finding);
    }

    private static void clean(String rule, String commands) {
        assertThat(Commands.findings(rule, commands)).isEmpty();
    }
}
