package dev.vllmjunit.bench;

import static java.util.Objects.requireNonNull;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.provision.local.LocalProvisioner;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.Topology;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The local stack, tampered with: for tests that bring a fault about in a session of real processes. */
public final class FaultyProvisioner implements Provisioner {

    static final String NAME = "faulty-local";

    private static volatile @Nullable Faulty running;

    private final LocalProvisioner local = new LocalProvisioner();

    /** What the latest start has started. */
    static Faulty running() {
        return requireNonNull(running);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Suitability examine(ProvisionRequest request) {
        return local.examine(request);
    }

    @Override
    public Topology effective(Topology declared, Profile profile) {
        return local.effective(declared, profile);
    }

    @Override
    public RunningStack start(ProvisionRequest request) {
        RunningStack stack = local.start(request);
        Faulty faulty = new Faulty(
                stack,
                new Tampering(stack.prefill().get(0).endpoint()),
                new Tampering(stack.decode().get(0).endpoint()));
        running = faulty;
        return (RunningStack) Proxy.newProxyInstance(
                FaultyProvisioner.class.getClassLoader(), new Class<?>[] {RunningStack.class}, faulty::call);
    }

    /** One prefill and one decode node, each behind its own tampering. */
    static final class Faulty {

        final RunningStack stack;
        final Tampering prefill;
        final Tampering decode;
        volatile boolean outagesAreHidden;
        /** Done in place of the next restart of a node. */
        private final AtomicReference<@Nullable Runnable> restart = new AtomicReference<>();

        Faulty(RunningStack stack, Tampering prefill, Tampering decode) {
            this.stack = stack;
            this.prefill = prefill;
            this.decode = decode;
        }

        private @Nullable Object call(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            return switch (method.getName()) {
                case "prefill" -> moved(stack.prefill(), prefill);
                case "decode" -> moved(stack.decode(), decode);
                case "nodes" ->
                    Stream.of(moved(stack.prefill(), prefill), moved(stack.decode(), decode))
                            .flatMap(List::stream)
                            .toList();
                case "outage" -> outagesAreHidden ? Optional.empty() : stack.outage();
                case "outageDelay" -> Duration.ofSeconds(1);
                case "restart" -> restarted(method, arguments);
                case "close" -> closed();
                default -> itself(method, arguments);
            };
        }

        private static List<RunningNode> moved(List<RunningNode> nodes, Tampering tampering) {
            return nodes.stream()
                    .map(node -> new RunningNode(node.spec(), tampering.endpoint(), node.version(), node.log()))
                    .toList();
        }

        void insteadOfARestart(Runnable action) {
            restart.set(action);
        }

        private @Nullable Object restarted(Method method, Object @Nullable [] arguments) throws Throwable {
            Runnable instead = restart.getAndSet(null);
            if (instead == null) {
                return itself(method, arguments);
            }
            instead.run();
            return null;
        }

        private @Nullable Object closed() {
            prefill.close();
            decode.close();
            stack.close();
            return null;
        }

        private @Nullable Object itself(Method method, Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(stack, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
