package dev.parley.server.model;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.time.Clock;
import dev.parley.models.Credential;
import dev.parley.models.Gateway;
import dev.parley.models.ProviderSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the providers say they have, asked with each of the server's credentials, for every port.
/// However many want to know, a provider is asked at most once in a while, and not waited for too
/// long. Thread-safe: what is kept is guarded by `this`, and bounded by what is configured.
public final class KnownModels {
  /// How long an answer is good.
  private static final long KEPT_NANOS = Duration.ofSeconds(30).toNanos();

  /// How long one is that tells of a credential without luck, which may have more the next time.
  private static final long FAILURE_KEPT_NANOS = Duration.ofSeconds(5).toNanos();

  /// How long a provider may take.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// Most models of one provider that are told.
  private static final int MAX_MODELS = 10_000;

  private final Gateway gateway;
  private final Clock clock;
  private final ScheduledExecutorService timer;
  private final Map<String, Kept> kept = new HashMap<>();

  /// A provider, and what it said.
  ///
  /// @param told with each of its credentials, at least one
  public record Listed(ProviderSettings provider, List<Told> told) {
    public Listed {
      told = List.copyOf(told);
    }

    /// What it said with one of its credentials.
    Told with(String credential) {
      return told.stream()
          .filter(one -> one.credential().equals(credential))
          .findFirst()
          .orElseThrow();
    }

    /// What it said with the first credential that works; if none does, with the first of all.
    public Told best() {
      return told.stream().filter(one -> one.failure() == null).findFirst().orElse(told.getFirst());
    }
  }

  /// What a provider said when it was asked with one credential.
  ///
  /// @param credential its name
  /// @param models the provider's names of them
  /// @param failure why it says nothing; null: it does
  public record Told(String credential, List<String> models, @Nullable ModelException failure) {
    public Told {
      models = List.copyOf(models);
    }
  }

  private record Kept(CompletableFuture<Listed> listed, long sinceNanos) {}

  /// @param timer for those who do not answer; stays the caller's
  public KnownModels(Gateway gateway, Clock clock, ScheduledExecutorService timer) {
    this.gateway = gateway;
    this.clock = clock;
    this.timer = timer;
  }

  /// Of all providers, by name.
  ///
  /// @return never fails
  public CompletableFuture<List<Listed>> all() {
    return of(gateway.providers());
  }

  /// Of some providers.
  ///
  /// @return in the same order; never fails
  CompletableFuture<List<Listed>> of(List<ProviderSettings> providers) {
    List<CompletableFuture<Listed>> asked = providers.stream().map(this::of).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(_ -> asked.stream().map(CompletableFuture::join).toList());
  }

  /// Of one provider.
  ///
  /// @return never fails
  synchronized CompletableFuture<Listed> of(ProviderSettings provider) {
    long now = clock.nanos();
    Kept known = kept.get(provider.name());
    if (known == null || isStale(known, now)) {
      known = new Kept(ask(provider), now);
      kept.put(provider.name(), known);
    }
    return known.listed();
  }

  private static boolean isStale(Kept known, long now) {
    if (!known.listed().isDone()) {
      return false;
    }
    boolean failed = known.listed().join().told().stream().anyMatch(one -> one.failure() != null);
    return now - known.sinceNanos() > (failed ? FAILURE_KEPT_NANOS : KEPT_NANOS);
  }

  private CompletableFuture<Listed> ask(ProviderSettings provider) {
    List<CompletableFuture<Told>> asked =
        provider.credentials().stream()
            .map(credential -> ask(provider.name(), credential.name()))
            .toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(_ -> new Listed(provider, asked.stream().map(CompletableFuture::join).toList()));
  }

  private CompletableFuture<Told> ask(String provider, String credential) {
    CompletableFuture<Told> told =
        gateway
            .models(provider, new Credential.Choice.Named(credential), List.of())
            .handle(
                (models, e) ->
                    e == null
                        ? new Told(credential, models.stream().limit(MAX_MODELS).toList(), null)
                        : new Told(credential, List.of(), failure(e)))
            .toCompletableFuture();
    ModelException tooLate =
        new ModelException(
            Kind.TIMEOUT,
            "the provider did not say within %d s what it has".formatted(PATIENCE.toSeconds()));
    var alarm =
        timer.schedule(
            () -> told.complete(new Told(credential, List.of(), tooLate)),
            PATIENCE.toMillis(),
            TimeUnit.MILLISECONDS);
    var _ = told.thenRun(() -> alarm.cancel(false));
    return told;
  }

  /// Why a provider could not be asked.
  static ModelException failure(Throwable e) {
    Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    return cause instanceof ModelException model
        ? model
        : new ModelException(Kind.FAILED, "the provider cannot be asked", null, cause);
  }
}
