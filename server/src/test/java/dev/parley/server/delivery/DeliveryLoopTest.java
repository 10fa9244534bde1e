package dev.parley.server.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What goes wrong for one stream or one topic concerns that one and no other; and what leaves as
/// one frame.
@Timeout(60)
class DeliveryLoopTest extends LoopFixture {
  @ParameterizedTest
  @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class})
  void aStreamThatCannotBeSentToEndsAndTheOthersGoOn(Class<? extends Throwable> kind)
      throws Exception {
    Client first = client(HALL);
    Client broken = client(HALL);
    Client last = client(HALL, YARD);
    broken.fault = kind.getConstructor(String.class).newInstance("thrown by the test");
    publish(HALL, 1, "one");
    publish(HALL, 2, "two");
    publish(YARD, 1, "three");
    assertThat(broken.dropped).extracting(Refusal::reason).isEqualTo(Reason.INTERNAL);
    assertThat(broken.got).isEmpty();
    assertThat(first.got).containsExactly("one", "two");
    assertThat(last.got).containsExactly("one", "two", "three");
  }

  @Test
  void commitsThatWaitLeaveAsOneFrameForAllWhoTakeBatches() throws Exception {
    Client one = client(true, HALL);
    Client other = client(true, HALL);
    pend(HALL, 1, "one");
    pend(HALL, 2, "two");
    pend(HALL, 3, "three");
    flush();
    assertThat(one.got).singleElement().asString().contains("one", "two", "three");
    assertThat(other.frames).singleElement().isSameAs(one.frames.getFirst());
    assertThat(format.encoded).isEqualTo(3);
  }

  @Test
  void whatComesFromSeveralTopicsLeavesAsOneFrameOfWhatIsEncodedOnce() throws Exception {
    Client both = client(true, HALL, YARD);
    Client here = client(true, HALL);
    pend(HALL, 1, "one");
    pend(YARD, 1, "two");
    flush();
    assertThat(both.got).singleElement().asString().contains("one", "two");
    assertThat(here.got).singleElement().asString().contains("one").doesNotContain("two");
    assertThat(format.encoded).isEqualTo(2);
  }

  @Test
  void whatIsTheSameInTwoFormatsIsEncodedOnce() throws Exception {
    WireFormat other =
        new Plain() {
          @Override
          public WireFormat ofEntries() {
            return format;
          }
        };
    Client one = client(true, HALL);
    Client two = onLoop(() -> new Client(other, true).in(HALL));
    pend(HALL, 1, "one");
    pend(HALL, 2, "two");
    flush();
    assertThat(two.frames).singleElement().isSameAs(one.frames.getFirst());
    assertThat(format.encoded).isEqualTo(2);
  }

  @Test
  void whoTakesNoBatchesGetsEachAloneFromTheSameFrames() throws Exception {
    Client one = client(HALL);
    Client other = client(HALL);
    pend(HALL, 1, "one");
    pend(HALL, 2, "two");
    flush();
    assertThat(one.got).containsExactly("one", "two");
    assertThat(other.frames.get(0)).isSameAs(one.frames.get(0));
    assertThat(other.frames.get(1)).isSameAs(one.frames.get(1));
  }

  @Test
  void aTopicThatCannotBeEncodedCostsItsListenersTheirStreamsAndNobodyElse() throws Exception {
    Client here = client(HALL);
    Client there = client(YARD);
    publish(HALL, 1, "unspeakable");
    publish(YARD, 1, "fine");
    assertThat(here.dropped).extracting(Refusal::reason).isEqualTo(Reason.INTERNAL);
    assertThat(there.dropped).isNull();
    assertThat(there.got).containsExactly("fine");
  }

  @Test
  void aTopicWithAGapCostsItsListenersTheirStreams() throws Exception {
    Client here = client(HALL);
    publish(HALL, 1, "one");
    publish(HALL, 3, "three");
    assertThat(here.dropped).extracting(Refusal::reason).isEqualTo(Reason.INTERNAL);
    assertThat(here.got).containsExactly("one");
  }

  @Test
  void anAnswerThatFailsKeepsNobodyFromHisOwn() throws Exception {
    Client client = client(HALL);
    loop.execute(
        () -> {
          throw new IllegalStateException("thrown by the test");
        });
    publish(HALL, 1, "one");
    assertThat(client.got).containsExactly("one");
  }
}
