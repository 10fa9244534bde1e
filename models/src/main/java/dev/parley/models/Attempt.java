package dev.parley.models;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Turn;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Signal;

/// One model, asked once with one credential. For one subscription.
final class Attempt {
  /// Characters that make a token where the provider does not say; about that many in English.
  private static final int CHARS_OF_A_TOKEN = 4;

  private final Provider provider;
  private final Breaker breaker;
  private final Provider.Key key;
  private final Prompt prompt;
  private final GatewayMetrics.Answer measured;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean spoken;
  private volatile boolean cancelled;

  /// Written by whoever tells pieces; who cancels from elsewhere may miss the newest.
  private long chars;

  private Usage usage = Usage.UNKNOWN;

  /// @param breaker that let it in
  /// @param key let in by the provider
  /// @param prompt for the model that is asked
  Attempt(
      Provider provider,
      Breaker breaker,
      Provider.Key key,
      Prompt prompt,
      GatewayMetrics.Answer measured) {
    this.provider = provider;
    this.breaker = breaker;
    this.key = key;
    this.prompt = prompt;
    this.measured = measured;
  }

  /// The answer.
  Flux<ModelEvent> events() {
    return JdkFlowAdapter.flowPublisherToFlux(key.model().answer(prompt))
        .doOnEach(this::note)
        .doOnCancel(
            () -> {
              cancelled = true;
              end("cancelled", null);
            });
  }

  /// Whether any piece of the answer has come.
  boolean hasSpoken() {
    return spoken;
  }

  /// Before it is told to whoever may ask another model because of it.
  private void note(Signal<ModelEvent> signal) {
    ModelEvent event = signal.get();
    if (event != null) {
      count(event);
      if (event instanceof ModelEvent.Finished) {
        end("", null); // before it is told, so that nobody is let in before he is charged
      }
    } else if (signal.isOnComplete()) {
      end("", null);
    } else {
      Throwable e = signal.getThrowable();
      end(e instanceof ModelException model ? lowerCase(model.kind()) : "internal", e);
    }
  }

  private static String lowerCase(ModelException.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private void count(ModelEvent event) {
    switch (event) {
      case ModelEvent.Started _ -> {}
      case ModelEvent.Text text -> count(text.text().length());
      case ModelEvent.Reasoning reasoning -> count(reasoning.text().length());
      case ModelEvent.Refused refused -> count(refused.text().length());
      case ModelEvent.ToolCall call -> count(call.arguments().length());
      case ModelEvent.Finished finished -> {
        usage = finished.usage();
        speak();
      }
    }
  }

  private void count(int length) {
    chars += length;
    speak();
    measured.piece();
  }

  private void speak() {
    if (!spoken) {
      spoken = true;
      breaker.answered();
    }
  }

  private void end(String error, @Nullable Throwable failure) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    key.leave(tokens());
    if (failure instanceof ModelException e) {
      breaker.failed(e, spoken);
      provider.refused(key, e);
    } else if (!spoken) {
      breaker.withdrawn();
    }
    measured.ended(error, usage, key.name());
  }

  /// Tokens that were used, guessed where the provider did not say; 0 if it was let finish and did
  /// not answer.
  long tokens() {
    if (usage.input() >= 0 && usage.output() >= 0) {
      return usage.input() + usage.output();
    }
    return spoken || cancelled ? (chars + chars(prompt)) / CHARS_OF_A_TOKEN + 1 : 0;
  }

  /// Characters of what is said, as far as it is text.
  private static long chars(Prompt prompt) {
    long chars = 0;
    for (Turn turn : prompt.turns()) {
      for (Part part : turn.parts()) {
        chars +=
            switch (part) {
              case Part.Text text -> text.text().length();
              case Part.Reasoning reasoning -> reasoning.text().length();
              case Part.ToolCall call -> call.arguments().length();
              case Part.ToolResult result -> result.content().length();
              case Part.Image _ -> 0;
              case Part.ImageLink link -> link.url().length();
            };
      }
    }
    for (Prompt.Tool tool : prompt.tools()) {
      chars += tool.description().length() + tool.parameters().length();
    }
    return chars;
  }
}
