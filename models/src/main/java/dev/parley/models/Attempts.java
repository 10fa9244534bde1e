package dev.parley.models;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/// One question on its way through models. A model that fails gives way to the next one at once;
/// the last one is asked again, if that may help. For one subscription.
final class Attempts {
  /// How often one model is asked at most.
  private static final int MAX_TRIES = 3;

  private static final Duration FIRST_DELAY = Duration.ofMillis(250);

  /// A provider that wants to be left alone for longer is.
  private static final Duration MAX_DELAY = Duration.ofSeconds(10);

  private final Function<String, Provider> providers;
  private final Ask ask;
  private final Consumer<Route> asked;
  private final GatewayMetrics metrics;
  private final Scheduler scheduler;

  private final List<Attempt> made = new ArrayList<>(1);
  private final List<Provider.Key> keysTried = new ArrayList<>(1);
  private final List<String> failures = new ArrayList<>(1);

  /// @param providers by name; fails with a [ModelException]
  Attempts(
      Function<String, Provider> providers,
      Ask ask,
      Consumer<Route> asked,
      GatewayMetrics metrics,
      Scheduler scheduler) {
    this.providers = providers;
    this.ask = ask;
    this.asked = asked;
    this.metrics = metrics;
    this.scheduler = scheduler;
  }

  /// The answer of the first model that gives one.
  Flux<ModelEvent> answer() {
    return from(0, 1);
  }

  /// Tokens that all attempts used together.
  long tokens() {
    long tokens = 0;
    for (Attempt attempt : made) {
      tokens += attempt.tokens();
    }
    return tokens;
  }

  private Flux<ModelEvent> from(int index, int tried) {
    Route route = ask.routes().get(index);
    Provider provider = provider(route);
    asked.accept(route);
    try {
      provider.breaker(route.model()).enter();
    } catch (ModelException e) {
      return next(index, e); // at once: it is known to fail
    }
    return Flux.defer(() -> attempt(provider, route))
        .onErrorResume(
            ModelException.class,
            e -> {
              if (!made.isEmpty() && made.getLast().hasSpoken()) {
                return ask.whole() ? next(index, e) : Flux.error(e);
              }
              return again(index, tried, e);
            });
  }

  private Flux<ModelEvent> attempt(Provider provider, Route route) {
    Provider.Key key;
    try {
      key = provider.enter(choice(route), keysTried);
    } catch (ModelException e) {
      provider.breaker(route.model()).withdrawn();
      throw e;
    }
    keysTried.add(key);
    Attempt attempt =
        new Attempt(
            provider,
            provider.breaker(route.model()),
            key,
            ask.prompt().withModel(route.model()),
            metrics.begin(provider.settings(), route));
    made.add(attempt);
    return attempt.events();
  }

  private Flux<ModelEvent> again(int index, int tried, ModelException e) {
    if (e.kind() == Kind.UNREAD) {
      return Flux.error(e); // nobody would read another answer either
    }
    if (tried < MAX_TRIES) {
      Route route = ask.routes().get(index);
      boolean another =
          Provider.isOfCredential(e)
              && choice(route) instanceof Credential.Choice.Any
              && provider(route).hasMore(keysTried);
      if (another) {
        return from(index, tried + 1);
      }
      boolean last = index + 1 == ask.routes().size();
      Duration delay = last && isWorthAnotherTry(e) ? delay(e, tried) : null;
      if (delay != null) {
        return Mono.delay(delay, scheduler).thenMany(Flux.defer(() -> from(index, tried + 1)));
      }
    }
    return next(index, e);
  }

  /// Not one that has used up the caller's time, or for which there is no room here.
  private static boolean isWorthAnotherTry(ModelException e) {
    return e.kind().isTransitory() && e.kind() != Kind.TIMEOUT && e.kind() != Kind.BUSY;
  }

  private Flux<ModelEvent> next(int index, ModelException e) {
    if (index + 1 < ask.routes().size()) {
      failures.add("%s: %s".formatted(ask.routes().get(index), e.getMessage()));
      keysTried.clear();
      return from(index + 1, 1);
    }
    return Flux.error(failures.isEmpty() ? e : withOthers(e));
  }

  /// What the last model said does not tell why those before it did not answer.
  private ModelException withOthers(ModelException e) {
    return new ModelException(
        e.kind(),
        "%s (before that, %s)".formatted(e.getMessage(), String.join("; ", failures)),
        e.retryAfter(),
        e);
  }

  private Provider provider(Route route) {
    return providers.apply(route.provider());
  }

  private Credential.Choice choice(Route route) {
    return route.provider().equals(ask.routes().getFirst().provider())
        ? ask.credential()
        : Credential.Choice.Any.ANY;
  }

  /// How long to wait before a model is asked again; null: too long. (Exponential backoff with full
  /// jitter; Brooker, "Exponential Backoff And Jitter", 2015.)
  static @Nullable Duration delay(ModelException e, int tried) {
    Duration wanted = e.retryAfter();
    if (wanted != null) {
      return wanted.compareTo(MAX_DELAY) > 0 ? null : wanted;
    }
    long most = FIRST_DELAY.toNanos() << (tried - 1);
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(most) + 1);
  }
}
