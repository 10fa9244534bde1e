package dev.parley.models.dialect;

import java.util.Map;

/// An HTTP request. `toString` tells neither headers nor body.
///
/// @param method such as `POST`
/// @param target path and query, to be put after the provider's base URL; or a whole URL
/// @param headers names in lower case; credentials are among them
/// @param body empty: none
public record HttpCall(String method, String target, Map<String, String> headers, byte[] body) {
  public HttpCall {
    headers = Map.copyOf(headers);
  }

  @Override
  public String toString() {
    return method + " " + target;
  }
}
