package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.TestParley.Result;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.Tty;
import dev.parley.testkit.http.FakeProvider;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class ModelCommandsTest {
  @RegisterExtension final TestParley parley = new TestParley();

  @Test
  void theAnswerGoesToStandardOutputAndNothingElse() {
    Result answer = parley.runWith("", "ask", "-m", "simulated", "How", "deep", "is it?");
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.lines()).singleElement().asString().contains("How deep is it?");
    assertThat(answer.err()).isEmpty();
  }

  @Test
  void whatIsPipedInIsGivenToTheModelToo() {
    Result answer = parley.runWith("forty-two\n", "ask", "-m", "simulated", "How many?");
    assertThat(answer.out()).contains("forty-two").contains("How many?");
  }

  @Test
  void whatIsPipedInDoesForAQuestion() {
    Result answer = parley.runWith("How many?\n", "ask", "-m", "simulated");
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.out()).contains("How many?");
    Result nothing = parley.runWith("", "ask", "-m", "simulated");
    assertThat(nothing.exitCode()).isEqualTo(2);
    assertThat(nothing.err()).contains("nothing is asked (expected: ");
  }

  @Test
  void withoutAModelItIsToldThatTheAnswerIsSimulated() {
    Result answer = parley.runWith("", "ask", "hello");
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.err()).contains("simulated").contains("parley models");
  }

  @Test
  void anAnswerThatIsNotWholeIsToldAsThatOnStandardError() {
    Result answer =
        parley.runWith("", "ask", "-m", "simulated", "--max-tokens", "2", "one two three");
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.out()).doesNotContain("ended by");
    assertThat(answer.err()).contains("ended by LENGTH");
  }

  @Test
  void asJsonEveryPieceIsALine() {
    Result answer = parley.runWith("", "ask", "-m", "simulated", "--json", "hello");
    assertThat(answer.lines().getFirst()).contains("\"started\":").contains("simulated/simulated");
    assertThat(answer.lines().getLast()).contains("\"finished\":").contains("\"outputTokens\":");
    assertThat(answer.lines()).hasSizeGreaterThan(4);
  }

  @Test
  void whatCannotBeAskedExitsWithOne() {
    Result answer = parley.runWith("", "ask", "--provider", "nobody", "-m", "x", "hello");
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).contains("no provider \"nobody\"").contains("expected: one of");
  }

  @Test
  void whoForgetsTheProviderIsToldHowToNameIt() {
    Result answer = parley.runWith("", "ask", "-m", "gpt-5", "hello");
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.err())
        .contains("model \"gpt-5\" names no provider")
        .contains("PROVIDER/MODEL, for example simulated/gpt-5");
  }

  @Test
  void withoutAServerItExitsWithThreeAndSaysWhereItLooked() {
    parley.stop();
    for (Result result : List.of(parley.run("ask", "hello"), parley.run("models"))) {
      assertThat(result.exitCode()).isEqualTo(3);
      assertThat(result.err())
          .contains("cannot reach " + parley.server() + ": connection refused")
          .contains("Start one with parley serve")
          .contains("--server")
          .doesNotContain("simulated");
    }
  }

  @Test
  void anAddressThatIsNoneIsRefusedInWords() {
    for (String command : new String[] {"ask hello", "models", "rooms"}) {
      String line = command + " --server http://127.0.0.1:50051";
      Result result = TestParley.command("", line.split(" "));
      assertThat(result.exitCode()).as(command).isEqualTo(2);
      assertThat(result.err()).startsWith("parley: server \"http").doesNotContain("dev.parley");
    }
  }

  @Test
  void whatListensAndSaysNothingIsGivenUp() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + silent.getLocalPort();
      Result result = TestParley.command("", "models", "--connect-timeout=1", "-s=" + address);
      assertThat(result.exitCode()).isEqualTo(3);
      assertThat(result.err()).contains("cannot reach " + address);
    }
  }

  @Test
  void whatIsNoServerIsSaidToBeNone() throws IOException {
    try (FakeProvider other = new FakeProvider(exchange -> exchange.answer(404, "no"))) {
      String address = URI.create(other.url()).getAuthority();
      for (String command : new String[] {"ask -m simulated hello", "rooms", "tail general"}) {
        String line = command + " --connect-timeout 1 --server " + address;
        Result result = TestParley.command("", line.split(" "));
        assertThat(result.exitCode()).as(command).isEqualTo(3);
        assertThat(result.err())
            .contains(address)
            .contains("what answers there is no Parley server")
            .doesNotContain("SETTINGS");
      }
    }
  }

  @Test
  void whoWaitsForStandardInputSaysSo() throws IOException {
    PipedInputStream open = new PipedInputStream();
    PipedOutputStream writer = new PipedOutputStream(open);
    StringWriter err =
        new StringWriter() {
          @Override
          public void flush() {
            try {
              writer.close();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    StringWriter out = new StringWriter();
    Streams streams = new Streams(open, new PrintWriter(out), new PrintWriter(err), Tty.NONE);
    String server = "--server=" + parley.server();
    assertThat(TestParley.exitCode(streams, "ask", "-m", "simulated", "hello", server)).isZero();
    assertThat(err.toString())
        .containsOnlyOnce("waiting for the end of standard input")
        .contains("< /dev/null");
    assertThat(out.toString()).contains("hello");
  }

  @Test
  void modelsAreListed() {
    assertThat(parley.run("models").lines()).containsExactly("simulated/simulated");
    assertThat(parley.run("models", "--json").out()).contains("\"kind\":\"simulated\"");
  }
}
