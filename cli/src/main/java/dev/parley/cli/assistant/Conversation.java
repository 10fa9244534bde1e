package dev.parley.cli.assistant;

import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.cli.command.Failures;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.render.EventLines;
import dev.parley.cli.terminal.ChatLoop;
import dev.parley.cli.terminal.ConnectionNews;
import dev.parley.cli.terminal.Screen;
import dev.parley.client.AssistantClient;
import dev.parley.client.AssistantListener;
import dev.parley.client.Backoff;
import dev.parley.client.ConnectionState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jline.utils.AttributedString;
import org.jspecify.annotations.Nullable;

/// One run of a talk with a model: the client, the loop, and what the loop owns. Methods may be
/// called on any thread but the loop's; they hand their work to it.
final class Conversation {
  private static final long POLL_MILLIS = 20;
  private static final Duration CLOSING = Duration.ofSeconds(1);

  // Somebody waits, so tries follow each other faster than a program's would.
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(10));

  private final String user;
  private final View view;
  private final Figures figures = new Figures(System.nanoTime());
  private final Talk talk;
  private final ChatLoop loop;
  private final ConnectionNews news;
  private final AssistantClient client;
  private AttributedString shownStatus = AttributedString.EMPTY;

  /// Connects.
  ///
  /// @param notes where this program's own words are shown
  Conversation(ServerOptions server, View view, Screen notes) throws InterruptedException {
    this.user = server.user();
    this.view = view;
    talk = new Talk(view, notes, figures, System::nanoTime);
    loop = new ChatLoop(this::tick, broken -> notes.print(EventLines.error(broken.toString())));
    news = new ConnectionNews(talk::connection, new Breaks(view, notes));
    client = server.connectAssistant(server.builder().backoff(BACKOFF), new Listener());
    loop.start();
  }

  AssistantClient client() {
    return client;
  }

  View view() {
    return view;
  }

  Figures figures() {
    return figures;
  }

  /// Owned by the loop: only for what runs there.
  Talk talk() {
    return talk;
  }

  /// Runs something on the loop, and waits for it.
  void run(Runnable task) throws InterruptedException {
    loop.runAndWait(task);
  }

  /// The same for what has a result.
  <T> T get(Supplier<T> question) throws InterruptedException {
    AtomicReference<@Nullable T> result = new AtomicReference<>();
    loop.runAndWait(() -> result.set(question.get()));
    T found = result.get();
    if (found == null) {
      throw new InterruptedException("the talk is over");
    }
    return found;
  }

  /// Follows what was asked of the server: tells if it is refused.
  ///
  /// @param what was not done then
  void follow(String what, String sessionId, CompletableFuture<ChatResponse> answer)
      throws InterruptedException {
    follow(what, "", sessionId, answer);
  }

  /// The same of something that was said.
  ///
  /// @param quote of it, in a line; empty: none
  void follow(String what, String quote, String sessionId, CompletableFuture<ChatResponse> answer)
      throws InterruptedException {
    run(talk::asks);
    var _ =
        answer.whenComplete(
            (ack, failure) ->
                loop.post(
                    () -> {
                      if (failure == null) {
                        talk.acknowledged(sessionId, ack.getSequence());
                      } else {
                        talk.refused(
                            what
                                + ": "
                                + Failures.words(failure)
                                + (quote.isEmpty() ? "" : "\n“" + quote + "”"));
                      }
                    }));
  }

  /// Ends the answer that is under way.
  ///
  /// @return false: there is none, or its end was asked for before
  boolean stop() throws InterruptedException {
    long[] turn = {0};
    String[] session = {""};
    run(
        () -> {
          Answer answer = talk.answer();
          if (answer != null && !talk.isStopping()) {
            talk.stopping(true);
            turn[0] = answer.getTurnSequence();
            session[0] = talk.session().getId();
          }
        });
    if (turn[0] == 0) {
      return false;
    }
    follow("not stopped", session[0], client.stop(session[0], turn[0]));
    return true;
  }

  /// Waits until nothing is on its way.
  ///
  /// @param patience how long there may be no connection
  /// @return false: there was none for that long, or there will be none
  boolean awaitQuiet(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!get(talk::isQuiet)) {
      if (get(talk::isConnected)) {
        deadline = System.nanoTime() + patience.toNanos();
      }
      if (news.isOver() || System.nanoTime() - deadline >= 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return true;
  }

  /// Waits until no answer is under way.
  ///
  /// @return false: one still was, after that time
  boolean awaitEnd(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (get(() -> talk.answer() != null)) {
      if (news.isOver() || System.nanoTime() - deadline >= 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return true;
  }

  /// Whether there will be no connection any more.
  boolean isOver() {
    return news.isOver();
  }

  /// Why there will be none; null: its user ended it, or it is there.
  @Nullable String failure() {
    return news.failure();
  }

  /// What went wrong so far.
  int failures() throws InterruptedException {
    return get(talk::failures);
  }

  /// Ends the connection.
  ///
  /// @return requests that were not acknowledged
  int end() {
    int unanswered = client.close(CLOSING);
    loop.close();
    return unanswered;
  }

  private void tick() {
    AttributedString status = StatusLine.of(user, talk);
    if (!status.equals(shownStatus)) {
      shownStatus = status;
      view.status(status);
    }
  }

  /// What is told of the connection stands after what came before it.
  private record Breaks(View view, Screen notes) implements Screen {
    @Override
    public void print(List<AttributedString> lines) {
      view.settle();
      notes.print(lines);
    }

    @Override
    public void status(AttributedString line) {
      notes.status(line);
    }
  }

  private final class Listener implements AssistantListener {
    @Override
    public void onEvent(ChatResponse event) {
      loop.post(() -> talk.take(event));
    }

    @Override
    public void onState(ConnectionState connection) {
      loop.post(
          () -> {
            switch (connection) {
              case ConnectionState.Connecting _ -> figures.connecting();
              case ConnectionState.Connected _ -> figures.connected();
              case ConnectionState.Reconnecting _ -> {}
              case ConnectionState.Draining _ -> {}
              case ConnectionState.Closed _ -> {}
            }
            news.take(connection);
          });
    }
  }
}
