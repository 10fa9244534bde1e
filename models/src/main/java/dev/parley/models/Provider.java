package dev.parley.models;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.parley.core.model.Model;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.models.http.Secret;
import io.github.bucket4j.TimeMeter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A provider at work: with which of its credentials it is asked, and whether its models answer.
/// Thread-safe.
final class Provider {
  private static final Logger LOG = LoggerFactory.getLogger(Provider.class);

  /// A credential that the provider refused is not the first choice for so long.
  private static final Duration REFUSED_REST = Duration.ofMinutes(1);

  /// Names of models come from outside. Of those that were asked longest ago it is forgotten how
  /// they did.
  private static final int MAX_BREAKERS = 1_000;

  /// Questions that callers ask with credentials of their own, all of them together: so that these
  /// leave half of the connections to the server's.
  static final int MAX_OWN_QUESTIONS = Gateway.MAX_CONNECTIONS / 2;

  private static final Duration BREAKERS_KEPT = Duration.ofMinutes(30);

  private final ProviderSettings settings;
  private final Function<Secret, Model> asking;
  private final Clock clock;
  private final List<Key> keys;

  /// What questions with credentials of their callers share.
  private final Allowance ofOwn;

  /// By the provider's name of the model: one that fails says little of the others.
  private final LoadingCache<String, Breaker> breakers;

  /// A credential at work.
  static final class Key {
    private final Credential credential;
    private final Model model;
    private final Allowance allowance;
    private volatile long restsUntilMillis = Long.MIN_VALUE;

    private Key(Credential credential, Model model, Allowance allowance) {
      this.credential = credential;
      this.model = model;
      this.allowance = allowance;
    }

    /// The name that questions choose it by.
    String name() {
      return credential.name();
    }

    /// The provider's models, asked with it.
    Model model() {
      return model;
    }

    /// What is asked with it counts against this.
    Allowance allowance() {
      return allowance;
    }

    /// The question that [Provider#enter] let in has ended.
    ///
    /// @param tokens that it used
    void leave(long tokens) {
      allowance.leave(tokens);
    }
  }

  /// @param asking how the provider is asked with a secret
  /// @param secret of a configured credential
  /// @param rates the time that tokens come back with
  Provider(
      ProviderSettings settings,
      Function<Secret, Model> asking,
      Function<Credential, Secret> secret,
      Clock clock,
      TimeMeter rates) {
    this.settings = settings;
    this.asking = asking;
    this.clock = clock;
    boolean breaks = !"off".equals(settings.options().get("circuit-breaker"));
    breakers =
        Caffeine.newBuilder()
            .maximumSize(MAX_BREAKERS)
            .expireAfterAccess(BREAKERS_KEPT)
            .executor(Runnable::run)
            .build(model -> new Breaker(settings.name() + "/" + model, breaks, clock));
    ofOwn =
        new Allowance(
            "callers with credentials of their own for %s".formatted(settings.name()),
            new Quota(MAX_OWN_QUESTIONS, 0),
            rates);
    keys =
        settings.credentials().stream()
            .map(
                credential ->
                    new Key(
                        credential,
                        asking.apply(secret.apply(credential)),
                        new Allowance(
                            "credential %s of %s".formatted(credential.name(), settings.name()),
                            settings.quota(),
                            rates)))
            .toList();
  }

  ProviderSettings settings() {
    return settings;
  }

  /// Whether a model is asked at all.
  Breaker breaker(String model) {
    return breakers.get(model);
  }

  /// Lets a question in with a credential, which [Key#leave] lets out.
  ///
  /// @param tried those that are to be used only if there is no other
  /// @throws ModelException `NOT_FOUND`, or `RATE_LIMITED` by what is configured
  Key enter(Credential.Choice choice, Collection<Key> tried) {
    if (!(choice instanceof Credential.Choice.Any)) {
      Key key = keys(choice).getFirst();
      key.allowance.enter();
      return key;
    }
    List<Key> usable = usable(tried);
    ModelException refusal = null;
    while (!usable.isEmpty()) {
      Key key = drawn(usable);
      try {
        key.allowance.enter();
        return key;
      } catch (ModelException e) {
        refusal = sooner(refusal, e);
        usable.remove(key);
      }
    }
    throw refusal == null ? new IllegalStateException(settings + " has no credential") : refusal;
  }

  /// The credentials that are chosen, at least one. They are not let in.
  ///
  /// @throws ModelException `NOT_FOUND`
  List<Key> keys(Credential.Choice choice) {
    return switch (choice) {
      case Credential.Choice.Any _ -> keys;
      case Credential.Choice.Own own ->
          List.of(
              new Key(
                  new Credential("own", own.secret(), 1),
                  asking.apply(Secret.of(own.secret())),
                  ofOwn));
      case Credential.Choice.Named named -> {
        Credential chosen = settings.credential(named.name());
        yield keys.stream().filter(key -> key.credential.equals(chosen)).toList();
      }
    };
  }

  /// Whether there is a credential that was not tried.
  boolean hasMore(Collection<Key> tried) {
    return !tried.containsAll(keys);
  }

  private List<Key> usable(Collection<Key> tried) {
    if (keys.size() == 1) {
      return new ArrayList<>(keys);
    }
    List<Key> fresh = new ArrayList<>(keys);
    fresh.removeAll(tried);
    if (fresh.isEmpty()) {
      return new ArrayList<>(keys);
    }
    long now = clock.millis();
    List<Key> rested = new ArrayList<>(fresh);
    rested.removeIf(key -> key.restsUntilMillis > now);
    return rested.isEmpty() ? fresh : rested;
  }

  private static Key drawn(List<Key> from) {
    int all = 0;
    for (Key key : from) {
      all += key.credential.weight();
    }
    int drawn = ThreadLocalRandom.current().nextInt(all);
    for (Key key : from) {
      drawn -= key.credential.weight();
      if (drawn < 0) {
        return key;
      }
    }
    throw new IllegalStateException("weights of " + from + " changed");
  }

  private static ModelException sooner(@Nullable ModelException one, ModelException other) {
    Duration first = one == null ? null : one.retryAfter();
    Duration second = other.retryAfter();
    boolean keep = first != null && second != null && first.compareTo(second) <= 0;
    return one != null && keep ? one : other;
  }

  /// What the provider said of a credential: others are preferred for a while.
  void refused(Key key, ModelException e) {
    Duration rest = e.kind() == Kind.UNAUTHENTICATED ? REFUSED_REST : e.retryAfter();
    if (rest != null && isOfCredential(e)) {
      long now = clock.millis();
      if (e.kind() == Kind.UNAUTHENTICATED && key.restsUntilMillis <= now && keys.contains(key)) {
        LOG.warn(
            "credential {} of {} is refused (told once a minute): {}",
            key.name(),
            settings.name(),
            LogText.of(e));
      }
      key.restsUntilMillis = now + rest.toMillis();
    }
  }

  /// Whether another credential may have more luck.
  static boolean isOfCredential(ModelException e) {
    return switch (e.kind()) {
      case RATE_LIMITED, UNAUTHENTICATED, PERMISSION_DENIED -> true;
      case INVALID_REQUEST,
          NOT_FOUND,
          OVERLOADED,
          FAILED,
          UNREACHABLE,
          TIMEOUT,
          CUT,
          MALFORMED,
          BLOCKED,
          UNREAD,
          BUSY ->
          false;
    };
  }
}
