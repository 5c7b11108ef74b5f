package dev.vllmjunit.provision.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.provision.local.Requests;
import dev.vllmjunit.topology.S3CacheSpec;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SharedStoreTest {

    @Test
    void inASharedStoreOnlyTheServedModelsObjectsAreCleared() {
        S3CacheSpec lmcache = Requests.request("local", Map.of(), Optional.empty(), Path.of("target"))
                .topology()
                .s3Cache()
                .orElseThrow();

        assertThat(SharedStore.ofModel(lmcache, "meta-llama/Llama")).isEqualTo("meta-llama/Llama@");
        assertThat(SharedStore.ofModel(obj(lmcache, ""), "meta-llama/Llama")).isEqualTo("kv/meta-llama_Llama_");
        assertThat(SharedStore.ofModel(obj(lmcache, "team/a/"), "tiny")).isEqualTo("team/a/tiny_");
    }

    private static S3CacheSpec obj(S3CacheSpec s3, String keyPrefix) {
        return new S3CacheSpec(
                s3.bucket(),
                s3.endpoint(),
                s3.region(),
                s3.pathStyle(),
                S3CacheSpec.Writer.OBJ,
                s3.chunkTokens(),
                keyPrefix);
    }
}
