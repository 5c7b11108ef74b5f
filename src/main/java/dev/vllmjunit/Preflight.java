package dev.vllmjunit;

import dev.vllmjunit.preflight.PreflightReport;
import dev.vllmjunit.preflight.Survey;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioners;
import dev.vllmjunit.report.ProgressReport;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.topology.Masking;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileException;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.SettingException;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.TopologyMerge;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The preflight as a command: looks at the place where a profile would run, and starts nothing.
 *
 * <pre>{@code
 * mvn -q compile exec:java@preflight -Dvllm.stack=attach -Dvllm.profile=my-lab
 * }</pre>
 *
 * <p>Takes every setting that a run takes. Exits with 0 if no check failed, with 1 if one did, with 2 on a profile or setting that
 * cannot be read. {@code -Dexec.args=--json} prints JSON.
 */
public final class Preflight {

    private static final int FAILED = 1;
    private static final int UNREADABLE = 2;
    private static final String AS_JSON = "--json";

    private final Supplier<Settings> given;
    private final Consumer<String> out;

    Preflight(Supplier<Settings> given, Consumer<String> out) {
        this.given = given;
        this.out = out;
    }

    /** Runs the command; the one argument that there is besides {@code --json} names a profile. */
    public static void main(String[] arguments) {
        ProgressReport console = new ProgressReport(ProgressReport.Bar.NEVER, Masking.ofProcess()::mask);
        System.exit(new Preflight(() -> Settings.ofProcess(name -> Optional.empty()), console::line)
                .run(List.of(arguments)));
    }

    int run(List<String> arguments) {
        List<String> names = new ArrayList<>(arguments);
        boolean json = names.remove(AS_JSON);
        if (names.size() > 1) {
            out.accept("One profile at a time, not " + names + ".");
            return UNREADABLE;
        }
        try {
            Settings settings = given.get();
            PreflightReport report = survey(settings, names.isEmpty() ? profile(settings) : names.get(0));
            out.accept(masked(settings, json ? report.json() : report.table()));
            return report.passed() ? 0 : FAILED;
        } catch (ProfileException | SettingException | ProvisionException unreadable) {
            out.accept(String.valueOf(unreadable.getMessage()));
            return UNREADABLE;
        }
    }

    /** A server may repeat what it was sent. */
    private static String masked(Settings settings, String text) {
        return Masking.of(settings).mask(text);
    }

    private static String profile(Settings settings) {
        return settings.get(Setting.PROFILE)
                .orElse(settings.require(Setting.STACK).equals("local") ? "local" : "nixl-s3");
    }

    private PreflightReport survey(Settings settings, String name) {
        Profile profile = ProfileLoader.of(settings).load(name).with(settings);
        ProvisionRequest request = new ProvisionRequest(
                TopologyMerge.of(profile),
                profile,
                settings.require(Setting.REPORTS_DIRECTORY),
                settings.require(Setting.START_TIMEOUT),
                settings.get(Setting.ATTACH_TOKEN),
                Tls.of(settings),
                out);
        return Survey.whole(
                Provisioners.onClassPath().named(settings.require(Setting.STACK)),
                request,
                settings.get(Setting.ROUTER_PORT).map(OptionalInt::of).orElse(OptionalInt.empty()));
    }
}
