package dev.vllmjunit.conformance;

import dev.vllmjunit.provision.Provisioner;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a node, its KV cache server and the router promise to a client and to a scraper. One stack is started for all of it; the real one is
 * right where stacks disagree. Room by room: what is refused and what is answered need no state, hits begin with fresh prompts, and what
 * leaves blocks behind comes last.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
abstract class Conformance {

    private @Nullable StackUnderTest started;

    abstract Provisioner provisioner();

    /** By key, over the profile. */
    abstract Map<String, String> settings();

    @BeforeAll
    void start(@TempDir Path logs) {
        started = StackUnderTest.start(provisioner(), settings(), logs);
    }

    @AfterAll
    void stop() {
        if (started != null) {
            started.close();
        }
    }

    StackUnderTest stack() {
        return Objects.requireNonNull(started);
    }

    @Nested
    @Order(1)
    class ANodeIsAsked extends NodeSurface {
        ANodeIsAsked() {
            super(stack());
        }
    }

    @Nested
    @Order(2)
    class ANodeRefuses extends Refusals {
        ANodeRefuses() {
            super(stack());
        }
    }

    @Nested
    @Order(3)
    class ANodeAnswersAtOnce extends WholeAnswers {
        ANodeAnswersAtOnce() {
            super(stack());
        }
    }

    @Nested
    @Order(4)
    class ANodeStreams extends EventStreams {
        ANodeStreams() {
            super(stack());
        }
    }

    @Nested
    @Order(5)
    class ADeviceHitsItsOwnBlocks extends DeviceHits {
        ADeviceHitsItsOwnBlocks() {
            super(stack());
        }
    }

    @Nested
    @Order(6)
    class ThePrefillNodeHitsItsCacheServer extends TierHits {
        ThePrefillNodeHitsItsCacheServer() {
            super(stack());
        }
    }

    @Nested
    @Order(11)
    class TheCacheServerIsAsked extends CacheServerSurface {
        TheCacheServerIsAsked() {
            super(stack());
        }
    }

    @Nested
    @Order(7)
    class KvCacheIsHandedOver extends Handover {
        KvCacheIsHandedOver() {
            super(stack());
        }
    }

    @Nested
    @Order(8)
    class TheRouterJoinsTheHops extends RoutedRequests {
        TheRouterJoinsTheHops() {
            super(stack());
        }
    }

    @Nested
    @Order(9)
    class AScraperFinds extends PublishedSeries {
        AScraperFinds() {
            super(stack());
        }
    }

    @Nested
    @Order(10)
    class BlocksAreHeld extends HeldBlocks {
        BlocksAreHeld() {
            super(stack());
        }
    }
}
