package dev.parley.server.config;

import dev.parley.models.ProviderKind;
import dev.parley.models.dialect.VertexDialect;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rules of base URLs, which say where providers are. Pure functions.
final class BaseUrls {
  /// What paths of requests end with, which providers' documents show more often than base URLs.
  private static final List<String> REQUESTS =
      List.of("/chat/completions", "/v1/messages", "/v2/chat", "/predictions", "GenerateContent");

  private BaseUrls() {}

  /// Where a provider is if nobody says; empty: that must be configured.
  ///
  /// @param location of [ProviderKind#VERTEX]
  /// @throws IllegalArgumentException if there can be no such location
  static String usual(ProviderKind kind, String location) {
    return kind == ProviderKind.VERTEX ? VertexDialect.baseUrl(location) : kind.baseUrl();
  }

  /// The URL as requests use it: no slash at the end, and no version.
  ///
  /// @param text as it is written
  /// @return null: it is no base URL
  static @Nullable String read(ProviderKind kind, String text) {
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    boolean bare = uri.getQuery() == null && uri.getFragment() == null && uri.getUserInfo() == null;
    if (!http || uri.getHost() == null || !bare) {
      return null;
    }
    String url = text.replaceAll("/+$", "");
    if (REQUESTS.stream().anyMatch(url::endsWith)) {
      return null;
    }
    String version = version(kind);
    return url.endsWith(version) ? url.substring(0, url.length() - version.length()) : url;
  }

  /// What the paths of all requests begin with, so that others write it into the base URL.
  private static String version(ProviderKind kind) {
    return switch (kind) {
      case OPENAI, MISTRAL, COMPATIBLE, ANTHROPIC, REPLICATE -> "/v1";
      case COHERE -> "/v2";
      case GEMINI -> "/v1beta";
      case AZURE, VERTEX, SIMULATED -> "";
    };
  }
}
