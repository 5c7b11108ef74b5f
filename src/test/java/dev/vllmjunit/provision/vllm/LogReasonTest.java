package dev.vllmjunit.provision.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Logs as vLLM 0.32, pip and Ceph write them. */
class LogReasonTest {

    @Test
    void isTheInnermostExceptionAndNotWhatOuterProcessesSayOfIt() {
        assertThat(
                        LogReason.in(
                                """
                        (Worker pid=7) ERROR 11-25 16:11:20 [multiproc_executor.py:12] Traceback (most recent call last):
                        (Worker pid=7) ERROR 11-25 16:11:20 [multiproc_executor.py:12]   File "/v/x.py", line 3, in <module>
                        (Worker pid=7) ERROR 11-25 16:11:20 [multiproc_executor.py:12] ValueError: No available memory for the cache blocks.
                        (EngineCore pid=6) ERROR 11-25 16:11:21 [core.py:1512] Exception: WorkerProc initialization failed due to an exception in a background process. See stack trace for root cause.
                        (APIServer pid=5) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}
                        """))
                .isEqualTo("ValueError: No available memory for the cache blocks.");
    }

    @Test
    void bringsWhatAValidationErrorSaysBelow() {
        assertThat(
                        LogReason.in(
                                """
                        pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig
                          Value error, The model's head size is unknown
                            For further information visit the page
                        """))
                .isEqualTo("pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig"
                        + " Value error, The model's head size is unknown For further information visit the page");
    }

    @Test
    void isTheLastErrorLineWhereThereIsNoException() {
        assertThat(
                        LogReason.in(
                                """
                        Looking in indexes: https://index.example.com/simple
                        ERROR: Could not find a version that satisfies the requirement torch==2.13.0
                        \u001B[31mERROR: No matching distribution found for torch==2.13.0\u001B[0m
                        notice: done
                        """))
                .isEqualTo("ERROR: No matching distribution found for torch==2.13.0");
    }

    @Test
    void saysWhereAnExceptionWithoutAMessageWasThrown() {
        String said = "(EngineCore pid=1) ERROR 11-25 18:22:21 [core.py:1512]";
        assertThat(LogReason.in(said + " Traceback (most recent call last):\n"
                        + said + "   File \"/x/vllm/sched/scheduler.py\", line 3234, in _update\n"
                        + said + "     assert req_id in self.requests\n"
                        + said + "            ^^^^^^^^^^^^^^^^^^^^^^^\n"
                        + said + " AssertionError\n"))
                .isEqualTo("AssertionError (scheduler.py:3234, assert req_id in self.requests)");
    }

    @Test
    void isTheLastLinesWhereNothingSaysError() {
        assertThat(LogReason.in("a WARNING about errors like `OSError: [Errno 24]`\nnext"))
                .endsWith("next");
        assertThat(LogReason.in("one\ntwo\n\nthree\nfour\n")).isEqualTo("two\nthree\nfour");
    }
}
