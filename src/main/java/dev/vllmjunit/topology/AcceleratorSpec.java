package dev.vllmjunit.topology;

/**
 * Peak figures of one device, as its vendor publishes them. No kernel reaches them: they bound what is possible from above
 * and are where a cost model starts.
 *
 * @param device the device's name as its vendor writes it
 * @param peakFlops dense bf16 floating point operations per second
 * @param memoryBandwidth bytes per second between the device's memory and its compute units
 * @param memoryBytes capacity of that memory, in bytes (vendors count in powers of ten)
 */
public record AcceleratorSpec(String device, double peakFlops, double memoryBandwidth, long memoryBytes) {

    /** Checks that every figure is positive. */
    public AcceleratorSpec {
        if (!(peakFlops > 0) || !(memoryBandwidth > 0) || memoryBytes <= 0) {
            throw new IllegalArgumentException(device + " has peakFlops " + peakFlops + ", memoryBandwidth "
                    + memoryBandwidth + " and memoryBytes " + memoryBytes + "; each must be greater than 0");
        }
    }
}
