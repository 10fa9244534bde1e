package dev.parley.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.LyingServer.Voice;
import io.grpc.Status;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// A server that breaks a promise fails the run, with the first violation in words.
final class ViolationTest {
  /// Where something never comes. The other tests wait longer: a slow machine may pause a second.
  private static final String IMPATIENT = "--patience=1s";

  private final StringWriter out = new StringWriter();

  private int bench(Voice toFirst, String... options) throws IOException {
    return bench(toFirst, Voice.HONEST, options);
  }

  private int bench(Voice toFirst, Voice toSenders, String... options) throws IOException {
    try (LyingServer server = new LyingServer(toFirst, toSenders)) {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "fanout",
                  "--server=" + server.address(),
                  "--rooms=1",
                  "--members=3",
                  "--rate=200",
                  "--warmup=0",
                  "--seconds=0.3"));
      arguments.addAll(List.of(options));
      return BenchCommand.commandLine(BenchProgram.class.getName(), false)
          .setOut(new PrintWriter(out, true))
          .execute(arguments.toArray(String[]::new));
    }
  }

  @Test
  void theTruthPasses() throws IOException {
    assertThat(bench(Voice.HONEST)).as(out.toString()).isZero();
  }

  @Test
  void aGapFails() throws IOException {
    Voice skips =
        (listener, event) -> {
          if (event.getSequence() != 5) {
            listener.onNext(event);
          }
        };
    assertThat(bench(skips)).isEqualTo(1);
    assertThat(out.toString()).contains("VIOLATION, 1 in all").contains("a gap: 6 came after 4");
  }

  @Test
  void aRepeatFails() throws IOException {
    Voice repeats =
        (listener, event) -> {
          listener.onNext(event);
          if (event.getSequence() == 5) {
            listener.onNext(event);
          }
        };
    assertThat(bench(repeats)).isEqualTo(1);
    assertThat(out.toString()).contains("a repeat: 5 came after 5");
  }

  @Test
  void otherContentFails() throws IOException {
    Voice lies =
        (listener, event) ->
            listener.onNext(event.getSequence() == 5 ? LyingServer.changed(event) : event);
    assertThat(bench(lies)).isEqualTo(1);
    assertThat(out.toString()).contains("got something else at sequence 5 than others");
  }

  @Test
  void lostLastMessagesFail() throws IOException {
    Voice falls =
        (listener, event) -> {
          if (event.getSequence() <= 5) {
            listener.onNext(event);
          }
        };
    assertThat(bench(falls, IMPATIENT)).isEqualTo(1);
    assertThat(out.toString())
        .contains("VIOLATION, 1 in all")
        .containsPattern("\\d+ is missing: it ends with 5");
  }

  @Test
  void aSubscribersStreamThatEndsFails() throws IOException {
    Voice hangsUp =
        (listener, event) -> {
          if (event.getSequence() < 5) {
            listener.onNext(event);
          } else if (event.getSequence() == 5) {
            listener.onCompleted();
          }
        };
    assertThat(bench(hangsUp, IMPATIENT)).isEqualTo(1);
    assertThat(out.toString())
        .containsPattern("VIOLATION, \\d+ in all. The first: the stream of \\S+-\\d ended: OK");
  }

  @Test
  void aSendersStreamThatEndsFails() throws IOException {
    Voice hangsUp =
        (listener, event) -> {
          if (event.getAck().getSequence() < 5) {
            listener.onNext(event);
          } else if (event.getAck().getSequence() == 5) {
            listener.onError(Status.INTERNAL.withDescription("enough").asException());
          }
        };
    assertThat(bench(Voice.HONEST, hangsUp)).isEqualTo(1);
    assertThat(out.toString())
        .containsPattern(
            "VIOLATION, 1 in all. The first: the stream of \\S+-sender-0 ended: INTERNAL, enough");
  }

  @Test
  void nothingAcknowledgedFails() throws IOException {
    assertThat(bench(Voice.HONEST, (_, _) -> {}, IMPATIENT)).isEqualTo(1);
    assertThat(out.toString()).contains("VIOLATION, 2 in all. The first: nothing was acknowledged");
  }

  @Test
  void aMissingAckFails() throws IOException {
    AtomicBoolean swallowed = new AtomicBoolean();
    Voice swallows =
        (listener, event) -> {
          if (swallowed.getAndSet(true)) {
            listener.onNext(event);
          }
        };
    assertThat(bench(Voice.HONEST, swallows, IMPATIENT)).isEqualTo(1);
    assertThat(out.toString())
        .contains("VIOLATION, 1 in all. The first: 1 senders wait in vain for acks");
  }
}
