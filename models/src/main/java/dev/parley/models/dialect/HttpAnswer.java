package dev.parley.models.dialect;

import java.util.Map;

/// The answer to an HTTP request that is not a stream of events.
///
/// @param status such as 429
/// @param headers names in lower case
/// @param body whole, or as much of it as is read of an answer that is too long
public record HttpAnswer(int status, Map<String, String> headers, byte[] body) {
  public HttpAnswer {
    headers = Map.copyOf(headers);
  }
}
