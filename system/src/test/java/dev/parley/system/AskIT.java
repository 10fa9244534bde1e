package dev.parley.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.parley.testkit.http.FakeProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `parley ask` as a process: what it prints when, and what becomes of the answer at the provider.
@Timeout(300)
class AskIT {
  private static final int SECONDS = 120;
  private static final int FAILED = 1;
  private static final int NO_CONNECTION = 3;
  private static final int INTERRUPTED = 130;

  /// Bytes: a pipe holds 64 KiB, and takes no piece that does not fit.
  private static final int PIPE_FULL = 60_000;

  @TempDir Path folder;

  /// A question under way, asked of a server whose provider does as it is told.
  private final class Ask implements AutoCloseable {
    private final FakeProvider provider;
    private final ServerProcess server;
    private final Process process;
    private final Path err = folder.resolve("err.txt");

    Ask(FakeProvider.Script script) throws IOException {
      provider = new FakeProvider(script);
      Path settings =
          Files.writeString(
              folder.resolve("parley.conf"),
              "provider.fake.kind = compatible\nprovider.fake.base-url = " + provider.url());
      server = ServerProcess.start(folder.resolve("data"), 0, "--config", settings.toString());
      process =
          ParleyCommand.builder(
                  List.of("ask", "--server", server.address(), "-m", "fake/m", "hello"))
              .redirectError(err.toFile())
              .start();
      process.getOutputStream().close();
    }

    /// The next so many bytes of standard output, as soon as they are there.
    String next(int bytes) throws IOException {
      return new String(process.getInputStream().readNBytes(bytes), UTF_8);
    }

    String rest() throws IOException {
      return new String(process.getInputStream().readAllBytes(), UTF_8);
    }

    /// Bytes of standard output that nobody has taken.
    int waiting() {
      try {
        return process.getInputStream().available();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void interrupt() {
      Processes.signal(process.pid(), "INT");
    }

    int exitCode() throws InterruptedException {
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("ask ends").isTrue();
      return process.exitValue();
    }

    String err() throws IOException {
      return Files.readString(err);
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      server.close();
      provider.close();
    }
  }

  private static void say(FakeProvider.Exchange exchange, String text) throws IOException {
    exchange.data(
        "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}"
            .formatted(text));
  }

  private static void beginAndStall(FakeProvider.Exchange exchange) throws IOException {
    exchange.stream();
    say(exchange, "Once");
    exchange.stall();
  }

  @Test
  void interruptInMidAnswerEndsItAtTheProviderToo() throws Exception {
    assumeFalse(Processes.ignoreInterrupts(), "interrupts are ignored here");
    try (Ask ask = new Ask(AskIT::beginAndStall)) {
      assertThat(ask.next(4)).isEqualTo("Once");
      ask.interrupt();
      ask.provider.awaitClosed(1);
      assertThat(ask.exitCode()).isEqualTo(INTERRUPTED);
      assertThat(ask.rest()).isEqualTo("\n");
      assertThat(ask.provider.requests()).hasSize(1);
    }
  }

  @Test
  void interruptBeforeTheAnswerEndsItAtTheProviderToo() throws Exception {
    assumeFalse(Processes.ignoreInterrupts(), "interrupts are ignored here");
    try (Ask ask = new Ask(FakeProvider.Exchange::stall)) {
      Await.until(
          Duration.ofSeconds(SECONDS),
          () -> "the provider is asked",
          () -> ask.provider.requests().size() == 1);
      ask.interrupt();
      ask.provider.awaitClosed(1);
      assertThat(ask.exitCode()).isEqualTo(INTERRUPTED);
      assertThat(ask.rest()).isEmpty();
      assertThat(ask.provider.requests()).hasSize(1);
    }
  }

  @Test
  void interruptEndsItThoughNobodyTakesWhatItPrints() throws Exception {
    assumeFalse(Processes.ignoreInterrupts(), "interrupts are ignored here");
    FakeProvider.Script script =
        exchange -> {
          exchange.stream();
          for (int i = 0; i < 300; i++) { // several times what a pipe holds
            say(exchange, "x".repeat(1_000));
          }
          exchange.stall();
        };
    try (Ask ask = new Ask(script)) {
      Await.until(
          Duration.ofSeconds(SECONDS), () -> "the pipe is full", () -> ask.waiting() > PIPE_FULL);
      ask.interrupt();
      assertThat(ask.exitCode()).isEqualTo(INTERRUPTED);
      ask.provider.awaitClosed(1);
    }
  }

  @Test
  void answerIsPrintedAsItComes() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    FakeProvider.Script script =
        exchange -> {
          exchange.stream();
          say(exchange, "Once");
          read.await();
          say(exchange, " upon a time");
          exchange.data("{\"id\":\"c\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}");
          exchange.data("[DONE]");
          exchange.end();
        };
    try (Ask ask = new Ask(script)) {
      assertThat(ask.next(4)).isEqualTo("Once");
      read.countDown();
      assertThat(ask.rest()).isEqualTo(" upon a time\n");
      assertThat(ask.exitCode()).as(ask.err()).isZero();
      assertThat(ask.err()).isEmpty();
    }
  }

  @Test
  void whatWasPrintedStaysWhenTheAnswerIsCut() throws Exception {
    FakeProvider.Script script =
        exchange -> {
          exchange.stream();
          say(exchange, "Once");
          exchange.cut();
        };
    try (Ask ask = new Ask(script)) {
      assertThat(ask.rest()).isEqualTo("Once\n");
      assertThat(ask.exitCode()).isEqualTo(FAILED);
      assertThat(ask.err())
          .contains("fake/m: the provider closed the connection before the end of its answer");
    }
  }

  @Test
  void serverThatHangsIsNoticed() throws Exception {
    try (Ask ask = new Ask(AskIT::beginAndStall)) {
      assertThat(ask.next(4)).isEqualTo("Once");
      ask.server.freeze(); // the system goes on taking what is sent to it
      assertThat(ask.exitCode()).as(ask.err()).isEqualTo(NO_CONNECTION);
      assertThat(ask.rest()).isEqualTo("\n");
      assertThat(ask.err()).contains("the answer is incomplete").contains("ask again");
    }
  }

  @Test
  void serverThatDiesLeavesAnAnswerThatIsSaidToBeIncomplete() throws Exception {
    try (Ask ask = new Ask(AskIT::beginAndStall)) {
      assertThat(ask.next(4)).isEqualTo("Once");
      ask.server.kill();
      assertThat(ask.exitCode()).as(ask.err()).isEqualTo(NO_CONNECTION);
      assertThat(ask.rest()).isEqualTo("\n");
      assertThat(ask.err())
          .contains("the answer is incomplete: the connection broke")
          .contains("The server keeps nothing of it: ask again.")
          .doesNotContain("Is the server running");
    }
  }
}
