package dev.vllmjunit.report;

import io.qameta.allure.AllureLifecycle;
import io.qameta.allure.model.Parameter;
import io.qameta.allure.model.Stage;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StepResult;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Steps and attachments of the Allure test or fixture that runs in this thread; without one, nothing happens. */
final class AllureSteps {

    private final AllureLifecycle lifecycle;

    AllureSteps(AllureLifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    /** A step around attachments, broken when what it shows cannot be trusted. */
    void step(String name, boolean valid, Map<String, String> parameters, Runnable attachments) {
        if (lifecycle.getCurrentTestCaseOrStep().isEmpty()) {
            return;
        }
        String uuid = UUID.randomUUID().toString();
        StepResult step = new StepResult().setName(name).setStatus(valid ? Status.PASSED : Status.BROKEN);
        step.setParameters(parameters.entrySet().stream()
                .map(entry -> new Parameter().setName(entry.getKey()).setValue(entry.getValue()))
                .toList());
        lifecycle.startStep(uuid, step);
        try {
            attachments.run();
        } finally {
            lifecycle.updateStep(uuid, running -> running.setStage(Stage.FINISHED));
            lifecycle.stopStep(uuid);
        }
    }

    void attach(String name, AttachmentType type, String text) {
        attach(name, type, text.getBytes(StandardCharsets.UTF_8));
    }

    void attach(String name, AttachmentType type, byte[] content) {
        if (lifecycle.getCurrentTestCaseOrStep().isPresent()) {
            lifecycle.addAttachment(name, type.contentType(), type.ending(), new ByteArrayInputStream(content));
        }
    }

    /** The running test's id; empty outside of a test. */
    Optional<String> test() {
        return lifecycle.getCurrentTestCase();
    }

    /** Adds a parameter to the running test, by which nobody tells it from its earlier runs. */
    void parameter(String name, String value) {
        Parameter parameter = new Parameter().setName(name).setValue(value).setExcluded(true);
        test().ifPresent(test ->
                lifecycle.updateTestCase(test, result -> result.getParameters().add(parameter)));
    }

    /** Puts HTML above the steps of a running test, in place of what was there. */
    void describe(String test, String html) {
        lifecycle.updateTestCase(test, result -> result.setDescriptionHtml(html));
    }
}
