package dev.parley.cli.importing;

import dev.parley.chat.v1.ImportMessagesResponse;
import dev.parley.cli.command.Failures;
import dev.parley.cli.source.MessageSource;
import dev.parley.cli.source.SourceItem;
import dev.parley.client.ImportSession;
import dev.parley.client.ParleyException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Carries a source's messages to a server. Owned by one thread.
///
/// At most [#MAX_IN_FLIGHT] batches are unanswered, so memory is bounded whatever the input. When
/// the stream breaks, a new one is opened after a pause that doubles, and the unanswered batches go
/// again, in order; after [#MAX_TRIES] tries without any answer the failure is the caller's.
final class Importer {
  static final int MAX_IN_FLIGHT = 8;
  static final int MAX_TRIES = 6;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  private final Supplier<ImportSession> open;
  private final Watcher watcher;
  private final ImportReport report = new ImportReport();
  private final Deque<Sent> unanswered = new ArrayDeque<>();
  private @Nullable ImportSession session;
  private int triesWithoutAnswer;

  private record Sent(Batch batch, CompletableFuture<ImportMessagesResponse> answer) {}

  /// Is told how things go, on the importing thread.
  interface Watcher {
    /// A batch was answered.
    void progress(ImportReport report);

    /// The stream broke; another try follows.
    void retrying(ParleyException failure, Duration pause);
  }

  /// @param open opens a stream
  Importer(Supplier<ImportSession> open, Watcher watcher) {
    this.open = open;
    this.watcher = watcher;
  }

  /// What the server has answered so far.
  ImportReport report() {
    return report;
  }

  /// Imports everything that the source holds.
  ///
  /// @throws ParleyException if the server refuses the whole, or cannot be reached
  void run(MessageSource source) throws IOException, InterruptedException {
    Batch batch = new Batch();
    for (SourceItem item = source.next(); item != null; item = source.next()) {
      if (batch.isFullFor(item)) {
        send(batch);
        batch = new Batch();
      }
      batch.add(item);
    }
    if (!batch.isEmpty()) {
      send(batch);
    }
    while (!unanswered.isEmpty()) {
      settleFirst();
    }
    ImportSession open = session;
    if (open != null) {
      open.close();
    }
  }

  private void send(Batch batch) throws InterruptedException {
    while (unanswered.size() >= MAX_IN_FLIGHT) {
      settleFirst();
    }
    unanswered.add(new Sent(batch, session().add(batch.request())));
  }

  private void settleFirst() throws InterruptedException {
    Sent first = unanswered.getFirst();
    try {
      ImportMessagesResponse answer = first.answer().get();
      unanswered.removeFirst();
      triesWithoutAnswer = 0;
      report.add(first.batch(), answer);
      watcher.progress(report);
    } catch (ExecutionException failure) {
      if (!(Failures.cause(failure) instanceof ParleyException broken)) {
        throw new IllegalStateException(failure);
      }
      triesWithoutAnswer++;
      if (!broken.isTransient() || triesWithoutAnswer >= MAX_TRIES) {
        throw broken;
      }
      repeat(broken);
    }
  }

  private void repeat(ParleyException broken) throws InterruptedException {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << (triesWithoutAnswer - 1));
    Duration asked = broken.retryAfter().orElse(Duration.ZERO);
    Duration wait = asked.compareTo(pause) > 0 ? asked : pause;
    watcher.retrying(broken, wait);
    Thread.sleep(wait);
    session = null;
    Deque<Sent> again = new ArrayDeque<>(unanswered);
    unanswered.clear();
    for (Sent sent : again) {
      unanswered.add(new Sent(sent.batch(), session().add(sent.batch().request())));
    }
  }

  private ImportSession session() {
    ImportSession current = session;
    if (current == null) {
      current = open.get();
      session = current;
    }
    return current;
  }
}
