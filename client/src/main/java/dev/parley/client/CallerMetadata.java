package dev.parley.client;

import io.grpc.Metadata;

/// The metadata that names the caller: `parley-user`.
///
/// Metadata is ASCII. An id with other characters goes as UTF-8 in `parley-user-bin`.
///
/// @param userId who calls
record CallerMetadata(String userId) {

  static final Metadata.Key<String> USER =
      Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<byte[]> USER_BYTES =
      Metadata.Key.of("parley-user-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /// Fresh headers: gRPC changes those that it is given.
  Metadata headers() {
    Metadata headers = new Metadata();
    if (userId.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      headers.put(USER, userId);
    } else {
      headers.put(USER_BYTES, userId.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return headers;
  }
}
