package dev.vllmjunit.provision.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.faults.link.FaultyLink;
import dev.vllmjunit.kvstore.AwsKeys;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the writer of the KV cache reaches the object store through the JVM of a test that wants to disturb it. */
class DockerLinksTest {

    private static final String OWN_STORE = "s3Cache: {pathStyle: true}\ndocker: {model: /model, store: {image: ceph}";

    private final FaultyLink link = new FaultyLink("s3");
    private final Path directory;

    DockerLinksTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeEach
    void haveKeys() {
        AwsKeys.use("mine", "mine");
    }

    @AfterEach
    void forget() {
        AwsKeys.forget();
        link.close();
    }

    @Test
    void onThisMachineTheWriterUsesTheLinkAndTheTestDoesNot() throws IOException {
        DockerPlan plan = plan(OWN_STORE + "}");

        assertThat(plan.linked()).isTrue();
        ObjectStoreAccess store = plan.store().orElseThrow().cleared();
        InetSocketAddress door = link.through(store.endpoint().getHost(), store.port());
        assertThat(door.getPort()).isNotEqualTo(store.port());
        assertThat(writtenTo(plan)).contains("s3://127.0.0.1:" + door.getPort());
    }

    @Test
    void withOwnTieringTheNodeDoes() throws IOException {
        DockerPlan plan = plan("s3Cache: {writer: OBJ, pathStyle: true, endpoint: 'http://10.0.0.3:8080'}");

        assertThat(plan.nodes().get(0).container().command())
                .anyMatch(word -> word.contains(
                        "http://127.0.0.1:" + link.through("10.0.0.3", 8080).getPort()));
    }

    @Test
    void nodesOnOtherHostsReachTheStoreItself() throws IOException {
        DockerPlan plan = plan("prefill: {host: far}\n" + OWN_STORE + ", hosts: {far: {url: 'tcp://10.0.0.2:2375'}}}");

        assertThat(plan.linked()).isFalse();
        assertThat(writtenTo(plan))
                .contains(
                        "s3://10.0.0.2:" + plan.store().orElseThrow().written().port());
    }

    @Test
    void aStoreThatHasOnlyItsOwnNameIsSaidToBeNone() {
        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> plan("s3Cache: {endpoint: 'https://s3.example'}"))
                .withMessageContaining("@FaultyLinks puts a link before the object store")
                .withMessageContaining("https://s3.example");
    }

    private static String writtenTo(DockerPlan plan) {
        return String.join(" ", plan.server().orElseThrow().container().command());
    }

    private DockerPlan plan(String more) throws IOException {
        ProvisionRequest request = Requests.of(directory, "nixl-s3", more);
        return DockerPlan.of(new ProvisionRequest(
                request.topology(),
                request.profile(),
                request.logDirectory(),
                request.startTimeout(),
                request.token(),
                request.tls(),
                request.progress(),
                Optional.of(link)));
    }
}
