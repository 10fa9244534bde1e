package dev.parley.models;

/// A model of a provider.
///
/// @param provider the provider's name, as configured
/// @param model the provider's name of the model
public record Route(String provider, String model) {
  /// As questions name it.
  @Override
  public String toString() {
    return provider + "/" + model;
  }
}
