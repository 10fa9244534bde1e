package dev.parley.bench.measure;

/// What somebody took for some [Work]. Immutable.
///
/// @param what who, in words
/// @param deliveries messages delivered
/// @param seconds how long that took
/// @param cpuSeconds processor time of the one who delivers
public record Cost(String what, long deliveries, double seconds, double cpuSeconds) {}
