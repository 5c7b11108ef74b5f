package dev.vllmjunit;

import static java.util.Objects.requireNonNull;

import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.DeclarationException;
import dev.vllmjunit.topology.Topology;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/**
 * Starts the topology that {@link PrefillNode}, {@link DecodeNode} and {@link S3Cache} declare and injects the
 * {@link ServingStack}. JUnit's store closes what was started, last first.
 */
final class ServingStackExtension
        implements BeforeAllCallback,
                AfterTestExecutionCallback,
                TestExecutionExceptionHandler,
                TestWatcher,
                ParameterResolver,
                InvocationInterceptor {

    private static final Namespace NAMESPACE = Namespace.create(ServingStackExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        RepeatedTest.check(context.getRequiredTestClass());
        if (declares(context)) {
            session(context);
        }
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        int times = RepeatedTest.times(method.getExecutable());
        if (times == 1) {
            invocation.proceed();
        } else {
            new RepeatedTest(session(context), times).run(invocation, method);
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        inSession(
                context,
                session -> session.testEnded(
                        context.getExecutionException().filter(thrown -> !(thrown instanceof TestAbortedException))));
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        throw Verdicts.decisive(thrown);
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        inSession(context, session -> session.passed(test(context)));
    }

    @Override
    public void testFailed(ExtensionContext context, @Nullable Throwable thrown) {
        inSession(context, session -> session.ended(test(context), requireNonNull(thrown)));
    }

    @Override
    public void testAborted(ExtensionContext context, @Nullable Throwable thrown) {
        inSession(
                context,
                session -> session.skipped(test(context), thrown == null ? "" : String.valueOf(thrown.getMessage())));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == ServingStack.class || type == Topology.class || isOursInAPlainTest(type, parameter);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == ServingStack.class) {
            return session(context);
        }
        if (type == Topology.class) {
            return session(context).topology();
        }
        throw new DeclarationException(
                name(parameter.getDeclaringExecutable()) + ": nobody can inject a " + type.getSimpleName()
                        + "; write a parameter of type ServingStack or Topology and take it from there.");
    }

    /** A parameterized test may well bring values of our types; a plain one cannot. */
    private static boolean isOursInAPlainTest(Class<?> type, ParameterContext parameter) {
        return type.getName().startsWith("dev.vllmjunit.")
                && AnnotationSupport.isAnnotated(parameter.getDeclaringExecutable(), Test.class);
    }

    private static void inSession(ExtensionContext context, Consumer<ServingSession> action) {
        declaring(context).map(ServingStackExtension::running).ifPresent(action);
    }

    private static ServingSession session(ExtensionContext context) {
        ExtensionContext declaring = declaring(context).orElseThrow(() -> undeclared(context));
        ServingSession running = running(declaring);
        return running != null ? running : start(declaring);
    }

    private static @Nullable ServingSession running(ExtensionContext declaring) {
        return declaring.getStore(NAMESPACE).get(declaring.getRequiredTestClass(), ServingSession.class);
    }

    private static ServingSession start(ExtensionContext declaring) {
        Class<?> type = declaring.getRequiredTestClass();
        Declaration declaration = DeclarationReader.read(type).orElseThrow();
        Store store = declaring.getStore(NAMESPACE);
        ServingSession session = new SessionStart(declaration, declaring, store).start();
        store.put(type, session);
        return session;
    }

    /** The context of the innermost class around the test that declares nodes. */
    private static Optional<ExtensionContext> declaring(ExtensionContext context) {
        return Stream.iterate(Optional.of(context), Optional::isPresent, next -> next.get()
                        .getParent())
                .flatMap(Optional::stream)
                .filter(ServingStackExtension::declares)
                .findFirst();
    }

    private static boolean declares(ExtensionContext context) {
        return context.getTestMethod().isEmpty()
                && context.getTestClass().flatMap(DeclarationReader::read).isPresent();
    }

    private static DeclarationException undeclared(ExtensionContext context) {
        return new DeclarationException(
                "class " + context.getRequiredTestClass().getName()
                        + ": a ServingStack is asked for, but the class declares no node; add @PrefillNode(ROCM) and"
                        + " @DecodeNode(GAUDI), or other accelerators.");
    }

    /** For instance {@code NixlS3IT.longDocumentQa}, with the display name of one invocation of several. */
    private static String test(ExtensionContext context) {
        String method = context.getRequiredTestMethod().getName();
        boolean oneOfSeveral = context.getUniqueId().contains("[test-template-invocation:");
        return context.getRequiredTestClass().getSimpleName() + "." + method
                + (oneOfSeveral ? " " + context.getDisplayName() : "");
    }

    private static String name(Executable executable) {
        return executable.getDeclaringClass().getName() + "." + executable.getName();
    }
}
