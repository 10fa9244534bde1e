package dev.parley.server.http;

import dev.parley.core.limit.Limits;
import java.time.Duration;

/// What one peer, and all of them together, may cost the HTTP port. A connection has one request
/// under way at a time; how many connections there may be is counted with those of gRPC.
///
/// @param maxRequestLineBytes longest first line of a request
/// @param maxHeaderBytes most bytes of a request's headers
/// @param maxBodyBytes largest body of a request
/// @param maxUnderWay most requests under way
/// @param maxBodyBytesInAll most bytes of the bodies of all requests under way
/// @param arrival how long a new connection may take to send its first request's headers, and a
///     request to bring its body
/// @param idle how long a connection may be silent after an answer
/// @param stall how long a peer that takes nothing of its answer is kept
/// @param linger how long is listened to a peer that was refused, so that it reads why
record HttpLimits(
    int maxRequestLineBytes,
    int maxHeaderBytes,
    int maxBodyBytes,
    int maxUnderWay,
    long maxBodyBytesInAll,
    Duration arrival,
    Duration idle,
    Duration stall,
    Duration linger) {

  /// What holds for a server with such limits: of its memory, an eighth may be bodies.
  static HttpLimits of(Limits.Tunable limits) {
    return new HttpLimits(
        8_192,
        limits.maxMetadataBytes(),
        limits.maxFrameBytes(),
        16_384,
        Math.max(limits.maxFrameBytes(), Runtime.getRuntime().maxMemory() / 8),
        Duration.ofSeconds(20),
        Duration.ofSeconds(60),
        limits.stallTimeout(),
        Duration.ofSeconds(2));
  }
}
