package dev.parley.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Work;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Both limits do the work, and no more than it.
final class LimitTest {
  private static final Work WINDOW = new Work(4, 2, 2, 200, 80, 0, 16, 0.5);
  private static final String PONG = "PONG\r\n";
  private static final Work RATE = new Work(4, 2, 2, 200, 80, 400, 3, 0.5);

  @TempDir Path directory;

  static List<Function<Work, Cost>> limits() {
    return List.of(Limit::measure, LimitTest::inJava);
  }

  private static Cost inJava(Work work) {
    try {
      return Limit.inJava(work);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("limits")
  void refillsTheWindow(Function<Work, Cost> limit) {
    // 4 connections of 2 streams in 2 rooms: 4 members each; far more than one window of messages
    Cost cost = limit.apply(WINDOW);
    assertThat(cost.deliveries()).isGreaterThan(2 * 4 * 16);
    assertThat(cost.cpuSeconds()).isNotNegative();
  }

  @ParameterizedTest
  @MethodSource("limits")
  void deliversNoMoreThanTheRate(Function<Work, Cost> limit) {
    assertThat(limit.apply(RATE).deliveries()).isBetween(4L, 220L);
  }

  @Test
  void isMeasuredInCWhereThereIsACompiler() {
    assumeTrue(hasGcc(), "gcc is here");
    assertThat(Limit.measure(new Work(1, 1, 1, 100, 80, 0, 1, 0.1)).what())
        .isEqualTo("sockets in C");
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 115, 200, 1_000})
  void aFrameInCHasTheLengthOfAnEvent(int bytes) throws IOException {
    assumeTrue(hasGcc(), "gcc is here");
    Path program = directory.resolve("limit");
    assertThat(Limit.build(program)).isTrue();
    try (PeerProcess server = Limit.start(program, bytes, 1)) {
      checkFrame(server.address(), bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 115, 200, 1_000})
  void aFrameInJavaHasTheLengthOfAnEvent(int bytes) throws IOException {
    try (JavaLimit server = JavaLimit.start(bytes)) {
      checkFrame(server.address(), bytes);
    }
  }

  private static boolean hasGcc() {
    try {
      return new ProcessBuilder("gcc", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What comes for a message is one frame of so many bytes, and nothing else.
  private static void checkFrame(InetSocketAddress server, int bytes) throws IOException {
    try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
      socket.setSoTimeout(60_000);
      say(socket, "SUB room.0 0\r\nPING\r\n");
      assertThat(read(socket, PONG.length())).isEqualTo(PONG);
      say(socket, "PUB room.0 2\r\nhi\r\nPING\r\n");
      String answer = read(socket, bytes + PONG.length());
      // The answer may come before the frame: what was published is fanned out after all was read.
      String frame = answer.startsWith(PONG) ? answer.substring(PONG.length()) : answer;
      Matcher head = Pattern.compile("^MSG room\\.0 0 (\\d+)\r\n").matcher(frame);
      assertThat(head.find()).as(frame).isTrue();
      int payload = Integer.parseInt(head.group(1));
      assertThat(head.end() + payload + "\r\n".length()).isEqualTo(bytes);
      assertThat(frame.substring(bytes - 2, bytes)).isEqualTo("\r\n");
      assertThat(answer).hasSize(bytes + PONG.length()).contains(PONG);
    }
  }

  private static void say(Socket socket, String words) throws IOException {
    socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
  }

  private static String read(Socket socket, int bytes) throws IOException {
    return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
  }
}
