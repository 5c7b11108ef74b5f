package dev.vllmjunit.preflight;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which version of an accelerator's kernel module is loaded. Where the shell has {@code hl-smi}, as in a Gaudi image, its release
 * has to be the driver's: Intel supports no other pair.
 *
 * @param host which
 * @param kind of what
 */
record DriverCheck(Host host, DeviceKind kind) implements Check {

    /** {@code | HL-SMI Version:   hl-1.22.0-fw-61.0.2.0   |}. */
    private static final Pattern HL_SMI = Pattern.compile("HL-SMI Version:\\s+hl-(\\S+)");

    private static final Pattern RELEASE = Pattern.compile("^(\\d+\\.\\d+)\\b.*");

    @Override
    public CheckId id() {
        return CheckId.DRIVER;
    }

    @Override
    public String where() {
        return host.name();
    }

    @Override
    public Finding examine() {
        ShellOutput said = host.run(
                "M=" + kind.module()
                        + """

                [ -d $R/sys/module/$M ] && echo "module $(cat $R/sys/module/$M/version 2>/dev/null || echo "of kernel $(uname -r)")"
                [ $M = habanalabs ] && hl-smi 2>/dev/null | head -4
                [ $M = amdgpu ] && cat /opt/rocm/.info/version 2>/dev/null | head -1 | sed 's/^/rocm /'
                true""");
        Optional<String> version = said.after("module");
        if (version.isEmpty()) {
            return Finding.failed("kernel module " + kind.module() + " is not loaded", kind.install());
        }
        return compared(version.get(), said);
    }

    private Finding compared(String version, ShellOutput said) {
        String driver = kind.module() + " " + version;
        Matcher tool = HL_SMI.matcher(said.text());
        if (tool.find()) {
            String found = driver + ", hl-smi " + tool.group(1);
            return release(version).equals(release(tool.group(1)))
                    ? Finding.ok(found)
                    : Finding.warning(
                            found,
                            "an image of the driver's release, or the driver of the image's: Intel supports equal releases only");
        }
        return Finding.ok(
                driver + said.after("rocm").map(rocm -> ", ROCm " + rocm).orElse(""));
    }

    private static String release(String version) {
        return RELEASE.matcher(version).replaceAll("$1");
    }
}
