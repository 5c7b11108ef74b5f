package dev.vllmjunit.topology;

/**
 * The kind of device a node computes on. A constraint: which device satisfies it, the profile says. The figures are those of
 * the reference device and the only place that holds them: floors of feasibility and modelled times start from the same ones.
 */
public enum Accelerator {
    /** AMD, ROCm; the reference device is the Instinct MI300X (data sheet: 1,307.4 TFLOP/s dense bf16, 5.3 TB/s, 192 GB HBM3). */
    ROCM(new AcceleratorSpec("AMD Instinct MI300X", 1_307e12, 5.3e12, 192_000_000_000L)),
    /** Intel Gaudi, Habana runtime; the reference device is the Gaudi 3 (white paper: 1,835 TFLOP/s bf16, 3.7 TB/s, 128 GB HBM2e). */
    GAUDI(new AcceleratorSpec("Intel Gaudi 3", 1_835e12, 3.7e12, 128_000_000_000L)),
    /** NVIDIA, CUDA; the reference device is the H100 SXM (data sheet: 989 TFLOP/s dense bf16, 3.35 TB/s, 80 GB HBM3). */
    CUDA(new AcceleratorSpec("NVIDIA H100", 989e12, 3.35e12, 80_000_000_000L)),
    /**
     * No accelerator; the reference is one 32-core server socket: two AVX-512 FMA units of 16 fp32 lanes per core at 2.4 GHz
     * (32 x 2 x 16 x 2 x 2.4e9 = 4.9 TFLOP/s, no matrix extension), eight channels of DDR5-4800 (307 GB/s), 256 GB.
     */
    CPU(new AcceleratorSpec("CPU", 4.9e12, 307e9, 256_000_000_000L));

    @SuppressWarnings("ImmutableEnumChecker") // a record of numbers and a String
    private final AcceleratorSpec spec;

    Accelerator(AcceleratorSpec spec) {
        this.spec = spec;
    }

    /** The reference device. */
    public AcceleratorSpec spec() {
        return spec;
    }

    /** The reference device's name as its vendor writes it. */
    public String device() {
        return spec.device();
    }

    /** Peak dense bf16 FLOP/s of one reference device. */
    public double peakFlops() {
        return spec.peakFlops();
    }

    /** Peak memory bandwidth of one reference device, in bytes per second. */
    public double memoryBandwidth() {
        return spec.memoryBandwidth();
    }

    /** Memory of one reference device, in bytes. */
    public long memoryBytes() {
        return spec.memoryBytes();
    }
}
