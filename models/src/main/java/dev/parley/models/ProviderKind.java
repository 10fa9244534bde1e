package dev.parley.models;

import java.util.Locale;

/// What a provider speaks.
public enum ProviderKind {
  OPENAI("https://api.openai.com", "OPENAI_API_KEY"),
  AZURE("", "AZURE_OPENAI_API_KEY"),
  GEMINI("https://generativelanguage.googleapis.com", "GEMINI_API_KEY"),
  VERTEX("", ""),
  REPLICATE("https://api.replicate.com", "REPLICATE_API_TOKEN"),
  ANTHROPIC("https://api.anthropic.com", "ANTHROPIC_API_KEY"),
  COHERE("https://api.cohere.com", "COHERE_API_KEY"),
  MISTRAL("https://api.mistral.ai", "MISTRAL_API_KEY"),
  /// Any server with OpenAI's protocol, such as Ollama, vLLM or llama.cpp.
  COMPATIBLE("", ""),
  /// No provider: an answer that is made here, for trying things out without a key.
  SIMULATED("", "");

  private final String baseUrl;
  private final String variable;

  ProviderKind(String baseUrl, String variable) {
    this.baseUrl = baseUrl;
    this.variable = variable;
  }

  /// Its name in configuration and on the wire.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Where the provider is; empty: that must be configured.
  public String baseUrl() {
    return baseUrl;
  }

  /// The environment variable in which its own tools expect the credential; empty: there is none.
  public String variable() {
    return variable;
  }
}
