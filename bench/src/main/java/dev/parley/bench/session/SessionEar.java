package dev.parley.bench.session;

import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.bench.check.Faults;
import io.grpc.stub.StreamObserver;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/// One watcher of one session: checks what it is told, and measures when. Told on its connection's
/// event loop, asked by the run's thread; all fields are guarded by `this`.
final class SessionEar implements StreamObserver<ChatResponse> {
  private final String session;
  private final Faults faults;
  private final Times times;

  private @Nullable StreamObserver<ChatRequest> requests;
  private final StringBuilder text = new StringBuilder();
  private long last;
  private int chunks;
  private long askedNanos;
  private long chunkNanos;
  private long counted;
  private boolean watching;
  private boolean ended;
  private boolean closed;

  /// Where times go.
  ///
  /// @param firstChunk from the question to the first piece
  /// @param gap between two pieces
  record Times(ConcurrentHistogram firstChunk, ConcurrentHistogram gap, Measuring measuring) {}

  /// Whether it is measured now. Written by one thread, read by many.
  static final class Measuring {
    volatile boolean on;
  }

  SessionEar(String session, Faults faults, Times times) {
    this.session = session;
    this.faults = faults;
    this.times = times;
  }

  /// Begins to watch.
  synchronized void watch(StreamObserver<ChatRequest> stream) {
    requests = stream;
    stream.onNext(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.WATCH)
            .setSessionId(session)
            .setAfterSequence(0)
            .build());
  }

  /// Asks the model.
  synchronized void ask(String question) {
    askedNanos = System.nanoTime();
    if (requests != null) {
      requests.onNext(
          ChatRequest.newBuilder().setSessionId(session).setId("q").setMessage(question).build());
    }
  }

  @Override
  public synchronized void onNext(ChatResponse response) {
    switch (response.getType()) {
      case CAUGHT_UP -> watching = true;
      case STATUS, RESPONSE_START, SESSION_UPDATE, TURN -> next(response);
      case CHUNK -> {
        next(response);
        chunk(response);
      }
      case RESPONSE_COMPLETE -> {
        next(response);
        expect(response.getTotalChunks() == chunks, "%d pieces in all".formatted(chunks), response);
        ended = true;
      }
      case ERROR -> {
        fault("an error: " + response.getErrorMessage());
        ended = true;
      }
      default -> {} // answers to what was asked
    }
  }

  private void next(ChatResponse response) {
    expect(response.getSequence() == last + 1, "sequence " + (last + 1), response);
    last = response.getSequence();
  }

  private void chunk(ChatResponse response) {
    long now = System.nanoTime();
    chunks++;
    expect(response.getChunkNumber() == chunks, "piece " + chunks, response);
    text.append(response.getChunkText());
    if (chunkNanos == 0 && askedNanos != 0) {
      times.firstChunk().recordValue(now - askedNanos);
    }
    if (times.measuring().on) {
      counted++;
      if (chunkNanos != 0) {
        times.gap().recordValue(now - chunkNanos);
      }
    }
    chunkNanos = now;
  }

  private void expect(boolean holds, String expected, ChatResponse response) {
    if (!holds) {
      fault(
          "%s, sequence %d, piece %d (expected: %s)"
              .formatted(
                  response.getType(), response.getSequence(), response.getChunkNumber(), expected));
    }
  }

  private void fault(String words) {
    faults.add("session %s: %s".formatted(session, words));
  }

  /// Compares what was told with what is stored.
  synchronized void compare(String stored) {
    if (!text.toString().equals(stored)) {
      fault(
          "a watcher was told %d characters (expected: the %d of the transcript)"
              .formatted(text.length(), stored.length()));
    }
  }

  synchronized boolean isWatching() {
    return watching;
  }

  synchronized boolean hasBegun() {
    return chunks > 0;
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  /// Pieces while it was measured.
  synchronized long counted() {
    return counted;
  }

  /// Characters so far.
  synchronized int chars() {
    return text.length();
  }

  synchronized void close() {
    closed = true;
  }

  @Override
  public synchronized void onError(Throwable e) {
    if (!closed) {
      fault("the stream broke: " + e.getMessage());
      ended = true;
    }
  }

  @Override
  public synchronized void onCompleted() {
    if (!closed) {
      fault("the server ended the stream");
      ended = true;
    }
  }
}
