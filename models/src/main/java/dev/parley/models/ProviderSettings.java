package dev.parley.models;

import java.util.Map;

/// A provider as it is configured. `toString` does not tell the secret.
///
/// @param name by which questions name it
/// @param kind what it speaks
/// @param baseUrl where it is, no slash at the end; empty for `SIMULATED`
/// @param secret the credential; empty: none
/// @param options what only some kinds have: `api-version` and `entra` of Azure, `project` and
///     `location` of Vertex, `pace-ms` of the simulated one
public record ProviderSettings(
    String name, ProviderKind kind, String baseUrl, String secret, Map<String, String> options) {
  public ProviderSettings {
    options = Map.copyOf(options);
  }

  /// The provider that needs no key.
  public static ProviderSettings simulated() {
    return new ProviderSettings("simulated", ProviderKind.SIMULATED, "", "", Map.of());
  }

  @Override
  public String toString() {
    return "%s (%s at %s)".formatted(name, kind.text(), baseUrl);
  }
}
