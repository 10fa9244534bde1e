package dev.parley.client;

import dev.parley.model.v1.Answer;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// A model's answer, piece by piece. The provider waits for whoever does not read. For one thread;
/// only [#close] may be called by another.
///
/// Each question has a stream of its own, so one that comes after the server has begun to stop goes
/// to whichever server is there then; an answer that is under way goes on for as long as the server
/// gives it.
///
/// Where something on the way lets no stream through, the question is asked by the unary call, and
/// so are those that follow, for 10 minutes; the pieces are then those of the whole answer, at
/// once, or of one that broke off what the server tells of it, the first few KiB, before the error
/// or the exception, whose message says so if there was more. That is found out by a stream that
/// fails before anything of an answer came, with a status that neither the server nor a lost
/// connection gives: UNIMPLEMENTED, INTERNAL or UNKNOWN without a reason. It is not found out of a
/// proxy that lets the stream through but keeps the answer back until its end, because nothing
/// fails then: the answer only comes late. Nor is anything asked twice of which a piece had come. A
/// proxy that does not speak HTTP/2 lets no call through at all.
public final class AnswerStream implements AutoCloseable {
  private final Channel channel;
  private final ChatRequest question;
  private final Detour detour;
  private final Duration connectWithin;

  /// Of an answer that came whole, or broke off.
  private final Queue<ChatResponse> pieces = new ArrayDeque<>();

  /// What is thrown after the pieces; null: nothing.
  private @Nullable ParleyException failure;

  private boolean unary;
  private boolean begun;
  private boolean ended;

  // Guarded by this.
  private AnswerCall call;
  private boolean closed;

  /// @param connectWithin how long to wait for a connection
  AnswerStream(Channel channel, ChatRequest question, Detour detour, Duration connectWithin) {
    this.channel = channel;
    this.question = question;
    this.detour = detour;
    this.connectWithin = connectWithin;
    unary = detour.isTaken();
    call = new AnswerCall(channel, method(), question, connectWithin);
  }

  private MethodDescriptor<ChatRequest, ChatResponse> method() {
    return unary ? ModelServiceGrpc.getChatMethod() : ModelServiceGrpc.getStreamChatMethod();
  }

  /// The next piece; the last one is `finished` or `error`. Waits for it.
  ///
  /// @return null: the last one was the last
  /// @throws ParleyException if the server cannot be reached, also not within
  ///     [ClientBuilder#deadline], or is about to stop, or the connection broke before the end, or
  ///     the answer is too long for the unary call
  public @Nullable ChatResponse next() throws InterruptedException {
    if (ended) {
      return null;
    }
    ChatResponse piece = pieces.poll();
    if (piece == null && failure != null) {
      throw failure;
    }
    while (piece == null) {
      piece =
          switch (call().next()) {
            case AnswerCall.Item.Connected() -> null;
            case AnswerCall.Item.Response(ChatResponse response) -> taken(response);
            case AnswerCall.Item.End(Status status, Metadata trailers) -> ended(status, trailers);
          };
    }
    begun = true;
    ended = piece.hasFinished() || piece.hasError();
    return piece;
  }

  private synchronized AnswerCall call() {
    return call;
  }

  /// The piece that it is; null: none.
  private @Nullable ChatResponse taken(ChatResponse response) {
    if (response.hasDrain()) {
      return null;
    }
    if (!response.hasAnswer()) {
      return response;
    }
    detour.take();
    takeApart(response.getAnswer());
    return pieces.remove();
  }

  private void takeApart(Answer answer) {
    add(piece().setStarted(answer.getStarted()));
    answer.getReasoningList().forEach(thoughts -> add(piece().setReasoning(thoughts)));
    if (!answer.getText().isEmpty()) {
      add(piece().setText(answer.getText()));
    }
    if (!answer.getRefusal().isEmpty()) {
      add(piece().setRefusal(answer.getRefusal()));
    }
    answer.getToolCallsList().forEach(called -> add(piece().setToolCall(called)));
    if (answer.hasFinished()) {
      add(piece().setFinished(answer.getFinished()));
    }
  }

  private ChatResponse.Builder piece() {
    return ChatResponse.newBuilder().setRequestId(question.getRequestId());
  }

  private void add(ChatResponse.Builder piece) {
    pieces.add(piece.build());
  }

  /// The error that a call's end is, or the first piece that it tells before it; null: the question
  /// was asked by the other call.
  private @Nullable ChatResponse ended(Status status, Metadata trailers) {
    if (status.isOk()) {
      throw Failures.violation("the stream ended before the answer did");
    }
    if (unary) {
      return broken(status, trailers);
    }
    ParleyException refusal = Failures.of(status, trailers);
    if (begun || !Detour.leadsAround(refusal)) {
      throw refusal;
    }
    unary = true;
    synchronized (this) {
      if (closed) {
        throw refusal;
      }
      call = new AnswerCall(channel, method(), question, connectWithin);
    }
    return null;
  }

  /// The first piece that the unary call's failure tells, which may be the model's error.
  private ChatResponse broken(Status status, Metadata trailers) {
    Answer partial = Failures.detail(status, trailers, Answer.class);
    Status told = partial != null && partial.getTruncated() ? beginningOnly(status) : status;
    if (partial != null) {
      takeApart(partial);
    }
    ModelError error = Failures.modelError(told, trailers);
    if (error != null) {
      add(piece().setError(error));
    } else {
      failure = Failures.of(told, trailers);
      if (pieces.isEmpty()) {
        throw failure;
      }
    }
    detour.take();
    return pieces.remove();
  }

  private static Status beginningOnly(Status status) {
    String words = status.getDescription();
    return status.withDescription(
        (words == null ? status.getCode().toString() : words)
            + "; of the answer only the beginning is told");
  }

  /// Wants no more of the answer: ends the work at the provider, if it goes on.
  @Override
  public synchronized void close() {
    closed = true;
    call.cancel();
  }
}
