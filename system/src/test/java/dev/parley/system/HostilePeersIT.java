package dev.parley.system;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Peers that speak no gRPC, or stop in the middle of it: each costs little and is got rid of, and
/// nobody else notices.
class HostilePeersIT {
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
  private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
  private static final int EACH = 150;
  private static final int MAX_BYTES = 64 << 10;
  private static final long MAX_GROWTH_BYTES = 96L << 20;
  private static final Duration UNTIL_CLOSED = Duration.ofSeconds(40);

  private static final int SENDERS = 100;
  private static final String CHAT = "/parley.chat.v1.ChatService/Chat";
  private static final int FRAMES_EACH = 8;
  private static final int PIECES_EACH = 200;
  private static final int CALLS_EACH = 100;
  private static final int CALLS_AT_WORK = 16;
  private static final int WINDOW = 128 << 10;
  private static final int MAX_FRAME = 16_384;
  private static final int FRAME_BYTES = 1_000_000;

  /// A quarter of the buffers that [ParleyCommand] allows: as many as the heap.
  private static final long MAX_HELD_BYTES = 128 << 20;

  @TempDir Path data;
  private final List<SocketChannel> sockets = new ArrayList<>();
  private final List<Http2Peer> senders = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (SocketChannel socket : sockets) {
      socket.close();
    }
    for (Http2Peer sender : senders) {
      sender.close();
    }
  }

  @Test
  void hundredsOfBadConnectionsAreClosedAndNobodyElseNotices() throws Exception {
    RandomGenerator random = Seed.generator("HostilePeersIT");
    try (ServerProcess server = ServerProcess.start(data, 0, "--connection-max-idle", "2s");
        RawStream stream = RawStream.open(server.address(), "ada", Map.of("general", 0L))) {
      for (int i = 1; i <= 200; i++) {
        stream.sayAcknowledged("general", "ada-" + i);
      }
      long before = server.residentBytes();
      for (int i = 0; i < EACH; i++) {
        connect(server, new byte[0]); // silent
        connect(server, random(random, MAX_BYTES)); // noise
        connect(server, Arrays.copyOf(PREFACE, random.nextInt(1, PREFACE.length)));
        connect(server, concat(PREFACE, EMPTY_SETTINGS)); // polite, then silent
        connect(server, concat(PREFACE, EMPTY_SETTINGS, random(random, MAX_BYTES)));
        connect(server, "GET / HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(US_ASCII));
        stream.sayAcknowledged("general", "bad-" + (i + 1));
      }
      int opened = sockets.size();
      Await.until(
          UNTIL_CLOSED,
          () -> "every connection is closed by the server (open: " + sockets.size() + ")",
          () -> {
            sockets.removeIf(HostilePeersIT::isClosed);
            stream.pingPong();
            return sockets.isEmpty();
          });
      long growth = server.residentBytes() - before;
      System.out.printf(
          "HostilePeersIT: %d connections, memory grew by %,d KiB%n", opened, growth >> 10);
      assertThat(growth).isLessThan(MAX_GROWTH_BYTES);
      assertThat(server.log("ERROR")).as(server.log()).isEmpty();
      assertThat(server.log().lines().count()).as(server.log()).isLessThan(20);
      try (RawStream reader = RawStream.open(server.address(), "ben", Map.of("general", 0L))) {
        assertThat(reader.next(ChatEvent.EventCase.CAUGHT_UP).getCaughtUp().getSequence())
            .isEqualTo(201 + EACH);
      }
      server.stop();
    }
  }

  /// All but the last byte of so many frames would be more than the server has.
  @Test
  void framesThatDoNotEndTakeOnlySoMuchAndLeaveRoomForThoseThatDo() throws Exception {
    hold(
        sender -> {
          for (int i = 0; i < FRAMES_EACH; i++) {
            sender.send(sender.call(CHAT, "parley-user", "mallory"), unfinished());
          }
        });
  }

  /// Of a byte each, with much else around it that is read together with it.
  @Test
  void piecesThatKeepMuchElseTakeOnlySoMuch() throws Exception {
    byte[] rest = new byte[MAX_FRAME];
    hold(
        sender -> {
          int call = sender.call(CHAT, "parley-user", "mallory");
          sender.send(call, Arrays.copyOf(unfinished(), 5));
          for (int i = 0; i < PIECES_EACH; i++) {
            sender.sendUnknown(rest);
            sender.send(call, new byte[1]);
            sender.sendUnknown(rest);
            sender.sendUnknown(rest);
          }
        },
        false);
  }

  /// More calls at once than are read from.
  @Test
  void requestsThatWaitTakeOnlySoMuch() throws Exception {
    hold(
        sender -> {
          for (int i = 0; i < CALLS_EACH; i++) {
            int call =
                sender.call("/parley.chat.v1.RoomService/ListRooms", "parley-user", "mallory");
            if (i >= CALLS_AT_WORK) {
              sender.send(call, Arrays.copyOf(unfinished(), WINDOW));
            }
          }
        });
  }

  /// Of a byte each, the first four of which say only how long the frame is.
  @Test
  void beginningsTakeOnlySoMuch() throws Exception {
    byte[] rest = new byte[MAX_FRAME];
    hold(
        sender -> {
          for (int i = 0; i < CALLS_EACH; i++) {
            int call = sender.call(CHAT, "parley-user", "mallory");
            sender.sendUnknown(rest);
            sender.send(call, new byte[1]);
            sender.sendUnknown(rest);
          }
        },
        false);
  }

  /// Sends something that does not end.
  @FunctionalInterface
  private interface Attack {
    void by(Http2Peer sender) throws IOException;
  }

  private void hold(Attack attack) throws IOException {
    hold(attack, true);
  }

  /// @param tooMuch whether it is more than there may be
  private void hold(Attack attack, boolean tooMuch) throws IOException {
    try (ServerProcess server = ServerProcess.start(data, 0);
        RawStream stream = RawStream.open(server.address(), "ada", Map.of("general", 0L))) {
      stream.sayAcknowledged("general", "ada-0");
      long before = server.residentBytesAfterCollection();
      for (int i = 1; i <= SENDERS; i++) {
        Http2Peer sender = new Http2Peer(server.port());
        senders.add(sender);
        attack.by(sender);
        stream.say("general", "ada-" + i, "x".repeat(60_000));
        assertThat(stream.answer("ada-" + i).hasAck()).isTrue();
      }
      long growth = server.residentBytesAfterCollection() - before;
      long closed = senders.stream().filter(Http2Peer::isClosed).count();
      System.out.printf(
          "HostilePeersIT: frames without an end, memory grew by %,d KiB, %d of %d connections"
              + " closed%n",
          growth >> 10, closed, SENDERS);
      assertThat(closed > 0).isEqualTo(tooMuch);
      assertThat(growth).isLessThan(MAX_GROWTH_BYTES + MAX_HELD_BYTES);
      assertThat(server.log("ERROR")).as(server.log()).isEmpty();
      assertThat(server.log("WARN")).as(server.log()).isEmpty();
      server.stop();
    }
  }

  /// A frame of gRPC without its last byte.
  private static byte[] unfinished() {
    return ByteBuffer.allocate(5 + FRAME_BYTES - 1).put((byte) 0).putInt(FRAME_BYTES).array();
  }

  /// Connects, and sends what the server takes at once.
  private void connect(ServerProcess server, byte[] bytes) throws IOException {
    SocketChannel socket =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    sockets.add(socket);
    socket.configureBlocking(false);
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    try {
      socket.write(ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("Connection reset.*|Broken pipe");
    }
  }

  private static boolean isClosed(SocketChannel socket) {
    ByteBuffer bytes = ByteBuffer.allocate(4_096);
    try {
      int read = socket.read(bytes);
      while (read > 0) {
        read = socket.read(bytes.clear());
      }
      if (read < 0) {
        socket.close();
      }
      return read < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  private static byte[] random(RandomGenerator random, int max) {
    byte[] bytes = new byte[random.nextInt(1, max)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
