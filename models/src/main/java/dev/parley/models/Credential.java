package dev.parley.models;

/// A credential that the server has for a provider. `toString` does not tell the secret.
///
/// @param name by which questions choose it
/// @param secret what the provider knows it by; empty: none is needed
/// @param weight how often it is used, compared with the provider's others; at least 1
public record Credential(String name, String secret, int weight) {
  /// The name of a provider's only credential.
  public static final String DEFAULT_NAME = "default";

  @Override
  public String toString() {
    return name;
  }

  /// Which credential a question goes out with.
  public sealed interface Choice {
    /// Any that the server has, in turn by their weights.
    enum Any implements Choice {
      ANY
    }

    /// One that the server has.
    record Named(String name) implements Choice {}

    /// One that came with the question. `toString` does not tell it.
    record Own(String secret) implements Choice {
      @Override
      public String toString() {
        return "Own";
      }
    }
  }
}
