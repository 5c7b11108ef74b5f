package dev.vllmjunit.provision.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.topology.S3CacheSpec;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalStoreTest {

    @Test
    void inASharedStoreOnlyTheServedModelsObjectsAreCleared() {
        S3CacheSpec lmcache = Requests.request("local", Map.of(), Optional.empty(), Path.of("target"))
                .topology()
                .s3Cache()
                .orElseThrow();

        assertThat(LocalStore.ofModel(lmcache, "meta-llama/Llama")).isEqualTo("meta-llama/Llama@");
        assertThat(LocalStore.ofModel(obj(lmcache, ""), "meta-llama/Llama")).isEqualTo("kv/meta-llama_Llama_");
        assertThat(LocalStore.ofModel(obj(lmcache, "team/a/"), "tiny")).isEqualTo("team/a/tiny_");
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
