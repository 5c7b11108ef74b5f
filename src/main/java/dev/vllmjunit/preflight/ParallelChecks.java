package dev.vllmjunit.preflight;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs checks side by side, none longer than a bound: one that is still waiting then counts as not checked, and its thread is
 * interrupted and does not keep the JVM alive.
 */
final class ParallelChecks {

    private final Duration bound;

    ParallelChecks(Duration bound) {
        this.bound = bound;
    }

    PreflightReport run(List<Check> checks) {
        ExecutorService threads = Executors.newCachedThreadPool(new DefaultThreadFactory("preflight", true));
        try {
            long deadline = System.nanoTime() + bound.toNanos();
            List<Future<Finding>> findings =
                    checks.stream().map(check -> threads.submit(check::examine)).toList();
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < checks.size(); i++) {
                Check check = checks.get(i);
                rows.add(new Row(check.id(), check.where(), finding(findings.get(i), deadline)));
            }
            return new PreflightReport(rows);
        } finally {
            threads.shutdownNow();
        }
    }

    private Finding finding(Future<Finding> running, long deadline) {
        try {
            return running.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return Finding.notChecked(
                    "no answer within " + bound.toSeconds() + " s", "look at it by hand, or run the preflight again");
        } catch (ExecutionException e) {
            return Finding.notChecked(said(e.getCause()), "look at it by hand");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.notChecked("interrupted", "run the preflight again");
        }
    }

    private static String said(@Nullable Throwable why) {
        return why instanceof CannotCheckException ? String.valueOf(why.getMessage()) : String.valueOf(why);
    }
}
