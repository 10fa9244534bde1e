package dev.parley.server.model;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.models.Allowance;
import dev.parley.models.Ask;
import dev.parley.models.Credential;
import dev.parley.models.Gateway;
import dev.parley.models.Route;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One question while it is answered. An event is asked for when the caller takes one, and not
/// before: so a caller who does not read makes the provider wait. Thread-safe.
public final class Question implements Flow.Subscriber<ModelEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(Question.class);

  /// Who takes the answer.
  public interface Taker {
    /// Whether it takes another piece now; if not, it calls [Question#proceed] when it does.
    boolean isReady();

    /// Whether it tells nobody anything before the end, so that an answer may begin anew.
    default boolean isPatient() {
      return false;
    }

    /// Takes a piece, or the error that ends the answer.
    ///
    /// @throws ModelException if there is no room for the piece; the answer ends with that
    void take(Question question, ChatResponse piece);

    /// There is nothing more.
    void ended(Question question);
  }

  private final String id;
  private final Gateway gateway;
  private final Taker taker;
  private final long beganNanos = System.nanoTime();
  private final AtomicBoolean waiting = new AtomicBoolean();
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean cancelled;
  private volatile @Nullable Route route;

  /// How often models were asked.
  private final AtomicInteger attempts = new AtomicInteger();

  private volatile long firstTokenNanos = -1;

  /// @param id the caller's id of it; empty: none
  public Question(String id, Gateway gateway, Taker taker) {
    this.id = id;
    this.gateway = gateway;
    this.taker = taker;
  }

  /// The caller's id of it.
  public String id() {
    return id;
  }

  /// Asks.
  ///
  /// @param provider the provider that the service stands for; empty: the question names it
  /// @param allowances whose it uses up
  public void ask(ChatRequest request, String provider, List<Allowance> allowances) {
    try {
      List<Route> routes = Questions.routes(request, provider, gateway);
      Prompt prompt = Questions.prompt(request);
      Credential.Choice credential = Questions.credential(request.getCredential());
      gateway
          .answer(new Ask(routes, prompt, credential, allowances, taker.isPatient()), this::asked)
          .subscribe(this);
    } catch (ModelException e) {
      onError(e);
    }
  }

  private void asked(Route now) {
    route = now;
    attempts.incrementAndGet();
  }

  /// Wants no more of the answer; nothing is told of it any more.
  public void cancel() {
    cancelled = true;
    Flow.Subscription open = subscription;
    if (open != null) {
      open.cancel();
    }
  }

  /// The taker is ready.
  public void proceed() {
    Flow.Subscription open = subscription;
    if (open != null && taker.isReady() && waiting.compareAndSet(true, false)) {
      open.request(1);
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription open) {
    subscription = open;
    if (cancelled) {
      open.cancel();
    } else {
      waiting.set(true);
      proceed();
    }
  }

  @Override
  public void onNext(ModelEvent event) {
    if (cancelled) {
      return;
    }
    if (event instanceof ModelEvent.Started) {
      firstTokenNanos = -1; // an answer that begins anew is another one
    } else if (firstTokenNanos < 0) {
      firstTokenNanos = System.nanoTime() - beganNanos;
    }
    Route asked = route;
    if (asked == null) {
      throw new IllegalStateException("an answer of nobody");
    }
    ChatResponse piece =
        event instanceof ModelEvent.Finished finished
            ? Responses.of(
                id, finished, firstTokenNanos, gateway.costNanos(asked, finished.usage()))
            : Responses.of(id, event, asked);
    try {
      taker.take(this, piece);
    } catch (ModelException e) {
      onError(e);
      cancel();
      return;
    }
    waiting.set(true);
    proceed();
  }

  @Override
  public void onError(Throwable e) {
    if (cancelled) {
      return;
    }
    if (e instanceof ModelException model) {
      taker.take(this, Responses.of(id, model, route, attempts.get()));
    } else {
      LOG.error("a question cannot be answered", e);
      taker.take(
          this,
          Responses.of(
              id,
              ModelError.Kind.KIND_INTERNAL,
              new IllegalStateException("the server has a fault; its log tells more"),
              route));
    }
    taker.ended(this);
  }

  @Override
  public void onComplete() {
    if (!cancelled) {
      taker.ended(this);
    }
  }
}
