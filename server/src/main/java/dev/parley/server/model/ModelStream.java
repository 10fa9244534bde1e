package dev.parley.server.model;

import dev.parley.core.error.Refusal;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.models.Allowance;
import dev.parley.models.Gateway;
import dev.parley.server.rpc.Inbound;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One stream of questions. Frames are read while the client takes what it is sent, so neither
/// answers nor errors pile up for one that does not. Thread-safe: answers come on their providers'
/// threads.
final class ModelStream implements StreamObserver<Inbound<ChatRequest>>, Question.Taker {
  private static final int MAX_ID_BYTES = 128;

  private final ServerCallStreamObserver<ChatResponse> out;
  private final Gateway gateway;
  private final String provider;
  private final int maxUnderWay;
  private final List<Allowance> allowances;

  private final Map<String, Question> underWay = new HashMap<>();
  private boolean halfClosed;
  private boolean ended;
  private boolean reading = true;

  /// @param provider the provider that the service stands for; empty: questions name it
  /// @param maxUnderWay most questions at once
  /// @param allowances whose the questions use up
  ModelStream(
      ServerCallStreamObserver<ChatResponse> out,
      Gateway gateway,
      String provider,
      int maxUnderWay,
      List<Allowance> allowances) {
    this.out = out;
    this.allowances = List.copyOf(allowances);
    this.gateway = gateway;
    this.provider = provider;
    this.maxUnderWay = maxUnderWay;
    out.disableAutoRequest();
    out.setOnReadyHandler(this::onReady);
    out.setOnCancelHandler(this::onGone);
    out.request(1);
  }

  // From the client.

  @Override
  public void onNext(Inbound<ChatRequest> frame) {
    ChatRequest request = frame.message();
    Refusal problem = frame.problem();
    if (request == null) {
      refuse("", problem == null ? "the frame is no request" : problem.message());
    } else if (request.getCancel()) {
      cancel(request.getRequestId());
    } else {
      ask(request);
    }
    readOn();
  }

  private void ask(ChatRequest request) {
    String id = request.getRequestId();
    int bytes = id.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MAX_ID_BYTES) {
      refuse("", "request_id: %d bytes (expected: 1 to %d)".formatted(bytes, MAX_ID_BYTES));
      return;
    }
    Question question = new Question(id, gateway, this);
    String refusal = enter(question);
    if (refusal == null) {
      question.ask(request, provider, allowances);
    } else if (refusal.isEmpty()) {
      send(
          Responses.of(
              id,
              new ModelException(
                  Kind.OVERLOADED,
                  "%d questions are under way on this stream (expected: at most that)"
                      .formatted(maxUnderWay)),
              null));
    } else {
      refuse("", refusal);
    }
  }

  /// Notes a question; or tells why it cannot be asked, empty: there are too many.
  private synchronized @Nullable String enter(Question question) {
    if (underWay.containsKey(question.id())) {
      return "request_id: \"%s\" is under way already (expected: another id)"
          .formatted(question.id());
    }
    if (underWay.size() >= maxUnderWay) {
      return "";
    }
    underWay.put(question.id(), question);
    return null;
  }

  private void cancel(String id) {
    Question question;
    synchronized (this) {
      question = underWay.remove(id);
    }
    if (question != null) {
      question.cancel();
      send(
          Responses.of(
              id,
              ModelError.Kind.KIND_CANCELLED,
              new IllegalStateException("the client wanted no more"),
              null));
      endIfDone();
    }
  }

  /// Without an id of a question under way, whose end it would seem to be.
  private void refuse(String id, String message) {
    send(Responses.of(id, new ModelException(Kind.INVALID_REQUEST, message), null));
  }

  private void readOn() {
    boolean more;
    synchronized (this) {
      more = !ended && out.isReady();
      reading = more;
    }
    if (more) {
      out.request(1);
    }
  }

  @Override
  public void onError(Throwable e) {
    onGone();
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      halfClosed = true;
    }
    endIfDone();
  }

  private void onReady() {
    List<Question> questions;
    boolean more;
    synchronized (this) {
      questions = new ArrayList<>(underWay.values());
      more = !reading && !ended;
      reading |= more;
    }
    if (more) {
      out.request(1);
    }
    questions.forEach(Question::proceed);
  }

  /// Nobody takes the answers any more.
  private void onGone() {
    List<Question> questions;
    synchronized (this) {
      ended = true;
      questions = new ArrayList<>(underWay.values());
      underWay.clear();
    }
    questions.forEach(Question::cancel);
  }

  /// Ends the stream before anything is asked.
  synchronized void end(StatusRuntimeException status) {
    ended = true;
    out.onError(status);
  }

  // From the questions.

  @Override
  public boolean isReady() {
    return out.isReady();
  }

  @Override
  public synchronized void take(Question question, ChatResponse piece) {
    if (underWay.get(question.id()) == question) { // else it was cancelled meanwhile
      send(piece);
    }
  }

  @Override
  public void ended(Question question) {
    synchronized (this) {
      underWay.remove(question.id(), question);
    }
    endIfDone();
  }

  private synchronized void send(ChatResponse response) {
    if (!ended) {
      out.onNext(response);
    }
  }

  private synchronized void endIfDone() {
    if (halfClosed && underWay.isEmpty() && !ended) {
      ended = true;
      out.onCompleted();
    }
  }
}
