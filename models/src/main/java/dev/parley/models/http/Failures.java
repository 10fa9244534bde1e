package dev.parley.models.http;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.PrematureCloseException;

/// Tells what went wrong with a provider, in our words, and without the secret. Immutable,
/// thread-safe.
final class Failures {
  /// Characters of what is told of a failure: providers quote at any length.
  private static final int MAX_TOLD = 2_000;

  private final String baseUrl;
  private final Secret secret;

  Failures(String baseUrl, Secret secret) {
    this.baseUrl = baseUrl;
    this.secret = secret;
  }

  /// What an error is called. To be asked at once, as errors that nobody waits for any more are
  /// logged.
  ModelException of(Throwable e) {
    ModelException told =
        switch (e) {
          case ModelException model -> model;
          case PrematureCloseException _ ->
              new ModelException(
                  Kind.CUT, "the provider closed the connection before the end of its answer");
          case ConnectException _, UnknownHostException _, SSLException _ ->
              new ModelException(
                  Kind.UNREACHABLE,
                  "no connection to %s: %s".formatted(baseUrl, network(e)),
                  null,
                  e);
          case IOException _ ->
              new ModelException(
                  Kind.CUT, "the connection to the provider broke" + because(e), null, e);
          case TimeoutException _ ->
              new ModelException(Kind.TIMEOUT, "the provider did not answer in time");
          default ->
              new ModelException(
                  Kind.FAILED, "the provider cannot be asked: " + e.getMessage(), null, e);
        };
    String text = message(told);
    String redacted = shortened(Redaction.redact(text, secret.latest()));
    return redacted.equals(text)
        ? told
        : new ModelException(told.kind(), redacted, told.retryAfter(), null);
  }

  private static String because(Throwable e) {
    return e.getMessage() == null ? "" : ": " + e.getMessage();
  }

  private static String shortened(String text) {
    if (text.length() <= MAX_TOLD) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_TOLD - 1)) ? MAX_TOLD - 1 : MAX_TOLD;
    return text.substring(0, end) + "…";
  }

  /// What the network's library says, for people.
  private static String network(Throwable e) {
    String text = String.valueOf(e.getMessage());
    if (e instanceof UnknownHostException) {
      return "there is no host of this name";
    }
    return text.contains("Connection refused") ? "connection refused" : text;
  }

  private static String message(ModelException e) {
    @Nullable String text = e.getMessage();
    return text == null ? "" : text;
  }
}
