package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Readers that stop reading cost the server a bounded amount of memory, hold up nobody, and get
/// everything once they read again.
class StalledReadersIT {
  private static final int STALLED = Integer.getInteger("parley.stalled.streams", 200);
  private static final int READERS = 20;
  private static final int MESSAGES = 640;
  private static final int TEXT_BYTES = 16 << 10;
  private static final int WINDOW = 16;

  /// What a stalled stream may cost: what its connection and gRPC's buffer hold, and a frame. A
  /// queue of its own would be more than ten times that.
  private static final long MAX_BYTES_EACH = 512 << 10;

  /// By how much a Java machine's memory comes and goes, whatever is done.
  private static final long NOISE_BYTES = 64 << 20;

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String ROOM = "general";

  @TempDir Path data;

  @Test
  void stalledReadersCostLittleAndGetEverythingLater() {
    List<RawStream> stalled = new ArrayList<>();
    try (ServerProcess server = ServerProcess.start(data, 0);
        RawStream speaker = RawStream.open(server.address(), "ada", Map.of())) {
      speaker.join(ROOM, "join", 0);
      speaker.next(ChatEvent.EventCase.CAUGHT_UP);
      pass(server, speaker, 0); // so that what the traffic itself takes is not counted below
      long before = server.residentBytesAfterCollection();
      for (int i = 0; i < STALLED; i++) {
        RawStream stream = RawStream.openNarrow(server.address(), "stalled-" + i);
        stream.join(ROOM, "join", MESSAGES + 1);
        stalled.add(stream);
      }
      stalled.forEach(stream -> stream.next(ChatEvent.EventCase.CAUGHT_UP));
      pass(server, speaker, MESSAGES);
      long growth = server.residentBytesAfterCollection() - before;
      System.out.printf(
          "StalledReadersIT: %d stalled while %,d KiB pass, memory grew by %,d KiB, %,d KiB each%n",
          STALLED, MESSAGES * (TEXT_BYTES >> 10), growth >> 10, (growth >> 10) / STALLED);
      assertThat(growth).isLessThan(NOISE_BYTES + STALLED * MAX_BYTES_EACH);
      readAll(stalled);
      server.stop();
    } finally {
      stalled.forEach(RawStream::close);
    }
  }

  /// Has messages pass from one to readers who read, all of them.
  private static void pass(ServerProcess server, RawStream speaker, int after) {
    ManagedChannel channel = RawStream.channel(server.address());
    AtomicInteger done = new AtomicInteger();
    for (int i = 0; i < READERS; i++) {
      RawStream reader = RawStream.open(channel, "reader-" + i, Map.of(ROOM, after + 1L));
      var _ =
          Thread.ofPlatform()
              .start(
                  () -> {
                    readMessages(reader, after + 1, MESSAGES);
                    done.incrementAndGet();
                  });
    }
    for (int i = 1; i <= MESSAGES; i++) {
      speaker.say(ROOM, "ada-" + (after + i), text(after + i));
      if (i >= WINDOW) {
        assertThat(speaker.answer("ada-" + (after + i - WINDOW + 1)).hasAck()).isTrue();
      }
    }
    speaker.answer("ada-" + (after + MESSAGES));
    Await.until(PATIENCE, () -> "all read: " + done, () -> done.get() == READERS);
    channel.shutdownNow();
  }

  private static void readAll(List<RawStream> streams) {
    AtomicInteger done = new AtomicInteger();
    for (RawStream stream : streams) {
      var _ =
          Thread.ofVirtual()
              .start(
                  () -> {
                    readMessages(stream, MESSAGES + 1, MESSAGES);
                    done.incrementAndGet();
                  });
    }
    Await.until(PATIENCE, () -> "all read: " + done, () -> done.get() == streams.size());
  }

  /// Reads messages, which must come in order and without a gap.
  private static void readMessages(RawStream stream, int after, int count) {
    for (int i = 1; i <= count; i++) {
      ChatEvent event = stream.next(ChatEvent.EventCase.MESSAGE);
      assertThat(event.getSequence()).isEqualTo(after + i);
      assertThat(event.getMessage().getContent().getText()).isEqualTo(text(after + i - 1));
    }
  }

  private static String text(int number) {
    return number + " " + "x".repeat(TEXT_BYTES);
  }
}
