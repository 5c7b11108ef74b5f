package dev.vllmjunit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {

    private static final Declaration PLAIN = new Declaration("class X", List.of(), Optional.empty());

    @Test
    void aPropertyWinsOverAVariableAndThatOverAJUnitParameter() {
        Map<String, String> property = Map.of("vllm.stack", "one");
        Map<String, String> variable = Map.of("VLLM_JUNIT_STACK", "two");
        Map<String, String> junit = Map.of("vllm.stack", "three");

        assertThat(settings(property, variable, junit).require(Setting.STACK)).isEqualTo("one");
        assertThat(settings(Map.of(), variable, junit).require(Setting.STACK)).isEqualTo("two");
        assertThat(settings(Map.of(), Map.of(), junit).require(Setting.STACK)).isEqualTo("three");
        assertThat(settings(Map.of(), Map.of(), Map.of()).require(Setting.STACK))
                .isEqualTo("embedded");
    }

    @Test
    void aBlankOneCountsAsNotGiven() {
        assertThat(settings(Map.of("vllm.model", " "), Map.of("VLLM_JUNIT_MODEL", "m"), Map.of())
                        .get(Setting.MODEL))
                .contains("m");
    }

    @Test
    void readsEachType() {
        Settings settings = properties(Map.of(
                "vllm.attach.prefill", "http://a:1, http://b:2",
                "vllm.s3.path-style", "true",
                "vllm.router.port", "8080",
                "vllm.request-timeout", "90s",
                "vllm.reports.dir", "out/reports"));

        assertThat(settings.get(Setting.ATTACH_PREFILL))
                .contains(List.of(URI.create("http://a:1"), URI.create("http://b:2")));
        assertThat(settings.get(Setting.S3_PATH_STYLE)).contains(true);
        assertThat(settings.get(Setting.ROUTER_PORT)).contains(8080);
        assertThat(settings.require(Setting.REQUEST_TIMEOUT)).isEqualTo(Duration.ofSeconds(90));
        assertThat(settings.require(Setting.REPORTS_DIRECTORY)).isEqualTo(Path.of("out/reports"));
        assertThat(settings.get(Setting.S3_REGION)).isEmpty();
    }

    @Test
    void everyDefaultIsAllowedByItsOwnType() {
        Settings settings = properties(Map.of());

        assertThat(Setting.all())
                .filteredOn(setting -> setting.defaultText().isPresent())
                .hasSize(12)
                .allSatisfy(setting ->
                        assertThat(settings.<Object>require(objects(setting))).isNotNull());
    }

    @Test
    void doesNotShowATokenThatIsNone() {
        assertThatExceptionOfType(SettingException.class)
                .isThrownBy(() -> properties(Map.of("vllm.attach.token", "open sesame")))
                .withMessage("system property vllm.attach.token is \"****\"; write 8 or more visible ASCII characters"
                        + " without a space");
    }

    @Test
    void namesTheSourceOfABadValue() {
        assertRefused(
                Map.of("vllm.router.port", "0"),
                Map.of(),
                Map.of(),
                "system property vllm.router.port is \"0\"; write a whole number from 1 to 65535");
        assertRefused(
                Map.of(),
                Map.of("VLLM_JUNIT_REQUEST_TIMEOUT", "soon"),
                Map.of(),
                "environment variable VLLM_JUNIT_REQUEST_TIMEOUT is \"soon\"; write a time longer than 0 with its unit (ms, s, m"
                        + " or h), for instance 30s");
        assertRefused(
                Map.of(),
                Map.of(),
                Map.of("vllm.progress", "on"),
                "JUnit configuration parameter vllm.progress is \"on\"; write one of auto, off");
        assertRefused(
                Map.of("vllm.history", "s3:///nightly"),
                Map.of(),
                Map.of(),
                "system property vllm.history is \"s3:///nightly\"; write a directory's path, s3://BUCKET/PREFIX, or off");
    }

    @Test
    void aBadValueDoesNotShowItsPassword() {
        assertRefused(
                Map.of("vllm.s3.endpoint", "ftp://me:hunter2@s3"),
                Map.of(),
                Map.of(),
                "system property vllm.s3.endpoint is \"ftp://****@s3\"; write a URL that begins with http:// or https:// and"
                        + " names a host");
    }

    @Test
    void refusesNamesThatAreNoSetting() {
        assertThatExceptionOfType(SettingException.class)
                .isThrownBy(() -> properties(Map.of("vllm.s3.buckets", "x")))
                .withMessageStartingWith(
                        "system property vllm.s3.buckets is no setting; did you mean vllm.s3.bucket? Settings: vllm.stack,"
                                + " vllm.profile, vllm.profiles.dir,");
        assertThatExceptionOfType(SettingException.class)
                .isThrownBy(() -> settings(Map.of(), Map.of("VLLM_JUNIT_STAK", "x"), Map.of()))
                .withMessageStartingWith(
                        "environment variable VLLM_JUNIT_STAK is no setting; did you mean VLLM_JUNIT_STACK?"
                                + " Settings: VLLM_JUNIT_STACK, VLLM_JUNIT_PROFILE,");
    }

    @Test
    void leavesOtherNamesAlone() {
        assertThat(settings(Map.of("java.home", "x"), Map.of("VLLM_SERVER_DEV_MODE", "1"), Map.of())
                        .get(Setting.STACK))
                .isEmpty();
    }

    @Test
    void choosesTheGuidesConfigurationThatFitsTheDeclaration() {
        Declaration withS3 =
                new Declaration("class X", List.of(), Optional.of(new Declaration.S3("", Optional.empty())));

        assertThat(properties(Map.of()).profileFor(PLAIN)).isEqualTo("nixl-only");
        assertThat(properties(Map.of()).profileFor(withS3)).isEqualTo("nixl-s3");
        assertThat(properties(Map.of("vllm.stack", "local")).profileFor(PLAIN)).isEqualTo("local");
        assertThat(properties(Map.of("vllm.stack", "local")).profileFor(withS3)).isEqualTo("local");
        assertThat(properties(Map.of("vllm.profile", "lab")).profileFor(withS3)).isEqualTo("lab");
    }

    @Test
    void aSettingWithoutDefaultIsAskedForWithGet() {
        assertThatExceptionOfType(NoSuchElementException.class)
                .isThrownBy(() -> properties(Map.of()).require(Setting.MODEL))
                .withMessage("vllm.model is not given and has no default");
    }

    @Test
    void aProfilesDirectoryThatDoesNotExistIsAnErrorOnlyWhereItIsNamed(@TempDir Path directory) {
        Path none = directory.resolve("none");

        assertThatExceptionOfType(SettingException.class)
                .isThrownBy(() -> ProfileLoader.of(properties(Map.of("vllm.profiles.dir", none.toString()))))
                .withMessage("system property vllm.profiles.dir names no directory: " + none
                        + "; create it or correct the path");
        assertThat(ProfileLoader.of(properties(Map.of("vllm.profiles.dir", directory.toString())))
                        .available())
                .isEqualTo(ProfileLoader.SHIPPED);
    }

    @Test
    void overridesAProfile() {
        Profile profile = new ProfileLoader(Path.of("profiles"))
                .load("nixl-s3")
                .with(settings(
                        Map.of(
                                "vllm.model", "tiny",
                                "vllm.attach.decode", "http://d:8200",
                                "vllm.prefill.port", "9000",
                                "vllm.side-channel.port", "5601"),
                        Map.of("VLLM_JUNIT_S3_BUCKET", "mine", "VLLM_JUNIT_S3_PATH_STYLE", "false"),
                        Map.of(
                                "vllm.s3.endpoint",
                                "https://s3.lab",
                                "vllm.s3.key-prefix",
                                "ci/",
                                "vllm.s3.writer",
                                "obj")));

        assertThat(profile.model().id()).isEqualTo("tiny");
        assertThat(profile.attach().decode()).containsExactly(URI.create("http://d:8200"));
        assertThat(profile.attach().prefill()).isEmpty();
        assertThat(profile.prefill().port()).hasValue(9000);
        assertThat(profile.decode().port()).isEmpty();
        assertThat(profile.kvTransfer().sideChannelPort()).hasValue(5601);
        assertThat(profile.s3Cache())
                .contains(new S3CacheSpec(
                        "mine",
                        Optional.of(URI.create("https://s3.lab")),
                        "us-east-1",
                        false,
                        S3CacheSpec.Writer.OBJ,
                        256,
                        "ci/"));
    }

    @Test
    void settingsThatNobodyGaveLeaveAProfileAsItIs() {
        Profile profile = new ProfileLoader(Path.of("profiles")).load("nixl-s3");

        assertThat(profile.with(properties(Map.of()))).isEqualTo(profile);
    }

    @Test
    void theTableOfTheDocumentationNamesEverySetting() {
        assertThat(Setting.markdownTable().lines())
                .hasSize(Setting.all().size() + 2)
                .contains(
                        "| `vllm.s3.path-style` | `VLLM_JUNIT_S3_PATH_STYLE` | bucket in the path instead of the host name | true or"
                                + " false | the profile's |",
                        "| `vllm.request-timeout` | `VLLM_JUNIT_REQUEST_TIMEOUT` | longest time of one whole request, as the driver"
                                + " sees it | a time longer than 0 with its unit (ms, s, m or h), for instance 30s | `5m` |");
    }

    @SuppressWarnings("unchecked")
    private static Setting<Object> objects(Setting<?> setting) {
        return (Setting<Object>) setting;
    }

    private static void assertRefused(
            Map<String, String> properties,
            Map<String, String> environment,
            Map<String, String> junit,
            String message) {
        assertThatExceptionOfType(SettingException.class)
                .isThrownBy(() -> settings(properties, environment, junit))
                .withMessage(message);
    }

    private static Settings properties(Map<String, String> properties) {
        return settings(properties, Map.of(), Map.of());
    }

    private static Settings settings(
            Map<String, String> properties, Map<String, String> environment, Map<String, String> junit) {
        return new Settings(properties, environment, key -> Optional.ofNullable(junit.get(key)));
    }
}
