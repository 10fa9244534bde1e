package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.UserTypingEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A thousand clients that stop reading, each on a connection of its own, in a room where a hundred
/// others talk on: 10 MiB pass. The others get it all meanwhile; the stalled ones cost the server a
/// bounded amount of memory, and get everything in order once they read again, but of what is only
/// of the moment no more than the newest.
class StalledReadersIT {
  private static final int STALLED = Integer.getInteger("parley.stalled.streams", 1_000);
  private static final int LIVE = 100;
  private static final int WARM_UP = 64;
  private static final int MESSAGES = 640;
  private static final int TEXT_BYTES = 16 << 10;

  /// Messages under way: a commit may be a megabyte, ten times what a client may cost.
  private static final int WINDOW = 64;

  /// What a stalled client may cost, all in all: the 32 KiB that gRPC takes for a stream before it
  /// says that it is not ready; a page of 64 KiB that may come on top, and one text more; a quarter
  /// of that, by which buffers are rounded up; some 40 KiB for connection and stream. Measured: 106
  /// to 154 KiB.
  private static final long MAX_BYTES_EACH = 192 << 10;

  /// What a client may cost that has only come in: three times what it does, so that a buffer for
  /// each that is never given back is found. Measured: 0 to 9 KiB, as some of it takes what the
  /// talk before left free; 49 with a buffer of 64 KiB for each.
  private static final long MAX_CONNECTED_BYTES_EACH = 32 << 10;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /// Where everybody is.
  private static final String HALL = "general";

  /// Where few enough are for everyone to be told who types.
  private static final String NOOK = "random";

  private static final int IN_NOOK = 50;
  private static final int KEYSTROKES = 1_000;

  private static final List<String> TEXTS =
      IntStream.range(0, WARM_UP + MESSAGES).mapToObj(StalledReadersIT::text).toList();

  @TempDir Path data;
  private final List<RawStream> streams = new ArrayList<>();

  @AfterEach
  void close() {
    streams.forEach(RawStream::close);
  }

  /// How a stalled client comes in.
  @FunctionalInterface
  private interface Entrance {
    RawStream enter(String address, String user, List<String> rooms);
  }

  @Test
  void stalledClientsCostLittleAndGetEverythingLater() {
    stall("native", RawStream::openNarrow);
  }

  /// The classic protocol has no resuming: what was skipped would be lost for good.
  @Test
  void stalledClassicClientsCostLittleAndGetEverythingLater() {
    stall("classic", RawStream::openNarrowClassic);
  }

  private void stall(String protocol, Entrance entrance) {
    try (ServerProcess server =
        ServerProcess.start(data, 0, "--ping-interval", "10m", "--stall-timeout", "1h")) {
      RawStream speaker = open(server, "ada");
      List<Reader> live =
          IntStream.range(1, LIVE)
              .mapToObj(i -> new Reader(open(server, "live-" + i), 0, true))
              .toList();
      List<Future<?>> reading = live.stream().map(StalledReadersIT::begin).toList();
      talk(speaker, 0, WARM_UP); // so that what the traffic itself takes is not counted below
      live.forEach(reader -> reader.awaitMessages(WARM_UP));

      long before = server.residentBytesAfterCollection();
      List<Reader> stalled = enter(server, entrance);
      long connected = server.residentBytesAfterCollection() - before;
      talk(speaker, WARM_UP, MESSAGES);
      typeThenSay(speaker);
      reading.forEach(StalledReadersIT::join);
      long growth = server.residentBytesAfterCollection() - before;
      System.out.printf(
          "StalledReadersIT: %d %s clients, %,d KiB each; stalled while %,d KiB pass, %,d each%n",
          STALLED,
          protocol,
          (connected >> 10) / STALLED,
          MESSAGES * (TEXT_BYTES >> 10),
          (growth >> 10) / STALLED);

      stalled.stream().map(StalledReadersIT::begin).toList().forEach(StalledReadersIT::join);
      for (Reader reader : stalled.subList(0, IN_NOOK)) {
        assertThat(reader.typed).extracting(UserTypingEvent::getIsTyping).containsExactly(false);
      }
      assertThat(connected / STALLED).isLessThan(MAX_CONNECTED_BYTES_EACH);
      assertThat(growth / STALLED).isLessThan(MAX_BYTES_EACH);
      server.stop();
    }
  }

  private RawStream open(ServerProcess server, String user) {
    RawStream stream = RawStream.open(server.address(), user, Map.of(HALL, 1L, NOOK, 1L));
    streams.add(stream);
    return stream;
  }

  private List<Reader> enter(ServerProcess server, Entrance entrance) {
    List<Reader> stalled = new ArrayList<>();
    for (int i = 0; i < STALLED; i++) {
      List<String> rooms = i < IN_NOOK ? List.of(HALL, NOOK) : List.of(HALL);
      RawStream stream = entrance.enter(server.address(), "stalled-" + i, rooms);
      streams.add(stream);
      stalled.add(new Reader(stream, WARM_UP, i < IN_NOOK));
    }
    return stalled;
  }

  /// The message behind them is how one knows that the keystrokes are through: each of the server's
  /// event loops has live readers, who wait for it.
  private static void typeThenSay(RawStream speaker) {
    for (int i = 1; i <= KEYSTROKES; i++) {
      speaker.type(NOOK, i % 2 == 1);
    }
    speaker.sayAcknowledged(NOOK, "over");
  }

  private static void talk(RawStream speaker, int first, int count) {
    for (int i = first; i < first + count; i++) {
      speaker.say(HALL, "ada-" + i, TEXTS.get(i));
      if (i >= first + WINDOW) {
        assertThat(speaker.answer("ada-" + (i - WINDOW)).hasAck()).isTrue();
      }
    }
    assertThat(speaker.answer("ada-" + (first + count - 1)).hasAck()).isTrue();
  }

  private static String text(int number) {
    return number + " " + "x".repeat(TEXT_BYTES);
  }

  private static Future<?> begin(Reader reader) {
    FutureTask<?> task = new FutureTask<>(reader, null);
    var _ = Thread.ofVirtual().start(task);
    return task;
  }

  private static void join(Future<?> task) {
    Await.until(PATIENCE, () -> "a client has read everything", task::isDone);
    if (task.state() == Future.State.FAILED) {
      throw new AssertionError(task.exceptionNow());
    }
  }

  /// A client that reads everything, which must come in order and without a gap.
  private static final class Reader implements Runnable {
    final List<UserTypingEvent> typed = new ArrayList<>();
    private final RawStream stream;
    private final boolean inNook;
    private final AtomicInteger messages;

    /// @param messages how many were said before it came
    Reader(RawStream stream, int messages, boolean inNook) {
      this.stream = stream;
      this.messages = new AtomicInteger(messages);
      this.inNook = inNook;
    }

    @Override
    public void run() {
      boolean over = !inNook;
      while (!over || messages.get() < TEXTS.size()) {
        ChatEvent event = stream.next();
        assertThat(event).as("%s messages were read", messages).isNotNull();
        if (event.hasUserTyping()) {
          typed.add(event.getUserTyping());
        } else if (event.hasMessage() && event.getMessage().getRoomId().equals(NOOK)) {
          over = true;
        } else if (event.hasMessage()) {
          assertThat(event.getMessage().getContent().getText())
              .isEqualTo(TEXTS.get(messages.get()));
          messages.incrementAndGet();
        }
      }
    }

    void awaitMessages(int count) {
      Await.until(
          PATIENCE,
          () -> "%s of %d were read".formatted(messages, count),
          () -> messages.get() >= count);
    }
  }
}
