package dev.parley.models;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.models.http.Patience;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A provider as it is configured. `toString` does not tell secrets.
///
/// @param name by which questions name it
/// @param kind what it speaks
/// @param baseUrl where it is, no slash at the end; empty for `SIMULATED`
/// @param credentials at least one, each with a name of its own
/// @param quota of each credential
/// @param patience how long it is waited for
/// @param options what only some kinds have: `api-version` and `entra` of Azure, `project`,
///     `location` and `service-account` of Vertex, `pace-ms` of the simulated one; of all `ca`, a
///     file with certificates of authorities that are trusted, instead of Java's, and
///     `circuit-breaker`, on unless `off`
public record ProviderSettings(
    String name,
    ProviderKind kind,
    String baseUrl,
    List<Credential> credentials,
    Quota quota,
    Patience patience,
    Map<String, String> options) {
  public ProviderSettings {
    credentials = List.copyOf(credentials);
    options = Map.copyOf(options);
    if (credentials.isEmpty()) {
      throw new IllegalArgumentException(name + " has no credential (expected: one or more)");
    }
  }

  /// A provider with one credential, and everything else as it is by default.
  ///
  /// @param secret the credential's; empty: none is needed
  public static ProviderSettings of(String name, ProviderKind kind, String baseUrl, String secret) {
    return new ProviderSettings(
        name,
        kind,
        baseUrl,
        List.of(new Credential(Credential.DEFAULT_NAME, secret, 1)),
        Quota.DEFAULT,
        Patience.DEFAULT,
        Map.of());
  }

  /// One of its credentials.
  ///
  /// @throws ModelException `NOT_FOUND`
  public Credential credential(String wanted) {
    return credentials.stream()
        .filter(credential -> credential.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    Kind.NOT_FOUND,
                    "%s has no credential \"%s\" (expected: one of %s)"
                        .formatted(
                            name,
                            wanted,
                            credentials.stream()
                                .map(Credential::name)
                                .collect(Collectors.joining(", ")))));
  }

  /// The same with other options.
  public ProviderSettings withOptions(Map<String, String> others) {
    return new ProviderSettings(name, kind, baseUrl, credentials, quota, patience, others);
  }

  /// The same, waited for otherwise.
  public ProviderSettings withPatience(Patience other) {
    return new ProviderSettings(name, kind, baseUrl, credentials, quota, other, options);
  }

  /// The provider that needs no key.
  public static ProviderSettings simulated() {
    return of("simulated", ProviderKind.SIMULATED, "", "");
  }

  @Override
  public String toString() {
    return "%s (%s at %s)".formatted(name, kind.text(), baseUrl);
  }
}
