package dev.vllmjunit.topology;

/** The kind of device a node computes on. A constraint: which device satisfies it, the profile says. */
public enum Accelerator {
    /** AMD, ROCm; the profiles' and the model's reference device is the Instinct MI300X. */
    ROCM("AMD Instinct MI300X"),
    /** Intel Gaudi, Habana runtime; the reference device is the Gaudi 3. */
    GAUDI("Intel Gaudi 3"),
    /** NVIDIA, CUDA; the reference device is the H100 SXM. */
    CUDA("NVIDIA H100"),
    /** No accelerator. */
    CPU("CPU");

    private final String device;

    Accelerator(String device) {
        this.device = device;
    }

    /** The reference device's name as its vendor writes it. */
    public String device() {
        return device;
    }
}
