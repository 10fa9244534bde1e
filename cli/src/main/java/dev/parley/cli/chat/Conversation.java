package dev.parley.cli.chat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.render.EventLines;
import dev.parley.cli.render.Times;
import dev.parley.cli.terminal.ChatLoop;
import dev.parley.cli.terminal.ConnectionNews;
import dev.parley.cli.terminal.Screen;
import dev.parley.client.Backoff;
import dev.parley.client.ChatListener;
import dev.parley.client.ConnectionState;
import dev.parley.client.ParleyClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jline.utils.AttributedString;
import org.jspecify.annotations.Nullable;

/// One run of the chat: the client, the loop, and everything that the loop owns. Methods may be
/// called on any thread; they hand their work to the loop.
final class Conversation {
  private static final long READ_NANOS = 1_000_000_000L;
  private static final long POLL_MILLIS = 20;
  private static final Duration SHOWING = Duration.ofSeconds(1);

  // Somebody waits, so tries follow each other faster than a program's would.
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(10));

  private final Screen screen;
  private final ChatState state;
  private final Arrivals arrivals;
  private final ChatLoop loop;
  private final Outbox outbox;
  private final ConnectionNews news;
  private final ParleyClient client;
  private final Typist typist;
  private final Deeds deeds;
  private final Background background;
  private AttributedString shownStatus = AttributedString.EMPTY;
  private long nextReadNanos;
  private volatile boolean givenUp;

  /// Connects.
  ///
  /// @param historyOnJoin how much of the past to show when a room is entered
  Conversation(ServerOptions server, Screen screen, Times times, int historyOnJoin)
      throws InterruptedException {
    this.screen = screen;
    state = new ChatState(server.user());
    arrivals = new Arrivals(state, screen, times, System::nanoTime);
    loop = new ChatLoop(this::tick, broken -> screen.print(EventLines.error(broken.toString())));
    outbox = new Outbox(loop, screen);
    news = new ConnectionNews(state::connection, screen);
    client = server.connect(server.builder().backoff(BACKOFF).growing(), new Listener());
    typist = new Typist(client::typing);
    background = new Background(loop, outbox);
    deeds =
        new Deeds(new Parts(client, state, screen, arrivals, outbox, background), historyOnJoin);
    loop.start();
    background.callQuietly(() -> client.rooms(false), state::know, () -> {});
  }

  /// Enters rooms; the first one is looked at.
  void enter(List<String> rooms) {
    loop.post(() -> deeds.enter(rooms));
  }

  /// Does what the user asks for. A message is on its way then. Anything else begins when what was
  /// said before can be seen, for it may speak of it, and is waited for, since the next line is
  /// meant for the room that it leads to; both at most so long.
  ///
  /// @return false: the user wants to end
  boolean perform(ChatInput input, Duration patience) throws InterruptedException {
    boolean[] goOn = {true};
    typist.stop();
    boolean says = input instanceof ChatInput.Say;
    if (!says) {
      await(() -> state.connected() ? outbox.unshown() : 0, patience);
    }
    loop.runAndWait(() -> goOn[0] = deeds.perform(input));
    if (!says) {
      await(() -> state.connected() ? outbox.asked() + background.running() : 0, patience);
    }
    return goOn[0] && !news.isOver();
  }

  /// A key was pressed.
  ///
  /// @param line what is typed so far
  void key(CharSequence line) {
    typist.key(state.currentId(), line, System.nanoTime());
  }

  /// What can be completed now.
  KnownNames names() {
    return state.names();
  }

  /// What to call the room that is looked at, and what waits elsewhere, for a prompt.
  String prompt() throws InterruptedException {
    String[] prompt = {""};
    loop.runAndWait(() -> prompt[0] = StatusLine.prompt(state));
    return prompt[0];
  }

  /// Waits until there is a room to talk in, at most so long.
  void awaitFirstRoom(Duration patience) throws InterruptedException {
    await(() -> state.currentId() == null ? outbox.asked() + background.running() : 0, patience);
  }

  /// Waits until so little is unacknowledged that more may be said.
  void awaitRoom(int maxUnacked) throws InterruptedException {
    while (counted(outbox::unacked) >= maxUnacked && !news.isOver()) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  /// Messages that the server has not acknowledged.
  ///
  /// @param patience how long to wait for that to be none
  int unacked(Duration patience) throws InterruptedException {
    await(outbox::unacked, patience);
    return counted(outbox::unacked);
  }

  /// Whatever is waited for, it is not from now on.
  void giveUp() {
    givenUp = true;
  }

  /// Waits for acknowledgements, at most so long, and ends the connection.
  ///
  /// @return what was not acknowledged, and what was refused
  End end(Duration patience) throws InterruptedException {
    await(() -> outbox.unacked() + outbox.asked() + background.running(), patience);
    await(outbox::unshown, SHOWING);
    List<String> unsent = new ArrayList<>();
    loop.runAndWait(() -> unsent.addAll(outbox.unackedTexts()));
    client.close(givenUp ? Duration.ZERO : Duration.ofSeconds(1));
    int refused = counted(outbox::refused);
    loop.close();
    return new End(unsent, refused, news.failure());
  }

  /// @param unsent messages not acknowledged, oldest first
  /// @param refused requests that the server refused
  /// @param failure why the connection ended by itself; null: it did not
  record End(List<String> unsent, int refused, @Nullable String failure) {}

  // Until there is nothing left of what is counted.
  private void await(IntSupplier left, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (counted(left) > 0 && System.nanoTime() - deadline < 0 && !news.isOver() && !givenUp) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private int counted(IntSupplier count) throws InterruptedException {
    int[] result = {0};
    loop.runAndWait(() -> result[0] = count.getAsInt());
    return result[0];
  }

  private void tick() {
    long now = System.nanoTime();
    typist.tick(now);
    deeds.tick(now);
    state.publishNames();
    if (now - nextReadNanos >= 0) {
      nextReadNanos = now + READ_NANOS;
      for (RoomView room : state.rooms()) {
        long read = room.takeUnsentRead();
        if (read > 0) {
          client.read(room.id(), read);
        }
      }
    }
    AttributedString status = StatusLine.of(state, outbox.unacked(), now, screen.columns());
    if (!status.equals(shownStatus)) {
      shownStatus = status;
      screen.status(status);
    }
  }

  private final class Listener implements ChatListener {
    @Override
    public void onEvent(ChatEvent event) {
      loop.post(
          () -> {
            arrivals.take(event);
            if (event.hasRoomJoined() && event.getRoomJoined().getReset()) {
              deeds.beginAnew(event.getRoomJoined().getRoom().getId());
            }
            if (event.hasMessage()) {
              outbox.shown(event.getMessage().getId());
            }
          });
    }

    @Override
    public void onState(ConnectionState connection) {
      loop.post(() -> news.take(connection));
    }
  }
}
