package dev.parley.server.http;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.time.Clock;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.models.Allowances;
import dev.parley.models.Gateway;
import dev.parley.server.model.Question;
import dev.parley.server.model.WholeAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `POST /v1/chat/completions`. Thread-safe.
///
/// @param users what each user may ask: the one whom the request names (`user`), or else all who
///     ask from one address
record ChatCompletions(Gateway gateway, Allowances users, Clock clock) {
  /// Names the caller's own credential for the provider.
  private static final String PROVIDER_KEY = "parley-provider-key";

  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

  /// Answers a request that has come as a whole.
  ///
  /// @throws ApiException if it cannot be asked
  void answer(Exchange exchange) {
    String secret = exchange.header(PROVIDER_KEY).strip();
    CompletionRequest request = CompletionRequest.of(exchange.body(), secret);
    ChatRequest asked = request.question();
    CompletionForm form =
        new CompletionForm(asked.getModel(), TimeUnit.MICROSECONDS.toSeconds(clock.epochMicros()));
    Completion completion =
        request.streamed()
            ? new Streamed(exchange, gateway, asked, form, request.withUsage())
            : new Whole(exchange, gateway, asked, form);
    exchange.answeredBy(completion);
    completion.question.ask(
        asked, "", List.of(users.of(request.user().isEmpty() ? exchange.peer() : request.user())));
  }

  /// One answer. Pieces come from any thread, one after the other.
  private abstract static class Completion implements Question.Taker, Exchange.Answerer {
    final Exchange exchange;
    final CompletionForm form;
    final Question question;
    private final String model;
    private final boolean ownCredential;

    Completion(Exchange exchange, Gateway gateway, ChatRequest asked, CompletionForm form) {
      question = new Question("", gateway, this);
      this.exchange = exchange;
      this.form = form;
      model = asked.getModel();
      ownCredential = asked.hasCredential();
    }

    @Override
    public void proceed() {
      question.proceed();
    }

    @Override
    public void gone() {
      question.cancel();
    }

    @Override
    public void cut() {
      question.cancel();
      fail(ApiError.draining());
    }

    /// Ends the answer with an error.
    abstract void fail(ApiError error);

    /// The credential is for the provider that is asked first, and for no other.
    ApiError told(ModelError error) {
      return ApiError.of(
          error,
          ownCredential
              && (error.getRoute().isEmpty()
                  || provider(error.getRoute()).equals(provider(model))));
    }

    private static String provider(String route) {
      int slash = route.indexOf('/');
      return slash < 0 ? route : route.substring(0, slash);
    }
  }

  /// An answer as a stream of events. What status it has is said with its first piece, so that one
  /// that fails before is an error like any other.
  private static final class Streamed extends Completion {
    private final boolean withUsage;
    private boolean begun;
    private volatile boolean ended;

    Streamed(
        Exchange exchange,
        Gateway gateway,
        ChatRequest asked,
        CompletionForm form,
        boolean withUsage) {
      super(exchange, gateway, asked, form);
      this.withUsage = withUsage;
    }

    @Override
    public boolean isReady() {
      return ended || exchange.isReady();
    }

    @Override
    public synchronized void take(Question asked, ChatResponse piece) {
      if (ended) {
        return;
      }
      switch (piece.getEventCase()) {
        case STARTED -> form.started(piece.getStarted());
        case ERROR -> fail(told(piece.getError()));
        case FINISHED -> finish(piece);
        case REASONING -> {
          if (!piece.getReasoning().getText().isEmpty()) {
            send(event(form.piece(piece))); // a signature alone is of no use here
          }
        }
        case TEXT, REFUSAL, TOOL_CALL, ANSWER, DRAIN, EVENT_NOT_SET ->
            send(event(form.piece(piece)));
      }
    }

    private void finish(ChatResponse piece) {
      ByteBuf last = event(form.piece(piece));
      if (withUsage) {
        last = Unpooled.wrappedBuffer(last, event(form.usage(piece.getFinished())));
      }
      send(Unpooled.wrappedBuffer(last, Unpooled.wrappedBuffer(DONE)));
      ended = true;
      exchange.end();
    }

    /// What has come of the answer stands; that it does not come to its end is the last event.
    @Override
    synchronized void fail(ApiError error) {
      if (ended) {
        return;
      }
      ended = true;
      if (begun) {
        send(event(error.json()));
        exchange.end();
      } else {
        exchange.answer(error);
      }
    }

    private void send(ByteBuf events) {
      if (begun) {
        exchange.more(events);
      } else {
        begun = true;
        exchange.stream(events);
      }
    }

    private static ByteBuf event(JsonNode json) {
      return Unpooled.wrappedBuffer(DATA, Json.bytes(json), END);
    }

    /// The proper end and the error have been told as such.
    @Override
    public void ended(Question asked) {}
  }

  /// An answer in one piece.
  private static final class Whole extends Completion {
    private final MemoryBudget.Share held;
    private final WholeAnswer answer;
    private boolean ended;

    Whole(Exchange exchange, Gateway gateway, ChatRequest asked, CompletionForm form) {
      super(exchange, gateway, asked, form);
      held = gateway.memory().share();
      answer = new WholeAnswer(held);
    }

    @Override
    public void left() {
      held.close();
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public boolean isPatient() {
      return true;
    }

    /// What had come of the answer is told with it.
    @Override
    synchronized void fail(ApiError error) {
      if (ended) {
        return;
      }
      ended = true;
      ObjectNode body = error.json();
      if (answer.length() > 0) {
        body.withObject("error").set("partial", CompletionForm.message(answer.build()));
      }
      exchange.answer(error.status(), body, error.headers());
    }

    @Override
    public synchronized void take(Question asked, ChatResponse piece) {
      if (ended) {
        return;
      }
      if (piece.hasError()) {
        fail(told(piece.getError()));
        return;
      }
      answer.add(piece);
      if (piece.hasFinished()) {
        ended = true;
        exchange.answer(200, form.whole(answer.build()), Map.of());
      } else if (answer.length() > WholeAnswer.MAX_BYTES) {
        ended = true;
        asked.cancel();
        exchange.answer(
            ApiError.refused(
                400,
                "answer_too_long",
                "the answer has more than %d bytes (expected: max_tokens, or stream)"
                    .formatted(WholeAnswer.MAX_BYTES)));
      }
    }

    /// The proper end and the error have been told as such.
    @Override
    public void ended(Question asked) {}
  }
}
