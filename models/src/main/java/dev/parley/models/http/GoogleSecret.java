package dev.parley.models.http;

import com.google.auth.Retryable;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// Access tokens of Google's OAuth, got with a service account or with what the machine has
/// ("application default credentials"), and renewed before they expire.
public final class GoogleSecret implements Secret {
  /// Stands for what the machine has, in place of a file.
  public static final String OF_MACHINE = "default";

  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";

  /// A token is not used so close to its end.
  private static final Duration LEFT = Duration.ofMinutes(1);

  private final String source;
  private final InstantSource clock;

  /// Waits for Google's answer, without holding up anybody else.
  private final Scheduler waiting =
      Schedulers.fromExecutor(task -> Thread.ofVirtual().name("parley-google").start(task));

  /// Under way, for all who want a token; null: none. Guarded by this.
  private @Nullable Mono<String> renewal;

  private volatile @Nullable GoogleCredentials credentials;
  private volatile String latest = "";

  /// @param source a file with a service account's key, or [#OF_MACHINE]
  public GoogleSecret(String source) {
    this(source, InstantSource.system());
  }

  GoogleSecret(String source, InstantSource clock) {
    this.source = source;
    this.clock = clock;
  }

  @Override
  public Mono<String> current() {
    return Mono.defer(
        () -> {
          GoogleCredentials known = credentials;
          String fresh = known == null ? null : fresh(known.getAccessToken());
          return fresh == null ? renewal() : Mono.just(fresh);
        });
  }

  private @Nullable String fresh(@Nullable AccessToken token) {
    if (token == null || token.getExpirationTime() == null) {
      return null;
    }
    boolean lasts = token.getExpirationTime().toInstant().isAfter(clock.instant().plus(LEFT));
    return lasts ? token.getTokenValue() : null;
  }

  private synchronized Mono<String> renewal() {
    Mono<String> open = renewal;
    if (open == null) {
      // over before anybody is told of it: who asks afterwards gets what is good by then
      open =
          Mono.fromCallable(this::renew)
              .doOnTerminate(this::endRenewal)
              .subscribeOn(waiting)
              .cache();
      renewal = open;
    }
    return open;
  }

  private synchronized void endRenewal() {
    renewal = null;
  }

  private String renew() {
    try {
      GoogleCredentials known = credentials;
      if (known == null) {
        known = read();
        credentials = known;
      }
      String fresh = fresh(known.getAccessToken());
      if (fresh == null) {
        known.refresh();
        AccessToken renewed = known.getAccessToken();
        if (renewed == null) {
          throw new IOException("it gives none");
        }
        fresh = renewed.getTokenValue();
      }
      latest = fresh;
      return fresh;
    } catch (IOException e) {
      String from = source.equals(OF_MACHINE) ? "what this machine has" : source;
      throw new ModelException(
          mayPass(e) ? Kind.UNREACHABLE : Kind.UNAUTHENTICATED,
          "no token of Google can be got with %s: %s".formatted(from, e.getMessage()),
          null,
          e);
    }
  }

  private static boolean mayPass(IOException e) {
    if (e instanceof Retryable told && told.isRetryable()) {
      return true;
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketException
          || cause instanceof SocketTimeoutException
          || cause instanceof UnknownHostException) {
        return true;
      }
    }
    return false;
  }

  private GoogleCredentials read() throws IOException {
    if (source.equals(OF_MACHINE)) {
      return GoogleCredentials.getApplicationDefault().createScoped(SCOPE);
    }
    try (InputStream key = Files.newInputStream(Path.of(source))) {
      return GoogleCredentials.fromStream(key).createScoped(SCOPE);
    }
  }

  @Override
  public String latest() {
    return latest;
  }
}
