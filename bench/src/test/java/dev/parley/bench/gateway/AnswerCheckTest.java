package dev.parley.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.check.Faults;
import dev.parley.bench.provider.DeltaText;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AnswerCheckTest {
  private static final int QUESTION = 0x2a;
  private static final Told COMPLETE = new Told(Told.Kind.COMPLETE, "");

  private final Faults faults = new Faults();
  private final AnswerCheck check = new AnswerCheck("grpc", QUESTION, faults);
  private final List<DeltaText> deltas = new ArrayList<>();

  private static String delta(int question, int index) {
    return "%08x-%04x-%016x;".formatted(question, index, 1_000L + index);
  }

  private void hear(String text) {
    check.text(text, deltas::add);
  }

  private void hear(int... indexes) {
    for (int index : indexes) {
      hear(delta(QUESTION, index));
    }
  }

  @Test
  void aWholeAnswerPasses() {
    hear(0, 1, 2);
    check.ended(COMPLETE, 3);
    assertThat(faults.first()).isNull();
    assertThat(deltas).extracting(DeltaText::sentNanos).containsExactly(1_000L, 1_001L, 1_002L);
  }

  @Test
  void deltasMayBePutTogetherAndCutAnywhere() {
    String all = delta(QUESTION, 0) + delta(QUESTION, 1) + delta(QUESTION, 2);
    hear(all.substring(0, 40));
    assertThat(deltas).hasSize(1);
    hear(all.substring(40));
    check.ended(COMPLETE, 3);
    assertThat(faults.first()).isNull();
    assertThat(deltas).extracting(DeltaText::index).containsExactly(0, 1, 2);
  }

  @Test
  void aLostDeltaIsCaught() {
    hear(0, 2);
    assertThat(faults.first()).contains("a gap: delta 2 came (expected: 1)");
  }

  @Test
  void aRepeatedDeltaIsCaught() {
    hear(0, 1, 1);
    assertThat(faults.first()).contains("a repeat: delta 1 came (expected: 2)");
  }

  @Test
  void anotherOrderIsCaught() {
    hear(1, 0);
    assertThat(faults.first()).contains("a gap: delta 1 came (expected: 0)");
  }

  @Test
  void anotherAnswersDeltaIsCaught() {
    hear(delta(7, 0));
    assertThat(faults.first()).contains("question 0000002a: a delta of question 00000007");
  }

  @Test
  void textThatNobodyWroteIsCaughtOnce() {
    hear("x" + delta(QUESTION, 0) + delta(QUESTION, 1));
    hear(2, 3);
    assertThat(faults.count()).isEqualTo(1);
    assertThat(faults.first()).contains("text that the provider did not write");
  }

  @Test
  void aProperEndBeforeTheLastDeltaIsCaught() {
    hear(0, 1);
    check.ended(COMPLETE, 3);
    assertThat(faults.first()).contains("ended properly after 2 deltas (expected: 3)");
  }

  @Test
  void anEndInTheMiddleOfADeltaIsCaught() {
    hear(0, 1, 2);
    hear("0000");
    check.ended(COMPLETE, 3);
    assertThat(faults.first()).contains("ended properly after 3 deltas");
  }

  @Test
  void anEndThatIsNotProperIsCaught() {
    hear(0, 1, 2);
    check.ended(new Told(Told.Kind.CUT, "the connection was closed"), 3);
    assertThat(faults.first()).contains("cut: the connection was closed");
  }

  @Test
  void anErrorAfterAllThatWasSaidIsWhatAFailureIsToBecome() {
    hear(0, 1);
    check.failed(new Told(Told.Kind.ERROR, "cut"), 2);
    assertThat(faults.first()).isNull();
  }

  @Test
  void aFailureToldAsAProperEndIsCaught() {
    hear(0, 1);
    check.failed(COMPLETE, 2);
    assertThat(faults.first()).contains("was told a proper end after 2 deltas");
  }

  @Test
  void aFailureThatIsNotSaidToBeOneIsCaught() {
    check.failed(new Told(Told.Kind.GARBLED, "{"), 0);
    assertThat(faults.first()).contains("garbled").contains("expected: an error");
  }

  @Test
  void textThatIsLostBeforeAnErrorIsCaught() {
    hear(0);
    check.failed(new Told(Told.Kind.ERROR, "cut"), 2);
    assertThat(faults.first()).contains("after 1 deltas (expected: 2)");
  }
}
