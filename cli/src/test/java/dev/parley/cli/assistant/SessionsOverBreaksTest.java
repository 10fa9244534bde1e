package dev.parley.cli.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.Outcome;
import dev.parley.cli.TestParley;
import dev.parley.client.AssistantClient;
import dev.parley.client.AssistantListener;
import dev.parley.client.Backoff;
import dev.parley.client.ParleyClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The client library's sessions against a whole server.
@Timeout(120)
class SessionsOverBreaksTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String QUESTION = "word ".repeat(100).strip();

  @RegisterExtension
  final TestParley parley = new TestParley().withLines("provider.simulated.pace = 10ms\n");

  /// A client that watches, and what it was told.
  private static final class Watcher implements AssistantListener, AutoCloseable {
    private final List<ChatResponse> placed = new ArrayList<>();
    final AssistantClient client;

    Watcher(String address) {
      client =
          ParleyClient.builder(address)
              .user("ann")
              .backoff(new Backoff(Duration.ofMillis(10), Duration.ofMillis(50), Duration.ZERO))
              .buildAssistant(this);
      client.connect().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Override
    public synchronized void onEvent(ChatResponse event) {
      switch (event.getType()) {
        case WATCHING, CAUGHT_UP -> {}
        default -> placed.add(event);
      }
      notifyAll();
    }

    synchronized void await(String what, Predicate<List<ChatResponse>> is)
        throws InterruptedException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!is.test(placed)) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        assertThat(left).as("waiting for %s in %s", what, placed).isPositive();
        wait(left);
      }
    }

    void awaitChunks(int count) throws InterruptedException {
      await(count + " chunks", all -> all.stream().filter(Watcher::isChunk).count() >= count);
    }

    ChatResponse awaitEnd() throws InterruptedException {
      await("the end", all -> !all.isEmpty() && isEnd(all.getLast()));
      return placed().getLast();
    }

    private static boolean isChunk(ChatResponse event) {
      return event.getType() == ChatResponse.Type.CHUNK;
    }

    private static boolean isEnd(ChatResponse event) {
      return event.getType() == ChatResponse.Type.RESPONSE_COMPLETE
          || event.getType() == ChatResponse.Type.ERROR;
    }

    synchronized List<ChatResponse> placed() {
      return List.copyOf(placed);
    }

    /// The text, of events without gap or repeat.
    String text() {
      StringBuilder text = new StringBuilder();
      List<ChatResponse> all = placed();
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).getSequence()).isEqualTo(all.getFirst().getSequence() + i);
        text.append(all.get(i).getChunkText());
      }
      return text.toString();
    }

    @Override
    public void close() {
      client.close(Duration.ofSeconds(10));
    }
  }

  private static String create(Watcher watcher) {
    return watcher.client.create(CreateSessionRequest.getDefaultInstance()).getSessionId();
  }

  private static String stored(Watcher watcher, String session) {
    return watcher
        .client
        .transcript(GetTranscriptRequest.newBuilder().setSessionId(session).build())
        .getTurns(0)
        .getAnswer()
        .getText();
  }

  @Test
  void aConnectionThatIsCutInMidAnswerLosesAndRepeatsNothing() throws Exception {
    try (var proxy = new CuttingProxy(parley.server());
        var ann = new Watcher(proxy.address())) {
      String session = create(ann);
      var ack = ann.client.ask(session, QUESTION);
      for (int cuts = 1; cuts <= 3; cuts++) {
        ann.awaitChunks(10 * cuts);
        proxy.cut();
      }
      ChatResponse end = ann.awaitEnd();
      assertThat(ack.join().getSequence()).isPositive();
      assertThat(end.getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_COMPLETE);
      assertThat(ann.text()).contains(QUESTION).isEqualTo(stored(ann, session));
    }
  }

  @Test
  void aServerThatIsStartedAgainInMidAnswerMarksItAndIsGoneOnWith() throws Exception {
    try (var ann = new Watcher(parley.server())) {
      String session = create(ann);
      var _ = ann.client.ask(session, QUESTION);
      ann.awaitChunks(10);
      parley.stop();
      var second = ann.client.ask(session, "and then?");
      parley.startAgain();
      ann.await("the interruption", all -> all.stream().anyMatch(Watcher::isEnd));
      assertThat(ann.text()).startsWith(stored(ann, session));
      assertThat(second.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).getSequence()).isPositive();
      assertThat(ann.awaitEnd().getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_COMPLETE);
      assertThat(ann.placed().stream().filter(Watcher::isEnd).toList())
          .extracting(event -> event.getAnswer().getOutcome())
          .containsExactly(Outcome.OUTCOME_INTERRUPTED, Outcome.OUTCOME_COMPLETE);
      assertThat(ann.text()).contains("and then?");
    }
  }

  @Test
  void twoWatchersAreToldTheSame() throws Exception {
    try (var proxy = new CuttingProxy(parley.server());
        var ann = new Watcher(parley.server());
        var phone = new Watcher(proxy.address())) {
      String session = create(ann);
      var _ = ann.client.watch(session, 0, 0).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      var _ = phone.client.watch(session, 0, 0).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      var _ = ann.client.ask(session, QUESTION);
      phone.awaitChunks(10);
      proxy.cut();
      assertThat(ann.awaitEnd()).isEqualTo(phone.awaitEnd());
      assertThat(phone.placed()).isEqualTo(ann.placed());
      assertThat(phone.text()).contains(QUESTION);
    }
  }

  @Test
  void anAnswerIsStoppedByItsTurnAndAskedForAgain() throws Exception {
    try (var ann = new Watcher(parley.server())) {
      String session = create(ann);
      long turn = ann.client.ask(session, QUESTION).join().getSequence();
      ann.awaitChunks(5);
      ann.client.stop(session, turn).join();
      assertThat(ann.awaitEnd().getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_STOPPED);
      ann.client.regenerate(session, turn).join();
      ann.await(
          "another answer",
          all ->
              all.getLast().getAnswer().getOutcome() == Outcome.OUTCOME_COMPLETE
                  && Watcher.isEnd(all.getLast()));
      assertThat(stored(ann, session)).contains(QUESTION);
    }
  }
}
