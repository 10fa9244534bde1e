package dev.parley.bench.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.ChatResponse;
import dev.parley.bench.check.Faults;
import org.HdrHistogram.ConcurrentHistogram;
import org.junit.jupiter.api.Test;

class SessionEarTest {
  private final Faults faults = new Faults();
  private final SessionEar ear =
      new SessionEar(
          "s",
          faults,
          new SessionEar.Times(
              new ConcurrentHistogram(2), new ConcurrentHistogram(2), new SessionEar.Measuring()));

  private static ChatResponse chunk(long sequence, int number, String text) {
    return ChatResponse.newBuilder()
        .setType(ChatResponse.Type.CHUNK)
        .setSequence(sequence)
        .setChunkNumber(number)
        .setChunkText(text)
        .build();
  }

  private static ChatResponse complete(long sequence, int chunks) {
    return ChatResponse.newBuilder()
        .setType(ChatResponse.Type.RESPONSE_COMPLETE)
        .setSequence(sequence)
        .setTotalChunks(chunks)
        .build();
  }

  @Test
  void aWholeAnswerIsNoFault() {
    ear.onNext(chunk(1, 1, "a "));
    ear.onNext(chunk(2, 2, "b"));
    ear.onNext(complete(3, 2));
    ear.compare("a b");
    assertThat(faults.first()).isNull();
    assertThat(ear.hasEnded()).isTrue();
  }

  @Test
  void aPieceThatIsMissingIsAFault() {
    ear.onNext(chunk(1, 1, "a "));
    ear.onNext(chunk(3, 3, "c"));
    assertThat(faults.first()).contains("sequence 3, piece 3 (expected: sequence 2)");
  }

  @Test
  void aPieceThatIsRepeatedIsAFault() {
    ear.onNext(chunk(1, 1, "a "));
    ear.onNext(chunk(1, 1, "a "));
    assertThat(faults.count()).isPositive();
  }

  @Test
  void anEndThatIsTooEarlyIsAFault() {
    ear.onNext(chunk(1, 1, "a "));
    ear.onNext(complete(2, 2));
    assertThat(faults.first()).contains("1 pieces in all");
  }

  @Test
  void anotherTextThanTheTranscriptsIsAFault() {
    ear.onNext(chunk(1, 1, "a "));
    ear.compare("a b");
    assertThat(faults.first()).contains("told 2 characters (expected: the 3 of the transcript)");
  }

  @Test
  void aStreamThatBreaksIsAFaultUnlessItWasClosed() {
    ear.onError(new IllegalStateException("gone"));
    assertThat(faults.first()).contains("the stream broke: gone");
    SessionEar other =
        new SessionEar(
            "t",
            faults,
            new SessionEar.Times(
                new ConcurrentHistogram(2),
                new ConcurrentHistogram(2),
                new SessionEar.Measuring()));
    other.close();
    other.onCompleted();
    assertThat(faults.count()).isEqualTo(1);
  }
}
