package dev.parley.server.model;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Drain;
import dev.parley.model.v1.ModelError;
import dev.parley.models.Allowance;
import dev.parley.models.Gateway;
import dev.parley.server.rpc.Inbound;
import dev.parley.server.rpc.Refusals;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One stream of questions. Frames are read while the client takes what it is sent, so neither
/// answers nor errors pile up for one that does not. Thread-safe: answers come on their providers'
/// threads.
final class ModelStream
    implements StreamObserver<Inbound<ChatRequest>>, Question.Taker, OpenChats.Chat {
  private static final int MAX_ID_BYTES = 128;

  /// Why nothing begins any more.
  static final Refusal STOPPING = Reason.DRAINING.because("the server goes away");

  private final ServerCallStreamObserver<ChatResponse> out;
  private final OpenChats open;
  private final Gateway gateway;
  private final String provider;
  private final int maxUnderWay;
  private List<Allowance> allowances = List.of();

  private final Map<String, Question> underWay = new HashMap<>();
  private boolean halfClosed;
  private boolean draining;
  private boolean ended;
  private boolean reading = true;

  /// Since when the client has taken nothing of what waits for it; null: it takes all.
  private @Nullable Long stalledSinceNanos;

  /// @param open where it is noted while it is open
  /// @param provider the provider that the service stands for; empty: questions name it
  /// @param maxUnderWay most questions at once
  ModelStream(
      ServerCallStreamObserver<ChatResponse> out,
      OpenChats open,
      Gateway gateway,
      String provider,
      int maxUnderWay) {
    this.out = out;
    this.open = open;
    this.gateway = gateway;
    this.provider = provider;
    this.maxUnderWay = maxUnderWay;
    out.disableAutoRequest();
    out.setOnReadyHandler(this::onReady);
    out.setOnCancelHandler(this::onGone);
    out.request(1);
  }

  /// Begins.
  ///
  /// @param given whose the questions use up
  /// @throws RefusedException if the server is about to stop
  void begin(List<Allowance> given) throws RefusedException {
    allowances = given;
    if (!open.add(this)) {
      throw new RefusedException(STOPPING);
    }
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
    ChatResponse refusal = enter(question);
    if (refusal == null) {
      question.ask(request, provider, allowances);
    } else {
      send(refusal);
    }
  }

  /// Notes a question; or tells why it cannot be asked.
  private synchronized @Nullable ChatResponse enter(Question question) {
    String id = question.id();
    if (underWay.containsKey(id)) {
      return refusal(
          "", "request_id: \"%s\" is under way already (expected: another id)".formatted(id));
    }
    if (draining || ended) {
      return Responses.of(id, stopping());
    }
    if (underWay.size() >= maxUnderWay) {
      return Responses.of(
          id,
          new ModelException(
              Kind.BUSY,
              "%d questions are under way on this stream (expected: at most that)"
                  .formatted(maxUnderWay)));
    }
    underWay.put(id, question);
    return null;
  }

  private static ModelException stopping() {
    return new ModelException(Kind.BUSY, STOPPING.message(), Limits.RECONNECT_WITHIN, null);
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

  private void refuse(String id, String message) {
    send(refusal(id, message));
  }

  /// Without an id of a question under way, whose end it would seem to be.
  private static ChatResponse refusal(String id, String message) {
    return Responses.of(id, new ModelException(Kind.INVALID_REQUEST, message));
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
      stalledSinceNanos = null;
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
    open.remove(this);
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
      if (piece.hasFinished() || piece.hasError()) {
        underWay.remove(question.id()); // before the client can ask the next one under that id
      }
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

  private void endIfDone() {
    synchronized (this) {
      if (!underWay.isEmpty() || ended || !(halfClosed || draining)) {
        return;
      }
      ended = true;
      if (halfClosed) {
        out.onCompleted();
      } else {
        out.onError(Refusals.status(STOPPING));
      }
    }
    open.remove(this);
  }

  // From the server.

  @Override
  public void drain(Duration grace) {
    synchronized (this) {
      draining = true;
      send(
          ChatResponse.newBuilder()
              .setDrain(
                  Drain.newBuilder()
                      .setGrace(Refusals.duration(grace))
                      .setReconnectWithin(Refusals.duration(Limits.RECONNECT_WITHIN)))
              .build());
    }
    endIfDone();
  }

  @Override
  public void endOfDrain() {
    end(STOPPING, stopping());
  }

  @Override
  public void endIfStalled(long nowNanos, Duration limit) {
    synchronized (this) {
      if (ended || out.isReady()) {
        stalledSinceNanos = null;
        return;
      }
      Long since = stalledSinceNanos;
      if (since == null) {
        stalledSinceNanos = nowNanos;
        return;
      }
      if (nowNanos - since < limit.toNanos()) {
        return;
      }
    }
    Refusal stalled =
        Reason.STALLED.because(
            "nothing was read for %d s (expected: a client that reads)"
                .formatted(limit.toSeconds()));
    end(stalled, new ModelException(Kind.UNREAD, stalled.message()));
  }

  /// Ends the stream and what is under way on it.
  ///
  /// @param each why there is no more of each answer
  private void end(Refusal why, ModelException each) {
    List<Question> left;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      left = new ArrayList<>(underWay.values());
      underWay.clear();
      left.forEach(question -> out.onNext(Responses.of(question.id(), each)));
      out.onError(Refusals.status(why));
    }
    left.forEach(Question::cancel);
    open.remove(this);
  }
}
