package dev.vllmjunit;

import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.topology.DeclarationException;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.InvocationInterceptor.Invocation;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Invokes the body of a {@link PerformanceTest} as often as it says, as one test. */
final class RepeatedTest {

    private final ServingSession session;
    private final int times;

    RepeatedTest(ServingSession session, int times) {
        this.session = session;
        this.times = times;
    }

    /**
     * How often the method's body runs.
     *
     * @throws DeclarationException if it says less than once
     */
    static int times(Method method) {
        int times = AnnotationSupport.findAnnotation(method, PerformanceTest.class)
                .map(PerformanceTest::repetitions)
                .orElse(1);
        if (times < 1) {
            throw new DeclarationException(
                    "class " + method.getDeclaringClass().getName() + ": @PerformanceTest(repetitions = " + times
                            + ") on method " + method.getName() + ": a test runs once at least; write 1 or more.");
        }
        return times;
    }

    /** Checks every test of a class and of those nested in it. */
    static void check(Class<?> type) {
        AnnotationSupport.findAnnotatedMethods(type, PerformanceTest.class, HierarchyTraversalMode.TOP_DOWN)
                .forEach(RepeatedTest::times);
        ReflectionSupport.findNestedClasses(type, nested -> AnnotationSupport.isAnnotated(nested, Nested.class))
                .forEach(RepeatedTest::check);
    }

    /** JUnit's own invocation is the last one: until then the body is called with the same target and arguments. */
    void run(Invocation<Void> invocation, ReflectiveInvocationContext<Method> method) throws Throwable {
        try {
            for (int number = 1; number < times; number++) {
                repetition(new Repetition(number, times), () -> call(method));
            }
            repetition(new Repetition(times, times), invocation);
        } finally {
            session.repeated();
        }
    }

    private void repetition(Repetition repetition, Invocation<Void> body) throws Throwable {
        session.begin(repetition);
        try {
            body.proceed();
            session.returned();
        } catch (Throwable failure) {
            failure.addSuppressed(new EndedIn(repetition));
            throw failure;
        }
    }

    private static Void call(ReflectiveInvocationContext<Method> method) {
        ReflectionSupport.invokeMethod(
                method.getExecutable(),
                method.getTarget().orElse(null),
                method.getArguments().toArray());
        return null;
    }

    /** Tells beside a failure which repetition it ended. */
    private static final class EndedIn extends RuntimeException {

        private static final long serialVersionUID = 1L;

        EndedIn(Repetition repetition) {
            super(
                    repetition.isLast()
                            ? "in the last of " + repetition.of() + " repetitions, whose results stand for all of them"
                            : "in " + repetition.describe(),
                    null,
                    false,
                    false);
        }
    }
}
