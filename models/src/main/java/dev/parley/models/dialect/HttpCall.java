package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import java.util.Map;

/// An HTTP request. `toString` tells neither headers nor body.
///
/// @param method such as `POST`
/// @param target path and query, to be put after the provider's base URL; or a whole URL
/// @param headers names in lower case; credentials are among them
/// @param body empty: none
public record HttpCall(String method, String target, Map<String, String> headers, byte[] body) {
  /// @throws ModelException `INVALID_REQUEST`, if a part of it would end where it must not
  public HttpCall {
    headers = Map.copyOf(headers);
    if (!isPrintable(target) || target.indexOf(' ') >= 0) {
      throw refused("the name of the model");
    }
    if (!headers.values().stream().allMatch(HttpCall::isPrintable)) {
      throw refused("the credential");
    }
  }

  private static boolean isPrintable(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  private static ModelException refused(String what) {
    return new ModelException(
        Kind.INVALID_REQUEST,
        what + " has characters that HTTP cannot carry (expected: printable ASCII)");
  }

  @Override
  public String toString() {
    return method + " " + target;
  }
}
